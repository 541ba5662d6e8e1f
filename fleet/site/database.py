"""Which database: SQLite in the data folder, or the PostgreSQL that one address names.

``SALA_DATABASE=postgresql://user:password@host:port/name?sslmode=verify-full`` is all there is to set; everything after
the question mark goes to libpq as it is (sslmode, sslrootcert, target_session_attrs, ...), ``host`` too, for sockets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

VARIABLE = "SALA_DATABASE"
SQLITE_FILE = "fleet.sqlite"


class DatabaseAddressError(ValueError):
    """An address that names no database of ours; it holds nothing of the address, which may hold a password."""


CACHED_STATEMENTS = 24
"""Prepared statements SQLite keeps for each connection. Python's own 128 fill with one for every length of a list that
was ever written at once, some hundred kilobytes each: 5 MB in ingest with 10,000 kiosks (tests/bench/crowd.py)."""

POOL = {"min_size": 2, "max_size": 32, "timeout": 5.0, "reconnect_timeout": 5.0}
"""Connections to PostgreSQL that wait for the next request; how many there are at most, for it lets in 100 unless told
otherwise, and the other parts want theirs; seconds that a request waits for one, and that one is tried for in a row:
each try waits twice as long as the one before, and a server that is back is not to be waited for."""


def databases(address: str, data_dir: Path) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES`` for ``address``; for an empty one, SQLite in ``data_dir``.

    Raises: DatabaseAddressError.
    """
    return {"default": _postgresql(address) if address else _sqlite(data_dir / SQLITE_FILE)}


def keep_connections() -> None:
    """Let requests of this process use each other's connections to PostgreSQL; before the first, and after a fork.

    A new one for each is 10 ms for the password and as much again until it knows our tables: a third of a page.
    """
    from django.db import connections

    ours = connections.settings["default"]
    if ours["ENGINE"] == "django.db.backends.postgresql":
        from fleet.site.kept_connection import KeptConnection

        ours["OPTIONS"]["pool"] = {**POOL, "connection_class": KeptConnection}


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "cached_statements": CACHED_STATEMENTS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgresql(address: str) -> dict[str, Any]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise DatabaseAddressError(f"{VARIABLE} cannot be read as an address") from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise DatabaseAddressError(f"{VARIABLE} must be postgresql://user:password@host:port/name, or empty for SQLite")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        # Values travel beside the statement, not in it: that is what makes a batch of statuses cheap.
        "OPTIONS": {"server_side_binding": True, **options},
        "CONN_HEALTH_CHECKS": True,
    }
