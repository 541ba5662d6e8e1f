"""What the nation and its offices decide about letters and reminders, as layers of one form; and the reminders sent."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.devices.models import Layer
from fleet.office.fees.figures import reminded
from fleet.office.fees.models import PolicyRevision, Reminder
from fleet.office.fees.policies import decide, document_of, policy_of
from fleet.office.fees.policy import OfficePolicy, PolicyError
from fleet.office.models import Office
from fleet.people.scope import scope_of
from fleet.web.access import for_offices, signed_in
from fleet.web.settings_form import SettingsForm
from fleet.web.views.fees import A_PAGE, office_served, reminder_row
from fleet.web.views.layered_policy import Layered


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
    layered = _layered(request, office)
    wrong = list[str]()
    if request.method == "POST":
        if not may_change:
            raise Http404
        wrong = layered.answered(request)
        if not wrong:
            return HttpResponseRedirect(_address(office))
    context = {**layered.context(request, wrong), "office": office, "may_change": may_change}
    return render(request, "web/fee_policy.html", context, status=422 if wrong else 200)


def _address(office: Office | None) -> str:
    return reverse("web:fee-policy", args=[office.pk]) if office else reverse("web:nation-policy")


def _layered(request: HttpRequest, office: Office | None) -> Layered:
    author = cast(User, request.user)
    titles = {"letter": _("จดหมาย"), "reminders": _("การเตือน")}
    return Layered(
        form=_form(office),
        revisions=PolicyRevision.objects.filter(office=office),
        decide=lambda document, reason: decide(office, document, author, reason),
        error=PolicyError,
        misfit=_("เวลาเริ่มเตือนต้องมาก่อนเวลาเลิก ตรวจที่สำนักงานที่ตั้งเองด้วย"),
        title=lambda top: titles.get(top, top),
    )


def _form(office: Office | None) -> SettingsForm:
    if office is None:
        return SettingsForm(Layer.NATIONAL, [], document_of(None), OfficePolicy)
    return SettingsForm(Layer.OFFICE, [(Layer.NATIONAL, document_of(None))], document_of(office), OfficePolicy)


@require_safe
@signed_in
def reminders(request: HttpRequest, office_id: str) -> HttpResponse:
    """The reminders an office has sent, newest first. No address stands here."""
    ours = office_served(request, office_id)
    rows = Reminder.objects.filter(notice__factory__office=ours).select_related("notice__factory")
    stand = reminded(ours)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "office": ours,
        "rows": [reminder_row(each) for each in page],
        "page": page,
        "policy": policy_of(ours).reminders,
        "to_print": stand.by_state[Reminder.State.TO_PRINT],
        "contacts": stand.contacts,
    }
    return render(request, "web/fee_reminders.html", context)
