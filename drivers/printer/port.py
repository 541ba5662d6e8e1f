"""A thermal slip printer, as the kiosk sees it.

A slip is a sequence of parts. Text never reaches a printer as text: Thai is drawn as raster, so the
parts are pictures, feeds and cuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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


Part = Raster | Feed | Cut


class Paper(StrEnum):
    """Paper as XFS names it; the values are written to the wire."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What the printer said when last asked. A printer that did not answer is ``online=None``: unknown, not off."""

    online: bool | None
    paper: Paper
    cover_open: bool | None
    error: bool | None


class Printer(Protocol):
    """Blocking, single-threaded except for ``cancel``; owns no thread of its own."""

    @property
    def width_px(self) -> int:
        """Printable dots across: 576 on 80 mm paper, 384 on 58 mm, at 203 dpi."""

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

    def cancel(self) -> None:
        """Make a blocked ``wait``, or the next one, return None promptly. May be called from any thread."""

    def close(self) -> None:
        """Release the printer. Calling it again does nothing."""
