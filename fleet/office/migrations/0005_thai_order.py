"""Factories in the order of the Thai dictionary instead of the database's own."""

from __future__ import annotations

from django.db import migrations, models

from fleet.office.ordering import ThaiOrder, fill_in


class Migration(migrations.Migration):
    dependencies = [("office", "0004_in_order")]

    operations = [
        migrations.AddField(model_name="factory", name="name_order", field=ThaiOrder(of="name_th")),
        migrations.RunPython(fill_in("office", "Factory"), migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="factory", name="factories_by_name"),
        migrations.AddIndex(
            model_name="factory",
            index=models.Index(fields=["name_order", "factory_no"], name="factories_by_name"),
        ),
    ]
