#!/usr/bin/env python3
"""Random campuses, rules and streams in every way of arriving, against the reference that recomputes everything.

usage: run.py --seeds A-B [--binary PATH] [-j N] [--ways sorted,arrival,facts,pieces,cards,ordered,again] [--keep FOLDER] [--shrink SECONDS]
--seeds N is 1-N. The program is --binary, else $SANZAO, else build/dev/sanzao. A failure prints its seed, its way and
the difference, and leaves a folder with the shrunk case, the command and both answers. README.md has the ways; `grown`
is one more on demand.
"""
import argparse
import json
import os
import shlex
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from generate import case  # noqa: E402
from reference.reference import Result  # noqa: E402
from shrink import smaller  # noqa: E402
from ways import MORE_WAYS, WAYS, Trial, ask, compare, differs, key_of, trials, write, write_for_people  # noqa: E402


def kinds(problems: list[str]) -> set[str]: return {p.split()[0] for p in problems}


def examine(trial: Trial, folder: Path, program: list[str], result: Result | None = None) -> list[str]:
    result = result or trial.expected()
    if result.error: return [f"generator   {result.error}"]
    if result.counts["dead_letter_by"].get("too_late"): return ["generator   a line is too late in this way"]
    write(trial, folder, program)
    problems = compare(result, ask(trial, folder, program), bool(trial.blows))
    return problems + (differs(trial, folder, program) if trial.twin else [])


def still_fails(folder: Path, program: list[str], wanted: set[str]):
    """The same kind of difference, not merely some other one that a cut has caused."""
    def fails(trial: Trial) -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        try: return set() < kinds(examine(trial, folder, program)) <= wanted
        except Exception: return False  # what a cut breaks in the reference is no failure of the program
    return fails


def one_seed(seed: int, program: list[str], ways: tuple[str, ...], keep: str, seconds: float) -> tuple[int, int,
        list[str]]:
    """(passed, failed, lines to print); one test a way."""
    passed, lines, rows, failed = 0, [], None, 0
    # of a campus without cards none can be corrected: it comes in pieces all the same
    try: made = trials(case(seed), seed, ways) or trials(case(seed), seed, ("pieces",))
    except Exception as e: return 0, 1, [f"FAIL  seed {seed}: the generator broke: {type(e).__name__}: {e}"]
    for trial in made:
        folder = Path(tempfile.mkdtemp(prefix=f"property-{seed}-{trial.way}-"))
        try:
            result = trial.expected()
            mine = [key_of(r) for r in result.rows()]
            problems = examine(trial, folder, program, result)
            if rows is not None and mine != rows and not trial.reads_peers:
                problems.append("reference   it does not give the same in every way: look at the generator")
            rows = rows if rows is not None else mine
        except Exception as e: problems = [f"broke       {type(e).__name__}: {e}"]
        if problems:
            failed += 1
            lines += report(seed, trial, folder, program, problems, keep, seconds)
        else: passed += 1
        shutil.rmtree(folder, ignore_errors=True)
    return passed, failed, lines


def report(seed: int, trial: Trial, folder: Path, program: list[str], problems: list[str], keep: str,
           seconds: float) -> list[str]:
    order = trial.case["options"]["order"]
    out = [f"FAIL  seed {seed} way {trial.way} ({order}, {len(trial.pieces)} run(s))"]
    out += ["      " + p for p in problems[:12]]
    if len(problems) > 12: out.append(f"      … {len(problems) - 12} more")
    if seconds and not kinds(problems) & {"generator", "reference", "broke"}:
        trial = smaller(trial, still_fails(folder, program, kinds(problems)), seconds)
    target = Path(keep) / f"{seed}-{trial.way}"
    shutil.rmtree(target, ignore_errors=True)
    try: left = examine(trial, target, program)
    except Exception as e: left = [f"broke       {type(e).__name__}: {e}"]
    write_for_people(trial, target, program)
    (target / "expected.json").write_text(json.dumps(trial.expected().rows(), ensure_ascii=False, indent=1),
                                          encoding="utf-8")
    (target / "difference").write_text("\n".join(left) + "\n", encoding="utf-8")
    size = f"{sum(map(len, trial.pieces))} lines, {trial.case['rules'].count('{id: ')} rule(s)"
    return out + [f"      kept in {target} ({size}):"] + ["        " + p for p in left[:6]]


def numbers(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last) + 1) if last else range(1, int(first) + 1)


def arguments() -> argparse.Namespace:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seeds", type=numbers, default=numbers("1-40"))
    ap.add_argument("--binary", default=os.environ.get("SANZAO") or str(HERE.parents[1] / "build/dev/sanzao"))
    ap.add_argument("-j", type=int, default=os.cpu_count() or 1)
    ap.add_argument("--ways", default=",".join(WAYS))
    ap.add_argument("--turns", type=int, default=0, metavar="N", help="so many of the ways a seed, taken in turn; 0: all")
    ap.add_argument("--keep", default=str(Path(tempfile.gettempdir()) / "sanzao-property"),
                    help="where the folders of failures go")
    ap.add_argument("--shrink", type=float, default=40, metavar="SECONDS", help="per failure; 0 leaves it as it is")
    ap.add_argument("--most", type=int, default=10, help="stop printing after so many failures")
    return ap.parse_args()


def main() -> int:
    opt = arguments()
    ways = tuple(opt.ways.split(","))
    if unknown := [w for w in ways if w not in MORE_WAYS]:
        sys.exit(f"no such way: {' '.join(unknown)} (there are {' '.join(MORE_WAYS)})")
    program = [os.path.abspath(w) if os.path.exists(w) else w for w in shlex.split(opt.binary)]
    if not shutil.which(program[0]): sys.exit(f"no program: {program[0]}")
    passed = failed = shown = 0
    with ProcessPoolExecutor(opt.j) as pool:
        def of(seed: int) -> tuple[str, ...]:
            return tuple(ways[(seed + i) % len(ways)] for i in range(opt.turns)) or ways
        jobs = [pool.submit(one_seed, seed, program, of(seed), opt.keep, opt.shrink) for seed in opt.seeds]
        for job in jobs:
            p, f, lines = job.result()
            passed, failed = passed + p, failed + f
            if lines and shown < opt.most: print("\n".join(lines), flush=True)
            shown += f
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__": sys.exit(main())
