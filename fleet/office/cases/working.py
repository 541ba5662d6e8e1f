"""What an officer does with a case: next step, change of hands, a document that came, telling a delay, closing.

Each is a deed that stays; opening one is ``opening``'s.

Rules: a closed case is closed; what changes travels to the office's kiosks in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.office.cases.models import Case, CaseDeed
from fleet.office.changes.publishing import publish
from fleet.protocol import office as wire
from fleet.protocol.deadlines import Standing, standing
from fleet.webhooks.models import Kind
from fleet.webhooks.occurring import listeners, occurred


class CaseError(ValueError):
    """Nothing was done: the case is closed, or the deed does not fit it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A desk or group that has a case; no person."""

    name_th: str
    name_en: str
    phone: str = ""

    def tidied(self) -> Holder:
        """As a case has room for it; the Thai name stands in for a missing English one."""
        name_th = self.name_th.strip()
        return Holder(name_th[:60], (self.name_en.strip() or name_th)[:60], self.phone.strip()[:20])


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
    note(locked, "step", step.name_th, by)
    if not locked.steps.filter(done_on__isnull=True).exists():
        locked.closed_on = today
        locked.save(update_fields=["closed_on"])
        note(locked, "closed", "", by)
    publish_case(locked)


@transaction.atomic
def hand_over(case: Case, to: Holder, by: User) -> None:
    """Another desk or group has it now.

    Raises: CaseError when it is closed, or nobody is named.
    """
    locked = _open(case)
    if not to.name_th.strip():
        raise CaseError("nobody is named")
    holder = to.tidied()
    locked.holder_th, locked.holder_en, locked.phone = holder.name_th, holder.name_en, holder.phone
    locked.save(update_fields=["holder_th", "holder_en", "phone"])
    note(locked, "hands", locked.holder_th, by)
    publish_case(locked)


@transaction.atomic
def receive_paper(case: Case, position: int, by: User) -> None:
    """A document that was missing has come today.

    Raises: CaseError when the case is closed, or no such document is missing.
    """
    locked = _open(case)
    paper = locked.documents.filter(position=position, received_on__isnull=True).first()
    if paper is None:
        raise CaseError("no such document is missing")
    paper.received_on = timezone.localdate()
    paper.save(update_fields=["received_on"])
    note(locked, "paper", paper.name_th, by)


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
    note(locked, "told", "", by)
    publish_case(locked)


@transaction.atomic
def close(case: Case, by: User) -> None:
    """It is decided, whatever steps are left.

    Raises: CaseError when it is closed already.
    """
    locked = _open(case)
    locked.closed_on = timezone.localdate()
    locked.save(update_fields=["closed_on"])
    note(locked, "closed", "", by)
    publish_case(locked)


def _open(case: Case) -> Case:
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.closed_on is not None:
        raise CaseError("it is closed")
    return locked


def note(case: Case, what: str, detail: str, by: User | None) -> None:
    """Add a deed to what was done to a case; ``by`` None: a file of samples, or the calendar itself."""
    name = (by.get_full_name() or by.username)[:80] if by else ""
    CaseDeed.objects.create(case=case, what=what, detail=detail[:120], by_name=name)
    if not listeners(Kind.CASE_MOVED):
        return
    told = {"case_no": case.pk, "office_id": case.office_id, "what": what, "due_on": _day(case.due_on)}
    occurred(Kind.CASE_MOVED, case.pk, case.office.province_id, told | {"closed_on": _day(case.closed_on)})


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def publish_case(case: Case) -> None:
    """The office's kiosks get the case as it is now."""
    publish(case.office_id, {wire.Case: [case.pk]})
