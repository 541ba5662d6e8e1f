"""What the address of the payments' page asks for, and the rows that are of it. The page, its drawing and its file ask
here, so that each of them shows the same.

A reference is asked for as a whole, for it is copied or scanned; that way an index answers, however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from fleet.acting.seen import confirmations_seen, intents_seen
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Intent
from fleet.payments.standing import only_open
from fleet.people.scope import Scope

BANKS = ("SCB", "KTB", "PRETEND")
SHOWS = ("open", "shown", "exact")
"""The lists of the page, in its order; the address names one of them, or none for all."""

DRAWN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address asks for; empty or None for no wish."""

    show: str
    bank: str
    province: str
    first: date | None
    last: date | None
    text: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Whatever is none of the choices asks for nothing."""
        said = request.GET
        show, bank, province = said.get("show", ""), said.get("bank", ""), said.get("province", "")
        return cls(
            show=show if show in SHOWS else "",
            bank=bank if bank in BANKS else "",
            province=province[:4] if province.isascii() and province.isdigit() else "",
            first=_day(said.get("from", "")),
            last=_day(said.get("to", "")),
            text=said.get("q", "").strip()[:60],
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but a list is asked for."""
        return bool(self.bank or self.province or self.first or self.last or self.text)

    @property
    def query(self) -> str:
        """The same as an address says it, without which list."""
        days = {"from": self.first.isoformat() if self.first else "", "to": self.last.isoformat() if self.last else ""}
        said = {"bank": self.bank, "province": self.province, **days, "q": self.text}
        return urlencode({name: value for name, value in said.items() if value})

    def drawn(self) -> tuple[date, date]:
        """The days of the drawing: up to the last that is asked for, and no day that is still to come."""
        today = timezone.localdate()
        last = min(self.last or today, today)
        return last - timedelta(days=DRAWN_DAYS - 1), last

    def counted(self, scope: Scope) -> QuerySet[Confirmation]:
        """The banks' words to be added up: of the province and the bank, of any day."""
        rows = confirmations_seen(scope)
        if self.bank:
            rows = rows.filter(bank=self.bank)
        return rows.filter(office__province_id=int(self.province)) if self.province else rows

    def confirmations(self, scope: Scope) -> QuerySet[Confirmation]:
        """The banks' words, the newest first."""
        rows = self.counted(scope)
        if self.first:
            rows = rows.filter(business_day__gte=self.first)
        if self.last:
            rows = rows.filter(business_day__lte=self.last)
        if self.text:
            named = Q(ref1__in=self._written) | Q(notice_id__in=self._written) | Q(intent_id__in=self._written)
            rows = rows.filter(named | Q(bank__in=BANKS, transaction_id__in=self._written))
        return rows

    def listed(self, scope: Scope) -> QuerySet[Confirmation]:
        """Those of the list that is asked for."""
        rows = self.confirmations(scope)
        match self.show:
            case "open":
                return only_open(rows)
            case "exact":
                return rows.filter(match=Match.EXACT)
        return rows

    def intents(self, scope: Scope) -> QuerySet[Intent]:
        """The QRs that were shown, the newest first. They are no bank's: where one is asked for there are none."""
        rows = intents_seen(scope)
        if self.province:
            rows = rows.filter(kiosk__office__province_id=int(self.province))
        if self.first:
            rows = rows.filter(opened_at__gte=_midnight(self.first))
        if self.last:
            rows = rows.filter(opened_at__lt=_midnight(self.last + timedelta(days=1)))
        if self.bank:
            rows = rows.none()
        if self.text:
            rows = rows.filter(Q(ref1__in=self._written) | Q(notice_id__in=self._written) | Q(pk__in=self._written))
        return rows

    @property
    def _written(self) -> set[str]:
        """The reference as it was typed, and as it is printed."""
        return {self.text, self.text.upper()}


def _day(said: str) -> date | None:
    """A day of this century; anything else is none."""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2099, 12, 31) else None


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))
