"""Who saw and changed what: the trail, narrowed down by the address; as a table for a spreadsheet too.

Auditors and admins read it, of their provinces; what is no province's is the nation's.
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fleet.acting.trail import Sought, entries
from fleet.audit.models import Entry, Kind
from fleet.audit.trail import anchor
from fleet.office.models import Province
from fleet.people.scope import Scope, scope_of
from fleet.web import audit_values, audit_words
from fleet.web.access import signed_in
from fleet.web.audit_things import About, about
from fleet.web.table_files import table_file

SHOWN = 100
COLUMNS = ("number", "at", "who", "address", "kind", "what", "about", "province", "said", "previous", "digest")


def _scope(request: HttpRequest) -> Scope:
    """Raises: Http404 for who does not read the trail."""
    scope = scope_of(request.user)
    if not scope.audits:
        raise Http404
    return scope


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _asked(request: HttpRequest, scope: Scope) -> QuerySet[Entry]:
    """The lines that the address asks for, the newest first."""
    said = request.GET
    kind, place = said.get("kind", ""), said.get("province", "")
    sought = Sought(
        who=said.get("who", "").strip()[:150],
        about=said.get("about", "").strip()[:120],
        kind=kind if kind in Kind.values else "",
        what=said.get("what", "")[:60],
        dopa_code=int(place[:4]) if place.isascii() and place.isdigit() else None,
        first=_day(said.get("from", "")),
        last=_day(said.get("to", "")),
    )
    return entries(scope, sought)


@require_safe
@signed_in
def audit(request: HttpRequest) -> HttpResponse:
    """The newest lines of what is asked for; ``before`` goes further back."""
    scope = _scope(request)
    rows = _asked(request, scope)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(number__lt=int(before[:18]))
    found = list(rows[: SHOWN + 1])
    shown = found[:SHOWN]
    further = request.GET.copy()
    if len(found) > SHOWN:
        further["before"] = str(shown[-1].number)
    names = {each.pk: each for each in Province.objects.filter(pk__in={e.dopa_code for e in shown if e.dopa_code})}
    provinces = scope.audits.of(Province.objects.filter(offices__isnull=False).distinct(), "dopa_code")
    whole = request.GET.copy()
    whole.pop("before", None)
    context: dict[str, Any] = {
        "lines": [
            _line(each, names.get(each.dopa_code or 0), thing)
            for each, thing in zip(shown, about(cast(User, request.user), scope, shown), strict=True)
        ],
        "further": further.urlencode() if len(found) > SHOWN else "",
        "whole": whole.urlencode(),
        "kinds": [(each.value, audit_words.kind(each)) for each in Kind],
        "sifted": {
            name: request.GET.get(name, "") for name in ("who", "about", "kind", "what", "province", "from", "to")
        },
        "provinces": provinces,
        "end": anchor() if scope.audits.nation else None,
    }
    return render(request, "web/audit.html", context)


def _line(entry: Entry, province: Province | None, thing: About) -> dict[str, Any]:
    return {
        "it": entry,
        "thing": thing,
        "kind": audit_words.kind(entry.kind),
        "icon": audit_words.ICONS[Kind(entry.kind)],
        "refused": entry.kind == Kind.REFUSED,
        "what": audit_words.what(entry.what),
        "said": audit_values.said(entry),
        "province": province,
    }


@require_safe
@signed_in
def audit_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet, the newest lines; the whole trail is for `fleet audit export`."""
    rows = _asked(request, _scope(request))
    return table_file("audit", COLUMNS, map(_row, rows.iterator(1000)))


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.number,
        timezone.localtime(entry.at).isoformat(),  # whole: its seal is over it
        entry.by_name,
        entry.address,
        entry.kind,
        entry.what,
        entry.about,
        entry.dopa_code,
        entry.said,
        entry.previous,
        entry.digest,
    )
