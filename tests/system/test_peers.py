#!/usr/bin/env python3
"""`peers` (semantics 22): each day's table is what a hand makes of the records, is there again after whatever was cut, and is never made twice."""
import json
import os
import random
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import MANY, alerts, expect, finish, main, same, sanzao, say, size, start, wait_for, write, write_lines
from test_reload import APPLIED, Live

# two classes of twelve and nine; of the third there are too few
CLASSES = {f"{c}{i}": c for c, n in (("a", 12), ("b", 9), ("c", 4)) for i in range(n)}
NAMES = list(CLASSES)
FIRST, LAST = 2, 12                                 # days of March
PROBES = ((3, 30, 0), (4, 0, 0), (8, 0, 0), (23, 30, 0))
FEATURES = """\
events: {probe: {event: presence}}
features:
  swipes_1d: {count: swipe, over: 1d}
  p: {peers: swipes_1d, by: class, min_group: 5}
  m: {peers: {sum: swipe.amount, over: 3d}, by: [school, class], min_group: 5}
"""
ASKED = FEATURES + """\
rules:
  - {id: p, when: event.type == "presence" && p.percentile >= 0 && p.median >= 0 && p.mean >= 0, level: blue, again_after: 1m, unless: none}
  - {id: m, when: event.type == "presence" && m.percentile >= 0 && m.median >= 0 && m.mean >= 0, level: blue, again_after: 1m, unless: none}
"""
TOLD = FEATURES + """\
rules:
  - {id: checked, check: daily at 07:00, when: p.percentile >= 90, level: blue, again_after: 1h}
  - {id: any, when: p.percentile >= 95 || m.percentile <= 5, level: blue, again_after: 1h}
  - {id: lasting, when: m.percentile >= 60, for: 20h, level: blue, again_after: 1h}
  - {id: guarded, when: swipes_1d >= 4 && p.mean < 2.5, level: blue, again_after: 1h}
"""
OPTIONS = ["--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson"]


def at(day, hour=0, minute=0, second=0): return f"2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00"
def time_of(line): return json.loads(line)["time"]


def swipe(name, time, amount=5, more=""):
    return json.dumps({"id": f"{name} {time}{more}", "type": "swipe", "student": name, "time": time, "amount": amount, "source": "pos"}).encode()


def probe(name, time): return json.dumps({"id": f"? {name} {time}", "type": "presence", "means": "gate", "student": name, "time": time, "source": "gate"}).encode()


def campus(tmp, rules, leaves="", classes=None, feeds=""):
    write(tmp / "rules/r.yaml", rules)
    rows = "".join(f"{n},{(classes or {}).get(n, c)},x,\n" for n, c in CLASSES.items())
    write(tmp / "campus/students.csv", "student,class,school,status\n" + rows + "gone,a,x,graduated\nnowhere,,x,\n")
    write(tmp / "campus/calendar.yaml", f"terms: [{{id: t, from: 2026-03-0{FIRST}, to: 2026-07-05}}]\n")
    if feeds: write(tmp / "campus/feeds.yaml", feeds)
    if leaves: write(tmp / "campus/leaves.csv", "student,kind,from,to\n" + leaves)
    return tmp


def run(tmp, lines, until=None, order="sorted", state="sqlite:state.db", more=(), rc=0):
    write_lines(tmp / "in.ndjson", lines)
    result = sanzao(tmp, "run", "--source", "file:in.ndjson", "--order", order, "--state", state, *(["--until", until] if until else []), *OPTIONS, *more, rc=rc)
    same(result.summary()["dead_letter"], 0, "none of them is set aside")
    return result


def drawn(seed):
    """So many swipes a day of each that many are equal, in order of time."""
    d = random.Random(seed)
    lines = [swipe(n, at(day, d.randint(5, 22), d.randint(0, 59), d.randint(0, 59)), d.choice((3.5, 5, 8.25)), f" {k}")
             for day in range(FIRST, LAST) for n in NAMES for k in range(d.choice((0, 0, 1, 1, 2, 3, 5)))]
    return sorted(lines, key=time_of)


# ---- by hand ---------------------------------------------------------------------------------------------------------------------

class Hand:
    """Of all lines, as of the end."""

    def __init__(self, lines, absent=()):
        self.spent = {}
        self.absent = set(absent)                   # (name, day) of leave
        for e in map(json.loads, lines):
            if e["type"] == "swipe": self.spent.setdefault((e["student"], int(e["time"][8:10])), []).append(round(e["amount"] * 100))

    def counted(self, name, day): return float(len(self.spent.get((name, day), [])))
    def summed(self, name, day): return sum(sum(self.spent.get((name, d), [])) for d in range(day - 2, day + 1)) / 100

    def table(self, of, group, day, days):
        """What the group had on the days up to that one; None: too little is known. Before the term nothing was observable."""
        there = [n for n in NAMES if CLASSES[n] == group and 5 * sum((n, d) not in self.absent for d in range(day - days + 1, day + 1)) >= 4 * days]
        if day - days + 1 < FIRST and (day - FIRST + 1) * 5 < days * 4: return None
        return sorted(of(n, day) for n in there) if len(there) >= 5 else None

    def says(self, of, name, day, days):
        """percentile, median and mean of that day."""
        values = self.table(of, CLASSES.get(name), day, days)
        if values is None or (name, day) in self.absent: return None
        own, n = of(name, day), len(values)
        below, equal = sum(v < own for v in values), sum(v == own for v in values)
        return [100 * (below + equal / 2) / n, (values[(n - 1) // 2] + values[n // 2]) / 2, sum(values) / n]


def asked(tmp):
    """{(rule, student, instant): values} of what the probes saw."""
    return {(a["rule"], a["student"], a["at"]): [r["value"] for r in a["reasons"]][-3:] for a in alerts(tmp / "alerts.ndjson")}


def close(a, b): return all(abs(x - y) < 1e-9 for x, y in zip(a, b))


def probes(names=(*NAMES, "nowhere", "gone")): return [probe(n, at(day, *clock)) for day in range(FIRST, LAST) for clock in PROBES for n in names]


def compare(got, hand):
    for n in (*NAMES, "nowhere"):
        for day in range(FIRST, LAST):
            for clock in PROBES:
                of = day - 1 - (clock < (4, 0, 0))  # before 04:00 it is the table of the day before
                for rule, value, days in (("p", hand.counted, 1), ("m", hand.summed, 3)):
                    want, have = hand.says(value, n, of, days) if of >= FIRST else None, got.pop((rule, n, at(day, *clock)), None)
                    expect((want is None) == (have is None) and (want is None or close(want, have)), rule, n, at(day, *clock), "is", have, "by hand", want)
    expect(not got, "nobody else is compared:", list(got)[:3])


# ---- one run ---------------------------------------------------------------------------------------------------------------------

def test_a_day_stands_where_a_hand_puts_it(tmp):
    lines = sorted(drawn(1) + probes(), key=time_of)
    run(campus(tmp, ASKED), lines, at(LAST, 12))
    compare(asked(tmp), Hand(lines))


def test_who_is_on_leave_is_neither_there_nor_missing(tmp):
    """Two of nine: else 78 % had reported, which is too few."""
    leaves = "".join(f"{n},leave,2026-03-04 00:00,2026-03-06 00:00\n" for n in ("b1", "b2", "b3"))
    lines = sorted(drawn(2) + probes(), key=time_of)
    run(campus(tmp, ASKED, leaves), lines, at(LAST, 12))
    got = asked(tmp)
    hand = Hand(lines, {(n, d) for n in ("b1", "b2", "b3") for d in (4, 5)})
    for rule in "m": got = {k: v for k, v in got.items() if k[0] != rule}
    for n in NAMES:
        for day in range(FIRST + 1, LAST):
            want, have = hand.says(hand.counted, n, day - 1, 1), got.pop(("p", n, at(day, 8)), None)
            expect((want is None) == (have is None) and (want is None or close(want, have)), n, day, "is", have, "by hand", want)


def test_where_a_feed_was_down_nobody_reports(tmp):
    feeds = "pos: {types: [swipe]}\ngate: {types: [presence]}\n"
    status = [json.dumps({"type": "feed_status", "source": "pos", "time": at(5, h), "state": s}).encode() for h, s in ((1, "down"), (22, "open"))]
    lines = sorted([x for x in drawn(3) if time_of(x)[8:10] != "05"] + status + probes(), key=time_of)
    run(campus(tmp, ASKED, feeds=feeds), lines, at(LAST, 12))
    got = asked(tmp)
    same({t[8:10] for rule, n, t in got if rule == "p" and t[11:13] == "08" and n == "a1"}, {f"{d:02}" for d in range(FIRST + 1, LAST) if d != 6}, "of the dark day there is nothing")


# ---- cut, killed, late -------------------------------------------------------------------------------------------------------------

def begin_and_end(tmp, lines, order):
    one = campus(tmp / "one", TOLD)
    run(one, lines, at(LAST, 12), order, "memory")
    told = alerts(one / "alerts.ndjson")
    expect({a["rule"] for a in told} == {"checked", "any", "lasting", "guarded"}, "each rule tells of somebody:", {a["rule"] for a in told})
    return (one / "alerts.ndjson").read_bytes()


def test_several_runs_over_one_state_say_what_one_says(tmp):
    for order, seed in (("sorted", 4), ("arrival", 5), ("sorted", 6)):
        d, lines = random.Random(seed), drawn(seed)
        want = begin_and_end(tmp / str(seed), lines, order)
        here = campus(tmp / str(seed) / "cut", TOLD)
        cuts = sorted(d.sample(range(1, len(lines)), 9))
        for a, b in zip([0] + cuts, cuts + [len(lines)]):
            run(here, lines[a:b], at(LAST, 12) if b == len(lines) else None, order, more=["--commit-records", str(d.choice((1, 7, 1000)))])
        same((here / "alerts.ndjson").read_bytes(), want, f"alerts of ten runs, {order}")


def killed_again_and_again(here, lines, want) -> int:
    """How many kills came before its end: none does where this process looks too late once."""
    kills, path = 0, here / "alerts.ndjson"
    write_lines(here / "in.ndjson", lines)
    args = ["run", "--source", "file:in.ndjson", "--order", "sorted", "--state", "sqlite:state.db", "--until", at(LAST, 12), *OPTIONS, "--commit-records", "3"]
    for i in range(60):
        process, goal = start(here, *args), len(want) * (i + 1) // 40
        wait_for(lambda: size(path) >= goal, process, "alerts")
        process.send_signal(signal.SIGKILL)
        result = finish(process)
        kills += result.rc == -signal.SIGKILL
        if result.rc == 0: break
    sanzao(here, *args, rc=0)
    same(path.read_bytes(), want, "alerts")
    return kills


def test_killed_at_any_commit_and_begun_again_it_says_the_same(tmp):
    lines = drawn(7)
    want = begin_and_end(tmp, lines, "sorted")
    for attempt in range(MANY):
        kills = killed_again_and_again(campus(tmp / f"killed-{attempt}", TOLD), lines, want)
        if kills >= 5: break
    expect(kills >= 5, f"killed only {kills} times")
    say(f"killed {kills} times")


def test_a_record_that_is_late_moves_its_student_and_no_table(tmp):
    """Four more swipes of a0 on the 5th come on the 6th at noon: his own day is another from 04:00 on, and with him nobody's."""
    lines = drawn(8)
    late = [swipe("a0", at(5, 20, 0, k), more=f" late {k}") for k in range(4)]
    hand, then = Hand(lines), Hand(lines + late)
    before = [x for x in lines + probes() if time_of(x) < at(6, 12)]
    rest = [x for x in lines + probes() if time_of(x) >= at(6, 12)]
    run(campus(tmp, ASKED), sorted(before, key=time_of) + late + sorted(rest, key=time_of), at(LAST, 12), "arrival", more=["--lateness", "48h"])
    last = {(a["rule"], a["student"], a["at"]): a for a in alerts(tmp / "alerts.ndjson") if a["event"] != "retracted"}
    for n in NAMES:
        if CLASSES[n] == "c": continue
        have = [r["value"] for r in last[("p", n, at(6, 8))]["reasons"]][-3:]
        values, own = hand.table(hand.counted, CLASSES[n], 5, 1), then.counted(n, 5)
        below, equal = sum(v < own for v in values), sum(v == own for v in values)
        percentile = 100 * (below + equal / 2) / len(values) if equal else 100 * (below + 0.5) / (len(values) + 1)
        expect(close(have, [percentile, *hand.says(hand.counted, n, 5, 1)[1:]]), n, have, percentile)
    told = [a for a in alerts(tmp / "alerts.ndjson") if a["event"] == "updated"]
    expect({a["student"] for a in told} == {"a0"}, "nobody else is told of anew:", {a["student"] for a in told})
    for day, of in ((7, then), (8, then)):          # tomorrow's table has it; and on the 7th his own
        expect(close([r["value"] for r in last[("m", "a3", at(day, 8))]["reasons"]][-3:], of.says(of.summed, "a3", day - 1, 3)), "the table of the", day)


# ---- other rules -------------------------------------------------------------------------------------------------------------------

MARK = "  - {id: mark, when: event.type == \"presence\", level: blue, again_after: 1m}\n"
OTHER = FEATURES.replace("  m:", "  late:").replace("over: 3d", "over: 1d") + """\
rules:
  - {id: again, when: p.percentile >= 60, level: blue, again_after: 1h}
  - {id: new, when: late.percentile >= 90, level: blue, again_after: 1h}
""" + MARK


def test_hup_says_what_two_runs_say(tmp):
    """p is carried, so `again` is told at once; `late` is new, and nothing is known of it before the next 04:00."""
    lines = drawn(9) + [probe("a1", at(6, 15)), probe("a1", at(LAST - 1, 23, 59))]
    first, rest = ([x for x in sorted(lines, key=time_of) if (time_of(x) <= at(6, 15)) == is_first] for is_first in (True, False))
    two = campus(tmp / "two", TOLD + MARK)
    run(two, first, None, "arrival")
    run(campus(two, OTHER), rest, None, "arrival")
    one = campus(tmp / "one", TOLD + MARK)
    live = Live(one, "--state", "sqlite:state.db", "--dead-letters", "file:dead.ndjson")
    live.send(first)
    live.told(b'"rule":"mark"')
    write(one / "rules/r.yaml", OTHER)
    said = live.hup(APPLIED)
    expect("carried  p, swipes_1d" in said and "fresh    late (known from 2026-03-07)" in said and "dropped  m" in said, said)
    live.send(rest)
    live.end()
    same((one / "alerts.ndjson").read_bytes(), (two / "alerts.ndjson").read_bytes(), "alerts")
    told = alerts(one / "alerts.ndjson")
    since = {r: min(a["at"] for a in told if a["rule"] == r) for r in ("again", "new")}
    expect(since["again"] < at(7, 4) <= since["new"], since)


if __name__ == "__main__":
    sys.exit(main(globals()))
