"""A letter may be withdrawn: what it held is not its person's to see any more, and its tries stay."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("alerts", "0001_alerts")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="letter",
            name="state",
            field=models.CharField(
                choices=[
                    ("sending", "กำลังส่ง"),
                    ("waiting", "รอส่งใหม่"),
                    ("sent", "ส่งแล้ว"),
                    ("failed", "ส่งไม่ได้"),
                    ("withdrawn", "ถอนแล้ว"),
                ],
                max_length=10,
            ),
        ),
    ]
