"""The far end of ESC/POS: bytes back into the paper they would have become.

Used by the printer stand-in. Not a model of any one printer: it knows the commands a kiosk has use for, and keeps a
list of everything it was sent that it does not know, so that a wrong byte fails a test instead of being forgiven.

Rules: commands are carried out in order and one dot row at a time, because paper can end in the middle of a picture.
Real-time commands are not found here (the stand-in sees them on arrival); where one stands as a command of its own it
is passed over, inside a picture it is dots, as in a real printer. Until ``GS P`` is sent the unit of ``ESC J`` is half
a dot, as on printers whose motor steps half dots: a driver that forgets to set it is seen at once.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from drivers.printer.graphics import Graphics
from drivers.printer.port import Raster

_TEXT_ROWS = 24  # font A
_LINE_ROWS = 30  # line spacing at power-on
_COLUMN_ROWS = 24  # ESC * 33
_HALF_DOTS = 406  # vertical motion units an inch before GS P
_DPI = 203

# Commands that are accepted and change nothing we draw: prefix, and the number of parameter bytes.
_ACCEPTED = {
    b"\x1b!": 1, b"\x1bE": 1, b"\x1bM": 1, b"\x1bR": 1, b"\x1bt": 1, b"\x1b{": 1, b"\x1b-": 1, b"\x1bG": 1,
    b"\x1bV": 1, b"\x1b=": 1, b"\x1bc5": 1, b"\x1d!": 1, b"\x1dB": 1, b"\x1db": 1, b"\x1bp": 3,
    b"\x1bS": 0, b"\x10\x04": 1, b"\x10\x05": 1,
}  # fmt: skip
_LONGEST_PREFIX = 3
_FUNCTIONS = (b"\x1d(L", b"\x1d8L", b"\x1d(k")

NAMES = {65: b"1.00", 66: b"SALA", 67: b"Stand-in", 68: b"0000"}
"""What it says of itself (``GS I``): firmware, maker, model, serial number."""


@dataclass(frozen=True, slots=True)
class Idle:
    """The decoder needs more bytes before it can do anything."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The paper moved on by ``rows`` dots; nothing else happened."""

    rows: int


@dataclass(frozen=True, slots=True)
class Asked:
    """``GS r n`` was reached; whoever plays the printer answers."""

    n: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The printer answers ``data`` in its turn."""

    data: bytes


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """``GS a``: changes of status are to be told from now on, or no more."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class CutOff:
    """A slip fell. ``slip`` is None when nothing was on the paper."""

    slip: Raster | None


@dataclass(frozen=True, slots=True)
class Done:
    """A command without paper or answer was carried out."""


Outcome = Idle | Moved | Asked | Answered | AutomaticStatus | CutOff | Done


class PaperPath:
    """The print head, the knife and the receive buffer of a printer ``width_px`` dots wide."""

    def __init__(self, width_px: int = 576, keeps_pictures: bool = True) -> None:
        self._width_px = width_px
        self._stride = (width_px + 7) // 8
        self._received = bytearray()
        self._rows: list[bytes] = []
        self._picture_rows = 0
        self._picture_stride = 0
        self._picture_mode = 0
        self._columns_due = 0
        self._line: list[int] = []  # dot rows of columns that wait to be printed
        self._pen_px = 0
        self._text = bytearray()
        self.unknown: list[bytes] = []
        self.graphics = Graphics(keeps_pictures)
        self._rows_ever = self._cuts_ever = 0
        self._reset()
        self._commands: dict[bytes, tuple[int, Callable[[bytes], Outcome]]] = {
            b"\x1b@": (0, self._initialise),
            b"\x1bJ": (1, self._feed_units),
            b"\x1bd": (1, self._feed_lines),
            b"\x1ba": (1, self._justify),
            b"\x1dP": (2, self._set_units),
            b"\x1dL": (2, self._set_margin),
            b"\x1dr": (1, lambda p: Asked(p[0] & 0x0F)),
            b"\x1b$": (2, self._place_pen),
            b"\x1b*": (3, self._begin_columns),
            b"\x1dv0": (5, self._begin_picture),
            b"\x1dV": (1, self._cut),
            b"\x1b3": (1, self._set_line_spacing),
            b"\x1b2": (0, self._set_line_spacing),
            b"\x1dI": (1, self._tell_name),
            b"\x1dg2": (3, self._tell_counter),
            b"\x1dg0": (3, lambda _: Done()),
            b"\x1da": (1, lambda p: AutomaticStatus(p[0] != 0)),
        }

    def receive(self, data: bytes) -> None:
        """Put bytes into the receive buffer."""
        self._received += data

    @property
    def waiting(self) -> int:
        """Bytes received and not yet carried out."""
        return len(self._received)

    @property
    def rows_out(self) -> int:
        """Dot rows of the slip that has not been cut yet."""
        return len(self._rows)

    @property
    def inside_picture(self) -> bool:
        """True while dots of a picture are still to come."""
        return self._picture_rows > 0 or self._columns_due > 0

    def picture(self) -> Raster:
        """The slip so far."""
        return Raster(self._width_px, len(self._rows), b"".join(self._rows))

    def power_cycle(self) -> None:
        """Forget the buffer and all settings; the paper stays."""
        self._received.clear()
        self.graphics.reset()
        self._picture_rows = self._columns_due = 0
        self._reset()

    def step(self) -> Outcome:
        """Carry out one command, or one row of a picture."""
        if self._picture_rows:
            return self._picture_row()
        if self._columns_due:
            return self._columns()
        if not self._received:
            return Idle()
        if self._received[0] not in (0x1B, 0x1D, 0x10):
            return self._plain_byte(self._received.pop(0))
        return self._command()

    def _function(self) -> Outcome:
        """``GS ( L``, ``GS 8 L`` and ``GS ( k``, whose length stands in front: all of it, or nothing yet."""
        head = bytes(self._received[:7])
        size_bytes = 4 if head[1:2] == b"8" else 2
        body_at = 3 + size_bytes
        end = body_at + int.from_bytes(head[3:body_at], "little")
        if len(head) < body_at or len(self._received) < end:
            return Idle()
        body = bytes(self._received[body_at:end])
        del self._received[:end]
        try:
            drawn = self.graphics.code(body) if head[2:3] == b"k" else self.graphics.picture(body)
        except ValueError:  # also a picture whose bytes are not as many as it says
            self.unknown.append(head[:3] + body[:3])
            return Done()
        if isinstance(drawn, bytes):
            return Answered(drawn)
        if drawn is None:
            return Done()
        stride = (drawn.width_px + 7) // 8
        for at in range(0, len(drawn.rows), stride):
            self._put(drawn.rows[at : at + stride], drawn.width_px)
        return Moved(drawn.height_px)

    def _command(self) -> Outcome:
        if bytes(self._received[:3]) in _FUNCTIONS:
            return self._function()
        for length in range(2, _LONGEST_PREFIX + 1):
            prefix = bytes(self._received[:length])
            if prefix in self._commands:
                parameters, act = self._commands[prefix]
            elif prefix in _ACCEPTED:
                parameters, act = _ACCEPTED[prefix], _nothing
            else:
                continue
            if prefix == b"\x1dV" and len(self._received) > 2 and self._received[2] in (65, 66):
                parameters = 2
            if len(self._received) < len(prefix) + parameters:
                return Idle()
            values = bytes(self._received[len(prefix) : len(prefix) + parameters])
            del self._received[: len(prefix) + parameters]
            return act(values)
        if len(self._received) < _LONGEST_PREFIX:
            return Idle()
        self.unknown.append(bytes(self._received[:_LONGEST_PREFIX]))
        del self._received[:1]
        return Done()

    def _plain_byte(self, byte: int) -> Outcome:
        if byte == 0x0A:
            return self._line_feed()
        if byte == 0x06:  # ACK: go on with the list of keys
            more = self.graphics.next_keys()
            return Done() if more is None else Answered(more)
        if byte >= 0x20:
            self._text.append(byte)
        elif byte not in (0x00, 0x0D):
            self.unknown.append(bytes((byte,)))
        return Done()

    def _picture_row(self) -> Outcome:
        if len(self._received) < self._picture_stride:
            return Idle()
        row = bytes(self._received[: self._picture_stride])
        del self._received[: self._picture_stride]
        self._picture_rows -= 1
        if self._picture_mode & 1:
            row = b"".join(_DOUBLED[byte] for byte in row)
        times = 2 if self._picture_mode & 2 else 1
        for _ in range(times):
            self._put(row, len(row) * 8)
        return Moved(times)

    def _columns(self) -> Outcome:
        """Lay a run of 24-dot columns into the line; nothing moves until the line is printed."""
        from PIL import Image

        count = self._columns_due
        if len(self._received) < 3 * count:
            return Idle()
        data = bytes(self._received[: 3 * count])
        del self._received[: 3 * count]
        self._columns_due = 0
        lying = Image.frombytes("1", (_COLUMN_ROWS, count), data).transpose(Image.Transpose.TRANSPOSE).tobytes()
        stride = (count + 7) // 8
        self._line = self._line or [0] * _COLUMN_ROWS
        for y in range(_COLUMN_ROWS):
            dots = int.from_bytes(lying[y * stride : (y + 1) * stride], "big")
            self._line[y] |= dots << self._stride * 8 >> stride * 8 >> self._pen_px
        self._pen_px += count
        return Done()

    def _print_line(self) -> int:
        """Put the waiting columns on the paper; how many rows that took."""
        inside = (1 << self._stride * 8) - (1 << self._stride * 8 - self._width_px)
        self._rows += [(dots & inside).to_bytes(self._stride, "big") for dots in self._line]
        rows = len(self._line)
        self._line = []
        self._pen_px = self._margin_px
        return rows

    def _line_feed(self) -> Outcome:
        """Print what waits, columns or text; the paper moves by a line, or by what was printed if that is more."""
        if not self._line:
            return self._print_text()
        printed = self._print_line()
        return Moved(printed + self._move(max(self._line_rows - printed, 0)).rows)

    def _put(self, row: bytes, width_px: int) -> None:
        """Lay one row of dots on the paper at the margin, justified; what is too wide is not printed."""
        room_px = self._width_px - self._margin_px
        indent_px = self._margin_px + max(0, room_px - width_px) * self._justification // 2
        dots = int.from_bytes(row, "big") << self._stride * 8 >> len(row) * 8 >> indent_px
        dots &= (1 << self._stride * 8) - (1 << self._stride * 8 - self._width_px)
        self._rows.append(dots.to_bytes(self._stride, "big"))

    def _reset(self) -> None:
        self._margin_px = self._pen_px = 0
        self._line = []
        self._justification = 0
        self._units_per_inch = _HALF_DOTS
        self._line_rows = _LINE_ROWS

    def _initialise(self, _: bytes) -> Outcome:
        self._text.clear()
        self._reset()
        return Done()

    def _move(self, rows: int) -> Moved:
        self._rows += [bytes(self._stride)] * rows
        return Moved(rows)

    def _feed_units(self, values: bytes) -> Outcome:
        rows = values[0] * _DPI // self._units_per_inch
        printed = self._print_line()
        return Moved(printed + self._move(max(rows - printed, 0)).rows)

    def _set_line_spacing(self, values: bytes) -> Outcome:
        self._line_rows = values[0] * _DPI // self._units_per_inch if values else _LINE_ROWS
        return Done()

    def _tell_name(self, values: bytes) -> Outcome:
        if values[0] in (1, 2, 3, 49, 50, 51):
            return Answered(b"\x02")
        return Answered(b"_" + NAMES[values[0]] + b"\x00") if values[0] in NAMES else Done()

    def _tell_counter(self, values: bytes) -> Outcome:
        match int.from_bytes(values[1:3], "little"):
            case 20 | 148:
                count = self._rows_ever // _LINE_ROWS
            case 50 | 178:
                count = self._cuts_ever
            case _:
                return Done()
        return Answered(b"_%d\x00" % count)

    def _feed_lines(self, values: bytes) -> Outcome:
        self._print_text()
        return self._move(values[0] * _TEXT_ROWS)

    def _justify(self, values: bytes) -> Outcome:
        self._justification = values[0] % 48
        return Done()

    def _set_units(self, values: bytes) -> Outcome:
        self._units_per_inch = values[1] or _HALF_DOTS
        return Done()

    def _set_margin(self, values: bytes) -> Outcome:
        self._margin_px = self._pen_px = int.from_bytes(values, "little")
        return Done()

    def _place_pen(self, values: bytes) -> Outcome:
        self._pen_px = self._margin_px + int.from_bytes(values, "little")
        return Done()

    def _begin_columns(self, values: bytes) -> Outcome:
        if values[0] != 33:
            self.unknown.append(b"\x1b*" + values)
        self._columns_due = int.from_bytes(values[1:3], "little")
        return Done()

    def _begin_picture(self, values: bytes) -> Outcome:
        # Real printers pass over a raster that comes in the middle of a line.
        if values[0] & ~0x30 > 3 or self._line:
            self.unknown.append(b"\x1dv0" + values)
        self._picture_mode = values[0] & 3
        self._picture_stride = int.from_bytes(values[1:3], "little")
        self._picture_rows = int.from_bytes(values[3:5], "little")
        return Done()

    def _cut(self, values: bytes) -> Outcome:
        if values[0] in (65, 66):
            self._move(values[1])
        slip = self.picture()
        self._rows_ever += len(self._rows)
        self._cuts_ever += 1
        self._rows.clear()
        return CutOff(slip if slip.rows.strip(b"\x00") else None)

    def _print_text(self) -> Outcome:
        """Plain text, which Sala never sends: drawn so that one sees that it arrived."""
        from PIL import Image, ImageDraw

        line = Image.new("1", (self._stride * 8, _TEXT_ROWS))
        ImageDraw.Draw(line).text((0, 4), self._text.decode("latin-1"), fill=1)
        width_px = min(12 * len(self._text), self._width_px)
        self._text.clear()
        data = line.tobytes()
        for at in range(0, len(data), self._stride):
            self._put(data[at : at + self._stride], width_px)
        return Moved(_TEXT_ROWS)


_DOUBLED = [int("".join(2 * bit for bit in f"{byte:08b}"), 2).to_bytes(2, "big") for byte in range(256)]


def _nothing(_: bytes) -> Outcome:
    return Done()


def png(picture: Raster) -> bytes:
    """The picture as a PNG file, black on white."""
    from PIL import Image, ImageChops

    image = Image.frombytes("1", ((picture.width_px + 7) // 8 * 8, picture.height_px), picture.rows)
    file = io.BytesIO()
    ImageChops.invert(image).crop((0, 0, picture.width_px, picture.height_px)).save(file, "PNG", optimize=True)
    return file.getvalue()
