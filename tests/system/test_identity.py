#!/usr/bin/env python3
"""Whose a record is and which it is, where ids are few, cards change hands and records name themselves or each other: one file put in
order, the same lines as a stream, and the stream in several runs leave the same alerts, counts and dead letters."""
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lib import alerts, expect, main, same, sanzao, say, standing, write, write_lines  # noqa: E402

SEEDS = 14
RULES = """events: {buy: {event: swipe, where: 'event.op == "consume"'}, att: {event: attendance, where: 'event.status != "excused"'}}
features: {n: {count: any, over: 3d}, m: {sum: buy.amount, over: 2d}, h: {count: att, over: 5d}, a: {absence: seen}}
rules:
  - {id: n, value: n, at_least: {1: blue, 3: yellow, 5: orange}}
  - {id: m, when: m >= 9, level: blue, again_after: 6h}
  - {id: h, when: h >= 2, level: blue, again_after: 1h}
  - {id: a, value: a, at_least: {12h: blue, 30h: red}, again_after: 1h}
"""
CARDS = """system,card,student,from,to
pos,k1,s1,2026-03-01,2026-03-03
pos,k1,s2,2026-03-04,
,k2,s2,,
gate,k3,s1,2026-03-02 12:00,
"""


def stream(seed: int, ids: int) -> list[dict]:
    """Records in the order of their time. Few ids: they repeat, with the same content or another."""
    r, out = random.Random(seed), []
    for i in range(r.randint(6, 16)):
        t = r.randint(0, 5 * 96)
        e = {"id": f"i{r.randrange(ids) if ids else i}", "type": r.choice(["swipe", "swipe", "attendance", "presence"]),
             "time": f"2026-03-{2 + t // 96:02}T{t % 96 // 4:02}:{t % 4 * 15:02}:00+08:00", "source": r.choice(["pos", "pos", "gate"])}
        e |= {"student": r.choice(["s1", "s2"])} if r.random() < 0.4 else {"card": r.choice(["k1", "k2", "k3"])}
        if e["type"] == "attendance": e["status"] = r.choice(["absent", "present", "excused"])
        elif e["type"] == "swipe": e |= {"amount": r.choice([1, 5, 9]), "op": r.choice(["consume", "consume", "refund", "reversal"])}
        if e.get("op", "consume") != "consume" or e.get("status") == "excused": e["ref"] = f"i{r.randrange(ids or 16)}"
        out.append(e)
        if ids and r.random() < 0.3: out.append(e | r.choice([{}, {"amount": 2}, {"time": out[0]["time"]}, {"card": "k2"}]))
    return sorted(out, key=lambda e: (e["time"], e["source"]))


def left(tmp: Path, pieces: list[list[dict]], order: str) -> tuple:
    """Counts, dead letters by reason and what stands, after runs over one state."""
    write(tmp / "rules/r.yaml", RULES)
    write(tmp / "campus/students.csv", "student\ns1\ns2\n")
    write(tmp / "campus/cards.csv", CARDS)
    counts: dict = {}
    for i, piece in enumerate(pieces):
        write_lines(tmp / f"{i}.ndjson", [json.dumps(e).encode() for e in piece])
        done = sanzao(tmp, "run", "--source", f"file:{i}.ndjson", "--order", order, "--campus", "campus", "--state", "sqlite:state.db", "--alerts",
                      "file:alerts.ndjson", *(["--until", "2026-03-08T12:00:00+08:00"] if i + 1 == len(pieces) else []), rc=0).summary()
        for k in ("read", "used", "duplicate", "dead_letter"): counts[k] = counts.get(k, 0) + done[k]
        for k, n in done["dead_letter_by"].items(): counts[k] = counts.get(k, 0) + n
    return counts, done["undo_unmatched"], standing(alerts(tmp / "alerts.ndjson"))


def test_few_ids_are_told_apart_alike_in_every_order_of_taking_them(tmp):
    conflicts = duplicates = 0
    for seed in range(SEEDS):
        lines = stream(seed, 5)
        third = len(lines) // 3
        told = left(tmp / f"{seed}-sorted", [lines], "sorted")
        same(left(tmp / f"{seed}-arrival", [lines], "arrival"), told, f"seed {seed}: as a stream")
        same(left(tmp / f"{seed}-pieces", [lines[:third], lines[third:]], "sorted")[::2], told[::2], f"seed {seed}: in two files")
        conflicts, duplicates = conflicts + told[0].get("conflicting_duplicate", 0), duplicates + told[0]["duplicate"]
    expect(conflicts > SEEDS and duplicates > SEEDS, "few of what is looked for:", conflicts, duplicates)
    say(f"{conflicts} conflicts, {duplicates} duplicates in {SEEDS} streams")


def test_records_that_undo_each_other_and_themselves_leave_what_the_ordered_stream_leaves(tmp):
    themselves = 0
    for seed in range(SEEDS):
        lines = stream(1000 + seed, 0)
        themselves += sum(e["id"] == e.get("ref") for e in lines)
        told = left(tmp / f"{seed}-sorted", [lines], "sorted")
        random.Random(seed).shuffle(lines)
        third = len(lines) // 3
        for order in ("arrival", "sorted"):
            same(left(tmp / f"{seed}-{order}-pieces", [lines[:third], lines[third:]], order), told, f"seed {seed}: {order}, out of order")
    expect(themselves, "none names itself")
    say(f"{themselves} that name themselves in {SEEDS} streams")


if __name__ == "__main__": sys.exit(main(globals()))
