"""The database guards what is written once. Apart from 0003: PostgreSQL wants those rows committed first."""

from __future__ import annotations

from django.db import migrations

from fleet.payments.append_only import guard, unguard


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_posted")]

    operations = [migrations.RunPython(guard, unguard)]
