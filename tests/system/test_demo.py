#!/usr/bin/env python3
"""tools/demo in both languages: it ends well and says nothing on stderr, its table of inputs adds up, each story is told by the alerts
of its runs, what is resumed after kill -9 is the same bytes, and the commands that it ends with work.
"""
import os
import re
import subprocess
import sys
from functools import lru_cache

from lib import ROOT, SANZAO, environment, expect, main, same, say

DEMO = ROOT / "tools/demo"


@lru_cache(None)
def shown(*words, **env) -> str:
    done = subprocess.run([DEMO, *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False,
                          env=environment(SANZAO=SANZAO, NO_COLOR="1", **env))
    same((done.returncode, done.stderr.decode()), (0, ""), f"tools/demo {' '.join(words)}")
    return done.stdout.decode()


def part(text: str, number: str) -> str:
    """One numbered section; a story where it begins with a bracket."""
    begin = text.index(f"\n{number}") + 1
    end = re.search(r"\n\n\(|\n== ", text[begin:])
    return text[begin:begin + end.start() if end else len(text)]


def said(text: str, student: str) -> list[tuple]:
    """(level, what, rest) of the lines `● LEVEL  STUDENT NAME …  TITLE  [what] …`."""
    return [(m[1], m[2], m[3]) for m in re.finditer(rf"^● (\S+)  {student} [^\[\n]*\[([^\]]*)\] (.*)$", text, re.M)]


def number(text: str) -> int: return int(text.replace(",", ""))


def test_demo_table_of_inputs_adds_up(tmp):
    text = shown("--lang", "en")
    rows = {m[1]: [number(x) for x in m[2].split()] for m in re.finditer(r"^(examples/events/\S+) +\w+((?: +[\d,]+){5})  \d{4}-", text, re.M)}
    same(sorted(os.path.basename(p) for p in rows), sorted(os.listdir(ROOT / "examples/events")), "inputs")
    for path, (read, *ways) in rows.items(): same(sum(ways), read, path)
    total = re.search(r"^records +([\d,]+) read = ([\d,]+) used \+ ([\d,]+) duplicate \+ ([\d,]+) dead-lettered \+ ([\d,]+) control$", text, re.M)
    expect(total, "no line of totals")
    same([sum(column) for column in zip(*rows.values())], [number(x) for x in total.groups()], "columns")
    again = rows["examples/events/pos.resent.ndjson"]
    expect(again[0] > 0 and again[2] == again[0], "what was sent again is a duplicate:", again)
    gbk = re.search(r"door\.csv is not UTF-8: ([\d,]+) rows were read as GBK", text)
    same(number(gbk[1]), rows["examples/events/door.csv"][0], "rows of the GBK file")
    through = {m[1]: m[2] for m in re.finditer(r"^(examples/events/\S+) .*  (\d{4}-\d\d-\d\d \d\d:\d\d)( \*)?$", text, re.M)}
    same(set(through.values()), {"2026-04-08 24:00"}, "complete through what --until says")
    expect("* as this run takes it; class itself says that it is complete up to 2026-04-08 18:00" in text, "what the source says")
    say(f"{total[1]} read")


def test_demo_says_who_cannot_be_judged_and_why(tmp):
    m = re.search(r"^students +(\d+) in all: (\d+) can be judged; not: (.*)$", shown("--lang", "en"), re.M)
    why = {w: int(n) for n, w in (x.split(" ", 1) for x in m[3].split(" · "))}
    same(int(m[2]) + sum(why.values()), int(m[1]), "students")
    same(sorted(why), ["not at the university", "on leave", "rarely seen anyway"], "reasons")


def test_demo_counselor_sees_nothing_of_hardship(tmp):
    for lang, words in (("en", ("hardship", "Spend fallen", "No canteen meals")), ("zh", ("隐性困难", "餐饮消费", "周末未在"))):
        list_of_hers = part(shown("--lang", lang), "== 2." if lang == "en" else "== 二")
        expect(list_of_hers.count("● ") >= 7, "her alerts:", list_of_hers)
        for word in words: expect(word not in list_of_hers, word)


def test_demo_loss_of_contact_steps_up_and_resolves(tmp):
    text = part(shown("--lang", "en"), "(1)")
    same([x[:2] for x in said(text, "2023T02")], [("ORANGE", "new"), ("RED", "stepped up"), ("RED", "resolved")], "what was told")
    for reason in ("✓ nothing in person for  3 d (at least 3 d)", "ruled out: on leave · ", "last records: 03-10", "threshold from:"): expect(reason in text, reason)


def test_demo_leave_recorded_late_takes_an_alert_back(tmp):
    told = said(part(shown("--lang", "en"), "(2)"), "2024T03")
    same([x[1] for x in told], ["new", "stepped up", "taken back"], "what was told")
    expect(told[-1][2].startswith("2026-03-21 ") and told[-1][2].endswith("taken back (sick leave 2026-03-16)"), told[-1])  # five days after
    expect("已撤回（病假 2026-03-16）" in part(shown("--lang", "zh"), "(2)"))


def test_demo_dead_source_holds_absences_back(tmp):
    with_it, without = part(shown("--lang", "en"), "(3)").split("The same records without")
    expect(" 0 alerts about 2023T16." in with_it, with_it)
    same([x[1] for x in said(without, "2023T16")], ["new", "resolved"], "without the word of the source")


def test_demo_hardship_has_its_numbers_and_one_reader(tmp):
    text = part(shown("--lang", "en"), "(4)")
    expect(re.search(r"\d+ canteen meals in 30 days for ¥\d+\.\d\d: ¥\d\.\d\d a lunch or dinner, and ¥\d+\.\d\d in shops\.", text), text)
    expect(re.search(r"✓ canteen meals in 30 days  \d+ \(at least 60\)", text) and "(at most ¥450.00)" in text, text)
    expect("only for: funding centre" in text and "What the counselor is told about 2024T09: 0 alerts." in text, text)
    expect("仅供：资助中心" in part(shown("--lang", "zh"), "(4)"))


def test_demo_replaced_card_raises_nothing(tmp):
    text = part(shown("--lang", "en"), "(5)")
    m = re.search(r"card and got another: (\d+) records of the old one, (\d+) of the new, all go to this student; the finder's purchase became a dead letter \(1\)\. 0 alerts\.", text)
    expect(m and int(m[1]) > 20 and int(m[2]) > 20, text)
    expect(f"did not know the new card ({m[2]} more dead letters say so)" in text, text)
    same([x[1] for x in said(text, "2024T14")], ["new", "stepped up", "resolved"], "without the new card")


def test_demo_offline_reader_takes_an_alert_back(tmp):
    told = said(part(shown("--lang", "en"), "(6)"), "2023T18")
    same([x[1] for x in told][:2], ["new", "resolved"], "what was told before")
    expect({x[1] for x in told[2:-1]} <= {"corrected"} and told[-1][1] == "taken back", "what was told after:", told[2:])
    expect(told[-1][2].endswith("taken back (a late record pos)"), told[-1])


def test_demo_killed_and_resumed_gives_the_same_bytes(tmp):
    text = part(shown("--lang", "en"), "== 4.")
    m = re.search(r"killed \(exit 137\) with (\d+) bytes of alerts written; the undisturbed run has (\d+)\.", text)
    expect(m and 0 < int(m[1]) < int(m[2]), text)
    expect(f"resumed; cmp alerts.ndjson: the same bytes ({m[2]})" in text and "resumed; cmp dead.ndjson: the same bytes" in text, text)


def test_demo_speaks_the_language_of_lang(tmp):
    def without_numbers(text): return re.sub(r"\d+", "#", text)
    same(without_numbers(shown(LC_ALL="", LANG="zh_CN.UTF-8")), without_numbers(shown("--lang", "zh")), "by LANG")
    for student in ("2023T02", "2024T03", "2023T16", "2024T09", "2024T14", "2023T18"):
        same(shown("--lang", "zh").count(student), shown("--lang", "en").count(student), f"{student} in both languages")


def test_demo_ends_with_commands_that_work(tmp):
    commands = re.findall(r"^  (sanzao .*)$", shown("--lang", "en").split("== What to try next")[1], re.M)
    expect(len(commands) >= 5, commands)
    chinese = re.findall(r"^  (sanzao .*)$", shown("--lang", "zh").split("== 接下来可以试试")[1], re.M)
    same([c.replace("--lang en", "--lang zh") for c in commands], chinese, "the same in both languages")
    for command in commands:
        script = f'sanzao() {{ "{SANZAO}" "$@"; }}\n' + command.replace("/tmp/", f"{tmp}/")
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False, env=environment())
        expect(done.returncode == 0 and done.stdout + done.stderr, f"{command}: exit {done.returncode}: {done.stderr[-300:]}")
    say(f"{len(commands)} commands")


sys.exit(main(globals()))
