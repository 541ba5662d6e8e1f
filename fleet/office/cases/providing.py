"""Cases, permits and manuals as kiosks get them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from fleet.office.cases.models import Case, Manual, Permit
from fleet.protocol import office as wire

CLOSED_FOR = timedelta(days=365)
"""So long a closed case, or a manual out of date, is still shown at kiosks."""

Keys = Collection[str] | None


def wire_case(case: Case) -> wire.Case:
    """A case as it travels; its steps should be prefetched."""
    return wire.Case(
        case_no=case.case_no,
        factory_no=case.factory_id or "",
        title_th=case.name_th,
        title_en=case.name_en,
        steps=tuple(
            wire.CaseStep(
                label_th=each.name_th,
                label_en=each.name_en,
                done_on=each.done_on,
                expected_on=each.expected_on,
                note_th=each.note_th,
                note_en=each.note_en,
            )
            for each in case.steps.all()
        ),
        received_on=case.received_on,
        tracking_token=case.token,
        due_on=case.due_on,
        closed_on=case.closed_on,
        holder_th=case.holder_th,
        holder_en=case.holder_en,
        phone=case.phone,
        delay_told_on=case.delay_told_on,
        sample=case.sample,
    )


def cases(office_id: str, keys: Keys) -> Iterator[wire.Item]:
    """Open cases, and those closed within the year; of a person's nothing says whose it is, only its slip finds it."""
    since = timezone.localdate() - CLOSED_FOR
    rows = Case.objects.filter(office_id=office_id).filter(Q(closed_on__isnull=True) | Q(closed_on__gte=since))
    rows = rows if keys is None else rows.filter(pk__in=keys)
    for each in rows.prefetch_related("steps").iterator(500):
        yield wire_case(each)


def permits(office_id: str, keys: Keys) -> Iterator[wire.Item]:
    """Permits of the office's factories."""
    rows = Permit.objects.filter(factory__office_id=office_id)
    for each in (rows if keys is None else rows.filter(pk__in=keys)).iterator(500):
        yield wire.Permit(
            permit_no=each.permit_no,
            factory_no=each.factory_id,
            title_th=each.name_th,
            title_en=each.name_en,
            expires_on=each.expires_on,
            sample=each.sample,
        )


def wire_manual(manual: Manual) -> wire.Manual:
    """A manual as it travels."""
    return wire.Manual(
        manual_id=manual.manual_id,
        title_th=manual.name_th,
        title_en=manual.name_en,
        version=manual.version,
        days=manual.days,
        fee_th=manual.fee_th,
        fee_en=manual.fee_en,
        law_th=manual.law_th,
        law_en=manual.law_en,
        steps=tuple(wire.ManualPart(**each) for each in manual.steps),
        documents=tuple(wire.ManualPart(**each) for each in manual.documents),
        valid_from=manual.valid_from,
        valid_to=manual.valid_to,
        sample=manual.sample,
    )


def manuals(_office_id: str, keys: Keys) -> Iterator[wire.Item]:
    """Manuals are the nation's: every office has them all, those out of date for a year more."""
    since = timezone.localdate() - CLOSED_FOR
    rows = Manual.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=since))
    for each in rows if keys is None else rows.filter(pk__in=keys):
        yield wire_manual(each)
