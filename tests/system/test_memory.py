#!/usr/bin/env python3
"""What a student and a logged record take in memory, by the program's own account, with the rules that are shipped: bytes, and so the same
on every machine. docs/performance/students.md says what they are made of."""
import subprocess
import sys

from lib import ROOT, expect, main, same, sanzao, say

STUDENTS, DAYS, A_DAY = 300, 10, 10
STATE_MOST = 3040                                   # bytes a student without the log; 3,072 are promised
RECORD_MOST = 40.0                                  # bytes a logged record


def measured(tmp, days: int) -> tuple[float, float]:
    """State bytes a student and log bytes a record of the benchmark's records."""
    data = tmp / f"{days} days"
    subprocess.run([sys.executable, str(ROOT / "bench/generate.py"), str(data), "--students", str(STUDENTS), "--days", str(days), "--per-day", str(A_DAY)], check=True)
    run = sanzao(tmp, "run", "--source", f"file:{data}/events.ndjson", "--campus", f"{data}/campus", "--rules", str(ROOT / "rules"), "--state", "memory",
                 "--alerts", f"file:{data}/alerts.ndjson", rc=0)
    s = run.summary()
    same((s["read"], s["used"], s["students"]), (STUDENTS * days * A_DAY, STUDENTS * days * A_DAY, STUDENTS), "records and students")
    return s["memory"]["state_bytes"] / s["students"], s["memory"]["log_bytes"] / s["memory"]["log_records"]


def test_a_student_and_a_record_take_no_more_than_that(tmp):
    state, record = measured(tmp, DAYS)
    say(f"{state:.0f} bytes a student without the log, {record:.1f} a logged record")
    expect(state <= STATE_MOST, f"a student without the log takes {state:.0f} bytes, at most {STATE_MOST} are allowed")
    expect(record <= RECORD_MOST, f"a logged record takes {record:.1f} bytes, at most {RECORD_MOST} are allowed")


def test_a_log_is_folded_within_one_commit(tmp):
    """Of few students one commit may hold months: what is older than late records may be is not kept until it ends."""
    students, days, a_day = 3, 150, 30
    data = tmp / "few"
    subprocess.run([sys.executable, str(ROOT / "bench/generate.py"), str(data), "--students", str(students), "--days", str(days), "--per-day", str(a_day)], check=True)
    run = sanzao(tmp, "run", "--source", f"file:{data}/events.ndjson", "--order", "arrival", "--campus", f"{data}/campus", "--rules", str(ROOT / "rules"),
                 "--state", f"sqlite:{data}/state.db", "--alerts", f"file:{data}/alerts.ndjson", rc=0)
    s = run.summary()
    kept, used = s["memory"]["log_records"], s["used"]
    same(used, students * days * a_day, "records")
    say(f"{kept} of {used} records are in logs")
    expect(kept < used / 3, f"{kept} of {used} records are in logs")


if __name__ == "__main__": sys.exit(main(globals()))
