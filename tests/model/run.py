#!/usr/bin/env python3
"""The model of the once-only protocol (once.pml) through spin: variants that must fail do, the protocol as decided holds.

usage: run.py [--quick | --all] [--jobs N] [NAME...]    all but the large ones; --quick: the smallest; --all: the large ones too
       run.py --list
       run.py --trail NAME                              how the variant NAME goes wrong, step by step

A variant must fail at the assertion that it is known for, not in just any way. What holds must have been searched to the end, and
have had about as many states as it had when it was written down: a fault that is no longer in the model would make it smaller.
"""
import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

MODEL = Path(__file__).with_name("once.pml")
SIZES = ("quick", "normal", "large")


@dataclass(frozen=True)
class Variant:
    name: str
    flags: str                        # what is not the default: see the head of once.pml
    size: str                         # of SIZES
    fails_at: str = ""                # a piece of the assertion, as spin prints it; "": it holds
    states: int = 0                   # of what holds: about so many

    @property
    def defines(self) -> list[str]: return ["-D" + f for f in self.flags.split()]


VARIANTS = (
    # What was thought of before the protocol, each wrong in a way of its own.
    Variant("publish-first", "CAS=1 PUB=0 NROLL=0", "quick", "(cur.x!=0)==((topic&1)!=0)"),
    Variant("token-without-seq", "CAS=3 PUB=3 NLOST=0", "quick", "cur.a==2"),
    Variant("resend-when-unknown", "RETRY NCRASH=0 NREB=0 NROLL=2 NLOST=1 NDELAY=1 NRELOAD=1", "quick", "violated 0"),
    Variant("load-without-name", "LATECHK NLOST=0", "quick", "cur.b==1"),
    # The protocol as decided, under combinations of faults: each fault alone and most pairs.
    Variant("lost-reply-and-rollback", "NCRASH=0 NREB=0 NROLL=1 NLOST=1", "quick", states=45_421),
    Variant("lost-reply-and-two-rollbacks", "NCRASH=0 NREB=0 NROLL=2 NLOST=1", "quick", states=122_807),
    Variant("crash-rollback-and-reload", "NCRASH=1 NREB=0 NROLL=1 NLOST=0 NRELOAD=1", "quick", states=167_341),
    Variant("rebalance-and-lost-reply", "NCRASH=0 NREB=1 NROLL=0 NLOST=1", "quick", states=462_036),
    Variant("crash-and-rebalance", "NCRASH=1 NREB=1 NROLL=0 NLOST=0", "quick", states=773_680),
    Variant("rebalance-and-rollback", "NCRASH=0 NREB=1 NROLL=1 NLOST=0", "normal", states=1_421_184),
    Variant("rebalance-and-delayed-commit", "NCRASH=0 NREB=1 NROLL=0 NLOST=0 NDELAY=1", "normal", states=1_589_203),
    Variant("delayed-lost-rolled-back-reloaded", "NCRASH=0 NREB=0 NROLL=1 NLOST=1 NDELAY=1 NRELOAD=1", "normal", states=3_506_258),
    Variant("rebalance-and-two-rollbacks", "NCRASH=0 NREB=1 NROLL=2 NLOST=0", "large", states=6_399_732),
    Variant("two-rebalances-and-rollback", "NCRASH=0 NREB=2 NROLL=1 NLOST=0", "large", states=8_955_141),
)


def run(argv, folder: Path) -> str:
    done = subprocess.run(argv, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0: raise RuntimeError(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout


def search(v: Variant, folder: Path) -> str:
    """Builds the verifier of the variant in the folder and runs it; its report. Without spin's compression: half the time for twice
    the memory, 1.0 GB at most here."""
    shutil.copy(MODEL, folder)
    run(["spin", "-a", *v.defines, MODEL.name], folder)
    run(["gcc", "-O1", "-w", "-DSAFETY", "-o", "pan", "pan.c"], folder)
    return run(["./pan", "-m60000", "-w24"], folder)


def wrong(v: Variant, report: str) -> str:
    """What is not as it must be; empty when all is."""
    errors, states = re.search(r"errors: (\d+)", report), re.search(r"(\d+) states, stored", report)
    if not errors or not states: return "no report"
    if "max search depth too small" in report: return "the search was cut short"
    said = next((line for line in report.splitlines() if line.startswith("pan:1:")), "no error at all")
    if v.fails_at:
        return "" if errors[1] == "1" and v.fails_at in said else f"it must fail at {v.fails_at}, and there was: {said}"
    if errors[1] != "0": return said
    if "Search not completed" in report: return "the search was cut short"
    return "" if abs(int(states[1]) - v.states) <= v.states / 10 else f"{states[1]} states, about {v.states} expected"


def check(v: Variant) -> bool:
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sanzao-model-") as folder:
        try:
            report = search(v, Path(folder))
            trouble = wrong(v, report)
        except RuntimeError as e: report, trouble = "", str(e)
        trail = Path(folder) / f"{MODEL.name}.trail"
        if trouble and trail.exists(): trouble += "\n" + replay(v, Path(folder))
    n = re.search(r"(\d+) states, stored", report)
    print(f"{'FAILED ' if trouble else 'ok     '} {v.name}: {'fails as it must' if v.fails_at else 'holds'}, "
          f"{int(n[1]) if n else 0:,} states, {time.monotonic() - begin:.1f} s{': ' + trouble if trouble else ''}", flush=True)
    return not trouble


def replay(v: Variant, folder: Path) -> str:
    return subprocess.run(["spin", "-t", "-p", "-g", *v.defines, MODEL.name], cwd=folder, capture_output=True, text=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--trail", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    limit = SIZES.index("quick" if args.quick else "large" if args.all else "normal")
    chosen = [v for v in VARIANTS if (v.name in args.names if args.names else SIZES.index(v.size) <= limit)]
    if unknown := set(args.names) - {v.name for v in VARIANTS}:
        print(f"no variant {', '.join(sorted(unknown))}; --list shows them", file=sys.stderr)
        return 2
    if args.list:
        for v in VARIANTS: print(f"{v.size:7} {'fails' if v.fails_at else 'holds'} {v.name:34} {' '.join(v.defines)}")
        return 0
    if args.trail:
        for v in chosen:
            with tempfile.TemporaryDirectory(prefix="sanzao-model-") as folder:
                search(v, Path(folder))
                print(replay(v, Path(folder)))
        return 0
    with ThreadPoolExecutor(args.jobs) as pool:       # the longest first, so that the cores end together
        good = list(pool.map(check, sorted(chosen, key=lambda v: -v.states)))
    print(f"{good.count(True)} passed, {good.count(False)} failed")
    return 0 if all(good) else 1


if __name__ == "__main__": sys.exit(main())
