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
    """The slot that runs. ``hash``: SHA-256 of the manifest it was installed from; empty for a card written by hand."""

    slot: str
    compatible: str
    version: str = ""
    hash: str = ""
    is_marked_good: bool = False


class _Bundle(msgspec.Struct):
    version: str = ""
    hash: str = ""


class _SlotStatus(msgspec.Struct):
    bundle: _Bundle = msgspec.field(default_factory=_Bundle)


class _Slot(msgspec.Struct):
    state: str = ""
    boot_status: str | None = None
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
    for named in said.slots:
        for name, slot in named.items():
            if slot.state == "booted":
                bundle = slot.slot_status.bundle
                return Booted(
                    slot=name,
                    compatible=said.compatible,
                    version=bundle.version,
                    hash=bundle.hash.lower(),
                    is_marked_good=slot.boot_status == "good",
                )
    raise RaucError("rauc status: no slot is booted")
