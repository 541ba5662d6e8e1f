"""Turns a slip into the fewest sensible ESC/POS bytes.

Pure: parts in, bytes out; python-escpos' ``Dummy`` writes the commands that have no picture in them.

* White rows are fed (``ESC J``), not sent; inked rows go out as ``GS v 0`` in bands of at most 128 rows, because cheap
  printers overflow on tall ones; blank bytes left and right of a band are cut off when that saves more than it costs.
* No band contains ``DLE EOT``, ``DLE ENQ`` or ``DLE DC4``. A printer looks for these in *everything* that arrives, also
  inside pictures (Epson's note to ``DLE EOT``), so an unlucky drawing would ask for status, or empty the buffer.
* Lengths are in dots only after ``GS P 203 203``: the unit of ``ESC J`` and ``GS L`` differs from maker to maker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from drivers.printer.port import Cut, Feed, Part, Raster

MAX_BAND_ROWS = 128
_BLOCK_ROWS = 2  # bands begin and end on multiples of this, counted from the first inked row
_MAX_FEED = 255  # ESC J takes one byte

_HEADER_BYTES = 8  # GS v 0 m xL xH yL yH
_MARGIN_BYTES = 4  # GS L nL nH
# What one more band is charged beyond its bytes: some printers stop and start at each one. On the paid slip this value
# saves three bands in ten and costs 1 % of the bytes.
_BAND_PRICE_BYTES = 48

_DLE = 0x10
_REAL_TIME = frozenset((0x04, 0x05, 0x14))  # EOT, ENQ, DC4 after DLE


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


def steps(parts: tuple[Part, ...], width_px: int) -> Iterator[Step]:
    """The steps that print ``parts``, top to bottom, after ``preamble``.

    Raises: ValueError when a picture is wider than the paper: the caller drew for another printer.
    """
    white = 0
    margin = 0
    for part in parts:
        match part:
            case Feed(dots):
                white += dots
            case Cut():
                cut = cut_step()
                yield Step(_feed(white) + cut.data, white)
                white = 0
            case Raster():
                if part.width_px > width_px:
                    raise ValueError(f"picture of {part.width_px} dots on paper of {width_px}")
                for band in bands(part):
                    white += band.white_above
                    shift = b"" if band.left == margin else _set_margin(band.left)
                    yield Step(_feed(white) + shift + band.encoded, white + band.rows)
                    white, margin = 0, band.left
                white += _white_below(part)
    if white:
        yield Step(_feed(white), white)


@dataclass(frozen=True, slots=True)
class Band:
    """A rectangle of a picture with ink in it. ``left`` in bytes; ``white_above`` in rows since the band before."""

    white_above: int
    left: int
    stride: int
    rows: int
    data: bytes

    @property
    def encoded(self) -> bytes:
        return b"\x1dv0\x00" + self.stride.to_bytes(2, "little") + self.rows.to_bytes(2, "little") + defused(self.data)


def bands(picture: Raster) -> Iterator[Band]:
    """Cut a picture into bands; together with the white between them they are the whole of it."""
    stride = (picture.width_px + 7) // 8
    extents = list(_extents(picture, stride))
    printed = 0  # rows dealt with so far
    for top, bottom in _stretches(extents):
        for first, last in _cheapest_split(extents, top, bottom):
            left = min(e[0] for e in extents[first:last] if e)
            right = max(e[1] for e in extents[first:last] if e)
            data = b"".join(picture.rows[r * stride + left : r * stride + right] for r in range(first, last))
            yield Band(first - printed, left, right - left, last - first, data)
            printed = last


def defused(data: bytes) -> bytes:
    """``data`` without anything a printer could take for a real-time command: such a dot becomes two dots wide."""
    if not any(bytes((_DLE, code)) in data for code in _REAL_TIME):
        return data
    safe = bytearray(data)
    for at in range(len(safe) - 1):
        if safe[at] == _DLE and safe[at + 1] in _REAL_TIME:
            safe[at] |= _DLE >> 1
    return bytes(safe)


def _extents(picture: Raster, stride: int) -> Iterator[tuple[int, int] | None]:
    """For each row the first inked byte and the one after the last; None for a white row."""
    for at in range(0, len(picture.rows), stride):
        row = picture.rows[at : at + stride]
        inked = row.strip(b"\x00")
        if not inked:
            yield None
        else:
            left = stride - len(row.lstrip(b"\x00"))
            yield left, left + len(inked)


def _stretches(extents: list[tuple[int, int] | None]) -> Iterator[tuple[int, int]]:
    """Runs of rows that are worth sending: a gap of a row or two is cheaper sent than fed."""
    top: int | None = None
    bottom = 0
    for row, extent in enumerate(extents):
        if extent is None:
            continue
        if top is None:
            top = row
        elif row - bottom > 2:
            yield top, bottom
            top = row
        bottom = row + 1
    if top is not None:
        yield top, bottom


def _cheapest_split(extents: list[tuple[int, int] | None], top: int, bottom: int) -> list[tuple[int, int]]:
    """Where to cut a stretch into bands so that the bytes are fewest: shortest path over block boundaries."""
    edges = [*range(top, bottom, _BLOCK_ROWS), bottom]
    best: list[tuple[int, int]] = [(0, 0)]  # per edge: bytes up to there, edge the last band starts at
    for end in range(1, len(edges)):
        left, right = 1 << 16, 0
        choices = []
        for start in range(end - 1, -1, -1):
            if edges[end] - edges[start] > MAX_BAND_ROWS:
                break
            for extent in extents[edges[start] : edges[start + 1]]:
                if extent:
                    left, right = min(left, extent[0]), max(right, extent[1])
            size = max(right - left, 0) * (edges[end] - edges[start])
            price = _HEADER_BYTES + _MARGIN_BYTES + _BAND_PRICE_BYTES
            choices.append((best[start][0] + price + size, start))
        best.append(min(choices))
    cuts = [len(edges) - 1]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    cuts.reverse()
    return [(edges[a], edges[b]) for a, b in pairwise(cuts)]


def _white_below(picture: Raster) -> int:
    stride = (picture.width_px + 7) // 8
    return (len(picture.rows) - len(picture.rows.rstrip(b"\x00"))) // stride


def _feed(dots: int) -> bytes:
    whole, rest = divmod(dots, _MAX_FEED)
    return (b"\x1bJ" + bytes((_MAX_FEED,))) * whole + (b"\x1bJ" + bytes((rest,)) if rest else b"")


def _set_margin(left_bytes: int) -> bytes:
    return b"\x1dL" + (left_bytes * 8).to_bytes(2, "little")
