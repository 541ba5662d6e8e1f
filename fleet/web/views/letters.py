"""Letters of notices: one at once, or thousands in parts, with how far they are."""

from __future__ import annotations

import io
from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from fleet.office.fees import runs
from fleet.office.fees.models import LetterPart, LetterRun
from fleet.office.fees.printing import pdf
from fleet.office.fees.sending import print_waiting
from fleet.office.paper import PictureError, png_of
from fleet.payments.billing import payee_of
from fleet.web.access import signed_in
from fleet.web.live import answer
from fleet.web.views.fees import filters_of, notice_seen, office_served, picked

PICTURE_WIDTH_PX = 1000
"""Sharp enough to read the smallest line of A4 on a laptop, and 150 kB."""


@require_safe
@signed_in
def letter(request: HttpRequest, office_id: str, notice_no: str) -> HttpResponse:
    """The notice's letter as PDF: it names who operates the factory, so it is for the office's own."""
    return _pdf(_printed(request, office_id, notice_no), f"{notice_no}.pdf")


@require_safe
@signed_in
def letter_picture(request: HttpRequest, office_id: str, notice_no: str) -> HttpResponse:
    """The same as a picture, for the notice's page."""
    try:
        picture = png_of(_printed(request, office_id, notice_no), PICTURE_WIDTH_PX)
    except PictureError:
        raise Http404 from None  # the page says where the PDF is
    return HttpResponse(picture, content_type="image/png")


def _printed(request: HttpRequest, office_id: str, notice_no: str) -> bytes:
    office_served(request, office_id)
    found = notice_seen(request, office_id, notice_no)
    try:
        letters = runs.letters_of(found.factory.office, [found.pk], payee_of, timezone.localdate())
    except runs.NoPayeeError:
        raise Http404 from None
    if not letters:
        raise Http404
    return pdf(letters)


def _pdf(printed: bytes, name: str) -> HttpResponse:
    response = HttpResponse(io.BytesIO(printed), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_POST
@signed_in
def print_letters(request: HttpRequest, office_id: str) -> HttpResponse:
    """Ask for the letters of what the filters in the address leave."""
    ours, filters = office_served(request, office_id), filters_of(request)
    run = runs.ask(ours, picked(ours, filters), cast(User, request.user), filters.query())
    if run is None:
        return HttpResponseRedirect(f"{reverse('web:fee-notices', args=[ours.pk])}?{filters.query()}")
    return HttpResponseRedirect(reverse("web:letter-run", args=[ours.pk, run.pk]))


@require_POST
@signed_in
def print_reminders(request: HttpRequest, office_id: str) -> HttpResponse:
    """Ask for the letters of the reminders that wait to be printed."""
    ours = office_served(request, office_id)
    run = print_waiting(ours, cast(User, request.user))
    if run is None:
        return HttpResponseRedirect(reverse("web:fee-reminders", args=[ours.pk]))
    return HttpResponseRedirect(reverse("web:letter-run", args=[ours.pk, run.pk]))


def run_seen(request: HttpRequest, office_id: str, run: int) -> LetterRun:
    """A run of an office.

    Raises: Http404 when there is none, or none for this account.
    """
    found = LetterRun.objects.select_related("office", "asked_by").filter(pk=run, office_id=office_id).first()
    if found is None:
        raise Http404
    office_served(request, office_id)
    return found


@require_safe
@signed_in
def letter_run(request: HttpRequest, office_id: str, run: int) -> HttpResponse:
    """How far the letters are, and those that can be taken."""
    found = run_seen(request, office_id, run)
    progress = runs.progress_of(found)
    context = {
        "office": found.office,
        "progress": progress,
        "parts": [(each, runs.state_of(each, timezone.now())) for each in runs.parts_of(found)],
    }
    return answer(request, "letter_run", context)


@require_safe
@signed_in
def letter_part(request: HttpRequest, office_id: str, run: int, number: int) -> HttpResponse:
    """One file of letters."""
    found = run_seen(request, office_id, run)
    part = LetterPart.objects.filter(run=found, number=number, pdf__isnull=False).first()
    if part is None or not part.pdf:
        raise Http404
    return _pdf(bytes(part.pdf), f"{found.office_id}-{found.pk}-{number:03d}.pdf")
