"""The database guards what is written once: movements and stock-takings (as ``payments.append_only`` does its own)."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = {
    "folders_movement": "folder_id, deed, officer_no, at",
    "folders_stocktaking": "scanned, missing, misplaced, extra, at",
}
"""The columns that say what happened; the account that told of it may go."""


def guard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the database refuse to change or delete a row."""
    on_postgresql = editor.connection.vendor == "postgresql"
    if on_postgresql:
        editor.execute(
            "CREATE OR REPLACE FUNCTION sala_folders_written_once() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'written once: %', TG_TABLE_NAME; END $$",
            params=None,
        )
    for table, columns in TABLES.items():
        for verb in (f"UPDATE OF {columns}", "DELETE"):
            name = f"{table}_no_{verb.split()[0].lower()}"
            head = f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW"
            if on_postgresql:
                editor.execute(f"{head} EXECUTE FUNCTION sala_folders_written_once()")
            else:
                editor.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'written once'); END")


def unguard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the guard away."""
    on = editor.connection.vendor == "postgresql"
    for table in TABLES:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_no_{verb}" + (f" ON {table}" if on else ""))


class Migration(migrations.Migration):
    dependencies = [("folders", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
