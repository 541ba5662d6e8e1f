"""What a process tells the service manager that runs it: "I am up", "I still work", "I am ending".

What it is: systemd's notification protocol (sd_notify(3), sd_watchdog_enabled(3)): one datagram a word, to the socket
that stands in the environment. What it is not: a watchdog. Whether there is reason to say "I still work" is decided
by whoever says it, after having worked: no thread and no timer may do it, they go on when all else hangs.
Rules: without a service manager every word is heard by nobody, and that is fine. Nothing here waits, and nothing
fails: a word that cannot be delivered is said again in the next turn, and one that never is ends this process, which
is what the watchdog is for.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

_PER_LIMIT = 4
"""Feedings in the time the watchdog allows; sd_watchdog_enabled(3) advises two, and a busy disk may cost us one."""


class ServiceManager:
    """The one that started this process; silent when there is none."""

    def __init__(self, environment: Mapping[str, str], monotonic: Callable[[], float] = time.monotonic) -> None:
        """``environment``: this process's, where NOTIFY_SOCKET and WATCHDOG_USEC stand when there is a manager."""
        self._monotonic = monotonic
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._feed_every_s = _limit_s(environment) / _PER_LIMIT if self._address else 0.0
        self._feed_at_s = 0.0
        self._is_ready = False

    @property
    def feeds_watchdog(self) -> bool:
        """Whether the manager ends this process when it is silent."""
        return self._feed_every_s > 0

    def works(self) -> None:
        """This process has just done its work once more. The first time it is up; from then on the watchdog is fed."""
        if not self._is_ready:
            self._is_ready = self._say("READY=1")
        now_s = self._monotonic()
        if self.feeds_watchdog and now_s >= self._feed_at_s and self._say("WATCHDOG=1"):
            self._feed_at_s = now_s + self._feed_every_s

    def tell(self, words: str) -> None:
        """One line for `systemctl status`, with nothing of a visitor in it."""
        self._say(f"STATUS={words.splitlines()[0] if words else ''}")

    def ends(self) -> None:
        """This process ends in order; what it still does may take its time."""
        self._say("STOPPING=1")

    def _say(self, word: str) -> bool:
        if self._address is None:
            return True
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as post:
                post.setblocking(False)
                post.sendto(word.encode("utf-8"), self._address)
        except OSError as err:
            log.warning("the service manager does not hear: %s", err.strerror)
            return False
        return True


def _address(name: str) -> str | bytes | None:
    """Where to send; a name that begins with @ is one in the abstract namespace."""
    if name.startswith("@"):
        return b"\0" + os.fsencode(name[1:])
    return name if name.startswith("/") else None


def _limit_s(environment: Mapping[str, str]) -> float:
    """How long this process may be silent; 0 when it may for ever, or when another process is meant."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    try:
        return max(0.0, int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000)
    except ValueError:
        return 0.0
