#!/usr/bin/env python3
"""What `cmake --install` makes: a program that runs where the checkout it was built in is not there any more."""
import os
import shutil
import subprocess
from pathlib import Path

from lib import ROOT, SANZAO, expect, main, same, skip


def test_an_installed_program_needs_nothing_of_the_checkout(tmp):
    cmake = shutil.which("cmake")
    if not cmake: skip("no cmake here")
    r = subprocess.run([cmake, "--install", str(Path(SANZAO).resolve().parent), "--prefix", str(tmp / "first")], capture_output=True, text=True)
    same(r.returncode, 0, f"exit status of the installation: {r.stdout}{r.stderr}")
    (tmp / "first").rename(tmp / "moved")
    program = tmp / "moved/bin/sanzao"
    env = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
    libraries = subprocess.run([program], capture_output=True, text=True, env=env | {"LD_TRACE_LOADED_OBJECTS": "1"}).stdout
    expect("libc.so" in libraries and "not found" not in libraries, "libraries:", libraries)
    expect(str(ROOT) not in libraries, "a library of the checkout:", libraries)
    if shutil.which("readelf"):                      # where it is told to look, found there or not (debug information may name the checkout)
        paths = [x for x in subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout.splitlines() if "PATH)" in x]
        expect(len(paths) == 1 and "$ORIGIN/../lib/sanzao]" in paths[0] and str(ROOT) not in paths[0], "it looks for libraries in:", *paths)
    r = subprocess.run([program, "--version"], capture_output=True, text=True, env=env, cwd="/")
    same(r.returncode, 0, f"exit status: {r.stderr}")


if __name__ == "__main__": main(globals())
