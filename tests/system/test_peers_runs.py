#!/usr/bin/env python3
"""peers (semantics 22) over several runs: a table is of its 04:00 and stays as it was made, whatever becomes of roster, rules and leaves."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import alerts, main, same, sanzao, write, write_lines

NAMES = [f"a{i}" for i in range(1, 6)]
PLAIN = "features: {n: {count: swipe, over: 1d}}\n"
PEERS = "features: {n: {count: swipe, over: 1d}, p: {peers: n, by: class, min_group: 5}}\n"
NEVER = "{id: never, title: {zh: 无, en: Never}, purpose: student-safety, level: blue, when: n >= 99}"
OPTIONS = ["--campus", "campus", "--rules", "rules", "--state", "sqlite:state.db", "--alerts", "file:alerts.ndjson", "--lateness", "13d", "--order", "arrival"]


def at(day, hour, minute=0): return f"2026-03-{day:02}T{hour:02}:{minute:02}:00+08:00"
def swipe(name, time, tag=""): return json.dumps({"id": f"{name} {time} {tag}", "type": "swipe", "student": name, "time": time, "amount": 5}).encode()
def day_of(day, values): return sorted(swipe(f"a{i + 1}", at(day, 10, j)) for i, n in enumerate(values) for j in range(n))


def asks(*conditions, check="daily at 07:00"):
    rows = [f"{{id: r{i}, title: {{zh: 同伴, en: Among}}, purpose: student-safety, level: blue, when: '{when}', check: '{check}', again_after: 1h}}"
            for i, when in enumerate(conditions)]
    return PEERS + "rules:\n" + "".join(f"  - {row}\n" for row in rows)


def campus(tmp, rules, classes=None, rows="", leaves=""):
    write(tmp / "rules/r.yaml", rules)
    write(tmp / "campus/students.csv", "student,class,status\n" + "".join(f"{n},{(classes or {}).get(n, 'c1')},active\n" for n in NAMES) + rows)
    write(tmp / "campus/leaves.csv", "student,from,to,kind,recorded\n" + leaves)
    return tmp


def run(tmp, lines, until, *more):
    write_lines(tmp / "in.ndjson", lines)
    result = sanzao(tmp, "run", "--source", "file:in.ndjson", "--until", until, *OPTIONS, *more, rc=0)
    same(result.summary()["dead_letter"], 0, "none of them is set aside")


def stands(tmp): return sorted((a["rule"], a["student"], a["since"], a["state"]) for a in folded(tmp))


def folded(tmp):
    last = {}
    for a in alerts(tmp / "alerts.ndjson"): last[a["alert"]] = a
    return [a for a in last.values() if a["state"] != "retracted"]


def test_who_leaves_a_class_stays_in_its_table_and_is_in_no_other(tmp):
    run(campus(tmp, asks("p.percentile == 10", "p.percentile == 70", "p.percentile == 90", "!has(p.median)")), day_of(2, [1, 2, 3, 4, 5]), at(3, 5))
    run(campus(tmp, asks("p.percentile == 10", "p.percentile == 70", "p.percentile == 90", "!has(p.median)"), classes={"a5": "c2"}), [], at(3, 8))
    same(stands(tmp), [("r0", "a1", at(3, 7), "open"), ("r1", "a4", at(3, 7), "open"), ("r3", "a5", at(2, 7), "open")], "as if he had always been in the other")


def test_who_is_new_in_a_class_stands_beside_its_table_until_tomorrow(tmp):
    rules = asks("p.percentile > 91.6 && p.percentile < 91.7", "p.percentile > 91.66 && p.median == 3.5")
    run(campus(tmp, rules, rows="a6,c2,active\n"), day_of(2, [1, 2, 3, 4, 5, 9]), at(3, 5))
    run(campus(tmp, rules, rows="a6,c1,active\n"), day_of(3, [1, 2, 3, 4, 5, 9]), at(4, 8))
    same(stands(tmp), [("r0", "a6", at(3, 7), "open"), ("r1", "a6", at(4, 7), "open")], "first five and himself, then six")


def test_a_rule_that_is_new_has_its_first_table_at_the_next_04(tmp):
    run(campus(tmp, PLAIN + f"rules: [{NEVER}]\n"), day_of(2, [1, 2, 3, 4, 5]), at(3, 6))
    run(campus(tmp, asks("has(p.median)", "p.percentile == 90", check="daily at 03:59,04:00,07:00")), day_of(3, [1, 2, 3, 4, 5]), at(4, 8))
    same(stands(tmp), sorted([("r0", n, at(4, 4), "open") for n in NAMES] + [("r1", "a5", at(4, 4), "open")]), "nothing before the fourth, 04:00")


def test_what_came_late_is_held_against_the_table_of_its_own_day(tmp):
    """Ten days later, and after other rules: the others' values of the second are those of the third's 04:00."""
    rules = asks("p.percentile == 10", "p.percentile == 90 && p.median == 3")
    run(campus(tmp, rules), day_of(2, [1, 2, 3, 4, 5]), at(3, 8))
    same(stands(tmp), [("r0", "a1", at(3, 7), "open"), ("r1", "a5", at(3, 7), "open")], "told on the third")
    for day in range(3, 13): run(campus(tmp, rules + "\n# again\n"), day_of(day, [5, 4, 3, 2, 1]), at(day + 1, 8))
    run(tmp, [swipe("a1", at(2, 20, i), "late") for i in range(4)], at(13, 9))
    same([x for x in stands(tmp) if x[2] == at(3, 7)], [("r1", "a1", at(3, 7), "open"), ("r1", "a5", at(3, 7), "resolved")], "the highest, from the third on")
    same([x for x in stands(tmp) if x[0] == "r0"], [("r0", "a5", at(4, 7), "open")], "and no longer the lowest")


def test_a_leave_that_comes_late_changes_no_table(tmp):
    rules = asks("p.median == 3", "p.median == 2.5", check="daily at 07:00,12:00")
    run(campus(tmp, rules, rows="a6,c1,active\n"), day_of(2, [1, 2, 3, 4, 5]), at(3, 8))
    run(campus(tmp, rules, rows="a6,c1,active\n", leaves="a6,2026-03-02,2026-03-02,sick,\n"), [], at(3, 13))
    same({(r, t, s) for r, _, t, s in stands(tmp)}, {("r1", at(3, 7), "open")}, "2.5 stays the median of the day")


def test_one_run_and_many_give_the_same_bytes(tmp):
    """Begun anew after each record, with a commit for each: the tables of all days are those of one run."""
    lines = [x for day in range(2, 9) for x in sorted(day_of(day, [(day * i) % 4 for i in range(1, 6)]), key=lambda x: json.loads(x)["time"])]
    rules = asks("p.percentile >= 70", "n > p.median", "p.percentile == 50", check="daily at 03:59,04:00,07:00")
    rules += "  - {id: free, title: {zh: 同伴, en: Among}, purpose: student-safety, value: p.percentile, at_least: {60: blue, 80: yellow}}\n"
    run(campus(tmp / "one", rules), lines, at(9, 9))
    for i, line in enumerate(lines):
        until = at(9, 9) if i + 1 == len(lines) else json.loads(line)["time"]
        run(campus(tmp / "many", rules), [line], until, "--commit-records", "1")
    same(len(stands(tmp / "one")) > 20, True, "enough stands to prove something")
    same((tmp / "many/alerts.ndjson").read_bytes(), (tmp / "one/alerts.ndjson").read_bytes(), "the alerts")


if __name__ == "__main__":
    sys.exit(main(globals()))
