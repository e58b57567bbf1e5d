#!/usr/bin/env python3
"""Files as they come night after night: what was read is not read again, what has grown is read on, packed ones give the same, and
the program can be stopped and started at any time. Then what people look at: --dry-run, `sanzao alerts`, `sanzao state show`.
"""
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from lib import (FIRST, MANY, MAPPINGS, ROOT, Campus, Failed, alerts, all_was_read, balance, counts, expect, finish, main, same, sanzao, say, size, stamp, standing,
                 start, wait_for, write, write_lines)

CAMPUS = Campus(21, students=24, days=9)
LINES = CAMPUS.lines()
UNTIL = ["--until", stamp(CAMPUS.until)]
BASE = ["--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson"]
STATE = ["--state", "sqlite:state.db"]
DOOR = MAPPINGS / "taidi-door.yaml"


def run(tmp: Path, *args, source="file:events.ndjson", rc=0, **how):
    result = sanzao(tmp, "run", "--source", source, *BASE, *args, rc=rc, **how)
    if rc == 0: balance(result.summary())
    return result


def outputs(tmp: Path) -> tuple[bytes, bytes]: return (tmp / "alerts.ndjson").read_bytes(), (tmp / "dead.ndjson").read_bytes()
def stands(tmp: Path) -> list[tuple]: return standing(alerts(tmp / "alerts.ndjson"))
def dead_letters(tmp: Path) -> list[dict]: return [json.loads(x) for x in (tmp / "dead.ndjson").read_bytes().splitlines()]


def whole(tmp: Path, order: str = "arrival") -> Path:
    """One run over everything."""
    folder = CAMPUS.write(tmp / f"whole-{order}")
    write_lines(folder / "events.ndjson", LINES)
    run(folder, "--order", order, *UNTIL)
    return folder


# ---- night after night -------------------------------------------------------------------------------------------------------------

def test_tonights_file_goes_onto_yesterdays_state(tmp):
    ref = whole(tmp)
    for order in ("arrival", "sorted"):
        folder = CAMPUS.write(tmp / order)
        days, read = CAMPUS.by_day(), 0
        for i, lines in enumerate(days):
            write_lines(folder / f"day-{i}.ndjson", lines)
            until = UNTIL if i == len(days) - 1 else []
            s = run(folder, "--order", order, *STATE, *until, source=f"file:day-{i}.ndjson").summary()
            same(s["read"], len(lines), f"{order}, night {i}: lines")
            read += s["read"]
        same(read, len(LINES), "all lines")
        same(stands(folder), stands(ref), f"{order}: what stands")
    say(f"{len(days)} nights, {s['standing']} alerts stand")


def test_sorted_and_arrival_give_the_same_standing_alerts(tmp):
    for seed in range(1, 7):
        campus = Campus(seed, students=14, days=8, late=0.1 * seed)
        until = ["--until", stamp(campus.until)]
        results = {}
        for name, lines, order in (("sorted", campus.lines("time"), "sorted"), ("mixed", campus.lines("mixed"), "sorted"),
                                   ("arrival", campus.lines(), "arrival"), ("in time", campus.lines("time"), "arrival")):
            folder = campus.write(tmp / f"{seed}-{name}")
            write_lines(folder / "events.ndjson", lines)
            s = run(folder, "--order", order, *until).summary()
            results[name] = stands(folder), {k: s[k] for k in ("read", "used", "duplicate", "dead_letter_by", "standing", "not_judged")}
        for name in results: same(results[name], results["sorted"], f"seed {seed}: {name} against sorted")
        same((tmp / f"{seed}-mixed/alerts.ndjson").read_bytes(), (tmp / f"{seed}-sorted/alerts.ndjson").read_bytes(), "sorted bytes")
    say(f"6 seeds, 4 ways; the last: {s['late']} late, {s['alerts']['retracted']} retracted, {s['standing']} stand")


def test_feed_status_from_the_future_moves_no_watermark(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write(folder / "campus/feeds.yaml", "pos: {delivery: stream, types: [swipe]}\ngate: {delivery: batch, types: [dorm_access]}\n")
    swipe = lambda i, day: json.dumps({"id": f"i{i}", "type": "swipe", "source": "pos", "student": "s001", "time": f"2024-03-0{day}T10:00:00", "amount": 1})
    status = lambda **more: json.dumps({"type": "feed_status", "source": "pos", "time": "2024-03-05T11:00:00", "state": "open", **more})
    lines = [swipe(1, 5), status(time="2150-01-01T00:00:00"), status(source="gate", state="complete", complete_through="2150-01-01T00:00:00"), swipe(2, 6)]
    write_lines(folder / "events.ndjson", [x.encode() for x in lines])
    for order in ("sorted", "arrival"):
        s = run(folder, "--order", order).summary()
        same((s["used"], s["control"], s["dead_letter"]), (2, 2, 0), order)
        expect(s["clock"] < "2024-03-07", order, s["clock"])


def test_dead_letters_take_no_id(tmp):
    """The first line read stays; one that was set aside is none, in whichever order the lines are taken."""
    folder = CAMPUS.write(tmp / "campus-of-them")
    write(folder / "campus/cards.csv", "system,card,student,from,to\npos,c1,s001,,2024-03-06\npos,c1,s002,2024-03-07,\n")
    swipe = {"type": "swipe", "source": "pos", "student": "s001", "time": "2024-03-05T10:00:00", "amount": 1}
    pairs = [({"collected": "2024-03-05T09:49:59"}, {"collected": "2024-03-05T09:50:00"}),        # before it happened
             ({"time": "2024-03-11T12:00:00"}, {}),                                                # beyond the run's limit
             ({"student": None, "card": "nobody's"}, {"student": None, "card": "c1"}),
             ({"type": "dorm_access"}, {"type": "dorm_access", "direction": "in"}),
             ({"student": None, "card": "c1", "time": "2024-03-06T10:00:00"}, {"student": None, "card": "c1", "time": "2024-03-07T10:00:00"})]
    lines = [json.dumps({**swipe, **more, "id": f"i{i}"}).encode() for i, pair in enumerate(pairs) for more in pair]
    write_lines(folder / "events.ndjson", lines)
    for order in ("sorted", "arrival"):
        s = run(folder, "--order", order, "--until", "2024-03-08", "--lateness", "1000h").summary()
        same((s["used"], s["duplicate"], s["dead_letter_by"]), (6, 0, {"missing_field": 1, "unknown_card": 1, "future_time": 2}), order)
        same(sorted(x["origin"]["line"] for x in dead_letters(folder)), [1, 3, 5, 7], f"{order}: lines set aside")


def test_no_commit_cuts_an_instant(tmp):
    """What many students' records of one instant say leaves student by student, however often is committed."""
    names = [f"s{i:03}" for i in range(400)]
    write(tmp / "campus/students.csv", "student\n" + "".join(f"{n}\n" for n in names))
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, value: n, at_least: {1: blue, 2: red}}\n")
    write_lines(tmp / "e.ndjson", [json.dumps({"type": "swipe", "student": n, "id": f"{day}-{999 - i:03}", "time": f"2026-03-0{day}T08:00:00"}).encode()
                                   for day in (2, 3) for i, n in enumerate(names)])
    told = {}
    for state in ("memory", "sqlite:state.db"):
        for size in (1, 7, 300, 65536):
            for path in tmp.glob("state.db*"): path.unlink()
            out = sanzao(tmp, "run", "--source", "file:e.ndjson", "--campus", "campus", "--rules", "rules", "--state", state,
                         "--commit-records", str(size), rc=0).out
            told[state, size] = out
    expect([a["student"] for a in map(json.loads, told["memory", 1].splitlines())] == names + names, "student by student")
    same(len(set(told.values())), 1, "bytes")


def test_a_backup_of_the_state_that_is_put_back_is_told_by_the_alerts(tmp):
    """What the night between had told was cut off without a word, and never came again."""
    campus = Campus(23, students=20, days=6)
    lines = campus.lines()
    nights = [lines[:len(lines) // 3], lines[len(lines) // 3:2 * len(lines) // 3], lines[2 * len(lines) // 3:]]
    def night(folder: Path, *which: int, more=()):
        sources = [x for i in which for x in ("--source", f"file:night{i}.ndjson")]
        return sanzao(folder, "run", *sources, "--campus", "campus", "--rules", "rules", "--state", "sqlite:state.db", "--alerts",
                      "file:alerts.ndjson", "--order", "arrival", *more, rc=0)
    folders = [campus.write(tmp / name) for name in ("quiet", "set-back")]
    for folder in folders:
        for i, part in enumerate(nights): write_lines(folder / f"night{i}.ndjson", part)
        night(folder, 0)
        shutil.copy(folder / "state.db", folder / "backup.db")
        expect("SZ446" not in night(folder, 1).err, "the second night")
    shutil.copy(folder / "backup.db", folder / "state.db")
    shutil.copytree(folder, tmp / "other")
    told = (folder / "alerts.ndjson").read_bytes()
    for lang, what, do in (("en", "has lines that this state has not told", "give every file again that was read since"),
                           ("zh", "里有这份状态没有发出过的内容", "请把那份状态之后读过的文件都再给一次")):
        r = night(folder, 1, 2, more=("--lang", lang))
        expect("[SZ446]" in r.err and what in r.err and do in r.err, r)
        same((folder / "alerts.ndjson").read_bytes()[:len(told)], told, "what was told before, given again")
        folder = tmp / "other"
    night(folders[0], 2)
    same(standing(alerts(folders[1] / "alerts.ndjson")), standing(alerts(folders[0] / "alerts.ndjson")), "what stands")


def test_same_file_again_adds_nothing(tmp):
    for order in ("arrival", "sorted"):
        folder = CAMPUS.write(tmp / order)
        write_lines(folder / "events.ndjson", LINES)
        first = run(folder, "--order", order, *STATE, *UNTIL).summary()
        there = outputs(folder)
        for again in (order, "arrival", "sorted"):
            s = run(folder, "--order", again, *STATE, *UNTIL).summary()
            same((s["read"], s["standing"]), (0, first["standing"]), "the second run")
            same(outputs(folder), there, "files after the second run")
        shutil.copy(folder / "events.ndjson", folder / "copy.ndjson")
        s = run(folder, "--order", order, *STATE, *UNTIL, source="file:copy.ndjson").summary()
        gone = s["duplicate"] + s["dead_letter_by"].get("too_late", 0) + s["dead_letter_by"]["bad_json"] + s["dead_letter_by"]["unknown_student"]
        same((s["used"], gone), (0, len(LINES)), f"{order}: a copy under another name")
        same((folder / "alerts.ndjson").read_bytes(), there[0], "alerts after the copy")


def test_grown_file_is_read_on_from_its_end(tmp):
    """Cut anywhere, in the middle of a line too: that line is read when it is whole."""
    data = b"".join(x + b"\n" for x in LINES)
    third = data.index(b"\n", len(data) // 3) + 1
    cuts = [third, data.index(b"\n", len(data) // 2), len(data) * 2 // 3, len(data)]  # behind a line, before a line end, within a line
    ref = whole(tmp)
    folder = CAMPUS.write(tmp / "grown")
    read = 0
    for i, cut in enumerate(cuts):
        write(folder / "events.ndjson", data[:cut])
        s = run(folder, "--order", "arrival", *STATE, *(UNTIL if i == 3 else [])).summary()
        read += s["read"]
    lines = {d["origin"]["line"] for d in dead_letters(folder)}
    half = {data[:cut].count(b"\n") + 1 for cut in cuts[:3] if data[cut - 1:cut] != b"\n" and data[cut:cut + 1] != b"\n"}
    same(lines - half, {d["origin"]["line"] for d in dead_letters(ref)} - half, "lines of dead letters")
    same(read, len(LINES) + len(half), "lines that were read, a half one twice")
    same(stands(folder), stands(ref), "what stands")
    say(f"{len(half)} half line was a dead letter first")


def test_grown_table_is_read_on_without_its_header(tmp):
    for i, end in enumerate(("\r\n", "\r")): grown_table(tmp / str(i), end)


def grown_table(tmp: Path, end: str) -> None:
    rows = [f"{i},s{i % 24 + 1:03d},2024/3/{4 + i // 200} {i % 24}:{i % 60:02d},东一[{'进门' if i % 3 else '出门'}],1,允许通过{end}" for i in range(1400)]
    text = "Index,AccessCardNo,Date,Address,Access,Describe" + end + "".join(rows)
    options = ["--mapping", DOOR, "--order", "sorted", *STATE]
    folder, ref = CAMPUS.write(tmp / "grown"), CAMPUS.write(tmp / "whole")
    write(ref / "door.csv", text.encode("gbk"))
    run(ref, *options, *UNTIL, source="file:door.csv")
    used = 0
    for n in (100, 101, 700, 1400):
        write(folder / "door.csv", (text[:text.index(end) + len(end)] + "".join(rows[:n])).encode("gbk"))
        s = run(folder, *options, *(UNTIL if n == 1400 else []), source="file:door.csv").summary()
        used += s["used"]
        same(s["dead_letter"], 0, f"dead letters at {n} rows")
    same(used, 1400, "rows")
    same(stands(folder), stands(ref), "what stands")


def test_changed_file_is_read_whole_and_repeats_fall_out(tmp):
    for order in ("arrival", "sorted"):
        folder = CAMPUS.write(tmp / order)
        half = CAMPUS.lines()[:len(LINES) // 2]
        write_lines(folder / "events.ndjson", half)
        run(folder, "--order", order, *STATE)
        before = outputs(folder)[0]
        new = {"id": "new", "type": "presence", "time": "2024-03-08T08:00:00+08:00", "student": CAMPUS.students[0], "means": "sso"}
        write_lines(folder / "events.ndjson", [json.dumps(new).encode()] + half[5:] + half[:4])
        result = run(folder, "--order", order, *STATE)
        expect("file:events.ndjson has changed" in result.err, "no note:", result)
        s = result.summary()
        same((s["read"], s["used"]), (len(half), 1), f"{order}: lines, and those that are used")
        now = outputs(folder)[0]
        same(now[:len(before)], before, "what was told")
        expect({json.loads(x)["student"] for x in now[len(before):].splitlines()} <= {CAMPUS.students[0]}, now[len(before):])


def test_same_file_packed_gives_the_same_bytes(tmp):
    ref = {order: whole(tmp, order) for order in ("arrival", "sorted")}
    ref["sorted"], data = ref["sorted"], (ref["arrival"] / "events.ndjson").read_bytes()
    half = data.index(b"\n", len(data) // 2) + 1
    kinds = {"gz": gzip.compress(data), "several-members.gz": gzip.compress(data[:half]) + gzip.compress(data[half:]), "named-plain": gzip.compress(data)}
    if shutil.which("zstd"):
        pack = lambda text, *more: subprocess.run(["zstd", "-q", "-c", *more], input=text, capture_output=True, check=True).stdout
        kinds |= {"zst": pack(data), "frames.zst": pack(data[:half], "-19") + pack(data[half:], "-1"), "no-check.zst": pack(data, "--no-check")}
    for kind, packed in kinds.items():
        for order in ("arrival", "sorted"):
            folder = CAMPUS.write(tmp / f"{kind}-{order}")
            write(folder / f"events.ndjson.{kind}", packed)
            s = run(folder, "--order", order, *UNTIL, source=f"file:events.ndjson.{kind}").summary()
            same(s["read"], len(LINES), f"{kind}: lines")
            same((folder / "alerts.ndjson").read_bytes(), (ref[order] / "alerts.ndjson").read_bytes(), f"{kind} {order}: alerts")
            same([(d["origin"]["offset"], d["raw_base64"]) for d in dead_letters(folder)],
                 [(d["origin"]["offset"], d["raw_base64"]) for d in dead_letters(ref[order])], f"{kind} {order}: dead letters")
    say(", ".join(kinds))


def test_stdin_gives_the_same_bytes_as_the_file(tmp):
    for order in ("arrival", "sorted"):
        ref = whole(tmp, order)
        data = (ref / "events.ndjson").read_bytes()
        for name, text in (("plain", data), ("gz", gzip.compress(data))):
            folder = CAMPUS.write(tmp / f"{order}-{name}")
            run(folder, "--order", order, *UNTIL, source="stdin", stdin=text)
            same((folder / "alerts.ndjson").read_bytes(), (ref / "alerts.ndjson").read_bytes(), f"{order} {name}: alerts")
            same({d["origin"]["source"] for d in dead_letters(folder)}, {"stdin"}, "origin of dead letters")


def test_folder_is_its_files_by_name(tmp):
    ref = whole(tmp)
    folder = CAMPUS.write(tmp / "folder")
    for i in range(10):
        part = LINES[len(LINES) * i // 10:len(LINES) * (i + 1) // 10]
        if i % 3 == 1: write(folder / f"in/{i}.ndjson.gz", gzip.compress(b"".join(x + b"\n" for x in part)))
        else: write_lines(folder / f"in/{i}.ndjson", part)
    write(folder / "in/.hidden", b"not to be read\n")
    write(folder / "in/~$open.csv", b"what Excel keeps beside a table that is open\n")
    write(folder / "in/Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 what Windows leaves in a shared folder\n")
    write(folder / "in/Desktop.ini", b"[.ShellClassInfo]\r\n")
    for deeper in ("deeper", "still-deeper"): write(folder / f"in/{deeper}/x.ndjson", b"not to be read\n")
    result = run(folder, "--order", "arrival", *UNTIL, source="file:in")
    same((folder / "alerts.ndjson").read_bytes(), (ref / "alerts.ndjson").read_bytes(), "alerts")
    expect("in/deeper" in result.err and ".hidden" not in result.err, "the folder in it is left out with a word:", result)
    same(result.err.count("SZ402"), 1, "one word for all folders in it")
    expect("--source of its own" in result.err, "and what to do", result)


# ---- stopped in the middle ---------------------------------------------------------------------------------------------------------------

def stopped(tmp: Path, name: str, order: str, sig=signal.SIGTERM) -> Path:
    """A run that was stopped in the middle. Tried again where this process was too slow to see it."""
    for attempt in range(MANY):
        if folder := stopped_once(tmp, f"{name}-{attempt}", order, sig): return folder
    raise Failed("every run was done before it could be stopped")


def stopped_once(tmp: Path, name: str, order: str, sig) -> Path | None:
    """None where it was done before that."""
    folder = CAMPUS.write(tmp / name)
    write_lines(folder / "events.ndjson", LINES)
    process = start(folder, "run", "--source", "file:events.ndjson", *BASE, "--order", order, *STATE, *UNTIL, "--commit-records", "40")
    wait_for(lambda: size(folder / "alerts.ndjson") > 50_000, process, "alerts")
    process.send_signal(sig)
    result = finish(process)
    expect(result.rc in (130, 0), "exit 130 expected;", result)
    if result.rc == 0: return None
    balance(result.summary())
    expect(0 < result.summary()["read"] <= len(LINES), "how far it came:", result.summary())
    return folder if result.summary()["read"] < len(LINES) else None


def test_sigterm_in_the_middle_and_resume(tmp):
    for order in ("arrival", "sorted"):
        ref = whole(tmp, order)
        for sig in (signal.SIGTERM, signal.SIGINT):
            folder = stopped(tmp, f"{order}-{sig}", order, sig)
            there = outputs(folder)
            same(outputs(ref)[0][:len(there[0])], there[0], "alerts when it had stopped")
            result = run(folder, "--order", order, *STATE, *UNTIL)
            same(outputs(folder), outputs(ref), f"{order}: alerts and dead letters")
            same(result.summary()["read"], len(LINES), "lines, those before the stop among them")


def test_second_signal_ends_at_once(tmp):
    folder = CAMPUS.write(tmp)
    os.mkfifo(folder / "pipe")
    process = start(folder, "run", "--source", "file:pipe", *BASE, "--order", "arrival", *STATE)
    with open(folder / "pipe", "wb") as pipe:
        pipe.write(b"".join(x + b"\n" for x in LINES[:500]))
        pipe.flush()
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        same(finish(process).rc, 130, "exit")


def test_unfinished_batch_must_be_what_it_was(tmp):
    for order in ("arrival", "sorted"):
        ref = whole(tmp, order)
        folder = stopped(tmp, order, order)
        data = (folder / "events.ndjson").read_bytes()
        there = outputs(folder)
        for what, spoilt in (("shorter", data[:len(data) // 10]), ("another beginning", data.replace(b'"amount": "', b'"amount": "1', 1)),
                             ("gone", None)):
            if spoilt is None: (folder / "events.ndjson").rename(folder / "elsewhere.ndjson")
            else: write(folder / "events.ndjson", spoilt)
            source = "file:events.ndjson" if spoilt is not None else "file:elsewhere.ndjson"
            result = run(folder, "--order", order, *STATE, *UNTIL, source=source, rc=4)
            expect("events.ndjson" in result.err and "--accept-gap" in result.err, f"{what}:", result)
            same(outputs(folder), there, f"{order}, {what}: files")
        (folder / "elsewhere.ndjson").unlink()
        write(folder / "events.ndjson", data)
        other = "sorted" if order == "arrival" else "arrival"
        result = run(folder, "--order", other, *STATE, *UNTIL, rc=4)
        expect("--order" in result.err, result)
        shutil.copytree(folder, tmp / f"{order}-gap")
        run(folder, "--order", order, *STATE, *UNTIL)
        same(outputs(folder), outputs(ref), f"{order}: as it was again")
        gap = tmp / f"{order}-gap"
        write(gap / "events.ndjson", data.replace(b'"course": "maths"', b'"course": "music"', 1))
        run(gap, "--order", order, *STATE, *UNTIL, "--accept-gap")
        same({row[:4] for row in stands(gap)}, {row[:4] for row in stands(ref)}, f"{order}: with --accept-gap")


def test_resume_under_another_mapping_is_refused(tmp):
    rows = "".join(f"{i},s{i % 24 + 1:03d},2024/3/{4 + i // 400} {i // 20 % 24}:{i % 60:02d},东一[进门],1,x\n" for i in range(2000))
    args = ["--order", "sorted", "--mapping", "map.yaml", *STATE, "--commit-records", "20"]
    for attempt in range(MANY):
        folder = CAMPUS.write(tmp / str(attempt))
        shutil.copy(DOOR, folder / "map.yaml")
        write(folder / "door.csv", ("Index,AccessCardNo,Date,Address,Access,Describe\n" + rows).encode("gbk"))
        process = start(folder, "run", "--source", "file:door.csv", *BASE, *args)
        wait_for(lambda: size(folder / "alerts.ndjson") > 0, process, "alerts")
        process.kill()
        if finish(process).rc != 0 and not all_was_read(folder): break
    expect(not all_was_read(folder), "it was done before the kill")
    write(folder / "map.yaml", DOOR.read_text(encoding="utf-8").replace("lost: '0:00'", "lost: '0:01'"))
    result = run(folder, *args, source="file:door.csv", rc=4)
    expect("mapping" in result.err and "door.csv" in result.err, result)
    shutil.copy(DOOR, folder / "map.yaml")
    same(run(folder, *args, source="file:door.csv").summary()["read"], 2000, "rows")


# ---- a million lines ---------------------------------------------------------------------------------------------------------------------------

def stream(path: Path, n: int) -> str:
    """2,000 records a day of 500 students, a few minutes out of order; returns the day behind it."""
    with open(path, "w") as f:
        for day in range(n // 2000):
            date = (FIRST + timedelta(days=day)).strftime("%Y-%m-%d")
            f.write("".join(f'{{"id":"d{day}-{i}","type":"swipe","time":"{date}T{6 + i // 125:02d}:{(i * 7) % 60:02d}:{i % 60:02d}+08:00",'
                            f'"student":"s{i * 37 % 500 + 1:03d}","amount":{i % 17}.50,"place":"{"c1" if i % 3 else "shop"}"}}\n'
                            for i in range(2000)))
    return date


def peak(tmp: Path, *args) -> tuple[int, dict]:
    process = start(tmp, "run", *args)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    err = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    expect(process.returncode == 0, err[-500:])
    summary = json.loads(err.splitlines()[-1])
    balance(summary)
    return usage.ru_maxrss, summary


def test_a_million_lines_in_constant_memory(tmp):
    campus = Campus(1, students=500, days=0)
    campus.days = 12
    campus.write(tmp)
    few, many = 200_000, 1_000_000
    ends = {n: stream(tmp / f"{n}.ndjson", n) for n in (few, many)}
    for name, options in {"arrival, memory": ["--order", "arrival"],
                          "sorted, SQLite": ["--order", "sorted", "--sort-memory", "16M", "--tmp", ".", "--state", "sqlite:{n}.db"]}.items():
        kb = {}
        for n in (few, many):
            kb[n], s = peak(tmp, "--source", f"file:{n}.ndjson", *BASE[:4], "--alerts", "file:/dev/null", "--until", ends[n],
                            *(o.format(n=n) for o in options))
            same((s["read"], s["used"]), (n, n), f"{name}: lines")
        # what is budgeted fills up: sorting at first, SQLite's cache (16 MiB) once there are snapshots; the lines themselves would be 90 MB
        cache = 16 << 10 if "SQLite" in name else 0
        expect(kb[many] < 1.5 * kb[few] + cache, f"{name}: {kb[few]} KB for {few} lines, {kb[many]} KB for {many}")
        say(f"{name}: {kb[few] // 1024} MB for 200,000 lines, {kb[many] // 1024} MB for a million")


# ---- --dry-run -------------------------------------------------------------------------------------------------------------------------------------

def dry(folder: Path, *args, source="file:events.ndjson", rc=0, **how):
    before = sorted(p.name for p in folder.rglob("*"))
    result = sanzao(folder, "run", "--source", source, "--dry-run", *args, rc=rc, **how)
    same(sorted(p.name for p in folder.rglob("*")), before, "files after --dry-run")
    return result

def test_complete_through_is_the_watermark_of_each_source(tmp):
    """Of files in order all sources share one; as they arrive each has its own, by its delivery and allowance."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/feeds.yaml", "pos: {types: [swipe], allowance: 10m}\ngate: {delivery: batch, types: [dorm_access]}\nnet: {types: [presence]}\n")
    write(tmp / "rules/r.yaml", "rules: []\n")
    day = "2026-03-02"
    events = [{"type": "swipe", "source": "pos", "student": "s1", "time": f"{day}T12:00:00+08:00"},
              {"type": "dorm_access", "source": "gate", "student": "s1", "direction": "in", "time": f"{day}T11:00:00+08:00"},
              {"type": "feed_status", "source": "gate", "state": "complete", "time": f"{day}T11:30:00+08:00", "complete_through": f"{day}T11:29:59+08:00"},
              {"type": "presence", "source": "net", "student": "s1", "time": f"{day}T12:30:00+08:00"}]
    write_lines(tmp / "e.ndjson", [json.dumps(e).encode() for e in events])

    def column(*options):
        args = ["--campus", "campus", "--rules", "rules", "--alerts", "file:a", "--summary", "s.json", "--by-source", *options]
        sanzao(tmp, "run", "--source", "file:e.ndjson", *args, rc=0)
        shown = sanzao(tmp, "summary", "s.json", "--lang", "en", rc=0).out.decode()
        return dict(re.findall(r"^e\.ndjson +(\w+) .*  (\d{4}-\d\d-\d\d \d\d:\d\d(?: \*)?)$", shown, re.M)), shown

    same(column("--order", "arrival")[0], {"pos": f"{day} 11:50", "gate": f"{day} 11:29", "net": f"{day} 12:30"}, "as they arrive")
    same(column()[0], {"pos": f"{day} 12:30", "gate": f"{day} 12:30 *", "net": f"{day} 12:30"}, "in order")
    rows, shown = column("--until", day)
    same(rows, {"pos": f"{day} 24:00", "gate": f"{day} 24:00 *", "net": f"{day} 24:00"}, "up to the end of the day")
    expect(f"* as this run takes it; gate itself says that it is complete up to {day} 11:29" in shown, shown)

def test_inputs_and_sources_add_up_where_many_are_due_at_once(tmp):
    """A record at an hour at which more students are due than a step takes is used some steps after it was given."""
    write(tmp / "campus/students.csv", "student\n" + "".join(f"s{i}\n" for i in range(1200)))
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {20d: yellow}, check: daily at 07:00}\n")
    events = [{"type": "presence", "source": f"net{k % 2}", "student": f"s{i}", "time": f"2026-03-0{day}T{10 + k}:00:00+08:00"}
              for day in (2, 3, 4) for k in range(4) for i in range(k, 1200, 400)]
    write_lines(tmp / "e.ndjson", [json.dumps(e).encode() for e in events] + [b"{"])
    s = sanzao(tmp, "run", "--source", "file:e.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:a", "--by-source", rc=0).summary()
    same({k: sum(line[k] for line in s["sources"]) for k in ("read", "used", "duplicate", "dead_letter", "control")},
         {k: s[k] for k in ("read", "used", "duplicate", "dead_letter", "control")}, "the lines' sums")
    for line in s["sources"]: balance(line)


def test_unknown_places_and_readers_are_counted_in_a_warning(tmp):
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/places.csv", "place,kind\nc1,canteen\n")
    write(tmp / "rules/r.yaml", "rules: []\n")
    event = lambda i, **more: json.dumps({"type": "swipe", "student": "s1", "time": f"2026-03-02T08:0{i}:00+08:00", **more}).encode()
    write_lines(tmp / "e.ndjson", [event(0, place="c1"), event(1, place="x"), event(2, place="y"), event(3, reader="r9"), event(4)])
    go = lambda: sanzao(tmp, "run", "--source", "file:e.ndjson", "--campus", "campus", "--rules", "rules", rc=0)
    result = go()
    expect("warning[SZ474]: records at places that places.csv does not have: 2" in result.err, result)
    expect("readers.csv" not in result.err.split("{")[0], "there is no readers.csv:", result)
    same(result.summary()["used"], 5, "all are used")
    write(tmp / "campus/readers.csv", "reader,place\nr1,c1\n")
    expect("warning[SZ474]: records of readers that readers.csv does not have: 1" in go().err, "readers too")


def test_whom_a_rule_no_longer_fits_is_said_so(tmp):
    """`why: who` is a word of the rule's language, not of the counselor's."""
    write(tmp / "a.ndjson", json.dumps({"schema": 1, "alert": "a", "seq": 1, "event": "resolved", "state": "resolved", "rule": "r", "student": "s1", "level": "blue", "why": "who",
                                        "since": "2026-03-02T08:00:00+08:00", "at": "2026-03-03T08:00:00+08:00", "title": {"zh": "新生适应", "en": "Settling in"}}) + "\n")
    for lang, text in (("en", "resolved (the rule no longer applies)"), ("zh", "已解除（规则不再适用）")):
        expect(text in sanzao(tmp, "alerts", "a.ndjson", "--lang", lang, rc=0).out.decode(), text)


def test_dead_letters_that_nobody_keeps_are_told(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "events.ndjson", [b"{broken", b'{"type":"presence","student":"s001","time":"2024-03-05T10:00:00"}'])
    for lang, text in (("en", "dead letters that are kept nowhere: 1"), ("zh", "没有保存下来的死信：1 条")):
        args = ["run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--lang", lang]
        expect(text in sanzao(folder, *args, rc=0).err, lang)
        expect(text not in sanzao(folder, *args, "--dead-letters", "file:dead", rc=0).err, "kept,", lang)


def test_what_a_first_run_that_went_wrong_leaves_behind(tmp):
    """A mapping without the times' format and an --until: the state goes on to it, and the same table is too late then. What is said leads out."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {30d: yellow}}\n")
    mapping = "source: net\ntype: presence\nstudent: 学号\ntime: {column: 时间%s}\n"
    table = "学号,时间\n" + "".join(f"s1,2026/3/{d} 8:00\n" for d in range(1, 29))
    for name in ("a.csv", "b.csv"): write(tmp / name, table)
    args = ["run", "--mapping", "m.yaml", "--campus", "campus", "--rules", "rules", "--dead-letters", "file:dead.ndjson", "--append"]
    state, until = ["--state", "sqlite:state.db"], ["--until", "2026-03-28"]
    write(tmp / "m.yaml", mapping % "")
    r = sanzao(tmp, *args, "--source", "file:a.csv", *state, *until, rc=0)
    expect("SZ468" in r.err and "then begin with a new state" in r.err, "what to do with the state", r)
    r = sanzao(tmp, *args, "--source", "file:a.csv", "--state", "sqlite:zh.db", *until, "--lang", "zh", rc=0)
    expect("请改正映射或校园数据；改正后请用新的状态重新开始" in r.err, "in Chinese", r)
    for more in ((*state,), (*until,)):
        r = sanzao(tmp, *args, "--source", "file:b.csv" if more == until else "file:a.csv", *more, rc=0)
        expect("begin with a new state" not in r.err, "it is not new, there is none, or it has not gone on", r)
    write(tmp / "m.yaml", mapping % ", format: 'YYYY/M/D H:mm'")
    r = sanzao(tmp, *args, "--source", "file:b.csv", *state, *until, rc=0)
    late = r.summary()["dead_letter_by"]["too_late"]
    expect(late >= 14 and f"SZ482]: dead letters (too_late): {late} records" in r.err and "--lateness and --horizon" in r.err, r)
    r = sanzao(tmp, *args, "--source", "file:b.csv", "--state", "sqlite:zh.db", *until, "--lang", "zh", rc=0)
    expect(f"警告[SZ482]：死信（too_late）：有 {late} 条" in r.err and "重新开始" in r.err, r)


def test_the_history_of_two_systems_one_after_the_other(tmp):
    """As docs/mapping.md says: the second one's first weeks are too late, unless both are given a lateness and a horizon that reach back so far."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {30d: yellow}}\n")
    for name in ("net", "pos"):
        write(tmp / f"{name}.yaml", f"source: {name}\ntype: presence\nstudent: 学号\ntime: {{column: 时间, format: 'YYYY/M/D H:mm'}}\n")
        write(tmp / f"{name}.csv", "学号,时间\n" + "".join(f"s1,2026/3/{d} 8:00\n" for d in range(28, 0, -1)))
    for far, used in ([], None), (["--lateness", "40d", "--horizon", "40d"], 28):
        args = ["run", "--campus", "campus", "--rules", "rules", "--state", f"sqlite:{len(far)}.db", *far]
        sanzao(tmp, *args, "--source", "file:net.csv", "--mapping", "net.yaml", rc=0)
        r = sanzao(tmp, *args, "--source", "file:pos.csv", "--mapping", "pos.yaml", "--until", "2026-03-28", rc=0)
        expect(r.summary()["used"] == used if used else "SZ482" in r.err, far, r)


def test_where_all_is_too_late_it_is_not_the_mapping(tmp):
    """What to do is said once: in the warning of what is too late, or, where these are few of the run, in the one of an input without any use."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {30d: yellow}}\n")
    def records(name, month, n):
        write_lines(tmp / f"{name}.ndjson", [json.dumps({"id": f"{name}{i}", "type": "presence", "student": "s1",
                                                         "time": f"2026-{month:02}-02T08:{i // 60:02}:{i % 60:02}+08:00"}).encode() for i in range(n)])
    records("old", 3, 12)
    records("new", 6, 300)
    args = ["run", "--campus", "campus", "--rules", "rules", "--dead-letters", "file:dead.ndjson", "--append", "--source"]
    for lang, nothing, mend, begin in (("en", "12 of them too_late", "mend the mapping", "begin anew with another --state"),
                                       ("zh", "其中 12 条 too_late", "请改正映射", "请换新的 --state")):
        state = f"sqlite:{lang}.db"
        records("first", 5, 1)
        sanzao(tmp, *args, "file:first.ndjson", "--state", state, rc=0)
        shutil.copy(tmp / f"{lang}.db", tmp / f"{lang}-2.db")
        r = sanzao(tmp, *args, "file:old.ndjson", "--state", state, "--lang", lang, rc=0)
        expect(nothing in r.err and "SZ482" in r.err and mend not in r.err and r.err.count(begin) == 1, "many", r)
        r = sanzao(tmp, *args, "file:old.ndjson", "--source", "file:new.ndjson", "--by-source", "--state", f"sqlite:{lang}-2.db", "--lang", lang, rc=0)
        expect(nothing in r.err and "SZ482" not in r.err and mend not in r.err and r.err.count(begin) == 1, "few of the run", r)


def test_a_sheet_with_a_column_a_lesson_is_turned_as_the_manual_says(tmp):
    """The command and the mapping as they stand there: a cell is a record, and what each mark means."""
    page = (ROOT / "docs/mapping.md").read_text(encoding="utf-8")
    section = page[page.index("### Sheets with a column a lesson"):page.index("### Doors that do not say")]
    command, mapping = re.search(r"```sh\n(.*?)```", section, re.S)[1], re.search(r"```yaml\n(.*?)```", section, re.S)[1]
    same(mapping, (MAPPINGS / "wide-attendance.yaml").read_text(encoding="utf-8"), "the mapping of the manual")
    write(tmp / "wide.csv", "学号,姓名,2026/3/2,2026/3/4,2026/3/9\r\n2023001,张三,√,×,√\r\n2023002,李四,迟,,假\r\n2023003,王五,早,？,√\r\n".encode("gbk"))
    subprocess.run(["sh", "-e", "-c", command], cwd=tmp, check=True, timeout=60)
    write(tmp / "campus/students.csv", "student\n2023001\n2023002\n2023003\n")
    write(tmp / "m.yaml", mapping)
    write(tmp / "rules/r.yaml", "rules: []\n")
    args = ["run", "--source", "file:long.csv", "--mapping", "m.yaml", "--campus", "campus", "--rules", "rules"]
    rows = [json.loads(x) for x in sanzao(tmp, *args, "--dry-run", "--json", rc=0).out.splitlines()]
    same([r.get("status") for r in rows], ["present", "absent", "present", "late", "unknown", "excused", "early_leave", None, "present"], "marks")
    same([(r["student"], r["time"][:10]) for r in rows[3:5]], [("2023002", "2026-03-02"), ("2023002", "2026-03-04")], "whose, and of which day")
    s = sanzao(tmp, *args, "--dead-letters", "file:dead.ndjson", rc=0).summary()
    same((s["read"], s["used"], s["dead_letter_by"]), (9, 8, {"bad_value": 1}), "a record a cell")
    def turned(course, to, text):
        write(tmp / "wide.csv", text.encode("gbk"))
        subprocess.run(["sh", "-e", "-c", command.replace("大学物理", course).replace("long.csv", to)], cwd=tmp, check=True, timeout=60)
    turned("高等数学", "long-2.csv", "学号,姓名,2026/3/2,2026/3/5\n2023001,张三,×,√\n2023002,李四,√,√\n")
    s = sanzao(tmp, *args, "--source", "file:long-2.csv", "--dead-letters", "file:dead.ndjson", rc=0).summary()
    same((s["read"], s["used"], s["dead_letter_by"]), (13, 12, {"bad_value": 1}), "another course on a day of the first")
    turned("体育", "long-3.csv", "学号,姓名,2026/3/2 8:00,2026/3/2 10:10\n2023001,张三,√,×\n")
    hours = re.search(r"`(format: 'YYYY/M/D H:mm')`", section)[1]
    write(tmp / "hours.yaml", mapping.replace("format: YYYY/M/D", hours))
    s = sanzao(tmp, "run", "--source", "file:long-3.csv", "--mapping", "hours.yaml", *args[5:], rc=0).summary()
    same((s["read"], s["used"]), (2, 2), "two lessons of a day, by their hours")


def test_run_that_can_use_nothing_says_so_and_the_files_can_be_given_again(tmp):
    """A door without a direction, and a reader that has none either: once readers.csv is right, the same table under another name."""
    write(tmp / "campus/students.csv", "student\n" + "".join(f"s{i}\n" for i in range(12)))
    write(tmp / "campus/readers.csv", "读头,地点,方向\n东门,东1舍,\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {20d: yellow}}\n")
    write(tmp / "door.yaml", "source: door\ntype: dorm_access\nstudent: 学号\ntime: {column: 时间, format: 'YYYY/M/D H:mm'}\n")
    args = ["run", "--mapping", "door.yaml", "--campus", "campus", "--rules", "rules", "--state", "sqlite:state.db", "--alerts", "file:alerts.ndjson",
            "--dead-letters", "file:dead.ndjson"]
    for lang, word in (("en", "direction: {constant: unknown}"), ("zh", "进出都走的写 unknown")):
        r = sanzao(tmp, "check", "--mapping", "door.yaml", "--lang", lang, rc=1)
        expect(word in r.out.decode() + r.err, "what to do about a door without a direction", r)
    with open(tmp / "door.yaml", "a", encoding="utf-8") as f: f.write("reader: 门\n")
    table = ("学号,时间,门\n" + "".join(f"s{i},2024/3/5 2{i % 4}:0{i % 10},东门\n" for i in range(12))).encode("gbk")
    write(tmp / "door.csv", table)
    expect("not looked up" in sanzao(tmp, *args, "--source", "file:door.csv", "--dry-run", rc=0).out.decode(), "a dry run knows no reader")
    r = sanzao(tmp, *args, "--source", "file:door.csv", rc=0)
    expect("SZ468" in r.err and "not one of 12 records could be used: 12 of them missing_field" in r.err, r)
    expect("hexadecimal" not in r.err, r)
    write(tmp / "cards.yaml", "type: swipe\ncard: 学号\ntime: {column: 时间, format: 'YYYY/M/D H:mm'}\n")
    r = sanzao(tmp, "run", "--mapping", "cards.yaml", *args[3:7], "--source", "file:door.csv", rc=0)
    expect("12 of them unknown_card" in r.err and "hexadecimal" in r.err, "cards that are written otherwise", r)
    for state in (["--by-source"], []):
        r = sanzao(tmp, *args[:-6], "--source", "file:door.csv", *state, "--lang", "zh", rc=0)
        expect(("file:door.csv：" if state else "警告[SZ468]：") + "12 条记录没有一条可用：其中 12 条 missing_field（缺少字段）" in r.err, r)
    write(tmp / "campus/readers.csv", "读头,地点,方向\n东门,东1舍,unknown\n")
    write(tmp / "again.csv", table)
    r = sanzao(tmp, *args, "--source", "file:again.csv", rc=0)
    same((r.summary()["read"], r.summary()["used"]), (12, 12), "the same rows, used")
    expect("SZ468" not in r.err, r)
    r = sanzao(tmp, *args, "--source", "file:again.csv", rc=0)
    expect("note[SZ477]: nothing new" in r.err and "another name" in r.err, "nothing was read, and why", r)
    expect("说明[SZ477]：没有新内容" in sanzao(tmp, *args, "--source", "file:again.csv", "--lang", "zh", rc=0).err, "said in Chinese")
    with open(tmp / "again.csv", "ab") as f: f.write("s1,2024/3/6 8:00,东门\n".encode("gbk"))
    r = sanzao(tmp, *args, "--source", "file:again.csv", rc=0)
    expect("SZ477" not in r.err and r.summary()["used"] == 1, "it has grown", r)
    write(tmp / "once-more.csv", table)
    r = sanzao(tmp, *args, "--source", "file:once-more.csv", "--summary", "summary.json", rc=0)
    same((r.summary()["read"], r.summary()["duplicate"]), (12, 12), "what was used is a duplicate")
    expect("SZ468" not in r.err, r)
    for lang, word in (("en", "say so in feeds.yaml (began)"), ("zh", "feeds.yaml 写明它从哪天开始（began）")):
        about = json.dumps({**r.summary(), "judged": 0, "not_judged": {"rarely_seen": 12}})
        write(tmp / "summary.json", about)
        expect(word in sanzao(tmp, "summary", "summary.json", "--lang", lang, rc=0).out.decode(), "why nobody can be judged")
        write(tmp / "summary.json", about.replace('"judged": 0', '"judged": 1'))
        expect("began" not in sanzao(tmp, "summary", "summary.json", "--lang", lang, rc=0).out.decode(), "somebody can be judged")


def test_run_that_fails_midway_says_how_far_it_came(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "a.ndjson", LINES[:50])
    whole = gzip.compress(b"\n".join(LINES[50:]) + b"\n")
    for order, n in (("arrival", 50), ("sorted", 0)):                        # in order, nothing is used before all is read
        write(folder / "b.ndjson.gz", whole[:len(whole) // 2])
        args = ["--source", "file:b.ndjson.gz", "--order", order, *UNTIL, "--summary", "summary.json"]
        result = run(folder, *args, source="file:a.ndjson", rc=4)
        s = result.summary()
        same(s["unfinished"], True, order)
        balance(s)
        expect(s["read"] >= n, order, s)
        same(json.loads((folder / "summary.json").read_text()), s, "in the file too")
        for lang, text in (("en", "the run failed midway"), ("zh", "这次运行中途失败")):
            expect(sanzao(folder, "summary", "summary.json", "--lang", lang, rc=0).out.startswith(text.encode()), lang)
        write(folder / "b.ndjson.gz", whole)
        s = run(folder, *args, source="file:a.ndjson").summary()
        expect("unfinished" not in s, "whole:", s)
        same(s["read"], len(LINES), "whole")
    result = run(folder, source="file:nowhere.ndjson", rc=4)
    expect('"read"' not in result.err, "nothing was begun:", result)


def test_pattern_is_told_how_to_name_several_files(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    for name in ("door-*.ndjson", "door-?.ndjson"):
        expect("folder" in run(folder, source=f"file:{name}", rc=4).err.split("SZ401")[1].split("= ")[1], name)
    expect("文件夹" in run(folder, "--lang", "zh", source="file:*.ndjson", rc=4).err.split("= ")[1], "zh")


def test_dry_run_shows_the_first_20_records(tmp):
    records = [b'{"id":"a","type":"swipe","time":"2024-03-04T08:00:00.250+08:00","student":"s1","amount":"12.50","balance":3,"place":"c1"}',
               b'{"type":"swipe","op":"refund","time":"2024-03-04T08:01:00+08:00","card":"77","ref":"a"}',
               b'{"type":"attendance","time":"2024-03-04","precision":"day","student":"s1","status":"absent","hours":2,"course":"maths"}',
               b'{"type":"dorm_access","time":"2024-03-04T23:01:30+08:00","precision":"minute","student":"s1","reader":"g1","result":"denied"}',
               b'{"type":"presence","time":"2024-03-04T09:00:00+08:00","student":"s1","means":"network"}',
               b'{"type":"library","time":"2024-03-04T09:00:00+08:00","student":"s1","seat":"A7","fee":"1.5"}',
               b'{"type":"feed_status","source":"pos","time":"2024-03-04T10:00:00+08:00","state":"complete","complete_through":"2024-03-04T09:00:00+08:00"}',
               b"", b'{"type":"swipe","student":"s1"}', b'{"type":"sauna","time":"2024-03-04T08:00:00+08:00","student":"s1"}', b"[1, 2"]
    folder = write_lines(tmp / "events.ndjson", records + LINES[:50]).parent
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/types.yaml", "library: {presence: true, label: {zh: 图书馆, en: library}, fields: {seat: text, fee: money}}\n")
    args = ["--campus", "campus", "--state", "sqlite:state.db", "--alerts", "file:alerts.ndjson", "--summary", "summary.json",
            "--dead-letters", "file:dead.ndjson", "--rules", "nowhere"]
    text = dry(folder, *args, "--lang", "en").out.decode()
    rows = text.splitlines()
    same(len(rows), 1 + 1 + 20 + 1, "lines: input, heading, 20 records, the end")
    for i, words in enumerate([["1", "swipe", "2024-03-04 08:00:00.250", "s1", "c1", "consume 12.50", "balance 3.00", "a"],
                               ["2", "swipe", "card 77", "refund", "undoes a"],
                               ["3", "attendance", "2024-03-04 --:--", "absent 2 h", "course maths", "time of day lost"],
                               ["4", "dorm_access", "2024-03-04 23:01  ", "reader g1", "denied"], ["5", "presence", "network"],
                               ["6", "library", "seat A7", "fee 1.50"], ["7", "feed_status", "complete through 2024-03-04 09:00:00"],
                               ["9", "dead letter: missing_field, field time"], ["10", "dead letter: unknown_type"], ["11", "dead letter: bad_json"]]):
        for word in words: expect(word in rows[2 + i], f"`{word}` is not in: {rows[2 + i]}")
    expect("23:01:30" not in text, "seconds of a minute")
    expect("20 records" in rows[-1] and "nothing was written" in rows[-1], rows[-1])
    zh = dry(folder, *args, "--lang", "zh").out.decode()
    for word in ("行", "消费 12.50", "余额 3.00", "缺勤 2 学时", "时刻已丢失", "拒绝", "死信 missing_field：缺少字段", "没有写任何文件"):
        expect(word in zh, f"`{word}` is not in:\n{zh}")
    objects = [json.loads(x) for x in dry(folder, *args, "--json").out.splitlines()]
    same(len(objects), 20, "JSON objects")
    same([o["line"] for o in objects[:10]], [1, 2, 3, 4, 5, 6, 7, 9, 10, 11], "lines")
    same(objects[0] | {"time": 0}, {"schema": 1, "line": 1, "input": "file:events.ndjson", "type": "swipe", "id": "a", "source": "default",
                                    "time": 0, "precision": "second", "student": "s1", "place": "c1", "op": "consume", "amount": "12.50",
                                    "balance": "3.00"}, "the first one")
    same((objects[7]["dead_letter"], objects[7]["field"]), ("missing_field", "time"), "a dead letter")
    same(dry(folder, *args, "--lang", "en", source="stdin", stdin=(folder / "events.ndjson").read_bytes()).out.decode().splitlines()[1:], rows[1:],
         "the same from stdin")


def test_dry_run_shows_how_a_mapping_reads(tmp):
    text = "Index,AccessCardNo,Date,Address,Access,Describe\r\n1,77,2024/3/5 0:00,飞凤轩[进门],1,x\r\n2,78,2024/3/5 8:05,东门[出门],0,x\r\n3,79,昨天,x[进门],1,x\r\n"
    write(tmp / "door.csv", text.encode("gbk"))
    rows = dry(tmp, "--mapping", DOOR, "--lang", "en", source="file:door.csv").out.decode().splitlines()
    for row, words in zip(rows[2:], (["2", "door", "2024-03-05 --:--", "77", "飞凤轩", "in", "time of day lost", "1"],
                                     ["3", "2024-03-05 08:05", "78", "东门", "out", "denied"], ["4", "dead letter: bad_time, field time"])):
        for word in words: expect(word in row, f"`{word}` is not in: {row}")
    expect("3 records" in rows[-1] and "1 dead letter" in rows[-1], rows[-1])
    write(tmp / "other.csv", "a,b\n1,2\n")
    expect("AccessCardNo" in dry(tmp, "--mapping", DOOR, source="file:other.csv", rc=1).err, "a header that does not fit")
    dry(tmp, source="file:nowhere.csv", rc=4)
    dry(tmp, source="file:door.csv", rc=2)
    write(tmp / "cut.ndjson.gz", gzip.compress(b"".join(x + b"\n" for x in LINES))[:60])
    dry(tmp, source="file:cut.ndjson.gz", rc=4)


def test_dry_run_says_what_may_be_meant_otherwise(tmp):
    """Rows that are all read without a fault: amounts a hundred times too large, or too small; no key but the bytes."""
    body = "type: swipe\nstudent: 学号\ntime: 时间\namount: {column: 金额, unit: %s}\n"
    def look(lang, unit, amounts, more=""):
        write(tmp / "m.yaml", body % unit + more)
        write(tmp / "t.csv", "学号,时间,金额,流水号\n" + "".join(f"s1,2026-03-02 12:0{i}:00,{x},{i}\n" for i, x in enumerate(amounts)))
        return dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv").out.decode()
    lunches = [1250, 800, 600, 950, 1100]
    for en, zh, unit, amounts, more in (("if its column is in fen", "单位是不是分", "yuan", lunches, ""), ("if its column is in yuan", "单位若是元", "fen", [12, 8, 6, 9, 11], ""),
                                        ("counts twice", "就会算两次", "fen", lunches, "")):
        expect(en in look("en", unit, amounts, more), en)
        expect(zh in look("zh", unit, amounts, more), zh)
    for unit, amounts in (("fen", lunches), ("yuan", [12.5, 8, 6, 9, 11]), ("yuan", lunches[:4]), ("yuan", [*lunches, 5])):
        expect("its column is in" not in look("en", unit, amounts), unit, amounts)
    expect("counts twice" not in look("en", "fen", lunches, "id: 流水号\n"), "it has a number of its own")


def test_lists_of_records_are_told_how_to_be_lines(tmp):
    records = [{"type": "presence", "time": f"2026-03-02T08:0{i}:00+08:00", "student": "s1", "means": "door"} for i in range(3)]
    write(tmp / "campus/students.csv", "student\ns1\n")
    for text in (json.dumps(records), json.dumps(records, indent=1)):
        write(tmp / "events.json", text)
        for lang in ("en", "zh"):
            r = sanzao(tmp, "run", "--source", "file:events.json", "--campus", "campus", "--rules", ROOT / "rules", "--lang", lang, rc=0)
            said = r.err if "\n" in text else dry(tmp, "--lang", lang, source="file:events.json").out.decode()
            expect("jq -c '.[]'" in said, said)


def test_what_an_api_gave_is_told_how_to_be_lines(tmp):
    """A page saved as a file is one object; the list that holds its records is found, by the path to it."""
    row = {"type": "presence", "time": "2026-03-02T08:00:00+08:00", "student": "s1", "means": "door"}
    write(tmp / "campus/students.csv", "student\ns1\n")
    def run_of(text, lang="en"):
        write(tmp / "events.json", text)
        r = sanzao(tmp, "run", "--source", "file:events.json", "--campus", "campus", "--rules", ROOT / "rules", "--dead-letters", "file:dead.ndjson", "--lang", lang, rc=0)
        dead = [json.loads(x) for x in (tmp / "dead.ndjson").read_text().splitlines()]
        return r, dead
    pages = {".data.list": {"code": 0, "data": {"list": [row]}}, ".rows": {"rows": [row, row], "total": 2}, ".result.page.records": {"result": {"page": {"records": [row], "n": 1}, "x": 1}},
             ".data": {"time": 1, "data": [row], "meta": {"links": [{"a": 1}, {"a": 2}]}}, ".items": {"items": [row, row], "errors": [{"e": 1}]}}
    for path, page in pages.items():
        r, dead = run_of(json.dumps(page))
        expect(f"(jq -c '{path}[]' makes them)" in dead[0]["detail"], path, dead)
        expect("SZ468" in r.err and "the only record could not be used: it is missing_field" in r.err and "jq -c '.data.list[]'" in r.err, r)
        expect("唯一的一条记录不可用：missing_field" in run_of(json.dumps(page), "zh")[0].err, "in Chinese")
        expect(f"jq -c '{path}[]' 转换" in dry(tmp, "--lang", "zh", source="file:events.json").out.decode(), path)
        listed = page
        for key in path.split(".")[1:]: listed = listed[key]
        same(run_of("".join(json.dumps(x) + "\n" for x in listed))[1], [], "the records in it, one a line as jq makes them")
    for page in ({"2023001": [row]}, {"data": [1, 2]}, {"student": "s1", "items": [row]}, {"data": []}, {"data": {"a": {"b": {"c": {"d": [row]}}}}}):
        expect("holds a list" not in run_of(json.dumps(page))[1][0]["detail"], "no key that may be a student, no record with a slip of its own", page)
    r = run_of(json.dumps(pages[".data.list"], indent=1))[0]
    expect("`jq -c .` makes such lines" in r.err and "jq -c '.data.list[]'" in r.err, "over several lines", r)


def test_headings_in_two_rows_are_told_to_be_counted(tmp):
    """Merged cells of two rows: half of the headings stand in the one, half in the other."""
    mapping = "file: {skip_rows: %d}\ntype: swipe\nstudent: 学号\ntime: {column: 时间, format: 'YYYY-MM-DD HH:mm:ss'}\namount: 金额\n"
    counted = "file: {header: false, skip_rows: %d}\ntype: swipe\nstudent: 1\ntime: {column: 3, format: 'YYYY-MM-DD HH:mm:ss'}\namount: 4\n"
    write(tmp / "campus/students.csv", "student\n001\n")
    def run_of(text):
        write(tmp / "m.yaml", text)
        return sanzao(tmp, "run", "--source", "file:t.csv", "--campus", "campus", "--mapping", "m.yaml", "--rules", ROOT / "rules", "--lang", "en")
    tables = {"": 2, "消费明细,,,\n": 3, "消费明细,,,\n\n导出：2026,,,\n": 5, "消费明细,,,\n,,,\n": 4}
    for title, rows in tables.items():
        write(tmp / "t.csv", title + "学号,姓名,交易,\n,,时间,金额\n001,甲,2026-03-02 08:00:00,5.50\n")
        for skipped in range(rows):
            r = run_of(mapping % skipped)
            expect(f"file: {{header: false, skip_rows: {rows}}}  and numbers for names: `学号` 1, `时间` 3, `金额` 4" in r.err, repr(title), skipped, r)
        same(json.loads(run_of(counted % rows).err.splitlines()[-1])["used"], 1, "the hint followed")
    write(tmp / "t.csv", "学号,进,,出,\n,时间,金额,时间,金额\n001,2026-03-02 08:00:00,5.50,,\n")
    expect("stand in two rows" not in run_of(mapping % 0).err, "which of the two is meant is not known")
    write(tmp / "t.csv", "消费明细,,\n\n学号,时间,金额\n001,2026-03-02 08:00:00,5.50\n")
    r = run_of(mapping % 0)
    expect("the headings stand 2 rows further down; write  file: {skip_rows: 2}" in r.err, "an empty row is one", r)
    same(json.loads(run_of(mapping % 2).err.splitlines()[-1])["used"], 1, "the hint followed")


def test_table_that_does_not_fit_its_mapping_is_told_how_it_would(tmp):
    """What vendors call CSV: with a title, without headings, out of Excel … each with a way out."""
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: {column: 时间, format: 'YYYY-MM-DD HH:mm:ss'}\namount: 金额\n")
    head, row = "学号,时间,金额\n", "001,2026-03-02 08:00:00,5.50\n"
    tables = {
        "two rows of title": (f"消费明细,,\n导出：2026,,\n{head}{row}".encode(), 1, "{skip_rows: 2}"),
        "the same in GBK": (f"消费明细,,\n{head}{row}".encode("gbk"), 1, "{skip_rows: 1}"),
        "no headings": (row.encode(), 1, "{header: false}"),
        "one heading twice": (f"学号,时间,金额,金额\n{row}".encode(), 1, "{header: false, skip_rows: 1}"),
        "semicolons": (f"{head}{row}".replace(",", ";").encode(), 1, "{separator: semicolon}"),
        "full-width commas": (f"{head}{row}".replace(",", "，").encode(), 1, "full-width"),
        "lines of an old Mac in UTF-16": (f"{head}{row}".replace("\n", "\r").encode("utf-16"), 1, "CR alone"),
        "the same with a column that nobody reads": (f"{head}{row}".replace("\n", ",-\r").encode("utf-16"), 1, "CR alone"),
        "a web page": (b"<html><table><tr><td>1</td></tr></table></html>\n", 1, "web page"),
        "Excel": (b"PK\3\4\x14\0\6\0 and so on", 4, "save it as CSV"),
        "a page to print": (b"%PDF-1.4\n1 0 obj\n", 4, "save it as CSV"),
        "an archive": (b"Rar!\x1a\7\1\0" + bytes(64), 4, "save it as CSV"),
        "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), 4, "save it as CSV"),
    }
    for name, (text, rc, hint) in tables.items():
        write(tmp / "t.csv", text)
        look = lambda lang: dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv", rc=rc).err
        expect(hint in look("en"), f"{name}: {look('en')}")
        expect(hint in look("zh") if hint[0] == "{" else hint not in look("zh"), f"{name}: {look('zh')}")
    write(tmp / "t.csv", f"{head}{row}张三,昨天,6\n".encode("gbk"))
    out = dry(tmp, "--mapping", "m.yaml", "--lang", "en", source="file:t.csv").out.decode()
    expect("| 张三,昨天,6" in out, "a dead letter shows its row:", out)


def test_headings_again_in_another_order_end_the_run(tmp):
    """Two days' exports put together, the second with its columns exchanged: balances would have been read as amounts."""
    first = "学号,时间,交易额,余额\n001,2026-03-02 08:00,5,100\n"
    again = first.split("\n")[0].replace("交易额", '"交易额"') + "\n"  # the same order in other bytes: a dead letter as ever
    second = "学号,时间,余额,交易额\n001,2026-03-02 12:00,92,8\n"
    for order, encoding in (("sorted", "utf-8"), ("arrival", "utf-8"), ("sorted", "gbk"), ("arrival", "utf-16")):
        at = tmp / f"{order}-{encoding}"
        write(at / "campus/students.csv", "学号\n001\n")
        write(at / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\namount: 交易额\nbalance: 余额\n")
        write(at / "rules/r.yaml", "features: {spend: {sum: swipe.amount, over: 7d}}\nrules:\n  - {id: r, value: spend, at_least: {1: yellow}}\n")
        go = lambda rc, lang="en": run(at, *STATE, "--mapping", "m.yaml", "--order", order, "--lang", lang, source="file:in", rc=rc)
        write(at / "in/a.csv", (first + again + second).encode(encoding))
        expect("error[SZ415]: file:in/a.csv:4: here the headings stand once more, in another order" in go(4).err, order, encoding)
        expect("请把从这一行起的内容另存为一个文件" in go(4, "zh").err, order, encoding)
        write(at / "in/a.csv", (first + again).encode(encoding))
        write(at / "in/b.csv", second.encode(encoding))
        go(0)
        spent = json.loads(sanzao(at, "state", "show", "001", *STATE, *BASE[:4], "--json", rc=0).out)["features"]["spend"]
        same((spent, len(dead_letters(at))), ("¥13.00", 1), f"{order}, {encoding}: read from two files, each in its order")


def test_mapping_that_names_gbk_for_utf8_is_told(tmp):
    """Most UTF-8 is GBK as well, of other characters: places would be unknown ones without a word."""
    for name, encoding in (("gbk", "{encoding: gbk}"), ("auto", "{encoding: auto}")):
        write(tmp / f"{name}.yaml", f"file: {encoding}\ntype: swipe\nstudent: xh\ntime: sj\nplace: dd\n")
    head, row = "xh,sj,dd\n", "001,2026-03-02 08:00:00,食堂\n"
    for text, mapping, is_told in ((head + row, "gbk", True), (head + row.replace("食堂", "c1"), "gbk", False), (head + row, "auto", False),
                                   ((head + row).encode("gbk"), "gbk", False)):
        write(tmp / "t.csv", text if isinstance(text, bytes) else text.encode())
        err = dry(tmp, "--mapping", f"{mapping}.yaml", "--lang", "en", source="file:t.csv").err
        same("SZ414" in err, is_told, f"{text!r} by {mapping}: {err}")


def test_a_table_that_is_its_headings_alone_is_told(tmp):
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\n")
    write(tmp / "in/a.csv", "学号,时间\n001,2026-03-02 08:00:00\n")
    write(tmp / "in/b.csv", "学号,时间\n")
    write(tmp / "in/c.csv", "学号,时间")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n > 5, level: blue, message: {zh: '{n} 次', en: '{n} times'}}]\n")
    for lang, words in (("en", "has headings and no row"), ("zh", "只有表头，没有数据")):
        err = sanzao(tmp, "run", "--source", "file:in", "--mapping", "m.yaml", "--rules", "rules", "--lang", lang, "--alerts", f"file:{lang}.ndjson", rc=0).err
        same([f"file:in/{n}.csv {words}" in err for n in "abc"], [False, True, True], err)


def test_a_file_that_holds_nothing_is_told_once(tmp):
    """PowerShell writes a byte order mark where a query found nothing: 2 bytes of UTF-16, or 3 of UTF-8."""
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\n")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n > 5, level: blue}]\n")
    nothing = (b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe", b"\n \n")
    for name, with_mapping in (("a.ndjson", []), ("a.csv", ["--mapping", "m.yaml"])):
        for text in nothing:
            for order in ("sorted", "arrival"):
                write(tmp / name, text)
                for source, how in ((f"file:{name}", {}), ("stdin", {"stdin": text})):
                    got = sanzao(tmp, "run", "--source", source, *with_mapping, "--rules", "rules", "--state", "memory", "--order", order,
                                 "--alerts", "file:alerts.ndjson", "--lang", "en", rc=0, **how)
                    same(got.err.count("note[SZ406]"), 1, f"{source} {order} {text!r}: {got.err}")
                    expect(f"{source} is empty" in got.err, source, got.err)
    write(tmp / "a.ndjson", b"\xef\xbb\xbf{}")
    expect("SZ406" not in sanzao(tmp, "run", "--source", "file:a.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", rc=0).err, "a bad record is one")


def test_words_of_a_mapping_are_explained_in_both_languages(tmp):
    write(tmp / "t.csv", "学号,时间,业务\n001,2026-03-02 08:00:00,消费\n")
    rows = [("op: {column: 业务, table: {消费: pay}}", "did you mean `consume`?", "是否想写“consume”？"),
            ("op: {column: 业务, table: {消费: xyz}}", "must be one of: consume, refund", "须是其中之一：consume, refund"),
            ("op: {column: 业务, table: {consume: 消费}}", "the word for it right: {消费: consume}", "右边写它的含义：{消费: consume}"),
            ("journal_no: {column: 业务, table: {消费: x}}", "a whole number", "须是不为负的整数"),
            ("交易金额: amount", "the heading right:  amount: 交易金额", "右边写表头：amount: 交易金额"),
            ("金额: 金额", "the heading right:  amount: 金额", "右边写表头：amount: 金额"),
            ("备注: 备注", "the heading right:  student: 学号", "右边写表头：student: 学号")]
    for line, en, zh in rows:
        write(tmp / "m.yaml", f"type: swipe\nstudent: 学号\ntime: 时间\n{line}\n")
        for lang, wanted in (("en", en), ("zh", zh)):
            hint = dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv", rc=1).err.split("= ")[-1]
            expect(wanted in hint, f"{line}: {hint}")


def test_rows_below_a_merged_cell_are_told_what_they_lack(tmp):
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\n")
    write(tmp / "t.csv", "学号,时间\n001,2026-03-02 08:00:00\n,2026-03-02 08:05:00\n")
    for lang, wanted in (("en", "take merged cells apart"), ("zh", "合并的单元格须先拆开")):
        rows = dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv").out.decode()
        expect(wanted in rows, rows)


# ---- for people ------------------------------------------------------------------------------------------------------------------------------------

def test_alerts_are_folded_for_people(tmp):
    folder = whole(tmp)
    path = folder / "alerts.ndjson"
    events, stand = alerts(path), stands(folder)
    last = {e["alert"]: e for e in sorted(events, key=lambda e: e["seq"])}.values()
    once = sum(e["state"] == "open" and e.get("instant", False) for e in last)
    opened = sum(row[4] == "open" for row in stand) - once
    resolved = len(stand) - opened - once
    retracted = len({e["alert"] for e in events}) - len(stand)
    text = sanzao(folder, "alerts", "alerts.ndjson", "--lang", "en", rc=0).out.decode()
    expect(f"{len(stand)} stand ({opened} open, {resolved} resolved, {once} once); {retracted} taken back" in text, text[-300:])
    expect("none is the sole basis" in text, text[-300:])
    zh = sanzao(folder, "alerts", "alerts.ndjson", "--lang", "zh", rc=0).out.decode()
    expect(f"共 {len(stand)} 条有效（未解除 {opened}，已解除 {resolved}，单次 {once}），另有 {retracted} 条已撤回" in zh, zh[-300:])
    same(sanzao(folder, "alerts", "-", "--lang", "zh", rc=0, stdin=path.read_bytes()).out.decode(), zh, "from stdin")
    every = sanzao(folder, "alerts", "alerts.ndjson", "--events", "--lang", "en", rc=0).out.decode()
    expect(f"{len(events)} events" in every, every[-300:])
    folded = [json.loads(x) for x in sanzao(folder, "alerts", "alerts.ndjson", "--json", rc=0).out.splitlines()]
    same(standing(folded), stand, "--json, folded")
    as_came = [json.loads(x) for x in sanzao(folder, "alerts", "alerts.ndjson", "--json", "--events", rc=0).out.splitlines()]
    same(as_came, events, "--json --events")
    write(folder / "mixed", b"not json\n" + path.read_bytes()[:5000] + b"\n{}\n")
    result = sanzao(folder, "alerts", "mixed", rc=1)
    expect("lines are no alert events, the first is line 1" in result.err, result)
    write(folder / "mixed", b"\n" + path.read_bytes() + b'{"alert"')
    for lang, text in (("en", f"1 line is no alert event, the first is line {len(events) + 2}"), ("zh", f"有 1 行不是预警事件，第一处在第 {len(events) + 2} 行")):
        expect(text in sanzao(folder, "alerts", "mixed", "--lang", lang, rc=1).err, text)
    write(folder / "none", b"")
    same(sanzao(folder, "alerts", "none", rc=0).rc, 0, "no alerts at all")
    nul = "".join('{"alert":"a\\u0000%d","student":"s1","seq":1,"state":"open"}\n' % i for i in range(2))
    text = sanzao(folder, "alerts", "-", "--lang", "en", rc=0, stdin=nul.encode()).out.decode()
    expect("2 stand (2 open" in text, "ids are told apart behind a NUL, too", text)


def test_what_happened_once_is_not_open(tmp):
    """An instant rule's alert and a sequence's end without an announcement: nothing that a counselor could wait for."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n"
          "  - {id: big, when: event.amount >= 100, level: blue}\n  - {id: twice, sequence: [{event: swipe}, {event: swipe}], within: 1h, level: blue}\n"
          "  - {id: many, when: n >= 2, level: yellow}\n")
    write_lines(tmp / "e.ndjson", [json.dumps({"type": "swipe", "student": "s1", "amount": a, "time": f"2026-03-02T08:0{i}:00"}).encode()
                                   for i, a in enumerate((100, 5))])
    sanzao(tmp, "run", "--source", "file:e.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:a.ndjson", rc=0)
    same({a["rule"]: a.get("instant") for a in alerts(tmp / "a.ndjson")}, {"big": True, "twice": True, "many": None}, "instant")
    for lang, once, total in (("en", "once", "3 stand (1 open, 0 resolved, 2 once); 0 taken back."), ("zh", "单次", "共 3 条有效（未解除 1，已解除 0，单次 2），另有 0 条已撤回。")):
        text = sanzao(tmp, "alerts", "a.ndjson", "--lang", lang, rc=0).out.decode()
        heads = [line for line in text.splitlines() if line.startswith("●")]
        same([line.endswith(once) for line in heads if " many " not in line], [True, True], lang)
        expect(total in text, lang, text)


def test_no_control_character_of_a_record_reaches_a_terminal(tmp):
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\n"
          "rules: [{id: r, title: {zh: 一, en: One}, when: n >= 1, level: blue, message: {zh: '{student.id}', en: '{student.id}'}}]\n")
    ids = ["a\x1b[31m", "b\n● RED  x", "c\u202ed", "e\x9bf", "g\x7f"]
    write_lines(tmp / "e.ndjson", [json.dumps({"type": "swipe", "student": x, "time": "2026-03-02T08:00:00", "place": "p\x1b]0;x\x07"}).encode() for x in ids])
    args = ["run", "--source", "file:e.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson"]
    sanzao(tmp, *args, rc=0)
    same(sorted(a["student"] for a in alerts(tmp / "alerts.ndjson")), sorted(ids), "programs get them as they are")
    for shown in (sanzao(tmp, "alerts", "alerts.ndjson", rc=0), sanzao(tmp, "alerts", "alerts.ndjson", "--events", rc=0), sanzao(tmp, *args, "--dry-run", rc=0)):
        text = shown.out.decode()
        same([c for c in text if c != "\n" and not c.isprintable()], [], shown.args[1])
        expect("\n● RED" not in text and "a.[31m" in text, shown)
    expect(b"\\u001b" in sanzao(tmp, "alerts", "alerts.ndjson", "--json", rc=0).out.lower(), "--json")


def test_reasons_are_told_as_a_person_reads_them(tmp):
    """What a clause says itself is not said twice, one day is one day, and a source in two languages is read in one's own."""
    alert = {"schema": 1, "alert": "a", "seq": 1, "event": "firing", "state": "open", "rule": "r", "student": "s1", "level": "blue",
             "since": "2026-03-26T07:12:00+08:00", "at": "2026-03-26T07:12:00+08:00", "title": {"zh": "题", "en": "Title"},
             "message": {"zh": "文", "en": "Text"}, "source": {"zh": "学生手册", "en": "Handbook"}, "reasons": [
                 {"clause": 'event.op == "topup"', "value": "topup", "threshold": "topup", "held": True},
                 {"clause": "n == 0", "value": 0, "threshold": 0, "held": True, "from": "2026-03-26T00:00:00+08:00", "to": "2026-03-26T07:12:00+08:00"},
                 {"clause": "n == 2", "value": 3, "threshold": 2, "held": False},
                 {"clause": "n >= 2", "value": 3, "threshold": 2, "held": True, "from": "2026-03-20T00:00:00+08:00", "to": "2026-03-26T07:12:00+08:00"}]}
    write(tmp / "a.ndjson", json.dumps(alert).encode() + b"\n")
    lines = lambda lang: [x.strip() for x in sanzao(tmp, "alerts", "a.ndjson", "--lang", lang, rc=0).out.decode().splitlines()]
    same(lines("en")[2:7], ['✓ event.op == "topup"', "✓ n == 0  2026-03-26", "✗ n == 2  3 (limit 2)", "✓ n >= 2  3 (limit 2)  2026-03-20 … 2026-03-26",
                            "threshold from: Handbook"], "in English")
    same(lines("zh")[6], "依据：学生手册", "in Chinese")


def test_source_of_a_threshold_may_be_in_two_languages(tmp):
    rule = "rules:\n  - {id: r, when: event.op == \"consume\", level: blue, source: %s}\n"
    write(tmp / "e.ndjson", json.dumps({"type": "swipe", "student": "s1", "time": "2026-03-02T08:00:00+08:00"}).encode() + b"\n")
    for text, want in (("NJUST 2016", "NJUST 2016"), ("{zh: 手册, en: Handbook}", {"zh": "手册", "en": "Handbook"})):
        write(tmp / "rules/r.yaml", rule % text)
        sanzao(tmp, "run", "--source", "file:e.ndjson", "--rules", "rules", "--alerts", "file:a.ndjson", rc=0)
        same(json.loads((tmp / "a.ndjson").read_bytes().splitlines()[0])["source"], want, text)
    write(tmp / "rules/r.yaml", rule % "{zh: 手册}")
    expect("SZ025" in sanzao(tmp, "check", "rules", rc=1).out.decode(), "one language only")


def test_state_show_is_the_same_whichever_way_it_came(tmp):
    shown = {}
    for name, cuts in (("one run", [len(LINES)]), ("three runs", [len(LINES) // 3, len(LINES) // 2, len(LINES)])):
        folder = CAMPUS.write(tmp / name.replace(" ", "-"))
        for i, cut in enumerate(cuts):
            write_lines(folder / "events.ndjson", LINES[:cut])
            run(folder, "--order", "arrival", *STATE, *(UNTIL if cut == len(LINES) else []))
        show = lambda student, rc=0: sanzao(folder, "state", "show", student, *STATE, "--campus", "campus", "--rules", "rules", rc=rc)
        shown[name] = [json.loads(show(s).out) for s in CAMPUS.students[:6]]
        expect("no such student" in show("nobody", 1).err, "an unknown one")
        there = outputs(folder)
        run(folder, "--order", "arrival", *STATE, *UNTIL)
        same(outputs(folder), there, "files after a look")
    for a, b in zip(shown["one run"], shown["three runs"]):
        same(sorted(a), sorted(b), "fields of the record")
        same(a.get("student"), b.get("student"), "student")
    say(f"fields: {' '.join(shown['one run'][0])}")


def test_state_shows_a_record_by_its_time_and_a_habit_by_its_parts(tmp):
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features:\n  door: {last: dorm_access}\n  bought: {first: swipe, over: 7d}\n"
          "  habit: {baseline: {count: swipe, over: 1d}, recent: 1d, against: 2d}\nrules: []\n")
    write_lines(tmp / "events.ndjson", [json.dumps({"id": f"e{i}", "type": kind, "time": f"2026-03-0{d}T08:0{i}:00+08:00", "student": "s1"}).encode()
                                        for i, (d, kind) in enumerate([(2, "swipe"), (3, "swipe"), (4, "swipe"), (4, "swipe"), (5, "swipe")])])
    run(tmp, *STATE, "--until", "2026-03-05")
    shown = json.loads(sanzao(tmp, "state", "show", "s1", *STATE, "--campus", "campus", "--rules", "rules", "--lang", "en").out)["features"]
    same(shown, {"door": "no data", "bought": "2 Mar 08:00", "habit.day": "1", "habit.now": "2", "habit.usual": "1", "habit.ratio": "200%", "habit.z": "1"},
         "values")


def test_state_shown_with_another_campus_or_other_rules_says_so(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "events.ndjson", LINES)
    run(folder, *STATE, *UNTIL)
    write(folder / "other/r.yaml", "features: {n: {count: seen, over: 7d}}\nrules: []\n")
    show = lambda *args: sanzao(folder, "state", "show", "s001", *STATE, *args, rc=0).err
    same(show("--campus", "campus", "--rules", "rules"), "", "as the run has them")
    for args, word in ((["--rules", "rules"], "another campus"), (["--campus", "campus", "--rules", "other"], "other rules"),
                       (["--rules", "other"], "another campus and other rules")):
        expect(f"note[SZ476]: the last run had {word}: " in show(*args), word, show(*args))
    expect("说明[SZ476]：这里给出的校园数据与上次运行的不同" in show("--rules", "rules", "--lang", "zh"), "in Chinese")


def test_state_show_asks_for_no_rules_where_there_are_none(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "events.ndjson", LINES)
    run(folder, *STATE, *UNTIL)
    (folder / "rules").rename(folder / "elsewhere")
    show = lambda *args, rc=0: sanzao(folder, "state", "show", "s001", *STATE, *args, rc=rc)
    told, full = json.loads(show().out), json.loads(show("--campus", "campus", "--rules", "elsewhere").out)
    same((told["student"], told["records"], len(told["log"])), (full["student"], full["records"], len(full["log"])), "the log")
    expect("SZ476" in show().err, "that it is not the run's rules", show())
    show("--rules", "rules", rc=4)


if __name__ == "__main__": sys.exit(main(globals()))
