"""Topics through build/PRESET/tests/topic (topic.c): created, filled, read and looked at, keyed as Sanzao keys (murmur2)."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from .process import ROOT, NotReady, wait_until

# A broker that stood still for some seconds is no part of its own cluster for a moment.
PASSING = ("fenced", "timed out", "not controller", "no answer within", "has no leaders")


def program() -> str:
    """The topic program: $SZ_TOPIC, that of build/dev or of build/release; built where there is none."""
    for path in (os.environ.get("SZ_TOPIC"), ROOT / "build/dev/tests/topic", ROOT / "build/release/tests/topic"):
        if path and os.access(path, os.X_OK): return str(path)
    subprocess.run([ROOT / "tools/build", "dev", "topic"], check=True)
    return str(ROOT / "build/dev/tests/topic")


class Topics:
    def __init__(self, bootstrap: str, seconds: float = 300.0):
        self.bootstrap, self.seconds = bootstrap, seconds

    def run(self, command: str, *args, stdin=subprocess.DEVNULL, input=None, stdout=subprocess.PIPE) -> bytes:
        more = {"input": input} if input is not None else {"stdin": stdin}
        done = subprocess.run([program(), self.bootstrap, command, *map(str, args)], stdout=stdout, stderr=subprocess.PIPE,
                              timeout=self.seconds, **more)
        if done.returncode != 0: raise NotReady(f"topic {command}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def rows(self, command: str, *args) -> list[list[str]]:
        return [line.split() for line in self.run(command, *args).decode().splitlines()]

    def n_brokers(self) -> int:
        """How many brokers the cluster knows; 0 while none answers."""
        try: return len(self.rows("brokers", "-X", "log_level=0"))
        except NotReady: return 0

    def list(self) -> dict[str, int]: return {name: int(n) for name, n in self.rows("list")}

    def create(self, name: str, partitions: int = 3, copies: int | None = None, config: dict | None = None) -> None:
        n = copies or min(3, max(1, self.n_brokers()))
        self.change("create", name, partitions, n, *(f"{k}={v}" for k, v in (config or {}).items()), done="already exists")

    def change(self, command: str, *args, done: str = "") -> None:
        """Asked again where the cluster cannot just now; what an answer that was lost has done already says that it is done."""
        was_asked = False
        def is_done() -> bool:
            nonlocal was_asked
            try: self.run(command, *args)
            except NotReady as e:
                if was_asked and done and done in str(e): return True
                if not any(x in str(e).lower() for x in PASSING): raise
                was_asked = True
                return False
            return True
        wait_until(is_done, f"topic {command}", self.seconds, 0.2)

    def delete(self, name: str) -> None: self.change("delete", name, done="Unknown topic")
    def user(self, name: str, mechanism: str, password: str) -> None: self.change("user", name, mechanism, password)
    def grow(self, name: str, partitions: int) -> None: self.change("grow", name, partitions, done="already has")
    def expire(self, name: str, partition: int, offset: int) -> None: self.change("expire", name, partition, offset)
    def configure(self, name: str, **config) -> None:
        self.change("configure", name, *(f"{k.replace('_', '.')}={v}" for k, v in config.items()))

    def watermarks(self, name: str) -> dict[int, tuple[int, int]]:
        """Partition: (low, high)."""
        return {int(r[0]): (int(r[1]), int(r[2])) for r in self.rows("watermarks", name)}

    def leaders(self, name: str) -> dict[int, int]: return {int(p): int(id) for p, id in self.rows("leaders", name)}

    def committed(self, group: str, name: str) -> dict[int, int | None]:
        return {int(p): (None if o == "-1" else int(o)) for p, o in self.rows("committed", group, name)}

    def members(self, group: str) -> int: return int(self.run("members", group))
    def settled(self, group: str) -> int: return int(self.run("settled", group))

    def produce(self, name: str, source: Path | str | bytes | list, key_field: str | None = "student", timestamp_field: str | None = None,
                headers: dict | None = None, partition: int | None = None, settings: dict | None = None) -> int:
        """Lines of a file ("-": stdin), of bytes, or a list of lines or objects. Without key_field the key stands before a tab. Returns how many
        records the brokers have acknowledged: all of them."""
        options = [*(["-f", key_field] if key_field else []), *(["-T", timestamp_field] if timestamp_field else []),
                   *(["-p", partition] if partition is not None else []), *pairs("-H", headers), *pairs("-X", settings)]
        if isinstance(source, list):
            source = b"".join((x if isinstance(x, str) else json.dumps(x, ensure_ascii=False)).encode() + b"\n" for x in source)
        if isinstance(source, bytes): return int(self.run("produce", *options, name, input=source))
        if source == "-": return int(self.run("produce", *options, name, stdin=None))
        with open(source, "rb") as f: return int(self.run("produce", *options, name, stdin=f))

    def consume(self, name: str, to: Path | str | None = None, limit: int = 0, partition: int | None = None, envelope: bool = False,
                settings: dict | None = None) -> list:
        """All that is in the topic: values as bytes, or with envelope objects {partition, offset, timestamp, key, headers, value}; or as
        lines into the file `to` ("-": stdout). The order holds within a partition."""
        options = [*(["-n", limit] if limit else []), *(["-p", partition] if partition is not None else []),
                   *(["-e"] if envelope else []), *pairs("-X", settings)]
        if to == "-":
            self.run("consume", *options, name, stdout=None)
            return []
        if to is not None:
            with open(to, "wb") as f: self.run("consume", *options, name, stdout=f)
            return []
        lines = self.run("consume", *options, name).split(b"\n")[:-1]
        return [json.loads(x) for x in lines] if envelope else lines


def pairs(option: str, values: dict | None) -> list[str]:
    return [word for k, v in (values or {}).items() for word in (option, f"{k}={v}")]
