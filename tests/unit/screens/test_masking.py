"""What is the visitor's is not drawn on a masked screen; everything else is."""

from __future__ import annotations

import pygame
import pytest

from kiosk.screens import wording
from kiosk.screens.draw import Painter
from kiosk.screens.masking import MASK, NO_QR, masked
from kiosk.screens.present import view
from kiosk.screens.samples import LONG_OWED, OWED, Sample, bill, samples
from kiosk.screens.sheet import Written
from kiosk.screens.views import HoldView, View
from kiosk.screens.views_paying import KeepView, PayView
from kiosk.visits.states import Idle, Paying, Problem, Sorry

SIZE_PX = (1280, 800)
EACH = pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(SIZE_PX)


def drawn(painter: Painter, shown: View) -> str:
    """Every text on the screen."""
    sheet = painter.sheet(shown, pygame.Surface(SIZE_PX), witness=True)
    assert sheet.witnessed is not None
    return "\n".join(each.text for each in sheet.witnessed if isinstance(each, Written))


def personal() -> list[str]:
    """What the samples say of a visitor."""
    said = ["12-1", "CBI01-000042", "CBI01000042", "Kx7mQ2vT9pLw4RzB"]
    for owed in OWED + LONG_OWED:
        said += [owed.factory.name_th[:20], owed.factory.name_en[:12], owed.notice.reference]
        said.append(wording.baht(owed.notice.amount_satang))
    return said


@EACH
def test_a_masked_screen_shows_nothing_of_the_visitor(painter: Painter, sample: Sample) -> None:
    shown = masked(view(sample.state, sample.moment))
    if isinstance(shown, HoldView):
        return
    texts = drawn(painter, shown)
    assert [each for each in personal() if each in texts] == []
    if isinstance(shown, PayView | KeepView):
        assert shown.payload == NO_QR


def test_the_day_of_a_payment_is_masked() -> None:
    (sample,) = (
        each for each in samples() if isinstance(each.state, Sorry) and each.state.problem is Problem.ALREADY_PAID
    )
    shown = view(sample.state, sample.moment)
    assert "2569" in repr(shown)
    assert "2569" not in repr(masked(shown))


def test_what_concerns_nobody_stays(painter: Painter) -> None:
    (idle,) = (each for each in samples() if each.name == "01-idle")
    assert isinstance(idle.state, Idle)
    assert masked(view(idle.state, idle.moment)) == view(idle.state, idle.moment)
    (paying,) = (each for each in samples() if each.name == "05-qr")
    assert isinstance(paying.state, Paying)
    texts = drawn(painter, masked(view(paying.state, paying.moment)))
    assert MASK in texts
    assert "ชำระแล้ว" in texts


def test_the_unmasked_screen_would_have_been_caught(painter: Painter) -> None:
    (paying,) = (each for each in samples() if each.name == "05-qr")
    texts = drawn(painter, view(paying.state, paying.moment))
    assert [each for each in personal() if each in texts]
    assert bill().payment.ref1 in texts
