"""Calls at once go past the hour's limit, and have one of their own."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("alerts", "0002_letters_withdrawn")]

    operations: ClassVar = [
        migrations.AddField(model_name="attempt", name="is_past", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="duty", name="calls_quiet_until", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="message", name="at_once", field=models.BooleanField(default=False)),
    ]
