"""Opening a case by hand, one question a page: whose it is, which manual, then papers, when it came, and who has it.

Each answer stands in the address, so that the way back is the browser's; only the last form opens anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.acting.cases import CaseError, Holder, file, holders_of, is_credible
from fleet.acting.numbers import whole
from fleet.office.cases.models import Manual
from fleet.office.cases.opening import Filing
from fleet.office.cases.providing import wire_manual
from fleet.office.finding import find, tidied
from fleet.office.holidays.days import NoWorkingDayError
from fleet.office.models import Factory, Office
from fleet.people.scope import scope_of
from fleet.protocol.deadlines import is_current
from fleet.protocol.thai import BANGKOK
from fleet.web.access import offices_served, signed_in
from fleet.web.views.cases import parts_of

FOUND_SHOWN = 20
HOLDERS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose case it is going to be."""

    office: Office
    factory: Factory | None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def open_case(request: HttpRequest) -> HttpResponse:
    """The next question that is not answered yet; with the last answers, the case."""
    if not offices_served(scope_of(request.user)).exists():
        raise Http404
    said = request.POST if request.method == "POST" else request.GET
    whose = _whose(request, said.get("factory", ""), said.get("office", ""))
    if whose is None:
        return _ask_whose(request)
    found = Manual.objects.filter(pk=said.get("manual", "")).first()
    if found is None or not is_current(wire_manual(found), timezone.localdate()):
        return _ask_which(request, whose)
    wrong = ""
    if request.method == "POST":
        done = _open(request, whose, found)
        if isinstance(done, HttpResponse):
            return done
        wrong = done
    return _ask_rest(request, whose, found, wrong)


def _whose(request: HttpRequest, factory_no: str, office_id: str) -> _Whose | None:
    """Whose it is; None while nobody has said. Raises: Http404 for what is not this account's."""
    offices = offices_served(scope_of(request.user))
    if factory_no:
        factory = Factory.objects.select_related("office").filter(pk=factory_no, office__in=offices).first()
        if factory is None:
            raise Http404
        return _Whose(factory.office, factory)
    if office_id:
        office = offices.filter(pk=office_id).first()
        if office is None:
            raise Http404
        return _Whose(office, None)
    return None


def _ask_whose(request: HttpRequest) -> HttpResponse:
    offices = offices_served(scope_of(request.user))
    asked = tidied(request.GET.get("q", ""))
    rows = find(Factory.objects.select_related("office").filter(office__in=offices), asked) if asked else None
    context = {
        "asked_factory": asked,
        "found": list(rows[:FOUND_SHOWN]) if rows is not None else [],
        "hidden": max(0, rows.count() - FOUND_SHOWN) if rows is not None else 0,
        "offices": offices,
    }
    return render(request, "web/case_whose.html", context)


def _ask_which(request: HttpRequest, whose: _Whose) -> HttpResponse:
    today = timezone.localdate()
    manuals = [each for each in Manual.objects.all() if is_current(wire_manual(each), today)]
    return render(request, "web/case_which.html", {"opened_for": whose, "manuals": manuals})


def _papers(said: QueryDict) -> set[int]:
    """The papers that are ticked, by their place in the manual's list."""
    return {place for place in map(whole, said.getlist("paper")) if place is not None}


def _ask_rest(request: HttpRequest, whose: _Whose, found: Manual, wrong: str) -> HttpResponse:
    now = timezone.localtime()
    context: dict[str, Any] = {
        "opened_for": whose,
        "manual": found,
        "papers": [(label, position) for position, (label, _days) in enumerate(parts_of(found, "documents"))],
        "ticked": _papers(request.POST),
        "holders": holders_of(whose.office, HOLDERS_SHOWN),
        "on": request.POST.get("on", now.date().isoformat()),
        "at": request.POST.get("at", now.strftime("%H:%M")),
        "today": now.date().isoformat(),
        "said": request.POST,
        "wrong": wrong,
    }
    return render(request, "web/case_open.html", context, status=422 if wrong else 200)


def _open(request: HttpRequest, whose: _Whose, found: Manual) -> HttpResponse | str:
    """The way to the new case, or why there is none."""
    said = request.POST
    entered = _entered(said.get("on", ""), said.get("at", ""))
    if entered is None:
        return _("วันเวลาที่เข้าระบบต้องไม่อยู่ในอนาคต และไม่เกินหนึ่งปีก่อน")
    holder = Holder(said.get("name_th", ""), said.get("name_en", ""), said.get("phone", ""))
    if not holder.name_th.strip():
        return _("บอกว่าเรื่องอยู่กับกลุ่มหรือโต๊ะไหน")
    filing = Filing(
        office=whose.office,
        factory=whose.factory,
        manual=found,
        entered_at=entered,
        holder=holder,
        papers=_papers(said),
    )
    try:
        case = file(filing, cast(User, request.user))
    except NoWorkingDayError:
        return _("ปฏิทินวันหยุดผิด จึงนับกำหนดไม่ได้ แจ้งผู้ดูแลจังหวัด")
    except CaseError:
        return _("เลขที่เรื่องของปีนี้หมดแล้ว แจ้งผู้ดูแลจังหวัด")
    return HttpResponseRedirect(f"{reverse('web:case', args=[case.pk])}?opened=1")


def _entered(on: str, at: str) -> datetime | None:
    try:
        moment = datetime.combine(date.fromisoformat(on), time.fromisoformat(at).replace(tzinfo=None), BANGKOK)
    except ValueError:
        return None
    return moment if is_credible(moment) else None
