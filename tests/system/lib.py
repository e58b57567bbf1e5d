"""For the system tests: the program as a user runs it, a small campus and stream from a seed, and how a test reports.

A test is a function `test_<subject>_<expectation>(tmp)` with a temporary folder of its own; `main(globals())` runs them all, or
those named on the command line (a part of the name is enough). It fails by `expect`, `same` or any exception, is skipped by
`skip(reason)`, and what it says with `say` stands in its line.
"""
import contextlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SZ_SHARED") or ROOT.parent / "shared")
SANZAO = os.path.abspath(os.environ.get("SANZAO") or ROOT / "build/dev/sanzao")
MAPPINGS = ROOT / "tests/data/mappings"
ZONE = timezone(timedelta(hours=8))
LONGEST = 600.0                                     # seconds until a run counts as hanging


# ---- reporting ---------------------------------------------------------------------------------------------------------------

class Failed(Exception): pass
class Skipped(Exception): pass


said: list[str] = []
failed: list[str] = []                              # a line each, said once more at the end
started: list[subprocess.Popen] = []                # by the test that runs; what is alive after it is killed


def expect(is_so, *what) -> None:
    if not is_so: raise Failed(" ".join(str(w) for w in what) or "not so")


def same(got, want, what: str) -> None:
    if got == want: return
    if isinstance(got, bytes) and isinstance(want, bytes):
        at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
        line = want[:at].count(b"\n") + 1
        raise Failed(f"{what}: {len(got)} bytes, {len(want)} expected; they part at byte {at}, line {line}:\n"
                     f"      got      {got[max(0, at - 60):at + 200]!r}\n      expected {want[max(0, at - 60):at + 200]!r}")
    raise Failed(f"{what}:\n      got      {got!r}\n      expected {want!r}")


def skip(reason: str): raise Skipped(reason)
def say(*what) -> None: said.append(" ".join(str(w) for w in what))


def keep_folder(tmp: Path, name: str) -> Path:
    target = Path(tempfile.gettempdir()) / "sanzao-system" / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(tmp, target, symlinks=True, ignore_dangling_symlinks=True,
                    ignore=lambda folder, names: [n for n in names if not os.path.islink(p := os.path.join(folder, n)) and
                                                  not os.path.isdir(p) and not os.path.isfile(p)])
    return target


def in_one_line(e: Exception) -> str:
    lines = [x.strip() for x in (str(e) if isinstance(e, Failed) else f"{type(e).__name__}: {e}").splitlines() if x.strip()]
    return " | ".join(lines[:4])[:900]


def end_what_was_started() -> None:
    """A test that fails between the start and the end of a run would leave it: a member of its group, a reader of its broker."""
    for process in started:
        if process.poll() is None: process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                if pipe: pipe.close()
        process.wait()
    started.clear()


def one_test(name: str, function) -> str:
    said.clear()
    tmp = Path(tempfile.mkdtemp(prefix=f"sanzao-{name}-"))
    begin, result, detail = time.monotonic(), "ok", ""
    try: function(tmp)
    except Skipped as e: result, detail = "skipped", str(e)
    except Exception as e:
        result, detail = "FAILED", str(e) if isinstance(e, Failed) else traceback.format_exc()
        failed.append(f"FAILED  {name}: {in_one_line(e)}")
    finally: end_what_was_started()
    text = f"{result:7} {name}" + (f": {detail}" if detail else "") + ("  (" + "; ".join(said) + ")" if said else "")
    print(f"{text}  {time.monotonic() - begin:.1f} s", flush=True)
    if result == "FAILED" and os.environ.get("SZ_KEEP"):
        try: print(f"        kept in {keep_folder(tmp, name)}")
        except OSError as e: print(f"        could not be kept: {e}")
    shutil.rmtree(tmp, ignore_errors=True)
    return result


def main(module: dict) -> int:
    tests = {k: v for k, v in module.items() if k.startswith("test_") and callable(v)}
    wanted = sys.argv[1:]
    if wanted: tests = {k: v for k, v in tests.items() if any(w in k for w in wanted)}
    if not os.access(SANZAO, os.X_OK):
        print(f"there is no program {SANZAO}")
        return 77
    results = [one_test(k, v) for k, v in tests.items()]
    for line in failed: print(line)
    counts = [results.count(r) for r in ("ok", "FAILED", "skipped")]
    print(f"{counts[0]} passed, {counts[1]} failed, {counts[2]} skipped")
    return 1 if counts[1] else 0


# ---- the program -------------------------------------------------------------------------------------------------------------

class Result:
    def __init__(self, args: list[str], rc: int, out: bytes, err: bytes):
        self.args, self.rc, self.out, self.err_bytes = args, rc, out, err
        self.err = err.decode("utf-8", "backslashreplace")

    def summary(self) -> dict:
        """The last line on stderr."""
        lines = self.err.strip().splitlines()
        expect(lines and lines[-1].startswith("{"), "no summary:", self)
        return json.loads(lines[-1])

    def __str__(self):
        out = self.out[-400:].decode("utf-8", "backslashreplace")
        return f"exit {self.rc} of `{' '.join(self.args)}`\n      stderr: {self.err[-1500:].strip()}\n      stdout: {out.strip()}"


def environment(**more) -> dict:
    """No language, colours or folder of whoever runs the tests; SANZAO_* and the sanitizers' options stay."""
    drop = ("LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "TMPDIR")
    return {**{k: v for k, v in os.environ.items() if k not in drop}, "LC_ALL": "C.UTF-8", **more}


def start(tmp: Path, *args, **how) -> subprocess.Popen:
    how.setdefault("stdout", subprocess.PIPE)
    how.setdefault("stderr", subprocess.PIPE)
    how.setdefault("stdin", subprocess.DEVNULL)
    process = subprocess.Popen([SANZAO, *map(str, args)], cwd=tmp, env=environment(**how.pop("env", {})), **how)
    started.append(process)
    return process


def finish(process: subprocess.Popen, stdin: bytes | None = None) -> Result:
    try: out, err = process.communicate(stdin, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Failed(f"it hangs: {' '.join(process.args)}") from None
    return Result(process.args, process.returncode, out or b"", err or b"")


def sanzao(tmp: Path, *args, stdin: bytes | None = None, rc: int | None = None, **how) -> Result:
    if stdin is not None: how["stdin"] = subprocess.PIPE
    result = finish(start(tmp, *args, **how), stdin)
    if rc is not None: expect(result.rc == rc, f"exit {rc} expected;", result)
    return result


def balance(summary: dict) -> None:
    """Nothing is dropped silently."""
    parts = [summary[k] for k in ("used", "duplicate", "dead_letter", "control")]
    expect(summary["read"] == sum(parts), "read is not used + duplicate + dead_letter + control:", summary)
    same(sum(summary["dead_letter_by"].values()), summary["dead_letter"], "dead letters by reason")


def counts(summary: dict) -> dict:
    """Without what depends on the process: memory, and what it read itself of each source."""
    return {k: v for k, v in summary.items() if k not in ("memory", "sources")}


def alerts(path: Path) -> list[dict]:
    """Every line is whole, and (alert, seq) has one content."""
    data = path.read_bytes()
    expect(data == b"" or data.endswith(b"\n"), f"{path.name} ends in the middle of a line")
    events = [json.loads(x) for x in data.splitlines()]
    contents: dict = {}
    for event, line in zip(events, data.splitlines()):
        same(contents.setdefault((event["alert"], event["seq"]), line), line, "one (alert, seq), one content")
    return events


KEY = ("rule", "student", "since", "level", "state", "at")


def standing(events: list[dict], key=KEY) -> list[tuple]:
    """What stands after folding: the event with the highest seq of each alert, unless retracted."""
    last: dict = {}
    for e in events:
        if e["alert"] not in last or e["seq"] > last[e["alert"]]["seq"]: last[e["alert"]] = e
    return sorted(tuple(e[k] for k in key) for e in last.values() if e["state"] != "retracted")


def wait_for(condition, process: subprocess.Popen | None = None, what: str = "it") -> bool:
    """Until the condition is true; False where the process ended first."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        if process and process.poll() is not None: return bool(condition())
        expect(time.monotonic() < deadline, f"waited in vain for {what}")
        time.sleep(0.0005)
    return True


MANY = 40                                           # a moment that is over quickly is tried so often, should this process see it too late


def all_was_read(folder: Path) -> bool:
    """Does state.db say so? What is given again after that is new."""
    with tempfile.TemporaryDirectory() as copy:     # a run may have it locked
        for end in ("", "-wal"):
            if (folder / f"state.db{end}").exists(): shutil.copy(folder / f"state.db{end}", copy)
        with contextlib.closing(sqlite3.connect(f"{copy}/state.db")) as db:
            try: lines = [bytes(row[0]) for row in db.execute("SELECT line FROM ledger WHERE substr(CAST(input AS TEXT), 1, 5) <> 'sink:'")]
            except sqlite3.Error: return False      # before the first commit
    return bool(lines) and all(line.startswith(b"done ") for line in lines)


def size(path: Path) -> int:
    try: return path.stat().st_size
    except OSError: return 0


# ---- a small campus and its stream ---------------------------------------------------------------------------------------------

RULES = """\
events:
  bought: {event: swipe, where: event.op == "consume"}
  meal: {event: bought, where: place.kind == "canteen"}
  missed: {event: attendance, where: event.status == "absent"}
  late_return: {event: dorm_access, where: event.direction == "in" && event.late}
features:
  silence: {absence: seen}
  missed_3d: {sum: missed.hours, over: 3d}
  late_nights: {days: late_return, over: 7d, day: night}
  meals_1d: {count: meal, over: 24h}
  spent_2d: {sum: bought.amount, over: 2d}
  last_door: {last: dorm_access}
rules:
  - {id: silent, title: {zh: 失联, en: Silent}, purpose: student-safety, value: silence,
     at_least: {12h: yellow, 20h: orange, 36h: red}, message: {zh: '{value}', en: '{value} without a sign'}}
  - {id: missed, title: {zh: 旷课, en: Missed}, purpose: academic-support, value: missed_3d, at_least: {2 class-hours: blue, 6 class-hours: yellow},
     again_after: 1d}
  - {id: late, title: {zh: 晚归, en: Late}, purpose: student-safety, value: late_nights, at_least: {1: blue, 2: yellow, 3: orange}}
  - {id: big, title: {zh: 大额, en: Big purchase}, purpose: student-safety, when: event.type == "swipe" && event.amount >= 24,
     level: blue, again_after: 2h}
  - {id: hungry, title: {zh: 少餐, en: Few meals}, purpose: student-safety, check: daily at 20:00, when: meals_1d < 2, level: blue,
     message: {zh: '{meals_1d} 餐', en: '{meals_1d|meal|meals}'}}
  - {id: spends, title: {zh: 高消费, en: Spends}, purpose: financial-aid, when: spent_2d >= most, params: {most: 90 yuan}, level: blue,
     for: 3h, again_after: 12h, mode: shadow}
  - {id: out, title: {zh: 未归, en: Out overnight}, purpose: student-safety, check: daily at 24:00, when: last_door.direction == "out",
     resolve_when: last_door.direction == "in", level: orange, unless: [overnight_permit]}
"""
CALENDAR = """\
timezone: Asia/Shanghai
terms: [{id: t1, from: 2024-03-04, to: 2024-07-05}]
holidays: [{name: {zh: 节, en: Day off}, from: 2024-03-12, to: 2024-03-12}]
curfew: {sun-thu: '23:00', fri-sat: '23:30', ends: '05:00', by: [{year: 1, sun-thu: '22:30'}]}
"""
PLACES = "place,name,kind,building\nc1,东区食堂,canteen,B1\nc2,西区食堂,canteen,B2\nshop,超市,shop,B1\nb1,东一,dorm,B1\n"
FIRST = datetime(2024, 3, 4, tzinfo=ZONE)           # a Monday


RULE_IDS = re.findall(r"- {id: (\w+)", RULES)


def stamp(t: datetime) -> str: return t.isoformat(timespec="seconds")


class Campus:
    """Students with habits of their own and the records that they leave; late, doubled and broken ones among them."""

    def __init__(self, seed: int, students: int = 36, days: int = 12, a_day: int = 10, late: float = 0.35):
        self.r = random.Random(f"campus {seed}")
        self.students = [f"s{i + 1:03d}" for i in range(students)]
        self.days, self.a_day, self.late = days, a_day, late
        self.n = 0
        self.rows: list[tuple[datetime, datetime, bytes]] = []  # (arrival, time, line)
        for day in range(days):
            for student in self.students: self.day(student, FIRST + timedelta(days=day))
        self.spoil()
        self.rows.sort()
        self.until = FIRST + timedelta(days=days, hours=8)

    def day(self, student: str, day: datetime) -> None:
        r = self.r
        if r.random() < 0.12: return                # not seen at all
        for _ in range(max(1, int(r.gauss(self.a_day, 2)))):
            t = day + timedelta(minutes=r.randint(6 * 60, 25 * 60 - 1), seconds=r.randint(0, 59))
            kind = r.random()
            if kind < 0.55: event = {"type": "swipe", "amount": f"{r.randint(300, 2800) / 100:.2f}",
                                     "place": r.choice(["c1", "c1", "c2", "shop"])}
            elif kind < 0.75: event = {"type": "attendance", "status": r.choice(["present", "present", "late", "absent"]),
                                       "hours": 2, "course": "maths"}
            else: event = {"type": "dorm_access", "direction": r.choice(["in", "in", "out"]), "place": "b1"}
            self.add(student, t, event)

    def add(self, student: str, t: datetime, event: dict) -> None:
        self.n += 1
        self.put(t, {"id": f"r{self.n}", **event, "time": stamp(t), "student": student})

    def put(self, t: datetime, event: dict) -> None:
        late = timedelta(minutes=self.r.choice([5, 60, 400, 2000])) * self.r.random() if self.r.random() < self.late else timedelta()
        self.rows.append((t + late, t, json.dumps(event, ensure_ascii=False).encode()))

    def spoil(self) -> None:
        """Repeats, refunds, and lines that end as dead letters."""
        r = self.r
        for arrival, t, line in list(self.rows):
            chance = r.random()
            if chance < 0.02: self.rows.append((arrival + timedelta(hours=2), t, line))
            elif chance < 0.03:
                event = json.loads(line)
                if "amount" not in event: continue
                self.put(t + timedelta(hours=5), {"id": "u" + event["id"], "type": "swipe", "op": "refund", "ref": event["id"],
                                                  "time": stamp(t + timedelta(hours=5)), "student": event["student"]})
            elif chance < 0.04: self.rows.append((arrival, t, line[:-9]))
            elif chance < 0.05: self.rows.append((arrival, t, line.replace(b'"student": "s', b'"student": "x')))

    def lines(self, order: str = "arrival") -> list[bytes]:
        """arrival: as they came; time: by time; mixed: in no order at all."""
        rows = self.rows
        if order == "time": rows = sorted(rows, key=lambda row: row[1:])
        if order == "mixed": rows = random.Random("mixed").sample(rows, len(rows))
        return [row[2] for row in rows]

    def by_day(self) -> list[list[bytes]]:
        """The lines that came on each day."""
        out: list[list[bytes]] = [[] for _ in range(self.days + 4)]
        for arrival, _, line in self.rows: out[min((arrival - FIRST).days, self.days + 3)].append(line)
        return [day for day in out if day]

    def leaves(self) -> str:
        """Some are known at once, some are recorded while they run or days after."""
        r, rows = random.Random("leaves"), ["student,from,to,kind,recorded"]
        for student in self.students:
            if r.random() < 0.5: continue
            first = FIRST + timedelta(days=r.randint(1, self.days - 2))
            last = first + timedelta(days=r.randint(0, 2))
            known = first + timedelta(hours=r.choice([-20, 9, 30, 60]))
            rows.append(f"{student},{first:%Y-%m-%d},{last:%Y-%m-%d},{r.choice(['leave', 'sick', 'overnight_permit'])},"
                        f"{r.choice([stamp(known), stamp(known), ''])}")
        return "\n".join(rows) + "\n"

    def write(self, folder: Path) -> Path:
        """campus/ and rules/."""
        write(folder / "campus/students.csv", "student,entry_year,school\n" +
              "".join(f"{s},{2021 + i % 3},{'医学院' if i % 2 else '理学院'}\n" for i, s in enumerate(self.students)))
        write(folder / "campus/places.csv", PLACES)
        write(folder / "campus/calendar.yaml", CALENDAR)
        write(folder / "campus/leaves.csv", self.leaves())
        write(folder / "rules/rules.yaml", RULES)
        return folder


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def write_lines(path: Path, lines: list[bytes]) -> Path: return write(path, b"".join(line + b"\n" for line in lines))


def dispositions() -> None:
    """For preexec_fn: what Python ignores is not ignored in the program."""
    for s in (signal.SIGPIPE, signal.SIGXFSZ): signal.signal(s, signal.SIG_DFL)


def codes(result: Result) -> list[str]: return re.findall(r"\[(SZ\d+)\]", result.err)
