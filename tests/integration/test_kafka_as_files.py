#!/usr/bin/env python3
"""What comes from topics and goes to topics is what comes from files and goes to files: alerts, dead letters, cloud events, rows of a table."""
import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import QUICK, compare, file_run, fill, folded, main_with_servers, options, same_stand, stands_in, to_end, topic  # noqa: E402
from lib import Campus, expect, same, sanzao, say, stamp, standing, write, write_lines  # noqa: E402
from plugs.deployment import BROKER  # noqa: E402
from servers import Kafka, Redis  # noqa: E402

kafka: Kafka
redis: Redis


def test_alerts_of_a_topic_equal_those_of_a_file_for_every_state_and_sink(tmp):
    campus = Campus(1)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    source = topic("events")
    fill(source, campus.lines())
    ways = [("memory", "file", 1), ("sqlite:state.db", "kafka", 2), (redis.url, "file", 3), (redis.url, "kafka", 1)]
    for i, (state, sink, workers) in enumerate(ways):
        alerts, dead = (topic("alerts", 2), topic("dead", 1)) if sink == "kafka" else (f"a{i}.ndjson", f"d{i}.ndjson")
        name = (lambda x: f"kafka:{x}") if sink == "kafka" else (lambda x: f"file:{x}")
        args = options(tmp, campus, f"kafka:{source}", name(alerts), name(dead), "--state", state, "--workers", workers, "--settle", "1s",
                       "--group", f"ways{i}", *to_end(campus))
        r = sanzao(tmp, *args, rc=0)
        compare(r.summary(), summary)
        if sink == "kafka":
            same_stand(folded(alerts), want, f"what stands ({state}, {sink})")
            same(len({x["key"] for x in kafka.consume(dead, envelope=True)}), summary["dead_letter"], "dead letters")
        else:
            got = (tmp / alerts).read_bytes().splitlines()
            same_stand(standing([json.loads(x) for x in got]), want, f"what stands ({state}, {sink})")
            same(len(got), len(set(got)), "no line twice")
            same(len((tmp / dead).read_bytes().splitlines()), summary["dead_letter"], "dead letters")
        if state != "memory":                        # and again: nothing is left to do
            again = sanzao(tmp, *args, rc=0)
            compare(again.summary(), summary)
            if sink == "file": same((tmp / alerts).read_bytes().splitlines(), got, "a second run adds nothing")
    say(f"{summary['read']} records, {len(want)} alerts stand")


def test_a_file_goes_to_topics_as_it_goes_to_files(tmp):
    campus = Campus(2, students=20, days=6)
    campus.write(tmp)
    want, summary = file_run(tmp, campus)
    for i, state in enumerate(("memory", "sqlite:f.db", redis.url)):
        alerts, dead = topic("alerts", 2), topic("dead", 1)
        args = options(tmp, campus, "file:events.ndjson", f"kafka:{alerts}", f"kafka:{dead}", "--state", state, "--settle", "1s",
                       "--group", f"file{i}", "--until", stamp(campus.until))
        compare(sanzao(tmp, *args, rc=0).summary(), summary)
        same_stand(folded(alerts), want, f"what stands ({state})")
        letters = kafka.consume(dead, envelope=True)
        same(sorted(x["headers"]["origin.offset"] for x in letters),
             sorted(x["key"].split("/")[-1] for x in letters), "key and headers say the same")
        same(len(letters), summary["dead_letter"], "dead letters")


def test_dead_letters_are_records_whose_headers_say_why(tmp):
    campus = Campus(9, students=4, days=4)
    campus.write(tmp)
    source, dead = topic("events", 1), topic("dead", 1)
    bad = [b'{"id": "1", "student": "s001"', b'{"id": "2", "student": "nobody", "type": "presence", "time": "2024-03-04T08:00:00+08:00"}',
           '{"id": "3", "type": "没有", "time": 1, "student": "s001"}'.encode()]
    fill(source, bad)
    kafka.topics.produce(source, b"s001\t\n", key_field=None)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", "file:a.ndjson", f"kafka:{dead}", "--stop-at-end"), rc=0)
    same(r.summary()["dead_letter"], 4, "dead letters")
    letters = kafka.consume(dead, envelope=True)
    same([x["headers"]["reason"] for x in letters], ["bad_json", "unknown_student", "unknown_type", "bad_json"], "reasons")
    same([x["key"] for x in letters], [f"{source}/0/{i}" for i in range(4)], "keys")
    same([(x["value"] or "").encode() for x in letters], [*bad, b""], "the bytes as they came")
    same({x["headers"]["origin.source"] for x in letters}, {f"kafka:{source}"}, "origin")


def test_cloud_events_in_binary_mode_read_as_the_structured_ones(tmp):
    campus = Campus(10, students=4, days=4)
    campus.write(tmp)
    source, dead = topic("events", 1), topic("dead", 1)
    data = [{"student": f"s00{i + 1}", "amount": "8.00", "place": "c1"} for i in range(4)]
    for i, d in enumerate(data):
        ce = {"ce_specversion": "1.0", "ce_id": f"b{i}", "ce_source": "pos", "ce_type": "swipe", "ce_time": f"2024-03-04T12:0{i}:00+08:00",
              "content-type": "application/json"}
        kafka.topics.produce(source, [d], headers=ce)
    broken = {"ce_specversion": "1.0", "ce_id": "x", "ce_source": "pos", "ce_type": "swipe", "ce_time": "2024-03-04T13:00:00+08:00"}
    kafka.topics.produce(source, b"s001\tnot json\n", key_field=None, headers=broken)
    structured = [{"specversion": "1.0", "id": "b0", "source": "pos", "type": "swipe", "time": "2024-03-04T12:00:00+08:00", "data": data[0],
                   "student": "s001"}]               # a repeat of the first
    kafka.topics.produce(source, structured)
    r = sanzao(tmp, *options(tmp, campus, f"kafka:{source}", "file:a.ndjson", f"kafka:{dead}", "--stop-at-end"), rc=0)
    s = r.summary()
    same((s["read"], s["used"], s["duplicate"], s["dead_letter_by"]), (6, 4, 1, {"bad_json": 1}), "counts")
    letter = json.loads(kafka.consume(dead)[0])
    same((letter["id"], letter["data_base64"]), ("x", "bm90IGpzb24="), "a broken one keeps its attributes and bytes")


def test_rows_of_a_table_are_read_by_a_mapping_from_a_topic_as_from_a_file(tmp):
    campus = Campus(14, students=20, days=4)
    campus.write(tmp)
    rows = []
    for line in campus.lines():
        try: e = json.loads(line)
        except ValueError: continue
        if e["type"] == "swipe" and "op" not in e: rows.append(f'{e["id"]},{e["student"]},{e["time"]},{e["amount"]},{e["place"]}'.encode())
    write(tmp / "mapping.yaml", "file: {header: false}\nsource: pos\ntype: swipe\nid: 1\nstudent: 2\ntime: {column: 3}\namount: 4\nplace: 5\n")
    write_lines(tmp / "rows.csv", rows)
    common = ["--campus", "campus", "--rules", "rules", "--mapping", "mapping.yaml", "--until", stamp(campus.until)]
    want = sanzao(tmp, "run", "--source", "file:rows.csv", "--alerts", "file:want.ndjson", *common, rc=0)
    source = topic("rows")
    same(kafka.topics.produce(source, b"".join(r.split(b",")[1] + b"\t" + r + b"\n" for r in rows), key_field=None), len(rows), "rows")
    got = sanzao(tmp, "run", "--source", f"kafka:{source}", "--alerts", "file:got.ndjson", "--kafka-brokers", kafka.bootstrap, *QUICK,
                 "--stop-at-end", *common, rc=0)
    compare(got.summary(), want.summary())
    same_stand(*(stands_in(tmp, n) for n in ("got", "want")), "what stands")
    header = (tmp / "mapping.yaml").read_text().replace("header: false", "header: true").replace("id: 1\nstudent: 2", "id: a\nstudent: b")
    write(tmp / "mapping.yaml", header.replace("{column: 3}", "{column: c}").replace("amount: 4\nplace: 5", "amount: d\nplace: e"))
    r = sanzao(tmp, "run", "--source", f"kafka:{source}", "--alerts", "file:no.ndjson", "--kafka-brokers", kafka.bootstrap, *common, "--lang", "en", rc=2)
    expect("expects a header row, and a topic has none" in r.err, "a header row is refused:", r)


if __name__ == "__main__": sys.exit(main_with_servers(globals(), settings=BROKER))
