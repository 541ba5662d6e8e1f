"""What the nation and its offices decide about letters and reminders, as layers of one form; and the reminders sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.devices.models import Layer
from fleet.office.fees.models import Contact, PolicyRevision, Reminder
from fleet.office.fees.policies import decide, document_of, latest, policy_of
from fleet.office.fees.policy import OfficePolicy, PolicyError
from fleet.office.models import Office
from fleet.people.scope import scope_of
from fleet.web import document_words
from fleet.web.access import for_offices, signed_in
from fleet.web.settings_form import Field, SettingsForm
from fleet.web.views.fee_rules import REASON_MIN, reason_of
from fleet.web.views.fees import A_PAGE, office_served, reminder_row

REVISIONS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@for_offices
def nation(request: HttpRequest) -> HttpResponse:
    """What the nation says for every office that does not say otherwise."""
    return _policy(request, None, may_change=scope_of(request.user).may_change(None))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def policy(request: HttpRequest, office_id: str) -> HttpResponse:
    """What an office says differently."""
    ours = office_served(request, office_id)
    return _policy(request, ours, may_change=scope_of(request.user).may_change(ours.province_id))


def _policy(request: HttpRequest, office: Office | None, *, may_change: bool) -> HttpResponse:
    form, newest = _form(office), latest(office)
    wrong = list[str]()
    if request.method == "POST":
        if not may_change:
            raise Http404
        wrong = _back(request, office) if "back" in request.POST else _decided(request, office, form)
        if not wrong:
            return HttpResponseRedirect(_address(office))
    context = {
        "office": office,
        "sections": _sections(form),
        "base": newest.pk if newest else 0,
        "history": _history(office),
        "own_count": form.own_count,
        "wrong": wrong,
        "reason": reason_of(request),
        "may_change": may_change,
    }
    return render(request, "web/fee_policy.html", context, status=422 if wrong else 200)


def _address(office: Office | None) -> str:
    return reverse("web:fee-policy", args=[office.pk]) if office else reverse("web:nation-policy")


def _form(office: Office | None) -> SettingsForm:
    if office is None:
        return SettingsForm(Layer.NATIONAL, [], document_of(None), OfficePolicy)
    return SettingsForm(Layer.OFFICE, [(Layer.NATIONAL, document_of(None))], document_of(office), OfficePolicy)


def _sections(form: SettingsForm) -> list[tuple[str, list[Field]]]:
    titles = {"letter": _("จดหมาย"), "reminders": _("การเตือน")}
    tops = dict.fromkeys(each.leaf.path[0] for each in form.fields)
    return [(titles.get(top, top), [each for each in form.fields if each.leaf.path[0] == top]) for top in tops]


def _decided(request: HttpRequest, office: Office | None, form: SettingsForm) -> list[str]:
    """Put what was typed into force; what is wrong when that cannot be."""
    newest = latest(office)
    document = form.read(request.POST)
    if request.POST.get("base", "0") != str(newest.pk if newest else 0):
        return [_("มีคนบันทึกไปแล้วระหว่างที่แก้ ตรวจค่าด้านล่างแล้วบันทึกอีกครั้ง")]
    problems = [] if len(reason_of(request)) >= REASON_MIN else [_("บอกเหตุผลอย่างน้อย 5 ตัวอักษร")]
    if document is None:
        return [_("มีค่าที่ต้องแก้ก่อน ดูที่ช่องสีแดง"), *problems]
    return problems or _tried(request, office, document, reason_of(request))


def _tried(request: HttpRequest, office: Office | None, document: Mapping[str, Any], reason: str) -> list[str]:
    try:
        decide(office, document, cast(User, request.user), reason)
    except PolicyError:
        return [_("เวลาเริ่มเตือนต้องมาก่อนเวลาเลิก ตรวจที่สำนักงานที่ตั้งเองด้วย")]
    return []


def _back(request: HttpRequest, office: Office | None) -> list[str]:
    """Put an earlier document into force again."""
    said = request.POST.get("back", "")
    found = PolicyRevision.objects.filter(pk=int(said), office=office).first() if said.isdecimal() else None
    if found is None:
        raise Http404
    reason = _("กลับไปใช้ของ %(reason)s") % {"reason": found.reason}
    return _tried(request, office, found.document, reason)


@dataclass(frozen=True, slots=True)
class _Revision:
    """A line of the history."""

    revision: PolicyRevision
    changed: list[Any]
    is_latest: bool


def _history(office: Office | None) -> list[_Revision]:
    rows = list(PolicyRevision.objects.filter(office=office).select_related("author")[: REVISIONS_SHOWN + 1])
    before = [*(each.document for each in rows[1:]), {}]
    return [
        _Revision(each, document_words.changes(before[index], each.document), index == 0)
        for index, each in enumerate(rows[:REVISIONS_SHOWN])
    ]


@require_safe
@signed_in
def reminders(request: HttpRequest, office_id: str) -> HttpResponse:
    """The reminders an office has sent, newest first. No address stands here."""
    ours = office_served(request, office_id)
    rows = Reminder.objects.filter(notice__factory__office=ours).select_related("notice__factory")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "office": ours,
        "rows": [reminder_row(each) for each in page],
        "page": page,
        "policy": policy_of(ours).reminders,
        "to_print": Reminder.objects.filter(notice__factory__office=ours, state=Reminder.State.TO_PRINT).count(),
        "contacts": Contact.objects.filter(factory__office=ours).count(),
    }
    return render(request, "web/fee_reminders.html", context)
