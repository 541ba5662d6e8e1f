"""A connection to PostgreSQL that waits for the next request, and may be dead by then."""

from __future__ import annotations

from typing import Any, cast

import psycopg
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper


class KeptConnection(psycopg.Connection[Any]):
    """One of the pool's. The pool asks each for a sign of life before a request gets it."""

    def execute(self, *statement: Any, **options: Any) -> psycopg.Cursor[Any]:
        """As psycopg does, whose pool asks in this way; Django does not.

        One that is dead takes all others along that wait: the server was gone. The pool would try one after the other,
        waiting twice as long each time, and after thirty of them no request would be answered for an hour.
        """
        try:
            return super().execute(*statement, **options)
        except psycopg.OperationalError:
            cast(DatabaseWrapper, connections["default"]).pool.drain()
            raise
