"""QR codes: the qrcode package's own, module for module, in a third of its time."""

from __future__ import annotations

import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer import qr, qr_mask
from drivers.printer.qr import Correction

LEVELS = dict(zip(Correction, (1, 0, 3, 2), strict=True))  # as the package and the standard number them
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=250)


@settings(deadline=None, max_examples=40)
@given(printable, st.sampled_from(Correction))
def test_a_symbol_is_the_packages_own(payload: str, correction: Correction) -> None:
    theirs = qrcode.QRCode(error_correction=LEVELS[correction], border=0)
    theirs.add_data(payload)
    theirs.make(fit=True)
    ours = qr.rows(payload, correction)
    assert [[bool(row >> x & 1) for x in range(len(ours) - 1, -1, -1)] for row in ours] == theirs.get_matrix()


@pytest.mark.parametrize("side", [21, 25, 45])
def test_plain_symbols_are_as_bad_as_the_standard_says(side: int) -> None:
    """One run in each row and column, every square, and nothing but one colour: ten steps of 5 % from half."""
    runs = 2 * side * (side - 2)
    squares = 3 * (side - 1) ** 2
    for symbol in (0, (1 << side * side) - 1):
        assert qr_mask.penalty(symbol, side) == runs + squares + 100


def test_what_looks_like_a_finder_costs_forty() -> None:
    side = 21
    checkered = sum(1 << at for at in range(0, side * side, 2))
    assert qr_mask.penalty(checkered, side) == 0
    lookalike = int("10111010000"[::-1], 2)
    with_one = checkered & ~((1 << 11) - 1) | lookalike
    without = with_one ^ 1 << 2
    assert qr_mask.penalty(with_one, side) - qr_mask.penalty(without, side) >= 30
