#!/usr/bin/env python3
"""`sanzao repartition`: records are copied to where their student is at home, each once, whoever is killed, waits, is held or paused; and letters
of a reason are put back."""
import json
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import PARTS, Running, compare, file_run, fill, main_with_servers, options, same_stand, stands_in, to_end, topic  # noqa: E402
from lib import Campus, balance, expect, finish, same, sanzao, say, start, write  # noqa: E402
from plugs.deployment import BROKER  # noqa: E402
from servers import Kafka, Picky, wait_until  # noqa: E402
from servers.relay import HEARTBEAT, METADATA, PRODUCE  # noqa: E402

kafka: Kafka


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
    same_stand(stands_in(tmp, "right"), want, "what stands")


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


if __name__ == "__main__": sys.exit(main_with_servers(globals(), settings=BROKER))
