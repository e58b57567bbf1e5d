#!/usr/bin/env python3
"""The real servers that the integration tests stand on: each form starts, does a round trip, and has the faults that it claims.

What the faults must do is part of it: kill -9 alone loses nothing, a cut loses something and not everything. A test of the engine
that relies on a cut which cuts nothing would prove nothing.
"""
import os
import re
import signal
import ssl
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from lib import ROOT, Failed, expect, main, same, say                          # noqa: E402
from servers import ALL_WRITTEN, Kafka, NotReady, Redis, RespConnection, RespError, wait_until  # noqa: E402
from servers import kafka as kafka_module                                      # noqa: E402
from servers.home import murmur2  # noqa: E402
from servers.process import began                                              # noqa: E402
from servers.redis import cut_aof                                              # noqa: E402

N = 1000


def records(first: int = 0, n: int = N) -> list[dict]:
    return [{"student": f"学{i % 97:03d}", "n": i, "time_ms": 1700000000000 + i} for i in range(first, first + n)]


def numbers(envelopes: list[dict]) -> list[int]: return [int(re.search(r'"n": (\d+)', e["value"]).group(1)) for e in envelopes]


def gone(servers) -> None:
    """Every process that the group ever had has ended."""
    same([s.name for s in servers if s.pid or s.alive()], [], "servers that still run")


def refused(function, *words) -> None:
    """The call ends in an error that says one of the words."""
    try: got = function()
    except (OSError, RespError, NotReady) as e:
        expect(not words or any(w in str(e) for w in words), f"{words} expected in:", e)
        return
    raise Failed(f"it should have been refused, and gave {got!r}")


# ---- Kafka --------------------------------------------------------------------------------------------------------------------

def test_a_mirror_that_fails_for_a_moment_is_asked_again(tmp):
    command = tmp / "mvn"
    command.write_text(f"#!/bin/sh\necho \"$*\" >>{tmp}/asked\n[ $(wc -l <{tmp}/asked) -ge \"$NEEDS\" ] || {{ echo no route to repo; exit 1; }}\n")
    command.chmod(0o755)
    slept: list[int] = []
    rests, kafka_module.rest = kafka_module.rest, slept.append
    try:
        kafka_module.fetch("Maven", [str(command), "-q"], ["-U"], env={**os.environ, "NEEDS": "3"})
        same((tmp / "asked").read_text().split("\n"), ["-q", "-q -U", "-q -U", ""], "asked")
        (tmp / "asked").unlink()
        refused(lambda: kafka_module.fetch("Maven", [str(command), "-q"], ["-U"], env={**os.environ, "NEEDS": "9"}), "no route to repo")
        same(len((tmp / "asked").read_text().splitlines()), 3, "asked in all")
    finally: kafka_module.rest = rests
    same(slept, [5, 30, 5, 30], "rests between")


def test_kafka_keeps_what_it_acknowledged_and_cut_loses_the_end(tmp):
    with Kafka(tmp / "kafka") as kafka:
        # the records are of 2023: half a minute after its start a broker would throw them away
        kafka.create_topic("events", 3, config={"cleanup.policy": "delete", "retention.ms": -1})
        same(kafka.produce("events", records(), timestamp_field="time_ms", headers={"ce_type": "swipe"}), N, "acknowledged")
        got = kafka.consume("events", envelope=True)
        same(sorted(numbers(got)), list(range(N)), "consumed")
        for e in got:
            same(e["partition"], murmur2(e["key"].encode()) % 3, f"the partition of {e['key']}, as Java's producer chooses")
            same((e["headers"], e["timestamp"]), ({"ce_type": "swipe"}, 1700000000000 + numbers([e])[0]), "headers and timestamp")
        for p in range(3): same(numbers(x := [e for e in got if e["partition"] == p]), sorted(numbers(x)), f"the order of partition {p}")

        pid = kafka.server().pid
        kafka.kill9()
        expect(began(pid) is None, "kill9 left the broker running")
        kafka.restart()
        same(sorted(numbers(kafka.consume("events", envelope=True))), list(range(N)), "after kill -9: nothing is lost")

        for i in range(10): kafka.produce("events", records(N + 10 * i, 10), partition=1)     # batches to cut between
        before = kafka.topics.watermarks("events")
        lost = kafka.cut("events", 1, 25)
        after = kafka.topics.watermarks("events")
        expect(25 <= lost < 100, "lost:", lost)
        same(after, {**before, 1: (0, before[1][1] - lost)}, "watermarks after the cut")
        kept = numbers(kafka.consume("events", partition=1, envelope=True))
        same(kept[-1], N + 100 - lost - 1, "the last record that is left")
        kafka.produce("events", records(5000, 1), partition=1)
        last = kafka.consume("events", partition=1, envelope=True)[-1]
        same((last["offset"], numbers([last])), (after[1][1], [5000]), "the next record takes the offset of the first lost one")
        say(f"{lost} records cut")
    gone(kafka)


def test_kafka_of_three_brokers_goes_on_without_one(tmp):
    with Kafka(tmp / "kafka", brokers=3) as kafka:
        same(kafka.topics.n_brokers(), 3, "brokers")
        kafka.create_topic("events", 2, config={"min.insync.replicas": 2})
        same(kafka.produce("events", records()), N, "acknowledged by three")
        victim = kafka.topics.leaders("events")[0]
        kafka.kill9(victim)
        same(len(kafka.running()), 2, "running")
        same(kafka.produce("events", records(N)), N, "acknowledged by two")
        expect(kafka.topics.leaders("events")[0] != victim, "the dead broker leads")
        kafka.restart()
        same(sorted(numbers(kafka.consume("events", envelope=True))), list(range(2 * N)), "consumed")
    gone(kafka)


def test_kafka_topics_can_be_changed_and_misused(tmp):
    with Kafka(tmp / "kafka") as kafka:
        kafka.create_topic("a", 2)
        refused(lambda: kafka.create_topic("a", 2), "already exists")
        refused(lambda: kafka.create_topic("b", 2, config={"cleanup.polcy": "delete"}), "polcy")
        refused(lambda: kafka.produce("absent", records(0, 1), settings={"message.timeout.ms": 2000}))
        kafka.topics.grow("a", 4)
        same(kafka.topics.list()["a"], 4, "partitions")
        same(kafka.topics.committed("nobody", "a"), {p: None for p in range(4)}, "a group that never was")
        # librdkafka's own default partitioner puts students elsewhere than Java's: what `misrouted` is for
        kafka.produce("a", records(0, 97), settings={"partitioner": "consistent_random"})
        wrong = [e for e in kafka.consume("a", envelope=True) if e["partition"] != murmur2(e["key"].encode()) % 4]
        expect(len(wrong) > 20, "misrouted:", len(wrong))
        kafka.topics.delete("a")
        wait_until(lambda: "a" not in kafka.topics.list(), "the topic to be gone")
    gone(kafka)


# ---- Redis --------------------------------------------------------------------------------------------------------------------

def fill(c: RespConnection, n: int = N) -> None:
    same(set(c.many([("SET", f"k{i}", f"值{i}") for i in range(n)])), {b"OK"}, "SET")


def there(c: RespConnection, n: int = N) -> None:
    same(c.many([("GET", f"k{i}") for i in range(n)]), [f"值{i}".encode() for i in range(n)], "GET")


def next_second(c: RespConnection, n: int = 2) -> None:
    """Until Redis's clock has moved on by n seconds."""
    begin = int(c("TIME")[0])
    wait_until(lambda: int(c("TIME")[0]) >= begin + n, "Redis's clock")


def test_redis_single_loses_nothing_by_kill_and_the_end_by_cut(tmp):
    with Redis(tmp / "redis", settings=ALL_WRITTEN) as redis:
        with redis.connect() as c: fill(c)
        pid = redis.server().pid
        redis.kill9()
        expect(began(pid) is None, "kill9 left it running")
        redis.restart()
        with redis.connect() as c:
            there(c)                                 # kill -9 alone proves nothing
            next_second(c)
            c("MSET", *(w for i in range(N) for w in (f"late{i}", i)), "k0", "changed")     # at one moment
        lost = redis.cut(1)
        expect(lost["bytes"] > 0 and lost["kept"] > 0 and lost["seconds"] <= 1, {k: v for k, v in lost.items() if k != "gone"})
        with redis.connect() as c:
            there(c)
            same(c("DBSIZE"), N, "keys: what was written late is gone")
            refused(lambda: c("CONFIG", "SET", "maxmemory", "1mb") and c("SET", "x", "y" * 100), "OOM")
        say(f"{lost['bytes']} bytes cut")
    gone(redis)


def test_redis_cut_goes_back_by_the_seconds_asked_for(tmp):
    before, parts = b"*1\r\n$8\r\nFLUSHALL\r\n", [(t, b"#TS:%d\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$3\r\n%d\r\n" % (t, t)) for t in (100, 104, 105, 107)]
    for seconds, kept, back in ((0, [100, 104, 105], 0), (1, [100, 104, 105], 0), (2, [100, 104], 2), (2.5, [100, 104], 2), (3, [100], 3),
                                (60, [], 7)):
        (tmp / "appendonly.aof.1.incr.aof").write_bytes(b"of an older time")
        file = tmp / "appendonly.aof.10.incr.aof"     # the newest by number, not by name
        file.write_bytes(before + b"".join(text for _, text in parts))
        lost = cut_aof(tmp, seconds)
        same(file.read_bytes(), before + b"".join(text for t, text in parts if t in kept), f"what {seconds} s leave")
        gone = b"".join(text for t, text in parts if t not in kept)
        same(lost, {"bytes": len(gone), "kept": file.stat().st_size, "seconds": back, "gone": gone}, "lost")
    file.write_bytes(before)
    refused(lambda: cut_aof(tmp, 1), "nothing can be cut")


def test_redis_sentinel_fails_over_and_a_lagging_replica_loses(tmp):
    with Redis(tmp / "redis", "sentinel") as redis:
        first = redis.master_port()
        with redis.connect("master") as c:
            fill(c)
            expect(c("WAIT", 1, 50000) >= 1, "the replica did not follow")
        redis.set_patience(1000)
        redis.kill9(first)
        wait_until(lambda: redis.master_port() != first, "the sentinels to name another master")
        second = redis.master_port()
        wait_until(lambda: redis.role(redis.server(second)) == "master", "it to be master")
        with redis.connect(second) as c: there(c)
        redis.set_patience(60000)                    # copying all of it to the old master keeps the new one busy: not for that is it replaced
        redis.restart()
        same(redis.role(redis.server(first)), "replica", "the old master, back again")

        redis.set_patience(1000)
        redis.lag(first)                             # from here on the replica hears nothing
        same(redis.call("SET", "unheard", 1, which=second), b"OK", "the master answers")
        redis.kill9(second)
        wait_until(lambda: redis.master_port() == first, "the lagging replica to be master")
        wait_until(lambda: redis.role(redis.server(first)) == "master", "it to be master")
        same(redis.call("GET", "unheard", which=first), None, "what the replica had not heard")
        with redis.connect(first) as c: there(c)
    gone(redis)


def test_redis_cluster_moves_a_slot_and_fails_over(tmp):
    with Redis(tmp / "redis", "cluster") as redis:
        masters = sorted({redis.owner_of(s) for s in (0, 8000, 16383)})
        same(len(masters), 3, "masters")
        key = "{group.7}:h"                          # the engine's keys of one partition share a slot
        slot = redis.slot_of(key)
        old = redis.owner_of(slot)
        new = next(p for p in masters if p != old)
        with redis.connect(old) as c:
            same(set(c.many([("SET", "{group.7}:%d" % i, i) for i in range(N)])), {b"OK"}, "SET")
            refused(lambda: redis.call("GET", "{group.7}:1", which=new), f"MOVED {slot} 127.0.0.1:{old}")
        redis.begin_move(slot, new)
        refused(lambda: redis.call("GET", "{group.7}:none", which=old), f"ASK {slot} 127.0.0.1:{new}")
        same(redis.call("GET", "{group.7}:1", which=old), b"1", "a key that has not moved yet")
        same(redis.finish_move(slot, old, new), N, "keys moved")
        refused(lambda: redis.call("GET", "{group.7}:1", which=old), f"MOVED {slot} 127.0.0.1:{new}")
        with redis.connect(new) as c:
            same(c.many([("GET", "{group.7}:%d" % i) for i in range(N)]), [b"%d" % i for i in range(N)], "GET")
            expect(c("WAIT", 1, 50000) >= 1, "the replica did not follow")

        redis.set_patience(1500)
        redis.kill9(new)
        alive = redis.running()[0].port

        def owner() -> int:
            return next(port for first, last, (_, port, *_), *_ in redis.call("CLUSTER", "SLOTS", which=alive) if first <= slot <= last)
        wait_until(lambda: owner() != new, "the replica to take over")
        heir = owner()
        wait_until(lambda: b"cluster_state:ok" in redis.call("CLUSTER", "INFO", which=heir), "the cluster to be whole again")
        same(redis.call("GET", "{group.7}:999", which=heir), b"999", "on the heir")
        redis.restart()
        same(redis.role(redis.server(new)), "replica", "the old master, back again")
    gone(redis)


def test_redis_tls_refuses_what_is_not_meant_for_it(tmp):
    with Redis(tmp / "redis", "tls", ALL_WRITTEN) as redis:
        port, trusted = redis.server().port, ssl.create_default_context(cafile=redis.folder / "ca.pem")
        with redis.connect() as c:
            fill(c)
            there(c)
        refused(lambda: RespConnection(port)("PING"))                                       # no TLS
        refused(lambda: RespConnection(port, ssl.create_default_context()), "CERTIFICATE_VERIFY_FAILED")
        refused(lambda: RespConnection(port, trusted)("GET", "k0"), "NOAUTH")
        refused(lambda: RespConnection(port, trusted, "sanzao", "wrong"), "WRONGPASS")
        redis.kill9()
        redis.restart()
        with redis.connect() as c: there(c)
    gone(redis)


# ---- as people use them, and what is left behind -----------------------------------------------------------------------------

def tool(tmp: Path, *words, rc: int = 0, stdin: bytes | None = None) -> dict:
    done = subprocess.run([sys.executable, ROOT / "tools" / words[0], *words[1:]], capture_output=True, input=stdin, timeout=400,
                          env={**os.environ, "SZ_KAFKA": str(tmp / "tool-kafka"), "SZ_REDIS": str(tmp / "tool-redis")})
    same(done.returncode, rc, f"exit of {' '.join(words)}: {done.stderr.decode()}")
    return dict(line.split("=", 1) for line in done.stdout.decode().splitlines() if "=" in line) | {"out": done.stdout.decode()}


def test_tools_start_stop_and_leave_nothing(tmp):
    try:
        tool(tmp, "redis", "stop")                   # nothing there yet: fine
        tool(tmp, "redis", "status", rc=1)
        facts = tool(tmp, "redis", "single")
        pid = int(facts["pids"])
        same(tool(tmp, "redis", "single")["pids"], facts["pids"], "a second start leaves it as it is")
        tool(tmp, "redis", "cluster", rc=1)          # the folder has another form
        with RespConnection(int(facts["ports"])) as c: same(c("SET", "a", "1"), b"OK", "SET")
        tool(tmp, "redis", "kill9")
        same(tool(tmp, "redis", "status", rc=1)["running"], "0", "after kill9")
        same(tool(tmp, "redis", "restart")["running"], "1", "after restart")
        same(tool(tmp, "redis", "cli", "GET", "a")["out"], "1\n", "its data")
        tool(tmp, "redis", "stop", "--delete")
        tool(tmp, "redis", "stop", "--delete")
        expect(began(pid) is None and not (tmp / "tool-redis").exists(), "something is left behind")

        facts = tool(tmp, "kafka", "start")
        expect(re.fullmatch(r"127\.0\.0\.1:\d+", facts["bootstrap"]), facts)
        tool(tmp, "kafka", "create", "t", "2", "retention.ms=-1")
        same(tool(tmp, "kafka", "produce", "t", stdin=b'{"student":"a"}\n{"student":"b"}\n')["out"], "2\n", "produced")
        same(sorted(tool(tmp, "kafka", "consume", "t")["out"].split()), ['{"student":"a"}', '{"student":"b"}'], "consumed")
        tool(tmp, "kafka", "stop", "--delete")
        expect(began(int(facts["pids"])) is None and not (tmp / "tool-kafka").exists(), "something is left behind")
    finally:
        tool(tmp, "kafka", "stop")
        tool(tmp, "redis", "stop")


def test_a_killed_server_is_there_until_its_last_thread_has_ended(tmp):
    """kill -9 ends a thread that waits for the disk only when the disk has answered; until then the port is taken. Here the first thread
    ends by itself, and another lives on."""
    code = "import ctypes, threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\nctypes.CDLL(None).syscall(%d, 0)" % \
        {"x86_64": 60, "aarch64": 93}[os.uname().machine]     # exit, of one thread
    child = subprocess.Popen([sys.executable, "-c", code])
    state = Path(f"/proc/{child.pid}/stat")
    try:
        wait_until(lambda: ") Z " in state.read_text(), "the first thread to end")
        expect(began(child.pid), "a server of which a thread lives on is there")
    finally: child.kill()
    wait_until(lambda: not began(child.pid), "it to be gone")
    child.wait()


def test_servers_of_a_killed_test_end_with_it(tmp):
    code = "import sys, time\nfrom servers import Redis\nr = Redis(sys.argv[1], 'sentinel').start()\nprint(r.facts()['pids'], flush=True)\n" \
           "time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", code, tmp / "redis"], stdout=subprocess.PIPE,
                             env={**os.environ, "PYTHONPATH": str(ROOT / "tests/support")})
    pids = [int(p) for p in child.stdout.readline().split(b",")]
    same(len(pids), 5, "servers")
    expect(all(began(p) for p in pids), "they run")
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    wait_until(lambda: not any(began(p) for p in pids), "the servers to end with the test")


if __name__ == "__main__": sys.exit(main(globals()))
