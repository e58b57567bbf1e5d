#!/usr/bin/env python3
"""The cases of ../shared/cases and of own/, with what Sanzao does not have yet (unsupported.txt) set apart.

usage: run.py FOLDER [--only FILE...] [--quiet] [--list]
own/ has the edges of docs/rules/semantics.md in the same form: exact ends of windows, days, leaves, downs, lateness, validity of cards.
Cases that fail and are listed are named; one that is listed and passes is pointed out, so that the list shrinks.
--list prints the failing cases in the form of unsupported.txt. The program is $SANZAO. Stdout is for tests/tiers/lib.sh
(count, note); failures go to stderr. Exit 0 always, unless the runner itself broke.
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def unsupported():
    with open(os.path.join(HERE, "unsupported.txt"), encoding="utf-8") as f:
        lines = [line.strip() for line in f]
    return [line for line in lines if line and not line.startswith("#")]


def run(folder, only):
    """(passed, failed) as `file › name` → the lines that say what is wrong."""
    paths = [os.path.join(folder, name) for name in only] if only else [folder, os.path.join(HERE, "own")]
    done = subprocess.run([sys.executable, os.path.join(folder, "run.py"), "-v", "-j", str(os.cpu_count() or 1), *paths],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    passed, failed, problems = {}, {}, None
    for line in done.stdout.splitlines():
        if m := re.match(r"ok    (.+ › .+)", line):
            passed[m[1]] = []
        elif m := re.match(r"FAIL  (.+ › .+?)  (\[.*\]|None)$", line):
            problems = failed.setdefault(m[1], [])
            problems.append(m[2])
        elif line.startswith("      ") and problems is not None:
            problems.append(line.strip())
    if not passed and not failed:
        sys.exit(f"the runner gave no result:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return passed, failed


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder")
    ap.add_argument("--only", nargs="+", default=[])
    ap.add_argument("--quiet", action="store_true", help="no notes")
    ap.add_argument("--list", action="store_true")
    opt = ap.parse_args()
    passed, failed = run(opt.folder, opt.only)
    if opt.list:
        print("\n".join(failed))
        return
    listed = unsupported()
    wrong = {k: v for k, v in failed.items() if k not in listed}
    for name, problems in wrong.items():
        print(f"FAILED {name}", *problems, sep="\n    ", file=sys.stderr)
    lacking = [name for name in listed if name in failed]
    print("count", len(passed), len(wrong), len(lacking))
    if opt.quiet:
        return
    for name in lacking:
        print("note unsupported:", name)
    for name in listed:
        if name in passed:
            print("note passes now, take it off tests/cases/unsupported.txt:", name)
        elif name not in failed and not opt.only:
            print("note no such case, take it off tests/cases/unsupported.txt:", name)


main()
