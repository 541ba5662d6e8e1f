"""Cases: the list with the late ones first, one case and what is done with it; and the public page of a manual.

Only who serves in an office sees its cases; a manual is for everybody. Opening one is ``case_opening``'s.
"""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.cases import CaseAct, CaseError, Holder, do, possible, slip_of
from fleet.acting.numbers import whole
from fleet.acting.seen import cases_served, permits_served
from fleet.office.cases.listing import CaseState, asked_for, counted, expiring, in_state, permits_asked_for
from fleet.office.cases.models import Case, Manual
from fleet.office.cases.providing import wire_manual
from fleet.office.finding import tidied
from fleet.people.scope import scope_of
from fleet.protocol.deadlines import is_current
from fleet.web import case_words
from fleet.web.access import offices_served, signed_in
from fleet.web.limits import Allowance, address_of, too_often

SHOWN = 100
LOOKS = Allowance(times=60, window_s=60)


@require_safe
@signed_in
def cases(request: HttpRequest) -> HttpResponse:
    """The list, the most urgent first; ``state`` and ``q`` narrow it down."""
    scope, today = scope_of(request.user), timezone.localdate()
    state = request.GET.get("state", "open")
    state = state if state in case_words.LISTS else "open"
    asked = tidied(request.GET.get("q", ""))
    rows = asked_for(cases_served(scope), asked)
    permits = permits_asked_for(expiring(permits_served(scope), today), asked)
    lists = {each.value: in_state(rows, each, today) for each in CaseState}
    lists[CaseState.CLOSED] = lists[CaseState.CLOSED].order_by("-closed_on")
    counts = {each.value: count for each, count in counted(rows, today).items()} | {"expiring": permits.count()}
    context = {
        "states": [(each, case_words.list_word(each), counts[each]) for each in case_words.LISTS],
        "state": state,
        "asked_case": asked,
        "lines": [case_words.shown(each, today) for each in lists[state][:SHOWN]] if state in lists else [],
        "permits": [(each, each.expires_on < today) for each in permits[:SHOWN]] if state == "expiring" else [],
        "hidden": max(0, counts[state] - SHOWN),
        "may_open": offices_served(scope).exists(),
    }
    return render(request, "web/cases.html", context)


def case_served(request: HttpRequest, case_no: str) -> Case:
    """One case. Raises: Http404 when there is none, or none for this account."""
    found = cases_served(scope_of(request.user)).filter(pk=case_no).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def case(request: HttpRequest, case_no: str) -> HttpResponse:
    """One case: steps, deadline, documents, deeds, and what to do next."""
    found = case_served(request, case_no)
    wrong = False
    if request.method == "POST":
        try:
            _do(request, found)
            return HttpResponseRedirect(reverse("web:case", args=[case_no]))
        except CaseError:
            wrong = True
    papers, today = list(found.documents.all()), timezone.localdate()
    context = {
        "wrong": wrong,
        "may": possible(found, scope_of(request.user), today),
        "opened": request.GET.get("opened") == "1",
        "papers": papers,
        "missing": sum(each.received_on is None for each in papers),
        "deeds": [(each, case_words.deed(each.what)) for each in found.deeds.all()],
        **case_words.shown(found, today),
    }
    return render(request, "web/case.html", context, status=409 if wrong else 200)


def _do(request: HttpRequest, found: Case) -> None:
    """What the form said. Raises: CaseError."""
    said = request.POST
    what = next((each for each in CaseAct if each == said.get("deed")), None)
    if what is None:
        raise CaseError("no such deed")
    position = whole(said.get("position", ""))
    do(
        found,
        what,
        cast(User, request.user),
        to=Holder(said.get("name_th", ""), said.get("name_en", ""), said.get("phone", "")),
        position=-1 if position is None else position,
    )


@require_safe
@signed_in
def case_slip(request: HttpRequest, case_no: str) -> HttpResponse:
    """The slip of a case as PDF, with the QR that follows it; where the QR leads, the office's settings say."""
    found = case_served(request, case_no)
    drawn = slip_of(found, request.build_absolute_uri("/").rstrip("/"))
    response = HttpResponse(drawn, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found.pk}.pdf"'
    return response


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
            "parts": parts_of(found, "steps"),
            "papers": parts_of(found, "documents"),
            "is_current": is_current(wire_manual(found), timezone.localdate()),
        }
        response = render(request, "web/manual.html", context)
    response.headers["Content-Language"] = language
    return response


def parts_of(found: Manual, field: str) -> list[tuple[str, int]]:
    """The steps or documents of a manual in the page's language, each with its days."""
    key = "label_en" if translation.get_language() == "en" else "label_th"
    return [(each[key], each.get("days", 0)) for each in getattr(found, field)]
