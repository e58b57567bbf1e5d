#!/usr/bin/env python3
"""A SQLite state that another program has locked or is reading: waited for, with who it is said; and no one gets into what a run has open."""
import fcntl
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from lib import expect, main, same, standing, start, wait_for, write, write_lines  # noqa: E402
from refusals import GOOD, LINES, STATE, out, ready, run  # noqa: E402

F_OFD_SETLK = 37                                    # Linux; Python's fcntl has no name for it before 3.9


def locked_by_another(tmp, how: str):
    """This process, as a backup or a viewer that has the state open; to be closed."""
    db = sqlite3.connect(tmp / "state.db", isolation_level=None)
    for line in how.split(";"): db.execute(line).fetchall()
    return db


def test_a_state_that_another_program_has_locked_is_waited_for(tmp):
    """It failed at once. A state at rest keeps the journal of its last commits: both are tried."""
    ready(tmp, LINES[:len(LINES) // 2])
    run(tmp, *GOOD, *STATE, *out(), rc=0)
    for how in ("pragma journal_mode = wal; begin exclusive", "pragma journal_mode = wal; begin; select * from dict",
                "pragma journal_mode = delete; begin exclusive", "pragma journal_mode = delete; begin immediate"):
        db = locked_by_another(tmp, how)
        result = run(tmp, *GOOD, *STATE, *out(), "--fail-fast", rc=4)
        expect(f"process {os.getpid()} (" in result.err and "has the file locked" in result.err, how, result)
        expect("SZ422" in result.err or "immediate" in how, how, result)    # what may be read is found only when it is taken over
        result = run(tmp, *GOOD, *STATE, *out(), "--fail-fast", "--lang", "zh", rc=4)
        expect(f"进程 {os.getpid()}（" in result.err and "锁住" in result.err, how, result)
        with open(tmp / "log", "wb") as log:
            process = start(tmp, "run", "--source", "file:events.ndjson", *GOOD, *STATE, *out(), stderr=log)
            expect(wait_for(lambda: b"waiting for it" in (tmp / "log").read_bytes(), process, "the run to wait"), (tmp / "log").read_text())
        db.close()
        same(process.wait(), 0, f"exit status once it is free ({how})")
    db = locked_by_another(tmp, "pragma journal_mode = wal; begin immediate")
    process = start(tmp, "run", "--source", "file:events.ndjson", *GOOD, *STATE, *out())
    process.send_signal(signal.SIGTERM)                 # a run that is to stop does not wait
    expect(process.wait(60) != 0, "stopped while it waits")
    db.close()
    write_lines(tmp / "events.ndjson", LINES)
    run(tmp, *GOOD, *STATE, *out(), rc=0)
    ready(tmp / "once")
    run(tmp / "once", *GOOD, *STATE, *out(), rc=0)
    same(standing_of(tmp), standing_of(tmp / "once"), "what stands")


def standing_of(tmp: Path) -> list: return standing([json.loads(x) for x in (tmp / "alerts.ndjson").read_bytes().splitlines()])


def test_a_state_that_is_being_read_is_waited_for(tmp):
    """`state show` at the moment when the nightly job begins ended that, with the words `another process (0, since ?)`."""
    ready(tmp)
    run(tmp, *GOOD, *STATE, *out(), rc=0)
    with open(tmp / "state.db.lock", "rb") as lock:
        fcntl.fcntl(lock, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0))
        result = run(tmp, *GOOD, *STATE, *out(), "--fail-fast", rc=4)
        expect("SZ422" in result.err and "is reading this state" in result.err, result)
        with open(tmp / "log", "wb") as log:
            process = start(tmp, "run", "--source", "file:events.ndjson", *GOOD, *STATE, *out(), stderr=log)
            expect(wait_for(lambda: b"waiting for it" in (tmp / "log").read_bytes(), process, "the run to wait"), (tmp / "log").read_text())
    same(process.wait(), 0, "exit status once it is free")


def test_a_run_keeps_others_out_of_its_state(tmp):
    """From its first commit to its end, whichever journal it keeps: no commit can then be in anybody's way."""
    ready(tmp, [])
    write(tmp / "big.ndjson", b"")
    process = start(tmp, "run", "--source", "stdin", "--order", "arrival", *GOOD, *STATE, *out(), "--commit-records", "40", stdin=subprocess.PIPE)
    got = 0
    for n, line in enumerate(LINES):
        process.stdin.write(line + b"\n")
        process.stdin.flush()
        if n % 10 or not (tmp / "state.db").exists() or (tmp / "state.db").stat().st_size == 0: continue
        try:
            db = sqlite3.connect(tmp / "state.db", isolation_level=None, timeout=0)
            if db.execute("select count(*) from sqlite_schema").fetchone()[0]: got += 1
        except sqlite3.OperationalError: pass
        finally: db.close()
    process.stdin.close()
    same(process.wait(), 0, "exit status")
    same(got, 0, "times that another program could read what a run has open")


if __name__ == "__main__": sys.exit(main(globals()))
