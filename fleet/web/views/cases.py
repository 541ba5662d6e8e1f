"""Cases: the list with the late ones first, one case and what is done with it; and the public page of a manual.

Only who serves in an office sees its cases; a manual is for everybody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from fleet.office.cases.models import Case, Manual, Permit
from fleet.office.cases.providing import wire_manual
from fleet.office.cases.working import CaseError, Holder, close, finish_step, hand_over, tell_delay
from fleet.people.scope import Scope, scope_of
from fleet.protocol.deadlines import is_current
from fleet.web import case_pages
from fleet.web.access import signed_in
from fleet.web.limits import Allowance, address_of, too_often

SHOWN = 100
STATES = ("open", "late", "closed", "expiring")
EXPIRING = timedelta(days=90)
"""Permits that expire within so many days, or have, are on the list."""

LOOKS = Allowance(times=60, window_s=60)


def _served(rows: QuerySet[Case], scope: Scope) -> QuerySet[Case]:
    return rows if scope.nation else rows.filter(factory__office__province_id__in=scope.serves)


def _in_state(rows: QuerySet[Case], state: str) -> QuerySet[Case]:
    if state == "closed":
        return rows.filter(closed_on__isnull=False).order_by("-closed_on")
    rows = rows.filter(closed_on__isnull=True)
    return rows.filter(due_on__lt=timezone.localdate()) if state == "late" else rows


@require_safe
@signed_in
def cases(request: HttpRequest) -> HttpResponse:
    """The list, the most urgent first; ``state`` and ``q`` narrow it down."""
    scope, today = scope_of(request.user), timezone.localdate()
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    asked = request.GET.get("q", "").strip()[:60]
    rows = _served(Case.objects.select_related("factory__office").prefetch_related("steps"), scope)
    permits = Permit.objects.select_related("factory__office").filter(expires_on__lte=today + EXPIRING)
    permits = permits if scope.nation else permits.filter(factory__office__province_id__in=scope.serves)
    if asked:
        rows = rows.filter(case_no__icontains=asked)
    say = case_pages.words()
    counts = {each: permits.count() if each == "expiring" else _in_state(rows, each).count() for each in STATES}
    context = {
        "say": say,
        "states": [(each, say[each], counts[each]) for each in STATES],
        "state": state,
        "asked": asked,
        "lines": [] if state == "expiring" else [case_pages.shown(c, today) for c in _in_state(rows, state)[:SHOWN]],
        "permits": [(each, each.expires_on < today) for each in permits[:SHOWN]] if state == "expiring" else [],
    }
    return render(request, "web/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def case(request: HttpRequest, case_no: str) -> HttpResponse:
    """One case: steps, deadline, deeds, and what to do next."""
    rows = _served(Case.objects.select_related("factory__office").prefetch_related("steps"), scope_of(request.user))
    found = rows.filter(pk=case_no).first()
    if found is None:
        raise Http404
    wrong = False
    if request.method == "POST":
        try:
            _do(request, found)
            return HttpResponseRedirect(reverse("web:case", args=[case_no]))
        except CaseError:
            wrong = True
    context = {
        "say": case_pages.words(),
        "wrong": wrong,
        "deeds": [(each, case_pages.deed(each.what)) for each in found.deeds.all()],
        **case_pages.shown(found, timezone.localdate()),
    }
    return render(request, "web/case.html", context)


def _do(request: HttpRequest, found: Case) -> None:
    """What the form said. Raises: CaseError."""
    user, said = cast(User, request.user), request.POST
    match said.get("deed"):
        case "step":
            finish_step(found, user)
        case "hands":
            hand_over(found, Holder(said.get("name_th", ""), said.get("name_en", ""), said.get("phone", "")), user)
        case "told":
            tell_delay(found, user)
        case "close":
            close(found, user)
        case _:
            raise CaseError("no such deed")


@require_safe
def manual(request: HttpRequest, manual_id: str) -> HttpResponse:
    """A manual for everybody; ``lang`` chooses the language."""
    if not LOOKS.permits(address_of(request)):
        return too_often(request, 60)
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        found = Manual.objects.filter(pk=manual_id).first()
        if found is None:
            raise Http404
        context = {
            "found": found,
            "say": case_pages.words(),
            "parts": _parts(found, "steps"),
            "papers": _parts(found, "documents"),
            "is_current": is_current(wire_manual(found), timezone.localdate()),
        }
        response = render(request, "web/manual.html", context)
    response.headers["Content-Language"] = language
    return response


def _parts(found: Manual, field: str) -> list[tuple[str, int]]:
    key = "label_en" if case_pages.is_english() else "label_th"
    return [(each[key], each.get("days", 0)) for each in getattr(found, field)]
