"""Every QR on every screen is read back from the canvas, badge and bands included."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest
import zxingcpp
from msgspec import structs
from PIL import Image

from fleet.protocol.payment import BillPayment
from kiosk.screens import qr
from kiosk.screens.draw import Painter
from kiosk.screens.gallery import SIZES, Size, desk_of
from kiosk.screens.present import view
from kiosk.screens.samples import DESK, OWED, SETTINGS, bill, samples
from kiosk.screens.views_paying import KeepView, PayView
from kiosk.visits.desk import Language
from kiosk.visits.events import Bill
from kiosk.visits.states import Paying, Visitor

BY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)


def read(canvas: pygame.Surface) -> list[str]:
    image = Image.frombytes("RGB", canvas.get_size(), pygame.image.tobytes(canvas, "RGB"))
    return [found.text for found in zxingcpp.read_barcodes(image)]


@BY_SIZE
def test_every_code_is_read_back(size: Size) -> None:
    painter, canvas, seen = Painter(size.px), pygame.Surface(size.px), 0
    for sample in samples():
        told = sample.on(desk_of(size, Language.TH))
        shown = view(told.state, told.moment)
        if isinstance(shown, PayView | KeepView):
            painter.draw(shown, canvas)
            assert read(canvas) == [shown.payload], sample.name
            seen += 1
    assert seen >= 7


@BY_SIZE
@pytest.mark.parametrize("sample", [True, False])
def test_longest_references_and_real_bills(size: Size, sample: bool) -> None:
    notice = structs.replace(OWED[0].notice, sample=sample)
    payment = BillPayment(SETTINGS.payee.biller_id, "A1B2C3D4E5F6G7H8I9J0", "Z9Y8X7W6V5U4T3S2R1Q0", 99_999_999_999)
    desk = replace(desk_of(size, Language.TH), settings=structs.replace(SETTINGS, sample=sample))
    long_bill = Bill(replace(OWED[0], notice=notice), payment, "CBI01-000042", "token")
    shown = view(Paying(desk, Visitor(), long_bill, OWED), next(iter(samples())).moment)
    assert isinstance(shown, PayView)
    assert (shown.badge is not None) is sample
    canvas = pygame.Surface(size.px)
    Painter(size.px).draw(shown, canvas)
    assert read(canvas) == [payment.emv_payload()]


def test_a_real_bill_wears_no_sample_marks() -> None:
    desk = replace(DESK, settings=structs.replace(SETTINGS, sample=False))
    real = Bill(
        replace(OWED[0], notice=structs.replace(OWED[0].notice, sample=False)), bill().payment, "CBI01-000042", "token"
    )
    shown = view(Paying(desk, Visitor(), real, OWED), next(iter(samples())).moment)
    assert isinstance(shown, PayView)
    assert (shown.sample_band, shown.badge, shown.shell.head.sample) == (None, None, None)


def test_quiet_zone_is_four_modules_on_all_sides() -> None:
    modules = qr.matrix(bill().payment.emv_payload(), badge=True)
    edges = [*modules[:4], *modules[-4:], *(row[:4] for row in modules), *(row[-4:] for row in modules)]
    assert not any(any(edge) for edge in edges)
    assert modules[4][4]
