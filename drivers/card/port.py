"""A contact smart card reader, as the kiosk sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from drivers.about import About


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card is in and answers.

    ``atr`` is its answer to reset (ISO/IEC 7816-3), at least two bytes.
    """

    atr: bytes


@dataclass(frozen=True, slots=True)
class CardMute:
    """Something is in the slot and does not answer: most often a card put in the wrong way round."""


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The slot is empty again."""


CardEvent = CardInserted | CardMute | CardRemoved


class CardReader(Protocol):
    """Blocking, single-threaded except for ``cancel``; owns no thread of its own.

    Several readers are one: the first card that goes in is the card until it is out (``choice``). A reader plugged in
    later joins, one that is pulled out leaves; only when none is left is the device absent.
    """

    def wait(self, timeout_s: float) -> CardEvent | None:
        """Wait for the next insertion or removal; a card already in when the reader opens counts as inserted.

        A reader pulled out with the card in it, while another is left, is a removal.
        Returns: the event, or None when ``timeout_s`` seconds passed or ``cancel`` was called.
        Raises: DeviceAbsentError when the reader is gone; close and reopen.
        """

    def transmit(self, apdu: bytes) -> bytes:
        """Send one command APDU (ISO/IEC 7816-4); returns data followed by SW1 SW2.

        Raises: DeviceAbsentError when there is no card or no reader,
            DeviceProtocolError when the answer is shorter than two bytes.
        """

    def about(self) -> About:
        """What the reader tells of itself: the one with the card in it, or else the first.

        Raises: DeviceAbsentError when the reader is gone; close and reopen.
        """

    def cancel(self) -> None:
        """Make a blocked ``wait``, or the next one, return None promptly. May be called from any thread."""

    def close(self) -> None:
        """Release the reader. Calling it again does nothing."""
