"""A port in front of a server's: it counts who comes, and passes on what is said both ways. (Redis counts a TLS client only once the
handshake is through.)
"""
from __future__ import annotations

import socket
import threading


class Relay:
    def __init__(self, port: int):
        self.to, self.n_come = port, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self) -> "Relay":
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_): self.listener.close()

    def accept(self) -> None:
        while True:
            try: come, _ = self.listener.accept()
            except OSError: return
            self.n_come += 1
            there = socket.create_connection(("127.0.0.1", self.to))
            for a, b in ((come, there), (there, come)): threading.Thread(target=pass_on, args=(a, b), daemon=True).start()


def pass_on(a: socket.socket, b: socket.socket) -> None:
    try:
        while data := a.recv(65536): b.sendall(data)
    except OSError: pass
    for s in (a, b):
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
