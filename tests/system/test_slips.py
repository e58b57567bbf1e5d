#!/usr/bin/env python3
"""What people write in conditions who do not program: each slip at its place, down to the sign, in both languages, with a hint that holds once it is
followed."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import expect, main, same, sanzao, write

FEATURES = """\
events:
  late_return: {event: dorm_access, where: event.late}
features:
  silence: {absence: seen}
  n: {count: swipe, over: 7d}
  seen_last: {last: swipe}
  late_14d: {count: late_return, over: 14d}
  all_14d: {count: attendance, over: 14d}
"""
RULE = "rules:\n  - {id: r, level: blue, check: daily at 07:00, %s}\n"
# the slip, what is marked, what the hint says in both languages, the rule when it is followed
SLIPS = [
    ("when: 'silence >= \"48h\"'", '"48h"', "params: {limit: 2d}", "when: silence >= limit, params: {limit: 2d}"),
    ("when: 'silence >= \"两天\"'", '"两天"', "params: {limit: 2d}", "when: silence >= limit, params: {limit: 2d}"),
    ("when: n > 3 && late_14d / all_14d >= 90%", "90%", "late_14d / all_14d >= drop", "when: n > 3 && late_14d / all_14d >= drop, params: {drop: 90%}"),
    ("when: n > 3 && (late_14d + n) / (all_14d + n) < 50%", "50%", "(late_14d + n) / (all_14d + n) < drop", "when: n > 3 && (late_14d + n) / (all_14d + n) < drop, params: {drop: 50%}"),
    ("when: n > 3 && n is not unknown", "is not unknown", ("leave it out", "请去掉它"), "when: n > 3"),
    ("when: n > 3 && n == unknown", "unknown", ("leave it out", "请去掉它"), "when: n > 3"),
    ("when: n > 3 && n == null", "n == null", "n == 0", "when: n > 3 && n == 0"),
    ("when: n > 3 && silence != null", "silence != null", ("leave it out", "请去掉它"), "when: n > 3"),
    ("when: n > 3 && seen_last.place != null", "seen_last.place != null", "has(seen_last.place)", "when: n > 3 && has(seen_last.place)"),
    ("when: n > 3 && seen_last == null", "seen_last == null", "!has(seen_last.time)", "when: n > 3 && !has(seen_last.time)"),
    ("when: n >= = 3", "=", ("leave it out", "请去掉它"), "when: n >= 3"),
    ("when: n：> 3", "：", ("leave it out", "请去掉它"), "when: n > 3"),
    ("when: silence >= d2", "d2", "params: {limit: 2d}", "when: silence >= limit, params: {limit: 2d}"),
    ("when: 非 n > 3", "非", "!(n > 3)", "when: '!(n > 3)'"),
    ("when: n > 3 && 不 late_14d > 2", "不", "!(late_14d > 2)", "when: n > 3 && !(late_14d > 2)"),
    ("when: 学生.年级 == 1", "学生.年级", "student.year", "when: student.year == 1"),
    ("when: n > 3 then blue", "then blue", "level: blue", "when: n > 3"),
    ("when: n > 3 -- 太多", "--", ("a space and #", "空格加 #"), "when: n > 3"),
    ("when: n > 3#太多", "#", ("a space and #", "空格加 #"), "when: n > 3"),
    ("when: n > 3 && seen_last.place.kind == in", "in", '"in"', 'when: n > 3 && seen_last.place.kind == "in"'),
    ("when: now - seen_last.time > 24h", "24h", "params: {limit: 24h}", "when: seen_last.age > limit, params: {limit: 24h}"),
    ("when: n > 3 && seen_last.time.hour > 22", "hour", "seen_last.hour", "when: n > 3 && seen_last.hour > 22"),
    ("when: n > 3 && seen_last.weekday == \"周末\"", '"周末"', "seen_last.weekday >= 6", "when: n > 3 && seen_last.weekday >= 6"),
    ("when: n > 3 && student.major.startswith(\"医\")", "startswith", "startsWith", "when: 'n > 3 && student.major.startsWith(\"医\")'"),
    ("when: n > 3 but late_14d > 2", "but", "&&", "when: n > 3 && late_14d > 2"),
    ("when: n > 3 in 7 days", "in 7 days", "over: 7d", "when: n > 3"),
    ("when: n > 3 in the last 7 days", "in the last 7 days", "over: 7d", "when: n > 3"),
    ("when: n > 3 last 2w", "last 2w", "over: 2w", "when: n > 3"),
    ("when: n > 3 for 2h", "for", "for: 2h", "when: n > 3, for: 2h"),
    ("when: n over 3", "over", ("write >", "请写 >"), "when: n > 3"),
    ("when: n =! 3", "=!", "!=", "when: n != 3"),
    ("when: n > 3 &&& late_14d > 2", "&", ("leave it out", "请去掉它"), "when: n > 3 && late_14d > 2"),
    ("when: n 〉 3", "〉", ">", "when: n > 3"),
    ("when: “n > 3”", "“n > 3”", "n > 3", "when: n > 3"),
    ("when: n > ‘3’", "‘3’", "  3", "when: n > 3"),
    ("when: n > features.late_14d", "features", "late_14d", "when: n > late_14d"),
    ("when: swipe > 3", "swipe", "{count: swipe, over: 7d}", "when: n > 3"),
    ("when: silence.hours > 24", "hours", "params: {limit: 24h}", "when: silence >= limit, params: {limit: 24h}"),
    ("when: student.dorm == 东1舍", "东1舍", '"东1舍"', 'when: student.dorm == "东1舍"'),
    ("when: student.status == \"休学\"", '"休学"', '"suspended"', 'when: student.status == "suspended"'),
    ("when: calendar.week == 1..4", "1..4", "calendar.week >= 1 && calendar.week <= 4", "when: n > 3 && calendar.week >= 1 && calendar.week <= 4"),
    ("when: n > 3 && seen_last.place.name contains 食堂", "contains", 'seen_last.place.name.contains("食堂")',
     "when: n > 3 && seen_last.place.name.contains(\"食堂\")"),
    ("when: n in 1", "1", "n == 1", "when: n == 1"),
    ("when: n > 3 && seen_last.time is not null", "is not null", "has(seen_last.time)", "when: n > 3 && has(seen_last.time)"),
    ("when: n > 3 && seen_last.place is unknown", "is unknown", "!has(seen_last.place)", "when: n > 3 && !has(seen_last.place)"),
    ("when: n > 3 && calendar.weekday == 周一", "周一", "check: mon at 07:00", "when: n > 3"),
    ("when: n > 3, again_after: 每周", "每周", "7d", "when: n > 3, again_after: 7d"),
    ("when: n > 3, again_after: daily", "daily", "1d", "when: n > 3, again_after: 1d"),
    ("when: n > 3, for: 每两周", "每两周", "14d", "when: n > 3, for: 14d"),
]


# several slips in one condition: what is marked, and the condition when all hints are followed
SEVERAL = [
    ('近七天 >= 3 && silence >= "48h"', ["近七天", '"48h"'], "n >= 3 && silence >= limit"),
    ('n => 3 and nn > 2 and late_14 > 2', ["=>", "and", "nn", "and", "late_14"], "n >= 3 && n > 2 && late_14d > 2"),
    ('n = 3 或 student.year == "1" || seen_last == "pos"', ["=", "或", '"1"', "seen_last"], 'n == 3 || student.year == 1 || seen_last.source == "pos"'),
    ('n > 3 AND NOT all_14d > 2', ["AND", "NOT"], "n > 3 && !(all_14d > 2)"),
    ('n > 3 并且不 all_14d > 2', ["并且", "不"], "n > 3 && !(all_14d > 2)"),
    ('student.school == 医学院 or 法学院', ["医学院", "or", "法学院"], 'student.school == "医学院" || student.school == "法学院"'),
    ('student.school == "医学院" or "法学院"', ["or", '"法学院"'], 'student.school == "医学院" || student.school == "法学院"'),
    ('student.school in [医学院, 法学院]', ["医学院", "法学院"], 'student.school in ["医学院", "法学院"]'),
    ('(n = 3 or late_14 > 2) && n > "3"', ["=", "or", "late_14", '"3"'], "(n == 3 || late_14d > 2) && n > 3"),
    ('n > 3 n = 5 && all_14d', ["n", "=", "all_14d"], "n > 3 && n == 5 && all_14d >= 3"),
    ("n > 3 && && n < 5", ["&&"], "n > 3 && n < 5"),
    ("n > 3 and and n < 5", ["and", "and"], "n > 3 && n < 5"),
    ("n > 3 for 2h", ["for"], "n > 3"),
    ("n > 3 and n in {1, 2}", ["and", "{1, 2}"], "n > 3 && n in [1, 2]"),
    ('(n > 3 && n > "3"', ["("], "(n > 3 && n > 3)"),
]


FILE = """\
events:
  late_return: {event: dorm_access, where: event.late}
features:
  n: {count: swipe, over: 7d}
  late_7d: {days: late_return, over: 7d, day: night}
rules:
  - id: r
    title: {zh: 晚归, en: Late}
    when: n > few
    params: {few: 3}
    level: blue
    message: {zh: 晚归, en: late}
    tests:
      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}
adjust:
  r:
    because: 本校试行
    mode: shadow
"""
# a line of the file, what stands there instead, where the carets are and under what, what the hint says in both languages, and the lines when it is
# followed
LINES = [
    ("    level: blue", "    level = blue", "11:11 =", "level: …", "    level: blue"),
    ("    level: blue", "    // 黄色\n    level: blue", "11:5 //", ("begins with #", "以半角 # 开头"), "    # 黄色\n    level: blue"),
    ("    level: blue", "    ＃ 黄色\n    level: blue", "11:5 ＃", ("begins with #", "以半角 # 开头"), "    # 黄色\n    level: blue"),
    ("    level: blue", "    - level: blue", "11:5 -", ("leave the - out", "去掉  -"), "    level: blue"),
    ("    level: blue", "    level: [blue]", "11:12 [blue]", "level: blue", "    level: blue"),
    ("    level: blue", "    level: {blue}", "11:12 {blue}", "level: blue", "    level: blue"),
    ("    level: blue", "    level: blue，", "11:12 blue，", ("write  blue\n", "改成半角  blue\n"), "    level: blue"),
    ("    level: blue", "    level: &l blue", "11:12 &l", ("take  &l  out", "去掉  &l"), "    level: blue"),
    ("    level: blue", "level: blue", "11:1 level", ("in the column of the rule's other keys", "和规则的其他键从同一列开始"), "    level: blue"),
    ("    level: blue", "    level: blue\n    over: 7d", "12:5 over", "features: {n: {count: swipe, over: 7d}}", "    level: blue"),
    ("    level: blue", "    level: blue\n    disabled: true", "12:5 disabled", "mode: disabled", "    level: blue\n    mode: disabled"),
    ("    level: blue", "    level: blue\n    where: n > 5", "12:5 where", ("there already", "已经写过"), "    level: blue"),
    ("  - id: r", "  * id: r", "7:3 *", ("with  -", "以  -"), "  - id: r"),
    ("    when: n > few", "    when :n > few", "9:10 :", "when: …", "    when: n > few"),
    ("    when: n > few", "    when: n > few &&\n    n < 9", "10:5 n < 9", ("two more blanks", "多缩进两个空格"), "    when: n > few &&\n      n < 9"),
    ("    when: n > few", "    when: >\n    n > few", "10:5 n > few", ("two more blanks", "多缩进两个空格"), "    when: >\n      n > few"),
    ("    when: n > few", "    when: {n > few}", "9:11 {n > few}", "when: n > few", "    when: n > few"),
    ("    when: n > few", "    when: {all: [n > few, n < 9]}", "9:11 {all: [n > few, n < 9]}", "when: n > few && n < 9", "    when: n > few && n < 9"),
    ("    when: n > few", '    when: "n > few" && n < 9', "9:21 && n < 9", "'n > few && n < 9'", "    when: 'n > few && n < 9'"),
    ("    when: n > few", '    when: "student.school == "医学院""', '9:31 医学院""', "'student.school == \"医学院\"'", "    when: 'student.school == \"医学院\"'"),
    ("    when: n > few", "    when: n > few, level: red", "9:25 :", ("on a line of its own", "另起一行写"), "    when: n > few"),
    ("    params: {few: 3}", "    params: few: 3", "10:16 :", "{few: 3}", "    params: {few: 3}"),
    ("    params: {few: 3}", "    params: {few = 3}", "10:14 few = 3", "few: …", "    params: {few: 3}"),
    ("    params: {few: 3}", "    params: {few: 1，000}", "10:19 1，000", ("write  1000", "请写  1000"), "    params: {few: 1000}"),
    ("    message: {zh: 晚归, en: late}", "    message: {zh: 晚归, en: late, please call}", "12:33 please call", ("in quotes", "加引号"),
     "    message: {zh: 晚归, en: 'late, please call'}"),
    ("    message: {zh: 晚归, en: late}", "    message:\n      zh: |\n      晚归\n      en: late", "14:7 晚归", ("two more blanks", "多缩进两个空格"),
     "    message:\n      zh: |\n        晚归\n      en: late"),
    ("  n: {count: swipe, over: 7d}", "  n = {count: swipe, over: 7d}", "4:5 =", "n: …", "  n: {count: swipe, over: 7d}"),
    ("  n: {count: swipe, over: 7d}", "  n: (count: swipe, over: 7d)", "4:12 :", "{count: swipe, over: 7d}", "  n: {count: swipe, over: 7d}"),
    ("  n: {count: swipe, over: 7d}", "  n:\n  count: swipe\n  over: 7d", "4:3 n", ("two more blanks before  count:", "多缩进两个空格"),
     "  n:\n    count: swipe\n    over: 7d"),
    ("  n: {count: swipe, over: 7d}", "  n: {event: swipe, over: 7d}", "4:7 event", "count: swipe", "  n: {count: swipe, over: 7d}"),
    ("  n: {count: swipe, over: 7d}", "  n: {count: swipe, over: d7}", "4:27 d7", "7d", "  n: {count: swipe, over: 7d}"),
    ("  n: {count: swipe, over: 7d}", "  n: late_7d * 2", "4:6 late_7d * 2", "{value: late_7d * 2}", "  n: {value: late_7d * 2}"),
    ("  late_7d: {days: late_return, over: 7d, day: night}", "  late_7d: {days: late_return, over: 7d, by: class}", "5:42 by", "{peers: {days: …, over: 1d}, by: class}",
     "  late_7d: {peers: {days: late_return, over: 1d}, by: class}"),
    ("  late_return: {event: dorm_access, where: event.late}", "  late_return: {dorm_access: event.late}", "2:17 dorm_access", "event: dorm_access, where: event.late",
     "  late_return: {event: dorm_access, where: event.late}"),
    ("  late_return: {event: dorm_access, where: event.late}", "  late_return:\n  event: dorm_access\n  where: event.late", "2:3 late_return",
     ("two more blanks before  event:", "多缩进两个空格"), "  late_return:\n    event: dorm_access\n    where: event.late"),
    ("  late_return: {event: dorm_access, where: event.late}", "  late_return: {event: dorm_access, when: event.late}", "2:37 when", "where",
     "  late_return: {event: dorm_access, where: event.late}"),
    ("      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}", "      - {name: a, student: 2023001, events: ['d1 08:00 swipe 5'], expect: []}", "14:28 2023001",
     "student: {year: 1}", "      - {name: a, student: {year: 1}, events: ['d1 08:00 swipe 5'], expect: []}"),
    ("      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}", "      - {name: a, events: ['d1 swipe 08:00 5'], expect: []}", "14:38 08:00",
     "d1 08:00 swipe", "      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}"),
    ("      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}", "      - {name: a, events: ['周一,周三 08:00 swipe 5'], expect: []}", "14:29 周一,周三",
     "d1,d3", "      - {name: a, events: ['d1,d3 08:00 swipe 5'], expect: []}"),
    ("      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}", "      - {name: a, events: ['d1 08:00 swipe 食堂 5'], expect: []}", "14:44 食堂",
     "canteen", "      - {name: a, events: ['d1 08:00 swipe canteen 5'], expect: []}"),
    ("      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}", "      - {name: a, events: ['d1 08:00 late_return'], expect: []}", "14:38 late_return",
     "dorm_access in", "      - {name: a, events: ['d1 08:00 dorm_access in'], expect: []}"),
    ("      - {name: a, events: ['d1 08:00 swipe 5'], expect: []}", "      - {name: a, events: ['d1 08:00 attendance'], expect: []}", "14:28 'd1 08:00 attendance'",
     "attendance absent", "      - {name: a, events: ['d1 08:00 attendance absent'], expect: []}"),
    ("    because: 本校试行", "    因为: 本校试行", "17:5 因为", "because", "    because: 本校试行"),
    ("    because: 本校试行", "    because: {zh: 本校试行}", "17:14 {zh: 本校试行}", "because: 本校试行", "    because: 本校试行"),
    ("  r:\n    because", "  rr3:\n    because", "16:3 rr3", "  r", "  r:\n    because"),
]


def checked(tmp, text, lang, rc):
    write(tmp / "rules/r.yaml", text)
    r = sanzao(tmp, "check", "--rules", "rules", "--lang", lang, rc=rc)
    return r.out.decode() + r.err


def width(text): return sum(2 if c > "\u2e7f" else 1 for c in text)


def test_each_slip_is_marked_where_it_is_and_its_hint_holds(tmp):
    for slip, mark, hint, mended in SLIPS:
        text = FEATURES + RULE % slip
        line = text.count("\n")
        row = text.splitlines()[line - 1]
        at = row.rindex(mark)
        for k, lang in enumerate(("en", "zh")):
            said = checked(tmp, text, lang, 1)
            expect(f"rules/r.yaml:{line}:{at + 1}: " in said, slip, said)
            caret = next(x for x in said.splitlines() if x.strip().startswith("|"))
            same(caret[7:], " " * (width(row[:at])) + "^" * width(mark), slip)
            expect((hint if isinstance(hint, str) else hint[k]) in said, slip, said)
        expect("0 errors" in checked(tmp, FEATURES + RULE % mended, "en", 0), mended)


def marks(said):
    """What the carets stand under, by the cells of the line above them."""
    lines, out = said.splitlines(), []
    for row, caret in zip(lines, lines[1:]):
        if not caret.strip().startswith("| ") or "^" not in caret: continue
        cells = "".join(c + ("\0" if width(c) == 2 else "") for c in row)
        out.append(cells[caret.index("^"):caret.rindex("^") + 1].replace("\0", ""))
    return out


def test_all_slips_of_a_condition_are_told_at_once_and_nothing_that_follows_from_them(tmp):
    rule = "rules:\n  - id: r\n    level: blue\n    check: daily at 07:00\n    when: %s\n"
    for slip, marked, mended in SEVERAL:
        for lang in ("en", "zh"): same(marks(checked(tmp, FEATURES + rule % slip, lang, 1)), marked, slip)
        limit = "    params: {limit: 2d}\n" if "limit" in mended else ""
        expect("0 errors" in checked(tmp, FEATURES + rule % mended + limit, "en", 0), mended)


def test_a_line_is_marked_where_it_is_and_its_hint_holds(tmp):
    for line, slip, marked, hint, mended in LINES:
        expect(line in FILE, line)
        for k, lang in enumerate(("en", "zh")):
            said = checked(tmp, FILE.replace(line, slip, 1), lang, 1)
            place, under = marked.split(" ", 1)
            at = f"rules/r.yaml:{place}: "
            expect(at in said, slip, said)
            same(marks(said[said.index(at):])[0], under, slip)
            expect((hint if isinstance(hint, str) else hint[k]) in said, slip, said)
        expect("0 errors" in checked(tmp, FILE.replace(line, mended, 1), "en", 0), mended)


def test_a_rule_without_its_list_is_one_finding(tmp):
    for lang in ("en", "zh"):
        said = checked(tmp, "id: r\nwhen: student.year == 1\nlevel: blue\n", lang, 1)
        same((marks(said), "rules:" in said and "- id: …" in said), (["id"], True), said)


def test_exemptions_that_are_none_are_warnings(tmp):
    for text, hint in (("no", "unless: none"), ("false", "unless: none"), ("[holiday weekend]", "[holiday, weekend]"), ("[校外实习]", "")):
        for lang in ("en", "zh"):
            said = checked(tmp, FILE.replace("    level: blue", f"    level: blue\n    unless: {text}"), lang, 0)
            expect(hint in said if hint else "SZ152" not in said, said)


def test_a_star_in_a_text_is_a_warning(tmp):
    for lang in ("en", "zh"):
        said = checked(tmp, FEATURES + RULE % "when: n > 3 && student.major == \"医*\"", lang, 0)
        same((marks(said), 'student.major.startsWith("医")' in said), (['"医*"'], True), said)
        said = checked(tmp, FEATURES + "rules:\n  - id: r\n    level: blue\n    when: n > 3 && calendar.week in [1-4]\n", lang, 0)
        same((marks(said), "calendar.week >= 1 && calendar.week <= 4" in said), (["1-4"], True), said)


def test_several_events_where_one_is_counted(tmp):
    text = "features:\n  n: {count: [swipe, presence], over: 7d}\n" + RULE % "when: n > 3"
    for lang in ("en", "zh"):
        said = checked(tmp, text, lang, 1)
        expect("rules/r.yaml:2:14: " in said and """events: {both: {event: any, where: 'event.type in ["swipe", "presence"]'}}""" in said, said)
    both = """events: {both: {event: any, where: 'event.type in ["swipe", "presence"]'}}\n"""
    checked(tmp, both + "features:\n  n: {count: both, over: 7d}\n" + RULE % "when: n > 3", "en", 0)
    own = "events: {meal: {event: swipe, where: place.kind == \"canteen\"}}\nfeatures:\n"
    said = checked(tmp, own + "  n: {count: [meal, presence], over: 7d}\n" + RULE % "when: n > 3", "en", 1)
    expect("{value: n_1 + n_2}" in said, said)
    checked(tmp, own + "  n_1: {count: meal, over: 7d}\n  n_2: {count: presence, over: 7d}\n  n: {value: n_1 + n_2}\n" + RULE % "when: n > 3", "en", 0)


if __name__ == "__main__": sys.exit(main(globals()))
