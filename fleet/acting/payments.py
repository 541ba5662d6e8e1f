"""Which payments somebody asks for, of those that exist for them: the same for the page, its drawing and file, and
programs.

A reference is asked for as a whole, for it is copied or scanned; that way an index answers, however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from fleet.acting.seen import confirmations_seen, intents_seen, intents_waiting
from fleet.payments.models import Confirmation, Intent
from fleet.people.scope import Scope

BANKS = ("SCB", "KTB", "PRETEND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; empty or None asks for nothing. ``first`` and ``last``: days of this century, both included;
    the bank's of its words, and those in Thailand on which QRs were shown."""

    bank: str = ""
    dopa_code: int | None = None
    first: date | None = None
    last: date | None = None
    reference: str = ""

    @property
    def written(self) -> set[str]:
        """The reference as it was typed, and as it is printed."""
        return {self.reference, self.reference.upper()}


def counted(scope: Scope, sought: Sought) -> QuerySet[Confirmation]:
    """The banks' words to be added up: of the province and the bank, of any day."""
    rows = confirmations_seen(scope)
    if sought.bank:
        rows = rows.filter(bank=sought.bank)
    return rows if sought.dopa_code is None else rows.filter(office__province_id=sought.dopa_code)


def said(scope: Scope, sought: Sought) -> QuerySet[Confirmation]:
    """The banks' words, the newest first."""
    rows = counted(scope, sought)
    if sought.first:
        rows = rows.filter(business_day__gte=sought.first)
    if sought.last:
        rows = rows.filter(business_day__lte=sought.last)
    if sought.reference:
        written = sought.written
        named = Q(ref1__in=written) | Q(notice_id__in=written) | Q(intent_id__in=written)
        rows = rows.filter(named | Q(bank__in=BANKS, transaction_id__in=written))
    return rows


def shown(scope: Scope, sought: Sought, *, only_waiting: bool = False) -> QuerySet[Intent]:
    """The QRs that were shown, the newest first. They are no bank's: where one is asked for there are none.

    ``only_waiting``: those that nothing has paid.
    """
    rows = intents_waiting(scope) if only_waiting else intents_seen(scope)
    if sought.dopa_code is not None:
        rows = rows.filter(kiosk__office__province_id=sought.dopa_code)
    if sought.first:
        rows = rows.filter(opened_at__gte=_midnight(sought.first))
    if sought.last:
        rows = rows.filter(opened_at__lt=_midnight(sought.last + timedelta(days=1)))
    if sought.bank:
        rows = rows.none()
    if sought.reference:
        written = sought.written
        rows = rows.filter(Q(ref1__in=written) | Q(notice_id__in=written) | Q(pk__in=written))
    return rows


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))
