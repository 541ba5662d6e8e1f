"""Turns a slip into the fewest sensible ESC/POS bytes.

Pure: parts in, bytes out; python-escpos' ``Dummy`` writes the commands that have no picture in them.

* White rows are fed (``ESC J``), not sent; inked rows go out as ``plan`` says: ``GS v 0`` of at most 128 rows, or runs
  of columns (``ESC *`` 33, placed by ``ESC $``), which leave out the white between a label and its value.
* No picture contains ``DLE EOT``, ``DLE ENQ`` or ``DLE DC4``. A printer looks for these in *everything* that arrives,
  also inside pictures (Epson's note to ``DLE EOT``): an unlucky drawing would ask for status, or empty the buffer.
* Lengths are in dots only after ``GS P 203 203``: the unit of ``ESC J`` and ``GS L`` differs from maker to maker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.printer.drawn import as_raster, require_room
from drivers.printer.memory import Keys, fits, keys_of, printing
from drivers.printer.plan import MAX_RASTER_ROWS, STRIP_ROWS, Piece, pieces, runs
from drivers.printer.port import Cut, Feed, Logo, Part, Qr, Raster
from drivers.printer.profile import Profile
from drivers.printer.qr import QUIET_MODULES
from drivers.printer.status import REAL_TIME_COMMANDS

MAX_BAND_ROWS = MAX_RASTER_ROWS
_MAX_FEED = 255  # ESC J takes one byte
# Pieces are sent together until they make 12 mm: each step costs a question and its answer.
_STEP_DOTS = 96

_COLUMN_BYTES = STRIP_ROWS // 8


@dataclass(frozen=True, slots=True)
class Step:
    """Bytes that may be sent in one go, and how much paper they move (dots)."""

    data: bytes
    dots: int


def preamble() -> bytes:
    """Reset modes and set both motion units to one dot (203 dpi)."""
    from escpos.printer import Dummy

    encoder = Dummy()
    encoder.hw("INIT")
    encoder._raw(b"\x1dP\xcb\xcb")
    return bytes(encoder.output)


def cut_step() -> Step:
    """Feed the paper to the knife and cut, leaving the tab that keeps the slip from falling (``GS V 66 0``)."""
    from escpos.printer import Dummy

    encoder = Dummy()
    encoder.cut(feed=False)
    return Step(bytes(encoder.output), 0)


def steps(parts: tuple[Part, ...], profile: Profile, kept: frozenset[Keys] = frozenset()) -> Iterator[Step]:
    """The steps that print ``parts``, top to bottom, after ``preamble``. ``kept``: logos the printer has in its memory.

    Raises: ValueError when a part is wider than the paper: the caller drew for another printer.
    """
    require_room(parts, profile.width_px)
    head = _Head()
    for part in parts:
        match part:
            case Feed(dots):
                head.feed(dots)
            case Cut():
                head.feed_now()
                head.data += cut_step().data
                yield head.step()
            case Raster():
                yield from _picture_steps(head, part, profile.strips)
            case Qr() if profile.native_qr:
                head.own_drawing(_native_qr(part), part.side_px, part.module_px * QUIET_MODULES)
                yield head.step()
            case Logo(picture) if fits(picture) and (keys := keys_of(picture)) in kept:
                head.own_drawing(printing(keys.picture), picture.height_px)
            case Qr() | Logo():
                yield from _picture_steps(head, as_raster(part, profile.width_px), profile.strips)
    head.feed_now()
    if head.data:
        yield head.step()


def _native_qr(part: Qr) -> bytes:
    """``GS ( k``, by python-escpos, which would not centre it (3.1): ``own_drawing`` does."""
    from escpos import constants
    from escpos.printer import Dummy

    encoder = Dummy()
    encoder.qr(part.payload, getattr(constants, f"QR_ECLEVEL_{part.correction}"), part.module_px, native=True)
    return bytes(encoder.output)


def _picture_steps(head: _Head, picture: Raster, strips: bool) -> Iterator[Step]:
    stride = (picture.width_px + 7) // 8
    printed = 0
    for piece in pieces(picture, strips):
        head.feed(piece.top - printed)
        head.feed_now()
        rows = picture.rows[piece.top * stride : (piece.top + piece.rows) * stride]
        if piece.strip:
            head.strip(rows, stride)
        else:
            head.raster(rows, stride, piece)
        printed = piece.top + piece.rows
        if head.dots >= _STEP_DOTS:
            yield head.step()
    head.feed(picture.height_px - printed)


class _Head:
    """What has been written since the last step, and how the printer is set by it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.dots = 0
        self._white = 0  # rows still to be fed
        self._margin_px = 0

    def step(self) -> Step:
        done = Step(bytes(self.data), self.dots)
        self.data.clear()
        self.dots = 0
        return done

    def feed(self, dots: int) -> None:
        self._white += dots

    def feed_now(self) -> None:
        if self._white > 0:
            self.data += _feed(self._white)
            self.dots += self._white
            self._white = 0

    def own_drawing(self, command: bytes, rows: int, white_rows: int = 0) -> None:
        """Something of ``rows`` that the printer draws itself, in the middle, with white above and below."""
        self.feed(white_rows)
        self.feed_now()
        self._set_margin(0)
        self.data += b"\x1ba\x01" + command + b"\x1ba\x00"
        self.dots += rows
        self.feed(white_rows)

    def raster(self, rows: bytes, stride: int, piece: Piece) -> None:
        """``GS v 0``, the blank bytes left and right of it cut off."""
        lines = [rows[at : at + stride] for at in range(0, len(rows), stride * (2 if piece.tall else 1))]
        ink = _union_of(lines)
        left = stride - (ink.bit_length() + 7) // 8
        right = stride - ((ink & -ink).bit_length() - 1) // 8
        dots = b"".join(line[left:right] for line in lines)
        if piece.wide:
            left -= left % 2
            even = right - left + (right - left) % 2
            dots = b"".join(_halved(line[left:right].ljust(even, b"\x00")) for line in lines)
        self._set_margin(left * 8)
        width = len(dots) // len(lines)
        mode = piece.wide | piece.tall << 1
        self.data += b"\x1dv0" + bytes((mode,)) + width.to_bytes(2, "little") + len(lines).to_bytes(2, "little")
        self.data += defused(dots)
        self.dots += piece.rows

    def strip(self, rows: bytes, stride: int) -> None:
        """Runs of columns (``ESC *`` 33) side by side, then the line printed by ``ESC J``."""
        from PIL import Image

        upright = Image.frombytes("1", (stride * 8, STRIP_ROWS), rows).transpose(Image.Transpose.TRANSPOSE).tobytes()
        ink = _union_of([rows[at : at + stride] for at in range(0, len(rows), stride)])
        self._set_margin(0)
        for first, end in runs(ink, stride * 8):
            if first:
                self.data += b"\x1b$" + first.to_bytes(2, "little")
            columns = upright[first * _COLUMN_BYTES : end * _COLUMN_BYTES]
            self.data += b"\x1b*\x21" + (end - first).to_bytes(2, "little") + defused(columns)
        self.data += b"\x1bJ" + bytes((STRIP_ROWS,))
        self.dots += STRIP_ROWS

    def _set_margin(self, px: int) -> None:
        if px != self._margin_px:
            self._margin_px = px
            self.data += b"\x1dL" + px.to_bytes(2, "little")


def defused(data: bytes) -> bytes:
    """``data`` without anything a printer could take for a real-time command: such a dot becomes two dots wide."""
    if not any(command in data for command in REAL_TIME_COMMANDS):
        return data
    safe = bytearray(data)
    for at in range(len(safe) - 1):
        if safe[at : at + 2] in REAL_TIME_COMMANDS:
            safe[at] |= safe[at] >> 1
    return bytes(safe)


def _union_of(lines: list[bytes]) -> int:
    """Where any of the rows has ink."""
    ink = 0
    for line in lines:
        ink |= int.from_bytes(line, "big")
    return ink


def _halved(line: bytes) -> bytes:
    """Every second dot; ``line`` has an even number of bytes."""
    return bytes(_EVERY_SECOND[a] << 4 | _EVERY_SECOND[b] for a, b in zip(line[::2], line[1::2], strict=True))


_EVERY_SECOND = bytes((b >> 4 & 8) | (b >> 3 & 4) | (b >> 2 & 2) | (b >> 1 & 1) for b in range(256))


def _feed(dots: int) -> bytes:
    whole, rest = divmod(dots, _MAX_FEED)
    return (b"\x1bJ" + bytes((_MAX_FEED,))) * whole + (b"\x1bJ" + bytes((rest,)) if rest else b"")
