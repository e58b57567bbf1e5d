#!/usr/bin/env python3
"""A students.csv that was cut short, or is another campus's, in a live run: several workers, each of which knows its own students alone,
say once what they make together; and HUP keeps the list in force where most are missing (docs/adr/0045)."""
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from kafka_runs import main_with_servers                                       # noqa: E402
from lib import SANZAO, expect, same, stamp, write                    # noqa: E402
from plugs.deployment import Worker, wait_beside                                # noqa: E402
from servers import Kafka, Redis, wait_until                                    # noqa: E402

RULES = "features: {n: {count: presence, over: 7d}}\nrules: [{id: r, title: {zh: 多, en: Many}, purpose: student-safety, when: n >= 1, level: blue}]\n"
PARTS = 4
kafka: Kafka
redis: Redis


def ids(n, of="2023"): return [f"{of}{k:04}" for k in range(1, n + 1)]


class Campus:
    def __init__(self, tmp: Path, students: list[str]):
        self.tmp, self.name, self.n, self.workers = tmp, tmp.name, 0, []
        write(tmp / "rules/rules.yaml", RULES)
        self.roster(students)
        self.topics = [f"{self.name}.{x}" for x in ("events", "alerts", "dead")]
        for t in self.topics: kafka.create_topic(t, PARTS, config={"cleanup.policy": "delete"})
        wait_until(lambda: set(self.topics) <= kafka.topics.list().keys(), "the topics")

    def __enter__(self): return self
    def __exit__(self, *_):
        for w in self.workers:
            if w.alive(): w.kill9()

    def roster(self, students: list[str]): write(self.tmp / "campus/students.csv", "student\n" + "".join(f"{s}\n" for s in students))

    def start(self, *more: str) -> Worker:
        args = [SANZAO, "run", "--source", f"kafka:{self.topics[0]}", "--alerts", f"kafka:{self.topics[1]}", "--dead-letters",
                f"kafka:{self.topics[2]}", "--campus", "campus", "--rules", "rules", "--kafka-brokers", kafka.bootstrap, "--state", redis.url,
                "--settle", "1s", "--group", self.name, "--workers", "2", "--tick", "1s", "--stats", "1s", "--log", "json", *more]
        self.workers.append(Worker(f"w{len(self.workers)}", self.tmp, args))
        return self.workers[-1]

    def send(self, students: list[str]) -> None:
        at = datetime.now().astimezone() - timedelta(hours=1)
        rows = [{"id": f"e{self.n + i}", "source": "gate", "type": "presence", "time": stamp(at), "student": s} for i, s in enumerate(students)]
        self.n += len(students)
        kafka.produce(self.topics[0], rows)

    def wait(self, condition, what: str): return wait_beside(self.workers, condition, what)

    def has_read(self, w: Worker) -> None:
        self.wait(lambda: (s := w.events("stats")) and (s[-1]["partitions"], s[-1]["read"]) == (PARTS, self.n), f"{self.n} records to be read")

    def hup(self, w: Worker, what: str) -> str:
        """What it says of it, up to that."""
        before = len(w.log.read_text())
        w.process.send_signal(signal.SIGHUP)
        said = lambda: w.log.read_text()[before:]
        self.wait(lambda: what in said(), f"`{what}`")
        return said()

    def holds(self, w: Worker, n: int) -> None:
        """The new list holds in all partitions, for the n-th time."""
        self.wait(lambda: len(w.events("reloaded")) == n * PARTS, "the list to hold in all partitions")


def test_partitions_together_say_who_is_missing_and_hup_keeps_a_list(tmp):
    with Campus(tmp, ids(60)) as campus:
        first = campus.start()
        campus.send(ids(60))
        campus.has_read(first)
        campus.roster(ids(4))
        said = campus.hup(first, "what runs keeps running")
        expect("error[SZ484]: 56 of 60 students of the list in force" in said, said)
        campus.roster(ids(40))
        said = campus.hup(first, "[SZ484]")
        expect("warning[SZ484]: 20 of 60 students who had records" in said, said)
        campus.holds(first, 1)
        campus.send(ids(60))
        campus.has_read(first)
        first.leave()
        same(first.log.read_text().count("[SZ484]"), 2, "each is said once")
        same(first.events("stats")[-1]["dead_letter"], 20, "dead letters of those that are missing, and of nobody else")
        campus.roster(ids(4))
        second = campus.start()
        campus.wait(lambda: "[SZ484]" in second.log.read_text(), "a start to tell")
        expect("warning[SZ484]: 56 of 60 students who had records" in second.log.read_text(), second.tail())
        campus.roster(ids(60))
        said = campus.hup(second, '"reloaded"')
        campus.holds(second, 1)
        campus.send(ids(60))
        campus.has_read(second)
        second.leave()
        same(second.log.read_text().count("[SZ484]"), 1, "once, and not of the list that is whole")
        for text in (first.log.read_text(), second.log.read_text()):
            for student in ids(60): expect(student not in text, "a student is named:", text)


def test_records_of_nobody_are_told_while_the_run_goes_on(tmp):
    with Campus(tmp, ids(9, "B")) as campus:
        run = campus.start("--lang", "zh")
        campus.send(ids(60))
        campus.has_read(run)
        expect("[SZ485]" not in run.log.read_text(), "sixty may be the staff's")
        campus.send(ids(60))
        campus.wait(lambda: "[SZ485]" in run.log.read_text(), "it to be told")
        expect("大多数记录不属于校园数据里的任何人" in run.log.read_text(), run.tail())
        campus.roster(ids(60))
        campus.hup(run, '"reloaded"')
        campus.holds(run, 1)
        campus.send(ids(60))
        campus.has_read(run)
        run.leave()
        same(run.log.read_text().count("[SZ485]"), 1, "once")
        expect("[SZ484]" not in run.log.read_text(), "the right list is taken:", run.tail())


def test_numbers_that_are_written_otherwise_are_told_while_the_run_goes_on(tmp):
    zeros = [f"00{s}" for s in ids(40)]
    with Campus(tmp, ids(40) + ids(60, "B")) as campus:         # a spreadsheet took their zeros away
        run = campus.start()
        campus.send(zeros + ids(60, "B"))
        campus.has_read(run)
        run.leave()
        expect("of 40 student numbers in records that students.csv does not have, 40 stand there otherwise written" in run.log.read_text(), run.tail())
        run = campus.start()
        for _ in range(13): campus.send(zeros)                  # a hundred of each partition, about
        campus.wait(lambda: "[SZ486]" in run.log.read_text(), "it to be told before the end")
        run.leave()
        for student in zeros: expect(student not in run.log.read_text(), "a student is named:", run.tail())


if __name__ == "__main__": sys.exit(main_with_servers(globals()))
