#!/usr/bin/env python3
"""The machine that it runs on: its clock, its standard files, who runs it. What is amiss there is told, and what was read is accounted for."""
import json
import os
import subprocess
import sys
from pathlib import Path

from lib import ROOT, SANZAO, balance, expect, main, same, sanzao, write, write_lines

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


# ---- the tests themselves ----------------------------------------------------------------------------------------------------------

FAILS = """
import os, sys
from lib import Failed, main, start, started, write
seen = []

def test_fails(tmp):
    write(tmp / "rules/r.yaml", "rules: []\\n")
    os.mkfifo(tmp / "pipe")
    seen.append(start(tmp, "run", "--source", "file:pipe", "--rules", "rules", "--alerts", "file:a.ndjson"))
    raise Failed("before its end")

main({"test_fails": test_fails})
print("left", [p.poll() for p in seen], len(started))
"""


def test_a_test_that_fails_leaves_no_run_alive(tmp):
    write(tmp / "fails.py", FAILS)
    got = subprocess.run([sys.executable, tmp / "fails.py"], cwd=tmp, capture_output=True, text=True, timeout=600,
                         env={**os.environ, "PYTHONPATH": str(ROOT / "tests/system"), "SANZAO": SANZAO})
    expect("left [-9] 0" in got.stdout, got.stdout, got.stderr)


# ---- its standard files ------------------------------------------------------------------------------------------------------------

def test_standard_input_that_brings_nothing_is_told(tmp):
    """A service of systemd has /dev/null there, a job whose first half failed an empty pipe: nothing was read, and nothing said why."""
    ready(tmp)
    for order in ("sorted", "arrival"):
        for stdin in (b"", subprocess.DEVNULL):
            how = {"stdin": stdin} if stdin == b"" else {}
            words = ["run", "--source", "stdin", *GOOD, "--order", order]
            if how: err = sanzao(tmp, *words, rc=0, **how).err
            else: err = subprocess.run([SANZAO, *words, "--lang", "en"], cwd=tmp, stdin=stdin, capture_output=True, check=True).stderr.decode()
            expect("note[SZ406]: stdin is empty" in err, order, err)
    expect("stdin 是空的" in sanzao(tmp, "run", "--source", "stdin", *GOOD, "--lang", "zh", stdin=b"", rc=0).err, "in Chinese")
    line = swipes(2024)[0] + b"\n"
    expect("SZ406" not in sanzao(tmp, "run", "--source", "stdin", *GOOD, stdin=line, rc=0).err, "it brought something")


def test_a_reader_that_has_gone_is_not_told_of_the_state(tmp):
    ready(tmp)
    write_lines(tmp / "events.ndjson", swipes(2024))
    words = ["run", "--source", "file:events.ndjson", *GOOD[:4], "--until", "2024-05-05", "--state", "sqlite:state.db", "--lang", "en"]
    read, wrote = os.pipe()
    os.close(read)
    r = subprocess.run([SANZAO, *words], cwd=tmp, stdout=wrote, stderr=subprocess.PIPE)
    os.close(wrote)
    expect(r.returncode == 4 and b"sanzao: standard output cannot be written: Broken pipe" in r.stderr, r)


def test_a_folder_for_temporary_files_that_is_not_there_is_told_with_its_option(tmp):
    ready(tmp)
    write_lines(tmp / "events.ndjson", swipes(2024) * 2000)
    for lang, words in (("en", "nowhere: No such file or directory: give another folder by --tmp"), ("zh", "请用 --tmp 指定另一个文件夹")):
        r = sanzao(tmp, "run", "--source", "file:events.ndjson", *GOOD, "--tmp", "nowhere", "--sort-memory", "64K", "--lang", lang, rc=4)
        expect(words in r.err, r)


# ---- what was cut off --------------------------------------------------------------------------------------------------------------

def test_utf16_that_ends_within_a_character_is_told_to_be_fetched_again(tmp):
    """A table of Excel that is still being copied: it is UTF-16 all through, as far as it goes."""
    ready(tmp)
    write(tmp / "m.yaml", "type: presence\nstudent: 学号\ntime: {column: 时间, format: 'YYYY/M/D H:mm'}\n")
    write(tmp / "net.csv", ("\ufeff学号,时间\r\n" + "s1,2024/3/5 7:05\r\n" * 20).encode("utf-16-le")[:-1])
    for lang, words in (("en", "ends in the middle of a UTF-16 character"), ("zh", "在一个 UTF-16 字符中间结束")):
        r = sanzao(tmp, "run", "--source", "file:net.csv", "--mapping", "m.yaml", *GOOD, "--lang", lang, rc=4)
        expect(words in r.err, r)
    write(tmp / "net.csv", ("\ufeff学号,时间\r\n" + "s1,2024/3/5 7:05\r\n").encode("utf-16-le") + b"\x00\xd8\n\0")
    r = sanzao(tmp, "run", "--source", "file:net.csv", "--mapping", "m.yaml", *GOOD, "--lang", "en", rc=4)
    expect("is not UTF-16 all through" in r.err, "what is none is still said to be", r)


if __name__ == "__main__": sys.exit(main(globals()))
