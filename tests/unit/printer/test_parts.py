"""QR codes and logos as parts: sizes, places and refusals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer import qr
from drivers.printer.drawn import as_raster, centred, symbol
from drivers.printer.port import Correction, Cut, Feed, Logo, Qr, Raster, length_dots
from drivers.printer.profile import DEFAULT, PROFILES, Profile

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=300)


@settings(deadline=None, max_examples=30)
@given(printable, st.sampled_from(Correction), st.integers(1, 16))
def test_a_code_is_as_large_as_it_says(payload: str, correction: Correction, module_px: int) -> None:
    code = Qr(payload, module_px, correction)
    drawn = symbol(code)
    assert len(qr.rows(payload, correction)) == code.side_modules
    assert (drawn.width_px, drawn.height_px) == (code.side_px, length_dots(code))
    assert code.height_px == code.side_px + 8 * module_px


@pytest.mark.parametrize("payload", ["", "สวัสดี", "two\nlines", "\x1d", "x" * 5000])
def test_what_printers_read_differently_is_refused(payload: str) -> None:
    with pytest.raises(ValueError, match=r"ASCII|too many"):
        Qr(payload)


@pytest.mark.parametrize("module_px", [0, 17, -1])
def test_a_module_no_printer_draws_is_refused(module_px: int) -> None:
    with pytest.raises(ValueError, match="1 to 16 dots"):
        Qr("x", module_px)


@given(st.integers(1, 64), st.integers(0, 40))
def test_centred_is_as_much_white_left_as_right(width_px: int, more_px: int) -> None:
    paper_px = width_px + more_px
    stride = (width_px + 7) // 8
    ink = ((1 << width_px) - 1) << stride * 8 - width_px
    moved = centred(Raster(width_px, 1, ink.to_bytes(stride, "big")), paper_px)
    row = f"{int.from_bytes(moved.rows, 'big'):0{(paper_px + 7) // 8 * 8}b}"[:paper_px]
    left, right = len(row) - len(row.lstrip("0")), len(row) - len(row.rstrip("0"))
    assert row.count("1") == width_px
    assert right - left in (0, 1)


def test_lengths_of_the_other_parts() -> None:
    logo = Logo(Raster(8, 3, b"abc"))
    assert [length_dots(part) for part in (logo, logo.picture, Feed(7), Cut())] == [3, 3, 7, 0]
    assert as_raster(logo, 8) == logo.picture


def test_profiles_that_name_only_a_width_promise_nothing_else() -> None:
    for name in (DEFAULT, "80mm", "58mm"):
        profile = PROFILES[name]
        assert profile in (Profile(576), Profile(384))
    assert {profile.width_px for profile in PROFILES.values()} == {576, 384}
