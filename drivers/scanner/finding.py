"""Which of the plugged-in keyboards is the scanner, when the configuration says ``auto``.

What it is: a pure choice among candidates, and the listing of candidates.
What it is not: opening the scanner. A kiosk in the field names its scanner; ``auto`` is for the first day.
Rule: when it is not clear, say which there are and choose none: a wrong grab makes a technician's keyboard deaf.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import evdev
from evdev import ecodes

from drivers.errors import DeviceAbsentError

BY_ID = Path("/dev/input/by-id")

_WORDS = ("scan", "barcode", "bar_code", "honeywell", "zebra", "symbol", "datalogic", "newland")
"""Words in the names udev gives to scanners; the makers' names as sold in Thailand."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A keyboard. ``can_type`` claims letters and Enter; ``has_leds`` tells people's keyboards from most scanners."""

    path: str
    name: str
    can_type: bool
    has_leds: bool


def choose(candidates: Iterable[Candidate], *, device: str = "scanner") -> str:
    """The path of the scanner: named like one, else the only keyboard without lights.

    Raises: DeviceAbsentError when there is none, or more than one: name one in the configuration.
    """
    typing = [candidate for candidate in candidates if candidate.can_type]
    named = [c for c in typing if any(word in f"{c.name} {c.path}".lower() for word in _WORDS)]
    found = named or [c for c in typing if not c.has_leds]
    if len(found) == 1:
        return found[0].path
    if not found:
        raise DeviceAbsentError(device, "no barcode scanner is plugged in")
    paths = ", ".join(sorted(c.path for c in found))
    raise DeviceAbsentError(device, f"more than one device may be the scanner, name one in the settings: {paths}")


def plugged_in() -> tuple[Candidate, ...]:
    """The keyboards under ``/dev/input/by-id``; one that vanishes while we look is left out."""
    return tuple(found for path in sorted(BY_ID.glob("*-event-kbd")) if (found := _look_at(path)) is not None)


def _look_at(path: Path) -> Candidate | None:
    try:
        opened = evdev.InputDevice(str(path))
    except OSError:
        return None  # pulled out, or not ours to open: no scanner of ours either way
    try:
        capabilities = opened.capabilities(absinfo=False)
    except OSError:
        return None
    finally:
        opened.close()
    keys = set(capabilities.get(ecodes.EV_KEY, ()))
    return Candidate(
        path=str(path),
        name=opened.name,
        can_type={ecodes.KEY_A, ecodes.KEY_0, ecodes.KEY_ENTER} <= keys,
        has_leds=ecodes.EV_LED in capabilities,
    )
