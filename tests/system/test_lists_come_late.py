#!/usr/bin/env python3
"""Lists of attendance come hours after their classes, several one behind the other, and then the word that they are complete:
checks and timers that are passed before their rules' clock comes to them (docs/adr/0037). What stands is what the reference says, in the order
of arrival, in several runs over one state, with lists that are corrected and leaves that are approved afterwards. LISTS=A-B takes other seeds."""
import os
import random
import sys
from pathlib import Path

from lib import SANZAO, expect, main, same, say

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "property")]

from reference.times import DAY, HOUR, MINUTE, day_start, parse_day, rfc3339  # noqa: E402
from ways import Trial, ask, compare, write  # noqa: E402

FIRST = day_start(parse_day("2026-03-02"))
DAYS = 9
EVENTS = """events:
  missed: {event: attendance, where: 'event.status == "absent"'}
  came: {event: attendance, where: 'event.status == "present"'}
  meal: {event: swipe, where: 'event.op == "consume"'}
  online: {event: presence}
"""
COUNTS = ["missed", "missed", "came", "meal", "online"]


def condition(d: random.Random, i: int, features: list[str], params: list[str]) -> str:
    """Of one to three numbers, some of which have no guard: what is at most so much, or silence."""
    parts = []
    for k in range(d.randint(1, 3)):
        name, of = f"f{i}{k}", d.choice(COUNTS)
        kind = d.choice(["count", "count", "days", "streak", "absence", "last"])
        window = d.choice(["1d", "2d", "3d", "7d", "1d, to: 1d ago", "2d, to: 1d ago", "36h"])
        if kind == "absence":
            features.append(f"  {name}: {{absence: {d.choice([of, 'seen'])}}}")
            params.append(f"p{k}: {d.randint(8, 60)}h")
            parts.append(f"{name} {d.choice(['>', '>='])} p{k}")
        elif kind == "last":
            features.append(f"  {name}: {{last: {of}}}")
            params.append(f"p{k}: {d.randint(3, 40)}h")
            parts.append(f"{name}.age {d.choice(['>', '<'])} p{k}")
        elif kind == "streak":
            features.append(f"  {name}: {{streak: {of}}}")
            parts.append(f"{name} {d.choice(['>=', '>=', '<='])} {d.randint(0, 3)}")
        else:
            if kind == "days": window = window.replace("36h", "5d")
            features.append(f"  {name}: {{{kind}: {of}, over: {window}}}")
            parts.append(f"{name} {d.choice(['>=', '>=', '>=', '<'])} {d.randint(1, 3)}")
    return f" {d.choice(['&&', '&&', '||'])} ".join(parts)


def rules(d: random.Random) -> str:
    features, made = [], []
    for i in range(d.randint(1, 4)):
        check = d.choice(["", "", "daily at 07:30", "daily at 00:00", "daily at 12:00", "daily at 24:00", "mon,tue,thu at 18:00"])
        rest = f", check: '{check}'" if check else ""
        if not check and d.random() < 0.2: rest += f", for: {d.choice(['2h', '1d'])}"
        rest += d.choice(["", "", ", unless: none", ", unless: [none, rarely_seen]", ", unless: [rarely_seen]", ", unless: [weekend]"])
        rest += d.choice(["", "", ", again_after: 5h", ", again_after: 2d"])
        params: list[str] = []
        when = condition(d, i, features, params)
        if params: rest += f", params: {{{', '.join(params)}}}"
        made.append(f"  - {{id: r{i}, when: '{when}', level: {d.choice(['blue', 'yellow'])}{rest}}}")
    if d.random() < 0.3:
        made.append("  - {id: now, when: 'event.op == \"consume\" && g >= 1', level: blue, unless: [none, rarely_seen]}")
        features.append(f"  g: {{count: meal, over: {d.choice(['1d', '3h'])}}}")
    return EVENTS + "features:\n" + "\n".join(features) + "\nrules:\n" + "\n".join(made) + "\n"


class Drawn:
    """Lines with the instant at which each comes."""

    def __init__(self, d: random.Random):
        self.d, self.lines, self.taken, self.n = d, [], set(), 0

    def add(self, comes: int, student: str, t: int, **fields) -> str:
        while (student, t) in self.taken: t += MINUTE
        self.taken.add((student, t))
        self.n += 1
        e = {"id": f"e{self.n:03d}", "time": rfc3339(t), "student": student, **fields}
        self.lines.append((max(comes, t), self.n, e))
        return e["id"]

    def status(self, t: int, source: str, through: int) -> None:
        while ("", t) in self.taken: t += MINUTE
        self.taken.add(("", t))
        self.n += 1
        self.lines.append((t, self.n, {"type": "feed_status", "source": source, "time": rfc3339(t), "complete_through": rfc3339(through)}))


def lists_of(x: Drawn, students: list[str], day: int) -> None:
    """One to three lists a day, at noon, in the evening or next morning; mostly complete then; some come a day or two later, some are corrected."""
    d = x.d
    for clock in d.sample([8, 10, 14, 16, 19], d.randint(1, 3)):
        comes = day + d.choice([clock + 1, 12, 22, 22, 22, 30, 30, 36, 54]) * HOUR + d.randint(0, 9) * MINUTE
        for s in students:
            if d.random() < 0.25: continue
            t = day + clock * HOUR + d.randint(-9, 9) * MINUTE
            status = d.choice(["absent", "absent", "present", "present", "late"])
            name = x.add(comes, s, t, type="attendance", source="class", status=status, **({"hours": 2} if status == "absent" else {}))
            if status == "absent" and d.random() < 0.12:
                after = t + d.choice([2, 5, 20, 30, 50]) * HOUR
                x.add(after + d.choice([0, 0, 8, 26]) * HOUR, s, after, type="attendance", source="class", status="excused", ref=name)


def drawn(d: random.Random, students: list[str]) -> list[dict]:
    x = Drawn(d)
    for i in range(DAYS):
        day = FIRST + i * DAY
        if i % 7 < 6 and d.random() < 0.85: lists_of(x, students, day)
        for at in d.choice([[22 * HOUR + 30 * MINUTE], [6 * HOUR + 30 * MINUTE, 22 * HOUR + 30 * MINUTE], [], [30 * HOUR]]):
            x.status(day + at, "class", day + at - d.choice([0, 0, HOUR, 12 * HOUR, 23 * HOUR]))
        for s in students:
            for _ in range(d.choice([0, 1, 2, 3])):
                t = day + d.choice([7, 12, 18, 23]) * HOUR + d.randint(-70, 70) * MINUTE
                comes = t + (0 if d.random() < 0.8 else d.randint(0, 30) * HOUR)
                if d.random() < 0.6: x.add(comes, s, t, type="swipe", source="pos", op="consume", amount=5)
                else: x.add(comes, s, t, type="presence", source="net", means="network")
    return [e for _, _, e in sorted(x.lines, key=lambda line: line[:2])]


def leaves(d: random.Random, students: list[str]) -> list[dict]:
    rows = []
    for s in students:
        if d.random() < 0.7: continue
        first = d.randint(0, DAYS - 2)
        day = lambda n: rfc3339(FIRST + n * DAY)[:10]
        row = {"student": s, "from": day(first), "to": day(first + d.randint(0, 2)), "kind": d.choice(["leave", "sick"])}
        if d.random() < 0.8: row["recorded"] = rfc3339(FIRST + (first + d.randint(-1, 3)) * DAY + d.choice([9, 15]) * HOUR + 30 * MINUTE)
        rows.append(row)
    return rows


def case(seed: int) -> tuple[Trial, random.Random]:
    d = random.Random(seed)
    students = [f"s{i}" for i in range(d.randint(2, 4))]
    batch = {"delivery": "batch", "types": ["attendance"]}
    feeds = {"class": batch, "pos": {"delivery": "stream", "types": ["swipe"], **d.choice([{}, {"allowance": "10m"}])},
             "net": {"delivery": d.choice(["stream", "stream", "batch"]), "types": ["presence"]}}
    campus = {"students": [{"student": s} for s in students], "feeds": feeds}
    rows, until = leaves(d, students), rfc3339(FIRST + (DAYS + 1) * DAY + 8 * HOUR)
    if rows: campus["leaves"] = rows
    made = {"name": "lists", "campus": campus, "rules": rules(d), "options": {"order": "arrival", "until": until, "lateness": "240h", "horizon": "14d"}}
    events = drawn(d, students)
    cuts = sorted(d.sample(range(1, len(events)), d.choice([0, 0, 1, 3])))
    pieces = [events[a:b] for a, b in zip([0] + cuts, cuts + [len(events)])]
    return Trial("lists", made, pieces, [None] * len(cuts) + [until]), d


def test_what_stands_is_what_the_reference_says(tmp):
    first, last = map(int, os.environ.get("LISTS", "1-40").split("-"))
    alerts = runs = 0
    for seed in range(first, last + 1):
        trial, _ = case(seed)
        result = trial.expected()
        expect(not result.error, f"seed {seed}: {result.error}")
        folder = tmp / str(seed)
        write(trial, folder, [SANZAO])
        same(compare(result, ask(trial, folder, [SANZAO])), [], f"seed {seed}")
        alerts += len(result.standing)
        runs += len(trial.pieces)
    say(f"{alerts} alerts stand after {runs} runs")
    expect(alerts > last - first, "hardly an alert")


def hours(n: int) -> str: return rfc3339(FIRST + n * HOUR)
def meal(name: str, student: str, at: int, op: str = "consume") -> dict:
    return {"id": name, "time": hours(at), "student": student, "type": "swipe", "source": "pos", "op": op, "amount": 5}


def of_two(way: str, features: str, rules: str, events: list[dict], until: int, **campus) -> Trial:
    made = {"name": way, "campus": {"students": [{"student": s} for s in ("s1", "s2")], **campus},
            "rules": f"{EVENTS}features: {{{features}}}\nrules:\n{rules}",
            "options": {"order": "arrival", "until": hours(until), "lateness": "100h", "horizon": "7d"}}
    return Trial(way, made, [events], [hours(until)])


POS, LISTS = {"delivery": "stream", "types": ["swipe"]}, {"delivery": "batch", "types": ["attendance"]}


def test_a_first_record_begins_a_study_at_once(tmp):
    """It is late and only a lagging rule counts it, but another one reads a window that begins with it."""
    events = [meal("x1", "s2", 8), {"type": "feed_status", "source": "class", "time": hours(9), "complete_through": hours(9)}, meal("x2", "s2", 68),
              {"id": "a1", "time": hours(44), "student": "s1", "type": "attendance", "source": "class", "status": "absent"}, meal("x3", "s2", 69)]
    trial = of_two("first", "m: {count: missed, over: 3d}, s: {count: meal, over: study}",
                   "  - {id: a, when: 'm >= 3', level: blue, unless: none}\n  - {id: b, when: 's < 1', level: blue, unless: none}\n",
                   events, 70, feeds={"class": LISTS, "pos": POS})
    write(trial, tmp / "first", [SANZAO])
    answer = ask(trial, tmp / "first", [SANZAO])
    same(compare(trial.expected(), answer), [], "as the reference says")
    same([(a["student"], a["event"], a["at"]) for a in answer.alerts], [("s1", "firing", hours(44))], "told")


def test_a_record_that_no_clock_comes_to_does_not_wait(tmp):
    """What nothing reads makes no difference, not even to how far a fact of long ago reaches back (semantics 5)."""
    leave = {"student": "s1", "from": hours(48)[:10], "to": hours(72)[:10], "kind": "leave", "recorded": hours(297)}
    told = []
    for idle in ([], [meal("x4", "s1", 60, "topup")]):
        events = [meal("x1", "s1", 8), meal("x2", "s1", 32), meal("x3", "s1", 104), *idle, meal("y0", "s2", 152), meal("y1", "s2", 296),
                  meal("y2", "s2", 300)]
        trial = of_two(f"idle{len(idle)}", "m: {streak: meal}", "  - {id: b, when: 'm >= 3', level: blue, unless: none}\n", events, 310,
                       feeds={"pos": POS}, leaves=[leave])
        write(trial, tmp / trial.way, [SANZAO])
        told.append(ask(trial, tmp / trial.way, [SANZAO]).alerts)
    same(told[1], told[0], "with the record and without it")


if __name__ == "__main__": sys.exit(main(globals()))
