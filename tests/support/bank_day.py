"""Bills for a day at the pretend bank, and what the fleet holds when it is over. Run beside a fleet's database:

python -m tests.support.bank_day bills FOLDER COUNT    COUNT notices of a sample office, all ตัวอย่าง; JSON
python -m tests.support.bank_day held FOLDER           what ledger, notices and kiosks say; JSON
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

SPARE_FROM = 90_000
"""Sample notices stand below."""


def main(what: str, folder: str, count: str = "0") -> None:
    """See the module."""
    os.environ["SALA_FLEET_DIR"] = str(Path(folder).resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "fleet.site.settings"
    import django

    django.setup()
    print(json.dumps(_bills(int(count)) if what == "bills" else _held()))


def _bills(count: int) -> list[dict[str, Any]]:
    from fleet.office.models import Factory, Notice
    from fleet.protocol.payment import bill_reference
    from fleet.site.sample import SAMPLE_BILLER_ID

    factory = Factory.objects.filter(office_id="CBI").order_by("pk")[0]
    notices = [
        Notice(
            notice_no=f"CBI-69-{SPARE_FROM + i}",
            reference=bill_reference("N20", SPARE_FROM * 100 + i),
            factory=factory,
            item_th="ค่าธรรมเนียมรายปี ตัวอย่าง",
            item_en="Annual fee, sample",
            amount_satang=150_000 + 25 * i,
            due_on=date(2026, 12, 31),
        )
        for i in range(count)
    ]
    Notice.objects.bulk_create(notices, batch_size=500)
    return [
        {"biller_id": SAMPLE_BILLER_ID, "ref1": n.reference, "ref2": "", "amount_satang": n.amount_satang}
        for n in notices
    ]


def _held() -> dict[str, Any]:
    from django.db.models import Count, Sum

    from fleet.devices.models import Outgoing
    from fleet.office.models import Notice
    from fleet.payments.models import Confirmation, Posting
    from fleet.protocol.messages import PaymentConfirmed, decode

    spare = Notice.objects.filter(notice_no__startswith="CBI-69-9", paid_at__isnull=False)
    told: dict[str, int] = {}
    for each in Outgoing.objects.filter(topic__endswith="/payment"):
        kiosk_id = each.topic.split("/")[3]
        told[kiosk_id] = told.get(kiosk_id, 0) + decode(bytes(each.payload), PaymentConfirmed).amount_satang
    balances: dict[str, int] = {}
    for row in Posting.objects.values("debit", "credit").annotate(total=Sum("amount_satang")):
        balances[row["debit"]] = balances.get(row["debit"], 0) - row["total"]
        balances[row["credit"]] = balances.get(row["credit"], 0) + row["total"]
    return {
        "words": Confirmation.objects.count(),
        "matches": dict(Confirmation.objects.values_list("match").annotate(n=Count("id")).order_by()),
        "proofs": dict(Confirmation.objects.values_list("proof").annotate(n=Count("id")).order_by()),
        "balances": balances,
        "paid": spare.count(),
        "paid_satang": spare.aggregate(total=Sum("amount_satang"))["total"] or 0,
        "told_satang": told,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
