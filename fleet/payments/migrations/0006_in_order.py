"""Payments in the orders in which pages ask for them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_other_fees")]

    operations = [
        migrations.AlterField(model_name="intent", name="opened_at", field=models.DateTimeField(db_index=True)),
        migrations.AddIndex(model_name="confirmation", index=models.Index(fields=["paid_at"], name="words_by_payment")),
    ]
