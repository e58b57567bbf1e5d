#!/usr/bin/env python3
"""The shipped rules: clean under --strict, complete, and each with a case that fires it and one that keeps it silent.

usage: test_rules.py [TEXT]     only cases whose file, rule or name has this text; the program is $SANZAO
Cases are tests/rules/*.yaml (README there).
"""
import csv
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SANZAO = os.path.abspath(os.environ.get("SANZAO") or os.path.join(ROOT, "build/dev/sanzao"))
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

CAMPUS = {
    "students": [
        {"student": "s1", "school": "理学院", "entry_year": 2023, "residence": "dorm"},
        {"student": "s2", "school": "医学院", "entry_year": 2025, "residence": "dorm"},
    ],
    "places": [{"place": "c1", "name": "一食堂", "kind": "canteen"}, {"place": "d1", "name": "东1舍", "kind": "dorm"}],
    "calendar": {"terms": [{"id": "2026-spring", "from": date(2026, 2, 23), "to": date(2026, 7, 5)}]},
}


# ---- events ---------------------------------------------------------------------------------------------------------

def as_day(text):
    return text if isinstance(text, date) else date.fromisoformat(str(text))


def days_of(spans):
    for span in spans:
        first, _, last = str(span).partition("..")
        day, end = as_day(first), as_day(last or first)
        while day <= end:
            yield day
            day += timedelta(days=1)


def weekday_names(text):
    out = set()
    for part in str(text).split(","):
        a, _, b = part.strip().partition("-")
        i, j = WEEKDAYS.index(a), WEEKDAYS.index(b or a)
        out.update(range(i, j + 1))
    return out


def expand(events):
    for event in events or []:
        if "every" not in event:
            yield event
            continue
        e = event["every"]
        skip, on = {as_day(d) for d in e.get("except", [])}, weekday_names(e.get("weekdays", "mon-sun"))
        for day in days_of(e["days"]):
            for clock in e["at"]:
                if day in skip or day.weekday() not in on:
                    continue
                time = f"{day}T{clock}:00+08:00"
                yield {"id": f"{e['event']['type']}-{e['event']['student']}-{time[:16]}", "time": time, **e["event"]}


# ---- one case -------------------------------------------------------------------------------------------------------

def write_campus(folder, campus):
    os.makedirs(folder)
    for name in ("students", "cards", "readers", "places", "leaves"):
        rows = campus.get(name)
        if not rows:
            continue
        with open(f"{folder}/{name}.csv", "w", encoding="utf-8", newline="") as f:
            w = csv.DictWriter(f, list(dict.fromkeys(k for r in rows for k in r)))
            w.writeheader()
            w.writerows(rows)
    for name in ("calendar", "feeds"):
        if campus.get(name):
            with open(f"{folder}/{name}.yaml", "w", encoding="utf-8") as f:
                yaml.safe_dump(campus[name], f, allow_unicode=True, sort_keys=False)


def instant(text):
    t = datetime.fromisoformat(str(text).replace(" ", "T").replace("Z", "+00:00"))
    if t.tzinfo is None:
        t = t.replace(tzinfo=timezone(timedelta(hours=8)))
    return t.astimezone(timezone(timedelta(hours=8))).isoformat()


def key_of(a):
    return f"{a['rule']} {a['student']} {a['level']} {a['state']} since {instant(a['since'])} at {instant(a['at'])}"


def compare(case, alerts):
    last = {}
    for a in sorted(alerts, key=lambda a: a["seq"]):
        last[a["alert"]] = a
    got = {key_of(a): a for a in last.values()}
    want = {key_of(w): w for w in case["expect"].get("standing", [])}
    out = [f"missing    {k}" for k in want if k not in got]
    out += [f"unexpected {k}" for k, a in got.items() if k not in want and a["state"] != "retracted"]
    for k, w in want.items():
        for field, lang in (("message_zh", "zh"), ("message_en", "en")):
            if k in got and field in w and got[k]["message"][lang] != w[field]:
                out.append(f"{field}: expected {w[field]}\n              got      {got[k]['message'][lang]}")
        for field in ("why", "step", "skipped", "audience"):
            if k in got and field in w and got[k].get(field) != w[field]:
                out.append(f"{field}: expected {w[field]!r}, got {got[k].get(field)!r}")
    fired = any(a["rule"] == case["rule"] and a["state"] != "retracted" for a in last.values())
    if fired != case["fires"]:
        out.append(f"{case['rule']} {'fires' if fired else 'is silent'}")
    return out


def run(case):
    folder = tempfile.mkdtemp(prefix="sanzao-rules-")
    try:
        shutil.copytree(os.path.join(ROOT, "rules"), f"{folder}/rules")
        if "adjust" in case:
            with open(f"{folder}/rules/adjust.yaml", "w", encoding="utf-8") as f:
                f.write(case["adjust"])
        write_campus(f"{folder}/campus", case.get("campus") or CAMPUS)
        with open(f"{folder}/events.ndjson", "w", encoding="utf-8") as f:
            f.writelines(json.dumps(e, ensure_ascii=False, default=lambda t: t.isoformat()) + "\n" for e in expand(case.get("events")))
        opt = case.get("options") or {}
        cmd = [SANZAO, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--state", "memory",
               "--order", opt.get("order", "sorted"), "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson"]
        if opt.get("until"):
            cmd += ["--until", str(opt["until"])]
        done = subprocess.run(cmd, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
        if done.returncode != 0:
            return [f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-800:]}"]
        if os.path.getsize(f"{folder}/dead.ndjson"):
            return ["dead letters: " + open(f"{folder}/dead.ndjson", encoding="utf-8").read()[:400]]
        with open(f"{folder}/alerts.ndjson", encoding="utf-8") as f:
            return compare(case, [json.loads(line) for line in f])
    finally:
        shutil.rmtree(folder)


# ---- the rules themselves ----------------------------------------------------------------------------------------------

def shipped():
    rules = {}
    for path in sorted(glob.glob(f"{ROOT}/rules/**/*.yaml", recursive=True)):
        for rule in (yaml.safe_load(open(path, encoding="utf-8")) or {}).get("rules", []):
            rules[rule["id"]] = rule
    return rules


def incomplete(rule):
    out = [f"no {k}" for k in ("title", "purpose", "message", "refer_to", "source", "version", "detects") if not rule.get(k)]
    for key in ("title", "message"):
        if set(rule.get(key) or {}) != {"zh", "en"}:
            out.append(f"{key} is not in both languages")
    if rule.get("sensitive") and rule.get("audience") in (None, "counselor"):
        out.append("sensitive, but for every counselor")
    return out


def checks(cases):
    """(name, problems) of what is said of the rules as a whole."""
    done = subprocess.run([SANZAO, "check", f"{ROOT}/rules", "--strict"], capture_output=True, check=False)
    yield "rules are clean under --strict", [] if done.returncode == 0 else [done.stderr.decode(errors="replace")]
    rules = shipped()
    for rule_id, rule in rules.items():
        yield f"{rule_id} is complete", incomplete(rule)
        tested = {c["fires"] for _, c in cases if c["rule"] == rule_id}
        yield f"{rule_id} is fired and kept silent", [] if tested == {True, False} else [f"cases: {tested or 'none'}"]
    strays = [c["name"] for _, c in cases if c["rule"] not in rules]
    yield "cases are about shipped rules", strays


def main():
    text = sys.argv[1] if len(sys.argv) > 1 else ""
    cases = [(os.path.basename(p), c) for p in sorted(glob.glob(f"{ROOT}/tests/rules/*.yaml")) for c in yaml.safe_load(open(p, encoding="utf-8"))]
    chosen = [(f, c) for f, c in cases if text in f"{f} {c['rule']} {c['name']}"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = [(f"{f} › {c['name']}", r) for (f, c), r in zip(chosen, pool.map(lambda x: run(x[1]), chosen))]
    if not text:
        results += list(checks(cases))
    failed = [(name, problems) for name, problems in results if problems]
    for name, problems in failed:
        print(f"FAILED {name}")
        for p in problems:
            print(f"    {p}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


sys.exit(main())
