#!/usr/bin/env python3
"""The engine on a real Kafka: source, alerts, dead letters, members that come and go, and what it says of topics that do not fit.

The measure is always a run over the same records from a file: the same alerts stand, and the counts add up. One Kafka and one Redis
serve all tests, each with topics and groups of its own.
"""
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from lib import (ROOT, Campus, Failed, balance, expect, finish, main, same, sanzao, say, skip, stamp,   # noqa: E402
                 standing, start, write, write_lines)
from plugs.deployment import BROKER                                                                      # noqa: E402
from servers import Kafka, Redis, Relay, wait_until                                                      # noqa: E402
from servers.home import murmur2                                                                         # noqa: E402
from servers.kafka import SASL                                                                           # noqa: E402
from servers.process import LONG, where_it_stands                                                        # noqa: E402

PARTS = 4
# members are told sooner; and a partition that is read from a moment later than another waits no half second behind that one's end
QUICK = [x for v in ("heartbeat.interval.ms=200", "session.timeout.ms=60000", "fetch.wait.max.ms=50") for x in ("--kafka-set", v)]
DIES = [x.replace("60000", "2000") for x in QUICK]   # where a member is killed, and the others wait for its session's end
USERS = {"sanzao": "open-sesame-7"}
kafka: Kafka
redis: Redis
n_topics = 0


def topic(name: str, partitions: int = PARTS, **more) -> str:
    global n_topics
    n_topics += 1
    full = f"{name}-{n_topics}"
    kafka.create_topic(full, partitions, **more)
    return full


def key_of(line: bytes) -> bytes:
    """A line's student; of a broken line as much of it as is there."""
    m = re.search(rb'"student": ?"([^"]*)', line)
    return m[1] if m else b""


def fill(name: str, lines: list[bytes], keyed: bool = True) -> None:
    rows = b"".join((key_of(x) if keyed else b"%d" % i) + b"\t" + x + b"\n" for i, x in enumerate(lines))
    same(kafka.topics.produce(name, rows, key_field=None), len(lines), "records acknowledged")


def options(tmp: Path, campus: Campus, source: str, alerts: str, dead: str, *more, group=QUICK) -> list[str]:
    return ["run", "--source", source, "--campus", tmp / "campus", "--rules", tmp / "rules", "--alerts", alerts, "--dead-letters", dead,
            "--kafka-brokers", kafka.bootstrap, *group, *more]


def to_end(campus: Campus) -> list[str]: return ["--stop-at-end", "--until", stamp(campus.until)]


def file_run(tmp: Path, campus: Campus) -> tuple[list, dict]:
    """What stands after a run over a file of the same records, and its summary."""
    write_lines(tmp / "events.ndjson", campus.lines())
    r = sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:want.ndjson",
               "--until", stamp(campus.until), rc=0)
    return standing([json.loads(x) for x in (tmp / "want.ndjson").read_bytes().splitlines()]), r.summary()


def folded(name: str) -> list[tuple]:
    """What stands on the topic. Each record is keyed by its student; (alert, seq) has one content, seen once or more."""
    contents: dict = {}
    events = []
    for record in kafka.consume(name, envelope=True):
        event = json.loads(record["value"])
        same(record["key"], event["student"], "the key of an alert")
        same(contents.setdefault((event["alert"], event["seq"]), record["value"]), record["value"], "one (alert, seq), one content")
        events.append(event)
    return standing(events)


def same_stand(got: list[tuple], want: list[tuple], what: str) -> None:
    missing, more = sorted(set(want) - set(got)), sorted(set(got) - set(want))
    expect(not missing and not more and len(got) == len(want), f"{what}: {len(missing)} of {len(want)} missing:", missing[:3],
           f"{len(more)} too many:", more[:3])


def compare(summary: dict, want: dict) -> None:
    balance(summary)
    for k in ("read", "used", "duplicate", "dead_letter", "dead_letter_by", "control", "students"):
        same(summary[k], want[k], k)


class Running:
    """A run in the background, its log as JSON lines in a file."""

    def __init__(self, tmp: Path, name: str, args: list):
        self.path = tmp / f"{name}.log"
        self.log = open(self.path, "wb")
        self.process = start(tmp, *args, "--log", "json", stderr=self.log)

    def events(self, what: str) -> list[dict]:
        out = []
        for line in self.path.read_text().splitlines():
            if not line.startswith("{"): continue
            try: row = json.loads(line)
            except ValueError: continue              # half written
            if row.get("event") == what: out.append(row)
        return out

    def wait(self, condition, what: str):
        def look():
            got = condition()
            if not got and self.process.poll() is not None:
                raise Failed(f"{what}: the run has ended ({self.process.returncode}):\n{self.path.read_text()[-2000:]}")
            return got
        return wait_until(look, what)

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None: self.process.send_signal(number)
        try: self.process.wait(LONG)
        except subprocess.TimeoutExpired:
            stands = where_it_stands(self.process.pid)
            self.process.kill()
            raise Failed(f"it does not end:\n{self.path.read_text()[-2000:]}\n{stands}") from None
        finally: self.log.close()
        return self.process.returncode

    def summary(self) -> dict:
        return json.loads(self.path.read_text().strip().splitlines()[-1])


def header_sum(group: str, field: str) -> int:
    with redis.connect() as c: return sum(int(c("HGET", f"sz:{{{group}.{p}}}:h", field) or 0) for p in range(PARTS))


def commits(group: str) -> int:
    """How many commits the states of a group's partitions have seen."""
    return header_sum(group, "seq")


def n_read(group: str) -> int: return header_sum(group, "n_read")


def outbox(group: str) -> int: return sum(redis.call("LLEN", f"sz:{{{group}.{p}}}:o") for p in range(PARTS))


# ---- the same alerts as from a file ---------------------------------------------------------------------------------------------

def test_alerts_of_a_topic_equal_those_of_a_file_for_every_state_and_sink(tmp):
    campus = Campus(1)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    source = topic("events")
    fill(source, campus.lines())
    ways = [("memory", "file", 1), ("sqlite:state.db", "kafka", 2), (redis.url, "file", 3), (redis.url, "kafka", 1)]
    for i, (state, sink, workers) in enumerate(ways):
        alerts, dead = (topic("alerts", 2), topic("dead", 1)) if sink == "kafka" else (f"a{i}.ndjson", f"d{i}.ndjson")
        name = (lambda x: f"kafka:{x}") if sink == "kafka" else (lambda x: f"file:{x}")
        args = options(tmp, campus, f"kafka:{source}", name(alerts), name(dead), "--state", state, "--workers", workers, "--settle", "1s",
                       "--group", f"ways{i}", *to_end(campus))
        r = sanzao(tmp, *args, rc=0)
        compare(r.summary(), summary)
        if sink == "kafka":
            same_stand(folded(alerts), want, f"what stands ({state}, {sink})")
            same(len({x["key"] for x in kafka.consume(dead, envelope=True)}), summary["dead_letter"], "dead letters")
        else:
            got = (tmp / alerts).read_bytes().splitlines()
            same_stand(standing([json.loads(x) for x in got]), want, f"what stands ({state}, {sink})")
            same(len(got), len(set(got)), "no line twice")
            same(len((tmp / dead).read_bytes().splitlines()), summary["dead_letter"], "dead letters")
        if state != "memory":                        # and again: nothing is left to do
            again = sanzao(tmp, *args, rc=0)
            compare(again.summary(), summary)
            if sink == "file": same((tmp / alerts).read_bytes().splitlines(), got, "a second run adds nothing")
    say(f"{summary['read']} records, {len(want)} alerts stand")


def test_a_file_goes_to_topics_as_it_goes_to_files(tmp):
    campus = Campus(2, students=20, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    for i, state in enumerate(("memory", "sqlite:f.db", redis.url)):
        alerts, dead = topic("alerts", 2), topic("dead", 1)
        args = options(tmp, campus, "file:events.ndjson", f"kafka:{alerts}", f"kafka:{dead}", "--state", state, "--settle", "1s",
                       "--group", f"file{i}", "--until", stamp(campus.until))
        compare(sanzao(tmp, *args, rc=0).summary(), summary)
        same_stand(folded(alerts), want, f"what stands ({state})")
        letters = kafka.consume(dead, envelope=True)
        same(sorted(x["headers"]["origin.offset"] for x in letters),
             sorted(x["key"].split("/")[-1] for x in letters), "key and headers say the same")
        same(len(letters), summary["dead_letter"], "dead letters")


# ---- faults ------------------------------------------------------------------------------------------------------------------------

def test_kill9_at_random_commits_costs_and_doubles_nothing(tmp):
    r = random.Random("kill9")
    campus = Campus(3)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    fill(source, campus.lines())
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--state", redis.url, "--settle", "1s",
                   "--group", "kill9", "--workers", 2, "--commit-records", 20, group=DIES)
    def is_read() -> bool: return n_read("kill9") == len(campus.lines())
    kills = 0
    while kills < 12 and not (is_read() and kills >= 2):
        run = Running(tmp, f"kill{kills}", [*args, "--tick", "0s"])     # it does not end by itself
        target = commits("kill9") + r.randint(1, 60)
        run.wait(lambda: is_read() or commits("kill9") >= target, "commits or the end")
        same(run.end(signal.SIGKILL), -9, "exit of a run that was killed")
        kills += 1
    last = sanzao(tmp, *args, *to_end(campus), rc=0)
    compare(last.summary(), summary)
    same_stand(folded(alerts), want, "what stands")
    letters = kafka.consume(dead, envelope=True)
    same(len({x["key"] for x in letters}), summary["dead_letter"], "dead letters, repeats aside")
    same(outbox("kill9"), 0, "alerts left in the outbox")
    say(f"{kills} kills")


def killed_beside(tmp: Path, campus: Campus, source: str, group: str) -> tuple | None:
    """The run that outlives the other, and its alerts' topic. None where the group has taken a living one for dead: after two seconds in which
    it heard nothing of him, it gives what he had to the run beside him."""
    alerts, dead = topic("alerts", 2), topic("dead", 1)
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--state", redis.url, "--group", group,
                   "--lang", "en", group=DIES)
    end = [*args, "--settle", "1s", *to_end(campus)]
    other = Running(tmp, f"{group}-other", [*args, "--tick", "0s", "--settle", "1h"])      # its alerts stay in the states
    try:
        other.wait(lambda: n_read(group) == len(campus.lines()), "the other has read all")
        beside = Running(tmp, f"{group}-beside", end)
        same(beside.end(0), 0, "exit of a run beside one that lives")
        if not any("2 of the partitions were left to another member" in x["message"] for x in beside.events("others")): return None
        expect(outbox(group) > 10, "alerts of the partitions that it was not given")
        run = Running(tmp, f"{group}-run", end)
        run.wait(lambda: kafka.topics.settled(group) == 2, "each has its half")
        same(other.end(signal.SIGKILL), -9, "exit of the one that was killed")
        same(run.end(0), 0, "exit of the run")
    finally: other.process.kill()                      # it does not end by itself
    return run, alerts


def test_to_the_end_waits_for_what_a_killed_member_has(tmp):
    """The group knows of a killed member only after its session, and until then keeps for him, or gives him, a part of the topic."""
    campus = Campus(14, students=24, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    source = topic("events")
    fill(source, campus.lines())
    for attempt in range(10):
        group = f"left{attempt}"
        if got := killed_beside(tmp, campus, source, group): break
    expect(got, "it says each time that partitions were left to another member")
    run, alerts = got
    compare(run.summary(), summary)
    same_stand(folded(alerts), want, "what stands")
    same(outbox(group), 0, "alerts left in the outbox")
    say(f"waited: {len(run.events('others')) == 1}")


def join_and_leave(tmp, seed: int, *more) -> None:
    campus = Campus(seed)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    lines = campus.lines()
    common = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--state", redis.url, "--settle", "1s",
                     "--group", f"joins{seed}", *more, group=DIES)
    live = [*common, "--tick", "0s", "--stats", "1s"]

    def has(run: Running, n: int): return lambda: any(x["partitions"] == n for x in run.events("stats"))
    def read(run: Running): return run.events("stats")[-1]["read"] if run.events("stats") else 0
    first = Running(tmp, "first", live)
    first.wait(has(first, PARTS), "the first has all partitions")
    fill(source, lines[:len(lines) // 3])
    first.wait(lambda: read(first) > 0, "the first reads")
    second = Running(tmp, "second", live)
    second.wait(has(second, PARTS // 2), "the second has its half")
    fill(source, lines[len(lines) // 3:2 * len(lines) // 3])
    same(first.end(), 0, "the first ends well")
    second.wait(has(second, PARTS), "the second has all")
    third = Running(tmp, "third", live)
    third.wait(has(third, PARTS // 2), "the third has its half")
    fill(source, lines[2 * len(lines) // 3:])
    same(second.end(signal.SIGKILL), -9, "the second is killed")
    same(third.end(), 0, "the third ends well")
    last = sanzao(tmp, *common, *to_end(campus), rc=0)
    compare(last.summary(), summary)
    same_stand(folded(alerts), want, "what stands")


def test_members_join_and_leave_while_records_come(tmp): join_and_leave(tmp, 4)


def test_members_join_and_leave_where_partitions_move_one_by_one(tmp):
    join_and_leave(tmp, 17, "--kafka-set", "partition.assignment.strategy=cooperative-sticky")


def test_a_broker_that_is_away_at_the_start_is_waited_for_or_not(tmp):
    campus = Campus(5, students=10, days=4)
    campus.write(tmp)
    want, _ = file_run(tmp, campus)
    with Kafka(tmp / "other") as other:
        other.create_topic("events", 2)
        rows = b"".join(key_of(x) + b"\t" + x + b"\n" for x in campus.lines())
        other.topics.produce("events", rows, key_field=None)
        args = ["run", "--source", "kafka:events", "--campus", "campus", "--rules", "rules", "--alerts", "file:a.ndjson",
                "--kafka-brokers", other.bootstrap, *to_end(campus)]
        other.kill9()
        r = sanzao(tmp, *args, "--fail-fast", rc=4)
        expect("no answer" in r.err and other.bootstrap in r.err, "it says who does not answer:", r)
        run = Running(tmp, "waits", args)
        run.wait(lambda: run.events("waiting"), "it says that it waits")
        other.restart()
        try: same(run.process.wait(LONG), 0, "exit status")
        finally: run.end(signal.SIGKILL)
        same_stand(standing([json.loads(x) for x in (tmp / "a.ndjson").read_bytes().splitlines()]), want, "what stands")


def test_a_partition_that_is_behind_is_not_held_up_by_one_that_is_at_its_end(tmp):
    """One fetch at a time is under way to a broker. While the queue of the one is full the other alone is asked for, and the broker thinks
    about that for fetch.wait.max.ms: with librdkafka's half second the one behind would get a queue of records in each of them."""
    if "TSAN_OPTIONS" in os.environ: skip("under ThreadSanitizer it computes for longer than it would wait")
    campus = Campus(6, students=150, days=16)
    campus.write(tmp)
    lines = [x for x in campus.lines() if murmur2(key_of(x)) % 2 == 0]
    source = topic("behind", 2)
    rows = b"".join(key_of(x) + b"\t" + x + b"\n" for x in lines)
    same(kafka.topics.produce(source, rows, key_field=None, settings={"batch.num.messages": 50}), len(lines), "records acknowledged") # a fetch takes whole batches
    small = [x for v in ("queued.max.messages.kbytes=100", "fetch.message.max.bytes=50000") for x in ("--kafka-set", v)]

    def seconds(group: str, *more) -> float:
        args = options(tmp, campus, f"kafka:{source}", f"file:{group}.ndjson", "file:dead.ndjson", "--group", group, *to_end(campus), *more, group=small)
        begin = time.monotonic()
        same(sanzao(tmp, *args, rc=0).summary()["read"], len(lines), "records read")
        return time.monotonic() - begin

    seconds("first")                                 # what only the first of the groups waits for
    a_second = seconds("a-second", "--kafka-set", "fetch.wait.max.ms=1000")
    ours = min(a_second, seconds("ours"))
    for i in range(5):                               # the machine may have stood still; waiting at each fetch would be there each time
        if 2 * ours < a_second: break
        ours = min(ours, seconds(f"ours-{i}"))
    say(f"{sum(map(len, lines)) >> 10} KiB of one partition, the other one is empty: {ours:.1f} s, with a second {a_second:.1f} s")
    expect(2 * ours < a_second, f"{ours:.1f} s, and with a second {a_second:.1f} s")


# ---- stopping ----------------------------------------------------------------------------------------------------------------------

def test_sigterm_drains_and_a_second_one_ends_at_once(tmp):
    """One member has no partition, and nothing to see out: it does not leave the group before the others have. (It is told to end when the
    group has long had its members: who is taking a partition over leaves what waits in it to the next.)"""
    campus = Campus(6, students=20, days=6)
    campus.write(tmp)
    lines = campus.lines()
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    fill(source, lines[:len(lines) // 2])
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--state", redis.url, "--settle", "2s",
                   "--group", "drain", "--tick", "0s", "--workers", PARTS + 1)
    run = Running(tmp, "drains", args)
    run.wait(lambda: n_read("drain") == len(lines) // 2 and outbox("drain") == 0, "half is read and told")
    run.wait(lambda: kafka.topics.settled("drain") == PARTS + 1, "every member is in the group")
    rest, fed = lines[len(lines) // 2:], len(lines) // 2
    while rest and not outbox("drain"):              # in pieces: this process may be too slow to see the alerts of one
        piece, rest = rest[:len(lines) // 10], rest[len(lines) // 10:]
        fill(source, piece)
        fed += len(piece)
        run.wait(lambda: outbox("drain") > 0 or n_read("drain") == fed, "an alert that has not settled")
    same(run.end(), 0, "exit status of a run that was stopped")
    same(outbox("drain"), 0, "alerts left in the outbox")
    summary = run.summary()
    balance(summary)
    ends = {p: high for p, (_, high) in kafka.topics.watermarks(source).items()}
    told = kafka.topics.committed("drain", source)
    same(sum(told[p] or 0 for p in ends), summary["read"], "what the group was told")
    expect(len(kafka.consume(alerts)) >= sum(summary["alerts"].values()), "every alert has left")
    expect("s001" not in run.path.read_text() and "s010" not in run.path.read_text(), "no student in the log")

    def read() -> int: return (run.events("stats") or [{"read": 0}])[-1]["read"]
    before = commits("drain")
    args[args.index(redis.url)] += "?timeout=120s"   # else it has lost its states where records come late behind the pause, and reads none
    run = Running(tmp, "stuck", [*args, "--stats", "1s"])
    run.wait(lambda: commits("drain") > before + PARTS and read() > 0, "it runs, and has committed to each partition")
    redis.pause()                                    # nothing can be drained now
    try:
        begun = read()
        fill(source, campus.lines()[:200])
        run.wait(lambda: read() > begun, "it has something to drain")
        run.process.send_signal(signal.SIGTERM)
        run.wait(lambda: run.events("stopping"), "it drains")
        same(run.end(), 130, "exit status after a second signal")
    finally: redis.go_on()


def test_a_run_that_is_stopped_while_redis_is_away_says_what_stays(tmp):
    """It ended well and told nobody that records of its summary were in no state. (Status 0 it has still: nothing is lost.)"""
    campus = Campus(6, students=20, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    lines, group = campus.lines(), "away"
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    fill(source, lines[:len(lines) // 2])
    with Relay(redis.server().port) as door:
        args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--settle", "1s", "--group", group, "--lang", "en")
        run = Running(tmp, "away", [*args, "--state", f"redis://127.0.0.1:{door.port}/0?timeout=1s", "--tick", "0s", "--stats", "1s"])
        run.wait(lambda: n_read(group) == len(lines) // 2, "half is read")
        door.hold()
        fill(source, lines[len(lines) // 2:])
        run.wait(lambda: (run.events("stats") or [{"read": 0}])[-1]["read"] > len(lines) // 2, "records that no commit holds")
        run.wait(lambda: any("no answer" in x["message"] for x in run.events("worker")), "it to find nobody there")
        same(run.end(), 0, "exit status of a run that was stopped")
        n = run.summary()["read"] - n_read(group)     # what the door held comes to Redis behind it
    said = re.search(r"\[SZ483\]: stopped, .*not in the state: (\d+); alerts", run.path.read_text())
    expect(n > 0 and said and int(said[1]) == n, f"{n} records are in no state:", run.path.read_text()[-1500:])
    compare(sanzao(tmp, *args, "--state", redis.url, *to_end(campus), rc=0).summary(), summary)
    same_stand(folded(alerts), want, "what stands")


def test_a_topic_that_is_made_anew_under_a_running_engine_is_held(tmp):
    """By the time it is there again it is longer than the old one was: it was read on from the old place, and what stood before that was
    skipped without a word. Accepted, it is read from its beginning."""
    campus = Campus(6, students=20, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    lines, group = campus.lines(), "anew"
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    fill(source, lines[:len(lines) // 2])
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--settle", "1s", "--group", group, "--lang", "en",
                   "--state", redis.url)
    run = Running(tmp, "anew", [*args, "--tick", "0s"])
    run.wait(lambda: n_read(group) == len(lines) // 2, "half is read")
    kafka.topics.delete(source)
    wait_until(lambda: source not in kafka.topics.list(), "the topic to be gone")
    run.wait(lambda: any("no longer available" in x["message"] or "does not exist" in x["message"] for x in run.events("kafka")), "it to be missed")
    kafka.create_topic(source, PARTS)
    wait_until(lambda: source in kafka.topics.list(), "the topic to be there again")
    fill(source, lines[len(lines) // 2:] + lines[:len(lines) // 2])
    run.wait(lambda: len(run.events("held")) == PARTS, "every partition to be held")
    for held in run.events("held"): expect("made anew" in held["message"] and "--accept-gap" in held["message"], held)
    same(run.end(), 0, "exit status")
    same(n_read(group), len(lines) // 2, "records read")
    last = sanzao(tmp, *args, *to_end(campus), "--accept-gap", rc=0).summary()
    balance(last)
    same(last["read"], len(lines) // 2 + len(lines), "records read of both")
    same_stand(folded(alerts), want, "what stands")


# ---- records that do not fit ---------------------------------------------------------------------------------------------------------

def test_misrouted_records_are_said_and_repartition_mends_them_twice(tmp):
    campus = Campus(7)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    source, copy, dead = topic("by-card"), topic("by-student", 3), topic("dead", 1)
    fill(source, campus.lines(), keyed=False)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", "file:wrong.ndjson", f"kafka:{dead}", *to_end(campus)), rc=0)
    balance(r.summary())
    misrouted = r.summary()["dead_letter_by"]["misrouted"]
    expect(misrouted > summary["used"] // 2, "most are misrouted:", misrouted)
    letters = [x for x in kafka.consume(dead, envelope=True) if x["headers"]["reason"] == "misrouted"]
    expect(all("sanzao repartition" in x["headers"]["detail"] for x in letters), "a letter says what mends it")
    counts = []
    for _ in range(2):
        r = sanzao(tmp, "repartition", source, copy, "--kafka-brokers", kafka.bootstrap, "--campus", "campus", rc=0)
        counts.append(json.loads(r.out))
    n = len(campus.lines())
    same([(c["read"], c["copied"], c["already"]) for c in counts], [(n, n, 0), (n, 0, n)], "copied once")
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{copy}", "file:right.ndjson", f"kafka:{dead}", "--group", "mended", *to_end(campus)), rc=0)
    compare(r.summary(), summary)
    same_stand(standing([json.loads(x) for x in (tmp / "right.ndjson").read_bytes().splitlines()]), want, "what stands")


def test_two_topics_are_copied_into_one_and_neither_takes_the_other_for_its_copy(tmp):
    campus = Campus(19, students=8, days=4)
    campus.write(tmp)
    lines = campus.lines()
    long = "a-topic-of-the-first-campus-card-system-with-a-name-that-is-long"
    first, second, copy = topic(long, 2), topic("second", 2), topic("both", 2)
    fill(first, lines[:2 * len(lines) // 3], keyed=False)
    fill(second, lines[2 * len(lines) // 3:], keyed=False)
    def run(source):
        r = sanzao(tmp, "repartition", source, copy, "--kafka-brokers", kafka.bootstrap, "--campus", "campus", rc=0)
        return [json.loads(r.out)[k] for k in ("copied", "already")]
    n = 2 * len(lines) // 3, len(lines) - 2 * len(lines) // 3
    same([run(first), run(second), run(first), run(second)], [[n[0], 0], [n[1], 0], [0, n[0]], [0, n[1]]], "copied, already")


def test_repartition_that_was_killed_goes_on_where_its_copy_ends(tmp):
    campus = Campus(8, students=60, days=14)
    campus.write(tmp)
    source, copy = topic("by-card"), topic("by-student", 3)
    fill(source, campus.lines(), keyed=False)
    n = len(campus.lines())
    args = ["repartition", source, copy, "--kafka-brokers", kafka.bootstrap, "--campus", "campus", "--kafka-set", "batch.num.messages=20"]

    def there() -> int: return sum(high for _, high in kafka.topics.watermarks(copy).values())
    process = start(tmp, *args)
    wait_until(lambda: there() > 0 or process.poll() is not None, "the copy begins")
    process.kill()
    finish(process)
    begun = there()
    r = sanzao(tmp, *args, rc=0)
    same(there(), n, "records in the copy")
    came = sorted(x["headers"]["sanzao.from"] for x in kafka.consume(copy, envelope=True))
    same(len(came), len(set(came)), "each once")
    say(f"{begun} of {n} were there when it was killed, {json.loads(r.out)['already']} of them found again")


def test_letters_of_a_reason_are_put_back_once_it_is_gone(tmp):
    campus = Campus(9, students=6, days=4)
    campus.write(tmp)
    source, dead = topic("events", 3), topic("dead", 1)
    lines = [json.dumps({"id": f"c{i}", "type": "swipe", "card": f"k{1 + i % 2}", "amount": "5.00", "time": f"2024-03-04T{8 + i:02}:00:00+08:00"}).encode()
             for i in range(8)]
    fill(source, [*lines, b'{"id": "broken"'], keyed=False)
    def run() -> dict:
        r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", "file:a.ndjson", f"kafka:{dead}", "--stop-at-end", "--state", f"sqlite:{tmp}/s.db"), rc=0)
        balance(r.summary())
        return r.summary()
    def back(reason: str) -> tuple:
        r = sanzao(tmp, "repartition", f"kafka:{dead}", source, "--reason", reason, "--kafka-brokers", kafka.bootstrap, "--campus", "campus", rc=0)
        n = json.loads(r.out)
        same(n["read"], n["copied"] + n["already"] + n["control"] + n["left"], "letters read")
        return n["copied"], n["already"], n["left"]
    write(tmp / "campus/cards.csv", "card,student\nk0,s001\n")
    first = run()
    same(first["dead_letter_by"].get("unknown_card"), 8, "cards that nobody is known to hold")
    letters = len(kafka.consume(dead))
    same(back("unknown_card"), (0, 0, letters), "nobody's still")
    write(tmp / "campus/cards.csv", "card,student\nk0,s001\nk2,s003\n")
    same(back("unknown_card"), (4, 0, letters - 4), "of the card that was added")
    write(tmp / "campus/cards.csv", "card,student\nk0,s001\nk1,s002\nk2,s003\n")
    same(back("unknown_card"), (4, 4, letters - 8), "of a card between them")
    same(back("unknown_card"), (0, 8, letters - 8), "each once")
    same(back("misrouted"), (0, 8, letters - 8), "whatever reason is asked for later")
    put = [x for x in kafka.consume(source, envelope=True) if "sanzao.from" in x.get("headers", {})]
    same(sorted(x["key"] for x in put), ["s002"] * 4 + ["s003"] * 4, "keys")
    same({name for x in put for name in x["headers"]}, {"sanzao.from", "sanzao.from.id"}, "headers of letters are none of records")
    last = run()
    same(last["dead_letter_by"].get("unknown_card"), 8, "none is set aside again")
    same(last["used"] - first["used"], 8, "records used")
    for wrong in (["--reason", "bad_json"], ["--reason"]): sanzao(tmp, "repartition", dead, source, *wrong, "--kafka-brokers", kafka.bootstrap, rc=2)


def copy_from(tmp: Path, source: str, to: str, *more) -> tuple:
    """What `repartition` counts: copied, already."""
    n = json.loads(sanzao(tmp, "repartition", source, to, "--kafka-brokers", kafka.bootstrap, *more, rc=0).out)
    return n["copied"], n["already"]


def made_anew(name: str, partitions: int) -> None:
    kafka.topics.delete(name)
    wait_until(lambda: name not in kafka.topics.list(), "the topic is gone")
    kafka.create_topic(name, partitions)


def swipes(ids: range) -> list[bytes]:
    return [b'{"id":"n%d","type":"swipe","student":"s00%d","amount":"5.00","time":"2024-03-04T%02d:00:00+08:00"}' % (i, i % 5, i % 24) for i in ids]


def test_a_topic_that_was_made_anew_is_not_taken_for_the_one_that_was_copied(tmp):
    for reason in ([], ["--reason", "unknown_card"]):
        source, copy = topic("again", 1), topic("copy", 3)
        def put(lines, name=source, **headers): kafka.topics.produce(name, b"".join(b"k\t" + x + b"\n" for x in lines), key_field=None, headers=headers)
        letter = {"reason": "unknown_card"} if reason else {}
        put(swipes(range(3)), **letter)
        same(copy_from(tmp, source, copy, *reason), (3, 0), "copied at first")
        made_anew(source, 1)
        put(swipes(range(10, 12)), **letter)
        r = sanzao(tmp, "repartition", source, copy, "--kafka-brokers", kafka.bootstrap, *reason, rc=0)
        same([json.loads(r.out)[k] for k in ("copied", "already")], [2, 0], "of the topic that was made anew")
        expect("3 records in " + copy in r.err, "said:", r)
        same(copy_from(tmp, source, copy, *reason), (0, 2), "each once")
        put(swipes(range(12, 13)), **letter)
        put(swipes(range(12, 13)), copy, **{"sanzao.from": f"{source}/0/2"})
        # in its partition, as an older version copied it: it said nothing of the topic's id
        same(sum(copy_from(tmp, source, copy, *reason)), 3, "one that an older version copied")
        if reason: same(copy_from(tmp, source, copy, *reason), (0, 3), "is there")


def test_copies_into_one_topic_at_once_write_each_record_once(tmp):
    """One has the turn, the others wait until it has ended and find all there. Refused is only who began to copy and is then met by
    one that began before it, and came into the group later."""
    source, copy = topic("several", PARTS), topic("copy", 3)
    fill(source, swipes(range(3000)), keyed=False)
    args = ["repartition", source, copy, "--kafka-brokers", kafka.bootstrap]
    all_ = [finish(p) for p in [start(tmp, *args) for _ in range(3)]]
    for r in all_: expect(r.rc == 0 or (r.rc == 4 and "SZ440" in r.err), r)
    ended = [json.loads(r.out) for r in all_ if r.rc == 0]
    expect(ended and all(x["copied"] + x["already"] == 3000 for x in ended), "who ends has found all there:", ended)
    expect(len(ended) < 3 or sorted(x["copied"] for x in ended) == [0, 0, 3000], "one of them copied:", ended)
    came = [x["headers"]["sanzao.from"] for x in kafka.consume(copy, envelope=True)]
    same((len(came), len(set(came))), (3000, 3000), "each once")
    same(copy_from(tmp, source, copy), (0, 3000), "all are there")


def test_a_copy_waits_for_the_turn_of_one_that_was_killed(tmp):
    source, copy = topic("killed", 1), topic("copy", 3)
    fill(source, swipes(range(20000)), keyed=False)
    slow = [x for v in ("queue.buffering.max.messages=100", "linger.ms=50") for x in ("--kafka-set", v)]
    first = start(tmp, "repartition", source, copy, "--kafka-brokers", kafka.bootstrap, *slow)
    wait_until(lambda: sum(high for _, high in kafka.topics.watermarks(copy).values()) > 0 or first.poll() is not None, "the copy begins")
    second = start(tmp, "repartition", source, copy, "--kafka-brokers", kafka.bootstrap)
    first.kill()
    first.wait()
    r = finish(second)
    expect(r.rc == 0, "it gets the turn:", r)
    counts = json.loads(r.out)
    same(counts["copied"] + counts["already"], 20000, "all are there")
    came = [x["headers"]["sanzao.from"] for x in kafka.consume(copy, envelope=True)]
    same((len(came), len(set(came))), (20000, 20000), "each once")
    say(f"{counts['already']} of 20000 were there when it was killed")


def test_a_copy_is_refused_while_another_goes_on(tmp):
    """Whoever is in the group has the turn: here a run that reads."""
    source, copy = topic("held", 1), topic("copy", 1)
    fill(source, swipes(range(10)), keyed=False)
    write(tmp / "rules/r.yaml", "{}\n")
    run = Running(tmp, "other", ["run", "--source", f"kafka:{copy}", "--rules", "rules", "--alerts", "file:a.ndjson", "--state", "memory",
                                 "--kafka-brokers", kafka.bootstrap, "--group", f"sanzao.repartition.{copy}"])
    run.wait(lambda: kafka.topics.members(f"sanzao.repartition.{copy}") == 1, "it is in the group")
    try:
        for lang, words in (("en", "another run writes into"), ("zh", "另一个进程正在写入")):
            r = sanzao(tmp, "repartition", source, copy, "--kafka-brokers", kafka.bootstrap, "--lang", lang, rc=4)
            expect("SZ440" in r.err and words in r.err, r)
            same(len(kafka.consume(copy)), 0, "nothing is written")
    finally: run.end()
    same(copy_from(tmp, source, copy), (10, 0), "once it has ended")


def test_a_copy_that_kafka_has_lost_sight_of_writes_no_more(tmp):
    source = topic("paused", 1)
    fill(source, swipes(range(20000)), keyed=False)
    slow = [x for v in ("queue.buffering.max.messages=100", "linger.ms=50") for x in ("--kafka-set", v)]
    for _ in range(5):                               # it may be done before it is stopped, or have no more to send than what is under way
        copy = topic("copy", 3)
        process = start(tmp, "repartition", source, copy, "--kafka-brokers", kafka.bootstrap, *slow)
        wait_until(lambda: sum(high for _, high in kafka.topics.watermarks(copy).values()) > 0 or process.poll() is not None, "the copy begins")
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: kafka.topics.members(f"sanzao.repartition.{copy}") == 0, "the group has dropped it")
        process.send_signal(signal.SIGCONT)
        r = finish(process)
        expect(r.rc == 0 or (r.rc == 4 and "SZ440" in r.err), "it stops, or had ended:", r)
        copied, already = copy_from(tmp, source, copy)
        same(copied + already, 20000, "the rest is copied")
        if r.rc and copied: break
    expect(r.rc and copied, "it was never stopped with a rest to be sent:", r)
    came = [x["headers"]["sanzao.from"] for x in kafka.consume(copy, envelope=True)]
    same((len(came), len(set(came))), (20000, 20000), "each once")
    say(f"{already} of 20000 were there when it was paused")


def test_dead_letters_are_records_whose_headers_say_why(tmp):
    campus = Campus(9, students=4, days=4)
    campus.write(tmp)
    source, dead = topic("events", 1), topic("dead", 1)
    bad = [b'{"id": "1", "student": "s001"', b'{"id": "2", "student": "nobody", "type": "presence", "time": "2024-03-04T08:00:00+08:00"}',
           '{"id": "3", "type": "没有", "time": 1, "student": "s001"}'.encode()]
    fill(source, bad)
    kafka.topics.produce(source, b"s001\t\n", key_field=None)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", "file:a.ndjson", f"kafka:{dead}", "--stop-at-end"), rc=0)
    same(r.summary()["dead_letter"], 4, "dead letters")
    letters = kafka.consume(dead, envelope=True)
    same([x["headers"]["reason"] for x in letters], ["bad_json", "unknown_student", "unknown_type", "bad_json"], "reasons")
    same([x["key"] for x in letters], [f"{source}/0/{i}" for i in range(4)], "keys")
    same([(x["value"] or "").encode() for x in letters], [*bad, b""], "the bytes as they came")
    same({x["headers"]["origin.source"] for x in letters}, {f"kafka:{source}"}, "origin")


def test_cloud_events_in_binary_mode_read_as_the_structured_ones(tmp):
    campus = Campus(10, students=4, days=4)
    campus.write(tmp)
    source, dead = topic("events", 1), topic("dead", 1)
    data = [{"student": f"s00{i + 1}", "amount": "8.00", "place": "c1"} for i in range(4)]
    for i, d in enumerate(data):
        ce = {"ce_specversion": "1.0", "ce_id": f"b{i}", "ce_source": "pos", "ce_type": "swipe", "ce_time": f"2024-03-04T12:0{i}:00+08:00",
              "content-type": "application/json"}
        kafka.topics.produce(source, [d], headers=ce)
    broken = {"ce_specversion": "1.0", "ce_id": "x", "ce_source": "pos", "ce_type": "swipe", "ce_time": "2024-03-04T13:00:00+08:00"}
    kafka.topics.produce(source, b"s001\tnot json\n", key_field=None, headers=broken)
    structured = [{"specversion": "1.0", "id": "b0", "source": "pos", "type": "swipe", "time": "2024-03-04T12:00:00+08:00", "data": data[0],
                   "student": "s001"}]               # a repeat of the first
    kafka.topics.produce(source, structured)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", "file:a.ndjson", f"kafka:{dead}", "--stop-at-end"), rc=0)
    s = r.summary()
    same((s["read"], s["used"], s["duplicate"], s["dead_letter_by"]), (6, 4, 1, {"bad_json": 1}), "counts")
    letter = json.loads(kafka.consume(dead)[0])
    same((letter["id"], letter["data_base64"]), ("x", "bm90IGpzb24="), "a broken one keeps its attributes and bytes")


# ---- time --------------------------------------------------------------------------------------------------------------------------

def test_absence_is_told_at_night_with_no_event_at_all(tmp):
    write(tmp / "campus/students.csv", "student\ns1\ns2\n")
    write(tmp / "campus/feeds.yaml", "gate: {delivery: stream, allowance: 1s, idle: 1s}\n")
    write(tmp / "rules/r.yaml", """\
features: {silence: {absence: seen}}
rules:
  - {id: silent, title: {zh: 失联, en: Silent}, purpose: student-safety, value: silence, unless: [],
     at_least: {6s: yellow, 12s: orange, 18s: red}, message: {zh: '{value}', en: '{value}'}}
""")
    source, alerts = topic("events", 1), topic("alerts", 1)
    run = Running(tmp, "night", ["run", "--source", f"kafka:{source}", "--campus", "campus", "--rules", "rules", "--alerts", f"kafka:{alerts}",
                                 "--kafka-brokers", kafka.bootstrap, "--state", redis.url, "--settle", "1s", "--group", "night",
                                 "--tick", "1s", "--lateness", "1h"])
    seen = datetime.now().astimezone().replace(microsecond=0)
    kafka.topics.produce(source, [{"id": "1", "source": "gate", "type": "presence", "time": stamp(seen), "student": "s1"}])

    def steps(): return [json.loads(x) for x in kafka.consume(alerts) if json.loads(x)["student"] == "s1"]
    try: run.wait(lambda: len(steps()) >= 3, "three steps of s1")
    finally: rc = run.end()
    same(rc, 0, "exit status")
    same([(e["event"], e["level"]) for e in steps()[:3]], [("firing", "yellow"), ("stepped", "orange"), ("stepped", "red")], "steps")
    at = [datetime.fromisoformat(e["at"]) - seen for e in steps()[:3]]
    same(at, [timedelta(seconds=n) for n in (6, 12, 18)], "an alert's time is its deadline")


def test_hup_has_every_partition_take_other_rules_and_a_broken_rule_changes_nothing(tmp):
    campus = Campus(13, students=20, days=4)
    campus.write(tmp)
    source, alerts, dead = topic("events"), topic("alerts", 1), topic("dead", 1)
    lines = campus.lines()
    fill(source, lines[:len(lines) // 2])
    run = Running(tmp, "hup", options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--state", redis.url, "--settle", "1s",
                                      "--group", "hup", "--workers", 2, "--tick", "0s", "--stats", "1s"))

    def reloads() -> int: return len(run.events("reload"))
    try:
        run.wait(lambda: kafka.topics.settled("hup") == 2, "each worker has its partitions")
        run.wait(lambda: run.events("stats") and run.events("stats")[-1]["read"] == len(lines) // 2, "half is read")
        rules = (tmp / "rules/rules.yaml").read_text()
        write(tmp / "rules/rules.yaml", rules.replace("event.amount >= 24", "event.amuont >= 24"))
        run.process.send_signal(signal.SIGHUP)
        run.wait(lambda: reloads() == 2, "it says that nothing is changed")
        write(tmp / "rules/rules.yaml", rules.replace("event.amount >= 24", "event.amount >= 1"))
        run.process.send_signal(signal.SIGHUP)
        run.wait(lambda: len(run.events("reloaded")) == PARTS, "every partition has switched")
        before = sum(json.loads(x)["rule"] == "big" for x in kafka.consume(alerts))
        fill(source, lines[len(lines) // 2:])
        run.wait(lambda: run.events("stats")[-1]["read"] == len(lines), "the rest is read")
    finally: rc = run.end()
    same(rc, 0, "exit status")
    after = sum(json.loads(x)["rule"] == "big" for x in kafka.consume(alerts))
    expect(after > 2 * before, "the new threshold holds:", before, "alerts of the rule before,", after, "after")
    balance(run.summary())


# ---- comparisons with others ----------------------------------------------------------------------------------------------------------

COMPARING = """\
features:
  often: {count: swipe, over: 1d, to: yesterday}
  others: {peers: {count: swipe, over: 1d}, by: building, min_group: 6}
  same_class: {peers: {count: swipe, over: 1d}, by: class, min_group: 6}
rules:
  - {id: out, title: {zh: 外出频繁, en: Out often}, check: daily at 07:00, level: blue, unless: none,
     when: 'often >= 4 && (!has(others.mean) || others.mean < 2) && (!has(same_class.mean) || same_class.mean < 2)'}
"""


def test_what_was_held_back_is_told_of_all_partitions(tmp):
    """Classes of twelve, three in each of four partitions, in a building of sixty."""
    names = [f"s{i}" for i in range(60)]
    write(tmp / "campus/students.csv", "student,class,building\n" + "".join(f"{n},c{i // 12},east\n" for i, n in enumerate(names)))
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    write(tmp / "rules/r.yaml", COMPARING)
    lines = [json.dumps({"id": f"{n}/{day}/{k}", "type": "swipe", "student": n, "time": f"2026-03-{day:02}T12:{k:02}:00+08:00",
                         "amount": 5, "source": "pos"}).encode() for day in (2, 3) for k in range(4) for n in names[:50]]
    source = topic("events")
    fill(source, lines)
    for state, group in (("sqlite:s.db", "groups-files"), (f"{redis.url}?timeout=120s", "groups-redis")):     # who looks asks once
        args = ["--campus", "campus", "--rules", "rules", "--state", state, "--group", group, "--lang", "en"]
        run = ["run", "--source", f"kafka:{source}", "--kafka-brokers", kafka.bootstrap, *QUICK, *args, "--alerts", f"file:{group}.ndjson",
               "--dead-letters", f"file:{group}.dead", "--settle", "1s"]
        r = sanzao(tmp, *run, "--stop-at-end", "--until", "2026-03-04T12:00:00+08:00", rc=0)
        same((tmp / f"{group}.ndjson").read_bytes(), b"", "nobody is told of")
        said = sanzao(tmp, "alerts", f"{group}.ndjson", *args, rc=0).out.decode()
        expect("   50 of 60 of building east: Out often, week of 2026-03-02\n" in said, "the states of all partitions are counted:", said)
        for n in names[:8]:
            same(json.loads(sanzao(tmp, "state", "show", n, *args, rc=0).out)["student"], n, "whichever partition a student is in")
        expect(b"the rules are the state's" in sanzao(tmp, "run", "--plan", *args, rc=0).out, "the plan is of the states")
    (tmp / "s.db.1").unlink()
    r = sanzao(tmp, "alerts", "groups-files.ndjson", "--campus", "campus", "--rules", "rules", "--state", "sqlite:s.db", rc=4)
    expect("s.db.1" in r.err and not r.out, "no partition is left out:", r)


def test_hup_tells_of_groups_that_another_roster_makes_too_small(tmp):
    """Sixty of one class are enough, and five classes of twelve, over whatever partitions; twenty of three are not (SZ478)."""
    def roster(size):
        write(tmp / "campus/students.csv", "student,class,building\n" + "".join(f"s{i},c{i // size},east\n" for i in range(60)))

    roster(60)
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    write(tmp / "rules/r.yaml", COMPARING)
    source = topic("events")
    fill(source, [json.dumps({"id": f"e{i}", "type": "swipe", "student": f"s{i}", "time": "2026-03-02T12:00:00+08:00", "amount": 5,
                              "source": "pos"}).encode() for i in range(60)])
    run = Running(tmp, "groups", ["run", "--source", f"kafka:{source}", "--kafka-brokers", kafka.bootstrap, *QUICK, "--campus", "campus", "--rules", "rules",
                                  "--alerts", "file:a.ndjson", "--dead-letters", "file:d.ndjson", "--settle", "1s", "--group", "groups-hup", "--stats", "1s", "--lang", "en"])

    def told(): return re.findall(r"^rules/r.yaml:4:3: warning\[(SZ47.)\]", run.path.read_text(), re.M)
    try:
        run.wait(lambda: run.events("stats") and run.events("stats")[-1]["read"] == 60, "all partitions are read")
        same(told(), [], "one class of sixty is large enough")
        for n, (size, codes) in enumerate(((12, []), (3, ["SZ478"]), (60, ["SZ478"])), 1):
            roster(size)
            run.process.send_signal(signal.SIGHUP)
            run.wait(lambda n=n: len(run.events("reloaded")) == n * PARTS, f"classes of {size} hold")
            same(told(), codes, f"told by classes of {size}")
    finally: rc = run.end()
    same(rc, 0, "exit status")


# ---- students are compared over all partitions ----------------------------------------------------------------------------------------

PEERS = """\
features:
  alike: {peers: {count: swipe, over: 1d}, by: class, min_group: 15}
  spent: {peers: {sum: swipe.amount, over: 2d}, by: class, min_group: 15}
rules:
  - {id: top, when: alike.percentile >= 90, level: blue, again_after: 1h}
  - {id: checked, check: daily at 07:00, when: spent.percentile <= 40 && spent.mean > 3, level: blue, again_after: 1h}
"""
COMPARED = [f"s{i:02}" for i in range(60)]           # three classes of twenty: some seven of each in each of three partitions


def compared_campus(tmp: Path, fed: set[int], days: int = 6) -> list[bytes]:
    """The records of those at home in these of three partitions, in order of time."""
    r = random.Random("compared")
    write(tmp / "campus/students.csv", "student,class\n" + "".join(f"{n},c{i % 3}\n" for i, n in enumerate(COMPARED)))
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    write(tmp / "rules/r.yaml", PEERS)
    lines = []
    for day in range(2, 2 + days):
        for minute in range(7 * 60, 22 * 60, 3):
            n, amount = r.choice(COMPARED[:50]), r.randint(3, 20)
            line = {"id": f"{n}/{day}/{minute}", "type": "swipe", "student": n, "source": "pos", "amount": amount,
                    "time": f"2026-03-{day:02}T{minute // 60:02}:{minute % 60:02}:00+08:00"}
            if murmur2(n.encode()) % 3 in fed: lines.append(json.dumps(line).encode())
    return lines


def compared_over_a_file(tmp: Path, lines: list[bytes], until: list) -> list[tuple]:
    write_lines(tmp / "events.ndjson", lines)
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:want.ndjson", *until, rc=0)
    want = standing([json.loads(x) for x in (tmp / "want.ndjson").read_bytes().splitlines()])
    expect(len({x for x in want if "top" in x}) > 5 and len({x for x in want if "checked" in x}) > 5, "both rules tell", want[:5])
    return want


def run_compared(source: str, name: str, state: str, *more, member=QUICK) -> list:
    return ["run", "--source", f"kafka:{source}", "--kafka-brokers", kafka.bootstrap, *member, "--campus", "campus", "--rules", "rules", "--state",
            state, "--group", name, "--lang", "en", "--alerts", f"file:{name}.ndjson", "--dead-letters", f"file:{name}.dead", "--settle", "1s", *more]


def stands_in(tmp: Path, name: str) -> list[tuple]:
    return standing([json.loads(x) for x in (tmp / f"{name}.ndjson").read_bytes().splitlines()])


def test_students_are_compared_over_all_partitions_as_over_a_file(tmp):
    """Every state; and where one partition is never fed, whose students are of the classes all the same."""
    until = ["--until", "2026-03-08T12:00:00+08:00"]
    for what, fed in (("all", {0, 1, 2}), ("some", {0, 2})):
        lines = compared_campus(tmp, fed)
        want = compared_over_a_file(tmp, lines, until)
        source = topic("compared", 3)
        fill(source, lines)
        for kind, state, workers in (("memory", "memory", 2), ("sqlite", f"sqlite:{what}.db", 1), ("redis", redis.url, 3)):
            name = f"{what}-{kind}"
            r = sanzao(tmp, *run_compared(source, name, state, "--workers", workers, "--stop-at-end", *until), rc=0)
            same_stand(stands_in(tmp, name), want, f"what stands ({name})")
            stats = re.search(r"peers_waits (\d+), peers_wait_ms (\d+), peers_missing (\d+)", r.err)
            expect(stats and int(stats[1]) >= 18 and int(stats[3]) == 0, "all have waited for all", r)


def test_kill9_at_random_commits_leaves_comparisons_as_they_are(tmp):
    r = random.Random("compared kill9")
    until = ["--until", "2026-03-08T12:00:00+08:00"]
    lines = compared_campus(tmp, {0, 1, 2})
    want = compared_over_a_file(tmp, lines, until)
    source, name = topic("compared", 3), "compared9"
    fill(source, lines)
    args = run_compared(source, name, redis.url, "--workers", 3, "--commit-records", 20, member=DIES)
    def is_read() -> bool: return n_read(name) == len(lines)
    kills = 0
    while kills < 8 and not (is_read() and kills >= 2):
        run = Running(tmp, f"compared{kills}", [*args, "--tick", "0s"])
        target = commits(name) + r.randint(1, 40)
        run.wait(lambda: is_read() or commits(name) >= target, "commits or the end")
        same(run.end(signal.SIGKILL), -9, "exit of a run that was killed")
        kills += 1
    sanzao(tmp, *args, "--stop-at-end", *until, rc=0)
    same_stand(stands_in(tmp, name), want, "what stands")
    say(f"{kills} kills")


def test_sources_that_come_to_0400_in_another_order_in_each_partition_stop_nobody(tmp):
    """A simulated campus, the shipped rules: swipes, doors and networks are compared, and lists that come in batches, whose end stands
    elsewhere in each log. Read from its beginning, and killed on the way."""
    sanzao(tmp, "simulate", "--students", 200, "--days", 28, "--seed", 5, "--out", ".", rc=0)
    until, rules = ["--until", "2026-03-24T12:00:00+08:00"], ["--campus", "campus", "--rules", ROOT / "rules"]
    lines = (tmp / "events.ndjson").read_bytes().splitlines()
    sanzao(tmp, "run", "--source", "file:events.ndjson", *rules, "--alerts", "file:want.ndjson", *until, rc=0)
    want = standing([json.loads(x) for x in (tmp / "want.ndjson").read_bytes().splitlines()])
    raw, source = topic("campus-raw"), topic("campus")
    fill(raw, lines, keyed=False)
    sanzao(tmp, "repartition", raw, source, "--kafka-brokers", kafka.bootstrap, "--campus", "campus", rc=0)

    def args(name, state, *more, member=QUICK):
        return ["run", "--source", f"kafka:{source}", "--kafka-brokers", kafka.bootstrap, *member, *rules, "--state", state, "--group", name,
                "--lang", "en", "--alerts", f"file:{name}.ndjson", "--dead-letters", f"file:{name}.dead", "--settle", "1s", *more]
    for name, state, workers in (("campus-redis", redis.url, 2), ("campus-memory", "memory", 4)):
        r = sanzao(tmp, *args(name, state, "--workers", workers, "--stop-at-end", *until), rc=0)
        same_stand(stands_in(tmp, name), want, f"what stands ({name})")
        stats = re.search(r"peers_waits (\d+), peers_wait_ms (\d+), peers_missing (\d+)", r.err)
        expect(stats and int(stats[1]) >= 28 * PARTS and int(stats[3]) == 0, "all have waited for all", r)
    name, r = "campus9", random.Random("campus kill9")
    killed = args(name, redis.url, "--workers", 2, "--commit-records", 200, member=DIES)
    for k in range(3):
        run = Running(tmp, f"campus9-{k}", [*killed, "--tick", "0s"])
        target = commits(name) + r.randint(40, 120)
        run.wait(lambda: commits(name) >= target, "commits")
        same(run.end(signal.SIGKILL), -9, "exit of a run that was killed")
    sanzao(tmp, *killed, "--stop-at-end", *until, rc=0)
    same_stand(stands_in(tmp, name), want, "what stands after kills")


# ---- rows of a table -------------------------------------------------------------------------------------------------------------------

def test_rows_of_a_table_are_read_by_a_mapping_from_a_topic_as_from_a_file(tmp):
    campus = Campus(14, students=20, days=4)
    campus.write(tmp)
    rows = []
    for line in campus.lines():
        try: e = json.loads(line)
        except ValueError: continue
        if e["type"] == "swipe" and "op" not in e: rows.append(f'{e["id"]},{e["student"]},{e["time"]},{e["amount"]},{e["place"]}'.encode())
    write(tmp / "mapping.yaml", "file: {header: false}\nsource: pos\ntype: swipe\nid: 1\nstudent: 2\ntime: {column: 3}\namount: 4\nplace: 5\n")
    write_lines(tmp / "rows.csv", rows)
    common = ["--campus", "campus", "--rules", "rules", "--mapping", "mapping.yaml", "--until", stamp(campus.until)]
    want = sanzao(tmp, "run", "--source", "file:rows.csv", "--alerts", "file:want.ndjson", *common, rc=0)
    source = topic("rows")
    same(kafka.topics.produce(source, b"".join(r.split(b",")[1] + b"\t" + r + b"\n" for r in rows), key_field=None), len(rows), "rows")
    got = sanzao(tmp, "run", "--source", f"kafka:{source}", "--alerts", "file:got.ndjson", "--kafka-brokers", kafka.bootstrap, *QUICK,
                 "--stop-at-end", *common, rc=0)
    compare(got.summary(), want.summary())
    same_stand(*(standing([json.loads(x) for x in (tmp / f"{n}.ndjson").read_bytes().splitlines()]) for n in ("got", "want")), "what stands")
    header = (tmp / "mapping.yaml").read_text().replace("header: false", "header: true").replace("id: 1\nstudent: 2", "id: a\nstudent: b")
    write(tmp / "mapping.yaml", header.replace("{column: 3}", "{column: c}").replace("amount: 4\nplace: 5", "amount: d\nplace: e"))
    r = sanzao(tmp, "run", "--source", f"kafka:{source}", "--alerts", "file:no.ndjson", "--kafka-brokers", kafka.bootstrap, *common, "--lang", "en", rc=2)
    expect("expects a header row, and a topic has none" in r.err, "a header row is refused:", r)


# ---- what is said before anything begins ---------------------------------------------------------------------------------------------

def test_a_topic_that_is_made_a_moment_later_is_waited_for(tmp):
    campus = Campus(15, students=4, days=4)
    campus.write(tmp)
    source = topic("events", 1)
    fill(source, campus.lines())
    process = start(tmp, *options(tmp, campus, f"kafka:{source}", "kafka:made-later", "file:dead.ndjson", *to_end(campus), "--lang", "en"))
    said = b""
    while b"made-later is not there yet" not in said:
        piece = process.stderr.read1()
        expect(piece, "it ended by itself:", said)
        said += piece
    process.send_signal(signal.SIGSTOP)              # it looks again for a few seconds only: not while the topic is being made
    try: kafka.create_topic("made-later", 1)
    finally: process.send_signal(signal.SIGCONT)
    r = finish(process)
    same(r.rc, 0, f"exit status of {r}")
    expect(not re.search(r"(?m)^ *refused", r.err), "nothing was refused:", r)
    expect(kafka.consume("made-later"), "alerts are there")


def test_counts_by_source_are_refused_for_a_topic(tmp):
    campus = Campus(16, students=2, days=4)
    campus.write(tmp)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{topic('events', 1)}", "file:a.ndjson", "file:d.ndjson", "--by-source", "--lang", "en"), rc=2)
    expect("--by-source counts what is read from files" in r.err, "it says why:", r)


def test_brokers_that_ask_who_it_is_are_told_by_librdkafkas_own_settings(tmp):
    campus = Campus(18, students=4, days=4)
    campus.write(tmp)
    want, _ = file_run(tmp, campus)
    source = topic("events", 2)
    fill(source, campus.lines())
    (user, password), *_ = USERS.items()
    for mechanism in SASL:
        alerts, group = topic("alerts", 1), f"asked-{mechanism.lower()}"
        if mechanism != "PLAIN": kafka.topics.user(user, mechanism, password)
        for name, word in (("run", password), ("wrong", "another")):
            settings = {"security.protocol": "sasl_plaintext", "sasl.mechanisms": mechanism, "sasl.username": user, "sasl.password": word}
            (tmp / f"{name}.yaml").write_text(f"kafka: {{brokers: '{kafka.sasl_bootstrap}', group: {group}, rdkafka: {json.dumps(settings)}}}\n")
        args = ["--source", f"kafka:{source}", "--campus", "campus", "--rules", "rules", "--alerts", f"kafka:{alerts}",
                "--dead-letters", "file:dead.ndjson", "--append", "--settle", "0s", "--state", f"sqlite:{mechanism}.db", *to_end(campus)]
        r = sanzao(tmp, "run", "--config", "run.yaml", *args, "--lang", "zh", rc=0)
        expect(re.search(rf"提示 计数：分区 \d.*，读取 {len(campus.lines())}，采用 ", r.err), "counters in Chinese:", r)
        same(folded(alerts), want, f"what stands with {mechanism}")
        expect(password not in r.err, "a password is never printed:", r)
        for lang, says in {"PLAIN": [("en", "Authentication failed")], "SCRAM-SHA-512": [("zh", "身份验证失败")]}.get(mechanism, []):
            r = sanzao(tmp, "run", "--config", "wrong.yaml", *args, "--fail-fast", "--lang", lang, rc=4)
            expect(says in r.err and password not in r.err and "another" not in r.err, f"{says} with {mechanism}:", r)


def test_topics_that_cannot_work_are_refused_with_what_to_do(tmp):
    campus = Campus(11, students=2, days=4)
    campus.write(tmp)
    source, compacted = topic("events", 1), topic("alerts", 1, config={"cleanup.policy": "compact"})
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", f"kafka:{compacted}", "kafka:nowhere", "--lang", "en"), rc=4)
    expect("cleanup.policy=compact" in r.err and "cleanup.policy=delete" in r.err, "compaction of alerts:", r)
    expect("topic nowhere is not there" in r.err and "kafka-topics.sh --create" in r.err, "a topic that is not there:", r)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", f"kafka:{compacted}", "kafka:nowhere", "--lang", "zh"), rc=4)
    expect("拒绝" in r.err and "没有主题 nowhere" in r.err, "and in Chinese:", r)


PRODUCE, METADATA, HEARTBEAT, DESCRIBE_CONFIGS = 0, 3, 12, 32     # requests of Kafka's protocol


class Picky(Relay):
    """While it holds, requests of these kinds wait, and what is behind them on their connection."""
    def __init__(self, *kinds: int):
        super().__init__(0)
        self.kinds, self.n_asked = kinds, 0

    def pass_on(self, a, b, back: bool) -> None:
        if back: return super().pass_on(a, b, back)
        said = a.makefile("rb")
        try:
            while len(size := said.read(4)) == 4:
                request = said.read(int.from_bytes(size, "big"))
                if int.from_bytes(request[:2], "big") in self.kinds:
                    self.n_asked += 1
                    self.is_open.wait()
                b.sendall(size + request)
        except OSError: pass
        for s in (a, b):
            try: s.shutdown(socket.SHUT_RDWR)
            except OSError: pass


def test_a_broker_that_is_slow_to_say_how_a_topic_is_set_is_asked_again(tmp):
    """A compacted topic for alerts passed for one whose settings may not be read."""
    campus = Campus(11, students=2, days=4)
    campus.write(tmp)
    with Picky(DESCRIBE_CONFIGS) as door:
        slow = Kafka(tmp / "slow", settings={"advertised.listeners": f"PLAINTEXT://127.0.0.1:{door.port}"})
        slow.make()
        door.to = slow.server().port
        with slow:
            for name, policy in (("events", "delete"), ("alerts", "compact")): slow.create_topic(name, 1, config={"cleanup.policy": policy})
            door.hold()
            args = ["run", "--source", "kafka:events", "--campus", "campus", "--rules", "rules", "--alerts", "kafka:alerts",
                    "--kafka-brokers", slow.bootstrap, "--stop-at-end", "--lang", "en"]
            run = Running(tmp, "slow", args)
            try:
                run.wait(lambda: run.events("waiting"), "it says that it waits")
                expect(door.n_asked and not run.events("check"), "nothing is said of what is not known:", run.events("check"))
                door.let_go()
                same(run.process.wait(LONG), 4, "exit status")
            finally: run.end(signal.SIGKILL)
            expect(any("cleanup.policy=compact" in x["message"] for x in run.events("check")), "compaction of alerts:", run.events("check"))
            door.hold()
            once = Running(tmp, "once", [*args, "--fail-fast"])          # it waits five seconds for an answer: of its own, not of the clock's
            try:
                asked = door.n_asked
                once.wait(lambda: door.n_asked > asked, "it asks")
                once.process.send_signal(signal.SIGSTOP)
                time.sleep(6)
                door.let_go()                        # the answer is under way only
                once.process.send_signal(signal.SIGCONT)
                same(once.process.wait(LONG), 4, "exit status")
            finally: once.end(signal.SIGKILL)
            expect("cleanup.policy=compact" in once.path.read_text(), "who stood still himself has his answer:", once.path.read_text())


@contextmanager
def held_copy(tmp, *asked: int):
    """Topics cards, with ten records, and copy; the door to their broker lets nothing of what is asked through."""
    with Picky(*asked) as door:
        far = Kafka(tmp / "far", settings={"advertised.listeners": f"PLAINTEXT://127.0.0.1:{door.port}"})
        far.make()
        door.to = far.server().port
        with far:
            for name in ("cards", "copy"): far.create_topic(name, 1)
            far.topics.produce("cards", b"".join(x + b"\n" for x in swipes(range(10))))
            door.hold()
            yield door, far


def test_a_copy_that_loses_its_turn_with_its_last_records_says_so(tmp):
    """Kafka hears of it no more and takes none of its records: they are not there when it ends."""
    with held_copy(tmp, PRODUCE, HEARTBEAT) as (door, far):
        process = start(tmp, "repartition", "cards", "copy", "--kafka-brokers", far.bootstrap, "--lang", "en")
        try:
            wait_until(lambda: process.poll() is not None, "it ends")
            r = finish(process)
            expect(r.rc == 4 and "SZ440" in r.err, "it says that it has not copied all:", r)
            expect(door.n_asked > 1, "records were held back")
        finally:
            process.kill()
            door.let_go()


def test_a_copy_that_stands_still_while_it_asks_has_its_answer(tmp):
    """For longer than a broker has to answer: the time was its own, and ran out with the answer under way."""
    with held_copy(tmp, METADATA) as (door, far):
        asked = door.n_asked
        process = start(tmp, "repartition", "cards", "copy", "--kafka-brokers", far.bootstrap, "--lang", "en")
        wait_until(lambda: door.n_asked > asked, "it asks")
        process.send_signal(signal.SIGSTOP)
        time.sleep(11)
        door.let_go()
        process.send_signal(signal.SIGCONT)
        r = finish(process)
        same((r.rc, len(far.consume("copy"))), (0, 10), f"exit status, records: {r}")


def test_settings_of_librdkafka_are_checked_where_they_stand(tmp):
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "config.yaml", """\
kafka:
  brokers: 127.0.0.1:1
  rdkafka:
    sesion.timeout.ms: 30000
    auto.offset.reset: latest
    fetch.wait.max.ms: soon
""")
    r = sanzao(tmp, "run", "--config", "config.yaml", "--source", "kafka:x", "--campus", "campus", "--rules", "rules", "--lang", "en", rc=2)
    for text in ("config.yaml:4:5: error[SZ435]", "did you mean `session.timeout.ms`?", "config.yaml:5:5: error[SZ436]", "never move it silently",
                 "config.yaml:6:5: error[SZ437]"):
        expect(text in r.err, text, "expected in:", r)
    r = sanzao(tmp, "run", "--source", "kafka:x", "--kafka-set", "acks=1", "--campus", "campus", "--rules", "rules", rc=2)
    expect("SZ436" in r.err and "SZ438" in r.err, "a fixed setting and missing brokers:", r)


def test_an_empty_state_of_a_group_that_has_read_is_refused(tmp):
    campus = Campus(12, students=6, days=3)
    campus.write(tmp)
    source = topic("events", 2)
    fill(source, campus.lines())
    args = options(tmp, campus, f"kafka:{source}", "file:a.ndjson", "file:d.ndjson", "--group", "lost", *to_end(campus))
    sanzao(tmp, *args, "--state", "sqlite:one.db", rc=0)
    r = sanzao(tmp, *args, "--state", "sqlite:two.db", rc=4)
    expect("--new-state" in r.err, "it says what to do:", r)
    r = sanzao(tmp, *args, "--state", "sqlite:two.db", "--new-state", "--append", rc=0)
    balance(r.summary())


def test_a_store_that_is_emptied_under_a_group_that_has_read_ends_the_run(tmp):
    """With what to do about that alone: SZ483 is of a stop that somebody asked for, and says to start again as it was."""
    campus = Campus(6, students=20, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    lines, group = campus.lines(), "emptied"
    half = len(lines) // 2
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    fill(source, lines[:half])
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--settle", "1s", "--group", group, "--lang", "en",
                   "--state", redis.url)
    run = Running(tmp, "emptied", [*args, "--tick", "0s"])
    run.wait(lambda: sum(x or 0 for x in kafka.topics.committed(group, source).values()) == half, "the group to be told")
    redis.call("FLUSHALL")
    fill(source, lines[half:])
    same(run.end(0), 4, "exit status")                # it ends by itself
    said = run.path.read_text()
    expect("the store holds no state of it" in said and "--new-state" in said and "SZ483" not in said, said[-2000:])
    compare(sanzao(tmp, *args, "--new-state", *to_end(campus), rc=0).summary(), summary)
    same_stand(folded(alerts), want, "what stands")


def test_a_run_that_fails_midway_says_how_far_it_came(tmp):
    campus = Campus(13, students=6, days=3)
    campus.write(tmp)
    source = topic("events", 2)
    fill(source, campus.lines())
    args = options(tmp, campus, f"kafka:{source}", "file:/dev/full", "file:d.ndjson", "--group", "full", *to_end(campus))
    r = sanzao(tmp, *args, "--workers", "2", rc=4)
    expect("No space left" in r.err, r)
    zh = sanzao(tmp, *args, "--workers", "2", "--lang", "zh", rc=4).err
    expect("/dev/full 不可写（磁盘已满）：请腾出空间后再次运行" in zh and "No space" not in zh, zh)
    same(r.summary()["unfinished"], True, "its summary says so")
    balance(r.summary())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sanzao-kafka-") as folder:
        with Kafka(Path(folder) / "kafka", settings=BROKER, users=USERS) as kafka, Redis(Path(folder) / "redis") as redis:
            code = main({k: v for k, v in globals().items()})
    sys.exit(code)
