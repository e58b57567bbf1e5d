#!/usr/bin/env python3
"""kill -9 at any moment, run again until done: alert bytes, dead letters and counts are those of the undisturbed run.

SZ_KILLS: how many kills at random moments (10). SZ_SEED: of the moments; the stream is always the same.
"""
import contextlib
import gzip
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lib import (MANY, Campus, Failed, all_was_read, balance, counts, expect, finish, main, same, sanzao, say, size, stamp, start, wait_for, write,
                 write_lines)

KILLS = int(os.environ.get("SZ_KILLS", "10"))
SEED = int(os.environ.get("SZ_SEED") or random.SystemRandom().randrange(10 ** 6))
CAMPUS = Campus(9)


@dataclass
class Job:
    """One state with its outputs, in a folder of its own."""
    folder: Path
    order: str = "arrival"
    state: str = "sqlite:state.db"
    commit: int = 50
    source: str = "file:events.ndjson"
    until: str | None = stamp(CAMPUS.until)
    alerts: str = "alerts.ndjson"

    def args(self, *more) -> list[str]:
        return ["run", "--source", self.source, "--order", self.order, "--campus", "campus", "--rules", "rules",
                "--state", self.state, "--alerts", "file:" + self.alerts, "--dead-letters", "file:dead.ndjson",
                "--commit-records", str(self.commit), *(["--until", self.until] if self.until else []), *more]

    def begin(self): return start(self.folder, *self.args())
    def run(self, *more): return sanzao(self.folder, *self.args(*more), rc=0)
    def path(self, name: str) -> Path: return self.folder / name
    def bytes(self, name: str) -> bytes: return self.path(name).read_bytes() if self.path(name).exists() else b""

    def outcome(self, summary: dict) -> "Outcome":
        return Outcome(self.bytes(self.alerts), self.bytes("dead.ndjson"), summary)


@dataclass
class Outcome:
    alerts: bytes
    dead: bytes
    summary: dict

    def equals(self, other: "Outcome") -> None:
        same(self.alerts, other.alerts, "alerts")
        same(self.dead, other.dead, "dead letters")
        same(counts(self.summary), counts(other.summary), "summary")


def job(tmp: Path, name: str, lines=None, **how) -> Job:
    folder = CAMPUS.write(tmp / name)
    if lines is not None: write_lines(folder / "events.ndjson", lines)
    return Job(folder, **how)


def undisturbed(j: Job) -> Outcome:
    out = j.outcome(j.run().summary())
    balance(out.summary)
    expect(len(out.alerts) > 200000 and out.summary["dead_letter"] > 20, "the stream is too quiet to prove anything", out.summary)
    return out


def kill_when(j: Job, moment) -> int | None:
    """Start it and kill it at the moment (a function of the process). The exit status, None if it was killed."""
    process = j.begin()
    moment(process)
    process.kill()
    result = finish(process)
    expect("SZ446" not in result.err, "a kill before makes no state older than its alerts;", result)
    if result.rc == -9: return None
    expect(result.rc == 0, "it did not die of the kill and did not end well;", result)
    return result.rc


def after(seconds: float):
    def moment(process):
        end = time.monotonic() + seconds
        while process.poll() is None and (left := end - time.monotonic()) > 0: time.sleep(min(left, 0.01))
    return moment


def grown(path: Path, by: int = 1):
    """When the file holds so many bytes more than now."""
    goal = size(path) + by
    return lambda process: wait_for(lambda: size(path) >= goal, process, f"{path.name} to grow")


def commits(j: Job, n: int):
    """When its state was written to so many times."""
    def moment(process):
        wal, seen = j.path("state.db-wal"), set()

        def look():
            seen.add(size(wal))
            return len(seen) > n
        wait_for(look, process, f"{n} commits")
    return moment


def no_orphan(j: Job, ref: Outcome) -> None:
    """What was told stays told: at any moment both files are the beginnings of what they will be."""
    for name, whole in ((j.alerts, ref.alerts), ("dead.ndjson", ref.dead)):
        there = j.bytes(name)
        same(there, whole[:len(there)], f"{name} after a kill")


def resume_to_the_end(j: Job, ref: Outcome, is_later: bool = False) -> None:
    """A kill behind the last commit leaves nothing to be read: then the counts are those of an empty run, and what stands is whole.
    is_later: the alerts hold lines that no kill leaves there."""
    result = j.run()
    same("SZ446" in result.err, is_later, f"lines of a later state: {result}")
    out = j.outcome(result.summary())
    if out.summary["read"] == 0 and ref.summary["read"]: same_standing(out, ref)
    out.equals(ref)


def same_standing(out: Outcome, ref: Outcome) -> None:
    balance(out.summary)
    for key in ("students", "standing", "judged", "not_judged", "undo_unmatched", "clock"): same(out.summary[key], ref.summary[key], key)
    out.summary = ref.summary


# ---- at random moments -----------------------------------------------------------------------------------------------------------

def random_moment(r: random.Random, j: Job, seconds: float, ref: Outcome):
    kind = r.random()
    if kind < 0.6: return after(r.random() * seconds)
    if kind < 0.85: return grown(j.path(j.alerts), r.randint(1, max(1, len(ref.alerts) // 4)))
    return grown(j.path("dead.ndjson"), r.randint(1, max(1, len(ref.dead) // 4)))


def killed_again_and_again(tmp: Path, order: str, kills: int) -> None:
    r = random.Random(f"{SEED} {order}")
    ref_job = job(tmp, "ref", CAMPUS.lines(), order=order)
    begin = time.monotonic()
    ref = undisturbed(ref_job)
    seconds = time.monotonic() - begin
    landed = states = 0
    most = 0
    while landed < kills:
        states += 1
        j = job(tmp, f"run-{states}", CAMPUS.lines(), order=order)
        here = 0
        while landed < kills:
            if kill_when(j, random_moment(r, j, seconds, ref)) is not None: break
            landed += 1
            here += 1
            no_orphan(j, ref)
        most = max(most, here)
        try: resume_to_the_end(j, ref)
        except Failed as e: raise Failed(f"SZ_SEED={SEED}, {here} kills: {e}") from None
        shutil.rmtree(j.folder)
    say(f"{landed} kills over {states} states, at most {most} in one; {len(ref.alerts)} bytes of alerts, {ref.summary['dead_letter']} dead "
        f"letters, {ref.summary['late']} late, {ref.summary['alerts']['retracted']} retracted; SZ_SEED={SEED}")


def test_kill_at_random_moments_in_arrival_order(tmp): killed_again_and_again(tmp, "arrival", (KILLS + 1) // 2)
def test_kill_at_random_moments_in_sorted_order(tmp): killed_again_and_again(tmp, "sorted", KILLS // 2)


def test_commits_change_no_output(tmp):
    for order in ("arrival", "sorted"):
        ref = undisturbed(job(tmp, f"{order}-ref", CAMPUS.lines(), order=order))
        for commit, state in ((21, "sqlite:state.db"), (65536, "sqlite:state.db"), (65536, "memory")):
            j = job(tmp, f"{order}-{commit}-{state[:3]}", CAMPUS.lines(), order=order, commit=commit, state=state)
            resume_to_the_end(j, ref)


def test_commit_records_is_the_most_between_two_commits(tmp):
    j = job(tmp, "run", CAMPUS.lines())
    read = j.run().summary()["read"]
    with sqlite3.connect(j.path("state.db")) as db: commits = db.execute("SELECT seq FROM header").fetchone()[0]
    db.close()
    expect(commits > read / j.commit, f"{commits} commits for {read} records with --commit-records {j.commit}")


# ---- at chosen moments -------------------------------------------------------------------------------------------------------------

def test_kill_in_the_first_commit(tmp):
    """The state file has just appeared: nothing, an empty file, tables without a header, a header without a body."""
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    r, kills = random.Random(SEED), 0
    for i in range(MANY):
        if i >= 8 and kills: break
        j = job(tmp, f"run-{i}", CAMPUS.lines())
        pause = r.random() * 0.006

        def moment(process, j=j, pause=pause):
            wait_for(lambda: j.path("state.db").exists(), process, "the state")
            time.sleep(pause)
        kills += kill_when(j, moment) is None
        no_orphan(j, ref)
        resume_to_the_end(j, ref)
    expect(kills > 0, "no kill came in time")
    say(f"{kills} kills")


def test_kill_between_dead_letters_and_their_commit(tmp):
    """All in one commit at the end; dead letters are in the file before it."""
    for order in ("arrival", "sorted"):
        ref = undisturbed(job(tmp, f"ref-{order}", CAMPUS.lines(), order=order))
        j = job(tmp, f"run-{order}", CAMPUS.lines(), order=order, commit=65536)
        kill_when(j, grown(j.path("dead.ndjson")))
        no_orphan(j, ref)
        kill_when(j, grown(j.path("alerts.ndjson")))
        no_orphan(j, ref)
        resume_to_the_end(j, ref)


def test_kill_while_the_state_is_loaded(tmp):
    lines = CAMPUS.lines()
    half = len(lines) // 2
    jobs = []
    for name in ("ref", "run"):
        j = job(tmp, name)
        write_lines(j.path("events.ndjson"), lines[:half])
        j.until = None
        j.run()
        write_lines(j.path("more.ndjson"), lines[half:])
        j.source, j.until = "file:more.ndjson", stamp(CAMPUS.until)
        jobs.append(j)
    ref_job, j = jobs
    process = ref_job.begin()
    begin = time.monotonic()
    grown(ref_job.path("alerts.ndjson"))(process)
    load = time.monotonic() - begin
    ref = ref_job.outcome(finish(process).summary())
    r, kills = random.Random(SEED), 0
    for i in range(MANY):
        if i >= 8 and kills: break
        kills += kill_when(j, after(r.random() * load)) is None
        no_orphan(j, ref)
    expect(kills > 0, "no kill came in time")
    resume_to_the_end(j, ref)
    say(f"{kills} kills before the first new alert")


def nights(j: Job, days: list[list[bytes]], night) -> dict:
    """A folder that grows by a file a night, one run after each: night(i) runs it and gives the summary."""
    j.path("in").mkdir()
    summary = {}
    for i, lines in enumerate(days):
        write_lines(j.path(f"in/day-{i + 1:02d}.ndjson"), lines)
        j.until = stamp(CAMPUS.until) if i + 1 == len(days) else None
        summary = night(i)
    return summary


def test_kill_in_nightly_runs_over_a_growing_folder(tmp):
    r = random.Random(f"{SEED} nights")
    for order in ("arrival", "sorted"):
        ref_job = job(tmp, f"ref-{order}", order=order, source="file:in", commit=20)
        summaries, slowest = [], 0.0

        def quiet(i):
            nonlocal slowest
            begin = time.monotonic()
            summaries.append(ref_job.run().summary())
            slowest = max(slowest, time.monotonic() - begin)
            return summaries[-1]
        ref = ref_job.outcome(nights(ref_job, CAMPUS.by_day(), quiet))
        j = job(tmp, f"run-{order}", order=order, source="file:in", commit=20)
        kills = 0

        def disturbed(i):
            nonlocal kills
            for _ in range(r.randint(0, 2)):
                if kill_when(j, after(r.random() * slowest)) is not None: break
                kills += 1
                no_orphan(j, ref)
            summary = j.run().summary()
            if summary["read"] == 0: same_standing(Outcome(b"", b"", summary), Outcome(b"", b"", summaries[i]))
            else: same(counts(summary), counts(summaries[i]), f"summary of night {i + 1}")
            return summary
        try: last = nights(j, CAMPUS.by_day(), disturbed)
        except Failed as e: raise Failed(f"SZ_SEED={SEED} {order}: {e}") from None
        same(j.bytes("alerts.ndjson"), ref.alerts, "alerts")
        same(j.bytes("dead.ndjson"), ref.dead, "dead letters")
        same(last["standing"], ref.summary["standing"], "standing")
        say(f"{order}: {kills} kills in {len(summaries)} nights")


def test_kill_with_every_kind_of_input(tmp):
    """Packed files, a folder, a pipe that gives the same again: what was taken is passed over, wherever the kill came."""
    data = b"".join(x + b"\n" for x in CAMPUS.lines())
    r, landed = random.Random(f"{SEED} kinds"), 0

    def run(j: Job, kill: int) -> dict | None:
        process = start(j.folder, *j.args(), stdin=subprocess.PIPE)
        feeder = threading.Thread(target=feed, args=(process.stdin, data if j.source == "stdin" else b""))
        feeder.start()
        if kill: grown(j.path("alerts.ndjson"), kill)(process)
        if kill: process.kill()
        feeder.join()
        process.stdin = None
        result = finish(process)
        if kill and result.rc == -9: return None
        expect(result.rc == 0, result)
        return result.summary()

    def fresh(order: str, kind: str, name: str) -> Job:
        shutil.rmtree(tmp / f"{order}-{kind}-{name}", ignore_errors=True)
        j = job(tmp, f"{order}-{kind}-{name}", order=order, source="stdin" if "stdin" in kind else f"file:in.{kind}")
        if kind == "gz": write(j.path("in.gz"), gzip.compress(data))
        if kind == "folder":
            for i in range(4): write_lines(j.path(f"in.folder/{i}.ndjson"), CAMPUS.lines()[i::4])
        return j
    for order in ("arrival", "sorted"):
        for kind in ("gz", "folder", "stdin", "packed stdin"):
            if kind == "packed stdin": data, plain = gzip.compress(data), data
            ref_job = fresh(order, kind, "ref")
            ref, kills = ref_job.outcome(run(ref_job, 0)), 0
            try:
                for _ in range(MANY):
                    j, kills = fresh(order, kind, "run"), 0
                    while kills < 2 and run(j, r.randint(1, len(ref.alerts) // 3)) is None:
                        kills += 1
                        no_orphan(j, ref)
                    if not all_was_read(j.folder): break        # else the kill came behind its last commit, or not at all
                j.outcome(run(j, 0)).equals(ref)
            except Failed as e: raise Failed(f"SZ_SEED={SEED} {order} {kind}, {kills} kills: {e}") from None
            if kind == "packed stdin": data = plain
            landed += kills
    say(f"{landed} kills; SZ_SEED={SEED}")


def feed(pipe, data: bytes) -> None:
    try:
        with pipe: pipe.write(data)
    except OSError: pass                            # it was killed


def test_grown_file_whose_run_was_killed_is_known_when_it_is_done(tmp):
    """It is read on from its end, killed, resumed; then there is nothing new in it."""
    lines = CAMPUS.lines()
    for order in ("arrival", "sorted"):
        for attempt in range(MANY):
            j = job(tmp, f"{order}-{attempt}", lines[:len(lines) // 2], order=order)
            j.until = None
            j.run()
            write_lines(j.path("events.ndjson"), lines)
            is_cut = kill_when(j, grown(j.path("alerts.ndjson"), 100_000)) is None and not all_was_read(j.folder)
            if is_cut: break
        expect(is_cut, "it was done before the kill")
        j.run()
        there = j.bytes("alerts.ndjson"), j.bytes("dead.ndjson")
        result = j.run()
        same(result.summary()["read"], 0, f"{order}: lines of a file that was read to its end: {result}")
        same((j.bytes("alerts.ndjson"), j.bytes("dead.ndjson")), there, "files")


def test_kill_after_rules_and_leaves_have_changed(tmp):
    """The second run finds other rules and a leave more: everybody's record is written anew, and people are rolled back."""
    lines = CAMPUS.lines()
    half = len(lines) // 2

    def begun(name: str) -> Job:
        j = job(tmp, name, lines[:half])
        j.until = None
        j.run()
        rules = j.path("rules/rules.yaml")
        text = rules.read_text(encoding="utf-8")
        write(rules, text.replace("at_least: {12h: yellow", "at_least: {9h: yellow").replace("event.amount >= 24", "event.amount >= 20")
              .replace("  - {id: hungry", "  - {id: many, title: {zh: 多餐, en: Many}, purpose: wellbeing, when: meals_1d >= 6, level: green}\n"
                       "  - {id: hungry"))
        with open(j.path("campus/leaves.csv"), "a", encoding="utf-8") as f:
            for student in CAMPUS.students[::4]: f.write(f"{student},2024-03-08,2024-03-09,sick,\n")
        write_lines(j.path("events.ndjson"), lines)
        j.until = stamp(CAMPUS.until)
        return j
    ref_job = begun("ref")
    begin = time.monotonic()
    ref = ref_job.outcome(ref_job.run().summary())
    seconds = time.monotonic() - begin
    expect(b'"why":"campus' in ref.alerts or b'"retracted"' in ref.alerts, "the changes changed nothing")
    r, landed = random.Random(f"{SEED} changed"), 0
    for i in range(3):
        j = begun(f"run-{i}")
        for _ in range(3):
            if kill_when(j, after(r.random() * seconds)) is not None: break
            landed += 1
            no_orphan(j, ref)
        try: resume_to_the_end(j, ref)
        except Failed as e: raise Failed(f"SZ_SEED={SEED}: {e}") from None
    say(f"{landed} kills; SZ_SEED={SEED}")


def test_kill_while_leaves_of_thousands_are_told(tmp):
    """Written down since the last run, with `recorded` before its end and without: told in commits of at most 500 students. Killed between two of
    them, a run takes up who is left. (Each place between two commits: tests/unit/test_engine_campus.c.)"""
    students = [f"s{i:04}" for i in range(3000)]
    away = "".join(f"{s},2024-03-02,2024-03-05,sick,{{recorded}}\n" for s in students)
    rules = "features: {silence: {absence: seen}}\nrules:\n  - {id: gone, purpose: student-safety, value: silence, at_least: {24h: yellow}}\n"
    swipe = lambda s, day: json.dumps({"id": f"{s}-{day}", "type": "presence", "student": s, "time": f"2024-03-0{day}T08:00:00+08:00"}).encode()

    def begun(name: str, recorded: str) -> tuple[Job, int]:
        folder = tmp / name
        write(folder / "campus/students.csv", "student\n" + "".join(f"{s}\n" for s in students))
        write(folder / "rules/r.yaml", rules)
        write_lines(folder / "events.ndjson", [swipe(s, 1) for s in students] + [swipe(students[0], 4)])
        j = Job(folder, until=None, commit=10000)
        j.run()
        same(j.bytes(j.alerts).count(b'"event":"firing"'), len(students), "everybody is missed")
        write(folder / "campus/leaves.csv", "student,from,to,kind,recorded\n" + away.format(recorded=recorded))
        return j, size(j.path(j.alerts))
    n_told = lambda lines: sum(b'"event":"retracted"' in line for line in set(lines))

    def told(j: Job) -> list[bytes]:
        """In the file, or in the state and about to leave."""
        copy = j.path("look")
        copy.mkdir(exist_ok=True)
        for end in ("", "-wal"):
            if j.path(f"state.db{end}").exists(): shutil.copy(j.path(f"state.db{end}"), copy)
        with contextlib.closing(sqlite3.connect(copy / "state.db")) as db:
            return j.bytes(j.alerts).splitlines() + [bytes(row[0]) for row in db.execute("SELECT line FROM outbox")]
    for recorded in ("2024-03-03T12:00", ""):
        ref, before = begun(f"calm{recorded}", recorded)
        ref.run()
        same(n_told(told(ref)), len(students), "all are taken back")
        for attempt in range(MANY):
            j, before = begun(f"cut{recorded}-{attempt}", recorded)
            landed = kill_when(j, commits(j, 3 + attempt % 3))
            n = n_told(told(j))
            if landed is None and 0 < n < len(students): break
        expect(0 < n < len(students), "no kill fell between two commits", n)
        j.run()
        same(j.bytes(j.alerts), ref.bytes(ref.alerts), "what is told, in its order")
        say(f"told at the kill: {n} of {len(students)}{' (recorded)' if recorded else ''}")


# ---- what became of the alerts file meanwhile -----------------------------------------------------------------------------------------

def cut_off(tmp: Path, name: str, ref: Outcome) -> Job:
    """A run that was killed when about a half of its alerts were there."""
    for attempt in range(MANY):
        j = job(tmp, f"{name}-{attempt}", CAMPUS.lines())
        kill_when(j, grown(j.path("alerts.ndjson"), len(ref.alerts) // 2))
        no_orphan(j, ref)
        if len(j.bytes("alerts.ndjson")) < len(ref.alerts) and not all_was_read(j.folder): return j
    raise Failed("it was done before the kill")


def test_longer_alerts_file_is_cut_to_what_the_state_knows(tmp):
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    for name in ("alerts.ndjson", "dead.ndjson"):
        for tail in (b'{"schema":1,"alert":"half a l', b"x" * 100000 + b"\n"):
            j = cut_off(tmp, f"{name}-{len(tail)}", ref)
            with open(j.path(name), "ab") as f: f.write(tail)
            resume_to_the_end(j, ref, name == "alerts.ndjson")


def test_shorter_alerts_file_is_continued_at_its_end_with_a_note(tmp):
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    j = cut_off(tmp, "run", ref)
    there = j.bytes("alerts.ndjson")
    left = there.index(b"\n", len(there) // 2) + 1
    with open(j.path("alerts.ndjson"), "r+b") as f: f.truncate(left)
    result = j.run()
    expect("alerts.ndjson is shorter" in result.err, "no note:", result)
    now = j.bytes("alerts.ndjson")
    same(now[:left], ref.alerts[:left], "what was left")
    expect(ref.alerts.endswith(now[left:]) and len(now) > left, "behind it something else follows")
    lost = len(ref.alerts) - len(now)
    expect(0 < lost <= len(there) - left, f"{lost} bytes are missing, {len(there) - left} were cut off")
    same(counts(result.summary()), counts(ref.summary), "summary")
    say(f"{lost} bytes that were cut off are gone, the rest is there")


def test_half_a_line_at_the_end_of_a_shorter_file_is_cut_off(tmp):
    """It cannot be told from half of a line that a kill left, and that was never an alert."""
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    for name, whole in (("alerts.ndjson", ref.alerts), ("dead.ndjson", ref.dead)):
        j = cut_off(tmp, f"run-{name}", ref)
        there = j.bytes(name)
        end = there.index(b"\n", len(there) // 2)
        left = there.rindex(b"\n", 0, end) + 1
        with open(j.path(name), "r+b") as f: f.truncate(end - 20)
        j.run()
        now = j.bytes(name)
        same(now[:left], whole[:left], f"{name}: the whole lines that were left")
        expect(whole.endswith(b"\n" + now[left:]), f"{name}: behind it something else follows: {now[left:left + 200]}")


def test_kill_after_a_shortened_file_repeats_whole_lines_at_most(tmp):
    """The place in the file goes back with it: what the next run cuts off is no half of a new line."""
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    known = set(ref.alerts.splitlines())
    for by in (1, 3, 40):
        j = cut_off(tmp, f"run-{by}", ref)
        lines = j.bytes("alerts.ndjson").splitlines(keepends=True)
        write(j.path("alerts.ndjson"), b"".join(lines[:-by]))
        kill_when(j, grown(j.path("alerts.ndjson")))
        j.run()
        for line in j.bytes("alerts.ndjson").splitlines():
            expect(line in known, f"cut by {by} lines: not a line that was ever told: {line[:120]}…{line[-60:]}")


def test_rotated_alerts_file_goes_on_in_a_new_one(tmp):
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    j = job(tmp, "run", CAMPUS.lines())
    lines = CAMPUS.lines()
    ref2 = job(tmp, "ref2")
    for one in (ref2, j):
        write_lines(one.path("events.ndjson"), lines[:2000])
        one.until = None
        one.run()
        write_lines(one.path("events.ndjson"), lines)
        one.until = stamp(CAMPUS.until)
    os.rename(j.path("alerts.ndjson"), j.path("alerts.1"))
    os.rename(j.path("dead.ndjson"), j.path("dead.1"))
    whole = ref2.outcome(ref2.run().summary())
    result = j.run()
    expect("alerts.ndjson" in result.err and "shorter" in result.err, "no note:", result)
    same(j.bytes("alerts.1") + j.bytes("alerts.ndjson"), whole.alerts, "both files together")
    same(j.bytes("dead.1") + j.bytes("dead.ndjson"), whole.dead, "both dead-letter files together")
    same(counts(result.summary()), counts(whole.summary), "summary")
    same(whole.alerts, ref.alerts, "the file that has grown against the whole one")


def test_other_alerts_file_after_a_kill_gets_what_was_not_acknowledged(tmp):
    """Somebody names another file for the resume: no alert is lost between the two."""
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    j = cut_off(tmp, "run", ref)
    j.alerts = "other.ndjson"
    j.run()
    told = set(j.bytes("alerts.ndjson").splitlines()) | set(j.bytes("other.ndjson").splitlines())
    same(told, set(ref.alerts.splitlines()), "lines in both files")


def test_stdout_repeats_at_most(tmp):
    """Whole lines: kill -9 can come into the middle of a write, so that the end of what a killed process has said is half a line."""
    ref = undisturbed(job(tmp, "ref", CAMPUS.lines()))
    j = job(tmp, "run", CAMPUS.lines())
    args = [a if a != "file:alerts.ndjson" else "stdout" for a in j.args()]
    told = b""
    for share in (5, 3, 2, None):
        out = j.path("out")
        with open(out, "wb") as f:
            process = start(j.folder, *args, stdout=f)
            if share:
                wait_for(lambda: size(out) > len(ref.alerts) // share - len(told), process)
                process.kill()
            finish(process)
        told += out.read_bytes()[:out.read_bytes().rfind(b"\n") + 1]
    lines = told.splitlines(keepends=True)
    firsts = list(dict.fromkeys(lines))
    same(b"".join(firsts), ref.alerts, "lines, each where it came first")
    say(f"{len(lines) - len(firsts)} lines came twice")


if __name__ == "__main__": sys.exit(main(globals()))
