#!/usr/bin/env python3
"""How regular the half hours of a student are (semantics 23), against the reference that looks for each run in the text before it."""
import json
import math
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lib import alerts, expect, main, same, sanzao, say, write, write_lines  # noqa: E402
from reference.features import new_runs  # noqa: E402

RULES = """
features: {g: {regularity: swipe, over: 28d, to: yesterday}}
rules:
  - {id: r, check: daily at 07:00, who: calendar.week == 5, when: g > -1 && g.orderliness < 0, level: blue}
"""
CALENDAR = "terms: [{id: t1, from: 2026-03-02, to: 2026-07-05}]\n"


def swipes(seed: int, n: int) -> list[tuple[int, int]]:
    """(day, half hour) in order: the habits of somebody who is more or less regular, over 28 days."""
    rng = random.Random(seed)
    habits = [rng.sample(range(14, 44), rng.randint(1, 6)) for _ in range(rng.randint(1, 3))]
    out = []
    for i in range(n):
        halves = habits[i % len(habits)] if rng.random() < 0.8 else range(14, 44)
        out.append((i * 28 // n, rng.choice(list(halves))))
    return sorted(out)


def line(i: int, student: str, day: int, half: int) -> bytes:
    date = f"2026-03-{day + 2:02}"
    return json.dumps({"id": f"e{student}-{i}", "type": "swipe", "student": student,
                       "time": f"{date}T{half // 2:02}:{half % 2 * 30 + i % 30:02}:{i % 60:02}"}).encode()


def in_order(found: list[tuple[int, int]], student: str) -> tuple[list[bytes], list[int]]:
    """Lines, and their half hours as time orders them (minutes within a half hour rise with the number)."""
    rows = [(day, half, i) for i, (day, half) in enumerate(found)]
    rows.sort(key=lambda r: (r[0], r[1], r[2] % 30, r[2] % 60, f"e{student}-{r[2]}"))
    return [line(i, student, day, half) for day, half, i in rows], [half for _, half, _ in rows]


def test_regularity_is_that_of_the_definition(tmp):
    campus = tmp / "campus"
    expected, n_of, lines = {}, {}, []
    for seed in range(24):
        student, n = f"s{seed}", (39, 40, 41, 70, 120, 180)[seed % 6]
        mine, halves = in_order(swipes(seed, n), student)
        lines += mine
        total = sum(new_runs([h - 14 for h in halves]))
        expected[student], n_of[student] = None if n < 40 else total, n
    write(campus / "students.csv", "student\n" + "".join(f"{s}\n" for s in expected))
    write(campus / "calendar.yaml", CALENDAR)
    write(tmp / "rules" / "r.yaml", RULES)
    write_lines(tmp / "events.ndjson", lines)
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson",
           "--until", "2026-03-30T08:00:00")
    got = {a["student"]: a for a in alerts(tmp / "alerts.ndjson") if a["event"] == "firing"}
    for student, value in expected.items():
        if value is None:
            expect(student not in got, f"{student} has under 40 records and is unknown")
            continue
        expect(student in got, f"{student} is known")
        value_row, order_row = got[student]["reasons"]
        expect(math.isclose(value_row["value"], 1 - n_of[student] / value, rel_tol=1e-12), f"{student}: {value_row} {value}")
        order = -n_of[student] * math.log(n_of[student]) / value
        expect(math.isclose(order_row["value"], order, rel_tol=1e-12), f"{student}: {order_row} {order}")
    same(len(got), sum(v is not None for v in expected.values()), "known")
    say(f"{len(got)} of {len(expected)} students known")


if __name__ == "__main__": sys.exit(main(globals()))
