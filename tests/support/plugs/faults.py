"""Moments, and what is pulled at them. A fault returns when the plug is back in (not when the engine has recovered: the next fault may
come into that), and says in a few words what it did. Each waits for what shows that it has struck, so that none passes unnoticed.
"""
from __future__ import annotations

import random
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from servers import NotReady, wait_until

from .deployment import LONG, PARTS, SESSION_MS, Deployment, Worker

# ---- moments ---------------------------------------------------------------------------------------------------------------------
# Of the n records that were fed last. Chosen so that each phase of the protocol is hit: START, reading, between a commit and its
# settling, while alerts are on their way, while they are trimmed.


def at_a_record(d: Deployment, r: random.Random, n: int) -> str:
    goal = d.fed - r.randint(0, n)
    d.wait(lambda: d.n_read() >= goal, f"record {goal}")
    return f"at record {goal}"


def at_a_commit(d: Deployment, r: random.Random, n: int) -> str:
    goal, more = d.seqs(), r.randint(1, 8)           # an idle partition commits too, now and then
    d.wait(lambda: d.seqs() >= goal + more, f"{more} commits")
    return f"after {more} commits"


def while_settling(d: Deployment, r: random.Random, n: int) -> str:
    """Committed and not told yet; how long after is drawn."""
    d.wait(lambda: d.outbox() > 0 or d.is_caught_up(), "an alert in the outbox")
    pause = r.random() * 3.5
    time.sleep(pause)                                # the moment itself, not a wait for something
    return f"{pause:.2f} s after an alert was committed"


def while_telling(d: Deployment, r: random.Random, n: int) -> str:
    before = d.told()
    d.wait(lambda: d.told() > before or d.is_caught_up(), "an alert on the topic")
    return "as alerts came to the topic"


def at_once(d: Deployment, r: random.Random, n: int) -> str:
    d.wait(lambda: all(h.get("seq") for h in d.headers()), "a state of each partition")
    return "in the middle of reading"


def any_time(d: Deployment, r: random.Random, n: int) -> str:
    pause = r.random() * 2
    time.sleep(pause)
    return f"{pause:.2f} s later"


ANY = (at_a_record, at_a_record, at_a_commit, while_settling, while_telling, any_time)


def while_reading(d: Deployment, r: random.Random, n: int) -> str:
    before = d.seqs()
    d.wait(lambda: d.seqs() > before + 2 or d.is_caught_up(), "a few commits")
    return "in the middle of reading"


# ---- the engine -------------------------------------------------------------------------------------------------------------------

def kill_engine(d: Deployment, r: random.Random) -> str:
    w = r.choice(d.workers)
    w.kill9()
    d.gone(w)
    d.start(r.randint(1, 2))
    return f"kill -9 of {w.name}, another process takes its place"


def share(d: Deployment, w: Worker) -> int:
    """How many partitions' states it has."""
    return sum(f":{w.pid}:" in owner for owner in d.owners())


def join(d: Deployment, r: random.Random) -> str:
    w = d.start()
    d.wait(lambda: share(d, w), f"{w.name} to have a partition")
    return f"{w.name} joined"


def leave(d: Deployment, r: random.Random) -> str:
    more = join(d, r) + ", " if len(d.workers) < 2 else ""
    w = r.choice(d.workers[:-1])
    d.gone(w)
    w.leave()
    return f"{more}{w.name} left with SIGTERM"


def sleep_past_session(d: Deployment, w: Worker, meanwhile: Callable[[], None] = lambda: None) -> None:
    """SIGSTOP past the session and past settle: others have what it had when it goes on."""
    w.process.send_signal(signal.SIGSTOP)
    due = time.monotonic() + d.settle_s
    try:
        meanwhile()
        d.wait(lambda: not share(d, w) and time.monotonic() > due, f"the others to take what {w.name} had")
    finally: w.process.send_signal(signal.SIGCONT)


def stop_worker(d: Deployment, r: random.Random) -> str:
    """When it goes on, it reads and commits, and is refused, unless it hears first that its session is over: each of its members for
    itself."""
    more = join(d, r) + ", " if len(d.workers) < 2 else ""
    w = max(d.workers, key=lambda w: share(d, w))
    sleep_past_session(d, w)
    return f"{more}{w.name} stopped past its session of {SESSION_MS} ms"


# ---- Redis ------------------------------------------------------------------------------------------------------------------------

def known(d: Deployment, aof: bytes) -> list[int]:
    """Of each partition, how many states a piece of Redis' append-only file has that a worker is sure to have known: a commit came after
    them, and one is made only under the name that it had been told. (Of the last one the answer may be lost as well.)"""
    header = rb"\$4\r\nHSET\r\n\$\d+\r\nsz:\{" + re.escape(d.name.encode()) + rb"\.(\d+)\}:h\r\n\$\d+\r\n(\w+)\r\n"
    states: list[list[bytes]] = [[] for _ in range(PARTS)]      # by the first field that is written: a commit's is n_o
    for part, field in re.findall(header, aof): states[int(part)].append(field)
    return [max((i for i, field in enumerate(s) if field == b"n_o"), default=0) for s in states]


def cut_redis(d: Deployment, r: random.Random) -> str:
    """Each partition's state is begun before, so that there is something to lose."""
    at_once(d, r, 0)
    gone = d.redis.cut(1.0)
    d.lost = known(d, gone["gone"])
    return f"kill -9 of Redis, {gone['bytes']} bytes cut off its file, {gone['seconds']} s and the last write's second, states: {d.lost}"


def kill_redis(d: Deployment, r: random.Random) -> str:
    d.redis.kill9(d.redis.data()[0].port)
    d.redis.restart_one(d.redis.data()[0].port)
    return "kill -9 of Redis"


def errors(d: Deployment, code: str, which=None) -> int:
    """How often a server has answered with this error."""
    with d.redis.connect(which) as c: m = re.search(r"count=(\d+)", c.info("errorstats").get(f"errorstat_{code}", ""))
    return int(m[1]) if m else 0


def until_refused(d: Deployment, code: str, n: int, which=None) -> None:
    before = errors(d, code, which)
    d.wait(lambda: errors(d, code, which) >= before + n, f"{n} commits refused with {code}")


def fill_redis(d: Deployment, r: random.Random) -> str:
    n = r.randint(1, 4)
    d.redis.call("CONFIG", "SET", "maxmemory", 1)
    try: until_refused(d, "OOM", n)
    finally: d.redis.call("CONFIG", "SET", "maxmemory", 0)
    return f"Redis out of memory for {n} refused commands"


def read_only_redis(d: Deployment, r: random.Random) -> str:
    n = r.randint(1, 4)
    d.wait_begun()                                   # a replica that is given as the state's server is refused
    d.redis.call("REPLICAOF", "127.0.0.1", 1)        # of nobody: it keeps what it has
    try: until_refused(d, "READONLY", n)
    finally: d.redis.call("REPLICAOF", "NO", "ONE")
    return f"Redis read-only for {n} refused commands"


def pause_redis(d: Deployment, r: random.Random) -> str:
    pause = r.random() * 4
    d.redis.pause()
    try: time.sleep(pause)
    finally: d.redis.go_on()
    return f"Redis stopped for {pause:.2f} s"


def lacks_answered_commits(d: Deployment) -> int:
    """Feeds a little until one partition has made two commits: then the first of them was answered. Returns how many there were."""
    before = [int(h.get("seq", 0)) for h in d.headers()]
    def ahead(): return [int(h.get("seq", 0)) - b for h, b in zip(d.headers(), before)]
    while max(ahead()) < 2:
        d.feed_next(40)
        n = sum(ahead())
        d.wait(lambda: sum(ahead()) > n, "a commit")
    return sum(ahead())


def fail_over(d: Deployment, r: random.Random) -> str:
    """The replica lags by a few commits when its master dies. While min-replicas-to-write is on, a master that knows of the lag takes
    no commit: what is tested is the stretch in which it does not know yet, so the setting is off for that long (less than settle).
    What was lost is read from the two servers themselves: a worker that got its partition since then knows of no loss."""
    redis, old = d.redis, d.redis.master_port()
    replica = next(s.port for s in redis.data() if s.port != old)
    def seqs(port: int) -> list[int]: return [int(redis.call("HGET", d.key(p, "h"), "seq", which=port) or 0) for p in range(PARTS)]
    d.wait_begun()                                   # a master that takes commits without its replica is refused
    redis.call("CONFIG", "SET", "min-replicas-to-write", 0, which=old)
    redis.lag(replica)
    behind = seqs(replica)
    lacks_answered_commits(d)
    lost = [there - here for there, here in zip(seqs(old), behind)]
    redis.kill9(old)
    if seqs(replica) != behind or max(lost) < 2: raise NotReady(f"the replica does not lag: {behind}, {seqs(replica)}, lost {lost}")
    d.lost = [max(n - 1, 0) for n in lost]           # of the last one the answer may be lost as well
    if redis.failover().port != replica: raise NotReady("another master than the replica")
    redis.call("CONFIG", "SET", "masterauth", "", "masteruser", "", which=replica)
    redis.call("CONFIG", "REWRITE", which=replica)   # a Sentinel has written the wrong ones into its file
    redis.restart_one(old)
    redis.call("REPLICAOF", "127.0.0.1", replica, which=old)     # as a Sentinel will have it, after watching it for 10 s
    redis.wait_one_master(LONG)
    if redis.master_port() != replica: raise NotReady("the old master is the master again: nothing was lost")
    return f"failover to a replica that lacked {sum(lost)} commits"


def move_slot(d: Deployment, r: random.Random) -> str:
    p = r.randrange(PARTS)
    slot = d.redis.slot_of(d.key(p, "h"))
    owner = d.redis.owner_of(slot)
    to = r.choice([s.port for s in d.redis.data() if s.port != owner and d.redis.role(s) == "master"])
    def met() -> int: return errors(d, "ASK", owner) + errors(d, "TRYAGAIN", owner)
    before, source = met(), d.redis.begin_move(slot, to)
    d.redis.migrate(source, to, [d.key(p, "h")])     # half of it is there, half here
    d.wait(lambda: met() > before, "a command that meets half a slot")
    keys = d.redis.finish_move(slot, source, to)
    return f"the slot of partition {p} moved in two halves, {keys + 1} keys"


# ---- Kafka ------------------------------------------------------------------------------------------------------------------------

def kill_broker(d: Deployment, r: random.Random) -> str:
    d.kafka.kill9()
    d.kafka.restart()
    wait_until(lambda: d.topics <= d.kafka.topics.list().items(), "the topics after the broker's restart", LONG)
    return "kill -9 of the broker" if len(d.kafka.servers) == 1 else "kill -9 of all brokers"


def without_one(d: Deployment, victim: int) -> str:
    """The two others lead what it led, the group's partition among it, and alerts and records go on."""
    def others_lead() -> bool:
        try: return victim not in d.kafka.topics.leaders(d.events).values()
        except NotReady: return False                # who leads is not settled yet
    wait_until(others_lead, "the others to lead", LONG)
    before = d.seqs()
    d.feed_next(40)
    d.wait(lambda: d.seqs() > before, "a commit without it")
    return f"of broker {victim} of {len(d.kafka.servers)}"


def kill_a_broker(d: Deployment, r: random.Random) -> str:
    victim = r.randint(1, len(d.kafka.servers))
    d.kafka.kill9(victim)
    what = without_one(d, victim)
    d.kafka.restart()
    return f"kill -9 {what}"


def pause_a_broker(d: Deployment, r: random.Random) -> str:
    """It goes on as one that thinks that it leads still."""
    victim = r.randint(1, len(d.kafka.servers))
    d.kafka.pause(victim)
    try: what = without_one(d, victim)
    finally: d.kafka.go_on(victim)
    return f"SIGSTOP {what}"


@dataclass(frozen=True)
class Fault:
    pull: Callable[[Deployment, random.Random], str]
    forms: tuple[str, ...] = ("single", "sentinel", "cluster")     # of Redis that it can be done to
    moments: tuple = ANY
    brokers: int = 1                                  # at least so many

    def can(self, d: Deployment) -> bool: return d.redis.form in self.forms and len(d.kafka.servers) >= self.brokers

    def at(self, d: Deployment, r: random.Random, n: int) -> str:
        """At a moment of the n records that were fed last; returns what was done, and when."""
        when = r.choice(self.moments)(d, r, n)
        return f"{when}: {self.pull(d, r)}"


FAULTS = {
    "kill-engine": Fault(kill_engine),
    "join": Fault(join),
    "leave": Fault(leave),
    "stop-worker": Fault(stop_worker, moments=(while_reading,)),
    "cut-redis": Fault(cut_redis, ("single",)),
    "kill-redis": Fault(kill_redis, ("single",)),
    "fill-redis": Fault(fill_redis, ("single",)),
    "read-only-redis": Fault(read_only_redis, ("single",)),
    "pause-redis": Fault(pause_redis, ("single",)),
    "fail-over": Fault(fail_over, ("sentinel",), moments=(at_once,)),
    "move-slot": Fault(move_slot, ("cluster",)),
    "kill-broker": Fault(kill_broker),
    "kill-a-broker": Fault(kill_a_broker, brokers=3),
    "pause-a-broker": Fault(pause_a_broker, brokers=3),
}
