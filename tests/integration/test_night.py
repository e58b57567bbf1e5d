#!/usr/bin/env python3
"""Absence at night: time that goes on though nothing comes, on real Kafka and Redis, with steps of 24, 48 and 72 hours.

Nobody waits a day: students were last seen so long ago that a step falls within seconds. A host whose clock is wrong is a program that
sees another time (tests/support/servers/clock_shift.c); Redis keeps the right one.
"""
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import main_with_servers                                       # noqa: E402
from lib import SANZAO, Failed, expect, same, say, stamp, write              # noqa: E402
from plugs.deployment import Worker, wait_beside                                # noqa: E402
from servers import Kafka, Redis, wait_until                                    # noqa: E402

SHIM = Path(os.environ.get("SZ_BUILD") or Path(SANZAO).parent) / "tests/clock_shift.so"
STEPS = {"24h": "yellow", "48h": "orange", "72h": "red"}
RULES = f"""\
features: {{silence: {{absence: seen}}}}
rules:
  - {{id: silent, title: {{zh: 失联, en: Silent}}, purpose: student-safety, value: silence, unless: [],
     at_least: {{{", ".join(f"{k}: {v}" for k, v in STEPS.items())}}}, message: {{zh: '{{value}}', en: '{{value}}'}}}}
"""
FEEDS = "gate: {delivery: stream, allowance: 1s, idle: 1s}\n"
SOON = timedelta(seconds=12)
kafka: Kafka
redis: Redis


def hours(n: float) -> timedelta: return timedelta(hours=n)


class Night:
    """One partition, its own topics and group; the engine is started and ended as the test says."""

    def __init__(self, tmp: Path, students: list[str]):
        self.tmp, self.name = tmp, tmp.name
        write(tmp / "campus/students.csv", "student\n" + "".join(f"{s}\n" for s in students))
        write(tmp / "campus/feeds.yaml", FEEDS)
        write(tmp / "rules/rules.yaml", RULES)
        self.topics = [f"{self.name}.{x}" for x in ("events", "alerts", "dead")]
        for t in self.topics: kafka.create_topic(t, 1, config={"cleanup.policy": "delete"})
        wait_until(lambda: set(self.topics) <= kafka.topics.list().keys(), "the topics")
        self.n, self.workers = 0, []

    def __enter__(self): return self
    def __exit__(self, *_):
        for w in self.workers:
            if w.alive(): w.kill9()

    def start(self, shift_s: int = 0, *more: str, tick: str = "1s") -> Worker:
        args = [SANZAO, "run", "--source", f"kafka:{self.topics[0]}", "--alerts", f"kafka:{self.topics[1]}", "--dead-letters",
                f"kafka:{self.topics[2]}", "--campus", "campus", "--rules", "rules", "--kafka-brokers", kafka.bootstrap, "--state", redis.url,
                "--settle", "1s", "--group", self.name, "--tick", tick, "--stats", "1s", "--log", "json", *more]
        if shift_s: args = ["env", f"LD_PRELOAD={SHIM}", f"SZ_CLOCK_SHIFT={shift_s}", *args]
        self.workers.append(Worker(f"w{len(self.workers)}", self.tmp, args))
        return self.workers[-1]

    def send(self, seen: list[tuple[str, datetime]], **settings) -> None:
        rows = []
        for student, at in seen:
            self.n += 1
            rows.append({"id": f"e{self.n}", "source": "gate", "type": "presence", "time": stamp(at), "student": student})
        kafka.produce(self.topics[0], rows, settings={k.replace("_", "."): v for k, v in settings.items()})

    def told(self) -> dict[str, list[dict]]:
        """Alert events by student, each with the time at which it came to the topic."""
        by: dict[str, list[dict]] = {}
        for r in kafka.consume(self.topics[1], envelope=True):
            event = json.loads(r["value"])
            by.setdefault(event["student"], []).append({**event, "came": datetime.fromtimestamp(r["timestamp"] / 1000).astimezone()})
        return by

    def header(self, field: str) -> int: return int(redis.call("HGET", f"sz:{{{self.name}.0}}:h", field) or 0)

    def wait(self, condition, what: str): return wait_beside(self.workers, condition, what)

    def ticks(self, n: int) -> None:
        """Until the clock has gone on n times more, each in a commit."""
        for _ in range(n):
            before = self.header("tick")
            self.wait(lambda: self.header("tick") > before, "the clock to go on")


def levels(events: list[dict]) -> list[tuple[str, str]]: return [(e["event"], e["level"]) for e in events]


def not_early(events: list[dict]) -> None:
    for e in events:
        at = datetime.fromisoformat(e["at"])
        expect(e["came"] >= at, f"{e['event']} {e['level']} of {e['at']} came at {e['came']}: before its time")


def test_steps_of_24_48_and_72_hours_fire_with_no_event_at_all(tmp):
    now = datetime.now().astimezone().replace(microsecond=0)
    with Night(tmp, ["day", "two", "three", "here"]) as night:
        seen = {s: now + SOON - hours(h) for s, h in {"three": 72, "two": 48, "day": 24, "here": 1}.items()}
        night.start()
        night.send(list(seen.items()))                # the last record there ever is
        due = {"day": ["24h"], "two": ["24h", "48h"], "three": ["24h", "48h", "72h"]}
        n = sum(len(x) for x in due.values())
        night.wait(lambda: sum(len(x) for x in night.told().values()) >= n, f"{n} steps")
        told = night.told()
        same(set(told), set(due), "who is silent")
        for s, steps in due.items():
            want = [("stepped" if i else "firing", STEPS[step]) for i, step in enumerate(steps)]
            same(levels(told[s]), want, f"steps of {s}")
            same([datetime.fromisoformat(e["at"]) - seen[s] for e in told[s]], [hours(int(x[:-1])) for x in steps], f"an alert's time is its deadline ({s})")
            not_early(told[s])
        late = [(told[s][-1]["came"] - seen[s] - hours(int(x[-1][:-1]))).total_seconds() for s, x in due.items()]
        say(f"{n} steps; the last three came {', '.join(f'{x:.1f}' for x in late)} s after their deadline (idle 1 s, allowance 1 s, settle 1 s)")
        night.workers[0].leave()


def test_engine_that_was_down_over_a_weekend_catches_up_before_it_judges(tmp):
    """The backlog comes piece by piece with pauses longer than `idle`, in which the clock is looked at: whoever judged by it before the end
    would call every student silent who was seen on the weekend only."""
    now = datetime.now().astimezone().replace(microsecond=0)
    friday = now - hours(70)
    present = [f"p{i:02d}" for i in range(30)]
    with Night(tmp, ["gone", *present]) as night:
        first = night.start(tick="0s")                # it is Friday to this one
        night.send([(s, friday - hours(1)) for s in ("gone", *present)] + [("p00", friday)])
        night.wait(lambda: night.header("n_read") == 32, "Friday to be read")
        first.leave()
        same(night.told(), {}, "alerts on Friday")
        hours_on = [(s, friday + hours(h) + timedelta(minutes=i)) for h in range(1, 70) for i, s in enumerate(present)]
        night.send(sorted(hours_on, key=lambda x: x[1]), batch_num_messages=300)
        backlog = len(hours_on)
        expect(backlog > 2000, backlog)
        slow = {"fetch.message.max.bytes": 500, "queued.min.messages": 1, "fetch.queue.backoff.ms": 2000}
        second = night.start(0, *(x for k, v in slow.items() for x in ("--kafka-set", f"{k}={v}")))
        night.wait(lambda: night.header("n_read") == 32 + backlog, "the weekend to be read")
        night.ticks(3)
        night.wait(lambda: len(night.told().get("gone", [])) >= 2, "two steps of the one who is gone")
        told = night.told()
        same(levels(told["gone"]), [("firing", "yellow"), ("stepped", "orange")], "steps of the one who is gone")
        same({s: levels(e) for s, e in told.items() if s != "gone"}, {}, "alerts of those who were seen all weekend")
        second.leave()
        behind = sum(row["lag"] > 0 for row in second.events("stats"))
        expect(behind > 2, f"the backlog was read within {behind} looks at the clock: that proves nothing")
        say(f"{backlog} records of a weekend, the clock was looked at {behind} times before their end")


def test_host_clock_that_is_ahead_moves_nothing(tmp):
    if not SHIM.exists(): raise Failed(f"{SHIM} is not built")
    now = datetime.now().astimezone().replace(microsecond=0)
    with Night(tmp, ["here", "day", "ahead"]) as night:
        night.start(3 * 24 * 3600)
        night.send([("day", now + SOON - hours(24)), ("here", now - hours(1)), ("ahead", now + hours(30))])
        night.wait(lambda: night.told().get("day"), "the step that is due")     # so time goes on, by Redis' clock
        night.ticks(5)
        tick = night.header("tick")
        s, us = redis.call("TIME")                    # asked afterwards: both go on
        expect(tick <= int(s) * 1000 + int(us) // 1000, "the clock of the state is ahead of Redis':", tick)
        told = night.told()
        same({s: levels(e) for s, e in told.items()}, {"day": [("firing", "yellow")]}, "alerts")
        not_early(told["day"])
        same(night.header("n_dead"), 1, "the record of tomorrow, which the host believes to be of the past")
        night.workers[0].leave()


def test_host_clock_that_is_behind_moves_nothing_and_takes_nothing_back(tmp):
    if not SHIM.exists(): raise Failed(f"{SHIM} is not built")
    now = datetime.now().astimezone().replace(microsecond=0)
    with Night(tmp, ["day", "soon"]) as night:
        right = night.start()
        night.send([("day", now - hours(25)), ("soon", now - hours(1))])
        night.wait(lambda: night.told().get("day"), "the step that is due")
        night.ticks(2)
        right.leave()
        tick, lines = night.header("tick"), night.told()
        behind = night.start(-3 * 24 * 3600)
        seq = night.header("seq")
        night.send([("soon", datetime.now().astimezone())])       # of the future, to this host
        night.wait(lambda: night.header("n_read") == 3, "a record of now")
        night.wait(lambda: night.header("seq") > seq + 2, "commits")
        same((night.header("n_used"), night.header("n_dead")), (3, 0), "used, dead letters")
        same(night.header("tick"), tick, "the clock")
        same({s: levels(e) for s, e in night.told().items()}, {s: levels(e) for s, e in lines.items()}, "alerts")
        behind.leave()


if __name__ == "__main__": sys.exit(main_with_servers(globals()))
