#!/usr/bin/env python3
"""`sanzao alerts --since` is the list of a morning: what was told or has changed since then. Events have event time alone, and what comes late has an
old one; the file has its lines in the order in which they were told."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import expect, main, same, sanzao, write_lines

STATES = {"firing": "open", "stepped": "open", "updated": "open", "resolved": "resolved", "retracted": "retracted"}


def event(alert, seq, kind, since, at=None, level="yellow", **more):
    """Of days and hours of March: `12 18:00`."""
    stamp = lambda t: f"2026-03-{t.replace(' ', 'T')}:00+08:00"
    text = {"zh": f"消息{alert}{seq}", "en": f"Message {alert}{seq}"}
    return {"schema": 1, "alert": alert, "seq": seq, "event": kind, "state": STATES[kind], "rule": "r", "student": alert, "level": level, "since": stamp(since),
            "at": stamp(at or since), "title": {"zh": "规则", "en": "Rule"}, "message": text, "reasons": [], "exemptions": [], "evidence": [], **more}


OLD = [event("s1", 1, "firing", "10 18:00"), event("s2", 1, "firing", "10 19:00"), event("s3", 1, "firing", "11 08:00"), event("s4", 1, "firing", "11 09:00")]
NEW = [event("s5", 1, "firing", "12 08:00", level="red"), event("s2", 2, "stepped", "10 19:00", "12 18:00", level="orange"),
       event("s3", 2, "resolved", "11 08:00", "12 20:00"), event("s4", 2, "retracted", "11 09:00", "11 09:00", why="sick 2026-03-09")]


def listed(tmp, events, since, *options, lang="en"):
    write_lines(tmp / "a.ndjson", [json.dumps(e, ensure_ascii=False).encode() for e in events])
    return sanzao(tmp, "alerts", "a.ndjson", "--since", since, "--lang", lang, *options, rc=0).out.decode()


def heads(text):
    return [line for line in text.splitlines() if line.startswith("●")]


def test_the_list_of_a_morning_is_what_is_new_and_what_has_changed(tmp):
    text = listed(tmp, OLD + NEW, "2026-03-12")
    same(heads(text), ["● RED  s5  Rule  [new] 2026-03-12 08:00  open",
                       "● ORANGE  s2  Rule  [stepped up] 2026-03-10 19:00  open, as of 2026-03-12 18:00",
                       "● YELLOW  s3  Rule  2026-03-11 08:00 to 2026-03-12 20:00  resolved",
                       "● YELLOW  s4  Rule  2026-03-11 09:00 to 2026-03-11 09:00  taken back (sick leave 2026-03-09)"], "in English")
    expect("Since 2026-03-12 00:00: 1 new, 1 stepped up, 1 resolved, 1 taken back. 1 of before is still open, with no change.\n" in text, text)
    expect("stand (" not in text, "the counts of all are of the whole list", text)
    zh = listed(tmp, OLD + NEW, "2026-03-12", lang="zh")
    same(heads(zh)[1], "● 橙  s2  规则  [升级] 2026-03-10 19:00  未解除，以下截至 2026-03-12 18:00", "in Chinese")
    expect("2026-03-12 00:00 以来：新预警 1 条，升级 1 条，解除 1 条，撤回 1 条。此前所报、至今未解除且没有变化的有 1 条。\n" in zh, zh)


def test_a_time_of_the_day_is_told_from_the_day(tmp):
    same([h.split()[2] for h in heads(listed(tmp, OLD + NEW, "2026-03-12T18:00"))], ["s2", "s3", "s4"], "from six in the evening on")
    same([h.split()[2] for h in heads(listed(tmp, OLD + NEW, "2026-03-12 18:01"))], ["s3", "s4"], "a minute later")


def test_what_came_late_is_not_passed_over(tmp):
    """A leave that is written down has its alert taken back at a time of long ago: at the beginning of the night's run, or as all there is."""
    back = NEW[3]
    for name, events in (("behind", OLD + NEW[:1] + [back]), ("ahead", OLD + [back] + NEW[:1]), ("alone", OLD + [back])):
        text = listed(tmp, events, "2026-03-12")
        expect(heads(text)[-1].endswith("taken back (sick leave 2026-03-09)"), name, text)
    told = listed(tmp, [*OLD[:3], event("s4", 1, "firing", "10 18:30"), *NEW[:1]], "2026-03-12")
    same(heads(told)[1:], ["● YELLOW  s4  Rule  [new] 2026-03-10 18:30  open"], "a late record's alert is new")
    text = listed(tmp, OLD + [back, event("s6", 1, "firing", "11 20:00"), *NEW[:1]], "2026-03-12")
    same([h.split()[2] for h in heads(text)], ["s5"], "what was told before another of the day before is of before")


def test_an_alert_that_was_told_and_taken_back_is_said_to_be(tmp):
    text = listed(tmp, OLD[:1] + [event("s5", 1, "firing", "12 08:00"), event("s5", 2, "retracted", "12 08:00", "12 09:00", why="leave 2026-03-12")], "2026-03-12")
    same(heads(text), ["● YELLOW  s5  Rule  2026-03-12 08:00 to 2026-03-12 09:00  taken back (leave 2026-03-12)"], "it was told, and is not")
    expect("1 taken back. 1 of before is still open" in text, text)


def test_a_copy_that_comes_again_changes_nothing(tmp):
    text = listed(tmp, OLD + NEW[:1] + OLD[:2], "2026-03-12")
    same([h.split()[2] for h in heads(text)], ["s5"], "only what is new")


def test_nothing_new_is_said(tmp):
    expect("Since 2026-04-01 00:00: nothing new, nothing changed. 4 of before are still open, with no change.\n" in listed(tmp, OLD, "2026-04-01"), "in English")
    expect("2026-04-01 00:00 以来：没有新预警，也没有变化。此前所报、至今未解除且没有变化的有 4 条。\n" in listed(tmp, OLD, "2026-04-01", lang="zh"), "in Chinese")
    same(listed(tmp, [], "2026-04-01"), "Since 2026-04-01 00:00: nothing new, nothing changed.\n", "of an empty file")


def test_programs_and_the_stream_as_it_came_get_the_same_part(tmp):
    rows = lambda *options: [json.loads(x) for x in listed(tmp, OLD + NEW, "2026-03-12", "--json", *options).splitlines()]
    same({(e["alert"], e["seq"]) for e in rows()}, {("s5", 1), ("s2", 2), ("s3", 2), ("s4", 2)}, "--json")
    same(rows("--events"), NEW, "--json --events")
    text = listed(tmp, OLD + NEW, "2026-03-12", "--events")
    same(len(heads(text)), len(NEW), "--events")
    expect("as of" not in text, "an event is of its own time", text)


def test_an_open_alert_says_of_when_its_words_are(tmp):
    """`In the last 14 days` are those before the latest announcement, whenever it is read."""
    text = listed(tmp, OLD[1:2] + NEW[1:2], "2026-03-01")
    same(heads(text), ["● ORANGE  s2  Rule  [new] 2026-03-10 19:00  open, as of 2026-03-12 18:00"], "stepped up")
    same(heads(listed(tmp, OLD[:1], "2026-03-01")), ["● YELLOW  s1  Rule  [new] 2026-03-10 18:00  open"], "as it opened")


def test_what_is_no_time_is_told(tmp):
    write_lines(tmp / "a.ndjson", [])
    for value, hint in (("yesterday", ""), ("2026/3/12", "write 2026-03-12"), ("2026-03-12T08:00+08:00", ""), ("2026-02-30", "")):
        err = sanzao(tmp, "alerts", "a.ndjson", "--since", value, "--lang", "en", rc=2).err
        expect(f"--since takes a day such as 2026-03-12, or a time of it, 2026-03-12T08:00, not `{value}`" in err and hint in err, err)
    err = sanzao(tmp, "alerts", "a.ndjson", "--since", "昨天", "--lang", "zh", rc=2).err
    expect("--since 要的是日期（如 2026-03-12）或时间" in err, err)


if __name__ == "__main__": sys.exit(main(globals()))
