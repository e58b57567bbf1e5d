#!/usr/bin/env python3
"""Plugs pulled out of the engine, Kafka and Redis while a simulated term is read: whatever dies, the alert topic ends as it would have.

SZ_PLUGS=full: 200,000 events and every number of the promise (20 kills of the engine, 5 of Redis with its file cut back, 3 of the broker
...); otherwise fewer of each. SZ_SEED: of the moments and choices. Which faults there are, and when they come: tests/support/plugs.
"""
import os
import random
import sys
import tempfile
from datetime import datetime
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from lib import SANZAO, Failed, expect, main, same, say                     # noqa: E402
from plugs import FAULTS, PARTS, Deployment, Reference, Workload, measure   # noqa: E402
from plugs.deployment import BROKER                                    # noqa: E402
from plugs.faults import lacks_answered_commits, share, sleep_past_session   # noqa: E402
from servers import Kafka, Redis, Relay, wait_until                    # noqa: E402

FULL = os.environ.get("SZ_PLUGS") == "full"
EVENTS = int(os.environ.get("SZ_EVENTS") or (200_000 if FULL else 20_000))
SEED = int(os.environ.get("SZ_SEED") or random.SystemRandom().randrange(10 ** 6))
REPLICAS = {"min-replicas-to-write": 1, "min-replicas-max-lag": 1}
LONG_SESSION = {"session_timeout_ms": 60_000}        # no rebalance where no process comes or goes
LOST = "the store has lost commits"

kafka: Kafka
reference: Reference


def n(full: int, quick: int) -> int: return full if FULL else quick


def pulled(tmp: Path, name: str, faults: list[str], redis: Redis, members: int = 1, after=lambda d: None, last=lambda d: None,
           group: dict = {}, **how) -> Deployment:
    """The term in as many chunks as there are faults, one fault into each, and what must hold after it; then the last, the rest, and the
    measure."""
    r = random.Random(f"{SEED} {name}")
    did = []
    with Deployment(tmp / "run", SANZAO, reference.work, kafka, redis, name, **how) as d:
        try:
            d.start(members, **group)
            size = len(d.rest) // (len(faults) + 1)
            for fault in faults:
                did.append(FAULTS[fault].at(d, r, d.feed_next(size)))
                after(d)
                d.check()
            last(d)
            d.feed_next()
            d.finish()
            got = measure(d, reference)
        except Exception as e:
            raise Failed(f"SZ_SEED={SEED}: {type(e).__name__}: {e}\n      " + "\n      ".join(did)) from e
        for line in did: print(f"        {line}", flush=True)
        say(f"{len(did)} faults, {len(got.lines)} alert events, {got.repeats} came twice; SZ_SEED={SEED}")
        return d


def noticed(d: Deployment, text: str) -> int: return sum(text in row["message"] for w in d.all_workers for row in w.events("worker"))


def loss_is_noticed(d: Deployment) -> None:
    """By the worker of each partition whose state was lost, if nobody else can have got the partition (LONG_SESSION)."""
    for p in (p for p, n in enumerate(d.lost) if n):
        before = d.n_losses[p]
        def noted() -> int: return noticed(d, f"partition {p}: {LOST}")
        d.wait(lambda: noted() > before, f"the loss of {d.lost[p]} states of partition {p} to be noticed")
        d.n_losses[p] = noted()
    d.lost = [0] * PARTS


def mixed(name: str, numbers: dict[str, int]) -> list[str]:
    faults = [f for f, count in numbers.items() for _ in range(count)]
    random.Random(f"{SEED} {name} order").shuffle(faults)
    return faults


def test_nobody_disturbs(tmp):
    with Redis(tmp / "redis") as redis, Deployment(tmp / "run", SANZAO, reference.work, kafka, redis, "quiet") as d:
        d.start(2)
        d.feed_next()
        d.wait(d.is_caught_up, "all records in the state and all alerts told, without anybody's end")
        d.finish()
        reference.quiet = measure(d, reference)
        say(f"{d.fed} records, {len(reference.quiet.lines)} alert events, {reference.n_events} of the file run")


def test_engine_killed(tmp):
    with Redis(tmp / "redis") as redis: pulled(tmp, "engine", ["kill-engine"] * n(20, 5), redis)


def must_lose(d: Deployment) -> None:
    """Whether a cut at random takes what was answered is luck: it is done again right behind two commits of one partition."""
    while not sum(d.n_losses):
        lacks_answered_commits(d)
        FAULTS["cut-redis"].pull(d, random.Random(SEED))
        loss_is_noticed(d)


def test_redis_killed_and_cut_back(tmp):
    with Redis(tmp / "redis") as redis:
        d = pulled(tmp, "redis", mixed("redis", {"cut-redis": n(5, 2), "kill-redis": n(2, 1)}), redis, after=loss_is_noticed, last=must_lose,
                   group=LONG_SESSION)
        say(f"{sum(d.n_losses)} losses were noticed")


def test_redis_full_and_read_only(tmp):
    with Redis(tmp / "redis") as redis:
        pulled(tmp, "full", mixed("full", {"fill-redis": n(3, 1), "read-only-redis": n(3, 1), "pause-redis": n(3, 1)}), redis, 2)


def test_broker_killed(tmp):
    with Redis(tmp / "redis") as redis: pulled(tmp, "broker", ["kill-broker"] * n(3, 1), redis, 2)


def test_topic_cut_back_under_a_running_engine_is_held(tmp):
    """A power cut of the only broker takes records that were read. The partition stops with what to do; the others go on."""
    with Redis(tmp / "redis") as redis, Deployment(tmp / "run", SANZAO, reference.work, kafka, redis, "topic-cut") as d:
        w = d.start(session_timeout_ms=30000)         # no rebalance: the consumer itself meets the end of the log
        d.feed_next(2000)
        d.wait(lambda: d.n_read() == d.fed, "the records to be read")
        lost = kafka.cut(d.events, 2, 5)
        held = d.wait(lambda: w.events("held"), "the partition to be held")
        expect("partition 2" in held[0]["message"] and "--accept-gap" in held[0]["message"], "what is held, and what to do:", held[0]["message"])
        seq = [int(h["seq"]) for h in d.headers()]
        d.wait(lambda: all(int(h["seq"]) > s for p, (h, s) in enumerate(zip(d.headers(), seq)) if p != 2), "the others to commit")
        same(d.n_read(), d.fed, "records in the state")
        w.leave()
        say(f"{lost} records cut")


def test_workers_come_go_and_sleep(tmp):
    """Whether one that slept hears of its session's end before it commits is a race, so that a commit may be refused here or not."""
    with Redis(tmp / "redis") as redis:
        pulled(tmp, "workers", mixed("workers", {"join": n(3, 1), "leave": n(3, 1), "stop-worker": n(4, 1)}), redis, 2)


def counted_to_the_end(d: Deployment) -> None:
    """A partition that went takes none of the process' own counters with it."""
    for w in d.all_workers:
        refused, rows = sum("a commit was refused" in row["message"] for row in w.events("worker")), w.events("stats")
        expect(rows[-1]["refused"] >= refused, f"{w.name}: {refused} commits were refused, and its last stats say", rows[-1]["refused"])
        falls = [(a["commits"], b["commits"]) for a, b in zip(rows, rows[1:]) if b["commits"] < a["commits"]]
        expect(not falls, f"{w.name}: the count of its commits fell:", falls)


def one_line_of_stats_after_a_pause(d: Deployment) -> None:
    """Not one for every second that it slept. (The last line of all is that of its end.)"""
    for w in d.all_workers:
        times = [datetime.fromisoformat(row["time"].replace("Z", "+00:00")) for row in w.events("stats")][:-1]
        close = [str(b) for a, b in zip(times, times[1:]) if (b - a).total_seconds() < 0.5]
        expect(not close, f"{w.name}: stats every second, and these came at once: {close[:5]}")


def test_worker_that_sleeps_past_its_session_is_refused(tmp):
    """Its commits are held on their way to Redis until the others have what it had: they come too late, whatever it hears first."""
    with Redis(tmp / "redis") as redis, Relay(redis.server().port) as door, Deployment(tmp / "run", SANZAO, reference.work, kafka, redis, "sleeps") as d:
        sleeper = d.start(2, state=f"redis://127.0.0.1:{door.port}/0?timeout=120s")
        d.feed_next(5000)
        d.wait(lambda: all(int(h.get("n_read") or 0) for h in d.headers()), "a commit of each partition")
        door.hold()
        d.feed_next(5000)
        d.wait(lambda: door.n_held, "a commit under way")
        def others() -> None:
            other = d.start(2)
            d.wait(lambda: share(d, other) == PARTS, "another process to have all partitions")
            n_held, n_answers = door.n_held, door.n_answers
            door.let_go()
            d.wait(lambda: door.n_answers >= n_answers + n_held, "what was held to be answered")
        sleep_past_session(d, sleeper, others)
        d.feed_next()
        d.workers[-1].leave()
        d.gone(d.workers[-1])
        d.wait(lambda: noticed(d, "a commit was refused"), "the refusal to be noticed")
        d.finish()
        measure(d, reference)
        counted_to_the_end(d)
        one_line_of_stats_after_a_pause(d)
        say(f"{noticed(d, 'a commit was refused')} commits refused")


def test_coordinator_stands_still_while_the_group_joins(tmp):
    """It owes who joins an answer, and never gives it; the group goes on under another long before that answer would be given up
    (max.poll.interval.ms, 300 s). Until the killed process' session is over the coordinator waits for it: time enough to stop it."""
    with Kafka(tmp / "kafka", 3, BROKER) as brokers, Redis(tmp / "redis") as redis, \
            Deployment(tmp / "run", SANZAO, reference.work, brokers, redis, "joins") as d:
        gone = d.start(session_timeout_ms=15_000)
        d.wait(lambda: share(d, gone) == PARTS, "the first process to have all partitions")
        d.feed_next(2000)
        d.wait(lambda: d.n_read() == d.fed, "the first records in the state")
        gone.kill9()
        d.gone(gone)
        w = d.start(2, debug="cgrp")
        d.wait(lambda: any("-> wait-join" in row["message"] and "init" in row["message"] for row in w.events("kafka")), "somebody to join")
        coordinator = brokers.topics.leaders("__consumer_offsets")[0]
        brokers.pause(coordinator)
        try:
            wait_until(lambda: coordinator not in brokers.topics.leaders("__consumer_offsets").values(), "another coordinator")
            d.wait(lambda: share(d, w) == PARTS, "the group to go on without it")
        finally: brokers.go_on(coordinator)
        d.feed_next()
        d.finish()
        measure(d, reference)


def test_failover_to_a_lagging_replica(tmp):
    with Redis(tmp / "redis", "sentinel", REPLICAS) as redis:
        d = pulled(tmp, "failover", ["fail-over"] * n(3, 1), redis, 2, after=loss_is_noticed, group=LONG_SESSION, settle_s=8)
        say(f"{sum(d.n_losses)} losses were noticed")


def test_cluster_slot_moved(tmp):
    with Redis(tmp / "redis", "cluster", REPLICAS) as redis: pulled(tmp, "slot", ["move-slot"] * n(4, 2), redis, 2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sanzao-plugs-") as folder, Kafka(Path(folder) / "kafka", settings=BROKER) as kafka:
        reference = Reference(Workload(SANZAO, Path(folder) / "work", EVENTS, PARTS))
        status = main(globals())
    sys.exit(status)
