"""Random cases in the form of ../../../shared/cases: a campus, rules and records, from a seed.

`case(seed)` gives them in the order of time; how they arrive is the business of ways.py. Two records of one student
never share an instant at which a timer may be due: the order of evaluation within it is promised only for what a rule
reads (1, 11).
"""
import copy
import json

from draw import Draw
from reference.times import (DAY, HOUR, MINUTE, SECOND, day_of, day_start, night_of, parse_day, parse_duration,
                             parse_time, rfc3339)
from rulegen import Rules, rules_of

FIRST = parse_day("2026-03-02")  # a Monday
SOURCES = {"swipe": "pos", "attendance": "class", "dorm_access": "gate", "presence": "net"}
PLACES = [{"place": "c1", "name": "东区食堂", "kind": "canteen", "building": "B1", "zone": "east"},
          {"place": "c2", "name": "西区食堂", "kind": "canteen", "building": "B2", "zone": "west"},
          {"place": "shop", "name": "超市", "kind": "shop", "building": "B1"}]
CURFEW = {"sun-thu": "23:00", "fri-sat": "23:30", "ends": "05:00", "by": [{"year": 1, "sun-thu": "22:30"}]}


def moment_of(event: dict) -> int:
    """Where a line stands in time (1); a broken one near some good record."""
    t = parse_time(event.get("_near") or event["time"])
    return day_start(day_of(t)) if event.get("precision") == "day" else t


class Generator:
    def __init__(self, seed: int):
        self.d = Draw(seed)
        self.days = self.d.randint(8, 24)  # the stream, from FIRST on
        self.lateness = self.d.pick("24h", "72h", "240h")
        usual = {"p": 0.9} if self.lateness == "240h" else {"p": 0.6}
        short = () if self.lateness == "240h" else ("7d", "7d", "7d")  # logs are folded within the days of the stream
        self.horizon = self.d.mostly("14d", "20d", *short, **usual)
        self.at_midnights = self.d.chance(0.06)  # few records of many students, most of them about a midnight
        if self.at_midnights: self.days, self.lateness = self.d.randint(5, 7), self.d.pick("24h", "24h", "72h")
        self.has_peers = Draw(f"{seed} peers").chance(0.2)
        if self.has_peers: self.at_midnights = False
        self.admits = not self.has_peers and not self.at_midnights and Draw(f"{seed} admits").chance(0.15)
        self.taken: set[tuple] = set()
        self.events: list[dict] = []

    def case(self) -> dict:
        d = self.d
        self.students = [f"s{i + 1}" for i in range(d.pick(20, 30, 40) if self.at_midnights else d.pick(1, 1, 2, 2, 3))]
        self.has_history = d.chance(0.05 if self.at_midnights else 0.35)
        down = d.random()
        self.has_downs, self.declared = down < 0.35, d.chance(0.3)
        many_clocks = self.declared and d.chance(0.2)
        self.rules: Rules = rules_of(d, self.has_history or self.declared, self.at_midnights, many_clocks, self.has_peers)
        if self.has_peers: self.students = [f"s{i + 1}" for i in range(d.randint(6, 9))]
        if self.rules.long_hours: self.days = max(self.days, 18)
        campus = self.campus()
        if self.has_history: self.history()
        for i in range(7 * len(self.students) if self.at_midnights else d.randint(12, 55)): self.record(f"r{i:02d}", FIRST)
        if self.rules.looks_late: self.late_returns()
        if self.rules.looks_rare: self.routine()
        for i, gap in enumerate(sorted(self.rules.gaps)): self.meals(i, parse_duration(gap))
        if self.rules.long_hours: self.old_excuses()
        for hours in sorted(self.rules.agains): self.once_more(hours)
        if self.has_peers: self.crowd()
        self.undo()
        self.ties()
        self.latest = max(map(moment_of, self.events))
        until = self.until(self.latest)
        self.statuses(self.latest)
        self.bad(until)
        self.leaves(campus, until)
        events = sorted(self.events, key=moment_of)
        options = {"order": "sorted", "until": rfc3339(until), "lateness": self.lateness, "horizon": self.horizon}
        if self.admits and not self.rules.asks_mates: self.admit(campus, options)
        return {"name": "property", "campus": campus, "rules": self.rules.text(), "events": self.repeat(events),
                "options": options}

    # the campus

    def campus(self) -> dict:
        d = self.d
        rows = []
        for s in self.students:
            row = {"student": s, "entry_year": d.randint(2023, 2025), "school": d.pick("医学院", "理学院"),
                   "enrolled_on": d.pick("", "", "2024-09-01", "2024-09-01", "2026-03-03", "2026-03-05")}
            if d.chance(0.4): row["tags"] = d.pick("caring", "caring;quiet", "quiet")
            if d.chance(0.2): row.update(residence=d.pick("home", "off_campus"), gender=d.pick("f", "m"))
            if d.chance(0.03): row["status"] = "suspended"
            rows.append(row)
        if self.rules.asks_mates: rows += self.mates(rows)
        if self.has_peers: rows += self.groups(rows)
        if d.chance(0.2): rows.append({"student": "s0", "entry_year": 2024, "school": "理学院"})  # never seen
        out = {"students": rows, "places": copy.deepcopy(PLACES), "calendar": self.calendar()}
        self.cards = d.chance(0.4)
        if self.cards:
            out["cards"] = [{"system": "", "card": "k" + s, "student": s, "from": "", "to": ""}
                            for s in self.students]
        self.readers = d.chance(0.25)
        if self.readers: out["readers"] = self.reader_rows()
        if self.declared: out["feeds"] = self.feeds()
        self.batches = [s for s, f in out.get("feeds", {}).items() if f["delivery"] == "batch"]
        return {k: v for k, v in out.items() if v}

    def admit(self, campus: dict, options: dict) -> None:
        """Some of whom there are records, or all, stand in no roster: they are students from their first record on (11)."""
        gone = set(self.d.some(self.students, len(self.students)) or self.students[:1])
        for table in ("students", "cards", "leaves"):
            if table in campus: campus[table] = [r for r in campus[table] if r["student"] not in gone]
        campus["students"] = campus["students"] or [{"student": "s0", "entry_year": 2024, "school": "理学院"}]
        options["unknown_students"] = "admit"

    def mates(self, rows: list[dict]) -> list[dict]:
        """Who fills the classes up to where they count (28); they have cards at most, and no records of their own."""
        d = self.d
        for row in rows: row["class"] = d.pick("c1", "c1", "c1", "c2", "")
        rows[0]["class"] = "c1"
        own = sum(r["class"] == "c1" and "status" not in r for r in rows)
        more = [{"student": f"m{i}", "entry_year": 2024, "school": "理学院", "class": "c1"} for i in range(d.pick(10, 10, 10, 9, 11) - own)]
        if len(rows) < 10: more += [{"student": f"o{i}", "entry_year": 2024, "school": "医学院", "class": "c2"} for i in range(d.pick(0, 9, 10))]
        if d.chance(0.3): more.append({"student": "g0", "entry_year": 2020, "school": "理学院", "class": "c1", "status": "graduated"})
        return more

    def groups(self, rows: list[dict]) -> list[dict]:
        """Most in one class and house, so that they make a group; some are never seen, and some count nowhere (22)."""
        d = self.d
        for row in rows:
            row.setdefault("class", d.mostly("c1", "c2", "", p=0.85))
            row.setdefault("building", d.mostly("B1", "B2", "", p=0.8))
            row.update(dorm="101", college="c", major="m")
            if d.chance(0.8): row.update(gender="f", school="理学院", entry_year=2024)
            if d.chance(0.8): row["enrolled_on"] = ""
        more = [{"student": f"x{i}", "class": "c1", "building": "B1", "school": "理学院", "entry_year": 2024} for i in range(d.pick(0, 0, 0, 1, 2, 4))]
        for row in more:
            if d.chance(0.2): row["status"] = d.pick("graduated", "suspended")
        return more

    def reader_rows(self) -> list[dict]:
        half = str(rfc3339(day_start(FIRST + self.days // 2)))[:10]
        before = str(rfc3339(day_start(FIRST + self.days // 2 - 1)))[:10]
        return [{"source": "", "reader": "g1", "place": "c1", "direction": "in", "from": "", "to": before},
                {"source": "", "reader": "g1", "place": "c2", "direction": "out", "from": half, "to": ""},
                {"source": "", "reader": "g2", "place": "shop", "direction": "in", "from": "", "to": ""}]

    def day(self, offset: int) -> str: return rfc3339(day_start(FIRST + offset))[:10]

    def span(self, low: int, high: int, length: int) -> dict:
        first = self.d.randint(low, high)
        return {"from": self.day(first), "to": self.day(first + self.d.randint(0, length))}

    def calendar(self) -> dict:
        d = self.d
        out: dict = {}
        text = self.rules.text()  # what it names must be there
        if d.chance(0.85) or any(word in text for word in ("term", "calendar.", "class")):
            first = d.pick(0, 0, 0, -7, -7, -60 if d.chance(0.3) else 0)
            if d.chance(0.65 if "term" in text or "calendar.week" in text else 0.2):  # it ends midway
                last = d.randint(4, self.days)
                out["terms"] = [{"id": "t1", "from": self.day(first), "to": self.day(last)}]
                if d.chance(0.5):
                    out["terms"].append({"id": "t2", "from": self.day(last + d.randint(1, 4)), "to": "2026-07-05"})
            else: out["terms"] = [{"id": "t1", "from": self.day(first), "to": "2026-07-05"}]
        if d.chance(0.85): out["curfew"] = copy.deepcopy(CURFEW)
        if d.chance(0.3): out["holidays"] = [{"name": "h", **self.span(2, self.days - 2, 2)}]
        if "class" not in text and d.chance(0.2):
            out["vacations"] = [{"name": "v", **self.span(3, self.days - 2, 4)}]
            if self.rules.only_absence and d.chance(0.6):
                out["vacations"][0]["registration_to"] = self.day(parse_day(out["vacations"][0]["to"]) - FIRST + 1)
        if d.chance(0.3) or '"exams"' in text: out["periods"] = [{"id": "exams", **self.span(4, self.days + 2, 3)}]
        if d.chance(0.15):
            out["make_up_days"] = [{"date": self.day(d.pick(5, 6, 12, 13)), "as": "monday"}]
        return out

    def feeds(self) -> dict:
        """One source a type: whose `began` counts among several that carry a type is not tested here."""
        d, out = self.d, {}
        for kind, source in SOURCES.items():
            out[source] = {"delivery": d.pick("stream", "stream", "batch"), "types": [kind]}
            if d.chance(0.4): out[source]["allowance"] = "10m"
            if d.chance(0.3): out[source]["began"] = d.pick("2026-02-23", "2026-03-02", "2026-03-04")
        return out

    def leaves(self, campus: dict, until: int) -> None:
        d, rows = self.d, []
        for s in self.students:
            for _ in range(d.pick(0, 0, 1, 1, 2)):
                kind = d.pick("leave", "leave", "sick", "internship", "exchange", "late_permit", "overnight_permit")
                span = self.span(1, max(2, self.days - 1), 3)
                if d.chance(0.35):
                    begin = day_start(parse_day(span["from"])) + d.randint(0, 95) * 15 * MINUTE
                    end = begin + d.randint(2, 70) * HOUR + d.pick(0, 30) * MINUTE
                    if d.chance(0.2):  # half a day, which does not exempt the other half (12)
                        begin = day_start(day_of(begin)) + d.pick(0, 6, 8, 12) * HOUR
                        end = begin + 12 * HOUR
                    span = {"from": rfc3339(begin), "to": rfc3339(end)}
                row = {"student": s, **span, "kind": kind}
                if d.chance(0.75): row["recorded"] = rfc3339(self.recorded(row, until))
                rows.append(row)
        if self.rules.looks_late: rows += self.permits(until)
        if rows: campus["leaves"] = rows

    def permits(self, until: int) -> list[dict]:
        """A permit in days covers the nights of those evenings: one that somebody was late in, or the one before."""
        d, rows = self.d, []
        for event in d.some([e for e in self.events if e.get("id", "").startswith("l")], 3):
            evening = night_of(parse_time(event["time"])) - FIRST - d.pick(0, 0, 0, 1)
            row = {"student": event["student"], "from": self.day(evening), "to": self.day(evening),
                   "kind": d.pick("late_permit", "overnight_permit")}
            if d.chance(0.5): row["recorded"] = rfc3339(self.recorded(row, until))
            rows.append(row)
        return rows

    def recorded(self, row: dict, until: int) -> int:
        """Before, while or after; not so late that the horizon would cut it off; now and then never (5)."""
        if self.d.chance(0.05): return until + self.d.randint(1, 48) * HOUR
        first = day_start(parse_day(row["from"]))
        return min(first + self.d.randint(-2, 5) * DAY + self.d.pick(9 * HOUR, 15 * HOUR + 30 * MINUTE), until)

    def until(self, latest: int) -> int:
        d = self.d
        t = latest - latest % MINUTE + d.randint(1, 80) * HOUR
        if d.chance(0.4): t = day_start(day_of(t)) + d.pick(0, 7, 8, 12, 24) * HOUR
        return max(t, latest + MINUTE)

    # the records

    def free(self, student: str, t: int) -> bool:
        if (student, t) in self.taken: return False
        self.taken.add((student, t))
        return True

    def moment(self, student: str, day: int) -> int:
        """A time that is likely to matter: meals, edges of days, nights, panes, or just hours after another record."""
        d = self.d
        if d.chance(0.08) and self.rules.limits and self.events:
            own = [e for e in self.events if e.get("student") == student]
            if own:
                after = d.choice(sorted(self.rules.limits)) * HOUR + d.pick(0, 0, SECOND, -SECOND)
                return parse_time(d.choice(own)["time"]) + after
        start = day_start(day)
        if self.at_midnights and d.chance(0.7): return day_start(max(day, FIRST + 1)) + d.randint(-90, 400) * MINUTE
        kind = d.random()
        if kind < 0.62: return start + d.pick(7, 8, 12, 18, 18, 20, 22, 23, 0, 1) * HOUR + d.randint(0, 11) * 5 * MINUTE
        if kind < 0.72: return start + d.randint(0, 95) * 15 * MINUTE
        if kind < 0.82:
            return start + d.pick(0, 12 * HOUR, 24 * HOUR - SECOND, 12 * HOUR - SECOND, 24 * HOUR - 1, 23 * HOUR,
                                  5 * HOUR, 22 * HOUR + 30 * MINUTE)
        return start + d.randint(0, DAY // SECOND - 1) * SECOND

    def record(self, name: str, first: int, days: int | None = None) -> None:
        d = self.d
        student = d.choice(self.students)
        kind = d.pick("swipe", "swipe", "swipe", "attendance", "attendance", "dorm_access", "dorm_access", "presence")
        t = self.moment(student, first + d.randint(0, (days or self.days) - 1))
        event = {"id": name, "type": kind, "time": rfc3339(t), "student": student}
        getattr(self, kind)(event, t)
        may_lose = kind in ("swipe", "attendance") and not self.rules.keeps_time & {kind, "seen", "any"}
        if may_lose and d.chance(0.12 if self.rules.nights or self.at_midnights else 0.04):
            event["precision"] = "day"
        elif d.chance(0.04): event.update(precision="minute", time=rfc3339(t - t % MINUTE + d.randint(0, 59) * SECOND))
        stands = {"day": day_start(day_of(t)), "minute": t - t % MINUTE}.get(event.get("precision"), t)
        if self.declared: event["source"] = SOURCES[kind]
        if self.free(student, stands): self.events.append(event)

    def swipe(self, event: dict, t: int) -> None:
        d = self.d
        event["amount"] = d.pick(d.randint(3, 20), d.randint(300, 3000) / 100, str(d.randint(5, 30)),
                                 f"{d.randint(3, 25)}.5")
        event["place"] = d.pick("c1", "c1", "c2", "shop")
        if d.chance(0.06): del event["place"]
        elif d.chance(0.08): event["place"] = "kiosk"  # nobody declared it: kind `unknown`
        if d.chance(0.35): event["balance"] = d.randint(0, 120)
        if d.chance(0.07): event["op"] = d.pick("topup", "refund")
        if d.chance(0.04): del event["amount"]
        if self.cards and d.chance(0.4): event["card"] = "k" + event.pop("student")

    def attendance(self, event: dict, t: int) -> None:
        d = self.d
        event["status"] = d.pick("present", "present", "absent", "absent", "absent", "late", "early_leave", "excused",
                                 "unknown")
        if event["status"] == "absent" and d.chance(0.8): event["hours"] = d.randint(1, 4)

    def dorm_access(self, event: dict, t: int) -> None:
        d = self.d
        if self.readers and d.chance(0.5): event["reader"] = d.pick("g1", "g2")
        else: event["direction"] = d.pick("in", "in", "out")
        by_day = 6 * HOUR < (t - day_start(day_of(t))) < 22 * HOUR  # whether a denied entry can be late is not said
        if by_day and d.chance(0.12): event["result"] = "denied"

    def presence(self, event: dict, t: int) -> None: event["means"] = self.d.pick("network", "sso", "water")

    def history(self) -> None:
        """Two weeks before, of one student, mostly meals: habits, and windows that are full."""
        d = self.d
        student = d.choice(self.students)
        for i in range(14):
            for j in range(d.pick(0, 1, 1, 2, 3)):
                t = day_start(FIRST - 14 + i) + d.pick(7, 12, 18) * HOUR + d.randint(0, 55) * MINUTE
                t += j * d.pick(20, 89, 90, 91) * MINUTE
                event = {"id": f"d{i:02d}{j}", "type": "swipe", "time": rfc3339(t), "student": student,
                         "amount": d.randint(3, 20), "place": "c1"}
                if d.chance(0.15):
                    event = {"id": event["id"], "type": "attendance", "time": event["time"], "student": student,
                             "status": "absent", "hours": 2}
                if self.declared: event["source"] = SOURCES[event["type"]]
                if self.free(student, t): self.events.append(event)

    def late_returns(self) -> None:
        """Entries about the cut-offs, before midnight and after, and where the night ends; some went out, of some it is unknown."""
        d = self.d
        for i in range(d.randint(3, 8)):
            about = int(d.pick(22.5, 23, 23.25, 23.5, 24.2, 25, 29, 29) * HOUR) - d.pick(0, 0, 0, SECOND)
            t, student = day_start(FIRST + d.randint(0, self.days - 1)) + about, d.choice(self.students)
            event = {"id": f"l{i}", "type": "dorm_access", "time": rfc3339(t), "student": student,
                     "direction": d.pick("in", "in", "in", "in", "out", "unknown")}
            if self.declared: event["source"] = "gate"
            if self.free(student, t): self.events.append(event)

    def routine(self) -> None:
        """Somebody who is seen on about four days of five (28)."""
        d = self.d
        student, share = d.choice(self.students), d.pick(0.75, 0.85, 0.95)
        for i in range(0 if not self.has_history else -14, self.days - d.randint(1, 6)):
            t = day_start(FIRST + i) + d.randint(8 * 60, 21 * 60) * MINUTE
            event = {"id": f"p{i:02d}", "type": "presence", "time": rfc3339(t), "student": student, "means": "network"}
            if self.declared: event["source"] = "net"
            if d.chance(share) and self.free(student, t): self.events.append(event)

    def meals(self, n: int, gap: int) -> None:
        """Swipes in the canteen that follow each other by exactly the gap of a session, a little less or more (18)."""
        d = self.d
        for i in range(d.randint(2, 5)):
            t = day_start(FIRST + d.randint(0, self.days - 1)) + d.randint(6, 21) * HOUR
            student = d.choice(self.students)
            for j in range(d.randint(2, 4)):
                event = {"id": f"m{n}{i}{j}", "type": "swipe", "time": rfc3339(t), "student": student, "amount": 5,
                         "place": "c1"}
                if self.declared: event["source"] = "pos"
                if self.free(student, t): self.events.append(event)
                t += gap + d.pick(0, 0, -SECOND, -MINUTE, MINUTE)

    def crowd(self) -> None:
        """Days on which many do what a group is compared by: ties, and who has nothing of it."""
        d = self.d
        kinds = sorted(self.rules.among)
        for day in sorted(d.sample(range(self.days), min(self.days, d.randint(4, 9)))):
            share, most = d.pick(0.5, 0.8, 1), d.pick(1, 2, 3)
            for student in self.students:
                for i in range(d.randint(1, most) if d.chance(share) else 0):
                    kind = d.choice(kinds)
                    t = day_start(FIRST + day) + d.pick(d.randint(6 * 60, 22 * 60), d.randint(0, 5 * 60)) * MINUTE
                    event = {"id": f"c{day}{student}{i}", "type": kind, "time": rfc3339(t), "student": student}
                    getattr(self, kind)(event, t)
                    if self.declared: event["source"] = SOURCES[kind]
                    if self.free(student, t): self.events.append(event)

    def once_more(self, hours: int) -> None:
        """Records like others that were there, exactly so much later or nearly."""
        d = self.d
        for i, event in enumerate(d.some([e for e in self.events if not {"precision", "ref"} & e.keys() and "student" in e], 16)):
            t = parse_time(event["time"]) + hours * HOUR + d.pick(0, 0, 0, SECOND, -SECOND)
            if t < day_start(FIRST + self.days) and self.free(event["student"], t):
                self.events.append({**event, "id": f"i{hours}{i}", "time": rfc3339(t)})

    def undo(self) -> None:
        """Refunds, reversals and excuses; also from about `horizon` away, of nothing, of a record to come (17)."""
        d = self.d
        for event in list(self.events):
            kind, t = event["type"], parse_time(event["time"])
            may = kind == "swipe" and "op" not in event or event.get("status") == "absent"
            if not may or "precision" in event or event["id"].startswith(("o", "u")) or not d.chance(0.14): continue
            after = d.pick(5 * MINUTE, 3 * HOUR, DAY, DAY, 2 * DAY, d.randint(1, 90) * HOUR,
                           parse_duration(self.horizon) + d.pick(-SECOND, SECOND) if d.chance(0.3) else 7 * DAY)
            if kind == "attendance" and d.chance(0.3): after = parse_duration(self.horizon) + d.randint(1, 3) * DAY
            if d.chance(0.03): after = -2 * HOUR
            student = event.get("student") or event["card"][1:]
            if t + after > day_start(FIRST + self.days + 4) or not self.free(student, t + after): continue
            undo = {"id": "u" + event["id"], "type": kind, "time": rfc3339(t + after), "student": student,
                    "ref": event["id"]}
            if d.chance(0.04): undo["ref"] = "nothing"
            undo.update({"op": d.pick("refund", "reversal")} if kind == "swipe" else {"status": "excused"})
            if "source" in event: undo["source"] = event["source"]
            self.events.append(undo)

    def old_excuses(self) -> None:
        """Absences that are excused after more than the horizon: some numbers are corrected, others not (17)."""
        d = self.d
        for i in range(d.randint(1, 3)):
            student = d.choice(self.students)
            t = day_start(FIRST + d.randint(0, 2)) + d.randint(8 * 60, 20 * 60) * MINUTE
            late = t + parse_duration(self.horizon) + d.randint(1, 40) * HOUR
            fields = {"type": "attendance", "student": student, **({"source": "class"} if self.declared else {})}
            if not self.free(student, t) or not self.free(student, late): continue
            absent = {"id": f"o{i}", "time": rfc3339(t), "status": "absent", "hours": d.randint(2, 5), **fields}
            self.events.append(absent)
            self.events.append({"id": f"uo{i}", "time": rfc3339(late), "status": "excused", "ref": f"o{i}", **fields})

    def ties(self) -> None:
        """Two records at one instant, at a millisecond of their own: the order of 1 decides what is last."""
        d = self.d
        if self.declared or not d.chance(0.3): return
        for i in range(d.randint(1, 3)):
            student = d.choice(self.students)
            t = day_start(FIRST + d.randint(1, self.days - 1)) + d.randint(7, 20) * HOUR + 137 + i
            for j, source in enumerate(d.sample(["Zed", "alpha", "default"], 2)):
                event = {"id": f"t{i}{j}", "type": d.pick("swipe", "dorm_access"), "time": rfc3339(t),
                         "student": student, "source": source}
                event.update({"amount": d.randint(3, 30), "place": d.pick("c1", "shop")}
                             if event["type"] == "swipe" else {"direction": d.pick("in", "out")})
                self.events.append(event)

    def statuses(self, latest: int) -> None:
        """Feeds that are down and come up again, and batches that say how far they are complete."""
        d = self.d
        sources = sorted(set(SOURCES.values())) if self.declared else ["default"]
        for source in d.some(sources, 3) or sources[:1] if self.has_downs else []:
            t = day_start(FIRST + d.randint(0, max(0, self.days - 2))) + d.randint(0, 47) * 30 * MINUTE
            while t < latest:
                end = t + d.pick(90 * MINUTE, 3 * HOUR, 7 * HOUR + 30 * MINUTE, 12 * HOUR, 13 * HOUR, 30 * HOUR)
                self.status(source, t, "down")
                if d.chance(0.9) and end <= latest:
                    self.status(source, end, "complete" if source in self.batches and d.chance(0.5) else "open")
                else: break
                t = end + (d.randint(1, 6) * HOUR if d.chance(0.3) else d.randint(1, 7) * DAY)  # several of a day darken it together
        for source in self.batches:
            for t in sorted(d.some(range(day_start(FIRST + 1), latest, 12 * HOUR), 4)):
                self.status(source, t + 2 * HOUR, "complete", t)

    def status(self, source: str, t: int, state: str, through: int | None = None) -> None:
        """Never at the instant of a record or another status: which comes first is not said."""
        while any(at == t for _, at in self.taken): t += MINUTE
        self.taken.add(("", t))
        if t > self.latest: return
        self.events.append({"type": "feed_status", "source": source, "time": rfc3339(t), "state": state,
                            **({"complete_through": rfc3339(through)} if through is not None else {})})

    def bad(self, until: int) -> None:
        """Lines that end as dead letters, each for one reason only."""
        d = self.d
        if not d.chance(0.3): return
        for i in range(d.randint(1, 3)):
            near = moment_of(d.choice(self.events))
            event = {"id": f"b{i}", "type": "swipe", "time": rfc3339(near), "student": self.students[0]}
            change = d.pick({"type": "sauna"}, {"student": "nobody"}, {"student": None, "card": "k0"}, {"amount": -1},
                            {"amount": "1.234"}, {"amount": {"yuan": 5}},
                            {"type": "attendance"}, {"type": None}, {"op": "stolen"}, {"student": None}, {"place": 7},
                            {"time": "yesterday"}, {"time": None},
                            {"time": rfc3339(until + DAY + HOUR)}, {"collected": rfc3339(near - 11 * MINUTE)},
                            {"_raw": json.dumps(event)[:-1]}, {"_raw": "[1, 2"})
            self.events.append({**event, **change, "_near": rfc3339(near)})

    def repeat(self, events: list[dict]) -> list[dict]:
        """Duplicates, and lines of one id with other content, which follow the first one at once in every way (22)."""
        d, out = self.d, []
        for event in events:
            out.append(event)
            if event["type"] == "feed_status" or "_near" in event or "id" not in event: continue
            if d.chance(0.05): out.append({**event, "_again": True})
            elif d.chance(0.01) and "amount" in event: out.append({**event, "amount": 77, "_follows": True})
        return out


def case(seed: int) -> dict: return Generator(seed).case()
