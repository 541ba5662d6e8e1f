"""Which of the input devices are barcode scanners, and which are people's keyboards.

What it is: pure: descriptions in, a verdict for each, a choice among them.
What it is not: looking at devices (``input_devices.py``) or opening them (``evdev.py``).

Rules:

1. Who knows better wins: the machine configuration; then udev, where the image or a technician has marked a device
   (``SALA_SCANNER=1``, or 0 for never); then its name or its maker; last, what it looks like.
2. A wrong grab makes a technician's keyboard deaf. So what only looks like a scanner is taken only if no other kind
   does, and a keyboard with a pointer or lights anywhere on the same plug is nobody's scanner.
3. What is known to be a scanner is taken, however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from drivers.errors import DeviceAbsentError

BUS_USB = 3  # this, and the types of events: Linux include/uapi/linux/input.h, input-event-codes.h
EV_REL = 2
EV_ABS = 3
EV_LED = 17

TYPING_KEYS = frozenset({*range(2, 12), *range(16, 26), *range(30, 39), *range(44, 51), 28})
"""Digits, letters and Enter: without them a device types no code. Remote controls and buttons have a few only."""

_WORDS = re.compile(
    r"scan|bar.?code|qr.?code|kbw|imager|honeywell|metrologic|zebra|symbol|datalogic|newland|opticon|mindeo|zebex",
    re.IGNORECASE,
)
"""In the names that scanners give themselves, ``kbw`` for keyboard wedge; and makers as sold in Thailand."""

_MAKERS = frozenset({0x05E0, 0x05F9, 0x065A, 0x0C2E, 0x1EAB})
"""Symbol (Zebra), PSC (Datalogic), Opticon, Metrologic (Honeywell), Newland: nothing else of theirs types. usb.ids."""

_BOOT_KEYBOARD = 1
"""bInterfaceProtocol of a keyboard that a BIOS understands (USB HID 1.11, 4.3). Scanners may leave it 0."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One input device, as the kernel and udev describe it.

    ``node``: ``/dev/input/event5``, of this plugging only. ``names``: the stable paths that lead to it, best first.
    ``phys``: where the cable is, the interface behind the last slash. ``types``: its EV_ types. ``mark``: udev's word.
    ``release``: the maker's number of this version of the device.
    """

    node: str
    name: str
    names: tuple[str, ...] = ()
    bus: int = BUS_USB
    vendor: int = 0
    product: int = 0
    phys: str = ""
    keys: frozenset[int] = frozenset()
    types: frozenset[int] = frozenset()
    usb_protocol: int | None = None
    mark: bool | None = None
    release: str | None = None

    @property
    def path(self) -> str:
        """What to write into the configuration."""
        return self.names[0] if self.names else self.node

    @property
    def model(self) -> tuple[int, int]:
        """Vendor and product."""
        return self.vendor, self.product

    @property
    def can_type(self) -> bool:
        """Whether it has the keys that a code needs."""
        return self.keys >= TYPING_KEYS

    @property
    def plug(self) -> str | None:
        """What all interfaces of one device share."""
        return self.phys.rpartition("/")[0] or None


class Verdict(Enum):
    """What a device is taken for."""

    CONFIGURED = auto()
    MARKED = auto()
    NAMED = auto()
    LIKELY = auto()
    NO_SCANNER = auto()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the machine configuration asks for; nothing at all is ``auto``."""

    paths: tuple[str, ...] = ()
    models: tuple[tuple[int, int], ...] = ()

    @property
    def is_auto(self) -> bool:
        """Whether the choice is ours."""
        return not self.paths and not self.models

    def names(self, candidate: Candidate) -> bool:
        """Whether this one is asked for."""
        has_path = not {candidate.node, *candidate.names}.isdisjoint(self.paths)
        return has_path or (candidate.model in self.models and candidate.can_type)

    def __str__(self) -> str:
        return ", ".join((*self.paths, *(f"{vendor:04x}:{product:04x}" for vendor, product in self.models))) or "auto"


def parse_wanted(text: str) -> Wanted:
    """``auto``, or paths and ``vendor:product`` in hexadecimal as lsusb shows them, with commas between.

    Raises: ValueError for anything else.
    """
    if text == "auto":
        return Wanted()
    paths, models = [], []
    for part in text.split(","):
        if part.startswith("/"):
            paths.append(part)
        elif (found := re.fullmatch("([0-9a-fA-F]{4}):([0-9a-fA-F]{4})", part)) is not None:
            models.append((int(found[1], 16), int(found[2], 16)))
        else:
            raise ValueError(
                f"a scanner is evdev:auto or evdev:/dev/input/by-id/... or evdev:0c2e:0901, not evdev:{text}"
            )
    return Wanted(tuple(paths), tuple(models))


def judge(candidate: Candidate, all_of_them: Collection[Candidate], wanted: Wanted) -> Verdict:
    """What ``candidate`` is, seen beside all that is plugged in, itself included."""
    if not wanted.is_auto:
        return Verdict.CONFIGURED if wanted.names(candidate) else Verdict.NO_SCANNER
    if not candidate.can_type or candidate.mark is False:
        return Verdict.NO_SCANNER
    if candidate.mark:
        return Verdict.MARKED
    if candidate.vendor in _MAKERS or _WORDS.search(" ".join((candidate.name, *candidate.names))):
        return Verdict.NAMED
    return Verdict.LIKELY if _looks_like_one(candidate, all_of_them) else Verdict.NO_SCANNER


def _looks_like_one(candidate: Candidate, all_of_them: Collection[Candidate]) -> bool:
    same_plug = [other for other in all_of_them if other.plug == candidate.plug is not None and other != candidate]
    if candidate.bus != BUS_USB or any(_is_persons(other) for other in same_plug) or _points(candidate):
        return False
    return EV_LED not in candidate.types or candidate.usb_protocol == 0


def _is_persons(candidate: Candidate) -> bool:
    has_lights = EV_LED in candidate.types and candidate.usb_protocol in (None, _BOOT_KEYBOARD)
    return _points(candidate) or (candidate.can_type and has_lights)


def _points(candidate: Candidate) -> bool:
    return not candidate.types.isdisjoint({EV_REL, EV_ABS})


def choose(candidates: Collection[Candidate], wanted: Wanted, *, device: str = "scanner") -> tuple[Candidate, ...]:
    """The scanners, at least one.

    Raises: DeviceAbsentError when there is none, or it is not clear which it is: name one in the configuration.
    """
    judged = [(judge(candidate, candidates, wanted), candidate) for candidate in candidates]
    known = _of(judged, Verdict.CONFIGURED, Verdict.MARKED, Verdict.NAMED)
    found = known or _of(judged, Verdict.LIKELY)
    if not found:
        what = "no barcode scanner is plugged in" if wanted.is_auto else f"not plugged in: {wanted}"
        raise DeviceAbsentError(device, what)
    if not known and len({candidate.model for candidate in found}) > 1:
        paths = ", ".join(sorted(candidate.path for candidate in found))
        raise DeviceAbsentError(device, f"more than one device may be the scanner, name one in the settings: {paths}")
    return found


def _of(judged: Iterable[tuple[Verdict, Candidate]], *verdicts: Verdict) -> tuple[Candidate, ...]:
    return tuple(candidate for verdict, candidate in judged if verdict in verdicts)
