"""A port in front of a server's: it counts who comes, passes on what is said both ways, and can hold back what clients say. (Redis counts
a TLS client only once the handshake is through.)
"""
from __future__ import annotations

import socket
import threading
import time


def close_both(*sockets: socket.socket) -> None:
    for s in sockets:
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass


class Relay:
    def __init__(self, port: int):
        self.to, self.n_come = port, 0
        self.n_held = 0                               # pieces that wait since hold()
        self.n_answers = 0                            # pieces that came back, ever
        self.lock, self.is_open = threading.Lock(), threading.Event()
        self.is_open.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self) -> "Relay":
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.is_open.set()
        self.listener.shutdown(socket.SHUT_RDWR)     # wakes who accepts; asleep it may meet another by the same number
        self.listener.close()

    def accept(self) -> None:
        while True:
            try: come, _ = self.listener.accept()
            except OSError: return
            self.n_come += 1
            try: there = socket.create_connection(("127.0.0.1", self.to))
            except OSError: come.close(); continue   # the server is away
            for a, b, back in ((come, there, False), (there, come, True)):
                threading.Thread(target=self.pass_on, args=(a, b, back), daemon=True).start()

    # ---- holding

    def hold(self) -> None:
        """From here on nothing that a client says goes through; answers do."""
        self.n_held = 0
        self.is_open.clear()

    def let_go(self) -> None: self.is_open.set()

    def wait_open(self) -> None:
        if self.is_open.is_set(): return
        with self.lock: self.n_held += 1
        self.is_open.wait()

    def pass_on(self, a: socket.socket, b: socket.socket, back: bool) -> None:
        try:
            while data := a.recv(65536):
                if not back: self.wait_open()
                b.sendall(data)
                if back:
                    with self.lock: self.n_answers += 1
        except OSError: pass
        close_both(a, b)


class Gate(Relay):
    """Lets a client through until `seen()`, which is asked before each piece that it says: whatever of the server's makes it true, the client
    gets no further than that, however slow anybody is. `n_held` then says that it stands; with the gate's end what it still said is lost."""

    def __init__(self, port: int, seen):
        super().__init__(port)
        self.seen, self.is_over, self.looking = seen, False, threading.Lock()

    def wait_open(self) -> None:
        with self.looking:                           # a client may have several connections
            if not self.is_over and self.is_open.is_set() and self.seen(): self.hold()
        super().wait_open()
        if self.is_over: raise ConnectionError("the gate is gone")

    def let_go_on(self) -> None:
        """What it held goes through, and nothing is asked any more."""
        with self.looking: self.seen = lambda: False
        self.let_go()

    def __exit__(self, *_):
        with self.looking: self.is_over = True       # nobody looks any more: what it looks with is its maker's again
        super().__exit__()


PRODUCE, METADATA, HEARTBEAT, DESCRIBE_CONFIGS = 0, 3, 12, 32     # requests of Kafka's protocol


class Picky(Relay):
    """In front of a broker. While it holds, requests of these kinds wait, and what is behind them on their connection; so they do for `way_s`,
    as if the broker were far away."""

    def __init__(self, *kinds: int, way_s: float = 0):
        super().__init__(0)
        self.kinds, self.way_s, self.n_asked = kinds, way_s, 0

    def pass_on(self, a: socket.socket, b: socket.socket, back: bool) -> None:
        if back: return super().pass_on(a, b, back)
        said = a.makefile("rb")
        try:
            while len(size := said.read(4)) == 4:
                request = said.read(int.from_bytes(size, "big"))
                if int.from_bytes(request[:2], "big") in self.kinds:
                    self.n_asked += 1
                    self.is_open.wait()
                    if self.way_s: time.sleep(self.way_s)
                b.sendall(size + request)
        except OSError: pass
        close_both(a, b)
