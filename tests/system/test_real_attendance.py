#!/usr/bin/env python3
"""A real attendance log (../shared/data/eduviz/3_kaoqin.csv, UTF-8 with BOM, read where it lies): every row is accounted for, and what a
repeat is follows from the mapping's key. Counted here a second time, straight from the rows.
"""
import csv
import sys
from collections import Counter, defaultdict
from functools import cache

from lib import MAPPINGS, SHARED, alerts, balance, expect, main, same, sanzao, say, write

LOG = SHARED / "data/eduviz/3_kaoqin.csv"
RULES = """\
events:
  tardy: {event: attendance, where: event.status == "late"}
rules:
  - {id: tardy, title: {zh: 迟到, en: Late}, purpose: academic-support, level: blue, again_after: 0s,
     when: event.type == "attendance" && event.status == "late"}
"""
LATE_CODES = {"100000", "100100", "100200", "100300", "9900100"}


@cache
def rows() -> list[dict]:
    with open(LOG, encoding="utf-8-sig", newline="") as f: return list(csv.DictReader(f))


def key(row: dict) -> tuple: return row["bf_studentID"], row["DataDateTime"], row["ControllerID"]


def run(folder, mapping, *more):
    write(folder / "rules/rules.yaml", RULES)
    result = sanzao(folder, "run", "--source", f"file:{LOG}", "--mapping", MAPPINGS / mapping, "--rules", "rules",
                    "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson", *more, rc=0)
    summary = result.summary()
    balance(summary)
    same(summary["read"], 23630, "rows read")
    return summary


def test_key_of_student_time_and_controller_finds_1186_duplicates(tmp):
    same(len(rows()), 23630, "rows counted here")
    same(len(rows()) - len({key(r) for r in rows()}), 1186, "repeats counted here")
    s = run(tmp, "eduviz-attendance.yaml")
    same((s["used"], s["duplicate"], s["dead_letter"], s["control"]), (23630 - 1186, 1186, 0, 0), "rows")
    late = {key(r) for r in rows() if r["control_task_order_id"] in LATE_CODES}
    same(s["alerts"]["firing"], len(late), "one alert each time somebody was late")
    same(len(alerts(tmp / "alerts.ndjson")), len(late), "lines")
    say(f"23,630 = {s['used']} + 1,186 + 0 + 0; late {len(late)} times")


def test_own_ids_find_none_and_those_shared_by_students_do_not_conflict(tmp):
    shared = defaultdict(list)
    for r in rows(): shared[r["kaoqing_id"]].append(r["bf_studentID"])
    twice = [v for v in shared.values() if len(v) > 1]
    same((len(twice), all(len(set(v)) == len(v) for v in twice)), (58, True), "ids used twice, always for different students")
    s = run(tmp, "eduviz-attendance-by-id.yaml")
    same((s["used"], s["duplicate"], s["dead_letter"], s["control"]), (23630, 0, 0, 0), "rows")
    expect((tmp / "dead.ndjson").stat().st_size == 0 if (tmp / "dead.ndjson").exists() else True, "a dead letter after all")
    say("23,630 = 23,630 + 0 + 0 + 0; 58 ids are shared by different students")


def test_order_of_the_file_is_accounted_for_too(tmp):
    """6,257 backward steps over five years: what is too late is a dead letter with its reason, no row is lost."""
    s = run(tmp, "eduviz-attendance.yaml", "--order", "arrival")
    same(s["dead_letter_by"].get("too_late", 0), s["dead_letter"], "dead letters by reason")
    reasons = Counter(line.split(b'"reason":"')[1].split(b'"')[0] for line in (tmp / "dead.ndjson").read_bytes().splitlines())
    same(reasons[b"too_late"], s["dead_letter"], "lines of dead letters")
    s = run(tmp / "patient", "eduviz-attendance.yaml", "--order", "arrival", "--lateness", "2000d", "--horizon", "2000d")
    same((s["used"], s["duplicate"], s["dead_letter"]), (23630 - 1186, 1186, 0), "with five years of patience")


if __name__ == "__main__":
    if not LOG.exists():
        print("../shared/data/eduviz/3_kaoqin.csv is not here")
        sys.exit(77)
    sys.exit(main(globals()))
