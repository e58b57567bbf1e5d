"""One record after another (24), by trying everything anew at every instant."""
from dataclasses import dataclass, field

from .features import History
from .records import Record
from .rules import Rule

TRIES = 8


@dataclass
class Try:
    start: int
    records: list = field(default_factory=list)  # of the steps so far; None for a `not`


@dataclass
class Match:
    at: int
    record: Record | None  # that ended it; None: silence did
    records: list


class Sequence:
    def __init__(self, history: History, rule: Rule):
        self.history, self.rule, self.steps = history, rule, rule.sequence
        self.cache: dict = {}

    def matches(self, n: int, until: int) -> list[Match]:
        """All matches as of the first n records and `until`, included."""
        if (n, until) not in self.cache:
            found, tries, h = [], [], self.history
            for i, r in enumerate(h.records[:n]):
                undo = r.undone_by
                self.undone = undo is not None and h.position[id(undo)] < n
                tries = self.silence(tries, r.time, False, found)
                if r.precision != "day": tries = self.take(tries, r, i + 1, found)
            self.silence(tries, until, True, found)
            self.cache[n, until] = found
        return self.cache[n, until]

    def want(self, t: Try) -> int:
        i = len(t.records)
        while i < len(self.steps) and self.steps[i].is_not: i += 1
        return i

    def silence(self, tries: list[Try], t: int, at: bool, found: list[Match]) -> list[Try]:
        """What waits only for nothing to come any more matches when `within` runs out; what else runs out falls."""
        while True:
            due = [x for x in tries if self.want(x) == len(self.steps)
                   and (x.start + self.rule.within < t or at and x.start + self.rule.within == t)]
            if not due: break
            end = due[0].start + self.rule.within
            found.append(Match(end, None, due[0].records))
            tries = [x for x in tries if x.start > end]
        return [x for x in tries if x.start + self.rule.within >= t]

    def fits(self, step, r: Record, n: int, t: Try | None) -> bool:
        h = self.history
        if not any(r is x for x in h.matching(step.event)): return False
        if self.undone and not h.rules.event(step.event).is_seen: return False
        if step.where is None: return True
        earlier = {s.name: x for s, x in zip(self.steps, t.records if t else []) if s.name and x}
        return h.evaluate(step.where, r.time, n, r, self.rule.params, earlier) is True

    def take(self, tries: list[Try], r: Record, n: int, found: list[Match]) -> list[Try]:
        out = []
        for t in tries:
            i = self.want(t)
            if i < len(self.steps) and self.fits(self.steps[i], r, n, t):
                t.records += [None] * (i - len(t.records)) + [r]
                if len(t.records) == len(self.steps):
                    found.append(Match(r.time, r, t.records))
                    return []
            elif any(self.fits(self.steps[k], r, n, t) for k in range(len(t.records), i)): continue
            out.append(t)
        if self.fits(self.steps[0], r, n, None): out.append(Try(r.time, [r]))
        return out[-TRIES:]
