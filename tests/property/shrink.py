"""Make a failing trial smaller while it still fails: fewer lines, rules, features, campus rows."""
import copy
import time
from collections.abc import Callable, Iterator

from ways import Trial


def smaller(trial: Trial, fails: Callable[[Trial], bool], seconds: float) -> Trial:
    """Greedy, in ever smaller chunks, until nothing more can go or the time is over."""
    end = time.monotonic() + seconds
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for candidates in (without_rules, without_events, without_rows):
            trial, did = greedy(trial, candidates, fails, end)
            changed = changed or did
    return trial


def greedy(trial: Trial, candidates: Callable, fails: Callable, end: float) -> tuple[Trial, bool]:
    did, again = False, True
    while again:
        again = False
        for candidate in candidates(trial):
            if time.monotonic() > end: return trial, did
            if fails(candidate):
                trial, did, again = candidate, True, True
                break
    return trial, did


def without_events(trial: Trial) -> Iterator[Trial]:
    """Without a chunk of lines; big chunks first. A piece keeps its place, even empty."""
    where = [(i, j) for i, piece in enumerate(trial.pieces) for j in range(len(piece))]
    size = max(1, len(where) // 2)
    while size:
        for start in range(0, len(where), size):
            gone = set(where[start:start + size])
            new = copy.copy(trial)
            new.pieces = [[e for j, e in enumerate(piece) if (i, j) not in gone] for i, piece in enumerate(trial.pieces)]
            yield new
        size //= 2


def without_rules(trial: Trial) -> Iterator[Trial]:
    """Without one line of the rule file: a rule, a feature, an event, an adjust."""
    lines = trial.case["rules"].splitlines(keepends=True)
    for i, text in enumerate(lines):
        if not text.startswith("  "): continue
        new = copy.copy(trial)
        new.case = {**trial.case, "rules": "".join(lines[:i] + lines[i + 1:]).replace("features:\nrules:", "rules:").replace("events:\nfeatures:", "features:")}
        yield new


def without_rows(trial: Trial) -> Iterator[Trial]:
    """Without one student, leave, card, holiday … (in the campus of every run), or without a calendar or feeds at all."""
    for name, rows in trial.case["campus"].items():
        keys = range(len(rows)) if isinstance(rows, list) else list(rows)
        for k in keys:
            new = copy.copy(trial)
            drop = lambda campus: {**campus, name: [r for i, r in enumerate(campus[name]) if i != k] if isinstance(rows, list)
                                   else {i: v for i, v in campus[name].items() if i != k}}
            new.case = {**trial.case, "campus": drop(trial.case["campus"])}
            if trial.campuses: continue                                   # rows differ from run to run: left as they are
            yield new
