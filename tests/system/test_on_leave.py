#!/usr/bin/env python3
"""event.on_leave: what happened on leave is known as such, whatever a teacher's list says, and also where the school learns of the leave later."""
import sys
from datetime import datetime, timedelta

from lib import ZONE, alerts, main, same, sanzao, stamp, write, write_lines
import json

DAY = datetime(2026, 3, 2, tzinfo=ZONE)                # a Monday
RULES = """\
events:
  missed: {event: attendance, where: event.status == "absent" && !event.on_leave}
  away: {event: attendance, where: event.on_leave}
features:
  missed_7d: {count: missed, over: 7d}
  away_7d: {count: away, over: 7d}
rules:
  - {id: missed, title: {zh: 缺, en: Missed}, value: missed_7d, at_least: {3: yellow}, unless: none}
  - {id: away, title: {zh: 假, en: Away}, value: away_7d, at_least: {3: green}, unless: none}
"""


def run(tmp, leaves: str, *, order="sorted", precision="second") -> list[tuple]:
    write(tmp / "rules/r.yaml", RULES)
    write(tmp / "campus/students.csv", "student\ns\nother\n")
    write(tmp / "campus/leaves.csv", "student,from,to,kind,recorded\n" + leaves)
    lines = []
    for day in range(5):
        t = DAY + timedelta(days=day, hours=0 if precision == "day" else 8)
        for who, status in (("s", "absent"), ("other", "present")):
            lines.append(json.dumps({"id": f"{who}{day}", "type": "attendance", "time": stamp(t), "student": who, "status": status, "precision": precision}).encode())
    write_lines(tmp / "events.ndjson", lines)
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--state", "memory", "--order", order,
           "--until", "2026-03-07T12:00", "--alerts", "file:alerts.ndjson", rc=0)
    last = {e["alert"]: e for e in sorted(alerts(tmp / "alerts.ndjson"), key=lambda e: e["seq"])}
    return sorted((e["rule"], e["state"], e["since"][:16]) for e in last.values())


NONE = [("missed", "open", "2026-03-04T08:00")]


def test_a_leave_known_before(tmp):
    same(run(tmp, ""), NONE, "without leave")
    same(run(tmp, "s,2026-03-02,2026-03-04,sick,2026-03-01T09:00\n"), [("away", "open", "2026-03-04T08:00")], "three days of five")
    same(run(tmp, "other,2026-03-02,2026-03-06,sick,2026-03-01T09:00\n"), [("away", "open", "2026-03-04T08:00"), *NONE], "another's leave")
    same(run(tmp, "s,2026-03-02,2026-03-04,late_permit,2026-03-01T09:00\n"), NONE, "a permit is no leave")
    same(run(tmp, "s,2026-03-04T08:00:01,2026-03-06T23:00,leave,2026-03-01T09:00\n"), NONE, "the record stands just before it")
    same(run(tmp, "s,2026-03-04T08:00,2026-03-06T23:00,leave,2026-03-01T09:00\n"), [("away", "open", "2026-03-06T08:00")], "and at its beginning")


def test_a_leave_written_down_later_takes_the_alert_back(tmp):
    late = "s,2026-03-02,2026-03-04,sick,2026-03-05T16:00\n"
    for order in ("sorted", "arrival"):
        same(run(tmp, late, order=order), [("away", "open", "2026-03-04T08:00"), ("missed", "retracted", "2026-03-04T08:00")], order)


def test_a_lost_time_of_day_is_asked_at_noon(tmp):
    same(run(tmp, "s,2026-03-02,2026-03-04,sick,2026-03-01T09:00\n", precision="day"), [("away", "open", "2026-03-04T00:00")], "whole days")
    same(run(tmp, "s,2026-03-02T06:00,2026-03-04T13:00,sick,2026-03-01T09:00\n", precision="day"), [("away", "open", "2026-03-04T00:00")], "most of three days")
    same(run(tmp, "s,2026-03-02T00:00,2026-03-04T11:00,sick,2026-03-01T09:00\n", precision="day"), [("missed", "open", "2026-03-06T00:00")], "till before noon")


if __name__ == "__main__": sys.exit(main(globals()))
