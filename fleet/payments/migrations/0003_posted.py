"""Words kept before there was a ledger get their day and their move."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from fleet.payments.banks.port import BANGKOK


def _post_what_is_kept(apps: Any, _editor: Any) -> None:
    confirmations = apps.get_model("payments", "Confirmation").objects
    postings = apps.get_model("payments", "Posting").objects
    for each in confirmations.all():
        # The pretend bank's, the only one there was: its day ends at midnight.
        confirmations.filter(pk=each.pk).update(business_day=each.paid_at.astimezone(BANGKOK).date())
        credit = "settled" if each.match == "exact" else "suspense"
        postings.create(confirmation=each, debit="bank", credit=credit, amount_satang=each.amount_satang)


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_money")]

    operations = [migrations.RunPython(_post_what_is_kept, migrations.RunPython.noop)]
