"""Redis in four forms: single, sentinel (a master, a replica, three sentinels), cluster (three masters with a replica each), tls
(single, TLS only, one ACL user with a password).

They keep an append-only file, synced every second unless told otherwise, annotated with times: kill -9 alone loses nothing that was
written, since the page cache stays, so `cut` takes the end of the file away as a power cut would. But while a sync is running (a busy
disk), `everysec` answers before it writes, for up to two seconds: a test that counts on what was answered before a kill sets ALL_WRITTEN.
"""
from __future__ import annotations

import os
import re
import secrets
import shutil
import ssl
import subprocess
from pathlib import Path

from .process import LONG, Group, NotReady, Server, free_ports, wait_until
from .resp import RespConnection, RespError

FORMS = ("single", "sentinel", "cluster", "tls")
MASTER_NAME = "sanzao"
USER = "sanzao"
SETTINGS = {
    "bind": "127.0.0.1",
    "save": '""',
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-timestamp-enabled": "yes",                   # what `cut` goes by
    "auto-aof-rewrite-percentage": 0,                 # a rewrite would leave nothing to cut
    "repl-diskless-sync-delay": 0,
    "enable-debug-command": "local",
    "maxmemory-policy": "noeviction",
}
ALL_WRITTEN = {"appendfsync": "always"}               # what was answered is in the file, however busy the disk
PATIENCE_MS = 30_000                                  # a slow server is not taken for a dead one, unless the test says `set_patience`
CLUSTER = {"cluster-enabled": "yes", "cluster-config-file": "nodes.conf", "cluster-node-timeout": PATIENCE_MS,
           "cluster-replica-validity-factor": 0}


def executable(folder: Path) -> str:
    """redis-server; where only Debian's redis-tools is, a link to the same program under its other name (redis-check-rdb): it goes by
    the name that it is called by. So no package has to be installed that starts a service."""
    found = shutil.which("redis-server")
    if found: return found
    same = shutil.which("redis-check-rdb")
    if not same: raise NotReady("there is no redis-server: run tools/setup --tests")
    link = folder / "redis-server"
    if not link.is_symlink(): link.symlink_to(same)
    return str(link)


class Redis(Group):
    """settings: further lines of redis.conf for every data server (not the sentinels), by their own names."""
    kind = "redis"
    own_files = ("redis-server", "ca.pem", "ca-key.pem", "ca.srl", "cert.pem", "key.pem", "request.pem", "names")

    def __init__(self, folder: str | Path, form: str = "single", settings: dict | None = None, owned: bool = True, masters: int = 3,
                 replicas: int = 1):
        if form not in FORMS: raise ValueError(f"{form}: one of {', '.join(FORMS)}")
        super().__init__(folder, owned)
        self.settings = {"form": form, "redis": settings or {}, "masters": masters, "replicas": replicas}
        if form == "tls": self.settings["password"] = secrets.token_urlsafe(12)

    # ---- what to use

    @property
    def form(self) -> str: return self.settings["form"]
    def data(self) -> list[Server]: return [s for s in self.servers if s.role != "sentinel"]
    def sentinels(self) -> list[Server]: return [s for s in self.servers if s.role == "sentinel"]

    @property
    def url(self) -> str:
        at = lambda servers: ",".join(f"127.0.0.1:{s.port}" for s in servers)
        return {"single": lambda: f"redis://{at(self.data())}/0",
                "tls": lambda: f"rediss://{USER}:{self.settings['password']}@{at(self.data())}/0",
                "sentinel": lambda: f"redis-sentinel://{at(self.sentinels())}/0#{MASTER_NAME}",
                "cluster": lambda: f"redis-cluster://{at(self.data())}"}[self.form]()

    def facts(self) -> dict:
        """What a user of it needs to know, for tools/redis to print."""
        facts = {"folder": self.folder, "form": self.form, "url": self.url, "ports": ",".join(str(s.port) for s in self.data())}
        if self.form == "sentinel":
            facts |= {"sentinels": ",".join(f"127.0.0.1:{s.port}" for s in self.sentinels()), "master_name": MASTER_NAME}
        if self.form == "tls":
            facts |= {"user": USER, "password": self.settings["password"]} | {k: self.folder / f"{k}.pem" for k in ("ca", "cert", "key")}
        return facts | {"running": len(self.running()), "servers": len(self.servers),
                        "pids": ",".join(str(s.pid) for s in self.running())}

    def connect(self, which=None, seconds: float = 60.0) -> RespConnection:
        """A connection to one server: by position, port, name, "master", "replica"; the first when nothing is said."""
        s = self.server(which)
        if self.form != "tls": return RespConnection(s.port, seconds=seconds)
        return RespConnection(s.port, ssl.create_default_context(cafile=self.folder / "ca.pem"), USER, self.settings["password"],
                              seconds=seconds)

    def call(self, *words, which=None):
        with self.connect(which) as c: return c(*words)

    def server(self, which=None) -> Server:
        if which not in ("master", "replica"): return super().server(which)
        for s in self.data():
            if s.alive() and self.role(s) == which: return s
        raise LookupError(f"no {which} is there")

    def role(self, s: Server) -> str:
        """What it is now: roles change in a failover."""
        try: return {b"master": "master", b"slave": "replica"}.get(self.call("ROLE", which=s.port)[0], "?")
        except (OSError, RespError): return "?"

    # ---- start

    def start(self) -> "Redis":
        """Starts what does not run yet, and returns when all of it is of use: replicas in step, slots covered, a quorum of sentinels."""
        made = not self.servers
        if made: self.make()
        try:
            self.launch_all(self.data())
            if made and self.form == "cluster": self.form_cluster()
            self.wait_in_step()                       # a sentinel looks at the replicas once in 10 s: let it see them at first
            self.launch_all(self.sentinels())
            # one that finds that it stood still for two seconds would do nothing for half a minute
            for s in self.sentinels(): self.call("SENTINEL", "DEBUG", "tilt-trigger", 3_600_000, which=s.port)
            self.wait_agreed()
            if self.form == "sentinel": self.wait_one_master()
        except BaseException: self.stop(); raise
        return self

    restart = start

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        {"single": self.make_single, "tls": self.make_tls, "sentinel": self.make_sentinel, "cluster": self.make_cluster}[self.form]()

    def add(self, port: int, role: str, lines: dict, more: list[int] = []) -> Server:
        folder = self.folder / f"{role}-{port}"
        folder.mkdir(exist_ok=True)
        (folder / "redis.conf").write_text("".join(f"{k} {v}\n" for k, v in ({"dir": folder} | lines).items()))
        server = Server(folder.name, str(folder), port, more, role)
        self.servers.append(server)
        return server

    def add_data(self, port: int, role: str = "master", more: list[int] = [], **lines) -> Server:
        given = {k.replace("_", "-"): v for k, v in lines.items()}
        return self.add(port, role, {"port": port} | SETTINGS | given | self.settings["redis"], more)

    def make_single(self) -> None: self.add_data(free_ports(1)[0])

    def make_tls(self) -> None:
        certificates(self.folder)
        port = free_ports(1)[0]
        lines = {"port": 0, "tls-port": port, "tls-ca-cert-file": self.folder / "ca.pem", "tls-cert-file": self.folder / "cert.pem",
                 "tls-key-file": self.folder / "key.pem", "tls-auth-clients": "optional", "user default": "off",
                 f"user {USER}": f"on >{self.settings['password']} ~* &* +@all"}
        self.add(port, "master", SETTINGS | lines | self.settings["redis"])

    def make_sentinel(self) -> None:
        master, replica, *watchers = free_ports(5)
        self.add_data(master)
        self.add_data(replica, "replica", replicaof=f"127.0.0.1 {master}")
        for port in watchers:
            self.add(port, "sentinel", {"port": port, "bind": "127.0.0.1", f"sentinel monitor {MASTER_NAME}": f"127.0.0.1 {master} 2",
                                        f"sentinel down-after-milliseconds {MASTER_NAME}": PATIENCE_MS,
                                        f"sentinel failover-timeout {MASTER_NAME}": 5000})

    def make_cluster(self) -> None:
        n = self.settings["masters"] * (1 + self.settings["replicas"])
        ports = free_ports(2 * n)
        for i in range(n):                            # who replicates whom is for redis-cli to say: all are called node
            lines = CLUSTER | {"cluster-port": ports[n + i]}
            self.add(ports[i], "node", {"port": ports[i]} | SETTINGS | lines | self.settings["redis"], [ports[n + i]])

    def form_cluster(self) -> None:
        done = subprocess.run(["redis-cli", "--cluster", "create", *(f"127.0.0.1:{s.port}" for s in self.servers), "--cluster-replicas",
                               str(self.settings["replicas"]), "--cluster-yes"], capture_output=True, text=True, timeout=120)
        if done.returncode != 0: raise NotReady(f"redis-cli --cluster create:\n{done.stdout[-2000:]}{done.stderr}")

    def launch(self, s: Server) -> None:
        argv = [executable(self.folder), str(Path(s.folder) / "redis.conf"), *(["--sentinel"] if s.role == "sentinel" else [])]
        s.start(argv, self.owned, {"LC_ALL": "C"})

    def answers(self, s: Server) -> bool:
        try: return self.call("PING", which=s.port) == b"PONG"
        except (OSError, RespError): return False     # not yet listening, or LOADING

    def launch_all(self, servers: list[Server]) -> None:
        for s in servers: self.launch(s)
        self.save()
        for s in servers: s.ready(lambda s=s: self.answers(s))

    def wait_in_step(self, seconds: float = LONG) -> None:
        """Waits until every replica that runs is in step, and in a cluster until all slots are covered as each server sees it."""
        def in_step(s: Server) -> bool:               # a replica that has not finished its first sync is never promoted
            with self.connect(s.port) as c: about = c.info("replication")
            return about["role"] == "master" or about.get("master_link_status") == "up"

        def covered(s: Server) -> bool: return b"cluster_state:ok" in self.call("CLUSTER", "INFO", which=s.port)

        for s in self.data():
            if not s.alive(): continue
            wait_until(lambda s=s: quietly(in_step, s), f"{s.name} in step", seconds)
            if self.form == "cluster": wait_until(lambda s=s: quietly(covered, s), f"{s.name}: all slots covered", seconds)

    def wait_copied(self, master: int, seconds: float = LONG) -> None:
        """Waits until every replica of a master has what the master has written so far. (WAIT speaks of what its own connection wrote;
        and min-replicas-to-write counts a replica that has been sent a copy and has not loaded it.)"""
        with self.connect(master) as c:
            goal = int(c.info("replication")["master_repl_offset"])
            def copied() -> bool:
                about = c.info("replication")
                rows = [dict(f.split("=", 1) for f in v.split(",")) for k, v in about.items() if re.fullmatch(r"slave\d+", k)]
                return bool(rows) and all(row["state"] == "online" and int(row["offset"]) >= goal for row in rows)
            wait_until(copied, "the replicas to have all of it", seconds)

    def wait_agreed(self, seconds: float = LONG) -> None:
        """Waits until the sentinels know each other, the master and its replica."""
        def agreed(s: Server) -> bool:
            return self.call("SENTINEL", "CKQUORUM", MASTER_NAME, which=s.port).startswith(b"OK 3") and \
                len(self.call("SENTINEL", "REPLICAS", MASTER_NAME, which=s.port)) >= 1

        for s in self.sentinels():
            wait_until(lambda s=s: quietly(agreed, s), f"{s.name}: three sentinels know the master and its replica", seconds)

    def wait_one_master(self, seconds: float = LONG) -> None:
        """An old master that comes back believes in itself until a sentinel has told it otherwise; who does not say what it is may be one."""
        def is_one() -> bool:
            roles = {s.port: self.role(s) for s in self.data() if s.alive()}
            return set(roles.values()) <= {"master", "replica"} and [p for p, role in roles.items() if role == "master"] == [self.master_port()]

        wait_until(is_one, "one master, the one that the sentinels name", seconds)
        self.wait_in_step()

    def restart_one(self, which=None) -> Server:
        """Starts one server again and waits until it answers (not for its place in the whole: its master may be dead on purpose)."""
        s = self.server(which)
        self.launch(s)
        self.save()
        s.ready(lambda: self.answers(s))
        return s

    # ---- faults

    def cut(self, seconds: float = 1.0, which=None) -> dict:
        """A power cut: kill -9, the append-only file loses all that was written in the last `seconds` before its last write and in
        that write's own second (more than asked rather than less), restart. Returns {"bytes", "kept", "seconds", "gone"}: how much
        went, how much stayed, how far back the cut lies behind the last write's second, and what went."""
        s = self.server(which)
        s.end(9)
        lost = cut_aof(Path(s.folder) / "appendonlydir", seconds)
        self.restart_one(s.port)
        if len(self.running()) == len(self.servers): self.wait_in_step()
        return lost

    def lag(self, replica: int) -> None:
        """The replica hears nothing more from its master, and believes that all is well: a failover to it loses what comes now.
        (SIGSTOP would not do: what the master has sent already lies in the socket and is read before the promotion.)"""
        with self.connect(replica) as c:
            about = c.info("replication")
            c("CONFIG", "SET", "masterauth", "wrong", "masteruser", "nobody")     # so it cannot connect again
        self.call("CLIENT", "KILL", "TYPE", "replica", which=int(about["master_port"]))
        wait_until(lambda: quietly(lambda: self.call("INFO", "replication", which=replica).find(b"master_link_status:down") >= 0),
                   "the replica to lose its master")

    def set_patience(self, ms: int) -> None:
        """How long a server may be silent before sentinels, or the others of a cluster, take it for dead: before one is to be replaced by
        itself. (Sentinels also promote no replica that has been without its master for ten times that.)"""
        for s in self.sentinels(): self.call("SENTINEL", "SET", MASTER_NAME, "down-after-milliseconds", ms, which=s.port)
        for s in self.data():
            if self.form == "cluster" and s.alive(): self.call("CONFIG", "SET", "cluster-node-timeout", ms, which=s.port)

    def failover(self) -> Server:
        """Sentinel: has the replica take over, and returns the new master when all agree on it. Also where they have begun by
        themselves, or know the replica only from before it could be promoted."""
        old = self.master_port()
        def is_other() -> bool:
            if self.master_port() != old: return True
            try: self.call("SENTINEL", "FAILOVER", MASTER_NAME, which=self.sentinels()[0].port)
            except RespError as e:
                if e.code not in ("INPROG", "NOGOODSLAVE"): raise
            return False
        wait_until(is_other, "a new master")
        new = self.master_port()
        wait_until(lambda: quietly(lambda: self.role(self.server(new)) == "master"), "it to be master")
        # until all of them know, an old master that comes back may be taken for the master again
        wait_until(lambda: all(quietly(lambda s=s: self.named_by(s) == new) for s in self.sentinels() if s.alive()), "all sentinels to name it")
        return self.server(new)

    def master_port(self) -> int:
        """The master as the first sentinel that answers knows it. One that runs will answer."""
        def named() -> int:
            for s in self.sentinels():
                try: return self.named_by(s)
                except (OSError, RespError, TypeError): continue     # TypeError: it knows none
            if not any(s.alive() for s in self.sentinels()): raise LookupError("no sentinel answers")
            return 0
        return wait_until(named, "a sentinel to answer")

    def named_by(self, sentinel: Server) -> int:
        return int(self.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME, which=sentinel.port)[1])

    # ---- cluster

    def node_ids(self) -> dict[str, int]:
        """Node id: port."""
        return {self.call("CLUSTER", "MYID", which=s.port).decode(): s.port for s in self.data() if s.alive()}

    def slot_of(self, key: str) -> int: return self.call("CLUSTER", "KEYSLOT", key)

    def owner_of(self, slot: int) -> int:
        """The port of the master that has the slot."""
        for first, last, (_, port, *_), *_ in self.call("CLUSTER", "SLOTS", which=self.running()[0].port):
            if first <= slot <= last: return port
        raise LookupError(f"nobody has slot {slot}")

    def begin_move(self, slot: int, to: int) -> int:
        """From here on the old owner answers ASK for keys of the slot that it has not. Returns its port."""
        source, ids = self.owner_of(slot), {port: i for i, port in self.node_ids().items()}
        self.call("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[source], which=to)
        self.call("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to], which=source)
        return source

    def migrate(self, source: int, to: int, keys: list) -> None:
        def is_done() -> bool:
            try: self.call("MIGRATE", "127.0.0.1", to, "", 0, 20000, "KEYS", *keys, which=source)
            except RespError as e:
                if "NOREPLICAS" not in str(e): raise
                return False                          # min-replicas-max-lag, and its replica is late: it will not always be
            return True
        wait_until(is_done, f"the server on {to} to take keys")

    def finish_move(self, slot: int, source: int, to: int) -> int:
        """Moves the keys, then the slot: the old owner answers MOVED. Returns how many keys went."""
        n, ids = 0, {port: i for i, port in self.node_ids().items()}
        while keys := self.call("CLUSTER", "GETKEYSINSLOT", slot, 100, which=source):
            self.migrate(source, to, keys)
            n += len(keys)
        for port in (to, source, *(s.port for s in self.data() if self.role(s) == "master" and s.port not in (to, source))):
            self.call("CLUSTER", "SETSLOT", slot, "NODE", ids[to], which=port)
        return n

    def move_slot(self, slot: int, to: int) -> int:
        return self.finish_move(slot, self.begin_move(slot, to), to)


def quietly(function, *args) -> bool:
    try: return function(*args)
    except (OSError, RespError): return False


def cut_aof(folder: Path, seconds: float) -> dict:
    """Cuts the newest .incr.aof in folder at a time annotation (#TS:seconds)."""
    files = sorted(folder.glob("*.incr.aof"), key=lambda p: int(re.search(r"\.(\d+)\.incr\.aof$", p.name).group(1)))
    if not files: raise NotReady(f"{folder}: no .incr.aof")
    data = files[-1].read_bytes()
    marks = [(m.start(), int(m.group(1))) for m in re.finditer(rb"(?m)^#TS:(\d+)\r\n", data)]
    if not marks: raise NotReady(f"{files[-1]}: nothing was written, nothing can be cut")
    last = marks[-1][1]
    at, when = next((at, when) for at, when in marks if when >= last - seconds)
    os.truncate(files[-1], at)
    return {"bytes": len(data) - at, "kept": at, "seconds": last - when, "gone": data[at:]}


def certificates(folder: Path) -> None:
    """A CA (ca.pem) and a certificate by it for 127.0.0.1 and localhost (cert.pem, key.pem), for a week."""
    run = lambda *a: subprocess.run(["openssl", *map(str, a)], check=True, capture_output=True)
    key = lambda name: ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-keyout", folder / name)
    run("req", "-x509", "-days", 7, *key("ca-key.pem"), "-subj", "/CN=Sanzao test CA", "-out", folder / "ca.pem")
    run("req", *key("key.pem"), "-subj", "/CN=localhost", "-out", folder / "request.pem")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    run("x509", "-req", "-in", folder / "request.pem", "-CA", folder / "ca.pem", "-CAkey", folder / "ca-key.pem", "-days", 7,
        "-extfile", folder / "names", "-out", folder / "cert.pem")
