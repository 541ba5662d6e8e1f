"""What an officer does with cases, and what follows from it for the office's kiosks, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.devices.desired import announce_office
from fleet.office.cases.models import Case
from fleet.office.cases.opening import Filing, file_case
from fleet.office.cases.working import CaseError, Holder, close, finish_step, hand_over, receive_paper, tell_delay

BACK_MAX = timedelta(days=366)
"""So long ago something may have come in that is put on record today."""


class What(StrEnum):
    """The deeds, by the names pages and programs call them."""

    STEP = "step"
    HANDS = "hands"
    PAPER = "paper"
    TOLD = "told"
    CLOSE = "close"


def do(case: Case, what: What, by: User, *, to: Holder | None = None, position: int = -1) -> None:
    """One deed. ``to``: who has it after ``HANDS``; ``position``: of the document that came.

    Raises: CaseError, and nothing has changed.
    """
    with transaction.atomic():
        match what:
            case What.STEP:
                finish_step(case, by)
            case What.HANDS:
                hand_over(case, to or Holder("", ""), by)
            case What.PAPER:
                receive_paper(case, position, by)
            case What.TOLD:
                tell_delay(case, by)
            case What.CLOSE:
                close(case, by)
        announce_office(case.office_id)


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


__all__ = ["CaseError", "Holder", "What", "do", "file", "is_credible"]
