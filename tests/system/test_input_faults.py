#!/usr/bin/env python3
"""Inputs that are missing, cut short, packed wrongly, changed meanwhile or no files at all: each is named, with what to do, and nothing is left
half-written."""
import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from lib import MAPPINGS, Result, expect, finish, main, same, sanzao, skip, start, wait_for, write, write_lines  # noqa: E402
from refusals import GOOD, LINES, STATE, in_chinese, out, ready, refused, run  # noqa: E402


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


if __name__ == "__main__": sys.exit(main(globals()))
