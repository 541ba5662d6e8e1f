"""Manuals in the order of the Thai dictionary instead of the database's own."""

from __future__ import annotations

from django.db import migrations

from fleet.office.ordering import ThaiOrder, fill_in


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_office_required")]

    operations = [
        migrations.AddField(model_name="manual", name="name_order", field=ThaiOrder(of="name_th")),
        migrations.RunPython(fill_in("cases", "Manual"), migrations.RunPython.noop),
        migrations.AlterModelOptions(name="manual", options={"ordering": ["name_order", "-valid_from"]}),
    ]
