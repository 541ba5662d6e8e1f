"""All that happened at a kiosk, a page at a time, and as a file.

``what`` and ``older`` or ``newer`` stand in the address; what is none is everything, and the newest.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fleet.acting.kiosk_history import Cut, History, Sort, sorts_seen
from fleet.devices.models import Kiosk
from fleet.people.scope import scope_of
from fleet.web.access import kiosk_seen, signed_in
from fleet.web.kiosk_history import Line, line, sort_word
from fleet.web.table_files import table_file

A_PAGE = 50

COLUMNS = ("kiosk", "what", "at", "came_at", "title", "says", "by", "condition")


def _what(request: HttpRequest, kiosk: Kiosk) -> Sort | None:
    said = request.GET.get("what", "")
    return next((each for each in sorts_seen(scope_of(request.user), kiosk) if each == said), None)


@require_safe
@signed_in
def kiosk_history(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """The page."""
    scope, row = scope_of(request.user), kiosk_seen(request, kiosk_id)
    what, now = _what(request, row), timezone.now()
    older, newer = (Cut.of(request.GET.get(name, "")[:90]) for name in ("older", "newer"))
    page = History(scope, row, what).page(A_PAGE, older=older, newer=newer)
    context = {
        "kiosk": row,
        "what": what or "",
        "sorts": [(each, sort_word(each)) for each in sorts_seen(scope, row)],
        "lines": [line(each, now) for each in page.entries],
        "page": page,
    }
    return render(request, "web/kiosk_history.html", context)


@require_safe
@signed_in
def kiosk_history_csv(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """The same list, all its pages, for a spreadsheet."""
    row, now = kiosk_seen(request, kiosk_id), timezone.now()
    entries = History(scope_of(request.user), row, _what(request, row)).whole()
    return table_file(f"{row.pk}-history", COLUMNS, (_cells(row, line(each, now)) for each in entries))


def _cells(kiosk: Kiosk, it: Line) -> tuple[object, ...]:
    return kiosk.pk, it.sort, it.at, it.came_at, it.title, it.sentence, it.by, it.condition
