"""Pictures that a printer keeps in its own memory (``GS ( L`` functions 64, 67, 69: NV graphics by key code).

Which picture is kept is the printer's to say: its key codes are made of the picture's content, so a new emblem has new
keys, and a printer that was exchanged says by itself that it has none. Each picture has two: the picture, and, written
only when the printer has said that it is done with that, a dot under a second key. So a picture that was cut short by
a pulled cable is not taken for whole, and one of somebody else's under our key is one chance in 78 million.

Such memory wears out: makers allow ten writes a day. ``Past`` bounds ours, whatever the printer says. What does not
fit, or is not allowed, is sent as dots.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from drivers.printer.port import Raster
from drivers.printer.status import REAL_TIME_COMMANDS

LIST_KEYS = b"\x1d(L\x04\x000@KC"  # function 64
LIST_HEADER = 0x37
MORE_FOLLOWS = b"rA"  # identifier and status of a list whose rest comes after ACK; the last one's status is @
LAST = b"r@"
ACK = b"\x06"

MAX_ROWS = 128  # no taller than a band: what ends a band that was cut short ends a definition, too
_FIRST, _LAST = 33, 126  # of a key code's two bytes; 32 is allowed and hard to see
_DAY_S = 86_400.0
_DOT = Raster(8, 1, b"\x80")


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a picture is kept, and where the dot that says that it is whole."""

    picture: bytes
    seal: bytes


class Past:
    """What is remembered of one printer from connection to connection: give the same to each.

    ``may_hang``: paper of a slip that was broken off may hang out of the mouth. Also true of a printer that this
    process has not printed on yet: the power may have failed in the middle of a slip, and nobody is to get half of
    another's. A cut of white paper costs two centimetres.
    """

    PICTURES_A_DAY = 4
    """Two writes each."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self.may_hang = True
        self._now_s = now_s
        self._written_at_s: deque[float] = deque(maxlen=self.PICTURES_A_DAY)

    def allows_picture(self) -> bool:
        """True, and one fewer left, when a picture may be written now."""
        now_s = self._now_s()
        if len(self._written_at_s) == self.PICTURES_A_DAY and now_s - self._written_at_s[0] < _DAY_S:
            return False
        self._written_at_s.append(now_s)
        return True


def keys_of(picture: Raster) -> Keys:
    """The same for the same dots, always."""
    digest = sha256(b"%d %d " % (picture.width_px, picture.height_px) + picture.rows).digest()
    letters = _LAST - _FIRST + 1
    codes = bytes(_FIRST + int.from_bytes(digest[at : at + 4], "big") % letters for at in (0, 4, 8, 12))
    # Never one key for both.
    seal = codes[2:] if codes[2:] != codes[:2] else bytes((codes[2], _FIRST + (codes[3] - _FIRST + 1) % letters))
    return Keys(codes[:2], seal)


def fits(picture: Raster) -> bool:
    """True for a picture that may be kept; one that holds a real-time command would be answered while it is written."""
    is_quiet = not any(command in picture.rows for command in REAL_TIME_COMMANDS)
    return 0 < picture.height_px <= MAX_ROWS and is_quiet


def definition(key: bytes, picture: Raster = _DOT) -> bytes:
    """Function 67: keep ``picture`` under ``key``, instead of what was there."""
    size = picture.width_px.to_bytes(2, "little") + picture.height_px.to_bytes(2, "little")
    body = b"0C0" + key + b"\x01" + size + b"1" + picture.rows
    return b"\x1d(L" + len(body).to_bytes(2, "little") + body


def printing(key: bytes) -> bytes:
    """Function 69: print what is kept under ``key``, dot for dot."""
    return b"\x1d(L\x06\x000E" + key + b"\x01\x01"
