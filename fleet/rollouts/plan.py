"""What a roll-out is to do, as a person decides it: waves, gates, limits and care. Pure values, kept as JSON.

Not here: who is in which wave (``planning``), when one opens (``gating``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from fleet.protocol.updates import Budget, Deadlines, QuietHours

WAVES_MAX = 20
KIOSK_BYTES_PER_S_MIN = 32 * 1024
"""Slower than this a bundle of 300 MB takes three hours: rather fewer kiosks at once."""


class PlanError(ValueError):
    """A plan nobody can follow; it says why, for whoever wrote it."""


class Choice(StrEnum):
    """How a wave picks its kiosks."""

    NUMBER = "number"
    SHARE = "share"
    PROVINCES = "provinces"
    TAG = "tag"
    EVERYONE = "everyone"


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the parts of a plan. Kept for years: fields are only added, with a default."""


class Wave(_Part, frozen=True):
    """One wave, out of those no earlier wave has. ``percent`` is of all kiosks of the roll-out, rounded up."""

    by: Choice
    number: int = 0
    percent: int = 0
    provinces: tuple[int, ...] = ()
    tag: str = ""


Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Gate(_Part, frozen=True):
    """What a wave must have shown before the next is asked: so many per cent passed, and then time without a loss."""

    success_percent: Percent = 95
    soak_s: int = 3600


class Limits(_Part, frozen=True):
    """When it stops by itself, and how much at once.

    ``harm_max``: no more than this many may ever be lost to a bundle that nobody passes with (``gating.may_ask``), and
    as many failures stop the roll-out. ``fail_percent`` of those tried stops it too, from ``tried_min`` tried on.
    ``bytes_per_s_max``: of all kiosks together; 0 is no limit. ``answer_s``: who has been asked and says nothing for
    so long has failed.
    """

    at_once: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 200
    bytes_per_s_max: int = 0
    harm_max: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 10
    tried_min: int = 10
    fail_percent: Percent = 5
    answer_s: int = 900


class Care(_Part, frozen=True):
    """What the kiosks are told of how to go about it; ``by_province`` is keyed by DOPA code."""

    not_before: datetime | None = None
    quiet_hours: QuietHours | None = None
    by_province: dict[str, QuietHours] = {}
    deadlines: Deadlines = Deadlines()
    soak_s: int = 300
    budget: Budget = Budget()

    def quiet_in(self, province: int) -> QuietHours | None:
        """The quiet hours of this province."""
        return self.by_province.get(str(province), self.quiet_hours)


class Plan(_Part, frozen=True):
    """All of it."""

    waves: tuple[Wave, ...]
    gate: Gate = Gate()
    limits: Limits = Limits()
    care: Care = Care()


def is_provable(hold_s: int, proving_s: int) -> bool:
    """Whether a kiosk can hold all for ``hold_s`` before the time for its proof is over."""
    return hold_s < proving_s


def lanes(limits: Limits) -> int:
    """How many may be at it at once, so that each still gets a line worth having."""
    if not limits.bytes_per_s_max:
        return limits.at_once
    return max(1, min(limits.at_once, limits.bytes_per_s_max // KIOSK_BYTES_PER_S_MIN))


def bytes_per_s_each(limits: Limits) -> int:
    """What one kiosk may fetch a second, so that all at once stay under the limit; 0 is no limit."""
    return limits.bytes_per_s_max // lanes(limits) if limits.bytes_per_s_max else 0


# ---- as people write it

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_SHARE = re.compile(r"([1-9][0-9]?|100)%")
_PROVINCES = re.compile(r"province:([1-9][0-9](?:,[1-9][0-9])*)")
_CODES = re.compile(r"[1-9][0-9](?:,[1-9][0-9])*")
_TAG = re.compile(r"tag:([a-z0-9][a-z0-9-]{0,29})")
_EVERYONE = "all"

TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
"""What may be a tag."""


def parse_waves(text: str) -> tuple[Wave, ...]:
    """The waves in ``text``, parted by spaces, semicolons or lines: ``1; 10; 5%; province:20,21; tag:pilot; all``.

    Raises: PlanError naming the word that is none.
    """
    words = re.split(r"[\s;]+", text.strip(" \t\r\n;"))
    waves = tuple(_wave(word) for word in words if word)
    if not 1 <= len(waves) <= WAVES_MAX:
        raise PlanError(f"1 to {WAVES_MAX} waves")
    if any(wave.by is Choice.EVERYONE for wave in waves[:-1]):
        raise PlanError("after 'all' nobody is left for another wave")
    return waves


def _wave(word: str) -> Wave:
    if word == _EVERYONE:
        return Wave(by=Choice.EVERYONE)
    if _NUMBER.fullmatch(word):
        return Wave(by=Choice.NUMBER, number=int(word))
    if share := _SHARE.fullmatch(word):
        return Wave(by=Choice.SHARE, percent=int(share[1]))
    if provinces := _PROVINCES.fullmatch(word):
        return Wave(by=Choice.PROVINCES, provinces=tuple(map(int, provinces[1].split(","))))
    if tag := _TAG.fullmatch(word):
        return Wave(by=Choice.TAG, tag=tag[1])
    raise PlanError(f"no wave: {word[:40]}")


def wave_text(wave: Wave) -> str:
    """One wave, as ``parse_waves`` reads it."""
    match wave.by:
        case Choice.NUMBER:
            return str(wave.number)
        case Choice.SHARE:
            return f"{wave.percent}%"
        case Choice.PROVINCES:
            return "province:" + ",".join(map(str, wave.provinces))
        case Choice.TAG:
            return f"tag:{wave.tag}"
        case Choice.EVERYONE:
            return _EVERYONE


HOURS_LINES_MAX = 77
"""A line a province, at most."""


def parse_hours_by_province(text: str) -> dict[str, QuietHours]:
    """Lines or semicolons of ``20,21 20:00-05:00``: the hours of provinces that have others than the rest.

    Raises: PlanError naming the line that is none.
    """
    found: dict[str, QuietHours] = {}
    lines = [line.strip() for line in re.split(r"[;\n]", text) if line.strip()]
    if len(lines) > HOURS_LINES_MAX:
        raise PlanError(f"at most {HOURS_LINES_MAX} lines of hours")
    for line in lines:
        codes, space, hours = line.partition(" ")
        quiet = parse_hours(hours)
        if not space or quiet is None or not _CODES.fullmatch(codes):
            raise PlanError(f"no hours of provinces: {line[:40]}")
        for code in codes.split(","):
            if code in found:
                raise PlanError(f"province {code} has hours twice")
            found[code] = quiet
    return found


def hours_text(quiet: QuietHours | None) -> str:
    """Hours, as ``parse_hours`` reads them."""
    return f"{quiet.begins}-{quiet.ends}" if quiet else ""


def hours_by_province_text(by_province: Mapping[str, QuietHours]) -> str:
    """Hours of provinces, as ``parse_hours_by_province`` reads them."""
    return "; ".join(f"{code} {hours_text(quiet)}" for code, quiet in sorted(by_province.items()))


def parse_hours(text: str) -> QuietHours | None:
    """``18:00-06:00``; empty is any time.

    Raises: PlanError.
    """
    if not text.strip():
        return None
    begins, dash, ends = (part.strip() for part in text.partition("-"))
    try:
        if not dash:
            raise PlanError(f"no hours: {text[:40]}")
        return msgspec.convert({"begins": begins, "ends": ends}, QuietHours)
    except msgspec.ValidationError:
        raise PlanError(f"no hours: {text[:40]}") from None
