#!/usr/bin/env python3
"""A switch of rules over some thousand students whose state is in Redis, cut by kill -9 of the engine at one commit after the other."""
import json
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from lib import alerts, expect, finish, main, same, sanzao, say, standing, start, write, write_lines   # noqa: E402
from servers import Gate, Redis                                                         # noqa: E402

STUDENTS = [f"s{i:05}" for i in range(5000)]
A_COMMIT = 500                                                                          # students told of, and then put into the new form


def swipe(student: str, time: str) -> bytes:
    return json.dumps({"type": "swipe", "student": student, "time": time, "amount": 5, "id": f"{student} {time}"}).encode()


def rules(n: int, window: str, second: str) -> str:
    return f"""\
events: {{meal: {{event: swipe, where: event.op == "consume"}}}}
features: {{meals: {{count: meal, over: 7d}}, spent: {{sum: meal.amount, over: {window}}}}}
rules:
  - {{id: many, title: {{zh: 多, en: Many}}, purpose: student-safety, when: meals >= {n}, level: blue}}
  - {{id: {second}, title: {{zh: 二, en: Two}}, purpose: student-safety, when: meals >= 2, level: blue}}
"""


class Run:
    """One state with its alerts: two days under the first rules, then the third under others, which have no rule `two` any more."""
    def __init__(self, tmp: Path, redis: Redis, name: str):
        self.folder, self.redis, self.key = tmp / name, redis, f"sz:{{{name}.0}}"
        write(self.folder / "campus/students.csv", "student\n" + "".join(f"{s}\n" for s in STUDENTS))
        write_lines(self.folder / "a.ndjson", [swipe(s, f"2026-03-0{d}T12:00") for d in (1, 2) for s in STUDENTS])
        write_lines(self.folder / "b.ndjson", [swipe(s, "2026-03-03T12:00") for s in STUDENTS])
        self.more = ["--order", "arrival", "--campus", "campus", "--rules", "rules", "--state", redis.url, "--group", name,
                     "--settle", "0s", "--alerts", "file:alerts.ndjson", "--lang", "en"]
        write(self.folder / "rules/r.yaml", rules(3, "7d", "two"))
        self.run("a.ndjson")
        same(self.n_written(), 0, "snapshots before: the journal is short")
        write(self.folder / "rules/r.yaml", rules(3, "30d", "zwei"))
        self.before = self.bundle()

    def args(self, source: str) -> list[str]: return ["run", "--source", f"file:{source}", *self.more]
    def run(self, source: str): return sanzao(self.folder, *self.args(source), rc=0)
    def n_written(self) -> int: return self.redis.call("HLEN", f"{self.key}:s")
    def n_blobs(self) -> int: return self.redis.call("LLEN", f"{self.key}:j")
    def bundle(self) -> bytes: return self.redis.call("HGET", f"{self.key}:h", "bundle")

    def kill_once(self, seen) -> bool:
        """Begin, and kill at the commit that makes it true. False: it ended before."""
        with Gate(self.redis.server().port, seen) as gate:
            args = [f"redis://127.0.0.1:{gate.port}/0?timeout=120s" if x == self.redis.url else x for x in self.args("b.ndjson")]
            process = start(self.folder, *args)
            while process.poll() is None and not gate.n_held: time.sleep(0.001)
            process.kill()
            result = finish(process)
        expect(result.rc in (-9, 0), "it did not die of the kill and did not end well;", result)
        return result.rc == -9

    def lines(self) -> set: return set((self.folder / "alerts.ndjson").read_bytes().splitlines())


def test_kill_at_one_commit_after_the_other_changes_no_alert(tmp):
    with Redis(tmp / "redis") as redis:
        calm = Run(tmp, redis, "calm")
        calm.run("b.ndjson")
        killed = Run(tmp, redis, "killed")
        at = []
        expect(killed.kill_once(lambda: killed.bundle() != killed.before), "it ended before the commit of the switch was seen")
        told = [killed.n_blobs()]                                                       # first what the switch ended is told, a blob a commit
        while killed.n_written() == 0 and killed.kill_once(lambda: killed.n_blobs() > told[-1]): told.append(killed.n_blobs())
        expect(len(told) >= 4 and told == sorted(set(told)), "killed in the middle of too few commits that tell:", told)
        at.append(killed.n_written())
        while killed.kill_once(lambda: killed.n_written() > at[-1]): at.append(killed.n_written())
        killed.run("b.ndjson")
        expect(len([n for n in at if n < len(STUDENTS)]) >= 3, "killed in the middle of too few commits:", at)
        expect(all(n % A_COMMIT == 0 for n in at), "students of half a commit:", at)
        for r in (calm, killed): same(r.n_written(), len(STUDENTS), "all are in the new form at the end")
        same(standing(alerts(killed.folder / "alerts.ndjson")), standing(alerts(calm.folder / "alerts.ndjson")), "what stands")
        same(killed.lines(), calm.lines(), "the lines that were told")
        gone = [e for e in alerts(killed.folder / "alerts.ndjson") if e.get("why") == "rule_removed"]
        same(sorted({e["student"] for e in gone}), STUDENTS, "of whom the rule that went is told")
        say(f"killed with {told} blobs, and then at {at} of {len(STUDENTS)}")


if __name__ == "__main__": sys.exit(main(globals()))
