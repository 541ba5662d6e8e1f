"""Who told a kiosk of a folder that another took, written once as the rest; unknown of what happened before this."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TRIGGER = "folders_movement_told_by_no_update"


def guard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the database refuse to change who told; PostgreSQL has the function since 0002."""
    head = f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE OF told_by_no, told_by_name ON folders_movement FOR EACH ROW"
    if editor.connection.vendor == "postgresql":
        editor.execute(f"{head} EXECUTE FUNCTION sala_folders_written_once()")
    else:
        editor.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'written once'); END")


def unguard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the guard away."""
    on = " ON folders_movement" if editor.connection.vendor == "postgresql" else ""
    editor.execute(f"DROP TRIGGER {TRIGGER}{on}")


class Migration(migrations.Migration):
    dependencies = [("folders", "0002_written_once")]
    operations = [
        migrations.AddField(
            model_name="movement",
            name="told_by_no",
            field=models.CharField(blank=True, max_length=12, null=True),
        ),
        migrations.AddField(
            model_name="movement",
            name="told_by_name",
            field=models.CharField(blank=True, max_length=80, null=True),
        ),
        migrations.RunPython(guard, unguard),
    ]
