"""A card in the emulated reader: the far end of QEMU's ccid-card-passthru, which speaks libcacard's protocol.

A message is type, reader and length, 4 bytes each, big-endian, and its content (vscard_common.h of libcacard).
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from drivers.card.virtual_card import VirtualThaiIdCard

_INIT, _READER_ADD, _ATR, _CARD_REMOVE, _APDU = 1, 3, 5, 6, 7
_HEAD = struct.Struct(">III")
_MAGIC, _VERSION = b"VSCD", 2


class CardSlot:
    """The slot's hand. The card answers on a thread of its own."""

    def __init__(self, socket_path: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.settimeout(60)  # QEMU takes one hand at a time, and its own time to let go of the one before
        self._line.connect(str(socket_path))
        self._line.settimeout(None)
        self._card: VirtualThaiIdCard | None = None
        self._send(_INIT, _MAGIC + struct.pack(">II", _VERSION, 0))
        self._send(_READER_ADD, b"")
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def insert(self, card: VirtualThaiIdCard) -> None:
        """Put a card in."""
        self._card = card
        self._send(_ATR, card.atr)

    def remove(self) -> None:
        """Take it out."""
        self._card = None
        self._send(_CARD_REMOVE, b"")

    def close(self) -> None:
        """Let go; a card that is still in comes out, or the reader would have it until the machine is off."""
        with suppress(OSError):  # the machine's power is off
            if self._card is not None:
                self.remove()
        self._line.close()
        self._thread.join(10)

    def _send(self, kind: int, content: bytes) -> None:
        self._line.sendall(_HEAD.pack(kind, 0, len(content)) + content)

    def _answer(self) -> None:
        try:
            while head := self._exactly(_HEAD.size):
                kind, _reader, length = _HEAD.unpack(head)
                content = self._exactly(length)
                if kind == _APDU and (card := self._card) is not None:
                    self._send(_APDU, card.answer(content))
        except OSError:
            return  # closed, by us or with the machine's power

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            if not (more := self._line.recv(count - len(got))):
                return b""
            got += more
        return got


@contextmanager
def card_slot(socket_path: Path) -> Iterator[CardSlot]:
    """One, empty."""
    slot = CardSlot(socket_path)
    try:
        yield slot
    finally:
        slot.close()
