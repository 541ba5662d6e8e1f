"""How each device stands, and what it tells of itself, as the agent and the records are told.

Not here: what a device's state means to a visit (``kiosk.visits``). A change is on record once; a busy printer is told
and is no record's worth.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from drivers.about import About
from fleet.protocol import records
from fleet.protocol.messages import DeviceState, DeviceStatus
from kiosk.visits.desk import Device

log = logging.getLogger(__name__)


class KnownDevices:
    """What was last heard of each; for the main thread. ``record`` puts a change on record."""

    def __init__(self, record: Callable[[records.DeviceChanged], object]) -> None:
        self._record = record
        self._statuses: dict[str, DeviceStatus] = {}
        self._abouts: dict[str, About] = {}

    @property
    def statuses(self) -> Mapping[str, DeviceStatus]:
        """By the device's name on the wire; nothing of those that were never heard of."""
        return self._statuses

    def of(self, device: Device) -> DeviceStatus | None:
        """How one stands."""
        return self._statuses.get(device.value)

    def told(self, device: Device, about: About) -> bool:
        """A device has told of itself: another one, beside the first or instead of it. Whether that is news."""
        self._abouts[device.value] = about
        known = self.of(device)
        if known is None or known.state is not DeviceState.ONLINE:
            return False
        self.changed(device, known.state, known.detail)
        return True

    def changed(self, device: Device, state: DeviceState, detail: str, about: About | None = None) -> None:
        """It stands so now; what is as it was is not said again. ``about``: of a device that has no worker to tell."""
        before = self.of(device)
        told = _told(before, about or self._abouts.get(device.value))
        if before is not None and (before.state, before.detail, _told(before, None)) == (state, detail, told):
            return
        now, name = datetime.now(UTC), device.value
        self._statuses[name] = DeviceStatus(state=state, detail=detail, since=now, **told)
        log.info("%s is %s %s", name, state.value, detail)
        self._record(records.DeviceChanged(device=name, state=state.value, detail=detail, changed_at=now, **told))

    def called(self) -> None:
        """Somebody pressed the call button: a line in the history."""
        online, now = DeviceState.ONLINE.value, datetime.now(UTC)
        self._record(records.DeviceChanged(device=Device.PANEL.value, state=online, detail="call", changed_at=now))

    def as_told(self, *, is_printing: bool) -> dict[str, DeviceStatus]:
        """All of them, a printer at work being busy."""
        told, printer = dict(self._statuses), self.of(Device.PRINTER)
        if is_printing and printer is not None and printer.state is DeviceState.ONLINE:
            told[Device.PRINTER.value] = msgspec.structs.replace(printer, state=DeviceState.BUSY)
        return told


def _told(before: DeviceStatus | None, about: About | None) -> dict[str, str]:
    """What a device tells of itself, as the wire says it; of one that is gone, what it told when it was there."""
    if about is None:
        kept = before or DeviceStatus(state=DeviceState.UNKNOWN)
        return {"model": kept.model, "firmware": kept.firmware, "port": kept.port}
    return {"model": about.model or "", "firmware": about.firmware or "", "port": about.port or ""}
