"""The card slot of the virtual kiosk: a pcscd of its own, and sample cards to put in.

Unplugging the reader stops pcscd: to the driver that is the loudest way a reader can go. A card that is in stays in,
and is there again when the reader returns, as it would be on a desk.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.card.pcscd import Pcscd
from drivers.card.samples import SAMPLE_CARDS, SampleCard
from drivers.card.virtual import VpcdSlot
from drivers.card.virtual_card import PretendCard, VirtualThaiIdCard
from drivers.errors import DeviceAbsentError
from kiosk.virtual.changes import RefusedError

_LOOK_S = 0.5  # how often the thread looks whether the card left by itself
_JOIN_TIMEOUT_S = 5.0

_SWAP_S = 0.6
"""No hand is faster. pcscd looks into a virtual reader every 0.4 s and would take a card
that was swapped in between for the one before, without power."""


class CardSlot:
    """pcscd, one slot, at most one card. The one thread plays the card; it ends in ``close``."""

    def __init__(self, directory: Path, changed: Callable[[], None]) -> None:
        self._pcscd = Pcscd(directory)
        self._changed = changed
        self._slot: VpcdSlot | None = None
        self._inside: str | None = None
        self._card: PretendCard | None = None
        self._emptied_at_s = 0.0
        self._is_plugged = False
        self._moving = asyncio.Lock()  # one hand: plugs and cards move one after the other
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the front desk needs in its environment to find this reader."""
        return self._pcscd.environment

    def state(self) -> dict[str, Any]:
        """For the page and the control API. Cards are named by their keys, never by what is written on them.

        ``apdus``: commands the card last put in has been sent.
        """
        return {
            "plugged": self._is_plugged,
            "connected": self._is_plugged,
            "inside": self._inside,
            "apdus": len(self._card.commands) if isinstance(self._card, VirtualThaiIdCard) else 0,
            "cards": [
                {"key": card.key, "label_th": card.label_th, "label_en": card.label_en, "kind": _kind(card)}
                for card in SAMPLE_CARDS
            ],
        }

    async def plug(self) -> None:
        """Start pcscd; the card that is in is found again.

        Raises: DeviceAbsentError when pcscd cannot run on this machine, with a sentence saying why.
        """
        async with self._moving:
            if self._is_plugged:
                return
            await asyncio.to_thread(self._pcscd.start)
            if self._slot is None:
                self._start_playing()
            self._is_plugged = True
            if self._inside is not None:
                await asyncio.to_thread(self._put_in, self._inside)
            self._changed()

    async def unplug(self) -> None:
        """Stop pcscd. Stopped already: nothing happens."""
        async with self._moving:
            self._is_plugged = False
            if self._slot is not None:
                await asyncio.to_thread(self._slot.remove)
            await asyncio.to_thread(self._pcscd.stop)
            self._changed()

    async def insert(self, key: str) -> None:
        """Put the sample card ``key`` in.

        Raises: RefusedError "no-such-card", "slot-full", or "no-reader" when pcscd died.
        """
        async with self._moving:
            if all(card.key != key for card in SAMPLE_CARDS):
                raise RefusedError("no-such-card")
            if self._inside is not None:
                raise RefusedError("slot-full")
            await asyncio.sleep(max(0.0, self._emptied_at_s + _SWAP_S - time.monotonic()))
            if self._is_plugged:
                await asyncio.to_thread(self._put_in, key)
            self._inside = key
            self._changed()

    async def remove(self) -> None:
        """Pull the card out, whatever the reader is doing. An empty slot stays empty."""
        async with self._moving:
            if self._inside is not None:
                self._emptied_at_s = time.monotonic()
            self._inside = None
            if self._slot is not None:
                await asyncio.to_thread(self._slot.remove)
            self._changed()

    async def close(self) -> None:
        """Stop everything. Calling it again does nothing."""
        await self.unplug()
        self._closing.set()
        if self._slot is not None:
            self._slot.cancel()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, _JOIN_TIMEOUT_S)
        if self._slot is not None:
            self._slot.close()
        self._pcscd.close()

    def _start_playing(self) -> None:
        self._slot = VpcdSlot(self._pcscd.door)
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._play, args=(self._slot, loop), name="virtual-card", daemon=True)
        self._thread.start()

    def _play(self, slot: VpcdSlot, loop: asyncio.AbstractEventLoop) -> None:
        while not self._closing.is_set():
            was_in = slot.is_occupied
            slot.serve(_LOOK_S)
            if was_in and not slot.is_occupied and not self._closing.is_set():
                loop.call_soon_threadsafe(self._changed)

    def _put_in(self, key: str) -> None:
        if self._slot is None:
            raise RefusedError("no-reader")
        self._card = next(card for card in SAMPLE_CARDS if card.key == key).make()
        try:
            self._slot.insert(self._card)
        except DeviceAbsentError as err:
            raise RefusedError("no-reader") from err


def _kind(card: SampleCard) -> str:
    """Which picture the page draws."""
    if card.is_mute:
        return "turned"
    if card.citizen is None:
        return "foreign"
    return "expired" if card.key == "expired" else "citizen"
