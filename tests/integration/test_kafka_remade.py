#!/usr/bin/env python3
"""A topic that loses what an engine has not read, under it: deleted and made anew, seen or unseen, or taken by retention. It is held or ends
with a word, and what is missing is counted."""
import json
import re
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import PARTS, Running, file_run, fill, folded, main_with_servers, n_read, options, same_stand, to_end, topic  # noqa: E402
from lib import Campus, balance, expect, same, sanzao  # noqa: E402
from plugs.deployment import BROKER  # noqa: E402
from servers import Kafka, Picky, Redis, wait_until  # noqa: E402
from servers.process import LONG  # noqa: E402
from servers.relay import METADATA  # noqa: E402

kafka: Kafka
redis: Redis


def held_after_it_was_made_anew(tmp, run: Running, args: list) -> None:
    """The run ends with a word, and the next one holds every partition."""
    same(run.process.wait(LONG), 4, "exit status of the run that had it taken away")
    said = [x["message"] for x in run.events("kafka") if x["level"] == "error"]
    expect(any("deleted and made anew" in x for x in said), said, run.path.read_text()[-1500:])
    again = Running(tmp, "again", [*args, "--tick", "0s"])
    again.wait(lambda: len(again.events("held")) == PARTS, "every partition to be held")
    for held in again.events("held"): expect("made anew" in held["message"] and "--accept-gap" in held["message"], held)
    same(again.end(), 0, "exit status")


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
    held_after_it_was_made_anew(tmp, run, args)
    same(n_read(group), len(lines) // 2, "records read")
    last = sanzao(tmp, *args, *to_end(campus), "--accept-gap", rc=0).summary()
    balance(last)
    same(last["read"], len(lines) // 2 + len(lines), "records read of both")
    same_stand(folded(alerts), want, "what stands")


def test_a_topic_that_is_made_anew_while_an_engine_stands_still_is_held(tmp):
    """The process sees nothing of it (a machine that was paused): by the time it goes on the topic is there again and longer than the old
    one was, and its brokers serve whatever offset is asked for."""
    campus = Campus(6, students=20, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    lines, group = campus.lines(), "unseen"
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    fill(source, lines[:len(lines) // 2])
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--settle", "1s", "--group", group, "--lang", "en",
                   "--state", redis.url)
    run = Running(tmp, "unseen", [*args, "--tick", "0s"])
    run.wait(lambda: n_read(group) == len(lines) // 2, "half is read")
    run.process.send_signal(signal.SIGSTOP)
    kafka.topics.delete(source)
    wait_until(lambda: source not in kafka.topics.list(), "the topic to be gone")
    kafka.create_topic(source, PARTS)
    wait_until(lambda: source in kafka.topics.list(), "the topic to be there again")
    fill(source, lines[len(lines) // 2:] + lines[:len(lines) // 2])
    run.process.send_signal(signal.SIGCONT)
    held_after_it_was_made_anew(tmp, run, args)
    same(n_read(group), len(lines) // 2, "records read")
    last = sanzao(tmp, *args, *to_end(campus), "--accept-gap", rc=0).summary()
    balance(last)
    same(last["read"], len(lines) // 2 + len(lines), "records read of both")
    same_stand(folded(alerts), want, "what stands")


def test_a_topic_whose_broker_is_far_away_is_read_on(tmp):
    """An answer about the topic's id that came after a rest of the member was none: it had stood still meanwhile. So it asked again, and again,
    and nothing was given any more."""
    campus = Campus(9, students=10, days=4)
    campus.write(tmp)
    lines, half = campus.lines(), len(campus.lines()) // 2
    with Picky(METADATA, way_s=0.3) as door:
        far = Kafka(tmp / "far", settings={**BROKER, "advertised.listeners": f"PLAINTEXT://127.0.0.1:{door.port}"})
        far.make()
        door.to = far.server().port
        with far:
            for name in ("events", "dead"): far.create_topic(name, 1)
            far.produce("events", b"".join(x + b"\n" for x in lines[:half]))
            run = Running(tmp, "far", ["run", "--source", "kafka:events", "--campus", "campus", "--rules", "rules", "--alerts", "file:far.ndjson",
                                       "--dead-letters", "kafka:dead", "--kafka-brokers", far.bootstrap, "--group", "far", "--state", redis.url, "--tick", "0s"])
            try:
                run.wait(lambda: n_read("far") == half, "half is read")
                asked = door.n_asked
                run.wait(lambda: door.n_asked >= asked + 2, "the id to be known")
                far.produce("events", b"".join(x + b"\n" for x in lines[half:]))
                run.wait(lambda: n_read("far") == len(lines), "the other half is read")
                same(run.end(), 0, "exit status")
            finally: run.end(signal.SIGKILL)


def has_read(group: str, partition: int) -> int: return int(redis.call("HGET", f"sz:{{{group}.{partition}}}:h", "n_read"))


def test_retention_that_passes_a_running_engine_is_held_and_counted(tmp):
    """The process stands still (a machine that was paused) while more comes, and retention takes what it had not read. Nothing of that is
    lost without a word: its partitions are held, and what --accept-gap goes on without is counted to the record."""
    campus = Campus(7, students=20, days=6)
    campus.write(tmp)
    lines, group = campus.lines(), "expired"
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    half = len(lines) // 2
    fill(source, lines[:half])
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--settle", "1s", "--group", group, "--lang", "en",
                   "--state", redis.url)
    run = Running(tmp, "expired", [*args, "--tick", "0s", "--stats", "1s"])
    run.wait(lambda: n_read(group) == half, "half is read")
    before = {p: high for p, (_, high) in kafka.topics.watermarks(source).items()}
    run.process.send_signal(signal.SIGSTOP)
    fill(source, lines[half:half + 8])                   # a request that was under way has its answer by these, and there is no other
    fill(source, lines[half + 8:])
    begins = {p: high - 5 for p, (_, high) in kafka.topics.watermarks(source).items() if p}     # the first one keeps all, and goes on
    for p, begin in begins.items(): kafka.topics.expire(source, p, begin)
    run.process.send_signal(signal.SIGCONT)
    run.wait(lambda: len(run.events("held")) == PARTS - 1, "the partitions whose records are gone to be held")
    for held in run.events("held"):
        p, at = (int(re.search(rf"{what} (\d+)", held["message"])[1]) for what in ("partition", "offset"))
        expect(before[p] <= at <= before[p] + 8 and "not there any more" in held["message"] and "--accept-gap" in held["message"], before, held)
    run.wait(lambda: has_read(group, 0) == kafka.topics.watermarks(source)[0][1], "the other partition to go on")
    lost = sum(begin - has_read(group, p) for p, begin in begins.items())   # what a partition had not committed when it was held is gone as well
    expect(lost > 100, "records that are gone:", lost)
    same(run.end(), 0, "exit status")
    held = sanzao(tmp, *args, *to_end(campus))
    expect(held.rc == 4 and held.err.count("is held") >= PARTS - 1, "started again it is held again", held)
    log = sanzao(tmp, *args, *to_end(campus), "--accept-gap", "--stats", "1s", "--log", "json", rc=0)
    balance(log.summary())
    same(log.summary()["read"] + lost, len(lines), "records read, and records that are said to be gone")
    stats = [json.loads(x) for x in log.err.splitlines() if x.startswith('{"time"') and '"event":"stats"' in x]
    same(stats[-1]["gap"], lost, "gap")


if __name__ == "__main__": sys.exit(main_with_servers(globals(), settings=BROKER))
