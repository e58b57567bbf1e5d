#!/usr/bin/env python3
"""Every shipped rule, broken in a hundred ways and more: each break is found, and at its place.

A word is misspelt (a key, a name, a field, an operator, a unit, a level, a word of a test), or a line loses a bracket, a quote, its colon, a
language, or gets a tab or its double. What may say anything (texts, sources, comments) is left alone. A name that is misspelt where it is
declared is missed where it is used. Nothing else is said anywhere: one mistake, no noise. SZ_BREAKS=N tries at most N a rule (0: all).
"""
import json
import os
import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lib import ROOT, expect, main, sanzao, say, write

RULES = ROOT / "rules"
LEAST = 100                                # of each rule
ABOVE = 30                                 # of the events and features above the rules
MOST = int(os.environ.get("SZ_BREAKS", str(LEAST)))
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|\d[\d.:]*[a-z%]*")
FREE_TO_END = re.compile(r"(?:^|[ {])(?:source|because|refer_to|audience|version|id|detects|schools?|college)\s*: ")
NAME = re.compile(r"[ {]name: ")
TEXT = re.compile(r"\b(?:zh|en): ")
NUMBER = re.compile(r"\d")


def text_end(line, at):
    """Where the text that begins here ends: its quote, or the comma or brace of the mapping it stands in."""
    if line[at:at + 1] in "'\"":
        quote, i = line[at], at + 1
        while i < len(line):
            if line[i] == quote and line[i:i + 2] == quote * 2 and quote == "'": i += 2
            elif line[i] == quote: return i + 1
            else: i += 1
        return len(line)
    is_flow = "{" in line[:at].replace("- {", "{") and line.lstrip()[:3] not in ("zh:", "en:")
    if not is_flow: return len(line)
    depth = 0
    for i in range(at, len(line)):
        depth += (line[i] == "{") - (line[i] == "}")
        if depth < 0 or (depth == 0 and line[i] == ","): return i
    return len(line)


def free_of(line):
    """True for each character whose word may be anything."""
    free = [False] * len(line)

    def cover(a, b): free[a:b] = [True] * (b - a)
    comment = re.search(r"(?:^|\s)#", line)
    if comment: cover(comment.start(), len(line))
    for m in FREE_TO_END.finditer(line):
        cover(m.end(), text_end(line, m.end()) if "{" in line[:m.end()] and "detects" not in m[0] else len(line))
    for m in NAME.finditer(line): cover(m.end(), text_end(line, m.end()))
    for m in TEXT.finditer(line):
        end = text_end(line, m.end())
        cover(m.end(), end)
        for name in re.finditer(r"(?<!\{)\{([A-Za-z_]\w*)", line[m.end():end]):     # a name in a message
            free[m.end() + name.start(1):m.end() + name.end(1)] = [False] * len(name[1])
    for m in re.finditer(r'"[^"]*"', line): cover(m.start(), m.end())
    for m in re.finditer(r"\b(?:id|ref|source|course|session|means)=\S*", line): cover(m.start() + len(m[0].split("=")[0]), m.end())
    for m in re.finditer(r"presence (\w+)", line): cover(m.start(1), m.end(1))
    return free


def misspellings(lines):
    for n, line in enumerate(lines):
        free = free_of(line)
        for m in WORD.finditer(line):
            if any(free[m.start():m.end()]) or (n == 0 and line.startswith("#")): continue
            word = m[0]
            if word in ("true", "false"): continue
            if NUMBER.match(word):
                if line[m.start() - 1:m.start()] == "d" or len(word) < 2: continue
                yield n, m.start(), word, word + "zq"
                continue
            yield n, m.start(), word, word + "zq"
            if len(word) > 3: yield n, m.start(), word, word[:2] + "q" + word[3:] + "q"
            if len(word) > 2: yield n, m.start(), word, word[0] + "qz" + word[1:]


def with_line(lines, n, *new): return lines[:n] + list(new) + lines[n + 1:]


def damages(lines):
    """Lines that are no YAML any more, or lack what they must have: found on the line, or on its neighbours."""
    for n, line in enumerate(lines):
        code = re.sub(r"\s+#.*", "", line)
        if not code.strip() or code.lstrip().startswith("#"): continue
        key = re.match(r"( *(?:- )?)([a-z_0-9-]+):", code)
        if key and key[1].strip() != "-" and re.match(r" *[a-z_]+: \S", code):
            yield n, "twice", with_line(lines, n, line, line)
        if key and "\t" not in line and key[1]: yield n, "tab", with_line(lines, n, "\t" + line.lstrip(" "))
        for close in "}]":
            if code.endswith(close) and code.count("{" if close == "}" else "[") == code.count(close):
                yield n, f"no {close}", with_line(lines, n, code[:-1])
        if code.endswith("'") and code.count("'") % 2 == 0: yield n, "no quote", with_line(lines, n, code[:-1])
        for m in re.finditer(r"zh: [^,{}']+, (?=en: )", code):
            if not any(free_of(code)[:m.start()]): yield n, "no zh", with_line(lines, n, code[:m.start()] + code[m.end():])
        if re.match(r" +(?:sum|count|days|last|sessions|streak|value|when|level|check|over|event|where): ", code):
            yield n, "no colon", with_line(lines, n, code.replace(": ", " ", 1))


def findings(folder, tmp):
    result = sanzao(tmp, "check", folder, "--campus", ROOT / "examples/campus-small", "--json")
    return json.loads(result.out)["findings"] if result.out.startswith(b"{") else str(result)


def is_found(found, where, lines, n, at, word, new):
    """At the word itself, or where the right word is missed."""
    for f in found:
        if f.get("file") != where: continue
        line = lines[f["line"] - 1]
        column = f["column"] - 1
        if f["line"] - 1 == n and at - 1 <= column <= at + len(new): return True
        if line[column:].startswith(word): return True
        if f["line"] - 1 == n and column <= at and new in line[column:]: return True   # the whole of what it stands in
    return False


def copy_rules(folder):
    for path in RULES.rglob("*.yaml"): write(folder / path.relative_to(RULES), path.read_text())
    return folder


def missed_elsewhere(found, folder, word):
    """A name declared in this file and used in another one."""
    for f in found:
        path = Path(f.get("file", ""))
        if not path.is_file(): continue
        line = path.read_text().splitlines()[f["line"] - 1]
        if line[f["column"] - 1:].startswith(word): return True
    return False


def strays(found, where, n, kind, word):
    """Findings that point neither at the break nor at a place where the right word is missed."""
    out = []
    for f in found:
        path = Path(f.get("file", ""))
        if not path.is_file():
            out.append(f)
            continue
        at = f["line"] - 1
        is_there = str(path) == where and (at == n or (kind == "line" and n <= at <= n + 1))
        text = path.read_text().splitlines()[at][f["column"] - 1:]
        if not is_there and not (word and text.removeprefix("{").startswith(word)): out.append(f)
    return out


def sampled(breaks, lines, name):
    """At most MOST of what stands above the rules, and of each rule."""
    starts = [n for n, line in enumerate(lines) if line.startswith("  - id: ")] + [len(lines)]
    parts = [[b for b in breaks if a <= b[1] < z] for a, z in zip([0, *starts], starts)]
    expect(all(len(part) >= LEAST for part in parts[1:]), name, [len(part) for part in parts], "breaks")
    r = random.Random(str(name))
    most = [ABOVE if MOST == LEAST else MOST] + [MOST] * len(starts)
    return [b for part, n in zip(parts, most) for b in (r.sample(part, n) if 0 < n < len(part) else part)]


def try_file(tmp, path):
    name = path.relative_to(RULES)
    folder = copy_rules(tmp / name.stem)
    lines = path.read_text().splitlines()
    where = str(folder / name)
    breaks = sampled([("word", *m) for m in misspellings(lines)] + [("line", *d) for d in damages(lines)], lines, name)
    wrong = []
    for kind, n, *rest in breaks:
        if kind == "word":
            at, word, new = rest
            broken = with_line(lines, n, lines[n][:at] + new + lines[n][at + len(word):])
        else: what, broken = rest
        write(Path(where), "\n".join(broken) + "\n")
        found = findings(folder, tmp)
        if isinstance(found, str): wrong.append(found)
        elif strays(found, where, n, kind, word if kind == "word" else None):
            wrong.append(f"{name}:{n + 1}: noise of {rest[1:3] if kind == 'word' else what} in `{lines[n].strip()[:90]}`: {[(f.get('line'), f.get('column'), f['code']) for f in found]}")
        elif kind == "word":
            if not is_found(found, where, broken, n, at, word, new) and not missed_elsewhere(found, folder, word):
                wrong.append(f"{name}:{n + 1}:{at + 1}: `{word}` → `{new}` in `{lines[n].strip()[:90]}`: {[(f.get('line'), f.get('column'), f['code']) for f in found]}")
        elif not any(f.get("file") == where and n - 1 <= f["line"] - 1 <= n + 2 for f in found):
            wrong.append(f"{name}:{n + 1}: {what} in `{lines[n].strip()[:90]}`: {[(f.get('line'), f.get('column'), f['code']) for f in found]}")
    return len(breaks), wrong


def test_every_break_of_a_shipped_rule_is_found_at_its_place(tmp):
    files = [p for p in sorted(RULES.rglob("*.yaml")) if "  - id: " in p.read_text()]
    expect(len(files) >= 9, "shipped rules:", files)
    expect(not findings(copy_rules(tmp / "good"), tmp), "they are fine as they are")
    with ThreadPoolExecutor(2) as pool: results = list(pool.map(lambda p: try_file(tmp, p), files))
    wrong = [w for _, some in results for w in some]
    say(sum(n for n, _ in results), "breaks in", len(files), "files")
    expect(not wrong, len(wrong), "are not found:\n      " + "\n      ".join(wrong[:25]))


if __name__ == "__main__": sys.exit(main(globals()))
