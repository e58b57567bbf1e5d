#!/usr/bin/env python3
"""Every code of docs/errors.md is shown: by a case of tests/data/codes/*.txt, as an analyst meets it, or, where it needs a fault
(a disk, a broker, a damaged state), by the test that tests/data/codes/faults.txt names.

A case is  %% CODE title,  its files (%> NAME, then the lines),  %. COMMAND that comes before,  %! COMMAND, and all that this finds,
in order:  %= FILE:LINE:COLUMN error CODE `what the carets stand under`,  at last  %= exit N.  Columns count characters. Files and
command before the first case are of all that do not have their own. In a file ⟪x×9⟫ is x nine times, with № for the number of each;
⟨hh⟩ is a byte. A note may have `no hint` behind it: it says what was done.  %~ TEXT  after a finding: words that its hint has, in
one language or the other.
"""
import re
import shlex
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from lib import ROOT, expect, main, same, sanzao, say, write

FOLDER = ROOT / "tests/data/codes"
HAN = re.compile(r"[\u4e00-\u9fff]")
HEAD = re.compile(r"(?:(?P<file>[^\n]*?):(?P<line>\d+):(?P<column>\d+): )?"
                  r"(?P<severity>error|warning|note|错误|警告|说明)\[(?P<code>SZ\d+)\](?:: |：)(?P<message>.*)")
SEVERITIES = {"错误": "error", "警告": "warning", "说明": "note"}


@dataclass
class Case:
    where: str
    codes: list[str]
    title: str
    command: str = ""
    before: list[str] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    exit: int = -1
    without_hint: set[int] = field(default_factory=set)
    hints: list[tuple[int, str]] = field(default_factory=list)   # of which finding, what


@dataclass
class Finding:
    place: str                                      # file:line:column, or - where there is none
    severity: str
    code: str
    message: str
    under: str | None = None
    hint: str = ""

    def __str__(self):
        return f"{self.place} {self.severity} {self.code}" + (f" `{self.under}`" if self.under is not None else "")


def read_cases(path: Path) -> list[Case]:
    cases: list[Case] = []
    common, lines = Case(path.name, [], ""), None   # lines: of the file that is being read
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        case = cases[-1] if cases else common
        sign, rest = line[:3], line[3:]
        if sign == "%% ":
            codes, _, title = rest.partition(" ")
            cases.append(Case(f"{path.name}:{number}", codes.split("+"), title, common.command, files=dict(common.files)))
        elif sign == "%! ": case.command = rest
        elif sign == "%~ ": case.hints.append((len(case.found) - 1, rest))
        elif sign == "%. ": case.before.append(rest)
        elif sign == "%> ": lines = case.files[rest] = []
        elif line.startswith("%= exit "): case.exit = int(line[8:])
        elif sign == "%= ":
            if rest.endswith(" no hint"): case.without_hint.add(len(case.found))
            case.found.append(rest.removesuffix(" no hint"))
        elif lines is not None: lines.append(line)
        if sign in ("%% ", "%! ", "%. ", "%= ", "%~ "): lines = None
    return cases


def contents(lines: list[str]) -> bytes:
    """Without the empty lines before the next case."""
    text = "".join(line + "\n" for line in lines).rstrip("\n")
    text += "\n" if text else ""
    many = lambda m: "".join(m[1].replace("№", str(i + 1)) for i in range(int(m[2])))
    text = re.sub(r"⟪(.*?)×(\d+)⟫", many, text, flags=re.S)
    parts = re.split(r"⟨([0-9a-f]{2})⟩", text)
    return b"".join(bytes([int(p, 16)]) if i % 2 else p.encode() for i, p in enumerate(parts))


def cells(text: str) -> int:
    """As a terminal shows it."""
    n = 0
    for c in text:
        if c == "\t": n += 4 - n % 4
        elif unicodedata.combining(c) or c in "\u200b\ufeff": continue
        else: n += 2 if unicodedata.east_asian_width(c) in "WF" else 1
    return n


def under_carets(shown: str, carets: str) -> str:
    """The characters of a shown line over the carets: none is cut in two."""
    first, count, at, out = carets.index("^"), carets.count("^"), 0, ""
    same(carets.strip(), "^" * count, "carets stand together")
    edges = {0}
    for c in shown:
        if first <= at < first + count: out += c
        at += cells(c)
        edges.add(at)
    expect(first in edges or first >= at, "the carets begin within a character:", shown, carets)
    expect(first + count in edges or first + count > at, "the carets end within a character:", shown, carets)
    return out


def read_findings(text: str) -> list[Finding]:
    found: list[Finding] = []
    shown = None
    for line in text.splitlines():
        if head := HEAD.fullmatch(line):
            place = f"{head['file']}:{head['line']}:{head['column']}" if head["file"] else "-"
            found.append(Finding(place, SEVERITIES.get(head["severity"], head["severity"]), head["code"], head["message"]))
            shown = None
        elif not found: continue
        elif m := re.fullmatch(r" *\d+ \| (.*)", line): shown = m[1]
        elif (m := re.fullmatch(r" +\| ( *\^+)", line)) and shown is not None: found[-1].under = under_carets(shown, m[1])
        elif m := re.fullmatch(r" {4,}= (.*)", line): found[-1].hint += m[1]
    return found


def check_column(folder: Path, case: Case, f: Finding) -> None:
    """The column that is printed counts characters and is where the carets are."""
    name, line, column = f.place.rsplit(":", 2) if f.place != "-" else ("", "", "")
    if f.under is None or "\ufffd" in f.under or not (folder / name).is_file(): return
    data = (folder / name).read_bytes()
    try: text = data.decode("utf-8-sig")
    except UnicodeDecodeError: return               # shown as what was read of it
    lines = re.split(r"\r\n|\n|\r", text)
    if int(line) > len(lines) or "\t" in lines[int(line) - 1] or len(lines[int(line) - 1]) > 150: return
    at = lines[int(line) - 1][int(column) - 1:]
    expect(at.startswith(f.under), f"{case.where}: {f.place} is {at!r}, the carets stand under {f.under!r}")


def command(folder: Path, text: str, *more: str): return sanzao(folder, *shlex.split(text.removeprefix("sanzao ")), *more)


def lay_out(folder: Path, case: Case) -> Path:
    folder.mkdir()
    for name, lines in case.files.items(): write(folder / name, contents(lines))
    for text in case.before: command(folder, text)
    return folder


def check_case(tmp: Path, case: Case) -> None:
    told: dict[str, list[Finding]] = {}
    for lang in ("en", "zh"):
        folder = lay_out(tmp / f"{case.where.replace(':', '-')}-{lang}", case)
        result = command(folder, case.command, "--lang", lang)
        told[lang] = read_findings(result.out.decode("utf-8", "replace") + result.err)
        got = "\n".join(f"%= {f}" for f in told[lang]) + f"\n%= exit {result.rc}"
        same(got, "\n".join(f"%= {x}" for x in case.found) + f"\n%= exit {case.exit}", f"{case.where} {case.title} ({lang})")
        for f in told[lang]: check_column(folder, case, f)
    for i, words in case.hints:
        en, zh = told["en"][i].hint, told["zh"][i].hint
        expect(words in en or words in zh, f"{case.where}: `{words}` is not in the hint:", en, zh)
    for i, (en, zh) in enumerate(zip(told["en"], told["zh"])):
        where = f"{case.where} {en}"
        expect(HAN.search(zh.message) and zh.message != en.message, where, "has no Chinese message:", zh.message)
        if i in case.without_hint:
            expect(en.severity == "note", where, "only a note may be without a hint")
            expect(not en.hint and not zh.hint, where, "has a hint:", en.hint)
            continue
        expect(en.hint and zh.hint, where, "has no hint:", en.message)
        expect(en.hint != zh.hint or not re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", en.hint), where, "has one hint for both:", zh.hint)


def all_cases() -> list[Case]:
    return [case for path in sorted(FOLDER.glob("*.txt")) if path.name != "faults.txt" for case in read_cases(path)]


def kind(tmp: Path, name: str) -> None:
    cases = read_cases(FOLDER / f"{name}.txt")
    wrong = []
    for case in cases:
        try: check_case(tmp, case)
        except Exception as e: wrong.append(str(e))
    expect(not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong))
    say(f"{len(cases)} cases")


def test_yaml_and_rules(tmp): kind(tmp, "rules")
def test_expressions(tmp): kind(tmp, "expressions")
def test_campus(tmp): kind(tmp, "campus")
def test_mapping(tmp): kind(tmp, "mapping")
def test_config(tmp): kind(tmp, "config")
def test_options_and_runs(tmp): kind(tmp, "options")


def body_of(text: str, test: str) -> str:
    """Of a function of a test in C or Python, up to the next thing at the left margin."""
    m = re.search(rf"^(?:def|static void) {re.escape(test)}\b.*?(?=^\S(?<!\}}))", text + "\n.", re.S | re.M)
    return m[0] if m else ""


def faults() -> dict[str, str]:
    """Code -> `FILE TEST WORD`: the test that raises it, and the word in it that names the code."""
    rows = [line.split(None, 1) for line in (FOLDER / "faults.txt").read_text(encoding="utf-8").splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 2 and row[0].startswith("SZ")}


def test_what_needs_a_fault_has_the_test_that_is_named(tmp):
    for code, row in faults().items():
        path, test, word = row.split()
        text = (ROOT / path).read_text(encoding="utf-8")
        body = body_of(text, test)
        expect(body, f"{code}: {path} has no {test}")
        expect(re.search(rf"\b{word}\b", body), f"{code}: {test} does not say {word}")
    say(f"{len(faults())} codes")


def test_every_code_is_shown(tmp):
    codes = re.findall(r"^## (SZ\d+)$", (ROOT / "docs/errors.md").read_text(encoding="utf-8"), re.M)
    expect(len(codes) > 250, codes)
    shown = set(faults())
    for case in all_cases():
        for code in case.codes:
            expect(any(f" {code}" in f for f in case.found), f"{case.where}: {code} is not among what is found")
            shown.add(code)
    same(sorted(set(codes) - shown), [], "codes that nothing shows")
    same(sorted(shown - set(codes)), [], "codes that docs/errors.md does not have")


if __name__ == "__main__": sys.exit(main(globals()))
