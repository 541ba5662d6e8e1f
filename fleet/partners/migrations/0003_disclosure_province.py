"""In which province's office something about a person was sent."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0002_disclosure"),
    ]

    operations = [
        migrations.AddField(
            model_name="disclosure",
            name="dopa_code",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
