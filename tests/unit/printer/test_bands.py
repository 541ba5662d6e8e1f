"""Bands: what is sent is the picture, in few bytes, with nothing in it that a printer takes for a command."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.bands import MAX_BAND_ROWS, defused, preamble, steps
from drivers.printer.paper import CutOff, Idle, PaperPath
from drivers.printer.plan import pieces, runs
from drivers.printer.port import Cut, Feed, Part, Raster
from drivers.printer.profile import Profile

WIDTH = 576
STRIDE = 72


def on_paper(parts: tuple[Part, ...], width_px: int = WIDTH, strips: bool = True) -> Raster | None:
    """What a printer makes of the parts."""
    paper = PaperPath(width_px)
    paper.receive(preamble() + b"".join(step.data for step in steps(parts, Profile(width_px, strips=strips))))
    slip = None
    while not isinstance(outcome := paper.step(), Idle):
        if isinstance(outcome, CutOff):
            slip = outcome.slip
    assert paper.unknown == []
    return slip


def inked(top: int, left: int, height: int, stride: int) -> Raster:
    rows = bytearray(STRIDE * 400)
    for y in range(top, top + height):
        rows[y * STRIDE + left : y * STRIDE + left + stride] = b"\xff" * stride
    return Raster(WIDTH, 400, bytes(rows))


# top, left byte, height, and one row of ink to repeat
rectangles = st.tuples(st.integers(0, 350), st.integers(0, 60), st.integers(1, 50), st.binary(min_size=1, max_size=12))


@settings(deadline=None)  # the first example imports python-escpos, which takes a second
@given(st.lists(rectangles, max_size=6), st.booleans())
def test_what_is_sent_is_the_picture(drawn: list[tuple[int, int, int, bytes]], strips: bool) -> None:
    rows = bytearray(STRIDE * 400)
    for top, left, height, ink in drawn:
        for y in range(top, top + height):
            rows[y * STRIDE + left : y * STRIDE + left + len(ink)] = ink
    rows[0] |= 0x80  # the first row has ink, or there would be no paper to compare
    arrived = on_paper((Raster(WIDTH, 400, bytes(rows)), Cut()), strips=strips)
    assert arrived is not None
    # A dot is made wider, or taller in a column, where it began a real-time command; no dot is ever lost.
    assert all(sent & got == sent for sent, got in zip(rows, arrived.rows, strict=True))
    added = sum((sent ^ got).bit_count() for sent, got in zip(rows, arrived.rows, strict=True))
    assert added <= 0.02 * sum(byte.bit_count() for byte in rows) + sum(height for _, _, height, _ in drawn)


@given(st.binary(max_size=200))
def test_no_real_time_command_is_left_in_a_picture(data: bytes) -> None:
    safe = defused(data)
    assert not any(bytes((0x10, code)) in safe for code in (0x04, 0x05, 0x14))
    assert len(safe) == len(data)


@pytest.mark.parametrize("strips", [True, False])
def test_pieces_are_at_most_128_rows(strips: bool) -> None:
    rows = [piece.rows for piece in pieces(inked(0, 0, 400, STRIDE), strips)]
    assert sum(rows) == 400
    assert max(rows) <= MAX_BAND_ROWS


def test_white_rows_are_fed_and_blank_bytes_are_cut_off() -> None:
    rows = bytearray(STRIDE * 200)
    for y in range(100, 110):
        rows[y * STRIDE + 30 : y * STRIDE + 35] = bytes((0xA1, 0x10, y, 0x7F, 0x01))
    step = next(steps((Raster(WIDTH, 200, bytes(rows)),), Profile(WIDTH, strips=False)))
    assert step.data[:3] == b"\x1bJ\x64"
    assert step.data[3:7] == b"\x1dL" + (30 * 8).to_bytes(2, "little")
    assert step.data[7:15] == b"\x1dv0\x00" + bytes((5, 0, 10, 0))
    assert len(step.data) == 3 + 4 + 8 + 50
    assert step.dots == 110


@pytest.mark.parametrize(("pattern", "mode"), [(b"\x5a", 2), (b"\x3c", 3)])
def test_dots_that_come_twice_are_sent_once(pattern: bytes, mode: int) -> None:
    picture = Raster(WIDTH, 4, pattern * STRIDE * 4)
    (step,) = steps((picture,), Profile(WIDTH))
    assert step.data[:4] == b"\x1dv0" + bytes((mode,))
    assert on_paper((picture, Cut())) == picture


@pytest.mark.parametrize("height_px", [1, 2, 23, 24, 25, 127, 128, 129, 257])
@pytest.mark.parametrize("stride", [1, 2, 3, 13, 47, 71, 72])
@pytest.mark.parametrize("ink", [b"\xff", b"\x3c", b"\x5a", b"\x01\x80"], ids=lambda ink: ink.hex())
def test_a_picture_of_any_width_and_height_is_whole(ink: bytes, stride: int, height_px: int) -> None:
    """Also where a band or a strip ends, and where a row that is sent at half its width has an odd number of bytes."""
    row = (ink * stride)[:stride]
    printed = on_paper((Raster(stride * 8, height_px, row * height_px), Cut()))
    assert printed == Raster(WIDTH, height_px, row.ljust(STRIDE, b"\x00") * height_px)


def test_white_between_a_label_and_its_value_is_not_sent() -> None:
    rows = (b"\xa5\x5a" + bytes(STRIDE - 4) + b"\x5a\xa5" + b"\x5a\xa5" + bytes(STRIDE - 4) + b"\xa5\x5a") * 12
    picture = Raster(WIDTH, 24, rows)
    assert sum(len(step.data) for step in steps((picture,), Profile(WIDTH))) == 2 * (16 * 3 + 9) - 4 + 3
    assert on_paper((picture, Cut())) == picture


def test_runs_bridge_small_gaps_only() -> None:
    assert list(runs(0b0110001000011000, 16)) == [(1, 7), (11, 13)]
    assert list(runs(0, 16)) == []


def test_a_strip_never_reaches_below_its_picture() -> None:
    short = Raster(WIDTH, 20, (b"\xa5" + bytes(STRIDE - 2) + b"\x5a") * 20)
    assert on_paper((short, short, Cut())) == Raster(WIDTH, 40, short.rows * 2)


def test_a_long_white_stretch_is_several_feeds() -> None:
    assert [s.data for s in steps((Feed(600),), Profile(WIDTH))] == [b"\x1bJ\xff\x1bJ\xff\x1bJ\x5a"]


def test_the_margin_of_one_band_does_not_move_the_next() -> None:
    both = Raster(WIDTH, 800, inked(0, 40, 20, 8).rows + inked(0, 0, 400, 3).rows)
    assert on_paper((both, Cut())) == both


def test_a_narrow_printer_gets_the_same_dots() -> None:
    picture = Raster(384, 3, bytes(range(1, 145)))
    assert on_paper((picture, Cut()), 384) == picture


def test_an_empty_slip_is_only_a_cut() -> None:
    assert [step.data for step in steps((Cut(),), Profile(WIDTH))] == [b"\x1dVB\x00"]
