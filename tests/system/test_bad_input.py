#!/usr/bin/env python3
"""Bad input: a clear message each that names the file and says what to do, the exit status of the contract, nothing half-written.

Every refusal is held to the same: stdout stays empty, what was in the folder is as it was, and no new file but a state's empty
lock is there.
"""
import gzip
import json
import os
import random
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

from lib import (MAPPINGS, SANZAO, Campus, Result, balance, counts, expect, finish, main, same, sanzao, say, size, skip, stamp, start, wait_for, write, write_lines)

CAMPUS = Campus(3, students=12, days=6)
LINES = CAMPUS.lines()
GOOD = ["--campus", "campus", "--rules", "rules", "--until", stamp(CAMPUS.until)]
STATE = ["--state", "sqlite:state.db"]
SWIPE = {"type": "swipe", "student": "s001", "amount": "5.00", "place": "c1"}


def ready(tmp: Path, lines=None) -> Path:
    CAMPUS.write(tmp)
    write_lines(tmp / "events.ndjson", LINES if lines is None else lines)
    return tmp


def out(name: str = "alerts.ndjson") -> list[str]: return ["--alerts", f"file:{name}"]


def snapshot(tmp: Path) -> dict:
    """Names and bytes of all there is."""
    found = {}
    for path in sorted(tmp.rglob("*")):
        name = str(path.relative_to(tmp))
        if path.is_symlink() or not (path.is_file() or path.is_dir()): found[name] = "special"
        else: found[name] = path.read_bytes() if path.is_file() else "folder"
    return found


def run(tmp, *args, source="file:events.ndjson", **how) -> Result:
    return sanzao(tmp, "run", *(["--source", source] if source else []), *args, **how)


def refused(tmp: Path, rc: int, texts, *args, leaves=(), whole=True, **how) -> Result:
    """The command ends with rc, says the texts, and leaves everything as it was (but what `leaves` names)."""
    before = no_locks(snapshot(tmp))
    result = run(tmp, *args, **how) if whole else sanzao(tmp, *args, **how)
    expect(result.rc == rc, f"exit {rc} expected;", result)
    for text in [texts] if isinstance(texts, str) else texts: expect(text in result.err, f"`{text}` is not said;", result)
    same(result.out, b"", "standard output")
    expect("ERROR: AddressSanitizer" not in result.err and "runtime error" not in result.err, result)
    after = no_locks(snapshot(tmp))
    for name in before | after:
        if name not in leaves: same(after.get(name, "not there"), before.get(name, "not there"), f"{name} after {result}")
    return result


def no_locks(files: dict) -> dict: return {k: v for k, v in files.items() if not (k.endswith(".lock") and v == b"")}


def in_chinese(tmp, rc, text, *args, **how) -> Result:
    """Refused, and but for names (which hold no blanks) nothing is said in English."""
    result = refused(tmp, rc, text, *args, "--lang", "zh", **how)
    english = re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})+", result.err.partition("\n{")[0])
    expect(not english, f"{english} is said in English;", result)
    return result


# ---- inputs ------------------------------------------------------------------------------------------------------------------------

def test_missing_input_is_named(tmp):
    ready(tmp)
    for state in ([], STATE):
        refused(tmp, 4, ["file:nowhere.ndjson", "No such file", "see to the path"], *GOOD, *state, *out(), source="file:nowhere.ndjson")
    in_chinese(tmp, 4, ["file:nowhere.ndjson", "没有这个文件或文件夹", "请检查路径"], *GOOD, *out(), source="file:nowhere.ndjson")
    result = refused(tmp, 4, ["file:one", "file:two"], *GOOD, "--source", "file:two", source="file:one")
    same(result.err.count("error["), 2, "both are told at once")


def test_unreadable_input_is_named(tmp):
    """As root permissions say nothing: the program runs as nobody then."""
    ready(tmp)
    os.chmod(tmp, 0o755)
    os.chmod(tmp / "events.ndjson", 0)
    who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    try: sanzao(tmp, "--version", rc=0, **who)
    except OSError: skip("the program cannot be started as nobody here")
    refused(tmp, 4, ["file:events.ndjson", "Permission denied"], *GOOD, source="file:events.ndjson", **who)
    os.chmod(tmp / "events.ndjson", 0o644)
    for name, option in (("rules/rules.yaml", []), ("campus/students.csv", []), ("map.yaml", ["--mapping", "map.yaml"])):
        write(tmp / "map.yaml", (MAPPINGS / "taidi-door.yaml").read_bytes())
        os.chmod(tmp / name, 0)
        refused(tmp, 4, [name, "Permission denied"], *GOOD, *option, **who)
        os.chmod(tmp / name, 0o644)
    for option in (out("new.ndjson"), ["--dead-letters", "file:new.ndjson"], ["--state", "sqlite:new.db"], ["--summary", "new.json"]):
        refused(tmp, 4, [option[1].removeprefix("file:").removeprefix("sqlite:"), "Permission denied"], *GOOD, *option, **who)


def test_socket_is_no_input(tmp):
    ready(tmp)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(tmp / "sock"))
        refused(tmp, 4, ["file:sock", "is not a file"], *GOOD, *out(), source="file:sock")
        for option in (out("sock"), ["--state", "sqlite:sock"], ["--mapping", "sock"], ["--summary", "sock"]):
            refused(tmp, 4, "sock", *GOOD, *option)


def test_a_pipe_where_the_lock_should_be_is_no_lock(tmp):
    """Opening it to read would wait for a writer for ever."""
    ready(tmp)
    os.mkfifo(tmp / "state.db.lock")
    refused(tmp, 4, ["state.db.lock", "is not a file"], *GOOD, *out(), *STATE)
    write(tmp / "state.db", b"")
    for command in (("state", "show", "s1"), ("run", "--plan")):
        result = sanzao(tmp, *command, *STATE, *GOOD[:4], rc=4)
        expect("state.db.lock" in result.err, result)


def test_pipe_that_is_closed_at_once_is_empty(tmp):
    ready(tmp)
    os.mkfifo(tmp / "pipe")
    process = start(tmp, "run", "--source", "file:pipe", *GOOD, *out())
    os.close(os.open(tmp / "pipe", os.O_WRONLY))
    result = finish(process)
    expect(result.rc == 0, result)
    same(result.summary()["read"], 0, "records")


def test_pipe_without_a_writer_is_waited_for_until_told_to_stop(tmp):
    ready(tmp)
    os.mkfifo(tmp / "pipe")
    for sig in (signal.SIGTERM, signal.SIGINT):
        process = start(tmp, "run", "--source", "file:pipe", *GOOD, *out(), *STATE)
        wait_for(lambda: b"pipe" in open(f"/proc/{process.pid}/cmdline", "rb").read() and catches(process.pid, sig) and is_asleep(process.pid), process)
        process.send_signal(sig)
        result = finish(process)
        expect(result.rc == 130, "exit 130 expected;", result)
        for name in ("state.db", "state.db.lock", "alerts.ndjson"): (tmp / name).unlink(missing_ok=True)


def catches(pid: int, sig: int) -> bool:
    """Before that the signal would just end it."""
    caught = next(line for line in open(f"/proc/{pid}/status") if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (sig - 1) & 1)


def is_asleep(pid: int) -> bool:
    """Waiting for a pipe (in the system's words; elsewhere: once it is asleep at all)."""
    try:
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "S": return False
        where = Path(f"/proc/{pid}/wchan").read_text()
        return where in ("", "0") or any(word in where for word in ("fifo", "pipe", "partner"))
    except OSError: return False


def test_empty_inputs_are_said_and_fine(tmp):
    ready(tmp, [])
    result = run(tmp, *GOOD, *out(), rc=0)
    expect("file:events.ndjson is empty" in result.err, result)
    same(result.summary()["read"], 0, "records")
    write(tmp / "blank.ndjson", "\n\n  \n")
    same(run(tmp, *GOOD, *out(), source="file:blank.ndjson", rc=0).summary()["read"], 0, "records of blank lines")
    (tmp / "in").mkdir()
    result = run(tmp, *GOOD, *out(), source="file:in", rc=0)
    expect("file:in" in result.err and "no files" in result.err, result)
    same(run(tmp, *GOOD, *out(), source="stdin", stdin=b"", rc=0).summary()["read"], 0, "records of stdin")
    for name in ("empty.ndjson.gz", "empty.csv"):
        write(tmp / name, b"")
        same(run(tmp, *GOOD, *out(), "--mapping", MAPPINGS / "taidi-door.yaml", source=f"file:{name}", rc=0).summary()["read"], 0, name)


def changed_meanwhile(tmp: Path, change, *options) -> Result:
    """A run over a file and a pipe: the file was read when the pipe opens, and is changed before its first record is used."""
    (tmp / "later").unlink(missing_ok=True)
    os.mkfifo(tmp / "later")
    process = start(tmp, "run", "--source", "file:events.ndjson", "--source", "file:later", *GOOD, *out(), "--dead-letters", "file:dead.ndjson",
                    "--order", "sorted", *options)
    pipes = []
    wait_for(lambda: opened(tmp / "later", pipes), process, "the pipe is read")
    change(tmp / "events.ndjson")
    for pipe in pipes: os.close(pipe)
    return finish(process)


def opened(pipe: Path, to: list[int]) -> bool:
    """Once somebody has it open to read, and not before."""
    try: to.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError: return False
    return True


def test_file_changes_while_its_records_are_used(tmp):
    """Only lines of records that are set aside are read again; whoever has gone is missed there, and nowhere else."""
    ready(tmp)
    data = (tmp / "events.ndjson").read_bytes()
    ref = ready(tmp / "ref")
    whole = changed_meanwhile(ref, lambda path: None)
    expect(whole.rc == 0 and whole.summary()["dead_letter_by"]["unknown_student"] > 0, whole)
    again = tmp / "again.ndjson"
    changes = {"cut": (lambda path: os.truncate(path, len(data) // 2), 4, "was cut short while its records were used"),
               "emptied": (lambda path: os.truncate(path, 0), 4, "was cut short while its records were used"),
               "changed": (lambda path: path.write_bytes(data.replace(b'"student"', b'"studend"')), 4, "was changed while its records were used"),
               "deleted": (lambda path: path.unlink(), 0, ""),
               "moved": (lambda path: path.rename(again), 0, ""),
               "replaced": (lambda path: write(again, b"{}\n").rename(path), 0, ""),
               "grown": (lambda path: path.write_bytes(data + LINES[0] + b"\n"), 0, "")}
    for name, (change, rc, text) in changes.items():
        for sql in (False, True):
            for pattern in ("state.db*", "alerts.ndjson", "dead.ndjson"):
                for left in tmp.glob(pattern): left.unlink()
            write(tmp / "events.ndjson", data)
            state = STATE + ["--commit-records", "50"] if sql else []
            result = changed_meanwhile(tmp, change, *state)
            expect(result.rc == rc and text in result.err, name, result)
            expect("ERROR: AddressSanitizer" not in result.err and "runtime error" not in result.err, result)
            if rc: expect("events.ndjson" in result.err and "fetch the file again" in result.err, name, result)
            write(tmp / "events.ndjson", data)
            if rc: expect(changed_meanwhile(tmp, lambda path: None, *state).rc == 0, f"{name}: the same again")
            for file in ("alerts.ndjson", "dead.ndjson"):
                same((tmp / file).read_bytes(), (ref / file).read_bytes(), f"{file}, {name}, {'sqlite' if sql else 'memory'}")


def packed(tmp: Path, kind: str) -> Path:
    path = tmp / f"events.ndjson.{kind}"
    data = (tmp / "events.ndjson").read_bytes()
    if kind == "gz": write(path, gzip.compress(data))
    elif not shutil.which("zstd"): skip("zstd is not here")
    else: subprocess.run(["zstd", "-q", "-f", "-o", path, tmp / "events.ndjson"], check=True)
    return path


def cut_short(tmp: Path, kind: str) -> None:
    ready(tmp)
    path = packed(tmp, kind)
    whole = path.read_bytes()
    ref = ready(tmp / "ref")
    for order in ("sorted", "arrival"):
        run(ref, *GOOD, "--order", order, *out(f"{order}.ndjson"), rc=0)
        for share in (3, 7, 9.99):
            write(path, whole[:int(len(whole) * share / 10)])
            name, options = f"{order}-{share}", ["--order", order, "--state", f"sqlite:{order}-{share}.db", "--commit-records", "100"]
            files = [f"{name}.ndjson", f"{name}.db", f"{name}.db.lock", f"{name}.db-wal"]
            refused(tmp, 4, [f"events.ndjson.{kind}", "archive", "fetch the file again"], *GOOD, *options, *out(f"{name}.ndjson"),
                    leaves=files, source=f"file:{path.name}")
            if order == "sorted": same((tmp / f"{name}.ndjson").read_bytes() if (tmp / f"{name}.ndjson").exists() else b"", b"", "alerts")
            in_chinese(tmp, 4, [f"events.ndjson.{kind}：{'gzip' if kind == 'gz' else 'zstd'} 压缩包不完整", "重新获取"], *GOOD, *options,
                       *out(f"{name}.ndjson"), leaves=files, source=f"file:{path.name}")
            write(path, whole)
            run(tmp, *GOOD, *options, *out(f"{name}.ndjson"), source=f"file:{path.name}", rc=0)
            same((tmp / f"{name}.ndjson").read_bytes(), (ref / f"{order}.ndjson").read_bytes(), f"alerts once {name} came whole")


def test_gz_that_is_cut_short_loses_nothing(tmp): cut_short(tmp, "gz")
def test_zst_that_is_cut_short_loses_nothing(tmp): cut_short(tmp, "zst")


def test_archive_that_is_none_is_said(tmp):
    ready(tmp)
    data = (tmp / "events.ndjson").read_bytes()
    for kind in ("gz", "zst"):
        write(tmp / f"plain.ndjson.{kind}", data)
        refused(tmp, 4, [f"plain.ndjson.{kind}", "archive"], *GOOD, *out(), source=f"file:plain.ndjson.{kind}")
        in_chinese(tmp, 4, [f"plain.ndjson.{kind}：不是 ", "压缩包，与文件名不符"], *GOOD, *out(), source=f"file:plain.ndjson.{kind}")
    spoiled = bytearray(gzip.compress(data))
    spoiled[len(spoiled) // 2:len(spoiled) // 2 + 8] = b"\xff" * 8
    write(tmp / "spoiled.gz", bytes(spoiled))
    if shutil.which("zstd"):
        packed = subprocess.run(["zstd", "-q", "--ultra", "-20", "--long=31"], input=data, stdout=subprocess.PIPE, check=True).stdout
        write(tmp / "events.ndjson.zst", packed)
        refused(tmp, 4, ["events.ndjson.zst", "without --long"], *GOOD, *out(), source="file:events.ndjson.zst", leaves=["alerts.ndjson"])
        in_chinese(tmp, 4, ["events.ndjson.zst", "请不要用 --long"], *GOOD, *out(), source="file:events.ndjson.zst", leaves=["alerts.ndjson"])
    refused(tmp, 4, "spoiled.gz", *GOOD, *out(), source="file:spoiled.gz", leaves=["alerts.ndjson"])
    far = "/".join(["宿舍门禁数据" * 12] * 6)
    write(tmp / far / "spoiled.gz", bytes(spoiled))
    for lang, why in (("en", "is damaged: "), ("zh", "已损坏（")): # however long the path is
        refused(tmp, 4, f"spoiled.gz{' ' if lang == 'en' else '：'}{why}", *GOOD, *out(), "--lang", lang, source=f"file:{far}/spoiled.gz",
                leaves=["alerts.ndjson"])


def test_truncated_table_gives_a_dead_letter(tmp):
    ready(tmp)
    mapping = ["--mapping", MAPPINGS / "taidi-door.yaml", "--unknown-students", "admit"]
    text = "Index,AccessCardNo,Date,Address,Access,Describe\r\n1,77,2024/3/5 8:00,东门[进门],1,好\r\n2,77,2024/3/5 9:0"
    write(tmp / "door.csv", text.encode("gbk"))
    summary = run(tmp, *GOOD, *mapping, *out(), "--dead-letters", "file:dead.ndjson", source="file:door.csv", rc=0).summary()
    same((summary["read"], summary["used"], summary["dead_letter"]), (2, 1, 1), "rows")
    expect(b'"line":3' in (tmp / "dead.ndjson").read_bytes(), (tmp / "dead.ndjson").read_bytes())
    refused(tmp, 2, ["file:door.csv", "--mapping"], *GOOD, *out(), source="file:door.csv", leaves=["alerts.ndjson"])
    write(tmp / "odd.csv", "Index,Card,Date,Address,Access,Describe\n1,77,2024/3/5 8:00,x[进门],1,x\n".encode("gbk"))
    refused(tmp, 1, ["odd.csv", "taidi-door.yaml:7:10", "AccessCardNo"], *GOOD, *mapping, *out("new"), source="file:odd.csv")


def test_rows_of_empty_cells_are_no_records_and_are_said(tmp):
    ready(tmp)
    mapping = ["--mapping", MAPPINGS / "taidi-door.yaml", "--unknown-students", "admit", "--dead-letters", "file:dead.ndjson"]
    text = "Index,AccessCardNo,Date,Address,Access,Describe\r\n1,77,2024/3/5 8:00,东门[进门],1,好\r\n" + ",,,,,\r\n" * 3 + ',"",, ,,\r\n,,,,,x\r\n'
    write(tmp / "door.csv", text.encode("gbk"))
    for order in ("sorted", "arrival"):
        r = run(tmp, *GOOD, *mapping, *out(), "--order", order, source="file:door.csv", rc=0)
        s = r.summary()
        same((s["read"], s["used"], s["dead_letter"], s["empty_rows"]), (2, 1, 1, 4), f"rows, {order}")
        expect("passed over: 4" in r.err, r)
    expect("已跳过：4 行" in run(tmp, *GOOD, *mapping, *out(), "--lang", "zh", source="file:door.csv", rc=0).err, "said in Chinese")
    write(tmp / "door.csv", text[:text.index(",,,,,")].encode("gbk"))
    r = run(tmp, *GOOD, *mapping, *out(), source="file:door.csv", rc=0)
    expect("passed over" not in r.err and "empty_rows" not in r.summary(), r)


def test_run_tells_the_first_of_many_alike_and_check_all(tmp):
    """Cards of those who have left: thousands of them, in the log of every night."""
    ready(tmp)
    with open(tmp / "campus/cards.csv", "w", encoding="utf-8") as f: f.write("card,student\n" + "".join(f"c{i},gone{i}\n" for i in range(300)))
    for lang, text in (("en", "cards.csv: and 295 more of SZ334"), ("zh", "cards.csv：还有 295 处 SZ334")):
        r = run(tmp, *GOOD, *out(), "--lang", lang, rc=0)
        same(r.err.count("[SZ334]"), 5, f"told of one by one, {lang}")
        expect(text in r.err and "gone" not in r.err, r)
    checked = sanzao(tmp, "check", "--campus", "campus", "--lang", "en", rc=0)
    same((checked.out.decode() + checked.err).count("warning[SZ334]"), 300, "of check")


def test_source_of_no_known_form_is_usage(tmp):
    ready(tmp)
    refused(tmp, 2, ["events.ndjson", "file:PATH"], *GOOD, source="events.ndjson")
    refused(tmp, 2, ["kafka:campus"], *GOOD, source="kafka:campus")
    refused(tmp, 2, ["no input", "--source"], *GOOD, source=None)


# ---- folders where files should be, and the other way round ----------------------------------------------------------------------------

def test_folder_where_a_file_should_be(tmp):
    ready(tmp)
    (tmp / "dir").mkdir()
    for option in (out("dir"), ["--dead-letters", "file:dir"], ["--state", "sqlite:dir"], ["--mapping", "dir"], ["--config", "dir"],
                   ["--summary", "dir"]):
        refused(tmp, 4, "dir", *GOOD, *option)
    in_chinese(tmp, 4, "dir", *GOOD, *out("dir"))
    refused(tmp, 4, ["dir", "folder"], "alerts", "dir", whole=False)
    (tmp / "campus/leaves.csv").unlink()
    (tmp / "campus/leaves.csv").mkdir()
    refused(tmp, 4, ["campus/leaves.csv", "folder"], *GOOD, *out())


def test_file_where_a_folder_should_be(tmp):
    ready(tmp)
    write(tmp / "file", "x")
    refused(tmp, 4, ["file", "folder"], "--campus", "file", "--rules", "rules")
    refused(tmp, 4, ["file", "folder"], "--campus", "campus", "--rules", "file")
    for option in (out("file/alerts.ndjson"), ["--state", "sqlite:file/state.db"], ["--summary", "file/summary.json"],
                   ["--dead-letters", "file:file/dead.ndjson"]):
        refused(tmp, 4, "file/", *GOOD, *option)


def test_outputs_in_a_folder_that_is_not_there(tmp):
    ready(tmp)
    for option in (out("no/alerts.ndjson"), ["--dead-letters", "file:no/dead.ndjson"], ["--state", "sqlite:no/state.db"],
                   ["--summary", "no/summary.json"]):
        refused(tmp, 4, ["no/", "folder"], *GOOD, *option)
    refused(tmp, 4, ["nowhere"], *GOOD, "--campus", "nowhere")
    refused(tmp, 4, ["nowhere"], *GOOD, "--rules", "nowhere")
    refused(tmp, 4, ["nowhere"], *GOOD, "--mapping", "nowhere")


def test_one_path_for_two_things_is_refused(tmp):
    """An input, a state or an alerts file that another output would overwrite."""
    ready(tmp)
    write_lines(tmp / "in/events.ndjson", LINES)
    for option in (out("same") + ["--dead-letters", "file:same"], out("same") + ["--summary", "same"],
                   out("same") + ["--state", "sqlite:same"], out("./same") + ["--dead-letters", "file:same"],
                   out("events.ndjson"), ["--summary", "events.ndjson"], ["--dead-letters", "file:./events.ndjson"],
                   ["--state", "sqlite:events.ndjson"]):
        refused(tmp, 2, option[1].removeprefix("file:").removeprefix("./").removeprefix("sqlite:"), *GOOD, *option)
    refused(tmp, 2, "in/alerts.ndjson", *GOOD, *out("in/alerts.ndjson"), source="file:in")


# ---- YAML ------------------------------------------------------------------------------------------------------------------------------

DOOR = (MAPPINGS / "taidi-door.yaml").read_text(encoding="utf-8")
YAML = {  # file: (options, good text with the key to be spoilt, the key, its spoilt form, exit)
    "config.yaml": (["--config", "config.yaml"], "lateness: 24h\n", "lateness", "latenes", 2),
    "rules/rules.yaml": ([], None, "resolve_when", "resolve_wen", 1),
    "campus/calendar.yaml": ([], None, "holidays", "holidys", 1),
    "campus/feeds.yaml": ([], "pos: {delivery: stream, allowance: 10m}\n", "delivery", "delivry", 1),
    "campus/types.yaml": ([], "library: {presence: true, fields: {seat: text}}\n", "presence", "presnce", 1),
    "map.yaml": (["--mapping", "map.yaml"], DOOR, "encoding", "encodng", 1),
}


def each_yaml(tmp: Path):
    for name, (options, text, *rest) in YAML.items():
        ready(tmp)
        path = tmp / name
        yield name, options, text or path.read_text(encoding="utf-8"), *rest
        if name.startswith(("campus/feeds", "campus/types")): path.unlink()


def test_wrong_key_in_any_yaml_is_told_with_its_place(tmp):
    for name, options, text, good, bad, rc in each_yaml(tmp):
        text = text.replace(good + ":", bad + ":", 1)
        line = text[:text.index(bad + ":")].count("\n") + 1
        write(tmp / name, text)
        refused(tmp, rc, [f"{name}:{line}:", "error[SZ", bad, good], *GOOD, *options, *out())
        if rc == 1:
            result = sanzao(tmp, "check", "--campus", "campus", *(["rules"] if not options else ["rules", *options]))
            expect(result.rc == 1 and f"{name}:{line}:" in result.out.decode(), "check:", result)


def test_broken_yaml_is_told_with_its_place(tmp):
    for name, options, text, _, _, rc in each_yaml(tmp):
        lines = text.count("\n") + 1
        for what, spoilt in {"open bracket": text + f"\nx{lines}: [1, 2\n", "tab": text + "\n\tx: 1\n", "NUL": text + "\nx: a\0b\n",
                             "not UTF-8": text.encode() + b"\nx: \xff\xfe\n", "only NUL": b"\0\0\0\0", "alias": text + "\nx: &a 1\ny: *a\n",
                             "same key twice": text + "\n" + text}.items():
            write(tmp / name, spoilt)
            refused(tmp, rc, [f"{name}", "error[SZ"], *GOOD, *options, *out())
        write(tmp / name, "- just\n- a list\n")
        refused(tmp, rc, [f"{name}:1:", "error[SZ"], *GOOD, *options, *out())


def test_nesting_bomb_in_any_yaml_is_refused(tmp):
    for name, options, text, _, _, rc in each_yaml(tmp):
        laughs = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(f"{c}: &{c} [{','.join(['*' + b] * 9)}]\n" for b, c in zip("abcdefgh", "bcdefghi"))
        for bomb in ("[" * 100_000, "x: " + "{a: " * 50_000, "".join(" " * i + "a:\n" for i in range(2000)), "- " * 100_000, laughs):
            write(tmp / name, bomb + "\n")
            refused(tmp, rc, [name, "error[SZ"], *GOOD, *options, *out())


def test_nesting_bomb_in_an_expression_is_refused(tmp):
    n = 100_000
    bombs = ["(" * n + "1" + ")" * n, "!" * n + "true", "-" * n + "1", "[" * n + "]" * n, "1" + "+1" * n, "true" + "?true:true" * n,
             "x" + ".a" * n, "x" + "[0]" * n, "true" + "||true" * n, "{1:" * n, "size(" * n + "1" + ")" * n, '"' + "a" * n, "[" + "1," * n]
    for bomb in bombs:
        ready(tmp)
        write(tmp / "rules/bomb.yaml", 'rules:\n  - {id: bomb, purpose: wellbeing, level: blue, when: "' +
              bomb.replace('"', '\\"') + '"}\n')
        refused(tmp, 1, ["rules/bomb.yaml:2:", "error[SZ"], *GOOD, *out())
        short = bomb[:60_000]  # what fits on a command line
        result = sanzao(tmp, "eval", "--bindings", '{"x": 1}', "--", short)
        expect(result.rc in (0, 1), f"eval of {bomb[:20]}…", result)
    deep = '{"x": ' + "[" * 60_000 + "]" * 60_000 + "}"
    result = sanzao(tmp, "eval", "x", "--bindings", deep)
    expect(result.rc in (1, 2), result)


# ---- records -----------------------------------------------------------------------------------------------------------------------------

def dead_of(tmp: Path, data: bytes, *options) -> tuple[dict, list[dict]]:
    ready(tmp)
    write(tmp / "odd.ndjson", data)
    summary = run(tmp, *GOOD, *out(), "--dead-letters", "file:dead.ndjson", *options, source="file:odd.ndjson", rc=0).summary()
    balance(summary)
    return summary, [json.loads(line) for line in (tmp / "dead.ndjson").read_bytes().splitlines()]


def swipe(n: int, **more) -> bytes: return json.dumps({"id": f"x{n}", "time": f"2024-03-05T08:{n:02d}:00+08:00", **SWIPE, **more}).encode()


def test_ten_megabyte_line_is_one_dead_letter(tmp):
    long = swipe(2, note="x" * (10 << 20))
    for order in ("sorted", "arrival"):
        for tail in (b"\n" + swipe(3) + b"\n", b""):
            summary, dead = dead_of(tmp, swipe(1) + b"\n" + long + tail, "--order", order)
            same((summary["dead_letter_by"], summary["used"]), ({"too_large": 1}, 2 if tail else 1), "where the lines went")
            same((dead[0]["reason"], dead[0]["origin"]["line"], len(dead[0]["raw_base64"])), ("too_large", 2, -(-(1 << 20) // 3) * 4),
                 "the dead letter")
    expect(str(len(long)) in dead[0]["detail"], dead[0]["detail"])


def test_nesting_bomb_in_a_record_is_a_dead_letter(tmp):
    bombs = [b"[" * 300_000, b'{"a":' * 100_000, b'{"id":"q","a":' + b"[" * 40 + b"]" * 40 + b"}", b"[" * 300_000 + b"]" * 300_000]
    summary, dead = dead_of(tmp, b"\n".join([swipe(1), *bombs, swipe(2)]) + b"\n")
    same((summary["used"], summary["dead_letter"]), (2, 4), "where the lines went")
    expect({d["reason"] for d in dead} <= {"too_deep", "bad_json"} and any(d["reason"] == "too_deep" for d in dead), dead)


def test_nul_bytes_in_records_are_dead_letters(tmp):
    lines = [swipe(1), b"\0", swipe(2).replace(b"swipe", b"sw\0ipe"), b"\0" * 5000, swipe(3) + b"\0", swipe(4).replace(b'"x4"', b'"x\\u00004"'),
             swipe(5)]
    for order in ("sorted", "arrival"):
        summary, dead = dead_of(tmp, b"\n".join(lines) + b"\n", "--order", order)
        same((summary["read"], summary["used"], summary["dead_letter"]), (7, 2, 5), "where the lines went")
        same(sorted({d["reason"] for d in dead}), ["bad_json", "bad_value"], "reasons")
    text = "Index,AccessCardNo,Date,Address,Access,Describe\n1,s001,2024/3/5 8:00,a[进门],1,x\n2,s\0001,2024/3/5 8:00,a[进门],1,x\n\0\0\n"
    write(tmp / "door.csv", text.encode("gbk"))
    summary = run(tmp, *GOOD, *out(), "--mapping", MAPPINGS / "taidi-door.yaml", source="file:door.csv", rc=0).summary()
    same((summary["used"], summary["dead_letter"]), (1, 2), "rows of the table")


def test_bytes_of_anything_are_accounted_for(tmp):
    noise = random.Random(5).randbytes(300_000)
    for order in ("sorted", "arrival"):
        summary, dead = dead_of(tmp, swipe(1) + b"\n" + noise + b"\n" + swipe(2) + b"\n", "--order", order)
        same((summary["used"], summary["dead_letter"]), (2, len(dead)), "where the lines went")
    say(f"{len(dead)} dead letters of noise")


# ---- outputs: no room --------------------------------------------------------------------------------------------------------------------

class Disk:
    """A small file system of its own, to be unmounted at the end."""

    def __init__(self, where: Path, kb: int):
        where.mkdir()
        self.where = where
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kb}k", "sanzao-test", where], capture_output=True)
        if done.returncode: skip("nothing can be mounted here: " + done.stderr.decode().strip())

    def again(self, options: str) -> None: subprocess.run(["mount", "-o", "remount," + options, self.where], check=True)
    def __enter__(self): return self
    def __exit__(self, *_): subprocess.run(["umount", "-l", self.where], check=True)


def reference(tmp: Path, lines=None) -> dict:
    ref = ready(tmp / "ref", lines)
    summary = run(ref, *GOOD, "--order", "arrival", *out(), "--dead-letters", "file:dead.ndjson", rc=0).summary()
    return {"alerts": (ref / "alerts.ndjson").read_bytes(), "dead": (ref / "dead.ndjson").read_bytes(), "summary": summary}


def whole_lines(path: Path, ref: bytes) -> None:
    there = path.read_bytes() if path.exists() else b""
    same(there, ref[:len(there)], f"{path.name}: what could be written")
    expect(there == b"" or there.endswith(b"\n"), f"{path.name} ends in half a line")


def full_disk(tmp: Path, what: str, kb: int) -> None:
    """Only `what` lies on the small disk; with more room the same command goes on, and the end is that of a run with room."""
    lines = [x for line in LINES for x in ([line, line[:-5]] if len(line) % 3 == 0 else [line])]  # more dead letters
    ref = reference(tmp, lines)
    ready(tmp, lines)
    with Disk(tmp / "disk", kb) as disk:
        at = {k: f"disk/{k}" if k == what else k for k in ("alerts.ndjson", "dead.ndjson", "state.db")}
        args = [*GOOD, "--order", "arrival", *out(at["alerts.ndjson"]), "--dead-letters", f"file:{at['dead.ndjson']}",
                "--state", f"sqlite:{at['state.db']}", "--commit-records", "40"]
        result = run(tmp, *args, rc=4)
        expect(what in result.err and ("No space" in result.err or "full" in result.err), "which file, and why?", result)
        expect("room" in result.err, "what to do?", result)
        same(result.out, b"", "standard output")
        for name, whole in (("alerts.ndjson", ref["alerts"]), ("dead.ndjson", ref["dead"])):
            whole_lines(tmp / at[name], whole)
        run(tmp, *args, rc=4)  # still full
        disk.again("size=64m")
        summary = run(tmp, *args, rc=0).summary()
        same((tmp / at["alerts.ndjson"]).read_bytes(), ref["alerts"], "alerts once there was room")
        same((tmp / at["dead.ndjson"]).read_bytes(), ref["dead"], "dead letters once there was room")
        same(counts(summary), counts(ref["summary"]), "summary once there was room")


def test_full_disk_under_the_alerts_loses_nothing(tmp): full_disk(tmp, "alerts.ndjson", 100)
def test_full_disk_under_the_dead_letters_loses_nothing(tmp): full_disk(tmp, "dead.ndjson", 12)
def test_full_disk_under_the_state_loses_nothing(tmp): full_disk(tmp, "state.db", 400)


def test_full_disk_before_the_state_is_made(tmp):
    ready(tmp)
    with Disk(tmp / "disk", 4) as disk:
        write(disk.where / "filler", b"x" * 4096)
        result = run(tmp, *GOOD, *out(), "--state", "sqlite:disk/state.db", rc=4)
        expect("disk/state.db" in result.err and "room" in result.err, result)
        disk.again("size=64m")
        run(tmp, *GOOD, *out(), "--state", "sqlite:disk/state.db", rc=0)


def test_a_name_that_says_what_the_system_says_stays_as_it_is(tmp):
    """In Chinese only what the system said is Chinese: a path may hold the same words."""
    ready(tmp)
    name = "Is a directory"
    refused(tmp, 4, f"{name} 不能读取：没有这个文件或文件夹", *GOOD, *out(), "--lang", "zh", source=f"file:{name}")
    (tmp / name).mkdir()
    write(tmp / name / "was cut short.gz", gzip.compress((tmp / "events.ndjson").read_bytes())[:-40])
    refused(tmp, 4, f"file:{name}/was cut short.gz：gzip 压缩包不完整", *GOOD, *out(), "--lang", "zh", source=f"file:{name}", leaves=["alerts.ndjson"])


def test_full_device_is_said(tmp):
    """/dev/full: for what is written at the end, too."""
    if not Path("/dev/full").exists(): skip("/dev/full is not here")
    ready(tmp)
    result = run(tmp, *GOOD, "--alerts", "file:/dev/full", rc=4)
    expect("/dev/full" in result.err and "No space" in result.err, result)
    result = run(tmp, *GOOD, "--alerts", "file:/dev/full", "--lang", "zh", rc=4)
    expect("/dev/full" in result.err and "磁盘已满" in result.err and "No space" not in result.err, result)
    result = run(tmp, *GOOD, *out(), "--summary", "/dev/full", rc=4)
    expect("/dev/full" in result.err and "No space" in result.err, result)
    same(result.summary()["read"], len(LINES), "the summary on stderr")
    for command in (["run", "--source", "file:events.ndjson", *GOOD], ["run", "--source", "file:events.ndjson", *GOOD, "--dry-run"],
                    ["alerts", "alerts.ndjson"], ["alerts", "alerts.ndjson", "--json"], ["check", "rules", "--campus", "campus"],
                    ["eval", "1 + 1"], ["options", "--docs"], ["--help"], ["run", "--help"], ["explain", "SZ001"]):
        with open("/dev/full", "wb") as full:
            result = finish(start(tmp, *command, stdout=full))
            expect(result.rc == 4 and "standard output" in result.err and "No space" in result.err, f"output of `{' '.join(command[:2])}` is lost without a word;", result)


def test_closed_standard_files_spoil_nothing(tmp):
    """What is opened first must not become standard output."""
    ref = reference(tmp)
    ready(tmp)
    line = shlex.join([SANZAO, "run", "--source", "file:events.ndjson", "--order", "arrival", *GOOD, "--state", "sqlite:state.db"])
    done = subprocess.run(["sh", "-c", f"exec {line} --alerts stdout <&- >&- 2>&-"], cwd=tmp)
    same(done.returncode, 4, "exit with standard output closed")
    if (tmp / "state.db").exists(): same((tmp / "state.db").read_bytes()[:15], b"SQLite format 3", "the state")
    done = subprocess.run(["sh", "-c", f"exec {line} --alerts file:alerts.ndjson <&- >&- 2>&-"], cwd=tmp)
    same(done.returncode, 0, "exit with an alerts file")
    same((tmp / "alerts.ndjson").read_bytes(), ref["alerts"], "alerts")


def test_reader_that_went_away_is_no_crash(tmp):
    ready(tmp)
    process = start(tmp, "run", "--source", "file:events.ndjson", *GOOD)
    process.stdout.close()
    process.stdout = None
    result = finish(process)
    expect(result.rc == 4 and "standard output" in result.err, result)


def test_file_size_limit_is_said(tmp):
    """A quota: the system would kill whoever writes beyond it."""
    import resource
    ref = reference(tmp)
    ready(tmp)
    for what, limit in (("alerts.ndjson", 100_000), ("state.db", 60_000)):
        args = [*GOOD, "--order", "arrival", *out(), *STATE, "--dead-letters", "file:dead.ndjson", "--commit-records", "40"]
        if what == "alerts.ndjson": args[args.index("sqlite:state.db")] = "memory"
        result = run(tmp, *args, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)), rc=4)
        expect(what in result.err and "room" in result.err, result)
        whole_lines(tmp / "alerts.ndjson", ref["alerts"])
        if what == "alerts.ndjson":
            for name in ("alerts.ndjson", "dead.ndjson"): (tmp / name).unlink()
    run(tmp, *args, rc=0)
    same((tmp / "alerts.ndjson").read_bytes(), ref["alerts"], "alerts without the limit")


def test_no_room_to_sort_is_said_and_nothing_is_written(tmp):
    ready(tmp, CAMPUS.lines() * 25)
    with Disk(tmp / "disk", 200):
        options = ["--sort-memory", "1M", "--tmp", "disk"]
        refused(tmp, 4, ["disk", "No space", "--tmp"], *GOOD, *options, *out(), leaves=["alerts.ndjson"])
        in_chinese(tmp, 4, ["disk", "磁盘已满", "--tmp"], *GOOD, *options, *out(), leaves=["alerts.ndjson"])
        if (tmp / "alerts.ndjson").exists(): same((tmp / "alerts.ndjson").read_bytes(), b"", "alerts")
    refused(tmp, 4, ["nowhere"], *GOOD, "--sort-memory", "1M", "--tmp", "nowhere", *out("new"))
    in_chinese(tmp, 4, ["nowhere", "没有这个文件或文件夹"], *GOOD, "--sort-memory", "1M", "--tmp", "nowhere", *out("new"))


# ---- outputs: not ours -----------------------------------------------------------------------------------------------------------------------

def test_alerts_that_are_not_of_this_state_are_refused_without_append(tmp):
    ready(tmp)
    for name, option in (("alerts.ndjson", out()), ("dead.ndjson", ["--dead-letters", "file:dead.ndjson"])):
        write(tmp / name, b'{"of":"somebody else"}\n')
        refused(tmp, 4, [name, "--append"], *GOOD, *STATE, *option)
        in_chinese(tmp, 4, [name, "--append"], *GOOD, *STATE, *option)
        run(tmp, *GOOD, *STATE, *option, "--append", rc=0)
        there = (tmp / name).read_bytes()
        expect(there.startswith(b'{"of":"somebody else"}\n') and len(there) > 1000, "not continued")
        run(tmp, *GOOD, *STATE, *option, rc=0)  # now it is ours
        same((tmp / name).read_bytes(), there, "again")
        (tmp / "state.db").unlink()
    write(tmp / "other.ndjson", b'{"of":"somebody else"}\n')
    run(tmp, *GOOD, *STATE, *out("first.ndjson"), rc=0)
    write_lines(tmp / "more.ndjson", [swipe(i, amount="27") for i in range(5)])
    refused(tmp, 4, ["other.ndjson", "--append"], *GOOD, *STATE, *out("other.ndjson"), source="file:more.ndjson",
            leaves=["state.db", "state.db-wal"])


def test_with_memory_the_alerts_are_written_anew(tmp):
    ready(tmp)
    write(tmp / "alerts.ndjson", b'{"of":"yesterday"}\n')
    run(tmp, *GOOD, *out(), rc=0)
    first = (tmp / "alerts.ndjson").read_bytes()
    expect(b"yesterday" not in first, "not written anew")
    run(tmp, *GOOD, *out(), rc=0)
    same((tmp / "alerts.ndjson").read_bytes(), first, "the same again")
    write(tmp / "alerts.ndjson", b'{"of":"yesterday"}')
    run(tmp, *GOOD, *out(), "--append", rc=0)
    same((tmp / "alerts.ndjson").read_bytes(), b'{"of":"yesterday"}\n' + first, "with --append")


def test_a_run_that_is_refused_does_not_touch_yesterdays_alerts(tmp):
    ready(tmp)
    write(tmp / "alerts.ndjson", b'{"of":"yesterday"}\n')
    write(tmp / "rules/more.yaml", "rules: [{id: x, when: nothing_like_it > 1, level: blue}]\n")
    refused(tmp, 1, "rules/more.yaml:1:", *GOOD, *out())
    (tmp / "rules/more.yaml").unlink()
    refused(tmp, 4, "nowhere", *GOOD, *out(), source="file:nowhere")
    write(tmp / "broken.ndjson.gz", gzip.compress(b"\n".join(LINES))[:-100])
    refused(tmp, 4, "broken.ndjson.gz", *GOOD, *out(), source="file:broken.ndjson.gz")


# ---- states ------------------------------------------------------------------------------------------------------------------------------------

def with_state(tmp: Path) -> Path:
    ready(tmp, LINES[:len(LINES) // 2])
    run(tmp, "--campus", "campus", "--rules", "rules", *STATE, *out(), rc=0)
    write_lines(tmp / "events.ndjson", LINES)
    return tmp / "state.db"


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


# ---- --until -------------------------------------------------------------------------------------------------------------------------------------

def test_state_is_the_file_that_was_named(tmp):
    """SQLite has words of its own: a state in `:memory:` would be gone with the run."""
    ready(tmp)
    for i, name in enumerate([":memory:", "file:state.db?mode=ro", "a?b#c%20d.db", "状态 一.db"]):
        state = ["--state", f"sqlite:{name}"]
        run(tmp, *GOOD, *out(f"alerts-{i}"), *state, rc=0)
        expect((tmp / name).is_file() and size(tmp / name) > 1000, name)
        same(run(tmp, *GOOD, *out(f"alerts-{i}"), *state, rc=0).summary()["read"], 0, f"{name}: read again")
        expect(b'"student":"s001"' in sanzao(tmp, "state", "show", "s001", *state, "--campus", "campus", "--rules", "rules", rc=0).out, "show", name)


def test_until_before_the_data_is_said(tmp):
    ready(tmp)
    options = ["--campus", "campus", "--rules", "rules", *out(), "--dead-letters", "file:dead.ndjson"]
    for order in ("sorted", "arrival"):
        result = run(tmp, *options, "--order", order, "--until", "2023-12-31", rc=0)
        summary = result.summary()
        balance(summary)
        same(summary["dead_letter_by"].get("future_time", 0) + summary["dead_letter_by"].get("bad_json", 0), len(LINES), "dead letters")
        same((tmp / "alerts.ndjson").read_bytes(), b"", "alerts")
        expect("--until" in result.err and "future_time" in result.err.rsplit("{", 2)[0], "no clear message:", result)
    same(len((tmp / "dead.ndjson").read_bytes().splitlines()), len(LINES), "dead letters in the file")


def test_until_that_goes_back_changes_nothing(tmp):
    with_state(tmp)
    run(tmp, *GOOD, *STATE, *out(), rc=0)
    there = (tmp / "alerts.ndjson").read_bytes()
    result = run(tmp, "--campus", "campus", "--rules", "rules", *STATE, *out(), "--until", "2024-03-05", rc=0)
    same((tmp / "alerts.ndjson").read_bytes(), there, "alerts")
    same(result.summary()["clock"][:16], stamp(CAMPUS.until)[:16], "clock")


def test_until_that_is_no_time_is_usage(tmp):
    ready(tmp)
    for value in ("tomorrow", "2024-13-01", "24-3-1", "", "2024-03-05T25:00"):
        refused(tmp, 2, ["--until", "2026-03-08"], "--campus", "campus", "--rules", "rules", "--until", value)


# ---- usage -----------------------------------------------------------------------------------------------------------------------------------------

def test_unknown_options_are_refused_with_a_hint(tmp):
    ready(tmp)
    for option, hint in {"--soruce": "--source", "--alert": "--alerts", "--untill": "--until", "--dead_letter": "--dead-letters",
                         "--comit-records": "--commit-records"}.items():
        refused(tmp, 2, [option, f"did you mean {hint}?"], *GOOD, option, "x")
        in_chinese(tmp, 2, [option, f"是不是 {hint}"], *GOOD, option, "x")
    refused(tmp, 2, "--strict", *GOOD, "--strict")  # another command's
    refused(tmp, 2, ["-x"], *GOOD, "-x")
    for command, hint in {"rum": "run", "chek": "check", "alert": "alerts"}.items():
        refused(tmp, 2, [command, f"`{hint}`"], command, whole=False)
    refused(tmp, 2, "console", "console", whole=False)
    refused(tmp, 2, "usage", whole=False)


def test_values_that_an_option_does_not_take(tmp):
    ready(tmp)
    for option, value in (("--order", "random"), ("--lateness", "10"), ("--lateness", "-1h"), ("--horizon", "two weeks"),
                          ("--commit-records", "many"), ("--commit-records", "-5"), ("--commit-records", "99999999999999999999"),
                          ("--sort-memory", "1X"), ("--unknown-students", "ignore"), ("--workers", "2"), ("--append=maybe", ""),
                          ("--encoding", "klingon"), ("--lang", "fr"), ("--alerts", "kafka:campus.alerts"), ("--alerts", "alerts.ndjson"),
                          ("--dead-letters", "stdout")):
        named = option.split("=")[0] if option not in ("--alerts", "--dead-letters") else value
        refused(tmp, 2, named, *GOOD, *([option] if "=" in option else [option, value]))
    refused(tmp, 2, "--summary", *GOOD, "--summary")
    refused(tmp, 2, "--source", *GOOD, "extra.ndjson")


def test_config_file_is_held_to_the_same(tmp):
    ready(tmp)
    write(tmp / "config.yaml", "source: ['file:events.ndjson']\ncampus: campus\nrules: rules\nalerts: 'file:alerts.ndjson'\norder: random\n"
          "lateness: soon\nstate: {sqlite: x}\n")
    result = refused(tmp, 2, ["config.yaml:5:8", "config.yaml:6:11", "config.yaml:7:8"], "--config", "config.yaml", source=None)
    same(result.err.count("error["), 3, "all three at once")
    refused(tmp, 4, "nowhere.yaml", "--config", "nowhere.yaml")
    write(tmp / "config.yaml", "source: ['file:events.ndjson']\ncampus: campus\nrules: rules\nalerts: 'file:alerts.ndjson'\norder: arrival\n"
          f"until: '{stamp(CAMPUS.until)}'\ncommit_records: 100\n")
    same(run(tmp, "--config", "config.yaml", source=None, rc=0).summary()["read"], len(LINES), "a good one")
    write(tmp / "config.yaml", "")
    run(tmp, "--config", "config.yaml", *GOOD, *out(), rc=0)


def test_slips_in_options_are_told_what_to_write(tmp):
    ready(tmp)
    rows = [("lateness: 10天", "10d"), ("lateness: 10", "10s / 10m / 10h / 10d"), ("settle: 3秒", "3s"), ("append: yes", "true"),
            ("by_source: 否", "false"), ("sort_memory: 256MB", "256M"), ("commit_records: 1e6", "1000000"),
            ("unknown_students: true", "admit"), ("order: Sorted", "sorted"), ("until: 2026/4/8", "2026-04-08"),
            ("until: 2026年4月8日 20:00", "2026-04-08T20:00"), ("state: sqlite", "sqlite:state.db"), ("state: file:a.db", "sqlite:a.db"),
            ("state: a.db", "sqlite:a.db"), ("state: Memory", "memory"), ("state: memroy", "memory")]
    for line, wanted in rows:
        write(tmp / "config.yaml", line + "\n")
        for lang, head in (("en", ("write ", "a file that keeps the state:  ")), ("zh", ("请写 ", "用一个文件保存状态："))):
            err = run(tmp, "--config", "config.yaml", "--lang", lang, "--campus", "campus", "--rules", "rules", rc=2).err
            hints = [t.strip()[2:] for t in err.splitlines() if t.strip().startswith("= ")]
            expect(any(h == start + wanted for h in hints for start in head), f"{line}: {err}")
    write(tmp / "config.yaml", "lang: 中文\n")
    said = sanzao(tmp, "check", "rules", "--config", "config.yaml")
    expect("write zh" in str(said.out) + str(said.err), "a language by its name")


def test_a_blank_behind_a_prefix_names_no_file_with_a_blank(tmp):
    ready(tmp)
    write(tmp / "config.yaml", "state: 'sqlite: kept.db'\nalerts: 'file: told.ndjson'\n")
    run(tmp, "--config", "config.yaml", *GOOD, rc=0)
    expect((tmp / "kept.db").exists() and (tmp / "told.ndjson").exists(), str(sorted(p.name for p in tmp.iterdir())))


def test_exit_statuses_of_the_contract(tmp):
    ready(tmp)
    same(run(tmp, *GOOD, *out()).rc, 0, "fine")
    write(tmp / "rules/warn.yaml", "events:\n  evening: {event: swipe, where: event.time.getHours() >= 22}\n"
          "features:\n  evenings: {days: evening, over: 7d}\n"
          "rules:\n  - {id: w, title: {zh: 晚, en: w}, purpose: wellbeing, when: evenings >= 5, level: blue}\n")
    same(sanzao(tmp, "check", "rules", "--campus", "campus").rc, 0, "check with a warning")
    same(sanzao(tmp, "check", "rules", "--campus", "campus", "--strict").rc, 3, "check --strict with a warning")
    same(run(tmp, *GOOD, *out()).rc, 0, "run with a warning")
    write(tmp / "rules/warn.yaml", "rules: [{id: w, when: nothing > 5, level: blue}]\n")
    same(sanzao(tmp, "check", "rules", "--campus", "campus", "--strict").rc, 1, "check with an error")
    same(run(tmp, *GOOD, *out("other")).rc, 1, "run with rules that are refused")
    same(sanzao(tmp, "check", "nowhere").rc, 4, "check of nothing")
    same(sanzao(tmp, "alerts", "nowhere").rc, 4, "alerts of nothing")
    same(sanzao(tmp, "alerts").rc, 2, "alerts without a file")
    same(sanzao(tmp, "eval", "1 +").rc, 1, "eval of what does not parse")
    same(sanzao(tmp, "check", "--nonsense").rc, 2, "check with an odd option")


def test_campus_defects_come_all_at_once(tmp):
    ready(tmp)
    write(tmp / "campus/students.csv", "student,entry_year\ns001,2021\ns001,2022\ns002,soon\n,2021\n")
    write(tmp / "campus/leaves.csv", "student,from,to,kind\ns001,2024-03-09,2024-03-02,leave\ns001,someday,2024-03-02,leave\n")
    result = refused(tmp, 1, ["campus/students.csv:3:", "campus/students.csv:4:", "campus/leaves.csv:2:", "campus/leaves.csv:3:"], *GOOD, *out())
    expect(result.err.count("error[") >= 4, "all of them:", result)
    write(tmp / "campus/students.csv", b"\0\0\0\0")
    refused(tmp, 1, "campus/students.csv", *GOOD, *out())
    write(tmp / "campus/students.csv", b"")
    refused(tmp, 1, "campus/students.csv", *GOOD, *out())


if __name__ == "__main__": sys.exit(main(globals()))
