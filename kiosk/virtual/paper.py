"""The paper side of the virtual kiosk: the printer stand-in, the slip in its mouth, the slips taken.

The bytes are understood in ``drivers.printer``; here a slip only has a number, and is hanging or taken. Slips live in
memory: they are gone with the page's server, as a visitor's are with the visitor.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zxingcpp
from PIL import Image

from drivers.printer.paper import png
from drivers.printer.port import Raster
from drivers.printer.stand_in import PrinterStandIn
from kiosk.virtual.changes import RefusedError

_SPEED_MM_S = 120.0  # unhurried for a receipt printer (150 to 300): one shall see the slip come
_KEPT = 40  # slips, the newest; about 150 kB each


@dataclass(slots=True)
class Slip:
    """One slip. ``rows`` dot rows are out so far; when the knife has fallen, ``picture`` is the whole of it."""

    number: int
    rows: int = 0
    picture: Raster | None = None
    is_taken: bool = False

    @property
    def is_cut(self) -> bool:
        """Nothing more will be added to it."""
        return self.picture is not None


@dataclass(frozen=True, slots=True)
class Rows:
    """Dot rows of slip ``number`` from row ``first`` on, 1 bit a dot, as in ``drivers.printer.port.Raster``."""

    number: int
    width_px: int
    first: int
    data: bytes

    @property
    def end(self) -> int:
        """The row after the last."""
        return self.first + len(self.data) // ((self.width_px + 7) // 8)


class VirtualPrinter:
    """The stand-in with its mouth and its tray."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._printer = PrinterStandIn(speed_mm_s=_SPEED_MM_S, on_slip=self._fell, on_progress=self._moved)
        self._serving = asyncio.Event()
        self._server: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._slips: list[Slip] = []
        self._count = 0
        self._paper = "full"
        self._is_plugged = True
        self._is_cover_open = False
        self._is_jammed = False

    async def start(self) -> None:
        """Listen on a free loopback port."""
        await self._listen(0)

    async def _listen(self, port: int) -> None:
        self._serving.clear()
        self._stop.clear()
        self._server = asyncio.get_running_loop().create_task(self._serve(port))
        listening = asyncio.get_running_loop().create_task(self._serving.wait())
        await asyncio.wait((listening, self._server), return_when=asyncio.FIRST_COMPLETED)
        if self._server.done():
            listening.cancel()
            self._server.result()

    async def close(self) -> None:
        """Stop listening. Calling it again does nothing."""
        self._stop.set()
        if self._server is not None:
            server, self._server = self._server, None
            await server

    @property
    def uri(self) -> str:
        """The address as the machine configuration wants it."""
        return f"{self._printer.uri}?profile=80mm"

    @property
    def slips(self) -> list[Slip]:
        """Those that were cut, oldest first, as far as they are kept."""
        return [slip for slip in self._slips if slip.is_cut]

    @property
    def mouth(self) -> Slip | None:
        """The slip in the mouth, growing or cut; None when it is empty."""
        return self._slips[-1] if self._slips and not self._slips[-1].is_taken else None

    def state(self) -> dict[str, Any]:
        """For the page and the control API."""
        mouth = self.mouth
        return {
            "plugged": self._is_plugged,
            "connected": self._printer.is_connected,
            "paper": "out" if self._printer.is_out_of_paper else self._paper,
            "cover_open": self._is_cover_open,
            "jammed": self._is_jammed,
            "unknown_commands": len(self._printer.unknown_commands),
            "received_bytes": self._printer.received_bytes,
            "sheet": None if mouth is None else {"number": mouth.number, "cut": mouth.is_cut},
        }

    def slip_png(self, number: int) -> bytes:
        """A slip as a PNG file.

        Raises: RefusedError "no-such-slip", or "not-cut" while it is being printed.
        """
        picture = self._find(number).picture
        if picture is None:
            raise RefusedError("not-cut")
        return png(picture)

    def slip_code(self, number: int) -> str:
        """What a phone reads in the QR of a slip; empty when it reads nothing.

        Raises: RefusedError as ``slip_png`` does.
        """
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(self.slip_png(number))).convert("L"))
        return found[0].text if found else ""

    def take(self, number: int) -> None:
        """Take a slip out of the mouth. Taken already: nothing happens.

        Raises: RefusedError "no-such-slip", or "not-cut" while it is being printed.
        """
        slip = self._find(number)
        if not slip.is_cut:
            raise RefusedError("not-cut")
        slip.is_taken = True
        self._changed()

    def rows_after(self, number: int, seen: int) -> Rows | None:
        """What a page that has ``seen`` rows of slip ``number`` lacks of the slip in the mouth."""
        mouth = self.mouth
        if mouth is None:
            return None
        first = seen if mouth.number == number else 0
        picture = mouth.picture or self._printer.picture()
        stride = (picture.width_px + 7) // 8
        data = picture.rows[first * stride :]
        return Rows(mouth.number, picture.width_px, first, data) if data else None

    async def plug(self) -> None:
        """Switch it on again, on the same port. Plugged in already: nothing happens.

        Raises: OSError when somebody took the port in the meantime.
        """
        if self._is_plugged:
            return
        self._printer.plug_in()
        await self._listen(self._printer.address[1])
        self._is_plugged = True
        self._changed()

    async def unplug(self) -> None:
        """Pull its plug: nobody answers on its port; what it had received is lost, the paper stays."""
        self._is_plugged = False
        await self.close()
        self._changed()

    def run_out(self, after_mm: float) -> None:
        """The roll ends, now or after ``after_mm`` more."""
        self._printer.run_out_of_paper(after_mm)
        self._paper = "ending" if after_mm else "out"
        self._changed()

    def run_low(self) -> None:
        """The near-end sensor trips."""
        self._printer.run_low()
        self._paper = "low"
        self._changed()

    def refill(self) -> None:
        """A new roll."""
        self._printer.refill()
        self._paper = "full"
        self._changed()

    def set_cover(self, *, is_open: bool) -> None:
        """Open or close the cover."""
        self._is_cover_open = is_open
        if is_open:
            self._printer.open_cover()
        else:
            self._printer.close_cover()
        self._changed()

    def set_jam(self, *, is_jammed: bool) -> None:
        """Let the knife stick, or free it."""
        self._is_jammed = is_jammed
        if is_jammed:
            self._printer.jam_knife()
        else:
            self._printer.free_knife()
        self._changed()

    async def _serve(self, port: int) -> None:
        async with self._printer.serve(port=port):
            self._serving.set()
            await self._stop.wait()

    def _find(self, number: int) -> Slip:
        for slip in self._slips:
            if slip.number == number:
                return slip
        raise RefusedError("no-such-slip")

    def _growing(self) -> Slip:
        """The slip that is being printed; a new one pushes the one before out of the mouth."""
        if self._slips and not self._slips[-1].is_cut:
            return self._slips[-1]
        for slip in self._slips:
            slip.is_taken = True
        self._count += 1
        self._slips = [*self._slips[1 - _KEPT :], Slip(self._count)]
        return self._slips[-1]

    def _moved(self, rows: int) -> None:
        if not rows:
            return  # the knife fell; ``_fell`` follows at once if anything was on the paper
        last = self._slips[-1] if self._slips else None
        if last is not None and not last.is_cut and rows < last.rows:
            self._slips.pop()  # it was blank paper that was cut off: nothing that anybody takes
        self._growing().rows = rows
        self._changed()

    def _fell(self, picture: Raster) -> None:
        slip = self._growing()
        slip.picture, slip.rows = picture, picture.height_px
        self._changed()
