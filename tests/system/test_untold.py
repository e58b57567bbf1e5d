#!/usr/bin/env python3
"""`sanzao alerts --state` says how many a rule would have told of, had it not compared them with others (peers): counts by group and week, by hand."""
import hashlib
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import alerts, expect, main, same, sanzao, write, write_lines

# of the east all but three went out often on the 3rd, of the west two did; class c1 is five of the east, and c2 another five
EAST, WEST = [f"e{i}" for i in range(20)], [f"w{i}" for i in range(10)]
OFTEN = EAST[:17] + WEST[:2]
RULES = """\
features:
  often: {count: swipe, over: 1d, to: yesterday, label: {zh: 昨天刷卡, en: swipes yesterday}}
  of_building: {peers: {count: swipe, over: 1d}, by: building, min_group: 5}
  of_class: {peers: {count: swipe, over: 1d}, by: class, min_group: 5}
rules:
  - {id: out, title: {zh: 外出频繁, en: Out often}, check: daily at 07:00, when: often >= 4 && (!has(of_building.mean) || of_building.mean < 2), level: blue, again_after: 1d}
"""
BOTH = RULES + """\
  - {id: two, title: {zh: 两组, en: Two groups}, check: daily at 07:00, when: often >= 4 && (!has(of_building.mean) || of_building.mean < 2 || !has(of_class.mean) || of_class.mean < 2), level: blue, again_after: 1d}
"""
OPTIONS = ["--campus", "campus", "--rules", "rules"]


def at(day, hour, minute=0): return f"2026-03-{day:02}T{hour:02}:{minute:02}:00+08:00"


def swipes(names, day, n=4):
    return [json.dumps({"id": f"{s}{day}{k}", "type": "swipe", "student": s, "time": at(day, 9 + k), "amount": 5, "source": "pos"}).encode() for k in range(n) for s in names]


def more(names, day): return [x.replace(b'"id": "', b'"id": "more ') for x in swipes(names, day)]


def campus(tmp, rules=RULES, leaves=""):
    write(tmp / "rules/r.yaml", rules)
    rows = [(n, f"c{EAST.index(n) // 5}", "east") for n in EAST] + [(n, "", "west") for n in WEST]
    write(tmp / "campus/students.csv", "student,class,building,status\n" + "".join(",".join((*r, "")) + "\n" for r in rows) + "old,c0,east,graduated\n")
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    if leaves: write(tmp / "campus/leaves.csv", "student,kind,from,to\n" + leaves)


def run(tmp, lines, until, order="sorted"):
    write_lines(tmp / "in.ndjson", sorted(lines, key=lambda x: json.loads(x)["time"]))
    sanzao(tmp, "run", "--source", "file:in.ndjson", "--order", order, "--state", "sqlite:state.db", "--until", until, *OPTIONS, "--alerts", "file:alerts.ndjson", rc=0)


def said(tmp, *more, lang="en", state="sqlite:state.db"):
    text = sanzao(tmp, "alerts", "alerts.ndjson", *OPTIONS, "--state", state, "--lang", lang, *more, rc=0).out.decode()
    block = [p for p in text.split("\n\n") if "comparison with others" in p or "because so many others" in p or "与他人比较" in p or "他人相似" in p]
    return block[0].strip("\n").split("\n") if block else None


EVERY_DAY = [x for d in range(2, 6) for x in swipes(EAST + WEST, d, 1)]


def test_a_guard_that_kept_a_building_still_is_said(tmp):
    campus(tmp)
    run(tmp, EVERY_DAY + more(OFTEN, 3), at(5, 12))
    same({a["student"] for a in alerts(tmp / "alerts.ndjson")}, set(WEST[:2]), "those of the west are told of")
    lines = said(tmp)
    expect(lines[0].startswith("Not told since 2026-03-02, because so many others of the place had the same"), lines)
    same(lines[1:], ["   17 of 20 of building east: Out often, week of 2026-03-02"], "of the east nobody is")
    lines = said(tmp, lang="zh")
    expect(lines[0].startswith("2026-03-02 起，因与同一处的他人相似而未报"), lines)
    same(lines[1:], ["   楼宇 east：20 人中有 17 人，外出频繁，2026-03-02 起的一周"], "in Chinese")
    expect(not any(n in "".join(lines) for n in EAST), "no student is named")
    same(said(tmp, "--audience", "counselor"), said(tmp), "of rules for the counselor")
    same(len(said(tmp, "--audience", "funding-centre")), 1, "nothing of what is for others")


def test_who_is_exempt_or_told_in_that_week_is_not_counted(tmp):
    """One of the east is on leave; another is told two days later, when he alone goes out often."""
    campus(tmp, leaves="e0,leave,2026-03-04 00:00,2026-03-04 23:59\n")
    run(tmp, EVERY_DAY + more(OFTEN, 3) + more(["e1"], 4), at(6, 12))
    same({a["student"] for a in alerts(tmp / "alerts.ndjson")}, {*WEST[:2], "e1"}, "told of")
    same(said(tmp)[1:], ["   15 of 20 of building east: Out often, week of 2026-03-02"], "without the two")


def test_whoever_was_taken_back_is_counted(tmp):
    """Told of on the 4th, alone; a leave that comes to light takes that back; on the 6th the whole building keeps him still."""
    campus(tmp)
    begin = [x for x in EVERY_DAY if json.loads(x)["time"] < at(4, 12)] + more(["e0"], 3)
    run(tmp, begin, at(4, 12))
    same({(a["event"], a["student"]) for a in alerts(tmp / "alerts.ndjson")}, {("firing", "e0")}, "told of")
    campus(tmp, leaves="e0,leave,2026-03-04 00:00,2026-03-04 23:59\n")
    run(tmp, EVERY_DAY + more(["e0"], 3) + more(OFTEN, 5), at(6, 12))
    same([a["event"] for a in alerts(tmp / "alerts.ndjson") if a["student"] == "e0"], ["firing", "retracted"], "and taken back")
    same(said(tmp)[1:], ["   17 of 20 of building east: Out often, week of 2026-03-02"], "with him")


def test_weeks_groups_and_few(tmp):
    """It takes both of them, so each holds back by itself what the other would let pass; of class c3 two went out, so their mean is 2.6."""
    campus(tmp, BOTH)
    run(tmp, [x for d in range(2, 12) for x in swipes(EAST + WEST, d, 1)] + more(OFTEN, 3), at(12, 12))
    lines = said(tmp)
    same(lines[1:3], ["   17 of 20 of building east: Out often, week of 2026-03-02", "   17 of 20 of building east: Two groups, week of 2026-03-02"], "the largest first")
    same(lines[3:], [f"   5 of 5 of class c{k}: Two groups, week of 2026-03-02" for k in range(3)] + ["   and 2, of whom fewer than 5 are of one group and week"], "then the classes")


def test_nothing_held_back_and_nothing_to_compare(tmp):
    campus(tmp)
    run(tmp, EVERY_DAY, at(5, 12))
    same(said(tmp), ["Since 2026-03-02 no comparison with others kept a student from being told of."], "said, too")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 1d}}\nrules: [{id: out, when: n >= 40, level: blue}]\n")
    same(said(tmp), None, "where no rule compares there is nothing to say")


def test_a_late_record_and_a_second_run_count_as_one(tmp):
    """What is said is of what is known now: in pieces and late it is the same."""
    for name, order in (("one", "sorted"), ("two", "arrival")): (tmp / name).mkdir()
    lines = EVERY_DAY + more(OFTEN, 3)
    campus(tmp / "one")
    run(tmp / "one", lines, at(5, 12))
    campus(tmp / "two")
    half = [x for x in lines if b'"student": "e' in x or json.loads(x)["time"] < at(4, 0)]
    run(tmp / "two", half, at(4, 12), "arrival")
    run(tmp / "two", [x for x in lines if x not in half], at(5, 12), "arrival")
    same(said(tmp / "two"), said(tmp / "one"), "the lines")


def test_the_state_is_only_read_and_one_that_is_none_is_told(tmp):
    campus(tmp)
    run(tmp, EVERY_DAY + more(OFTEN, 3), at(5, 12))
    before = hashlib.sha256((tmp / "state.db").read_bytes()).hexdigest()
    os.chmod(tmp / "state.db", 0o444)
    same(len(said(tmp)), 2, "lines")
    same(hashlib.sha256((tmp / "state.db").read_bytes()).hexdigest(), before, "the state's bytes")
    result = sanzao(tmp, "alerts", "alerts.ndjson", *OPTIONS, "--state", "sqlite:none.db", "--lang", "en")
    expect(result.rc == 4 and "none.db" in result.err and not result.out and not (tmp / "none.db").exists(), result)
    for option in ("--json", "--events"):
        result = sanzao(tmp, "alerts", "alerts.ndjson", *OPTIONS, "--state", "sqlite:state.db", option, "--lang", "en", rc=0)
        expect(b"others" not in result.out and f"--state is not looked at with {option}: " in result.err, result)
        same(sanzao(tmp, "alerts", "alerts.ndjson", *OPTIONS, option, rc=0).err, "", "nothing was asked for")


def test_a_state_of_several_files_is_read_as_a_whole_or_not_at_all(tmp):
    """A topic's: FILE.0, FILE.1, FILE.2. Counts without the middle one would be too small, and nobody could tell."""
    campus(tmp)
    run(tmp, EVERY_DAY + more(OFTEN, 3), at(5, 12))
    want = said(tmp)
    show = ["state", "show", "w0", *OPTIONS, "--state", "sqlite:state.db", "--lang", "en"]
    record = sanzao(tmp, *show, rc=0).out
    plan = ["run", "--plan", *OPTIONS, "--state", "sqlite:state.db", "--lang", "en"]
    shutil.move(tmp / "state.db", tmp / "state.db.0")
    (tmp / "state.db.0-journal.txt").touch()
    same(said(tmp), want, "of one partition")
    same(sanzao(tmp, *show, rc=0).out, record, "a student")
    expect(b"the rules are the state's" in sanzao(tmp, *plan, rc=0).out, "the plan is of a state")
    shutil.copy(tmp / "state.db.0", tmp / "state.db.2")
    result = sanzao(tmp, "alerts", "alerts.ndjson", *OPTIONS, "--state", "sqlite:state.db", "--lang", "en", rc=4)
    expect("state.db.1" in result.err and not result.out and not (tmp / "state.db.1").exists(), result)
    (tmp / "state.db.0").unlink()
    result = sanzao(tmp, "alerts", "alerts.ndjson", *OPTIONS, "--state", "sqlite:state.db", "--lang", "en", rc=4)
    expect("state.db.0" in result.err and not result.out, result)


LABELLED = """\
features:
  often: {count: swipe, over: 1d, to: yesterday, label: {zh: 昨天刷卡, en: swipes yesterday}}
  of_building: {peers: {count: swipe, over: 1d}, by: building, min_group: 5, label: {zh: 同楼刷卡, en: swipes in the building}}
  of_class: {peers: {count: swipe, over: 1d}, by: class, min_group: 5, label: {zh: 同班刷卡, en: swipes in the class}}
rules:
  - {id: out, check: daily at 07:00, level: blue, when: often >= 4 && (!has(of_building.mean) || of_building.percentile >= 80 && of_building.median < of_building.mean && of_building.mean < 2) && !has(of_class.mean)}
"""
WORDS = {"en": ["✓ swipes yesterday  5 (at least 4)", "✗ swipes in the building: nobody to compare with  no", "✓ swipes in the building, percentile  90 (at least 80)",
                "✓ swipes in the building, median  1 (under 1.8)", "✓ swipes in the building, mean  1.8 (under 2)", "✓ swipes in the class: nobody to compare with  yes"],
         "zh": ["✓ 昨天刷卡  5（至少 4）", "✗ 同楼刷卡：没有可比的他人  否", "✓ 同楼刷卡，百分位  90（至少 80）", "✓ 同楼刷卡，中位数  1（低于 1.8）",
                "✓ 同楼刷卡，平均  1.8（低于 2）", "✓ 同班刷卡：没有可比的他人  是"]}


def test_what_a_comparison_said_is_told_in_words(tmp):
    """Of ten in the west two went out five times and eight once; they are of no class."""
    campus(tmp, LABELLED)
    run(tmp, EVERY_DAY + more(OFTEN, 3), at(5, 12))
    for lang, want in WORDS.items():
        text = sanzao(tmp, "alerts", "alerts.ndjson", "--reasons", "--lang", lang, rc=0).out.decode().split("\n\n")[0]
        same([x.split("  2026-")[0].strip() for x in text.split("\n") if x.strip()[:1] in "✓✗"], want, lang)
        text = sanzao(tmp, "alerts", "alerts.ndjson", "--lang", lang, rc=0).out.decode().split("\n\n")[0]
        expect(want[4] in text and want[1] not in text, "what speaks for the alert stands without being asked for:", text)
        expect(want[5] not in text, "that nobody is there to compare with says nothing of the student:", text)


def test_without_the_campus_nothing_is_claimed(tmp):
    """Nobody is of a building then: that nobody was held back would be wrong."""
    campus(tmp)
    run(tmp, EVERY_DAY + more(OFTEN, 3), at(5, 12))
    for lang, hint in (("en", "give the run's --campus DIR"), ("zh", "请写上运行时的 --campus 文件夹")):
        result = sanzao(tmp, "alerts", "alerts.ndjson", "--rules", "rules", "--state", "sqlite:state.db", "--lang", lang)
        expect(result.rc == 2 and hint in result.err and not result.out, result)


if __name__ == "__main__":
    sys.exit(main(globals()))
