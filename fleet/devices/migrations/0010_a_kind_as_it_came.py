"""Records of a kind by when they came: the first page counts the visits of today."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0009_said_rank")]

    operations = [
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["kind", "received_at"], name="a_kind_as_it_came"),
        ),
    ]
