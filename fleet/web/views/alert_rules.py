"""The rules of alerts as layers of one form: the nation's, and a province's over it."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.alerts.models import RuleRevision
from fleet.alerts.policies import decide, document_of
from fleet.alerts.policy import NATION_ONLY, AlertPolicy, PolicyError
from fleet.devices.models import Layer
from fleet.office.models import Province
from fleet.people.scope import scope_of
from fleet.web import alert_words
from fleet.web.access import provinces_seen, signed_in
from fleet.web.settings_form import SettingsForm
from fleet.web.views.alerts import scope_that_sees
from fleet.web.views.layered_policy import Layered


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
    layered = _layered(request, code)
    wrong = list[str]()
    if request.method == "POST":
        if not may_change:
            raise Http404
        wrong = layered.answered(request)
        if not wrong:
            return HttpResponseRedirect(_address(code))
    context = {
        **layered.context(request, wrong),
        "province": ours,
        "provinces": provinces_seen(scope_of(request.user)).filter(offices__isnull=False).distinct(),
        "may_change": may_change,
    }
    return render(request, "web/alert_rules.html", context, status=422 if wrong else 200)


def _address(code: int | None) -> str:
    return reverse("web:alert-rules") if code is None else reverse("web:alert-rules-of", args=[code])


def _layered(request: HttpRequest, code: int | None) -> Layered:
    author = cast(User, request.user)
    return Layered(
        form=_form(code),
        revisions=RuleRevision.objects.filter(dopa_code=code),
        decide=lambda document, reason: decide(code, document, author, reason),
        error=PolicyError,
        misfit=_("เวลาเปิดต้องมาก่อนเวลาปิด ตรวจที่จังหวัดที่ตั้งเองด้วย"),
        title=alert_words.section,
    )


def _form(code: int | None) -> SettingsForm:
    if code is None:
        return SettingsForm(Layer.NATIONAL, [], document_of(None), AlertPolicy)
    form = SettingsForm(Layer.PROVINCE, [(Layer.NATIONAL, document_of(None))], document_of(code), AlertPolicy)
    form.fields = [each for each in form.fields if each.leaf.path[0] not in NATION_ONLY]
    return form
