"""What the address of the payments' page asks for. The page, its drawing and its file ask here, so that each of them
shows the same; which rows are of it, ``fleet.acting.payments`` knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from fleet.acting import payments
from fleet.acting.days import day_named
from fleet.acting.payments import BANKS, Sought
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Intent
from fleet.payments.standing import only_open
from fleet.people.scope import Scope

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
            first=day_named(said.get("from", "")),
            last=day_named(said.get("to", "")),
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
        return payments.counted(scope, self._sought)

    def confirmations(self, scope: Scope) -> QuerySet[Confirmation]:
        """The banks' words, the newest first."""
        return payments.said(scope, self._sought)

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
        """The QRs that were shown, the newest first."""
        return payments.shown(scope, self._sought)

    @property
    def _sought(self) -> Sought:
        return Sought(
            bank=self.bank,
            dopa_code=int(self.province) if self.province else None,
            first=self.first,
            last=self.last,
            reference=self.text,
        )
