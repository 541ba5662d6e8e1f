"""What a printer draws from its own memory: ``GS ( L`` / ``GS 8 L`` pictures and ``GS ( k`` QR codes.

The far end, used by ``paper``. Pure: the body of a command in (after its length), what becomes of it out. A function it
does not know is UnknownFunctionError, so that a wrong byte is seen.
"""

from __future__ import annotations

from drivers.printer.drawn import symbol
from drivers.printer.memory import LAST, LIST_HEADER, MORE_FOLLOWS
from drivers.printer.port import Correction, Qr, Raster

_KEYS_A_BLOCK = 40
_CORRECTIONS = dict(zip(b"0123", Correction, strict=True))


class UnknownFunctionError(ValueError):
    """No printer we know does this."""


class Graphics:
    """The picture buffer, the memory that outlives the power (``kept``, by key code), and the QR settings.

    ``codes``: what every QR code says that was drawn here."""

    def __init__(self, keeps: bool = True) -> None:
        """``keeps``: False for a printer without such a memory, which passes over what is about it."""
        self._keeps = keeps
        self.kept: dict[bytes, Raster] = {}
        self.writes = 0
        self.codes: list[str] = []
        self._buffer: Raster | None = None
        self._keys_unsent: list[bytes] = []
        self.reset()

    def reset(self) -> None:
        """As after power-on: what is kept stays."""
        self._buffer = None
        self._keys_unsent = []
        self._code = b""
        self._module_px = 3
        self._correction = Correction.L

    def picture(self, body: bytes) -> Raster | bytes | None:
        """``GS ( L``: a picture to print, an answer to give, or nothing."""
        match body[:2]:
            case b"0p":  # 112: raster into the buffer
                self._buffer = _unpacked(body[3:5], body[6:])
            case b"0q":  # 113: columns into the buffer
                self._buffer = _unpacked_columns(body[6:])
            case b"0\x02" | b"02":  # print the buffer
                printed, self._buffer = self._buffer, None
                return printed
            case b"0\x01" | b"01":  # the density: there is one
                pass
            case b"0@" | b"0A" | b"0B" | b"0C" | b"0E" if not self._keeps:
                pass
            case b"0@":
                return self._begin_list()
            case b"0A" if body[2:] == b"CLR":
                self.kept.clear()
                self.writes += 1
            case b"0B":
                self.kept.pop(body[2:4], None)
                self.writes += 1
            case b"0C" if body[2:3] == b"0":
                self.kept[body[3:5]] = _unpacked(b"\x01\x01", body[6:10] + body[11:])
                self.writes += 1
            case b"0E":
                kept = self.kept.get(body[2:4])
                return None if kept is None else _scaled(kept, body[4], body[5])
            case _:
                raise UnknownFunctionError(f"GS ( L {body[:3]!r}")
        return None

    def next_keys(self) -> bytes | None:
        """The rest of a list of keys, asked for by ACK; None when there is none."""
        if not self._keys_unsent:
            return None
        now, self._keys_unsent = self._keys_unsent[:_KEYS_A_BLOCK], self._keys_unsent[_KEYS_A_BLOCK:]
        status = MORE_FOLLOWS if self._keys_unsent else LAST
        return bytes((LIST_HEADER,)) + status + b"".join(now) + b"\x00"

    def code(self, body: bytes) -> Raster | None:
        """``GS ( k``: a symbol to print, or nothing."""
        if body[:1] != b"1":
            raise UnknownFunctionError(f"GS ( k {body[:3]!r}")
        match body[1:2]:
            case b"A":  # model 1, 2 or Micro: we draw model 2
                if body[2:3] != b"2":
                    raise UnknownFunctionError(f"QR model {body[2:3]!r}")
            case b"C" if 1 <= body[2] <= 16:
                self._module_px = body[2]
            case b"E" if body[2] in _CORRECTIONS:
                self._correction = _CORRECTIONS[body[2]]
            case b"P":
                self._code = body[3:]
            case b"Q":
                return self._drawn_code()
            case _:
                raise UnknownFunctionError(f"GS ( k {body[:3]!r}")
        return None

    def _drawn_code(self) -> Raster:
        """The symbol alone: the white around it is whoever sends it's business."""
        whole = symbol(qr := Qr(self._code.decode("ascii"), self._module_px, self._correction))
        self.codes.append(qr.payload)
        stride, white = (whole.width_px + 7) // 8, (qr.height_px - qr.side_px) // 2
        return Raster(whole.width_px, qr.side_px, whole.rows[white * stride : -white * stride])

    def _begin_list(self) -> bytes:
        self._keys_unsent = sorted(self.kept)
        return self.next_keys() or bytes((LIST_HEADER,)) + LAST + b"\x00"


def _unpacked(scale: bytes, body: bytes) -> Raster:
    """``body``: width, height, rows."""
    width_px, height_px = int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little")
    return _scaled(Raster(width_px, height_px, body[4:]), scale[0], scale[1])


def _unpacked_columns(body: bytes) -> Raster:
    from PIL import Image

    width_px, height_px = int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little")
    lying = Image.frombytes("1", (height_px, width_px), body[4:])
    return Raster(width_px, height_px, lying.transpose(Image.Transpose.TRANSPOSE).tobytes())


def _scaled(picture: Raster, across: int, down: int) -> Raster:
    if (across, down) == (1, 1):
        return picture
    from PIL import Image

    image = Image.frombytes("1", ((picture.width_px + 7) // 8 * 8, picture.height_px), picture.rows)
    image = image.crop((0, 0, picture.width_px, picture.height_px))
    size = (picture.width_px * across, picture.height_px * down)
    return Raster(*size, image.resize(size, Image.Resampling.NEAREST).tobytes())
