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


def databases(address: str, data_dir: Path) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES`` for ``address``; for an empty one, SQLite in ``data_dir``.

    Raises: DatabaseAddressError.
    """
    return {"default": _postgresql(address) if address else _sqlite(data_dir / SQLITE_FILE)}


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
