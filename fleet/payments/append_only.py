"""Which rows of ours are written once (how: ``fleet.audit.written_once``); ``migrations/0004`` sets their guard."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from fleet.audit import written_once
from fleet.audit.written_once import AppendOnly, WrittenOnceError

__all__ = ["TABLES", "AppendOnly", "WrittenOnceError", "guard", "unguard"]

TABLES = (
    "payments_alsoknown",
    "payments_approval",
    "payments_confirmation",
    "payments_decision",
    "payments_fileline",
    "payments_posting",
    "payments_settlementfile",
)


def guard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the database refuse to change or delete a row of any of ``TABLES``."""
    written_once.guard(TABLES, editor)


def unguard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the guard away: for a migration that must rebuild a table."""
    written_once.unguard(TABLES, editor)
