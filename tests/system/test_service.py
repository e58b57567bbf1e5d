#!/usr/bin/env python3
"""The units and config files of examples/systemd: systemd takes them, and what they start does what they say."""
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from lib import ROOT, SANZAO, Campus, expect, finish, main, same, sanzao, say, skip, start, wait_for, write, write_lines

UNITS = ROOT / "examples/systemd"
CAMPUS = Campus(3, students=12, days=6)


def keys(unit: str) -> dict[str, str]:
    text = (UNITS / unit).read_text()
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.M))


def at_home(tmp: Path, text: str) -> str:
    """With the machine's folders in a temporary one."""
    for there, here in (("/usr/local/bin/sanzao", SANZAO), ("/etc/sanzao", f"{tmp}/etc"), ("/var/lib/sanzao", f"{tmp}/lib"), ("/srv/sanzao/in", f"{tmp}/in"),
                        ("/var/tmp", f"{tmp}/lib")):
        text = text.replace(there, here)
    return text


def machine(tmp: Path, lines) -> Path:
    CAMPUS.write(tmp / "etc")
    write(tmp / "etc/nightly.yaml", at_home(tmp, (UNITS / "nightly.yaml").read_text()))
    write_lines(tmp / "in/1.ndjson", lines)
    (tmp / "lib").mkdir()
    return tmp


def night(tmp: Path) -> subprocess.Popen:
    """As systemd starts it: its words, its environment, its umask, and nothing of ours."""
    unit = keys("sanzao-nightly.service")
    env = dict(x.split("=", 1) for x in shlex.split(unit["Environment"])) | {"PATH": os.environ["PATH"]}
    words = shlex.split(at_home(tmp, unit["ExecStart"]).replace("%%", "%"))
    return subprocess.Popen(words, cwd="/", env=env, umask=int(unit["UMask"], 8), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_systemd_takes_the_units(tmp):
    if not shutil.which("systemd-analyze"): skip("no systemd-analyze here")
    for path in UNITS.iterdir():
        if path.suffix in (".service", ".timer"): write(tmp / path.name, at_home(tmp, path.read_text()))
    names = sorted(p.name for p in tmp.iterdir())
    same(names, ["sanzao-nightly.service", "sanzao-nightly.timer", "sanzao.service"], "units")
    r = subprocess.run(["systemd-analyze", "verify", "--man=no", *(f"./{n}" for n in names)], cwd=tmp, capture_output=True, text=True)
    same((r.returncode, r.stderr), (0, ""), "systemd-analyze verify")


def test_a_night_and_the_next(tmp):
    lines = CAMPUS.lines()
    machine(tmp, lines[:len(lines) // 2])
    read = 0
    for _ in range(2):
        p = night(tmp)
        out, err = p.communicate(timeout=300)
        same((p.returncode, out), (0, b""), f"a night: {err.decode()}")
        read += int(re.search(rb'"read":(\d+)', err)[1])
        write_lines(tmp / "in/2.ndjson", lines[len(lines) // 2:])
    same(read, len(lines), "records of two nights")
    expect((tmp / "lib/alerts.ndjson").stat().st_size > 0, "no alert")
    for name in ("state.db", "alerts.ndjson", "dead.ndjson", "summary.json"):
        same(oct((tmp / "lib" / name).stat().st_mode & 0o777), "0o640", f"who may read {name}")
    expect("alerts" in sanzao(tmp, "summary", "lib/summary.json", "--lang", "en", rc=0).out.decode(), "the summary is there")


def test_a_night_that_is_stopped_is_no_failure_and_goes_on(tmp):
    (tmp / "whole").mkdir()
    lines = CAMPUS.lines()
    expect(night(machine(tmp / "whole", lines)).wait(300) == 0, "undisturbed")
    machine(tmp, lines)
    with open(tmp / "etc/nightly.yaml", "a", encoding="utf-8") as f: f.write("commit_records: 20\n")
    p = night(tmp)
    wait_for((tmp / "lib/dead.ndjson").exists, p, "the first line")
    p.send_signal(getattr(signal, keys("sanzao-nightly.service")["KillSignal"]))
    p.communicate(timeout=int(keys("sanzao-nightly.service")["TimeoutStopSec"]))
    fine = {0, *map(int, keys("sanzao-nightly.service")["SuccessExitStatus"].split())}
    expect(p.returncode in fine, f"exit {p.returncode}, {fine} are fine")
    say(f"ended with {p.returncode}")
    same(night(tmp).wait(300), 0, "the next night")
    for name in ("alerts.ndjson", "dead.ndjson"):
        same((tmp / "lib" / name).read_bytes().replace(os.fsencode(tmp), b""), (tmp / "whole/lib" / name).read_bytes().replace(os.fsencode(tmp / "whole"), b""), name)


def test_the_live_config_is_one(tmp):
    """No broker is there: 4, servers; 2 would be a key that is none."""
    machine(tmp, [])
    text = at_home(tmp, (UNITS / "live.yaml").read_text())
    write(tmp / "live.yaml", re.sub(r"k1:.*|redis\.campus:6379", "127.0.0.1:1", text))
    p = start(tmp, "run", "--config", "live.yaml", "--fail-fast")
    r = finish(p)
    same(r.rc, 4, f"exit: {r.err}")
    stays = keys("sanzao.service")["RestartPreventExitStatus"].split()
    expect("4" not in stays and {"1", "2"} <= set(stays), stays)


if __name__ == "__main__": sys.exit(main(globals()))
