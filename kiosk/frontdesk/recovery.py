"""How often a wedged display may be mended: a bound that outlives the process, and a verdict for each wedge.

What it is: at most ``RECOVERIES_MAX`` times a boot, ``GRACE_S`` apart; then it is said, and left as it is.
What it is not: unplugging. A display that is gone and comes back is opened as often as that happens.
Rules: the count is stored before the work, under the machine's boot id: a front desk that dies of the mending is
started again, and finds it counted. A disk that cannot be written costs that memory and not the mending.
"""

from __future__ import annotations

import logging
import os
from enum import Enum, auto
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

RECOVERIES_MAX = 3
"""A boot. What three openings did not mend, a fourth will not; the visitors of the day would see it flicker."""

GRACE_S = 60.0
"""After a recovery, before the next: monitors take half a minute to find their picture."""

FILE_NAME = "display.json"


class Verdict(Enum):
    """What to do about a display that shows nothing."""

    RECOVER = auto()
    """Close it and open it."""
    WAIT = auto()
    """It was just opened: leave it, it may come to itself."""
    GIVE_UP = auto()
    """Leave it as it is, and say so."""


class _Count(msgspec.Struct, frozen=True):
    boot_id: str
    spent: int = 0
    closed: bool = False


class Recovery:
    """The display's recoveries of one boot."""

    def __init__(self, path: Path, boot_id: str) -> None:
        """``path``: where the count is kept. ``boot_id``: the kernel's; without one nothing counts but this process."""
        self._path, self._boot_id = path, boot_id
        stored = self._stored()
        self._spent, self._is_closed = stored.spent, stored.closed
        self._last_s: float | None = None

    @property
    def spent(self) -> int:
        """How many since the machine started."""
        return self._spent

    @property
    def is_closed(self) -> bool:
        """Whether the display is not to be opened in this boot: it has hung the process, after all recoveries."""
        return self._is_closed

    def close_for_this_boot(self) -> None:
        """Have every start of the process until the next boot leave the display alone."""
        self._is_closed = True
        self._store()

    def judge(self, now_s: float) -> Verdict:
        """What to do about a display found wedged at ``now_s`` (monotonic); a RECOVER is counted before it returns."""
        if self._last_s is not None and now_s - self._last_s < GRACE_S:
            return Verdict.WAIT
        if self._spent >= RECOVERIES_MAX:
            return Verdict.GIVE_UP
        self._spent, self._last_s = self._spent + 1, now_s
        self._store()
        return Verdict.RECOVER

    def _stored(self) -> _Count:
        nothing = _Count(self._boot_id)
        try:
            count = msgspec.json.decode(self._path.read_bytes(), type=_Count)
        except (OSError, msgspec.DecodeError):
            return nothing
        return count if self._boot_id and count.boot_id == self._boot_id else nothing

    def _store(self) -> None:
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                file.write(msgspec.json.encode(_Count(self._boot_id, self._spent, self._is_closed)))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as err:
            log.error("the display's recoveries cannot be stored: %s", err)
