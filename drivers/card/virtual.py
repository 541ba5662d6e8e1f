"""A pretend card in a real reader's slot: the far end of vpcd, the virtual reader of pcscd.

Not a reader. From PC/SC's side everything is real: pcscd, its socket, libpcsclite, pyscard; only the card is not.

Rules:
* vpcd's wire: two bytes of length, big endian, then 00 power off, 01 power on, 02 reset, 04 "your answer to reset?",
  or a command APDU. Only 04 and APDUs are answered, framed alike.
* No thread here. ``serve`` runs on whatever thread plays the world; ``cancel`` ends it from any other.
* TCP_NODELAY and TCP_QUICKACK on every message: vpcd answers with Nagle's algorithm and waits for our acknowledgement,
  which costs 44 ms an APDU that no card costs.
* An answer of no bytes makes vpcd wait for ever, so none is ever sent: a card that has nothing to say is pulled.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drivers.card.virtual_card import CardPulledError, PretendCard
from drivers.errors import DeviceAbsentError
from drivers.waker import Ready, Waker

_DEVICE = "virtual-card"
_POWER_OFF, _POWER_ON, _RESET, _GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_IO_TIMEOUT_S = 5.0

_NOISE = b"\x00"
"""What a card without power says. It should be nothing, but vpcd cannot be told nothing."""

_ATR_OF_NOBODY = bytes(40)
"""Longer than the 33 bytes an answer to reset may have: vpcd fails to power such a card, and pcscd calls it mute."""


@dataclass(slots=True)
class _Inserted:
    card: PretendCard
    connection: socket.socket
    is_powered: bool = False


class VpcdSlot:
    """One slot of a vpcd, and the hand that puts pretend cards in. The hand may move on any thread."""

    def __init__(self, door: Path, index: int = 0) -> None:
        """``door`` is ``Pcscd.door``; ``index`` 0 or 1: a vpcd has two slots. Nothing is connected yet."""
        self._door, self._index = door, index
        self._inserted: _Inserted | None = None
        self._serving = threading.RLock()  # held while a card is played: nobody closes its socket meanwhile
        self._waker = Waker()
        self._is_cancelled = threading.Event()

    @property
    def is_occupied(self) -> bool:
        """There is a card in the slot, as far as this side knows."""
        return self._inserted is not None

    def insert(self, card: PretendCard) -> None:
        """Put ``card`` in. It answers while ``serve`` runs.

        Raises: DeviceAbsentError when no virtual reader listens (pcscd is not running), or its slot is taken.
        """
        if self._inserted is not None:
            raise DeviceAbsentError(_DEVICE, "there is a card in the slot already")
        connection = self._connect()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        card.reset()
        self._inserted = _Inserted(card, connection)
        self._waker.wake()  # a ``serve`` that was waiting for a card now has one

    def _connect(self) -> socket.socket:
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(_IO_TIMEOUT_S)
                door.connect(str(self._door))
                door.sendall(bytes([self._index]))
                _, connections, _, _ = socket.recv_fds(door, 1, 1)
        except OSError as err:
            raise DeviceAbsentError(_DEVICE, "no virtual reader listens: is pcscd running?") from err
        if not connections:
            raise DeviceAbsentError(_DEVICE, "no virtual reader listens: is pcscd running?")
        connection = socket.socket(fileno=connections[0])
        connection.settimeout(_IO_TIMEOUT_S)
        return connection

    def remove(self) -> None:
        """Take the card out, whatever it is in the middle of. Nothing happens when there is none."""
        here, self._inserted = self._inserted, None
        if here is None:
            return
        with suppress(OSError):  # the reader hung up first
            here.connection.shutdown(socket.SHUT_RDWR)
        with self._serving:  # the shutdown ends what is being served
            here.connection.close()

    def serve(self, timeout_s: float) -> None:
        """Play whatever cards come into the slot, for ``timeout_s`` seconds or until ``cancel``."""
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) >= 0:
            here = self._inserted
            if here is None:
                ready = self._waker.wait(left_s)
            else:
                with self._serving:
                    ready = self._play(here, left_s)
            if ready is Ready.WOKEN and self._is_cancelled.is_set():
                self._is_cancelled.clear()
                return

    def cancel(self) -> None:
        """End the ``serve`` under way, or the next one. May be called from any thread."""
        self._is_cancelled.set()
        self._waker.wake()

    def close(self) -> None:
        """Take the card out and release everything. Calling it again does nothing."""
        self.remove()
        self._waker.close()

    def _play(self, here: _Inserted, timeout_s: float) -> Ready:
        """One message of the reader, if it comes in time."""
        if self._inserted is not here:
            return Ready.TIMED_OUT
        ready = self._waker.wait(timeout_s, here.connection)
        if ready is Ready.READABLE:
            try:
                self._answer_one(here)
            except (OSError, EOFError):  # the card was pulled, or pcscd stopped under it
                self.remove()
        return ready

    def _answer_one(self, here: _Inserted) -> None:
        length = int.from_bytes(_receive(here.connection, 2), "big")
        message = _receive(here.connection, length)
        if message in (_POWER_ON, _RESET):
            here.is_powered = True
            here.card.reset()
        elif message == _POWER_OFF:
            here.is_powered = False
        elif message == _GET_ATR:
            _send(here.connection, here.card.atr or _ATR_OF_NOBODY)
        elif here.is_powered:
            self._answer(here, message)
        else:  # swapped so fast that pcscd still means the card before
            _send(here.connection, _NOISE)

    def _answer(self, here: _Inserted, apdu: bytes) -> None:
        try:
            _send(here.connection, here.card.answer(apdu))
        except CardPulledError as pulled:
            if pulled.sent:  # a frame that promises more than comes: the contacts opened in the middle of it
                here.connection.sendall((len(pulled.sent) + 1).to_bytes(2, "big") + pulled.sent)
            self.remove()


def _receive(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        part = connection.recv(length - len(content))
        if not part:
            raise EOFError
        content += part
    # The kernel forgets this option after every message.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    return content


def _send(connection: socket.socket, content: bytes) -> None:
    connection.sendall(len(content).to_bytes(2, "big") + content)
