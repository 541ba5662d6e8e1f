"""The kernel's ``struct input_event``: what a keyboard, and so a keyboard-wedge scanner, says.

What it is: bytes to events and back, for this machine's word size.
What it is not: the meaning of a key; that is ``us_keys.py`` and ``keys.py``.
Source of layout and numbers: Linux ``include/uapi/linux/input.h`` and ``input-event-codes.h``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EV_SYN = 0
EV_KEY = 1
SYN_REPORT = 0
SYN_DROPPED = 3
"""The kernel's buffer ran over: what follows, up to the next SYN_REPORT, has holes."""

KEY_UP = 0
KEY_DOWN = 1
KEY_REPEAT = 2

_LAYOUT = struct.Struct("@llHHi")  # seconds, microseconds, type, code, value
EVENT_BYTES = _LAYOUT.size


@dataclass(frozen=True, slots=True)
class InputEvent:
    """One event. ``time_s`` is of the clock the device was told to use; only differences mean something."""

    type: int
    code: int
    value: int
    time_s: float


def pack(events: Iterable[InputEvent]) -> bytes:
    """The bytes as the kernel would write them."""
    return b"".join(
        _LAYOUT.pack(*divmod(round(event.time_s * 1_000_000), 1_000_000), event.type, event.code, event.value)
        for event in events
    )


def unpack(data: bytes) -> Iterator[InputEvent]:
    """The events in ``data``, which must be whole: a multiple of ``EVENT_BYTES``."""
    for seconds, microseconds, kind, code, value in _LAYOUT.iter_unpack(data):
        yield InputEvent(kind, code, value, seconds + microseconds / 1_000_000)
