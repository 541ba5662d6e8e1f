"""Who is in which wave of a roll-out, and why somebody is not in it at all. Pure.

Rules: every candidate gets exactly one answer. Within a wave by number or share those the fleet hears come first, then
an order drawn from the roll-out's own number: a first wave is spread over the country, and never the same kiosks twice
in a row. Planning again with the same input gives the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fleet.rollouts.plan import Choice, Wave


class Why(StrEnum):
    """Why a kiosk is where it is in a plan."""

    NUMBER = "number"
    SHARE = "share"
    PROVINCES = "provinces"
    TAG = "tag"
    EVERYONE = "everyone"
    LATE = "late"
    ALREADY = "already"
    NO_SLOTS = "no-slots"
    INCOMPATIBLE = "incompatible"
    ELSEWHERE = "elsewhere"
    NO_WAVE = "no-wave"


OUT = frozenset({Why.ALREADY, Why.NO_SLOTS, Why.INCOMPATIBLE, Why.ELSEWHERE, Why.NO_WAVE})
"""Why a kiosk is not in it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kiosk, as far as planning must know it. ``compatible`` is None for one that says nothing of firmware.

    ``is_taken``: another roll-out of the kind is at it.
    """

    kiosk_id: str
    province: int
    is_heard: bool = True
    compatible: str | None = None
    running_hash: str = ""
    tags: frozenset[str] = frozenset()
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """The bundle a roll-out brings; for settings there is none."""

    compatible: str
    manifest_hash: str


@dataclass(frozen=True, slots=True)
class Place:
    """``wave_no`` counts from 1; None is not in it."""

    kiosk_id: str
    wave_no: int | None
    why: Why


def left_out(candidate: Candidate, wanted: Wanted | None) -> Why | None:
    """Why this kiosk cannot be in any wave; None when it can."""
    if candidate.is_taken:
        return Why.ELSEWHERE
    if wanted is None:
        return None
    if candidate.compatible is None:
        return Why.NO_SLOTS
    if candidate.running_hash == wanted.manifest_hash:
        return Why.ALREADY
    return Why.INCOMPATIBLE if candidate.compatible != wanted.compatible else None


def assign(candidates: Iterable[Candidate], wanted: Wanted | None, waves: Sequence[Wave], seed: str) -> list[Place]:
    """A place for each candidate."""
    places: list[Place] = []
    free: list[Candidate] = []
    for candidate in candidates:
        why = left_out(candidate, wanted)
        if why is None:
            free.append(candidate)
        else:
            places.append(Place(candidate.kiosk_id, None, why))
    free.sort(key=lambda each: (not each.is_heard, _drawn(seed, each.kiosk_id)))
    total = len(free)
    for wave_no, wave in enumerate(waves, 1):
        picked = _pick(free, wave, total)
        places += [Place(each.kiosk_id, wave_no, Why(wave.by.value)) for each in picked]
        gone = {each.kiosk_id for each in picked}
        free = [each for each in free if each.kiosk_id not in gone]
    return places + [Place(each.kiosk_id, None, Why.NO_WAVE) for each in free]


def _pick(free: list[Candidate], wave: Wave, total: int) -> list[Candidate]:
    match wave.by:
        case Choice.NUMBER:
            return free[: wave.number]
        case Choice.SHARE:
            return free[: -(-total * wave.percent // 100)]
        case Choice.EVERYONE:
            return free
    return [each for each in free if _is_named(each, wave)]


def _is_named(candidate: Candidate, wave: Wave) -> bool:
    return candidate.province in wave.provinces or (wave.by is Choice.TAG and wave.tag in candidate.tags)


def late_wave(candidate: Candidate, waves: Sequence[Wave], released: int) -> int | None:
    """The wave for a kiosk that came after the planning: the last one released, or one that names it and is to come.

    None when no wave would have taken it. A kiosk that is late passes no gate that others have not.
    """
    named = [wave_no for wave_no, wave in enumerate(waves, 1) if _is_named(candidate, wave)]
    if named:
        return max(named[0], released)
    return max(1, released) if waves[-1].by is Choice.EVERYONE else None


def _drawn(seed: str, kiosk_id: str) -> bytes:
    return hashlib.sha256(f"{seed}/{kiosk_id}".encode()).digest()
