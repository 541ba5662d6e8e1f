"""The rules of alerts as documents: the nation's, and a province's laid over it.

Its own schema, not a kiosk's: no kiosk needs to know when somebody is called. Pure; the rows stand in ``models``.
``NATION_ONLY``: what only the nation says, because it is about people of several provinces, or all kiosks together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Annotated, Any

import msgspec

from fleet.protocol.settings import merge

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]
MayBeOff = Annotated[int, msgspec.Meta(ge=0, le=2880)]

NATION_ONLY = frozenset({"peers", "deaf", "trust", "files", "sending"})


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the sections."""


class Hours(_Section, frozen=True):
    """Official hours (08.30 to 16.30 in Thailand), on working days of the province's calendar."""

    opens_at: Clock = "08:30"
    closes_at: Clock = "16:30"


class Offline(_Section, frozen=True):
    """A kiosk not heard for so long within office hours."""

    on: bool = True
    minutes: Minutes = 15


class Paper(_Section, frozen=True):
    """The paper has ended, or will before the next working day opens; ``more_days``: so many working days later."""

    on: bool = True
    more_days: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0


class Device(_Section, frozen=True):
    """A device that a service needs does not work for so long."""

    on: bool = True
    minutes: Minutes = 10


class Peers(_Section, frozen=True):
    """A device that fails more often than the same device of other kiosks (``peers``): within so many days, at least so
    often."""

    on: bool = True
    days: Annotated[int, msgspec.Meta(ge=1, le=28)] = 7
    least: Annotated[int, msgspec.Meta(ge=2, le=100)] = 4


class Tamper(_Section, frozen=True):
    """The case was opened, or the kiosk's certificate is used in two places."""

    on: bool = True


class Certificate(_Section, frozen=True):
    """So few days are left of the kiosk's certificate; it renews itself long before."""

    on: bool = True
    days: Annotated[int, msgspec.Meta(ge=1, le=180)] = 14


class Disk(_Section, frozen=True):
    """Room or life of the storage comes to its end. A kiosk says itself when room is low; ``free_mb`` is on top."""

    on: bool = True
    free_mb: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 500
    life_percent: Annotated[int, msgspec.Meta(ge=50, le=100)] = 90


class Money(_Section, frozen=True):
    """The queue of odd payments grows: at least so many wait and more came than were decided within a day, or the
    oldest waits for so many days."""

    on: bool = True
    least: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 5
    days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 3


class Files(_Section, frozen=True):
    """A bank's file of the last working day is not there at ``bank_by``; the register was not imported for so many days
    (0: nobody asks)."""

    on: bool = True
    bank_by: Clock = "10:00"
    register_days: Annotated[int, msgspec.Meta(ge=0, le=400)] = 45


class Deaf(_Section, frozen=True):
    """The fleet hears no kiosk at all for so long: its broker is gone, or what listens there."""

    on: bool = True
    minutes: Minutes = 3


class Trust(_Section, frozen=True):
    """A role of the trust repository comes to its end, or kiosks do not believe it."""

    on: bool = True


class RolloutHalted(_Section, frozen=True):
    """A roll-out has stopped by itself, and nobody has gone on with it, called it off or taken it back."""

    on: bool = True


class Grouping(_Section, frozen=True):
    """From such a share of a place's kiosks on, and at least so many, it is one alert: of office, province, nation."""

    percent: Annotated[int, msgspec.Meta(ge=10, le=100)] = 50
    least: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 2


class Calm(_Section, frozen=True):
    """Over only when clear for so long (twice as long after each return); the same again within ``return_min`` is
    the old alert."""

    settle_min: Annotated[int, msgspec.Meta(ge=0, le=60)] = 5
    return_min: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 60


class Escalation(_Section, frozen=True):
    """So long after it was opened, and nobody has it, the province's admins are told; so long after that, the
    nation's. 0: not at all."""

    second_min: MayBeOff = 60
    third_min: MayBeOff = 240


class Sending(_Section, frozen=True):
    """At most so many messages to a person within any hour; whether the end is told; when the day's digest goes."""

    most_an_hour: Annotated[int, msgspec.Meta(ge=1, le=60)] = 6
    tell_end: bool = True
    digest_at: Clock = "08:45"


class AlertPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it."""

    hours: Hours = Hours()
    offline: Offline = Offline()
    device: Device = Device()
    paper: Paper = Paper()
    peers: Peers = Peers()
    tamper: Tamper = Tamper()
    certificate: Certificate = Certificate()
    disk: Disk = Disk()
    money: Money = Money()
    files: Files = Files()
    deaf: Deaf = Deaf()
    trust: Trust = Trust()
    rollout: RolloutHalted = RolloutHalted()
    grouping: Grouping = Grouping()
    calm: Calm = Calm()
    escalation: Escalation = Escalation()
    sending: Sending = Sending()


class PolicyError(ValueError):
    """A document no province can live with; its text says why."""


def read_policy(documents: Iterable[Mapping[str, Any]]) -> AlertPolicy:
    """The policy of a stack of documents, each a merge patch (RFC 7396) over those before.

    Raises: PolicyError.
    """
    try:
        policy = msgspec.convert(merge(documents), AlertPolicy, strict=True)
    except msgspec.ValidationError as err:
        raise PolicyError(str(err)) from err
    if policy.hours.opens_at >= policy.hours.closes_at:
        raise PolicyError("`opens_at` is not before `closes_at` - at `$.hours`")
    return policy


def clock(text: str) -> time:
    """A ``Clock`` as a time."""
    return time.fromisoformat(text)
