"""What an ESC/POS printer's one-byte answers mean.

Pure: bytes in, values out; nothing here talks to a printer.

Sources: the ``DLE EOT n`` and ``GS r n`` tables of Epson's, Bixolon's and HPRT's command manuals, which agree.
Rules: a byte that lacks the fixed bits of its family is nonsense, never a status; a byte we did not get is ``None``,
and whatever it would have told stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import Fault
from drivers.printer.port import Paper, PrinterStatus

REAL_TIME_COMMANDS = (b"\x10\x04", b"\x10\x05", b"\x10\x14")
"""``DLE EOT``, ``DLE ENQ``, ``DLE DC4``: a printer looks for them in everything that arrives, pictures included."""

# DLE EOT 1: printer
_OFFLINE = 0x08
# DLE EOT 2: cause of being offline
_COVER_OPEN = 0x04
_STOPPED_AT_PAPER_END = 0x20
_ERROR = 0x40
# DLE EOT 3: kind of error
_CUTTER = 0x08
_UNRECOVERABLE = 0x20
_HEAD_HOT = 0x40  # "recovers by itself": the print head is too hot, and cools
# DLE EOT 4: paper roll
_NEAR_END = 0x0C
_END = 0x60
# GS r 1: paper roll, answered in order
_END_IN_ORDER = 0x0C


def is_real_time(byte: int) -> bool:
    """True for an answer to ``DLE EOT n``: bits 1 and 4 set, 0 and 7 clear, in every printer's table."""
    return byte & 0x93 == 0x12


def is_in_order(byte: int) -> bool:
    """True for an answer to ``GS r n``: bits 4 and 7 clear. No byte is of both families."""
    return byte & 0x90 == 0x00


def is_automatic(byte: int) -> bool:
    """True for the first byte of a status nobody asked for (``GS a``): four bytes, this one ``0xx1xx00``."""
    return byte & 0x93 == 0x10


AUTOMATIC_REST_BYTES = 3
"""What follows the first byte of an automatic status."""


def is_late_mark(byte: int) -> bool:
    """True for an answer to ``GS r 1`` beyond doubt: nothing set but the two bits of each paper sensor."""
    return byte in (0x00, 0x03, 0x0C, 0x0F)


def paper_ended(in_order: int) -> bool:
    """True when the answer to ``GS r 1`` says that the roll has ended."""
    return in_order & _END_IN_ORDER != 0


@dataclass(frozen=True, slots=True)
class Reading:
    """One round of real-time questions; ``None`` where the printer did not answer.

    ``error`` (``DLE EOT 3``) is only asked when ``cause`` speaks of an error."""

    printer: int | None
    cause: int | None = None
    error: int | None = None
    roll: int | None = None

    @property
    def status(self) -> PrinterStatus:
        return PrinterStatus(
            online=None if self.printer is None else not self.printer & _OFFLINE,
            paper=self._paper(),
            cover_open=None if self.cause is None else bool(self.cause & _COVER_OPEN),
            error=None if self.cause is None else bool(self.cause & _ERROR),
            overheated=self._error_fault is Fault.OVERHEATED,
        )

    @property
    def fault(self) -> Fault | None:
        """What a human must do first; None when nothing is wrong *as far as the printer answered*."""
        status = self.status
        if status.cover_open:  # first: with the cover open many printers report "no paper" as well
            return Fault.COVER_OPEN
        if status.paper is Paper.OUT:
            return Fault.PAPER_OUT
        if status.error:
            return self._error_fault
        return Fault.OFFLINE if status.online is False else None

    @property
    def is_complete(self) -> bool:
        """True when every question that decides about a slip was answered."""
        return self.printer is not None and self.cause is not None and self.roll is not None

    @property
    def speaks_of_error(self) -> bool:
        return self.cause is not None and bool(self.cause & _ERROR)

    @property
    def _error_fault(self) -> Fault | None:
        """Which error it is: of several the one that needs most; the knife where the printer does not say."""
        if not self.speaks_of_error:
            return None
        kind = self.error or 0
        if not kind & _CUTTER:
            if kind & _UNRECOVERABLE:
                return Fault.OFFLINE  # switched off and on, nothing else helps
            if kind & _HEAD_HOT:
                return Fault.OVERHEATED
        return Fault.CUTTER

    def _paper(self) -> Paper:
        if (self.roll or 0) & _END or (self.cause or 0) & _STOPPED_AT_PAPER_END:
            return Paper.OUT
        if self.roll is None:
            return Paper.UNKNOWN
        return Paper.LOW if self.roll & _NEAR_END else Paper.FULL
