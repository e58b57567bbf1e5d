"""Make a failing trial smaller while it still fails: fewer rules and features, lines, rows of the campus."""
import copy
import time
from collections.abc import Callable

from ways import Trial

Fails = Callable[[Trial], bool]


def smaller(trial: Trial, fails: Fails, seconds: float) -> Trial:
    """Greedy, until nothing more can go or the time is over."""
    end = time.monotonic() + seconds
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for names, without in ((rule_lines, without_rule_lines), (lines, without_lines), (rows, without_rows)):
            trial, did = chunks(trial, names, without, fails, end)
            changed = changed or did
    return trial


def chunks(trial: Trial, names: Callable, without: Callable, fails: Fails, end: float) -> tuple[Trial, bool]:
    """Take away whatever can go, big chunks first; what `names` lists is what may go, from the last to the first."""
    did, left = False, names(trial)
    size = max(1, len(left) // 2)
    while size:
        at = len(left)
        while at > 0 and time.monotonic() < end:
            gone = set(left[max(0, at - size):at])
            candidate = without(trial, gone)
            if fails(candidate): trial, left, did = candidate, names(candidate), True
            at -= size
        size //= 2
    return trial, did


def lines(trial: Trial) -> list[tuple[int, int]]:
    return [(i, j) for i, piece in enumerate(trial.pieces) for j in range(len(piece))]


def without_lines(trial: Trial, gone: set) -> Trial:
    """A piece keeps its place, even empty."""
    new = copy.copy(trial)
    new.pieces = [[e for j, e in enumerate(piece) if (i, j) not in gone] for i, piece in enumerate(trial.pieces)]
    return new


def rule_lines(trial: Trial) -> list[int]:
    """A rule, a feature, an event, an adjust each stand on a line of their own."""
    return [i for i, text in enumerate(trial.case["rules"].splitlines()) if text.startswith("  ")]


def without_rule_lines(trial: Trial, gone: set) -> Trial:
    text = "".join(x for i, x in enumerate(trial.case["rules"].splitlines(keepends=True)) if i not in gone)
    for empty in ("events:\nparams", "events:\nfeatures", "features:\nrules"):
        text = text.replace(empty, empty.split("\n")[1])
    new = copy.copy(trial)
    new.case = {**trial.case, "rules": text}
    return new


def rows(trial: Trial) -> list[tuple]:
    """Students, leaves, cards, …, parts of calendar and feeds; not where the campus differs from run to run."""
    if trial.campuses: return []
    return [(name, k) for name, part in trial.case["campus"].items()
            for k in (range(len(part)) if isinstance(part, list) else list(part))]


def without_rows(trial: Trial, gone: set) -> Trial:
    """One student must stay: without a roster anybody seen would be admitted."""
    new, campus = copy.copy(trial), {}
    for name, part in trial.case["campus"].items():
        if isinstance(part, list): campus[name] = [r for i, r in enumerate(part) if (name, i) not in gone]
        else: campus[name] = {k: v for k, v in part.items() if (name, k) not in gone}
    campus["students"] = campus["students"] or trial.case["campus"]["students"]
    new.case = {**trial.case, "campus": campus}
    return new
