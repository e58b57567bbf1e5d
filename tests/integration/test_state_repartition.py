#!/usr/bin/env python3
"""A topic's number of partitions is raised under its state: the engine holds, `sanzao state repartition` puts every student where the new
number has him, and a run goes on as if nothing had been. The measure is a run over the same records from a file.
"""
import json
import random
import signal
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from grown_topic import NEW, OLD, Case                                                 # noqa: E402
from kafka_runs import main_with_servers                                               # noqa: E402
from lib import MANY, Failed, expect, finish, same, say, start                         # noqa: E402
from servers import Gate, Kafka, Redis, wait_until                                      # noqa: E402

kafka: Kafka
redis: Redis


def hold(case: Case) -> None:
    """The engine refuses every partition, those that are new too, and says what to do."""
    r = case.run("--log", "json", "--lang", "en", rc=4)
    rows = [json.loads(x) for x in r.err.splitlines() if x.startswith("{")]
    held = {x["message"] for x in rows if x.get("event") == "held"}     # once more where the group gave it to another member
    same(len(held), NEW, "partitions that are held")
    expect(all("sanzao state repartition" in x for x in held), "what to do is said:", held)


def go_through(case: Case, before: float, backlog: float, between: float) -> None:
    case.feed(before)
    case.run()
    case.feed(backlog)                               # nobody has read this when the number changes
    case.raise_to(NEW)
    case.feed(between)
    hold(case)
    done = case.move()
    same((done["from"], done["to"], done["students"]), (OLD, NEW, len(case.campus.students)), "what was done")
    same(case.move()["students"], 0, "done again it does nothing")
    case.feed(1)
    case.compare(case.to_end())


def test_a_run_goes_on_over_five_partitions_on_redis(tmp): go_through(Case(tmp, "redis"), 0.5, 0, 0)
def test_a_run_goes_on_over_five_partitions_on_sqlite(tmp): go_through(Case(tmp, "sqlite", "file", 2), 0.5, 0, 0)
def test_what_was_not_read_is_read_by_the_old_number_on_redis(tmp): go_through(Case(tmp, "redis", "file", 3), 0.3, 0.2, 0.2)
def test_what_was_not_read_is_read_by_the_old_number_on_sqlite(tmp): go_through(Case(tmp, "sqlite", "kafka", 4), 0.3, 0.2, 0.2)


def test_an_engine_that_was_killed_leaves_alerts_that_travel(tmp):
    case = Case(tmp, "redis", seed=5)
    case.feed(0.4)
    process = start(tmp, *case.run_args("--settle", "1h", "--tick", "0s"))
    try: wait_until(lambda: case.read() == case.fed, "all is read")
    finally:
        process.kill()
        finish(process)
    waiting = case.waiting()
    expect(waiting > 10, "alerts have not left:", waiting)
    case.raise_to(NEW)
    expect(case.move()["alerts"] >= waiting, "they travel")
    same(case.waiting() >= waiting, True, "and are there")
    case.feed(1)
    case.compare(case.to_end())


def test_an_engine_that_still_runs_is_refused_and_holds(tmp):
    case = Case(tmp, "redis", seed=6)
    case.feed(0.3)
    log = open(tmp / "engine.log", "wb")
    engine = start(tmp, *case.run_args("--tick", "0s", "--log", "json", "--lang", "en"), stderr=log)
    try:
        wait_until(lambda: case.read() == case.fed, "all is read")
        case.raise_to(NEW)                           # the engine does not know it yet
        case.move()
        case.feed(0.2)
        def held() -> bool: return (tmp / "engine.log").read_bytes().count(b'"event":"held"') >= OLD
        wait_until(held, "the engine to hold what it had")
        why = (tmp / "engine.log").read_text()       # after the move, or in the middle of it: as it looks
        expect("run `sanzao state repartition`" in why or "let `sanzao state repartition` come to its end" in why, "it says why")
    finally:
        engine.send_signal(signal.SIGTERM)
        finish(engine)
        log.close()
    case.feed(1)
    case.compare(case.to_end())


def seen(case: Case, kind: str, ask) -> list:
    """How far the command has come, from outside: what changes with each of its steps."""
    if kind == "sqlite":
        files = [p for p in case.tmp.glob(f"{case.group}.db.*") if not p.name.endswith(".lock")]
        out = []
        for p in sorted(files):
            try: out.append((p.name, p.stat().st_ino, p.stat().st_size))
            except OSError: pass                     # gone meanwhile
        return out
    keys = [f"sz:{{{case.group}.{p}}}:{next_}h" for p in range(NEW) for next_ in ("", "next:")]
    return [ask("HMGET", k, "owner", "seq", "topic") for k in keys]


class Steps:
    """Of one attempt: has it made so many, one more each time that a look finds something else?"""

    def __init__(self, case: Case, kind: str, ask, n: int):
        self.look, self.left = lambda: seen(case, kind, ask), n + 1
        self.last = self.look()

    def are_made(self) -> bool:
        now = self.look()
        self.left, self.last = self.left - (now != self.last), now
        return self.left <= 0


def attempt(case: Case, kind: str, ask, n: int):
    """The command, killed after n steps; None, or its end where it came before. Redis is asked before each word that it gets, so that none is
    missed; at files it is looked as quickly as it can be done."""
    steps = Steps(case, kind, ask, n)
    if kind == "sqlite":
        process = start(case.tmp, *case.move_args())
        while process.poll() is None and not steps.are_made(): pass
        process.kill()
        r = finish(process)
    else:
        with Gate(redis.server().port, steps.are_made) as gate:
            process = start(case.tmp, *case.move_args(state=f"redis://127.0.0.1:{gate.port}/0?timeout=120s"))
            while process.poll() is None and not gate.n_held: time.sleep(0.001)
            process.kill()
            r = finish(process)
    return None if r.rc == -signal.SIGKILL else r


def killed(tmp: Path, kind: str, seed: int) -> int:
    """kill -9 of the command after each number of its steps, as far as a look from outside can tell them apart; then once to its end."""
    case = Case(tmp, kind, seed=seed)
    case.feed(0.4)
    case.run()
    case.feed(0.1)
    case.raise_to(NEW)
    kills, steps = 0, 0
    with redis.connect() as ask:
        while not (r := attempt(case, kind, ask, steps)):
            kills, steps = kills + 1, steps + random.Random(f"{seed} {kills}").choice([0, 1, 1]) + kills // 5   # of many steps the first ones one by one
    same(r.rc, 0, f"exit status of the attempt that nobody killed, {r}")
    same(case.move()["from"], NEW, "it is done")
    say(f"{kills} kills")
    case.feed(1)
    case.compare(case.to_end())
    return kills


def test_kill9_of_the_command_at_random_moments_on_redis(tmp):
    kills = killed(tmp, "redis", 7)
    expect(kills >= 3, "it was killed only", kills, "times")


def test_kill9_of_the_command_at_random_moments_on_sqlite(tmp):
    kills = 0
    for i in range(MANY):                            # where this process was too slow to look at its steps
        (tmp / str(i)).mkdir()
        kills += killed(tmp / str(i), "sqlite", 8 + 100 * i)
        if kills >= 3: return
    raise Failed(f"it was killed only {kills} times")


def test_what_cannot_be_done_is_refused_and_changes_nothing(tmp):
    case = Case(tmp, "redis", seed=9, days=4)
    expect("holds no state" in case.move(rc=4)["err"], "no state is said")
    case.feed(0.5)
    case.run()
    same(case.move(), {"schema": 1, "from": OLD, "to": OLD, "students": 0, "alerts": 0, "read": 0}, "nothing to do")
    expect("is 2, not 5" in case.move("--partitions", 5, rc=4)["err"], "another number than the topic's")
    expect("not of" in case.move("--source", "kafka:other", rc=4)["err"], "another topic")
    case.raise_to(NEW)
    redis.call("HSET", f"sz:{{{case.group}.3}}:h", "topic", case.events, "parts", NEW, "fmt", 1, "owner", "0" * 32, "seq", 1, "epoch", 1,
               "bundle_ver", 0, "worker", "x", "body", "")
    expect("partition 3 has a state already" in case.move(rc=4)["err"], "a state that nobody should have begun")
    redis.call("DEL", f"sz:{{{case.group}.3}}:h")
    same(redis.call("HGET", f"sz:{{{case.group}.0}}:h", "topic"), case.events.encode(), "the state as it was")
    case.move()
    case.feed(1)
    case.compare(case.to_end())


if __name__ == "__main__": sys.exit(main_with_servers(globals()))
