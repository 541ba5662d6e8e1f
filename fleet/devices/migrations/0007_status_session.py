"""The session a status belongs to, which may come before its birth; and the highest that was born."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F


def take_over(apps: Any, _schema_editor: Any) -> None:
    """What is kept is of the present session, as far as anybody can know."""
    states = apps.get_model("devices", "KioskState")
    states.objects.update(status_session_no=F("session_no"), session_no_max=F("session_no"))


class Migration(migrations.Migration):
    dependencies = [("devices", "0006_put_back")]
    operations = [
        migrations.AddField(
            model_name="kioskstate", name="session_no_max", field=models.PositiveBigIntegerField(default=0)
        ),
        migrations.AddField(
            model_name="kioskstate", name="status_session_no", field=models.PositiveBigIntegerField(default=0)
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
