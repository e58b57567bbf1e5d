"""A campus, its topic and a deployment on it, whose number of partitions is to grow from OLD to NEW. The servers are those of kafka_runs."""
import json
from pathlib import Path

import kafka_runs as runs
from lib import Campus, balance, expect, same, sanzao, say, stamp, standing, write_lines
from servers import NotReady, wait_until

OLD, NEW = 2, 5
SOON = runs.told_soon(6000)
n_cases = 0


class Case:
    """`rest` is what was not fed yet."""

    def __init__(self, tmp: Path, state: str, sink: str = "kafka", seed: int = 1, days: int = 12):
        global n_cases
        n_cases += 1
        self.tmp, self.group = tmp, f"case{n_cases}"
        self.state = f"{runs.redis.url}?timeout=120s" if state == "redis" else f"sqlite:{self.group}.db"     # a slow server is no dead one
        self.campus = Campus(seed, days=days)
        self.campus.write(tmp)
        self.rest = self.campus.lines()
        self.events, self.alerts, self.dead = (f"{self.group}.{x}" for x in ("events", "alerts", "dead"))
        for name, parts in ((self.events, OLD), (self.alerts, 2), (self.dead, 1)): runs.kafka.create_topic(name, parts)
        self.out = f"kafka:{self.alerts}" if sink == "kafka" else "file:alerts.ndjson"
        self.letters = f"kafka:{self.dead}" if sink == "kafka" else "file:dead.ndjson"
        self.fed = 0

    def feed(self, share: float) -> None:
        n = len(self.rest) if share == 1 else int(len(self.campus.lines()) * share)
        rows, self.rest = self.rest[:n], self.rest[n:]
        runs.fill(self.events, rows)
        self.fed += len(rows)

    def raise_to(self, n: int) -> None:
        runs.kafka.topics.grow(self.events, n)
        def all_have_leaders() -> bool:
            try: return len(runs.kafka.topics.watermarks(self.events)) == n
            except NotReady: return False
        wait_until(all_have_leaders, "the partitions")

    def common(self, state: str = "") -> list:
        return ["--campus", "campus", "--rules", "rules", "--state", state or self.state, "--group", self.group,
                "--kafka-brokers", runs.kafka.bootstrap, "--dead-letters", self.letters]

    def run_args(self, *more) -> list:
        return ["run", "--source", f"kafka:{self.events}", "--alerts", self.out, "--settle", "1s", "--workers", 2, *SOON,
                *self.common(), *more]

    def run(self, *more, rc: int = 0): return sanzao(self.tmp, *self.run_args("--stop-at-end", *more), rc=rc)
    def move_args(self, *more, state: str = "") -> list: return ["state", "repartition", *self.common(state), "--lang", "en", *more]

    def move(self, *more, rc: int = 0) -> dict:
        r = sanzao(self.tmp, *self.move_args(*more), rc=rc)
        return json.loads(r.out) if rc == 0 else {"err": r.err}

    def read(self) -> int:
        """Records that the states have taken."""
        return runs.header_sum(self.group, "n_read", NEW)

    def waiting(self) -> int:
        """Alerts that have not left the states."""
        if not self.state.startswith("redis"): return 0
        return runs.outbox(self.group, NEW)

    def compare(self, r) -> None:
        write_lines(self.tmp / "all.ndjson", self.campus.lines())
        want = sanzao(self.tmp, "run", "--source", "file:all.ndjson", "--campus", "campus", "--rules", "rules",
                      "--alerts", "file:want.ndjson", "--until", stamp(self.campus.until), rc=0)
        if self.out.startswith("kafka"): lines = runs.kafka.consume(self.alerts)
        else: lines = (self.tmp / "alerts.ndjson").read_bytes().splitlines()
        contents: dict = {}
        for line in lines:
            e = json.loads(line)
            same(contents.setdefault((e["alert"], e["seq"]), line), line, "one (alert, seq), one content")
        if not self.out.startswith("kafka"): same(len(lines), len(set(lines)), "no line twice")
        got, should = standing([json.loads(x) for x in lines]), runs.stands_in(self.tmp, "want")
        missing, more = sorted(set(should) - set(got)), sorted(set(got) - set(should))
        expect(got == should, f"what stands: {len(missing)} of {len(should)} missing, {missing[:3]}, {len(more)} too many, {more[:3]};"
               f" {self.waiting()} wait in the states, {len(runs.kafka.consume(self.alerts)) if self.out.startswith('kafka') else len(lines)}"
               f" lines now, {len(lines)} then; the run: {r.out[-600:]} {r.err[-600:]}")
        summary = r.summary()
        balance(summary)
        for k in ("read", "used", "duplicate", "dead_letter", "dead_letter_by", "students"): same(summary[k], want.summary()[k], k)
        say(f"{summary['read']} records, {len(got)} alerts stand")

    def to_end(self): return self.run("--until", stamp(self.campus.until))
