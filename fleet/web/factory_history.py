"""What happened to a factory, from everywhere it is written down, newest first. Words and order; no rule.

Who is to see it is the view's affair. No address and no ID number stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from fleet.office.cases.models import CaseDeed
from fleet.office.fees.models import NoticeRevision, Reminder
from fleet.office.folders.models import Deed, Movement
from fleet.office.models import Factory, Notice
from fleet.office.register.models import Change
from fleet.protocol.thai import format_baht
from fleet.web import case_words, fee_words

EACH_MAX = 60
"""Of each kind: more than anybody reads, and a bound for a factory with a long life."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line. ``address``: of the page about it, or empty."""

    at: datetime
    icon: str
    what: str
    detail: str
    by: str
    address: str


def history_of(factory: Factory, most: int) -> list[Event]:
    """The last ``most`` events of a factory."""
    every = (_notices, _cases, _folders, _register, _reminders)
    found = [event for of_kind in every for event in of_kind(factory)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:most]


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.username) if user else ""


def _notices(factory: Factory) -> Iterator[Event]:
    revisions = NoticeRevision.objects.filter(notice__factory=factory).select_related("notice", "by")
    for each in revisions.order_by("-made_at")[:EACH_MAX]:
        asked = _("%(amount)s บาท") % {"amount": format_baht(each.amount_satang)}
        detail, address = f"{each.notice_id} · {asked}", _notice_address(factory, each.notice_id)
        yield Event(each.made_at, "scroll-text", fee_words.revision_why(each.why), detail, _name(each.by), address)
    for notice in Notice.objects.filter(factory=factory).order_by("-due_on")[:EACH_MAX]:
        address = _notice_address(factory, notice.pk)
        if notice.paid_at:
            yield Event(notice.paid_at, "banknote", _("ชำระแล้ว"), notice.pk, "", address)
        if notice.withdrawn_at:
            why = f"{notice.pk} · {notice.withdrawn_why}"
            yield Event(notice.withdrawn_at, "scroll-text", _("ยกเลิกใบแจ้ง"), why, "", address)


def _notice_address(factory: Factory, notice_no: str) -> str:
    return reverse("web:fee-notice", args=[factory.office_id, notice_no])


def _reminders(factory: Factory) -> Iterator[Event]:
    rows = Reminder.objects.filter(notice__factory=factory).order_by("-changed_at")
    for each in rows[:EACH_MAX]:
        detail = f"{fee_words.channel(each.channel)} · {fee_words.reminder_state(each.state)}"
        address = _notice_address(factory, each.notice_id)
        yield Event(each.changed_at, "message-square", _("การเตือน"), detail, "", address)


def _cases(factory: Factory) -> Iterator[Event]:
    for each in CaseDeed.objects.filter(case__factory=factory).select_related("case").order_by("-at")[:EACH_MAX]:
        detail = f"{each.case_id} · {each.detail}" if each.detail else each.case_id
        address = reverse("web:case", args=[each.case_id])
        yield Event(each.at, "clock", case_words.deed(each.what), detail, each.by_name, address)


def _folders(factory: Factory) -> Iterator[Event]:
    words = {Deed.OUT: _("ยืมแฟ้มออก"), Deed.IN: _("คืนแฟ้ม"), Deed.FOUND: _("พบแฟ้มเมื่อตรวจนับ")}
    folders = list(factory.folders.values_list("pk", flat=True))
    rows = Movement.objects.filter(office_id=factory.office_id, folder_id__in=folders).order_by("-at")
    for each in rows[:EACH_MAX]:
        address = reverse("web:folder", args=[each.folder_id])
        yield Event(each.at, "scan-barcode", words[Deed(each.deed)], each.folder_id, each.officer_name, address)


def _register(factory: Factory) -> Iterator[Event]:
    rows = Change.objects.filter(factory_no=factory.pk, run__applied_at__isnull=False).select_related("run")
    for each in rows.order_by("-run__applied_at")[:EACH_MAX]:
        run = each.run
        what = _("เข้าทะเบียนจากไฟล์") if each.is_new else _("ทะเบียนปรับจากไฟล์")
        address = reverse("web:register-run", args=[run.pk])
        if run.applied_at:
            yield Event(run.applied_at, "factory", what, run.file_name, run.applied_by_name, address)
