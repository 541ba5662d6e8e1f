"""What an officer does with a case: next step, change of hands, telling a delay, closing. Each is a deed that stays.

Rules: a closed case is closed; what changes travels to the office's kiosks in the same transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.office.cases.days import after_working_days, received_on
from fleet.office.cases.models import Case, CaseDeed, CaseStep, Manual
from fleet.office.changes.publishing import publish
from fleet.office.models import Factory
from fleet.protocol import office as wire
from fleet.protocol.deadlines import Standing, standing

TOKEN_BYTES = 12
"""96 bits, as on every slip."""


class CaseError(ValueError):
    """Nothing was done: the case is closed, or the deed does not fit it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A desk or group that has a case; no person."""

    name_th: str
    name_en: str
    phone: str = ""


@transaction.atomic
def open_case(case_no: str, factory: Factory, manual: Manual, entered_at: datetime, holder: Holder) -> Case:
    """A case as its manual says: its steps, when it counts as received, and its deadline."""
    received = received_on(entered_at)
    case = Case.objects.create(
        case_no=case_no,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        factory=factory,
        manual=manual,
        name_th=manual.name_th,
        name_en=manual.name_en,
        entered_at=entered_at,
        received_on=received,
        due_on=after_working_days(received, manual.days),
        holder_th=holder.name_th,
        holder_en=holder.name_en,
        phone=holder.phone,
        sample=manual.sample,
    )
    done = 0
    for position, each in enumerate(manual.steps):
        done += int(each.get("days", 0))
        CaseStep.objects.create(
            case=case,
            position=position,
            name_th=each["label_th"],
            name_en=each["label_en"],
            expected_on=after_working_days(received, done),
        )
    _publish(case)
    return case


@transaction.atomic
def finish_step(case: Case, by: User) -> None:
    """The step it is at is done today; with the last one the case is closed.

    Raises: CaseError when there is none.
    """
    locked, today = _open(case), timezone.localdate()
    step = locked.steps.filter(done_on__isnull=True).first()
    if step is None:
        raise CaseError("no step is left")
    step.done_on = today
    step.save(update_fields=["done_on"])
    _deed(locked, "step", step.name_th, by)
    if not locked.steps.filter(done_on__isnull=True).exists():
        locked.closed_on = today
        locked.save(update_fields=["closed_on"])
        _deed(locked, "closed", "", by)
    _publish(locked)


@transaction.atomic
def hand_over(case: Case, to: Holder, by: User) -> None:
    """Another desk or group has it now.

    Raises: CaseError when it is closed, or nobody is named.
    """
    locked = _open(case)
    if not to.name_th.strip():
        raise CaseError("nobody is named")
    locked.holder_th, locked.holder_en = to.name_th.strip()[:60], (to.name_en.strip() or to.name_th.strip())[:60]
    locked.phone = to.phone.strip()[:20]
    locked.save(update_fields=["holder_th", "holder_en", "phone"])
    _deed(locked, "hands", locked.holder_th, by)
    _publish(locked)


@transaction.atomic
def tell_delay(case: Case, by: User) -> None:
    """The applicant has been told today that it is late (Licensing Facilitation Act, section 10: every 7 days).

    Raises: CaseError when it is not late.
    """
    locked, today = _open(case), timezone.localdate()
    if standing(locked.due_on, None, today) is not Standing.LATE:
        raise CaseError("it is not late")
    locked.delay_told_on = today
    locked.save(update_fields=["delay_told_on"])
    _deed(locked, "told", "", by)
    _publish(locked)


@transaction.atomic
def close(case: Case, by: User) -> None:
    """It is decided, whatever steps are left.

    Raises: CaseError when it is closed already.
    """
    locked = _open(case)
    locked.closed_on = timezone.localdate()
    locked.save(update_fields=["closed_on"])
    _deed(locked, "closed", "", by)
    _publish(locked)


def _open(case: Case) -> Case:
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.closed_on is not None:
        raise CaseError("it is closed")
    return locked


def _deed(case: Case, what: str, detail: str, by: User) -> None:
    CaseDeed.objects.create(case=case, what=what, detail=detail[:120], by_name=(by.get_full_name() or by.username)[:80])


def _publish(case: Case) -> None:
    publish(case.factory.office_id, {wire.Case: [case.pk]})
