#!/usr/bin/env python3
"""`sanzao explain STUDENT --rule ID --state …`: each condition with its value, and what holds the rule; of every kind of rule, by hand, and against the alerts
of the sample campus."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import ROOT, alerts, expect, main, same, sanzao, say, write, write_lines

OPTIONS = ["--campus", "campus", "--rules", "rules", "--state", "sqlite:state.db"]
HEAD = """\
events:
  meal: {event: swipe, where: event.op == "consume", label: {zh: 就餐, en: meals}}
  missed: {event: attendance, where: event.status == "absent"}
features:
  meals: {count: meal, over: 7d, label: {zh: 就餐次数, en: number of meals}}
  missed_7d: {count: missed, over: 7d}
  silence: {absence: seen}
  last_meal: {last: meal}
  last_class: {last: missed}
rules:
"""


def at(day, hour=12, minute=0): return f"2026-03-{day:02}T{hour:02}:{minute:02}:00+08:00"
def rule(id, rest): return f"  - {{id: {id}, title: {{zh: 规则, en: Rule}}, {rest}}}\n"
def meal(day, hour=12, who="a"): return {"id": f"m{who}{day}-{hour}", "type": "swipe", "student": who, "time": at(day, hour), "amount": 5, "source": "pos"}
def missed(day, hour=8, who="a"): return {"id": f"c{who}{day}-{hour}", "type": "attendance", "student": who, "status": "absent", "time": at(day, hour), "source": "class"}
def down(source, day, state="down", hour=0): return {"type": "feed_status", "source": source, "time": at(day, hour), "state": state}


def run(tmp, rules, events, until=at(8), leaves="", head=HEAD, students="a,2,active\nb,4,active\nold,4,graduated\n"):
    write(tmp / "rules/r.yaml", head + rules)
    rows = "".join(f"{s},{2026 - int(y)},4,{status}\n" for s, y, status in (x.split(",") for x in students.split()))
    write(tmp / "campus/students.csv", "student,entry_year,years,status\n" + rows)
    write(tmp / "campus/calendar.yaml", "terms: [{id: t, from: 2026-03-02, to: 2026-07-05}]\n")
    write(tmp / "campus/leaves.csv", "student,kind,from,to\n" + leaves)
    write_lines(tmp / "in.ndjson", [json.dumps(e).encode() for e in sorted(events, key=lambda e: e["time"])])
    sanzao(tmp, "run", "--source", "file:in.ndjson", *OPTIONS, "--until", until, "--alerts", "file:alerts.ndjson", rc=0)


def ask(tmp, rule, who="a"): return json.loads(sanzao(tmp, "explain", who, "--rule", rule, *OPTIONS, "--json", rc=0).out)
def text(tmp, rule, who="a", lang="en", more=()): return sanzao(tmp, "explain", who, "--rule", rule, *OPTIONS, "--lang", lang, *more, rc=0).out.decode()


def leaves_of(node, what="decides"):
    """The clauses of a condition, as written; with `decides` those that keep it from being true."""
    if "clause" in node: return [node["clause"]] if not what or node.get(what) else []
    return [c for name in ("all", "any", "not", "choice") for kid in node.get(name, []) for c in leaves_of(kid, what)]


def held(tmp, rule, who="a"): return ask(tmp, rule, who)["now"]["held_by"]


def test_what_decides_in_nested_conditions(tmp):
    """Two meals, one class missed."""
    run(tmp, rule("both", 'level: blue, when: "meals >= 2 && (missed_7d >= 3 || meals >= 5)"') +
        rule("neither", 'level: blue, when: "!(meals >= 1 || missed_7d >= 4) || meals > 9"') +
        rule("chosen", 'value: "missed_7d >= 2 && meals >= 1 ? meals : missed_7d", at_least: {5: blue}') +
        rule("so", 'level: blue, when: "meals >= 2 && !(missed_7d >= 3)"'),
        [meal(6), meal(7), missed(7)])
    both = ask(tmp, "both")["now"]
    tree = both["condition"]["tree"]
    same(leaves_of(tree), ["missed_7d >= 3", "meals >= 5"], "either would do")
    same([tree["held"], tree["all"][0]["held"], tree["all"][1]["held"]], [False, True, False], "and their joints")
    same([(k["value"], k["threshold"], k["held"]) for k in tree["all"][1]["any"]], [(1, 3, False), (2, 5, False)], "with values")
    same(both["held_by"], ["condition"], "by that")
    same(leaves_of(ask(tmp, "neither")["now"]["condition"]["tree"]), ["meals >= 1", "meals > 9"], "what is negated decides by being true")
    chosen = ask(tmp, "chosen")["now"]["condition"]
    same([chosen["value"], chosen["steps"][0]["held"], chosen["held"]], [1, False, False], "the other number")
    same(leaves_of(chosen["tree"]), ["missed_7d >= 2"], "for that condition")
    lines = text(tmp, "chosen").splitlines()
    expect(any(x.strip() == "· the second if the first is met, else the third:" for x in lines), "a number is not unknown because it is no yes or no", lines)
    expect("· 第一项满足取第二项，否则取第三项：" in text(tmp, "chosen", lang="zh"), text(tmp, "chosen", lang="zh"))
    so = ask(tmp, "so")["now"]
    same([so["open"], so["held_by"], leaves_of(so["condition"]["tree"])], [True, [], []], "an alert is open, and nothing decides against it")
    lines = text(tmp, "both").splitlines()
    expect("Now: the condition does not hold" in lines and any("✗ meals >= 5  2 (limit 5)  number of meals  ←" in x for x in lines), lines)
    lines = text(tmp, "both", lang="zh").splitlines()
    expect("现在：条件不成立" in lines and any("✗ meals >= 5  2（界限 5）  就餐次数  ←" in x for x in lines), lines)


def test_unknown_is_not_zero(tmp):
    """The tills were down for three days of seven; no class was ever missed, so of the last one nothing is known."""
    run(tmp, rule("few", 'level: blue, when: meals < 3, unless: none') + rule("many", 'level: blue, when: meals >= 3, unless: none') +
        rule("last", 'level: blue, when: last_class.hours >= 2') + rule("who", 'who: student.year >= 3, level: blue, when: meals >= 0', ),
        [meal(2), down("pos", 3), down("pos", 6, "open"), meal(7), missed(7, who="b")], head=HEAD)
    for name in ("few", "many"):
        now = ask(tmp, name)["now"]
        same([now["condition"]["held"], now["held_by"]], [None, ["unknown"]], f"{name}: neither held nor not")
        clause = now["condition"]["tree"]
        same([clause["value"], clause["at_least"], clause["shown"], clause["decides"]], [2, True, "≥ 2", True], "at least two")
        same(now["unknown"], [{"feature": "meals", "label": "number of meals", "operator": "count", "at_least": 2, "shown": "≥ 2",
                               "window": {"of": "days", "total": 7, "seen": 4, "before": 0, "away": 0, "down": 3}}], "and why")
    last = ask(tmp, "last")["now"]
    same([last["condition"]["held"], last["condition"]["tree"]["value"], last["unknown"][0]["operator"]], [None, None, "last"], "of no record")
    expect("≥ 2" in text(tmp, "few") and "4 of 7 days of its window could be seen; 3 with the source down" in text(tmp, "few"), text(tmp, "few"))
    expect("看得到 4，窗口共 7 天；3 数据源中断" in text(tmp, "few", lang="zh"), text(tmp, "few", lang="zh"))
    expect("whether the condition holds is not known" in text(tmp, "few"), "and says so")
    same(held(tmp, "who"), ["who"], "a second-year is not meant")
    expect("? last_class: no such record is kept" in text(tmp, "last"), text(tmp, "last"))


def test_exemptions_and_who_is_not_at_the_university(tmp):
    run(tmp, rule("many", "level: blue, when: meals >= 1") + rule("seldom", "level: blue, when: meals >= 1, unless: [rarely_seen]"),
        [meal(7), meal(7, who="b"), meal(7, who="old")], leaves="a,sick,2026-03-07,2026-03-09\n")
    now = ask(tmp, "many")["now"]
    same([now["condition"]["held"], now["held_by"], now["open"]], [True, ["unless:on_leave"], False], "true, and held by the leave")
    same(now["exemptions"], [{"name": "on_leave", "value": True}, {"name": "vacation", "value": False}, {"name": "feed_down", "value": False}], "looked at")
    same(held(tmp, "seldom", "b"), ["unless:rarely_seen"], "an exemption that is unknown holds too")
    same(ask(tmp, "seldom", "b")["now"]["exemptions"][3], {"name": "rarely_seen", "value": None}, "and is said to be")
    old = ask(tmp, "many", "old")
    same([old["active"], old["status"], old["looks"]], [False, "graduated", 0], "nobody asks of a graduate")
    expect("Rules are about active students only; this one is: graduated." in text(tmp, "many", "old"), text(tmp, "many", "old"))
    expect("豁免：请假" in text(tmp, "many", lang="zh"), text(tmp, "many", lang="zh"))


def test_time_that_has_not_passed(tmp):
    """`for`, `again_after`, `check`, `resolve_when`: each by itself."""
    run(tmp, rule("long", "level: blue, when: meals >= 1, for: 3d") + rule("checked", "level: blue, when: meals >= 1, check: daily at 18:00") +
        rule("back", "level: blue, when: meals >= 1, resolve_when: missed_7d >= 1") +
        rule("again", "level: blue, when: silence < soon, params: {soon: 2h}, again_after: 3d"),
        [meal(6), meal(6, 20), missed(6, 21), missed(6, 9), meal(8, 11)], until=at(8))
    long = ask(tmp, "long")["now"]
    same([long["held_by"], long["true_since"], long["condition"]["held"]], [["for"], at(6), True], "true, since the 6th")
    checked = ask(tmp, "checked")
    same([checked["now"]["open"], checked["held"][-1]["by"]], [True, "open"], "told at the check of the 6th")
    same(checked["now"]["next_check"], at(8, 18), "and looked at again")
    same(held(tmp, "back"), ["resolve_when"], "what ends it is the case")
    again = ask(tmp, "again")["now"]
    same([again["held_by"], again["condition"]["held"]], [["again_after"], True], "told on the 6th, over since, and true again")
    same(again["quiet_until"], at(9, 14), "for three days from its end, two hours after the meal")


def test_a_check_that_is_to_come(tmp):
    run(tmp, rule("checked", "level: blue, when: meals >= 1, check: daily at 18:00"), [meal(8, 11)], until=at(8))
    got = ask(tmp, "checked")
    same([got["now"]["held_by"], got["now"]["condition"]["held"]], [["check"], True], "true, but it is not asked now")
    same([got["last_look"]["at"], got["last_look"]["held_by"], got["last_look"]["condition"]["held"]], [at(7, 18), ["condition"], False], "yesterday it was not")
    lines = text(tmp, "checked").splitlines()
    expect("Now: it tells at its checks only (check)" in lines and "At its last check 2026-03-07 18:00: the condition does not hold" in lines, lines)
    expect("   next check 2026-03-08 18:00" in lines and "最近一次检查 2026-03-07 18:00：条件不成立" in text(tmp, "checked", lang="zh"), lines)


def test_a_source_that_has_not_come_so_far(tmp):
    """Lists come in batches; those of the 7th are there, but not said to be complete."""
    write(tmp / "campus/feeds.yaml", "pos: {delivery: stream, types: [swipe]}\nclass: {delivery: batch, types: [attendance]}\n")
    complete = {"type": "feed_status", "source": "class", "time": at(5, 20), "state": "complete", "complete_through": at(5, 20)}
    run(tmp, rule("lists", "level: blue, when: missed_7d >= 2"), [missed(5)], until=at(8))
    (tmp / "state.db").unlink()
    lines = [missed(5), complete, meal(6), missed(7), meal(7, 20)]
    write_lines(tmp / "late.ndjson", [json.dumps(e).encode() for e in lines])
    sanzao(tmp, "run", "--source", "file:late.ndjson", "--order", "arrival", *OPTIONS, "--alerts", "file:late-alerts.ndjson", rc=0)
    got = ask(tmp, "lists")["now"]
    same([got["condition"]["held"], got["held_by"], got["open"]], [True, ["source"], False], "true, but it waits")
    same(got["complete_through"][:16], at(5, 20)[:16], "up to when it is complete")
    expect("a source in batches has not come so far" in text(tmp, "lists") and "its sources are complete up to 2026-03-05 20:00" in text(tmp, "lists"), text(tmp, "lists"))
    same(alerts(tmp / "late-alerts.ndjson"), [], "nothing was told")


def test_a_sequence_and_how_far_it_has_come(tmp):
    run(tmp, "  - {id: then, title: {zh: 先后, en: Then}, sequence: [{event: meal}, {not: missed}, {event: dorm_access, where: event.direction == \"in\"}], within: 20h, level: blue}\n",
        [meal(6), meal(7, 19), meal(7, 20)])
    now = ask(tmp, "then")["now"]
    same(now["held_by"], ["sequence"], "it is not complete")
    c = now["condition"]
    same([(s.get("event"), s.get("not"), s["last"], s["done"]) for s in c["sequence"]],
         [("meal", None, at(7, 20), True), (None, "missed", None, False), ("dorm_access", None, None, False)], "the first step is done")
    same([c["tries"], c["began"], c["until"]], [2, at(7, 20), at(8, 16)], "two have begun; those of the 6th have run out")
    expect("✓ meal  last 2026-03-07 20:00" in text(tmp, "then") and "2 begun, the furthest 2026-03-07 20:00, until 2026-03-08 16:00" in text(tmp, "then"), text(tmp, "then"))


def test_an_instant_rule_is_asked_at_its_records(tmp):
    run(tmp, rule("dear", 'level: blue, when: event.type == "swipe" && event.amount >= 100'), [meal(6), meal(7, 19)])
    got = ask(tmp, "dear")
    same([got["instant"], got["looks"], got["held"][0]["by"], got["held"][0]["n"]], [True, 2, "condition", 2], "two records, neither was dear")
    same([got["last_look"]["at"], leaves_of(got["last_look"]["condition"]["tree"])], [at(7, 19), ["event.amount >= 100"]], "the last one")
    expect("At its last record 2026-03-07 19:00: the condition does not hold" in text(tmp, "dear"), text(tmp, "dear"))


def test_a_long_condition_is_shown_by_what_decides(tmp):
    many = " || ".join(f"meals > {n}" for n in range(20, 37))
    run(tmp, rule("long", f'level: blue, when: "meals >= 1 && ({many}) && meals >= 2"') + rule("short", 'level: blue, when: "meals >= 1 && meals >= 9"') +
        rule("true", f'level: blue, when: "meals >= 1 || {many}"'), [meal(6), meal(7)])
    lines = [x.strip() for x in text(tmp, "long").splitlines()]
    same([x for x in lines if "meals >= 1 " in x or "meals >= 2 " in x], [], "what does not decide")
    expect("… 2 more" in lines and "(… decides nothing here; --reasons lists all)" in lines, lines)
    same(len([x for x in lines if x.endswith("←")]), 17, "all that decides")
    everything = [x.strip() for x in text(tmp, "long", more=["--reasons"]).splitlines()]
    same(len([x for x in everything if "meals >= 1 " in x or "meals >= 2 " in x]), 2, "all of it")
    expect(not any(x.startswith("…") or "(…" in x for x in everything), everything)
    expect(any("meals >= 1 " in x for x in text(tmp, "short").splitlines()), "a short one is whole")
    expect(sum("meals > " in x for x in text(tmp, "true").splitlines()) >= 17, "and so is one that holds")
    expect("… 另有 2 项" in [x.strip() for x in text(tmp, "long", lang="zh").splitlines()], "in Chinese")
    run(tmp, rule("chosen", f'level: blue, when: "meals >= 1 && ((meals >= 1 || meals >= 7) ? ({many}) : missed_7d < 1)"') +
        rule("other", f'level: blue, when: "meals >= 1 && ((meals >= 6 || meals >= 7) ? ({many}) : missed_7d >= 1)"'), [meal(6), meal(7)])
    below = lambda of: [x.strip() for x in text(tmp, of).split("else the third:\n")[1].splitlines()]
    parts = below("chosen")
    same((parts[0], parts[1], parts[19], parts[20]), ("✓ … 2 more", "✗ any of:", "✓ … 1 more", "… 1 more"), "each part of a choice has its place")
    same(below("other")[:2], ["✗ … 2 more", "✗ … 17 more"], "and the third is the third")


def test_what_must_not_be_met_says_so_out_of_its_tree(tmp):
    """The list of what decided at the last record has no joints: a ✓ below a `!` would read as if what is met held the rule by being met."""
    run(tmp, rule("no", 'level: blue, when: event.type == "swipe" && !(event.amount >= 3) && !(!(event.amount < 5))'), [meal(7, 19)])
    for lang, last, met, neither in (("en", "At its last record", "   ✓ event.amount >= 3 (must not be met)  ¥5.00", "   ✗ event.amount < 5  ¥5.00"),
                                     ("zh", "最近一条相关记录", "   ✓ event.amount >= 3（应不满足）  5.00 元", "   ✗ event.amount < 5  5.00 元")):
        lines = text(tmp, "no", lang=lang).splitlines()
        lines = lines[next(k for k, x in enumerate(lines) if x.startswith(last)):]
        expect(any(x.startswith(met) for x in lines), "what is met and must not be", lines)
        expect(any(x.startswith(neither) for x in lines), "and two negations are none", lines)
    expect("Since 2026-03-02 00:00 looked at 1 time" in text(tmp, "no").splitlines(), "once is no plural")


def test_a_rule_that_is_off_has_no_values(tmp):
    rules = rule("off", "level: blue, when: meals >= 1, mode: disabled") + rule("touchy", "level: blue, when: missed_7d >= 1, sensitive: true")
    run(tmp, rules + rule("on", "level: blue, when: missed_7d >= 5"), [meal(6), missed(7)])
    off = ask(tmp, "off")
    same([off["mode"], off["kept"], "now" in off, off["looks"]], ["disabled", False, False, 0], "what it alone reads is not kept, and that is no zero")
    expect("The rule is off (mode: disabled)." in text(tmp, "off") and "which is not zero" in text(tmp, "off"), text(tmp, "off"))
    touchy = ask(tmp, "touchy")
    same([touchy["sensitive"], touchy["kept"], touchy["now"]["condition"]["tree"]["value"]], [True, True, 1], "what another rule reads is kept")
    expect("no adjust turns it on" in text(tmp, "touchy") and "Now: not asked" in text(tmp, "touchy"), text(tmp, "touchy"))


def test_the_reason_of_an_adjust_is_there(tmp):
    run(tmp, rule("off", "level: blue, when: meals >= 1") + "adjust: {off: {because: 先试运行, mode: shadow}}\n", [meal(7)])
    same([ask(tmp, "off")["because"], ask(tmp, "off")["mode"]], ["先试运行", "shadow"], "as it was written")
    expect("this campus has changed the rule: 先试运行" in text(tmp, "off"), text(tmp, "off"))


def test_others_who_have_the_same(tmp):
    """Ten of a building swipe often: the comparison keeps the rule still, and no other student is named."""
    names = [f"e{i}" for i in range(10)]
    head = HEAD.replace("rules:\n", "  often: {count: swipe, over: 1d, to: yesterday}\n  of_year: {peers: {count: swipe, over: 1d}, by: year, min_group: 5}\n"
                        "  of_school: {peers: {count: swipe, over: 1d}, by: school, min_group: 5}\n"
                        "  of_place: {peers: {count: swipe, over: 1d}, by: place, min_group: 5}\nrules:\n")
    run(tmp, rule("out", 'level: blue, check: daily at 07:00, when: "often >= 3 && (!has(of_year.mean) || of_year.mean < 2)"') +
        rule("school", 'level: blue, check: daily at 07:00, when: of_school.percentile >= 90') + rule("place", 'level: blue, check: daily at 07:00, when: of_place.percentile >= 90'),
        [{**meal(7, 9 + k, n), "place": "canteen-1"} for n in names for k in range(3)] + [meal(6, 9, n) for n in names], until=at(8, 8), head=head, students="\n".join(f"{n},2,active" for n in [*names, "nowhere"]))
    got = ask(tmp, "out", "e3")
    same([got["last_look"]["at"], got["last_look"]["held_by"], got["now"]["held_by"]], [at(8, 7), ["peers"], ["peers", "check"]], "held by the comparison")
    same(leaves_of(got["now"]["condition"]["tree"]), ["has(of_year.mean)", "of_year.mean < 2"], "and by what in it")
    expect("others of the group have the same (peers)" in text(tmp, "out", "e3"), text(tmp, "out", "e3"))
    expect("school: of the group" not in text(tmp, "school", "e3") and "the roster does not say of which group the student is" in text(tmp, "school", "e3"), text(tmp, "school", "e3"))
    same(ask(tmp, "school", "e3")["now"]["held_by"], ["unknown", "check"], "without a group nothing is known")
    same(ask(tmp, "place", "e3")["now"]["held_by"], ["condition", "check"], "those at the same place are known")
    expect("the student was mostly at no one place" in text(tmp, "place", "nowhere"), text(tmp, "place", "nowhere"))
    expect(not any(f'"{n}"' in json.dumps(got) for n in names if n != "e3"), "nobody else is named")
    expect("me37-" not in json.dumps(got), "nor any record")


def test_points_add_what_is_true(tmp):
    run(tmp, "  - {id: sum, title: {zh: 分, en: Sum}, points: [{add: 3, when: meals >= 2}, {add: 2, when: missed_7d >= 1}, {add: 4, when: last_class.hours >= 2}], at_least: {5: blue}}\n",
        [meal(6), meal(7)])
    now = ask(tmp, "sum")["now"]
    same([now["condition"]["value"], now["condition"]["held"], now["held_by"]], [3, False, ["condition"]], "three points of five")
    same([(p["add"], p["held"]) for p in now["condition"]["points"]], [(3, True), (2, False), (4, None)], "each by itself; what is unknown adds none")


def test_words_that_are_wrong(tmp):
    run(tmp, rule("many", "level: blue, when: meals >= 1"), [meal(7)])
    r = sanzao(tmp, "explain", "a", "--rule", "mony", *OPTIONS, rc=2)
    expect("no rule has the id mony; there are: many" in r.err, r)
    expect("没有 id 为 mony 的规则；有： many" in sanzao(tmp, "explain", "a", "--rule", "mony", *OPTIONS, "--lang", "zh", rc=2).err, "in Chinese")
    expect("did you mean many?" in r.err, r)
    expect("--rule ID is missing" in sanzao(tmp, "explain", "a", *OPTIONS, rc=2).err, "without a rule")
    expect("students.csv does not have it either" in sanzao(tmp, "explain", "x", "--rule", "many", *OPTIONS, rc=1).err, "nor has the campus")
    expect("this state knows no such student" in sanzao(tmp, "explain", "x", "--rule", "many", *OPTIONS, rc=1).err, "an unknown student")
    expect("usage:" in sanzao(tmp, "explain", "a", "--rule", "many", rc=2).err, "a state is needed")
    expect("the alert is written" not in text(tmp, "many") and ask(tmp, "many")["now"]["open"], "it is open")
    before = (tmp / "state.db").read_bytes()
    ask(tmp, "many")
    same((tmp / "state.db").read_bytes(), before, "the state is only read")


def test_what_nothing_held_was_told(tmp):
    """Over the sample campus: as often as nothing held a rule at one of its looks, so often it told, of every student and rule; and it is open where an alert is."""
    folder = ROOT / "examples"
    options = ["--campus", folder / "campus-small", "--rules", folder / "rules", "--state", "sqlite:state.db"]
    sanzao(tmp, "run", "--source", f"file:{folder}/events", "--mapping", folder / "door-mapping.yaml", *options, "--until", "2026-03-20",
           "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson", rc=0)
    last = {a["alert"]: a for a in alerts(tmp / "alerts.ndjson")}.values()
    students = sorted({a["student"] for a in last})
    rules, told = sorted({a["rule"] for a in last}), 0
    for s in students:
        for r in rules:
            got = json.loads(sanzao(tmp, "explain", s, "--rule", r, *options, "--json", rc=0).out)
            mine = [a for a in last if (a["student"], a["rule"]) == (s, r) and a["state"] != "retracted"]
            free = sum(h["n"] for h in got["held"] if h["by"] == "")
            same(free, sum(a["since"] >= got["looked_from"] for a in mine), f"{s} {r}: looks that nothing held, and alerts")
            if got["active"] and not got["instant"]: same(got["now"]["open"], any(a["state"] == "open" for a in mine), f"{s} {r}: open")
            told += free
    expect(told >= 5, "the sample has some within the horizon:", told)
    say(f"{len(students)} students, {len(rules)} rules, {told} alerts within the horizon")


if __name__ == "__main__": sys.exit(main(globals()))
