#!/usr/bin/env python3
"""The program with its state in Redis: what it says is what it says with SQLite, a look changes nothing, and no login reaches people."""
import json
import re
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from lib import RULE_IDS, Campus, alerts, counts, expect, finish, main, same, sanzao, say, stamp, standing, start, wait_for, write_lines   # noqa: E402
from servers import Gate, Kafka, Redis, Relay                                                   # noqa: E402

CAMPUS = ("--campus", "campus", "--rules", "rules")
SECRET = "pw/of@the:state"
QUOTED = "pw%2Fof%40the%3Astate"


def student_of(line: bytes) -> bytes:
    found = re.search(rb'"student": ?"([^"]*)', line)
    return found[1] if found else b""


def header(redis: Redis, group: str, partition: int = 0) -> dict:
    flat = redis.call("HGETALL", f"sz:{{{group}.{partition}}}:h")
    return {k.decode(): v for k, v in zip(flat[::2], flat[1::2])}


def run(folder: Path, state: str, source: str, out: str, *more, rc: int = 0):
    result = sanzao(folder, "run", "--source", f"file:{source}", *CAMPUS, "--state", state, "--alerts", f"file:{out}", *more, rc=rc)
    return result


def explained(folder: Path, students: list[str], state: str, *more) -> dict:
    """Why each rule tells of each of them, or does not."""
    return {(student, rule): json.loads(sanzao(folder, "explain", student, "--rule", rule, "--state", state, *CAMPUS, "--json", *more, rc=0).out)
            for student in students for rule in RULE_IDS}


def test_files_onto_redis_say_what_they_say_onto_sqlite(tmp):
    campus = Campus(7)
    folder = campus.write(tmp)
    lines = campus.lines("time")
    parts = [lines[:len(lines) // 3], lines[len(lines) // 3:]]
    for i, part in enumerate(parts): write_lines(folder / f"day{i}.ndjson", part)
    with Redis(tmp / "redis") as redis:
        url = f"{redis.url}?timeout=120s"
        for i in range(2):
            a = run(folder, url, f"day{i}.ndjson", "redis.ndjson", "--group", "files", "--settle", "0s")
            b = run(folder, "sqlite:state.db", f"day{i}.ndjson", "sqlite.ndjson")
            same(counts(a.summary()), counts(b.summary()), f"summary of run {i}")
        same(standing(alerts(folder / "redis.ndjson")), standing(alerts(folder / "sqlite.ndjson")), "what stands")
        expect(len(alerts(folder / "redis.ndjson")) > 20, "too few alerts to compare")
        before = header(redis, "files")
        show = lambda student, state, *more: json.loads(sanzao(folder, "state", "show", student, "--state", state, *CAMPUS, *more, rc=0).out)
        for student in campus.students[:5]:
            same(show(student, url, "--group", "files"), show(student, "sqlite:state.db"), student)
        same(explained(folder, campus.students[:5], url, "--group", "files"), explained(folder, campus.students[:5], "sqlite:state.db"), "why nobody was told")
        same(header(redis, "files"), before, "the header after looking")
        result = sanzao(folder, "state", "show", "nobody", "--state", url, *CAMPUS, "--group", "files", rc=1)
        expect("no such student" in result.err, result)
        result = sanzao(folder, "state", "show", "s001", "--state", url, *CAMPUS, "--group", "other", rc=4)
        expect("no state" in result.err, result)


def test_a_certificate_that_is_not_accepted_is_said_once(tmp):
    campus = Campus(9, students=4, days=3)
    folder = campus.write(tmp)
    write_lines(folder / "in.ndjson", campus.lines("time"))
    with Redis(tmp / "redis", "tls") as redis, Relay(redis.server().port) as door:
        good = f"{redis.url}?ca={redis.folder}/ca.pem&timeout=120s"     # a slow server is no dead one
        wrong = good.replace(f":{door.to}/", f":{door.port}/") + "&server_name=redis.campus"
        r = run(folder, wrong, "in.ndjson", "out.ndjson", "--fail-fast", "--lang", "en", rc=4)
        expect("the server's certificate is not accepted" in r.err and "?server_name=" in r.err, "what it is and what to do:", r)
        zh = run(folder, wrong, "in.ndjson", "out.ndjson", "--fail-fast", "--lang", "zh", rc=4)
        expect("服务器的证书不被接受" in zh.err, zh)
        process = start(folder, "run", "--source", "file:in.ndjson", *CAMPUS, "--state", wrong, "--alerts", "file:out.ndjson", "--log", "json",
                        stderr=open(folder / "log", "wb"))
        try:
            wait_for(lambda: (folder / "log").read_bytes().count(b'"certificate"'), process, "what it says")
            before = door.n_come
            wait_for(lambda: door.n_come >= before + 2, process, "it to look again, quietly")
        finally:
            process.send_signal(signal.SIGTERM)
            finish(process)
        log = (folder / "log").read_text()
        same(log.count('"certificate"'), 1, "how often it is said")
        same(log.count('"waiting"'), 0, "and nothing else")
        run(folder, good, "in.ndjson", "out.ndjson", "--settle", "0s")


def test_no_login_reaches_people(tmp):
    campus = Campus(8, students=4, days=3)
    folder = campus.write(tmp)
    write_lines(folder / "in.ndjson", campus.lines("time"))
    with Redis(tmp / "redis") as redis:
        redis.call("ACL", "SETUSER", "ann", "on", f">{SECRET}", "~sz:*", "+@all")
        port = redis.server().port
        good = f"redis://ann:{QUOTED}@127.0.0.1:{port}/0?timeout=120s"
        bad = f"redis://ann:{QUOTED}x@127.0.0.1:{port}/0?timeout=120s"
        run(folder, good, "in.ndjson", "out.ndjson", "--settle", "0s")
        results = [run(folder, bad, "in.ndjson", "bad.ndjson", rc=4),
                   run(folder, f"rediz://ann:{QUOTED}@127.0.0.1:{port}", "in.ndjson", "bad.ndjson", rc=2),
                   run(folder, f"redis://ann:{SECRET}@127.0.0.1:{port}", "in.ndjson", "bad.ndjson", rc=2),
                   sanzao(folder, "state", "show", "s001", "--state", bad, *CAMPUS, rc=4)]
        redis.call("SET", "sz:{damaged.0}:j", "no list")
        results += [run(folder, good, "in.ndjson", "bad.ndjson", "--group", "damaged", rc=4)]
        redis.stop()
        results += [sanzao(folder, "state", "show", "s001", "--state", good, *CAMPUS, rc=4)]
        for r in results:
            expect(r.err.strip(), "nothing is said:", r)
            for secret in (SECRET, QUOTED, "pw/of", "pw%2F"): expect(secret not in r.err and secret.encode() not in r.out, "the password:", r)


def test_a_run_of_files_outlives_an_outage(tmp):
    """Redis is killed in the middle and comes back: the same alerts. Where it had not written all that it had said OK to (everysec: a
    write waits while the disk is busy), the run ends and the next one goes on. A run that never finds it says so, ends at a signal, and
    at once with --fail-fast."""
    campus = Campus(10, students=30, days=10)
    folder = campus.write(tmp)
    write_lines(folder / "in.ndjson", campus.lines("time"))
    run(folder, "sqlite:state.db", "in.ndjson", "sqlite.ndjson")
    with Redis(tmp / "redis") as redis:
        argv = ["run", "--source", "file:in.ndjson", *CAMPUS, "--state", f"{redis.url}?timeout=2s", "--settle", "0s"]
        process = start(folder, *argv, "--alerts", "file:redis.ndjson", "--commit-records", "100")
        n_read = lambda: int(header(redis, "sanzao").get("n_read", 0))
        expect(wait_for(lambda: n_read() >= 300, process, "some records to be committed"), "it ended before the outage")
        redis.kill9()
        redis.restart()
        result = finish(process)
        if result.rc == 4 and "lost commits" in result.err:
            say("commits were lost")
            result = sanzao(folder, *argv, "--alerts", "file:redis.ndjson")
        same(result.rc, 0, f"exit of {result}")
        same(standing(alerts(folder / "redis.ndjson")), standing(alerts(folder / "sqlite.ndjson")), "what stands")
        redis.stop()
        result = sanzao(folder, *argv, "--alerts", "file:no.ndjson", "--fail-fast", rc=4)
        expect("no answer" in result.err, result)
        process = start(folder, *argv, "--alerts", "file:no.ndjson")
        said = b""
        while b"trying again" not in said:
            piece = process.stderr.read1()
            expect(piece, "it ended by itself:", said)
            said += piece
        process.send_signal(signal.SIGTERM)
        expect(finish(process).rc != 0, "a run that found no state is no success")


def test_a_run_of_files_that_is_stopped_while_redis_is_away_says_what_stays(tmp):
    """A commit is under way and nobody answers: SIGTERM asked for an answer without end. The next start has the same alerts."""
    campus = Campus(10, students=30, days=10)
    folder = campus.write(tmp)
    write_lines(folder / "in.ndjson", campus.lines("time"))
    run(folder, "sqlite:state.db", "in.ndjson", "sqlite.ndjson")
    with Redis(tmp / "redis") as redis:
        argv = ["run", "--source", "file:in.ndjson", *CAMPUS, "--settle", "0s", "--alerts", "file:redis.ndjson", "--commit-records", "50"]
        for lang, said, do in (("en", r"not in the state: [1-9][0-9]*; alerts in the state that were not sent: \d+\. Nothing is lost", "those records are read again"),
                               ("zh", r"未写入状态的记录 [1-9][0-9]* 条；状态里尚未发出的预警 \d+ 条。没有丢失", "这些记录会重新读取")):
            n_read = lambda: int(header(redis, "sanzao").get("n_read", 0))
            before = n_read()
            with Gate(redis.server().port, lambda: n_read() >= before + 300) as door:
                away = f"redis://127.0.0.1:{door.port}/0?timeout=1s"
                process = start(folder, *argv, "--state", away, "--lang", lang)
                expect(wait_for(lambda: door.n_held, process, "a commit to be under way"), "it ended before")
                process.send_signal(signal.SIGTERM)
                result = finish(process)
            same(result.rc, 130, f"exit of {result}")
            expect("[SZ483]" in result.err and re.search(said, result.err) and do in result.err, "what stays, and what to do:", result)
        sanzao(folder, *argv, "--state", redis.url, rc=0)
        same((folder / "redis.ndjson").read_bytes(), (folder / "sqlite.ndjson").read_bytes(), "alerts")


def test_a_run_of_files_whose_state_went_back_says_so_and_the_next_one_goes_on(tmp):
    """It said that another process had taken the state over and went on with it, and nothing did."""
    campus = Campus(10, students=30, days=10)
    folder = campus.write(tmp)
    write_lines(folder / "in.ndjson", campus.lines("time"))
    run(folder, "sqlite:state.db", "in.ndjson", "sqlite.ndjson")
    with Redis(tmp / "redis") as redis:
        def keys(group: str) -> list: return [f"sz:{{{group}.0}}:{kind}" for kind in ("h", "s", "j", "o", "w", "l")]
        def copy(group: str) -> dict: return {k: v for k in keys(group) if (v := redis.call("DUMP", k)) is not None}
        def put_back(group: str, old: dict) -> None:
            with redis.connect() as c: c.many([("DEL", *keys(group)), *(("RESTORE", k, 0, v) for k, v in old.items())])
        for group, goes_back in (("emptied", False), ("older", True)):
            out, argv = f"{group}.ndjson", ["run", "--source", "file:in.ndjson", *CAMPUS, "--settle", "0s", "--group", group, "--commit-records", "50"]
            n_read = lambda: int(header(redis, group).get("n_read", 0))
            old: dict = {}
            def seen() -> bool:
                if n_read() >= 100 and not old: old.update(copy(group))
                return n_read() >= 400
            with Gate(redis.server().port, seen) as door:
                process = start(folder, *argv, "--state", f"redis://127.0.0.1:{door.port}/0?timeout=60s", "--alerts", f"file:{out}", "--lang", "en")
                expect(wait_for(lambda: door.n_held, process, "a commit to be under way"), "it ended before")
                put_back(group, old if goes_back else {})
                door.let_go_on()
                result = finish(process)
            same(result.rc, 4, f"exit of {result}")
            expect("the store was emptied or went back to an older copy" in result.err and "goes on there" not in result.err, group, result)
            same(result.summary()["unfinished"], True, "its summary")
            sanzao(folder, *argv, "--state", redis.url, "--alerts", f"file:{out}", rc=0)
            same((folder / out).read_bytes(), (folder / "sqlite.ndjson").read_bytes(), f"alerts ({group})")


def test_a_student_of_a_topic_is_found_in_his_partition(tmp):
    campus = Campus(9, students=12, days=3)
    folder = campus.write(tmp)
    events = [json.loads(x) for x in campus.lines("time") if x.endswith(b"}")]
    with Kafka(tmp / "kafka") as kafka, Redis(tmp / "redis") as redis:
        for topic in ("events", "alerts"): kafka.create_topic(topic, 4 if topic == "events" else 1, config={"cleanup.policy": "delete"})
        kafka.produce("events", events)
        process = start(folder, "run", "--source", "kafka:events", "--kafka-brokers", kafka.bootstrap, *CAMPUS, "--state", redis.url,
                        "--alerts", "kafka:alerts", "--group", "g", "--settle", "1s", "--tick", "0s")
        read = lambda: sum(int(header(redis, "g", p).get("n_read", 0)) for p in range(4))
        expect(wait_for(lambda: read() == len(events), process, "all records to be committed"), "the run ended early")
        process.send_signal(signal.SIGTERM)
        finish(process)
        seen = {}
        before = [header(redis, "g", p) for p in range(4)]
        for student in campus.students:
            shown = json.loads(sanzao(folder, "state", "show", student, "--state", f"{redis.url}?timeout=120s", "--group", "g", *CAMPUS, rc=0).out)
            same(shown["student"], student, "student")
            seen[student] = shown
        same([header(redis, "g", p) for p in range(4)], before, "headers after looking")
        expect(len({p for p in range(4) if before[p]}) == 4, "four partitions")
        say(f"{len(seen)} students in 4 partitions")


def test_why_nobody_was_told_is_read_in_the_students_partition(tmp):
    campus = Campus(10, students=9, days=4)
    folder = campus.write(tmp)
    end = ("--until", stamp(campus.until))
    write_lines(folder / "in.ndjson", lines := campus.lines())
    run(folder, "sqlite:state.db", "in.ndjson", "file.ndjson", *end)
    with Kafka(tmp / "kafka") as kafka, Redis(tmp / "redis") as redis:
        kafka.create_topic("events", 4, config={"cleanup.policy": "delete"})
        kafka.topics.produce("events", b"".join(student_of(x) + b"\t" + x + b"\n" for x in lines), key_field=None)
        topic = ("--source", "kafka:events", "--kafka-brokers", kafka.bootstrap, "--group", "g")
        sanzao(folder, "run", *topic, *CAMPUS, "--state", redis.url, "--alerts", "file:topic.ndjson", "--stop-at-end", *end, rc=0)
        got = explained(folder, campus.students, f"{redis.url}?timeout=120s", *topic)
    want = explained(folder, campus.students, "sqlite:state.db")
    for k in want: same(got[k], want[k], " ".join(k))
    held = {by["by"] for v in want.values() for by in v["held"]}
    expect({"", "open", "condition", "unless:overnight_permit"} <= held, "too little holds any rule to compare:", held)
    say(f"{len(want)} of a student and a rule in 4 partitions, held by {sorted(held)}")


if __name__ == "__main__": sys.exit(main(globals()))
