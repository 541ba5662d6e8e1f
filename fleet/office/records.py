"""What happens to a notice, and that its office's kiosks get to know of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fleet.office.changes.publishing import publish
from fleet.office.models import Notice
from fleet.protocol import office as wire


def mark_paid(notice: Notice, paid_at: datetime) -> int:
    """The bank's word: the notice is paid; the revision at which the office's records say so."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk, paid_at__isnull=True).update(paid_at=paid_at)
        return _publish(notice)


def mark_unpaid(notice: Notice) -> None:
    """The money went back: the notice is owed again."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(paid_at=None)
        _publish(notice)


def mark_withdrawn(notice: Notice, at: datetime, why: str) -> None:
    """The notice is not to be paid from ``at`` on."""
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk, withdrawn_at__isnull=True).update(withdrawn_at=at, withdrawn_why=why[:200])
        _publish(notice)


def _publish(notice: Notice) -> int:
    return publish(notice.factory.office_id, {wire.Notice: [notice.pk]})
