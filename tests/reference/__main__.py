"""python3 -m reference CASEFILE...: the reference against case files.

Without files those of $SZ_SHARED/cases, else ../shared/cases seen from the project root.
"""
import argparse
import os
import sys
import time
from pathlib import Path

import yaml

from .reference import run

SHARED = Path(os.environ.get("SZ_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "cases"
LATER = {20, 26, 37, 38}  # ◦: with a later issue
ROW = ("rule", "student", "since", "level", "state", "at", "mode")


def line(row: dict) -> str: return " ".join(str(row[k]) for k in ROW if k in row)


def compare(case: dict) -> list[str]:
    result, want = run(case), case["expect"]
    if want.get("error"): return [] if result.error else ["the rules must be refused"]
    if result.error: return [f"refused: {result.error}"]
    got = {line(r): r for r in result.rows()}
    # a retracted row tells what was said before late truth came; the ordered stream never says it
    wanted = {line(r): r for r in want.get("standing") or [] if r["state"] != "retracted"}
    out = [f"missing     {k}" for k in wanted if k not in got] + [f"unexpected  {k}" for k in got if k not in wanted]
    for k, w in wanted.items():
        for key in ("message_zh", "message_en", "why", "step", "skipped"):
            if key in w and k in got and got[k].get(key) != w[key]:
                out.append(f"{key:11} {k}: expected {w[key]!r}, got {got[k].get(key)!r}")
    for key, n in (want.get("counts") or {}).items():
        if result.counts.get(key) != n: out.append(f"count       {key}: expected {n}, got {result.counts.get(key)}")
    return out


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("files", nargs="*", type=Path)
    ap.add_argument("--filter", default="")
    ap.add_argument("-v", action="store_true", help="say how long each case took")
    opt = ap.parse_args()
    files = opt.files or sorted(SHARED.glob("*.yaml"))
    if not files:
        print(f"no cases: ../shared is absent (looked in {SHARED})", file=sys.stderr)
        return 4
    passed = failed = skipped = 0
    for path in files:
        for case in yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if opt.filter not in case["name"]: continue
            if LATER & set(case.get("numbers") or []):
                skipped += 1
                continue
            start = time.perf_counter()
            try: problems = compare(case)
            except NotImplementedError:  # another time zone
                skipped += 1
                continue
            if opt.v: print(f"{time.perf_counter() - start:6.3f} s  {path.name} › {case['name']}")
            passed, failed = passed + (not problems), failed + bool(problems)
            if problems:
                print("\n      ".join([f"FAIL  {path.name} › {case['name']}  {case.get('numbers')}"] + problems))
    print(f"{passed} passed, {failed} failed, {skipped} skipped (◦, other time zones)")
    return 1 if failed else 0


if __name__ == "__main__": sys.exit(main())
