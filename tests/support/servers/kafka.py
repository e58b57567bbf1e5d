"""Apache Kafka in KRaft mode, one broker or three, each its own controller too.

What is slow in Kafka's start is done once and kept in .deps/kafka/: the jars (Maven, held to SHA256SUMS), the formatted folder (a
JVM of its own otherwise) and a class data archive. The brokers sync nothing to disk on their own, as Kafka is usually run: kill -9
loses no acknowledged record, for the page cache stays; `cut` loses some.
"""
from __future__ import annotations

import base64
import fcntl
import hashlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from . import topics
from .process import LONG, ROOT, Group, NotReady, Server, accepts, free_ports, wait_until

JARS = Path(__file__).parent / "kafka_jars"
VERSION = "4.1.1"                                     # as in kafka_jars/pom.xml
HOME = (ROOT / ".deps").resolve() / "kafka" / VERSION   # resolved: the archive is good for one path of the jars only
MIRROR = ["-Dmaven.wagon.http.retryHandler.count=3", "-Dmaven.wagon.rto=60000",      # Maven 3.8, and from 3.9 on
          "-Daether.connector.connectTimeout=30000", "-Daether.connector.requestTimeout=60000"]
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
JAVA = ["java", "-Xmx384m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]

# Small and quick; the rest is Kafka's own default. The timeouts make a lost broker known within two seconds.
SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.partitions": 3,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "log.cleaner.dedupe.buffer.size": 8388608,
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 200,
    "controller.quorum.election.timeout.ms": 300,
    "controller.quorum.election.backoff.max.ms": 300,
    "controller.quorum.fetch.timeout.ms": 1500,
    "initial.broker.registration.timeout.ms": 300000,
}


def token() -> str:
    """A Kafka Uuid. One in 64 begins with "-", and its tools take that for an option (Kafka's own Uuid.randomUuid avoids it too)."""
    while (drawn := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"): pass
    return drawn
def classpath() -> str: return ":".join(map(str, sorted((HOME / "jars").glob("*.jar"))))


def properties(path: Path, values: dict) -> None:
    path.write_text("".join(f"{k}={v}\n" for k, v in values.items()))


def run(what: str, argv: list[str], **more) -> None:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0: raise NotReady(f"{what} failed ({done.returncode}):\n{done.stdout[-3000:]}")


rest = time.sleep


def fetch(what: str, argv: list[str], again: list[str], **more) -> None:
    """What comes over the network: twice more, with `again` behind it, where a mirror or a name server fails for a moment."""
    for wait in (5, 30):
        try: return run(what, argv, timeout=900, **more)
        except (NotReady, subprocess.TimeoutExpired) as e:
            print(f"{e}\nonce more in {wait} s", file=sys.stderr, flush=True)
            rest(wait)
            argv = [*argv, *again] if argv[-len(again):] != again else argv
    run(what, argv, timeout=900, **more)


def wrong_jars(folder: Path) -> list[str]:
    """The jars of SHA256SUMS that are missing or differ, and those that are too many."""
    listed = dict(reversed(line.split()) for line in (JARS / "SHA256SUMS").read_text().splitlines())
    there = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.jar")}
    return sorted(n for n in listed.keys() | there.keys() if listed.get(n) != there.get(n))


def prepare() -> None:
    """Makes HOME where it is not there yet: jars, formatted folder, class data archive. One process at a time."""
    if (HOME / "complete").exists(): return
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with open(HOME.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (HOME / "complete").exists(): return
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir()
        # -U: Maven keeps in mind what it could not get, and would not ask again
        fetch("Maven", ["mvn", "-q", "-B", "-ntp", *MIRROR, "-f", str(JARS / "pom.xml"), PLUGIN, "-DincludeScope=runtime",
                        f"-DoutputDirectory={HOME}/jars"], ["-U"], cwd=HOME)
        if wrong := wrong_jars(HOME / "jars"):
            raise NotReady(f"these jars are not those of {JARS.relative_to(ROOT)}/SHA256SUMS: {', '.join(wrong)}")
        formatted = HOME / "formatted"
        properties(HOME / "format.properties", {**SETTINGS, "node.id": 1, "controller.quorum.voters": "1@127.0.0.1:1",
                   "listeners": "PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1", "log.dirs": formatted})
        run("Kafka's format", [*JAVA, "-cp", classpath(), "kafka.tools.StorageTool", "format", "-t", token(),
                               "-c", str(HOME / "format.properties")])
        archive_classes()
        (HOME / "complete").touch()


def archive_classes() -> None:
    """A broker's classes in the JVM's own format, so that later starts do not parse them again. It is only speed: a JVM that cannot
    use the archive goes on without."""
    with tempfile.TemporaryDirectory() as folder:
        kafka = Kafka(folder)
        kafka.make()
        for s in kafka.servers: kafka.launch(s, [f"-XX:ArchiveClassesAtExit={HOME}/classes.jsa"])
        try: kafka.wait_ready()
        finally: kafka.stop()


SASL = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


def sasl(users: dict[str, str]) -> dict:
    """One listener more, that asks who it is. With PLAIN the broker's own file says the passwords; SCRAM's are made by `Topics.user`."""
    names = " ".join(f'user_{name}="{password}"' for name, password in users.items())
    modules = {m: f"org.apache.kafka.common.security.{'plain.Plain' if m == 'PLAIN' else 'scram.Scram'}LoginModule required{' ' + names if m == 'PLAIN' else ''};"
               for m in SASL}
    return {"listener.security.protocol.map": SETTINGS["listener.security.protocol.map"] + ",SASL:SASL_PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT", "sasl.enabled.mechanisms": ",".join(SASL),
            **{f"listener.name.sasl.{m.lower()}.sasl.jaas.config": module for m, module in modules.items()}}


class Kafka(Group):
    """brokers: 1 or 3. settings: further broker properties, by their own names. users: of a listener with SASL, name and password."""
    kind = "kafka"

    def __init__(self, folder: str | Path, brokers: int = 1, settings: dict | None = None, owned: bool = True, users: dict | None = None):
        super().__init__(folder, owned)
        self.settings = {"brokers": brokers, "properties": settings or {}, "users": users or {}}

    @property
    def bootstrap(self) -> str: return ",".join(f"127.0.0.1:{s.port}" for s in self.servers)
    @property
    def sasl_bootstrap(self) -> str: return ",".join(f"127.0.0.1:{s.more_ports[1]}" for s in self.servers)

    def facts(self) -> dict:
        """What a user of it needs to know, for tools/kafka to print."""
        return {"folder": self.folder, "bootstrap": self.bootstrap, "brokers": len(self.servers),
                "running": len(self.running()), "pids": ",".join(str(s.pid) for s in self.running())}

    def start(self) -> "Kafka":
        """Starts what does not run yet, and returns when every broker is in the cluster."""
        prepare()
        if not self.servers: self.make()
        for s in self.servers: self.launch(s)
        self.save()
        try: self.wait_ready()
        except BaseException: self.stop(); raise
        return self

    restart = start

    def make(self) -> None:
        n, users = self.settings["brokers"], self.settings.get("users") or {}
        ports = free_ports(3 * n if users else 2 * n)
        cluster = token()
        voters = ",".join(f"{i + 1}@127.0.0.1:{ports[n + i]}" for i in range(n))
        copies = {k: min(n, 3) for k in ("offsets.topic.replication.factor", "transaction.state.log.replication.factor",
                                         "share.coordinator.state.topic.replication.factor", "default.replication.factor")}
        for i in range(n):
            folder = self.folder / f"broker-{i + 1}"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(HOME / "formatted", folder / "data")
            properties(folder / "data/meta.properties",
                       {"version": 1, "cluster.id": cluster, "node.id": i + 1, "directory.id": token()})
            at, controller = (f"127.0.0.1:{p}" for p in (ports[i], ports[n + i]))
            asking, more = (f",SASL://127.0.0.1:{ports[2 * n + i]}", sasl(users)) if users else ("", {})
            properties(folder / "server.properties", {
                **SETTINGS, **copies, "transaction.state.log.min.isr": min(n, 2), "min.insync.replicas": min(n, 2),
                "share.coordinator.state.topic.min.isr": min(n, 2), "node.id": i + 1, "controller.quorum.voters": voters,
                "listeners": f"PLAINTEXT://{at},CONTROLLER://{controller}{asking}", "advertised.listeners": f"PLAINTEXT://{at}{asking}",
                "log.dirs": folder / "data", **more, **self.settings["properties"]})
            self.servers.append(Server(f"broker-{i + 1}", str(folder), ports[i], ports[n + i::n], "broker"))

    def launch(self, s: Server, flags: list[str] | None = None) -> None:
        flags = flags or [f"-XX:SharedArchiveFile={HOME}/classes.jsa", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
        s.start([*JAVA, *flags, "-Dlog4j2.configurationFile=" + str(JARS / "log4j2.xml"), "-cp", classpath(), "kafka.Kafka",
                 str(Path(s.folder) / "server.properties")], self.owned)

    def wait_ready(self, seconds: float = 2 * LONG) -> None:
        for s in self.servers: s.ready(lambda s=s: accepts(s.port), seconds)
        wait_until(lambda: self.topics.n_brokers() == len(self.running()), "every broker in the cluster", seconds, 0.05)

    def server(self, which=None) -> Server:
        """By its node id (1, 2, 3) or its port; the first when nothing is said."""
        return super().server(f"broker-{which}" if which is not None and str(which) in ("1", "2", "3") else which)

    def kill9(self, which=None) -> Server:
        """Without which: every broker."""
        if which is not None: return super().kill9(which)
        for s in self.servers: super().kill9(s.port)
        return self.servers[0]

    # ---- topics

    @property
    def topics(self) -> "topics.Topics": return topics.Topics(self.bootstrap)
    def create_topic(self, name: str, partitions: int = 3, **more) -> None: self.topics.create(name, partitions, **more)
    def produce(self, topic: str, source, **more) -> int: return self.topics.produce(topic, source, **more)
    def consume(self, topic: str, **more) -> list: return self.topics.consume(topic, **more)

    def cut(self, topic: str, partition: int, records: int) -> int:
        """A power cut: kill -9 of every broker, at least the last `records` records of the partition are gone from each copy, restart.
        Whole batches only, in the newest segment only. Returns how many records were lost from the copy that had most."""
        self.kill9()
        lost = 0
        for s in self.servers:
            logs = sorted((Path(s.folder) / "data").glob(f"{topic}-{partition}/*.log"))
            if logs: lost = max(lost, cut_segment(logs[-1], records))
        if lost < records: raise NotReady(f"{topic}-{partition}: only {lost} records could be cut, {records} were asked for")
        self.restart()
        return lost


def cut_segment(path: Path, records: int) -> int:
    """Takes whole record batches off the end of a segment until at least that many records are gone; returns how many.
    Record batch, magic 2 (https://kafka.apache.org/documentation/#recordbatch): baseOffset int64, batchLength int32 (of what
    follows), ... lastOffsetDelta int32 at byte 23, records count int32 at byte 57."""
    data = path.read_bytes()
    batches, at = [], 0
    while at + 61 <= len(data):
        length = 12 + struct.unpack_from(">i", data, at + 8)[0]
        if length < 61 or at + length > len(data): break
        batches.append((at, struct.unpack_from(">i", data, at + 57)[0]))
        at += length
    lost = 0
    while batches and lost < records:
        at, n = batches.pop()
        lost += n
    if lost:
        with open(path, "r+b") as f: f.truncate(at)
        # its checkpoints would promise what is gone; the broker makes its indexes anew after an unclean stop
        for name in ("recovery-point-offset-checkpoint", "replication-offset-checkpoint", "log-start-offset-checkpoint"):
            (path.parents[1] / name).unlink(missing_ok=True)
        for old in (*path.parent.glob("*.index"), *path.parent.glob("*.timeindex"), *path.parent.glob("*.snapshot")): old.unlink()
    return lost
