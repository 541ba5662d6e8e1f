"""Barcode scanners, as the kiosk sees them: one port, though several may be plugged in.

Promises of every implementation: keys of two scanners never meet in one scan, and no part of a scan is ever handed
out: a scan during which events were lost, or the cable was pulled, is lost whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from drivers.about import About


@dataclass(frozen=True, slots=True)
class Scanned:
    """One whole scan.

    ``text`` is what the symbol held; CR, LF and GS inside it are kept, the terminator at its end is not.
    Left out of ``repr``, since a barcode may hold anything.
    """

    text: str

    def __repr__(self) -> str:
        return f"Scanned(<{len(self.text)} characters>)"


class Scanner(Protocol):
    """Blocking, single-threaded except for ``cancel``; owns no thread of its own."""

    def wait(self, timeout_s: float) -> Scanned | None:
        """Wait for the next whole scan.

        Returns: the scan, or None when ``timeout_s`` seconds passed or ``cancel`` was called.
            A scan under way when the time ends is not lost: the next ``wait`` goes on with it.
        Raises: DeviceAbsentError when the last scanner is gone; close and reopen.
        """

    def about(self) -> About:
        """What the scanners tell about themselves, from when they were opened; several are listed with commas."""

    def cancel(self) -> None:
        """Make a blocked ``wait``, or the next one, return None promptly. May be called from any thread."""

    def close(self) -> None:
        """Release the scanner. Calling it again does nothing."""
