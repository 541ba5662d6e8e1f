"""A slip printer in memory, with a hand.

It refuses what a printer refuses: no slip without paper, with the cover open or the knife stuck, half a slip when that
happens on the way. ``slips`` holds what fell out, dot for dot; ``waste`` the pieces that were torn off by a fault;
``own_codes`` what the QR codes say that it drew itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from drivers.about import About
from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    Fault,
)
from drivers.printer.drawn import as_raster, require_room
from drivers.printer.port import Counters, Cut, Feed, Logo, Paper, Part, PrinterStatus, Qr, Raster

_DEVICE = "printer"
_DOTS_PER_MM = 8
_LINE_DOTS = 30  # an Epson's line, as its counter counts
_SILENT = PrinterStatus(online=None, paper=Paper.UNKNOWN, cover_open=None, error=None)


class FakePrinter:
    """A ``Printer`` whose paper is ``slips``. The hand may be used from any thread."""

    def __init__(self, width_px: int = 576, *, draws_codes: bool = False) -> None:
        self._width_px = width_px
        self._draws_codes = draws_codes
        self._changed = threading.Condition()
        self._cancelled = False
        self._last: PrinterStatus | None = None
        self._closed = False
        self._plugged = True
        self._silent = False
        self._garbled = False
        self._cover_open = False
        self._knife_stuck = False
        self._overheated = False
        self._paper = Paper.FULL
        self._later: list[tuple[int, Callable[[], None]]] = []  # after how many rows in all, and what then
        self._rows_ever = 0
        self._rows: list[bytes] = []
        self.slips: list[Raster] = []
        self.waste: list[Raster] = []
        self.own_codes: list[str] = []

    # The hand

    def run_out_of_paper(self, after_mm: float = 0.0) -> None:
        """The roll ends, at once or after ``after_mm`` more."""
        self._act(lambda: setattr(self, "_paper", Paper.OUT), after_mm)

    def run_low(self) -> None:
        """The near-end sensor trips."""
        self._act(lambda: setattr(self, "_paper", Paper.LOW))

    def refill(self) -> None:
        """A new roll."""
        self._act(lambda: setattr(self, "_paper", Paper.FULL))

    def open_cover(self, after_mm: float = 0.0) -> None:
        """Somebody opens the cover, at once or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_cover_open", True), after_mm)

    def close_cover(self) -> None:
        self._act(lambda: setattr(self, "_cover_open", False))

    def jam_knife(self, after_mm: float = 0.0) -> None:
        """The knife sticks, at once or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_knife_stuck", True), after_mm)

    def free_knife(self) -> None:
        self._act(lambda: setattr(self, "_knife_stuck", False))

    def overheat(self, after_mm: float = 0.0) -> None:
        """The print head is too hot, at once or when ``after_mm`` more have been printed, until it has cooled."""
        self._act(lambda: setattr(self, "_overheated", True), after_mm)

    def cool_down(self) -> None:
        self._act(lambda: setattr(self, "_overheated", False))

    def silence(self, after_mm: float = 0.0) -> None:
        """Print, but answer nothing, from now on or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_silent", True), after_mm)

    def speak(self) -> None:
        self._act(lambda: setattr(self, "_silent", False))

    def garble_next_reply(self, after_mm: float = 0.0) -> None:
        """Answer the next question with nonsense, from now on or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_garbled", True), after_mm)

    def unplug(self, after_mm: float = 0.0) -> None:
        """The cable comes out, at once or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_plugged", False), after_mm)

    def plug_in(self) -> None:
        self._act(lambda: setattr(self, "_plugged", True))

    def open(self) -> FakePrinter:
        """Open again after ``close``, as a worker does.

        Raises: DeviceAbsentError while unplugged.
        """
        with self._changed:
            if not self._plugged:
                raise DeviceAbsentError(_DEVICE, "unplugged")
            self._closed, self._last = False, None
        return self

    # The port

    @property
    def width_px(self) -> int:
        return self._width_px

    @property
    def draws_codes(self) -> bool:
        return self._draws_codes

    def wait(self, timeout_s: float) -> PrinterStatus | None:
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not self._cancelled:
                status = self._status()
                if status != self._last:
                    self._last = status
                    return status
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return None
                self._changed.wait(left_s)
            self._cancelled = False
            return None

    def print(self, parts: tuple[Part, ...]) -> None:
        with self._changed:
            require_room(parts, self._width_px)
            self._require_all_well()
            self._tear_off()
            for part in parts:
                self._print_part(part)
            self._require_all_well()

    def about(self) -> About:
        with self._changed:
            self._require_there()
            return About() if self._silent else About("Fake printer", "1.0", "fake:")

    def counters(self) -> Counters | None:
        with self._changed:
            self._require_there()
            return None if self._silent else Counters(self._rows_ever // _LINE_DOTS, len(self.slips))

    def cancel(self) -> None:
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def close(self) -> None:
        self._act(lambda: setattr(self, "_closed", True))

    def _act(self, act: Callable[[], None], after_mm: float = 0.0) -> None:
        with self._changed:
            if after_mm:
                self._later.append((self._rows_ever + round(after_mm * _DOTS_PER_MM), act))
            else:
                act()
            self._changed.notify_all()

    def _status(self) -> PrinterStatus:
        self._require_there()
        if self._garbled:
            self._garbled = False
            raise DeviceProtocolError(_DEVICE, "answered nonsense")
        if self._silent:
            return _SILENT
        error = self._knife_stuck or self._overheated
        stopped = self._cover_open or error or self._paper is Paper.OUT
        return PrinterStatus(
            not stopped, self._paper, self._cover_open, error, overheated=self._overheated and not self._knife_stuck
        )

    def _require_there(self) -> None:
        if not self._plugged or self._closed:
            raise DeviceAbsentError(_DEVICE, "unplugged")

    def _require_all_well(self) -> None:
        status = self._status()
        if status == _SILENT:
            raise DeviceTimeoutError(_DEVICE, "fell silent")
        if status.cover_open:
            raise DeviceFaultError(_DEVICE, Fault.COVER_OPEN)
        if status.paper is Paper.OUT:
            raise DeviceFaultError(_DEVICE, Fault.PAPER_OUT)
        if status.error:
            raise DeviceFaultError(_DEVICE, Fault.OVERHEATED if status.overheated else Fault.CUTTER)

    def _print_part(self, part: Part) -> None:
        stride = (self._width_px + 7) // 8
        match part:
            case Raster():
                own = (part.width_px + 7) // 8
                for at in range(0, len(part.rows), own):
                    self._print_row(part.rows[at : at + own].ljust(stride, b"\x00"))
            case Qr() | Logo():
                self._print_part(as_raster(part, self._width_px))
                if isinstance(part, Qr) and self._draws_codes:
                    self.own_codes.append(part.payload)
            case Feed(dots):
                for _ in range(dots):
                    self._print_row(bytes(stride))
            case Cut():
                self._require_all_well()
                self.slips.append(self._take_paper())

    def _print_row(self, row: bytes) -> None:
        self._require_all_well()
        self._rows.append(row)
        self._rows_ever += 1
        due = [act for row, act in self._later if row <= self._rows_ever]
        self._later = [(row, act) for row, act in self._later if row > self._rows_ever]
        for act in due:
            act()

    def _tear_off(self) -> None:
        if self._rows:
            self.waste.append(self._take_paper())

    def _take_paper(self) -> Raster:
        slip = Raster(self._width_px, len(self._rows), b"".join(self._rows))
        self._rows = []
        return slip
