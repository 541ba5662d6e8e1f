"""Factories: found by number, folder or name; and one factory with all its office has on record about it.

Only for who serves in its office, like folders and cases.
"""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fleet.acting.factory_history import history_of
from fleet.acting.seen import cases_served, factories_served
from fleet.office.cases.listing import EXPIRING
from fleet.office.fees.figures import Stand, owed_satang, stand_of
from fleet.office.finding import find, tidied
from fleet.office.folders.models import Standing
from fleet.office.models import Factory, FactoryState, Notice
from fleet.people.scope import scope_of
from fleet.web import case_words, factory_words, fee_words
from fleet.web.access import offices_served, signed_in

SHOWN = 50
NOTICES_SHOWN = 20
CASES_SHOWN = 20
HISTORY_SHOWN = 40

STATE_SHAPES = {
    FactoryState.UNKNOWN: "unknown",
    FactoryState.NOT_STARTED: "stale",
    FactoryState.OPERATING: "ok",
    FactoryState.STRUCK_OFF: "offline",
    FactoryState.STOPPED: "attention",
}


def state_word(name: str) -> str:
    """What the register says of a factory."""
    return {
        FactoryState.UNKNOWN: _("ไม่ทราบ"),
        FactoryState.NOT_STARTED: _("ยังไม่เริ่มประกอบกิจการ"),
        FactoryState.OPERATING: _("ประกอบกิจการ"),
        FactoryState.STRUCK_OFF: _("จำหน่ายทะเบียน"),
        FactoryState.STOPPED: _("หยุดประกอบกิจการ"),
    }[FactoryState(name)]


@require_safe
@signed_in
def factories(request: HttpRequest) -> HttpResponse:
    """The factories asked for; one that was scanned at once."""
    asked, office = tidied(request.GET.get("q", "")), request.GET.get("office", "")[:5]
    offices = offices_served(scope_of(request.user))
    rows = factories_served(scope_of(request.user))
    rows = rows.filter(office_id=office) if office else rows
    found = find(rows, asked)
    first = list(found[:SHOWN])
    count = found.count() if len(first) == SHOWN else len(first)
    if count == 1 and asked.replace("-", "").upper() in _codes(first[0]):
        return HttpResponseRedirect(reverse("web:factory", args=[first[0].pk]))
    context = {
        "rows": [(each, state_word(each.state), STATE_SHAPES[FactoryState(each.state)]) for each in first],
        "count": count,
        "hidden": count - len(first),
        "asked_factory": asked,
        "office": office,
        "offices": offices,
    }
    return render(request, "web/factories.html", context)


def _codes(factory: Factory) -> set[str]:
    """What somebody could have scanned or typed whole."""
    return {factory.pk, factory.old_no.replace("-", "").upper(), *factory.folders.values_list("pk", flat=True)}


@require_safe
@signed_in
def factory(request: HttpRequest, factory_no: str) -> HttpResponse:
    """One factory: what it owes, what is under way, what expires, where its paper is, and what happened."""
    found = factories_served(scope_of(request.user)).filter(pk=factory_no).first()
    if found is None:
        raise Http404
    today = timezone.localdate()
    notices = Notice.objects.filter(factory=found)
    owed = notices.filter(paid_at__isnull=True, withdrawn_at__isnull=True)
    shown = [*owed.order_by("due_on"), *notices.exclude(pk__in=owed.values("pk")).order_by("-due_on")][:NOTICES_SHOWN]
    cases = cases_served(scope_of(request.user)).filter(factory=found).order_by("closed_on", "due_on")
    folders, permits = list(found.folders.order_by("pk")), list(found.permits.all())
    standing = Standing.objects.in_bulk([each.pk for each in folders])
    context = {
        "factory": found,
        "state": (state_word(found.state), STATE_SHAPES[FactoryState(found.state)]),
        "owed_satang": owed_satang(found),
        "overdue": owed.filter(due_on__lt=today).count(),
        "notices": [(each, *_worn(stand_of(each, today))) for each in shown],
        "cases": [case_words.shown(each, today) for each in cases[:CASES_SHOWN]],
        "open_cases": cases.filter(closed_on__isnull=True).count(),
        "late_cases": cases.filter(closed_on__isnull=True, due_on__lt=today).count(),
        "permits": [(each, _wears(each.expires_on, today)) for each in permits],
        "expiring": sum(each.expires_on <= today + EXPIRING for each in permits),
        "folders": [(each, standing.get(each.pk)) for each in folders],
        "history": [factory_words.line(found, each) for each in history_of(found, HISTORY_SHOWN)],
    }
    return render(request, "web/factory.html", context)


def _worn(stand: Stand) -> tuple[str, str]:
    return fee_words.stand(stand), fee_words.STAND_SHAPES[stand]


def _wears(expires_on: date, today: date) -> str:
    """The shape of a permit."""
    if expires_on < today:
        return "failing"
    return "attention" if expires_on <= today + EXPIRING else "ok"
