#!/usr/bin/env python3
"""A students.csv that was cut short, or is another campus's: whoever runs Sanzao is told, and of a graduation nothing is said (docs/adr/0045)."""
import json
import sys

from lib import alerts, expect, main, same, sanzao, write
from test_reload import APPLIED, Live

RULES = """\
features: {n: {count: swipe, over: 7d}}
rules: [{id: r, title: {zh: 多, en: Many}, purpose: student-safety, when: n >= 1, level: blue}]
"""
RUN = ("run", "--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson")
STATE = ("--state", "sqlite:state.db")
KEPT = "what runs keeps running"


def ids(n, of="2023"): return [f"{of}{k:04}" for k in range(1, n + 1)]


def roster(tmp, rows, columns="student"): write(tmp / "campus/students.csv", columns + "\n" + "".join(f"{row}\n" for row in rows))


def day(tmp, students, date, clock="08:00"):
    """A file of one swipe of each on that day."""
    write(tmp / f"{date}.ndjson", "".join(json.dumps({"type": "swipe", "student": s, "id": f"{date} {s}", "time": f"{date}T{clock}:00+08:00"}) + "\n"
                                          for s in students))
    return f"file:{date}.ndjson"


def run(tmp, students, date, *more, state=STATE, rc=0): return sanzao(tmp, *RUN, *state, "--source", day(tmp, students, date), *more, rc=rc)


def campus(tmp, students, columns="student"):
    write(tmp / "rules/r.yaml", RULES)
    roster(tmp, students, columns)


def is_told(result): return "[SZ484]" in result.err


def told(tmp, students, date, n, of, **more):
    """In both languages, each over the same state."""
    en = run(tmp, students, date, **more)
    expect(f"{n} of {of} students who had records in the last two weeks are not in students.csv any more" in en.err, en)
    for student in ids(40): expect(student not in en.err, "names a student:", en)
    zh = run(tmp, students, date, "--lang", "zh", **more)
    expect(f"最近两周有记录的 {of} 名学生中，有 {n} 名已不在 students.csv 里" in zh.err, zh)


# ---- a start over a state --------------------------------------------------------------------------------------------------------

def test_a_list_that_was_cut_short_is_told_at_each_start_until_it_is_whole(tmp):
    campus(tmp, ids(40))
    expect(not is_told(run(tmp, ids(40), "2026-03-02")), "a new state")
    expect(not is_told(run(tmp, ids(40), "2026-03-03")), "the same list")
    roster(tmp, ids(2))
    told(tmp, ids(40), "2026-03-04", 38, 40)                    # the second time the state has that list already
    write(tmp / "campus/leaves.csv", "student,from,to\n" + ids(2)[0] + ",2026-03-20,2026-03-21\n")
    told(tmp, ids(40), "2026-03-05", 38, 40)                    # and the folder changed again
    roster(tmp, ids(40))
    expect(not is_told(run(tmp, ids(40), "2026-03-06")), "whole again")
    roster(tmp, ids(39))
    expect(not is_told(run(tmp, ids(40), "2026-03-07")), "one has gone")


def test_the_list_of_another_campus_is_told(tmp):
    campus(tmp, ids(40))
    run(tmp, ids(40), "2026-03-02")
    roster(tmp, ids(9, "B"))
    told(tmp, ids(40), "2026-03-03", 40, 40)
    many = tmp / "many"                                         # and a campus far larger
    campus(many, ids(40))
    run(many, ids(40), "2026-03-02")
    roster(many, ids(2000, "B"))
    told(many, ids(40), "2026-03-03", 40, 40)


def test_a_list_of_headings_alone_is_told(tmp):
    campus(tmp, ids(40))
    run(tmp, ids(40), "2026-03-02")
    roster(tmp, [])
    result = run(tmp, ids(40), "2026-03-03")
    expect(is_told(result) and "SZ319" in result.err, result)


def test_who_left_long_ago_is_not_told(tmp):
    """In summer nobody is seen; and what was told ends when it is two weeks old."""
    campus(tmp, ids(40))
    run(tmp, ids(40), "2026-07-01")
    run(tmp, ids(1), "2026-08-20")
    roster(tmp, ids(2))
    expect(not is_told(run(tmp, ids(1), "2026-08-21")), "none of them was there lately")
    roster(tmp, ids(40))
    run(tmp, ids(40), "2026-09-01")
    roster(tmp, ids(2))
    told(tmp, ids(1), "2026-09-02", 38, 40)
    run(tmp, ids(1), "2026-09-20")
    expect(not is_told(run(tmp, ids(1), "2026-09-21")), "two weeks later")


def test_a_few_are_not_told(tmp):
    campus(tmp, ids(3))
    run(tmp, ids(3), "2026-03-02")
    roster(tmp, ids(1))
    expect(not is_told(run(tmp, ids(3), "2026-03-03")), "three students to try with")
    large = tmp / "large"
    campus(large, ids(100))
    run(large, ids(100), "2026-03-02")
    roster(large, ids(81))
    expect(not is_told(run(large, ids(100), "2026-03-03")), "19 of 100")
    roster(large, ids(80))
    expect(is_told(run(large, ids(100), "2026-03-04")), "20 of 100")


def years(tmp, graduates, columns="student,entry_year,years,status"):
    """A school of four years of 20 each, and freshmen; graduates: what becomes of the oldest rows, None: they are gone."""
    old = [f"{s},2022,4,{graduates}" for s in ids(20, "2022")] if graduates is not None else []
    rows = old + [f"{s},{year},4," for year in ("2023", "2024", "2025") for s in ids(20, year)]
    roster(tmp, rows, columns)
    return ids(20, "2022"), [s for year in ("2023", "2024", "2025") for s in ids(20, year)]


def test_a_graduation_says_nothing(tmp):
    """Marked, and their rows gone later; or their rows gone at once; and the nights after it."""
    for name, path in (("marked", ["graduated", None, None]), ("gone", [None, None, None])):
        folder = tmp / name
        write(folder / "rules/r.yaml", RULES)
        old, others = years(folder, "")
        run(folder, old + others, "2026-06-20")
        for k, what in enumerate(path):
            years(folder, what)
            if k == 2: roster(folder, (folder / "campus/students.csv").read_text().splitlines()[1:] + ["20260001,2026,4,"],
                              "student,entry_year,years,status")
            result = run(folder, others, f"2026-06-2{k + 1}")
            expect(not is_told(result), name, k, result)
    roster(folder, [f"{s},2025,4," for s in ids(20, "2025")], "student,entry_year,years,status")
    expect("40 of 60 students" in run(folder, others, "2026-06-25").err, "what a graduation let go is not in the way of a cut")


def test_the_last_year_that_is_gone_in_winter_is_told(tmp):
    write(tmp / "rules/r.yaml", RULES)
    old, others = years(tmp, "")
    run(tmp, old + others, "2026-03-02")
    years(tmp, None)
    expect("20 of 80 students" in run(tmp, others, "2026-03-03").err, "nobody graduates in March")


def test_a_new_term_says_nothing(tmp):
    write(tmp / "rules/r.yaml", RULES)
    _, others = years(tmp, None)
    run(tmp, others, "2026-08-30")
    roster(tmp, [f"{s},{s[:4]},4," for s in others[1:]] + [f"{s},2026,4," for s in ids(40, "2026")], "student,entry_year,years,status")
    expect(not is_told(run(tmp, others[1:] + ids(40, "2026"), "2026-09-01")), "one withdrawn, forty new")


def test_anyone_who_is_seen_is_no_roster(tmp):
    campus(tmp, ids(40))
    run(tmp, ids(40), "2026-03-02")
    roster(tmp, ids(2))
    expect(not is_told(run(tmp, ids(40), "2026-03-03", "--unknown-students", "admit")), "they are students all the same")


# ---- records of nobody ----------------------------------------------------------------------------------------------------------------

def test_records_of_nobody_are_told_without_any_state(tmp):
    campus(tmp, ids(10))
    result = run(tmp, ids(40), "2026-03-02", state=("--state", "memory"))
    expect("[SZ485]" in result.err and "of 40, 30 name a student who is not in students.csv" in result.err, result)
    zh = run(tmp, ids(40), "2026-03-02", "--lang", "zh", state=("--state", "memory"))
    expect("大多数记录不属于校园数据里的任何人：40 条中，30 条的学号不在 students.csv" in zh.err, zh)
    campus(tmp, ids(25))
    expect("[SZ485]" not in run(tmp, ids(40), "2026-03-02", state=("--state", "memory")).err, "staff swipes, too")
    campus(tmp, ids(40, "B"))
    result = run(tmp, ids(40), "2026-03-02", state=("--state", "memory"))
    expect("[SZ468]" in result.err and "[SZ485]" not in result.err, "once is enough", result)


def test_numbers_that_are_written_otherwise_are_told(tmp):
    """A few of many, of whom nothing else is said: those whose numbers begin with zeros."""
    few, others = ids(8, "0077"), ids(32)
    forms = {"other zeros in front": lambda s: s.lstrip("0"), "`.0` behind": lambda s: s + ".0", "other letters or signs": lambda s: "S" + s[:3] + "-" + s[3:]}
    for name, form in forms.items():
        campus(tmp, [form(s) for s in few] + others)
        result = run(tmp, few + others, "2026-03-02", state=("--state", "memory"))
        expect("[SZ486]" in result.err and "of 8 student numbers" in result.err and "8 stand there otherwise written, most of them with" in result.err
               and name in result.err, name, result)
        for student in few: expect(student not in result.err, "a number is named:", result)
        result = run(tmp, few + others, "2026-03-02", "--lang", "zh", state=("--state", "memory"))
        expect("不在 students.csv 的 8 个学号中，有 8 个其实在，只是写法不同" in result.err, result)
    campus(tmp, few + [form(s) for s in others])                # the records lack what the list has
    expect("[SZ486]" in run(tmp, few + others, "2026-03-02", state=("--state", "memory")).err, "most of them")
    campus(tmp, others)
    expect("[SZ486]" not in run(tmp, ids(20, "0077") + others, "2026-03-02", state=("--state", "memory")).err, "the staff's own numbers")
    campus(tmp, others)
    staff = [f"T{s}" for s in others]
    result = run(tmp, others + staff, "2026-03-02", state=("--state", "memory"))
    expect("[SZ486]" not in result.err, "who has records of his own is written right", result)


def test_records_of_unknown_cards_are_told(tmp):
    campus(tmp, ids(40))
    write(tmp / "campus/cards.csv", "card,student\n" + "".join(f"7{s},{s}\n" for s in ids(10)))
    write(tmp / "in.ndjson", "".join(json.dumps({"type": "swipe", "card": f"7{s}", "time": "2026-03-02T08:00:00+08:00"}) + "\n" for s in ids(40)))
    result = sanzao(tmp, *RUN, "--source", "file:in.ndjson", "--state", "memory", rc=0)
    expect("30 a card that cards.csv does not know" in result.err and "are card numbers written" in result.err, result)


# ---- HUP ------------------------------------------------------------------------------------------------------------------------------

def swipes(students, date): return [json.dumps({"type": "swipe", "student": s, "id": f"{date} {s}", "time": f"{date}T08:00:00+08:00"}).encode()
                                    for s in students]


def test_hup_keeps_the_list_where_most_are_missing(tmp):
    campus(tmp, ids(40))
    live = Live(tmp, *STATE)
    live.send(swipes(ids(40), "2026-03-02"))
    live.told(ids(40)[-1].encode())
    roster(tmp, ids(2))
    said = live.hup(KEPT)
    expect("error[SZ484]: 38 of 40 students of the list in force" in said and APPLIED not in said, said)
    live.send(swipes(ids(40), "2026-03-03"))
    same(live.end()["dead_letter"], 0, "the list in force goes on")
    same(len(alerts(tmp / "alerts.ndjson")), 40, "all of them")


def test_hup_with_many_missing_takes_the_list_and_says_so(tmp):
    campus(tmp, ids(40))
    live = Live(tmp, *STATE)
    live.send(swipes(ids(40), "2026-03-02"))
    live.told(ids(40)[-1].encode())
    roster(tmp, ids(28))
    said = live.hup(APPLIED)
    expect("warning[SZ484]: 12 of 40 students" in said, said)
    live.end()


def test_hup_takes_the_right_list_after_a_wrong_one(tmp):
    campus(tmp, ids(9, "B"))
    live = Live(tmp, *STATE)
    live.send(swipes(ids(40), "2026-03-02"))
    live.send(swipes(ids(9, "B")[:1], "2026-03-03"))
    live.told(ids(9, "B")[0].encode())
    roster(tmp, ids(40))
    said = live.hup(APPLIED, KEPT)
    expect(APPLIED in said and "SZ484" not in said, said)
    live.end()


if __name__ == "__main__": sys.exit(main(globals()))
