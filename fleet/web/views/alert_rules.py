"""The rules of alerts as layers of one form: the nation's, and a province's over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.alerts.models import RuleRevision
from fleet.alerts.policies import decide, document_of, latest
from fleet.alerts.policy import NATION_ONLY, AlertPolicy, PolicyError
from fleet.devices.models import Layer
from fleet.office.models import Province
from fleet.people.scope import scope_of
from fleet.web import alert_words, document_words
from fleet.web.access import provinces_seen, signed_in
from fleet.web.settings_form import Field, SettingsForm
from fleet.web.views.alerts import scope_that_sees
from fleet.web.views.fee_rules import REASON_MIN, reason_of

REVISIONS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def nation(request: HttpRequest) -> HttpResponse:
    """What the nation says for every province that does not say otherwise."""
    scope_that_sees(request)
    return _rules(request, None, may_change=scope_of(request.user).may_change(None))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def province(request: HttpRequest, dopa_code: int) -> HttpResponse:
    """What a province says differently."""
    ours = provinces_seen(scope_of(request.user)).filter(pk=dopa_code).first()
    if ours is None:
        raise Http404
    return _rules(request, ours, may_change=scope_of(request.user).may_change(ours.pk))


def _rules(request: HttpRequest, ours: Province | None, *, may_change: bool) -> HttpResponse:
    code = ours.pk if ours else None
    form, newest = _form(code), latest(code)
    wrong = list[str]()
    if request.method == "POST":
        if not may_change:
            raise Http404
        wrong = _back(request, code) if "back" in request.POST else _decided(request, code, form)
        if not wrong:
            return HttpResponseRedirect(_address(code))
    context = {
        "province": ours,
        "provinces": provinces_seen(scope_of(request.user)).filter(offices__isnull=False).distinct(),
        "sections": _sections(form),
        "base": newest.pk if newest else 0,
        "history": _history(code),
        "own_count": form.own_count,
        "wrong": wrong,
        "reason": reason_of(request),
        "may_change": may_change,
    }
    return render(request, "web/alert_rules.html", context, status=422 if wrong else 200)


def _address(code: int | None) -> str:
    return reverse("web:alert-rules") if code is None else reverse("web:alert-rules-of", args=[code])


def _form(code: int | None) -> SettingsForm:
    if code is None:
        return SettingsForm(Layer.NATIONAL, [], document_of(None), AlertPolicy)
    form = SettingsForm(Layer.PROVINCE, [(Layer.NATIONAL, document_of(None))], document_of(code), AlertPolicy)
    form.fields = [each for each in form.fields if each.leaf.path[0] not in NATION_ONLY]
    return form


def _sections(form: SettingsForm) -> list[tuple[str, list[Field]]]:
    tops = dict.fromkeys(each.leaf.path[0] for each in form.fields)
    return [(alert_words.section(top), [each for each in form.fields if each.leaf.path[0] == top]) for top in tops]


def _decided(request: HttpRequest, code: int | None, form: SettingsForm) -> list[str]:
    """Put what was typed into force; what is wrong when that cannot be."""
    newest = latest(code)
    document = form.read(request.POST)
    if request.POST.get("base", "0") != str(newest.pk if newest else 0):
        return [_("มีคนบันทึกไปแล้วระหว่างที่แก้ ตรวจค่าด้านล่างแล้วบันทึกอีกครั้ง")]
    problems = [] if len(reason_of(request)) >= REASON_MIN else [_("บอกเหตุผลอย่างน้อย 5 ตัวอักษร")]
    if document is None:
        return [_("มีค่าที่ต้องแก้ก่อน ดูที่ช่องสีแดง"), *problems]
    return problems or _tried(request, code, document, reason_of(request))


def _tried(request: HttpRequest, code: int | None, document: Mapping[str, Any], reason: str) -> list[str]:
    try:
        decide(code, document, cast(User, request.user), reason)
    except PolicyError:
        return [_("เวลาเปิดต้องมาก่อนเวลาปิด ตรวจที่จังหวัดที่ตั้งเองด้วย")]
    return []


def _back(request: HttpRequest, code: int | None) -> list[str]:
    """Put an earlier document into force again."""
    said = request.POST.get("back", "")
    is_number = said.isascii() and said.isdigit() and len(said) < 19
    found = RuleRevision.objects.filter(pk=int(said), dopa_code=code).first() if is_number else None
    if found is None:
        raise Http404
    return _tried(request, code, found.document, _("กลับไปใช้ของ %(reason)s") % {"reason": found.reason})


@dataclass(frozen=True, slots=True)
class _Revision:
    """A line of the history."""

    revision: RuleRevision
    changed: list[Any]
    is_latest: bool


def _history(code: int | None) -> list[_Revision]:
    rows = list(RuleRevision.objects.filter(dopa_code=code).select_related("author")[: REVISIONS_SHOWN + 1])
    before = [*(each.document for each in rows[1:]), {}]
    return [
        _Revision(each, document_words.changes(before[index], each.document), index == 0)
        for index, each in enumerate(rows[:REVISIONS_SHOWN])
    ]
