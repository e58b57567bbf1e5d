"""Server processes: free ports, start, ready, and an end that hits the right process.

A process is known by its pid and the moment at which it began, so that a pid that the system has given away again is never
signalled. Owned servers get SIGKILL when their starter dies (the kernel does it, at the end of the thread that started them: start
servers in the main thread), the others live on in a session of their own.
"""
from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class NotReady(Exception):
    """A condition did not come true, or a server ended, in the time that it has. The text says what and shows the log's end."""


LONG = 180.0                                         # a condition that does not come by then never does, on however slow a machine


def wait_until(condition, what: str, seconds: float = LONG, every: float = 0.02):
    """Calls condition until it gives something true, which is returned. It is looked at once more after the time: all of the machine may have
    stood still meanwhile."""
    end = time.monotonic() + seconds
    while True:
        is_last = time.monotonic() > end
        got = condition()
        if got: return got
        if is_last: raise NotReady(f"{what}: not within {seconds:g} s")
        time.sleep(every)


def where_it_stands(pid: int) -> str:
    """What each thread of a process that does not end waits in: by gdb where there is one, otherwise what the kernel says."""
    if shutil.which("gdb"):
        ask = ["gdb", "-q", "-batch", "-p", str(pid), "-ex", "thread apply all backtrace 12"]
        try: return subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60).stdout[-6000:]
        except subprocess.TimeoutExpired: pass
    rows = []
    for thread in sorted(Path(f"/proc/{pid}/task").glob("*")):
        try: rows.append(" ".join((thread / name).read_text().strip() for name in ("comm", "wchan", "syscall")))
        except OSError: continue                     # it has ended meanwhile, or may not be looked at
    return "\n".join(rows)


RESERVES = "127.0.0.2"                               # an address of the same machine on which nobody listens
reserved: list[socket.socket] = []                   # until this process ends


def free_ports(n: int) -> list[int]:
    """n ports that nobody has, and that no other test is given while this process lives: neither before its server listens nor while it is
    down between kill and restart. They lie below the ports that the system gives to outgoing connections (32768 and up on Linux), so
    that no client takes one then."""
    ports: list[int] = []
    while len(ports) < n:
        port, mine = random.SystemRandom().randrange(12000, 32000), socket.socket()
        try:
            mine.bind((RESERVES, port))
            with socket.socket() as s: s.bind(("127.0.0.1", port))
        except OSError: mine.close(); continue
        reserved.append(mine)
        ports.append(port)
    return ports


def accepts(port: int) -> bool:
    with socket.socket() as s:
        s.settimeout(1.0)
        return s.connect_ex(("127.0.0.1", port)) == 0


def began(pid: int) -> int | None:
    """When the process began, in the kernel's ticks; None when it is gone or a zombie that nobody has waited for. A zombie whose other
    threads have not ended yet (kill -9 while one is in fsync) is not gone: its ports and files are still open."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        words = text[text.rindex(")") + 2:].split()
        if words[0] in "ZX" and len(os.listdir(f"/proc/{pid}/task")) < 2: return None
    except (FileNotFoundError, ProcessLookupError): return None
    return int(words[19])


@dataclass
class Server:
    """One server process. pid 0: not started yet."""
    name: str
    folder: str
    port: int
    more_ports: list[int] = field(default_factory=list)
    role: str = ""
    pid: int = 0
    began: int = 0

    @property
    def log(self) -> Path: return Path(self.folder) / "log"
    def alive(self) -> bool: return self.pid > 0 and began(self.pid) == self.began

    def start(self, argv: list[str], owned: bool, env: dict | None = None) -> None:
        if self.alive(): return
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        if owned: argv = ["setpriv", "--pdeathsig", "KILL", *argv]
        with open(self.log, "ab") as log:
            child = subprocess.Popen(argv, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                     start_new_session=not owned, env={**os.environ, **(env or {})})
        child.returncode = 0                          # no complaint of subprocess's at exit: end() waits for it by its pid
        self.pid, self.began = child.pid, began(child.pid) or 0

    def send(self, number: int) -> None:
        if self.alive(): os.kill(self.pid, number)

    def reap(self) -> None:
        try: os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError: pass                # started by another process, or waited for already

    def end(self, number: int = signal.SIGTERM, patience: float = 60.0) -> None:
        """Ends it and returns when it is gone; SIGKILL if it takes longer than patience. Nothing to do is fine."""
        if not self.pid: return
        if number != signal.SIGKILL: self.send(signal.SIGCONT)
        self.send(number)
        try: wait_until(lambda: (self.reap(), not self.alive())[1], f"{self.name} to end", patience, 0.005)
        except NotReady:
            self.send(signal.SIGKILL)
            wait_until(lambda: (self.reap(), not self.alive())[1], f"{self.name} to end after SIGKILL", LONG, 0.005)
        self.pid = self.began = 0

    def ready(self, condition, seconds: float = LONG):
        """Waits for the condition; fails at once when the process ends before."""
        def look():
            self.reap()
            if not self.alive(): raise NotReady(f"{self.name} ended at its start:\n{self.log_end()}")
            return condition()
        try: return wait_until(look, f"{self.name} to answer", seconds)
        except NotReady as e: raise NotReady(f"{e}\n{self.log_end()}") from None

    def log_end(self, lines: int = 12) -> str:
        try: return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError: return "(no log)"


class Group:
    """The servers of one folder. servers.json there tells another process what this one started."""
    kind = ""
    own_files: tuple[str, ...] = ()                   # beside the servers' folders

    def __init__(self, folder: str | Path, owned: bool = True):
        self.folder = Path(folder).resolve()
        self.owned = owned
        self.servers: list[Server] = []
        self.settings: dict = {}

    # ---- state on disk

    @property
    def file(self) -> Path: return self.folder / "servers.json"

    def save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"kind": self.kind, **self.settings, "servers": [asdict(s) for s in self.servers]}, indent=1))
        new.replace(self.file)

    @classmethod
    def load(cls, folder: str | Path):
        """The servers of a folder that another process made; None if there are none of this kind."""
        self = cls(folder, owned=False)
        try: known = json.loads(self.file.read_text())
        except FileNotFoundError: return None
        if known.pop("kind") != cls.kind: return None
        self.servers = [Server(**s) for s in known.pop("servers")]
        self.settings = known
        return self

    # ---- every group

    def __enter__(self): return self.start()
    def __exit__(self, *_): self.stop(gently=False)  # what they hold is thrown away: no time for an orderly end
    def __iter__(self): return iter(self.servers)

    def server(self, which: int | str | None = None) -> Server:
        """By position, port, name or role (the first of it); without any, the first."""
        if which is None: return self.servers[0]
        for i, s in enumerate(self.servers):
            if str(which) in (str(s.port), s.name): return s
        for i, s in enumerate(self.servers):
            if str(which) in (str(i), s.role): return s
        raise LookupError(f"no server {which}: there are {', '.join(f'{s.name} (port {s.port})' for s in self.servers)}")

    def running(self) -> list[Server]: return [s for s in self.servers if s.alive()]

    def stop(self, gently: bool = True) -> None:
        """Ends every server; nothing to do is fine."""
        number = signal.SIGTERM if gently else signal.SIGKILL
        for s in self.servers: s.send(signal.SIGCONT)
        for s in reversed(self.servers): s.send(number)
        for s in reversed(self.servers): s.end(number)
        if self.servers: self.save()

    def delete(self) -> None:
        """Stops, and takes away what was made in the folder; what else lies there stays."""
        self.stop()
        for s in self.servers: shutil.rmtree(s.folder, ignore_errors=True)
        for name in (self.file.name, *self.own_files): (self.folder / name).unlink(missing_ok=True)
        try: self.folder.rmdir()
        except OSError: pass

    def kill9(self, which=None) -> Server:
        s = self.server(which)
        s.end(signal.SIGKILL)
        self.save()
        return s

    def pause(self, which=None) -> Server:
        s = self.server(which); s.send(signal.SIGSTOP); return s

    def go_on(self, which=None) -> Server:
        s = self.server(which); s.send(signal.SIGCONT); return s
