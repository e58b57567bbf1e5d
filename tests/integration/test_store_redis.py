#!/usr/bin/env python3
"""A state in real Redis: the store's contract on every form, and outcomes that nobody knows, driven for real.

Each fault ends the same way: what was not answered is UNKNOWN, an ACQUIRE with a fresh token finds the old name or the next one, and
the lists hold exactly what the name says. Nothing is there twice.
"""
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from lib import ROOT, SANZAO, expect, main, same, say                      # noqa: E402
from servers import ALL_WRITTEN, Redis, wait_until                    # noqa: E402
from servers.process import LONG                                            # noqa: E402
from servers.redis import PATIENCE_MS                                       # noqa: E402

BUILD = Path(os.environ.get("SZ_BUILD") or Path(SANZAO).parent)
HAND = BUILD / "tests/integration/store_hand"
SUITE = BUILD / "tests/contract/test_store_redis"
GROUP = "campus"
H, S, J, O = (f"sz:{{{GROUP}.0}}:{k}" for k in "hsjo")


def address(redis: Redis) -> str:
    if redis.form == "tls": return f"{redis.url}?ca={redis.folder}/ca.pem"
    return redis.url


def patient(url: str, timeout: str = "120s") -> str:
    """A slow server is no dead one."""
    url, hash_, master = url.partition("#")
    return f"{url}{'&' if '?' in url else '?'}timeout={timeout}{hash_}{master}"


class Hand:
    """One worker's connection: see store_hand.c. A short time-out is for those that wait for it: an answer that comes after it leaves
    what was asked done, as on a busy machine it may."""
    def __init__(self, url: str, *, partition: int = 0, reader: bool = False, timeout: str = "120s"):
        argv = [HAND, patient(url, timeout), GROUP, str(partition), *(["reader"] if reader else [])]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self): return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try: self.process.wait(LONG)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def say(self, *words) -> None:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def __call__(self, *words) -> "Answer":
        self.say(*words)
        timer = threading.Timer(LONG, self.process.kill)       # a hang fails the test, it does not stop it
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        expect(line, f"store_hand ended at {words}")
        return Answer(line.rstrip())

    def check(self, settle_ms: int) -> list[str]:
        self.say("check", settle_ms)
        rows = []
        while not (line := self.process.stdout.readline()).startswith("."): rows.append(line.strip())
        return rows + [line.strip()]


class Answer(str):
    @property
    def word(self) -> str: return self.split(" ", 1)[0]
    @property
    def name(self) -> tuple[str, int]:
        m = re.search(r"name=(.)/(\d+)", self)
        return m[1], int(m[2])
    @property
    def store_ms(self) -> int: return int(re.search(r"store_ms=(\d+)", self)[1])
    def field(self, name: str) -> str: return re.search(rf"{name}=(\S+)", self)[1]


def is_(answer: Answer, word: str, *says: str) -> Answer:
    expect(answer.word == word and all(s in answer for s in says), f"{word} {says or ''} expected, not:", answer)
    return answer


def acquire(hand: Hand, letter: str) -> Answer:
    """As the worker does it: again while the outcome is unknown."""
    return wait_until(lambda: (a := hand("acquire", letter)).word != "UNKNOWN" and a, "an ACQUIRE that is answered", LONG, 0.1)


def holds(hand: Hand, first: int, last: int) -> None:
    """The lists are the commits first..last, each once."""
    a = is_(hand("dump"), "OK")
    n = last - first + 1
    same(a.field("journal"), f"{first if n else 0}-{last if n else 0}/{n}/0", "journal")
    same(a.field("outbox"), a.field("journal"), "outbox")
    same(int(a.field("words")), n, "words")


def recovered(hand: Hand, letter: str, before: tuple[str, int], tried: int) -> int:
    """After an unknown outcome of commit `tried` under the name `before`: which was it? Returns the last commit that stands."""
    a = is_(acquire(hand, letter), "OK")
    expect(a.name in (before, (before[0], before[1] + 1)), f"{before} or the next name expected, not {a.name}")
    last = tried if a.name[1] == before[1] + 1 else tried - 1
    holds(hand, 1, last)
    return last


def commits(hand: Hand, first: int, last: int, *size) -> Answer:
    for n in range(first, last + 1): a = is_(hand("commit", n, *size), "OK")
    return a


# ---- the contract -------------------------------------------------------------------------------------------------------------

def test_contract_holds_on_every_form(tmp):
    with Redis(tmp / "single") as single, Redis(tmp / "tls", "tls") as tls, Redis(tmp / "sentinel", "sentinel") as sentinel, \
            Redis(tmp / "cluster", "cluster") as cluster:
        env = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP", "SZ_REDIS_URL": patient(address(single)), "SZ_REDIS_TLS_URL": patient(address(tls)),
               "SZ_REDIS_SENTINEL_URL": patient(address(sentinel)), "SZ_REDIS_CLUSTER_URL": patient(address(cluster))}
        done = subprocess.run([SUITE], env=env, cwd=ROOT, capture_output=True, text=True, timeout=400)
        ok = len(re.findall(r"(?m)^ok \d+(?!.*# SKIP)", done.stdout))
        expect(done.returncode == 0 and "not ok" not in done.stdout and "# SKIP" not in done.stdout, *re.findall(r"(?m)^not ok .*|.*# SKIP.*", done.stdout),
               done.stdout[-2000:], done.stderr[-2000:])
        expect(ok % 4 == 0 and ok >= 60, f"{ok} tests")
        say(f"{ok} tests of the suite")


# ---- plugs --------------------------------------------------------------------------------------------------------------------

def test_a_stopped_server_leaves_the_outcome_unknown(tmp):
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand, Hand(address(redis), timeout="2s") as hasty:
        is_(hand("acquire", "a", "new"), "NEW")
        commits(hand, 1, 3)
        before = ("h", is_(acquire(hasty, "h"), "OK").name[1] + 1)
        redis.pause()
        is_(hasty("commit", 4), "UNKNOWN", "no answer in time")
        is_(hasty("acquire", "b"), "UNKNOWN")
        redis.go_on()
        last = recovered(hand, "c", before, 4)
        commits(hand, last + 1, last + 2)
        holds(hand, 1, last + 2)
        say(f"the commit {'stood' if last == 4 else 'did not stand'}")


def test_a_killed_server_leaves_the_outcome_unknown(tmp):
    stood = 0
    with Redis(tmp / "redis", settings=ALL_WRITTEN) as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        last = commits(hand, 1, 3).name and 3
        for letter, size in zip("bcdef", (12_000_000, 10, 12_000_000, 10, 3_000_000)):
            before = is_(acquire(hand, letter), "OK")
            name = (letter, before.name[1] + 1)
            is_(hand("send", last + 1, size), "sent")    # a large one is more than the socket takes: it is under way
            redis.kill9()
            a = hand("wait")
            redis.restart()
            got = recovered(hand, letter.upper(), name, last + 1)    # a new connection in either case
            if a.word == "OK": same(got, last + 1, "the last commit: it was answered before the kill")
            else: is_(a, "UNKNOWN")
            stood += got == last + 1
            last = got
        is_(acquire(hand, "z"), "OK")
        holds_after = is_(hand("dump"), "OK")
        same(int(holds_after.field("words")), last, "words")
        say(f"{stood} of 5 stood")


def test_a_cut_connection_is_opened_by_acquire_only(tmp):
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        before = commits(hand, 1, 2).name
        redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        is_(hand("commit", 3), "UNKNOWN")
        is_(hand("commit", 3), "UNKNOWN")
        is_(hand("dump"), "UNKNOWN")
        same(recovered(hand, "b", before, 3), 2, "commits")
        commits(hand, 3, 4)
        holds(hand, 1, 4)


def test_what_the_server_refuses_changes_nothing(tmp):
    """OOM, READONLY, NOREPLICAS: refused as a whole, told with the reason, and the next ACQUIRE finds the same name."""
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        commits(hand, 1, 2)
        faults = [("OOM", [("CONFIG", "SET", "maxmemory", "1")], [("CONFIG", "SET", "maxmemory", "0")], "out of memory"),
                  ("READONLY", [("REPLICAOF", "127.0.0.1", "1")], [("REPLICAOF", "NO", "ONE")], "replica"),
                  ("NOREPLICAS", [("CONFIG", "SET", "min-replicas-to-write", "1")], [("CONFIG", "SET", "min-replicas-to-write", "0")],
                   "too few replicas")]
        last, letter = 2, "a"
        for code, break_it, mend_it, says in faults:
            name = is_(hand("acquire", letter), "OK").name
            name = (letter, name[1] + 1)
            dump = lambda: [redis.call("DUMP", k) for k in (H, S, J, O)]
            there = dump()
            for c in break_it: redis.call(*c)
            is_(hand("commit", last + 1), "UNKNOWN", code, says)
            is_(hand("acquire", "x"), "UNKNOWN", code)
            expect(dump() == there, f"{code}: the state was touched")
            for c in mend_it: redis.call(*c)
            letter = chr(ord(letter) + 1)
            same(recovered(hand, letter, name, last + 1), last, f"{code}: commits that stand")
            commits(hand, last + 1, last + 1)
            last += 1
        holds(hand, 1, last)


def test_a_script_that_the_server_forgot_is_sent_again(tmp):
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        redis.call("SCRIPT", "FLUSH")
        commits(hand, 1, 2)
        redis.call("SCRIPT", "FLUSH")
        is_(hand("acquire", "b"), "OK")
        holds(hand, 1, 2)


def test_of_two_owners_the_second_has_it(tmp):
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as one, Hand(address(redis)) as two:
        is_(one("acquire", "a", "new"), "NEW")
        commits(one, 1, 2)
        is_(two("acquire", "b"), "OK")
        is_(one("commit", 3), "REFUSED")
        is_(one("dump"), "REFUSED")
        commits(two, 3, 3)
        holds(two, 1, 3)
        is_(one("acquire", "c"), "OK")
        is_(two("commit", 4), "REFUSED")


def test_lost_seconds_show_in_the_name(tmp):
    """kill -9 and an append-only file cut back: the surviving owner finds neither its name nor the next one, and what is loaded is
    exactly an earlier state."""
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        n, seconds = 0, set()
        while len(seconds) < 5:                       # in so many seconds of Redis' clock, of which a cut takes two
            n += 1
            a = is_(hand("commit", n), "OK")
            seconds.add(a.store_ms // 1000)
        mine = a.name
        redis.cut(1.0)
        is_(hand("commit", n + 1), "UNKNOWN")
        a = is_(acquire(hand, "b"), "OK")
        expect(a.name[0] == "a" and 1 <= a.name[1] < mine[1], f"an older name than {mine} expected, not {a.name}")
        kept = a.name[1] - 1                          # NEW was 1, each commit one more
        holds(hand, 1, kept)
        commits(hand, kept + 1, kept + 1)
        holds(hand, 1, kept + 1)
        say(f"{n - kept} of {n} commits lost")


def test_a_loading_server_is_waited_for(tmp):
    with Redis(tmp / "redis", settings={**ALL_WRITTEN, "key-load-delay": 500}) as redis, \
            Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        commits(hand, 1, 600)           # it looks at its clients after every 1,024 commands of the file
        words = []
        def acquired():
            words.append(hand("acquire", "b"))
            return words[-1].word == "OK"
        for _ in range(10):                           # this process may be too slow to meet it
            redis.kill9()
            redis.launch(redis.server())              # each command takes half a millisecond
            wait_until(acquired, "the server to have loaded", LONG, 0.05)
            if any("LOADING" in w for w in words): break
        expect(any("LOADING" in w for w in words), "LOADING was not met:", words[:3])
        holds(hand, 1, 600)
        redis.save()


def test_sentinel_failover_is_followed(tmp):
    settings = {"min-replicas-to-write": 1, "min-replicas-max-lag": 60}     # a slow replica is not a lost one
    with Redis(tmp / "redis", "sentinel", settings) as redis, Hand(address(redis)) as hand:
        is_(acquire_new(hand), "NEW")
        before = commits(hand, 1, 5).name
        old = redis.master_port()
        redis.wait_copied(old)                       # its end as master is not asked for: what the replica has not heard is lost
        redis.failover()
        a = hand("commit", 6)
        last = 6 if a.word == "OK" else recovered(hand, "b", before, 6)
        if a.word == "OK": is_(acquire(hand, "b"), "OK")
        expect(redis.master_port() != old, "no other master")
        commits(hand, last + 1, last + 3)
        holds(hand, 1, last + 3)
        # the master dies instead: nobody answers until the Sentinels have another one
        name = is_(acquire(hand, "d"), "OK").name
        name = ("d", name[1] + 1)
        redis.wait_copied(redis.master_port())
        redis.set_patience(1000)
        redis.kill9(redis.master_port())
        is_(hand("commit", last + 4), "UNKNOWN")
        redis.call("CONFIG", "SET", "min-replicas-to-write", 0, which=next(s.port for s in redis.data() if s.alive()))
        got = recovered(hand, "e", name, last + 4)
        commits(hand, got + 1, got + 1)
        holds(hand, 1, got + 1)


def acquire_new(hand: Hand) -> Answer:
    """Replicas may not be counted yet in a server's first second."""
    return wait_until(lambda: (a := hand("acquire", "a", "new")).word != "UNKNOWN" and a, "a first ACQUIRE", LONG, 0.1)


def test_cluster_slot_is_followed(tmp):
    with Redis(tmp / "redis", "cluster") as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        before = commits(hand, 1, 5).name
        slot = redis.slot_of(H)
        owner = redis.owner_of(slot)
        masters = [s.port for s in redis.data() if redis.role(s) == "master"]
        to = next(p for p in masters if p != owner)
        redis.move_slot(slot, to)
        is_(hand("commit", 6), "UNKNOWN", "MOVED")
        same(recovered(hand, "b", before, 6), 5, "commits that stand")
        before = commits(hand, 6, 8).name
        # half moved: some keys are gone already, the others are still here
        back = next(p for p in masters if p != to)
        source = redis.begin_move(slot, back)
        same(source, to, "the source")
        redis.call("MIGRATE", "127.0.0.1", back, H, 0, 20000, which=source)
        a = hand("commit", 9)
        expect(a.word == "UNKNOWN" and ("TRYAGAIN" in a or "ASK" in a), "TRYAGAIN or ASK expected:", a)
        redis.finish_move(slot, source, back)
        same(recovered(hand, "c", before, 9), 8, "commits that stand")
        commits(hand, 9, 10)
        holds(hand, 1, 10)
        # its node dies, and its replica takes over
        name = is_(acquire(hand, "d"), "OK").name
        redis.wait_copied(back)
        redis.set_patience(1500)
        redis.kill9(back)
        is_(hand("commit", 11), "UNKNOWN")
        got = recovered(hand, "e", ("d", name[1] + 1), 11)
        redis.set_patience(PATIENCE_MS)
        commits(hand, got + 1, got + 1)
        holds(hand, 1, got + 1)


# ---- damage, reading, checks --------------------------------------------------------------------------------------------------

def test_what_lies_beyond_the_header_is_cut_off_and_less_is_damage(tmp):
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        commits(hand, 1, 3)
        redis.call("RPUSH", J, "of a script that ended midway")
        redis.call("RPUSH", O, "of a script that ended midway")
        is_(hand("acquire", "b"), "OK")
        same((redis.call("LLEN", J), redis.call("LLEN", O)), (3, 3), "lengths after ACQUIRE")
        holds(hand, 1, 3)
        redis.call("RPOP", J)
        is_(hand("dump"), "FAILED", "damaged")
        is_(hand("acquire", "c"), "FAILED", "damaged")
        same(redis.call("HGET", H, "owner"), b"62" * 16, "the owner")
        redis.call("DEL", H)
        is_(hand("acquire", "d", "new"), "FAILED", "damaged")
        redis.call("FLUSHALL")
        redis.call("SET", J, "something else")
        is_(hand("acquire", "e", "new"), "FAILED", "WRONGTYPE")
        same(redis.call("EXISTS", H), 0, "header")


def test_header_is_for_people_and_the_clock_is_the_servers(tmp):
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand:
        first = is_(hand("acquire", "a", "new"), "NEW").store_ms
        last = commits(hand, 1, 2).store_ms
        s, us = map(int, redis.call("TIME"))
        expect(0 < first <= last <= s * 1000 + us // 1000, f"{first} {last} {s}.{us}")
        flat = redis.call("HGETALL", H)
        header = {k.decode(): v.decode() for k, v in zip(flat[::2], flat[1::2])}
        for field, want in {"topic": "campus.events", "parts": "4", "owner": "61" * 16, "seq": "3", "epoch": "1", "worker": "hand",
                            "n_read": "2", "bundle_ver": "7"}.items(): same(header[field], want, field)


def test_reader_takes_nothing_and_needs_no_right_to_write(tmp):
    with Redis(tmp / "redis") as redis, Hand(address(redis)) as hand:
        is_(hand("acquire", "a", "new"), "NEW")
        name = commits(hand, 1, 3).name
        rights = "+hmget +hscan +multi +exec +client|setname +auth +lrange"
        redis.call("ACL", "SETUSER", "looker", "on", ">s/cret", "~sz:*", *rights.split())
        url = f"redis://looker:s%2Fcret@127.0.0.1:{redis.server().port}"
        with Hand(url, reader=True) as reader:
            same(is_(reader("acquire", "x"), "OK").name, name, "the name as it stands")
            holds(reader, 1, 3)
            is_(reader("commit", 4), "FAILED")
            redis.call("SCRIPT", "FLUSH")
            is_(hand("commit", 4), "OK")              # nobody took anything from it
            is_(reader("dump"), "REFUSED")            # what it had seen is no more
            is_(reader("acquire", "y"), "OK")
            holds(reader, 1, 4)
        with Hand(url) as other: is_(other("acquire", "z"), "FAILED", "NOPERM")
        same(redis.call("HGET", H, "seq"), str(name[1] + 1).encode(), "seq")


def test_check_says_what_is_right_risky_and_refused(tmp):
    with Redis(tmp / "redis", settings={"maxmemory-policy": "allkeys-lru"}) as redis, Hand(address(redis)) as hand:
        rows = hand.check(3000)
        expect(any(r.startswith("refused maxmemory-policy: allkeys-lru") for r in rows), rows)
        expect(rows[-1] != ". 0", rows)
        redis.call("CONFIG", "SET", "maxmemory-policy", "noeviction")
        rows = hand.check(3000)
        expect(rows[-1] == ". 0" and not any(r.startswith(("refused", "risky")) for r in rows), rows)
        expect(any(r.startswith("risky appendfsync") for r in hand.check(500)), "a short settle")
        redis.call("CONFIG", "SET", "appendonly", "no")
        expect(any(r.startswith("risky appendonly") for r in hand.check(3000)), "no append-only file")
        redis.call("ACL", "SETUSER", "default", "-config")
        rows = hand.check(3000)
        expect(any(r.startswith("right maxmemory-policy") for r in rows) and rows[-1] == ". 0", "without CONFIG:", rows)
    rows = None
    with Hand("redis://127.0.0.1:1") as hand: rows = hand.check(3000)
    expect(any(r.startswith("finding SZ445") for r in rows), "nobody there:", rows)
    with Redis(tmp / "sentinel", "sentinel") as redis, Hand(address(redis)) as hand:
        expect(any(r.startswith("refused min-replicas-to-write") for r in hand.check(3000)), "an isolated master")
        redis.call("CONFIG", "SET", "min-replicas-to-write", 1, which="master")
        expect(any("lower min-replicas-max-lag or raise settle" in r for r in hand.check(3000)), "a lag of 10 s")
        redis.call("CONFIG", "SET", "min-replicas-max-lag", 1, which="master")
        rows = hand.check(3000)
        expect(rows[-1] == ". 0" and any(r.startswith("right min-replicas") for r in rows), rows)


def test_tls_holds_the_server_to_its_certificate(tmp):
    with Redis(tmp / "redis", "tls") as redis:
        with Hand(address(redis)) as hand:
            is_(hand("acquire", "a", "new"), "NEW")
            commits(hand, 1, 2, 6_000_000)
            is_(hand("dump"), "OK")
        with Hand(address(redis) + "&server_name=redis.campus") as hand: is_(hand("acquire", "b"), "UNKNOWN", "hostname mismatch")
        with Hand(redis.url) as hand: is_(hand("acquire", "b"), "UNKNOWN", "certificate")
        wrong = address(redis).replace(redis.settings["password"], "wrong")
        with Hand(wrong) as hand: is_(hand("acquire", "b"), "FAILED", "does not take this user and password")


if __name__ == "__main__":
    if not HAND.exists(): sys.exit(print(f"skipped: {HAND} is not built") or 77)
    sys.exit(main(globals()))
