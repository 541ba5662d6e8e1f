"""RAUC as the updates use it: its command line, and what its status says of the booted slot.

What it is: words. What runs them is ``keeping.py``. What it is not: a judge; RAUC verifies a bundle's signature and the
machine it is for by itself, and says no by its exit code.
"""

from __future__ import annotations

from typing import Any

import msgspec

STATUS = ("status", "--detailed", "--output-format=json")
MARK_GOOD = ("status", "mark-good", "booted")
MARK_BAD = ("status", "mark-bad", "booted")
STAY = ("status", "mark-active", "booted")


class RaucError(Exception):
    """Its status cannot be read. Ask again: its service may not be up yet."""


class Booted(msgspec.Struct, frozen=True, kw_only=True):
    """The slot that runs. ``hash``: SHA-256 of the manifest it was installed from; empty for a card written by hand.

    ``seeds``: the devices of all slots, those of the running system first.
    """

    slot: str
    compatible: str
    version: str = ""
    hash: str = ""
    is_marked_good: bool = False
    seeds: tuple[str, ...] = ()


class _Bundle(msgspec.Struct):
    version: str = ""
    hash: str = ""


class _SlotStatus(msgspec.Struct):
    bundle: _Bundle = msgspec.field(default_factory=_Bundle)


class _Slot(msgspec.Struct):
    state: str = ""
    boot_status: str | None = None
    device: str = ""
    parent: str | None = None
    slot_status: _SlotStatus = msgspec.field(default_factory=_SlotStatus)


class _Status(msgspec.Struct):
    compatible: str
    slots: list[dict[str, _Slot]]


def install(bundle: str) -> tuple[str, ...]:
    """The words that write ``bundle`` into the other slot and make it the next to boot."""
    return ("install", bundle)


def booted(status: bytes) -> Booted:
    """What `rauc status` said.

    Raises: RaucError.
    """
    try:
        said: Any = msgspec.json.decode(status, type=_Status)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise RaucError(f"rauc status: {err}") from err
    slots: dict[str, _Slot] = {name: slot for named in said.slots for name, slot in named.items()}
    for name, slot in slots.items():
        if slot.state == "booted":
            bundle = slot.slot_status.bundle
            return Booted(
                slot=name,
                compatible=said.compatible,
                version=bundle.version,
                hash=bundle.hash.lower(),
                is_marked_good=slot.boot_status == "good",
                seeds=_seeds(slots, name),
            )
    raise RaucError("rauc status: no slot is booted")


def _seeds(slots: dict[str, _Slot], booted: str) -> tuple[str, ...]:
    """The running system's first: it is whole, and nearest to what is wanted."""
    running = [slot.device for name, slot in slots.items() if booted in (name, slot.parent)]
    return tuple(dict.fromkeys(each for each in (*running, *(slot.device for slot in slots.values())) if each))
