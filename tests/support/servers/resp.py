"""A Redis connection for tests: RESP2, one command at a time or a pipeline. No MOVED is followed, on purpose: tests look at them."""
from __future__ import annotations

import socket
import ssl


class RespError(Exception):
    """An error reply; code is its first word (MOVED, OOM, LOADING ...)."""
    @property
    def code(self) -> str: return str(self).split(" ", 1)[0]


class RespConnection:
    def __init__(self, port: int, tls: ssl.SSLContext | None = None, user: str | None = None, password: str | None = None,
                 host: str = "127.0.0.1", seconds: float = 60.0):
        self.socket = socket.create_connection((host, port), timeout=seconds)
        if tls: self.socket = tls.wrap_socket(self.socket, server_hostname=host)
        self.file = self.socket.makefile("rb")
        if password: self("AUTH", *([user] if user else []), password)

    def __enter__(self): return self
    def __exit__(self, *_): self.close()

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, *words) -> None:
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words))

    def receive(self):
        """bytes, int, None or list; an error inside a list (EXEC) is a RespError in its place."""
        line = self.file.readline()
        if not line.endswith(b"\r\n"): raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+": return rest
        if kind == b":": return int(rest)
        if kind == b"-": raise RespError(rest.decode())
        if kind == b"$":
            if rest == b"-1": return None
            body = self.file.read(int(rest) + 2)
            if len(body) != int(rest) + 2: raise ConnectionError("the server closed the connection")
            return body[:-2]
        if kind == b"*": return None if rest == b"-1" else [self.item() for _ in range(int(rest))]
        raise ConnectionError(f"not RESP2: {line!r}")

    def item(self):
        try: return self.receive()
        except RespError as e: return e

    def __call__(self, *words):
        self.send(*words)
        return self.receive()

    def many(self, commands: list[tuple]) -> list:
        """A pipeline: all are sent, then all answers read; errors stand in their places."""
        for c in commands: self.send(*c)
        return [self.item() for _ in commands]

    def info(self, section: str) -> dict[str, str]:
        lines = self("INFO", section).decode().splitlines()
        return dict(x.split(":", 1) for x in lines if ":" in x)
