#!/usr/bin/env python3
"""HUP in a run that goes on, other rules between runs, and the state plan that is said before either (semantics 5)."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import Campus, RULES, alerts, expect, finish, main, same, sanzao, say, size, standing, start, wait_for, write, write_lines

STATE = ["--state", "sqlite:state.db"]
BASE = ["--order", "arrival", "--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson"]
APPLIED, READING = "the new rules and campus hold", "reading rules and campus again"


class Live:
    """A run on standard input, which says on stderr what happens to it."""

    def __init__(self, folder, *options):
        self.process = start(folder, "run", "--source", "stdin", *BASE, *options, stdin=subprocess.PIPE)
        self.err = b""
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()
        wait_for(self.takes_hup, self.process, "a run that takes HUP")
        self.alerts = folder / "alerts.ndjson"
        if "sqlite:state.db" in options:            # opened once rules and campus are read
            wait_for((folder / "state.db.lock").exists, self.process, "a run that has read its rules")

    def takes_hup(self):
        caught = next(l for l in open(f"/proc/{self.process.pid}/status") if l.startswith("SigCgt"))
        return int(caught.split()[1], 16) >> (signal.SIGHUP - 1) & 1

    def told(self, text):
        """Until an alert with that text has left: what was sent before it was taken and committed."""
        there = lambda: self.alerts.exists() and text in self.alerts.read_bytes()
        expect(wait_for(there, self.process, f"{text}"), "it ended:", self.err.decode())

    def listen(self):
        for line in self.process.stderr: self.err += line

    def send(self, lines):
        self.process.stdin.write(b"".join(line + b"\n" for line in lines))
        self.process.stdin.flush()

    def hup(self, *phrases):
        """What it says from here until it has said one of the phrases."""
        before = len(self.err)
        self.process.send_signal(signal.SIGHUP)
        said = lambda: self.err[before:].decode()
        expect(wait_for(lambda: any(p in said() for p in phrases), self.process, "an answer to HUP"), "it ended:", self.err.decode())
        return said()

    def end(self, rc=0):
        self.process.stdin.close()
        self.process.stdin = None
        code = self.process.wait(timeout=600)
        self.reader.join()
        expect(code == rc, f"exit {rc} expected, not {code}:", self.err.decode())
        return json.loads(self.err.decode().strip().splitlines()[-1])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


def swipe(student, time, amount=5):
    return json.dumps({"type": "swipe", "student": student, "time": time, "amount": amount, "id": f"{student} {time}"}).encode()


def rules(n, window="7d"):
    return f"""\
events: {{meal: {{event: swipe, where: event.op == "consume"}}}}
features: {{meals: {{count: meal, over: 7d}}, spent: {{sum: meal.amount, over: {window}}}}}
rules:
  - {{id: many, title: {{zh: 多, en: Many}}, purpose: student-safety, when: meals >= {n}, level: blue}}
  - {{id: two, title: {{zh: 二, en: Two}}, purpose: student-safety, when: meals >= 2, level: blue}}
"""


def small(tmp):
    write(tmp / "campus/students.csv", "student\ns1\ns2\n")
    write(tmp / "rules/r.yaml", rules(3))
    return tmp


MARK = b"2024-03-09T12:34:56+08:00"


def marked(lines):
    """Ends with a purchase that a rule speaks of at once."""
    return lines + [json.dumps({"type": "swipe", "student": "s020", "time": MARK.decode(), "amount": 99, "id": "mark"}).encode()]


def days(first, last): return [swipe("s1", f"2026-03-{d:02}T12:00") for d in range(first, last + 1)]


def fired(tmp): return [(e["event"], e["rule"], e["at"][:10], e.get("why")) for e in alerts(tmp / "alerts.ndjson") if e["rule"] != "two"]


# ---- HUP -----------------------------------------------------------------------------------------------------------------------

def test_hup_judges_by_the_new_rules_from_there_on(tmp):
    run = Live(small(tmp), *STATE)
    run.send(days(1, 2))
    run.told(b'"rule":"two"')
    write(tmp / "rules/r.yaml", rules(4, "3d"))
    said = run.hup(APPLIED)
    plan = ["carried  meals, spent", "rules    changed many"]
    for line in plan: expect(line in said and said.index(line) < said.index(APPLIED), "the plan comes first:", said)
    expect("fresh" not in said and "dropped" not in said, "a shorter window needs no new data:", said)
    run.send(days(3, 4))
    summary = run.end()
    same(fired(tmp), [("firing", "many", "2026-03-04", None)], "by four meals, not by three")
    same((summary["used"], summary["standing"]), (4, 2), "the counters go on")
    write(tmp / "rules/r.yaml", rules(4, "3d"))
    expect("carried" not in sanzao(tmp, "run", *STATE, "--plan", "--rules", "rules", "--campus", "campus", rc=0).out.decode(),
           "the state is of the new rules")


def test_hup_with_broken_rules_says_all_findings_and_goes_on(tmp):
    run = Live(small(tmp), *STATE)
    run.send(days(1, 2))
    write(tmp / "rules/r.yaml", rules(4).replace("meals >= 4", "meal_s >= 4"))
    write(tmp / "rules/other.yaml", "rules: [")
    said = run.hup("what runs keeps running")
    for finding in ("r.yaml:4:73: error[SZ042]", "other.yaml:1:8: error[SZ006]"): expect(finding in said, finding, "is missing:", said)
    expect(APPLIED not in said, said)
    run.send(days(3, 3))
    run.end()
    same(fired(tmp), [("firing", "many", "2026-03-03", None)], "the old rules judge on")


def test_hup_with_broken_campus_goes_on(tmp):
    run = Live(small(tmp), *STATE)
    write(tmp / "campus/students.csv", "name\ns1\n")
    expect("students.csv:1" in run.hup("what runs keeps running"), run.err.decode())
    write(tmp / "campus/students.csv", "student\ns1\ns2\n")
    write(tmp / "campus/types.yaml", "library: {presence: true, label: {zh: 图书馆, en: library}, fields: {}}\n")
    expect("types.yaml" in run.hup("what runs keeps running"), run.err.decode())
    run.send(days(1, 3))
    run.end()
    same(len(fired(tmp)), 1, "what runs keeps running")


def test_hup_with_nothing_changed_changes_nothing(tmp):
    run = Live(small(tmp), *STATE)
    run.send(days(1, 2))
    expect(APPLIED not in run.hup("no file has changed"), run.err.decode())
    run.send(days(3, 3))
    run.end()
    same(len(fired(tmp)), 1, "alerts")


def test_hup_twice_quickly_ends_with_the_newest_rules(tmp):
    run = Live(small(tmp), *STATE)
    run.send(days(1, 2))
    for n in (9, 8, 7, 6, 5):
        write(tmp / "rules/new", rules(n) + f"  - {{id: by{n}, purpose: student-safety, when: meals >= 99, level: blue}}\n")
        os.replace(tmp / "rules/new", tmp / "rules/r.yaml")
        run.process.send_signal(signal.SIGHUP)      # signals that come together are one
    expect(wait_for(lambda: APPLIED in run.err.decode().partition("new by5")[2], run.process, "the newest"), "it ended:", run.err.decode())
    run.hup("no file has changed")
    run.send(days(3, 5))
    run.end()
    same(fired(tmp), [("firing", "many", "2026-03-05", None)], "by the newest")


def test_hup_with_no_rules_and_others_again(tmp):
    """Fewer classes of rules than before, none at all, and more again."""
    run = Live(small(tmp), *STATE)
    for text in ("", rules(5), "", rules(4), rules(6)):
        write(tmp / "rules/new", text)
        os.replace(tmp / "rules/new", tmp / "rules/r.yaml")     # whole or not at all
        run.hup(APPLIED)
    run.send(days(1, 6))
    run.end()
    same(fired(tmp), [("firing", "many", "2026-03-06", None)], "by the last of them")


def test_hup_while_a_pipe_is_full_of_records_loses_none(tmp):
    campus = Campus(5, students=20, days=6)
    campus.write(tmp)
    lines = campus.lines()
    run = Live(tmp, *STATE, "--commit-records", "17")
    for i in range(0, len(lines), 150):
        run.send(lines[i:i + 150])
        write(tmp / "rules/more.yaml", f"# {i}\n")
        run.process.send_signal(signal.SIGHUP)
    run.hup("no file has changed", APPLIED)
    summary = run.end()
    alone = Campus(5, students=20, days=6)
    alone.write(tmp / "alone")
    write_lines(tmp / "alone/in.ndjson", lines)
    want = sanzao(tmp / "alone", "run", "--source", "file:in.ndjson", *BASE, rc=0).summary()
    for key in ("read", "used", "duplicate", "dead_letter", "standing"): same(summary[key], want[key], key)
    same((tmp / "alerts.ndjson").read_bytes(), (tmp / "alone/alerts.ndjson").read_bytes(), "a comment changes no alert")
    expect(run.err.decode().count(APPLIED) >= 1, run.err.decode()[-800:])


OTHER = RULES.replace("at_least: {1: blue, 2: yellow, 3: orange}", "at_least: {2: yellow, 4: orange}") \
    .replace("  meals_1d: {count: meal, over: 24h}\n", "  meals_1d: {count: meal, over: 24h}\n  shops: {distinct: bought.place, over: 2d}\n") \
    .replace("  - {id: out,", "  - {id: wanders, title: {zh: 走动, en: Wanders}, purpose: student-safety, when: shops >= 3, level: blue}\n  - {id: out,") \
    .replace("mode: shadow", "mode: disabled")


def test_hup_is_what_two_runs_on_one_state_are(tmp):
    """Rules change, one goes, one is new, leaves change, a student is new, another has gone; unchanged rules do as they did."""
    campus = Campus(11, students=30, days=10)
    lines = campus.lines()
    half = len(lines) // 2 + 1
    lines = marked(lines[:half - 1]) + lines[half - 1:]

    def change(folder):
        write(folder / "rules/rules.yaml", OTHER)
        text = (folder / "campus/students.csv").read_text().replace("s003,", "n003,")
        write(folder / "campus/students.csv", text)
        leaves = (folder / "campus/leaves.csv").read_text().splitlines()
        write(folder / "campus/leaves.csv", "\n".join(leaves[:-4] + ["s001,2024-03-07,2024-03-09,leave,", "s002,2024-03-08,2024-03-12,sick,"]) + "\n")

    for name in ("live", "two", "old"): campus.write(tmp / name)
    run = Live(tmp / "live", *STATE)
    run.send(lines[:half])
    run.told(b'"at":"%s"' % MARK)
    change(tmp / "live")
    said = run.hup(APPLIED)
    run.send(lines[half:])
    summary = run.end()
    two = tmp / "two"
    write_lines(two / "a.ndjson", lines[:half])
    write_lines(two / "b.ndjson", lines[half:])
    sanzao(two, "run", "--source", "file:a.ndjson", *BASE, *STATE, rc=0)
    change(two)
    second = sanzao(two, "run", "--source", "file:b.ndjson", *BASE, *STATE, rc=0)
    plan = [l for l in said.splitlines() if l.startswith("  ")]
    for line in plan: expect(line in second.err, "both say the same plan:", line, second.err)
    expect(any("fresh    shops (known from" in l for l in plan), said)
    expect(any("rules    new wanders · changed late · switched off spends" in l for l in plan), said)
    same(standing(alerts(tmp / "live/alerts.ndjson")), standing(alerts(two / "alerts.ndjson")), "standing alerts")
    same(summary["standing"], second.summary()["standing"], "standing")
    old = tmp / "old"
    write_lines(old / "in.ndjson", lines)
    sanzao(old, "run", "--source", "file:in.ndjson", *BASE, rc=0)
    of = lambda folder: [s for s in standing(alerts(folder / "alerts.ndjson"))
                         if s[0] in ("missed", "big", "silent") and s[1] not in ("s001", "s002", "s003", "n003") and
                         s[1] not in {l.split(",")[0] for l in (old / "campus/leaves.csv").read_text().splitlines()}]
    expect(len(of(old)) > 20, "too few to compare", len(of(old)))
    same(of(tmp / "live"), of(old), "what rules say that did not change, of students of whom nothing changed")


def test_hup_resolves_what_a_removed_rule_had_open(tmp):
    run = Live(small(tmp), *STATE)
    run.send(days(1, 3))
    run.told(b'"rule":"many"')
    write(tmp / "rules/r.yaml", rules(3).replace("id: many", "id: more"))
    said = run.hup(APPLIED)
    expect("rules    new more · removed many" in said, said)
    run.send(days(4, 4))
    run.end()
    same(fired(tmp), [("firing", "many", "2026-03-03", None), ("resolved", "many", "2026-03-03", "rule_removed"),
                      ("firing", "more", "2026-03-03", None)], "events")
    versions = {e["event"]: e["rule_version"] for e in alerts(tmp / "alerts.ndjson") if e["rule"] == "many"}
    same(versions["resolved"], versions["firing"], "the version that had told it")


def test_what_was_told_in_the_shadow_ends_there(tmp):
    for name, after in (("gone", "rules: []\n"), ("off", rules(3).replace("level: blue", "level: blue, mode: disabled"))):
        small(tmp / name)
        write(tmp / name / "rules/r.yaml", rules(3).replace("when: meals >= 3,", "when: meals >= 3, mode: shadow,"))
        for part, lines in (("in", days(1, 3)), ("more", days(4, 4))):
            write_lines(tmp / name / f"{part}.ndjson", lines)
            sanzao(tmp / name, "run", "--source", f"file:{part}.ndjson", *BASE, *STATE, rc=0)
            write(tmp / name / "rules/r.yaml", after)
        same(sorted((e["rule"], e["event"], e["mode"]) for e in alerts(tmp / name / "alerts.ndjson")),
             [("many", "firing", "shadow"), ("many", "resolved", "shadow"), ("two", "firing", "live"), ("two", "resolved", "live")], name)


def test_whoever_heard_of_an_alert_hears_of_its_end(tmp):
    """A rule that goes into the shadow, or out of it, with an alert open: it steps as it is now, and ends as it was told."""
    rule = lambda mode: ("events: {meal: {event: swipe, where: event.op == \"consume\"}}\nfeatures: {n: {count: meal, over: 2d}}\n"
                         f"rules: [{{id: r, value: n, at_least: {{2: blue, 3: yellow, 4: orange}}, mode: {mode}}}]\n")
    cases = {
        "into the shadow": (["live", "shadow"], [("firing", "live"), ("resolved", "live")]),
        "out of the shadow": (["shadow", "live"], [("firing", "shadow"), ("resolved", "shadow")]),
        "stepped in the shadow": (["live", "shadow", "shadow"], [("firing", "live"), ("stepped", "shadow"), ("resolved", "live")]),
        "stepped live": (["shadow", "live", "shadow"], [("firing", "shadow"), ("stepped", "live"), ("resolved", "live")]),
        "into the shadow, and gone": (["live", "shadow", None], [("firing", "live"), ("stepped", "shadow"), ("resolved", "live")]),
        "taken back": (["live", "shadow"], [("firing", "live"), ("retracted", "live")]),
    }
    for name, (modes, events) in cases.items():
        folder = small(tmp / name)
        one = lambda k: json.dumps({"type": "swipe", "student": "s1", "id": f"e{k}", "time": f"2026-03-02T0{k}:00:00+08:00"}).encode()
        parts = [[one(1), one(2)], *[[one(2 + k)] for k in range(1, len(modes) - 1)], []]
        if name == "taken back":                       # late: the first was undone before the second came
            parts[-1] = [json.dumps({**json.loads(one(1)), "time": "2026-03-02T01:30:00+08:00", "op": "reversal", "ref": "e1", "id": "u"}).encode()]
        for k, (mode, lines) in enumerate(zip(modes, parts)):
            write(folder / "rules/r.yaml", rule(mode) if mode else "rules: []\n")
            write_lines(folder / f"{k}.ndjson", lines)
            last = ["--until", "2026-03-06"] if k == len(modes) - 1 else []
            sanzao(folder, "run", "--source", f"file:{k}.ndjson", *BASE, *STATE, *last, rc=0)
        told = alerts(folder / "alerts.ndjson")
        same([(e["event"], e["mode"]) for e in told], events, name)
        same(len({e["alert"] for e in told}), 1, name)


def test_what_the_campus_says_otherwise_is_evaluated_again(tmp):
    """Another kind of place, cut-off, zone, or term, between two runs on one state: what was told by the old one is taken back."""
    where = {"place": 'place.kind == "canteen"', "curfew": "event.late", "zone": 'event.clock > "23:00"'}
    before = {"places.csv": "place,kind\nc,canteen\n", "calendar.yaml": "terms: [{id: spring, from: 2026-02-23, to: 2026-07-05}]\n"}
    after = {"place": {"places.csv": "place,kind\nc,shop\n"}, "curfew": {"calendar.yaml": before["calendar.yaml"] + "curfew: {sun-sat: '23:40'}\n"},
             "zone": {"calendar.yaml": before["calendar.yaml"] + "timezone: Asia/Dubai\n"},
             "term": {"calendar.yaml": before["calendar.yaml"].replace("spring", "summer")}}
    record = '{"type":"dorm_access","student":"s1","time":"2026-03-02T23:30:00+08:00","direction":"in","place":"c","id":"a"}\n'
    for name, changed in after.items():
        folder = small(tmp / name)
        for file, text in before.items(): write(folder / "campus" / file, text)
        term = ' && calendar.term == "spring"' if name == "term" else ""
        write(folder / "rules/r.yaml", f"events: {{it: {{event: dorm_access, where: '{where.get(name, 'true')}'}}}}\n"
              f"features: {{n: {{count: it, over: 7d}}}}\nrules: [{{id: r, when: 'n >= 1{term}', level: blue}}]\n")
        write(folder / "in.ndjson", record)
        write(folder / "more.ndjson", record.replace("s1", "s2"))
        for part in ("in", "more"):
            sanzao(folder, "run", "--source", f"file:{part}.ndjson", *BASE, *STATE, "--until", "2026-03-03T12:00:00+08:00", rc=0)
            for file, text in changed.items(): write(folder / "campus" / file, text)
        same([(e["event"], e["student"]) for e in alerts(folder / "alerts.ndjson")], [("firing", "s1"), ("retracted", "s1")], name)


def test_kinds_of_places_that_are_put_right_are_counted_anew(tmp):
    """What is counted apart is what the campus says of the places by now, as far as the horizon reaches."""
    small(tmp)
    write(tmp / "rules/r.yaml", "features: {kinds: {distinct: swipe.place.kind, over: 7d}}\n"
          "rules:\n  - {id: apart, purpose: student-safety, when: kinds >= 2, level: blue}\n")
    at = lambda time, place: json.dumps({"type": "swipe", "student": "s1", "time": time, "place": place, "id": time}).encode()
    write_lines(tmp / "a.ndjson", [at("2026-03-02T08:00", "c1"), at("2026-03-03T08:00", "c2")])
    write_lines(tmp / "b.ndjson", [at("2026-03-04T08:00", "c1")])
    write_lines(tmp / "c.ndjson", [])
    told = []
    for name, kind in (("a", "canteen"), ("b", "shop"), ("c", "canteen")):
        write(tmp / "campus/places.csv", f"place,kind\nc1,canteen\nc2,{kind}\n")
        sanzao(tmp, "run", "--source", f"file:{name}.ndjson", *BASE, *STATE, rc=0)
        told.append([(e["event"], e["since"][:10]) for e in alerts(tmp / "alerts.ndjson")])
    fires = ("firing", "2026-03-03")
    same(told, [[], [fires], [fires, ("retracted", "2026-03-03")]], "told after each run")


def test_who_is_new_in_the_roster_is_judged_from_there_on(tmp):
    """Not seen since the term began is told of him at the next check, not as of days on which nobody had named him."""
    folder = small(tmp / "new")
    write(folder / "campus/calendar.yaml", "terms: [{id: spring, from: 2026-02-23, to: 2026-07-05}]\n")
    write(folder / "campus/students.csv", "student\ns1\n")
    write(folder / "rules/r.yaml", "features: {n: {count: swipe, over: 2d}}\nrules: [{id: r, check: 'daily at 07:00', when: n == 0, level: blue}]\n")
    for part, day in ("in", 1), ("more", 2):
        write(folder / f"{part}.ndjson", f'{{"type":"swipe","student":"s1","time":"2026-03-0{day}T06:00:00+08:00","id":"{part}"}}\n')
        sanzao(folder, "run", "--source", f"file:{part}.ndjson", *BASE, *STATE, "--until", f"2026-03-0{day + 1}T12:00:00+08:00", rc=0)
        write(folder / "campus/students.csv", "student\ns1\ns2\n")
    same([(e["event"], e["since"][:16]) for e in alerts(folder / "alerts.ndjson") if e["student"] == "s2"], [("firing", "2026-03-03T07:00")], "since")


def test_who_is_gone_from_the_roster_rests_until_he_is_back(tmp):
    """A roster may be cut short: nothing is told of him, what is open stays open, his records are set aside, and back he is judged again."""
    folder = small(tmp / "gone")
    write(folder / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= 1, level: blue}]\n")
    rosters, told, aside = ["s1\ns2", "s2", "s1\ns2"], [], []
    for k, (ids, day) in enumerate(zip(rosters, (2, 12, 14))):
        write(folder / "campus/students.csv", f"student\n{ids}\n")
        write(folder / f"{k}.ndjson", f'{{"type":"swipe","student":"s1","time":"2026-03-{day:02}T08:00:00+08:00","id":"{k}"}}\n')
        done = sanzao(folder, "run", "--source", f"file:{k}.ndjson", *BASE, *STATE, "--until", f"2026-03-{day:02}T20:00:00+08:00", rc=0)
        told.append([(e["event"], e["at"][:16]) for e in alerts(folder / "alerts.ndjson")])
        aside.append(json.loads(done.err.strip().splitlines()[-1])["dead_letter_by"].get("unknown_student", 0))
    fired = ("firing", "2026-03-02T08:00")
    same(told[:2], [[fired], [fired]], "told while he is gone")
    same(aside[:2], [0, 1], "set aside")
    same(told[2], [fired, ("resolved", "2026-03-13T00:00"), ("firing", "2026-03-14T08:00")], "told when he is back")


def test_hup_then_kill_then_resume(tmp):
    campus = Campus(7, students=24, days=8)
    lines = campus.lines()
    half = len(lines) // 2 + 1
    lines = marked(lines[:half - 1]) + lines[half - 1:]
    for name in ("killed", "calm"):
        folder = tmp / name
        campus.write(folder)
        run = Live(folder, *STATE, "--commit-records", "50", "--dead-letters", "file:dead.ndjson")
        run.send(lines[:half])
        run.told(b'"at":"%s"' % MARK)
        write(folder / "rules/rules.yaml", OTHER)
        run.hup(APPLIED)
        if name == "killed":
            run.send(lines[half:half + 60])
            run.kill()
            run = Live(folder, *STATE, "--commit-records", "50", "--dead-letters", "file:dead.ndjson")
            run.send(lines[:half])                  # an unfinished batch is given again as it was
        run.send(lines[half:])
        summary = run.end()
        if name == "killed":
            expect("the rules are others" not in run.err.decode(), "the commit of the switch stands:", run.err.decode())
            killed = summary
        else: same({k: killed[k] for k in ("read", "used", "duplicate", "dead_letter", "standing")},
                   {k: summary[k] for k in ("read", "used", "duplicate", "dead_letter", "standing")}, "counters")
    same(standing(alerts(tmp / "killed/alerts.ndjson")), standing(alerts(tmp / "calm/alerts.ndjson")), "standing alerts")


def test_hup_in_chinese(tmp):
    run = Live(small(tmp), *STATE, "--lang", "zh")
    run.send(days(1, 2))
    run.told(b'"rule":"two"')
    write(tmp / "rules/r.yaml", rules(4, "30d"))
    said = run.hup("起生效")
    for text in ("收到 HUP", "规则已变化：自 2026-03-02T12:00:00+08:00 起按新规则判断", "  沿用  meals", "  新建  spent（自 2026-02-17 起有数据）",
                 "  规则  改动 many"): expect(text in said, text, "is missing:", said)
    run.end()


def test_hup_in_a_sorted_run(tmp):
    """Standard input is read to its end before it is judged: then by the newest rules alone."""
    run = Live(small(tmp), *STATE, "--order", "sorted")
    run.send(days(1, 2))
    write(tmp / "rules/r.yaml", rules(2))
    run.hup(APPLIED)
    run.send(days(3, 3))
    run.end()
    same(fired(tmp), [("firing", "many", "2026-03-02", None)], "alerts")


def test_removed_rule_of_many_students_is_told_of_each_in_order(tmp):
    """In a run that goes on, and between two."""
    students = [f"s{i:03}" for i in range(120)]
    lines = [swipe(s, f"2026-03-0{d}T12:00") for d in (1, 2, 3) for s in students]
    for name in ("live", "two"):
        folder = small(tmp / name)
        write(folder / "campus/students.csv", "student\n" + "".join(f"{s}\n" for s in reversed(students)))
        if name == "live":
            run = Live(folder, *STATE)
            run.send(lines)
            run.told(b'"at":"2026-03-03T12:00:00+08:00"')
            wait_for(lambda: (folder / "alerts.ndjson").read_bytes().count(b'"rule":"many"') == len(students), run.process)
        else:
            write_lines(folder / "in.ndjson", lines)
            sanzao(folder, "run", "--source", "file:in.ndjson", *BASE, *STATE, rc=0)
        write(folder / "rules/r.yaml", rules(3).replace("id: many", "id: more"))
        if name == "live":
            run.hup(APPLIED)
            run.end()
        else: sanzao(folder, "run", "--source", "file:in.ndjson", *BASE, *STATE, rc=0)
        gone = [e for e in alerts(folder / "alerts.ndjson") if e.get("why") == "rule_removed"]
        same([(e["student"], e["rule"], e["event"]) for e in gone], [(s, "many", "resolved") for s in students], name)


def rows(folder):
    """How many students' snapshots the state holds; 0 while it cannot be asked. Of a copy: a run keeps its file locked, and cannot begin
    while another looks into it."""
    with tempfile.TemporaryDirectory() as copy:
        try:
            for end in ("", "-wal"):
                if (folder / f"state.db{end}").exists(): shutil.copy(folder / f"state.db{end}", copy)
            with contextlib.closing(sqlite3.connect(f"{copy}/state.db")) as db: return db.execute("SELECT count(*) FROM snapshots").fetchone()[0]
        except (sqlite3.Error, OSError): return 0


def grown(folder, times):
    """Has the state's log grown so often? A commit is a few writes; two that come at once count once."""
    seen = set()
    def look():
        seen.add(size(folder / "state.db-wal"))
        return len(seen) > times
    return look


def test_kill_while_students_are_put_into_the_form_of_other_rules(tmp):
    """Hundreds a commit: first what the switch ends of them is told, then they are written in the new form. Killed in the middle of both, a run
    takes up what is left, and no alert is other than without the kill. (Each place between two commits: tests/unit/test_engine_forms.c.)"""
    students = [f"s{i:04}" for i in range(3000)]
    lines = [swipe(s, f"2026-03-0{d}T12:00") for d in (1, 2, 3) for s in students]
    at_kill = []
    for name, writes in (("calm", 0), ("telling", 9), ("writing", 18)):
        folder = small(tmp / name)
        write(folder / "campus/students.csv", "student\n" + "".join(f"{s}\n" for s in students))
        write_lines(folder / "a.ndjson", lines)
        write_lines(folder / "b.ndjson", [swipe(s, "2026-03-04T12:00") for s in students])
        sanzao(folder, "run", "--source", "file:a.ndjson", *BASE, *STATE, rc=0)
        same(rows(folder), 0, "snapshots before: the journal is short")
        write(folder / "rules/r.yaml", rules(4, "30d").replace("id: two", "id: zwei"))
        args = ["run", "--source", "file:b.ndjson", *BASE, *STATE]
        if writes:
            run = start(folder, *args)
            wait_for(grown(folder, writes), run, "the switch, and some after it")
            run.kill()
            run.wait()
            at_kill.append(rows(folder))
        said = sanzao(folder, *args, rc=0).err
        expect("carried" not in said or not writes, "the commit of the switch stands", name, at_kill, said)
        same(rows(folder), len(students), "all are in the new form at the end")
        same((folder / "alerts.ndjson").read_bytes(), (tmp / "calm/alerts.ndjson").read_bytes(), f"alerts, {name}")
    say("in the new form at the kills:", at_kill, "of", len(students))


def test_first_look_is_the_same_wherever_runs_end(tmp):
    """A rule that has changed, and a student who is new in the roster, are first looked at at midnight, as nothing before asks for a look: where
    each record between is a run of its own, too, which began with a look at the last record's instant."""
    quiet = lambda time: json.dumps({"type": "attendance", "student": "s1", "status": "absent", "time": time, "id": time}).encode()
    lines = [quiet(f"2026-03-03T{h:02}:00") for h in (8, 9, 10)] + [swipe("s2", "2026-03-03T11:00")]
    none = rules(3) + "  - {id: none, title: {zh: 无, en: None}, purpose: student-safety, when: meals == 0, level: blue}\n"
    until = ["--until", "2026-03-04"]

    def changed(folder, in_pieces, roster, first, text):
        write(folder / "campus/students.csv", f"student\n{roster}")
        write(folder / "rules/r.yaml", first)
        write_lines(folder / "first.ndjson", [swipe("s1", "2026-03-02T12:00")] * (roster == "s1\ns2\n") + [swipe("s2", "2026-03-03T02:00")])
        sanzao(folder, "run", "--source", "file:first.ndjson", *BASE, *STATE, rc=0)
        write(folder / "campus/students.csv", "student\ns1\ns2\n")
        write(folder / "rules/r.yaml", text)
        pieces = [[x] for x in lines] + [[]] if in_pieces else [lines]
        for i, piece in enumerate(pieces):
            write_lines(folder / f"{i}.ndjson", piece)
            sanzao(folder, "run", "--source", f"file:{i}.ndjson", *BASE, *STATE, *(until if i == len(pieces) - 1 else []), rc=0)
        return [(e["event"], e["rule"], e["student"], e["at"]) for e in alerts(folder / "alerts.ndjson") if e["student"] == "s1"]

    for name, rule, *how in (("rule", "many", "s1\ns2\n", rules(3), rules(1)), ("student", "none", "s2\n", none, none)):
        got = [changed(tmp / f"{name}-{x}", x == "pieces", *how) for x in ("whole", "pieces")]
        same(got[0], [("firing", rule, "s1", "2026-03-04T00:00:00+08:00")], name)
        same(got[1], got[0], f"{name}, in pieces")


def test_permit_that_came_later_holds_under_other_rules_too(tmp):
    """It was recorded after the night that it excuses, and took the alert back. Records that are matched anew for other rules are matched with
    it, too: where time then went back over that night, the alert returned."""
    late = lambda more: f"""\
events: {{late: {{event: dorm_access, where: event.late}}, door: {{event: dorm_access}}}}
features: {{lates: {{count: late, over: 7d}}, doors: {{count: door, over: 7d}}}}
rules:
  - {{id: late, title: {{zh: 晚, en: Late}}, purpose: student-safety, when: lates >= 1, level: blue}}
{more}"""
    entry = lambda time: json.dumps({"type": "dorm_access", "student": "s1", "direction": "in", "time": time, "id": time}).encode()
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/leaves.csv", "student,from,to,kind,recorded\ns1,2026-03-02,2026-03-02,late_permit,2026-03-04T15:00\n")
    write(tmp / "rules/r.yaml", late(""))
    write_lines(tmp / "a.ndjson", [entry("2026-03-02T23:30"), entry("2026-03-05T12:00")])
    sanzao(tmp, "run", "--source", "file:a.ndjson", *BASE, *STATE, rc=0)
    write(tmp / "rules/r.yaml", late("  - {id: doors, title: {zh: 门, en: Doors}, purpose: student-safety, when: doors >= 99, level: blue}\n"))
    write_lines(tmp / "b.ndjson", [entry("2026-03-02T12:00"), entry("2026-03-05T13:00")])
    sanzao(tmp, "run", "--source", "file:b.ndjson", *BASE, *STATE, rc=0)
    same([(e["event"], e.get("why")) for e in alerts(tmp / "alerts.ndjson")], [("firing", None), ("retracted", "late_permit 2026-03-02")], "what is told")


# ---- between runs --------------------------------------------------------------------------------------------------------------

def digest(folder): return {p.name: p.read_bytes() for p in folder.iterdir() if p.name.startswith("state.db")}


def test_plan_is_said_and_nothing_is_touched(tmp):
    small(tmp)
    write(tmp / "rules/r.yaml", rules(3).replace("features: {", "features: {other: {last: meal}, "))
    write_lines(tmp / "in.ndjson", days(1, 3))
    plan = lambda *more: sanzao(tmp, "run", "--plan", *STATE, "--rules", "rules", "--campus", "campus", *more, rc=0).out.decode()
    expect("no state yet" in plan(), plan())
    expect(not (tmp / "state.db").exists(), "it made a state")
    sanzao(tmp, "run", "--source", "file:in.ndjson", *BASE, *STATE, rc=0)
    before = digest(tmp)
    expect("the rules are the state's" in plan(), plan())
    write(tmp / "rules/r.yaml", rules(4, "30d").replace("meals:", "eaten:").replace("meals >=", "eaten >="))
    same(plan().splitlines(), ["the rules are others than the state's: they hold from 2026-03-03T12:00:00+08:00 on", "  carried  eaten",
                               "  fresh    spent (known from 2026-02-18)", "  dropped  other", "  rules    changed many"], "text")
    as_json = json.loads(plan("--json"))
    same(as_json["features"], [{"name": "eaten", "fate": "carried"}, {"name": "spent", "fate": "fresh", "known_from": "2026-02-18"},
                               {"name": "other", "fate": "dropped"}], "features")
    same((as_json["changes"], as_json["carried"], as_json["fresh"], as_json["dropped"]), (True, 1, 1, 1), "counts")
    same(as_json["rules"], [{"id": "many", "change": "changed"}], "rules")
    expect("新建" in plan("--lang", "zh"), plan("--lang", "zh"))
    same(digest(tmp), before, "the state's files")


def test_rule_that_is_switched_on_begins_with_what_the_log_still_has(tmp):
    """While it was off nothing was added up for it, and nothing of it is shown."""
    small(tmp)
    more = "features: {quiet_most: {max: meal.amount, over: 3d}, "
    off = rules(3).replace("features: {", more) + "  - {id: quiet, mode: disabled, when: quiet_most >= 1, level: blue}\n"
    write(tmp / "rules/r.yaml", off)
    write_lines(tmp / "in.ndjson", days(1, 12))
    sanzao(tmp, "run", "--source", "file:in.ndjson", *BASE, *STATE, rc=0)
    shown = lambda: json.loads(sanzao(tmp, "state", "show", "s1", *STATE, "--rules", "rules", "--campus", "campus", "--json", rc=0).out)
    expect("quiet_most" not in shown()["features"] and "spent" in shown()["features"], shown()["features"])
    write(tmp / "rules/r.yaml", off + "adjust: {quiet: {mode: live, because: 试行}}\n")
    plan = json.loads(sanzao(tmp, "run", "--plan", "--json", *STATE, "--rules", "rules", "--campus", "campus", rc=0).out)
    by_name = {f["name"]: f["fate"] for f in plan["features"]}
    same((by_name["quiet_most"], by_name["spent"]), ("fresh", "carried"), "fates")
    same(plan["rules"], [{"id": "quiet", "change": "new"}], "rules")
    write_lines(tmp / "more.ndjson", days(13, 14))
    sanzao(tmp, "run", "--source", "file:more.ndjson", *BASE, *STATE, rc=0)
    expect("quiet_most" in shown()["features"], shown()["features"])
    write(tmp / "rules/r.yaml", off)
    plan = json.loads(sanzao(tmp, "run", "--plan", "--json", *STATE, "--rules", "rules", "--campus", "campus", rc=0).out)
    same({f["name"]: f["fate"] for f in plan["features"]}["quiet_most"], "dropped", "fate")


def test_plan_is_said_before_the_run_changes_the_state(tmp):
    small(tmp)
    write_lines(tmp / "in.ndjson", days(1, 3))
    sanzao(tmp, "run", "--source", "file:in.ndjson", *BASE, *STATE, rc=0)
    write(tmp / "rules/r.yaml", rules(4, "30d"))
    before = digest(tmp)
    os.mkfifo(tmp / "pipe")
    run = start(tmp, "run", "--source", "file:pipe", *BASE, *STATE)
    first = run.stderr.readline() + run.stderr.readline()
    expect(b"they hold from" in first and b"carried" in first, first)
    with open(tmp / "pipe", "wb") as pipe: pipe.write(days(4, 4)[0] + b"\n")
    expect(finish(run).rc == 0, "the run")
    expect(digest(tmp)["state.db"] != before["state.db"], "the run changed the state")


def test_another_order_of_features_is_no_other_meaning(tmp):
    small(tmp)
    text = rules(3)
    write_lines(tmp / "a.ndjson", days(2, 4))
    write_lines(tmp / "b.ndjson", days(5, 6))
    sanzao(tmp, "run", "--source", "file:a.ndjson", *BASE, *STATE, rc=0)
    a, b = "meals: {count: meal, over: 7d}", "spent: {sum: meal.amount, over: 7d}"
    write(tmp / "rules/r.yaml", text.replace(f"{a}, {b}", f"{b}, {a}"))
    second = sanzao(tmp, "run", "--source", "file:b.ndjson", *BASE, *STATE, rc=0).err
    expect("the rules are the state's: all features keep theirs" in second and "hold from" not in second, second)
    same(fired(tmp), [("firing", "many", "2026-03-04", None)], "told once")


def test_day_that_begins_with_what_is_kept_is_known(tmp):
    """A run up to the end of a day: what is kept begins at a midnight, and the day that begins there is known as a whole."""
    for was, now, known, told in (("7d", "30d", "09", 8), ("7d", "24h", "11", 1), ("7d", "30d, to: 1d ago", "09", 7)):
        folder = small(tmp / now.replace(":", ""))
        text = "  - {id: told, purpose: student-safety, check: daily at 20:00, when: meals >= 1, level: blue, message: {zh: '{spent}', en: '{spent}'}}\n"
        write_lines(folder / "a.ndjson", days(1, 15))
        write_lines(folder / "b.ndjson", days(16, 16))
        run = lambda name, until: sanzao(folder, "run", "--source", f"file:{name}.ndjson", "--campus", "campus", "--rules", "rules", "--alerts",
                                         "file:alerts.ndjson", *STATE, "--horizon", "5d", "--until", until, rc=0)
        run("a", "2026-03-15")
        write(folder / "rules/r.yaml", rules(3, now) + text)
        expect(f"fresh    spent (known from 2026-03-{known})" in (second := run("b", "2026-03-16")).err, now, second.err)
        same([e["message"]["en"] for e in alerts(folder / "alerts.ndjson") if e["rule"] == "told"], [f"{'≥ ' * (now != '24h')}¥{5 * told}.00"], now)


def test_reading_a_state_changes_nothing(tmp):
    campus = Campus(3, students=10, days=4)
    campus.write(tmp)
    write_lines(tmp / "in.ndjson", campus.lines())
    sanzao(tmp, "run", "--source", "file:in.ndjson", *BASE, *STATE, rc=0)
    before = digest(tmp)
    show = lambda rc=0: sanzao(tmp, "state", "show", "s001", *STATE, "--rules", "rules", "--campus", "campus", rc=rc)
    first = show().out
    same(digest(tmp), before, "the state's files")
    (tmp / "state.db.lock").unlink()
    os.chmod(tmp / "state.db", 0o444)
    same(show().out, first, "from a file that may only be read")
    os.chmod(tmp / "state.db", 0o644)


def test_state_of_a_killed_run_is_read_as_it_is(tmp):
    """What was committed lies in the log beside the file; alerts that nobody acknowledged must not leave by the way."""
    small(tmp)
    run = Live(tmp, *STATE, "--commit-records", "1")
    run.send(days(1, 3))
    run.told(b'"rule":"many"')
    run.kill()
    before = digest(tmp)
    expect(len(before["state.db-wal"]) > 0, "the log is there")
    out = sanzao(tmp, "state", "show", "s1", *STATE, "--rules", "rules", "--campus", "campus", rc=0).out
    same(json.loads(out)["features"]["meals"], "3", "what was committed")
    same(digest(tmp), before, "the state's files")
    sanzao(tmp, "run", "--source", "stdin", *BASE, *STATE, stdin=b"".join(l + b"\n" for l in days(1, 3)), rc=0)
    same(len(fired(tmp)), 1, "one alert")


def test_state_in_use_is_not_shown(tmp):
    run = Live(small(tmp), *STATE)
    wait_for(lambda: (tmp / "state.db").exists(), run.process)
    result = sanzao(tmp, "state", "show", "s1", *STATE, "--rules", "rules", "--campus", "campus", rc=4)
    expect("SZ422" in result.err and "another process" in result.err, result)
    run.end()


def test_unchanged_features_keep_theirs_whatever_comes_beside_them(tmp):
    """first and last with more than eight kinds of event beside them; attendance that is excused beyond the horizon; a maximum
    beside a sum of the same."""
    old = """\
events: {missed: {event: attendance, where: event.status == "absent"}, meal: {event: swipe, where: event.op == "consume"}}
features: {missed_term: {sum: missed.hours, over: 60d}, spent: {sum: meal.amount, over: 60d}, last_meal: {last: meal}, first_meal: {first: meal, over: 60d}}
rules:
  - {id: hours, title: {zh: 旷课, en: Missed}, purpose: student-safety, value: missed_term, at_least: {4: blue}}
  - {id: spends, title: {zh: 消费, en: Spends}, purpose: student-safety, value: spent, at_least: {100: blue}}
"""
    more = "".join(f"  e{i}: {{event: swipe, where: event.amount > {i}}}\n" for i in range(12))
    new = old.replace("events: {", "events:\n  ").replace('== "absent"}, meal:', '== "absent"}\n  meal:').replace('"consume"}}', '"consume"}') \
        .replace("features: {", more + "features: {most: {max: meal.amount, over: 60d}, " + ", ".join(f"f{i}: {{count: e{i}, over: 9d}}" for i in range(12)) + ", ")
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", old)
    miss = lambda d, i: json.dumps({"type": "attendance", "student": "s1", "status": "absent", "hours": 2, "id": f"a{i}", "time": f"2026-03-{d:02}T08:00"}).encode()
    write_lines(tmp / "1.ndjson", [miss(1, 1), swipe("s1", "2026-03-01T12:00", 60), swipe("s1", "2026-03-02T12:00", 50), miss(2, 2),
                                   swipe("s1", "2026-03-28T12:00", 1)])
    sanzao(tmp, "run", "--source", "file:1.ndjson", *BASE, *STATE, "--order", "sorted", rc=0)
    show = lambda: json.loads(sanzao(tmp, "state", "show", "s1", *STATE, "--rules", "rules", "--campus", "campus", rc=0).out)["features"]
    before = show()
    write(tmp / "rules/r.yaml", new)
    plan = json.loads(sanzao(tmp, "run", "--plan", "--json", *STATE, "--rules", "rules", "--campus", "campus", rc=0).out)
    same([f["name"] for f in plan["features"] if f["fate"] == "carried"], ["first_meal", "last_meal", "missed_term", "spent"], "carried")
    excuse = json.dumps({"type": "attendance", "student": "s1", "status": "excused", "ref": "a1", "id": "x1", "time": "2026-03-29T08:00"}).encode()
    write_lines(tmp / "2.ndjson", [excuse])
    sanzao(tmp, "run", "--source", "file:2.ndjson", *BASE, *STATE, "--order", "sorted", rc=0)
    after = show()
    same({k: after[k] for k in ("spent", "last_meal", "first_meal")}, {k: before[k] for k in ("spent", "last_meal", "first_meal")}, "kept")
    same((before["missed_term"][:1], after["missed_term"][:1]), ("4", "2"), "an absence excused beyond the horizon")
    same([f for f in fired(tmp) if f[1] == "hours"][-1][::3], ("resolved", "corrected"), "what falls away")


def test_failures_of_state_and_outputs_are_said_in_chinese(tmp):
    small(tmp)
    write_lines(tmp / "in.ndjson", days(1, 4))
    show = sanzao(tmp, "state", "show", "s1", *STATE, "--lang", "zh", rc=4)
    expect("sanzao：state.db：还没有这份状态" in show.err, show)
    full = sanzao(tmp, "run", "--source", "file:in.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:/dev/full", "--lang", "zh", rc=4)
    expect("/dev/full 不可写（磁盘已满）" in full.err and "请腾出空间后再次运行" in full.err, full)
    sanzao(tmp, "run", "--source", "file:in.ndjson", *BASE, *STATE, rc=0)
    db = sqlite3.connect(tmp / "state.db", isolation_level=None)
    db.execute("UPDATE header SET body = x'ff00'")
    db.close()
    damaged = sanzao(tmp, "run", "--source", "file:in.ndjson", *BASE, *STATE, "--lang", "zh", rc=4)
    expect("状态的头部无法读取；请从备份恢复状态" in damaged.err, damaged)


if __name__ == "__main__": sys.exit(main(globals()))
