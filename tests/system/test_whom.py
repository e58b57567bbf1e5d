#!/usr/bin/env python3
"""Whom a rule can speak of at all, at the end of a run: students whom `who` leaves out by roster and calendar are not among those it is about, and a
rule that needs what nobody has a record of has nothing to go by."""
import csv
import io
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import expect, main, same, sanzao, write, write_lines

RULES = """\
events:
  out: {event: dorm_access, where: event.direction == "out", label: {zh: 出门, en: exits}}
  early_out: {event: out, where: event.hour < 12, label: {zh: 出门, en: exits}}
features:
  outs: {days: out, over: 14d, label: {zh: 出门天数, en: days with an exit}}
  early_outs: {days: early_out, over: 14d, label: {zh: 清早出门天数, en: days with an early exit}}
  n: {count: seen, over: 7d}
rules:
  - {id: early, title: {zh: 早, en: Early}, purpose: student-safety, level: blue, when: n == 0, who: calendar.week <= 1}
  - {id: habit, title: {zh: 习惯, en: Habit}, purpose: student-safety, level: blue, when: n == 0, who: n >= 0 && student.year < 4}
  - {id: off, title: {zh: 关, en: Off}, purpose: student-safety, level: blue, when: outs >= 99, mode: disabled}
  - {id: ways, title: {zh: 门, en: Ways}, purpose: student-safety, level: blue, when: outs >= 20 && early_outs >= 9}
  - {id: young, title: {zh: 低年级, en: Young}, purpose: student-safety, level: blue, when: n == 0, who: student.year < 4 && n >= 0}
"""
NAMES = [f"s{i:03}" for i in range(120)]
DAYS = range(2, 16)
OPTIONS = ["--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--summary", "summary.json"]


def ran(tmp, names, direction, *more):
    """Every third is in the last year; everybody comes home each day, and goes out if the door says so."""
    rows = [f"{n},{2022 if i % 3 == 0 else 2024},4\n" for i, n in enumerate(names)]
    write(tmp / "rules/r.yaml", RULES)
    write(tmp / "campus/students.csv", "student,entry_year,years\n" + "".join(rows))
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    write_lines(tmp / "events.ndjson", [
        json.dumps({"id": f"{n} {d} {h}", "type": "dorm_access", "student": n, "time": f"2026-03-{d:02}T{h}:00:00+08:00", "direction": way}).encode()
        for d in DAYS for h, way in (("09", direction), ("21", "in")) for n in names])
    sanzao(tmp, "run", "--source", "file:events.ndjson", *OPTIONS, *more, rc=0)
    summary = json.loads((tmp / "summary.json").read_text())
    same((summary["judged"], summary["kept_days"]), (len(names), 14), "who can be judged, days that are kept")
    return summary["rules"]


def shown(tmp, lang): return sanzao(tmp, "summary", "summary.json", "--lang", lang, rc=0).out.decode()


def test_whom_a_rule_is_about_by_roster_and_calendar(tmp):
    rules = ran(tmp, NAMES, "out")
    same({k: v["about"] for k, v in rules.items()}, {"early": 0, "habit": 120, "ways": 120, "young": 80}, "whom each live rule is about")
    expect("of these, by roster and calendar, early is about none · young is about 80\n" in shown(tmp, "en"), shown(tmp, "en"))
    expect("其中按学籍和校历，规则所针对的：early 目前没有人 · young 80 人\n" in shown(tmp, "zh"), shown(tmp, "zh"))
    expect("nothing to go by" not in shown(tmp, "en"), "somebody goes out")


def test_a_rule_that_needs_exits_where_no_door_tells_of_any(tmp):
    rules = ran(tmp, NAMES, "in")
    same([k for k, v in rules.items() if "without" in v], ["ways"], "rules with nothing to go by")
    same(rules["ways"]["without"], [{"event": "out", "zh": "出门", "en": "exits"}], "of what")
    expect('ways has nothing to go by: in the last 14 days nobody has a record of "exits"\n' in shown(tmp, "en"), shown(tmp, "en"))
    expect("ways 目前无从预警：最近 14 天内没有任何人的“出门”记录\n" in shown(tmp, "zh"), shown(tmp, "zh"))


def test_it_is_the_same_of_students_whom_a_later_run_only_reads(tmp):
    rules = ran(tmp, NAMES, "in", "--state", "sqlite:a.db")
    write_lines(tmp / "more.ndjson", [json.dumps({"type": "dorm_access", "student": NAMES[1], "time": "2026-03-15T21:30:00+08:00", "direction": "in"}).encode()])
    sanzao(tmp, "run", "--source", "file:more.ndjson", *OPTIONS, "--state", "sqlite:a.db", rc=0)
    summary = json.loads((tmp / "summary.json").read_text())
    same((summary["used"], summary["rules"]), (1, rules), "records of this run, rules")


def test_who_cannot_be_judged_has_records_all_the_same(tmp):
    ran(tmp, NAMES, "in")
    write(tmp / "campus/leaves.csv", f"student,kind,from,to\n{NAMES[5]},leave,2026-03-14,2026-03-20\n")
    write_lines(tmp / "events.ndjson", [
        json.dumps({"id": f"{n} {d} {h}", "type": "dorm_access", "student": n, "time": f"2026-03-{d:02}T{h}:00:00+08:00", "direction": way}).encode()
        for d in DAYS for h, way in (("09", "in"), ("21", "in")) for n in NAMES] + [
        json.dumps({"id": "gone", "type": "dorm_access", "student": NAMES[5], "time": "2026-03-15T09:30:00+08:00", "direction": "out"}).encode()])
    sanzao(tmp, "run", "--source", "file:events.ndjson", *OPTIONS, rc=0)
    summary = json.loads((tmp / "summary.json").read_text())
    same(summary["not_judged"]["on_leave"], 1, "on leave")
    expect("without" not in summary["rules"]["ways"], summary["rules"])


def test_each_who_cannot_be_judged_is_named_with_the_reason(tmp):
    """Only to whoever asks the state: as many as the summary says. Cards, class and building are those of the campus folder."""
    write(tmp / "rules/r.yaml", RULES)
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    roster = [("x_all", "c1", "active"), ("x_away", "c1", "active"), ("x_gone", "c2", "graduated"), ("x_never", '"c2, 甲"', "active"), ("x_nocard", "-c3", "active"), ("x_rare", "c3", "active")]
    write(tmp / "campus/students.csv", "student,class,building,status\n" + "".join(f"{s},{c},east,{k}\n" for s, c, k in roster))
    write(tmp / "campus/cards.csv", "card,student,from,to\n1,x_never,,\n2,x_never,,2026-03-10\n3,x_rare,,\n")
    write(tmp / "campus/leaves.csv", "student,kind,from,to\nx_away,leave,2026-03-14,2026-03-20\n")
    write_lines(tmp / "events.ndjson", [
        json.dumps({"id": f"{n} {d}", "type": "presence", "student": n, "time": f"2026-03-{d:02}T09:00:00+08:00"}).encode()
        for d in DAYS for n in ("x_all", "x_away", "x_rare") if n != "x_rare" or d in (2, 8, 12)])
    state = ["--state", "sqlite:a.db"]
    r = sanzao(tmp, "run", "--source", "file:events.ndjson", *OPTIONS, *state, rc=0)
    summary = json.loads((tmp / "summary.json").read_text())
    expect(all(s not in r.err for s, _, _ in roster), "no student in what a run says", r)
    asked = lambda *more: sanzao(tmp, "state", "not-judged", *OPTIONS[:4], *state, *more, rc=0).out.decode()
    same(asked("--lang", "en").split("\n"), [
        "\ufeffstudent,reason,last_seen,days_seen,of_days,cards,status,class,building",
        'x_never,never seen,,,,1,active,"c2, 甲",east',
        """x_nocard,never seen,,,,0,active,"'-c3",east""",
        "x_rare,rarely seen anyway,2026-03-12,2,10,1,active,c3,east",
        "x_away,on leave,2026-03-15,12,12,0,active,c1,east",
        "x_gone,not at the university,,,,0,graduated,c2,east", ""], "the table")
    same(asked("--lang", "zh").split("\n")[:3], ["\ufeff学号,原因,最近一次,见到天数,应见天数,卡片,状态,班级,楼宇",
         'x_never,从未有过本人记录,,,,1,在读,"c2, 甲",east', """x_nocard,从未有过本人记录,,,,0,在读,"'-c3",east"""], "in Chinese")
    rows = json.loads(asked("--json"))["not_judged"]
    same({k: sum(x["reason"] == k for x in rows) for k in summary["not_judged"]}, summary["not_judged"], "as many as the summary says")
    same(rows[2], {"student": "x_rare", "reason": "rarely_seen", "last_seen": "2026-03-12T09:00:00+08:00", "days_seen": 2, "of_days": 10, "cards": 1,
                   "status": "active", "class": "c3", "building": "east"}, "one")
    sanzao(tmp, "state", "not-judged", *OPTIONS[:4], rc=2)
    for lang, said in (("en", "without --campus no student is known"), ("zh", "未给出 --campus")):
        result = sanzao(tmp, "state", "not-judged", "--rules", "rules", *state, "--lang", lang, rc=2)
        expect(said in result.err and not result.out, "without a campus all would be otherwise", result)
    table = asked()
    os.rename(tmp / "a.db", tmp / "a.db.0")
    same(asked(), table, "of a topic's partition")
    os.symlink(tmp / "a.db.0", tmp / "a.db.2")
    result = sanzao(tmp, "state", "not-judged", *OPTIONS[:4], *state, rc=4)
    expect("a.db.1" in result.err and not result.out, "one partition is missing", result)


def test_a_number_that_a_spreadsheet_would_take_for_a_formula(tmp):
    """Only without a roster: blanks around a cell of the campus folder are left out."""
    write(tmp / "rules/r.yaml", RULES)
    firsts = ["=", "+", "-", "@", "\t", "\r"]
    write_lines(tmp / "events.ndjson", [json.dumps({"type": "presence", "student": c + "1", "time": "2026-03-02T09:00:00+08:00"}).encode() for c in firsts + ["x"]])
    sanzao(tmp, "run", "--source", "file:events.ndjson", "--rules", "rules", "--state", "sqlite:a.db", rc=0)
    table = sanzao(tmp, "state", "not-judged", "--rules", "rules", "--state", "sqlite:a.db", rc=0).out.decode()
    cells = [row[0] for row in csv.reader(io.StringIO(table, newline=""))]
    same(cells[1:], [f"'{c}1" for c in sorted(firsts)] + ["x1"], "with an apostrophe before them")


def test_a_window_that_reaches_further_back_than_records_are_kept(tmp):
    """Exits on two days only, then none for four weeks: fourteen days and what may be late are kept of them, and the rule counts over sixty."""
    def day(d): return f"2026-{3 + d // 31:02}-{d % 31 + 1:02}"
    ran(tmp, NAMES, "in")
    write(tmp / "rules/r.yaml", RULES.replace("out, over: 14d", "out, over: 60d"))
    write_lines(tmp / "events.ndjson", [
        json.dumps({"id": f"{n} {d} {h}", "type": "dorm_access", "student": n, "time": f"{day(d)}T{h}:00:00+08:00",
                    "direction": "out" if d < 4 and h == "09" else "in"}).encode()
        for d in range(2, 55) for h in ("09", "21") for n in NAMES])
    sanzao(tmp, "run", "--source", "file:events.ndjson", *OPTIONS, rc=0)
    rules = json.loads((tmp / "summary.json").read_text())["rules"]
    expect("without" not in rules["ways"], rules)


def test_what_is_kept_is_the_same_wherever_commits_fall(tmp):
    """Logs are cut at commits, and may reach further back than they must: who missed a class four weeks ago has no record of it any more."""
    write(tmp / "rules/r.yaml", """\
events: {missed: {event: attendance, where: event.status == "absent"}}
features: {n: {days: missed, over: 2d}}
rules: [{id: r, title: {zh: 缺, en: Missed}, purpose: student-safety, when: n >= 1, level: blue}]
""")
    write(tmp / "campus/students.csv", "student\ns1\n")
    rows = [{"type": "attendance", "status": "absent", "time": "2026-03-01T08:00"}] + [{"type": "swipe", "time": f"2026-03-{d}T08:00"} for d in range(10, 31)]
    write_lines(tmp / "events.ndjson", [json.dumps({"student": "s1", **row}).encode() for row in rows])
    for n in (1, 3, 1000):
        (tmp / "alerts.ndjson").unlink(missing_ok=True)
        sanzao(tmp, "run", "--source", "file:events.ndjson", *OPTIONS, "--state", f"sqlite:{n}.db", "--commit-records", n, rc=0)
        rules = json.loads((tmp / "summary.json").read_text())["rules"]
        same(rules["r"].get("without"), [{"event": "missed", "zh": "课堂考勤", "en": "class attendance"}], f"with commits of {n}")


def test_of_few_students_it_may_just_be_so(tmp):
    rules = ran(tmp, NAMES[:12], "in")
    expect("without" in rules["ways"] and "nothing to go by" not in shown(tmp, "en"), shown(tmp, "en"))


def test_a_summary_of_an_earlier_version_says_nothing_of_it(tmp):
    ran(tmp, NAMES, "in")
    about = json.loads((tmp / "summary.json").read_text())
    del about["rules"], about["kept_days"]
    write(tmp / "summary.json", json.dumps(about))
    expect("about" not in shown(tmp, "en") and "120 can be judged" in shown(tmp, "en"), shown(tmp, "en"))


if __name__ == "__main__": sys.exit(main(globals()))
