#!/usr/bin/env python3
"""What cannot work is refused or waited for before anything is read, with what to do: brokers that are away, slow or ask who it is, topics,
settings, states that are not of the group. And what ends a run midway."""
import json
import re
import signal
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import (Running, compare, file_run, fill, folded, key_of, main_with_servers, options, same_stand, stands_in, to_end,  # noqa: E402
                        topic)
from lib import Campus, balance, expect, finish, same, sanzao, start, write  # noqa: E402
from plugs.deployment import BROKER  # noqa: E402
from servers import Kafka, Picky, Redis  # noqa: E402
from servers.kafka import SASL  # noqa: E402
from servers.process import LONG  # noqa: E402
from servers.relay import DESCRIBE_CONFIGS  # noqa: E402

kafka: Kafka
redis: Redis
USERS = {"sanzao": "open-sesame-7"}


def test_a_broker_that_is_away_at_the_start_is_waited_for_or_not(tmp):
    campus = Campus(5, students=10, days=4)
    campus.write(tmp)
    want, _ = file_run(tmp, campus)
    with Kafka(tmp / "other") as other:
        other.create_topic("events", 2)
        rows = b"".join(key_of(x) + b"\t" + x + b"\n" for x in campus.lines())
        other.topics.produce("events", rows, key_field=None)
        args = ["run", "--source", "kafka:events", "--campus", "campus", "--rules", "rules", "--alerts", "file:a.ndjson",
                "--kafka-brokers", other.bootstrap, *to_end(campus)]
        other.kill9()
        r = sanzao(tmp, *args, "--fail-fast", rc=4)
        expect("no answer" in r.err and other.bootstrap in r.err, "it says who does not answer:", r)
        run = Running(tmp, "waits", args)
        run.wait(lambda: run.events("waiting"), "it says that it waits")
        other.restart()
        try: same(run.process.wait(LONG), 0, "exit status")
        finally: run.end(signal.SIGKILL)
        same_stand(stands_in(tmp, "a"), want, "what stands")


def test_a_topic_that_is_made_a_moment_later_is_waited_for(tmp):
    campus = Campus(15, students=4, days=4)
    campus.write(tmp)
    source = topic("events", 1)
    fill(source, campus.lines())
    process = start(tmp, *options(tmp, campus, f"kafka:{source}", "kafka:made-later", "file:dead.ndjson", *to_end(campus), "--lang", "en"))
    said = b""
    while b"made-later is not there yet" not in said:
        piece = process.stderr.read1()
        expect(piece, "it ended by itself:", said)
        said += piece
    process.send_signal(signal.SIGSTOP)              # it looks again for a few seconds only: not while the topic is being made
    try: kafka.create_topic("made-later", 1)
    finally: process.send_signal(signal.SIGCONT)
    r = finish(process)
    same(r.rc, 0, f"exit status of {r}")
    expect(not re.search(r"(?m)^ *refused", r.err), "nothing was refused:", r)
    expect(kafka.consume("made-later"), "alerts are there")


def test_counts_by_source_are_refused_for_a_topic(tmp):
    campus = Campus(16, students=2, days=4)
    campus.write(tmp)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{topic('events', 1)}", "file:a.ndjson", "file:d.ndjson", "--by-source", "--lang", "en"), rc=2)
    expect("--by-source counts what is read from files" in r.err, "it says why:", r)


def test_brokers_that_ask_who_it_is_are_told_by_librdkafkas_own_settings(tmp):
    campus = Campus(18, students=4, days=4)
    campus.write(tmp)
    want, _ = file_run(tmp, campus)
    source = topic("events", 2)
    fill(source, campus.lines())
    (user, password), *_ = USERS.items()
    for mechanism in SASL:
        alerts, group = topic("alerts", 1), f"asked-{mechanism.lower()}"
        if mechanism != "PLAIN": kafka.topics.user(user, mechanism, password)
        for name, word in (("run", password), ("wrong", "another")):
            settings = {"security.protocol": "sasl_plaintext", "sasl.mechanisms": mechanism, "sasl.username": user, "sasl.password": word}
            (tmp / f"{name}.yaml").write_text(f"kafka: {{brokers: '{kafka.sasl_bootstrap}', group: {group}, rdkafka: {json.dumps(settings)}}}\n")
        args = ["--source", f"kafka:{source}", "--campus", "campus", "--rules", "rules", "--alerts", f"kafka:{alerts}",
                "--dead-letters", "file:dead.ndjson", "--append", "--settle", "0s", "--state", f"sqlite:{mechanism}.db", *to_end(campus)]
        r = sanzao(tmp, "run", "--config", "run.yaml", *args, "--lang", "zh", rc=0)
        expect(re.search(rf"提示 计数：分区 \d.*，读取 {len(campus.lines())}，采用 ", r.err), "counters in Chinese:", r)
        same(folded(alerts), want, f"what stands with {mechanism}")
        expect(password not in r.err, "a password is never printed:", r)
        for lang, says in {"PLAIN": [("en", "Authentication failed")], "SCRAM-SHA-512": [("zh", "身份验证失败")]}.get(mechanism, []):
            r = sanzao(tmp, "run", "--config", "wrong.yaml", *args, "--fail-fast", "--lang", lang, rc=4)
            expect(says in r.err and password not in r.err and "another" not in r.err, f"{says} with {mechanism}:", r)


def test_topics_that_cannot_work_are_refused_with_what_to_do(tmp):
    campus = Campus(11, students=2, days=4)
    campus.write(tmp)
    source, compacted = topic("events", 1), topic("alerts", 1, config={"cleanup.policy": "compact"})
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", f"kafka:{compacted}", "kafka:nowhere", "--lang", "en"), rc=4)
    expect("cleanup.policy=compact" in r.err and "cleanup.policy=delete" in r.err, "compaction of alerts:", r)
    expect("topic nowhere is not there" in r.err and "kafka-topics.sh --create" in r.err, "a topic that is not there:", r)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", f"kafka:{compacted}", "kafka:nowhere", "--lang", "zh"), rc=4)
    expect("拒绝" in r.err and "没有主题 nowhere" in r.err, "and in Chinese:", r)


def test_a_broker_that_is_slow_to_say_how_a_topic_is_set_is_asked_again(tmp):
    """A compacted topic for alerts passed for one whose settings may not be read."""
    campus = Campus(11, students=2, days=4)
    campus.write(tmp)
    with Picky(DESCRIBE_CONFIGS) as door:
        slow = Kafka(tmp / "slow", settings={"advertised.listeners": f"PLAINTEXT://127.0.0.1:{door.port}"})
        slow.make()
        door.to = slow.server().port
        with slow:
            for name, policy in (("events", "delete"), ("alerts", "compact")): slow.create_topic(name, 1, config={"cleanup.policy": policy})
            door.hold()
            args = ["run", "--source", "kafka:events", "--campus", "campus", "--rules", "rules", "--alerts", "kafka:alerts",
                    "--kafka-brokers", slow.bootstrap, "--stop-at-end", "--lang", "en"]
            run = Running(tmp, "slow", args)
            try:
                run.wait(lambda: run.events("waiting"), "it says that it waits")
                expect(door.n_asked and not run.events("check"), "nothing is said of what is not known:", run.events("check"))
                door.let_go()
                same(run.process.wait(LONG), 4, "exit status")
            finally: run.end(signal.SIGKILL)
            expect(any("cleanup.policy=compact" in x["message"] for x in run.events("check")), "compaction of alerts:", run.events("check"))
            door.hold()
            once = Running(tmp, "once", [*args, "--fail-fast"])          # it waits five seconds for an answer: of its own, not of the clock's
            try:
                asked = door.n_asked
                once.wait(lambda: door.n_asked > asked, "it asks")
                once.process.send_signal(signal.SIGSTOP)
                time.sleep(6)
                door.let_go()                        # the answer is under way only
                once.process.send_signal(signal.SIGCONT)
                same(once.process.wait(LONG), 4, "exit status")
            finally: once.end(signal.SIGKILL)
            expect("cleanup.policy=compact" in once.path.read_text(), "who stood still himself has his answer:", once.path.read_text())


def test_settings_of_librdkafka_are_checked_where_they_stand(tmp):
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "config.yaml", """\
kafka:
  brokers: 127.0.0.1:1
  rdkafka:
    sesion.timeout.ms: 30000
    auto.offset.reset: latest
    fetch.wait.max.ms: soon
""")
    r = sanzao(tmp, "run", "--config", "config.yaml", "--source", "kafka:x", "--campus", "campus", "--rules", "rules", "--lang", "en", rc=2)
    for text in ("config.yaml:4:5: error[SZ435]", "did you mean `session.timeout.ms`?", "config.yaml:5:5: error[SZ436]", "never move it silently",
                 "config.yaml:6:5: error[SZ437]"):
        expect(text in r.err, text, "expected in:", r)
    r = sanzao(tmp, "run", "--source", "kafka:x", "--kafka-set", "acks=1", "--campus", "campus", "--rules", "rules", rc=2)
    expect("SZ436" in r.err and "SZ438" in r.err, "a fixed setting and missing brokers:", r)


def test_an_empty_state_of_a_group_that_has_read_is_refused(tmp):
    campus = Campus(12, students=6, days=3)
    campus.write(tmp)
    source = topic("events", 2)
    fill(source, campus.lines())
    args = options(tmp, campus, f"kafka:{source}", "file:a.ndjson", "file:d.ndjson", "--group", "lost", *to_end(campus))
    sanzao(tmp, *args, "--state", "sqlite:one.db", rc=0)
    r = sanzao(tmp, *args, "--state", "sqlite:two.db", rc=4)
    expect("--new-state" in r.err, "it says what to do:", r)
    r = sanzao(tmp, *args, "--state", "sqlite:two.db", "--new-state", "--append", rc=0)
    balance(r.summary())


def test_a_store_that_is_emptied_under_a_group_that_has_read_ends_the_run(tmp):
    """With what to do about that alone: SZ483 is of a stop that somebody asked for, and says to start again as it was."""
    campus = Campus(6, students=20, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    lines, group = campus.lines(), "emptied"
    half = len(lines) // 2
    source, alerts, dead = topic("events"), topic("alerts", 2), topic("dead", 1)
    fill(source, lines[:half])
    args = options(tmp, campus, f"kafka:{source}", f"kafka:{alerts}", f"kafka:{dead}", "--settle", "1s", "--group", group, "--lang", "en",
                   "--state", redis.url)
    run = Running(tmp, "emptied", [*args, "--tick", "0s"])
    run.wait(lambda: sum(x or 0 for x in kafka.topics.committed(group, source).values()) == half, "the group to be told")
    redis.call("FLUSHALL")
    fill(source, lines[half:])
    same(run.end(0), 4, "exit status")                # it ends by itself
    said = run.path.read_text()
    expect("the store holds no state of it" in said and "--new-state" in said and "SZ483" not in said, said[-2000:])
    compare(sanzao(tmp, *args, "--new-state", *to_end(campus), rc=0).summary(), summary)
    same_stand(folded(alerts), want, "what stands")


def test_a_run_that_fails_midway_says_how_far_it_came(tmp):
    campus = Campus(13, students=6, days=3)
    campus.write(tmp)
    source = topic("events", 2)
    fill(source, campus.lines())
    args = options(tmp, campus, f"kafka:{source}", "file:/dev/full", "file:d.ndjson", "--group", "full", *to_end(campus))
    r = sanzao(tmp, *args, "--workers", "2", rc=4)
    expect("No space left" in r.err, r)
    zh = sanzao(tmp, *args, "--workers", "2", "--lang", "zh", rc=4).err
    expect("/dev/full 不可写（磁盘已满）：请腾出空间后再次运行" in zh and "No space" not in zh, zh)
    same(r.summary()["unfinished"], True, "its summary says so")
    balance(r.summary())


if __name__ == "__main__": sys.exit(main_with_servers(globals(), settings=BROKER, users=USERS))
