"""A pretend network printer: the far end of the real stack, for demos and tests.

Everything between the slip and the paper is real: the driver, python-escpos, TCP. Only the paper is a picture.
It behaves as printers do where it matters to a driver:

* ``DLE EOT n`` is answered the moment it arrives, also amid picture data, where it counts as dots all the same;
  ``DLE ENQ 2`` empties the buffer wherever it occurs;
* everything else waits in the buffer; ``GS r n`` is answered in its turn, and never while the printer stands still;
* with paper out, cover open or the knife stuck it stops where it is, keeps its buffer, and goes on when that is mended;
* a broken connection empties nothing: the next one continues in the middle of the command;
* one connection at a time is answered, the newest.

It has a hand (``run_out_of_paper``, ``open_cover``, ``unplug`` ...). asyncio, single-threaded: call everything from the
loop that ``serve`` runs on. It owns no thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from drivers.printer.paper import Answered, Asked, AutomaticStatus, CutOff, Idle, Moved, PaperPath
from drivers.printer.port import Raster

_DOTS_PER_MM = 8
_CHUNK_BYTES = 1024
_BUFFER_BYTES = 64 * 1024  # as a TM-T20's 64 kB setting; beyond it TCP holds the sender back
_PACE_S = 0.02  # how often a printer with a speed moves its paper


def _ignore_slip(_: Raster) -> None:
    return None


def _ignore_progress(_: int) -> None:
    return None


class PrinterStandIn:
    """One pretend printer.

    ``on_slip`` gets every slip that was cut; ``on_progress`` gets the number of dot rows out of the mouth whenever that
    changes (0 after a cut); ``picture`` shows the paper so far. ``speed_mm_s=None`` prints as fast as bytes arrive.
    """

    def __init__(
        self,
        width_px: int = 576,
        speed_mm_s: float | None = None,
        on_slip: Callable[[Raster], None] = _ignore_slip,
        on_progress: Callable[[int], None] = _ignore_progress,
        keeps_pictures: bool = True,
    ) -> None:
        self._paper = PaperPath(width_px, keeps_pictures)
        self._speed_mm_s = speed_mm_s
        self._on_slip = on_slip
        self._on_progress = on_progress
        self.slips: list[Raster] = []
        self.received_bytes = 0
        self._real_time_tail = b""
        self._writer: asyncio.StreamWriter | None = None
        self._plugged = True
        self._conversations: set[asyncio.Task[None]] = set()
        self._address = ("127.0.0.1", 0)
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._later: list[tuple[int, Callable[[], None]]] = []  # after how many rows in all, and what then
        self._rows_ever = 0
        self._bytes_until_drop: int | None = None
        self._paper_low = False
        self._paper_out = False
        self._cover_open = False
        self._knife_stuck = False
        self._knife_will_stick = False
        self._hot = False
        self._broken = False
        self._silent = False
        self._garble = False
        self._told: bytes | None = None  # the automatic status it told last; None where nobody asked for it

    # What can be seen

    @property
    def address(self) -> tuple[str, int]:
        """Host and port it listens on."""
        return self._address

    @property
    def uri(self) -> str:
        """The address as the driver wants it."""
        return f"tcp://{self._address[0]}:{self._address[1]}"

    @property
    def is_connected(self) -> bool:
        """True while a driver holds the line."""
        return self._writer is not None

    @property
    def is_out_of_paper(self) -> bool:
        """True from the end of the roll until ``refill``."""
        return self._paper_out

    @property
    def unknown_commands(self) -> tuple[bytes, ...]:
        """Everything it was sent and did not understand."""
        return tuple(self._paper.unknown)

    @property
    def inside_picture(self) -> bool:
        """True when a picture was begun and its bytes have not all come."""
        return self._paper.inside_picture

    @property
    def memory_writes(self) -> int:
        """How often something was written into the memory that outlives the power."""
        return self._paper.graphics.writes

    @property
    def kept_pictures(self) -> dict[bytes, Raster]:
        """That memory: pictures by key code."""
        return self._paper.graphics.kept

    @property
    def own_codes(self) -> tuple[str, ...]:
        """What the QR codes say that it drew itself, the oldest first."""
        return tuple(self._paper.graphics.codes)

    def picture(self) -> Raster:
        """The paper hanging out of the mouth."""
        return self._paper.picture()

    # The hand

    def run_out_of_paper(self, after_mm: float = 0.0) -> None:
        """The roll ends, now or after ``after_mm`` more."""
        self._act(lambda: setattr(self, "_paper_out", True), after_mm)

    def run_low(self) -> None:
        """The near-end sensor trips."""
        self._act(lambda: setattr(self, "_paper_low", True))

    def refill(self) -> None:
        """A new roll."""
        self._paper_low = False
        self._act(lambda: setattr(self, "_paper_out", False))

    def open_cover(self, after_mm: float = 0.0) -> None:
        """Somebody opens the cover, now or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_cover_open", True), after_mm)

    def close_cover(self) -> None:
        self._act(lambda: setattr(self, "_cover_open", False))

    def jam_knife(self, after_mm: float = 0.0, at_next_cut: bool = False) -> None:
        """The knife sticks, now, when ``after_mm`` more have been printed, or when it is next used: an error until it
        is freed."""
        self._knife_will_stick = at_next_cut
        if not at_next_cut:
            self._act(lambda: setattr(self, "_knife_stuck", True), after_mm)

    def free_knife(self) -> None:
        self._act(lambda: setattr(self, "_knife_stuck", False))

    def overheat(self, after_mm: float = 0.0) -> None:
        """The head is too hot, now or when ``after_mm`` more have been printed, until ``cool_down``."""
        self._act(lambda: setattr(self, "_hot", True), after_mm)

    def cool_down(self) -> None:
        self._act(lambda: setattr(self, "_hot", False))

    def break_down(self) -> None:
        """An error that only switching it off and on mends (``unplug``, ``plug_in``)."""
        self._act(lambda: setattr(self, "_broken", True))

    def set_speed(self, speed_mm_s: float | None, after_mm: float = 0.0) -> None:
        """Print at another speed, now or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_speed_mm_s", speed_mm_s), after_mm)

    def silence(self, after_mm: float = 0.0) -> None:
        """Print, but answer nothing, from now on or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_silent", True), after_mm)

    def speak(self) -> None:
        self._silent = False

    def garble_next_reply(self, after_mm: float = 0.0) -> None:
        """Answer the next question with a byte that is no answer, now or when ``after_mm`` more have been printed."""
        self._act(lambda: setattr(self, "_garble", True), after_mm)

    def drop_connection_after(self, received_bytes: int) -> None:
        """Cut the line when that many more bytes have come in, wherever that is."""
        self._bytes_until_drop = received_bytes

    def unplug(self, after_mm: float = 0.0) -> None:
        """Pull the plug, now or when ``after_mm`` more have been printed: the connection breaks, the buffer is lost,
        whoever connects is dropped at once."""
        self._act(self._lose_power, after_mm)

    def plug_in(self) -> None:
        """Power again; the address is the same."""
        self._plugged = True

    # The machine

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[PrinterStandIn]:
        """Listen on ``host:port`` (0 = any free one) and print until the block ends."""
        server = await asyncio.start_server(self._talk, host, port)
        self._address = server.sockets[0].getsockname()[:2]
        motor = asyncio.create_task(self._run_motor())
        try:
            yield self
        finally:
            motor.cancel()
            await asyncio.gather(motor, return_exceptions=True)
            server.close()
            self._lose_power()
            await asyncio.gather(*self._conversations)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        if not self._plugged or conversation is None:
            writer.close()
            return
        self._conversations.add(conversation)
        self._hang_up()
        self._writer = writer
        self._real_time_tail = b""
        try:
            while data := await reader.read(_CHUNK_BYTES):
                if not self._take(data):
                    break
                while self._paper.waiting > _BUFFER_BYTES:
                    self._room.clear()
                    await self._room.wait()
        except ConnectionError:
            pass  # the other side went without a word; a printer does not mind
        finally:
            if self._writer is writer:
                self._writer = None
            self._conversations.discard(conversation)
            writer.close()

    def _take(self, data: bytes) -> bool:
        """Receive; False when the line is to be cut here."""
        cut = self._bytes_until_drop is not None and len(data) >= self._bytes_until_drop
        if self._bytes_until_drop is not None:
            data = data[: self._bytes_until_drop]
            self._bytes_until_drop = None if cut else self._bytes_until_drop - len(data)
        self.received_bytes += len(data)
        self._paper.receive(data)
        self._answer_real_time(data)
        self._work.set()
        return not cut

    def _answer_real_time(self, data: bytes) -> None:
        seen = self._real_time_tail + data
        at = seen.find(0x10)
        while at >= 0 and at + 2 < len(seen):
            match seen[at + 1], seen[at + 2]:
                case 0x04, n if n in (1, 2, 3, 4):
                    self._reply(bytes((self._real_time(n),)))
                case 0x05, 2:
                    self._paper.power_cycle()
            at = seen.find(0x10, at + 1)
        self._real_time_tail = seen[at:] if at >= 0 else b""

    def _real_time(self, n: int) -> int:
        out = self._paper_out
        match n:
            case 1:
                return 0x12 | (0x08 if self._stands_still else 0)
            case 2:
                bits = (0x04 if self._cover_open else 0) | (0x20 if out else 0)
                return 0x12 | bits | (0x40 if self._has_error else 0)
            case 3:
                kind = (0x08 if self._knife_stuck else 0) | (0x20 if self._broken else 0)
                return 0x12 | kind | (0x40 if self._hot else 0)
            case _:
                return 0x12 | (0x60 if out else 0) | (0x0C if out or self._paper_low else 0)

    def _automatic(self) -> bytes:
        """The four bytes of ``GS a``: printer, errors, paper, nothing."""
        first = 0x10 | (0x08 if self._stands_still else 0) | (0x20 if self._cover_open else 0)
        second = (0x08 if self._knife_stuck else 0) | (0x20 if self._broken else 0) | (0x40 if self._hot else 0)
        third = 0x0F if self._paper_out else 0x03 if self._paper_low else 0
        return bytes((first, second, third, 0x0F))

    def _tell_changes(self) -> None:
        if self._told is not None and self._told != self._automatic():
            self._told = self._automatic()
            self._reply(self._told)

    def _reply(self, data: bytes) -> None:
        if not data or self._silent or self._writer is None or self._writer.is_closing():
            return
        if self._garble:
            self._garble = False
            data = b"\xff"
        self._writer.write(data)

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    @property
    def _stands_still(self) -> bool:
        return self._paper_out or self._cover_open or self._has_error

    @property
    def _has_error(self) -> bool:
        return self._knife_stuck or self._broken or self._hot

    async def _run_motor(self) -> None:
        while True:
            rows = self._print_some(self._rows_per_pace())
            if rows and self._speed_mm_s is not None:
                await asyncio.sleep(rows / (self._speed_mm_s * _DOTS_PER_MM))
            elif rows:
                await asyncio.sleep(0)  # let bytes and the hand in between
            else:
                self._work.clear()
                await self._work.wait()

    def _rows_per_pace(self) -> int:
        if self._speed_mm_s is None:
            return 64
        return max(1, round(self._speed_mm_s * _DOTS_PER_MM * _PACE_S))

    def _print_some(self, rows: int) -> int:
        """Print about ``rows`` dot rows; 0 when there is nothing to do."""
        printed = 0
        while printed < rows and not self._stands_still:
            outcome = self._paper.step()
            match outcome:
                case Idle():
                    break
                case Moved(moved):
                    printed += moved
                    self._wear(moved)
                case Asked(n):
                    self._reply(b"\x03" if n == 1 and self._paper_low else b"\x00")
                case Answered(data):
                    self._reply(data)
                case AutomaticStatus(wanted):
                    self._told = self._automatic() if wanted else None
                    self._reply(self._told or b"")
                case CutOff(slip):
                    printed += 1
                    self._cut_off(slip)
        self._room.set()
        if printed and self._paper.rows_out:
            self._on_progress(self._paper.rows_out)
        return printed

    def _cut_off(self, slip: Raster | None) -> None:
        if self._knife_will_stick:
            self._knife_stuck, self._knife_will_stick = True, False
        self._on_progress(0)
        if slip is not None:
            self.slips.append(slip)
            self._on_slip(slip)

    def _lose_power(self) -> None:
        self._plugged = self._broken = False
        self._told = None
        self._hang_up()
        self._paper.power_cycle()
        self._room.set()

    def _act(self, act: Callable[[], None], after_mm: float = 0.0) -> None:
        if after_mm:
            self._later.append((self._rows_ever + round(after_mm * _DOTS_PER_MM), act))
        else:
            act()
            self._tell_changes()
            self._work.set()  # what stood still may go on

    def _wear(self, rows: int) -> None:
        self._rows_ever += rows
        due = [act for row, act in self._later if row <= self._rows_ever]
        self._later = [(row, act) for row, act in self._later if row > self._rows_ever]
        for act in due:
            act()
            self._tell_changes()
