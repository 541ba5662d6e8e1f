"""Rules of yearly fees, read, drafted and signed by two people; an office's policy; and the reminders it led to."""

from __future__ import annotations

import json
from typing import Any, cast

import msgspec
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.office.fees.models import Contact, FeeRule, PolicyRevision, Reminder
from fleet.office.fees.policies import decide, document_of, latest, policy_of
from fleet.office.fees.policy import PolicyError
from fleet.office.fees.rulebook import SignError, draft, sign
from fleet.office.fees.rules import RuleError, read_rules
from fleet.people.scope import scope_of
from fleet.web import fee_words
from fleet.web.access import signed_in
from fleet.web.views.fees import A_PAGE, office_seen, reminder_row

REASON_MIN = 5
DOCUMENT_CHARACTERS_MAX = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rules(request: HttpRequest) -> HttpResponse:
    """All versions, newest first; the form for another."""
    scope = scope_of(request.user)
    if not (scope.nation or scope.sees):
        raise Http404
    newest = FeeRule.objects.first()
    text = _pretty(newest.document) if newest else ""
    wrong = ""
    if request.method == "POST":
        if not scope.nation:
            raise Http404
        text = request.POST.get("document", "")[:DOCUMENT_CHARACTERS_MAX]
        try:
            made = _drafted(request, text)
            return HttpResponseRedirect(reverse("web:fee-rule", args=[made.version]))
        except RuleError as err:
            wrong = " · ".join(fee_words.problem(each) for each in err.problems) or err.detail
    rows = FeeRule.objects.select_related("author", "signed_by")
    context = {"rows": [(each, read_rules(each.document)) for each in rows], "may_draft": scope.nation}
    return render(request, "web/fee_rules.html", context | {"text": text, "wrong": wrong, "reason": _reason(request)})


def _drafted(request: HttpRequest, text: str) -> FeeRule:
    """What the form said. Raises: RuleError."""
    if len(_reason(request)) < REASON_MIN:
        raise RuleError((), _("บอกเหตุผลอย่างน้อย 5 ตัวอักษร"))
    return draft(_document(text), cast(User, request.user), _reason(request))


def _document(text: str) -> dict[str, Any]:
    """Raises: RuleError when it is no JSON object."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as err:
        raise RuleError((), _("บรรทัด %(line)s อ่านไม่ได้") % {"line": err.lineno}) from err
    except RecursionError:
        raise RuleError((), _("ซ้อนกันลึกเกินไป")) from None
    if not isinstance(document, dict):
        raise RuleError((), _("ต้องเป็น { … }"))
    return document


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:200]


def _pretty(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rule(request: HttpRequest, version: int) -> HttpResponse:
    """One version: what it says, what is new in it, and the button that signs it."""
    scope = scope_of(request.user)
    found = FeeRule.objects.select_related("author", "signed_by").filter(pk=version).first()
    if found is None or not (scope.nation or scope.sees):
        raise Http404
    wrong = ""
    if request.method == "POST":
        if not scope.nation:
            raise Http404
        try:
            sign(found.version, cast(User, request.user))
            return HttpResponseRedirect(reverse("web:fee-rule", args=[found.version]))
        except SignError as err:
            wrong = _("ผู้ร่างลงนามเองไม่ได้") if err.own else _("กติการุ่นนี้ลงนามแล้ว")
    before = FeeRule.objects.filter(version__lt=found.version).first()
    context = {
        "rule": found,
        "rules": read_rules(found.document),
        "changed": _changed(before.document if before else {}, found.document),
        "before": before,
        "whole": _pretty(found.document),
        "is_own": found.author_id == request.user.pk,
        "may_sign": scope.nation and found.signed_at is None and found.author_id != request.user.pk,
        "wrong": wrong,
    }
    return render(request, "web/fee_rule.html", context)


def _changed(before: Any, after: Any) -> list[dict[str, str]]:
    """Field by field, what one document says and the other does not."""
    old, new = dict(_flat(before, "")), dict(_flat(after, ""))
    return [
        {"label": key, "old": old.get(key, "–"), "new": new.get(key, "–")}
        for key in [*new, *(key for key in old if key not in new)]
        if old.get(key) != new.get(key)
    ]


def _flat(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in _flat(each, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list):
        return [leaf for index, each in enumerate(value) for leaf in _flat(each, f"{path}[{index}]")]
    return [(path, json.dumps(value, ensure_ascii=False))]


# ---- an office's policy and its reminders ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def policy(request: HttpRequest, office_id: str) -> HttpResponse:
    """What an office decided about letters and reminders, and the form to decide otherwise."""
    ours = office_seen(request, office_id)
    may_change = scope_of(request.user).may_change(ours.province_id)
    text, wrong = _pretty(document_of(ours)), ""
    if request.method == "POST":
        if not may_change:
            raise Http404
        text = request.POST.get("document", "")[:DOCUMENT_CHARACTERS_MAX]
        try:
            if len(_reason(request)) < REASON_MIN:
                raise RuleError((), _("บอกเหตุผลอย่างน้อย 5 ตัวอักษร"))
            decide(ours, _document(text), cast(User, request.user), _reason(request))
            return HttpResponseRedirect(reverse("web:fee-policy", args=[ours.pk]))
        except (RuleError, PolicyError) as err:
            wrong = str(err)
    context = {
        "office": ours,
        "in_force": _pretty(msgspec.to_builtins(policy_of(ours))),
        "nation": latest(None),
        "text": text,
        "wrong": wrong,
        "reason": _reason(request),
        "may_change": may_change,
        "history": PolicyRevision.objects.filter(office=ours).select_related("author")[:20],
    }
    return render(request, "web/fee_policy.html", context)


@require_safe
@signed_in
def reminders(request: HttpRequest, office_id: str) -> HttpResponse:
    """The reminders an office has sent, newest first. No address stands here."""
    ours = office_seen(request, office_id)
    rows = Reminder.objects.filter(notice__factory__office=ours).select_related("notice__factory")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "office": ours,
        "rows": [reminder_row(each) for each in page],
        "page": page,
        "policy": policy_of(ours).reminders,
        "to_print": Reminder.objects.filter(notice__factory__office=ours, state=Reminder.State.TO_PRINT).count(),
        "may_serve": scope_of(request.user).may_serve(ours.province_id),
        "contacts": Contact.objects.filter(factory__office=ours).count(),
    }
    return render(request, "web/fee_reminders.html", context)
