"""What a rule finds: one trouble at one place. Pure values; what a trouble is called stands in ``words``.

Rules: a finding's key names it for as long as it lasts, so the same trouble is never two alerts. ``opens`` is False for
what is trouble already known but no news (a kiosk that is switched off overnight): it keeps an alert, it opens none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """The rules."""

    OFFLINE = "offline"
    DEVICE = "device"
    PAPER = "paper"
    PEERS = "peers"
    TAMPER = "tamper"
    TWICE = "used-twice"
    CERTIFICATE = "certificate"
    DISK = "disk"
    MONEY = "money"
    BANK_FILE = "bank-file"
    REGISTER_FILE = "register-file"
    DEAF = "deaf"
    TRUST = "trust"
    ROLLOUT = "rollout"
    BREAK_GLASS = "break-glass"


class Matter(StrEnum):
    """Whose business a trouble is."""

    MACHINES = "machines"
    MONEY = "money"
    OFFICE = "office"
    PEOPLE = "people"


MATTERS = {
    Rule.MONEY: Matter.MONEY,
    Rule.BANK_FILE: Matter.MONEY,
    Rule.REGISTER_FILE: Matter.OFFICE,
    Rule.BREAK_GLASS: Matter.PEOPLE,
}
"""Of rules that are not about machines: who only looks after those neither sees nor gets them."""

NEEDS_A_PERSON = frozenset({Rule.TAMPER, Rule.TWICE, Rule.BREAK_GLASS})
"""Not over by being over: somebody must have said that it was seen."""

AT_ANY_HOUR = frozenset({Rule.BREAK_GLASS})
"""Whoever is called is called now, whatever their hours and whatever has left in this one: somebody may be at it who
must not. Of no place that can be under maintenance."""

SAID_BY_THE_KIOSK = frozenset({Rule.DEVICE, Rule.PAPER, Rule.DISK, Rule.TAMPER})
"""Of a kiosk that is not heard nobody knows these."""


@dataclass(frozen=True, slots=True)
class Place:
    """A kiosk, an office, a province, or (all empty) the nation. A narrower one knows the wider ones around it."""

    dopa_code: int | None = None
    office_id: str = ""
    kiosk_id: str = ""

    @property
    def name(self) -> str:
        """Its name in keys."""
        if self.kiosk_id:
            return f"kiosk:{self.kiosk_id}"
        if self.office_id:
            return f"office:{self.office_id}"
        return "nation" if self.dopa_code is None else f"province:{self.dopa_code}"

    def holds(self, other: Place) -> bool:
        """Whether ``other`` is here, or somewhere within."""
        if self.kiosk_id:
            return other.kiosk_id == self.kiosk_id
        if self.office_id:
            return other.office_id == self.office_id
        return self.dopa_code is None or other.dopa_code == self.dopa_code


NATION = Place()


@dataclass(frozen=True, slots=True)
class Finding:
    """One trouble. ``part``: of which device or thing; ``condition``: a word of ``truth.Condition``; ``facts``: what
    its words need, fit for JSON; ``members``: the kiosks of one that stands for many."""

    rule: Rule
    place: Place
    condition: str
    since: datetime
    part: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    opens: bool = True
    members: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name for as long as it lasts."""
        return key_of(self.rule, self.part, self.place)


def key_of(rule: str, part: str, place: Place) -> str:
    """The name of a trouble at a place."""
    return f"{rule}/{part}@{place.name}" if part else f"{rule}@{place.name}"
