"""What happened to a factory, from everywhere it is written down, newest first. No words, and no addresses.

Who is to see it is the caller's affair. No address and no ID number of anybody stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User

from fleet.office.cases.models import CaseDeed
from fleet.office.fees.models import NoticeRevision, Reminder
from fleet.office.folders.models import Movement
from fleet.office.models import Factory, Notice
from fleet.office.register.models import Change

EVENTS_MAX = 60
"""Of each kind: more than anybody reads, and a bound for a factory with a long life. So many in all are all there
are."""


class Of(StrEnum):
    """What an event is of. ``what`` says in a word what happened, by each one's own list."""

    NOTICE = "notice"
    """``what``: made, surcharge or replaced (``NoticeRevision.why``), paid, withdrawn (``detail``: why)."""
    REMINDER = "reminder"
    """``what``: its state; ``detail``: the channel it goes by."""
    CASE = "case"
    """``what``: the deed (``CaseDeed.what``)."""
    FOLDER = "folder"
    """``what``: the deed (``folders.models.Deed``)."""
    REGISTER = "register"
    """``what``: new or changed; ``detail``: the file."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line. ``about``: the number of the notice, case, folder or import; ``by``: a name, or empty."""

    at: datetime
    of: Of
    what: str
    about: str
    detail: str = ""
    amount_satang: int | None = None
    by: str = ""


def history_of(factory: Factory, most: int) -> list[Event]:
    """The last ``most`` events of a factory, of ``EVENTS_MAX`` at most."""
    every = (_notices, _reminders, _cases, _folders, _register)
    found = [event for of_kind in every for event in of_kind(factory)]
    return sorted(found, key=lambda each: each.at, reverse=True)[: min(most, EVENTS_MAX)]


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.username) if user else ""


def _notices(factory: Factory) -> Iterator[Event]:
    revisions = NoticeRevision.objects.filter(notice__factory=factory).select_related("by")
    for each in revisions.order_by("-made_at")[:EVENTS_MAX]:
        amount = each.amount_satang
        yield Event(each.made_at, Of.NOTICE, each.why, each.notice_id, amount_satang=amount, by=_name(each.by))
    notices = Notice.objects.filter(factory=factory)
    for paid in notices.filter(paid_at__isnull=False).order_by("-paid_at")[:EVENTS_MAX]:
        if paid.paid_at:
            yield Event(paid.paid_at, Of.NOTICE, "paid", paid.pk)
    for gone in notices.filter(withdrawn_at__isnull=False).order_by("-withdrawn_at")[:EVENTS_MAX]:
        if gone.withdrawn_at:
            yield Event(gone.withdrawn_at, Of.NOTICE, "withdrawn", gone.pk, gone.withdrawn_why)


def _reminders(factory: Factory) -> Iterator[Event]:
    rows = Reminder.objects.filter(notice__factory=factory).order_by("-changed_at")
    for each in rows[:EVENTS_MAX]:
        yield Event(each.changed_at, Of.REMINDER, each.state, each.notice_id, each.channel)


def _cases(factory: Factory) -> Iterator[Event]:
    for each in CaseDeed.objects.filter(case__factory=factory).order_by("-at")[:EVENTS_MAX]:
        yield Event(each.at, Of.CASE, each.what, each.case_id, each.detail, by=each.by_name)


def _folders(factory: Factory) -> Iterator[Event]:
    folders = list(factory.folders.values_list("pk", flat=True))
    rows = Movement.objects.filter(office_id=factory.office_id, folder_id__in=folders).order_by("-at")
    for each in rows[:EVENTS_MAX]:
        yield Event(each.at, Of.FOLDER, each.deed, each.folder_id, by=each.officer_name)


def _register(factory: Factory) -> Iterator[Event]:
    rows = Change.objects.filter(factory_no=factory.pk, run__applied_at__isnull=False).select_related("run")
    for each in rows.order_by("-run__applied_at")[:EVENTS_MAX]:
        run, what = each.run, "new" if each.is_new else "changed"
        if run.applied_at:
            yield Event(run.applied_at, Of.REGISTER, what, str(run.pk), run.file_name, by=run.applied_by_name)
