"""What is true of a kiosk now, as far as anybody can know: one value for every page.

The rule: online is what was heard, not what was hoped. A kiosk whose link died is offline; one that is alive by its
session but has not been heard for three heartbeats, or whose fleet has lost its broker, is stale. One whose identity
is used in two places is failing, however well it says it is: nobody knows which of the two says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from fleet.devices.hearing import hears
from fleet.devices.models import Kiosk, KioskState
from fleet.protocol.messages import DeviceState, DeviceStatus, Health, Reported, Status
from fleet.protocol.updates import FirmwareReported

STALE_AFTER = timedelta(seconds=200)
"""Three heartbeats of 60 s and their jitter."""


class Condition(StrEnum):
    """The words of the whole product, worst first (look.md, section 4)."""

    FAILING = "failing"
    OFFLINE = "offline"
    ATTENTION = "attention"
    UNKNOWN = "unknown"
    STALE = "stale"
    OK = "ok"


RANK = {condition: rank for rank, condition in enumerate(Condition)}

_OF_STATE = {
    DeviceState.ONLINE: Condition.OK,
    DeviceState.BUSY: Condition.OK,
    DeviceState.OFFLINE: Condition.ATTENTION,
    DeviceState.USER_ERROR: Condition.ATTENTION,
    DeviceState.HARDWARE_ERROR: Condition.FAILING,
    DeviceState.NO_DEVICE: Condition.FAILING,
    DeviceState.UNKNOWN: Condition.UNKNOWN,
}

DEVICES = ("card", "scanner", "printer", "panel", "display")


def condition_of_state(state: str) -> Condition:
    """How grave a state of a device is; one that a newer release speaks of is unknown."""
    return _OF_STATE[DeviceState(state)] if state in _OF_STATE else Condition.UNKNOWN


class Gap(StrEnum):
    """Why a kiosk does not run what it should. ``NONE``: it does. ``PARTLY``: it does, but for its ``problems``.

    ``REFUSED``: it keeps to what it had, for its ``problems``. ``NEVER_SAID``: it has never told what it runs.
    ``OFFLINE``: it is told when it comes back. ``UNDER_WAY``: it was told, and has not said yet that it runs it.
    """

    NONE = "none"
    PARTLY = "partly"
    REFUSED = "refused"
    NEVER_SAID = "never-said"
    OFFLINE = "offline"
    UNDER_WAY = "under-way"


@dataclass(frozen=True, slots=True)
class DeviceTruth:
    """One device."""

    device: str
    condition: Condition
    state: DeviceState
    detail: str
    since: datetime | None
    model: str = ""
    firmware: str = ""

    @property
    def is_case_open(self) -> bool:
        """Whether it is not the panel that fails: its switch says that the cabinet stands open."""
        return (self.device, self.detail, self.state) == ("panel", "tamper", DeviceState.HARDWARE_ERROR)


@dataclass(frozen=True, slots=True)
class KioskTruth:
    """One kiosk.

    ``is_heard``: whether the fleet hears any kiosk at all. ``converged_ms``: from the admin's change to the kiosk's
    report, or None while it is awaited, and of the first settings a kiosk has.
    """

    kiosk: Kiosk
    condition: Condition
    online: bool
    is_heard: bool
    heard_at: datetime | None
    devices: tuple[DeviceTruth, ...]
    paper: str
    spool_depth: int
    in_visit: bool
    health: Health
    version: str
    session_no: int
    committed_through: int
    desired_revision: int
    reported_revision: int | None
    problems: tuple[str, ...]
    converged_ms: int | None
    office_revision: int
    reported_office_revision: int | None
    paper_slips_left: int | None = None
    paper_out_at: datetime | None = None
    used_twice_at: datetime | None = None
    firmware: FirmwareReported | None = None

    @property
    def settled(self) -> bool:
        """Whether the kiosk runs what it should."""
        return self.desired_revision == self.reported_revision

    @property
    def settings_gap(self) -> Gap:
        """Why it does not run the settings it should."""
        if self.problems:
            return Gap.PARTLY if self.settled else Gap.REFUSED
        if self.settled:
            return Gap.NONE
        if self.reported_revision is None:
            return Gap.NEVER_SAID
        return Gap.UNDER_WAY if self.online else Gap.OFFLINE

    @property
    def office_gap(self) -> Gap:
        """Why it does not have the office's records as they are."""
        if self.office_revision == self.reported_office_revision:
            return Gap.NONE
        return Gap.UNDER_WAY if self.online else Gap.OFFLINE


def truths_of(kiosks: Iterable[Kiosk], now: datetime) -> list[KioskTruth]:
    """The truth about each of ``kiosks``, whose ``state`` and ``office`` should be selected with them."""
    is_heard = hears(now)
    return [truth_of(each, now, is_heard=is_heard) for each in kiosks]


def truth_of(kiosk: Kiosk, now: datetime, *, is_heard: bool) -> KioskTruth:
    """The truth about ``kiosk``. ``is_heard``: whether the fleet hears any kiosk at all (``hearing``)."""
    state = getattr(kiosk, "state", None) or KioskState(kiosk=kiosk)
    status = msgspec.convert(state.status, Status) if state.status else None
    reported = msgspec.convert(state.reported, Reported) if state.reported else None
    is_current = is_heard and state.alive and state.heard_at is not None and now - state.heard_at <= STALE_AFTER
    devices = tuple(_device(name, status.devices if status else {}, is_current=is_current) for name in DEVICES)
    paper = _paper(status)
    converged = None
    if state.converged_at and kiosk.desired_at and reported and reported.settings_revision == kiosk.settings_revision:
        converged = max(0, round((state.converged_at - kiosk.desired_at).total_seconds() * 1000))
    return KioskTruth(
        kiosk=kiosk,
        condition=_of_link(state, now, is_heard=is_heard) or said_of(status),
        online=is_heard and state.alive,
        is_heard=is_heard,
        heard_at=state.heard_at,
        devices=devices,
        paper=paper,
        spool_depth=status.spool_depth if status else 0,
        in_visit=bool(status and status.in_visit),
        health=status.health if status else Health(),
        version=state.version,
        session_no=state.session_no,
        committed_through=state.committed_through,
        desired_revision=kiosk.settings_revision,
        reported_revision=reported.settings_revision if reported else None,
        problems=reported.problems if reported else (),
        converged_ms=converged,
        office_revision=kiosk.office.revision,
        reported_office_revision=reported.office_revision if reported else None,
        paper_slips_left=status.paper_slips_left if status and paper in _LASTING else None,
        paper_out_at=status.paper_out_at if status and paper in _LASTING else None,
        used_twice_at=state.used_twice_at,
        firmware=reported.firmware if reported else None,
    )


def _device(name: str, devices: dict[str, DeviceStatus], *, is_current: bool) -> DeviceTruth:
    """One device; what was said by a kiosk that is not heard any more is old news, however good it was."""
    said = devices.get(name)
    if said is None:
        return DeviceTruth(name, Condition.UNKNOWN, DeviceState.UNKNOWN, "", None)
    condition = _OF_STATE[said.state] if is_current else Condition.STALE
    return DeviceTruth(name, condition, said.state, said.detail, said.since, said.model, said.firmware)


_LASTING = ("full", "low")
"""Paper of which more can be said than the word."""


def _paper(status: Status | None) -> str:
    """The paper, as long as there is a printer that could know."""
    printer = status.devices.get("printer") if status else None
    if status is None or printer is None or printer.state in (DeviceState.NO_DEVICE, DeviceState.UNKNOWN):
        return "unknown"
    return status.paper


_OF_PAPER = {"low": Condition.ATTENTION, "out": Condition.FAILING, "jammed": Condition.FAILING}
_OF_DISK = {"low": Condition.ATTENTION, "last": Condition.FAILING}


def _of_link(state: KioskState, now: datetime, *, is_heard: bool) -> Condition | None:
    """What the link alone decides; None when the kiosk is heard, and what it says counts."""
    if state.used_twice_at is not None:
        return Condition.FAILING
    if state.heard_at is None:
        return Condition.UNKNOWN
    if not is_heard:
        return Condition.STALE
    if not state.alive:
        return Condition.OFFLINE
    return Condition.STALE if now - state.heard_at > STALE_AFTER else None


def said_of(status: Status | None) -> Condition:
    """How bad it is by the kiosk's own word, which counts as long as the link says nothing worse. Ingest keeps it."""
    if status is None:
        return Condition.UNKNOWN
    said = [_OF_STATE[status.devices[name].state] if name in status.devices else Condition.UNKNOWN for name in DEVICES]
    said += (_OF_PAPER.get(_paper(status), Condition.OK), _OF_DISK.get(status.health.disk_room, Condition.OK))
    return min(said, key=RANK.__getitem__)
