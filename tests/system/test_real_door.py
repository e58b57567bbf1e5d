#!/usr/bin/env python3
"""A real door log (../shared/data/taidi/data3.csv, GBK, read where it lies): lost times, denied entries, days in any order.

What must come out is counted here a second time, straight from the rows.
"""
import csv
import json
import random
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache

from lib import MAPPINGS, SHARED, alerts, balance, expect, main, same, sanzao, say, standing, write

LOG = SHARED / "data/taidi/data3.csv"
LAST = "2019-04-30"
WIDE = ["--lateness", "31d", "--horizon", "31d"]
CALENDAR = f"timezone: Asia/Shanghai\nperiods: [{{id: last_day, from: {LAST}, to: {LAST}}}]\n"
RULES = """\
events:
  late_return:
    event: dorm_access
    where: event.direction == "in" && event.result == "granted" && event.late && event.place in ["飞凤轩", "青鸾苑"]
  lost_time: {event: dorm_access, where: event.precision == "day"}
features:
  late_30d: {count: late_return, over: 30d}
  lost_30d: {count: lost_time, over: 30d}
  silence: {absence: seen}
rules:
  # one alert a late return, however close together
  - id: late
    title: {zh: 晚归, en: Late return}
    purpose: student-safety
    level: blue
    again_after: 0s
    when: event.type == "dorm_access" && event.direction == "in" && event.result == "granted" && event.late &&
      event.place in ["飞凤轩", "青鸾苑"]
  # one alert a card with the month's number in it
  - {id: late-month, title: {zh: 当月晚归, en: Late in the month}, purpose: student-safety, level: blue, check: daily at 24:00,
     when: late_30d >= 1 && calendar.in("last_day")}
  # what lost its time of day: no alert for people
  - {id: lost, title: {zh: 时刻丢失, en: Time lost}, purpose: operations, level: blue, again_after: 0s, mode: shadow,
     when: event.precision == "day"}
  - {id: lost-month, title: {zh: 当月时刻丢失, en: Times lost in the month}, purpose: operations, level: blue, mode: shadow,
     check: daily at 24:00, when: lost_30d >= 1 && calendar.in("last_day")}
  - {id: lost-contact, title: {zh: 疑似失联, en: Possible loss of contact}, purpose: student-safety, value: silence,
     at_least: {24h: yellow, 48h: orange, 72h: red}, unless: [rarely_seen]}
"""
BELIEVING = """\
features: {silent_for: {absence: seen}}
rules:
  - {id: believing-all, title: {zh: 疑似失联, en: Believing the log}, purpose: student-safety, value: silent_for,
     at_least: {24h: yellow, 48h: orange, 72h: red}}
"""


# ---- counted here ----------------------------------------------------------------------------------------------------------------

@cache
def rows() -> list[dict]:
    with open(LOG, encoding="gbk", newline="") as f: return list(csv.DictReader(f))


def time_of(row: dict) -> datetime: return datetime.strptime(row["Date"], "%Y/%m/%d %H:%M")
def is_lost(row: dict) -> bool: return row["Date"].endswith(" 0:00")


def is_late(row: dict) -> bool:
    hour = time_of(row).hour
    return (not is_lost(row) and row["Access"] == "1" and row["Address"] in ("飞凤轩[进门]", "青鸾苑[进门]") and
            (hour >= 23 or hour < 5))


@cache
def rare() -> int:
    """Cards that were let in or out on under 80 % of the 28 days before the day of their last such record; or never."""
    days, count = defaultdict(set), 0
    cards = {r["AccessCardNo"] for r in rows()}
    for r in rows():
        if r["Access"] == "1": days[r["AccessCardNo"]].add(time_of(r).date())
    for card in cards:
        last = max(days[card], default=date.min)
        seen = sum(1 for i in range(1, 29) if last - timedelta(days=i) in days[card]) if days[card] else 0
        count += seen < 0.8 * 28
    return count


@cache
def day_files() -> dict[str, bytes]:
    """The rows of each day, bytes as they are, in the order of the log."""
    data = LOG.read_bytes().split(b"\n")
    head, out = data[0], defaultdict(list)
    for line in data[1:]:
        if line.strip(): out[line.split(b",")[2].split(b" ")[0].decode()].append(line)
    return {day: head + b"\n" + b"\n".join(lines) + b"\n" for day, lines in out.items()}


# ---- asked of the program ----------------------------------------------------------------------------------------------------------

def campus(folder):
    write(folder / "campus/calendar.yaml", CALENDAR)
    write(folder / "campus/students.csv", "student\n")  # cards are students, whoever is seen
    write(folder / "rules/door.yaml", RULES)
    return folder


def run(folder, source, *more):
    result = sanzao(folder, "run", "--source", f"file:{source}", "--mapping", MAPPINGS / "taidi-door.yaml", "--campus", "campus",
                    "--unknown-students", "admit", "--rules", "rules", "--alerts", "file:alerts.ndjson",
                    "--dead-letters", "file:dead.ndjson", *more, rc=0)
    balance(result.summary())
    return result.summary()


def value_of(event: dict, feature: str) -> int: return next(int(r["value"]) for r in event["reasons"] if r.get("feature") == feature)


def folded(folder) -> list[dict]:
    last: dict = {}
    for e in alerts(folder / "alerts.ndjson"):
        if e["alert"] not in last or e["seq"] > last[e["alert"]]["seq"]: last[e["alert"]] = e
    return [e for e in last.values() if e["state"] != "retracted"]


def hold_to_the_numbers(folder) -> None:
    events = folded(folder)
    by = Counter(e["rule"] for e in events)
    same(by["late"], 861, "late returns")
    same(len({e["student"] for e in events if e["rule"] == "late"}), 317, "cards that came late")
    same(by["late-month"], 317, "cards with late returns in the month")
    same(sum(value_of(e, "late_30d") for e in events if e["rule"] == "late-month"), 861, "their late returns")
    same(by["lost"], 4392, "rows that are known to have lost their time of day")
    same(sum(value_of(e, "lost_30d") for e in events if e["rule"] == "lost-month"), 4392, "the same, counted by card")


whole: dict = {}


def reference(tmp) -> list[tuple]:
    """What stands when the whole file is read in one run; read once."""
    if not whole:
        folder = campus(tmp / "whole")
        whole["summary"] = run(folder, LOG, "--until", LAST)
        hold_to_the_numbers(folder)
        whole["standing"] = standing(alerts(folder / "alerts.ndjson"))
        whole["dead"] = (folder / "dead.ndjson").read_bytes() if (folder / "dead.ndjson").exists() else b""
    return whole["standing"]


def test_door_log_gives_861_late_returns_on_317_cards(tmp):
    same((len(rows()), sum(map(is_late, rows())), len({r["AccessCardNo"] for r in rows() if is_late(r)}), sum(map(is_lost, rows()))),
         (43156, 861, 317, 4392), "counted from the rows")
    reference(tmp)
    s = whole["summary"]
    same((s["read"], s["used"], s["duplicate"], s["dead_letter"], s["control"]), (43156, 43156, 0, 0, 0), "rows")
    same(s["students"], 3044, "cards")
    same(whole["dead"], b"", "dead letters")
    say("861 late returns on 317 cards, 4,392 rows without their time, 43,156 = 43,156 + 0 + 0 + 0")


def test_loss_of_contact_says_who_is_rarely_seen_instead_of_flooding(tmp):
    reference(tmp)
    s = whole["summary"]
    same(s["not_judged"]["rarely_seen"], rare(), "cards that are rarely seen, against the rows")
    same(s["judged"] + sum(s["not_judged"].values()), 3044, "cards judged and not")
    told = sum(row[0] == "lost-contact" for row in whole["standing"])
    expect(told <= s["judged"], f"{told} alerts on {s['judged']} who can be judged")
    folder = campus(tmp / "believing")
    write(folder / "rules/door.yaml", BELIEVING)
    flood = run(folder, LOG, "--until", LAST)["standing"]
    expect(flood > 20 * told, f"believing the log floods nothing? {flood}")
    say(f"{s['judged']} judged, {s['not_judged']['rarely_seen']} rarely seen; {told} alerts, believing the log {flood}")


def test_thirty_files_in_any_order_in_one_run(tmp):
    same(len(day_files()), 30, "days")
    for order in ("sorted", "arrival"):
        folder = campus(tmp / order)
        days = list(day_files())
        random.Random(order).shuffle(days)
        for i, day in enumerate(days): write(folder / f"in/{i:02d}.csv", day_files()[day])
        s = run(folder, "in", "--order", order, "--until", LAST, *WIDE)
        same((s["read"], s["used"]), (43156, 43156), f"{order}: rows")
        same(standing(alerts(folder / "alerts.ndjson")), reference(tmp), f"{order}: what stands")
        hold_to_the_numbers(folder)
        same(s["not_judged"], whole["summary"]["not_judged"], f"{order}: not judged")
        say(f"{order}: {s['late']} late, {json.dumps(s['alerts'])}")


def test_thirty_runs_over_one_state_in_any_order(tmp):
    for order, seed in (("arrival", 1), ("sorted", 2)):
        folder = campus(tmp / order)
        days = list(day_files())
        random.Random(seed).shuffle(days)
        used = 0
        for i, day in enumerate(days):
            write(folder / f"in/{day.replace('/', '-')}.csv", day_files()[day])
            until = ["--until", LAST] if i == len(days) - 1 else []
            s = run(folder, "in", "--order", order, "--state", "sqlite:state.db", *until, *WIDE)
            used += s["used"]
        same(used, 43156, f"{order}: rows")
        same(standing(alerts(folder / "alerts.ndjson")), reference(tmp), f"{order}: what stands")
        hold_to_the_numbers(folder)
        same(s["not_judged"], whole["summary"]["not_judged"], f"{order}: not judged")
        same(s["standing"], whole["summary"]["standing"], f"{order}: standing")
    say("30 runs twice")


def test_the_log_as_it_lies_in_arrival_order(tmp):
    """It jumps back 2,332 times, at most 552 h."""
    folder = campus(tmp / "arrival")
    s = run(folder, LOG, "--order", "arrival", "--until", LAST, *WIDE)
    same((s["read"], s["used"]), (43156, 43156), "rows")
    same(standing(alerts(folder / "alerts.ndjson")), reference(tmp), "what stands")
    short = campus(tmp / "short")
    s = run(short, LOG, "--order", "arrival", "--until", LAST, "--lateness", "72h")
    expect(s["dead_letter_by"].get("too_late", 0) > 20000, "with 72 h of patience most rows are too late", s)
    same(len((short / "dead.ndjson").read_bytes().splitlines()), s["dead_letter"], "dead letters in the file")
    say(f"with 72 h of patience {s['dead_letter_by']['too_late']} would be too late")


if __name__ == "__main__":
    if not LOG.exists():
        print("../shared/data/taidi/data3.csv is not here")
        sys.exit(77)
    sys.exit(main(globals()))
