"""What an officer does with cases, and what follows from it for the office's kiosks, in one transaction.

Also: which deeds a case offers whom, and its slip.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.devices.desired import announce_office
from fleet.office.cases import slip as slips
from fleet.office.cases.models import Case
from fleet.office.cases.opening import Filing, file_case
from fleet.office.cases.working import CaseError, Holder, close, finish_step, hand_over, receive_paper, tell_delay
from fleet.office.models import Office
from fleet.payments.billing import settings_of
from fleet.people.scope import Scope
from fleet.protocol.deadlines import Standing, standing
from fleet.protocol.thai_order import thai_order

BACK_MAX = timedelta(days=366)
"""So long ago something may have come in that is put on record today."""


class CaseAct(StrEnum):
    """The deeds, by the names pages and programs call them."""

    STEP = "step"
    HANDS = "hands"
    PAPER = "paper"
    TOLD = "told"
    CLOSE = "close"


def do(case: Case, what: CaseAct, by: User, *, to: Holder | None = None, position: int = -1) -> None:
    """One deed. ``to``: who has it after ``HANDS``; ``position``: of the document that came.

    Raises: CaseError, and nothing has changed.
    """
    with transaction.atomic():
        match what:
            case CaseAct.STEP:
                finish_step(case, by)
            case CaseAct.HANDS:
                hand_over(case, to or Holder("", ""), by)
            case CaseAct.PAPER:
                receive_paper(case, position, by)
            case CaseAct.TOLD:
                tell_delay(case, by)
            case CaseAct.CLOSE:
                close(case, by)
        announce_office(case.office_id)


def possible(case: Case, scope: Scope, today: date) -> list[CaseAct]:
    """The deeds that fit a case as it stands, for who does its office's work; for anybody else there are none."""
    if case.closed_on is not None or not scope.may_serve(case.office.province_id):
        return []
    fits = {
        CaseAct.STEP: any(each.done_on is None for each in case.steps.all()),
        CaseAct.HANDS: True,
        CaseAct.PAPER: any(each.received_on is None for each in case.documents.all()),
        CaseAct.TOLD: standing(case.due_on, None, today) is Standing.LATE,
        CaseAct.CLOSE: True,
    }
    return [what for what, does in fits.items() if does]


def slip_of(case: Case, otherwise: str) -> bytes:
    """The slip of a case as PDF, with the QR that follows it.

    Where the QR leads, the office's settings say; ``otherwise``: scheme and host to say while they are no whole.
    """
    ours = settings_of(case.office)
    return slips.pdf(slips.slip_of(case, ours.tracking_address if ours else otherwise))


def holders_of(office: Office, most: int) -> list[Holder]:
    """So many of the desks and groups that have had a case of the office, by name."""
    rows = Case.objects.filter(office=office).exclude(holder_th="").order_by()
    holders = rows.values_list("holder_th", "holder_en", "phone").distinct()
    return [Holder(*each) for each in sorted(holders, key=lambda each: (thai_order(each[0]), *each[1:]))[:most]]


def is_credible(entered_at: datetime) -> bool:
    """Whether something can have come in then: not later than now, and at most a year ago."""
    now = timezone.now()
    return now - BACK_MAX <= entered_at <= now + timedelta(minutes=1)


@transaction.atomic
def file(filing: Filing, by: User) -> Case:
    """Open a case, and tell the office's kiosks.

    Raises: as ``file_case``.
    """
    case = file_case(filing, by)
    announce_office(filing.office.pk)
    return case


__all__ = ["CaseAct", "CaseError", "Holder", "do", "file", "holders_of", "is_credible", "possible", "slip_of"]
