"""A wait for one file descriptor that another thread can end.

What it is: the self-pipe behind ``cancel()`` of the drivers that wait on file descriptors.
What it is not: an event loop; it says that one of its sources has something, not which, and owns no thread.
Rules: only ``wake`` may be called from another thread; a ``wake`` with nobody waiting ends the next wait.
"""

from __future__ import annotations

import math
import select
import socket
from contextlib import suppress
from enum import Enum, auto
from typing import Protocol


class HasFileno(Protocol):
    """Anything the kernel can wait for."""

    def fileno(self) -> int:
        """The descriptor to watch."""


class Ready(Enum):
    """Why a wait ended."""

    TIMED_OUT = auto()
    READABLE = auto()
    """There is something to read, or the source hung up: a read will tell which."""
    WOKEN = auto()


class Waker:
    """Waits with a timeout, until one of its sources is readable, or until somebody calls ``wake``."""

    def __init__(self) -> None:
        # Sockets, not bare pipe ends: a late ``wake`` on a closed socket object fails cleanly, where a write to a
        # closed descriptor number could land in whatever has been opened since.
        self._inner, self._outer = socket.socketpair()
        self._inner.setblocking(False)
        self._outer.setblocking(False)

    def wait(self, timeout_s: float, *sources: HasFileno) -> Ready:
        """Wait at most ``timeout_s`` seconds; being woken wins over being readable, and is then used up."""
        watched = select.poll()
        watched.register(self._inner, select.POLLIN)
        for source in sources:
            watched.register(source, select.POLLIN)
        # Rounded up: rounded down, the last part of a millisecond would be spent spinning.
        ready = {fd for fd, _ in watched.poll(math.ceil(max(timeout_s, 0.0) * 1000))}
        if self._inner.fileno() in ready:
            with suppress(BlockingIOError):
                self._inner.recv(4096)
            return Ready.WOKEN
        return Ready.READABLE if ready else Ready.TIMED_OUT

    def wake(self) -> None:
        """End the wait under way, or the next one. May be called from any thread, also after ``close``."""
        # A full buffer means that a wake-up is pending already; a closed socket, that nobody will wait again.
        with suppress(OSError):
            self._outer.send(b"!")

    def close(self) -> None:
        """Release both ends. Calling it again does nothing."""
        self._inner.close()
        self._outer.close()
