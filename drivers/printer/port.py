"""A thermal slip printer, as the kiosk sees it.

A slip is a sequence of parts, one below the other. Text never reaches a printer as text: Thai is drawn as raster, so
the parts are pictures, feeds and cuts, and two that some printers draw by themselves: QR codes and logos. What comes
out, and how long it is, does not depend on who draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.about import About
from drivers.printer.qr import QUIET_MODULES, Correction, side_modules

__all__ = [
    "Correction", "Counters", "Cut", "Feed", "Logo", "Paper", "Part", "Printer", "PrinterStatus", "Qr", "Raster",
    "length_dots",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raster:
    """A 1-bit picture. ``rows`` is ``height_px`` rows of ``ceil(width_px / 8)`` bytes, top to bottom, first dot
    in the most significant bit, 1 = black (as in ESC/POS ``GS v 0``)."""

    width_px: int
    height_px: int
    rows: bytes

    def __post_init__(self) -> None:
        expected = (self.width_px + 7) // 8 * self.height_px
        if len(self.rows) != expected:
            raise ValueError(
                f"raster of {self.width_px} by {self.height_px} needs {expected} bytes, got {len(self.rows)}"
            )


@dataclass(frozen=True, slots=True)
class Feed:
    """White paper, ``dots`` long (8 dots = 1 mm at 203 dpi)."""

    dots: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the paper, feeding it past the knife first."""


_LARGEST_MODULE = 16  # dots, of GS ( k function 167


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code in the middle of the paper, four modules of white above and below it.

    ``payload``: printable ASCII (percent-encode a URL; what other bytes mean differs from printer to printer).
    ``module_px``: dots a module, 1 to 16. Raises: ValueError for anything else, and for more than a symbol holds.
    """

    payload: str
    module_px: int = 7
    correction: Correction = Correction.M

    def __post_init__(self) -> None:
        if not self.payload or not self.payload.isascii() or not self.payload.isprintable():
            raise ValueError("a printed QR code holds printable ASCII")
        if not 1 <= self.module_px <= _LARGEST_MODULE:
            raise ValueError(f"a QR module is 1 to {_LARGEST_MODULE} dots, not {self.module_px}")
        side_modules(self.payload, self.correction)

    @property
    def side_modules(self) -> int:
        """Modules across the symbol, without the white around it."""
        return side_modules(self.payload, self.correction)

    @property
    def side_px(self) -> int:
        """Dots across the symbol, without the white around it: what must fit on the paper."""
        return self.side_modules * self.module_px

    @property
    def height_px(self) -> int:
        """Dots of paper it takes, with the white above and below."""
        return (self.side_modules + 2 * QUIET_MODULES) * self.module_px


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that stands on every slip, in the middle of the paper. A printer that can keeps it in its own memory
    after the first time: give the same dots each time, so nothing that changes from slip to slip."""

    picture: Raster


Part = Raster | Qr | Logo | Feed | Cut


def length_dots(part: Part) -> int:
    """How much paper ``part`` takes (8 dots = 1 mm); the tab that a cut leaves is not counted."""
    match part:
        case Raster() | Qr():
            return part.height_px
        case Logo(picture):
            return picture.height_px
        case Feed(dots):
            return dots
        case Cut():
            return 0


class Paper(StrEnum):
    """Paper as XFS names it; the values are written to the wire."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What the printer said when last asked. A printer that did not answer is ``online=None``: unknown, not off.

    ``overheated``: the error is a hot print head; it mends itself when it has cooled."""

    online: bool | None
    paper: Paper
    cover_open: bool | None
    error: bool | None
    overheated: bool = False


@dataclass(frozen=True, slots=True)
class Counters:
    """What a printer has counted since it was made: lines of text height fed, cuts."""

    lines: int
    cuts: int


class Printer(Protocol):
    """Blocking, single-threaded except for ``cancel``; owns no thread of its own."""

    @property
    def width_px(self) -> int:
        """Printable dots across: 576 on 80 mm paper, 384 on 58 mm, at 203 dpi."""

    @property
    def draws_codes(self) -> bool:
        """Whether it draws a ``Qr`` itself. It does so in the middle of the paper only, so a slip for it sets each of
        its codes there, as a part of its own."""

    def wait(self, timeout_s: float) -> PrinterStatus | None:
        """Wait until the status differs from the one last returned (the first call returns the first status).

        Returns: the new status, or None when ``timeout_s`` seconds passed or ``cancel`` was called.
        Raises: DeviceAbsentError when the printer is gone; close and reopen.
        """

    def print(self, parts: tuple[Part, ...]) -> None:
        """Print a slip; returns only when the printer itself has said afterwards that all is well.

        Raises: DeviceFaultError when a human must act (paper, cover, cutter): print the whole slip again after;
            DeviceTimeoutError when the printer took the bytes and then stayed silent: it may or may not be printed;
            DeviceAbsentError when it is gone.
        """

    def about(self) -> About:
        """Maker and model, firmware, and where it is connected; asks the printer, between slips.

        Raises: DeviceAbsentError when it is gone. What it does not tell is None.
        """

    def counters(self) -> Counters | None:
        """What it has counted since it was made; None when it does not count, or did not answer.

        Raises: DeviceAbsentError when it is gone.
        """

    def cancel(self) -> None:
        """Make a blocked ``wait``, or the next one, return None promptly. May be called from any thread."""

    def close(self) -> None:
        """Release the printer. Calling it again does nothing."""
