"""The photo on a Thai ID card, a chunk at a time.

Not for every visit: who declares no need of a photo reads none of it. And not in one go: at 9600 bit/s it takes seven
seconds, so each step is one chunk, and the reader's thread may do something else between two steps.

Rules: reading stops at the end of the JPEG, found by walking its markers; what lies behind it is padding, and stays
on the card. The photo is personal: no ``repr`` and no error holds a byte of it.
"""

from __future__ import annotations

from drivers.card.thai_id import LONGEST_READ, ThaiIdCard
from drivers.card.thai_text import PHOTO_LENGTH, PHOTO_OFFSET
from drivers.errors import DeviceProtocolError

_DEVICE = "card"

# Second bytes of JPEG markers (ITU-T T.81, table B.1).
_END, _SCAN = 0xD9, 0xDA
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_NO_MARKER = frozenset({0x00, *range(0xD0, 0xD8)})
"""What may follow FF inside a scan without ending it: a stuffed zero, and restarts."""


class PhotoReading:
    """A photo on its way from the card: at most 20 steps of two command APDUs each."""

    def __init__(self, card: ThaiIdCard) -> None:
        """Nothing is asked of ``card`` yet. Read its text first: that is what people wait for."""
        self._card = card
        self._read = b""

    def step(self) -> bytes | None:
        """Read one chunk more. Returns: the whole JPEG when that was its last, None while there is more.

        Raises: DeviceProtocolError when the card holds no whole JPEG; go on without the photo.
            Otherwise as ``ThaiIdCard.read``; a step that failed may be tried again.
        """
        left = PHOTO_LENGTH - len(self._read)
        if left > 0:
            self._read += self._card.read_bytes(PHOTO_OFFSET + len(self._read), min(left, LONGEST_READ))
        try:
            length = jpeg_length(self._read)
        except ValueError as err:
            raise DeviceProtocolError(_DEVICE, f"no photo on the card: {err}") from None
        if length is None and len(self._read) >= PHOTO_LENGTH:
            raise DeviceProtocolError(_DEVICE, "the card's photo has no end")
        return None if length is None else self._read[:length]


def jpeg_length(data: bytes) -> int | None:
    """How many bytes the JPEG at the beginning of ``data`` has; None while its end has not come.

    Raises: ValueError when it is no JPEG.
    """
    if not data.startswith(b"\xff\xd8"[: len(data)]):
        raise ValueError("it does not begin as a JPEG does")
    at: int | None = 2
    while at is not None and at + 2 <= len(data):
        if data[at] != 0xFF:
            raise ValueError("something stands where a marker must")
        marker = data[at + 1]
        if marker == _END:
            return at + 2
        if marker == 0xFF:
            at += 1  # a marker may be filled up in front
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            at = _after_segment(data, at)
    return None


def _after_segment(data: bytes, at: int) -> int | None:
    """Where the next marker is, after the segment whose marker is at ``at``; None when that has not come."""
    if at + 4 > len(data):
        return None
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return _after_scan(data, end) if data[at + 1] == _SCAN else end


def _after_scan(data: bytes, at: int) -> int | None:
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] in _NO_MARKER:
            at += 2
        else:
            return at
    return None
