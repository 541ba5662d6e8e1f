"""The history of a kiosk, as ``fleet.acting.kiosk_history`` found it, in words: a line for each thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from fleet.acting.kiosk_history import Entry, Sort
from fleet.alerts import words as alerts_told
from fleet.alerts.findings import Place
from fleet.alerts.models import Alert
from fleet.devices.models import KioskCommand, Record
from fleet.rounds.deeds import Outcome, What
from fleet.rounds.models import Deed
from fleet.rounds.notes import told
from fleet.web import alert_words, command_words
from fleet.web.stories import story
from fleet.web.templatetags.sala import clock

LATE = timedelta(minutes=10)
"""What took longer to arrive says when it did."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in words. ``came_at``: when it reached the fleet, of what is told from elsewhere. ``address``: where
    more of it stands, and ``more`` what that is called."""

    sort: Sort
    at: datetime
    title: str
    sentence: str
    condition: str
    came_at: datetime | None = None
    by: str = ""
    address: str = ""
    more: str = ""

    @property
    def is_late(self) -> bool:
        """Whether it came so late that it does not stand where its time would have it."""
        return self.came_at is not None and self.came_at - self.at > LATE


def sort_word(sort: Sort) -> str:
    """What a sort is called."""
    return {
        Sort.RECORDS: _("บันทึกของตู้"),
        Sort.COMMANDS: _("คำสั่ง"),
        Sort.ALERTS: _("เรื่องเตือน"),
        Sort.DEEDS: _("งานช่าง"),
    }[sort]


def line(entry: Entry, now: datetime) -> Line:
    """One thing in words."""
    match entry.row:
        case Record() as record:
            said = story(record)
            return Line(entry.sort, said.at, said.title, said.sentence, said.condition, record.received_at)
        case KioskCommand() as command:
            return _of_command(command, now)
        case Alert() as alert:
            return _of_alert(alert)
        case Deed() as deed:
            return _of_deed(deed, now)
    raise TypeError(entry.sort)


def _of_command(command: KioskCommand, now: datetime) -> Line:
    [asked] = command_words.lines([command], now)
    address, more = "", ""
    if command.media_type:
        address = reverse("web:brought", args=[command.kiosk_id, command.pk])
        more = _("ดูภาพ") if command.media_type == "image/png" else _("ดาวน์โหลด")
    return Line(
        Sort.COMMANDS, command.asked_at, asked.word, asked.says, asked.condition, by=_name(command.asked_by),
        address=address, more=more,
    )  # fmt: skip


def _of_alert(alert: Alert) -> Line:
    parts = [alert_words.said(alerts_told.sentence(alert.rule, alert.part, alert.facts))]
    if not alert.kiosk_id:
        parts.append(_of_many(alert.place))
    if alert.acked_at:
        fill = {"who": _name(alert.acked_by), "why": alert.acked_why}
        taken = _("%(who)s รับเรื่อง: %(why)s") % fill
        parts.append(taken if alert.acked_by else f"{alert_words.what('acked')}: {alert.acked_why}")
    if alert.closed_at:
        parts.append(_("จบ %(at)s") % {"at": clock(alert.closed_at)})
    elif not alert.acked_at:
        parts.append(alert_words.state("open"))
    title = alert_words.said(alerts_told.rule(alert.rule))
    address = reverse("web:alert", args=[alert.pk])
    return Line(
        Sort.ALERTS, alert.opened_at, title, " · ".join(parts), alert.condition, address=address, more=_("ดูเรื่อง")
    )


def _of_many(place: Place) -> str:
    """Whose an alert is that stands for many kiosks."""
    if place.office_id:
        return _("เรื่องของทั้งสำนักงาน ไม่ใช่ตู้นี้ตู้เดียว")
    if place.dopa_code is not None:
        return _("เรื่องของทั้งจังหวัด ไม่ใช่ตู้นี้ตู้เดียว")
    return _("เรื่องของทั้งประเทศ ไม่ใช่ตู้นี้ตู้เดียว")


def _of_deed(deed: Deed, now: datetime) -> Line:
    note, condition = told(deed, now), "ok"
    match deed.what:
        case What.CLOSE:
            title, sentence = _("ช่างปิดงาน"), note or _("ปิดงานโดยไม่มีบันทึก")
        case What.TAKE:
            title, sentence = _("ช่างรับเรื่องเตือน"), note
        case _other:
            title, sentence = command_words.word(deed.kind), ""
    if deed.outcome == Outcome.LATE:
        sentence, condition = _("กดไว้ตอนไม่มีสัญญาณ มาถึงช้าไปจึงไม่ได้ส่งให้ตู้"), "attention"
    elif deed.outcome == Outcome.OVER:
        sentence = " · ".join(filter(None, (sentence, _("มีคนรับเรื่องนี้ไปก่อน หรือเรื่องจบแล้ว"))))
    return Line(Sort.DEEDS, deed.pressed_at, title, sentence, condition, deed.received_at, _name(deed.by))


def _name(person: User | None) -> str:
    return (person.get_full_name() or person.get_username()) if person else ""
