#!/usr/bin/env python3
"""`sanzao alerts` says what many of one building, or one class, are told of by one rule in one week: before each is called for himself, somebody
looks at what they share."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import main, same, sanzao, write, write_lines

TITLE = {"zh": "多次晚归", "en": "Repeated late returns"}


def event(n, student, since, rule="late", state="open", seq=1, level="blue"):
    return json.dumps({"schema": 1, "alert": f"a{n}", "seq": seq, "event": "firing", "state": state, "rule": rule, "student": student, "level": level, "since": since, "at": since,
                       "title": TITLE, "message": TITLE, "reasons": [], "exemptions": [], "evidence": []}).encode()


def crowds(tmp, events, *options):
    """The lines about many at once, without the heading."""
    write_lines(tmp / "alerts.ndjson", events)
    text = sanzao(tmp, "alerts", "alerts.ndjson", "--campus", "campus", *options, rc=0).out.decode()
    heading = "同一周、同一处有多人" if "zh" in options else "Many at once in one place"
    return text.split(heading)[1].split("\n\n")[0].split("\n")[1:] if heading in text else []


def campus(tmp, rows):
    write(tmp / "campus/students.csv", "student,class,building,status\n" + "".join(f"{','.join(r)}\n" for r in rows))


def test_many_of_a_building_in_one_week_are_said(tmp):
    """One alert is of the Monday after, one was taken back, one student has two, and one is nobody's."""
    campus(tmp, [(f"s{i}", f"c{i}", "east", "") for i in range(40)] + [("gone", "c1", "east", "graduated")])
    week = [event(i, f"s{i}", f"2026-03-{2 + i:02}T23:40:00+08:00") for i in range(6)]
    more = [event(10, "s5", "2026-03-08T23:59:00+08:00"), event(11, "s6", "2026-03-09T00:10:00+08:00"), event(12, "s7", "2026-03-03T23:40:00+08:00", state="retracted"),
            event(13, "nobody", "2026-03-03T23:40:00+08:00"), event(14, "s8", "2026-03-03T23:40:00+08:00", rule="other")]
    same(crowds(tmp, week + more, "--lang", "en"), ["   6 of 40 of building east: Repeated late returns, week of 2026-03-02"], "in English")
    same(crowds(tmp, week + more, "--lang", "zh"), ["   楼宇 east：40 人中有 6 人，多次晚归，2026-03-02 起的一周"], "in Chinese")
    same(crowds(tmp, week[:3] + more, "--lang", "en"), [], "four are not many")


def test_who_has_left_and_good_news_are_no_crowd(tmp):
    """Graduates were told of while they were here: five of them beside one who is here are no six of one."""
    campus(tmp, [(f"s{i}", "", "east", "graduated" if i < 5 else "") for i in range(11)])
    week = [event(i, f"s{i}", "2026-03-03T23:40:00+08:00") for i in range(9)]
    same(crowds(tmp, week, "--lang", "en"), [], "four are here")
    same(crowds(tmp, week + [event(9, "s9", "2026-03-03T23:40:00+08:00")], "--lang", "en"), ["   5 of 6 of building east: Repeated late returns, week of 2026-03-02"], "five are here")
    good = [event(i, f"s{i}", "2026-03-03T23:40:00+08:00", level="green") for i in range(5, 11)]
    same(crowds(tmp, good, "--lang", "en"), [], "nobody asks after good news")


def test_a_hostile_building_does_not_reach_the_terminal(tmp):
    campus(tmp, [(f"s{i}", "", "ea\x1b[31mst", "") for i in range(6)])
    week = [event(i, f"s{i}", "2026-03-03T23:40:00+08:00") for i in range(6)]
    same(crowds(tmp, week, "--lang", "en"), ["   6 of 6 of building ea.[31mst: Repeated late returns, week of 2026-03-02"], "in English")
    same(crowds(tmp, week, "--lang", "zh"), ["   楼宇 ea.[31mst：6 人中有 6 人，多次晚归，2026-03-02 起的一周"], "in Chinese")


def test_five_of_a_large_building_are_not_many_and_of_a_class_they_are(tmp):
    campus(tmp, [(f"s{i}", "c1" if i < 30 else "c2", "east", "") for i in range(101)])
    five = [event(i, f"s{i}", "2026-03-03T12:00:00+08:00") for i in range(5)]
    same(crowds(tmp, five, "--lang", "en"), ["   5 of 30 of class c1: Repeated late returns, week of 2026-03-02"], "of 101, and of 30")
    same(crowds(tmp, five + [event(5, "s50", "2026-03-03T12:00:00+08:00")], "--lang", "en"),
         ["   6 of 101 of building east: Repeated late returns, week of 2026-03-02", "   5 of 30 of class c1: Repeated late returns, week of 2026-03-02"], "the larger first")


def test_programs_and_the_stream_of_events_get_none(tmp):
    campus(tmp, [(f"s{i}", "c1", "east", "") for i in range(9)])
    write_lines(tmp / "alerts.ndjson", [event(i, f"s{i}", "2026-03-03T12:00:00+08:00") for i in range(9)])
    for option in ("--json", "--events"):
        same("Many at once" in sanzao(tmp, "alerts", "alerts.ndjson", "--campus", "campus", "--lang", "en", option, rc=0).out.decode(), False, option)
    same("Many at once" in sanzao(tmp, "alerts", "alerts.ndjson", "--lang", "en", rc=0).out.decode(), False, "without a campus")


if __name__ == "__main__":
    sys.exit(main(globals()))
