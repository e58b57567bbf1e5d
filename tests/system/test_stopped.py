#!/usr/bin/env python3
"""A run that is stopped in the middle and begun again; what it had begun must be what it was."""
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from file_runs import BASE, CAMPUS, DOOR, LINES, STATE, UNTIL, outputs, run, stands, whole  # noqa: E402
from lib import MANY, Failed, all_was_read, balance, expect, finish, main, same, size, start, wait_for, write, write_lines  # noqa: E402


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


if __name__ == "__main__": sys.exit(main(globals()))
