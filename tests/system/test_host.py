#!/usr/bin/env python3
"""The machine that it runs on: its clock, its standard files, who runs it. What is amiss there is told, and what was read is accounted for."""
import json
import sys
from pathlib import Path

from lib import balance, expect, main, same, sanzao, write, write_lines

GOOD = ["--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson"]


def ready(tmp: Path) -> Path:
    write(tmp / "campus/students.csv", "student\n" + "".join(f"s{i}\n" for i in range(12)))
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {20d: yellow}}\n")
    return tmp


def swipes(year: int, n: int = 12, **more) -> list[bytes]:
    return [json.dumps({"id": f"x{i}", "type": "swipe", "time": f"{year}-03-05T08:{i:02}:00+08:00", "student": f"s{i}", "amount": "5.00", **more}).encode()
            for i in range(n)]


# ---- its clock ---------------------------------------------------------------------------------------------------------------------

def test_a_clock_that_is_behind_the_records_is_told(tmp):
    """An empty battery: all records are of the future, and each night's files count as read. Nobody is told to mend the mapping then."""
    ready(tmp)
    write_lines(tmp / "events.ndjson", swipes(2098))
    r = sanzao(tmp, "run", "--source", "file:events.ndjson", *GOOD, rc=0)
    balance(r.summary())
    same(r.summary()["dead_letter_by"], {"future_time": 12}, "records")
    expect("warning[SZ479]: dead letters (future_time): 12 records are later than 24 h after this machine's clock (20" in r.err, r)
    expect("set it and give the same files under another name" in r.err and "mend the mapping" not in r.err, "what to do", r)
    zh = sanzao(tmp, "run", "--source", "file:events.ndjson", *GOOD, "--lang", "zh", rc=0).err
    expect("警告[SZ479]：有 12 条记录比本机时钟（20" in zh and "如果本机时钟不对" in zh and "请改正映射" not in zh, zh)
    r = sanzao(tmp, "run", "--source", "file:events.ndjson", *GOOD, "--until", "2098-03-06", rc=0)
    same(r.summary()["used"], 12, "used where --until says what time it is")
    expect("SZ479" not in r.err, r)


# ---- what two systems have in common -----------------------------------------------------------------------------------------------

def test_two_systems_with_the_same_ids_and_no_source_are_told_to_name_themselves(tmp):
    ready(tmp)
    write_lines(tmp / "in/1-pos.ndjson", swipes(2024))
    write_lines(tmp / "in/2-shop.ndjson", swipes(2024, amount="7.00"))
    r = sanzao(tmp, "run", "--source", "file:in", *GOOD, "--by-source", rc=0)
    same(r.summary()["dead_letter_by"], {"conflicting_duplicate": 12}, "records of the second")
    expect("file:in/2-shop.ndjson: not one of 12 records could be used" in r.err and "give each system one of its own" in r.err, r)
    expect("请给每个系统写不同的 source" in sanzao(tmp, "run", "--source", "file:in", *GOOD, "--by-source", "--lang", "zh", rc=0).err, "in Chinese")


def test_students_who_are_written_otherwise_are_asked_for_in_the_mapping(tmp):
    """A numeric column of pandas or POI: 2021000001.0 in each row, and not one of them known."""
    ready(tmp)
    write_lines(tmp / "events.ndjson", [x.replace(b'"student": "s', b'"student": "0.s') for x in swipes(2024)])
    for lang, word in (("en", "are students written in students.csv as in the records?"), ("zh", "students.csv 与记录里的学号写法是否一致？")):
        expect(word in sanzao(tmp, "run", "--source", "file:events.ndjson", *GOOD, "--lang", lang, rc=0).err, lang)


if __name__ == "__main__": sys.exit(main(globals()))
