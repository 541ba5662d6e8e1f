"""One kiosk, held against the rules. Pure: what is known of it goes in, findings come out.

Rules: what nobody could ask is no trouble. Time in which the fleet heard nobody counts against no kiosk. A kiosk that
was never heard is being set up, not broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from fleet.alerts.findings import Finding, Place, Rule
from fleet.alerts.hours import Desk
from fleet.alerts.policy import AlertPolicy
from fleet.devices.truth import STALE_AFTER, Condition
from fleet.protocol.moments import Moment


class SaidDevice(msgspec.Struct, frozen=True):
    """Of ``messages.DeviceStatus``, what rules look at."""

    state: str = "unknown"
    detail: str = ""
    since: Moment | None = None


class SaidHealth(msgspec.Struct, frozen=True):
    """Of ``messages.Health``."""

    disk_free_mb: int | None = None
    storage_used_percent: int | None = None
    storage_errors: int | None = None
    disk_room: str = ""


class Said(msgspec.Struct, frozen=True):
    """Of ``messages.Status``: the tenth of it that rules look at, read ten thousand times a round."""

    devices: dict[str, SaidDevice] = {}
    paper: str = "unknown"
    paper_out_at: Moment | None = None
    health: SaidHealth = SaidHealth()


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Seen:
    """One kiosk as the fleet last had it. ``said`` is None when it said nothing yet."""

    place: Place
    alive: bool
    heard_at: datetime | None
    used_twice_at: datetime | None
    said: Said


@dataclass(frozen=True, slots=True)
class Round:
    """One look at all kiosks: when, and since when the fleet hears them at all."""

    now: datetime
    hearing_since: datetime


BELIEVED_FOR = timedelta(days=400)
"""No device is as it is for longer than a year: what says so was said by a clock that was never set."""

_DOWN = {"hardware-error", "no-device"}
_SPENT = {"out": Condition.FAILING, "jammed": Condition.FAILING}
_ROOM = {"low": Condition.ATTENTION, "last": Condition.FAILING}


def is_there(seen: Seen, now: datetime) -> bool:
    """Whether what the kiosk says of itself is news."""
    return seen.alive and seen.heard_at is not None and now - seen.heard_at <= STALE_AFTER


def judge(seen: Seen, policy: AlertPolicy, desk: Desk, at: Round) -> Iterator[Finding]:
    """Every trouble of one kiosk."""
    if seen.used_twice_at is not None and policy.tamper.on:
        yield Finding(Rule.TWICE, seen.place, Condition.FAILING, seen.used_twice_at)
    if not is_there(seen, at.now):
        if seen.heard_at is not None and policy.offline.on:
            yield _offline(seen.place, seen.heard_at, policy, desk, at)
        return
    if policy.device.on or policy.tamper.on:
        yield from _devices(seen, policy, at.now)
    if policy.paper.on:
        yield from _paper(seen, policy, desk, at.now)
    if policy.disk.on:
        yield from _disk(seen, policy, at.now)


def _offline(place: Place, heard_at: datetime, policy: AlertPolicy, desk: Desk, at: Round) -> Finding:
    """Trouble from the moment on; news only after so many minutes of office hours, and of the fleet's hearing."""
    opened_at = desk.opened_at(at.now)
    opens = opened_at is not None and at.now - max(heard_at, opened_at, at.hearing_since) >= timedelta(
        minutes=policy.offline.minutes
    )
    return Finding(Rule.OFFLINE, place, Condition.OFFLINE, heard_at, opens=opens)


def _since(device: SaidDevice, now: datetime) -> datetime:
    """Since when a device is so, by the kiosk's clock; now, where that clock cannot be right."""
    since = device.since
    return since if since is not None and timedelta(0) <= now - since <= BELIEVED_FOR else now


def _has_lasted(device: SaidDevice, now: datetime, at_least: timedelta) -> bool:
    """Whether a device is so for long enough to be news. Where nobody can know it is: told early, and not never."""
    return device.since is None or abs(now - device.since) >= at_least


def _devices(seen: Seen, policy: AlertPolicy, now: datetime) -> Iterator[Finding]:
    for name, device in seen.said.devices.items():
        since = _since(device, now)
        if name == "panel" and device.detail == "tamper":
            if policy.tamper.on:
                yield Finding(Rule.TAMPER, seen.place, Condition.FAILING, since)
        elif device.state in _DOWN and policy.device.on:
            yield Finding(
                Rule.DEVICE,
                seen.place,
                Condition.FAILING,
                since,
                part=name[:20],
                facts={"state": device.state, "detail": device.detail[:80]},
                opens=_has_lasted(device, now, timedelta(minutes=policy.device.minutes)),
            )


def _paper(seen: Seen, policy: AlertPolicy, desk: Desk, now: datetime) -> Iterator[Finding]:
    said = seen.said
    printer = said.devices.get("printer")
    if printer is None or printer.state in ("no-device", "unknown"):
        return
    if said.paper in _SPENT:
        yield Finding(Rule.PAPER, seen.place, _SPENT[said.paper], _since(printer, now), facts={"paper": said.paper})
        return
    until = desk.next_opening(now, policy.paper.more_days)
    if said.paper_out_at is not None and until is not None and said.paper_out_at < until:
        ends = said.paper_out_at.replace(minute=0, second=0, microsecond=0)  # a forecast moves; its hour is enough
        facts = {"paper": "ends", "out_at": ends.isoformat()}
        yield Finding(Rule.PAPER, seen.place, Condition.ATTENTION, now, facts=facts)


def _disk(seen: Seen, policy: AlertPolicy, now: datetime) -> Iterator[Finding]:
    health = seen.said.health
    free_mb, used_percent = health.disk_free_mb, health.storage_used_percent
    if health.storage_errors:
        yield Finding(Rule.DISK, seen.place, Condition.FAILING, now, facts={"why": "errors"})
    elif health.disk_room in _ROOM:
        yield Finding(Rule.DISK, seen.place, _ROOM[health.disk_room], now, facts={"why": f"room-{health.disk_room}"})
    elif free_mb is not None and free_mb < policy.disk.free_mb:
        facts = {"why": "free", "mb": policy.disk.free_mb}
        yield Finding(Rule.DISK, seen.place, Condition.ATTENTION, now, facts=facts)
    elif used_percent is not None and used_percent >= policy.disk.life_percent:
        facts = {"why": "life", "percent": used_percent}
        yield Finding(Rule.DISK, seen.place, Condition.ATTENTION, now, facts=facts)
