#!/usr/bin/env python3
"""A file of alerts has those of all offices; `sanzao alerts --audience` is the list of one of them, in every form of the list, and how alerts that
are told once stand in it."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import expect, main, same, sanzao, write, write_lines

STATES = {"firing": "open", "stepped": "open", "updated": "open", "resolved": "resolved", "retracted": "retracted"}


def event(alert, day, audience, seq=1, kind="firing", level="yellow", **more):
    at = f"2026-03-{day:02}T08:00:00+08:00"
    named = {"audience": audience} if audience else {}
    return {"schema": 1, "alert": alert, "seq": seq, "event": kind, "state": STATES[kind], "rule": "r", "student": alert, "level": level, "since": at, "at": at,
            "title": {"zh": "规则", "en": "Rule"}, "message": {"zh": "消息", "en": "Message"}, "reasons": [], "exemptions": [], "evidence": [], **named, **more}


MINE = [event("c1", 2, "counselor"), event("c2", 3, None), event("c3", 4, "counselor")]
OURS = [event("f1", 2, "funding-centre"), event("f2", 4, "funding-centre", level="red")]
OWN = [event("o1", 4, "chaplain")]
ALL = [MINE[0], OURS[0], MINE[1], MINE[2], OURS[1], *OWN, event("c3", 5, "counselor", 2, "retracted"), event("f2", 5, "funding-centre", 2, "resolved")]


def listed(tmp, *options, events=ALL, lang="en", rc=0):
    write_lines(tmp / "a.ndjson", [json.dumps(e, ensure_ascii=False).encode() for e in events])
    return sanzao(tmp, "alerts", "a.ndjson", "--lang", lang, *options, rc=rc)


def who(result): return [x.split()[2] for x in result.out.decode().splitlines() if x.startswith("●")]


def text(*args, **more): return listed(*args, **more).out.decode()


def test_a_list_of_all_says_how_many_are_for_whom(tmp):
    expect("Of these for: counselor 2, funding centre 2, chaplain 1. Before one of them gets the list: --audience counselor\n" in text(tmp), text(tmp))
    expect("其中给：辅导员 2 条、资助中心 2 条、chaplain 1 条。转给其中一处前请只取它的：--audience counselor\n" in text(tmp, lang="zh"), text(tmp, lang="zh"))
    expect("counselor 4, funding centre 3, chaplain 1" in text(tmp, "--events"), "of events as they came", text(tmp, "--events"))
    since = text(tmp, "--since", "2026-03-04")
    expect("Of these for: chaplain 1, counselor 1, funding centre 1." in since, "of a morning's list, with what was taken back", since)
    expect("Of these for" not in text(tmp, events=MINE), "all are for one")
    same(len(text(tmp, "--json").splitlines()), 6, "programs get what they got")


def test_the_list_of_one_has_nothing_of_the_others(tmp):
    same(who(listed(tmp, "--audience", "counselor")), ["c2", "c1"], "folded; without the field an alert is for the counselor")
    expect("2 stand (2 open, 0 resolved); 1 taken back.\nOnly alerts for: counselor.\n" in text(tmp, "--audience", "counselor"), text(tmp, "--audience", "counselor"))
    expect("仅列出给这一处的预警：资助中心。\n" in text(tmp, "--audience", "funding-centre", lang="zh"), "in Chinese")
    same(who(listed(tmp, "--audience", "counselor", "--events")), ["c1", "c2", "c3", "c3"], "as they came")
    same([json.loads(x)["student"] for x in text(tmp, "--audience", "funding-centre", "--json").splitlines()], ["f1", "f2"], "for programs")
    since = text(tmp, "--audience", "counselor", "--since", "2026-03-04")
    same([x.split()[2] for x in since.splitlines() if x.startswith("●")], ["c3"], "since a day")
    expect("Since 2026-03-04 00:00: 1 taken back. 2 of before are still open, with no change.\n" in since, "and of before, its own", since)
    same(who(listed(tmp, "--audience", "counselor", "--audience", "chaplain")), ["o1", "c2", "c1"], "of two")
    write(tmp / "c.yaml", "audience: [funding-centre, chaplain]\n")
    same(who(listed(tmp, "--config", "c.yaml")), ["o1", "f1", "f2"], "as a config file has it")


def test_who_was_meant_is_asked_and_nothing_shown(tmp):
    for name, meant in (("conselor", "counselor"), ("辅导员", "counselor"), ("funding centre", "funding-centre"), ("dorm-manger", "dorm-manager"), ("funding", "funding-centre"),
                        ("chaplains", "chaplain"), ("Counselor", "counselor")):
        for lang, said in (("en", f"did you mean --audience {meant}?"), ("zh", f"是不是 --audience {meant}？")):
            result = listed(tmp, "--audience", name, lang=lang, rc=2)
            same(result.out, b"", name)
            expect("SZ462" in result.err and said in result.err, result)
        same(listed(tmp, "--audience", meant, rc=0).err, "", "the hint followed")
    for name in ("counselor,funding-centre", "counselor、chaplain", ""):
        result = listed(tmp, "--audience", name, rc=2)
        expect("--audience counselor --audience funding-centre" in result.err and not result.out, name, result)


def test_an_office_of_the_schools_own_may_have_nothing_today(tmp):
    for name in ("registrar", "tutor"):
        result = listed(tmp, "--audience", name, rc=0)
        same(who(result), [], name)
        expect(f"no alert here is for `{name}`" in result.err and "they are for counselor, funding-centre, chaplain" in result.err, result)
        expect(f"这里没有给 `{name}` 的预警" in listed(tmp, "--audience", name, lang="zh").err, "in Chinese")
    same(listed(tmp, "--audience", "security", rc=0).err, "", "one that is known has nothing today, and that is all")


def test_what_was_told_once_stands_behind_what_is_open(tmp):
    once = event("n1", 10, "counselor", level="red", instant=True)
    events = [once, event("n2", 11, "counselor", level="orange", instant=True), event("s1", 2, "counselor", level="blue"), event("s2", 3, "counselor", level="red"),
              event("s2", 4, "counselor", 2, "resolved", level="red"), event("n3", 12, "counselor", level="yellow", instant=True), event("n3", 12, "counselor", 2, "retracted", instant=True)]
    same(who(listed(tmp, events=events)), ["s1", "n1", "n2", "s2"], "what is open has to be seen to; what is over comes last")
    same(who(listed(tmp, "--since", "2026-03-02", events=events)), ["n1", "n2", "s1", "s2", "n3"], "of a morning it is as new as any")


def test_where_limits_come_from_is_said_once_for_each_rule(tmp):
    """Below every one of twenty alerts of a rule it stood in the way; of one alert it has its place."""
    from_handbook = {"source": {"zh": "学生手册", "en": "Handbook"}, "refer_to": "tutoring"}
    other = {"title": {"zh": "别的", "en": "Other"}, "source": "Ordinance"}
    events = [event("c1", 2, "counselor", **from_handbook), event("c2", 3, "counselor", **from_handbook), event("f1", 4, "funding-centre", **other), event("c3", 5, None)]
    lines = text(tmp, events=events).splitlines()
    same(lines[-8:-2], ["", "Thresholds from:", "   Other: Ordinance", "   Rule: Handbook", "", "4 stand (4 open, 0 resolved); 0 taken back."], "below the list")
    expect(not any("threshold from" in x for x in lines), "and not in it", lines)
    same(sum("refer to: tutoring" in x for x in lines), 2, "to whom one may turn stands with each")
    expect("依据：\n   别的：Ordinance\n   规则：学生手册\n\n" in text(tmp, events=events, lang="zh"), "in Chinese")
    one = text(tmp, events=events[:1])
    expect("     refer to: tutoring\n     threshold from: Handbook\n" in one and "Thresholds from" not in one, "of one alert", one)
    three = text(tmp, "--events", events=[events[0], event("c1", 3, "counselor", 2, "stepped", **from_handbook)])
    same(three.count("Handbook"), 1, "of one alert's events")
    both = text(tmp, events=[event("f1", 4, "funding-centre", refer_to="funding-centre")])
    expect("     refer to: funding centre · only for: funding centre\n" in both, both)


if __name__ == "__main__": sys.exit(main(globals()))
