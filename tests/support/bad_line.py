"""A line between two machines that can be made bad: slow, stalling, cut, or open at one end and dead in the middle.

A TCP relay on a thread. It sees ciphertext only. What a lossy network looks like to TCP is a stall, since TCP sends
again what was lost; so loss is played as stalls of random length.
"""

from __future__ import annotations

import random
import selectors
import socket
import threading
import time
from collections import deque
from types import TracebackType

_CHUNK_BYTES = 65536
_TICK_S = 0.01


class BadLine:
    """Relays 127.0.0.1:``port`` to ``far``; a context manager. All settings may be changed at any time.

    ``delay_s``: each way. ``stall_share``: of all pieces, how many wait up to ``stall_s`` longer. ``is_dead``: nothing
    is forwarded and nothing closed. ``cut``: every connection is reset, and new ones while ``is_refusing``.
    """

    def __init__(self, far: tuple[str, int], *, host: str = "127.0.0.1", seed: int = 1) -> None:
        self._far = far
        self._chance = random.Random(seed)  # noqa: S311 - the same each time
        self._server = socket.create_server((host, 0))
        self.port: int = self._server.getsockname()[1]
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._held: dict[socket.socket, deque[tuple[float, bytes]]] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ)
        self._cut = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bad line")
        self.delay_s = 0.0
        self.stall_share = 0.0
        self.stall_s = 0.0
        self.is_dead = False
        self.is_refusing = False
        self.attempts: list[float] = []
        """When somebody tried to connect, by the clock that only runs forward."""

    def __enter__(self) -> BadLine:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(10)
        self._drop_all()
        self._server.close()
        self._selector.close()

    def cut(self) -> None:
        """Reset every connection; new ones are let in unless ``is_refusing``."""
        self._cut.set()

    def _run(self) -> None:
        while not self._ending.is_set():
            if self._cut.is_set():
                self._cut.clear()
                self._drop_all()
            for key, _ in self._selector.select(_TICK_S):
                if key.fileobj is self._server:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._pairs and not self.is_dead:
                    self._read(key.fileobj)
            if self.is_dead:
                time.sleep(_TICK_S)  # its sockets stay readable, and nobody reads
            else:
                self._pass_on()

    def _accept(self) -> None:
        near, _ = self._server.accept()
        self.attempts.append(time.monotonic())
        if self.is_refusing:
            near.close()
            return
        try:
            far = socket.create_connection(self._far, timeout=5)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs[one] = other
            self._held[one] = deque()
            self._selector.register(one, selectors.EVENT_READ)

    def _read(self, line: socket.socket) -> None:
        try:
            data = line.recv(_CHUNK_BYTES)
        except OSError:
            data = b""
        if not data:
            self._drop(line)
            return
        wait_s = self.delay_s
        if self._chance.random() < self.stall_share:
            wait_s += self._chance.uniform(0, self.stall_s)
        held = self._held[self._pairs[line]]
        due_s = max(time.monotonic() + wait_s, held[-1][0] if held else 0.0)  # TCP keeps the order
        held.append((due_s, data))

    def _pass_on(self) -> None:
        now_s = time.monotonic()
        for line, held in list(self._held.items()):
            while held and held[0][0] <= now_s and line in self._pairs:
                try:
                    line.sendall(held.popleft()[1])
                except OSError:
                    self._drop(line)

    def _drop(self, line: socket.socket) -> None:
        other = self._pairs.pop(line, None)
        for each in (line, other):
            if each is not None:
                self._pairs.pop(each, None)
                self._held.pop(each, None)
                self._selector.unregister(each)
                each.close()

    def _drop_all(self) -> None:
        for line in list(self._pairs):
            if line in self._pairs:
                self._drop(line)
