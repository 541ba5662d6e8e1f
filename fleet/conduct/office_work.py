"""The office's standing work, done by processes of their own: letters, reminders, surcharges, imports of registers,
registrations that are passed on, settings that were planned for now, webhooks.

Not here, in the leader's own turn: a mail server may take a minute and a hundred letters ten seconds, and meanwhile
the lease would run out and a revocation wait. The leader only looks whether there is work and starts who does it; all
of them can bear being killed, and being there twice (``fees.runs``, ``fees.sending``).
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable

from django.utils import timezone

from fleet.conduct import hooks, registering
from fleet.devices import planned
from fleet.office.channels import passing_on
from fleet.office.fees import making, runs
from fleet.office.fees.models import LetterPart, PolicyRevision, Reminder
from fleet.office.register import runs as registers
from fleet.rounds import notes

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
PRINTERS = 2
"""Processes that print letters: one a core of the machine we promise times for."""

DAILY_EVERY_S = 600.0
"""Between looks for reminders and for surcharges that have grown: both are matters of days."""

PAUSE_AFTER_FAILURE_S = 30.0
"""Of the kind of work that has failed: whatever it stumbled over is still there. The others go on."""

STOP_TIMEOUT_S = 15.0

Start = Callable[[str], "subprocess.Popen[bytes]"]


def start_worker(what: str) -> subprocess.Popen[bytes]:
    """`fleet office-work <what>`, on the same data folder, behind everything else on this machine."""
    own = [sys.executable, "-m", "fleet", "office-work", what]
    # What it says it has done is for those who start it by hand; our own output says when the fleet is ready.
    return subprocess.Popen(["nice", "-n", "10", *own], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


class OfficeWork:
    """Starts workers while it is turned. Only the conductor that leads may turn it."""

    def __init__(self, start: Start = start_worker, clock: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._clock = clock
        self._working: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._look_at_s = 0.0
        self._daily_at_s = 0.0
        self._paused_until_s: dict[str, float] = {}

    def turn(self) -> None:
        """Look whether there is work, if it is time to; never blocks."""
        now_s = self._clock()
        if now_s < self._look_at_s:
            return
        self._bury()
        self._look_at_s = now_s + LOOK_EVERY_S
        for _ in range(self._more_printers()):
            self._begin("letters")
        if self._may_begin("register") and registers.is_anything_to_do():
            self._begin("register")
        if self._may_begin("registrations") and registering.is_anything_due(timezone.now()):
            self._begin("registrations")
        now = timezone.now()
        hooks.watch(now)
        if self._may_begin("settings") and planned.due(now).exists():
            self._begin("settings")
        if self._may_begin("webhooks") and hooks.due(now).exists():
            self._begin("webhooks")
        if now_s >= self._daily_at_s:
            self._daily_at_s = now_s + DAILY_EVERY_S
            if self._may_begin("daily") and _daily_is_due():
                self._begin("daily")

    def _more_printers(self) -> int:
        at_work = self._count("letters")
        if at_work >= PRINTERS or self._is_paused("letters"):
            return 0
        return min(PRINTERS - at_work, runs.waiting(timezone.now()).count())

    def _may_begin(self, what: str) -> bool:
        return not self._count(what) and not self._is_paused(what)

    def _is_paused(self, what: str) -> bool:
        return self._clock() < self._paused_until_s.get(what, 0.0)

    def _count(self, what: str) -> int:
        return sum(name == what for name, _ in self._working)

    def _begin(self, what: str) -> None:
        self._working.append((what, self._start(what)))

    def _bury(self) -> None:
        """Forget the workers that have ended; what has failed pauses."""
        for each in list(self._working):
            what, process = each
            ended = process.poll()
            if ended is None:
                continue
            self._working.remove(each)
            if ended:
                log.error("the worker for %s ended with %d", what, ended)
                self._paused_until_s[what] = self._clock() + PAUSE_AFTER_FAILURE_S

    def close(self) -> None:
        """End the workers; what they were at is gone on with by the next leader's."""
        for _, process in self._working:
            process.terminate()
        for _, process in self._working:
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._working.clear()


def _daily_is_due() -> bool:
    """Whether anything of a day's work could be there; cheap, and sometimes yes for nothing."""
    return (
        bool(making.outgrown(timezone.localdate()))
        or PolicyRevision.objects.filter(document__reminders__on=True).exists()
        or Reminder.objects.filter(state__in=("sending", "waiting")).exists()
        or passing_on.overdue(timezone.now()).exists()
        or notes.outlived(timezone.now()).exists()
        or LetterPart.objects.filter(pdf__isnull=False, done_at__lt=timezone.now() - runs.KEPT).exists()
    )
