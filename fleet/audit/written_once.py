"""Rows that are written once: neither their model nor a query changes or deletes them.

The database refuses too (``guard``, from a migration), whatever program asks: triggers on SQLite and PostgreSQL alike.
A migration that makes SQLite rebuild such a table must put its triggers back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class WrittenOnceError(TypeError):
    """Our own program tried to change what is written once: a bug."""


class AppendOnlyRows(models.QuerySet[Any]):
    """Rows to add and to read."""

    def update(self, **_kwargs: Any) -> NoReturn:
        """Refused."""
        raise WrittenOnceError("written once")

    def delete(self) -> NoReturn:
        """Refused."""
        raise WrittenOnceError("written once")


class AppendOnly(models.Model):
    """A model whose rows are written once."""

    class Meta:
        abstract = True

    objects = AppendOnlyRows.as_manager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only ever adds."""
        if not self._state.adding:
            raise WrittenOnceError("written once")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused."""
        raise WrittenOnceError("written once")


def guard(tables: Iterable[str], editor: BaseDatabaseSchemaEditor) -> None:
    """Make the database refuse to change or delete a row of any of ``tables``."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE OR REPLACE FUNCTION sala_written_once() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'written once: %', TG_TABLE_NAME; END $$",
            params=None,
        )
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            head = f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW"
            if editor.connection.vendor == "postgresql":
                editor.execute(f"{head} EXECUTE FUNCTION sala_written_once()")
            else:
                editor.execute(f"{head} BEGIN SELECT RAISE(ABORT, 'written once'); END")


def unguard(tables: Iterable[str], editor: BaseDatabaseSchemaEditor) -> None:
    """Take the guard away: for a migration that must rebuild a table."""
    on = editor.connection.vendor == "postgresql"
    for table in tables:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_no_{verb}" + (f" ON {table}" if on else ""))
