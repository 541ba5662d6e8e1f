"""Maintenance: a kiosk, an office or a province where somebody works, so that nobody is called; always with an end."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from fleet.alerts.deeds import DeedError, begin_maintenance, end_maintenance
from fleet.alerts.findings import Place
from fleet.alerts.models import Maintenance
from fleet.alerts.words import Pair
from fleet.devices.models import Kiosk
from fleet.office.models import Office, Province
from fleet.people.scope import Scope, scope_of
from fleet.web import alert_words
from fleet.web.access import kiosks_seen, offices_to_install_in, signed_in

HOURS = (1, 2, 4, 8, 24, 72, 168)
SHOWN = 50
KIOSKS_MAX = 200
"""More of them than a person looks through: then those of one province may be chosen from, and what was chosen."""


def _seen(scope: Scope) -> QuerySet[Maintenance]:
    return scope.within(Maintenance.objects.select_related("by", "ended_by"), "dopa_code")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def maintenance(request: HttpRequest) -> HttpResponse:
    """What is under maintenance, what was, and the form; POST begins one or ends it."""
    scope = scope_of(request.user)
    if not scope.sees:
        raise Http404
    wrong = ""
    if request.method == "POST":
        wrong = _ended(request, scope) if "end" in request.POST else _begun(request, scope)
        if not wrong:
            return HttpResponseRedirect(reverse("web:alert-maintenance"))
    now = timezone.now()
    rows = _seen(scope)
    current = rows.filter(ended_at__isnull=True, ends_at__gt=now)
    may = bool(scope.installs) and not scope.reads_only
    chosen = request.POST.get("place") or request.GET.get("place", "")
    places = _Places(scope, request.GET.get("province", ""), chosen) if may else None
    context = {
        "current": [(each, _name(each.place), scope.may_install(each.dopa_code)) for each in current],
        "past": [(each, _name(each.place)) for each in rows.exclude(pk__in=current.values("pk"))[:SHOWN]],
        "may": may,
        "places": places,
        "hours": [(each, _duration(each)) for each in HOURS],
        "chosen": chosen,
        "chosen_hours": request.POST.get("hours", "4"),
        "reason": request.POST.get("reason", ""),
        "wrong": wrong,
    }
    return render(request, "web/alert_maintenance.html", context, status=422 if wrong else 200)


def _duration(hours: int) -> str:
    if hours < 24:
        return ngettext("%(hours)s ชั่วโมง", "%(hours)s ชั่วโมง", hours) % {"hours": hours}
    return ngettext("%(days)s วัน", "%(days)s วัน", hours // 24) % {"days": hours // 24}


def _name(place: Place) -> str:
    """What a place is called in a list of few."""
    if place.kiosk_id:
        return place.kiosk_id
    thing: Office | Province | None = (
        Office.objects.filter(pk=place.office_id).first()
        if place.office_id
        else Province.objects.filter(pk=place.dopa_code or 0).first()
    )
    return alert_words.said_of(thing) if thing is not None else place.name


class _Places:
    """What may be chosen, each by its name in keys: whole provinces, offices, and kiosks.

    ``provinces``: of which ``opened`` is to be one, where the kiosks of all of them are too many.
    """

    def __init__(self, scope: Scope, province: str, chosen: str) -> None:
        offices = list(offices_to_install_in(scope))
        provinces = {each.province_id: each.province for each in offices}
        kiosks = scope.installs.of(kiosks_seen(scope), "office__province_id")
        self.opened = province[:2]
        self.provinces = list(provinces.values()) if kiosks.count() > KIOSKS_MAX else []
        if self.provinces:
            opened = int(self.opened) if self.opened.isascii() and self.opened.isdigit() else 0
            kiosks = kiosks.filter(Q(office__province_id=opened) | Q(pk=chosen.removeprefix("kiosk:")[:11]))
        self.named = [
            *((f"province:{code}", alert_words.said_of(each)) for code, each in provinces.items()),
            *((f"office:{each.pk}", alert_words.said_of(each)) for each in offices),
            *(
                (f"kiosk:{pk}", f"{pk} {alert_words.said(Pair(th, en))}")
                for pk, th, en in kiosks.values_list("pk", "name_th", "name_en")
            ),
        ]


def _place(said: str) -> Place | None:
    """The place of this name in keys; None when there is none."""
    level, _colon, key = said.partition(":")
    if level == "kiosk":
        kiosk = Kiosk.objects.select_related("office").filter(pk=key[:11]).first()
        return Place(kiosk.office.province_id, kiosk.office_id, kiosk.pk) if kiosk else None
    if level == "office":
        office = Office.objects.filter(pk=key[:5]).first()
        return Place(office.province_id, office.pk) if office else None
    is_number = level == "province" and key.isascii() and key.isdigit() and len(key) < 3
    return Place(int(key)) if is_number and Province.objects.filter(pk=int(key)).exists() else None


def _begun(request: HttpRequest, scope: Scope) -> str:
    """Begin it; a sentence when it cannot be. Raises: Http404 for a place that is not theirs."""
    place = _place(request.POST.get("place", ""))
    if place is None or place.dopa_code is None or not scope.may_install(place.dopa_code):
        raise Http404
    said = request.POST.get("hours", "")
    hours = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0
    now = timezone.now()
    try:
        begin_maintenance(
            place, now, now + timedelta(hours=hours), cast(User, request.user), request.POST.get("reason", "")
        )
    except DeedError as err:
        return alert_words.refusal(err.refusal)
    return ""


def _ended(request: HttpRequest, scope: Scope) -> str:
    said = request.POST.get("end", "")
    is_number = said.isascii() and said.isdigit() and len(said) < 19
    found = _seen(scope).filter(pk=int(said)).first() if is_number else None
    if found is None or not scope.may_install(found.dopa_code):
        raise Http404
    end_maintenance(found, cast(User, request.user))
    return ""
