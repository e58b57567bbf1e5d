#!/usr/bin/env python3
"""What docs/operations.md says of backups: a state is copied, the run goes on, the copy is put back. The next run reads on from where the copy
stands; alerts are told again with the same bytes, and what stands is what stands without all that. Where the topic does not reach back so
far the partition is held.
"""
import json
import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / d) for d in ("system", "support")]
from grown_topic import OLD, Case                                                   # noqa: E402
from kafka_runs import main_with_servers                                            # noqa: E402
from lib import expect, same, say                                                     # noqa: E402
from servers import Kafka, Redis                                                    # noqa: E402

kafka: Kafka
redis: Redis


def events(r, kind: str) -> list[str]:
    rows = [json.loads(x) for x in r.err.splitlines() if x.startswith("{")]
    return [x["message"] for x in rows if x.get("event") == kind]


def read_on(case, restore) -> None:
    case.feed(0.3)
    case.run()                                       # the offsets that are settled are told to the group
    before = len(kafka.consume(case.alerts))
    restore()
    r = case.run("--log", "json", "--lang", "en")
    said = [x for x in events(r, "worker") if "the store has lost more than `settle` covers" in x]
    expect(said, "it says that the state is an older one")
    expect(len(kafka.consume(case.alerts)) > before, "alerts of the stretch come twice, the same bytes")
    case.feed(1)
    case.compare(case.to_end())


def test_an_sqlite_backup_is_one_file_a_partition_and_is_read_on_from(tmp):
    case = Case(tmp, "sqlite", "kafka", seed=21)
    case.feed(0.3)
    case.run()
    backup = tmp / "backup"
    backup.mkdir()
    for p in range(OLD): shutil.copy(tmp / f"{case.group}.db.{p}", backup)
    same(sorted(x.name for x in tmp.glob(f"{case.group}.db.*") if not x.name.endswith(".lock")),
         sorted(x.name for x in backup.iterdir()), "a state at rest is one file")

    def restore() -> None:
        for p in range(OLD): shutil.copy(backup / f"{case.group}.db.{p}", tmp)
    read_on(case, restore)


def test_a_redis_backup_is_its_folder_and_is_read_on_from(tmp):
    case = Case(tmp, "redis", "kafka", seed=22)
    case.feed(0.3)
    case.run()
    folder = Path(redis.server().folder)

    def stopped(what) -> None:
        redis.stop()
        what()
        redis.start()

    def put_back() -> None:
        shutil.rmtree(folder / "appendonlydir")
        shutil.copytree(tmp / "backup", folder / "appendonlydir")
    stopped(lambda: shutil.copytree(folder / "appendonlydir", tmp / "backup"))
    read_on(case, lambda: stopped(put_back))


def test_a_backup_older_than_the_topic_reaches_is_held(tmp):
    case = Case(tmp, "sqlite", "kafka", seed=23, days=5)
    case.feed(0.3)
    case.run()
    copies = {p: (tmp / f"{case.group}.db.{p}").read_bytes() for p in range(OLD)}
    case.feed(0.5)
    case.run()
    for p, (_, high) in kafka.topics.watermarks(case.events).items():
        kafka.topics.expire(case.events, p, high - 5)
    for p, data in copies.items(): (tmp / f"{case.group}.db.{p}").write_bytes(data)
    r = case.run("--log", "json", "--lang", "en", rc=4)     # it did not come to the end, and whoever started it hears of it
    same(len({x.split(" is held")[0] for x in events(r, "held") if "--accept-gap" in x}), OLD, "partitions that are held, with what to do")
    r = case.run("--accept-gap")
    say(f"{r.summary()['read']} records read in all")


if __name__ == "__main__": sys.exit(main_with_servers(globals()))
