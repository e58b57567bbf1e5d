#!/usr/bin/env python3
"""{reasons} of a message says what weighed, with labels and units, in both languages (semantics 25, 36)."""
import json
import sys

from lib import alerts, expect, main, same, sanzao, say, write, write_lines

RULES = """
events:
  missed: {event: attendance, where: 'event.status == "absent"', label: {zh: 旷课, en: truancy}}
features:
  m: {count: missed, over: 7d, label: {zh: 缺课, en: missed classes}}
  a: {avg: swipe.amount, over: 7d, label: {zh: 每餐, en: a meal}}
rules:
  - id: points
    points: [{add: 3, when: m >= 2}, {add: 2, when: a < 5}, {add: 1, when: m >= 10}]
    at_least: {5: orange}
    message: {zh: '{value}：{reasons}', en: '{value}: {reasons}'}
  - {id: when, when: m >= 2 && !(a > 9) && event.type == "swipe", level: blue, message: {zh: '因 {reasons}', en: 'for {reasons}'}}
  - {id: value, value: m, at_least: {2: blue}, message: {zh: '{reasons}', en: '{reasons}'}}
  - id: labelled
    points:
      - {add: 3, when: m >= 2 && m * 2 > 3, label: {zh: '缺课增多（{m} 次）', en: 'more classes missed ({m})'}}
      - {add: 2, when: a < 5 && a * 2 < 100}
      - {add: 1, when: m >= 10, label: {zh: 缺课很多, en: very many}}
    at_least: {5: orange}
    message: {zh: '{reasons}', en: '{reasons}'}
  - {id: unnamed, when: event.type == "swipe", level: blue, message: {zh: '{reasons}', en: '{reasons}'}}
  - {id: steps, sequence: [{event: missed, as: first}, {not: seen}, {event: missed}], within: 2h, level: blue, message: {zh: '{reasons}', en: '{reasons}'}}
"""
EXPECTED = {"points": ("5：缺课 2、每餐 3.00 元", "5: missed classes 2, a meal ¥3.00"),
            "when": ("因 缺课 2、每餐 3.00 元", "for missed classes 2, a meal ¥3.00"),
            "labelled": ("缺课增多（2 次）、每餐 3.00 元", "more classes missed (2), a meal ¥3.00"),
            "unnamed": ('event.type == "swipe"', 'event.type == "swipe"'),
            "value": ("缺课 2", "missed classes 2"), "steps": ("旷课、旷课", "truancy, truancy")}


def line(i: int, kind: str, at: str, **fields) -> bytes:
    return json.dumps({"id": f"e{i}", "type": kind, "student": "s1", "time": at, **fields}).encode()


def test_reasons_are_what_weighed(tmp):
    write(tmp / "rules" / "r.yaml", RULES)
    write_lines(tmp / "events.ndjson", [line(0, "swipe", "2026-02-20T10:00:00", amount=3), line(1, "attendance", "2026-03-02T08:00:00", status="absent"),
                                        line(2, "attendance", "2026-03-02T09:00:00", status="absent"), line(3, "swipe", "2026-03-02T10:00:00", amount=3)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    told = {a["rule"]: a["message"] for a in alerts(tmp / "alerts.ndjson")}
    for rule, (zh, en) in EXPECTED.items(): same((told[rule]["zh"], told[rule]["en"]), (zh, en), rule)
    say(f"{len(EXPECTED)} shapes")


def test_a_clause_under_not_and_one_with_a_list(tmp):
    """What is denied speaks for the alert where it is false; what is looked for in a list has the list as its limit."""
    write(tmp / "rules" / "r.yaml", "features: {n: {count: swipe, over: 7d}, l: {last: swipe}}\nparams: {kinds: [topup, consume]}\nrules:\n"
          "  - {id: r, when: '!(n < 2) && l.op in kinds && n in [2, 3]', level: blue}\n")
    write_lines(tmp / "events.ndjson", [line(i, "swipe", f"2026-03-02T0{i + 8}:00:00", amount=3) for i in range(2)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    reasons = alerts(tmp / "alerts.ndjson")[0]["reasons"]
    same([(r["clause"], r["value"], r["threshold"], r["held"], r.get("negated")) for r in reasons],
         [("n < 2", 2, 2, False, True), ("l.op in kinds", "consume", ["topup", "consume"], True, None), ("n in [2, 3]", 2, [2, 3], True, None)], "reasons")
    for lang, want in (("zh", ("✓ !(n < 2)  2（界限 2）", "✓ l.op in kinds  consume（界限 topup、consume）")),
                       ("en", ("✓ !(n < 2)  2 (limit 2)", "✓ l.op in kinds  consume (limit topup, consume)"))):
        text = sanzao(tmp, "alerts", "alerts.ndjson", "--lang", lang).out.decode()
        for part in want: expect(part in text, lang, text)


def test_records_behind_an_alert_say_what_was_done(tmp):
    """A class that was missed is no sign of the student, and whoever reads `attendance, second building` takes it for one."""
    write(tmp / "rules" / "r.yaml", "features: {n: {count: any, over: 7d}}\nrules:\n  - {id: r, value: n, at_least: {3: blue, 6: yellow, 9: red}}\n")
    records = [("attendance", {"status": "absent"}), ("attendance", {"status": "late"}), ("dorm_access", {"direction": "in"}),
               ("dorm_access", {"direction": "out"}), ("dorm_access", {"direction": "in", "result": "denied"}), ("dorm_access", {"direction": "unknown"}),
               ("swipe", {"amount": 3}), ("swipe", {"amount": 3, "op": "topup"}), ("attendance", {"status": "unknown"})]
    write_lines(tmp / "events.ndjson", [line(i, kind, f"2026-03-02T{i + 8:02d}:00:00", place="x", **fields) for i, (kind, fields) in enumerate(records)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T18:00:00")
    told = [x for a in alerts(tmp / "alerts.ndjson") for x in a["evidence"]]
    seen = {x["id"]: {k: x[k] for k in ("status", "direction", "op", "result") if k in x} for x in told}
    for i, (_, fields) in enumerate(records): same(seen[f"e{i}"], {k: v for k, v in fields.items() if k != "amount"}, f"e{i}")
    text = {lang: sanzao(tmp, "alerts", "alerts.ndjson", "--events", "--lang", lang).out.decode() for lang in ("zh", "en")}
    for lang, want in (("zh", ("08:00 缺课 x · 03-02 09:00 上课迟到 x · 03-02 10:00 进门 x", "11:00 出门 x · 03-02 12:00 刷卡被拒 x · 03-02 13:00 门禁 x",
                               "14:00 消费 x · 03-02 15:00 充值 x · 03-02 16:00 考勤 x")),
                       ("en", ("08:00 class missed x · 03-02 09:00 late for class x · 03-02 10:00 door in x",
                               "11:00 door out x · 03-02 12:00 door refused x · 03-02 13:00 door x", "14:00 purchase x · 03-02 15:00 top-up x · 03-02 16:00 attendance x"))):
        for part in want: expect(part in text[lang], lang, text[lang])


def test_what_is_over_is_told_as_past(tmp):
    """`Nothing in person for 3 d` below an alert that has ended is read as if it were so now."""
    write(tmp / "rules" / "r.yaml", "features: {n: {count: swipe, over: 1d}}\nrules:\n"
          "  - {id: r, when: n >= 2, level: blue, message: {zh: '今天 {n} 次', en: '{n|time|times} today'}}\n")
    write_lines(tmp / "events.ndjson", [line(i, "swipe", f"2026-03-0{i // 2 + 2}T1{i % 2}:00:00", amount=3) for i in (0, 1, 4, 5)])
    for until, zh, en in (("2026-03-02T12:00:00", ["今天 2 次"], ["2 times today"]),
                          ("2026-03-04T12:00:00", ["今天 2 次", "当时：今天 2 次"], ["2 times today", "Then: 2 times today"])):
        sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", until)
        for lang, want in (("zh", zh), ("en", en)):
            text = sanzao(tmp, "alerts", "alerts.ndjson", "--lang", lang).out.decode().splitlines()
            same([x.strip() for i, x in enumerate(text) if i and text[i - 1].startswith("●")], want, f"{until} {lang}")


def test_at_least_is_explained_where_it_is_printed(tmp):
    write(tmp / "campus" / "students.csv", "student\ns1\n")
    write(tmp / "campus" / "calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    write(tmp / "rules" / "r.yaml", "features: {n: {count: swipe, over: 1d}, before: {count: swipe, over: 7d, to: 1d ago}}\nrules:\n"
          "  - {id: r, when: n >= 1, level: blue, message: {zh: '此前 {before|次|次}', en: '{before|time|times} before'}}\n")
    write_lines(tmp / "events.ndjson", [line(0, "swipe", "2026-03-03T08:00:00", amount=3), line(1, "swipe", "2026-03-20T08:00:00", amount=3)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson",
           "--until", "2026-03-20T12:00:00")
    lines = (tmp / "alerts.ndjson").read_bytes().splitlines()
    write_lines(tmp / "known.ndjson", [x for x in lines if "≥".encode() not in x])
    for lang, want in (("zh", "“≥”是至少"), ("en", '"≥" is at least')):
        expect(want in sanzao(tmp, "alerts", "alerts.ndjson", "--lang", lang).out.decode(), "where it is printed")
        expect(want not in sanzao(tmp, "alerts", "known.ndjson", "--lang", lang).out.decode(), "not where it is not")


def test_the_sign_of_a_rules_own_message_is_not_explained(tmp):
    """`≥ 3` in its text means what it says."""
    write(tmp / "rules" / "r.yaml", "features: {n: {count: swipe, over: 1d}}\nrules:\n"
          "  - {id: r, when: n >= 1, level: blue, message: {zh: '消费 {n} 次（≥ 1 次即提醒）', en: '{n|time|times} (≥ 1 is told)'}}\n")
    write_lines(tmp / "events.ndjson", [line(0, "swipe", "2026-03-03T08:00:00", amount=3)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-03T12:00:00")
    for lang, own, not_wanted in (("zh", "≥ 1 次即提醒", "“≥”是至少"), ("en", "≥ 1 is told", '"≥" is at least')):
        text = sanzao(tmp, "alerts", "alerts.ndjson", "--lang", lang).out.decode()
        expect(own in text and not_wanted not in text, text)


def test_a_record_without_a_time_of_day_is_shown_by_its_day(tmp):
    """Nobody was there at midnight: neither the message nor the records behind it say so (semantics 1, 36)."""
    write(tmp / "rules" / "r.yaml", "features: {l: {last: swipe, label: {zh: 最后, en: last}}, n: {count: swipe, over: 7d}}\nrules:\n"
          "  - {id: r, when: n >= 2, level: blue, message: {zh: '{l.time}，{l.place.name|未记录}', en: '{l.time}, {l.place.name|not recorded}'}}\n")
    write_lines(tmp / "events.ndjson", [line(0, "swipe", "2026-03-01T08:30:00", amount=3), line(1, "swipe", "2026-03-02T00:00:00", amount=3, precision="day")])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    told = alerts(tmp / "alerts.ndjson")[0]
    same((told["message"]["zh"], told["message"]["en"]), ("3月2日，未记录", "2 Mar, not recorded"), "message")
    same([(x["id"], x.get("precision")) for x in told["evidence"]], [("e0", None), ("e1", "day")], "evidence")
    for lang, want in (("zh", "03-01 08:30 消费 · 03-02 消费"), ("en", "03-01 08:30 purchase · 03-02 purchase")):
        text = sanzao(tmp, "alerts", "alerts.ndjson", "--lang", lang).out.decode()
        expect(want in text, lang, text)


NAMED = """
events: {topups: {event: swipe, where: 'event.op == "topup"'}}
features:
  n: {count: swipe, over: 7d, label: {zh: 近 7 天刷卡, en: swipes in 7 days}}
  m: {count: swipe, over: 3d}
  t: {count: topups, over: 7d, label: {zh: 近 7 天充值, en: topups in 7 days}}
rules:
  - {id: named, when: '!(n < 2) && n <= 9 && m >= 1 && event.type == "swipe" && n in [2, 3]', level: blue}
  - {id: either, when: '(n > 5 || t < 1) && m >= 1', level: blue}
  - {id: chosen, value: 'm >= 1 ? n : none', params: {none: 0, two: 2}, at_least: {two: blue}}
  - {id: nameless, value: m, at_least: {2: blue}}
  - {id: made, value: m + n, at_least: {4: blue}}
  - {id: points, points: [{add: 3, when: n >= 2}, {add: 2, when: m >= 2}], at_least: {5: blue}}
"""
LABEL = {"zh": "近 7 天刷卡", "en": "swipes in 7 days"}
TOPUPS = {"zh": "近 7 天充值", "en": "topups in 7 days"}
SEEN = {"named": ({"n": LABEL}, "✓ 近 7 天刷卡  2（至少 2）|另有 4 项判断条件（--reasons 列出全部）",
                  "✓ swipes in 7 days  2 (at least 2)|and 4 more conditions of the rule (--reasons lists all)"),
        "either": ({"n": LABEL, "t": TOPUPS}, "✓ 近 7 天充值  0（低于 1）|另有 2 项判断条件（--reasons 列出全部）",
                   "✓ topups in 7 days  0 (under 1)|and 2 more conditions of the rule (--reasons lists all)"),
        "chosen": ({"value": LABEL}, "✓ 近 7 天刷卡  2（至少 2）", "✓ swipes in 7 days  2 (at least 2)"),
        "nameless": (None, "✓ m  2（至少 2）", "✓ m  2 (at least 2)"),
        "made": (None, "✓ 本规则的数值  4（至少 4）", "✓ the rule's number  4 (at least 4)"),
        "points": ({"n": LABEL}, "✓ 合计分值  5（至少 5）|✓ 近 7 天刷卡（+3 分）  2（至少 2）|✓ m >= 2（+2 分）  2（界限 2）",
                   "✓ points in all  5 (at least 5)|✓ swipes in 7 days (+3)  2 (at least 2)|✓ m >= 2 (+2)  2 (limit 2)")}


def shown_lines(tmp, *more): return [x.strip() for x in sanzao(tmp, "alerts", "alerts.ndjson", "--lang", "en", *more).out.decode().splitlines()]


def shown(tmp, lang, *more):
    """Lines of reasons by rule, without their days."""
    by, rule = {}, None
    for text in sanzao(tmp, "alerts", "alerts.ndjson", "--lang", lang, *more).out.decode().splitlines():
        if text.startswith("●"): rule = text.split()[3]
        elif text.startswith("     ") and not any(w in text for w in ("ruled out", "已排除", "last records", "最近记录")):
            by.setdefault(rule, []).append(text.split("  2026-")[0].strip())
    return by


def test_what_would_explain_it_is_ruled_out_true_or_not_known(tmp):
    asked = [{"name": "on_leave", "value": False}, {"name": "class_silent", "value": None}, {"name": "feed_down", "value": True}, {"name": "vacation", "value": False}]
    event = {"schema": 1, "alert": "a", "seq": 1, "event": "firing", "state": "open", "rule": "r", "student": "s", "level": "blue",
             "since": "2026-03-02T08:00:00+08:00", "at": "2026-03-02T08:00:00+08:00", "exemptions": asked}
    write(tmp / "one.ndjson", json.dumps(event) + "\n")
    for lang, wanted in (("en", "true: data source down; ruled out: on leave · holiday or vacation; not known: nobody of the class seen that day"),
                         ("zh", "属实：数据源中断；已排除：请假 · 放假；不明：当天全班都没有记录")):
        lines = [x.strip() for x in sanzao(tmp, "alerts", "one.ndjson", "--lang", lang).out.decode().splitlines()]
        expect(wanted in lines, lines)


def test_two_conditions_of_one_number_are_told_apart(tmp):
    write(tmp / "rules/r.yaml", "features:\n  n: {count: swipe, over: 7d, label: {zh: 刷卡, en: swipes}}\n"
          "rules: [{id: r, when: 'n >= 2 && n < 9 && (n >= 2 || n > 5)', level: blue}]\n")
    write_lines(tmp / "events.ndjson", [line(i, "swipe", f"2026-03-02T0{i + 7}:00:00", amount=3) for i in range(2)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    rows = [x.split("  2026")[0] + "".join(x.partition("  · ")[1:]) for x in shown_lines(tmp, "--reasons") if "swipes" in x]
    same(sorted(rows), ["✓ swipes  2 (at least 2)  · n >= 2", "✓ swipes  2 (under 9)  · n < 9", "✗ swipes  2 (over 5)  · n > 5"], "each once, and which it is")
    same([x for x in shown_lines(tmp) if "·" in x and "swipes" in x], [], "not in the short list")


def test_numbers_have_the_names_that_rules_give_them(tmp):
    """Whoever reads an alert is no analyst: a number has its label in the reader's language, and what it had to be (semantics 25); it
    stands once, and what did not hold stands with the rest."""
    write(tmp / "rules" / "r.yaml", NAMED)
    write_lines(tmp / "events.ndjson", [line(i, "swipe", f"2026-03-02T0{i + 8}:00:00", amount=3) for i in range(2)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    told = {a["rule"]: a for a in alerts(tmp / "alerts.ndjson")}
    for rule, (labels, zh, en) in SEEN.items():
        same(told[rule].get("labels"), labels, rule)
        same("|".join(shown(tmp, "zh")[rule]), zh, rule)
        same("|".join(shown(tmp, "en")[rule]), en, rule)
    everything = shown(tmp, "en", "--reasons")["named"]
    same(len(everything), 5, "all conditions")
    expect(any(text.startswith('✓ event.type == "swipe"') for text in everything), "as it is written", everything)
    say(f"{len(SEEN)} rules in both languages")


def test_a_share_has_one_decimal_and_is_not_told_as_its_limit(tmp):
    """Two decimals are more than anybody reads; but 14.96 % is not the 15 % that it had to be, and a limit is said as it is written."""
    write(tmp / "rules/r.yaml", "features:\n  n: {count: swipe, over: 7d}\n  part: {value: n / 3, unit: '%', label: {zh: 占比, en: part}}\n"
          "  near: {value: n / 1.5001, unit: '%', label: {zh: 近, en: near}}\n"
          "rules:\n  - id: r\n    when: part >= limit && near < most\n    params: {limit: 12.25%, most: 66.67%}\n    level: blue\n"
          "    message: {zh: '{part}，{limit}', en: '{part}, {limit}'}\n")
    write_lines(tmp / "events.ndjson", [line(0, "swipe", "2026-03-02T08:00:00", amount=3)])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    same([a["message"] for a in alerts(tmp / "alerts.ndjson")], [{"zh": "33.3%，12.25%", "en": "33.3%, 12.25%"}], "in the message")
    same(shown(tmp, "en")["r"], ["✓ part  33.3% (at least 12.25%)", "✓ near  66.66% (under 66.67%)"], "among the reasons")
    same(shown(tmp, "zh")["r"], ["✓ 占比  33.3%（至少 12.25%）", "✓ 近  66.66%（低于 66.67%）"], "in Chinese")


def test_the_campus_gives_names(tmp):
    """A counselor knows people by name and class, and places as they are called; the alert itself keeps ids alone."""
    write(tmp / "rules" / "r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, when: n >= 1, level: blue}\n")
    write(tmp / "campus" / "students.csv", "学号,姓名,班级,楼宇\ns1,王\x1b[2J芳,历史2401,东2舍\ns2,,,\n")
    write(tmp / "campus" / "places.csv", "place,name,kind\nc1,第一食堂,canteen\nc2,,canteen\n")
    write_lines(tmp / "events.ndjson", [json.dumps({"id": f"e{i}", "type": "swipe", "student": who, "time": "2026-03-02T08:00:00", "amount": 3, "place": where}).encode()
                                        for i, (who, where) in enumerate((("s1", "c1"), ("s2", "c2")))])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    expect("芳" not in (tmp / "alerts.ndjson").read_text(), "no names in the file")
    text = sanzao(tmp, "alerts", "alerts.ndjson", "--campus", "campus", "--lang", "zh").out.decode()
    for part in ("● 蓝  s1 王.[2J芳 历史2401 东2舍  r  2026", "● 蓝  s2  r  2026", "消费 第一食堂\n", "消费 c2\n"): expect(part in text, part, text)
    same(sanzao(tmp, "alerts", "alerts.ndjson", "--campus", "nowhere", "--lang", "en", rc=4).out, b"", "no campus there")


def test_why_it_was_corrected_is_said_in_words(tmp):
    """What an alert was told anew for: every cause that the engine names has words, the rest behind it says which one; a
    record's id does not, and stands there with --reasons only."""
    write(tmp / "rules" / "r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, when: n >= 1, level: blue}\n")
    write_lines(tmp / "events.ndjson", [json.dumps({"id": "e", "type": "swipe", "student": "s1", "time": "2026-03-02T08:00:00", "amount": 3}).encode()])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--unknown-students", "admit", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--until", "2026-03-02T12:00:00")
    told = alerts(tmp / "alerts.ndjson")[0]
    words = {"record pos till 7:e3": "迟到的记录 pos", "card c1": "卡片持有人有更正 c1", "feed_status pos": "数据源状态的记录 pos", "sick 2026-03-16": "病假 2026-03-16",
             "roster": "名册有变", "campus": "校园数据有变", "peers 2026-03-03": "与同伴比较 2026-03-03"}
    for why, zh in words.items():
        write_lines(tmp / "one.ndjson", [json.dumps({**told, "event": "updated", "why": why}).encode()])
        expect(f"（{zh}）" in sanzao(tmp, "alerts", "one.ndjson", "--events", "--lang", "zh").out.decode(), zh, why)
        text = sanzao(tmp, "alerts", "one.ndjson", "--events", "--lang", "en").out.decode()
        expect(f"({why})" not in text, "words, not the key alone", why, text)
    write_lines(tmp / "one.ndjson", [json.dumps({**told, "event": "updated", "why": "record pos till 7:e3"}).encode()])
    text = sanzao(tmp, "alerts", "one.ndjson", "--events", "--lang", "en", "--reasons").out.decode()
    expect("(a late record pos till 7:e3)" in text, text)
    expect("1 stands (1 open, 0 resolved); 0 taken back." in sanzao(tmp, "alerts", "one.ndjson", "--lang", "en").out.decode(), "of one")


if __name__ == "__main__": sys.exit(main(globals()))
