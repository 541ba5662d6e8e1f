"""Alerts: looks at everything every ten seconds, and starts who sends what waits to be told.

Not here: rules and rows (``fleet.alerts``), mail servers and webhooks (`fleet alerts send`, a process that comes and
goes: it carries Apprise, and may wait a minute). Under a lease of its own, because it must look while the broker is
gone, when the conductor does nothing else. State is in the database; what is kept here can be asked again.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable

from django.db import IntegrityError
from django.utils import timezone

from fleet.alerts import counting, sending
from fleet.alerts.keeping import STEPS_MAX, keep, make_digests, on_record
from fleet.alerts.looking import Looking

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
SEND_EVERY_S = 1.0
FORGET_EVERY_S = 3600.0
PAUSE_AFTER_FAILURE_S = 30.0
STOP_TIMEOUT_S = 15.0

Start = Callable[[], "subprocess.Popen[bytes]"]


def start_sender() -> subprocess.Popen[bytes]:
    """`fleet alerts send`, on the same data folder."""
    own = [sys.executable, "-m", "fleet", "alerts", "send"]
    return subprocess.Popen(own, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


class Alerting:
    """Looks and starts senders while it is turned. Only whoever holds the lease of alerts may turn it."""

    def __init__(self, start: Start = start_sender) -> None:
        self._start = start
        self._sender: subprocess.Popen[bytes] | None = None
        self._looking = Looking()
        self._look_at_s = self._send_at_s = self._forget_at_s = 0.0

    def turn(self) -> None:
        """What is due of it: a look is some tenths of a second with ten thousand kiosks; nothing waits."""
        now_s = time.monotonic()
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_EVERY_S
            self._look()
        if now_s >= self._send_at_s:
            self._send_at_s = now_s + SEND_EVERY_S
            self._see_to_sender(now_s)
        if now_s >= self._forget_at_s:
            self._forget_at_s = now_s + FORGET_EVERY_S
            counting.forget_old(timezone.now())

    def _look(self) -> None:
        now = timezone.now()
        before = list(on_record(now))
        look = self._looking.look(now, frozenset(each.key for each in before if each.closed_at is None))
        policies, desk = self._looking.policies, self._looking.desk(None)
        try:
            if keep(look, before, policies, desk) >= STEPS_MAX:
                self._look_at_s = 0.0  # there is more; the next turn goes on
        except IntegrityError:  # another leader, by a clock that was set: its rows stand, and the next look sees them
            log.warning("somebody else looks, too")
        make_digests(policies, desk, now)
        if counting.count(now) >= counting.RECORDS_MAX:
            self._look_at_s = 0.0  # there is more; the next turn goes on

    def _see_to_sender(self, now_s: float) -> None:
        if self._sender is not None:
            ended = self._sender.poll()
            if ended is None:
                return
            self._sender = None
            if ended:  # whatever it stumbled over is still there
                log.error("the sender of alerts ended with %d", ended)
                self._send_at_s = now_s + PAUSE_AFTER_FAILURE_S
                return
        if sending.is_anything_due(timezone.now()):
            self._sender = self._start()

    def close(self) -> None:
        """End the sender; what it was at goes on with the next one."""
        if self._sender is None:
            return
        self._sender.terminate()
        try:
            self._sender.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._sender.kill()
            self._sender.wait()
        self._sender = None
