#!/usr/bin/env python3
"""Records that come late among those that wait to be added (docs/adr/0030): what stands is what stands when they come in order. Random rules
meet that seldom; these have few records a student around midnight and windows whose counts end there, so that what is known to be below a
while later was not below before."""
import json
import random
import sys
from datetime import datetime, timedelta

from lib import ZONE, expect, main, same, sanzao, say

FIRST = datetime(2026, 3, 2, tzinfo=ZONE)
STUDENTS = 300
DAY = 1440                                          # minutes
EVENTS = """events:
  ax: {event: swipe, where: 'event.op == "topup"'}
  bx: {event: swipe, where: 'event.op == "consume"'}
  cx: {event: dorm_access}
"""


def at(minute: int) -> str: return (FIRST + timedelta(minutes=minute)).isoformat()


def rules(d: random.Random) -> str:
    """One or two rules, each over three counts of its own, of windows a day or two long."""
    features, made = [], []
    for i in range(d.randint(1, 2)):
        names = [f"{x}{i}" for x in d.sample("abc", 3)]
        windows = [d.choice(["1d", "1d", "2d", "1d, to: 1d ago", "2d, to: 1d ago"]) for _ in names]
        if all("ago" in w for w in windows[:2]) or all("ago" not in w for w in windows[:2]): windows[0] = "1d"
        features += [f"  {n}: {{count: {n[0]}x, over: {w}}}" for n, w in zip(names, windows)]
        again = d.choice(["", "", ", again_after: 5h"])
        made.append(f"  - {{id: r{i}, when: '{names[0]} >= {d.randint(1, 3)} && {names[1]} >= {d.randint(1, 2)} && {names[2]} < 99', "
                    f"level: blue, unless: none{again}}}")
    return EVENTS + "features:\n" + "\n".join(features) + "\nrules:\n" + "\n".join(made) + "\n"


def records(d: random.Random) -> list[tuple[int, int, dict]]:
    """(minute of arrival, minute, record): most around the second and third midnight, six in ten of them late by up to a day."""
    made = []
    for s in range(STUDENTS):
        for _ in range(d.randint(4, 9)):
            minute = d.choice([d.randint(0, 3 * DAY - 1), DAY + d.randint(-90, 400), 2 * DAY + d.randint(-90, 300)])
            kind = d.choice("aabbc")
            e = {"id": f"e{len(made)}", "time": at(minute), "student": f"s{s}"}
            if kind == "c": e |= {"type": "dorm_access", "direction": "in"}
            else: e |= {"type": "swipe", "op": {"a": "topup", "b": "consume"}[kind], "amount": 1}
            made.append((minute + (0 if d.random() < 0.4 else d.randint(0, 1500)), minute, e))
    return made


def standing(tmp, order: str, lines: list[dict]) -> set:
    (tmp / f"{order}.ndjson").write_text("".join(json.dumps(e) + "\n" for e in lines))
    (tmp / f"{order}.alerts").unlink(missing_ok=True)
    sanzao(tmp, "run", "--source", f"file:{order}.ndjson", "--order", order, "--campus", "campus", "--rules", "rules", "--state", "memory",
           "--alerts", f"file:{order}.alerts", "--lateness", "240h", "--horizon", "30d", "--until", at(3 * DAY + 380), rc=0)
    last = {}
    for line in (tmp / f"{order}.alerts").read_text().splitlines():
        a = json.loads(line)
        if a["alert"] not in last or last[a["alert"]]["seq"] < a["seq"]: last[a["alert"]] = a
    return {(a["rule"], a["student"], a["since"], a["state"], a["at"]) for a in last.values() if a["state"] != "retracted"}


def test_late_among_those_that_wait_is_as_in_order(tmp):
    (tmp / "rules").mkdir()
    (tmp / "campus").mkdir()
    (tmp / "campus/students.csv").write_text("student\n" + "".join(f"s{i}\n" for i in range(STUDENTS)))
    alerts = 0
    for seed in SEEDS:
        d = random.Random(seed)
        (tmp / "rules/r.yaml").write_text(rules(d))
        drawn = records(d)
        in_order = standing(tmp, "sorted", [e for _, _, e in sorted(drawn, key=lambda r: r[1])])
        same(standing(tmp, "arrival", [e for _, _, e in sorted(drawn, key=lambda r: (r[0], r[2]["id"]))]), in_order, f"seed {seed}: what stands")
        alerts += len(in_order)
    say(f"{alerts} alerts stand")
    expect(alerts > len(SEEDS), "hardly an alert")


SEEDS = range(1, 101)

if __name__ == "__main__": sys.exit(main(globals()))
