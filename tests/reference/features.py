"""Features: numbers over time of one student, each computed by scanning all records (semantics 8-19)."""
from collections.abc import Callable
from dataclasses import replace
from math import log, sqrt
from statistics import median

from . import peers
from .campus import ON_LEAVE, Campus, Student
from .expr import UNKNOWN, AtLeast, evaluate
from .records import Record, Stream
from .rules import CORRECTED_LATE, Feature, RuleSet, Window
from .spans import Span, covers, overlap, union
from .times import DAY, INFINITY, as_date, clock, day_of, day_start, night_of, night_start, weekday

START = {"day": day_start, "night": night_start}
UNIT_OF = {"day": day_of, "night": night_of}
ZERO_OVER_NONE = ("count", "sum", "days", "sessions", "distinct", "streak")  # 13
PAIRS_MAX = 1024  # of value and day, night or pane: distinct
AT_LEAST_WHEN_DARK = ZERO_OVER_NONE + ("max",)


class Downs:
    """When a type is down for everyone, from a `down` to that source's next `open` or `complete` (12)."""

    def __init__(self, stream: Stream, campus: Campus):
        self.by_source: dict[str, list[Span]] = {}
        open_at: dict[str, int] = {}
        for s in stream.statuses:
            if s.state == "down": open_at.setdefault(s.source, s.time)
            elif s.state in ("open", "complete") and s.source in open_at:
                self.by_source.setdefault(s.source, []).append((open_at.pop(s.source), s.time))
        for source, since in open_at.items(): self.by_source.setdefault(source, []).append((since, INFINITY))
        self.feeds = campus.feeds
        self.cache: dict = {}

    def of(self, types: frozenset[str]) -> list[Span]:
        """A source that nobody declared carries all types (3)."""
        if types not in self.cache:
            self.cache[types] = union([x for s, spans in self.by_source.items() if s not in self.feeds
                                       or types & set(self.feeds[s].types) for x in spans])
        return self.cache[types]

    def known(self, types: frozenset[str], t: int) -> list[Span]:
        """What had been down by T: only hours that have passed count, the rest of a day may yet be up (random 86)."""
        return [(a, min(b, t)) for a, b in self.of(types) if a < t]

    def is_up(self, types: frozenset[str], unit: str, pane: int, i: int, t: int) -> bool:
        """A day, night or pane, as of T: one that is over by then stays what it is."""
        if not self.of(types): return True
        lo, hi = unit_span(unit, pane, i)
        if hi > t: return 2 * overlap(self.known(types, t), lo, hi) <= hi - lo
        key = (types, unit, pane, i)
        if key not in self.cache: self.cache[key] = 2 * overlap(self.of(types), lo, hi) <= hi - lo
        return self.cache[key]


def unit_span(unit: str, pane: int, i: int) -> Span:
    return (i * pane, (i + 1) * pane) if unit == "pane" else (START[unit](i), START[unit](i + 1))


class Units(dict):
    """What holds of a day, a night or a pane by its number: asked for again and again, worked out once."""

    def __init__(self, of: Callable[[int], bool]): self.of = of

    def __missing__(self, i: int) -> bool:
        self[i] = out = self.of(i)
        return out


class Stretch:
    """In how many days, nights or panes of a stretch it holds, by sums from the first one on; begun anew where one lies before them or far
    behind them."""

    def __init__(self, of: Callable[[int], bool]): self.of, self.first, self.sums = of, 0, [0]

    def count(self, first: int, last: int) -> int:
        if not self.first <= first < self.first + len(self.sums): self.first, self.sums = first, [0]
        sums = self.sums
        for i in range(self.first + len(sums) - 1, last + 1): sums.append(sums[-1] + self.of(i))
        return sums[last + 1 - self.first] - sums[first - self.first] if last >= first else 0


class History:
    """All that is known of one student; `n` counts the records, in the order of 1, taken at an instant T."""

    def __init__(self, student: Student, records: list[Record], campus: Campus, rules: RuleSet, downs: Downs,
                 days: tuple[int, int]):
        self.student, self.records, self.campus, self.rules, self.downs = student, records, campus, rules, downs
        self.days = days  # first and last day that can matter at all
        self.position = {id(r): i for i, r in enumerate(records)}
        self.times = [r.time for r in records]
        self.leave = student.spans(ON_LEAVE)
        self.tables: dict = {}  # of peers, by feature and day
        self.cache: dict = {}

    # names in expressions

    def event_field(self, r: Record, name: str):
        """`event.NAME` (contract); what needs a time of day is unknown at day precision (1)."""
        if name == "place": return r.place if r.place is not None else UNKNOWN
        if name.startswith("place."): return self.place_field(r, tuple(name.split(".")[1:]))
        if name in ("id", "source", "precision", "student"): return getattr(r, name)
        if name == "type": return r.kind
        if name == "time": return float(r.time)
        if name == "weekday": return float(weekday(day_of(r.time)) + 1)
        if name == "on_leave": return covers(self.leave, day_start(day_of(r.time)) + DAY // 2 if r.precision == "day" else r.time)
        if name in ("clock", "hour", "night", "late"):
            if r.precision == "day": return UNKNOWN
            if name == "clock": return clock(r.time)
            if name == "hour": return float(clock(r.time)[:2])
            return str(as_date(night_of(r.time))) if name == "night" else self.is_late(r)
        value = r.fields.get(name, UNKNOWN)
        return value / 100 if name in ("amount", "balance") and value is not UNKNOWN else value

    def is_late(self, r: Record):
        """A dorm entry from that evening's cut-off to `ends`, without a permit (contract)."""
        if r.kind != "dorm_access" or r.fields["direction"] == "unknown": return UNKNOWN
        night, calendar = night_of(r.time), self.campus.calendar
        begin, end = calendar.cut_off(night, self.student, r.time), day_start(night + 1) + calendar.ends()
        if r.fields["direction"] != "in" or not begin <= r.time < end: return False
        permits = [x for x in self.student.leaves if x.kind in ("late_permit", "overnight_permit")]
        return not any(x.span[0] <= r.time < x.span[1] for x in permits)

    def place_field(self, r: Record, path: tuple):
        """Of a reader that nobody knows there is no place, but a kind: `unknown`."""
        if r.place is None: return "unknown" if path == ("kind",) and "reader" in r.fields else UNKNOWN
        return self.campus.place(r.place).get(path[0], UNKNOWN) if path else r.place

    def student_field(self, name: str, t: int):
        value = self.student.attribute(name, t)
        return UNKNOWN if value is None else value

    def calendar_field(self, name: str, t: int):
        calendar, day = self.campus.calendar, day_of(t)
        term = calendar.term(day)
        if name == "term": return calendar.term_ids[term[0]] if term else UNKNOWN
        if name == "week": return float(calendar.week(day)) if term else UNKNOWN
        if name == "holiday": return covers(calendar.holidays, t)
        if name == "vacation": return covers(calendar.vacations, t)
        if name == "holiday_eve": return calendar.is_holiday_eve(day)
        if name == "class_days_left": return float(calendar.class_days_left(day))
        return calendar.is_class_day(day) if name == "class_day" else UNKNOWN

    def function(self, name: str, args: list, t: int):
        calendar, day = self.campus.calendar, day_of(t)
        if name == "calendar.in": return any(a <= day <= b for a, b in calendar.periods.get(args[0], []))
        left = calendar.days_to(args[0], day)
        return UNKNOWN if left is None else float(left)

    def lookup(self, path: tuple, t: int, n: int, record: Record | None, params: dict, steps: dict):
        root, rest = path[0], path[1:]
        if root in steps: return self.of_record(steps[root], rest, t)
        if root == "event": return self.event_field(record, rest[0]) if record else UNKNOWN
        if root == "place": return self.place_field(record, rest) if record else UNKNOWN
        if root == "student": return self.student_field(rest[0], t)
        if root == "calendar": return self.calendar_field(rest[0], t)
        if root in params: return params[root].of(self.student, t).value
        return self.value(self.rules.features[root], t, n, rest)

    def evaluate(self, tree: tuple, t: int, n: int, record: Record | None = None, params: dict | None = None,
                 steps: dict | None = None):
        scope = {**self.rules.params, **params} if params else self.rules.params
        return evaluate(tree, lambda path: self.lookup(path, t, n, record, scope, steps or {}),
                        lambda name, args: self.function(name, args, t))

    # records of an event

    def matching(self, event: str) -> list[Record]:
        """Records that fit, whoever undoes them: `where` must be true (18)."""
        key = ("matching", event)
        if key not in self.cache:
            e = self.rules.event(event)
            self.cache[key] = [r for i, r in enumerate(self.records) if r.kind in e.types
                               and (r.is_seen or not e.is_seen)
                               and all(self.evaluate(w, r.time, i + 1, r) is True for w in e.where)]
        return self.cache[key]

    def counted(self, event: str, n: int, operator: str) -> list[Record]:
        """The first n records that fit and are not undone by one of them (17); `seen` is never undone."""
        key = ("counted", event, n, operator in CORRECTED_LATE)
        if key not in self.cache:
            def undone(r: Record) -> bool:
                by = r.undone_by or (r.corrected_by if operator in CORRECTED_LATE else None)
                return by is not None and self.position[id(by)] < n
            stays = self.rules.event(event).is_seen
            self.cache[key] = [r for r in self.matching(event) if self.position[id(r)] < n and (stays or not undone(r))]
        return self.cache[key]

    # windows

    def bounds(self, w: Window, t: int, n: int) -> tuple[int, int] | None:
        """First and last unit (days, nights or panes) of the window at T; None where it has no beginning."""
        if w.unit == "pane":
            last = t // w.pane  # panes begin with the campus's days: 15 min divides its offset
            return last - w.over + 1, last
        today = UNIT_OF[w.unit](t)
        last = today - w.ago
        if isinstance(w.over, int): return last - w.over + 1, last
        if w.over == "week": return today - weekday(today), last
        if w.over == "month": return today - as_date(today).day + 1, last
        if w.over == "term":
            term = self.campus.calendar.last_term(today)  # between terms it keeps the ended term's value (10)
            return (term[0], min(last, term[1])) if term else None
        start = self.student.enrolled if self.student.enrolled is not None else self.records[0].time if n else None
        if self.student.enrolled is None and start is not None and start > t: return None  # no record has come yet
        return (UNIT_OF[w.unit](day_start(day_of(start))), last) if start is not None else None

    def is_kept(self, w: Window | None, was: int, t: int) -> bool:
        """Whether a window of that length, at T, reaches back to what was then; a streak without one always does."""
        if w is None or w.over in ("term", "study"): return True
        units = {"week": 7, "month": 31}.get(w.over, w.over) + w.ago
        return w.unit != "pane" and UNIT_OF[w.unit](was) > UNIT_OF[w.unit](t) - units

    def is_expected(self, types: frozenset[str], unit: str, pane: int, i: int) -> bool:
        """12 without the feeds. Of a leave the whole unit counts, also what is still to come (random 11)."""
        return self.expected(types, unit, pane)[i]

    def expected(self, types: frozenset[str], unit: str, pane: int) -> "Units":
        key = ("expected", types, unit, pane)
        if key not in self.cache:
            def is_expected(i: int) -> bool:
                lo, hi = unit_span(unit, pane, i)
                return lo >= self.expected_from(types) and 2 * overlap(self.leave, lo, hi) <= hi - lo
            self.cache[key] = Units(is_expected)
        return self.cache[key]

    def expected_from(self, types: frozenset[str]) -> int:
        """When this student's records of these types can begin."""
        key = ("from", types)
        if key not in self.cache: self.cache[key] = max(x for x in (self.student.enrolled, self.began(types), -INFINITY) if x is not None)
        return self.cache[key]

    def is_observable(self, types: frozenset[str], unit: str, pane: int, i: int, t: int) -> bool:
        return self.is_expected(types, unit, pane, i) and self.downs.is_up(types, unit, pane, i, t)

    def is_dark(self, types: frozenset[str], w: Window, bounds: tuple[int, int], t: int) -> bool:
        """Under 80 % of the window was observable (13)."""
        first, last = bounds
        now = t // w.pane if w.unit == "pane" else UNIT_OF[w.unit](t)  # those before it stay what they are
        key = ("seen", types, w.unit, w.pane)
        if key not in self.cache: self.cache[key] = Stretch(lambda i: self.is_observable(types, w.unit, w.pane, i, INFINITY))
        seen = self.cache[key].count(first, min(last, now - 1)) if first < now else 0
        seen += sum(self.is_observable(types, w.unit, w.pane, i, t) for i in range(max(first, now), last + 1))
        return first > last or seen * 10 < (last - first + 1) * 8

    def unit_of(self, r: Record, unit: str, pane: int = 0) -> int | None:
        """The day, night or pane of a record; no night without a time of day (1)."""
        if unit == "pane": return r.time // pane
        return None if unit == "night" and r.precision == "day" else UNIT_OF[unit](r.time)

    def within(self, records: list[Record], w: Window | None, bounds: tuple[int, int] | None) -> list[Record]:
        if w is None: return records
        if bounds is None: return []
        inside = lambda u: u is not None and bounds[0] <= u <= bounds[1]
        return [r for r in records if inside(self.unit_of(r, w.unit, w.pane))]

    # operators

    def value(self, f: Feature, t: int, n: int, path: tuple = ()):
        key = ("value", f.name, t, n)
        if key not in self.cache: self.cache[key] = self.compute(f, t, n)
        value = self.cache[key]
        if f.operator in ("baseline", "peers"): return value.get(path[0], UNKNOWN)
        if f.operator == "regularity": return value["orderliness" if path else "value"]
        return self.of_record(value, path, t) if isinstance(value, Record) else value if not path else UNKNOWN

    def is_asked(self, f: Feature, day: int) -> bool:
        """Of peers (22): not who has too few days left by leaves, or because he was not enrolled yet."""
        n, start = f.inner.window.over, -INFINITY if self.student.enrolled is None else self.student.enrolled
        left = sum(day_start(d) >= start and 2 * overlap(self.leave, day_start(d), day_start(d + 1)) <= DAY for d in range(day - n, day))
        return left * 10 >= n * 8

    def of_day_before(self, f: Feature, day: int, t: int, n: int):
        """The inner value of peers over the days that end before `day`, as known at T."""
        return self.compute(self.of_days(f.inner, f.inner.window.over, day_of(t) - (day - 1)), t, n)

    def of_days(self, f: Feature, n: int, ago: int) -> Feature:
        """The same over so many days (nights), the last of them so many ago."""
        return self.rules.once(f"{n} days, {ago} ago", f, lambda: replace(f, window=Window(f.window.unit, n, ago)))

    def compute(self, f: Feature, t: int, n: int):
        if f.operator == "value": return self.evaluate(f.tree, t, n)
        if f.operator == "peers": return peers.value(f, self, t, n)
        types = self.rules.event(f.event).types
        if f.operator == "baseline": return self.baseline(f, types, t, n)
        records = self.counted(f.event, n, f.operator)
        if f.operator == "absence": return self.absence(f, types, records, t)
        bounds = self.bounds(f.window, t, n) if f.window else None
        if f.operator == "streak": return self.streak(f, types, records, bounds, t)
        if f.operator == "sessions": records = first_of_sessions(records, f.gap)
        records = self.within(records, f.window, bounds)
        if f.operator == "regularity":
            return regularity(records, bounds is None or self.is_dark(types, f.window, bounds, t))
        if f.operator in ("first", "last"): return records[-(f.operator == "last")] if records else UNKNOWN
        value = self.aggregate(f, records)
        if f.window and (bounds is None or self.is_dark(types, f.window, bounds, t)):
            if isinstance(value, AtLeast): return value
            return AtLeast(value) if f.operator in AT_LEAST_WHEN_DARK and value is not UNKNOWN else UNKNOWN
        return value

    def aggregate(self, f: Feature, records: list[Record]):
        if f.operator in ("count", "sessions"): return float(len(records))
        if f.operator == "days": return float(len({self.unit_of(r, f.unit) for r in records} - {None}))
        if f.operator == "distinct": return self.distinct(f, records)
        if f.of in ("hour", "weekday"): values = [v for r in records if (v := self.event_field(r, f.of)) is not UNKNOWN]
        else: values = [r.fields[f.of] for r in records if f.of in r.fields]  # money in fen, divided once (15)
        scale = 100 if f.of in ("amount", "balance") else 1
        if f.operator == "sum": return sum(values) / scale
        if not values: return UNKNOWN
        if f.operator == "avg": return sum(values) / (scale * len(values))
        return (min if f.operator == "min" else max)(values) / scale

    def distinct(self, f: Feature, records: list[Record]):
        """18: of more pairs of value and day than are looked at, what the latest have."""
        w = f.window
        pairs = list(dict.fromkeys((self.unit_of(r, w.unit, w.pane), v) for r in records if (v := self.event_field(r, f.of)) is not UNKNOWN))
        n = float(len({v for _, v in pairs[-PAIRS_MAX:]}))
        return AtLeast(n) if len(pairs) > PAIRS_MAX else n

    def of_record(self, r: Record, path: tuple, t: int):
        """`.time`, `.age`, `.place` and the fields of a first or last record."""
        if not path: return UNKNOWN
        if path[0] == "age": return float(max(0, t - self.counts_from(r)))
        if path[0] == "place": return self.place_field(r, path[1:])
        return self.event_field(r, path[0])

    def counts_from(self, r: Record) -> int:
        """At day precision the end of its day (19)."""
        return day_start(day_of(r.time) + 1) if r.precision == "day" else r.time

    def streak(self, f: Feature, types: frozenset[str], records: list[Record], bounds: tuple[int, int] | None, t: int):
        """18: back from today; what is not observable or not asked for is stepped over."""
        matched = {self.unit_of(r, f.unit) for r in records} - {None}
        today = UNIT_OF[f.unit](t)
        first, last = bounds if bounds else (min(matched, default=today), today)
        length = 0
        for day in range(last, first - 1, -1):
            if f.on_class_days and not self.campus.calendar.is_class_day(day): continue
            if not self.is_observable(types, f.unit, 0, day, t): continue
            if day in matched: length += 1
            elif day != today: break
        dark = f.window and (bounds is None or self.is_dark(types, f.window, bounds, t))
        return AtLeast(float(length)) if dark else float(length)  # without `over` it is always known

    def baseline(self, f: Feature, types: frozenset[str], t: int, n: int) -> dict:
        """21: samples are values of single closed days; nothing where too few of them are known."""
        calendar, unit = self.campus.calendar, f.inner.window.unit
        away = union(calendar.holidays + calendar.vacations)
        bin_of = {"class": calendar.is_class_day, "weekday": weekday, "none": lambda day: 0}[f.bins]

        def samples(first: int, last: int) -> list[tuple]:
            out = []
            for back in range(first, last + 1):
                day = UNIT_OF[unit](t) - back
                if covers(away, day_start(day)): continue
                if not self.is_observable(types, unit, 0, day, t): continue
                value = self.compute(self.of_days(f.inner, 1, back), t, n)
                if isinstance(value, float): out.append((bin_of(day), value))
            return out

        recent, against = samples(1, f.recent), samples(f.recent + 1, f.recent + f.against)
        if 2 * len(recent) < f.recent or 2 * len(against) < f.against: return {}
        middle = median(x for _, x in against)
        alike = {b: [x for c, x in against if c == b] for b, _ in recent + against}
        usual = {b: median(xs) if len(xs) >= 4 else middle for b, xs in alike.items()}
        now, expected = (sum(v) / len(recent) for v in ([x for _, x in recent], [usual[b] for b, _ in recent]))
        spread = max(1.4826 * median(abs(x - usual[b]) for b, x in against), 0.1 * abs(middle), 1.0)
        return {"now": now, "usual": expected, "ratio": now / expected if expected else UNKNOWN,
                "z": (now - expected) / (spread / sqrt(len(recent)))}

    def away(self, pause: tuple[str, ...]) -> list[Span]:
        """Leaves, holidays, vacations (to the end of their registration), and what `pause` adds."""
        key = ("away", pause)
        if key not in self.cache:
            calendar = self.campus.calendar
            paused = [s for name in pause for s in self.exempt_spans(name)]
            self.cache[key] = union(self.leave + calendar.holidays + calendar.away + paused)
        return self.cache[key]

    def absence(self, f: Feature, types: frozenset[str], records: list[Record], t: int):
        away = self.away(tuple(f.pause))
        # an enrolment or a beginning still to come makes it negative, that is 0 (random 1, 16, 106)
        since = [self.counts_from(r) for r in records]
        since += [x for x in (self.student.enrolled, self.began(types)) if x is not None]
        if not since: return UNKNOWN
        if covers(away, t): return 0.0
        start = max(since + [b for _, b in away if b <= t])
        return float(max(0, t - start - overlap(self.downs.known(types, t), start, t)))

    def began(self, types: frozenset[str]) -> int | None:
        key = ("began", types)
        if key not in self.cache:
            began = min(self.campus.began(k) for k in types)  # an event of several types with its earliest type (12)
            self.cache[key] = began if began > -INFINITY else None
        return self.cache[key]

    # exemptions

    def exempt_spans(self, name: str) -> list[Span]:
        """The spans of a built-in exemption, a leave kind or a permit."""
        key = ("spans", name)
        if key not in self.cache:
            calendar = self.campus.calendar
            if name == "on_leave": spans = self.leave
            elif name == "vacation": spans = calendar.vacations
            elif name == "holiday": spans = calendar.holidays
            elif name == "weekend":
                spans = union([(day_start(d), day_start(d + 1)) for d in range(*self.days) if calendar.is_weekend(d)])
            else: spans = self.student.spans((name,))
            self.cache[key] = spans
        return self.cache[key]

    def rarely_seen(self, t: int, n: int):
        """28: of the observable days among the 28 that end the day before the last `seen` record."""
        seen = [r for r in self.records[:n] if r.is_seen]
        if not seen: return True
        types, last = self.rules.event("seen").types, day_of(seen[-1].time)
        days = [d for d in range(last - 28, last) if self.is_observable(types, "day", 0, d, t)]
        if len(days) < 7: return UNKNOWN
        return sum(d in {day_of(r.time) for r in seen} for d in days) * 10 < len(days) * 8


def first_of_sessions(records: list[Record], gap: int) -> list[Record]:
    """Runs in which each follows the one before by less than the gap; a record of day precision is in none (18)."""
    firsts, before = [], None
    for r in records:
        if r.precision == "day": continue
        if before is None or r.time - before >= gap: firsts.append(r)
        before = r.time
    return firsts


def new_runs(bins: list[int]) -> list[int]:
    """23: of each i the length of the shortest run from i that does not occur wholly before it."""
    text, out = "".join(chr(65 + b) for b in bins), []
    for i in range(len(text)):
        k = 1
        while i + k <= len(text) and text[i:i + k] in text[:i]: k += 1
        out.append(k)
    return out


assert new_runs([0, 1, 2] * 3) == [1, 1, 1, 4, 4, 4, 4, 3, 2]


def regularity(records: list[Record], is_dark: bool) -> dict:
    bins = [(r.time - day_start(day_of(r.time))) // (30 * 60_000) for r in records if r.precision != "day"][-600:]
    if len(bins) < 40 or is_dark: return {"value": UNKNOWN, "orderliness": UNKNOWN}
    n, total = len(bins), sum(new_runs(bins))
    return {"value": 1 - n / total, "orderliness": -n * log(n) / total}
