#!/usr/bin/env python3
"""cards.csv is corrected while records come from a topic and the state is in Redis (semantics 5): HUP, kill -9 in the middle of it, and a
card whose right student is at home in the other partition."""
import json
import re
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import DIES, Running, header_sum, main_with_servers, n_read, outbox                            # noqa: E402
from lib import alerts, balance, expect, same, sanzao, say, standing, write, write_lines                         # noqa: E402
from plugs.deployment import BROKER                                                                             # noqa: E402
from servers import Kafka, Redis                                                                                # noqa: E402
from servers.home import murmur2                                                                                # noqa: E402

PARTS = 2
GROUP = "cards"
TOLD = "cards were corrected: "
RULES = """\
events: {meal: {event: swipe, where: event.op == "consume"}}
features: {meals: {count: meal, over: 7d}, silence: {absence: seen}}
rules:
  - {id: many, title: {zh: 多, en: Many}, purpose: student-safety, value: meals, at_least: {3: blue, 5: yellow}}
  - {id: gone, title: {zh: 失联, en: Gone}, purpose: student-safety, value: silence, at_least: {36h: yellow, 60h: orange}}
"""
kafka: Kafka
redis: Redis


def at_home(partition: int) -> list[str]: return [s for s in (f"st{i:03}" for i in range(20)) if murmur2(s.encode()) % PARTS == partition]


LOST, FOUND, *_ = at_home(0)                       # of partition 0: one lost his card to the other on the 4th
OTHER, *_ = at_home(1)
BEFORE = {"k1": LOST, "k2": FOUND, "k3": OTHER, "k4": LOST, "k5": OTHER}
# k4 was all along of a student of the other partition, and so was k5, the other way
AFTER = f"card,student,from,to\nk1,{LOST},,2026-03-03\nk1,{FOUND},2026-03-04,\nk2,{FOUND},,\nk3,{OTHER},,\nk4,{OTHER},,\nk5,{FOUND},,\n"
STAYS_IN_PARTITION, GOES_ELSEWHERE = 4, 12         # days of k1 from the 4th to the 7th; all six of k4 and k5


def swipe(card: str, day: int) -> tuple[str, bytes]:
    """Under whose number the producer sends it, and the record."""
    record = {"id": f"{card} {day}", "type": "swipe", "card": card, "time": f"2026-03-{day:02}T{int(card[1]) + 8:02}:00:00+08:00",
              "amount": "5.50"}
    return BEFORE[card], json.dumps(record).encode()


FIRST = [swipe(card, day) for day in range(2, 8) for card in BEFORE]
LATER = [swipe(card, day) for day in range(8, 11) for card in ("k1", "k2", "k3")]


def right(tmp: Path) -> list[tuple]:
    """What stands where the right cards were there from the start, and no partition is in between."""
    folder = campus(tmp / "right", AFTER)
    write_lines(folder / "in.ndjson", [line for _, line in FIRST + LATER])
    sanzao(folder, "run", "--source", "file:in.ndjson", "--order", "arrival", "--campus", "campus", "--rules", "rules",
           "--alerts", "file:alerts.ndjson", "--until", "2026-03-11", rc=0)
    return standing(alerts(folder / "alerts.ndjson"))


def campus(folder: Path, cards: str) -> Path:
    write(folder / "rules/r.yaml", RULES)
    write(folder / "campus/students.csv", "student\n" + "".join(f"{s}\n" for s in (LOST, FOUND, OTHER)))
    write(folder / "campus/cards.csv", cards)
    return folder


def fill(topic: str, rows: list[tuple[str, bytes]]) -> None:
    sent = kafka.topics.produce(topic, b"".join(key.encode() + b"\t" + line + b"\n" for key, line in rows), key_field=None)
    same(sent, len(rows), "records acknowledged")


def told(topic: str) -> list[dict]:
    """Repeats are byte-identical, and count once."""
    contents: dict = {}
    for line in kafka.consume(topic):
        e = json.loads(line)
        same(contents.setdefault((e["alert"], e["seq"]), line), line, "one (alert, seq), one content")
    return [json.loads(line) for line in contents.values()]


def letters(topic: str) -> dict[str, dict]:
    """By key; what comes again under one says the same."""
    found: dict = {}
    for x in kafka.consume(topic, envelope=True):
        same(found.setdefault(x["key"], x)["value"], x["value"], "one key, one content")
    return found


def moved(run: Running) -> set[str]:
    """The partitions of which it says so; of one that was given away and came back it says so twice."""
    return set(re.findall(rf"partition (\d+): {TOLD}", run.path.read_text()))


def is_moved(run: Running): return lambda: len(moved(run)) == PARTS


def test_a_correction_moves_records_of_a_topic_through_hup_and_kill9(tmp):
    want = right(tmp)
    campus(tmp, "card,student\n" + "".join(f"{card},{student}\n" for card, student in BEFORE.items()))
    for name, n in (("events", PARTS), ("alerts", 1)): kafka.create_topic(name, n)
    kafka.create_topic("dead", 1, config={"min.insync.replicas": 2})     # of one broker: nothing is taken yet
    args = ["run", "--source", "kafka:events", "--campus", "campus", "--rules", "rules", "--alerts", "kafka:alerts", "--dead-letters",
            "kafka:dead", "--kafka-brokers", kafka.bootstrap, *DIES, "--state", redis.url, "--group", GROUP, "--settle", "1s", "--workers", 2]
    first = Running(tmp, "first", [*args, "--tick", "0s", "--lang", "en"], "text")
    try:
        first.wait(lambda: kafka.topics.settled(GROUP) == 2, "each worker has a partition: with no broker none is dealt out")
        fill("events", FIRST)
        first.wait(lambda: n_read(GROUP) == len(FIRST) and outbox(GROUP) == 0, "all is read and told")
        before = told("alerts")
        expect(any(e["student"] == LOST for e in before) and not letters("dead"), "he is told of by records that were not his:", before)
        # The correction is made in memory; its dead letters, which go before its commit, are not taken.
        write(tmp / "campus/cards.csv", AFTER)
        first.process.send_signal(signal.SIGHUP)
        first.wait(is_moved(first), "both partitions have moved what is another's")
        same(first.end(signal.SIGKILL), -9, "exit of a run that was killed")
    finally: first.end(signal.SIGKILL)
    same((header_sum(GROUP, "n_dead"), letters("dead")), (0, {}), "dead letters after a correction that was cut off")
    kafka.topics.configure("dead", min_insync_replicas=1)
    second = Running(tmp, "second", [*args, "--tick", "0s", "--lang", "en"], "text")           # once more, and killed near its commit
    try: second.wait(is_moved(second), "both have moved it once more")
    finally: second.end(signal.SIGKILL)
    fill("events", LATER)
    r = sanzao(tmp, *args, "--stop-at-end", rc=0)
    balance(r.summary())
    elsewhere = letters("dead")
    same({x["headers"]["reason"] for x in elsewhere.values()}, {"misrouted"}, "why they are set aside")
    same({x["headers"]["origin.source"] for x in elsewhere.values()}, {"state"}, "they come out of the state")
    same(sorted(json.loads(x["value"])["id"] for x in elsewhere.values()),
         sorted(f"{card} {day}" for card in ("k4", "k5") for day in range(2, 8)), "each record of the other partition's student once")
    same(len(elsewhere), GOES_ELSEWHERE, "letters by key")
    events = told("alerts")
    taken = [e for e in events if e["student"] == LOST and e.get("why") == "card"]
    expect(taken, "late truth of who lost the card names what it came from:", events)
    expect(any(e["student"] == FOUND and e["rule"] == "many" for e in events), "who found it is told of:", events)
    # set aside is not lost: put back, they come where the right student is at home, each once
    back = ["repartition", "dead", "events", "--reason", "misrouted", "--campus", "campus", "--kafka-brokers", kafka.bootstrap]
    n = len(kafka.consume("dead"))
    for done in (0, n):
        r = sanzao(tmp, *back, rc=0)
        same({k: v for k, v in json.loads(r.out).items() if v}, {"schema": 1, "read": n, "already" if done else "copied": n}, "letters put back")
    r = sanzao(tmp, *args, "--stop-at-end", "--until", "2026-03-11", rc=0)
    balance(r.summary())
    same((r.summary()["duplicate"], len(letters("dead"))), (n - GOES_ELSEWHERE, GOES_ELSEWHERE), "once, but for letters that went out twice; none is new")
    same(standing(told("alerts")), want, "what stands")
    same(outbox(GROUP), 0, "alerts left in the outbox")
    say(f"{STAYS_IN_PARTITION} records moved, {GOES_ELSEWHERE} set aside, {len(want)} alerts stand")


if __name__ == "__main__": sys.exit(main_with_servers(globals(), settings=BROKER))
