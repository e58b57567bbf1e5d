"""For tests of the engine on Kafka: topics and what fills them, runs that go on beside the test, and the measure, which is always a run
over the same records from a file: the same alerts stand, and the counts add up.

One Kafka and one Redis serve all tests of a file, each with topics and groups of its own: `main_with_servers(globals())` starts them and
calls the file's tests; they are its `kafka` and `redis`.
"""
import json
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from lib import Campus, Failed, balance, expect, main, same, sanzao, stamp, standing, start, write_lines   # noqa: E402
from servers import Kafka, Redis, wait_until                                                             # noqa: E402
from servers.process import LONG, where_it_stands                                                        # noqa: E402

PARTS = 4
kafka: Kafka
redis: Redis
n_topics = 0


def main_with_servers(module: dict, **of_kafka) -> int:
    """Where none of the file's tests is asked for, nothing is started."""
    global kafka, redis
    if not any(k.startswith("test_") and any(w in k for w in sys.argv[1:] or [k]) for k in module): return main(module)
    with tempfile.TemporaryDirectory(prefix=f"sanzao-{Path(module['__file__']).stem}-") as folder:
        with Kafka(Path(folder) / "kafka", **of_kafka) as kafka, Redis(Path(folder) / "redis") as redis:
            module.update(kafka=kafka, redis=redis)
            return main(module)


def told_soon(session_ms: int) -> list[str]:
    """Members are told sooner; and a partition that is read from a moment later than another waits no half second behind that one's end."""
    settings = ("heartbeat.interval.ms=200", f"session.timeout.ms={session_ms}", "fetch.wait.max.ms=50")
    return [x for v in settings for x in ("--kafka-set", v)]


QUICK = told_soon(60000)
DIES = told_soon(2000)                               # where a member is killed, and the others wait for its session's end


# ---- topics ------------------------------------------------------------------------------------------------------------------------

def topic(name: str, partitions: int = PARTS, **more) -> str:
    global n_topics
    n_topics += 1
    full = f"{name}-{n_topics}"
    kafka.create_topic(full, partitions, **more)
    return full


def key_of(line: bytes) -> bytes:
    """A line's student; of a broken line as much of it as is there."""
    m = re.search(rb'"student": ?"([^"]*)', line)
    return m[1] if m else b""


def fill(name: str, lines: list[bytes], keyed: bool = True) -> None:
    rows = b"".join((key_of(x) if keyed else b"%d" % i) + b"\t" + x + b"\n" for i, x in enumerate(lines))
    same(kafka.topics.produce(name, rows, key_field=None), len(lines), "records acknowledged")


# ---- runs --------------------------------------------------------------------------------------------------------------------------

def options(tmp: Path, campus: Campus, source: str, alerts: str, dead: str, *more, group=QUICK) -> list[str]:
    return ["run", "--source", source, "--campus", tmp / "campus", "--rules", tmp / "rules", "--alerts", alerts, "--dead-letters", dead,
            "--kafka-brokers", kafka.bootstrap, *group, *more]


def to_end(campus: Campus) -> list[str]: return ["--stop-at-end", "--until", stamp(campus.until)]


class Running:
    """A run in the background, its log in a file, as JSON lines unless it is to be as people read it."""

    def __init__(self, tmp: Path, name: str, args: list, log: str = "json"):
        self.path = tmp / f"{name}.log"
        self.log = open(self.path, "wb")
        self.process = start(tmp, *args, "--log", log, stderr=self.log)

    def events(self, what: str) -> list[dict]:
        out = []
        for line in self.path.read_text().splitlines():
            if not line.startswith("{"): continue
            try: row = json.loads(line)
            except ValueError: continue              # half written
            if row.get("event") == what: out.append(row)
        return out

    def wait(self, condition, what: str):
        def look():
            got = condition()
            if not got and self.process.poll() is not None:
                raise Failed(f"{what}: the run has ended ({self.process.returncode}):\n{self.path.read_text()[-2000:]}")
            return got
        return wait_until(look, what)

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None: self.process.send_signal(number)
        try: self.process.wait(LONG)
        except subprocess.TimeoutExpired:
            stands = where_it_stands(self.process.pid)
            self.process.kill()
            raise Failed(f"it does not end:\n{self.path.read_text()[-2000:]}\n{stands}") from None
        finally: self.log.close()
        return self.process.returncode

    def summary(self) -> dict:
        return json.loads(self.path.read_text().strip().splitlines()[-1])


# ---- what has come of it ------------------------------------------------------------------------------------------------------------

def file_run(tmp: Path, campus: Campus) -> tuple[list, dict]:
    """What stands after a run over a file of the same records, and its summary."""
    write_lines(tmp / "events.ndjson", campus.lines())
    r = sanzao(tmp, "run", "--source", "file:events.ndjson", "--campus", "campus", "--rules", "rules", "--alerts", "file:want.ndjson",
               "--until", stamp(campus.until), rc=0)
    return stands_in(tmp, "want"), r.summary()


def folded(name: str) -> list[tuple]:
    """What stands on the topic. Each record is keyed by its student; (alert, seq) has one content, seen once or more."""
    contents: dict = {}
    events = []
    for record in kafka.consume(name, envelope=True):
        event = json.loads(record["value"])
        same(record["key"], event["student"], "the key of an alert")
        same(contents.setdefault((event["alert"], event["seq"]), record["value"]), record["value"], "one (alert, seq), one content")
        events.append(event)
    return standing(events)


def stands_in(tmp: Path, name: str) -> list[tuple]:
    return standing([json.loads(x) for x in (tmp / f"{name}.ndjson").read_bytes().splitlines()])


def same_stand(got: list[tuple], want: list[tuple], what: str) -> None:
    missing, more = sorted(set(want) - set(got)), sorted(set(got) - set(want))
    expect(not missing and not more and len(got) == len(want), f"{what}: {len(missing)} of {len(want)} missing:", missing[:3],
           f"{len(more)} too many:", more[:3])


def compare(summary: dict, want: dict) -> None:
    balance(summary)
    for k in ("read", "used", "duplicate", "dead_letter", "dead_letter_by", "control", "students"):
        same(summary[k], want[k], k)


def header_sum(group: str, field: str, parts: int = PARTS) -> int:
    with redis.connect() as c: return sum(int(c("HGET", f"sz:{{{group}.{p}}}:h", field) or 0) for p in range(parts))


def commits(group: str) -> int:
    """How many commits the states of a group's partitions have seen."""
    return header_sum(group, "seq")


def n_read(group: str) -> int: return header_sum(group, "n_read")


def outbox(group: str, parts: int = PARTS) -> int:
    """Alerts that have not left the states."""
    return sum(redis.call("LLEN", f"sz:{{{group}.{p}}}:o") for p in range(parts))
