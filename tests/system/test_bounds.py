#!/usr/bin/env python3
"""Where what is kept of a student has an end: 1,024 pairs of value and day (semantics 18), 256 attendance records (17)."""
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lib import ZONE, alerts, expect, main, same, sanzao, stamp, write, write_lines  # noqa: E402
from reference import reference  # noqa: E402

MONDAY = datetime(2026, 3, 2, 8, tzinfo=ZONE)
DISTINCT = """
features: {d: {distinct: swipe.place, over: 2d}}
rules:
  - {id: reached, when: d >= 1024, level: blue}
  - {id: beyond, when: d >= 1025, level: blue}
  - {id: few, when: d <= 5, level: blue}
  - {id: not-many, when: d < 600, level: blue}
"""
ABSENCES = """
events: {missed: {event: attendance, where: event.status == "absent"}}
features: {n: {count: missed, over: term}}
rules: [{id: r, when: n >= 300, level: blue}]
"""


def run(tmp, rules: str, lines: list[dict], until: datetime, calendar="") -> tuple[dict[str, tuple], dict]:
    """What stands, by rule: state, since, at and why; and the summary."""
    write(tmp / "rules/r.yaml", rules)
    write(tmp / "campus/students.csv", "student\ns\n")
    write(tmp / "campus/calendar.yaml", calendar or "timezone: Asia/Shanghai\n")
    write_lines(tmp / "events.ndjson", [json.dumps({"student": "s", **line}).encode() for line in lines])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--state", "memory",
           "--until", stamp(until), "--alerts", "file:alerts.ndjson", "--summary", "summary.json", rc=0)
    last = {e["rule"]: e for e in sorted(alerts(tmp / "alerts.ndjson"), key=lambda e: e["seq"])}
    return ({rule: (e["state"], e["since"][5:16], e["at"][5:16], e.get("why")) for rule, e in last.items()},
            json.loads((tmp / "summary.json").read_text()))


def places(n: int, day: int, first: int = 0) -> list[dict]:
    t = MONDAY + timedelta(days=day)
    return [{"id": f"d{day}-{i}", "type": "swipe", "time": stamp(t + timedelta(seconds=i)), "place": f"p{first + i}"} for i in range(n)]


def test_distinct_is_exact_to_1024_pairs(tmp):
    stands, _ = run(tmp, DISTINCT, places(1024, 0), MONDAY + timedelta(hours=2))
    same(stands["reached"], ("open", "03-02T08:17", "03-02T08:17", None), "1,024 places are 1,024")
    same(stands["few"][::2], ("resolved", "03-02T08:00"), "and no longer few from the sixth on")
    same("beyond" in stands, False, "1,024 are not 1,025")


def test_above_it_is_at_least(tmp):
    stands, _ = run(tmp, DISTINCT, places(1100, 0), MONDAY + timedelta(hours=2))
    same("beyond" in stands, False, "1,100 places are at least 1,024, and whether 1,025 nobody knows")
    same(stands["reached"][0], "open", "they are 1,024")


def test_a_value_on_two_days_is_two_pairs(tmp):
    stands, _ = run(tmp, DISTINCT, places(550, 0) + places(550, 1), MONDAY + timedelta(days=1, hours=2))
    same(stands["not-many"][:2], ("open", "03-02T00:00"), "550 values in 1,100 pairs: it held before, and at least 550 ends nothing")
    stands, _ = run(tmp, DISTINCT, places(500, 0) + places(550, 1, 300), MONDAY + timedelta(days=1, hours=2))
    same(stands["not-many"][0], "resolved", "850 values in 1,050 pairs: at least so many as to end it")


def test_and_exact_again_when_a_day_has_left(tmp):
    rules = "features: {d: {distinct: swipe.place, over: 2d}}\nrules: [{id: exactly, check: wed at 07:00, when: d == 600, level: blue}]\n"
    stands, _ = run(tmp, rules, places(600, 0) + places(600, 1, 700), MONDAY + timedelta(days=2))
    same(stands.get("exactly"), ("open", "03-04T07:00", "03-04T07:00", None), "Tuesday's 600 alone")


def test_the_reference_says_the_same_of_days_and_panes(tmp):
    """What stands after some 1,024 pairs, and after more: which are counted, and that no more is claimed than that they are at least so many."""
    rules = """
features: {d: {distinct: swipe.place, over: 2d}, h: {distinct: swipe.place, over: 24h}, half: {value: d / 2}}
rules:
  - {id: many, when: d >= 700, level: blue}
  - {id: few, check: tue at 12:00, when: d <= 900, level: blue}
  - {id: exactly, check: tue at 12:00, when: d == 600, level: blue}
  - {id: not-so-many, check: tue at 12:00, when: d < 1030, level: blue}
  - {id: beyond, when: d >= 1025, level: blue}
  - {id: hours, when: h >= 700, level: blue}
  - {id: few-hours, check: tue at 12:00, when: h <= 1050, level: blue}
  - {id: part, check: tue at 12:00, when: half < 400, level: blue}
"""
    for name, lines in (("fits", places(600, 0) + places(424, 1, 300)), ("not", places(600, 0) + places(425, 1, 300)),
                        ("twice", places(550, 0) + places(550, 1)), ("far", places(1100, 0) + places(20, 1, 5))):
        (tmp / name).mkdir()
        until = MONDAY + timedelta(days=3)
        stands, _ = run(tmp / name, rules, lines, until)
        case = {"name": name, "campus": {"students": [{"student": "s"}]}, "rules": rules, "events": [{"student": "s", **x} for x in lines],
                "options": {"order": "sorted", "until": stamp(until)}}
        rows = {x["rule"]: (x["state"], x["since"][5:16], x["at"][5:16], x.get("why")) for x in reference.run(case).rows()}
        same(stands, rows, name)
        expect(stands, name, "nothing stands")


def test_256_attendance_records_are_found_again(tmp):
    def missed(i: int) -> dict:
        return {"id": f"a{i}", "type": "attendance", "status": "absent", "time": stamp(MONDAY + timedelta(days=i // 10, hours=i % 10))}
    excuse = {"id": "x", "type": "attendance", "status": "excused", "time": stamp(MONDAY + timedelta(days=49))}
    term = "terms: [{id: t, from: 2026-03-02, to: 2026-06-30}]\n"
    for original, state, unmatched in (("a44", "resolved", 0), ("a43", "open", 1)):
        lines = [missed(i) for i in range(300)] + [{**excuse, "ref": original}]
        stands, summary = run(tmp, ABSENCES, lines, MONDAY + timedelta(days=50), term)
        same((stands["r"][0], summary["undo_unmatched"]), (state, unmatched), f"an excuse of {original}, one of 300, three weeks after the last")


if __name__ == "__main__": sys.exit(main(globals()))
