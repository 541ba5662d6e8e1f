"""The offline and online roles of the trust repository: how many signatures each needs, and how long each holds.

These are our samples (ตัวอย่าง) of what a ministry decides. Long lives are fewer ceremonies; short ones are less time
for an attacker who owns the fleet to keep a kiosk from hearing that something was withdrawn (``decisions/0006``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from fleet.protocol.trust import FIRMWARE, NATIONAL_SETTINGS, PAYEES, ROOT, SNAPSHOT, TARGETS, TIMESTAMP

ONLINE = (SNAPSHOT, TIMESTAMP)
BY_CUSTODIANS = (ROOT, TARGETS)
"""Signed by the same people: those who say whose word counts."""


@dataclass(frozen=True, slots=True)
class Terms:
    """``threshold``: signatures by different keys. ``life``: from signing to expiry. ``warn``: before it, say so."""

    threshold: int
    life: timedelta
    warn: timedelta


_SETTINGS = Terms(1, timedelta(days=365), timedelta(days=30))

_TERMS = {
    ROOT: Terms(2, timedelta(days=730), timedelta(days=90)),
    TARGETS: Terms(2, timedelta(days=365), timedelta(days=60)),
    FIRMWARE: Terms(2, timedelta(days=180), timedelta(days=30)),
    PAYEES: Terms(2, timedelta(days=180), timedelta(days=30)),
    SNAPSHOT: Terms(1, timedelta(days=7), timedelta(days=2)),
    TIMESTAMP: Terms(1, timedelta(days=1), timedelta(hours=6)),
}


def terms_of(role: str) -> Terms:
    """What holds for a role."""
    return _TERMS.get(role, _SETTINGS)


def is_settings_role(role: str) -> bool:
    """Whether it is the role of a province's settings, or of the layer of all."""
    return role == NATIONAL_SETTINGS or re.fullmatch(r"settings-[1-9][0-9]", role) is not None


def is_delegated(role: str) -> bool:
    """Whether ``targets`` may delegate to a role of this name."""
    return role in (FIRMWARE, PAYEES) or is_settings_role(role)
