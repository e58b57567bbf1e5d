#!/usr/bin/env python3
"""Members of a group that come, go, are stopped, killed or told to read again, while records come or none do: nothing is lost or doubled."""
import json
import os
import random
import re
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import (DIES, PARTS, Running, commits, compare, file_run, fill, folded, key_of, main_with_servers, n_read, options,  # noqa: E402
                        outbox, same_stand, to_end, topic)
from lib import Campus, balance, expect, same, sanzao, say, skip, stamp, write  # noqa: E402
from plugs.deployment import BROKER  # noqa: E402
from servers import Kafka, Redis, Relay  # noqa: E402
from servers.home import murmur2  # noqa: E402

kafka: Kafka
redis: Redis


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


if __name__ == "__main__": sys.exit(main_with_servers(globals(), settings=BROKER))
