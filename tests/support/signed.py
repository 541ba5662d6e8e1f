"""A kiosk that has verified who may be paid: what its agent would have written, without a repository behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fleet.protocol.settings import read_settings
from fleet.protocol.trust import SignedPayee
from kiosk import trusted
from kiosk.trusted import RoleStanding, Trusted

LONG = datetime(2100, 1, 1, tzinfo=UTC)


def believe(data_dir: Path, document: Mapping[str, Any]) -> None:
    """Everything these settings name of accounts and keys is signed."""
    settings, _ = read_settings([document])
    payee = settings.payee
    data_dir.mkdir(parents=True, exist_ok=True)
    trusted.store(
        data_dir,
        Trusted(
            root="",
            verified_at=trusted.BUILT_AT,
            floor=trusted.BUILT_AT,
            roles={"payees": RoleStanding(version=1, until=LONG)},
            payees=(SignedPayee(biller_id=payee.biller_id, name=payee.name, sample=settings.sample),),
            customer_keys=(settings.customer_key,) if settings.customer_key else (),
        ),
    )
