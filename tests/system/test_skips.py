#!/usr/bin/env python3
"""What the engine leaves out because it cannot change anything (docs/performance/record.md): each test is a case in which leaving out a
little more would be wrong, with the instants that the semantics give."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lib import alerts, main, same, sanzao, write, write_lines  # noqa: E402

CALENDAR = "terms: [{id: t1, from: 2026-03-02, to: 2026-07-05}]\n"
HEAD = """events:
  meal: {event: swipe, where: event.op == "consume"}
  door: {event: dorm_access, where: event.direction == "in"}
"""


def records(text: str) -> list[bytes]:
    """`03T10:00 meal`, one a line, of one student."""
    out = []
    for i, row in enumerate(text.split("\n")):
        if not row.strip(): continue
        at, what = row.split()
        record = {"id": f"e{i}", "source": "pos" if what == "meal" else "gate", "time": f"2026-03-{at}:00+08:00", "student": "s1"}
        record |= {"type": "swipe", "op": "consume", "amount": 5} if what == "meal" else {"type": "dorm_access", "direction": "in", "result": "granted"}
        out.append(json.dumps(record).encode())
    return out


def said(tmp: Path, rules: str, text: str, *more: str) -> list[str]:
    """Each alert event: rule, event, time of day."""
    write(tmp / "campus" / "students.csv", "student\ns1\n")
    write(tmp / "campus" / "calendar.yaml", CALENDAR)
    write(tmp / "rules" / "r.yaml", HEAD + rules)
    write_lines(tmp / "events.ndjson", records(text))
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson",
           "--state", "memory", *more)
    return [f"{a['rule']} {a['event']} {a['at'][8:16]}" for a in alerts(tmp / "alerts.ndjson")]


def test_a_day_that_passes_opens_what_a_record_has_made_possible(tmp):
    """At the second meal the guard is reached and the condition is not; it is at midnight, when the door falls out of the window."""
    rules = """features: {n3: {count: meal, over: 3d}, doors: {count: door, over: 1d}}
rules:
  - {id: g, when: n3 >= 2 && doors == 0, level: blue}
"""
    got = said(tmp, rules, "03T08:00 door\n05T10:00 door\n05T11:00 meal\n05T12:00 meal\n06T20:00 door\n", "--until", "2026-03-06")
    same(got, ["g firing 06T00:00", "g resolved 06T20:00"], "alerts")


def test_who_that_comes_to_hold_opens_what_it_kept(tmp):
    """The condition holds from the second meal on; whom it is about is settled by time alone, hours later."""
    rules = """features: {n3: {count: meal, over: 3d}, latest: {last: meal}}
rules:
  - {id: w, value: n3, at_least: {2: blue}, who: latest.age >= rest, params: {rest: 2h}, again_after: 7d}
"""
    got = said(tmp, rules, "03T08:00 door\n05T11:00 meal\n05T12:00 meal\n05T18:00 door\n", "--until", "2026-03-05")
    same(got, ["w firing 05T14:00"], "alerts")


def test_silence_opens_when_who_comes_to_hold_after_it(tmp):
    """Both times the silence is long enough some hours before the door is."""
    rules = """features: {quiet: {absence: meal}, last_door: {last: door}}
rules:
  - {id: s, value: quiet, at_least: {long: blue}, who: last_door.age >= rest, params: {long: 36h, rest: 5h}}
"""
    got = said(tmp, rules, "03T09:00 door\n04T10:00 meal\n05T20:00 door\n06T12:00 meal\n", "--until", "2026-03-06")
    same(got, ["s firing 03T14:00", "s resolved 04T10:00", "s firing 06T01:00", "s resolved 06T12:00"], "alerts")


def test_the_widest_window_of_a_family_speaks_for_it(tmp):
    """Rules that count the same over more days than the first one."""
    rules = """features: {n2: {count: meal, over: 2d}, n7: {count: meal, over: 7d}, n30: {count: meal, over: 30d}}
rules:
  - {id: a, value: n2, at_least: {5: blue}}
  - {id: b, value: n7, at_least: {3: blue}}
  - {id: c, value: n30, at_least: {4: blue}}
"""
    got = said(tmp, rules, "03T11:00 meal\n05T11:00 meal\n07T11:00 meal\n13T11:00 meal\n", "--until", "2026-03-13")
    same(got, ["b firing 07T11:00", "b resolved 10T00:00", "c firing 13T11:00"], "alerts")


def test_a_quotient_is_known_once_its_divisor_is_not_0(tmp):
    """A meal enters the window of yesterday at midnight, when no record comes; on the 5th there is none in it, so nothing is known and all stays."""
    rules = """features: {meals: {count: meal, over: 1d, to: yesterday}, doors: {count: door, over: 2d}, share: {value: doors / meals}}
rules:
  - {id: c, when: share < 2, check: daily at 07:00, level: blue}
  - {id: d, when: doors / meals < 2, level: blue}
"""
    got = said(tmp, rules, "03T08:00 meal\n03T09:00 door\n05T08:00 door\n05T11:00 meal\n05T12:00 door\n06T23:00 door\n", "--until", "2026-03-06")
    same(got, ["d firing 04T00:00", "c firing 04T07:00", "c resolved 06T00:00", "d resolved 06T00:00"], "alerts")


def standing(tmp: Path) -> list[str]:
    """Of each alert what was said last: since, level, state."""
    last = {a["alert"]: a for a in alerts(tmp / "alerts.ndjson")}
    return sorted(f"{a['rule']} {a['since'][8:16]} {a['level']} {a['state']}" for a in last.values())


def test_a_late_record_meets_a_mark_that_does_not_know_it(tmp):
    """The first late record leaves a mark at the midnight before it; a later one is before that mark."""
    rules = """features: {n: {count: meal, over: 1d}}
rules:
  - {id: m, value: n, at_least: {2: blue, 3: yellow}, again_after: 1h}
"""
    arriving = "03T09:00 meal\n05T09:00 meal\n05T15:00 meal\n06T09:00 meal\n06T20:00 door\n06T12:00 meal\n05T12:00 meal\n06T15:00 meal\n"
    said(tmp, rules, arriving, "--order", "arrival", "--until", "2026-03-06")
    want = ["m 05T12:00 yellow resolved", "m 06T12:00 yellow open"]
    same(standing(tmp), want, "what stands")
    (tmp / "alerts.ndjson").unlink()
    said(tmp, rules, "\n".join(sorted(arriving.split("\n"))), "--until", "2026-03-06")
    same(standing(tmp), want, "the same in order")


def test_what_is_open_is_looked_at_below_its_steps(tmp):
    """An undone meal takes the number below the step again: the guard is not reached, and the episode must end all the same."""
    rules = """features: {n3: {count: meal, over: 3d}}
rules:
  - {id: o, value: n3, at_least: {2: blue}}
"""
    write(tmp / "campus" / "students.csv", "student\ns1\n")
    lines = records("05T11:00 meal\n05T12:00 meal\n05T15:00 door\n")
    lines.append(json.dumps({"id": "u", "source": "pos", "time": "2026-03-05T14:00:00+08:00", "student": "s1", "type": "swipe",
                             "op": "reversal", "ref": "e1"}).encode())
    write(tmp / "campus" / "calendar.yaml", CALENDAR)
    write(tmp / "rules" / "r.yaml", HEAD + rules)
    write_lines(tmp / "events.ndjson", lines)
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson",
           "--state", "memory", "--until", "2026-03-05")
    got = [f"{a['rule']} {a['event']} {a['at'][8:16]} {a.get('why', '')}" for a in alerts(tmp / "alerts.ndjson")]
    same(got, ["o firing 05T12:00 ", "o resolved 05T14:00 corrected"], "alerts")


def test_a_record_that_counts_ends_what_was_known_to_be_below(tmp):
    """Both numbers were too low when they were asked for last; the records in between count for neither, one, or the other."""
    rules = """features: {meals: {count: meal, over: 1d}, doors: {count: door, over: 1d}}
rules:
  - {id: b, when: meals >= 2 && doors >= 2, level: blue}
"""
    got = said(tmp, rules, "03T08:00 door\n03T09:00 meal\n03T10:00 door\n03T11:00 meal\n", "--until", "2026-03-03")
    same(got, ["b firing 03T11:00"], "alerts")


def test_a_window_that_ended_yesterday_is_asked_for_again_when_the_day_is_over(tmp):
    """No record of a day moves it, and the first of the next day meets another number."""
    rules = """features: {before: {count: meal, over: 2d, to: yesterday}, nights: {days: meal, over: 2d, to: yesterday, day: night},
           late: {count: door, over: 8h}}
rules:
  - {id: d, when: event.type == "dorm_access" && before >= 2, level: blue}
  - {id: n, when: event.type == "dorm_access" && nights >= 2 && late >= 1, level: blue}
"""
    got = said(tmp, rules, "03T08:00 meal\n03T09:00 door\n03T15:00 meal\n03T16:00 door\n04T08:00 door\n04T11:00 door\n04T13:00 door\n",
               "--until", "2026-03-04")
    same(got, ["d firing 04T08:00", "n firing 04T13:00"], "alerts")


def test_a_late_record_meets_a_check_that_was_gone_past(tmp):
    """At seven nothing could open, and nobody was asked; the meal of half past six is told of after that."""
    rules = """features: {n3: {count: meal, over: 3d}}
rules:
  - {id: c, check: daily at 07:00, when: n3 >= 2, level: blue}
"""
    arriving = "04T12:00 meal\n05T06:00 door\n05T08:00 door\n05T06:30 meal\n06T09:00 door\n07T09:00 door\n"
    got = said(tmp, rules, arriving, "--order", "arrival", "--until", "2026-03-07")
    same(got, ["c firing 05T07:00", "c resolved 07T00:00"], "alerts")


def test_points_that_only_some_clauses_can_bring(tmp):
    """On the 4th one clause of the two can be true, on the 5th both; on the 8th one adds two, another one, and one takes one away."""
    rules = """features: {n2: {count: meal, over: 2d}, doors: {count: door, over: 1d, to: yesterday}, n1: {count: meal, over: 1d, to: yesterday}}
rules:
  - id: p
    check: daily at 07:00
    points:
      - {add: 1, when: n2 >= 2}
      - {add: 1, when: doors >= 1}
      - {add: 2, when: n1 >= 3}
      - {add: -1, when: doors >= 2}
    at_least: {2: blue}
    again_after: 1h
"""
    text = ("03T10:00 meal\n03T11:00 meal\n04T10:00 door\n04T12:00 meal\n05T06:00 meal\n"
            "07T10:00 meal\n07T11:00 door\n07T12:00 meal\n07T13:00 door\n07T14:00 meal\n08T10:00 meal\n08T12:00 meal\n08T14:00 meal\n")
    got = said(tmp, rules, text, "--until", "2026-03-10")
    same(got, ["p firing 05T07:00", "p resolved 06T00:00", "p firing 08T07:00", "p resolved 10T00:00"], "alerts")


def test_a_check_asks_who_anew_each_day(tmp):
    """Both hold on the 5th only: before that whom it is about is not settled, after that the condition does not hold."""
    rules = """features: {doors: {count: door, over: 7d}, n1: {count: meal, over: 1d, to: yesterday}}
rules:
  - {id: w, check: daily at 07:00, who: doors >= 2, when: n1 >= 1, level: blue}
"""
    got = said(tmp, rules, "02T10:00 meal\n03T08:00 door\n03T10:00 meal\n04T09:00 door\n04T12:00 meal\n", "--until", "2026-03-07")
    same(got, ["w firing 05T07:00", "w resolved 06T00:00"], "alerts")


if __name__ == "__main__": main(globals())
