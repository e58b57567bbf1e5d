#!/usr/bin/env python3
"""The manual is true: every YAML example of the rule pages checks and runs, transcripts and generated pages are current, links lead
somewhere, semantics.md states every number once, and the example config is one.

The program is $SANZAO. A block may be marked in the line above it: `<!-- file: PATH -->` is that file, `<!-- with: rules -->` stands
beside the shipped rules.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SANZAO = os.path.abspath(os.environ.get("SANZAO") or os.path.join(ROOT, "build/dev/sanzao"))
BLOCK = re.compile(r"(?:<!-- (file|with): (\S+) -->\n)?```yaml\n(.*?)```", re.S)


def sanzao(*words):
    return subprocess.run([SANZAO, *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)


def pages(pattern):
    for path in sorted(glob.glob(pattern, root_dir=ROOT, recursive=True)):
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            yield path, f.read()


# ---- YAML examples ------------------------------------------------------------------------------------------------------

def problems_of(mark, target, text):
    with tempfile.TemporaryDirectory(prefix="sanzao-docs-") as folder:
        if mark == "file" and open(os.path.join(ROOT, target), encoding="utf-8").read() != text:
            return [f"differs from {target}"]
        rules = os.path.join(folder, "rules")
        if mark == "with":
            shutil.copytree(os.path.join(ROOT, target), rules)
        else:
            os.mkdir(rules)
        with open(os.path.join(rules, "example.yaml"), "w", encoding="utf-8") as f:
            f.write(text)
        done = sanzao("check", rules, "--strict")
        if done.returncode != 0:
            return [done.stderr.decode(errors="replace")]
        done = sanzao("test", rules)
        if done.returncode != 0:
            return [(done.stdout + done.stderr).decode(errors="replace")[-2000:]]
        done = sanzao("run", "--source", "file:examples/events", "--mapping", "examples/door-mapping.yaml", "--campus", "examples/campus-small",
                      "--rules", rules, "--until", "2026-04-08", "--alerts", f"file:{folder}/alerts.ndjson", "--dead-letters", f"file:{folder}/dead.ndjson")
        return [] if done.returncode == 0 else [f"run: exit {done.returncode}: " + done.stderr.decode(errors="replace")[-600:]]


def examples():
    n = 0
    for path, text in [*pages("docs/rules/**/*.md"), *pages("README.md")]:
        for m in BLOCK.finditer(text):
            n += 1
            line = text.count("\n", 0, m.start(3)) + 1
            yield f"{path}:{line} checks and runs", problems_of(m[1], m[2], m[3])
    yield "there are examples", [] if n >= 20 else [f"only {n}"]


# ---- the rest -----------------------------------------------------------------------------------------------------------

def links():
    for path, text in [*pages("*.md"), *pages("docs/**/*.md"), *pages("tests/**/*.md"), *pages("examples/*.md")]:
        bad = []
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)):
            file, _, anchor = target.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            full = os.path.normpath(os.path.join(ROOT, os.path.dirname(path), file)) if file else os.path.join(ROOT, path)
            if not os.path.exists(full):
                bad.append(f"{target} is not there")
            elif anchor and full.endswith(".md") and anchor not in anchors(open(full, encoding="utf-8").read()):
                bad.append(f"{target}: no such heading")
        yield f"links of {path}", bad


def anchors(text):
    heads = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", h.strip().lower())) for h in heads}


def numbers():
    text = dict(pages("docs/rules/semantics.md"))["docs/rules/semantics.md"]
    found = [int(n) for n in re.findall(r"^\*\*(\d+)\. ", text, re.M)]
    yield "semantics.md has the numbers 1 to 38, each once", [] if found == list(range(1, 39)) else [str(found)]


def config():
    done = sanzao("run", "--config", "config.example.yaml", "--source", "file:examples/events/class.ndjson", "--campus", "examples/campus-small",
                  "--alerts", "file:/dev/null")
    yield "config.example.yaml is a config", [] if done.returncode == 0 else [done.stderr.decode(errors="replace")]


def codes():
    """Every code that a module can give, as the enums in the sources have it, has its meaning in errors.md."""
    known = {int(x) for x in re.findall(r"^## SZ(\d+)$", dict(pages("docs/errors.md"))["docs/errors.md"], re.M)}
    used = {}
    for pattern in ("src/**/*.[ch]", "include/**/*.h"):
        for _, text in pages(pattern):
            for body in re.findall(r"\benum\b[^{;]*\{([^}]*)\}", re.sub(r"/\*.*?\*/", "", text, flags=re.S)):
                number = None
                for m in re.finditer(r"(\w+)\s*(?:=\s*(\d+))?\s*(?:,|$)", body):
                    number = int(m[2]) if m[2] else None if number is None else number + 1
                    if number and re.match(r"C_[A-Z]|(SZ|APP|[A-Z]+)_CODE_(?!MAX)", m[1]): used[number] = m[1]
    lacking = [f"{name} ({number}) is not in docs/errors.md" for number, name in sorted(used.items()) if number not in known]
    yield f"{len(used)} codes have their meaning", lacking if len(used) > 150 else ["too few codes found"]


def current():
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/generate"), "--check"], env={**os.environ, "SANZAO": SANZAO}, capture_output=True, check=False)
    yield "generated pages and transcripts are current", [] if done.returncode == 0 else [done.stdout.decode(errors="replace")]


def main():
    passed = failed = 0
    for part in (examples, links, numbers, config, codes, current):
        for name, problems in part():
            passed += not problems
            failed += bool(problems)
            if problems:
                print(f"FAILED {name}")
                for p in problems:
                    print("    " + p.replace("\n", "\n    "))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
