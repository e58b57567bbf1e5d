#!/usr/bin/env python3
"""sanzao check: whatever is wrong with rules, campus, mapping and config is told in one go, each at its place."""
import json
import re
import sys

from lib import expect, main, same, sanzao, write

RULES = """features: {n: {count: swipe, over: 7d}}
rules:
  - {id: r, when: nn > 3, level: blue}
"""
STUDENTS = "student,status\ns001,huh\n"
TYPES = "library: {presence: maybe}\n"
CALENDAR = "timezone: Asia/Shangai\ncurfew: {sun-thu: '23:00', fri-sat: '23:30', by: [{yeer: 1, sun-thu: '22:30'}]}\n"
MAPPING = "type: swipe\nsource: pos\nstudent: no\ntime: at\namount: {column: sum, unit: jiao}\n"


def places(result) -> list[str]:
    """`file:line:col CODE` of each finding, in the order in which they are told."""
    return [f"{f['file']}:{f['line']}:{f['column']} {f['code']}" for f in json.loads(result.out)["findings"]]


def test_everything_wrong_is_told_at_once(tmp):
    write(tmp / "rules/r.yaml", RULES)
    write(tmp / "campus/students.csv", STUDENTS)
    write(tmp / "campus/types.yaml", TYPES)
    write(tmp / "campus/calendar.yaml", CALENDAR)
    write(tmp / "campus/feeds.yaml", "pos: {types: [swip]}\n")
    write(tmp / "m.yaml", MAPPING)
    write(tmp / "c.yaml", "campus: campus\nmapping: m.yaml\nrulez: rules\nstate: mem\nlateness: 5\nuntil: tomorrow\n")
    want = ["c.yaml:3:1 SZ463", "c.yaml:4:8 SZ453", "c.yaml:5:11 SZ462", "c.yaml:6:8 SZ454", "campus/calendar.yaml:1:11 SZ452",
            "campus/calendar.yaml:2:52 SZ351", "campus/feeds.yaml:1:15 SZ365", "campus/students.csv:2:6 SZ312",
            "campus/types.yaml:1:21 SZ251", "m.yaml:5:29 SZ264", "rules/r.yaml:3:19 SZ042"]
    same(places(sanzao(tmp, "check", "--config", "c.yaml", "--json", rc=1)), want, "findings")
    text = sanzao(tmp, "check", "--config", "c.yaml", rc=1)
    same(text.out.decode().count("error["), len(want), "findings as text")
    expect("nothing loaded, what runs keeps running · exit 1" in text.out.decode() and not text.err, "the last line:", text)
    same(sanzao(tmp, "run", "--config", "c.yaml", "--source", "stdin").rc, 2, "a run does not begin with such a config")


def test_a_time_zone_that_is_none_is_told_where_it_is_named(tmp):
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "student\ns001\n")
    write(tmp / "campus/calendar.yaml", "# ours\ntimezone: 上海\n")
    result = sanzao(tmp, "check", "rules", "--campus", "campus", rc=1)
    expect("campus/calendar.yaml:2:11: error[SZ452]: no time zone is called 上海 here" in result.out.decode(), result)
    same(result.out.decode().count("error["), 1, "one finding")
    for name in ("../../etc/passwd", "/etc/passwd", "Asia"):
        write(tmp / "campus/calendar.yaml", f"timezone: {name}\n")
        same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=1)), ["campus/calendar.yaml:1:11 SZ452"], name)


def test_a_faulty_campus_gives_no_findings_in_sound_rules(tmp):
    write(tmp / "rules/r.yaml", "rules:\n  - {id: r, when: calendar.in(\"exams\"), level: blue, unless: [interning]}\n")
    write(tmp / "campus/students.csv", "student,status\ns001,huh\n")
    write(tmp / "campus/calendar.yaml", "periods: [{id: exams, from: 2026-06-22, to: 2026-06-01}]\n")
    same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=1)),
         ["campus/calendar.yaml:1:45 SZ317", "campus/students.csv:2:6 SZ312"], "findings")


def test_one_yaml_mistake_is_one_finding_in_all_files(tmp):
    """What stands behind it could not be read; the rules that use it are not at fault."""
    write(tmp / "rules/features.yaml", "features:\n  a: {count: swipe, over: 7d}\n  b: {count: swipe, over: 7d\n  c: {count: swipe, over: 9d}\n")
    write(tmp / "rules/rules.yaml", "rules:\n  - {id: r, when: a > 1 && b > 2 && c > 3, level: blue, message: {zh: '{c} 次', en: '{c} times'}}\n"
          "  - {id: s, when: d > 3, level: blue}\n")
    same(places(sanzao(tmp, "check", "rules", "--json", rc=1)), ["rules/features.yaml:3:6 SZ006", "rules/rules.yaml:3:19 SZ042"], "findings")


def test_what_is_missing_is_told_beside_a_key_given_twice(tmp):
    """Only the last thing before the place where the reading ended may lack what would have followed."""
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, when: n > 1}\n"
          "  - {id: s, value: n, at_least: {3: blue, 3: red}}\n  - {id: t, when: n > 1}\n")
    same(places(sanzao(tmp, "check", "rules", "--json", rc=1)),
         ["rules/r.yaml:3:13 SZ059", "rules/r.yaml:4:43 SZ011", "rules/r.yaml:5:13 SZ059"], "a step twice")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, when: n > 1}\n"
          "  - id: s\n    when: n > 1\n   level: blue\n")
    same(places(sanzao(tmp, "check", "rules", "--json", rc=1)),
         ["rules/r.yaml:3:13 SZ059", "rules/r.yaml:6:4 SZ010"], "a line that does not fit")


def test_points_that_are_no_list_are_one_finding(tmp):
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n"
          "  - {id: r, points: {add: 3, when: n > 1}, at_least: {3: blue}}\n  - {id: s, sequence: swipe, within: 3h, level: blue}\n")
    same(places(sanzao(tmp, "check", "rules", "--json", rc=1)), ["rules/r.yaml:3:21 SZ021", "rules/r.yaml:4:23 SZ021"], "findings")


def test_a_full_width_colon_before_a_brace_is_named(tmp):
    write(tmp / "rules/r.yaml", "features:\n  n：{count: swipe, over: 7d}\n")
    same(places(sanzao(tmp, "check", "rules", "--json", rc=1)), ["rules/r.yaml:2:4 SZ004"], "findings")


def test_one_folder_of_rules_at_a_time(tmp):
    write(tmp / "a/r.yaml", "rules: []\n")
    write(tmp / "b/r.yaml", "rules: []\n")
    for command in ("check", "test"):
        expect("one folder of rules" in sanzao(tmp, command, "a", "b", rc=2).err, "two folders")
    same(sanzao(tmp, "check", "a").rc, 0, "one folder")


def test_campus_and_mapping_are_checked_where_no_rules_are(tmp):
    """Whoever hands over an export has it in a folder of his own."""
    write(tmp / "campus/students.csv", "学号\n1\n")
    write(tmp / "campus/leaves.csv", "学号,开始\n1,2026-03-02\n")
    write(tmp / "map.yaml", "type: presence\nstudent: 学号\ntime: 时间\n")
    for args in (["--campus", "campus"], ["--mapping", "map.yaml"]):
        for lang, text in (("en", "no folder of rules here"), ("zh", "没有规则文件夹")):
            expect(text in sanzao(tmp, "check", *args, "--lang", lang, rc=0).out.decode(), "what was not checked is said", args)
    write(tmp / "campus/leaves.csv", "学号,开始\n1,昨天\n")
    write(tmp / "map.yaml", "type: presence\nstudent: 学号\ntiem: 时间\n")
    out = sanzao(tmp, "check", "--campus", "campus", "--mapping", "map.yaml", rc=1).out.decode()
    expect("campus/leaves.csv:2:3: error" in out and "map.yaml:3:1: error" in out and "rules" not in out, out)
    for args in ([], ["--campus", "campus", "--rules", "rules"], ["--campus", "campus", "rules"]):
        expect("rules: No such file" in sanzao(tmp, "check", *args, rc=4).out.decode(), "rules that were asked for", args)


GROUPS = """features:
  by_room: {peers: {count: swipe, over: 1d}, by: dorm}
  by_class: {peers: {count: swipe, over: 1d}, by: class, min_group: 10}
  by_school: {peers: {count: swipe, over: 1d}, by: [school, year], min_group: 40}
  nobody: {peers: {count: swipe, over: 1d}, by: major, min_group: 5}
  off: {peers: {count: swipe, over: 1d}, by: dorm}
rules:
  - {id: r, when: by_room.mean < 1 || by_class.mean < 1 || by_school.mean < 1 || nobody.mean < 1, level: blue}
  - {id: s, when: off.mean < 2, level: blue, mode: disabled}
"""


def in_groups(tmp):
    """120 students: rooms of six, classes of 30 and one of 9, one school of two years; two who left fill no group."""
    write(tmp / "rules/r.yaml", GROUPS)
    rows = [f"s{i},room{i // 6},{'small' if i >= 111 else f'c{i // 30}'},sci,{2024 + (i >= 60)},active" for i in range(120)]
    write(tmp / "campus/students.csv", "student,dorm,class,school,entry_year,status\n" + "\n".join(rows) + "\nx1,room0,small,sci,2025,graduated\nx2,room0,small,sci,2025,graduated\n")


def test_a_comparison_that_no_group_is_large_enough_for_is_told(tmp):
    """It would be unknown for ever, and nothing else says so."""
    in_groups(tmp)
    out = sanzao(tmp, "check", "rules", "--campus", "campus", "--lang", "en", rc=0).out.decode()
    same([x for x in places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json"))], ["rules/r.yaml:2:3 SZ478", "rules/r.yaml:5:3 SZ478"], "the two")
    expect("`by_room` compares by dorm with min_group 30, and no group of the roster has so many: the largest of 20 has 6" in out, out)
    expect("write  min_group: 6  or less" in out and "`nobody` compares by major" in out and "the largest of 0 has 0" in out and "compare by something larger, such as  by: building" in out, out)
    zh = sanzao(tmp, "check", "rules", "--campus", "campus", "--lang", "zh", rc=0).out.decode()
    expect("`by_room` 按 dorm 比较，min_group 为 30，而名单里没有一组有这么多人：20 组中最大的一组 6 人" in zh and "请写  min_group: 6  或更小" in zh, zh)
    same(sanzao(tmp, "check", "rules", "--campus", "campus", "--strict").rc, 3, "--strict")
    same(places(sanzao(tmp, "check", "rules", "--json")), [], "without a campus nothing is known of groups")
    students = (tmp / "campus/students.csv").read_text().splitlines(keepends=True)
    (tmp / "campus/students.csv").write_text("".join(students[:15]))
    same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json")), [], "who has 14 students tries rules out")


def test_a_folder_without_rules_is_no_silent_success(tmp):
    write(tmp / "rules/notes.txt", RULES)
    result = sanzao(tmp, "check", "rules", rc=0)
    expect("warning[SZ473]: rules has no rule file" in result.out.decode(), result)
    same(sanzao(tmp, "check", "rules", "--strict").rc, 3, "--strict")
    result = sanzao(tmp, "check", "rules/notes.txt", rc=4)
    expect("a folder is expected here" in result.out.decode() and "name its folder, rules:" in result.out.decode(), result)
    result = sanzao(tmp / "rules", "check", "notes.txt", rc=4)
    expect("name its folder, .:" in result.out.decode(), result)


def test_a_curfew_is_told_whole(tmp):
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "student\ns001\n")
    write(tmp / "campus/calendar.yaml", "curfew: {sun-thur: '23:00', ends: '25:00', by: [{yeer: 1, sun-thu: '22:30'}]}\n")
    same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=1)),
         ["campus/calendar.yaml:1:10 SZ351", "campus/calendar.yaml:1:35 SZ354", "campus/calendar.yaml:1:50 SZ351"], "findings")


def test_rules_of_a_windows_machine_are_seen(tmp):
    write(tmp / "rules/R.YAML", RULES)
    same(places(sanzao(tmp, "check", "rules", "--json", rc=1)), ["rules/R.YAML:3:19 SZ042"], "findings")


def test_a_yaml_mistake_brings_no_second_finding_but_a_key_twice_hides_none(tmp):
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "student\ns1\n")
    for text, want in (("type: swipe\nsource: *a\nstudent: s\ntime: t\n", ["m.yaml:2:9 SZ012"]),
                       ("type: swipe\nstudent: s\nstudent: s\ntime: t\namount: {column: a, unit: jiao}\n", ["m.yaml:3:1 SZ011", "m.yaml:5:27 SZ264"])):
        write(tmp / "m.yaml", text)
        same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--mapping", "m.yaml", "--json", rc=1)), want, text)
    write(tmp / "campus/types.yaml", "library: {presence: true}\nlibrary: {}\ngym: {presence: maybe}\n")
    same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=1)), ["campus/types.yaml:2:1 SZ011", "campus/types.yaml:3:17 SZ251"], "types")


def test_a_key_of_the_campus_that_is_misspelt_is_not_missing_too(tmp):
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/calendar.yaml", "terms: [{id: 春, fron: 2026-03-01, to: 2026-07-01}, {id: 秋, to: 2026-12-31}]\n")
    want = ["campus/calendar.yaml:1:17 SZ351", "campus/calendar.yaml:1:52 SZ352"]
    same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=1)), want, "findings")


def test_an_adjust_under_a_title_or_with_a_word_for_a_number_says_what_to_write(tmp):
    rule = "rules:\n  - {id: late, title: {zh: 多次晚归, en: Late often}, when: student.year >= few, level: blue, params: {few: 4, word: 'on'}}\n"
    for adjust, at, code, say, hint in (
            ("多次晚归: {because: 校历, mode: shadow}", 3, "SZ075", "no rule is named `多次晚归`", "that is the rule's title; write its id:  late"),
            ("Late often: {because: 校历, mode: shadow}", 3, "SZ075", "no rule is named `Late often`", "that is the rule's title; write its id:  late"),
            ("late: {because: 校历, params: {few: three}}", 37, "SZ051", "the pack has a number here: 4", "write a value like  4"),
            ("late: {because: 校历, params: {few: {was: 4, value: three}}}", 53, "SZ051", "the pack has a number here: 4", "write a value like  4"),
            ("late: {because: 校历, params: {few: {was: 4, value: 3 yuan}}}", 53, "SZ051", "the pack has another unit: 4", "write  3")):
        write(tmp / "rules/r.yaml", rule + "adjust:\n  " + adjust + "\n")
        found = json.loads(sanzao(tmp, "check", "rules", "--json", "--lang", "en", rc=1).out)["findings"]
        same([(f["line"], f["column"], f["code"], f["message"], f["hint"]) for f in found], [(4, at, code, say, hint)], adjust)


def test_a_config_file_with_a_full_width_colon_or_an_option_of_its_own_says_what_to_write(tmp):
    for text, at, code, lang, hint in (("campus：c\n", "1:1", "SZ464", "en", "the colon is a full-width one: write  campus: …  with a colon and a space"),
                                       ("campus：c\r\n", "1:1", "SZ464", "zh", "冒号是全角的：请写  campus: …"), ("- campus: c\n", "1:1", "SZ464", "en", "one option a line"),
                                       ("lang: en\r\n语言: zh\r\n", "2:1", "SZ463", "en", "`sanzao options --example` has all of them"),
                                       ("{lang: zh, 校园数据: c}\n", "1:12", "SZ463", "zh", "`sanzao options --example` 列出全部选项")):
        write(tmp / "c.yaml", text)
        result = sanzao(tmp, "check", "--config", "c.yaml", "--lang", lang)
        shown = result.out.decode() + result.err
        expect(result.rc and f"c.yaml:{at}: " in shown and f"[{code}]" in shown and hint in shown, shown)


def test_an_event_that_is_a_word_says_what_to_write(tmp):
    write(tmp / "rules/r.yaml", "events:\r\n  snack: swipe\r\n")
    found = json.loads(sanzao(tmp, "check", "rules", "--json", "--lang", "en", rc=1).out)["findings"]
    same([(f["line"], f["column"], f["code"], f["hint"]) for f in found], [(2, 10, "SZ021", "write it as  {event: swipe}")], "findings")


def test_a_place_that_is_there_twice_says_what_to_do(tmp):
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/places.csv", "地点,名称,类别\n食堂,一食堂,canteen\n食堂,二食堂,canteen\n")
    for lang, hint in (("en", "delete one of the two"), ("zh", "请删除其中一行")):
        found = json.loads(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", "--lang", lang, rc=1).out)["findings"]
        same([(f["line"], f["column"], f["code"]) for f in found], [(3, 1, "SZ331")], "findings")
        expect(hint in (found[0]["hint"] or ""), found)


def test_a_type_has_no_name_that_rules_read_otherwise(tmp):
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/types.yaml", "".join(f"{name}: {{}}\n" for name in ("alert", "any", "seen", "swipe", "feed_status", "gym")))
    same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=1)), [f"campus/types.yaml:{i}:1 SZ255" for i in range(1, 6)], "taken")


def test_two_times_of_day_in_a_flow_want_quotes(tmp):
    rule = "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, check: %s, when: n > 3, level: blue}\n"
    write(tmp / "rules/r.yaml", rule % "daily at 07:00,18:00")
    result = sanzao(tmp, "check", "rules", rc=1)
    expect("r.yaml:3:37: error[SZ004]" in result.out.decode() and "in quotes, '… 07:00,18:00'" in result.out.decode(), result)
    write(tmp / "rules/r.yaml", rule % "'daily at 07:00,18:00'")
    sanzao(tmp, "check", "rules", rc=0)


def test_an_adjusted_param_that_is_not_there_is_shown_where_they_would_stand(tmp):
    rule = "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, when: n > %s, level: blue%s}\nadjust: {r: {because: 试用, params: {most: 3}}}\n"
    for text, hint in ((rule % ("few", ", params: {few: 2}"), "its params stand at rules/r.yaml:3"), (rule % (2, ""), "or give it one at rules/r.yaml:3")):
        write(tmp / "rules/r.yaml", text)
        expect(hint in sanzao(tmp, "check", "rules", rc=1).out.decode(), hint)


def test_words_of_a_campus_of_many_kinds_and_of_one_gender(tmp):
    """What is there is not said to be missing, however many there are; of men alone nothing is known of how women are called, and of both it is."""
    write(tmp / "campus/places.csv", "place,name,kind\n" + "".join(f"p{i},n{i},kind-{i}\n" for i in range(10, 90)))
    rule = ('events: {x: {event: swipe, where: place.kind == "kind-%s"}}\nfeatures: {n: {count: x, over: 7d}}\n'
            'rules: [{id: r, title: {zh: 次数, en: Times}, level: blue, who: student.gender == "female", when: n >= 3}]\n')
    for kind, genders, found in ((89, "男 ", []), (90, "男 ", ["1:49"]), (89, "male ", []), (89, "", []), (89, "男 女", ["3:81"])):
        write(tmp / "campus/students.csv", "student,gender\n" + "".join(f"{i},{g}\n" for i, g in enumerate(genders.split(" "))))
        write(tmp / "rules/r.yaml", rule % kind)
        same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=0)), [f"rules/r.yaml:{x} SZ106" for x in found], (kind, genders))


def test_headings_of_dorm_rooms_as_registers_write_them(tmp):
    write(tmp / "rules/r.yaml", "rules: []\n")
    for heading in ("宿舍", "寝室", "宿舍号", "寝室号"):
        write(tmp / "campus/students.csv", f"学号,{heading}\n1,东1-302\n".encode("gbk"))
        same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=0)), [], heading)


def test_an_operator_where_its_feature_should_stand(tmp):
    """The one feature that has it is meant; of several, or of none, what a feature with it looks like is shown."""
    rule = "features: {%s}\nrules:\n  - {id: r, level: blue, params: {limit: 24h}, when: absence >= limit}\n"
    for features, en, zh in (("silence: {absence: seen}", "did you mean `silence`?  (feature, rules/r.yaml:1)", "是不是 `silence`？（特征，rules/r.yaml:1）"),
                             ("a: {absence: seen}, b: {absence: swipe}", "give it a name, for example  silence: {absence: seen}", "请先声明一个特征，例如  silence: {absence: seen}"),
                             ("n: {count: swipe, over: 7d}", "`absence` is what a feature does", "`absence` 是特征的算法")):
        write(tmp / "rules/r.yaml", rule % features)
        for lang, words in (("en", en), ("zh", zh)):
            found = json.loads(sanzao(tmp, "check", "rules", "--json", "--lang", lang, rc=1).out)["findings"]
            same([(f["line"], f["code"]) for f in found], [(3, "SZ042")], features)
            expect(words in found[0]["hint"], found)


def test_years_that_no_student_has(tmp):
    """Of entry, of study in the terms that there are, of how long it takes; a condition that holds of somebody, or of all, is none of a slip."""
    write(tmp / "campus/students.csv", "student,entry_year,years\ns1,2022,4\ns2,2023,5\ns3,2025,4\n")
    write(tmp / "campus/calendar.yaml", "terms: [{id: a, from: 2025-02-17, to: 2025-07-06}, {id: b, from: 2026-02-23, to: 2026-07-05}]\n")
    rule = "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, title: {zh: 次数, en: Times}, level: blue, who: '%s', when: n >= 3}\n"
    for who, hint, zh in (("student.entry_year == 2024", "known are 2022, 2023, 2025 (students.csv)", "已知的有：2022, 2023, 2025"),
                          ("student.entry_year == 23", "did you mean 2023?", "是不是 2023？"),
                          ("2026 <= student.entry_year", "known are 2022", "已知的有"),
                          ("student.entry_year == 3", "the year of study is  student.year == 3", "年级写作  student.year == 3"),
                          ("student.year >= 2023", "the year of entry is  student.entry_year >= 2023", "入学年份写作  student.entry_year >= 2023"),
                          ("student.year > 4", "known are 1, 2, 3, 4 (students.csv)", "已知的有：1, 2, 3, 4"),
                          ("student.year in [5, 6]", "known are 1, 2, 3, 4", "已知的有：1, 2, 3, 4"), ("student.years == 3", "known are 4, 5", "已知的有：4, 5"),
                          ("student.years < 4", "known are 4, 5", "已知的有"),
                          ("student.entry_year != 2024", None, None), ("student.entry_year <= 2030", None, None), ("student.year == 4", None, None),
                          ("student.year in [4, 5, 6]", None, None), ("student.year < student.years", None, None)):
        write(tmp / "rules/r.yaml", rule % who)
        for lang, words in (("en", hint), ("zh", zh)):
            found = json.loads(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", "--lang", lang, rc=0).out)["findings"]
            same({f["code"] for f in found}, {"SZ106"} if hint else set(), who)
            expect(not hint or words in found[0]["hint"], who, found)
        sanzao(tmp, "check", "rules", "--strict", rc=0)
    write(tmp / "campus/calendar.yaml", "curfew: {sun-thu: '23:00', fri-sat: '23:30'}\n")
    write(tmp / "rules/r.yaml", rule % "student.year == 9")
    same(places(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", rc=0)), [], "without terms nothing is known of years of study")


def test_rows_of_by_for_a_year_that_no_student_has(tmp):
    """A year of study that is there elsewhere (a fifth one, of medicine) is a pack's row for others."""
    write(tmp / "campus/students.csv", "student,entry_year,years\ns1,2022,4\ns2,2023,4\ns3,2025,4\n")
    write(tmp / "campus/calendar.yaml", "terms: [{id: a, from: 2025-02-17, to: 2025-07-06}, {id: b, from: 2026-02-23, to: 2026-07-05}]\n")
    rule = ("features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, title: {zh: 次数, en: Times}, level: blue, when: n >= few,\n"
            "     params: {few: {value: 3, by: [{%s, value: 2}]}}}\n")
    for row, hint, zh in (("year: 9", "there are  1  2  3  4", "可以写  1  2  3  4"), ("year: [1, 2023]", "entry_year: 2023", "入学年份写作  entry_year: 2023"),
                          ("entry_year: 2028", "there are  2022  2023  2025", "可以写  2022"), ("entry_year: 23", "did you mean 2023?", "是不是 2023？"),
                          ("entry_year: 3", "the year of study is  year: 3", "年级写作  year: 3"), ("entry_year: [2022, 2025]", None, None),
                          ("year: [1, 4, 5]", None, None), ("years: 5", None, None)):
        write(tmp / "rules/r.yaml", rule % row)
        for lang, words in (("en", hint), ("zh", zh)):
            found = json.loads(sanzao(tmp, "check", "rules", "--campus", "campus", "--json", "--lang", lang, rc=0).out)["findings"]
            same([f["code"] for f in found], ["SZ161"] if hint else [], row)
            expect(not hint or words in found[0]["hint"], row, found)
        sanzao(tmp, "check", "rules", "--strict", rc=0)


def test_logs_of_a_run_show_no_row_of_a_student(tmp):
    """`check` shows the lines to whoever mends them; what a nightly run says ends up in logs."""
    write(tmp / "rules/r.yaml", "rules: []\n")
    write(tmp / "campus/students.csv", "student,name,status\n2023001,张三,\n2023002,李四,王五\n2023001,张三,\n")
    write(tmp / "campus/cards.csv", "card,student\n77,2023001\n77,2023001\n")
    write(tmp / "campus/leaves.csv", "student,from,note\n2023001,someday,赵六\n")
    write(tmp / "campus/places.csv", "place,kind\nc1,canteen\nc1,canteen\n")
    secret = ["2023001", "2023002", "张三", "李四", "王五", "赵六", "77"]
    result = sanzao(tmp, "check", "rules", "--campus", "campus", rc=1)
    for word in ("李四", "`王五` is no status", "someday", "77,2023001"): expect(word in result.out.decode(), "check:", word, result)
    for lang in ("en", "zh"):
        result = sanzao(tmp, "run", "--source", "stdin", "--campus", "campus", "--rules", "rules", "--lang", lang, rc=1)
        for place in ("students.csv:3:12: ", "students.csv:4:1: ", "cards.csv:3:1: ", "leaves.csv:2:9: "): expect(place in result.err, place, result)
        for word in secret: expect(word not in result.err, f"`{word}` is in the log:", result)
        expect("sanzao check --campus" in result.err and "c1,canteen" in result.err, "what to do, and lines that name nobody:", result)


def test_every_command_has_help_in_both_languages(tmp):
    for command in ("run", "alerts", "summary", "check", "test", "eval", "state", "explain", "simulate", "repartition"):
        for args in (["--help"], ["-h"]):
            en, zh = sanzao(tmp, command, *args, rc=0), sanzao(tmp, command, *args, "--lang", "zh", rc=0)
            expect(en.out.startswith(f"usage: sanzao {command}".encode()) and b"--json" in en.out and not en.err, en)
            expect(zh.out.startswith(f"用法：sanzao {command}".encode()) and not zh.err, zh)
        same(sanzao(tmp, "help", command, rc=0).out, sanzao(tmp, command, "--help").out, f"help {command}")
        expect("did you mean --json?" in sanzao(tmp, command, "--jsn", rc=2).err, command)
        same(sanzao(tmp, "help", command, "--lang", "zh", rc=0).out, sanzao(tmp, command, "--help", "--lang", "zh").out, f"help {command} in Chinese")
    expect(b"--docs" in sanzao(tmp, "options", "--help", rc=0).out, "options")
    expect(sanzao(tmp, "help", "--lang", "zh", rc=0).out.startswith("用法".encode()), "the list in Chinese")
    for args, en, zh in ((["ran"], "did you mean `run`?", "是不是 `run`？"), (["backtest"], "is not there yet", "还没有"),
                         (["run", "--source"], "--source wants a value", "--source 需要一个值")):
        for lang, words in (("en", en), ("zh", zh)): expect(words in sanzao(tmp, *args, "--lang", lang, rc=2).err, f"{args} {lang}")
    for lang, words in (("en", "options stand behind the command"), ("zh", "选项写在命令后面")):
        expect(words in sanzao(tmp, "--lang", lang, "check", rc=2).err, lang)


def test_a_param_that_nothing_names_is_a_note(tmp):
    write(tmp / "rules/p.yaml", "params: {shared: 3, lost: 4}\n")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules:\n"
          "  - {id: r, when: n > 3, level: blue, params: {few: 3}, message: {zh: '{n} 次', en: '{n} times'}}\n"
          "  - {id: s, value: n, at_least: {few: blue}, params: {few: 3, told: 5}, message: {zh: '{told} {n}', en: '{told} {n}'}}\n"
          "  - {id: t, when: n > shared, level: blue}\n")
    result = sanzao(tmp, "check", "rules", "--json", "--strict", rc=0)
    same(places(result), ["rules/p.yaml:1:21 SZ157", "rules/r.yaml:3:48 SZ157"], "notes")
    same([f["severity"] for f in json.loads(result.out)["findings"]], ["note", "note"], "severity")
    for lang, words in (("en", "take it out"), ("zh", "或去掉它")): expect(words in sanzao(tmp, "check", "rules", "--lang", lang, rc=0).out.decode(), words)


def test_a_fault_in_a_test_is_for_check_and_stops_no_run(tmp):
    rule = "features: {n: {count: swipe, over: 7d}}\nrules:\n  - id: r\n    when: n >= 1\n    level: blue\n    tests:\n"
    write(tmp / "rules/r.yaml", rule + "      - {name: t, events: [d1 08:00 sipe], expect: []}\n")
    write(tmp / "events.ndjson", '{"id":"1","source":"pos","student":"s1","type":"swipe","time":"2026-03-02T12:00:00+08:00","amount":5,"place":"canteen"}\n')
    same(places(sanzao(tmp, "check", "rules", "--json", rc=1)), ["rules/r.yaml:7:37 SZ092"], "findings")
    expect("rules/r.yaml:7:37: error[SZ092]" in sanzao(tmp, "test", "rules", rc=1).err, "test tells it too")
    run = ("run", "--rules", "rules", "--source", "file:events.ndjson", "--unknown-students", "admit", "--alerts", "file:alerts.ndjson")
    same(sanzao(tmp, *run, rc=0).err.count("SZ092"), 0, "a run does not ask")
    same((tmp / "alerts.ndjson").read_text().count('"level":"blue"'), 1, "alerts")
    write(tmp / "rules/r.yaml", rule + "      - {name: t, events: [d1 08:00 swipe, expect: []}\n")   # no YAML: no run either
    told = [sanzao(tmp, *command, rc=1) for command in (("check", "rules", "--lang", "en"), (*run, "--append", "--lang", "en"))]
    where = [re.findall(r"rules/r\.yaml:\d+:\d+: error\[SZ\d+\]", result.out.decode() + result.err) for result in told]
    expect(where[0] and where[0] == where[1], where)


def test_conditions_one_in_the_other_are_looked_through_for_so_long_only(tmp):
    """Does resolve_when hold wherever when does? && and || by turns reach the same pairs by more ways than could ever be gone."""
    def deep(innermost: str) -> str:
        for _ in range(20): innermost = f"(({innermost} && n > 1) || m > 1)"
        return innermost
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}, m: {count: swipe, over: 3d}}\nrules:\n"
          f"  - {{id: r, level: blue, when: '{deep('n > 5')}', resolve_when: '{deep('m > 5')}'}}\n")
    expect("0 errors" in sanzao(tmp, "check", "rules", "--lang", "en", rc=0).out.decode(), "it is over")


def test_what_a_code_means_and_what_a_value_is_are_told_to_programs_too(tmp):
    told = json.loads(sanzao(tmp, "explain", "SZ042", "--json", rc=0).out)
    same((told["schema"], told["code"], sorted(told["meaning"])), (1, "SZ042", ["en", "zh"]), "explain")
    same(json.loads(sanzao(tmp, "eval", "1 + 1", "--json", rc=0).out), {"schema": 1, "int": "2"}, "a value")
    told = json.loads(sanzao(tmp, "eval", "1 +", "--json", rc=1).out)
    same((told["schema"], told["error"]["code"], told["error"]["column"]), (1, "SZ101", 4), "no value")
    for bindings in ("{x", "[1]", '{"x": 1, "x": 2}'):          # an option that is wrong, and no finding of the expression
        told = json.loads(sanzao(tmp, "eval", "1 + 1", "--bindings", bindings, "--json", rc=2).out)
        same(told["error"]["code"], "SZ148", bindings)


if __name__ == "__main__": sys.exit(main(globals()))
