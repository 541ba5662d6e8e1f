"""Factories in the order in which pages show them, and what counts the notices of a nation without reading them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0003_register_fields")]

    operations = [
        migrations.AddIndex(
            model_name="factory",
            index=models.Index(fields=["name_th", "factory_no"], name="factories_by_name"),
        ),
        migrations.AddIndex(
            model_name="factory",
            index=models.Index(fields=["factory_no", "office"], name="offices_of_factories"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["due_on", "factory", "paid_at", "withdrawn_at", "amount_satang", "notice_no"],
                name="how_notices_stand",
            ),
        ),
    ]
