"""Paper folders: where each is and who has it, what happened to it, labels, and walks along a shelf.

Only for who serves in the office: who has taken which folder is nobody else's business.
"""

from __future__ import annotations

import contextlib
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fleet.acting.folders import NoOfficerError, officers_of, pass_on, put_away, walk_along
from fleet.acting.numbers import whole
from fleet.acting.seen import folders_served
from fleet.office.folders.finding import find, homes_of
from fleet.office.folders.labels import LABELS_MAX, label_of, pdf
from fleet.office.folders.models import Deed, Movement, Standing, StockTaking
from fleet.office.folders.sheets import SHEETS
from fleet.office.models import Folder
from fleet.people.scope import scope_of
from fleet.web.access import offices_served, signed_in
from fleet.web.table_files import in_lots, table_file

SHOWN = 100
AT_ONCE = 500
COLUMNS = ("folder", "factory_no", "factory", "room", "cabinet", "shelf", "slot", "out_to", "out_since")
HISTORY = 200
TAKINGS = 20


def _asked(request: HttpRequest) -> QuerySet[Folder]:
    """The folders that the address asks for: ``q``, ``office``, ``out``."""
    said = request.GET
    rows = folders_served(scope_of(request.user))
    return find(rows, said.get("q", ""), said.get("office", "")[:5], out="out" in said)


def _with_standing(rows: list[Folder]) -> list[tuple[Folder, Standing | None]]:
    standing = Standing.objects.in_bulk([each.pk for each in rows])
    return [(each, standing.get(each.pk)) for each in rows]


@require_safe
@signed_in
def folders(request: HttpRequest) -> HttpResponse:
    """The folders asked for, each with its place or who has it."""
    rows = _asked(request)
    found, count = list(rows[:SHOWN]), rows.count()
    if len(found) == 1 and request.GET.get("q", "").strip().upper() == found[0].pk:
        return HttpResponseRedirect(reverse("web:folder", args=[found[0].pk]))  # a scan
    context = {
        "lines": _with_standing(found),
        "count": count,
        "hidden": count - len(found),
        "asked_folder": request.GET.get("q", "").strip()[:60],
        "office": request.GET.get("office", "")[:5],
        "out": "out" in request.GET,
        "offices": offices_served(scope_of(request.user)),
        "sheets": SHEETS.values(),
        "address": request.GET.urlencode(),
    }
    return render(request, "web/folders.html", context)


@require_safe
@signed_in
def folders_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet; what is asked for, not only what the page shows, as far as a file goes."""
    lots = in_lots(_asked(request).iterator(AT_ONCE), AT_ONCE)
    return table_file("folders", COLUMNS, (_row(*each) for lot in lots for each in _with_standing(lot)))


def _row(it: Folder, standing: Standing | None) -> tuple[object, ...]:
    out = (standing.out_to_name, standing.out_since) if standing else ("", None)
    return (it.pk, it.factory_id, it.factory.name_th, it.room, it.cabinet, it.shelf, it.slot, *out)


@require_POST
@signed_in
def labels(request: HttpRequest) -> HttpResponse:
    """Labels of the folders ticked, or of all that the list's address asks for."""
    sheet = SHEETS.get(request.POST.get("sheet", ""))
    first = whole(request.POST.get("first", "1"), 4)
    if sheet is None or first is None or not 1 <= first <= sheet.labels:
        return HttpResponseBadRequest("no such label on the sheet", content_type="text/plain")
    if "all" in request.POST:
        request.GET = QueryDict(request.POST.get("address", "")[:500])
        rows = _asked(request)
    else:
        rows = folders_served(scope_of(request.user)).filter(pk__in=request.POST.getlist("folder")[:LABELS_MAX])
    chosen = [label_of(each) for each in rows[:LABELS_MAX]]
    if not chosen:
        return HttpResponseRedirect(reverse("web:folders"))
    answer = HttpResponse(pdf(chosen, sheet, first), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="folder-labels.pdf"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def folder(request: HttpRequest, folder_id: str) -> HttpResponse:
    """One folder: its place, who has it, everything that happened to it, and what to do about it."""
    found = folders_served(scope_of(request.user)).filter(pk=folder_id).first()
    if found is None:
        raise Http404
    office_id = found.factory.office_id
    officers = officers_of(office_id)
    if request.method == "POST":
        address = reverse("web:folder", args=[folder_id])
        return HttpResponseRedirect(address if _do(request, found) else f"{address}?kept=1")
    movements = Movement.objects.filter(folder_id=folder_id).order_by("-at", "-kiosk_id", "-id")[:HISTORY]
    context = {
        "folder": found,
        "standing": Standing.objects.filter(pk=folder_id, office_id=office_id).first(),
        "movements": [(each, (each.received_at - each.at).total_seconds() > LATE_S) for each in movements],
        "officers": officers,
        "deeds": Deed,
        "sheets": SHEETS.values(),
        "may_change": scope_of(request.user).may_change(found.factory.office.province_id),
    }
    return render(request, "web/folder.html", context)


LATE_S = 600
"""A movement heard of later than this came from a kiosk that was cut off; the page says so."""


def _do(request: HttpRequest, found: Folder) -> bool:
    """What the form said; what it does not know is not done. Was it?"""
    said = request.POST
    deed = said.get("deed", "")
    if deed == "place":
        put_away(found, *(said.get(name, "").strip() for name in ("room", "cabinet", "shelf", "slot")))
        return True
    if deed in (Deed.OUT, Deed.IN):
        with contextlib.suppress(NoOfficerError):
            pass_on(found, Deed(deed), said.get("officer", ""), cast(User, request.user))
            return True
    return False


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def shelves(request: HttpRequest, office_id: str) -> HttpResponse:
    """Walks along the shelves of an office, and the form to tell of one: place, and what was scanned, line by line."""
    office = offices_served(scope_of(request.user)).filter(pk=office_id).first()
    if office is None:
        raise Http404
    officers = officers_of(office.pk)
    if request.method == "POST":
        said = request.POST
        shelf = tuple(said.get(name, "").strip()[:20] for name in ("room", "cabinet", "shelf"))
        address = reverse("web:shelves", args=[office_id])
        if any(shelf):
            with contextlib.suppress(NoOfficerError):
                place = (shelf[0], shelf[1], shelf[2])
                scanned = said.get("scanned", "").split()
                walk_along(office.pk, place, scanned, said.get("officer", ""), cast(User, request.user))
                return HttpResponseRedirect(address)
        return HttpResponseRedirect(f"{address}?kept=1")
    takings = list(StockTaking.objects.filter(office=office)[:TAKINGS])
    context: dict[str, Any] = {"at_office": office, "officers": officers, "takings": _with_places(takings)}
    return render(request, "web/shelves.html", context)


def _with_places(takings: list[StockTaking]) -> list[tuple[StockTaking, list[Folder]]]:
    """Each with the misplaced folders, which know where they belong."""
    known = homes_of(takings)
    return [(each, [known[one] for one in each.misplaced if one in known]) for each in takings]
