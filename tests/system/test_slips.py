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
    ('(n > 3 && n > "3"', ["("], "(n > 3 && n > 3)"),
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


def test_a_star_in_a_text_is_a_warning(tmp):
    for lang in ("en", "zh"):
        said = checked(tmp, FEATURES + RULE % "when: n > 3 && student.major == \"医*\"", lang, 0)
        same((marks(said), 'student.major.startsWith("医")' in said), (['"医*"'], True), said)


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
