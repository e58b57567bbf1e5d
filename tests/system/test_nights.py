#!/usr/bin/env python3
"""Files as they come night after night: what was read is not read again, what has grown is read on, and packed ones, a folder's or those of
stdin give the same."""
import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from file_runs import CAMPUS, DOOR, LINES, STATE, UNTIL, dead_letters, outputs, run, stands, whole  # noqa: E402
from lib import Campus, alerts, expect, main, same, sanzao, say, stamp, standing, write, write_lines  # noqa: E402


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


if __name__ == "__main__": sys.exit(main(globals()))
