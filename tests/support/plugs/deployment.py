"""The engine as processes on real servers: started, signalled, and looked at through the state's headers, never through their words.
"""
from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

from servers import Kafka, NotReady, Redis, RespConnection, RespError, wait_until
from servers.process import LONG, where_it_stands

from .workload import Workload

PARTS = 4
SESSION_MS = 2000
BROKER = {"group.min.session.timeout.ms": 500}       # so that SESSION_MS is allowed
HEADER = ("owner", "seq", "worker", "n_read")
QUICK = {"session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": 200, "fetch.wait.max.ms": 50}


class Worker:
    """One process of the engine. Its log is JSON lines."""

    def __init__(self, name: str, folder: Path, args: list[str]):
        self.name, self.log, self.args = name, folder / f"{name}.log", args
        env = {**{k: v for k, v in os.environ.items() if k not in ("LANG", "LC_MESSAGES")}, "LC_ALL": "C.UTF-8"}
        with open(self.log, "ab") as log:            # it dies with whoever started it
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *args], cwd=folder, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=log, env=env)

    @property
    def pid(self) -> int: return self.process.pid
    def alive(self) -> bool: return self.process.poll() is None

    def has_begun(self) -> bool:
        """It has asked its servers what they promise, and was satisfied."""
        return bool(self.events("check"))

    def kill9(self) -> None:
        self.process.kill()
        self.process.wait()

    def say_leave(self) -> None:
        """SIGTERM: it commits, sees its alerts out and ends well. Not before it has begun: on a busy machine it may not be the program
        yet that gets it."""
        wait_until(lambda: self.has_begun() or not self.alive(), f"{self.name} to have begun", LONG)
        self.process.send_signal(signal.SIGTERM)

    def leave(self) -> None:
        self.say_leave()
        self.ended(LONG)

    def ended(self, seconds: float) -> None:
        try: rc = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            stands = where_it_stands(self.process.pid)
            self.kill9()
            raise NotReady(f"{self.name} does not end:\n{self.tail()}\n{stands}") from None
        if rc != 0: raise NotReady(f"{self.name} ended with {rc}:\n{self.tail()}")

    def events(self, kind: str) -> list[dict]:
        out = []
        for line in self.log.read_text(errors="replace").splitlines():
            try: row = json.loads(line)
            except ValueError: continue              # half written, or not JSON
            if isinstance(row, dict) and row.get("event") == kind: out.append(row)
        return out

    def tail(self, n: int = 15) -> str: return "\n".join(self.log.read_text(errors="replace").splitlines()[-n:])


def wait_beside(workers: list[Worker], condition, what: str):
    """Until it holds; a worker that ends by itself ends the wait, with what it said last."""
    def look():
        for w in workers:
            if w.process.returncode is None and not w.alive(): raise NotReady(f"{w.name} ended:\n{w.tail()}")
        return condition()
    return wait_until(look, what, LONG, 0.05)


class Deployment:
    """One group on topics of its own; the servers are the caller's, several deployments may use them one after the other."""

    def __init__(self, folder: Path, program: str, work: Workload, kafka: Kafka, redis: Redis, name: str, settle_s: int = 3,
                 more: tuple[str, ...] = ()):
        folder.mkdir(parents=True)
        self.folder, self.program, self.work, self.kafka, self.redis, self.name = folder, program, work, kafka, redis, name
        self.events, self.alerts, self.dead = (f"{name}.{x}" for x in ("events", "alerts", "dead"))
        self.settle_s, self.more = settle_s, more
        self.lost = [0] * PARTS                       # of each partition, how many states that its worker knew Redis lost in the last fault
        self.n_losses = [0] * PARTS                   # of each, the losses that were noticed
        self.workers: list[Worker] = []
        self.all_workers: list[Worker] = []
        self.rest, self.fed = list(work.rows), 0
        self.lines: dict[int, RespConnection] = {}    # by the server's port: a look is a question, not a connection as well
        self.topics = {(self.events, PARTS), (self.alerts, 2), (self.dead, 1)}
        for topic, parts in self.topics:
            kafka.create_topic(topic, parts, copies=min(3, len(kafka.servers)), config={"cleanup.policy": "delete"})
        wait_until(lambda: self.topics <= kafka.topics.list().items(), "the topics")     # each broker hears of them for itself

    def __enter__(self): return self

    def __exit__(self, *_):
        for w in self.workers:
            if w.alive(): w.kill9()
        for line in self.lines.values(): line.close()

    # ---- processes

    def args(self, members: int = 1, state: str | None = None, **kafka_set) -> list[str]:
        settings = {**QUICK, **{k.replace("_", "."): v for k, v in kafka_set.items()}}
        w = self.work.folder
        return [self.program, "run", "--source", f"kafka:{self.events}", "--campus", str(w / "campus"), "--rules", str(w / "rules"),
                "--state", state or self.redis.url, "--alerts", f"kafka:{self.alerts}", "--dead-letters", f"kafka:{self.dead}",
                "--kafka-brokers", self.kafka.bootstrap, "--group", self.name, "--workers", str(members), "--settle", f"{self.settle_s}s",
                "--tick", "0s", "--log", "json", "--stats", "1s", *(x for k, v in settings.items() for x in ("--kafka-set", f"{k}={v}")), *self.more]

    def start(self, members: int = 1, state: str | None = None, **kafka_set) -> Worker:
        """state: another address of the same Redis."""
        w = Worker(f"w{len(self.all_workers)}", self.folder, self.args(members, state, **kafka_set))
        self.workers.append(w)
        self.all_workers.append(w)
        return w

    def gone(self, w: Worker) -> None:
        self.workers.remove(w)

    def check(self) -> None:
        """No process has ended by itself: every fault is one that it must live through."""
        for w in self.workers:
            if not w.alive(): raise NotReady(f"{w.name} ended with {w.process.returncode}:\n{w.tail()}")

    def wait(self, condition, what: str, seconds: float = LONG):
        def look():
            self.check()
            return condition()
        try: return wait_until(look, what, seconds, 0.005)
        except NotReady as e:
            logs = "\n".join(f"-- {w.name}:\n{w.tail(6)}" for w in self.workers)
            raise NotReady(f"{e}\n{self.where()}\n{logs}") from None

    def wait_begun(self) -> None:
        """Until every process has begun. A server that is broken before is no fault to it but a wrong setting, which ends it."""
        self.wait(lambda: all(w.has_begun() for w in self.workers), "every process to have begun")

    # ---- records

    def feed_next(self, n: int | None = None) -> int:
        """The next n records of the workload, or all that are left; returns how many came to the topic."""
        n = len(self.rest) if n is None else n
        rows, self.rest = self.rest[:n], self.rest[n:]
        came = self.kafka.topics.produce(self.events, Workload.records(rows), key_field=None) if rows else 0
        self.fed += came
        return came

    # ---- looking, from outside

    def key(self, p: int, kind: str) -> str: return f"sz:{{{self.name}.{p}}}:{kind}"

    def node(self, key: str):
        """The port of the server that has the key now."""
        if self.redis.form == "sentinel": return self.redis.master_port()
        if self.redis.form == "cluster": return self.redis.owner_of(self.redis.slot_of(key))
        return self.redis.data()[0].port

    def question(self, port: int, *words):
        if port not in self.lines: self.lines[port] = RespConnection(port)
        try: return self.lines[port](*words)
        except RespError: raise
        except BaseException:                        # an answer may still be under way: nothing more is said on this line
            self.lines.pop(port).close()
            raise

    def ask(self, p: int, kind: str, *words):
        """words(key) of one partition; asked again while nobody answers, or nobody is at home."""
        key = self.key(p, kind)
        def answer():
            try: return [self.question(self.node(key), words[0], key, *words[1:])]
            except (OSError, RespError, LookupError): return None
        return wait_until(answer, f"an answer to {words[0]} {key}", LONG)[0]

    def header(self, p: int) -> dict[str, str]:
        """What is there of it; nothing before the first acquisition."""
        values = self.ask(p, "h", "HMGET", *HEADER)
        return {k: v.decode(errors="replace") for k, v in zip(HEADER, values) if v is not None}

    def headers(self) -> list[dict[str, str]]: return [self.header(p) for p in range(PARTS)]
    def total(self, field: str) -> int: return sum(int(self.ask(p, "h", "HGET", field) or 0) for p in range(PARTS))
    def n_read(self) -> int: return self.total("n_read")
    def seqs(self) -> int: return self.total("seq")
    def outbox(self) -> int: return sum(self.ask(p, "o", "LLEN") or 0 for p in range(PARTS))
    def told(self) -> int:
        """Asked again while who leads is not settled."""
        def answer():
            try: return [sum(high for _, high in self.kafka.topics.watermarks(self.alerts).values())]
            except NotReady: return None
        return wait_until(answer, "the ends of the alerts' topic", LONG)[0]

    def owners(self) -> list[str]: return [h.get("worker", "") for h in self.headers()]

    def where(self) -> str:
        try: return f"{self.fed} records fed, {self.n_read()} in the state, {self.outbox()} alerts in the outbox"
        except Exception as e: return f"where it stands cannot be asked: {e}"

    def is_caught_up(self) -> bool: return self.n_read() == self.fed and self.outbox() == 0

    def leave(self) -> None:
        """Every process ends well, all at once: who leaves while others go on is a fault of its own."""
        for w in self.workers: w.say_leave()
        for w in list(self.workers):
            w.ended(LONG)
            self.gone(w)

    def finish(self) -> None:
        """Everything is read, everything told; every process has ended well."""
        if not self.workers: self.start(2)
        self.wait(lambda: self.n_read() == self.fed, "all records in the state")
        self.leave()                                 # they see out what is settling, unless they were just about to take it over
        if self.is_caught_up(): return
        self.start()
        self.wait(self.is_caught_up, "all alerts told")
        self.leave()
