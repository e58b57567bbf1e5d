#!/usr/bin/env python3
"""`sanzao test`: the tests that stand in the rules, those of the shipped ones among them. A test that cannot fail is none: each shipped
rule is changed in its numbers, and its tests find it."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lib import ROOT, expect, main, same, sanzao, say, write

SHIPPED = sorted((ROOT / "rules").rglob("*.yaml"))


def results(tmp, *args, rc=None):
    result = sanzao(tmp, "test", *args, "--json", rc=rc)
    return json.loads(result.out) if result.rc in (0, 1) and result.out else result


def tests_of(text):
    """rule id → the `expect` texts of its tests."""
    found = {}
    for part in re.split(r"^  - id: ", text, flags=re.M)[1:]:
        found[part.split("\n")[0].strip()] = re.findall(r"^        expect:(.*?)(?=^      - |^  - |\Z)", part, re.M | re.S)
    return found


# ---- the shipped rules ---------------------------------------------------------------------------------------------------------

def test_shipped_rules_pass_theirs(tmp):
    got = results(tmp, ROOT / "rules", rc=0)
    same((got["failed"], got["rules"], got["rules_with_tests"]), (0, 13, 13), "failed, rules, with tests")
    expect(got["passed"] >= 18, got)
    same(results(tmp, ROOT / "rules", "--campus", ROOT / "examples/campus-small", rc=0)["passed"], got["passed"], "under a campus's own calendar")
    say(got["passed"], "tests")


def test_each_shipped_rule_has_one_that_fires_and_one_that_is_silent(tmp):
    n = 0
    for path in SHIPPED:
        for rule, expects in tests_of(path.read_text()).items():
            n += 1
            expect(any("fires" in e for e in expects), rule, "has no test that fires")
            expect(any(e.strip() == "[]" for e in expects), rule, "has no test that is silent")
    same(n, 13, "shipped rules")


# Another number in the rule, and of which rule a test is to notice.
CHANGES = [
    ("dorm/late-returns", "few: {value: 4,", "few: {value: 3,", "late-returns"), ("dorm/late-returns", "few: {value: 4,", "few: {value: 5,", "late-returns"),
    ("dorm/late-returns", "many: {value: 8,", "many: {value: 9,", "late-returns"), ("dorm/late-returns", "late_nights_7d - nights_with_reason_7d >=", "late_nights_7d >=", "late-returns"),
    ("dorm/late-returns", ">= few + late_nights_month_before", ">= few", "late-returns"),
    ("dorm/late-returns", "most: {value: 3,", "most: {value: 4,", "late-returns"), ("dorm/late-returns", "cramming: {value: 16,", "cramming: {value: 99,", "late-returns"),
    ("dorm/late-returns", "finals: {value: 17,", "finals: {value: 99,", "late-returns"), ("dorm/late-returns", "(late_week_ago < 1 || late_nights_7d > few) &&", "", "late-returns"),
    ("dorm/late-returns", "late_week_ago < 1 ||", "", "late-returns"), ("dorm/late-returns", "works_there: {value: 3,", "works_there: {value: 4,", "late-returns"), ("dorm/late-returns", "works_there: {value: 3,", "works_there: {value: 2,", "late-returns"),
    ("dorm/late-returns", "(event.hour >= 23 || event.hour < 5)", "event.hour >= 3 && event.hour < 5", "late-returns"),
    ("dorm/out-overnight", "morning_out_yesterday >= 1", "morning_out_yesterday >= 0", "out-overnight"), ("dorm/out-overnight", "at_the_door_yesterday < 1 ||", "false ||", "out-overnight"),
    ("dorm/out-overnight", "one_way: {value: 0.04,", "one_way: {value: 0.06,", "out-overnight"), ("dorm/out-overnight", "one_way: {value: 0.04,", "one_way: {value: 0.02,", "out-overnight"), ("dorm/out-overnight", "all_seen.mean - all_left.mean < one_way", "true", "out-overnight"),
    ("dorm/out-overnight", "has(mornings_seen.mean) ? mornings_seen.mean - mornings_left.mean < one_way :", "has(mornings_seen.mean) && mornings_seen.mean - mornings_left.mean >= one_way ? false :", "out-overnight"),
    ("dorm/out-overnight", "{value: 42,", "{value: 420,", "out-overnight"), ("dorm/out-overnight", "most: {value: 8,", "most: {value: 0,", "out-overnight"),
    ("dorm/late-returns", "days: late_return", "count: late_return", "late-returns"),
    ("dorm/out-overnight", "{value: 24h", "{value: 6h", "out-overnight"), ("dorm/out-overnight", "{value: 92%,", "{value: 50%,", "out-overnight"),
    ("dorm/out-overnight", "{value: 92%,", "{value: 120%,", "out-overnight"), ("dorm/out-overnight", "apart: {value: 2,", "apart: {value: 99,", "out-overnight"), ("dorm/out-overnight", "!(has(last_in_the_dorm.time) && last_in_the_dorm.time > went_out.time)", "true", "out-overnight"),
    ("dorm/out-overnight", "at_work_13h == 0", "at_work_13h <= 9", "out-overnight"), ("safety/lost-contact", "listed: {value: 3,", "listed: {value: 6,", "lost-contact"), ("safety/lost-contact", "missed_hours <= nothing", "missed_hours < nothing", "lost-contact"), ("safety/lost-contact", "listed: {value: 3,", "listed: {value: 1,", "lost-contact"),
    ("study/absence-hours", "not_one: {value: 2,", "not_one: {value: 1,", "absence-hours"), ("freshmen/settling-in", "several: {value: 3,", "several: {value: 2,", "settling-in"),
    ("dorm/out-overnight", "unless: [none, on_leave, vacation, overnight_permit, late_permit]", "unless: [none, on_leave, vacation, late_permit]", "out-overnight"),
    ("dorm/out-overnight", "usual: {value: 8,", "usual: {value: 11,", "not-back"), ("dorm/out-overnight", "at 02:00", "at 03:00", "not-back"),
    ("freshmen/settling-in", "by: [{year: 1, school: 医学院, value: 4 class-hours}]", "by: [{year: 1, school: 医学院, value: 5 class-hours}]", "settling-in"),
    ("freshmen/settling-in", "known: {value: 20", "known: {value: 18", "settling-in"), ("freshmen/settling-in", "known: {value: 20", "known: {value: 22", "settling-in"), ("freshmen/settling-in", "chance: {value: 50", "chance: {value: 10", "settling-in"),
    ("freshmen/settling-in", "value: 12}", "value: 13}", "settling-in"),
    ("freshmen/settling-in", "value: 6 class-hours", "value: 7 class-hours", "settling-in"),
    ("freshmen/settling-in", "calendar.week <= 6", "calendar.week <= 7", "settling-in"),
    ("freshmen/settling-in", "student.year == 1", "student.year <= 2", "settling-in"), ("freshmen/settling-in", "warning: {value: 10", "warning: {value: 13", "settling-in"),
    ("freshmen/settling-in", "serious: {value: 15", "serious: {value: 18", "settling-in"), ("freshmen/settling-in", "demerit: {value: 25", "demerit: {value: 24", "settling-in"),
    ("study/absence-hours", "first_weeks: {value: 6,", "first_weeks: {value: 7,", "absence-hours"), ("study/absence-hours", "first_weeks: {value: 6,", "first_weeks: {value: 4,", "absence-hours"),
    ("hardship/hidden-hardship", "value: 60,", "value: 61,", "hidden-hardship"), ("hardship/hidden-hardship", "value: 420 yuan", "value: 410 yuan", "hidden-hardship"),
    ("hardship/hidden-hardship", "value: 60,", "value: 30,", "hidden-hardship"),
    ("hardship/spend-floor", "value: 7 yuan", "value: 5 yuan", "spend-floor"), ("hardship/spend-floor", "drop: {value: 60%", "drop: {value: 70%", "spend-floor"),
    ("hardship/spend-floor", "{value: 8,", "{value: 7,", "spend-floor"), ("hardship/spend-floor", "{value: 4,", "{value: 0,", "spend-floor"),
    ("hardship/hidden-hardship", "main_max: {value: 7 yuan", "main_max: {value: 9 yuan", "hidden-hardship"), ("hardship/hidden-hardship", "value: 10%", "value: 20%", "hidden-hardship"),
    ("safety/lost-contact", "first: 24h", "first: 47h", "lost-contact"), ("safety/lost-contact", "mon-fri at 18:00", "mon-fri at 12:00", "lost-contact"), ("safety/lost-contact", "alone: {value: 36h", "alone: {value: 24h", "lost-contact"),
    ("safety/lost-contact", "over: 1d", "over: 2d", "lost-contact"), ("safety/lost-contact", "third: 72h", "third: 96h", "lost-contact"),
    ("safety/lost-contact", "pause: [weekend]", "pause: []", "lost-contact"), ("safety/lost-contact", "last_year_too: 0", "last_year_too: 1", "lost-contact"),
    ("safety/lost-contact", "{value: 42,", "{value: 430,", "lost-contact"),
    ("safety/not-arrived", "fri at 18:00", "sat at 18:00", "not-arrived"), ("safety/not-arrived", "weeks: 3", "weeks: 0", "not-arrived"),
    ("safety/not-arrived", "listed: {value: 4 class-hours", "listed: {value: 5 class-hours", "not-arrived"), ("safety/not-arrived", "second: 2", "second: 1", "not-arrived"),
    ("safety/not-arrived", "weeks: 3", "weeks: 2", "not-arrived"), ("safety/not-arrived", "last_year_too: 0", "last_year_too: 1", "not-arrived"),
    ("study/absence-hours", "value: 8 class-hours", "value: 7 class-hours", "absence-hours"),
    ("study/absence-hours", "value: 8 class-hours", "value: 9 class-hours", "absence-hours"),
    ("study/absence-hours", "here: {value: 13,", "here: {value: 12,", "absence-hours"), ("study/absence-hours", "here: {value: 13,", "here: {value: 14,", "absence-hours"),
    ("study/absence-hours", "value: 25%", "value: 15%", "absence-hours"), ("study/absence-hours", "here: {value: 13,", "here: {value: 9,", "absence-hours"),
    ("study/absence-hours", "each_week: {value: 2,", "each_week: {value: 1,", "absence-hours"), ("study/absence-hours", "at_all: {value: 6 class-hours", "at_all: {value: 1 class-hours", "absence-hours"),
    ("study/absence-hours", "several: {value: 3,", "several: {value: 1,", "absence-hours"),
    ("freshmen/settling-in", "here: {value: 13,", "here: {value: 10,", "settling-in"), ("study/diligence-drop", "here: {value: 8,", "here: {value: 5,", "diligence-drop"),
    ("hardship/spend-floor", "value: 85%", "value: 110%", "spend-floor"),
    ("freshmen/settling-in", "value: 25%", "value: 15%", "settling-in"),
    ("study/diligence-drop", "late_times: {value: 2,", "late_times: {value: 0,", "diligence-drop"), ("study/diligence-drop", "late_few: {value: 3,", "late_few: {value: 9,", "diligence-drop"),
    ("study/diligence-drop", "{value: 15%", "{value: 60%", "diligence-drop"), ("study/diligence-drop", "missed_few: {value: 6", "missed_few: {value: 10", "diligence-drop"),
    ("wellbeing/irregular-life", "still: {value: 70%", "still: {value: 150%", "irregular-life"), ("wellbeing/irregular-life", "enough: 4", "enough: 1", "irregular-life"),
    ("wellbeing/several-declines", "{value: 6,", "{value: 1,", "several-declines"), ("wellbeing/several-declines", "three: 3", "three: 2", "several-declines"),
    ("study/absence-hours", "value: 10 class-hours", "value: 11 class-hours", "absence-hours"),
    ("safety/lost-contact", "all_day: {value: 70,", "all_day: {value: 40,", "lost-contact"), ("safety/lost-contact", "all_day: {value: 70,", "all_day: {value: 90,", "lost-contact"),
    ("dorm/out-overnight", "once: {value: 1,", "once: {value: 20,", "out-overnight"),
    ("dorm/late-returns", 'event.clock >= "23:30"', 'event.clock >= "23:50"', "late-returns"), ("dorm/late-returns", "event.hour >= 21", "event.hour >= 22", "late-returns"),
    ("safety/not-arrived", "last_year_too == 1", "last_year_too == 2", "not-arrived"), ("dorm/out-overnight", "passages_16h < impossible && without_time_2d == 0 && mornings", "without_time_2d == 0 && mornings", "out-overnight"),
    ("dorm/out-overnight", "passages_16h >= 1 && passages_16h < impossible", "passages_16h >= 1", "not-back"),
    ("dorm/out-overnight", "fifth: {value: 0.2,", "fifth: {value: 0.3,", "out-overnight"), ("dorm/out-overnight", "fifth: {value: 0.2,", "fifth: {value: 0.1,", "out-overnight"),
    ("safety/lost-contact", "most_of_class: {value: 0.8,", "most_of_class: {value: 0.7,", "lost-contact"), ("safety/lost-contact", "most_of_building: {value: 0.9,", "most_of_building: {value: 0.8,", "lost-contact"),
    ("dorm/late-returns", "last_tenth: {value: 90,", "last_tenth: {value: 70,", "late-returns"), ("study/diligence-drop", "last_tenth: {value: 90,", "last_tenth: {value: 80,", "diligence-drop"),
    ("study/diligence-drop", "chance: {value: 18", "chance: {value: 5", "diligence-drop"), ("study/diligence-drop", "chance: {value: 18", "chance: {value: 50", "diligence-drop"),
    ("study/absence-hours", "chance: {value: 72", "chance: {value: 10", "absence-hours"), ("study/absence-hours", "chance: {value: 72", "chance: {value: 140", "absence-hours"),
    ("hardship/hidden-hardship", "half_of_all: {value: 45,", "half_of_all: {value: 46,", "hidden-hardship"), ("hardship/hidden-hardship", "half_of_all: {value: 45,", "half_of_all: {value: 30,", "hidden-hardship"),
    ("hardship/hidden-hardship", "far_below: {value: 50%", "far_below: {value: 60%", "hidden-hardship"), ("hardship/hidden-hardship", "far_below: {value: 50%", "far_below: {value: 45%", "hidden-hardship"),
    ("hardship/spend-floor", "far_below: {value: 58%", "far_below: {value: 70%", "spend-floor"), ("hardship/spend-floor", "far_below: {value: 58%", "far_below: {value: 50%", "spend-floor"),
    ("hardship/spend-floor", "fallen: {value: 58%", "fallen: {value: 45%", "spend-floor"), ("hardship/spend-floor", "fallen: {value: 58%", "fallen: {value: 90%", "spend-floor"), ("hardship/spend-floor", "drop: {value: 60%", "drop: {value: 50%", "spend-floor"), ("hardship/spend-floor", "floor: {value: 7 yuan", "floor: {value: 8 yuan", "spend-floor"),
    ("dorm/late-returns", "all_of_it: {value: 0.3,", "all_of_it: {value: 0.5,", "late-returns"), ("dorm/late-returns", "all_of_it: {value: 0.3,", "all_of_it: {value: 0.01,", "late-returns"),
    ("study/absence-hours", "known: {value: 30", "known: {value: 28", "absence-hours"), ("study/absence-hours", "known: {value: 30", "known: {value: 32", "absence-hours"), ("study/absence-hours", "all_alone: {value: 20", "all_alone: {value: 18", "absence-hours"),
    ("study/absence-hours", "all_alone: {value: 20", "all_alone: {value: 22", "absence-hours"), ("study/absence-hours", "nearly_all: {value: 70%", "nearly_all: {value: 45%", "absence-hours"), ("study/absence-hours", " && missed_hours_14d * 2 >= missed_hours)", ")", "absence-hours"),
    ("wellbeing/no-weekend-meals", "usual: 6", "usual: 0", "no-weekend-meals"), ("wellbeing/no-weekend-meals", "passages: 2", "passages: 5", "no-weekend-meals"),
]


def failing(folder, changes):
    """The rules whose tests fail once that is written otherwise, or what was said instead."""
    texts = {path: path.read_text() for path in SHIPPED}
    for name, old, new, _ in changes:
        path = next(p for p in SHIPPED if p.match(f"{name}.yaml"))
        texts[path] = texts[path].replace(old, new, 1)
    for path, text in texts.items(): write(folder / path.relative_to(ROOT / "rules"), text)
    got = results(folder.parent, folder)
    return {f["rule"] for f in got["failures"]} if isinstance(got, dict) else {str(got)}


def rounds(changes):
    """Of each file one change a round: they are tried together, for whose rule fails says which of them was noticed. Should one of them make
    another file's rule fail, it shows unless just that rule is changed in its round."""
    left = list(changes)
    while left:
        now = list({name: (name, old, new, rule) for name, old, new, rule in reversed(left)}.values())
        left = [c for c in left if c not in now]
        yield now


def test_another_number_in_a_shipped_rule_is_noticed(tmp):
    texts = {path.relative_to(ROOT / "rules").with_suffix("").as_posix(): path.read_text() for path in SHIPPED}
    wrong = [f"{name} has no `{old}`" for name, old, _, _ in CHANGES if old not in texts[name]]
    tried = 0
    for i, now in enumerate(rounds(CHANGES)):
        tried += len(now)
        if failing(tmp / str(i), now) == {rule for *_, rule in now}: continue
        for k, change in enumerate(now):                       # one at a time, to say which
            name, old, new, rule = change
            failed = failing(tmp / f"{i}-{k}", [change])
            if failed != {rule}: wrong.append(f"{name}: `{old}` → `{new}` fails {failed}, not {rule}")
    same(tried, len(CHANGES), "changes that were tried")
    expect(not wrong, "\n      ".join(wrong))


# ---- the language ----------------------------------------------------------------------------------------------------------------

RULE = """\
events: {{missed: {{event: attendance, where: event.status == "absent"}}, meal: {{event: swipe, where: place.kind == "canteen"}}}}
features: {{missed_7d: {{count: missed, over: 7d}}, hours: {{sum: missed.hours, over: 7d}}, meals: {{sessions: meal, gap: 90m, over: 7d}}, silence: {{absence: seen}}}}
rules:
  - id: r
    {rule}
    title: {{zh: 规则, en: Rule}}
    tests:
      - {{name: t, {test}}}
"""


def one(tmp, rule, test):
    write(tmp / "rules/r.yaml", RULE.format(rule=rule, test=test))
    return results(tmp, "rules")


def passes(tmp, rule, test):
    got = one(tmp, rule, test)
    expect(isinstance(got, dict) and got["passed"] == 1, test, "fails:", got)


def fails(tmp, rule, test, expected, got):
    result = one(tmp, rule, test)
    expect(isinstance(result, dict) and result["failed"] == 1, test, "does not fail:", result)
    same((result["failures"][0]["expected"], result["failures"][0]["got"]), (expected, got), test)


COUNT = "value: missed_7d\n    at_least: {2: yellow, 4: orange}"


def test_days_times_and_series(tmp):
    passes(tmp, COUNT, "events: ['d1..d2 08:00,10:00 attendance absent'], expect: ['d1 10:00 fires yellow', 'd2 10:00 steps orange']")
    passes(tmp, COUNT, "events: ['d1,d3 08:00 attendance absent'], expect: ['d3 08:00 fires yellow']")
    passes(tmp, COUNT, "events: ['d1..d7 tue,thu 08:00 attendance absent'], expect: ['d4 08:00 fires yellow']")
    passes(tmp, COUNT, "events: ['d1 08:00 attendance absent 1 0 2x2'], expect: ['d1 10:00 fires yellow', 'd2 10:00 steps orange']")
    passes(tmp, COUNT, "events: ['d1 attendance absent', 'd3 attendance absent'], expect: ['d3 00:00 fires yellow']")
    passes(tmp, COUNT, "events: ['d-3 08:00 attendance absent', 'd0 08:00 attendance absent'], expect: ['d0 08:00 fires yellow']")
    passes(tmp, COUNT, "start: 2026-03-25, events: ['d1..d7 mon 08:00 attendance absent', 'd1 08:00 attendance absent'], expect: ['d6 08:00 fires yellow']")


def test_words_and_fields(tmp):
    passes(tmp, "value: hours\n    at_least: {3 class-hours: blue}", "events: ['d1 08:00 attendance absent 2', 'd2 08:00 attendance absent hours=1'], expect: ['d2 08:00 fires blue']")
    passes(tmp, "value: meals\n    at_least: {2: blue}", "events: ['d1 12:00,12:30,18:00 swipe canteen 6.5', 'd1 13:00 swipe shop 3'], expect: ['d1 18:00 fires blue']")
    passes(tmp, "when: event.type == \"dorm_access\" && event.direction == \"in\" && event.late\n    level: yellow",
           "events: ['d2 01:05 dorm_access in', 'd3 22:00 dorm_access in', 'd4 01:05 dorm_access out'], expect: ['d2 01:05 fires yellow']")
    passes(tmp, "who: student.year == 1 && student.school == \"医学院\"\n    " + COUNT,
           "student: {year: 1, school: 医学院}, events: ['d1,d2 08:00 attendance absent'], expect: ['d2 08:00 fires yellow']")
    passes(tmp, "who: student.year == 1\n    " + COUNT, "student: {year: 2}, events: ['d1,d2 08:00 attendance absent'], expect: []")
    passes(tmp, "value: hours\n    at_least: {4 class-hours: blue}",
           "events: ['d1 08:00 attendance absent 4 id=a', 'd2 08:00 attendance excused ref=a'], expect: ['d1 08:00 fires blue', 'd2 08:00 resolves corrected']")


def test_a_message_of_records_may_take_several_steps(tmp):
    """256 records are one message, a step ends behind 500 evaluations, and who runs the worker bids it go on. Such a test failed without a word."""
    passes(tmp, "check: daily at 07:00\n    when: missed_7d >= 1 && meals >= 0\n    level: yellow",
           "events: ['d1..d128 12:05,18:00 swipe canteen 5', 'd129 08:00 attendance absent'], until: d130, expect: ['d130 07:00 fires yellow']")


def test_leaves_and_sources_that_are_down(tmp):
    silence = "value: silence\n    at_least: {24h: yellow}"
    meals = "events: ['d-30..d1 12:00 swipe canteen 6']"
    passes(tmp, silence, meals + ", until: d3, expect: ['d2 12:00 fires yellow']")
    passes(tmp, silence, meals + ", leaves: [d2..d3 sick], until: d3, expect: []")
    passes(tmp, silence, meals + ", leaves: [d2 leave], until: d4, expect: ['d4 00:00 fires yellow']")
    passes(tmp, COUNT.replace("at_least: {2: yellow, 4: orange}", "at_most: {0: blue}").replace("\n    ", "\n    check: daily at 20:00\n    "),
           "events: ['d-6 08:00 attendance absent _x4', 'd-30 08:00 attendance present'], until: d1, expect: []")


def test_a_source_is_down_for_hours_of_a_day(tmp):
    """20 % of 16 h are 3 h 12 min: down for more of them, a count of 2 is at least 2."""
    write(tmp / "rules/r.yaml", "")
    rule = "check: daily at 20:00\n    when: missed_16h >= 2 && missed_16h < 99\n    level: yellow"
    feature = "features: {missed_16h: {count: missed, over: 16h}, "

    def told(down, day="d1", events="'d1 08:00,10:00 attendance absent'"):
        text = RULE.format(rule=rule, test=f"events: [{events}], down: {down}, until: d2, expect: ['{day} 20:00 fires yellow']")
        write(tmp / "rules/r.yaml", text.replace("features: {", feature, 1))
        return results(tmp, "rules")["passed"] == 1
    for down, is_told in (("[]", True), ("['d1 12:00..15:00 attendance']", True), ("['d1 12:00..15:30 attendance']", False),
                          ("['d1 12:00..15:30 swipe']", True), ("['d1 attendance']", False), ("['d0..d1 attendance']", False),
                          ("['d0 attendance']", True), ("['d0 22:00..07:00 attendance']", True), ("['d0 22:00..08:00 attendance']", False),
                          ("['d1 16:30..24:00 attendance']", False), ("['d1 19:30..24:00 attendance']", False),
                          ("['d1 12:00..14:00 attendance', 'd1 13:00..15:30 attendance']", False),   # one outage, not open again at two
                          ("['d1 12:00..15:30 attendance', 'd1 13:00..14:00 attendance']", False),
                          ("['d0..d1 12:00..15:30 attendance']", False), ("['d-1..d0 12:00..15:30 attendance']", True)):
        expect(told(down) == is_told, down, "told" if not is_told else "not told")
    expect(told("['d1..d2 12:00..15:30 attendance', 'd1 attendance']", events="'d1..d3 08:00,10:00 attendance absent'", day="d3") is False, "until d2")


def test_a_test_may_set_the_rules_own_params(tmp):
    rule = "value: missed_7d\n    at_least: {few: yellow, most: orange}\n    params: {few: {value: 2, by: [{year: 1, value: 1}]}, most: 4}"
    three = "events: ['d1..d4 08:00 attendance absent'], expect: "
    passes(tmp, rule, three + "['d2 08:00 fires yellow', 'd4 08:00 steps orange']")
    passes(tmp, rule, "params: {most: 3}, " + three + "['d2 08:00 fires yellow', 'd3 08:00 steps orange']")
    passes(tmp, rule, "params: {few: 9, most: 3}, " + three + "['d3 08:00 fires orange']")
    passes(tmp, rule, "params: {few: 3}, student: {year: 1}, " + three + "['d3 08:00 fires yellow', 'd4 08:00 steps orange']")   # the rows of by: are gone
    passes(tmp, rule, "params: {few: {value: 9, by: [{year: 1, value: 3}]}}, student: {year: 1}, " + three + "['d3 08:00 fires yellow', 'd4 08:00 steps orange']")
    passes(tmp, "value: silence\n    at_least: {long: yellow}\n    params: {long: 24h}",
           "params: {long: 30h}, events: ['d1 08:00 swipe 5'], until: d2, expect: ['d2 14:00 fires yellow']")
    # the next test has the rule as it stands, and what was seen with other params counts for the clauses
    write(tmp / "rules/r.yaml", RULE.format(rule="when: missed_7d >= few\n    level: yellow\n    params: {few: 1}",
                                            test="params: {few: 3}, events: ['d1,d2 08:00 attendance absent'], expect: []")
          + "      - {name: u, events: ['d1 08:00 attendance absent'], expect: ['d1 08:00 fires yellow']}\n")
    got = results(tmp, "rules", rc=0)
    same((got["passed"], got["seen_one_way"]), (2, []), "passed, seen one way")
    shown = one(tmp, rule, "params: {most: 3}, " + three + "['d2 08:00 fires yellow']")
    same(shown["failures"][0]["got"], ["d2 08:00 fires yellow", "d3 08:00 steps orange"], "with its params")


def test_what_is_not_expected_fails(tmp):
    fails(tmp, COUNT, "events: ['d1,d2 08:00 attendance absent'], expect: []", [], ["d2 08:00 fires yellow"])
    fails(tmp, COUNT, "events: ['d1,d2 08:00 attendance absent'], expect: ['d2 08:00 fires orange']", ["d2 08:00 fires orange"], ["d2 08:00 fires yellow"])
    fails(tmp, COUNT, "events: ['d1,d2 08:00 attendance absent'], expect: ['d1 08:00 fires yellow']", ["d1 08:00 fires yellow"], ["d2 08:00 fires yellow"])
    fails(tmp, COUNT, "events: ['d1 08:00 attendance absent'], expect: ['d1 08:00 fires yellow']", ["d1 08:00 fires yellow"], [])
    fails(tmp, COUNT, "events: ['d1..d4 08:00 attendance absent'], expect: ['d2 08:00 fires yellow']", [], ["d2 08:00 fires yellow", "d4 08:00 steps orange"])
    fails(tmp, COUNT, "events: ['d1,d2 08:00 attendance absent'], until: d12, expect: ['d2 08:00 fires yellow', 'd8 00:00 resolves who']",
          ["d8 00:00 resolves who"], ["d2 08:00 fires yellow", "d8 00:00 resolves"])


def test_texts_are_compared_where_given(tmp):
    rule = COUNT + "\n    message: {zh: '旷课 {value} 次', en: '{value|class|classes} missed'}"
    events = "events: ['d1,d2 08:00 attendance absent'], expect: "
    passes(tmp, rule, events + "[{at: d2 08:00 fires yellow, zh: 旷课 2 次, en: 2 classes missed}]")
    expect(one(tmp, rule, events + "[{at: d2 08:00 fires yellow, zh: 旷课 3 次}]")["failed"] == 1, "another text")
    shown = sanzao(tmp, "test", "rules", rc=1).out.decode()
    for text in ("FAIL  r › t  rules/r.yaml:10", "      expected  旷课 3 次", "      got       旷课 2 次", "1 failed, 0 passed · 1 of 1 rules have a test"):
        expect(text in shown, text, "is missing:", shown)
    shown = sanzao(tmp, "test", "rules", "--lang", "zh", rc=1).out.decode()
    for text in ("失败  r › t", "期望  旷课 3 次", "实际  旷课 2 次", "1 个失败，0 个通过"): expect(text in shown, text, "is missing:", shown)


def test_a_text_that_differs_is_marked_where_it_does(tmp):
    rule = COUNT + "\n    message: {zh: '近 7 天旷课 {value} 次', en: '{value|class|classes} missed'}"
    events = "events: ['d1,d2 08:00 attendance absent'], expect: "
    for lang, text, mark in (("en", "zh: 近 7 天旷课 3 次", "      got       近 7 天旷课 2 次\n" + " " * 28 + "^\n"),
                             ("zh", "zh: 近 7 天旷课 3 次", "      实际  近 7 天旷课 2 次\n" + " " * 24 + "^\n"),
                             ("en", "zh: 近 7 天旷课", "      got       近 7 天旷课 2 次\n" + " " * 27 + "^^^^^\n"),
                             ("en", "zh: 近 7 天缺课 2 次", "      got       近 7 天旷课 2 次\n" + " " * 23 + "^^\n"),
                             ("en", "en: 2 classes", "      got       2 classes missed\n" + " " * 25 + "^^^^^^^\n")):
        one(tmp, rule, events + f"[{{at: d2 08:00 fires yellow, {text}}}]")
        shown = sanzao(tmp, "test", "rules", "--lang", lang, rc=1).out.decode()
        expect(mark in shown, repr(mark), "is missing:", shown)


def test_what_did_not_come_has_its_reasons(tmp):
    one(tmp, COUNT, "events: ['d1 08:00 attendance absent', 'd2 09:00 attendance present', 'd3 10:00 attendance absent'], expect: ['d2 09:30 fires yellow']")
    for lang, lines in (("en", "      because   d2 09:00  missed_7d = 1\n                d1 Mon 08:00  attendance  missed\n                d2 Tue 09:00  attendance\n1 failed"),
                        ("zh", "      因为  d2 09:00  missed_7d = 1\n            d1 周一 08:00  attendance  missed\n            d2 周二 09:00  attendance\n1 个失败")):
        shown = sanzao(tmp, "test", "rules", "--lang", lang, rc=1).out.decode()
        expect(lines in shown, lines, "is missing:", shown)


def test_clauses_of_which_the_tests_have_seen_one_answer_are_named(tmp):
    """From its first named day on, and where the rule may open: at records of an instant rule, at checks of one that has them."""
    def seen(rule, test):
        got = one(tmp, rule, test)
        expect(isinstance(got, dict) and got["failed"] == 0, rule, test, got)
        return [(c["clause"], c["never"]) for c in got["seen_one_way"]]
    day, event = "events: ['d1,d2 08:00 attendance absent'], expect: ", 'event.type == "attendance"'
    both = "when: missed_7d >= 2 && student.year <= 2\n    level: yellow"
    same(seen(both, day + "['d2 08:00 fires yellow']"), [("student.year <= 2", "false")], "the count was both, the year not")
    same(seen(both, "student: {year: 3}, " + day + "[]"), [("student.year <= 2", "true")], "of a third-year it was not true")
    same(seen("when: '!(missed_7d < 2) || hours > 99'\n    level: yellow", day + "['d2 08:00 fires yellow']"), [("hours > 99", "true")], "under a not, too")
    checked = "check: daily at 07:00\n    " + both.replace(" && student.year <= 2", "")
    same(seen(checked, day + "[], until: d2"), [("missed_7d >= 2", "true")], "true after the check only")
    same(seen(checked, day + "['d3 07:00 fires yellow'], until: d3"), [], "false at d2, true at d3")
    instant = f"when: '{event} && missed_7d >= 2 && event.status == \"absent\"'\n    level: yellow"
    same(seen(instant, day + "['d2 08:00 fires yellow']"), [(event, "false"), ('event.status == "absent"', "false")], "at records")
    points = "points: [{add: 1, when: missed_7d >= 1}, {add: 1, when: hours > 5 && meals < 1}]\n    at_least: {1: yellow}"
    same(seen(points, day + "['d1 08:00 fires yellow']"), [("hours > 5", "true"), ("meals < 1", "false")], "clauses of points")
    same(seen("when: missed_7d >= 2 && missed_7d / meals > 1\n    level: yellow", day + "[]"), [("missed_7d / meals > 1", "known")], "neither")
    same(seen("value: missed_7d\n    at_least: {2: yellow}", day + "['d2 08:00 fires yellow']"), [], "steps are no clauses")
    down = "when: missed_7d >= 2 && meals < 99\n    level: yellow"   # meals unknown: with that alone nothing is told
    same(seen(down, "down: ['d-4..d2 swipe'], " + day + "[]"), [], "the count was both, the other one unknown by itself")
    same(seen(down, "down: ['d-4..d2 swipe'], events: ['d1 08:00 attendance absent'], expect: []"),
         [("missed_7d >= 2", "true"), ("meals < 99", "false")], "beside a false one it decided nothing")
    one(tmp, both.replace(" && ", " && meals == 0 && "), day + "['d2 08:00 fires yellow']")
    for lang, lines in (("en", "1 of 1 rules have a test\nclauses seen only one way:  r  meals == 0  never false   rules/r.yaml:4\n"
                               "                            r  student.year <= 2  never false   rules/r.yaml:4\n"),
                        ("zh", "只见过一种结果的条件：r  meals == 0  从未为假   rules/r.yaml:4\n                      r  student.year <= 2  从未为假   rules/r.yaml:4\n")):
        shown = sanzao(tmp, "test", "rules", "--lang", lang, rc=0).out.decode()
        expect(shown.endswith(lines), lines, "is missing:", shown)


def test_only_the_tested_rule_runs_and_it_does_whatever_its_mode(tmp):
    other = "\n  - {id: other, title: {zh: 另, en: Other}, when: missed_7d >= 1, level: red}"
    write(tmp / "rules/r.yaml", RULE.format(rule=COUNT + "\n    sensitive: true", test="events: ['d1,d2 08:00 attendance absent'], expect: ['d2 08:00 fires yellow']").rstrip() + other + "\n")
    same(results(tmp, "rules", rc=0)["passed"], 1, "passed")


MISTAKES = [
    ("events: ['2 08:00 attendance absent'], expect: []", "SZ091", "2 "), ("events: ['d900 08:00 attendance absent'], expect: []", "SZ091", "d900"),
    ("events: ['d2..d1 08:00 attendance absent'], expect: []", "SZ091", "d2..d1"), ("events: ['d1 8:99 attendance absent'], expect: []", "SZ091", "8:99"),
    ("events: ['d1 08:00 atendance absent'], expect: []", "SZ092", "atendance"), ("events: ['d1 08:00 attendance absnt'], expect: []", "SZ092", "absnt"),
    ("events: ['d1 08:00 attendance absent huors=2'], expect: []", "SZ092", "huors=2"), ("events: ['d1 08:00 attendance 2'], expect: []", "SZ092", "'d1 08:00 attendance 2'"),
    ("events: ['d1 08:00 swipe canteen 6.999'], expect: []", "SZ092", "'d1 08:00 swipe"), ("events: ['d1 08:00 swipe 图书馆'], expect: []", "SZ092", "图书馆"),
    ("events: [], expect: ['d1 fires yellow']", "SZ091", "fires"), ("events: [], expect: ['d1 08:00 fire yellow']", "SZ093", "fire "),
    ("events: [], expect: ['d1 08:00 fires yelow']", "SZ093", "yelow"), ("events: [], expect: ['d1 08:00 fires yellow twice']", "SZ093", "twice"),
    ("events: [], expects: []", "SZ020", "expects"), ("expect: []", "SZ022", None), ("events: []", "SZ022", None),
    ("events: [], expect: [{att: d1 08:00 fires yellow}]", "SZ020", "att"), ("events: [], expect: [], student: {yaer: 1}", "SZ020", "yaer"),
    ("events: [], expect: [], student: {year: first}", "SZ092", "first"), ("events: [], expect: [], leaves: [d2 holiday]", "SZ092", "holiday"),
    ("events: [], expect: [], leaves: [d2..d3 sick recorded=d3]", "SZ092", "recorded=d3"),
    ("events: [], expect: [], down: [d2]", "SZ092", None), ("events: [], expect: [], down: [d2 swipes]", "SZ092", "swipes"),
    ("events: [], expect: [], down: ['d2 15:00 swipe']", "SZ091", "15:00"), ("events: [], expect: [], down: ['d2 15:00..26:00 swipe']", "SZ091", "15:00.."),
    ("events: [], expect: [], down: ['d2 15:00..15:00 swipe']", "SZ091", "15:00.."), ("events: [], expect: [], down: ['2 swipe']", "SZ091", "2 swipe"),
    ("events: [], expect: [], down: ['d2 swipe dorm_access']", "SZ092", "dorm_access']"), ("events: [], expect: [], down: {d2: swipe}", "SZ021", None),
    ("events: [], expect: [], params: {few: 3}", "SZ077", "few"), ("events: [], expect: [], params: [few]", "SZ021", None),
    ("events: [], expect: [], start: monday", "SZ091", "monday"), ("events: [], expect: [], until: noon", "SZ091", "noon"),
    ("events: [], expect: none", "SZ021", "none"), ("events: {a: b}, expect: []", "SZ021", None),
]


def test_malformed_tests_are_findings_of_check_at_their_place(tmp):
    for test, code, word in MISTAKES:
        text = RULE.format(rule=COUNT, test=test)
        write(tmp / "rules/r.yaml", text)
        found = json.loads(sanzao(tmp, "check", "rules", "--json", rc=1).out)["findings"]
        expect([f["code"] for f in found] in ([code], [code, code]), test, found)
        expect(all(f["message_zh"] != f["message_en"] for f in found if "message_zh" in f), found)
        if word:
            line = text.splitlines()[found[0]["line"] - 1]
            expect(line[found[0]["column"] - 1:].startswith(word.strip()), test, "is pointed at", line[found[0]["column"] - 1:])
        expect(sanzao(tmp, "test", "rules").rc == 1, "a broken rule set is not tested")


def test_params_of_a_test_are_checked_at_their_place(tmp):
    rule = "value: hours\n    at_least: {few: yellow, 4 class-hours: orange}\n    params: {few: 2 class-hours}"
    for params, code, word, en in (("{fwe: 3 class-hours}", "SZ077", "fwe", "the rule `r` has no param `fwe`"), ("{few: 3 yuan}", "SZ051", "3 yuan", "the rule has another unit: 2 class-hours"),
                                   ("{few: 4 class-hours}", "SZ095", "{few: 4", "with these params the rule does not hold together: two steps have one value: `few` and `4 class-hours`"),
                                   ("{few: {value: 3 class-hours, was: 2 class-hours}}", "SZ020", "was", None), ("{shared: 1}", "SZ077", "shared", "the rule `r` has no param `shared`")):
        text = "params: {shared: 9}\n" + RULE.format(rule=rule + "\n    who: student.year < shared", test=f"params: {params}, events: [], expect: []")
        write(tmp / "rules/r.yaml", text)
        found = json.loads(sanzao(tmp, "check", "rules", "--json", rc=1).out)["findings"]
        same([f["code"] for f in found], [code], params)
        line = text.splitlines()[found[0]["line"] - 1]
        expect(line[found[0]["column"] - 1:].startswith(word), params, "is pointed at", line[found[0]["column"] - 1:])
        expect(en is None or found[0]["message"] == en, found)
    expect("one for all rules, at rules/r.yaml:1" in found[0]["hint"], found)


PEERS = """\
features:
  mine: {days: seen, over: 1d, to: yesterday}
  came: {peers: {days: seen, over: 1d}, by: class, min_group: 10}
  paid: {peers: {sum: swipe.amount, over: 1d}, by: [class, gender]}
rules:
  - id: r
    title: {zh: 全班, en: The class}
    check: daily at 12:00
    when: mine >= 1 && came.mean < half && (!has(paid.percentile) || paid.percentile >= 90)
    params: {half: 0.5}
    level: blue
    tests:
      - {name: t, student: {class: a, gender: 女}, events: ['d1 11:00 swipe canteen 9.5', 'd3 11:00 attendance absent'], expect: ['d2 12:00 fires blue'], peers: %s}
"""


def test_a_test_says_what_the_others_of_the_group_have(tmp):
    """With himself: of twelve five were here on the day before, of ten five, which is no less than half; and nine, which are no group. By money: of thirty-one he is the last but one, or far from it."""
    for peers, failed in (("{came: {0: 7, 1: 4}}", 0), ("{came: {0: 5, 1: 4}}", 1), ("{came: {0: 7, 1: 1}}", 1), ("{}", 1),
                          ("{came: {0: 7, 1: 4}, paid: {9.40: 29, 9.60: 1}}", 0), ("{came: {0: 7, 1: 4}, paid: {9.40 yuan: 26, 9.60 yuan: 4}}", 1)):
        write(tmp / "rules/r.yaml", PEERS % peers)
        told = json.loads(sanzao(tmp, "test", "rules", "--json", rc=failed).out)
        same((told["failed"], told["passed"]), (failed, 1 - failed), peers)
    for peers, word, en in (("{cmae: {0: 7}}", "cmae", "`cmae` is no feature that compares peers"), ("{came: {none: 7}}", "none", "this is no value of what is compared"), ("{came: 3}", "came", None),
                            ("{came: {0: 0}}", "0}", "so many others is a whole number, 1 or more"), ("{came: {0: few}}", "few", None), ("{came: {1 yuan: 7}}", "1 yuan", None), ("[came]", "[came]", None)):
        text = PEERS % peers
        write(tmp / "rules/r.yaml", text)
        found = json.loads(sanzao(tmp, "check", "rules", "--json", rc=1).out)["findings"]
        same([f["code"] for f in found], ["SZ021" if peers[0] == "[" else "SZ098"], peers)
        line = text.splitlines()[found[0]["line"] - 1]
        expect(line[found[0]["column"] - 1:].startswith(word), peers, "is pointed at", line[found[0]["column"] - 1:])
        expect(en is None or found[0]["message"] == en, found)


def test_rules_that_are_refused_are_findings_for_programs_too(tmp):
    write(tmp / "rules/r.yaml", "rules: [{id: r, when: nothing > 3, level: blue}]\n")
    told = json.loads(sanzao(tmp, "test", "rules", "--json", rc=1).out)
    same((told["schema"], told["errors"], [f["code"] for f in told["findings"]]), (1, 1, ["SZ042"]), "findings")


if __name__ == "__main__": sys.exit(main(globals()))
