#!/usr/bin/env python3
"""What people look at: `sanzao alerts`, `sanzao state show`."""
import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from file_runs import CAMPUS, LINES, STATE, UNTIL, outputs, run, stands, whole  # noqa: E402
from lib import alerts, expect, main, same, sanzao, say, standing, write, write_lines  # noqa: E402


def test_whom_a_rule_no_longer_fits_is_said_so(tmp):
    """`why: who` is a word of the rule's language, not of the counselor's."""
    write(tmp / "a.ndjson", json.dumps({"schema": 1, "alert": "a", "seq": 1, "event": "resolved", "state": "resolved", "rule": "r", "student": "s1", "level": "blue", "why": "who",
                                        "since": "2026-03-02T08:00:00+08:00", "at": "2026-03-03T08:00:00+08:00", "title": {"zh": "新生适应", "en": "Settling in"}}) + "\n")
    for lang, text in (("en", "resolved (the rule no longer applies)"), ("zh", "已解除（规则不再适用）")):
        expect(text in sanzao(tmp, "alerts", "a.ndjson", "--lang", lang, rc=0).out.decode(), text)


def test_alerts_are_folded_for_people(tmp):
    folder = whole(tmp)
    path = folder / "alerts.ndjson"
    events, stand = alerts(path), stands(folder)
    last = {e["alert"]: e for e in sorted(events, key=lambda e: e["seq"])}.values()
    once = sum(e["state"] == "open" and e.get("instant", False) for e in last)
    opened = sum(row[4] == "open" for row in stand) - once
    resolved = len(stand) - opened - once
    retracted = len({e["alert"] for e in events}) - len(stand)
    text = sanzao(folder, "alerts", "alerts.ndjson", "--lang", "en", rc=0).out.decode()
    expect(f"{len(stand)} stand ({opened} open, {resolved} resolved, {once} once); {retracted} taken back" in text, text[-300:])
    expect("none is the sole basis" in text, text[-300:])
    zh = sanzao(folder, "alerts", "alerts.ndjson", "--lang", "zh", rc=0).out.decode()
    expect(f"共 {len(stand)} 条有效（未解除 {opened}，已解除 {resolved}，单次 {once}），另有 {retracted} 条已撤回" in zh, zh[-300:])
    same(sanzao(folder, "alerts", "-", "--lang", "zh", rc=0, stdin=path.read_bytes()).out.decode(), zh, "from stdin")
    every = sanzao(folder, "alerts", "alerts.ndjson", "--events", "--lang", "en", rc=0).out.decode()
    expect(f"{len(events)} events" in every, every[-300:])
    folded = [json.loads(x) for x in sanzao(folder, "alerts", "alerts.ndjson", "--json", rc=0).out.splitlines()]
    same(standing(folded), stand, "--json, folded")
    as_came = [json.loads(x) for x in sanzao(folder, "alerts", "alerts.ndjson", "--json", "--events", rc=0).out.splitlines()]
    same(as_came, events, "--json --events")
    write(folder / "mixed", b"not json\n" + path.read_bytes()[:5000] + b"\n{}\n")
    result = sanzao(folder, "alerts", "mixed", rc=1)
    expect("lines are no alert events, the first is line 1" in result.err, result)
    write(folder / "mixed", b"\n" + path.read_bytes() + b'{"alert"')
    for lang, text in (("en", f"1 line is no alert event, the first is line {len(events) + 2}"), ("zh", f"有 1 行不是预警事件，第一处在第 {len(events) + 2} 行")):
        expect(text in sanzao(folder, "alerts", "mixed", "--lang", lang, rc=1).err, text)
    write(folder / "none", b"")
    same(sanzao(folder, "alerts", "none", rc=0).rc, 0, "no alerts at all")
    nul = "".join('{"alert":"a\\u0000%d","student":"s1","seq":1,"state":"open"}\n' % i for i in range(2))
    text = sanzao(folder, "alerts", "-", "--lang", "en", rc=0, stdin=nul.encode()).out.decode()
    expect("2 stand (2 open" in text, "ids are told apart behind a NUL, too", text)


def test_what_happened_once_is_not_open(tmp):
    """An instant rule's alert and a sequence's end without an announcement: nothing that a counselor could wait for."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n"
          "  - {id: big, when: event.amount >= 100, level: blue}\n  - {id: twice, sequence: [{event: swipe}, {event: swipe}], within: 1h, level: blue}\n"
          "  - {id: many, when: n >= 2, level: yellow}\n")
    write_lines(tmp / "e.ndjson", [json.dumps({"type": "swipe", "student": "s1", "amount": a, "time": f"2026-03-02T08:0{i}:00"}).encode()
                                   for i, a in enumerate((100, 5))])
    sanzao(tmp, "run", "--source", "file:e.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:a.ndjson", rc=0)
    same({a["rule"]: a.get("instant") for a in alerts(tmp / "a.ndjson")}, {"big": True, "twice": True, "many": None}, "instant")
    for lang, once, total in (("en", "once", "3 stand (1 open, 0 resolved, 2 once); 0 taken back."), ("zh", "单次", "共 3 条有效（未解除 1，已解除 0，单次 2），另有 0 条已撤回。")):
        text = sanzao(tmp, "alerts", "a.ndjson", "--lang", lang, rc=0).out.decode()
        heads = [line for line in text.splitlines() if line.startswith("●")]
        same([line.endswith(once) for line in heads if " many " not in line], [True, True], lang)
        expect(total in text, lang, text)


def test_no_control_character_of_a_record_reaches_a_terminal(tmp):
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\n"
          "rules: [{id: r, title: {zh: 一, en: One}, when: n >= 1, level: blue, message: {zh: '{student.id}', en: '{student.id}'}}]\n")
    ids = ["a\x1b[31m", "b\n● RED  x", "c\u202ed", "e\x9bf", "g\x7f"]
    write_lines(tmp / "e.ndjson", [json.dumps({"type": "swipe", "student": x, "time": "2026-03-02T08:00:00", "place": "p\x1b]0;x\x07"}).encode() for x in ids])
    args = ["run", "--source", "file:e.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson"]
    sanzao(tmp, *args, rc=0)
    same(sorted(a["student"] for a in alerts(tmp / "alerts.ndjson")), sorted(ids), "programs get them as they are")
    for shown in (sanzao(tmp, "alerts", "alerts.ndjson", rc=0), sanzao(tmp, "alerts", "alerts.ndjson", "--events", rc=0), sanzao(tmp, *args, "--dry-run", rc=0)):
        text = shown.out.decode()
        same([c for c in text if c != "\n" and not c.isprintable()], [], shown.args[1])
        expect("\n● RED" not in text and "a.[31m" in text, shown)
    expect(b"\\u001b" in sanzao(tmp, "alerts", "alerts.ndjson", "--json", rc=0).out.lower(), "--json")


def test_reasons_are_told_as_a_person_reads_them(tmp):
    """What a clause says itself is not said twice, one day is one day, and a source in two languages is read in one's own."""
    alert = {"schema": 1, "alert": "a", "seq": 1, "event": "firing", "state": "open", "rule": "r", "student": "s1", "level": "blue",
             "since": "2026-03-26T07:12:00+08:00", "at": "2026-03-26T07:12:00+08:00", "title": {"zh": "题", "en": "Title"},
             "message": {"zh": "文", "en": "Text"}, "source": {"zh": "学生手册", "en": "Handbook"}, "reasons": [
                 {"clause": 'event.op == "topup"', "value": "topup", "threshold": "topup", "held": True},
                 {"clause": "n == 0", "value": 0, "threshold": 0, "held": True, "from": "2026-03-26T00:00:00+08:00", "to": "2026-03-26T07:12:00+08:00"},
                 {"clause": "n == 2", "value": 3, "threshold": 2, "held": False},
                 {"clause": "n >= 2", "value": 3, "threshold": 2, "held": True, "from": "2026-03-20T00:00:00+08:00", "to": "2026-03-26T07:12:00+08:00"}]}
    write(tmp / "a.ndjson", json.dumps(alert).encode() + b"\n")
    lines = lambda lang: [x.strip() for x in sanzao(tmp, "alerts", "a.ndjson", "--lang", lang, rc=0).out.decode().splitlines()]
    same(lines("en")[2:7], ['✓ event.op == "topup"', "✓ n == 0  2026-03-26", "✗ n == 2  3 (limit 2)", "✓ n >= 2  3 (limit 2)  2026-03-20 … 2026-03-26",
                            "threshold from: Handbook"], "in English")
    same(lines("zh")[6], "依据：学生手册", "in Chinese")


def test_source_of_a_threshold_may_be_in_two_languages(tmp):
    rule = "rules:\n  - {id: r, when: event.op == \"consume\", level: blue, source: %s}\n"
    write(tmp / "e.ndjson", json.dumps({"type": "swipe", "student": "s1", "time": "2026-03-02T08:00:00+08:00"}).encode() + b"\n")
    for text, want in (("NJUST 2016", "NJUST 2016"), ("{zh: 手册, en: Handbook}", {"zh": "手册", "en": "Handbook"})):
        write(tmp / "rules/r.yaml", rule % text)
        sanzao(tmp, "run", "--source", "file:e.ndjson", "--rules", "rules", "--alerts", "file:a.ndjson", rc=0)
        same(json.loads((tmp / "a.ndjson").read_bytes().splitlines()[0])["source"], want, text)
    write(tmp / "rules/r.yaml", rule % "{zh: 手册}")
    expect("SZ025" in sanzao(tmp, "check", "rules", rc=1).out.decode(), "one language only")


def test_state_show_is_the_same_whichever_way_it_came(tmp):
    shown = {}
    for name, cuts in (("one run", [len(LINES)]), ("three runs", [len(LINES) // 3, len(LINES) // 2, len(LINES)])):
        folder = CAMPUS.write(tmp / name.replace(" ", "-"))
        for i, cut in enumerate(cuts):
            write_lines(folder / "events.ndjson", LINES[:cut])
            run(folder, "--order", "arrival", *STATE, *(UNTIL if cut == len(LINES) else []))
        show = lambda student, rc=0: sanzao(folder, "state", "show", student, *STATE, "--campus", "campus", "--rules", "rules", rc=rc)
        shown[name] = [json.loads(show(s).out) for s in CAMPUS.students[:6]]
        expect("no such student" in show("nobody", 1).err, "an unknown one")
        there = outputs(folder)
        run(folder, "--order", "arrival", *STATE, *UNTIL)
        same(outputs(folder), there, "files after a look")
    for a, b in zip(shown["one run"], shown["three runs"]):
        same(sorted(a), sorted(b), "fields of the record")
        same(a.get("student"), b.get("student"), "student")
    say(f"fields: {' '.join(shown['one run'][0])}")


def test_state_shows_a_record_by_its_time_and_a_habit_by_its_parts(tmp):
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features:\n  door: {last: dorm_access}\n  bought: {first: swipe, over: 7d}\n"
          "  habit: {baseline: {count: swipe, over: 1d}, recent: 1d, against: 2d}\nrules: []\n")
    write_lines(tmp / "events.ndjson", [json.dumps({"id": f"e{i}", "type": kind, "time": f"2026-03-0{d}T08:0{i}:00+08:00", "student": "s1"}).encode()
                                        for i, (d, kind) in enumerate([(2, "swipe"), (3, "swipe"), (4, "swipe"), (4, "swipe"), (5, "swipe")])])
    run(tmp, *STATE, "--until", "2026-03-05")
    shown = json.loads(sanzao(tmp, "state", "show", "s1", *STATE, "--campus", "campus", "--rules", "rules", "--lang", "en").out)["features"]
    same(shown, {"door": "no data", "bought": "2 Mar 08:00", "habit.day": "1", "habit.now": "2", "habit.usual": "1", "habit.ratio": "200%", "habit.z": "1"},
         "values")


def test_state_shown_with_another_campus_or_other_rules_says_so(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "events.ndjson", LINES)
    run(folder, *STATE, *UNTIL)
    write(folder / "other/r.yaml", "features: {n: {count: seen, over: 7d}}\nrules: []\n")
    show = lambda *args: sanzao(folder, "state", "show", "s001", *STATE, *args, rc=0).err
    same(show("--campus", "campus", "--rules", "rules"), "", "as the run has them")
    for args, word in ((["--rules", "rules"], "another campus"), (["--campus", "campus", "--rules", "other"], "other rules"),
                       (["--rules", "other"], "another campus and other rules")):
        expect(f"note[SZ476]: the last run had {word}: " in show(*args), word, show(*args))
    expect("说明[SZ476]：这里给出的校园数据与上次运行的不同" in show("--rules", "rules", "--lang", "zh"), "in Chinese")


def test_state_show_asks_for_no_rules_where_there_are_none(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "events.ndjson", LINES)
    run(folder, *STATE, *UNTIL)
    (folder / "rules").rename(folder / "elsewhere")
    show = lambda *args, rc=0: sanzao(folder, "state", "show", "s001", *STATE, *args, rc=rc)
    told, full = json.loads(show().out), json.loads(show("--campus", "campus", "--rules", "elsewhere").out)
    same((told["student"], told["records"], len(told["log"])), (full["student"], full["records"], len(full["log"])), "the log")
    expect("SZ476" in show().err, "that it is not the run's rules", show())
    show("--rules", "rules", rc=4)


if __name__ == "__main__": sys.exit(main(globals()))
