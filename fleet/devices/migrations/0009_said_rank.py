"""How bad it is by each kiosk's own word, beside the word itself."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import migrations, models

from fleet.devices.truth import RANK, said_of
from fleet.protocol.messages import Status


def say(apps: Any, _editor: Any) -> None:
    """From the statuses that are kept; one that cannot be read any more stays unknown until the next comes."""
    states = apps.get_model("devices", "KioskState").objects
    for pk, status in states.exclude(status=None).values_list("pk", "status").iterator():
        try:
            said = said_of(msgspec.convert(status, Status))
        except msgspec.ValidationError:
            continue
        states.filter(pk=pk).update(said_rank=RANK[said])


class Migration(migrations.Migration):
    dependencies = [("devices", "0008_staged_and_firmware")]

    operations = [
        migrations.AddField(
            model_name="kioskstate", name="said_rank", field=models.PositiveSmallIntegerField(default=3)
        ),
        migrations.RunPython(say, migrations.RunPython.noop),
    ]
