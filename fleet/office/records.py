"""The office's records as they travel to its kiosks, and the revision that says when they changed."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import F

from fleet.office.models import Factory, Notice, Office
from fleet.protocol import office as wire


def records_of(office: Office) -> wire.OfficeRecords:
    """Everything a kiosk of this office needs, and nothing that names a person."""
    factories = Factory.objects.filter(office=office).prefetch_related("owner_hashes", "folders").order_by("factory_no")
    notices = Notice.objects.filter(factory__office=office, withdrawn_at__isnull=True)
    return wire.OfficeRecords(
        revision=office.revision,
        office_id=office.office_id,
        hash_key=office.hash_key,
        factories=tuple(
            wire.Factory(
                factory_no=each.factory_no,
                name_th=each.name_th,
                name_en=each.name_en,
                old_no=each.old_no,
                owner_hashes=tuple(sorted(owner.hash for owner in each.owner_hashes.all())),
                folder_ids=tuple(sorted(folder.folder_id for folder in each.folders.all())),
            )
            for each in factories
        ),
        notices=tuple(
            wire.Notice(
                notice_no=each.notice_no,
                reference=each.reference,
                factory_no=each.factory_id,
                item_th=each.item_th,
                item_en=each.item_en,
                lines=msgspec.convert(each.lines, tuple[wire.Line, ...]),
                amount_satang=each.amount_satang,
                due_on=each.due_on,
                paid_at=each.paid_at,
                sample=each.sample,
            )
            for each in notices
        ),
    )


def mark_paid(notice: Notice, paid_at: datetime) -> None:
    """The bank's word: the notice is paid, and the office's records have changed."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk, paid_at__isnull=True).update(paid_at=paid_at)
        touch(notice.factory.office_id)


def mark_unpaid(notice: Notice) -> None:
    """The money went back: the notice is owed again."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(paid_at=None)
        touch(notice.factory.office_id)


def mark_withdrawn(notice: Notice, at: datetime, why: str) -> None:
    """The notice is not to be paid from ``at`` on."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk, withdrawn_at__isnull=True).update(withdrawn_at=at, withdrawn_why=why[:200])
        touch(notice.factory.office_id)


def touch(office_id: str) -> int:
    """The office's records changed; the new revision."""
    Office.objects.filter(pk=office_id).update(revision=F("revision") + 1)
    return Office.objects.values_list("revision", flat=True).get(pk=office_id)
