"""What people with offline keys have signed, as this kiosk verified it last: accounts money may go to, and firmware.

What it is: the file both processes go by, read. What it is not: verification; that is the agent's, once an hour.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from fleet.protocol.trust import PAYEES
from kiosk import trusted
from kiosk.doctor.findings import Detail, Finding, attention, failing, fine
from kiosk.doctor.problems import Problem

ENDS_SOON_DAYS = 21


def look_at_signed(data_dir: Path, clock: datetime) -> Finding:
    """Whether anybody may be paid, and until when."""
    known = trusted.load(data_dir)
    payees = known.roles.get(PAYEES) if known is not None else None
    if known is None or payees is None:
        return failing("signed", Problem.SIGNED_NOTHING)
    days_left = (payees.until - trusted.latest(known, clock)).days
    details: dict[str, Detail] = {
        "accounts": len(known.payees),
        "valid_until": f"{payees.until:%Y-%m-%d}",
        "days_left": days_left,
    }
    if days_left < 0:
        return failing("signed", Problem.SIGNED_OVER, **details)
    if known.problems:
        return attention("signed", Problem.SIGNED_REFUSED, detail=known.problems[0], **details)
    if days_left < ENDS_SOON_DAYS:
        return attention("signed", Problem.SIGNED_ENDS_SOON, **details)
    return fine("signed", **details)
