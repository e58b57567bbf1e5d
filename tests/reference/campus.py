"""The campus as the school knows it: students, cards, readers, places, leaves, calendar, feeds."""
from dataclasses import dataclass, field

from .spans import Span, covers, union
from .times import (DAY, HOUR, INFINITY, WEEKDAYS, as_date, day_of, day_start, is_day, night_start, parse_clock, parse_day,
                    parse_duration, parse_time, weekday)

ON_LEAVE = ("leave", "sick", "internship", "exchange")  # 28; permits are no leave
TYPES = ("swipe", "attendance", "dorm_access", "presence")


def begin_of(value) -> int:
    return -INFINITY if value in (None, "") else day_start(parse_day(value)) if is_day(value) else parse_time(value)


def end_of(value) -> int:
    """Days are inclusive, times exclusive."""
    return INFINITY if value in (None, "") else day_start(parse_day(value) + 1) if is_day(value) else parse_time(value)


@dataclass
class Leave:
    student: str
    kind: str
    begin: int
    end: int
    days: tuple[int, int | None] | None  # first and last day, where it was given in days
    recorded: int | None

    @property
    def span(self) -> Span:
        """A permit given in days covers the nights of those evenings (contract, `event.late`), as an exemption too (28)."""
        if not self.days or not self.kind.endswith("_permit"): return self.begin, self.end
        return night_start(self.days[0]), INFINITY if self.days[1] is None else night_start(self.days[1] + 1)


@dataclass
class Student:
    id: str
    row: dict
    tags: list[str] = field(default_factory=list)
    enrolled: int | None = None
    leaves: list[Leave] = field(default_factory=list)
    admitted: bool = False

    @property
    def is_active(self) -> bool: return self.row.get("status", "active") == "active"

    def attribute(self, name: str, t: int):
        """A text, a number, a list, or None for what nobody wrote down."""
        if name == "id": return self.id
        if name == "tags": return self.tags
        if name == "year":  # 1 in the academic year, from 1 September, of entry_year
            if "entry_year" not in self.row: return None
            day = as_date(day_of(t))
            return float(day.year - (day.month < 9) - int(self.row["entry_year"]) + 1)
        if name in ("entry_year", "years"): return float(self.row[name]) if name in self.row else None
        return self.row.get(name)

    def spans(self, kinds: tuple[str, ...]) -> list[Span]:
        return union([x.span for x in self.leaves if x.kind in kinds])


@dataclass
class Feed:
    source: str
    delivery: str
    allowance: int
    began: int | None
    types: tuple[str, ...]


class Calendar:
    def __init__(self, data: dict):
        if data.get("timezone", "Asia/Shanghai") != "Asia/Shanghai": raise NotImplementedError("only Asia/Shanghai")
        days = lambda rows: [(parse_day(r["from"]), parse_day(r["to"])) for r in rows or []]
        self.terms = sorted(days(data.get("terms")))
        self.term_ids = {parse_day(r["from"]): r["id"] for r in data.get("terms") or []}
        self.holidays = self.spans(days(data.get("holidays")))
        self.vacations = self.spans(days(data.get("vacations")))
        # 19: the clock restarts at the end of the registration, so a student is still away until then
        self.away = self.spans([(parse_day(r["from"]), parse_day(r.get("registration_to") or r["to"]))
                                for r in data.get("vacations") or []])
        self.made_up = {parse_day(r["date"]): str(r["as"]) for r in data.get("make_up_days") or []}
        self.periods: dict[str, list[tuple[int, int]]] = {}
        for r in data.get("periods") or []:
            self.periods.setdefault(r["id"], []).append((parse_day(r["from"]), parse_day(r["to"])))
        self.curfew = data.get("curfew") or {"sun-thu": "23:00", "fri-sat": "23:00", "ends": "05:00"}

    @staticmethod
    def spans(days: list[tuple[int, int]]) -> list[Span]:
        return union([(day_start(a), day_start(b + 1)) for a, b in days])

    def term(self, day: int) -> tuple[int, int] | None:
        return next((x for x in self.terms if x[0] <= day <= x[1]), None)

    def last_term(self, day: int) -> tuple[int, int] | None:
        """The term of `day`, between terms the ended one (10)."""
        return max((x for x in self.terms if x[0] <= day), default=None)

    def week(self, day: int) -> int | None:
        term = self.term(day)
        return (day - weekday(day) - (term[0] - weekday(term[0]))) // 7 + 1 if term else None

    def is_weekend(self, day: int) -> bool: return weekday(day) >= 5 and day not in self.made_up

    def is_class_day(self, day: int) -> bool:
        rests = self.holidays + self.vacations
        return bool(self.term(day)) and (weekday(day) < 5 or day in self.made_up) and not covers(rests, day_start(day))

    def is_holiday_eve(self, day: int) -> bool:
        """Of the days after a class day, a weekend aside, the first decides."""
        rests = self.holidays + self.vacations
        decides = lambda d: not self.term(d) or covers(rests, day_start(d)) or self.is_class_day(d)
        after = next((d for d in (day + 1, day + 2, day + 3) if decides(d)), None)
        return self.is_class_day(day) and after is not None and not self.is_class_day(after)

    def class_days_left(self, day: int) -> int:
        """Those before the next holiday, vacation or end of the term, that day among them."""
        rests, n = self.holidays + self.vacations, 0
        while self.term(day) and not covers(rests, day_start(day)): n, day = n + self.is_class_day(day), day + 1
        return n

    def days_to(self, period: str, day: int) -> int | None:
        ahead = [max(0, a - day) for a, b in self.periods.get(period, []) if b >= day]
        return min(ahead, default=None)

    def cut_off(self, night: int, student: Student, t: int) -> int:
        """The instant of that evening's cut-off, for this student."""
        book = dict(self.curfew)
        for row in book.pop("by", None) or []:
            keys = {k: v for k, v in row.items() if not is_curfew_key(k)}
            if all(matches(student.attribute(k, t), v) for k, v in keys.items()):
                book.update({k: v for k, v in row.items() if is_curfew_key(k)})
                break
        key = next(k for k in book if k != "ends" and names_weekday(k, weekday(night)))
        at = parse_clock(book[key])
        return day_start(night) + at + (DAY if at < 12 * HOUR else 0)

    def ends(self) -> int: return parse_clock(self.curfew.get("ends", "05:00"))


def is_curfew_key(key: str) -> bool: return key == "ends" or key[:3] in WEEKDAYS


def names_weekday(key: str, day: int) -> bool:
    """Is weekday `day` among `fri-sat`, `sun-thu` or `mon`?"""
    first, _, last = key.partition("-")
    a, b = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return a <= day <= b if a <= b else day >= a or day <= b


def matches(attribute, wanted) -> bool:
    """`by:` and curfew rows are written as texts or numbers; both sides are compared as written, of a list any fits."""
    if isinstance(wanted, list): return any(matches(attribute, w) for w in wanted)
    text = lambda x: str(int(x)) if isinstance(x, float) and x == int(x) else str(x)
    return attribute is not None and (wanted in attribute
                                      if isinstance(attribute, list) else text(attribute) == text(wanted))


class Campus:
    def __init__(self, data: dict | None, admit: bool):
        self.admit = admit or not data
        data = data or {}
        rows = lambda name: [{k: v for k, v in r.items() if v not in (None, "")} for r in data.get(name) or []]
        self.calendar = Calendar(data.get("calendar") or {})
        self.students = {str(r["student"]): student_of(r) for r in rows("students")}
        self.places = {str(r["place"]): r for r in rows("places")}
        self.cards, self.readers = rows("cards"), rows("readers")
        self.feeds = {s: feed_of(s, r or {}) for s, r in (data.get("feeds") or {}).items()}
        self.leaves = [leave_of(r) for r in rows("leaves")]

    def let_know(self, highest: int) -> None:
        """Facts whose `recorded` was reached by the highest watermark hold throughout, others do not exist (5)."""
        for leave in self.leaves:
            if leave.student in self.students and (leave.recorded is None or leave.recorded <= highest):
                self.students[leave.student].leaves.append(leave)

    def began(self, kind: str) -> int:
        """When a type begins: with its earliest source, else with the first term, else always (12)."""
        plain = day_start(self.calendar.terms[0][0]) if self.calendar.terms else -INFINITY
        return min((plain if f.began is None else f.began for f in self.feeds.values() if kind in f.types), default=plain)

    def holder(self, system: str, card: str, t: int) -> str | None:
        """Whose card it is at `t`: the card's own system before a row without system (contract)."""
        fits = [r for r in self.cards if str(r["card"]) == card and begin_of(r.get("from")) <= t < end_of(r.get("to"))]
        fits = [r for r in fits if r.get("system") == system] or [r for r in fits if "system" not in r]
        return str(fits[0]["student"]) if fits else None

    def is_between_cards(self, student: str, t: int) -> bool:
        """He has had cards, all are over, the last for less than seven days; the next one may be there later (28)."""
        spans = [(begin_of(r.get("from")), end_of(r.get("to"))) for r in self.cards if str(r["student"]) == student]
        ends = [b for a, b in spans if b <= t]
        return bool(ends) and t < max(ends) + 7 * DAY and not any(a <= t < b for a, b in spans)

    def reader(self, source: str, reader: str, t: int) -> dict:
        fits = [r for r in self.readers if str(r["reader"]) == reader and r.get("source", source) == source
                and begin_of(r.get("from")) <= t < end_of(r.get("to"))]
        return fits[0] if fits else {}

    def place(self, place: str) -> dict:
        """Attributes of a place; one that nobody declared has kind `unknown`."""
        row = self.places.get(place, {"kind": "unknown"})
        return {"id": place, **{k: row[k] for k in ("name", "kind", "building", "zone") if k in row}}


def student_of(row: dict) -> Student:
    clean = {k: row[k] if k in ("entry_year", "years") else str(row[k]) for k in row
             if k not in ("tags", "enrolled_on")}
    clean.setdefault("status", "active")
    clean.setdefault("residence", "dorm")
    enrolled = day_start(parse_day(row["enrolled_on"])) if "enrolled_on" in row else None
    return Student(str(row["student"]), clean, [x for x in str(row.get("tags", "")).split(";") if x], enrolled)


def feed_of(source: str, row: dict) -> Feed:
    began = begin_of(row["began"]) if row.get("began") else None
    return Feed(source, row.get("delivery", "stream"), parse_duration(str(row.get("allowance", "0m"))), began,
                tuple(row.get("types") or TYPES))


def leave_of(row: dict) -> Leave:
    to = row.get("to")  # without one it has no end
    begin, end = begin_of(row["from"]), end_of(to)
    days = (parse_day(row["from"]), parse_day(to) if to else None) if is_day(row["from"]) and (not to or is_day(to)) else None
    return Leave(str(row["student"]), row["kind"], begin, end, days,
                 parse_time(row["recorded"]) if row.get("recorded") else None)
