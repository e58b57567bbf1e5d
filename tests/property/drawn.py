#!/usr/bin/env python3
"""Is the whole language drawn? Every operator over every form of window, every key, exemption, check, field and function of the rule
language, looked for in the rule sets that the generator makes of seeds 1 to N. What the semantics leave open stands in README.md and
is not asked for here; an operator that the program has and this page does not fails the test.

usage: drawn.py [--seeds N] [--binary PATH] [--table]
"""
import argparse
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from generate import case  # noqa: E402

PLAIN = {"days", "hours", "minutes", "week", "month", "term", "study", "to", "night"}
WINDOWS = {**dict.fromkeys(("count", "sum", "avg", "min", "max", "distinct", "sessions", "first"), PLAIN),
           "days": {"days", "week", "month", "to", "night"}, "last": {"none", "days", "hours", "week", "month", "night"},
           "streak": {"none", "days", "week", "month", "night", "on_days: class"}, "absence": {"none", "pause"}, "value": {"none"},
           "baseline": {"none", "by", "recent"}, "peers": {"by", "by several", "by place", "of a name", "min_group"}}
NOT_DRAWN = {"regularity"}  # needs forty records in a window; its own cases and unit tests compare it with the definition
SHAPES = {"when", "value", "at_least", "at_most", "points", "sequence", "within", "as", "not", "level", "who", "unless", "params", "for",
          "check", "resolve_when", "again_after", "mode", "sensitive", "message", "replaces", "id"}
ADJUSTS = {"because", "params", "was", "mode", "unless", "by"}
EXEMPTIONS = {"none", "on_leave", "vacation", "feed_down", "holiday", "weekend", "rarely_seen", "class_silent", "feed_silent",
              "overnight_permit", "sick", "leave", "internship", "exchange", "caring"}
CHECKS = {"daily at", "class days at", "mon,", "sat at", "week 2 of term", "at 24:00", "at 00:00", "at 07:00,18:00"}
LEVELS = {"green", "blue", "yellow", "orange", "red"}
UNITS = {"yuan", "h", "%", "plain"}
WORDS = {"&&", "||", "!", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in [", "? ", "has(", "math.greatest(", "size(",
         ".startsWith(", ".contains(", ".matches(", "timestamp(", ".getHours(", ".age", ".time", ".balance", ".direction", ".ratio", ".z",
         ".now", ".usual", ".percentile", ".median", ".mean", *(f"event.{x}" for x in ("op", "amount", "balance", "status", "direction", "result", "means", "late", "clock",
         "hour", "weekday", "precision", "type", "id", "place", "time", "on_leave", "source")), *(f"place.{x}" for x in ("id", "kind",
         "building", "zone", "name")), *(f"student.{x}" for x in ("year", "school", "tags", "residence", "gender")),
         *(f"calendar.{x}" for x in ("week", "term", "holiday", "vacation", "class_day", 'in("exams")', 'days_to("exams")'))}
FIELDS = {f"distinct .{x}" for x in ("place", "place.kind", "place.zone", "place.building", "hour", "clock", "night", "weekday", "type", "time")}


def forms(raw: dict) -> set[str]:
    over = str(raw.get("over", ""))
    unit = {"d": "days", "h": "hours", "m": "minutes"}.get(over[-1:]) if re.fullmatch(r"\d+[dhm]", over) else over or "none"
    keys = {"to" if "to" in raw else "", "night" if raw.get("day") == "night" else "", "pause" if "pause" in raw else "",
            "on_days: class" if "on_days" in raw else "", "by" if "by" in raw else "", "recent" if "recent" in raw else "",
            "by several" if isinstance(raw.get("by"), list) else "", "by place" if "peers" in raw and "place" in raw["by"] else "", "of a name" if isinstance(raw.get("peers"), str) else "", "min_group" if "min_group" in raw else ""}
    return {unit} | keys - {""}


def of_feature(raw: dict, operators: list[str]) -> list[str]:
    operator = next(k for k in raw if k in operators)
    out = [f"{operator} {form}" for form in forms(raw)]
    if operator == "distinct": out.append("distinct ." + raw[operator].partition(".")[2])
    if isinstance(raw[operator], dict): out += of_feature({**raw[operator]}, operators)
    return out


def of_rule(rule: dict) -> list[str]:
    out = [f"rule {k}" for k in rule]
    out += [f"rule {k}" for step in rule.get("sequence", []) for k in step]
    out += [f"unless {x}" for x in ([rule["unless"]] if isinstance(rule.get("unless"), str) else rule.get("unless", []))]
    out += [f"check {x}" for x in CHECKS if x in rule.get("check", "")]
    steps = rule.get("at_least") or rule.get("at_most") or {}
    out += [f"level {x}" for x in [*steps.values(), rule.get("level")]]
    for step in map(str, steps): out.append("unit " + ("yuan" if "yuan" in step else step[-1] if step[-1] in "h%" else "plain"))
    return out


def of_case(text: str, operators: list[str]) -> set[str]:
    rules = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    out = [x for f in (rules.get("features") or {}).values() for x in of_feature(f, operators)]
    out += [x for r in rules["rules"] for x in of_rule(r)]
    for change in (rules.get("adjust") or {}).values():
        out += [f"adjust {k}" for k in change] + [f"adjust {k}" for p in change.get("params", {}).values() for k in p]
    conditions = [str(e.get("where", "")) for e in (rules.get("events") or {}).values()]
    conditions += [str(f.get("value", "")) for f in (rules.get("features") or {}).values()]
    conditions += [str(r.get(k, "")) for r in rules["rules"] for k in ("when", "value", "who", "resolve_when")]
    conditions += [str(x.get(k, "")) for r in rules["rules"] for x in r.get("points", []) + r.get("sequence", []) for k in ("when", "where")]
    joined = "\n".join(conditions)
    return set(out) | {f"word {w}" for w in WORDS if w in joined}


def wanted() -> set[str]:
    out = {f"{operator} {form}" for operator, all_forms in WINDOWS.items() for form in all_forms} | FIELDS
    for name, words in (("rule", SHAPES), ("adjust", ADJUSTS), ("unless", EXEMPTIONS), ("check", CHECKS), ("level", LEVELS), ("unit", UNITS),
                        ("word", WORDS)): out |= {f"{name} {w}" for w in words}
    return out


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seeds", type=int, default=1400)
    ap.add_argument("--binary", default=os.environ.get("SANZAO") or str(HERE.parents[1] / "build/dev/sanzao"))
    ap.add_argument("--table", action="store_true", help="in how many of the rule sets each is")
    opt = ap.parse_args()
    operators = subprocess.run([opt.binary, "options", "--operator-names"], capture_output=True, text=True, check=True).stdout.split()
    counts = Counter(x for seed in range(1, opt.seeds + 1) for x in of_case(case(seed)["rules"], operators))
    lacking = sorted(x for x in wanted() if not counts[x])
    unknown = sorted(set(operators) - set(WINDOWS) - NOT_DRAWN)
    if opt.table: print(*(f"{counts[x]:6} {x}" for x in sorted(wanted(), key=lambda x: counts[x])), sep="\n")
    for x in lacking: print(f"never drawn: {x}", file=sys.stderr)
    for x in unknown: print(f"an operator that this page does not know: {x}", file=sys.stderr)
    print(f"{len(wanted()) - len(lacking)} passed, {len(lacking) + len(unknown)} failed")
    return 1 if lacking or unknown else 0


if __name__ == "__main__": sys.exit(main())
