"""One student, one rule: exemptions, `for`, opening, stepping, resolving, again_after (semantics 27-32)."""
from dataclasses import dataclass, field

from .features import History
from .records import Record, Stream
from .rules import LEVELS, Rule
from .sequence import Sequence
from .spans import covers
from .text import message, step_value
from .times import day_of, day_start

RECORD, TIMER, CHECK = 0, 1, 2  # at one instant: records first, then timers, then checks (1)
OPEN = "?"  # a reason that the semantics leave open
ONLY_HOLD = ("class_silent", "feed_down", "feed_silent", "no_card", "rarely_seen")
LEAST_CLASS = 10  # active students (28)


@dataclass
class Episode:
    rule: str
    student: str
    since: int
    at: int
    level: str
    mode: str
    rank: int  # how many steps up; 0 for a rule without steps
    step: str | None
    skipped: list[str] = field(default_factory=list)
    state: str = "open"
    why: str | None = None
    message: dict = field(default_factory=dict)


class Machine:
    def __init__(self, history: History, rule: Rule, stream: Stream):
        self.history, self.rule, self.stream = history, rule, stream
        self.types = history.rules.types_of(rule)
        self.clock = stream.clock(self.types)
        self.reads_batch = stream.reads_batch(self.types)
        self.episodes: list[Episode] = []
        self.true_since: int | None = None
        self.sequence = Sequence(history, rule) if rule.sequence else None
        self.tags = set(history.student.tags)

    # what is looked at

    def exemption(self, name: str, t: int, n: int):
        h = self.history
        if name == "feed_down":
            types = h.rules.down_types_of(self.rule)
            return bool(types) and covers(h.downs.of(types), t)
        if name == "rarely_seen": return h.rarely_seen(t, n)
        if name == "no_card": return h.campus.is_between_cards(h.student.id, t)
        if name == "class_silent": return self.class_is_silent(t)
        if name == "feed_silent":
            terms = [a for a, *_ in h.campus.calendar.terms if a <= day_of(t)]
            return not any(r.is_seen and r.time <= t and (not terms or day_of(r.time) >= terms[-1]) for r in self.stream.records)
        spans = h.exempt_spans(name)
        return covers(spans, t) or name in self.tags

    def class_is_silent(self, t: int) -> bool:
        """Nobody of the class was seen on the day of `t` up to `t` (28)."""
        own = self.history.student.row.get("class")
        mates = [s for s in self.history.campus.students.values() if own and s.row.get("class") == own]
        if sum(s.is_active for s in mates) < LEAST_CLASS: return False
        ids = {s.id for s in mates}
        return not any(r.is_seen and r.student in ids and day_start(day_of(t)) <= r.time <= t for r in self.stream.records)

    def steps(self, t: int) -> list[tuple[float, str, str]]:
        """(value, as written, level), the easiest first; `by:` is taken as of T (28)."""
        steps = [(step_value(self.history, self.rule, s, t), s, level) for s, level in self.rule.steps]
        return sorted(steps, key=lambda x: x[0], reverse=self.rule.at_most)

    def condition(self, t: int, n: int, record: Record | None) -> tuple[object, int, list]:
        """Three-valued, and the highest step reached as its rank from 1 (27)."""
        rule, evaluate = self.rule, self.history.evaluate
        if rule.when: return evaluate(rule.when, t, n, record, rule.params), 0, []
        steps, sign = self.steps(t), "<=" if rule.at_most else ">="
        if rule.points: value = float(sum(add for add, tree in rule.points if evaluate(tree, t, n, record, rule.params) is True))
        else: value = evaluate(rule.value, t, n, record, rule.params)
        value = ("lit", value)
        reached = [evaluate(("op", sign, value, ("lit", float(v))), t, n, record, rule.params) for v, _, _ in steps]
        return reached[0], max((i + 1 for i, r in enumerate(reached) if r is True), default=0), steps

    # what happens

    def step(self, t: int, phase: int, n: int, record: Record | None = None) -> None:
        rule, h = self.rule, self.history
        current = self.episodes[-1] if self.episodes else None
        if rule.is_instant: return self.instant(t, n, record, current)
        who = h.evaluate(rule.who, t, n, None, rule.params) if rule.who else True
        exempt = [(name, self.exemption(name, t, n)) for name in rule.unless]
        held = who is not True or any(v is not False for _, v in exempt)
        resolving = [name for name, v in exempt if v is True and name not in ONLY_HOLD]
        reason = "who" if who is False else resolving[0] if resolving else None
        condition, rank, steps = self.condition(t, n, record)
        resolve = h.evaluate(rule.resolve_when, t, n, None, rule.params) if rule.resolve_when else None
        may = (not rule.check or phase == CHECK) and (not self.reads_batch or t < self.clock)
        self.time_true(t, condition, reason)
        if current and current.state == "open":
            if reason or (resolve is True if rule.resolve_when else condition is False):
                return self.close(current, t, reason or (None if rule.resolve_when else self.correction(record)))
            if may and not held and rank > current.rank: self.climb(current, t, n, rank, steps)
        elif may and not held and condition is True and resolve is not True:
            if self.waited(t) and self.again(t, current, rank): self.open(t, n, rank, steps)

    def correction(self, record: Record | None) -> str | None:
        """What falls away at an undo is corrected where the rule counted what it undoes (17).

        Where the rule counts the undo itself too (`any`, `swipe`), which of the two did it is not said.
        """
        h = self.history
        undone = [x for x in h.records if record and (x.undone_by is record or x.corrected_by is record)]
        events = {f.event for f in h.rules.features_of(self.rule) if f.event}
        counted = lambda r, e: any(r is x for x in h.matching(e))
        if undone and any(counted(record, e) for e in events): return OPEN
        undid = any(not h.rules.event(e).is_seen and counted(x, e) for e in events for x in undone)
        return "corrected" if undid else None

    def instant(self, t: int, n: int, record: Record | None, current: Episode | None) -> None:
        """32: fires per match; what comes within again_after of the firing joins."""
        rule, h = self.rule, self.history
        if self.sequence:
            if not any(m.at == t and m.record is record for m in self.sequence.matches(n, t if record is None else t - 1)): return
        elif record is None: return
        if (current and t < current.at + rule.again_after) or (self.reads_batch and t >= self.clock):
            return
        who = h.evaluate(rule.who, t, n, None, rule.params) if rule.who else True
        if who is not True or any(self.exemption(name, t, n) is not False for name in rule.unless): return
        if self.sequence or h.evaluate(rule.when, t, n, record, rule.params) is True: self.open(t, n, 0, [])

    def time_true(self, t: int, condition, reason: str | None) -> None:
        """30: false and an exemption that resolves restart `for`; time passes while unknown or only held."""
        if condition is False or reason: self.true_since = None
        elif condition is True and self.true_since is None: self.true_since = t

    def waited(self, t: int) -> bool: return self.true_since is not None and t - self.true_since >= self.rule.wait

    def again(self, t: int, last: Episode | None, rank: int) -> bool:
        """31: within again_after of the last announcement only a higher step opens."""
        return last is None or t >= last.at + self.rule.again_after or rank > last.rank

    def open(self, t: int, n: int, rank: int, steps: list) -> None:
        step = steps[rank - 1][1] if rank else None
        # `level` is the highest reached, those of the skipped steps included: they were reached too
        level = max((l for _, _, l in steps[:rank]), key=LEVELS.index) if rank else self.rule.level
        episode = Episode(self.rule.id, self.history.student.id, t, t, level, self.rule.mode, rank, step,
                          [s for _, s, _ in steps[:max(0, rank - 1)]])
        self.episodes.append(episode)
        self.tell(episode, t, n)

    def climb(self, episode: Episode, t: int, n: int, rank: int, steps: list) -> None:
        """`stepped`, also at equal level; levels never step down (30)."""
        episode.skipped = [s for _, s, _ in steps[episode.rank:rank - 1]]
        episode.at, episode.rank, episode.step = t, rank, steps[rank - 1][1]
        episode.level = max([episode.level, *(l for _, _, l in steps[:rank])], key=LEVELS.index)
        self.tell(episode, t, n)

    def tell(self, episode: Episode, t: int, n: int) -> None:
        episode.message = {lang: message(self.history, self.rule, lang, t, n, episode.step) for lang in ("zh", "en")}

    def close(self, episode: Episode, t: int, why: str | None) -> None:
        episode.state, episode.at, episode.why, episode.message = "resolved", t, why, {}

    def deadlines(self) -> list[int]:
        """What is due by itself: the end of `for` and of again_after."""
        due = [self.true_since + self.rule.wait] if self.true_since is not None else []
        return due + [self.episodes[-1].at + self.rule.again_after] if self.episodes else due
