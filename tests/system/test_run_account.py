#!/usr/bin/env python3
"""What a run says of what it read: by source and input, of what it could use nothing of or set aside, and how far it came."""
import gzip
import json
import re
import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from file_runs import CAMPUS, LINES, UNTIL, run  # noqa: E402
from lib import balance, expect, main, same, sanzao, write, write_lines  # noqa: E402


def test_complete_through_is_the_watermark_of_each_source(tmp):
    """Of files in order all sources share one; as they arrive each has its own, by its delivery and allowance."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/feeds.yaml", "pos: {types: [swipe], allowance: 10m}\ngate: {delivery: batch, types: [dorm_access]}\nnet: {types: [presence]}\n")
    write(tmp / "rules/r.yaml", "rules: []\n")
    day = "2026-03-02"
    events = [{"type": "swipe", "source": "pos", "student": "s1", "time": f"{day}T12:00:00+08:00"},
              {"type": "dorm_access", "source": "gate", "student": "s1", "direction": "in", "time": f"{day}T11:00:00+08:00"},
              {"type": "feed_status", "source": "gate", "state": "complete", "time": f"{day}T11:30:00+08:00", "complete_through": f"{day}T11:29:59+08:00"},
              {"type": "presence", "source": "net", "student": "s1", "time": f"{day}T12:30:00+08:00"}]
    write_lines(tmp / "e.ndjson", [json.dumps(e).encode() for e in events])

    def column(*options):
        args = ["--campus", "campus", "--rules", "rules", "--alerts", "file:a", "--summary", "s.json", "--by-source", *options]
        sanzao(tmp, "run", "--source", "file:e.ndjson", *args, rc=0)
        shown = sanzao(tmp, "summary", "s.json", "--lang", "en", rc=0).out.decode()
        return dict(re.findall(r"^e\.ndjson +(\w+) .*  (\d{4}-\d\d-\d\d \d\d:\d\d(?: \*)?)$", shown, re.M)), shown

    same(column("--order", "arrival")[0], {"pos": f"{day} 11:50", "gate": f"{day} 11:29", "net": f"{day} 12:30"}, "as they arrive")
    same(column()[0], {"pos": f"{day} 12:30", "gate": f"{day} 12:30 *", "net": f"{day} 12:30"}, "in order")
    rows, shown = column("--until", day)
    same(rows, {"pos": f"{day} 24:00", "gate": f"{day} 24:00 *", "net": f"{day} 24:00"}, "up to the end of the day")
    expect(f"* as this run takes it; gate itself says that it is complete up to {day} 11:29" in shown, shown)


def test_inputs_and_sources_add_up_where_many_are_due_at_once(tmp):
    """A record at an hour at which more students are due than a step takes is used some steps after it was given."""
    write(tmp / "campus/students.csv", "student\n" + "".join(f"s{i}\n" for i in range(1200)))
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {20d: yellow}, check: daily at 07:00}\n")
    events = [{"type": "presence", "source": f"net{k % 2}", "student": f"s{i}", "time": f"2026-03-0{day}T{10 + k}:00:00+08:00"}
              for day in (2, 3, 4) for k in range(4) for i in range(k, 1200, 400)]
    write_lines(tmp / "e.ndjson", [json.dumps(e).encode() for e in events] + [b"{"])
    s = sanzao(tmp, "run", "--source", "file:e.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:a", "--by-source", rc=0).summary()
    same({k: sum(line[k] for line in s["sources"]) for k in ("read", "used", "duplicate", "dead_letter", "control")},
         {k: s[k] for k in ("read", "used", "duplicate", "dead_letter", "control")}, "the lines' sums")
    for line in s["sources"]: balance(line)


def test_unknown_places_and_readers_are_counted_in_a_warning(tmp):
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/places.csv", "place,kind\nc1,canteen\n")
    write(tmp / "rules/r.yaml", "rules: []\n")
    event = lambda i, **more: json.dumps({"type": "swipe", "student": "s1", "time": f"2026-03-02T08:0{i}:00+08:00", **more}).encode()
    write_lines(tmp / "e.ndjson", [event(0, place="c1"), event(1, place="x"), event(2, place="y"), event(3, reader="r9"), event(4)])
    go = lambda: sanzao(tmp, "run", "--source", "file:e.ndjson", "--campus", "campus", "--rules", "rules", rc=0)
    result = go()
    expect("warning[SZ474]: records at places that places.csv does not have: 2" in result.err, result)
    expect("readers.csv" not in result.err.split("{")[0], "there is no readers.csv:", result)
    same(result.summary()["used"], 5, "all are used")
    write(tmp / "campus/readers.csv", "reader,place\nr1,c1\n")
    expect("warning[SZ474]: records of readers that readers.csv does not have: 1" in go().err, "readers too")


def test_dead_letters_that_nobody_keeps_are_told(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "events.ndjson", [b"{broken", b'{"type":"presence","student":"s001","time":"2024-03-05T10:00:00"}'])
    for lang, text in (("en", "dead letters that are kept nowhere: 1"), ("zh", "没有保存下来的死信：1 条")):
        args = ["run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--lang", lang]
        expect(text in sanzao(folder, *args, rc=0).err, lang)
        expect(text not in sanzao(folder, *args, "--dead-letters", "file:dead", rc=0).err, "kept,", lang)


def test_what_a_first_run_that_went_wrong_leaves_behind(tmp):
    """A mapping without the times' format and an --until: the state goes on to it, and the same table is too late then. What is said leads out."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {30d: yellow}}\n")
    mapping = "source: net\ntype: presence\nstudent: 学号\ntime: {column: 时间%s}\n"
    table = "学号,时间\n" + "".join(f"s1,2026/3/{d} 8:00\n" for d in range(1, 29))
    for name in ("a.csv", "b.csv"): write(tmp / name, table)
    args = ["run", "--mapping", "m.yaml", "--campus", "campus", "--rules", "rules", "--dead-letters", "file:dead.ndjson", "--append"]
    state, until = ["--state", "sqlite:state.db"], ["--until", "2026-03-28"]
    write(tmp / "m.yaml", mapping % "")
    r = sanzao(tmp, *args, "--source", "file:a.csv", *state, *until, rc=0)
    expect("SZ468" in r.err and "then begin with a new state" in r.err, "what to do with the state", r)
    r = sanzao(tmp, *args, "--source", "file:a.csv", "--state", "sqlite:zh.db", *until, "--lang", "zh", rc=0)
    expect("请改正映射或校园数据；改正后请用新的状态重新开始" in r.err, "in Chinese", r)
    for more in ((*state,), (*until,)):
        r = sanzao(tmp, *args, "--source", "file:b.csv" if more == until else "file:a.csv", *more, rc=0)
        expect("begin with a new state" not in r.err, "it is not new, there is none, or it has not gone on", r)
    write(tmp / "m.yaml", mapping % ", format: 'YYYY/M/D H:mm'")
    r = sanzao(tmp, *args, "--source", "file:b.csv", *state, *until, rc=0)
    late = r.summary()["dead_letter_by"]["too_late"]
    expect(late >= 14 and f"SZ482]: dead letters (too_late): {late} records" in r.err and "--lateness and --horizon" in r.err, r)
    r = sanzao(tmp, *args, "--source", "file:b.csv", "--state", "sqlite:zh.db", *until, "--lang", "zh", rc=0)
    expect(f"警告[SZ482]：死信（too_late）：有 {late} 条" in r.err and "重新开始" in r.err, r)


def test_the_history_of_two_systems_one_after_the_other(tmp):
    """As docs/mapping.md says: the second one's first weeks are too late, unless both are given a lateness and a horizon that reach back so far."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {30d: yellow}}\n")
    for name in ("net", "pos"):
        write(tmp / f"{name}.yaml", f"source: {name}\ntype: presence\nstudent: 学号\ntime: {{column: 时间, format: 'YYYY/M/D H:mm'}}\n")
        write(tmp / f"{name}.csv", "学号,时间\n" + "".join(f"s1,2026/3/{d} 8:00\n" for d in range(28, 0, -1)))
    for far, used in ([], None), (["--lateness", "40d", "--horizon", "40d"], 28):
        args = ["run", "--campus", "campus", "--rules", "rules", "--state", f"sqlite:{len(far)}.db", *far]
        sanzao(tmp, *args, "--source", "file:net.csv", "--mapping", "net.yaml", rc=0)
        r = sanzao(tmp, *args, "--source", "file:pos.csv", "--mapping", "pos.yaml", "--until", "2026-03-28", rc=0)
        expect(r.summary()["used"] == used if used else "SZ482" in r.err, far, r)


def test_where_all_is_too_late_it_is_not_the_mapping(tmp):
    """What to do is said once: in the warning of what is too late, or, where these are few of the run, in the one of an input without any use."""
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {30d: yellow}}\n")
    def records(name, month, n):
        write_lines(tmp / f"{name}.ndjson", [json.dumps({"id": f"{name}{i}", "type": "presence", "student": "s1",
                                                         "time": f"2026-{month:02}-02T08:{i // 60:02}:{i % 60:02}+08:00"}).encode() for i in range(n)])
    records("old", 3, 12)
    records("new", 6, 300)
    args = ["run", "--campus", "campus", "--rules", "rules", "--dead-letters", "file:dead.ndjson", "--append", "--source"]
    for lang, nothing, mend, begin in (("en", "12 of them too_late", "mend the mapping", "begin anew with another --state"),
                                       ("zh", "其中 12 条 too_late", "请改正映射", "请换新的 --state")):
        state = f"sqlite:{lang}.db"
        records("first", 5, 1)
        sanzao(tmp, *args, "file:first.ndjson", "--state", state, rc=0)
        shutil.copy(tmp / f"{lang}.db", tmp / f"{lang}-2.db")
        r = sanzao(tmp, *args, "file:old.ndjson", "--state", state, "--lang", lang, rc=0)
        expect(nothing in r.err and "SZ482" in r.err and mend not in r.err and r.err.count(begin) == 1, "many", r)
        r = sanzao(tmp, *args, "file:old.ndjson", "--source", "file:new.ndjson", "--by-source", "--state", f"sqlite:{lang}-2.db", "--lang", lang, rc=0)
        expect(nothing in r.err and "SZ482" not in r.err and mend not in r.err and r.err.count(begin) == 1, "few of the run", r)


def test_run_that_can_use_nothing_says_so_and_the_files_can_be_given_again(tmp):
    """A door without a direction, and a reader that has none either: once readers.csv is right, the same table under another name."""
    write(tmp / "campus/students.csv", "student\n" + "".join(f"s{i}\n" for i in range(12)))
    write(tmp / "campus/readers.csv", "读头,地点,方向\n东门,东1舍,\n")
    write(tmp / "rules/r.yaml", "features: {silence: {absence: seen}}\nrules:\n  - {id: r, purpose: wellbeing, value: silence, at_least: {20d: yellow}}\n")
    write(tmp / "door.yaml", "source: door\ntype: dorm_access\nstudent: 学号\ntime: {column: 时间, format: 'YYYY/M/D H:mm'}\n")
    args = ["run", "--mapping", "door.yaml", "--campus", "campus", "--rules", "rules", "--state", "sqlite:state.db", "--alerts", "file:alerts.ndjson",
            "--dead-letters", "file:dead.ndjson"]
    for lang, word in (("en", "direction: {constant: unknown}"), ("zh", "进出都走的写 unknown")):
        r = sanzao(tmp, "check", "--mapping", "door.yaml", "--lang", lang, rc=1)
        expect(word in r.out.decode() + r.err, "what to do about a door without a direction", r)
    with open(tmp / "door.yaml", "a", encoding="utf-8") as f: f.write("reader: 门\n")
    table = ("学号,时间,门\n" + "".join(f"s{i},2024/3/5 2{i % 4}:0{i % 10},东门\n" for i in range(12))).encode("gbk")
    write(tmp / "door.csv", table)
    expect("not looked up" in sanzao(tmp, *args, "--source", "file:door.csv", "--dry-run", rc=0).out.decode(), "a dry run knows no reader")
    r = sanzao(tmp, *args, "--source", "file:door.csv", rc=0)
    expect("SZ468" in r.err and "not one of 12 records could be used: 12 of them missing_field" in r.err, r)
    expect("hexadecimal" not in r.err, r)
    write(tmp / "cards.yaml", "type: swipe\ncard: 学号\ntime: {column: 时间, format: 'YYYY/M/D H:mm'}\n")
    r = sanzao(tmp, "run", "--mapping", "cards.yaml", *args[3:7], "--source", "file:door.csv", rc=0)
    expect("12 of them unknown_card" in r.err and "hexadecimal" in r.err, "cards that are written otherwise", r)
    for state in (["--by-source"], []):
        r = sanzao(tmp, *args[:-6], "--source", "file:door.csv", *state, "--lang", "zh", rc=0)
        expect(("file:door.csv：" if state else "警告[SZ468]：") + "12 条记录没有一条可用：其中 12 条 missing_field（缺少字段）" in r.err, r)
    write(tmp / "campus/readers.csv", "读头,地点,方向\n东门,东1舍,unknown\n")
    write(tmp / "again.csv", table)
    r = sanzao(tmp, *args, "--source", "file:again.csv", rc=0)
    same((r.summary()["read"], r.summary()["used"]), (12, 12), "the same rows, used")
    expect("SZ468" not in r.err, r)
    r = sanzao(tmp, *args, "--source", "file:again.csv", rc=0)
    expect("note[SZ477]: nothing new" in r.err and "another name" in r.err, "nothing was read, and why", r)
    expect("说明[SZ477]：没有新内容" in sanzao(tmp, *args, "--source", "file:again.csv", "--lang", "zh", rc=0).err, "said in Chinese")
    with open(tmp / "again.csv", "ab") as f: f.write("s1,2024/3/6 8:00,东门\n".encode("gbk"))
    r = sanzao(tmp, *args, "--source", "file:again.csv", rc=0)
    expect("SZ477" not in r.err and r.summary()["used"] == 1, "it has grown", r)
    write(tmp / "once-more.csv", table)
    r = sanzao(tmp, *args, "--source", "file:once-more.csv", "--summary", "summary.json", rc=0)
    same((r.summary()["read"], r.summary()["duplicate"]), (12, 12), "what was used is a duplicate")
    expect("SZ468" not in r.err, r)
    for lang, word in (("en", "say so in feeds.yaml (began)"), ("zh", "feeds.yaml 写明它从哪天开始（began）")):
        about = json.dumps({**r.summary(), "judged": 0, "not_judged": {"rarely_seen": 12}})
        write(tmp / "summary.json", about)
        expect(word in sanzao(tmp, "summary", "summary.json", "--lang", lang, rc=0).out.decode(), "why nobody can be judged")
        write(tmp / "summary.json", about.replace('"judged": 0', '"judged": 1'))
        expect("began" not in sanzao(tmp, "summary", "summary.json", "--lang", lang, rc=0).out.decode(), "somebody can be judged")


def test_run_that_fails_midway_says_how_far_it_came(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    write_lines(folder / "a.ndjson", LINES[:50])
    whole = gzip.compress(b"\n".join(LINES[50:]) + b"\n")
    for order, n in (("arrival", 50), ("sorted", 0)):                        # in order, nothing is used before all is read
        write(folder / "b.ndjson.gz", whole[:len(whole) // 2])
        args = ["--source", "file:b.ndjson.gz", "--order", order, *UNTIL, "--summary", "summary.json"]
        result = run(folder, *args, source="file:a.ndjson", rc=4)
        s = result.summary()
        same(s["unfinished"], True, order)
        balance(s)
        expect(s["read"] >= n, order, s)
        same(json.loads((folder / "summary.json").read_text()), s, "in the file too")
        for lang, text in (("en", "the run failed midway"), ("zh", "这次运行中途失败")):
            expect(sanzao(folder, "summary", "summary.json", "--lang", lang, rc=0).out.startswith(text.encode()), lang)
        write(folder / "b.ndjson.gz", whole)
        s = run(folder, *args, source="file:a.ndjson").summary()
        expect("unfinished" not in s, "whole:", s)
        same(s["read"], len(LINES), "whole")
    result = run(folder, source="file:nowhere.ndjson", rc=4)
    expect('"read"' not in result.err, "nothing was begun:", result)


if __name__ == "__main__": sys.exit(main(globals()))
