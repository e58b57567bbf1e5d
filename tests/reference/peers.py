"""peers (22): the tables of the days, each made once, of what was known when the clock passed its 04:00.

What is known then depends on the order of arrival, which is the one thing here that cannot be taken from the sorted
stream: the lines are walked through as they came, and for each table those up to there are read anew from scratch.
"""
from collections import Counter
from dataclasses import dataclass, field

from . import features
from .campus import Campus, Student
from .records import Dead, Options, Reader, Stream, decode
from .rules import Feature, RuleSet
from .times import DAY, HOUR, INFINITY, day_of, day_start

AT = 4 * HOUR
PLACE_DAYS, PLACES_MAX = 7, 64  # by: place
Key = tuple  # the group: what its students have in common


@dataclass
class Run:
    """Of the program, over the state of the one before."""
    lines: list[bytes]
    until: int | None
    campus: dict | None


@dataclass
class Table:
    """Of one feature and day."""
    values: dict[Key, list[float]] = field(default_factory=dict)  # sorted, of whom it was known
    asked: dict[Key, int] = field(default_factory=dict)


def made_at(day: int) -> int: return day_start(day) + AT


def day_in_force(t: int) -> int: return day_of(t - AT)


def usual_place(feature: Feature, history: "features.History", day: int, n: int) -> str | None:
    """Where most of the records that are compared stand, of the week before that day; of two as often neither."""
    records = history.counted(feature.event, n, "distinct")
    places = Counter(r.place for r in records if day - PLACE_DAYS <= day_of(r.time) < day and r.place is not None)
    most = [place for place, k in places.items() if k == max(places.values())]
    return most[0] if len(most) == 1 and len(places) <= PLACES_MAX else None


def group_of(feature: Feature, history: "features.History", day: int, n: int) -> Key | None:
    """As of the table of that day."""
    key = tuple(usual_place(feature, history, day, n) if name == "place" else history.student.attribute(name, made_at(day)) for name in feature.by)
    return None if None in key else key


def standing_of(feature: Feature, table: Table | None, key: Key | None, own) -> dict:
    """`.percentile`, `.median` and `.mean`, where they are known."""
    values = table.values.get(key, []) if table and key else []
    n = len(values)
    if n < feature.min_group or 10 * n < 9 * table.asked[key]: return {}
    out = {"median": (values[(n - 1) // 2] + values[n // 2]) / 2, "mean": sum(v * values.count(v) for v in sorted(set(values))) / n}
    if isinstance(own, float):
        below, equal = sum(v < own for v in values), values.count(own)
        # of the same value nobody was then, himself included: he is put inside
        out["percentile"] = 100 * (below + equal / 2) / n if equal else 100 * (below + 0.5) / (n + 1)
    return out


@dataclass
class Moment:
    """A step of the clocks: what has been read by then, and which facts are known."""
    run: Run
    lines: list[bytes]
    clock: "Clock"
    known: int  # leaves recorded up to then


@dataclass
class Clock:
    """Of the types that a feature reads; it never falls (3)."""
    watermarks: dict
    campus: Campus
    options: Options

    def of(self, types: frozenset[str]) -> int:
        highest = max(self.watermarks.values(), default=-INFINITY)
        if self.options.order == "sorted": return highest  # one for all (6)
        return Stream([], [], {}, self.watermarks, highest, self.options.horizon, self.campus).clock(set(types))


def time_of(raw: bytes, campus: Campus) -> int:
    try: return decode(raw, campus).time
    except Dead: return INFINITY


def moments(runs: list[Run], options: Options, admit: bool) -> list[Moment]:
    """Every step, in the order of arrival. A step over `recorded` of a fact stops there: timers before it come first (5)."""
    out: list[Moment] = []
    before, known = {}, -INFINITY
    read: list[bytes] = []
    for run in runs:
        campus = Campus(run.campus, admit)
        facts = sorted({x.recorded for x in campus.leaves if x.recorded is not None})
        known = max([known, *before.values()])
        lines = sorted(run.lines, key=lambda x: time_of(x, Campus(run.campus, admit))) if options.order == "sorted" else run.lines
        reader = Reader(campus, Options(options.order, run.until, options.lateness, options.horizon))
        for raw in read: reader.take(raw)
        for i in range(len(lines) + 1):
            after = before
            if i < len(lines):
                reader.take(lines[i])
                read = read + [lines[i]]
                after = {s: max(w, before.get(s, -INFINITY)) for s, w in reader.watermarks.items()}
            elif run.until is not None: after = {s: max(w, run.until + 1) for s, w in (before or {None: -INFINITY}).items()}
            highest = max(after.values(), default=-INFINITY)
            for fact in [x for x in facts if known < x <= highest]:
                halfway = {s: max(before.get(s, -INFINITY), min(w, fact)) for s, w in after.items()}
                out.append(Moment(run, read, Clock(halfway, campus, options), known))
                known = fact
            out.append(Moment(run, read, Clock(after, campus, options), known))
            before, known = after, max(known, highest)
    return out


def begin_of_timers(campus: Campus, stream: Stream) -> int:
    """11: the first day of the first term, the earliest `began`, midnight of the first record, whichever is first."""
    begin = [day_start(campus.calendar.terms[0][0])] if campus.calendar.terms else []
    begin += [f.began for f in campus.feeds.values() if f.began is not None]
    begin += [day_start(day_of(r.time)) for r in stream.records[:1]]
    return min(begin, default=stream.highest)


class Snapshot:
    """What is known at a moment, read from scratch."""

    def __init__(self, moment: Moment, rules: RuleSet, options: Options, admit: bool):
        self.campus, self.rules = Campus(moment.run.campus, admit), rules
        reader = Reader(self.campus, Options(options.order, moment.run.until, options.lateness, options.horizon))
        for raw in moment.lines: reader.take(raw)
        reader.options.until = None  # the run has not ended yet
        self.stream = reader.close()
        self.campus.let_know(moment.known)
        self.begin = begin_of_timers(self.campus, self.stream)
        self.downs = features.Downs(self.stream, self.campus)
        self.histories: dict[str, "features.History"] = {}

    def history(self, student: Student) -> "features.History":
        if student.id not in self.histories:
            records = [r for r in self.stream.records if r.student == student.id]
            self.histories[student.id] = features.History(student, records, self.campus, self.rules, self.downs, (0, 0))
        return self.histories[student.id]

    def table(self, feature: Feature, day: int) -> Table:
        out, t = Table(), made_at(day)
        for student in self.campus.students.values():
            if not student.is_active: continue
            history = self.history(student)
            n = sum(r.time <= t for r in history.records)
            key = group_of(feature, history, day, n)
            if key is None or not history.is_asked(feature, day): continue
            out.asked[key] = out.asked.get(key, 0) + 1
            value = history.of_day_before(feature, day, t, n)
            if isinstance(value, float): out.values.setdefault(key, []).append(value)
        for values in out.values.values(): values.sort()
        return out


def tables(runs: list[Run], rules: RuleSet, options: Options, admit: bool) -> dict[tuple[str, int], Table]:
    """Of each feature and day. What was made stays as it was made."""
    asking = [f for f in rules.features.values() if f.operator == "peers"]
    if not asking: return {}
    out: dict[tuple[str, int], Table] = {}
    reached = {f.name: None for f in asking}  # the last day that was made, or could not be any more
    for moment in moments(runs, options, admit):
        snapshot = None
        for f in asking:
            clock = moment.clock.of(rules.event(f.event).types)
            if clock <= -INFINITY: continue
            last = day_of(clock - 1 - AT)  # T < w
            if reached[f.name] is not None and last <= reached[f.name]: continue
            snapshot = snapshot or Snapshot(moment, rules, options, admit)
            first = day_of(snapshot.begin - AT + DAY - 1) if reached[f.name] is None else reached[f.name] + 1
            for day in range(first, last + 1): out[f.name, day] = snapshot.table(f, day)
            reached[f.name] = max(last, first - 1)
    return out


def value(feature: Feature, history: "features.History", t: int, n: int) -> dict:
    """At an instant: the table of the day, and the student's own value of the same day, as it is known now."""
    day = day_in_force(t)
    own = history.of_day_before(feature, day, t, n)
    return standing_of(feature, history.tables.get((feature.name, day)), group_of(feature, history, day, n), own)
