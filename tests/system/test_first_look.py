#!/usr/bin/env python3
"""The first look at the files of a school: --dry-run, and tables, sheets and lists that do not fit as they are told how they would."""
import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from file_runs import BASE, CAMPUS, DOOR, LINES, STATE, dead_letters, run  # noqa: E402
from lib import MAPPINGS, ROOT, expect, main, same, sanzao, write, write_lines  # noqa: E402


def dry(folder: Path, *args, source="file:events.ndjson", rc=0, **how):
    before = sorted(p.name for p in folder.rglob("*"))
    result = sanzao(folder, "run", "--source", source, "--dry-run", *args, rc=rc, **how)
    same(sorted(p.name for p in folder.rglob("*")), before, "files after --dry-run")
    return result


def test_a_sheet_with_a_column_a_lesson_is_turned_as_the_manual_says(tmp):
    """The command and the mapping as they stand there: a cell is a record, and what each mark means."""
    page = (ROOT / "docs/mapping.md").read_text(encoding="utf-8")
    section = page[page.index("### Sheets with a column a lesson"):page.index("### Doors that do not say")]
    command, mapping = re.search(r"```sh\n(.*?)```", section, re.S)[1], re.search(r"```yaml\n(.*?)```", section, re.S)[1]
    same(mapping, (MAPPINGS / "wide-attendance.yaml").read_text(encoding="utf-8"), "the mapping of the manual")
    write(tmp / "wide.csv", "学号,姓名,2026/3/2,2026/3/4,2026/3/9\r\n2023001,张三,√,×,√\r\n2023002,李四,迟,,假\r\n2023003,王五,早,？,√\r\n".encode("gbk"))
    subprocess.run(["sh", "-e", "-c", command], cwd=tmp, check=True, timeout=60)
    write(tmp / "campus/students.csv", "student\n2023001\n2023002\n2023003\n")
    write(tmp / "m.yaml", mapping)
    write(tmp / "rules/r.yaml", "rules: []\n")
    args = ["run", "--source", "file:long.csv", "--mapping", "m.yaml", "--campus", "campus", "--rules", "rules"]
    rows = [json.loads(x) for x in sanzao(tmp, *args, "--dry-run", "--json", rc=0).out.splitlines()]
    same([r.get("status") for r in rows], ["present", "absent", "present", "late", "unknown", "excused", "early_leave", None, "present"], "marks")
    same([(r["student"], r["time"][:10]) for r in rows[3:5]], [("2023002", "2026-03-02"), ("2023002", "2026-03-04")], "whose, and of which day")
    s = sanzao(tmp, *args, "--dead-letters", "file:dead.ndjson", rc=0).summary()
    same((s["read"], s["used"], s["dead_letter_by"]), (9, 8, {"bad_value": 1}), "a record a cell")
    def turned(course, to, text):
        write(tmp / "wide.csv", text.encode("gbk"))
        subprocess.run(["sh", "-e", "-c", command.replace("大学物理", course).replace("long.csv", to)], cwd=tmp, check=True, timeout=60)
    turned("高等数学", "long-2.csv", "学号,姓名,2026/3/2,2026/3/5\n2023001,张三,×,√\n2023002,李四,√,√\n")
    s = sanzao(tmp, *args, "--source", "file:long-2.csv", "--dead-letters", "file:dead.ndjson", rc=0).summary()
    same((s["read"], s["used"], s["dead_letter_by"]), (13, 12, {"bad_value": 1}), "another course on a day of the first")
    turned("体育", "long-3.csv", "学号,姓名,2026/3/2 8:00,2026/3/2 10:10\n2023001,张三,√,×\n")
    hours = re.search(r"`(format: 'YYYY/M/D H:mm')`", section)[1]
    write(tmp / "hours.yaml", mapping.replace("format: YYYY/M/D", hours))
    s = sanzao(tmp, "run", "--source", "file:long-3.csv", "--mapping", "hours.yaml", *args[5:], rc=0).summary()
    same((s["read"], s["used"]), (2, 2), "two lessons of a day, by their hours")


def test_pattern_is_told_how_to_name_several_files(tmp):
    folder = CAMPUS.write(tmp / "campus-of-them")
    for name in ("door-*.ndjson", "door-?.ndjson"):
        expect("folder" in run(folder, source=f"file:{name}", rc=4).err.split("SZ401")[1].split("= ")[1], name)
    expect("文件夹" in run(folder, "--lang", "zh", source="file:*.ndjson", rc=4).err.split("= ")[1], "zh")


def test_dry_run_shows_the_first_20_records(tmp):
    records = [b'{"id":"a","type":"swipe","time":"2024-03-04T08:00:00.250+08:00","student":"s1","amount":"12.50","balance":3,"place":"c1"}',
               b'{"type":"swipe","op":"refund","time":"2024-03-04T08:01:00+08:00","card":"77","ref":"a"}',
               b'{"type":"attendance","time":"2024-03-04","precision":"day","student":"s1","status":"absent","hours":2,"course":"maths"}',
               b'{"type":"dorm_access","time":"2024-03-04T23:01:30+08:00","precision":"minute","student":"s1","reader":"g1","result":"denied"}',
               b'{"type":"presence","time":"2024-03-04T09:00:00+08:00","student":"s1","means":"network"}',
               b'{"type":"library","time":"2024-03-04T09:00:00+08:00","student":"s1","seat":"A7","fee":"1.5"}',
               b'{"type":"feed_status","source":"pos","time":"2024-03-04T10:00:00+08:00","state":"complete","complete_through":"2024-03-04T09:00:00+08:00"}',
               b"", b'{"type":"swipe","student":"s1"}', b'{"type":"sauna","time":"2024-03-04T08:00:00+08:00","student":"s1"}', b"[1, 2"]
    folder = write_lines(tmp / "events.ndjson", records + LINES[:50]).parent
    write(tmp / "campus/students.csv", "student\ns1\n")
    write(tmp / "campus/types.yaml", "library: {presence: true, label: {zh: 图书馆, en: library}, fields: {seat: text, fee: money}}\n")
    args = ["--campus", "campus", "--state", "sqlite:state.db", "--alerts", "file:alerts.ndjson", "--summary", "summary.json",
            "--dead-letters", "file:dead.ndjson", "--rules", "nowhere"]
    text = dry(folder, *args, "--lang", "en").out.decode()
    rows = text.splitlines()
    same(len(rows), 1 + 1 + 20 + 1, "lines: input, heading, 20 records, the end")
    for i, words in enumerate([["1", "swipe", "2024-03-04 08:00:00.250", "s1", "c1", "consume 12.50", "balance 3.00", "a"],
                               ["2", "swipe", "card 77", "refund", "undoes a"],
                               ["3", "attendance", "2024-03-04 --:--", "absent 2 h", "course maths", "time of day lost"],
                               ["4", "dorm_access", "2024-03-04 23:01  ", "reader g1", "denied"], ["5", "presence", "network"],
                               ["6", "library", "seat A7", "fee 1.50"], ["7", "feed_status", "complete through 2024-03-04 09:00:00"],
                               ["9", "dead letter: missing_field, field time"], ["10", "dead letter: unknown_type"], ["11", "dead letter: bad_json"]]):
        for word in words: expect(word in rows[2 + i], f"`{word}` is not in: {rows[2 + i]}")
    expect("23:01:30" not in text, "seconds of a minute")
    expect("20 records" in rows[-1] and "nothing was written" in rows[-1], rows[-1])
    zh = dry(folder, *args, "--lang", "zh").out.decode()
    for word in ("行", "消费 12.50", "余额 3.00", "缺勤 2 学时", "时刻已丢失", "拒绝", "死信 missing_field：缺少字段", "没有写任何文件"):
        expect(word in zh, f"`{word}` is not in:\n{zh}")
    objects = [json.loads(x) for x in dry(folder, *args, "--json").out.splitlines()]
    same(len(objects), 20, "JSON objects")
    same([o["line"] for o in objects[:10]], [1, 2, 3, 4, 5, 6, 7, 9, 10, 11], "lines")
    same(objects[0] | {"time": 0}, {"schema": 1, "line": 1, "input": "file:events.ndjson", "type": "swipe", "id": "a", "source": "default",
                                    "time": 0, "precision": "second", "student": "s1", "place": "c1", "op": "consume", "amount": "12.50",
                                    "balance": "3.00"}, "the first one")
    same((objects[7]["dead_letter"], objects[7]["field"]), ("missing_field", "time"), "a dead letter")
    same(dry(folder, *args, "--lang", "en", source="stdin", stdin=(folder / "events.ndjson").read_bytes()).out.decode().splitlines()[1:], rows[1:],
         "the same from stdin")


def test_dry_run_shows_how_a_mapping_reads(tmp):
    text = "Index,AccessCardNo,Date,Address,Access,Describe\r\n1,77,2024/3/5 0:00,飞凤轩[进门],1,x\r\n2,78,2024/3/5 8:05,东门[出门],0,x\r\n3,79,昨天,x[进门],1,x\r\n"
    write(tmp / "door.csv", text.encode("gbk"))
    rows = dry(tmp, "--mapping", DOOR, "--lang", "en", source="file:door.csv").out.decode().splitlines()
    for row, words in zip(rows[2:], (["2", "door", "2024-03-05 --:--", "77", "飞凤轩", "in", "time of day lost", "1"],
                                     ["3", "2024-03-05 08:05", "78", "东门", "out", "denied"], ["4", "dead letter: bad_time, field time"])):
        for word in words: expect(word in row, f"`{word}` is not in: {row}")
    expect("3 records" in rows[-1] and "1 dead letter" in rows[-1], rows[-1])
    write(tmp / "other.csv", "a,b\n1,2\n")
    expect("AccessCardNo" in dry(tmp, "--mapping", DOOR, source="file:other.csv", rc=1).err, "a header that does not fit")
    dry(tmp, source="file:nowhere.csv", rc=4)
    dry(tmp, source="file:door.csv", rc=2)
    write(tmp / "cut.ndjson.gz", gzip.compress(b"".join(x + b"\n" for x in LINES))[:60])
    dry(tmp, source="file:cut.ndjson.gz", rc=4)


def test_dry_run_says_what_may_be_meant_otherwise(tmp):
    """Rows that are all read without a fault: amounts a hundred times too large, or too small; no key but the bytes."""
    body = "type: swipe\nstudent: 学号\ntime: 时间\namount: {column: 金额, unit: %s}\n"
    def look(lang, unit, amounts, more=""):
        write(tmp / "m.yaml", body % unit + more)
        write(tmp / "t.csv", "学号,时间,金额,流水号\n" + "".join(f"s1,2026-03-02 12:0{i}:00,{x},{i}\n" for i, x in enumerate(amounts)))
        return dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv").out.decode()
    lunches = [1250, 800, 600, 950, 1100]
    for en, zh, unit, amounts, more in (("if its column is in fen", "单位是不是分", "yuan", lunches, ""), ("if its column is in yuan", "单位若是元", "fen", [12, 8, 6, 9, 11], ""),
                                        ("counts twice", "就会算两次", "fen", lunches, "")):
        expect(en in look("en", unit, amounts, more), en)
        expect(zh in look("zh", unit, amounts, more), zh)
    for unit, amounts in (("fen", lunches), ("yuan", [12.5, 8, 6, 9, 11]), ("yuan", lunches[:4]), ("yuan", [*lunches, 5])):
        expect("its column is in" not in look("en", unit, amounts), unit, amounts)
    expect("counts twice" not in look("en", "fen", lunches, "id: 流水号\n"), "it has a number of its own")


def test_lists_of_records_are_told_how_to_be_lines(tmp):
    records = [{"type": "presence", "time": f"2026-03-02T08:0{i}:00+08:00", "student": "s1", "means": "door"} for i in range(3)]
    write(tmp / "campus/students.csv", "student\ns1\n")
    for text in (json.dumps(records), json.dumps(records, indent=1)):
        write(tmp / "events.json", text)
        for lang in ("en", "zh"):
            r = sanzao(tmp, "run", "--source", "file:events.json", "--campus", "campus", "--rules", ROOT / "rules", "--lang", lang, rc=0)
            said = r.err if "\n" in text else dry(tmp, "--lang", lang, source="file:events.json").out.decode()
            expect("jq -c '.[]'" in said, said)


def test_what_an_api_gave_is_told_how_to_be_lines(tmp):
    """A page saved as a file is one object; the list that holds its records is found, by the path to it."""
    row = {"type": "presence", "time": "2026-03-02T08:00:00+08:00", "student": "s1", "means": "door"}
    write(tmp / "campus/students.csv", "student\ns1\n")
    def run_of(text, lang="en"):
        write(tmp / "events.json", text)
        r = sanzao(tmp, "run", "--source", "file:events.json", "--campus", "campus", "--rules", ROOT / "rules", "--dead-letters", "file:dead.ndjson", "--lang", lang, rc=0)
        dead = [json.loads(x) for x in (tmp / "dead.ndjson").read_text().splitlines()]
        return r, dead
    pages = {".data.list": {"code": 0, "data": {"list": [row]}}, ".rows": {"rows": [row, row], "total": 2}, ".result.page.records": {"result": {"page": {"records": [row], "n": 1}, "x": 1}},
             ".data": {"time": 1, "data": [row], "meta": {"links": [{"a": 1}, {"a": 2}]}}, ".items": {"items": [row, row], "errors": [{"e": 1}]}}
    for path, page in pages.items():
        r, dead = run_of(json.dumps(page))
        expect(f"(jq -c '{path}[]' makes them)" in dead[0]["detail"], path, dead)
        expect("SZ468" in r.err and "the only record could not be used: it is missing_field" in r.err and "jq -c '.data.list[]'" in r.err, r)
        expect("唯一的一条记录不可用：missing_field" in run_of(json.dumps(page), "zh")[0].err, "in Chinese")
        expect(f"jq -c '{path}[]' 转换" in dry(tmp, "--lang", "zh", source="file:events.json").out.decode(), path)
        listed = page
        for key in path.split(".")[1:]: listed = listed[key]
        same(run_of("".join(json.dumps(x) + "\n" for x in listed))[1], [], "the records in it, one a line as jq makes them")
    for page in ({"2023001": [row]}, {"data": [1, 2]}, {"student": "s1", "items": [row]}, {"data": []}, {"data": {"a": {"b": {"c": {"d": [row]}}}}}):
        expect("holds a list" not in run_of(json.dumps(page))[1][0]["detail"], "no key that may be a student, no record with a slip of its own", page)
    r = run_of(json.dumps(pages[".data.list"], indent=1))[0]
    expect("`jq -c .` makes such lines" in r.err and "jq -c '.data.list[]'" in r.err, "over several lines", r)


def test_headings_in_two_rows_are_told_to_be_counted(tmp):
    """Merged cells of two rows: half of the headings stand in the one, half in the other."""
    mapping = "file: {skip_rows: %d}\ntype: swipe\nstudent: 学号\ntime: {column: 时间, format: 'YYYY-MM-DD HH:mm:ss'}\namount: 金额\n"
    counted = "file: {header: false, skip_rows: %d}\ntype: swipe\nstudent: 1\ntime: {column: 3, format: 'YYYY-MM-DD HH:mm:ss'}\namount: 4\n"
    write(tmp / "campus/students.csv", "student\n001\n")
    def run_of(text):
        write(tmp / "m.yaml", text)
        return sanzao(tmp, "run", "--source", "file:t.csv", "--campus", "campus", "--mapping", "m.yaml", "--rules", ROOT / "rules", "--lang", "en")
    tables = {"": 2, "消费明细,,,\n": 3, "消费明细,,,\n\n导出：2026,,,\n": 5, "消费明细,,,\n,,,\n": 4}
    for title, rows in tables.items():
        write(tmp / "t.csv", title + "学号,姓名,交易,\n,,时间,金额\n001,甲,2026-03-02 08:00:00,5.50\n")
        for skipped in range(rows):
            r = run_of(mapping % skipped)
            expect(f"file: {{header: false, skip_rows: {rows}}}  and numbers for names: `学号` 1, `时间` 3, `金额` 4" in r.err, repr(title), skipped, r)
        same(json.loads(run_of(counted % rows).err.splitlines()[-1])["used"], 1, "the hint followed")
    write(tmp / "t.csv", "学号,进,,出,\n,时间,金额,时间,金额\n001,2026-03-02 08:00:00,5.50,,\n")
    expect("stand in two rows" not in run_of(mapping % 0).err, "which of the two is meant is not known")
    write(tmp / "t.csv", "消费明细,,\n\n学号,时间,金额\n001,2026-03-02 08:00:00,5.50\n")
    r = run_of(mapping % 0)
    expect("the headings stand 2 rows further down; write  file: {skip_rows: 2}" in r.err, "an empty row is one", r)
    same(json.loads(run_of(mapping % 2).err.splitlines()[-1])["used"], 1, "the hint followed")


def test_table_that_does_not_fit_its_mapping_is_told_how_it_would(tmp):
    """What vendors call CSV: with a title, without headings, out of Excel … each with a way out."""
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: {column: 时间, format: 'YYYY-MM-DD HH:mm:ss'}\namount: 金额\n")
    head, row = "学号,时间,金额\n", "001,2026-03-02 08:00:00,5.50\n"
    tables = {
        "two rows of title": (f"消费明细,,\n导出：2026,,\n{head}{row}".encode(), 1, "{skip_rows: 2}"),
        "the same in GBK": (f"消费明细,,\n{head}{row}".encode("gbk"), 1, "{skip_rows: 1}"),
        "no headings": (row.encode(), 1, "{header: false}"),
        "one heading twice": (f"学号,时间,金额,金额\n{row}".encode(), 1, "{header: false, skip_rows: 1}"),
        "semicolons": (f"{head}{row}".replace(",", ";").encode(), 1, "{separator: semicolon}"),
        "full-width commas": (f"{head}{row}".replace(",", "，").encode(), 1, "full-width"),
        "lines of an old Mac in UTF-16": (f"{head}{row}".replace("\n", "\r").encode("utf-16"), 1, "CR alone"),
        "the same with a column that nobody reads": (f"{head}{row}".replace("\n", ",-\r").encode("utf-16"), 1, "CR alone"),
        "a web page": (b"<html><table><tr><td>1</td></tr></table></html>\n", 1, "web page"),
        "Excel": (b"PK\3\4\x14\0\6\0 and so on", 4, "save it as CSV"),
        "a page to print": (b"%PDF-1.4\n1 0 obj\n", 4, "save it as CSV"),
        "an archive": (b"Rar!\x1a\7\1\0" + bytes(64), 4, "save it as CSV"),
        "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), 4, "save it as CSV"),
    }
    for name, (text, rc, hint) in tables.items():
        write(tmp / "t.csv", text)
        look = lambda lang: dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv", rc=rc).err
        expect(hint in look("en"), f"{name}: {look('en')}")
        expect(hint in look("zh") if hint[0] == "{" else hint not in look("zh"), f"{name}: {look('zh')}")
    write(tmp / "t.csv", f"{head}{row}张三,昨天,6\n".encode("gbk"))
    out = dry(tmp, "--mapping", "m.yaml", "--lang", "en", source="file:t.csv").out.decode()
    expect("| 张三,昨天,6" in out, "a dead letter shows its row:", out)


def test_headings_again_in_another_order_end_the_run(tmp):
    """Two days' exports put together, the second with its columns exchanged: balances would have been read as amounts."""
    first = "学号,时间,交易额,余额\n001,2026-03-02 08:00,5,100\n"
    again = first.split("\n")[0].replace("交易额", '"交易额"') + "\n"  # the same order in other bytes: a dead letter as ever
    second = "学号,时间,余额,交易额\n001,2026-03-02 12:00,92,8\n"
    for order, encoding in (("sorted", "utf-8"), ("arrival", "utf-8"), ("sorted", "gbk"), ("arrival", "utf-16")):
        at = tmp / f"{order}-{encoding}"
        write(at / "campus/students.csv", "学号\n001\n")
        write(at / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\namount: 交易额\nbalance: 余额\n")
        write(at / "rules/r.yaml", "features: {spend: {sum: swipe.amount, over: 7d}}\nrules:\n  - {id: r, value: spend, at_least: {1: yellow}}\n")
        go = lambda rc, lang="en": run(at, *STATE, "--mapping", "m.yaml", "--order", order, "--lang", lang, source="file:in", rc=rc)
        write(at / "in/a.csv", (first + again + second).encode(encoding))
        expect("error[SZ415]: file:in/a.csv:4: here the headings stand once more, in another order" in go(4).err, order, encoding)
        expect("请把从这一行起的内容另存为一个文件" in go(4, "zh").err, order, encoding)
        write(at / "in/a.csv", (first + again).encode(encoding))
        write(at / "in/b.csv", second.encode(encoding))
        go(0)
        spent = json.loads(sanzao(at, "state", "show", "001", *STATE, *BASE[:4], "--json", rc=0).out)["features"]["spend"]
        same((spent, len(dead_letters(at))), ("¥13.00", 1), f"{order}, {encoding}: read from two files, each in its order")


def test_mapping_that_names_gbk_for_utf8_is_told(tmp):
    """Most UTF-8 is GBK as well, of other characters: places would be unknown ones without a word."""
    for name, encoding in (("gbk", "{encoding: gbk}"), ("auto", "{encoding: auto}")):
        write(tmp / f"{name}.yaml", f"file: {encoding}\ntype: swipe\nstudent: xh\ntime: sj\nplace: dd\n")
    head, row = "xh,sj,dd\n", "001,2026-03-02 08:00:00,食堂\n"
    for text, mapping, is_told in ((head + row, "gbk", True), (head + row.replace("食堂", "c1"), "gbk", False), (head + row, "auto", False),
                                   ((head + row).encode("gbk"), "gbk", False)):
        write(tmp / "t.csv", text if isinstance(text, bytes) else text.encode())
        err = dry(tmp, "--mapping", f"{mapping}.yaml", "--lang", "en", source="file:t.csv").err
        same("SZ414" in err, is_told, f"{text!r} by {mapping}: {err}")


def test_a_table_that_is_its_headings_alone_is_told(tmp):
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\n")
    write(tmp / "in/a.csv", "学号,时间\n001,2026-03-02 08:00:00\n")
    write(tmp / "in/b.csv", "学号,时间\n")
    write(tmp / "in/c.csv", "学号,时间")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n > 5, level: blue, message: {zh: '{n} 次', en: '{n} times'}}]\n")
    for lang, words in (("en", "has headings and no row"), ("zh", "只有表头，没有数据")):
        err = sanzao(tmp, "run", "--source", "file:in", "--mapping", "m.yaml", "--rules", "rules", "--lang", lang, "--alerts", f"file:{lang}.ndjson", rc=0).err
        same([f"file:in/{n}.csv {words}" in err for n in "abc"], [False, True, True], err)


def test_a_file_that_holds_nothing_is_told_once(tmp):
    """PowerShell writes a byte order mark where a query found nothing: 2 bytes of UTF-16, or 3 of UTF-8."""
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\n")
    write(tmp / "rules/r.yaml", "features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n > 5, level: blue}]\n")
    nothing = (b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe", b"\n \n")
    for name, with_mapping in (("a.ndjson", []), ("a.csv", ["--mapping", "m.yaml"])):
        for text in nothing:
            for order in ("sorted", "arrival"):
                write(tmp / name, text)
                for source, how in ((f"file:{name}", {}), ("stdin", {"stdin": text})):
                    got = sanzao(tmp, "run", "--source", source, *with_mapping, "--rules", "rules", "--state", "memory", "--order", order,
                                 "--alerts", "file:alerts.ndjson", "--lang", "en", rc=0, **how)
                    same(got.err.count("note[SZ406]"), 1, f"{source} {order} {text!r}: {got.err}")
                    expect(f"{source} is empty" in got.err, source, got.err)
    write(tmp / "a.ndjson", b"\xef\xbb\xbf{}")
    expect("SZ406" not in sanzao(tmp, "run", "--source", "file:a.ndjson", "--rules", "rules", "--alerts", "file:alerts.ndjson", rc=0).err, "a bad record is one")


def test_words_of_a_mapping_are_explained_in_both_languages(tmp):
    write(tmp / "t.csv", "学号,时间,业务\n001,2026-03-02 08:00:00,消费\n")
    rows = [("op: {column: 业务, table: {消费: pay}}", "did you mean `consume`?", "是否想写“consume”？"),
            ("op: {column: 业务, table: {消费: xyz}}", "must be one of: consume, refund", "须是其中之一：consume, refund"),
            ("op: {column: 业务, table: {consume: 消费}}", "the word for it right: {消费: consume}", "右边写它的含义：{消费: consume}"),
            ("journal_no: {column: 业务, table: {消费: x}}", "a whole number", "须是不为负的整数"),
            ("交易金额: amount", "the heading right:  amount: 交易金额", "右边写表头：amount: 交易金额"),
            ("金额: 金额", "the heading right:  amount: 金额", "右边写表头：amount: 金额"),
            ("备注: 备注", "the heading right:  student: 学号", "右边写表头：student: 学号")]
    for line, en, zh in rows:
        write(tmp / "m.yaml", f"type: swipe\nstudent: 学号\ntime: 时间\n{line}\n")
        for lang, wanted in (("en", en), ("zh", zh)):
            hint = dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv", rc=1).err.split("= ")[-1]
            expect(wanted in hint, f"{line}: {hint}")


def test_rows_below_a_merged_cell_are_told_what_they_lack(tmp):
    write(tmp / "m.yaml", "type: swipe\nstudent: 学号\ntime: 时间\n")
    write(tmp / "t.csv", "学号,时间\n001,2026-03-02 08:00:00\n,2026-03-02 08:05:00\n")
    for lang, wanted in (("en", "take merged cells apart"), ("zh", "合并的单元格须先拆开")):
        rows = dry(tmp, "--mapping", "m.yaml", "--lang", lang, source="file:t.csv").out.decode()
        expect(wanted in rows, rows)


if __name__ == "__main__": sys.exit(main(globals()))
