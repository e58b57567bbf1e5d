#!/usr/bin/env python3
"""`class_silent` (semantics 28) over several runs: who was seen first of a class on a day is found again in the logs. Whatever is cut, comes
late, or is put right in between, what stands is what stands after one run over the ordered whole under the last campus."""
import json
import os
import random
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import KEY, ROOT, alerts, expect, main, same, sanzao, standing, write, write_lines

CHECKS = (7, 12, 23)
RULES = """\
events: {missed: {event: attendance, where: event.status == "absent"}}
features: {n: {count: seen, over: 1d}, m: {count: missed, over: 1d}}
rules:
  - {id: unseen, title: {zh: 未见, en: Unseen}, purpose: student-safety, level: yellow, when: n == 0, check: "daily at 07:00,12:00,23:00", again_after: 2h, unless: [class_silent]}
  - {id: missed, title: {zh: 缺勤, en: Missed}, purpose: student-safety, level: blue, when: m > 0, check: daily at 12:00, again_after: 2h, unless: [class_silent]}
"""
NAMES = [f"{c}{i}" for c in "ab" for i in range(10)]
OPTIONS = ["--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson", "--summary", "summary.json"]
LATE = ["--lateness", "24h"]


def at(day, hour, minute=0, second=0): return f"2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00"
def swipe(name, time): return json.dumps({"id": f"{name} {time}", "type": "swipe", "card": f"k{name}", "time": time, "amount": 5}).encode()
def absent(name, time): return json.dumps({"id": f"{name} {time}", "type": "attendance", "status": "absent", "student": name, "time": time}).encode()
def time_of(line): return json.loads(line)["time"]


def campus(tmp, classes=None, cards=None, rows=""):
    """classes: of whose name does not begin with it; cards: rows in place of the holder's own."""
    write(tmp / "rules/r.yaml", RULES)
    write(tmp / "campus/students.csv", "student,class,status\n" + "".join(f"{n},{(classes or {}).get(n, n[0])},\n" for n in NAMES) + rows)
    write(tmp / "campus/cards.csv", "card,student,from,to\n" + "".join((cards or {}).get(n, f"k{n},{n},,\n") for n in NAMES))
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    return tmp


def run(tmp, lines, until, order="arrival", state="sqlite:state.db", more=(), late=LATE):
    write_lines(tmp / "in.ndjson", lines)
    result = sanzao(tmp, "run", "--source", "file:in.ndjson", "--order", order, "--state", state, "--until", until, *OPTIONS, *late, *more, rc=0)
    same(result.summary()["dead_letter"], 0, "none of them is set aside")


def stands(tmp):
    """What is said of each exemption, too: at a check, and elsewhere, where the class is not asked for."""
    events = [{**a, "exempt": " ".join(x["name"] for x in a["exemptions"] if x["value"] is not False)} for a in alerts(tmp / "alerts.ndjson")]
    for a in events: expect("class_silent" not in a["exempt"] or int(a["at"][11:13]) in CHECKS and a["at"][13:19] == ":00:00", "it is said of checks only:", a)
    return standing(events, (*KEY, "exempt"))


def ends_as_one(tmp, lines, until, **last):
    """And both rules tell of somebody, but not at each check of everybody."""
    run(campus(tmp / "one", **last), sorted(lines, key=time_of), until, "sorted", "memory")
    want = stands(tmp / "one")
    expect(len({row[0] for row in want}) == 2, "too little stands to prove anything:", want)
    same(stands(tmp), want, "what stands")


# on the 2nd, 4th and 6th somebody of each class is seen before the first check, on the others later or never
EARLY = [swipe(f"{c}{day % 3}", at(day, 6)) for day in (2, 4, 6) for c in "ab"]
LATER = [swipe("a5", at(3, 9)), swipe("b5", at(3, 13)), swipe("a6", at(5, 12, 0, 1)), swipe("b6", at(7, 22))]
MISSED = [absent(n, at(day, 8)) for day in (2, 3, 5, 6) for n in ("a7", "b7")]
LINES = sorted(EARLY + LATER + MISSED, key=time_of)


def test_a_run_begun_anew_between_any_two_records_knows_who_was_seen(tmp):
    campus(tmp)
    for i, line in enumerate(LINES):
        following = time_of(LINES[i + 1]) if i + 1 < len(LINES) else at(8, 1)
        run(tmp, [line], following, more=["--commit-records", "1"])
    ends_as_one(tmp, LINES, at(8, 1))


def test_records_that_come_late_and_over_several_runs(tmp):
    for seed in range(12):
        d, here = random.Random(seed), campus(tmp / str(seed))
        edges = [swipe(d.choice(NAMES), at(d.randint(2, 7), hour, minute, second))
                 for hour in CHECKS for hour, minute, second in ((hour, 0, 0), (hour - 1, 59, 59), (hour, 0, 1)) if d.random() < 0.6]
        lines = sorted({x: 0 for x in LINES + edges}, key=time_of)
        hours = {x: int(time_of(x)[8:10]) * 24 + int(time_of(x)[11:13]) + d.choice((0, 0, 0, 5, 12, 20)) for x in lines}
        lines.sort(key=lambda x: hours[x])
        cuts = sorted(d.sample(range(1, len(lines)), 3))
        for a, b in zip([0] + cuts, cuts + [len(lines)]):
            run(here, lines[a:b], at(8, 1) if b == len(lines) else max(map(time_of, lines[:b])), more=["--commit-records", str(d.choice((1, 3, 1000)))])
        ends_as_one(here, lines, at(8, 1))


def test_whose_record_is_late_is_not_told_of_for_want_of_it(tmp):
    """Nor is what another rule says of him forgotten, which the record does not touch."""
    run(campus(tmp), [absent("a1", at(2, 8)), absent("a3", at(2, 8)), absent("b1", at(2, 13)), swipe("a3", at(2, 6))], at(2, 13))
    told = alerts(tmp / "alerts.ndjson")
    same({a["event"] for a in told}, {"firing"}, "nothing is taken back")
    same({a["student"] for a in told if a["rule"] == "unseen"}, set(NAMES[:10]) - {"a3"}, "all others of the class")
    same({a["student"] for a in told if a["rule"] == "missed"}, {"a1", "a3"}, "whose absence stands")


def test_a_card_put_right_takes_the_sight_of_one_class_to_the_other(tmp):
    """All of these cards were in wrong hands on these days: a class that was seen was not, and the other way round."""
    wrong = {n: f"k{n},{n},,2026-03-03\nk{n},{other},2026-03-04,2026-03-04\nk{n},{n},2026-03-05,\n" for n, other in (("a1", "b9"), ("a0", "b8"))}
    wrong["b0"] = "kb0,b0,,2026-03-05\nkb0,a9,2026-03-06,\n"
    campus(tmp, cards=wrong)
    lines = [x for x in LINES if x not in (swipe("b1", at(4, 6)), swipe("a0", at(6, 6)))]
    run(tmp, lines, at(8, 1))
    campus(tmp)
    run(tmp, [], at(8, 1))
    ends_as_one(tmp, lines, at(8, 1))


def test_who_joins_or_leaves_a_class_takes_it_back(tmp):
    """Nine are too few; who was seen takes that along; who is watched no longer counts no longer."""
    for name, before, rows in (("a", {"a2": "b"}, ""), ("b", {"a1": "b", "b1": "a"}, ""), ("c", {"a9": ""}, ""), ("d", {"a9": "b"}, ""),
                               ("e", {n: "z" for n in NAMES[:9]}, "")):
        here = campus(tmp / name, classes=before, rows=rows)
        run(here, LINES, at(8, 1))
        campus(here)
        run(here, [], at(8, 1))
        ends_as_one(here, LINES, at(8, 1))
    here = campus(tmp / "watched")
    write(here / "campus/students.csv", (here / "campus/students.csv").read_text().replace("a4,a,", "a4,a,suspended").replace("b4,b,", "b4,b,graduated"))
    run(here, LINES, at(8, 1))
    run(campus(here), [], at(8, 1))
    ends_as_one(here, LINES, at(8, 1))


def test_logs_reach_to_the_midnight_of_the_first_day_that_is_looked_at_again(tmp):
    """With a horizon of two days and hardly any lateness: the one sight of that day, early on it, is older than both."""
    d, late = random.Random(1), ["--horizon", "2d", "--lateness", "1h"]
    for day in range(2, 32):
        lines = [swipe("a1", at(day, 0, 5))] if d.random() < 0.5 else []
        run(campus(tmp), lines + [absent("a7", at(day, 10))], at(day, 10, 1), late=late)
        before = stands(tmp)
        run(campus(tmp, rows="x,a,suspended\n"), [], at(day, 10, 1), late=late)
        same(stands(tmp), before, f"the class is looked at again on the {day}th, and nothing is another")


def test_the_shipped_rule_tells_of_one_who_has_not_arrived_and_of_no_class_that_is_elsewhere(tmp):
    """Nobody of class b is ever seen, as at a site whose readers are not connected; of class a one is not."""
    shutil.rmtree(campus(tmp) / "rules")
    shutil.copytree(ROOT / "rules", tmp / "rules")
    run(tmp, [swipe(f"a{i}", at(day, 12, i)) for day in range(2, 14) for i in range(1, 10)], at(14, 0))
    same([(a["rule"], a["student"], a["at"]) for a in alerts(tmp / "alerts.ndjson")], [("not-arrived", "a0", at(13, 18))], "told on the second Friday")


if __name__ == "__main__":
    sys.exit(main(globals()))
