"""A simulated term as records of a topic: `sanzao simulate`, keyed by student, with what goes wrong at a real source.

A feed_status goes to every partition, as its producer must send it. The last records are one of each source for each partition, all of
one instant: so the clocks of a partition and of a file stand there in the end, whichever records the partition has seen before.
"""
from __future__ import annotations

import csv
import json
import random
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from servers.home import murmur2

LAST = {"pos": {"type": "swipe", "place": "canteen-1", "op": "consume", "amount": "1.00"},
        "gate": {"type": "dorm_access", "place": "dorm-1", "direction": "in"},
        "net": {"type": "presence", "place": "dorm-1", "means": "network"},
        "library": {"type": "presence", "place": "library", "means": "library"}}
STUDENTS_A_DAY = 6.4                                 # records of a student and day, as simulate makes them: only to ask for enough

RULES = """\
events:
  bought: {event: swipe, where: event.op == "consume"}
  missed: {event: attendance, where: event.status == "absent"}
  late_return: {event: dorm_access, where: event.direction == "in" && event.late}
features:
  silence: {absence: seen}
  missed_3d: {sum: missed.hours, over: 3d}
  late_nights: {days: late_return, over: 7d, day: night}
  spent_2d: {sum: bought.amount, over: 2d}
rules:
  - {id: silent, title: {zh: 失联, en: Silent}, purpose: student-safety, value: silence,
     at_least: {24h: yellow, 36h: orange, 48h: red}, message: {zh: '{value}', en: '{value} without a sign'}}
  - {id: missed, title: {zh: 旷课, en: Missed}, purpose: academic-support, value: missed_3d,
     at_least: {2 class-hours: blue, 6 class-hours: yellow}, again_after: 1d}
  - {id: late, title: {zh: 晚归, en: Late}, purpose: student-safety, value: late_nights, at_least: {1: blue, 2: yellow, 3: orange}}
  - {id: big, title: {zh: 大额, en: Big purchase}, purpose: student-safety, when: event.type == "swipe" && event.amount >= 15,
     level: blue, again_after: 2h}
  - {id: spends, title: {zh: 高消费, en: Spends}, purpose: financial-aid, when: spent_2d >= most, params: {most: 90 yuan}, level: blue,
     for: 3h, again_after: 12h, mode: shadow}
"""


@dataclass
class Row:
    keys: list[str]                                  # one record each; several: one for every partition
    line: bytes
    in_file: bool = True                             # False: misrouted, which a file cannot be


class Workload:
    """folder gets campus/, rules/ and events.ndjson, for a run over a file; rows are the same for a topic of `parts` partitions."""

    def __init__(self, program: str, folder: Path, events: int, parts: int, seed: int = 1, days: int = 14):
        self.folder, self.parts = folder, parts
        folder.mkdir(parents=True)
        students = max(40, int(1.25 * events / days / STUDENTS_A_DAY))
        subprocess.run([program, "simulate", "--students", str(students), "--days", str(days), "--seed", str(seed), "--out", folder],
                       check=True, capture_output=True)
        (folder / "rules").mkdir()
        (folder / "rules/rules.yaml").write_text(RULES)
        with open(folder / "campus/cards.csv", encoding="utf-8") as f:
            self.cards = {row["card"]: row["student"] for row in csv.DictReader(f)}
        self.everywhere = [next(k for k in (f"feed-{i}" for i in range(1000)) if murmur2(k.encode()) % parts == p) for p in range(parts)]
        lines = (folder / "events.ndjson").read_bytes().splitlines()[:events]
        if len(lines) < events: raise ValueError(f"simulate made {len(lines)} records, {events} were asked for")
        r = random.Random(f"workload {seed}")
        self.rows = [row for line in lines for row in self.rows_of(line, r)] + self.closing(lines)
        (folder / "events.ndjson").write_bytes(b"".join(row.line + b"\n" for row in self.rows if row.in_file))
        self.misrouted = sum(not row.in_file for row in self.rows)

    def rows_of(self, line: bytes, r: random.Random):
        """The record; now and then a broken copy before it, or one with another id in another's partition."""
        event = json.loads(line)
        if event["type"] == "feed_status":
            yield Row(self.everywhere, line)
            return
        key = event.get("student") or self.cards.get(event["card"]) or event["card"]
        chance = r.random()
        if chance < 0.001: yield Row([key], line[:-7])
        elif chance < 0.002 and "student" in event:
            home = murmur2(key.encode()) % self.parts
            wrong = next(k for k in self.everywhere if murmur2(k.encode()) % self.parts != home)
            yield Row([wrong], json.dumps({**event, "id": f"wrong-{key}-{event['time']}"}).encode(), in_file=False)
        yield Row([key], line)

    def closing(self, lines: list[bytes]) -> list[Row]:
        last = max(datetime.fromisoformat(json.loads(x)["time"]) for x in lines)
        end = (last + timedelta(hours=30)).isoformat(timespec="seconds")
        with open(self.folder / "campus/students.csv", encoding="utf-8") as f:
            students = [row["student"] for row in csv.DictReader(f)]
        homes = [next(s for s in students if murmur2(s.encode()) % self.parts == p) for p in range(self.parts)]
        rows = [Row([s], json.dumps({"id": f"last-{source}-{s}", "source": source, "time": end, "student": s, **record}).encode())
                for source, record in LAST.items() for s in homes]
        done = {"type": "feed_status", "source": "class", "time": end, "complete_through": end, "state": "complete"}
        return rows + [Row(self.everywhere, json.dumps(done).encode())]

    @staticmethod
    def records(rows: list[Row]) -> bytes:
        """For `topic produce`: the key, a tab, the value."""
        return b"".join(k.encode() + b"\t" + row.line + b"\n" for row in rows for k in row.keys)
