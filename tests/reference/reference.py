"""What must stand at the end of the ordered stream, recomputed from scratch: every student, every rule, every instant.

The order of arrival matters only to what is a duplicate, too late, or in the future, and to how far each clock has
come; the rest is evaluated over the sorted records, with features that scan them all.
"""
import heapq
from bisect import bisect_right
from dataclasses import dataclass, replace

from . import peers
from .campus import Campus
from .episodes import CHECK, RECORD, TIMER, Episode, Machine
from .expr import RuleError
from .features import Downs, History
from .records import Options, Record, Stream, raw_line, read
from .rules import CORRECTED_LATE, Feature, Rule, RuleSet, Window
from .spans import Span, edges
from .times import INFINITY, day_of, day_start, night_of, night_start, parse_time, rfc3339

Instant = tuple[int, int, int]  # T, phase, number of records taken


@dataclass
class Result:
    standing: list[Episode]
    counts: dict
    error: str | None = None

    def rows(self) -> list[dict]:
        """In the form of `expect.standing`."""
        out = []
        for e in sorted(self.standing, key=lambda e: (e.at, e.student, e.rule, e.since)):
            row = {"rule": e.rule, "student": e.student, "since": rfc3339(e.since), "level": e.level, "state": e.state,
                   "at": rfc3339(e.at)}
            if e.mode != "live": row["mode"] = e.mode
            row.update({f"message_{k}": v for k, v in e.message.items() if v is not None})
            if e.why: row["why"] = e.why
            if e.step is not None: row.update(step=e.step, skipped=e.skipped)
            out.append(row)
        return out


def run(case: dict) -> Result:
    texts = list(case["rules"].values()) if isinstance(case["rules"], dict) else [case["rules"]]
    try: rules = RuleSet(texts)
    except RuleError as e: return Result([], {}, str(e))
    options = case.get("options") or {}
    campus = Campus(case.get("campus"), options.get("unknown_students") == "admit")
    lines = [raw_line(e) for e in case.get("events") or []]
    stream = read(lines, campus, Options.of(options))
    campus.let_know(stream.highest)
    downs = Downs(stream, campus)
    begin = peers.begin_of_timers(campus, stream)
    tables = peers.tables(runs_of(case, lines), rules, Options.of(options), options.get("unknown_students") == "admit")
    standing: list[Episode] = []
    alike: dict[str, list[Episode]] = {}  # of students who differ by nothing but their id
    cards = {str(r["student"]) for r in campus.cards} if "no_card" in str(texts) else set()
    for student in campus.students.values():
        records = [r for r in stream.records if r.student == student.id]
        is_blank = not (records or student.leaves or student.id in cards or "student.id" in str(texts))
        kind = str({**student.row, "student": "", "tags": student.tags, "enrolled": student.enrolled}) if is_blank else student.id
        if kind in alike:
            standing += [replace(e, student=student.id) for e in alike[kind]]
            continue
        before = len(standing)
        # whoever is admitted is watched from the first record on
        start = begin if not student.admitted else records[0].time if records else stream.highest
        history = History(student, records, campus, rules, downs, (day_of(begin) - 400, day_of(stream.highest) + 400))
        history.tables = tables
        for rule in rules.rules:
            if rule.mode != "disabled" and student.is_active: standing += play(history, rule, stream, start)
        alike[kind] = standing[before:]
        stream.counts["undo_unmatched"] += sum(not is_counted(history, r) for r in records if r.corrected_by)
    return Result(standing, stream.counts)


def is_counted(history: History, r: Record) -> bool:
    """17: an attendance record stays findable for the longest window that counts it."""
    def window_of(f: Feature) -> Window | None:
        if f.operator == "peers": return replace(f.inner.window, ago=2)  # before 04:00 of the day before
        return replace(f.inner.window, over=f.recent + f.against, ago=1) if f.inner else f.window
    return any(r in history.matching(f.event) and history.is_kept(window_of(f), r.time, r.corrected_by.time)
               for f in history.rules.features.values()
               if f.event and (f.inner or f).operator in CORRECTED_LATE and not history.rules.event(f.event).is_seen)


def runs_of(case: dict, lines: list[bytes]) -> list[peers.Run]:
    """`runs` of a case that came in pieces: how many lines each took, its `until`, and its campus where that was another."""
    out, at = [], 0
    for run in case.get("runs") or [{"lines": len(lines), "until": (case.get("options") or {}).get("until")}]:
        until = parse_time(run["until"]) if run["until"] else None
        out.append(peers.Run(lines[at:at + run["lines"]], until, run.get("campus", case.get("campus"))))
        at += run["lines"]
    return out


def play(history: History, rule: Rule, stream: Stream, begin: int) -> list[Episode]:
    """Evaluate at every instant, in the order of 1, with those that the episodes themselves make due."""
    machine = Machine(history, rule, stream)
    queue = instants(history, rule, machine.clock, begin)
    heapq.heapify(queue)
    done: Instant | None = None
    while queue:
        now = heapq.heappop(queue)
        if now == done: continue
        done = now
        t, phase, n = now
        machine.step(t, phase, n, history.records[n - 1] if phase == RECORD else None)
        for due in machine.deadlines():
            if t < due < machine.clock: heapq.heappush(queue, (due, TIMER, taken(history, due)))
    return machine.episodes


def taken(history: History, t: int) -> int: return bisect_right(history.times, t)


def instants(history: History, rule: Rule, clock: int, begin: int) -> list[Instant]:
    features = history.rules.features_of(rule)
    read = occasions(history, rule, features)
    out: list[Instant] = [(r.time, RECORD, i + 1) for i, r in enumerate(history.records) if rule.is_instant or id(r) in read]
    if rule.sequence: out += [(t, TIMER, taken(history, t)) for t in silences(history, rule) if begin <= t < clock]
    if rule.is_instant or begin >= clock: return out
    times = {start(d) for d in range(day_of(begin), day_of(clock) + 1) for start in (day_start, night_start)} | {begin}
    # of every source, for one that comes up while another is down changes what only the first one carries
    times |= {t for spans in history.downs.by_source.values() for t in edges(spans)}
    for feature in features: times |= darkenings(history.downs.of(history.rules.event(feature.event).types), clock)
    times |= {t for leave in history.student.leaves for t in (leave.begin, leave.end, *leave.span)}
    if rule.points or rule.resolve_when:
        times |= {t for feature in features for t in pane_darkenings(history, feature, clock)}
    if any(f.operator == "peers" for f in features):  # a new table
        times |= {peers.made_at(d) for d in range(day_of(begin), day_of(clock) + 1)}
    for feature in features: times |= pane_edges(history, feature) | crossings(history, rule, feature)
    out += [(t, TIMER, taken(history, t)) for t in times if begin <= t < clock]
    if rule.check:
        due = [day_start(d) + at for d in range(day_of(begin), day_of(clock) + 1)
               if rule.check.holds(d, history.campus.calendar) for at in rule.check.at]
        out += [(t, CHECK, taken(history, t)) for t in due if begin <= t < clock]
    return out


def occasions(history: History, rule: Rule, features: list[Feature]) -> set[int]:
    """11: the records that one of the features counts, or that take out what it did; the first one too, where a study begins with it,
    or he with it whom the stream admits.

    It matters beyond the clock, where timers have not fired, and between the records of one instant.
    """
    out: set[int] = set()
    for event in {f.event for f in features if f.event}:
        for r in history.matching(event):
            undo = r.undone_by or (r.corrected_by if r.corrected_by and is_counted(history, r) else None)
            if history.rules.event(event).is_seen: undo = None  # it stays
            if undo is None or history.position[id(undo)] > history.position[id(r)]: out |= {id(r), id(undo or r)}
    if "rarely_seen" in rule.unless: out |= {id(r) for r in history.records if r.is_seen}
    if history.student.admitted or any(f.window and f.window.over == "study" for f in features): out |= {id(r) for r in history.records[:1]}
    return out


def silences(history: History, rule: Rule) -> set[int]:
    """Where `within` runs out for a sequence that ends with what must not come (24)."""
    if not rule.sequence[-1].is_not: return set()
    return {r.time + rule.within for r in history.matching(rule.sequence[0].event)}


def darkenings(downs: list[Span], clock: int) -> set[int]:
    """Just after a day or a night has been down for half of itself: only a streak can then fall by itself (12, 18)."""
    out: set[int] = set()
    for a, b in downs:
        for unit, start in ((day_of, day_start), (night_of, night_start)):
            out |= {reach_down(start(u), start(u + 1), downs) for u in range(unit(a), unit(min(b, clock)) + 1)}
    return out - {INFINITY}


def reach_down(lo: int, hi: int, downs: list[Span]) -> int:
    left = (hi - lo) // 2
    for a, b in downs:
        a, b = max(a, lo), min(b, hi)
        if b - a > left: return a + left + 1
        left -= max(0, b - a)
    return INFINITY


def pane_edges(history: History, f: Feature) -> set[int]:
    """Where a non-empty pane leaves the window, or one that was not observable enters or leaves it (9, 11, 13)."""
    if not f.window or f.window.unit != "pane": return set()
    pane, span = f.window.pane, f.window.span
    out = {r.time // pane * pane + span for r in history.matching(f.event)}
    types = history.rules.event(f.event).types
    changes = edges(history.leave) | edges(history.downs.of(types)) | {history.expected_from(types)}
    for t in changes:
        if 0 < t < INFINITY: out |= {(t // pane + i) * pane for i in range(f.window.over + 2)}
    return out


def pane_darkenings(history: History, f: Feature, clock: int) -> set[int]:
    """Where a pane has just been down for half of itself: a point may then become unknown, and adds nothing (25), or a
    resolve_when, and keeps from opening no longer (30)."""
    if not f.window or f.window.unit != "pane": return set()
    pane, downs = f.window.pane, history.downs.of(history.rules.event(f.event).types)
    return {reach_down(i * pane, (i + 1) * pane, downs) for a, b in downs
            for i in range(a // pane, min(b, clock) // pane + 1)} - {INFINITY}


def crossings(history: History, rule: Rule, f: Feature) -> set[int]:
    """Where what grows by itself meets a number that it may be compared with (11)."""
    if f.operator not in ("absence", "first", "last"): return set()
    away = history.away(tuple(f.pause)) if f.operator == "absence" else []
    types = history.rules.event(f.event).types
    downs = history.downs.of(types) if f.operator == "absence" else []
    anchors = {history.counts_from(r) for r in history.matching(f.event)} | edges(away)
    anchors |= {x for x in (history.student.enrolled, history.began(types)) if x is not None}
    found = {reach(a, int(x), downs) for a in anchors for x in history.rules.thresholds(rule)}
    return edges(away) | found | {t + 1 for t in found}  # +1 ms: `>` and `<=` turn just after


def reach(start: int, wanted: int, downs: list[Span]) -> int:
    """The instant at which `wanted` milliseconds have passed since `start`, time while down taken out (19)."""
    t, left = start, wanted
    for a, b in downs:
        if b <= t: continue
        if t + left <= a: break
        left -= max(0, a - t)
        t = b
    return t + left
