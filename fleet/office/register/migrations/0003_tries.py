"""How often a check or a batch was begun and not brought to its end."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0002_stopped")]
    operations = [
        migrations.AddField(
            model_name="run",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
