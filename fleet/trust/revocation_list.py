"""The broker's revocation list on disk: replaced whole, and always younger than the one before.

OpenSSL keeps every list it was ever given and believes the youngest, by the second; one dated in the future it
does not believe at all, and then nobody gets in. So lists are dated ``CLOCK_SKEW`` ago, and at most one a second is
written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from fleet.trust.authority import CLOCK_SKEW, Authority

SECOND = timedelta(seconds=1)


def write_list(path: Path, authority: Authority, serials: Iterable[int], now: datetime | None = None) -> bool:
    """Write the list; False when the last one is not a second old, so that nothing was written: try again soon."""
    now = now or datetime.now(UTC)
    issued_at = (now - CLOCK_SKEW).replace(microsecond=0)
    if (last := _issued_at(path)) is not None and issued_at <= last < now:
        if last - issued_at < SECOND:
            return False
        issued_at = last + SECOND  # our clock was set back a little: younger than the last one all the same
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(authority.revocation_list(serials, issued_at))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return True


def _issued_at(path: Path) -> datetime | None:
    try:
        return x509.load_pem_x509_crl(path.read_bytes()).last_update_utc
    except (OSError, ValueError):
        return None
