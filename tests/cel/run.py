#!/usr/bin/env python3
"""CEL conformance suites through `sanzao eval --suite`, held to the floors of floors.txt.

usage: run.py FOLDER        (core/*.json and ext/*.json in it, and own/*.json beside this; the program is $SANZAO)
own/ has the edges of the language definition: ranges, escapes, kinds compared, errors absorbed, names shadowed.
A floor is a percentage of a suite, or of a folder's suites together, that must pass. Stdout is for tests/tiers/lib.sh
(count, note): cases that pass, suites or folders below their floor as failed, the other cases as skipped.
"""
import collections
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def floors():
    with open(os.path.join(HERE, "floors.txt"), encoding="utf-8") as f:
        rows = [line.split("#")[0].split() for line in f]
    return {row[0]: float(row[1]) for row in rows if row}


def main():
    folder, sanzao = sys.argv[1], os.environ["SANZAO"]
    results = collections.OrderedDict()
    own = glob.glob(os.path.join(HERE, "own", "*.json"))
    for path in sorted(glob.glob(os.path.join(folder, "*", "*.json"))) + sorted(own):
        done = subprocess.run([sanzao, "eval", "--suite", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=600)
        lines = re.findall(r"^(\d+)/(\d+)$", done.stdout, re.M)
        if not lines:
            if not results:
                print("skip `sanzao eval --suite` gives no result yet")
                print(done.stdout[-1000:], file=sys.stderr)
                return
            print(f"FAILED {path}: no result (exit {done.returncode})\n{done.stdout[-1000:]}", file=sys.stderr)
            lines = [("0", "1")]
        results[os.path.relpath(path, HERE if path in own else folder)] = tuple(map(int, lines[-1]))
    for part in sorted({os.path.dirname(name) for name in results}):
        inside = [v for name, v in results.items() if os.path.dirname(name) == part]
        results[part] = (sum(p for p, _ in inside), sum(t for _, t in inside))
    failed, floor = 0, floors()
    for name, (p, t) in results.items():
        percent = 100 * p / max(t, 1)
        if name not in floor or name.endswith(".json"):
            print(f"{name} {p}/{t}", file=sys.stderr)
        else:
            print(f"note {name} {p}/{t} ({percent:.1f} %), floor {floor[name]:g} %")
        if percent < floor.get(name, 0):
            failed += 1
            print(f"FAILED {name}: {p}/{t} is {percent:.1f} %, the floor is {floor[name]:g} %", file=sys.stderr)
    for name in floor:
        if name not in results:
            print(f"note no such suite in tests/cel/floors.txt: {name}")
    passed = sum(p for name, (p, _) in results.items() if name.endswith(".json"))
    total = sum(t for name, (_, t) in results.items() if name.endswith(".json"))
    print("count", passed, failed, total - passed)


main()
