#!/usr/bin/env python3
"""tools/setup where a mirror fails: for a moment it is asked again, for longer it is said what could not be had. Nothing is installed: the
apt-get that it finds is ours, and what is missing it never brings.
"""
import os
import subprocess
import sys
from pathlib import Path

from lib import ROOT, expect, main, same

# Answers each command with an error so many times; sleep is none, and notes what it was asked for.
APT = """#!/bin/sh
for word in "$@"; do case $word in update|install) command=$word ;; esac; done
echo "$command $*" >>"$SZ_ASKED"
[ $(grep -c "^$command " "$SZ_ASKED") -gt "$SZ_FAILS" ] || { echo "Temporary failure resolving 'deb.debian.org'" >&2; exit 100; }
"""
SLEEP = '#!/bin/sh\necho "sleep $*" >>"$SZ_ASKED"\n'


def command(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def setup(tmp: Path, fails: int) -> tuple[subprocess.CompletedProcess, list[str]]:
    """A copy of the tools in a project that lacks everything, and what its apt-get was asked for."""
    project, path = tmp / "project", tmp / "bin"
    if not project.exists():
        (project / "tools").mkdir(parents=True)
        path.mkdir()
        for name in ("setup", "lib.sh"): (project / "tools" / name).write_bytes((ROOT / "tools" / name).read_bytes())
        command(path, "apt-get", APT)
        command(path, "sleep", SLEEP)
        command(path, "id", "#!/bin/sh\necho 0\n")
        command(path, "apt-cache", "#!/bin/sh\necho Version: 99\n")
        for name in ("bash", "awk", "sed", "grep", "sort", "head", "cut", "dirname", "uname", "xargs", "mkdir", "flock", "tail", "cat", "wc", "sh", "echo"):
            where = next((p for d in os.environ["PATH"].split(":") if os.access(p := f"{d}/{name}", os.X_OK)), None)
            if where: (path / name).symlink_to(where)
    asked = tmp / "asked"
    asked.unlink(missing_ok=True)
    done = subprocess.run([path / "bash", project / "tools/setup"], capture_output=True, text=True, timeout=600, check=False,
                          env={"PATH": str(path), "HOME": str(tmp), "SZ_ASKED": str(asked), "SZ_FAILS": str(fails)})
    return done, asked.read_text().splitlines()


def words(asked: list[str]) -> list[str]: return [" ".join(x.split()[:2]) if x.startswith("sleep") else x.split()[0] for x in asked]


def test_a_mirror_that_fails_twice_is_asked_three_times(tmp):
    done, asked = setup(tmp, 2)
    same(words(asked), [x for c in ("update", "install") for x in (c, "sleep 5", c, "sleep 30", c)], "asked")
    expect("still missing after the installation" in done.stderr and done.returncode == 4, done.stderr)
    for option in ("Acquire::Retries=3", "APT::Update::Error-Mode=any"): expect(option in asked[0], f"{option} expected in", asked[0])


def test_a_mirror_that_goes_on_failing_is_named_with_what_is_missing(tmp):
    done, asked = setup(tmp, 100)
    same(words(asked)[-5:], ["install", "sleep 5", "install", "sleep 30", "install"], "asked")
    for text in ("the package lists could not be renewed", "Temporary failure resolving 'deb.debian.org'", "could not install: ", "ninja-build"):
        expect(text in done.stderr, f"{text} expected in:", done.stderr)
    same(done.returncode, 4, "exit")


def test_a_mirror_that_answers_is_asked_once(tmp):
    done, asked = setup(tmp, 0)
    same(words(asked), ["update", "install"], "asked")


if __name__ == "__main__": sys.exit(main(globals()))
