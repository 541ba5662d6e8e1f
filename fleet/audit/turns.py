"""One after the other: whoever decides from what is in force holds a turn, so that nobody decides beside them.

On PostgreSQL it is an advisory lock until the transaction ends; on SQLite the transaction is the lock (BEGIN
IMMEDIATE). What was read before the turn was had may be old: read it, or read it again, within. Who holds the rows of
kiosks asks for no turn; the trail's comes last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def in_turn(what: str) -> Iterator[None]:
    """The transaction that is open, or one of its own, in which nobody else is at ``what``; twice over is fine."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            number = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], signed=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield
