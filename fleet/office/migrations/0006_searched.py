"""What a factory is found by, in one column that the database keeps; 72,000 rows take some seconds."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Concat, Lower, Replace

WRITTEN_OTHERWISE = (
    ("เเ", "แ"),
    ("ํ่า", "่ำ"),
    ("ํ้า", "้ำ"),
    ("ํ๊า", "๊ำ"),
    ("ํ๋า", "๋ำ"),
    ("ํา", "ำ"),
)


def searched() -> Lower:
    """As the model has it."""
    text: Concat | Replace = Concat("old_no", Value("\n"), "name_th", Value("\n"), "name_en")
    for otherwise, usual in WRITTEN_OTHERWISE:
        text = Replace(text, Value(otherwise), Value(usual))
    return Lower(text)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("office", "0005_thai_order")]

    operations = [
        migrations.AddField(
            model_name="factory",
            name="searched",
            field=models.GeneratedField(expression=searched(), output_field=models.TextField(), db_persist=True),
        ),
    ]
