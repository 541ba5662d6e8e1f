"""Stickers for kiosks as PDF: of one kiosk, and of a list as its address narrows it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fleet.acting.kiosks import kiosks_sought
from fleet.devices.models import Kiosk
from fleet.devices.stickers import STICKERS_MAX, Sticker, sheets, single, sticker_of
from fleet.figures.year import holds_samples
from fleet.people.scope import scope_of
from fleet.web.access import kiosk_seen, signed_in
from fleet.web.page_addresses import page_address
from fleet.web.views.kiosks import Asked


@require_safe
@signed_in
def sticker(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """One, on a page of its own size."""
    made = _sticker(request, kiosk_seen(request, kiosk_id), is_sample=holds_samples())
    return _pdf(single(made), f"sticker-{made.kiosk_id}")


@require_safe
@signed_in
def stickers(request: HttpRequest) -> HttpResponse:
    """Sheets of A4 of the kiosks that the list's address asks for, whatever state they are in; by their ids."""
    rows = kiosks_sought(scope_of(request.user), Asked.of(request).sought).order_by("pk")
    is_sample = holds_samples()
    return _pdf(sheets([_sticker(request, each, is_sample=is_sample) for each in rows[:STICKERS_MAX]]), "stickers")


def _sticker(request: HttpRequest, kiosk: Kiosk, *, is_sample: bool) -> Sticker:
    address = page_address(request, "web:kiosk", kiosk.pk)
    return sticker_of(kiosk, address, is_sample=is_sample)


def _pdf(made: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
