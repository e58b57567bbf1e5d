#!/usr/bin/env python3
"""cards.csv is corrected between two runs over one state, or in a run: each record goes to whose card it was (semantics 5)."""
import base64
import json
import os
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import alerts, expect, main, same, sanzao, standing, start, wait_for, write, write_lines

RULES = """\
events: {meal: {event: swipe, where: event.op == "consume"}}
features: {meals: {count: meal, over: 7d}, silence: {absence: seen}}
rules:
  - {id: many, title: {zh: 多, en: Many}, purpose: student-safety, value: meals, at_least: {3: blue, 5: yellow}}
  - {id: gone, title: {zh: 失联, en: Gone}, purpose: student-safety, value: silence, at_least: {36h: yellow, 60h: orange}}
"""
BEFORE = "card,student\nk1,s1\nk2,s2\nk3,s3\n"
# s1 has lost his card on the 4th; whoever found it is not known, and from the 6th on it is s3's. s2 had k3 all along.
AFTER = "card,student,from,to\nk1,s1,,2026-03-03\nk1,s3,2026-03-06,\nk2,s2,,\nk3,s2,,\n"
NOBODYS = 2
BASE = ["--campus", "campus", "--rules", "rules", "--order", "arrival", "--state", "sqlite:state.db", "--alerts", "file:alerts.ndjson",
        "--dead-letters", "file:dead.ndjson", "--summary", "summary.json"]
TOLD = "cards were corrected: "


def swipe(card, day, hour=12):
    return json.dumps({"id": f"{card} {day} {hour}", "type": "swipe", "card": card, "time": f"2026-03-{day:02}T{hour:02}:00", "amount": "5.50", "reader": "r1"}).encode()


FIRST = [swipe(card, day) for day in range(2, 8) for card in ("k1", "k2", "k3")]
LATER = [swipe(card, day) for day in range(8, 11) for card in ("k1", "k2", "k3")]


def folder(tmp, cards):
    write(tmp / "rules/r.yaml", RULES)
    write(tmp / "campus/students.csv", "student\ns1\ns2\ns3\n")
    write(tmp / "campus/readers.csv", "reader,place\nr1,canteen\n")
    write(tmp / "campus/cards.csv", cards)
    return tmp


def run(tmp, lines, until=None, name="in.ndjson"):
    write_lines(tmp / name, lines)
    return sanzao(tmp, "run", "--source", f"file:{name}", *BASE, *(["--until", until] if until else []), rc=0)


class Live:
    """A run on standard input, and what it says on stderr."""

    def __init__(self, tmp, *options):
        self.process, self.err = start(tmp, "run", "--source", "stdin", *BASE, *options, stdin=subprocess.PIPE), ""
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()

    def listen(self):
        for line in self.process.stderr: self.err += line.decode()

    def send(self, lines):
        self.process.stdin.write(b"".join(line + b"\n" for line in lines))
        self.process.stdin.flush()

    def says(self, text): expect(wait_for(lambda: text in self.err, self.process, text), "it ended:", self.err)

    def end(self, by=None):
        if by: self.process.send_signal(by)
        else: self.process.stdin.close()
        code = self.process.wait(timeout=600)
        self.reader.join()
        return code


def letters(tmp): return [json.loads(line) for line in (tmp / "dead.ndjson").read_bytes().splitlines()]
def stands(tmp): return standing(alerts(tmp / "alerts.ndjson"))
def moved(tmp): return json.loads((tmp / "summary.json").read_text()).get("moved")


def right(tmp):
    """What stands where the right cards were there from the start."""
    folder(tmp / "right", AFTER)
    run(tmp / "right", FIRST + LATER, "2026-03-11")
    same(len(letters(tmp / "right")), NOBODYS, "dead letters of the card that nobody held")
    expect(any("s3" in row for row in stands(tmp / "right")) and len(stands(tmp / "right")) > 2, "too little stands:", stands(tmp / "right"))
    return stands(tmp / "right")


def test_two_runs_end_as_one_with_the_right_cards(tmp):
    want = right(tmp)
    run(folder(tmp, BEFORE), FIRST, "2026-03-07")
    same(letters(tmp), [], "every card was somebody's")
    write(tmp / "campus/cards.csv", AFTER)
    said = run(tmp, LATER, "2026-03-11").err
    expect(f"{TOLD}8 records went to another student; dead letters: {NOBODYS} that are nobody's" in said, said)
    same(moved(tmp), {"records": 8, "dead_letter_by": {"unknown_card": NOBODYS}}, "the summary")
    for lang, line in (("en", f"moved       8 went to another student, as cards.csv was corrected; dead-lettered: {NOBODYS} nobody held this card then (unknown_card)"),
                       ("zh", f"改归        8 条以前的记录因 cards.csv 更正改归其他学生；成为死信：{NOBODYS} 当时无人持有该卡 (unknown_card)")):
        shown = sanzao(tmp, "summary", "summary.json", "--lang", lang, rc=0).out.decode()
        expect(line in shown.splitlines(), "for people:", shown)
    same(stands(tmp), want, "what stands")
    causes = {a.get("why") for a in alerts(tmp / "alerts.ndjson") if a["event"] in ("updated", "retracted")}
    expect("card" in causes, "late truth names what it came from:", causes)
    # nothing more is found, and records that are read again are known
    run(tmp, FIRST, "2026-03-11", "again.ndjson")
    same((moved(tmp), json.loads((tmp / "summary.json").read_text())["duplicate"]), (None, len(FIRST) - NOBODYS), "the third run")
    same(stands(tmp), want, "what stands still")


def test_what_became_a_dead_letter_can_be_read_again(tmp):
    want = right(tmp)
    run(folder(tmp, BEFORE), FIRST, "2026-03-07")
    write(tmp / "campus/cards.csv", AFTER.replace("k1,s3,2026-03-06,\n", ""))       # it is not known yet whose it is
    run(tmp, [], "2026-03-07", "none.ndjson")
    same([x["reason"] for x in letters(tmp)], ["unknown_card"] * 4, "of four days")
    for x in letters(tmp): same((x["origin"]["source"], x["detail"]), ("state", "no student held this card at that time, as the cards are now"), "a letter")
    raw = [base64.b64decode(x["raw_base64"]) for x in letters(tmp)]
    expect(all("place" not in json.loads(line) for line in raw), "a reader says where it stands:", raw)
    write(tmp / "campus/cards.csv", AFTER)
    run(tmp, raw, "2026-03-07", "repaired.ndjson")
    run(tmp, LATER, "2026-03-11")
    same(stands(tmp), want, "what stands")
    run(tmp, FIRST, "2026-03-11", "again.ndjson")
    same(json.loads((tmp / "summary.json").read_text())["dead_letter_by"], {"unknown_card": NOBODYS}, "a record out of a letter is the one that came first")


def test_what_came_from_a_table_is_json_out_of_the_state_and_is_read_beside_its_mapping(tmp):
    """As docs/mapping.md says: a row that a correction has set aside comes back whole under its old id, where the vendor gave none, too."""
    folder(tmp, BEFORE)
    write(tmp / "pos.yaml", "file: {encoding: gbk}\nsource: pos\ntype: swipe\ncard: 卡号\ntime: 时间\namount: {column: 金额, unit: fen, negative: consume}\nplace: 商户\n"
          "ref: 原号\nbalance: 余额\n")
    rows = "".join(f"k1,2026-03-0{day} 12:00:0{i},-{500 + i},第一食堂,,{i}.50\r\n" for day in (2, 3, 5) for i in range(3))
    write(tmp / "pos.csv", ("卡号,时间,金额,商户,原号,余额\r\n" + rows).encode("gbk"))
    mapped = lambda source: sanzao(tmp, "run", "--source", f"file:{source}", "--mapping", "pos.yaml", *BASE, rc=0).summary()
    log = lambda: json.loads(sanzao(tmp, "state", "show", "s1", "--state", "sqlite:state.db", "--campus", "campus", "--rules", "rules", "--json", rc=0).out)["log"]
    same(mapped("pos.csv")["used"], 9, "all are used")
    whole = log()
    write(tmp / "campus/cards.csv", BEFORE.replace("k1,s1\n", "").replace("student\n", "student,from,to\n") + "k1,s1,,2026-03-04\n")
    same(mapped("pos.csv")["moved"]["dead_letter_by"], {"unknown_card": 3}, "those after the card's end are nobody's")
    same(log(), whole[:6], "what is left")
    letters = [json.loads(line) for line in (tmp / "dead.ndjson").read_bytes().splitlines()]
    write_lines(tmp / "again.ndjson", [base64.b64decode(letter["raw_base64"]) for letter in letters if letter["origin"]["source"] == "state"])
    write(tmp / "campus/cards.csv", BEFORE)
    write(tmp / "once-more.ndjson", (tmp / "again.ndjson").read_bytes())
    for name, used, duplicate in (("again.ndjson", 3, 0), ("once-more.ndjson", 0, 3)):
        s = mapped(name)
        same((s["used"], s["duplicate"]), (used, duplicate), "read beside the mapping, and once")
        same(log(), whole, "as it was")


def test_killed_before_the_correction_was_committed_it_is_made_again(tmp):
    want = right(tmp)
    run(folder(tmp, BEFORE), FIRST, "2026-03-07")
    write(tmp / "campus/cards.csv", AFTER)
    for _ in range(2):
        live = Live(tmp)
        live.says(f"{TOLD}8 records")
        live.end(signal.SIGKILL)
    run(tmp, LATER, "2026-03-11")
    same(stands(tmp), want, "what stands")
    same(len(letters(tmp)), NOBODYS, "each letter once")
    same(len({x["origin"]["offset"] for x in letters(tmp)}), NOBODYS, "each with a number of its own")


def test_hup_moves_them_in_a_run_that_goes_on(tmp):
    want = right(tmp)
    live = Live(folder(tmp, BEFORE), "--until", "2026-03-11")
    there = lambda: (tmp / "alerts.ndjson").exists() and b'"at":"2026-03-06T12:00:00+08:00"' in (tmp / "alerts.ndjson").read_bytes()
    live.send(FIRST)
    expect(wait_for(there, live.process, "all of the first records"), "it ended:", live.err)
    write(tmp / "campus/cards.csv", AFTER)
    live.process.send_signal(signal.SIGHUP)
    live.says("the new rules and campus hold")
    live.says(f"{TOLD}8 records")
    live.send(LATER)
    same(live.end(), 0, "exit")
    same(stands(tmp), want, "what stands")
    same(len(letters(tmp)), NOBODYS, "dead letters")


def test_it_is_told_in_chinese_too_and_names_nobody(tmp):
    run(folder(tmp, BEFORE), FIRST, "2026-03-07")
    write(tmp / "campus/cards.csv", AFTER)
    write_lines(tmp / "none.ndjson", [])
    said = sanzao(tmp, "run", "--source", "file:none.ndjson", *BASE, "--lang", "zh", rc=0).err
    line = next(l for l in said.splitlines() if "卡片有更正" in l)
    expect(f"8 条记录改归另一名学生；死信：不属于任何人的 {NOBODYS} 条" in line, line)
    expect(not any(x in line for x in ("s1", "s2", "s3", "k1", "k3")), line)


def test_a_state_shown_under_other_cards_says_so(tmp):
    run(folder(tmp, BEFORE), FIRST, "2026-03-07")
    write(tmp / "campus/cards.csv", AFTER)
    shown = sanzao(tmp, "state", "show", "s2", "--state", "sqlite:state.db", "--campus", "campus", "--rules", "rules")
    expect("the last run had another campus" in shown.err, shown.err)
    same(letters(tmp), [], "and nothing is changed by it")


if __name__ == "__main__": sys.exit(main(globals()))
