#!/usr/bin/env python3
"""States that are read-only, in use, of a newer format, damaged or no states: refused with what to do, and left as they are."""
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from lib import expect, finish, main, same, sanzao, say, size, skip, start, wait_for, write  # noqa: E402
from refusals import GOOD, LINES, STATE, in_chinese, out, ready, reference, refused, run, with_state  # noqa: E402


def test_read_only_state_is_said(tmp):
    state = with_state(tmp)
    (tmp / "ro").mkdir()
    done = subprocess.run(f"mount --bind {tmp} {tmp / 'ro'} && mount -o remount,bind,ro {tmp / 'ro'}", shell=True, capture_output=True)
    if done.returncode: skip("nothing can be mounted here: " + done.stderr.decode().strip())
    try:
        refused(tmp, 4, ["ro/state.db", "Read-only"], *GOOD, "--state", "sqlite:ro/state.db", *out())
        refused(tmp, 4, ["ro/new.db", "Read-only"], *GOOD, "--state", "sqlite:ro/new.db", *out("new.ndjson"))
        refused(tmp, 4, ["ro/alerts.ndjson", "Read-only"], *GOOD, *STATE, *out("ro/alerts.ndjson"))
        refused(tmp, 4, ["ro/summary.json", "Read-only"], *GOOD, *STATE, *out(), "--summary", "ro/summary.json")
    finally: subprocess.run(["umount", "-l", tmp / "ro"], check=True)
    if not shutil.which("chattr") or subprocess.run(["chattr", "+i", state], capture_output=True).returncode: return
    try: refused(tmp, 4, ["state.db", "not permitted"], *GOOD, *STATE, *out())
    finally: subprocess.run(["chattr", "-i", state], check=True)
    run(tmp, *GOOD, *STATE, *out(), rc=0)


def test_two_processes_on_one_state(tmp):
    """The second one is told who has it; the first one goes on."""
    ready(tmp)
    ref = reference(tmp)
    options = [*GOOD, *STATE, *out(), "--order", "arrival", "--commit-records", "50"]
    process = start(tmp, "run", "--source", "stdin", *options, stdin=subprocess.PIPE)
    half = len(LINES) // 2
    process.stdin.write(b"".join(x + b"\n" for x in LINES[:half]))
    process.stdin.flush()
    wait_for(lambda: size(tmp / "alerts.ndjson") > 0, process, "the first alerts")
    for more in (out(), out("other.ndjson")):
        result = run(tmp, *GOOD, *STATE, *more, rc=4)
        for text in ("state.db", str(process.pid), "another process", "wait"): expect(text in result.err, f"`{text}`;", result)
        same(result.out, b"", "standard output")
    expect(not (tmp / "other.ndjson").exists(), "the second one made its file")
    result = sanzao(tmp, "state", "show", "s001", *STATE, "--campus", "campus", "--rules", "rules", rc=4)
    expect("state.db" in result.err, result)
    result = finish(process, b"".join(x + b"\n" for x in LINES[half:]))
    expect(result.rc == 0, result)
    same((tmp / "alerts.ndjson").read_bytes(), ref["alerts"], "alerts of the first one")


def test_lock_of_somebody_else(tmp):
    """A program that holds the lock file, and SQLite's own lock on the state."""
    state = with_state(tmp)
    holders = {"import fcntl; f = open('state.db.lock', 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX)": "another process",
               "import sqlite3; db = sqlite3.connect('state.db', isolation_level=None); db.execute('BEGIN EXCLUSIVE')": "another program"}
    for code, text in holders.items():
        holder = subprocess.Popen([sys.executable, "-c", code + "; print('held', flush=True); input()"], cwd=tmp, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        same(holder.stdout.readline(), b"held\n", "the holder")
        try:
            before = state.read_bytes()
            result = run(tmp, *GOOD, *STATE, *out(), rc=4)
            expect("state.db" in result.err and text in result.err, f"`{text}`;", result)
            same(state.read_bytes(), before, "the state")
        finally: holder.communicate(b"\n")
    run(tmp, *GOOD, *STATE, *out(), rc=0)


def test_state_of_a_newer_format_is_refused_with_advice(tmp):
    state = with_state(tmp)
    good = state.read_bytes()
    data = bytearray(good)
    data[60:64] = (99).to_bytes(4, "big")  # SQLite's user_version
    state.write_bytes(data)
    refused(tmp, 4, ["state.db", "newer version"], *GOOD, *STATE, *out())
    in_chinese(tmp, 4, ["state.db", "更新版本"], *GOOD, *STATE, *out())
    refused(tmp, 4, ["state.db", "newer version"], "state", "show", "s001", *STATE, "--campus", "campus", "--rules", "rules", whole=False)
    state.write_bytes(good)
    with sqlite3.connect(state) as db: db.execute("UPDATE header SET fmt = 99")
    db.close()
    refused(tmp, 4, ["state.db", "newer version"], *GOOD, *STATE, *out())
    with sqlite3.connect(state) as db: db.execute("UPDATE header SET fmt = 1, topic = CAST('kafka' AS BLOB)")
    db.close()
    refused(tmp, 4, ["state.db"], *GOOD, *STATE, *out())
    state.write_bytes(good)
    run(tmp, *GOOD, *STATE, *out(), rc=0)


def content(state: Path) -> dict:
    """All but who took it last, which every program that opens it writes there."""
    with sqlite3.connect(state) as db:
        tables = [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        out = {t: db.execute(f"SELECT * FROM {t}").fetchall() for t in tables if t != "header"}
        out["header"] = db.execute("SELECT fmt, topic, parts, bundle_ver, body FROM header").fetchall()
    db.close()
    return out


def test_garbage_for_a_state_is_refused(tmp):
    state = with_state(tmp)
    good = state.read_bytes()
    r = random.Random(7)
    (tmp / "alerts.ndjson").unlink()  # nothing else would save the state
    for name, data in {"noise": r.randbytes(50_000), "text": b"my notes\n" * 1000, "short": b"x", "cut": good[:len(good) // 2],
                       "cut in its head": good[:50], "zeros": bytes(8192)}.items():
        state.write_bytes(data)
        refused(tmp, 4, "state.db", *GOOD, *STATE, *out())
    state.unlink()
    with sqlite3.connect(state) as db: db.execute("CREATE TABLE marks(student, mark)")
    db.close()
    refused(tmp, 4, ["state.db", "not a state"], *GOOD, *STATE, *out())
    for sql in ("UPDATE header SET body = zeroblob(40)", "UPDATE header SET body = CAST(x'c8' || substr(body, 2) AS BLOB)",
                "UPDATE header SET body = substr(body, 1, length(body) - 3)", "UPDATE journal SET entries = randomblob(500)",
                "UPDATE journal SET entries = substr(entries, 1, length(entries) / 2)", "DELETE FROM dict", "DROP TABLE journal",
                "UPDATE ledger SET line = CAST('nonsense' AS BLOB)"):
        state.write_bytes(good)
        with sqlite3.connect(state) as db: db.execute(sql)
        db.close()
        before = content(state)
        result = refused(tmp, 4, "state.db", *GOOD, *STATE, *out(), leaves=["state.db", "alerts.ndjson"])
        expect("backup" in result.err or "damaged" in result.err or "cannot be read" in result.err, "what to do?", result)
        same(content(state), before, f"what the state holds, after {sql}")


def test_flipped_bytes_in_a_state_never_crash(tmp):
    state = with_state(tmp)
    good, there = state.read_bytes(), (tmp / "alerts.ndjson").read_bytes()
    r, codes = random.Random(11), []
    for _ in range(40):
        data = bytearray(good)
        for _ in range(r.choice([1, 1, 8, 200])): data[r.randrange(100, len(data))] = r.randrange(256)
        state.write_bytes(data)
        write(tmp / "alerts.ndjson", there)
        for more in ("-wal", "-shm"): Path(f"{state}{more}").unlink(missing_ok=True)
        result = run(tmp, *GOOD, *STATE, *out())
        expect(result.rc in (0, 4), "a crash?", result)
        expect(result.rc == 0 or "state.db" in result.err, "which file?", result)
        codes.append(result.rc)
    say(f"{codes.count(4)} of 40 were noticed")


def test_state_whose_rows_lead_back_is_refused_and_does_not_hang(tmp):
    """The first and the last row of a page change places: whoever reads on from the last number begins again, for ever."""
    state = with_state(tmp)
    db = sqlite3.connect(state)
    db.execute("PRAGMA journal_mode = DELETE")
    size, root = (db.execute(q).fetchone()[0] for q in ("PRAGMA page_size", "SELECT rootpage FROM sqlite_master WHERE name = 'dict'"))
    db.close()
    data = bytearray(state.read_bytes())
    page = (root - 1) * size
    expect(data[page] == 13, "a table on one page is expected, this has a", data[page])
    cells = int.from_bytes(data[page + 3:page + 5], "big")
    first, last = page + 8, page + 8 + 2 * (cells - 1)
    data[first:first + 2], data[last:last + 2] = data[last:last + 2], data[first:first + 2]
    state.write_bytes(data)
    process = start(tmp, "run", "--source", "file:events.ndjson", *GOOD, *STATE, *out())
    result = finish(process)
    expect(result.rc == 4 and "state.db: the file is damaged" in result.err, result)


def test_state_options_that_are_none(tmp):
    ready(tmp)
    for value in ("sqlite:", "sqlit:state.db", "postgres://localhost", "state.db", ""):
        refused(tmp, 2, ["--state", "sqlite:FILE"], *GOOD, "--state", value)
    for value, text in (("redis://", "host of a Redis address"), ("redis://a,b", "several"), ("redis+sentinel://a", "master's name")):
        refused(tmp, 2, text, *GOOD, "--state", value)
    refused(tmp, 2, ["state show", "sqlite:FILE"], "state", "show", "s001", whole=False)
    refused(tmp, 4, ["state.db", "no state"], "state", "show", "s001", *STATE, "--campus", "campus", "--rules", "rules", whole=False)
    with_state(tmp)
    before = content(tmp / "state.db")
    refused(tmp, 1, "no such student", "state", "show", "nobody", *STATE, "--campus", "campus", "--rules", "rules", whole=False,
            leaves=["state.db"])
    same(content(tmp / "state.db"), before, "what the state holds")


def test_state_is_the_file_that_was_named(tmp):
    """SQLite has words of its own: a state in `:memory:` would be gone with the run."""
    ready(tmp)
    for i, name in enumerate([":memory:", "file:state.db?mode=ro", "a?b#c%20d.db", "状态 一.db"]):
        state = ["--state", f"sqlite:{name}"]
        run(tmp, *GOOD, *out(f"alerts-{i}"), *state, rc=0)
        expect((tmp / name).is_file() and size(tmp / name) > 1000, name)
        same(run(tmp, *GOOD, *out(f"alerts-{i}"), *state, rc=0).summary()["read"], 0, f"{name}: read again")
        expect(b'"student":"s001"' in sanzao(tmp, "state", "show", "s001", *state, "--campus", "campus", "--rules", "rules", rc=0).out, "show", name)


if __name__ == "__main__": sys.exit(main(globals()))
