"""The calendar of days off: a year's list, days said and taken away by hand, and a file of them.

Who serves in an office or settles its money reads the nation's days and their provinces'; who only looks after
machines does not. The nation's are the national admin's to change, a province's its admin's. A change moves open
deadlines in the same transaction, and the page says how many.
"""

from __future__ import annotations

from datetime import date
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from fleet.acting.holidays import change, read_file
from fleet.acting.numbers import whole
from fleet.acting.seen import holidays_seen
from fleet.office.holidays.days import NoWorkingDayError
from fleet.office.holidays.keeping import Entry, in_force
from fleet.office.holidays.models import Holiday
from fleet.office.holidays.moving import Moved
from fleet.office.holidays.reading import Problem, checked
from fleet.office.models import Province
from fleet.office.register.tables import TableError
from fleet.people.scope import Scope, scope_of
from fleet.protocol.thai import BE_OFFSET
from fleet.web import holiday_words, register_words
from fleet.web.access import provinces_seen, signed_in
from fleet.web.views.fees import year_asked

PROBLEMS_SHOWN = 20


def _places(scope: Scope) -> list[Province]:
    """The provinces whose days this account may change."""
    return [each for each in provinces_seen(scope) if scope.may_change(each.pk)]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def holidays(request: HttpRequest) -> HttpResponse:
    """A year's days, and the forms of whoever may change some."""
    scope = scope_of(request.user)
    if not (scope.serves_somewhere or scope.settles_somewhere):
        raise Http404
    places, wrong = _places(scope), list[str]()
    if request.method == "POST":
        if not places:
            raise Http404
        done = _done(request, scope)
        if isinstance(done, HttpResponse):
            return done
        wrong = done
    year, rows = year_asked(request), holidays_seen(scope)
    years = sorted({timezone.localdate().year, year, *(on.year for on in rows.dates("on", "year"))})
    context = {
        "rows": [(each, scope.may_change(each.province_id)) for each in rows.filter(on__year=year)],
        "year": year + BE_OFFSET,
        "years": [each + BE_OFFSET for each in years],
        "places": places,
        "nation": scope.may_change(None),
        "wrong": wrong,
        "said": request.POST,
        "moved": _numbers(request),
    }
    return render(request, "web/holidays.html", context, status=422 if wrong else 200)


def _numbers(request: HttpRequest) -> tuple[int, ...]:
    """How many days were changed, and how many cases and notices with them; from the address of a redirect."""
    said = [request.GET.get(name, "") for name in ("days", "cases", "notices")]
    return tuple(map(int, said)) if all(each.isascii() and each.isdigit() and len(each) < 7 for each in said) else ()


def _done(request: HttpRequest, scope: Scope) -> HttpResponse | list[str]:
    """What a form asked for; the sentences when it was not done."""
    gone: Holiday | None = None
    more: list[Entry] | list[str] = []
    match request.POST.get("deed"):
        case "add":
            more = _added(request, scope)
        case "remove":
            gone = _removed(request, scope)
        case "file":
            more = _taken(request, scope)
        case _:
            raise Http404
    if more and isinstance(more[0], str):
        return [each for each in more if isinstance(each, str)]
    try:
        done = change(_who(request), more=[each for each in more if isinstance(each, Entry)], gone=gone)
    except NoWorkingDayError:
        return [_("วันหยุดติดกันเกินสองเดือน จึงยังไม่เปลี่ยนอะไร ตรวจรายการอีกครั้ง")]
    return _back(request, done.days, done.moved)


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)


def _back(request: HttpRequest, rows: list[Holiday], moved: Moved) -> HttpResponse:
    year = (rows[0].on if rows else date(year_asked(request), 1, 1)).year
    said = {"year": year + BE_OFFSET, "days": len(rows), "cases": moved.cases, "notices": moved.notices}
    return HttpResponseRedirect(f"{reverse('web:holidays')}?{urlencode(said)}")


def _added(request: HttpRequest, scope: Scope) -> list[Entry] | list[str]:
    said = request.POST
    place = said.get("province", "")
    dopa_code = int(place) if place.isascii() and place.isdigit() and len(place) < 3 else None
    if (place and dopa_code is None) or not scope.may_change(dopa_code):
        raise Http404
    if dopa_code is not None and not Province.objects.filter(pk=dopa_code).exists():
        raise Http404
    name_th = said.get("name_th", "").strip()
    try:
        on = date.fromisoformat(said.get("on", ""))
    except ValueError:
        return [holiday_words.problem(Problem.NO_DATE)]
    name_en = said.get("name_en", "").strip() or name_th
    entry = checked(Entry(on, dopa_code, name_th, name_en, said.get("source", "").strip()))
    return [holiday_words.problem(entry)] if isinstance(entry, Problem) else [entry]


def _removed(request: HttpRequest, scope: Scope) -> Holiday:
    found = in_force().filter(pk=whole(request.POST.get("holiday", "")) or 0).first()
    if found is None or not scope.may_change(found.province_id):
        raise Http404
    return found


def _taken(request: HttpRequest, scope: Scope) -> list[Entry] | list[str]:
    upload = request.FILES.get("file")
    if upload is None:
        return [_("เลือกไฟล์ .csv หรือ .xlsx ก่อน")]
    try:
        found = read_file(upload.chunks(), scope)
    except TableError as err:
        return [register_words.refusal(err.refusal)]
    if not found.problems:
        return list(found.entries)
    told = [holiday_words.on_line(line, problem) for line, problem in found.problems[:PROBLEMS_SHOWN]]
    more = len(found.problems) - len(told)
    return [*told, ngettext("และอีก %(more)s บรรทัด", "และอีก %(more)s บรรทัด", more) % {"more": more}] if more else told
