#!/usr/bin/env python3
"""Outputs with no room, no folder or no reader, and alerts that are of another state: said, and nothing is lost or spoiled."""
import gzip
import shlex
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from lib import SANZAO, counts, expect, finish, main, same, skip, start, write, write_lines  # noqa: E402
from refusals import CAMPUS, GOOD, LINES, STATE, in_chinese, out, ready, reference, refused, run, swipe  # noqa: E402


def test_outputs_in_a_folder_that_is_not_there(tmp):
    ready(tmp)
    for option in (out("no/alerts.ndjson"), ["--dead-letters", "file:no/dead.ndjson"], ["--state", "sqlite:no/state.db"],
                   ["--summary", "no/summary.json"]):
        refused(tmp, 4, ["no/", "folder"], *GOOD, *option)
    refused(tmp, 4, ["nowhere"], *GOOD, "--campus", "nowhere")
    refused(tmp, 4, ["nowhere"], *GOOD, "--rules", "nowhere")
    refused(tmp, 4, ["nowhere"], *GOOD, "--mapping", "nowhere")


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


if __name__ == "__main__": sys.exit(main(globals()))
