"""Rule files: events, features, params, rules, adjust; read as texts, so that a step stands as it was written."""
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import yaml

from .campus import TYPES, matches
from .expr import RuleError, names, numbers, parse, walk
from .times import HOUR, MINUTE, WEEKDAYS, parse_clock, parse_duration

SEEN = frozenset(TYPES)
LEVELS = ["green", "blue", "yellow", "orange", "red"]
DEFAULT_UNLESS = ["on_leave", "vacation", "feed_down"]
RECORD_FIELDS = {"amount": "money", "balance": "money", "hours": "hours"}
ROOTS = ("event", "place", "student", "calendar")
OPERATORS = ("count", "sum", "avg", "min", "max", "days", "distinct", "first", "last", "streak", "sessions", "absence",
             "value", "baseline", "peers", "regularity")
GROUPS = ("class", "major", "college", "school", "year", "entry_year", "years", "dorm", "building", "gender", "residence", "place")
LEAST_GROUP = 5  # that min_group may be (22)
OF_PEERS = ("count", "sum", "avg", "min", "max", "days", "distinct", "sessions")
CORRECTED_LATE = ("count", "sum", "avg", "days", "streak")  # 17


@dataclass
class Literal:
    value: object  # durations in ms, money in yuan, percent as its hundredth
    unit: str


def literal(text) -> Literal:
    if isinstance(text, list): return Literal([literal(x).value for x in text], "list")
    return literal_of(str(text))


@lru_cache(4096)
def literal_of(text: str) -> Literal:
    if re.fullmatch(r"-?\d+(\.\d+)?", text): return Literal(float(text), "number")
    if re.fullmatch(r"-?\d+(\.\d+)?%", text): return Literal(float(text[:-1]) / 100, "number")
    m = re.fullmatch(r"(-?\d+(?:\.\d+)?) (yuan|class-hours)", text)
    if m: return Literal(float(m[1]), "money" if m[2] == "yuan" else "hours")
    if parse_duration(text) is not None: return Literal(float(parse_duration(text)), "duration")
    return Literal(text, "text")


@dataclass
class Param:
    plain: Literal
    by: list[tuple[dict, Literal]] = field(default_factory=list)

    def of(self, student, t: int) -> Literal:
        """First match wins; taken of the student as of T (28)."""
        return next((v for keys, v in self.by if all(matches(student.attribute(k, t), w) for k, w in keys.items())),
                    self.plain)

    def all(self) -> list[Literal]: return [self.plain] + [v for _, v in self.by]


def param_of(raw) -> Param:
    if not isinstance(raw, dict): return Param(literal(raw))
    return Param(literal(raw["value"]), [({k: v for k, v in row.items() if k != "value"}, literal(row["value"]))
                                         for row in raw.get("by") or []])


@dataclass
class Event:
    types: frozenset[str]
    is_seen: bool
    where: list[tuple]


def types_named(tree: tuple, wanted: bool = True) -> frozenset[str]:
    """The types that what `tree` asks of `event.type` leaves: what an event is observable, down and begun by (12)."""
    own, sign, sides = ("name", ("event", "type")), tree[1] if tree[0] == "op" else "", tree[2:]
    if sign == "!x": return types_named(sides[0], not wanted)
    if sign in ("&&", "||"):
        left, right = (types_named(t, wanted) for t in sides)
        return left & right if (sign == "&&") == wanted else left | right
    if sign == "?:":
        then, otherwise = (types_named(t, wanted) for t in sides[1:])
        return types_named(sides[0]) & then | types_named(sides[0], False) & otherwise
    named = frozenset()
    if sign in ("==", "!=") and own in sides: named = frozenset(t[1] for t in sides if t[0] == "lit")
    if sign == "in" and sides[0] == own and sides[1][0] == "list": named = frozenset(t[1] for t in sides[1][1])
    if not named: return frozenset(TYPES)
    return named if wanted == (sign != "!=") else frozenset(TYPES) - named


@dataclass
class Window:
    unit: str  # day, night or pane
    over: str | int  # a number of units, or week, month, term, study
    ago: int = 0
    pane: int = 0

    @property
    def span(self) -> int: return self.over * self.pane if self.unit == "pane" else 0


@dataclass
class Feature:
    name: str
    operator: str
    event: str | None = None
    of: str | None = None
    window: Window | None = None
    unit: str = "day"  # of days and streaks
    gap: int = 0
    pause: list[str] = field(default_factory=list)
    on_class_days: bool = False
    tree: tuple | None = None
    inner: "Feature | None" = None  # of a baseline: one day of it is a sample; of peers: what the others have
    recent: int = 0  # days
    against: int = 0
    bins: str = "class"
    by: tuple[str, ...] = ()  # of peers: what its group has in common
    min_group: int = 30

    @property
    def grows(self) -> bool: return self.operator == "absence"


@dataclass
class Step:
    """Of a sequence (24)."""
    event: str
    is_not: bool
    name: str | None  # as:
    where: tuple | None


@dataclass
class Rule:
    id: str
    when: tuple | None
    value: tuple | None
    points: list[tuple[float, tuple]]  # what a clause adds while it is true (25)
    sequence: list[Step]
    within: int
    steps: list[tuple[str, str]]  # (as written, level)
    at_most: bool
    level: str | None
    who: tuple | None
    unless: list[str]
    wait: int  # `for`
    check: "Check | None"
    resolve_when: tuple | None
    again_after: int
    mode: str
    params: dict[str, Param]
    message: dict[str, str]

    @cached_property
    def is_instant(self) -> bool:
        return bool(self.sequence) or self.when is not None and any(n[0] == "event" for n in names(self.when))

    def trees(self) -> list[tuple]:
        return [t for t in (self.when, self.value, self.resolve_when, self.who, *(t for _, t in self.points)) if t]


@dataclass
class Check:
    """`daily at 07:00`, `mon,thu at 08:00`, `class days at 12:00`, `week 3 of term mon at 09:00,17:00` (11)."""
    days: str
    week: int | None
    at: list[int]

    def holds(self, day: int, calendar) -> bool:
        if self.week is not None and calendar.week(day) != self.week: return False
        if self.days == "daily": return True
        if self.days == "class days": return calendar.is_class_day(day)
        return WEEKDAYS[(day + 3) % 7] in self.days.split(",")


def check_of(text: str | None) -> Check | None:
    if text is None: return None
    m = re.fullmatch(r"(?:week (\d+) of term )?(daily|class days|[a-z]{3}(?:,[a-z]{3})*) at (\d\d:\d\d(?:,\d\d:\d\d)*)", text)
    if not m: raise RuleError(f"not a check: {text}")
    at = [parse_clock(x) - (x == "24:00") for x in m[3].split(",")]  # the last millisecond of the day that ends
    if len(set(at)) < len(at): raise RuleError(f"a time twice: {text}")
    return Check(m[2], int(m[1]) if m[1] else None, at)


def window_of(raw: dict) -> Window | None:
    over, to = raw.get("over"), raw.get("to", "today")
    if over is None: return None
    unit = "night" if raw.get("day") == "night" else "day"
    ago = {"today": 0, "yesterday": 1}.get(to)
    if ago is None: ago = int(re.fullmatch(r"(\d+)d ago", to)[1])
    if over in ("week", "month", "term", "study"): return Window(unit, over, ago)
    if over.endswith("d"): return Window(unit, int(over[:-1]), ago)
    span = parse_duration(over)
    if span is None or span > 48 * HOUR: raise RuleError(f"over: {over}: write days")  # 9
    pane = MINUTE if span <= 2 * HOUR else 15 * MINUTE
    return Window("pane", span // pane, 0, pane)


def peers_of(name: str, raw: dict, others: dict[str, dict]) -> Feature:
    """Among others (22): of an inner feature over days, written out or by its name."""
    said = raw["peers"]
    inner = feature_of(name, said if isinstance(said, dict) else others.get(said) or {}, others)
    if "by" in raw and "group" in raw: raise RuleError(f"{name}: by: and group: are the same")
    by = tuple(sorted(b.removeprefix("student.") for b in listed(raw.get("by", raw.get("group")))))
    least = str(raw.get("min_group", "30"))
    if not 1 <= len(set(by)) == len(by) <= 4 or any(b not in GROUPS for b in by): raise RuleError(f"{name}: by what?")
    if not re.fullmatch(r"\d+", least) or int(least) < LEAST_GROUP: raise RuleError(f"{name}: min_group: {least}")
    if inner.operator not in OF_PEERS or not inner.window: raise RuleError(f"{name}: not a number over days")
    days = inner.window.over
    if inner.window.unit != "day" or inner.window.ago > 1 or not isinstance(days, int) or days > 60: raise RuleError(f"{name}: write days")
    inner = replace(inner, window=replace(inner.window, ago=0))  # the table is of the day before, whatever the end says
    return Feature(name, "peers", inner.event, inner.of, inner=inner, by=by, min_group=int(least))


def feature_of(name: str, raw: dict, others: dict[str, dict]) -> Feature:
    operator = next((k for k in raw if k in OPERATORS), None)
    if operator is None: raise RuleError(f"no operator in {name}")
    if operator == "value": return Feature(name, operator, tree=parse(raw["value"]))
    if operator == "baseline":
        inner = feature_of(name, raw[operator], others)
        days = lambda key, default: int(raw.get(key, default)[:-1])
        return Feature(name, operator, inner.event, inner.of, inner=inner, recent=days("recent", "1d"),
                       against=days("against", ""), bins=raw.get("by", "class"))
    if operator == "peers": return peers_of(name, raw, others)
    event, _, of = raw[operator].partition(".")
    return Feature(name, operator, event, of or None, window_of(raw), "night" if raw.get("day") == "night" else "day",
                   parse_duration(raw.get("gap", "0m")), listed(raw.get("pause")), raw.get("on_days") == "class")


def listed(raw) -> list[str]: return list(raw) if isinstance(raw, list) else [raw] if raw else []


def unless_of(raw, adjusted) -> list[str]:
    """28: what an adjust names is added; with `none` in it nothing of the rule's is left."""
    added = listed(adjusted)
    written = ([] if "none" in added else listed(raw)) + added
    names_ = [x for x in written if x != "none"]
    return list(dict.fromkeys(([] if "none" in written else DEFAULT_UNLESS) + names_))


def step_of(raw: dict) -> Step:
    return Step(raw.get("event") or raw["not"], "not" in raw, raw.get("as"), parse(raw["where"]) if "where" in raw else None)


def rule_of(raw: dict, adjust: dict | None) -> Rule:
    adjust = adjust or {}
    params = {k: param_of(v) for k, v in {**(raw.get("params") or {}), **(adjust.get("params") or {})}.items()}
    steps = raw.get("at_least") or raw.get("at_most") or {}
    mode = adjust.get("mode") or raw.get("mode", "live")
    if raw.get("sensitive") == "true" and not adjust.get("because"): mode = "disabled"  # 34
    tree = lambda k: parse(raw[k]) if k in raw else None
    return Rule(raw["id"], tree("when"), tree("value"),
                [(float(p["add"]), parse(p["when"])) for p in raw.get("points") or []],
                [step_of(s) for s in raw.get("sequence") or []], parse_duration(raw.get("within", "0m")), list(steps.items()), "at_most" in raw, raw.get("level"),
                tree("who"),
                unless_of(raw.get("unless"), adjust.get("unless")),
                parse_duration(raw.get("for", "0m")), check_of(raw.get("check")),
                tree("resolve_when"), parse_duration(raw.get("again_after", "1d")), mode, params,
                raw.get("message") or {})


class RuleSet:
    def __init__(self, texts: list[str]):
        files = [yaml.load(t, getattr(yaml, "CBaseLoader", yaml.BaseLoader)) or {} for t in texts]
        self.params = {k: param_of(v) for f in files for k, v in (f.get("params") or {}).items()}
        self.raw_events = {k: v for f in files for k, v in (f.get("events") or {}).items()}
        self.events: dict[str, Event] = {}
        self.features: dict[str, Feature] = {}
        others = {k: v for f in files for k, v in (f.get("features") or {}).items()}
        for f in files:
            for name, raw in (f.get("features") or {}).items():
                feature = feature_of(name, raw, others)
                if self.features.setdefault(name, feature) != feature: raise RuleError(f"two meanings of {name}")  # 35
        adjust = {k: v for f in files for k, v in (f.get("adjust") or {}).items()}
        written = [raw for f in files for raw in f.get("rules") or []]
        gone = {raw["replaces"] for raw in written if "replaces" in raw}
        stand = [raw for raw in written if raw["id"] not in gone or raw.get("replaces") == raw["id"]]
        self.rules = [rule_of(raw, adjust.get(raw["id"])) for raw in stand]
        self.answers: dict = {}  # of what is asked of a rule again at every instant
        self.check()

    def event(self, name: str) -> Event:
        if name not in self.events:
            if name in TYPES: self.events[name] = Event(frozenset([name]), False, [])
            elif name == "any": self.events[name] = Event(frozenset(TYPES), False, [])
            elif name == "seen": self.events[name] = Event(SEEN, True, [])
            elif name not in self.raw_events: raise RuleError(f"nothing is named {name}")
            else:
                raw = self.raw_events[name]
                base = self.event(raw["event"])
                where = [parse(raw["where"])] if "where" in raw else []
                types = base.types.intersection(*(types_named(tree) for tree in where))
                self.events[name] = Event(types, base.is_seen, base.where + where)
        return self.events[name]

    def check(self) -> None:
        for name in self.raw_events: self.event(name)
        for feature in self.features.values():
            if feature.tree: self.check_names(feature.tree, {})
            else: self.event(feature.event)
        for rule in self.rules:
            for tree in rule.trees(): self.check_names(tree, rule.params)
            if not rule.check: self.check_growing(rule)

    def check_names(self, tree: tuple, params: dict) -> None:
        for path in names(tree):
            if not any(path[0] in known for known in (ROOTS, self.features, params, self.params)):
                raise RuleError(f"nothing is named {'.'.join(path)}")
            feature = self.features.get(path[0])
            if feature and feature.operator == "peers" and path[1:] not in (("percentile",), ("median",), ("mean",)):
                raise RuleError(f"{path[0]} has .percentile, .median and .mean")

    def is_growing(self, path: tuple) -> bool:
        feature = self.features.get(path[0])
        return bool(feature) and (feature.grows or path[-1] == "age")

    def check_growing(self, rule: Rule) -> None:
        """Without a check, what grows by itself may only be compared with a constant or a param (11)."""
        for tree in (rule.when, rule.resolve_when, *(t for _, t in rule.points)):
            for t in walk(tree) if tree else ():
                if t[0] != "op" or t[1] in ("&&", "||", "!x", "?:"): continue
                sides = [{n for n in names(side) if n[0] in self.features or n[0] in ROOTS} for side in t[2:]]
                if any(self.is_growing(n) for side in sides for n in side) and sum(map(len, sides)) > 1:
                    raise RuleError(f"{rule.id}: give it a check")

    def read_by(self, tree: tuple) -> set[str]:
        """The features that an expression reads, through `value` features too."""
        out: set[str] = set()
        for path in names(tree):
            feature = self.features.get(path[0])
            if not feature: continue
            out |= self.read_by(feature.tree) if feature.tree else {feature.name}
        return out

    def once(self, what: str, of: "Rule | Feature", answer: Callable):
        key = (what, id(of))
        if key not in self.answers: self.answers[key] = answer()
        return self.answers[key]

    def features_of(self, rule: Rule) -> list[Feature]:
        return self.once("features", rule, lambda: self.read_by_rule(rule))

    def read_by_rule(self, rule: Rule) -> list[Feature]:
        return [self.features[n] for n in sorted(set().union(*(self.read_by(t) for t in rule.trees())))]

    def types_of(self, rule: Rule) -> set[str]:
        events = [f.event for f in self.features_of(rule)] + [s.event for s in rule.sequence]
        return set().union(*(self.event(e).types for e in events))

    def down_types_of(self, rule: Rule) -> frozenset[str]:
        """Whose feeds being down hold it: silence proves nothing then, while a record that is there is there (28)."""
        def types() -> frozenset[str]:
            events = [f.event for f in self.features_of(rule)] + [s.event for s in rule.sequence if s.is_not]
            return frozenset().union(*(self.event(e).types for e in events))
        return self.once("down types", rule, types)

    def thresholds(self, rule: Rule) -> set[float]:
        """Every number that something in the rule may be compared with: generous, for crossings only."""
        found = [p.value for params in (rule.params, self.params) for param in params.values() for p in param.all()]
        found += [literal(s).value for s, _ in rule.steps]
        found += [n for tree in rule.trees() for n in numbers(tree)]
        return {x for x in found if isinstance(x, float)}
