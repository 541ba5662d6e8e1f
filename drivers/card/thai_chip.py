"""The number of a card's chip, as published readers of Thai ID cards ask for it; pure protocol, like ``thai_id``.

GET DATA 9F7F gives the chip's production record (GlobalPlatform, CPLC): 3 bytes of head, 42 of content. The chip's
number is its bytes 13 to 20, in hexadecimal: fabrication date, serial number and batch, which no two chips share. That
these are the ones the Department of Provincial Administration means, a published reader says and no document.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.card.status_words import SUCCESS, CardAnswerError
from drivers.errors import DeviceProtocolError

_DEVICE = "card"
_GET_DATA = bytes.fromhex("80CA9F7F2D")
_HEAD = bytes.fromhex("9F7F2A")
_LENGTH = 0x2D
_NUMBER = slice(13, 21)


def read_chip_number(transmit: Callable[[bytes], bytes], atr: bytes) -> str:
    """The number of the chip, 16 hexadecimal digits.

    Raises: CardAnswerError when the card does not tell it, DeviceProtocolError when what it tells is none: do without.
        Whatever ``transmit`` raises, DeviceAbsentError above all: the card was taken out.
    """
    data, sw = _split(transmit(_GET_DATA))
    if sw >> 8 == 0x6C:
        data, sw = _split(transmit(_GET_DATA[:-1] + bytes([sw & 0xFF])))
    if sw >> 8 == 0x61:
        p2 = 1 if atr[:2] == b"\x3b\x67" else 0  # as ``thai_id``
        data, sw = _split(transmit(bytes([0x00, 0xC0, 0x00, p2, sw & 0xFF])))
    if sw != SUCCESS:
        raise CardAnswerError(_DEVICE, "GET DATA of the chip", sw)
    if len(data) != _LENGTH or not data.startswith(_HEAD):
        raise DeviceProtocolError(_DEVICE, f"the chip's record has {len(data)} bytes")
    return data[_NUMBER].hex()


def _split(answer: bytes) -> tuple[bytes, int]:
    if len(answer) < 2:
        raise DeviceProtocolError(_DEVICE, f"the card answered {len(answer)} bytes; a status word has two")
    return answer[:-2], int.from_bytes(answer[-2:], "big")
