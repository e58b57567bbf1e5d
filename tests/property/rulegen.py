"""Random rule sets over the language of semantics 8-19 and 27-36.

Left out on purpose is what the semantics do not say: README.md here lists it.
"""
from dataclasses import dataclass, field

from draw import Draw, flow

EVENTS = {
    "meal": {"event": "swipe", "where": 'event.op == "consume" && place.kind == "canteen"'},
    "bought": {"event": "swipe", "where": 'event.op == "consume"'},
    "late_return": {"event": "dorm_access", "where": "event.late"},  # of ways in alone
    "missed": {"event": "attendance", "where": 'event.status == "absent"'},
    "skipped": {"event": "missed", "where": "!event.on_leave"},
    "came": {"event": "attendance", "where": 'event.status in ["present", "late"]'},
    "entry": {"event": "dorm_access", "where": 'event.direction == "in" && event.result == "granted"'},
    "small": {"event": "bought", "where": "event.amount <= small_most"},
    "lunch": {"event": "meal", "where": "event.hour >= 11 && event.hour < 14"},
    "morning_missed": {"event": "missed", "where": 'event.clock < "12:00"'},
    "at_work": {"event": "any", "where": 'event.weekday <= 5 && !(event.type == "dorm_access")'},
    "somewhere": {"event": "any", "where": "place.kind in kinds || !has(event.place)"},
    "strange": {"event": "any", "where": 'place.kind == "unknown"'},
    "eastern": {"event": "swipe", "where": 'place.zone == "east" && place.name.contains("区") && place.name.matches("^.+食堂$")'},
    "by_rule": {"event": "any", "where": 'event.precision == "second" && size(event.id) == 3 && event.id.startsWith("r")'},
    "early": {"event": "any", "where": 'event.time < timestamp("2026-03-08T18:00:00+08:00") && event.time.getHours("Asia/Shanghai") < 18'},
    "paid_well": {"event": "swipe", "where": "has(event.balance) ? event.balance > event.amount * 2 : event.amount % 2 == 1"},
}
TYPES = {"meal": "swipe", "bought": "swipe", "late_return": "dorm_access", "missed": "attendance", "skipped": "attendance", "came": "attendance",
         "entry": "dorm_access",
         "small": "swipe", "lunch": "swipe", "morning_missed": "attendance", "eastern": "swipe", "paid_well": "swipe"}
PARAMS = {"small_most": "8 yuan", "kinds": ["canteen", "shop"]}
DAYS = ["1d", "2d", "2d", "3d", "7d", "7d", "14d"]
HOURS = ["90m", "2h", "3h", "6h", "24h", "36h", "48h"]
OPERATORS = ("count", "sum", "avg", "min", "max", "days", "distinct", "first", "last", "streak", "sessions", "absence",
             "regularity")
LEVELS = ["green", "blue", "blue", "yellow", "orange", "red"]


@dataclass
class Rules:
    """A rule set in the making, and what the records should know of it."""
    d: Draw
    has_history: bool  # records or timers before the first term
    features: dict = field(default_factory=dict)
    rules: list = field(default_factory=list)
    adjust: dict = field(default_factory=dict)
    reads: set = field(default_factory=set)  # events
    limits: set = field(default_factory=set)  # hours that a record may exactly keep or miss
    agains: set = field(default_factory=set)  # hours of again_after of instant rules: a match may come exactly then
    keeps_time: set = field(default_factory=set)  # types whose time of day must not be lost
    among: set = field(default_factory=set)  # types of what the others of a group are asked for
    asks_mates: bool = False  # an exemption looks at the student's class
    gaps: set = field(default_factory=set)  # of sessions
    nights: bool = False  # something counts by nights
    long_hours: bool = False  # hours missed over more than the horizon

    @property
    def looks_late(self) -> bool:
        return "late_return" in self.reads or any("event.late" in r.get("when", "") for r in self.rules)

    @property
    def looks_rare(self) -> bool: return any("rarely_seen" in r.get("unless", ()) for r in self.rules)

    @property
    def only_absence(self) -> bool: return bool(self.features) and all("absence" in f for f in self.features.values())

    def feature(self, raw: dict, name: str = "f") -> str:
        name = f"{name}{len(self.features) + 1}"
        self.features[name] = raw
        if "gap" in raw: self.gaps.add(raw["gap"])
        if raw.get("day") == "night": self.nights = True
        event = next((str(raw[k]).split(".")[0] for k in raw if k in OPERATORS), None)
        if event: self.reads.add(event)
        return name

    # features

    def window(self, below: bool = False) -> dict:
        """`below`: compared with `<`; before the first term a term has no value that all would read alike."""
        d = self.d
        if d.chance(0.25): return {"over": d.choice(HOURS)}
        night = {"day": "night"} if d.chance(0.12) else {}
        if d.chance(0.3):
            if not below: return {"over": d.pick("week", "month", "term", "term", "study"), **night}
            return {"over": d.pick("week", "month", *("term",) * (not self.has_history)), **night}
        out = {"over": d.choice(DAYS), **night}
        if d.chance(0.3): out["to"] = d.pick("yesterday", "yesterday", "2d ago", "4d ago")
        return out

    def count(self, below: bool = False, plain: bool = False) -> str:
        """A number of something; `plain`: without a unit, so that it may stand beside another one."""
        d = self.d
        event = d.pick("meal", "bought", "missed", "skipped", "came", "seen", "dorm_access", "late_return", "any",
                       "entry", "small", "lunch", "morning_missed", "at_work", "somewhere", "presence", "swipe", "eastern", "by_rule",
                       "early", "paid_well", "strange")
        kind = d.random()
        if kind < 0.5: return self.feature({"count": event, **self.window(below)})
        if kind < 0.65:
            return self.feature({"sessions": d.pick("meal", "bought", "seen"), "gap": d.pick("30m", "90m", "3h", "6h"),
                                 **self.window(below)})
        if kind < 0.75:
            field = d.pick("place", "place", "place.kind", "place.zone", "place.building", "hour", "clock", "night", "weekday", "type", "time")
            return self.feature({"distinct": d.pick("bought", "seen", "meal") + "." + field, **self.window(below)})
        if kind < 0.79 and not plain:
            return self.feature({d.pick("min", "max", "avg", "sum"): event + "." + d.pick("hour", "hour", "weekday"), **self.window(below)})
        if kind < 0.92 or plain: return self.days(event)
        return self.feature({"sum": d.pick("missed", "attendance") + ".hours", **self.window(below)})

    def days(self, event: str) -> str:
        d = self.d
        night = {"day": "night"} if event in ("late_return", "entry", "dorm_access") or d.chance(0.2) else {}
        if d.chance(0.2): return self.feature({"days": event, "over": d.pick("week", "month"), **night})
        return self.feature({"days": event, "over": d.choice(DAYS), **({"to": "yesterday"} if d.chance(0.2) else {}),
                             **night})

    def hours(self) -> str:
        """Also over more than the horizon: an excuse from beyond it corrects a sum, not a greatest (17)."""
        window = self.window()
        if self.d.chance(0.4): window, self.long_hours = {"over": self.d.pick("30d", "term", "month")}, True
        return self.feature({self.d.pick("sum", "sum", "sum", "max"): "missed.hours", **window})

    def money(self, below: bool = False) -> str:
        d = self.d
        operator, event = d.pick("sum", "sum", "avg", "min", "max"), d.pick("bought", "bought", "meal", "swipe")
        return self.feature({operator: event + ".amount", **self.window(below)})

    def absence(self) -> str:
        d = self.d
        raw = {"absence": d.pick("seen", "seen", "meal", "dorm_access", "bought", "came", "any")}
        if d.chance(0.25): raw["pause"] = d.pick(["weekend"], ["weekend"], ["overnight_permit"])
        return self.feature(raw)

    def record(self, event: str, operator: str = "last", over: str | dict | None = None) -> str:
        self.keeps_time.add(TYPES.get(event, event))
        return self.feature({operator: event, **(over if isinstance(over, dict) else {"over": over} if over else {})})

    def reach(self, operator: str) -> dict:
        """A window of a record; that of `last` ends now and is no term."""
        d = self.d
        if operator == "first": return self.window(below=True)
        over = d.pick("1d", "3d", "7d", "2h", "24h", "week", "month")
        return {"over": over, **({"day": "night"} if over[-1] != "h" and d.chance(0.15) else {})}

    # conditions: each gives the rule's part of the mapping

    def steps(self, values: list, unit: str = "") -> dict: return {f"{v}{unit}": self.d.choice(LEVELS) for v in values}

    def climbing(self, low: int, high: int) -> list[int]:
        """One to three steps, the first one low enough to be reached."""
        first = self.d.randint(low, low + (high - low) // 3)
        return [first] + sorted(self.d.sample(range(first + 1, high + 1), self.d.randint(0, 2)))

    def by_count(self) -> dict:
        f = self.count()
        text = {"message": {"zh": "现在 {value}，到 {step}",
                            "en": "now {value}, step {step}"}} if self.d.chance(0.6) else {}
        if self.d.chance(0.2):
            rows = [{"year": 1, "value": 1}, {"tags": "quiet", "value": 2}, {"school": "医学院", "value": 3}, {"residence": "home", "value": 1},
                    {"school": "理学院", "year": 3, "value": 1}, {"school": "医学院", "tags": "caring", "value": 4}]
            param = {"few": {"value": self.d.randint(2, 4), "by": self.d.sample(rows, 3)}}
            return {"value": f, "at_least": {"few": "blue", self.d.randint(5, 7): "orange"}, "params": param}
        rare = {"unless": ["rarely_seen"]} if self.d.chance(0.1) else {}
        return {"value": f, "at_least": self.steps(self.climbing(1, 7)), **text, **rare}

    def by_hours(self) -> dict:
        return {"value": self.hours(), "at_least": self.steps(self.climbing(1, 8)),
                "message": {"zh": "旷课 {value}，到 {step}", "en": "{value} {step}"}}

    def by_money(self) -> dict:
        f = self.money()
        text = {"zh": "共 {value}，到 {step}", "en": "{value}, step {step}"} if "avg" not in self.features[f] else {}
        return {"value": f, "at_least": self.steps(self.climbing(8, 60), " yuan"),
                **({"message": text} if text else {})}

    def at_most(self) -> dict:
        d = self.d
        if d.chance(0.4): return {"value": self.count(below=True), "at_most": self.steps(self.climbing(0, 4))}
        if d.chance(0.2): return {"value": self.money(below=True), "at_most": self.steps(self.climbing(5, 30), " yuan")}
        if d.chance(0.5):
            f = self.record(d.pick("bought", "swipe"))
            return {"value": self.feature({"value": f"{f}.balance"}, "h"),
                    "at_most": self.steps(self.climbing(10, 80), " yuan")}
        return {"value": self.feature({d.pick("min", "avg"): "bought.amount", "over": d.choice(DAYS)}),
                "at_most": self.steps(self.climbing(5, 15), " yuan")}

    def when_count(self) -> dict:
        f = self.count(plain=True)
        text = {"message": {"zh": "已 {%s} 次 {{x}}" % f, "en": "{%s|time|times}" % f}} if self.d.chance(0.4) else {}
        return {"when": f"{f} >= {self.d.randint(1, 5)}", "level": "blue", **text}

    def guarded(self) -> dict:
        """Counts that must all be reached, one of them over days that have ended: reached in the evening, they are below
        again after midnight, and a late record of that evening is told by what was so then."""
        d = self.d
        events = d.sample(["bought", d.pick("missed", "morning_missed"), "came", "entry", "presence"], 3)
        ended, running = {"to": "yesterday"}, {}
        to = d.pick([running, ended, running], [ended, running, running], [ended, running, ended])
        names = [self.feature({d.pick("count", "count", "count", "days"): e, "over": d.pick("1d", "1d", "2d"), **end,
                               **({"day": "night"} if d.chance(0.15) else {})}, x) for e, end, x in zip(events, to, "abc")]
        last = d.pick(f"{names[2]} < 99", f"{names[2]} < 99", f"{names[2]} < {d.randint(1, 3)}", f"{names[2]} >= 1")
        return {"when": f"{names[0]} >= {d.randint(1, 2)} && {names[1]} >= {d.randint(1, 3)} && {last}", "level": "blue"}

    def of_types(self, types: list[str]) -> dict:
        """One that reads these types: with a source a type it waits for a clock of its own."""
        d = self.d
        names = [self.feature({"count": t, "over": d.pick("1d", "2d", "3d", "6h")}, t[0]) for t in types]
        return {"when": f"{' + '.join(names)} >= {d.randint(1, 4)}", "level": "blue"}

    def when_few(self) -> dict:
        f, g = self.count(below=True), self.count(below=True)
        tail = self.d.pick("", f" && {g} >= 1", f" && {g} >= {self.d.randint(5, 20)} || {g} < {self.d.randint(2, 7)}")
        return {"when": f"{f} {self.d.pick('<', '<=')} {self.d.randint(1, 4)}{tail}", "level": "blue"}

    def while_class_is_here(self) -> dict:
        """At a check, and only if somebody of the class has been seen that day."""
        d = self.d
        self.asks_mates = True
        body = self.silence() if d.chance(0.4) else self.when_few()
        check = d.pick("daily at 07:00", "daily at 12:00", "daily at 18:00", "daily at 24:00", "daily at 07:00,18:00,20:00", "mon,tue,fri at 22:00")
        more = {"resolve_when": f"{self.count()} >= {d.randint(2, 5)}"} if d.chance(0.3) else {}
        return {**body, **more, "check": check, "again_after": d.pick("6h", "1d", "2d"), "unless": ["class_silent", *d.pick([], [], ["none"], ["holiday"])]}

    def when_exact(self) -> dict:
        return {"when": f"{self.count(below=True)} {self.d.pick('==', '==', '!=')} {self.d.randint(0, 3)}",
                "level": "blue"}

    def when_money(self) -> dict:
        d = self.d
        f, g = self.count(), self.money(below=True)
        if d.chance(0.4): return {"when": f"{g} >= {d.randint(10, 30)}", "level": "blue"}
        return {"when": f"{f} >= {d.randint(1, 3)} && {g} <= most", "params": {"most": f"{d.randint(20, 60)} yuan"},
                "level": "blue"}

    def any_window(self, is_hours: bool = True) -> dict:
        """Each form as often as any other."""
        d = self.d
        forms = ["3d", "to", "night", "week", "month", "term", "study"] + ["24h", "90m"] * is_hours
        form = d.choice(forms)
        night = {"day": "night"} if form == "night" or d.chance(0.06) and not form.endswith(("h", "m")) else {}
        if form == "to": return {"over": d.choice(DAYS), "to": d.pick("yesterday", "2d ago"), **night}
        return {"over": d.pick("1d", "2d", "5d") if form == "night" else d.choice(HOURS) if form == "24h" else d.pick("30m", "90m") if form == "90m" else form,
                **night}

    def when_any(self) -> dict:
        """An operator over a form of window, each as often as any other."""
        d = self.d
        operator = d.pick("count", "sum", "avg", "min", "max", "distinct", "sessions", "days", "first", "first", "last", "streak")
        swipes = d.pick("bought", "meal", "swipe", "paid_well")
        if operator in ("first", "last"):
            f = self.record(swipes, operator, self.any_window() if operator == "first" else self.reach(operator))
            return {"when": d.pick(f"has({f}.time)", f"{f}.amount >= {d.randint(5, 20)}", f"{f}.balance < {d.randint(30, 80)}",
                                   f'{f}.place.kind == "canteen"'), "level": "yellow"}
        if operator == "streak":
            f = self.feature({"streak": d.pick("seen", "meal"), "over": d.pick("4d", "week", "month"), **({"day": "night"} if d.chance(0.3) else {})})
            return {"when": f"{f} {d.pick('>=', '<', '==')} {d.randint(1, 4)}", "level": "yellow"}
        field = {"distinct": d.pick(".place", ".place.kind", ".place.building", ".hour")}.get(operator, ".amount")
        if operator in ("count", "days", "sessions"): field = ""
        raw = {operator: swipes + field, **({"gap": "90m"} if operator == "sessions" else {}), **self.any_window(operator != "days")}
        few = d.randint(1, 4) if field != ".amount" else d.randint(5, 40)
        return {"when": f"{self.feature(raw)} {d.pick('>=', '>')} {few}", "level": "yellow"}

    def when_of_days(self) -> dict:
        """So many days of so many, beside a share in percent: in a condition, or as steps."""
        d = self.d
        f = self.feature({"days": d.pick("seen", "meal", "missed"), "over": "7d", **({"to": "yesterday"} if d.chance(0.5) else {})})
        if d.chance(0.4): return {"value": f"{f} / 7", "at_least": {"25%": "blue", "40%": "yellow"}}
        return {"when": d.pick(f"{f} / 7 < part", f"1 - {f} / 7 >= part"), "params": {"part": f"{d.pick(25, 50, 75)}%"}, "level": "blue"}

    def when_share(self) -> dict:
        d, over = self.d, self.d.pick("2d", "3d", "7d", "week", "36h")
        f, g = self.feature({"count": "missed", "over": over}), self.feature({"count": "came", "over": over}, "g")
        h = self.feature({"value": f"{f} / ({f} + {g})"}, "h")
        return {"when": f"{h} >= share", "params": {"share": f"{d.pick(25, 50, 75)}%"}, "level": "blue"}

    def when_arithmetic(self) -> dict:
        d = self.d
        f, g = self.count(below=True, plain=True), self.count(below=True, plain=True)
        low = self.feature({"min": "bought.amount", "over": "3d"})
        high = self.feature({"max": "bought.amount", "over": "3d"})
        text = d.pick(f"{high} - {low} >= {d.randint(5, 15)}", f"math.greatest({f}, {g}) >= {d.randint(2, 5)}",
                      f"{f} + {g} > {d.randint(3, 6)}", f"({f} >= 2 ? {g} : {f}) >= {d.randint(1, 3)}",
                      f"{f} * 2 - {g} / 3 > {d.randint(1, 4)}", f"!({f} < 2) && !({g} >= 6)",
                      f"{high} > {low} * 2", f"{f} > {g}", f"{d.randint(1, 3)} <= {f}")
        return {"when": text, "level": d.choice(LEVELS)}

    def silence(self) -> dict:
        d = self.d
        low = d.pick(12, 24, 24, 36)
        values = [low] + sorted(d.sample(range(low + 1, low + 40), d.randint(0, 2)))
        self.limits.update(values)
        return {"value": self.absence(), "at_least": self.steps(values, "h"),
                **({"unless": ["rarely_seen"]} if d.chance(0.35) else {})}

    def when_silent(self) -> dict:
        d, f = self.d, self.absence()
        hours = d.pick(6, 20, 24, 30, 50)
        self.limits.add(hours)
        first = d.pick(f"{f} >= limit", f"{f} >= limit", f"!({f} < limit)")
        return {"when": first + d.pick("", f" && {self.count()} >= 1", f" || {self.count()} >= {d.randint(5, 9)}"),
                "params": {"limit": f"{hours}h"}, "level": "blue"}

    def when_old(self) -> dict:
        d = self.d
        hours = d.pick(5, 12, 30, 48)
        self.limits.add(hours)
        f = self.record(d.pick("seen", "bought", "dorm_access", "swipe"))
        return {"when": f"{f}.age >= limit", "params": {"limit": f"{hours}h"}, "level": "blue"}

    def overnight(self) -> dict:
        f, g = self.record("dorm_access"), self.record("seen")
        return {"check": "daily at 24:00", "when": f'{f}.direction == "out" && {g}.time <= {f}.time',
                "resolve_when": f"{g}.age < fresh",
                "params": {"fresh": "1h"}, "level": "orange", "unless": ["overnight_permit"]}

    def when_record(self) -> dict:
        d, over = self.d, self.d.pick("2d", "3d", "7d")
        text = d.pick(lambda: f'{self.record("dorm_access")}.direction == "out"',
                      lambda: f'{self.record("bought")}.balance < {d.randint(20, 60)}',
                      lambda: f'{self.record("bought", "first", over)}.place.id == "c1"',
                      lambda: f'{self.record("swipe", "last", over)}.place.kind != "canteen"',
                      lambda: f'{self.record("swipe")}.amount > {self.record("bought", "first", over)}.amount',
                      lambda: f'{self.record("dorm_access")}.place.building == "B1"')
        if d.chance(0.35):
            operator = d.pick("first", "first", "last")
            f = self.record(d.pick("seen", "bought", "swipe"), operator, self.reach(operator))
            text = lambda: d.pick(f"has({f}.time)", f"!has({f}.time)", f'{f}.place.kind == "canteen"', f"{f}.time < noon")
            return {"when": text().replace("noon", 'timestamp("2026-03-09T12:00:00+08:00")'), "level": "yellow"}
        return {"when": text(), "level": "yellow"}

    def when_low(self) -> dict:
        """Known and unknown by turns, for a swipe often comes without its balance."""
        f, hours = self.record(self.d.pick("bought", "swipe")), self.d.pick("3h", "10h", "1d", "2d")
        return {"when": f"{f}.balance < {self.d.randint(50, 110)}", "level": "blue", "for": hours}

    def when_calendar(self) -> dict:
        d = self.d
        text = d.pick('calendar.days_to("exams") <= 3 && !calendar.in("exams")', 'calendar.in("exams")',
                      "calendar.week >= 2", "calendar.class_day", "!calendar.holiday", "calendar.vacation", "calendar.holiday_eve",
                      "calendar.class_days_left <= 2", "calendar.class_days_left > 3",
                      'calendar.term == "t1"')
        return {"when": f"{text} && {self.count()} >= {d.randint(1, 3)}", "level": "blue"}

    def when_streak(self) -> dict:
        d = self.d
        raw = {"streak": d.pick("meal", "seen", "swipe", "came"),
               **({"over": d.pick("4d", "7d", "14d", "week", "month")} if d.chance(0.4) else {}),
               **({"on_days": "class"} if d.chance(0.4) else {"day": "night"} if d.chance(0.2) else {})}
        if d.chance(0.3): return {"value": self.feature(raw), "at_least": self.steps(self.climbing(2, 5))}
        return {"when": f"{self.feature(raw)} >= {d.randint(2, 4)}", "level": "blue"}

    def when_habit(self) -> dict:
        """A student against himself, by class days and rest days or otherwise, over days and nights."""
        d = self.d
        event = d.pick("bought", "meal", "seen", "missed", "dorm_access")
        inner = d.pick({"count": event}, {"count": event}, {"days": event}, {"sum": "bought.amount"},
                       {"avg": "bought.amount"}, {"distinct": "seen.place"}, {"sessions": "meal", "gap": "90m"})
        inner = {**inner, "over": "1d", **({"day": "night"} if d.chance(0.2) else {})}
        self.reads.update(str(inner.get(k, "")).split(".")[0] for k in OPERATORS if k in inner)
        if inner.get("day"): self.nights = True
        raw = {"baseline": inner, "against": d.pick("3d", "4d", "7d", "10d")}
        if d.chance(0.7): raw["recent"] = d.pick("1d", "2d", "3d")
        if d.chance(0.3): raw["by"] = d.pick("class", "weekday", "none")
        f = self.feature(raw)
        text = d.pick(f"{f}.ratio < 0.8", f"{f}.ratio > 1.1", f"{f}.z < -0.5", f"{f}.z > 0.3",
                      f"{f}.now > {f}.usual", f"{f}.usual >= {d.randint(1, 3)} && {f}.now <= {f}.usual")
        return {"when": text, "level": "blue"}

    # among others

    def peers(self) -> str:
        """How he stands among those of his group, by an inner feature of its own or of another name (22)."""
        d = self.d
        event = d.pick("meal", "bought", "bought", "missed", "came", "seen", "dorm_access", "entry", "late_return", "presence", "swipe", "skipped")
        over = {"over": d.pick("1d", "1d", "1d", "1d", "2d", "3d", "5d")}
        money = d.pick("bought", "bought", "meal", "swipe")
        inner = d.pick({"count": event, **over}, {"count": event, **over}, {"count": event, **over}, {"days": event, **over},
                       {"sum": f"{money}.amount", **over}, {"sum": f"{money}.amount", **over}, {"sum": "missed.hours", **over},
                       {d.pick("avg", "min", "max"): f"{d.pick(money, money, 'swipe')}.amount", **over},
                       {"distinct": d.pick("bought.place", "seen.type", "meal.place.building"), **over},
                       {"sessions": d.pick("meal", "seen"), "gap": d.pick("30m", "90m"), **over},
                       {d.pick("min", "max", "avg"): "dorm_access.hour", **over})
        operand = next(str(inner[k]).split(".")[0] for k in OPERATORS if k in inner)
        self.reads.add(operand)
        self.among |= {TYPES[operand]} if operand in TYPES else {operand} if operand in TYPES.values() else {"swipe", "dorm_access", "presence"}
        by = d.pick("class", "class", "class", "building", "school", "year", "entry_year", "residence", "gender", "dorm", "college", "major", ["school", "year"],
                    ["class", "building"])
        if d.chance(0.2): by = d.pick("place", "place", ["gender", "place"])
        least = d.pick(5, 5, 5, 6, 7, 10)
        self.inner = self.feature(inner, "i") if d.chance(0.6) else ""
        return self.feature({"peers": self.inner or inner, "by": by, "min_group": least}, "p")

    def standing_clause(self) -> str:
        d, p = self.d, self.peers()
        k = d.pick(10, 20, 25, 30, 50, 60, 75, 80, 90)
        texts = [f"{p}.percentile >= {k}", f"{p}.percentile < {k}", f"{p}.percentile > {k}", f"{p}.percentile <= {k}", f"has({p}.percentile)", f"!has({p}.median)",
                 f"!has({p}.percentile) || {p}.percentile <= {k}", f"has({p}.median) ? {p}.percentile >= {k} : false", f"{p}.percentile == 50"]
        texts += [f"{p}.mean >= {d.pick(1, 2, 0.5, 0.2)}", f"!has({p}.mean) || {p}.mean < {d.pick(1, 0.4)}"] if "amount" not in str(self.features[p]) + str(self.features.get(self.inner)) else []
        if self.inner: texts += [f"{self.inner} > {p}.mean"]
        if self.inner: texts += [f"{self.inner} > {p}.median", f"{self.inner} <= {p}.median", f"{self.inner} > {p}.median * 2"] * 2
        return d.choice(texts)

    def when_among(self) -> dict:
        d, out = self.d, {"level": "blue"}
        a = self.standing_clause()
        b = self.standing_clause() if d.chance(0.2) else self.clause(out) if d.chance(0.6) else f"{self.count()} >= {d.randint(1, 2)}"
        out["when"] = d.pick(a, a, a, f"({a}) && ({b})", f"({a}) || ({b})", f"({b}) ? ({a}) : false")
        return out

    def steps_among(self) -> dict:
        d, p = self.d, self.peers()
        rows = [self.steps(sorted(d.sample(range(5, 100, 5), d.randint(1, 3))))]
        return {"value": f"{p}.percentile", d.pick("at_least", "at_most"): rows[0]}

    def points_among(self) -> dict:
        d, out = self.d, {}
        return {"points": [{"add": 2, "when": self.standing_clause()}, {"add": 1, "when": d.pick(self.standing_clause, lambda: self.clause(out))()}],
                "at_least": self.steps([1, 2, 3]), **out}

    def instant_among(self) -> dict:
        d = self.d
        kind = d.pick('event.type == "swipe"', 'event.type == "dorm_access" && event.direction == "in"', 'event.type == "attendance" && event.status == "absent"')
        return {"when": f"{kind} && {d.pick('(%s)', '!(%s)') % self.standing_clause()}", "level": "yellow"}

    def rule_among(self) -> None:
        """One that reads peers somewhere; its checks stand about 04:00."""
        d = self.d
        body = d.pick(self.when_among, self.when_among, self.when_among, self.steps_among, self.points_among, self.instant_among)()
        is_instant = "event." in body.get("when", "")
        if not is_instant and d.chance(0.5):
            body["check"] = d.pick("daily at 04:00", "daily at 03:59", "daily at 07:00", "daily at 03:59,04:00", "daily at 00:00", "daily at 24:00", "class days at 12:00",
                                   "mon,thu at 08:00", "daily at 03:00,20:00")
        if not is_instant and d.chance(0.2): body["resolve_when"] = self.standing_clause()
        if not is_instant and d.chance(0.15): body["for"] = d.pick("45m", "3h", "10h", "1d")
        if d.chance(0.6): body["again_after"] = d.pick("1h", "6h", "1d", "2d")
        if d.chance(0.3): body["unless"] = "none"
        if d.chance(0.15): body["who"] = self.standing_clause()
        if "when" in body and is_instant is False and d.chance(0.3):
            p = next(f for f in reversed(self.features) if f[0] == "p")
            body["message"] = {"zh": f"同组 {{{p}.median}}", "en": f"others {{{p}.median}}"}
        self.rule(body)

    def silent_clause(self, out: dict) -> str:
        """An absence or an age against a limit of the rule's own."""
        d = self.d
        hours = d.pick(6, 20, 24, 30, 50)
        self.limits.add(hours)
        name = f"lim{len(out.setdefault('params', {}))}"
        out["params"][name] = f"{hours}h"
        f = self.absence() if d.chance(0.6) else self.record(d.pick("seen", "bought", "dorm_access")) + ".age"
        return f"{f} {d.pick('>=', '>=', '<', '>')} {name}"

    def clause(self, out: dict) -> str:
        """One that a timer, a window's edge, the calendar or a record changes."""
        d = self.d
        return d.pick(lambda: "calendar.class_day", lambda: "calendar.week >= 2", lambda: f"{self.count()} >= {d.randint(1, 3)}",
                      lambda: f"{self.count(below=True)} {d.pick('<', '<=')} {d.randint(1, 3)}", lambda: self.silent_clause(out),
                      lambda: f'{self.record("bought")}.balance < {d.randint(20, 60)}')()

    def when_mixed(self) -> dict:
        """An absence or an age beside something else, on either side."""
        d, out = self.d, {"level": "blue"}
        a, b = self.silent_clause(out), self.clause(out)
        out["when"] = d.pick(f"{a} && {b}", f"{a} || {b}", f"({b} ? {a} : {b})", f"!({a}) && {b}", f"{b} && !({a})")
        return out

    def chosen(self) -> dict:
        """The value that a third one chooses."""
        d = self.d
        f, g, h = self.count(below=True, plain=True), self.count(below=True, plain=True), self.count(plain=True)
        v = self.feature({"value": f"{h} >= {d.randint(1, 3)} ? {f} : {g}"}, "v")
        return {"value": v, "at_least": self.steps(self.climbing(1, 6))}

    def points(self) -> dict:
        """Clauses of every kind, unknown ones among them; some take away again."""
        d = self.d
        clauses = [lambda: f"{self.count()} >= {d.randint(1, 4)}", lambda: f"{self.count()} >= {d.randint(1, 3)}",
                   lambda: f"{self.count(below=True)} < {d.randint(1, 4)}",
                   lambda: f'{self.money(below=True)} < {d.randint(5, 30)}',
                   lambda: f'{self.record("bought")}.balance < {d.randint(20, 60)}',
                   lambda: "calendar.class_day", lambda: f"{self.count()} >= 2 || {self.count()} >= {d.randint(1, 3)}"]
        adds = [d.pick(1, 2, 3, 3), d.pick(1, 2, 3), d.pick(1, 2, -2)]
        out: dict = {}
        clauses += [lambda: self.silent_clause(out), lambda: self.clause(out)]
        return {"points": [{"add": a, "when": d.choice(clauses)()} for a in adds[: d.randint(2, 3)]],
                "at_least": self.steps(self.climbing(2, 6)), **out}

    def sequence(self) -> dict:
        """Two or three steps, with what must not come between or after them; a step may look back at an earlier one."""
        d = self.d
        events = ["late_return", "missed", "came", "seen", "bought", "meal", "dorm_access", "entry", "swipe"]
        first, second, third = d.choice(events), d.choice(events), d.choice(events)
        looks = d.pick(None, None, "place.id != one.place.id", "event.source == one.source", 'event.hour >= 12')
        steps = [{"event": first, "as": "one"}, {"event": second, **({"where": looks} if looks else {})}]
        if d.chance(0.3): steps.insert(1, {"not": third})
        if d.chance(0.3): steps.append(d.pick({"event": third}, {"not": third}, {"not": d.choice(events)}))
        if d.chance(0.15): steps = [{"event": first}, {"not": second}]
        for s in steps:
            event = s.get("event") or s["not"]
            self.reads.add(event)
            if TYPES.get(event, event) not in ("seen",): self.keeps_time.add(TYPES.get(event, event))
        hours = d.pick(1, 3, 6, 14, 30)
        self.limits.add(hours)
        return {"sequence": steps, "within": f"{hours}h", "level": d.pick("blue", "yellow")}

    def instant(self) -> dict:
        d = self.d
        more = ""
        if d.chance(0.5):
            more = " && " + d.pick(lambda: f"{self.count()} >= {d.randint(1, 3)}", lambda: f"{self.count(below=True)} < {d.randint(1, 4)}",
                                   lambda: f"{self.money(below=True)} < {d.randint(5, 40)}",
                                   lambda: "calendar.week >= 2", lambda: "calendar.class_day")()
        text = d.pick('event.type == "swipe" && event.amount >= ' + str(d.randint(8, 25)),
                      'event.type == "dorm_access" && event.direction == "in" && event.late',
                      'event.type == "attendance" && event.status == "absent"',
                      'event.type == "swipe" && place.kind == "shop"',
                      'event.type == "swipe" && event.hour >= 12 && (event.amount > 5 ? event.op == "consume" : false)',
                      'event.type == "presence" && has(event.means)')
        return {"when": text + more, "level": d.pick("blue", "yellow")}

    # a whole rule

    def rule(self, body: dict | None = None) -> None:
        d = self.d
        shapes = [self.by_count] * 5 + [self.by_hours] * 2 + [self.by_money] * 2 + [self.at_most, self.when_exact]
        shapes += [self.when_count] * 4 + [self.when_few] * 3 + [self.when_money] * 2 + [self.when_share] * 2
        shapes += [self.when_arithmetic] * 2 + [self.silence] * 4 + [self.when_silent] * 2
        shapes += [self.when_habit] * 3 + [self.sequence] * 4
        shapes += [self.when_old, self.when_low, self.points, self.points]
        shapes += [self.overnight, self.when_record, self.when_record, self.when_calendar] + [self.instant] * 6
        shapes += [self.when_streak] * 3 + [self.while_class_is_here] * 4 + [self.when_of_days] * 2 + [self.when_record, self.at_most]
        shapes += [self.when_any] * 24 + [self.when_calendar] * 2
        shapes += [self.when_mixed] * 8 + [self.chosen] * 3 + [self.guarded]
        body = body or d.choice(shapes)()
        is_instant = "event." in body.get("when", "") or "sequence" in body
        out = {"id": f"r{len(self.rules) + 1}", **body}
        if not is_instant and "resolve_when" not in out and "check" not in out: self.vary(out)
        if d.chance(0.7) and "again_after" not in out: out["again_after"] = d.pick("6h", "6h", "1d", "2d", "3d", "7d")
        if is_instant: self.agains.add({"h": 1, "d": 24}[out.get("again_after", "1d")[-1]] * int(out.get("again_after", "1d")[:-1]))
        if "unless" not in out and d.chance(0.2): out["unless"] = self.unless("check" in out)
        if d.chance(0.3):
            out["who"] = self.clause(out) if d.chance(0.4) else d.pick(
                "student.year <= 2", 'student.school == "医学院"', '"caring" in student.tags',
                'student.residence != "home"', 'student.gender == "f" || !has(student.gender)', "size(student.tags) == 1",
                "student.year == 1 || calendar.week >= 2", "calendar.week <= 2", "!calendar.holiday", "calendar.class_day", "!calendar.holiday_eve")
        if d.chance(0.08): out["mode"] = d.pick("shadow", "shadow", "disabled")
        self.tune(out)
        self.rules.append(out)

    def vary(self, out: dict) -> None:
        d = self.d
        if "when" in out and d.chance(0.45 if ".balance" in out["when"] or "share" in out["when"] else 0.15):
            out["for"] = d.pick("45m", "3h", "10h", "1d")
        if d.chance(0.3):
            out["check"] = d.pick("daily at 07:00", "daily at 07:00", "class days at 12:00", "mon,thu at 08:00",
                                  "daily at 24:00", "daily at 00:00", "daily at 07:00,18:00", "mon,tue,fri at 12:00,24:00,00:00",
                                  "week 2 of term mon at 09:00", "sat at 12:00")
        if d.chance(0.25):
            out["resolve_when"] = self.clause(out)
        if ("at_least" in out or "points" in out) and d.chance(0.2): out["for"] = d.pick("45m", "3h", "10h", "1d")

    def unless(self, check: bool) -> object:
        d = self.d
        out = d.pick("none", ["holiday"], ["weekend"], ["none", "holiday"], ["none"], ["sick"], ["rarely_seen"],
                     ["caring"], ["overnight_permit"], ["none", "sick"], ["weekend", "holiday", "internship"], ["none", "exchange", "leave"],
                     ["none", "vacation", "feed_down"], ["none", "on_leave"])
        if check and d.chance(0.3): out = ["feed_silent", *(["none"] if out == "none" else out)]
        return out

    def tune(self, out: dict) -> None:
        """An `adjust` that changes a param, a mode or turns a sensitive rule on."""
        d = self.d
        if d.chance(0.04):
            out["sensitive"] = "true"
            if d.chance(0.7): self.adjust[out["id"]] = {"because": "approved"}
        elif "limit" in out.get("params", {}) and d.chance(0.2):
            self.adjust[out["id"]] = {"because": "tuned",
                                      "params": {"limit": {"value": "16h", "was": out["params"]["limit"]}}}
        elif "few" in out.get("params", {}) and d.chance(0.3):
            rows = {"by": [{"year": 2, "value": 1}]} if d.chance(0.5) else {}
            self.adjust[out["id"]] = {"because": "tuned", "params": {"few": {"value": 3, **rows}}}
        elif d.chance(0.04): self.adjust[out["id"]] = {"because": "tuned", "mode": d.pick("shadow", "live", "disabled")}
        elif d.chance(0.04): self.adjust[out["id"]] = {"because": "tuned", "unless": d.pick(["weekend"], ["none", "holiday"], ["none"])}
        elif d.chance(0.03):
            self.rules.append({"id": f"old{len(self.rules)}", "when": "calendar.week >= 1 || calendar.holiday", "level": "red"})
            out["replaces"] = self.rules[-1]["id"]

    def text(self) -> str:
        used = dict.fromkeys(b for e in self.reads if e in EVENTS for b in self.bases(e))
        lines = ["events:"] + [f"  {e}: {flow(EVENTS[e])}" for e in EVENTS if e in used] if used else []
        params = {k: v for k, v in PARAMS.items() if any(k in EVENTS[e].get("where", "") for e in used)}
        if params: lines.append(f"params: {flow(params)}")
        if self.features: lines += ["features:"] + [f"  {k}: {flow(v)}" for k, v in self.features.items()]
        lines += ["rules:"] + [f"  - {flow(r)}" for r in self.rules]
        if self.adjust: lines += ["adjust:"] + [f"  {k}: {flow(v)}" for k, v in self.adjust.items()]
        return "\n".join(lines) + "\n"

    def bases(self, event: str) -> list[str]:
        base = EVENTS[event]["event"]
        return (self.bases(base) if base in EVENTS else []) + [event]


def rules_of(d: Draw, has_history: bool, at_midnights: bool = False, many_clocks: bool = False,
             has_peers: bool = False) -> Rules:
    rules = Rules(d, has_history)
    for _ in range(d.randint(1, 2) if has_peers else 0): rules.rule_among()
    if many_clocks and not has_peers:
        all_types = ["swipe", "attendance", "dorm_access", "presence"]
        subsets = [[t for i, t in enumerate(all_types) if bits >> i & 1] for bits in range(1, 16)]
        for types in d.sample(subsets, d.randint(5, 12)): rules.rule(rules.of_types(types))
        return rules
    for _ in range(d.randint(0, 1) if has_peers else d.randint(1, 2) if at_midnights else d.mostly(2, 1, 3, 4, p=0.35)):
        rules.rule(rules.guarded() if at_midnights and d.chance(0.8) else None)
    return rules
