"""The measure: what a run that nobody disturbed told and counted, and that a disturbed one told and counted the same.

The alert topic, folded, is that of a file run of the same events. And line by line it is that of an undisturbed run on Kafka: which
alerts are told, and with which words, depends on the records of a partition alone, so the same set of lines must come out, some twice.
"""
from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from lib import expect, same, sanzao, standing

from .deployment import PARTS, Deployment
from .workload import Workload

COUNTS = {"n_read": "read", "n_used": "used", "n_dup": "duplicate", "n_dead": "dead_letter", "n_control": "control"}


@dataclass
class Told:
    lines: set[bytes]
    stands: list[tuple]
    repeats: int
    dead: dict[str, str]                             # partition/offset of the record: its reason
    counts: dict[str, int]


def alerts_of(d: Deployment) -> tuple[set[bytes], list[tuple], int]:
    records = d.kafka.consume(d.alerts, envelope=True)
    content: dict[tuple, str] = {}
    seqs: dict[str, set[int]] = {}
    events = []
    for r in records:
        event = json.loads(r["value"])
        same(r["key"], event["student"], "the key of an alert")
        same(content.setdefault((event["alert"], event["seq"]), r["value"]), r["value"], "one (alert, seq), one content")
        seqs.setdefault(event["alert"], set()).add(event["seq"])
        events.append(event)
    gaps = {a: sorted(s) for a, s in seqs.items() if s != set(range(1, len(s) + 1))}
    expect(not gaps, f"{len(gaps)} alerts with a seq missing:", dict(list(gaps.items())[:3]))
    lines = {r["value"].encode() for r in records}
    return lines, standing(events), len(records) - len(lines)


def dead_of(d: Deployment) -> dict[str, str]:
    """By the record's place, repeats aside; a place has one reason."""
    reasons: dict[str, str] = {}
    for r in d.kafka.consume(d.dead, envelope=True):
        topic, place = r["key"].split("/", 1)
        same(topic, d.events, "the topic in a dead letter's key")
        reason = r["headers"]["reason"]
        same(reasons.setdefault(place, reason), reason, f"the reason of {place}")
    return reasons


def told(d: Deployment) -> Told:
    lines, stands, repeats = alerts_of(d)
    counts = {name: d.total(field) for field, name in COUNTS.items()}
    parts = sum(v for k, v in counts.items() if k != "read")
    same(counts["read"], parts, f"read = used + duplicate + dead letters + control: {counts}")
    same(d.total("n_gap"), 0, "records skipped")
    dead = dead_of(d)
    same(len(dead), counts["dead_letter"], "dead letters on the topic, repeats aside, against those counted")
    return Told(lines, stands, repeats, dead, counts)


class Reference:
    """Of one workload: the file run at once, the undisturbed run on Kafka when it is given."""

    def __init__(self, work: Workload):
        self.work = work
        r = sanzao(work.folder, "run", "--source", "file:events.ndjson", "--order", "arrival", "--campus", "campus", "--rules", "rules",
                   "--alerts", "file:want.ndjson", "--dead-letters", "file:dead.ndjson", rc=0)
        self.summary = r.summary()
        events = [json.loads(x) for x in (work.folder / "want.ndjson").read_bytes().splitlines()]
        self.stands = standing(events)
        self.n_events = len(events)
        self.quiet: Told | None = None

    def counts(self) -> dict[str, int]:
        """What the same records come to on a topic: a feed_status is read by every partition, misrouted records are there too."""
        s, more = self.summary, self.work.misrouted
        control = s["control"] * PARTS
        return {"read": s["read"] - s["control"] + control + more, "used": s["used"], "duplicate": s["duplicate"],
                "dead_letter": s["dead_letter"] + more, "control": control}

    def reasons(self) -> dict[str, int]:
        by = Counter(self.summary["dead_letter_by"])
        by["misrouted"] += self.work.misrouted
        return dict(+by)


def differ(got, want, what: str) -> None:
    missing, more = want - got, got - want
    expect(not missing and not more, f"{what}: {len(missing)} of {len(want)} missing:", sorted(missing)[:2], f"; {len(more)} too many:",
           sorted(more)[:2])


def measure(d: Deployment, ref: Reference) -> Told:
    """Everything that must hold once a deployment has finished."""
    got = told(d)
    same(got.counts, ref.counts(), "counts")
    same(dict(Counter(got.dead.values())), ref.reasons(), "dead letters by reason")
    differ(set(got.stands), set(ref.stands), "what stands against the file run")
    same(len(got.stands), len(ref.stands), "alerts that stand")
    if ref.quiet:
        differ(got.lines, ref.quiet.lines, "lines against the undisturbed run")
        differ(set(got.dead.items()), set(ref.quiet.dead.items()), "dead letters against the undisturbed run")
    return got
