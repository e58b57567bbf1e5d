#!/usr/bin/env python3
"""Students are compared with each other (`peers`) over all partitions as over a file, and what was held back is told of all of them."""
import json
import random
import re
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import DIES, PARTS, QUICK, Running, commits, fill, main_with_servers, n_read, same_stand, stands_in, topic  # noqa: E402
from lib import ROOT, expect, same, sanzao, say, write, write_lines  # noqa: E402
from plugs.deployment import BROKER  # noqa: E402
from servers import Kafka, Redis  # noqa: E402
from servers.home import murmur2  # noqa: E402

kafka: Kafka
redis: Redis

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
    want = stands_in(tmp, "want")
    expect(len({x for x in want if "top" in x}) > 5 and len({x for x in want if "checked" in x}) > 5, "both rules tell", want[:5])
    return want


def run_compared(source: str, name: str, state: str, *more, member=QUICK) -> list:
    return ["run", "--source", f"kafka:{source}", "--kafka-brokers", kafka.bootstrap, *member, "--campus", "campus", "--rules", "rules", "--state",
            state, "--group", name, "--lang", "en", "--alerts", f"file:{name}.ndjson", "--dead-letters", f"file:{name}.dead", "--settle", "1s", *more]


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
    want = stands_in(tmp, "want")
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


if __name__ == "__main__": sys.exit(main_with_servers(globals(), settings=BROKER))
