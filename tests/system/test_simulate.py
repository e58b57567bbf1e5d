#!/usr/bin/env python3
"""`sanzao simulate` from the command line: what it writes is read by `sanzao run` to the last line, sorted and as it arrived, and a
folder that is not a simulation's is left alone.
"""
import csv
import json
import sys
from pathlib import Path

from lib import alerts, balance, codes, expect, main, same, sanzao, say, standing, write

RULES = """\
events:
  late_return: {event: dorm_access, where: event.direction == "in" && event.late && place.kind == "dorm"}
  missed: {event: attendance, where: event.status == "absent"}
features:
  silence: {absence: seen}
  late_nights: {days: late_return, over: 7d, day: night}
  missed_14d: {sum: missed.hours, over: 14d}
rules:
  - {id: lost-contact, title: {zh: 失联, en: Silent}, purpose: student-safety, value: silence, detects: [lost_contact],
     at_least: {24h: yellow, 48h: orange, 72h: red}, unless: [rarely_seen]}
  - {id: late, title: {zh: 晚归, en: Late}, purpose: student-safety, value: late_nights, at_least: {3: yellow}, detects: [late_returns]}
  - {id: missed, title: {zh: 旷课, en: Missed}, purpose: academic-support, value: missed_14d, at_least: {8 class-hours: yellow},
     detects: [missed_classes]}
"""
FILES = ("campus/students.csv", "campus/cards.csv", "campus/readers.csv", "campus/places.csv", "campus/leaves.csv", "campus/calendar.yaml",
         "campus/feeds.yaml", "events.ndjson", "truth.csv", "confounders.csv", "simulate.json")


def simulate(tmp: Path, *more, students=400, days=28, out="sim") -> dict:
    result = sanzao(tmp, "simulate", "--students", students, "--days", days, "--out", out, "--json", *more, rc=0)
    return json.loads(result.out)


def run(tmp: Path, *more, out="alerts.ndjson") -> dict:
    result = sanzao(tmp, "run", "--source", "file:sim/events.ndjson", "--campus", "sim/campus", "--rules", "rules", "--state", "memory",
                    "--alerts", f"file:{out}", "--dead-letters", f"file:{out}.dead", "--until", "2026-03-22T23:59:59", *more, rc=0)
    summary = result.summary()
    balance(summary)
    return summary


def check_sums(counts: dict, summary: dict, lines: int) -> None:
    same(summary["read"], lines, "lines read")
    same(summary["dead_letter_by"], {"unknown_card": counts["strangers"]}, "dead letters are strangers' cards")
    same(summary["duplicate"], counts["repeats"], "duplicates are repeats")
    same(summary["control"], counts["status"], "control records")


def test_one_student_and_one_day_are_said_as_one(tmp):
    told = sanzao(tmp, "simulate", "--students", "1", "--from", "2026-02-23", "--days", "1", "--seed", "1", "--out", "sim", rc=0).out.decode()
    expect("sim: 1 student, 1 day from 2026-02-23" in told, told)
    for line in told.splitlines():
        for word in ("student", "day", "line", "swipe", "door", "repeat", "card", "row"): expect(f" 1 {word}s" not in line, line)
    more = sanzao(tmp, "simulate", "--students", "2", "--from", "2026-02-23", "--days", "2", "--seed", "1", "--out", "more", rc=0).out.decode()
    expect("more: 2 students, 2 days from 2026-02-23" in more, more)


def test_simulate_is_read_to_the_last_line_in_both_orders(tmp):
    counts = simulate(tmp)
    for name in FILES: expect((tmp / "sim" / name).exists(), name)
    same(len((tmp / "sim/events.ndjson").read_bytes().splitlines()), counts["lines"], "lines")
    write(tmp / "rules/rules.yaml", RULES)
    sanzao(tmp, "check", "rules", "--campus", "sim/campus", "--strict", rc=0)
    sorted_run = run(tmp)
    check_sums(counts, sorted_run, counts["lines"])
    arrival = run(tmp, "--order", "arrival", out="arrival.ndjson")
    check_sums(counts, arrival, counts["lines"])
    expect(arrival["late"] > counts["lines"] / 200, "late records:", arrival["late"])
    same(standing(alerts(tmp / "arrival.ndjson")), standing(alerts(tmp / "alerts.ndjson")), "alerts that stand, by order of arrival")
    expect(sorted_run["alerts"]["retracted"] > 0, "leaves recorded late take alerts back")
    say(f"{counts['lines']} lines, {sorted_run['standing']} alerts stand, {arrival['late']} late")


def test_simulate_incidents_are_found_by_plain_rules(tmp):
    simulate(tmp, students=1000)
    write(tmp / "rules/rules.yaml", RULES)
    run(tmp)
    with open(tmp / "sim/truth.csv", encoding="utf-8", newline="") as f: truth = list(csv.DictReader(f))
    rules = {"lost_contact": "lost-contact", "late_returns": "late", "missed_classes": "missed"}
    stands = standing(alerts(tmp / "alerts.ndjson"), key=("rule", "student", "since", "at"))
    for kind, rule in rules.items():
        rows = [r for r in truth if r["incident"] == kind and float(r["strength"]) >= 0.5]
        found = sum(any(a[:2] == (rule, r["student"]) and a[3] >= r["from"] for a in stands) for r in rows)
        expect(rows and found * 10 >= len(rows) * 6, f"{kind}: {found} of {len(rows)} found")
        say(f"{kind} {found}/{len(rows)}")


def test_simulate_vendor_files_read_with_their_mapping(tmp):
    counts = simulate(tmp, "--vendor", days=28)
    write(tmp / "rules/rules.yaml", RULES)
    logs = sorted((tmp / "sim/vendor").iterdir())
    same(len(logs), 28, "a file a day")
    logs[4].read_bytes().decode("gbk")
    summary = run(tmp, "--source", "file:sim/vendor", "--mapping", "sim/vendor.yaml")
    check_sums(counts, summary, counts["lines"] + counts["doors"])
    again = simulate(tmp, "--vendor", days=7)
    same(len(list((tmp / "sim/vendor").iterdir())), 7, "old door logs are gone")
    expect(again["doors"] < counts["doors"])


def test_simulate_same_seed_same_bytes(tmp):
    simulate(tmp, "--seed", 5, students=120, days=9)
    simulate(tmp, "--seed", 5, students=120, days=9, out="again")
    for name in FILES: same((tmp / "again" / name).read_bytes(), (tmp / "sim" / name).read_bytes(), name)
    simulate(tmp, "--seed", 6, students=120, days=9, out="again")
    expect((tmp / "again/events.ndjson").read_bytes() != (tmp / "sim/events.ndjson").read_bytes(), "another seed, the same bytes")


def test_simulate_leaves_the_folder_of_others_alone(tmp):
    students = write(tmp / "real/campus/students.csv", "student\n2023001234\n")
    same(codes(sanzao(tmp, "simulate", "--out", "real", rc=4)), ["SZ472"], "codes")
    same(students.read_text(), "student\n2023001234\n", "their roster")
    same(sorted(p.name for p in (tmp / "real").iterdir()), ["campus"], "files")
    write(tmp / "other/notes.txt", "mine")
    simulate(tmp, students=20, days=2, out="other")
    same((tmp / "other/notes.txt").read_text(), "mine", "what it does not write")
    simulate(tmp, students=20, days=3, out="other")


def test_simulate_options_out_of_range_are_told(tmp):
    for args in (["--days", 0], ["--days", 190], ["--students", 0], ["--students", 1000001], ["--from", "yesterday"], ["--from", "1991-01-01"],
                 ["--from", "2026-02-30"]):
        same(codes(sanzao(tmp, "simulate", *args, rc=2)), ["SZ471"], str(args))
    expect(not (tmp / "campus-sim").exists(), "nothing is written")
    write(tmp / "file", "x")
    sanzao(tmp, "simulate", "--out", "file", rc=4)


sys.exit(main(globals()))
