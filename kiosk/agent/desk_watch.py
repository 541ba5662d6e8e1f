"""What the front desk said last, and whether that still counts: a desk that is silent is not one whose devices work.

Pure. What it is not: the restarting of a desk; the service manager does that, and ends in the safe mode when nothing
helps. From there the agent alone speaks to the fleet, and must not go on saying what was true an hour ago.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fleet.protocol.messages import DeviceState, DeviceStatus
from kiosk import news
from kiosk.visits.desk import Device

SILENT_S = 100.0
"""The desk speaks every 30 s: one that missed three times does not run, or does not come round."""

SILENT = "front desk silent"

_NOTHING = news.DeskStatus(devices={}, paper="unknown", in_visit=False)


class DeskWatch:
    """The desk as the fleet is told of it: ``status``."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """A desk that has said nothing yet gets as long as one that falls silent: it may be starting."""
        self._monotonic = monotonic
        self._heard_s = monotonic()
        self._is_silent = False
        self.status = _NOTHING
        self._pid = self._pid_before = 0

    def heard(self, status: news.DeskStatus) -> None:
        """It has spoken."""
        self.status, self._heard_s, self._is_silent = status, self._monotonic(), False
        self._pid = status.pid

    def has_run_on(self) -> bool:
        """Whether it speaks, and is the same process as when this was asked last: a desk that crashes and is started
        again and again speaks well every time."""
        speaks = self.status is not _NOTHING and not self._is_silent
        is_same, self._pid_before = self._pid == self._pid_before, self._pid
        return speaks and is_same

    def falls_silent(self) -> bool:
        """Once, when it has been silent for too long: from then on nothing is known of any device."""
        if self._is_silent or self._monotonic() - self._heard_s < SILENT_S:
            return False
        self._is_silent, now = True, datetime.now(UTC)
        unknown = DeviceStatus(state=DeviceState.UNKNOWN, detail=SILENT, since=now)
        self.status = news.DeskStatus(
            devices={device.value: unknown for device in Device}, paper="unknown", in_visit=False
        )
        return True
