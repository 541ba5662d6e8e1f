"""Watches the main thread while it is inside the display: a call that never returns can be ended by nobody else.

What it is: one thread that looks at a clock, and ends the process when the display has held it for ``HUNG_S``; whoever
keeps the process running starts it again, with a fresh display.
What it is not: a watchdog of the loop. A bug of ours that hangs is not its affair.
Rules: each end is a recovery, counted before it and bounded as all of them are (``recovery``). After the last, the
display is not opened again in this boot: the desk runs without one, and the fleet is told.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from kiosk.frontdesk.recovery import Recovery, Verdict

log = logging.getLogger(__name__)

HUNG_S = 20.0
"""Far longer than any call into a display takes, also on a machine that is starting: opening one takes two or three."""

LOOK_EVERY_S = 1.0


class HangWatch(threading.Thread):
    """Ends the process by ``end`` when ``inside_since_s`` (monotonic; None outside) is ``hung_s`` ago."""

    def __init__(
        self,
        inside_since_s: Callable[[], float | None],
        recovery: Recovery,
        end: Callable[[], object],
        hung_s: float = HUNG_S,
    ) -> None:
        super().__init__(name="hang-watch", daemon=True)
        self._inside_since_s, self._recovery, self._end, self._hung_s = inside_since_s, recovery, end, hung_s
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until ``stop``, or the end."""
        while not self._stopping.wait(min(LOOK_EVERY_S, self._hung_s)):
            since_s, now_s = self._inside_since_s(), time.monotonic()
            if since_s is not None and now_s - since_s >= self._hung_s and self._is_to_end(now_s):
                self._end()
                return

    def _is_to_end(self, now_s: float) -> bool:
        verdict = self._recovery.judge(now_s)
        if verdict is Verdict.WAIT:
            return False
        if verdict is Verdict.GIVE_UP:
            self._recovery.close_for_this_boot()
        log.critical("the display holds the process; ending, to be started again")
        return True

    def ask_to_stop(self) -> None:
        """Have the thread end soon; ``stop`` waits for it."""
        self._stopping.set()

    def stop(self, timeout_s: float) -> None:
        """End the thread.

        Raises: RuntimeError when it does not end in time; the process should end anyway.
        """
        self.ask_to_stop()
        self.join(timeout_s)
        if self.is_alive():
            raise RuntimeError(f"{self.name} did not stop in {timeout_s} s")
