"""Where the money of each payee lies: the ledger's accounts, kept apart by biller id."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from fleet.payments.ledger import Account
from fleet.payments.models import Intent, Posting


@dataclass(frozen=True, slots=True)
class Balance:
    """What lies in each account for one payee, in satang. ``payee_*``: of another office, as its QR named it."""

    biller_id: str
    payee_th: str
    payee_en: str
    lies: dict[Account, int]

    @property
    def rows(self) -> list[tuple[Account, int]]:
        """Every account but the bank's, in their order, with what lies there."""
        return [(each, self.lies.get(each, 0)) for each in Account if each is not Account.BANK]

    @property
    def held_satang(self) -> int:
        """What the bank says it holds for them, which all the others together are."""
        return -self.lies.get(Account.BANK, 0)


def balances() -> list[Balance]:
    """Every payee a bank has ever named, by biller id."""
    lies: defaultdict[str, defaultdict[Account, int]] = defaultdict(lambda: defaultdict(int))
    for side, sign in (("credit", 1), ("debit", -1)):
        rows = Posting.objects.order_by().values_list("confirmation__biller_id", side)
        for biller_id, account, satang in rows.annotate(total=Sum("amount_satang")):
            lies[biller_id][Account(account)] += sign * satang
    named = Intent.objects.filter(notice=None).exclude(payee_th="").order_by("opened_at")
    names = {row[0]: row[1:] for row in named.values_list("biller_id", "payee_th", "payee_en")}
    return [Balance(each, *names.get(each, ("", "")), dict(lies[each])) for each in sorted(lies)]
