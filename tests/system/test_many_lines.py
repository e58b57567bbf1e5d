#!/usr/bin/env python3
"""A million lines take no more memory than some."""
import json
import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from file_runs import BASE  # noqa: E402
from lib import FIRST, Campus, balance, expect, main, same, say, start  # noqa: E402


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


if __name__ == "__main__": sys.exit(main(globals()))
