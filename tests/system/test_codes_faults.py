#!/usr/bin/env python3
"""Findings that need a fault or a moment of their own; the others are in tests/data/codes (test_codes.py)."""
import signal
import subprocess
import sys

from lib import LONGEST, expect, main, sanzao, start, wait_for, write

RUN = ("run", "--campus", "campus", "--rules", "rules", "--dead-letters", "file:dead.ndjson")
EVENT = '{"id":"1","type":"presence","time":"2026-03-02T08:00:00+08:00","student":"2023001"}\n'


def files(tmp) -> None:
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "学号,姓名\n2023001,张三\n")
    write(tmp / "events.ndjson", EVENT)


def in_both(tmp, code: str, *args, rc: int, en: str, zh: str) -> None:
    """The code, its exit status, and what to do, in both languages."""
    for lang, hint in (("en", en), ("zh", zh)):
        result = sanzao(tmp, *args, "--lang", lang, rc=rc)
        said = result.out.decode() + result.err
        expect(f"[{code}]" in said and f" = {hint}" in said, code, hint, result)


def test_a_damaged_state_says_what_to_do(tmp):
    files(tmp)
    write(tmp / "events.ndjson", "".join(EVENT.replace('"1"', f'"{n}"') for n in range(2000)))
    args = (*RUN, "--source", "file:events.ndjson", "--state", "sqlite:state.db", "--alerts", "file:alerts.ndjson")
    sanzao(tmp, *args, rc=0)
    with open(tmp / "state.db", "r+b") as f:
        f.seek(100)
        f.write(b"\xff" * 3000)
    in_both(tmp, "SZ424", *args, rc=4, en="restore it from a backup", zh="请从备份恢复")


def test_hup_with_another_zone_is_refused(tmp):
    """The run goes on as it was, and its standard error says why."""
    files(tmp)
    write(tmp / "campus/calendar.yaml", "timezone: Asia/Shanghai\n")
    for lang, what in (("en", "timezone cannot change while a run goes on"), ("zh", "timezone 不能在运行当中改变")):
        write(tmp / "campus/calendar.yaml", "timezone: Asia/Shanghai\n")
        with open(tmp / f"{lang}.err", "wb") as err:
            process = start(tmp, *RUN, "--source", "stdin", "--order", "arrival", "--alerts", f"file:{lang}.ndjson", "--lang", lang,
                            stdin=subprocess.PIPE, stderr=err)
        said = lambda: (tmp / f"{lang}.err").read_text()
        try:
            caught = lambda: next(x for x in open(f"/proc/{process.pid}/status") if x.startswith("SigCgt"))
            wait_for(lambda: int(caught().split()[1], 16) >> (signal.SIGHUP - 1) & 1, process, "a run that takes HUP")
            write(tmp / "campus/calendar.yaml", "timezone: Asia/Urumqi\n")
            process.send_signal(signal.SIGHUP)
            wait_for(lambda: "[SZ460]" in said(), process, "an answer to HUP")
            expect(what in said(), said())
        finally:
            process.stdin.close()
            process.wait(LONGEST)
        expect(process.returncode == 0, "it went on and ended:", said())


if __name__ == "__main__": sys.exit(main(globals()))
