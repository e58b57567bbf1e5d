"""Input lines to records: decoding, dead letters, duplicates, watermarks (contract, semantics 1-7)."""
import base64
import hashlib
import json
import time
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from .campus import TYPES, Campus, Student
from .times import DAY, INFINITY, MINUTE, day_of, day_start, parse_duration, parse_time

MIB = 1 << 20
TEXTS = {"id": 128, "source": 64, "student": 64, "card": 64, "card_system": 64, "place": 64, "reader": 64, "ref": 128,
         "course": 64, "session": 64, "means": 64}
CHOICES = {"op": ("consume", "refund", "reversal", "topup"),
           "status": ("present", "late", "early_leave", "absent", "excused", "unknown"),
           "direction": ("in", "out", "unknown"), "result": ("granted", "denied"),
           "precision": ("second", "minute", "day")}
PLAIN = ("card", "reader", "ref", "op", "course", "session", "status", "direction", "result", "means")
BELONGS = {"op": "swipe", "status": "attendance", "direction": "dorm_access", "result": "dorm_access"}
DEFAULTS = {"swipe": {"op": "consume"}, "attendance": {"hours": 1.0}, "dorm_access": {"result": "granted"},
            "presence": {}}


class Dead(Exception):
    """A dead letter; its argument is the reason code."""


@dataclass
class Record:
    id: str
    source: str
    kind: str
    time: int  # the start of its minute or day at that precision (1)
    precision: str
    student: str
    place: str | None
    fields: dict  # what is declared for its type, defaults filled in
    undone_by: "Record | None" = None  # by an undo within `horizon`
    corrected_by: "Record | None" = None  # by an excuse farther away than that (17)

    @property
    def key(self) -> tuple: return self.time, self.source.encode(), self.id.encode()

    @property
    def is_undo(self) -> bool:
        undoes = self.fields.get("op") in ("refund", "reversal") or self.fields.get("status") == "excused"
        return undoes and "ref" in self.fields

    @property
    def is_seen(self) -> bool:
        """Done in person (16)."""
        f = self.fields
        if self.kind == "swipe": return f["op"] == "consume"
        if self.kind == "dorm_access": return f["result"] == "granted"
        return self.kind == "presence" or f["status"] in ("present", "late", "early_leave")


@dataclass
class Status:
    source: str
    time: int
    through: int | None
    state: str | None


def raw_line(event) -> bytes:
    """The bytes of one input line as a case writes it (cases/README.md)."""
    if isinstance(event, bytes): return event
    if isinstance(event, str): return event.encode()
    if "$base64" in event: return base64.b64decode(event["$base64"])
    if "$pad" in event: event = {**event["event"], "note": "x" * event["$pad"]}
    return json.dumps(event, ensure_ascii=False).encode()


def depth(value) -> int:
    if isinstance(value, dict): return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@lru_cache(4096)
def load(raw: bytes) -> dict:
    """Nobody changes it."""
    if len(raw) > MIB: raise Dead("too_large")
    try: text = raw.decode("utf-8")
    except UnicodeDecodeError: raise Dead("bad_utf8") from None
    try: value = json.loads(text, parse_float=Decimal)
    except RecursionError: raise Dead("too_deep") from None
    except ValueError: raise Dead("bad_json") from None
    if not isinstance(value, dict): raise Dead("bad_json")
    if depth(value) > 32: raise Dead("too_deep")
    return {k: v for k, v in value.items() if v is not None}  # null is absent (14)


def a_time(o: dict, name: str) -> int | None:
    if name not in o: return None
    if isinstance(o[name], bool) or not isinstance(o[name], (str, int)): raise Dead("wrong_type")
    try: return parse_time(o[name])
    except ValueError: raise Dead("bad_time") from None


def a_number(o: dict, name: str) -> Decimal | None:
    if name not in o: return None
    value = o[name]
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)): raise Dead("wrong_type")
    try: number = Decimal(value)
    except InvalidOperation: raise Dead("bad_value") from None
    if not number.is_finite() or number < 0: raise Dead("bad_value")
    return number


def money(o: dict, name: str) -> int | None:
    """Whole fen (contract): at most two decimals, never negative."""
    number = a_number(o, name)
    if number is None: return None
    if number * 100 != int(number * 100): raise Dead("bad_value")
    return int(number * 100)


def decode(raw: bytes, campus: Campus) -> Record | Status:
    o = load(raw)
    if "type" not in o: raise Dead("missing_field")
    if not isinstance(o["type"], str): raise Dead("wrong_type")
    if o["type"] not in TYPES + ("feed_status",): raise Dead("unknown_type")
    for name, limit in TEXTS.items():
        if name not in o: continue
        if not isinstance(o[name], str): raise Dead("wrong_type")
        if len(o[name].encode()) > limit: raise Dead("bad_value")
    for name, choice in CHOICES.items():
        if name not in o or BELONGS.get(name, o["type"]) != o["type"]: continue
        if not isinstance(o[name], str): raise Dead("wrong_type")
        if o[name] not in choice: raise Dead("bad_value")
    if "time" not in o: raise Dead("missing_field")
    at, source = a_time(o, "time"), o.get("source", "default")
    if o["type"] == "feed_status": return Status(source, at, a_time(o, "complete_through"), o.get("state"))
    precision = o.get("precision", "second")
    at = {"second": at, "minute": at - at % MINUTE, "day": day_start(day_of(at))}[precision]
    fields = own_fields(o)
    reader = campus.reader(source, o["reader"], at) if "reader" in o else {}
    if o["type"] == "dorm_access":
        fields.setdefault("direction", reader.get("direction"))
        if fields["direction"] is None: raise Dead("missing_field")
    if o["type"] == "attendance" and "status" not in fields: raise Dead("missing_field")
    if "collected" in o: fields["collected"] = float(a_time(o, "collected"))
    return Record(name_of(o, raw), source, o["type"], at, precision, resolve(o, source, at, campus),
                  o.get("place", reader.get("place")), fields)


def own_fields(o: dict) -> dict:
    """The declared fields that an expression may read as `event.NAME`."""
    texts = [k for k in PLAIN if k in o and BELONGS.get(k, o["type"]) == o["type"]]
    fields = {**DEFAULTS[o["type"]], **{k: o[k] for k in texts}}
    for name in ("amount", "balance"):
        if o["type"] == "swipe" and name in o: fields[name] = money(o, name)
    for name in ("journal_no", "use_count"):
        number = a_number(o, name)
        if number is not None: fields[name] = float(number)
    if o["type"] == "attendance" and "hours" in o: fields["hours"] = float(a_number(o, "hours"))
    return fields


def name_of(o: dict, raw: bytes) -> str:
    """Left out: reader and journal, else card and use count, else a digest (here not xxh128: only equality matters)."""
    if "id" in o: return o["id"]
    if "reader" in o and "journal_no" in o: return f"j:{o['reader']}:{o['journal_no']}"
    if "card" in o and "use_count" in o: return f"c:{o['card']}:{o['use_count']}"
    return "x:" + hashlib.md5(raw).hexdigest()


def resolve(o: dict, source: str, t: int, campus: Campus) -> str:
    if "student" in o: student, reason = o["student"], "unknown_student"
    elif "card" in o:
        student, reason = campus.holder(o.get("card_system", source), o["card"], t), "unknown_card"
        if student is None and campus.admit: student = o["card"]
        if student is None: raise Dead(reason)
    else: raise Dead("missing_field")
    if student not in campus.students:
        if not campus.admit: raise Dead(reason)
        campus.students[student] = Student(student, {"status": "active", "residence": "dorm"}, admitted=True)
    return student


@dataclass
class Options:
    order: str
    until: int | None
    lateness: int
    horizon: int

    @staticmethod
    def of(options: dict) -> "Options":
        until = parse_time(options["until"]) if options.get("until") else None
        return Options(options.get("order", "sorted"), until, parse_duration(options.get("lateness", "240h")),
                       parse_duration(options.get("horizon", "14d")))


@dataclass
class Stream:
    """What an input leaves behind: the records that count, and how far every source has promised."""
    records: list[Record]
    statuses: list[Status]
    counts: dict
    watermarks: dict[str | None, int]  # None: the sources that nobody declared
    highest: int
    horizon: int
    campus: Campus

    def clock(self, types: set[str]) -> int:
        """The clock of a rule that reads `types` (3): a timer at T fires when T is before it."""
        feeds = self.campus.feeds
        says = [w for s, w in self.watermarks.items() if s is None or types & set(feeds[s].types)]
        return max(min(says), self.highest - self.horizon) if says else self.highest

    def reads_batch(self, types: set[str]) -> bool:
        return any(f.delivery == "batch" and types & set(f.types) for f in self.campus.feeds.values())


class Reader:
    """Takes the lines one by one, in order of arrival."""

    def __init__(self, campus: Campus, options: Options):
        self.campus, self.options = campus, options
        self.limit = (options.until if options.until is not None else int(time.time() * 1000)) + DAY  # 7
        self.kept: dict[tuple, list[Record]] = {}
        self.statuses: list[Status] = []
        self.watermarks: dict[str | None, int] = {}
        self.counts = {"read": 0, "used": 0, "duplicate": 0, "dead_letter": 0, "dead_letter_by": {}, "control": 0}

    def take(self, raw: bytes) -> None:
        self.counts["read"] += 1
        try: self.counts[self.judge(raw)] += 1
        except Dead as dead:
            self.counts["dead_letter"] += 1
            self.counts["dead_letter_by"][dead.args[0]] = self.counts["dead_letter_by"].get(dead.args[0], 0) + 1

    def judge(self, raw: bytes) -> str:
        record = decode(raw, self.campus)
        if record.time > self.limit: raise Dead("future_time")
        if isinstance(record, Status):
            self.statuses.append(record)
            self.promise(record.source, record.time, record.through)
            return "control"
        if record.time > record.fields.get("collected", INFINITY) + 10 * MINUTE: raise Dead("future_time")
        name = (record.source, record.id, record.student)
        if earlier := self.repeated(self.kept.get(name, []), record):
            known = lambda r: (r.kind, r.time, r.precision, r.place,
                               {k: v for k, v in r.fields.items() if k != "collected"})
            if known(earlier) != known(record): raise Dead("conflicting_duplicate")
            return "duplicate"
        if self.options.order == "arrival" and record.time < self.patience(record.source): raise Dead("too_late")
        self.kept.setdefault(name, []).append(record)
        self.promise(record.source, record.time, None)
        return "used"

    def repeated(self, same: list[Record], record: Record) -> Record | None:
        """The record of that id that is still kept for replay when `record` is read; in a sorted file by their times alone."""
        if self.options.order == "sorted":
            near = [r for r in same if abs(r.time - record.time) <= self.options.horizon]
        else:
            high = max(record.time, *self.watermarks.values(), -INFINITY)
            near = [r for r in same if r.time >= high - self.options.horizon]
        return near[0] if near else None

    def patience(self, source: str) -> int:
        own = self.watermarks.get(source if source in self.campus.feeds else None, -INFINITY)
        return max(own - self.options.lateness, max(self.watermarks.values(), default=-INFINITY) - self.options.horizon)

    def promise(self, source: str, t: int, through: int | None) -> None:
        """Move the watermark of `source` (2). In a sorted file all sources share the time of the record in hand (6)."""
        feed = self.campus.feeds.get(source)
        w = t
        if self.options.order == "arrival" and feed:
            w = t - feed.allowance if feed.delivery == "stream" else through + 1 if through is not None else -INFINITY
        key = source if feed else None
        self.watermarks[key] = max(self.watermarks.get(key, -INFINITY), w)

    def close(self) -> Stream:
        highest = max(self.watermarks.values(), default=-INFINITY)
        if self.options.order == "sorted": self.watermarks = dict.fromkeys(self.watermarks, highest)
        if self.options.until is not None:  # inclusive: w stands just above it (2)
            self.watermarks = {s: max(w, self.options.until + 1) for s, w in self.watermarks.items()}
            highest = max(highest, self.options.until + 1)
        records = sorted((r for same in self.kept.values() for r in same), key=lambda r: r.key)
        self.counts["undo_unmatched"] = undo(records, self.options.horizon)
        return Stream(records, sorted(self.statuses, key=lambda s: s.time), self.counts, self.watermarks, highest,
                      self.options.horizon, self.campus)


def undo(records: list[Record], horizon: int) -> int:
    """Mark what is undone; the number of undos that found nothing. The original is of the same student and source (17).

    An original that lies after its undo is undone all the same ("late truth may open again what was resolved").
    """
    by_name: dict[tuple, list[Record]] = {}
    for r in records: by_name.setdefault((r.student, r.source, r.id), []).append(r)
    unmatched = 0
    for r in records:
        if not r.is_undo: continue
        named = [o for o in by_name.get((r.student, r.source, r.fields["ref"]), []) if o is not r]  # it undoes not itself
        original = next((o for o in reversed(named) if o.time <= r.time), named[0] if named else None)
        if original and original.time >= r.time - horizon: original.undone_by = original.undone_by or r
        elif original and original.kind == "attendance" and not (original.undone_by or original.corrected_by):
            original.corrected_by = r
        else: unmatched += 1
    return unmatched


def read(lines: list[bytes], campus: Campus, options: Options) -> Stream:
    reader = Reader(campus, options)
    for line in lines: reader.take(line)
    return reader.close()
