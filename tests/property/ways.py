"""The ways in which one and the same truth may arrive, what each must give, and how the program is asked.

A trial is a case with its lines in pieces, one run each over one state. The reference judges the trial's own order of
arrival; that all trials of a seed have the same standing alerts is the promise (design 5), and the driver checks that
the reference keeps it too.
"""
import copy
import csv
import json
import resource
import shlex
import shutil
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from draw import Draw
from generate import moment_of
from reference.episodes import OPEN
from reference.reference import Result, run
from reference.times import DAY, HOUR, MINUTE, day_start, parse_day, parse_duration, parse_time, rfc3339

WAYS = ("sorted", "arrival", "facts", "pieces", "cards", "ordered", "again")
MORE_WAYS = WAYS + ("grown",)  # the campus of the last run knows of more leaves
COUNTS = ("read", "used", "duplicate", "dead_letter", "dead_letter_by", "control", "undo_unmatched")
TIMEOUT = 600


@dataclass
class Trial:
    way: str
    case: dict  # without events
    pieces: list[list[dict]]
    untils: list[str | None]
    campuses: list[dict] = field(default_factory=list)  # where they differ from run to run
    blows: list[tuple[float, int]] = field(default_factory=list)  # (seconds, signal) that strike it
    twin_cuts: list[float] = field(default_factory=list)  # where a twin is cut, which gives the same to the byte
    twin_blows: list[tuple[float, int]] = field(default_factory=list)

    def campus(self, i: int) -> dict: return self.campuses[i] if self.campuses else self.case["campus"]

    def whole(self) -> dict:
        """One case for the reference."""
        lines = [line(e) for piece in self.pieces for e in piece]
        runs = [{"lines": len(piece), "until": until, **({"campus": self.campuses[i]} if self.campuses else {})}
                for i, (piece, until) in enumerate(zip(self.pieces, self.untils))]
        return {**self.case, "campus": self.campus(len(self.pieces) - 1), "events": lines, **({"runs": runs} if self.reads_peers else {})}

    @property
    def twin(self) -> "Trial | None":
        """The same lines in the same order, in several runs that are struck; what is from the future waits for the last one."""
        if not self.twin_cuts: return None
        [events], [until] = self.pieces, self.untils
        near = len(events) - sum(is_far(e, parse_time(until)) for e in events)
        marks = [int(share * near) for share in self.twin_cuts]
        return replace(self, pieces=[events[a:b] for a, b in zip([0] + marks, marks + [len(events)])], untils=[None] * len(marks) + [until],
                       twin_cuts=[], blows=self.twin_blows)

    @property
    def reads_peers(self) -> bool: return "{peers: " in self.case["rules"]

    def expected(self) -> Result:
        with bounded_memory(): return run(self.whole())


def line(event: dict) -> str:
    if "_raw" in event: return event["_raw"]
    return json.dumps({k: v for k, v in event.items() if not k.startswith("_")}, ensure_ascii=False)


# arriving

def groups(events: list[dict]) -> list[list[dict]]:
    """Which of two lines of one id stays depends on which comes first, so a conflicting one follows at once (22)."""
    out: list[list[dict]] = []
    for event in events:
        if event.get("_follows"): out[-1].append(event)
        else: out.append([event])
    return out


def shuffled(d: Draw, events: list[dict]) -> list[dict]:
    """In no order at all: for files that are sorted before use (6)."""
    parts = groups(events)
    d.shuffle(parts)
    return [e for part in parts for e in part]


def late(d: Draw, events: list[dict], lateness: int) -> list[dict]:
    """Every line within `lateness` of its time: what came before it is not later than its own arrival (4)."""
    keyed = []
    for i, part in enumerate(groups(events)):
        delay = 0 if d.chance(0.6) else d.pick(d.randint(0, 2 * HOUR), d.randint(0, lateness * 9 // 10))
        keyed.append((moment_of(part[0]) + delay, i, part))
    return [e for _, _, part in sorted(keyed, key=lambda x: x[:2]) for e in part]


def is_far(event: dict, until: int) -> bool:
    """A line from the future, by the run's limit."""
    try: return parse_time(event["time"]) > until
    except (KeyError, ValueError, TypeError): return False


def in_order(events: list[dict]) -> list[dict]: return [e for part in sorted(groups(events), key=lambda p: moment_of(p[0])) for e in part]


def blows(d: Draw) -> list[tuple[float, int]]:
    """A few, most of them while it still begins or reads: a run takes some hundredths of a second."""
    return [(d.random() * d.pick(0.01, 0.03, 0.06), d.pick(signal.SIGKILL, signal.SIGKILL, signal.SIGHUP)) for _ in range(d.randint(0, 4))]


def cut(d: Draw, events: list[dict], until: int) -> tuple[list[list[dict]], list[str | None]]:
    """2 to 4 pieces. A run between may have its own --until, at the highest time so far, or none: then its limit is the
    wall clock, so what is from the future waits for the last run."""
    own_limit = d.chance(0.5)
    if not own_limit: events = [e for e in events if not is_far(e, until)] + [e for e in events if is_far(e, until)]
    far = sum(is_far(e, until) for e in events) if not own_limit else 0
    marks = sorted(d.sample(range(1, max(2, len(events) - far)), min(d.randint(1, 3), max(1, len(events) - far - 1))))
    pieces = [events[a:b] for a, b in zip([0] + marks, marks + [len(events)])]
    untils, highest = [], 0
    for piece in pieces[:-1]:
        highest = max([highest] + [moment_of(e) for e in piece])
        untils.append(rfc3339(highest) if own_limit else None)
    return pieces, untils + [rfc3339(until)]


def never_known(row: dict, until: int) -> bool: return "recorded" in row and parse_time(row["recorded"]) > until


def facts_late(d: Draw, campus: dict, until: int) -> dict:
    """Every leave that is known in the end becomes known at another time: at once, or up to five days late (5)."""
    campus = copy.deepcopy(campus)
    for row in campus.get("leaves") or []:
        if never_known(row, until): continue
        row.pop("recorded", None)
        begin = day_start(parse_day(row["from"]))
        if d.chance(0.85): row["recorded"] = rfc3339(min(begin + d.randint(-1, 5 * 24) * HOUR + 30 * MINUTE, until))
    return campus


def grown(d: Draw, campus: dict, runs: int, until: int) -> list[dict]:
    """Leaves that stand in the file of the last run only, not so old that the horizon would cut them off."""
    before, after = copy.deepcopy(campus), copy.deepcopy(campus)
    for row in list(after.get("leaves") or []):
        old = day_start(parse_day(row["from"])) < until - 9 * DAY
        if old or never_known(row, until) or d.chance(0.4): continue
        before["leaves"].remove(row)
        row.pop("recorded", None)
    return [before] * (runs - 1) + [after]


def by_card(d: Draw, case: dict) -> dict:
    """The same case, with most records by card: lines of one id are alike."""
    names = [r["student"] for r in case["campus"]["students"]]
    cards = case["campus"].get("cards") or [{"card": "k" + s, "student": s} for s in names if s != "s0"]
    held = {r["student"]: r["card"] for r in cards}
    cards = cards + [{"card": "k0", "student": cards[0]["student"], "to": "2020-01-01"}]  # it is nobody's any more
    chosen = {i for i in dict.fromkeys(e.get("id") for e in case["events"]) if d.chance(0.85)} - {None}
    swap = lambda e: {("card" if k == "student" else k): held[v] if k == "student" else v for k, v in e.items()}
    is_known = lambda e: e.get("id") in chosen and "_raw" not in e and e.get("student") in held and "card" not in e
    return {**case, "campus": {**case["campus"], "cards": cards},
            "events": [swap(e) if is_known(e) else e for e in case["events"]]}


def wrong_cards(d: Draw, campus: dict, highest: int, horizon: int) -> dict:
    """Cards as they were before they were corrected, at a time up to `highest`: for a while another student's, and one
    of a stranger is somebody's. What is older than the horizon then would stay where it is."""
    campus, low = copy.deepcopy(campus), highest - horizon + MINUTE
    own = [r for r in campus["cards"] if r["card"] != "k0"]
    rows, cards = [], d.some(own, len(own)) or own[:1]
    for row in own:
        if row not in cards:
            rows.append(row)
            continue
        a = low + d.randint(0, (highest - low) // 2)
        b = d.pick(None, a + d.randint(HOUR, 6 * DAY))
        other = d.choice([r["student"] for r in own if r["student"] != row["student"]] or
                         [r["student"] for r in campus["students"] if r["student"] not in (row["student"], "s0")])
        rows += [{**row, "to": rfc3339(a)}, {**row, "student": other, "from": rfc3339(a), "to": rfc3339(b) if b else ""}]
        if b: rows.append({**row, "from": rfc3339(b)})
    if d.chance(0.7): rows.append({"card": "k0", "student": d.choice(rows)["student"], "from": rfc3339(low)})
    campus["cards"] = rows
    return campus


def corrected(d: Draw, campus: dict, pieces: list[list[dict]], horizon: int) -> list[dict]:
    """The campus of each run: after one of them somebody puts the cards right."""
    n = d.randint(1, len(pieces) - 1) if len(pieces) > 1 else 0
    read = [moment_of(e) for piece in pieces[:n] for e in piece]
    if not read: return []
    return [wrong_cards(d, campus, max(read), horizon)] * n + [campus] * (len(pieces) - n)


def moved(d: Draw, campus: dict, pieces: list[list[dict]], horizon: int) -> list[dict]:
    """The campus of each run: after one of them some have moved to another class, and somebody is watched no longer or
    again. What a check before the horizon said of their classes would stay."""
    n = d.randint(1, len(pieces) - 1) if len(pieces) > 1 else 0
    read = [moment_of(e) for piece in pieces[:n] for e in piece]
    terms = [day_start(parse_day(t["from"])) for t in campus.get("calendar", {}).get("terms", [])]
    began = [day_start(parse_day(f["began"])) for f in campus.get("feeds", {}).values() if "began" in f]
    if not read or max(read) - min(read + terms + began) > horizon - 2 * DAY: return []
    before = copy.deepcopy(campus)
    for row in before["students"]:
        if d.chance(0.12): row["class"] = d.pick("c1", "c2", "")
        if row["student"][0] == "m" and d.chance(0.05): row["status"] = "suspended"
    return [before] * n + [campus] * (len(pieces) - n)


def trials(case: dict, seed: int, ways: tuple[str, ...]) -> list[Trial]:
    base = {k: v for k, v in case.items() if k != "events"}
    until, lateness = parse_time(case["options"]["until"]), parse_duration(case["options"]["lateness"])
    ordered = lambda order: {**base, "options": {**base["options"], "order": order}}
    out = []
    for way in ways:
        d = Draw(f"{seed} {way}")
        order = {"sorted": "sorted", "arrival": "arrival"}.get(way) or d.pick("sorted", "arrival", "arrival")
        if way == "cards":
            if "unknown_students" in case["options"]: continue  # whose card nobody has is a student
            if len(case["campus"]["students"]) - any(r["student"] == "s0" for r in case["campus"]["students"]) < 2: continue
            case = by_card(d, case)
            base = {k: v for k, v in case.items() if k != "events"}
        events = shuffled(d, case["events"]) if way == "sorted" else in_order(case["events"]) if way == "ordered" else late(d, case["events"], lateness)
        trial = Trial(way, ordered(order), [events], [case["options"]["until"]])
        if way == "facts": trial.case["campus"] = facts_late(d, case["campus"], until)
        if way == "again":
            trial.case, trial.twin_cuts, trial.twin_blows = ordered("arrival"), sorted(d.random() for _ in range(d.randint(1, 3))), blows(d)
            trial.pieces = [sorted(events, key=lambda e: is_far(e, until))]
        if way == "ordered": trial.blows = blows(d)
        if way in ("pieces", "grown", "cards", "ordered"): trial.pieces, trial.untils = cut(d, events, until)
        if way == "cards": trial.campuses = corrected(d, case["campus"], trial.pieces, parse_duration(case["options"]["horizon"]))
        if way == "pieces" and "class_silent" in case["rules"] and d.chance(0.6):
            trial.campuses = moved(d, case["campus"], trial.pieces, parse_duration(case["options"]["horizon"]))
        if way == "grown": trial.campuses = grown(d, case["campus"], len(trial.pieces), until)
        out.append(trial)
    return out


# asking the program

def as_yaml(what: object) -> str:
    """By libyaml where Python has it: that is ten times as fast."""
    return yaml.dump(what, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True, sort_keys=False, width=1000)


def write_campus(folder: Path, campus: dict) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("students", "cards", "readers", "places", "leaves"):
        rows = campus.get(name) or []
        if not rows: continue
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as f:
            w = csv.DictWriter(f, list(dict.fromkeys(k for r in rows for k in r)))
            w.writeheader()
            w.writerows(rows)
    for name in ("calendar", "feeds"):
        if campus.get(name):
            (folder / f"{name}.yaml").write_text(as_yaml(campus[name]), encoding="utf-8")


def commands(trial: Trial, program: list[str]) -> list[list[str]]:
    options = trial.case["options"]
    state = "memory" if len(trial.pieces) == 1 and not trial.blows else "sqlite:state.db"
    out = []
    for i, until in enumerate(trial.untils):
        campus = f"campus-{i + 1}" if trial.campuses else "campus"
        out.append(program + ["run", "--source", f"file:events-{i + 1}.ndjson", "--order", options["order"], "--campus",
                              campus, "--rules", "rules",
                              "--state", state, "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson",
                              "--summary", f"summary-{i + 1}.json",
                              "--lateness", options["lateness"], "--horizon", options["horizon"],
                              *(["--commit-records", str(3 + len(trial.pieces))] if trial.blows else []),
                              *(["--unknown-students", "admit"] if "unknown_students" in options else []),
                              *(["--until", until] if until else [])])
    return out


def write(trial: Trial, folder: Path, program: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "rules.yaml").write_text(trial.case["rules"], encoding="utf-8")
    if trial.campuses:
        for i in range(len(trial.pieces)): write_campus(folder / f"campus-{i + 1}", trial.campus(i))
    else: write_campus(folder / "campus", trial.case["campus"])
    for i, piece in enumerate(trial.pieces):
        (folder / f"events-{i + 1}.ndjson").write_text("".join(line(e) + "\n" for e in piece), encoding="utf-8")


def write_for_people(trial: Trial, folder: Path, program: list[str]) -> None:
    """What nobody needs while all is well."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "command").write_text("".join(shlex.join(c) + "\n" for c in commands(trial, program)), encoding="utf-8")
    (folder / "case.yaml").write_text(as_yaml([trial.whole()]), encoding="utf-8")


@dataclass
class Answer:
    code: int
    stderr: str
    alerts: list[dict]
    dead: int
    summaries: list[dict]


def ask(trial: Trial, folder: Path, program: list[str]) -> Answer:
    for old in ("alerts.ndjson", "dead.ndjson", "state.db",
                *[f"summary-{i + 1}.json" for i in range(len(trial.pieces))]): (folder / old).unlink(missing_ok=True)
    code, stderr = 0, ""
    for command in commands(trial, program):
        for seconds, sign in trial.blows: strike(command, folder, seconds, sign)
        try:
            done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=TIMEOUT)
        except subprocess.TimeoutExpired: return Answer(-1, f"no end after {TIMEOUT} s", [], 0, [])
        code, stderr = done.returncode, done.stderr.decode(errors="replace")
        if code: break
    lines = lambda p: [json.loads(x) for x in p.read_text(encoding="utf-8").splitlines()
                       if x.strip()] if p.exists() else []
    summaries = [json.loads(p.read_text()) for p in (folder / f"summary-{i + 1}.json"
                                                     for i in range(len(trial.pieces))) if p.exists()]
    return Answer(code, stderr, lines(folder / "alerts.ndjson"), len(lines(folder / "dead.ndjson")), summaries)


@contextmanager
def bounded_memory(most: int = 4 << 30):
    """Of this process: of a case that was cut down the reference once took all that the machine has. It breaks then, as on any other case
    that it cannot make sense of. A program that is asked has what the machine has: sanitizers reserve more than there is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
    try: yield
    finally: resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def strike(command: list[str], folder: Path, seconds: float, sign: int) -> None:
    """Let it run for a moment only; who is asked to read the same files again goes on to the end by himself."""
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try: process.wait(seconds)
    except subprocess.TimeoutExpired: process.send_signal(sign)
    process.wait(TIMEOUT)


# comparing

KEY = ("rule", "student", "since", "level", "state", "at", "mode")


def at(text: object) -> str: return rfc3339(parse_time(text))


def key_of(row: dict) -> str:
    out = {k: row[k] for k in KEY if k in row and not (k == "mode" and row[k] == "live")}
    return " ".join(str(at(v) if k in ("since", "at") else v) for k, v in out.items())


def folded(alerts: list[dict]) -> list[dict]:
    """Of each alert the event with the highest seq (contract)."""
    last: dict = {}
    for a in sorted(alerts, key=lambda a: a["seq"]):
        if a["event"] not in ("held", "released"): last[a["alert"]] = a
    return list(last.values())


def compare(result: Result, answer: Answer, was_struck: bool = False) -> list[str]:
    """What is wrong, one line each; nothing where the semantics leave a choice (README.md). A run that was killed counts what it read itself."""
    if answer.code: return [f"exit        {answer.code}: {answer.stderr.strip()[-600:]}"]
    standing = [a for a in folded(answer.alerts) if a["state"] != "retracted"]
    got: dict[str, dict] = {key_of(a): a for a in standing}
    wanted = {key_of(r): r for r in result.rows()}
    out = [f"missing     {k}" for k in wanted if k not in got] + [f"unexpected  {k}" for k in got if k not in wanted]
    if len(got) < len(standing): out.append(f"twice       {len(standing) - len(got)} alerts stand twice")
    for k in wanted:
        if k in got:
            out += [f"{what:11} {k}: expected {w!r}, got {g!r}" for what, w, g in details(wanted[k], got[k]) if w != g]
    return out + contents(answer.alerts) + ([] if was_struck else counts(result, answer, len(standing)))


def bare(row: str) -> dict:
    """Without where in the files it stood."""
    return {k: v for k, v in json.loads(row).items() if k != "origin"}


def differs(trial: Trial, folder: Path, program: list[str]) -> list[str]:
    """What comes in one order gives the same bytes, however often it is begun anew: where a promise about the order fails, this one holds."""
    other = folder / "twin"
    write(trial.twin, other, program)
    answer = ask(trial.twin, other, program)
    if answer.code: return [f"exit        {answer.code} of its twin: {answer.stderr.strip()[-600:]}"]
    out = []
    for name in ("alerts.ndjson", "dead.ndjson"):
        mine, its = [((f / name).read_text(encoding="utf-8") if (f / name).exists() else "").splitlines() for f in (folder, other)]
        if name == "dead.ndjson": mine, its = list(map(bare, mine)), list(map(bare, its))
        if mine != its:
            at = next((i for i, (a, b) in enumerate(zip(mine, its)) if a != b), min(len(mine), len(its)))
            out.append(f"twin        {name} differs from line {at + 1} on ({len(mine)} and {len(its)} lines)")
    return out


def details(row: dict, alert: dict) -> list[tuple]:
    """`why` only where it is promised; texts and steps as far as they are determined; `skipped` of a firing only."""
    out = [(k, row[f"message_{k[-2:]}"], (alert.get("message") or {}).get(k[-2:]))
           for k in ("message zh", "message en") if f"message_{k[-2:]}" in row]
    reasons = ("who", "corrected", "on_leave", "vacation", "holiday", "weekend", "late_permit", "overnight_permit",
               "sick", "caring", "leave", "exchange", "internship")
    if row["state"] == "resolved" and row.get("why") != OPEN:
        out.append(("why", row.get("why"), alert.get("why") if alert.get("why") in reasons else None))
    if row["state"] == "open" and "step" in row: out.append(("step", row["step"], alert.get("step")))
    if row["state"] == "open" and "step" in row and row["at"] == row["since"]:
        out.append(("skipped", row["skipped"], alert.get("skipped")))
    return out


def contents(alerts: list[dict]) -> list[str]:
    """One (alert, seq) has one content, and seq goes 1, 2, 3."""
    seen: dict = {}
    for a in alerts: seen.setdefault((a["alert"], a["seq"]), set()).add(json.dumps(a, sort_keys=True))
    out = [f"contents    {k[0]} seq {k[1]} has {len(v)}" for k, v in seen.items() if len(v) > 1]
    return out + [f"seq         {name} without seq {seq - 1}" for name,
                  seq in seen if seq > 1 and (name, seq - 1) not in seen]


def counts(result: Result, answer: Answer, standing: int) -> list[str]:
    """The last summary may count all runs or its own only: either is right for several runs."""
    if not answer.summaries: return ["summary     there is none"]
    answer.summaries = [amended(s) for s in answer.summaries]
    out, last = [], answer.summaries[-1]
    for name in COUNTS:
        want = result.counts[name]
        clean = lambda g: {k: v for k, v in (g or {}).items() if v} if isinstance(want, dict) else g or 0
        if clean(last.get(name)) != want and added([clean(s.get(name)) for s in answer.summaries]) != want:
            out.append(f"count       {name}: expected {want}, got {[s.get(name) for s in answer.summaries]}")
    if last.get("standing") != standing:
        out.append(f"count       {standing} alerts stand, {last.get('standing')} in the summary")
    if answer.dead != result.counts["dead_letter"]:
        out.append(f"count       {answer.dead} lines of dead letters, expected {result.counts['dead_letter']}")
    return out


def amended(summary: dict) -> dict:
    """As if the cards had been right when the records were read: what was used and is nobody's was a dead letter."""
    out = copy.deepcopy(summary)
    for reason, n in summary.get("moved", {}).get("dead_letter_by", {}).items():
        out["used"] -= n
        out["dead_letter"] += n
        out["dead_letter_by"][reason] = out["dead_letter_by"].get(reason, 0) + n
    return out


def added(values: list):
    if not isinstance(values[0], dict): return sum(values)
    return {k: sum(v.get(k, 0) for v in values) for k in {k for v in values for k in v}}
