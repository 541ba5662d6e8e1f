"""What people of the bench's nation (``nation``) have done: how much of it, when, where and by whom.

At a share of 1: 500 people with roles, addresses for alerts and 150 tokens; 3,000 alerts of a year, 200 of them open,
with 9,000 lines and 6,000 letters; 200 maintenances; 20,000 cases with their steps, papers and deeds, 20,000 permits;
5,000 tickets over three channels an office, 2,000 registrations; 72,000 folders, 40,000 movements, 5 officers and 20
shelf walks an office; a yearly fee of each factory, 20,000 reminders, 300 runs of letters; 200 imports with 10,000
findings; 50,000 disclosures; 60 webhooks with 20,000 deliveries; 300 planned changes of settings, 30 revisions in the
nation and each province, and a layer of its own at each tenth kiosk; 50,000 commands, 5,000 deeds of rounds, 10,000
certificates with 20,000 deeds, 2,000 tags; 100,000 lines of the trail. What it is not: sensible beyond what pages
count, order and show.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Model

if TYPE_CHECKING:  # a fleet's environment is set up by whoever fills one
    from django.contrib.auth.models import User

AT_ONCE = 5_000
PEOPLE = 500
WORDS = "ตัวอย่าง"


def in_lots(model: type[Model], rows: Iterable[Model]) -> None:
    """Keep them, so many at once that neither memory nor the database's variables run out."""
    each = iter(rows)
    while lot := list(itertools.islice(each, AT_ONCE)):
        model._default_manager.bulk_create(lot)


@dataclass(frozen=True, slots=True)
class Work:
    """Where and by whom: ``share`` of all numbers, in the provinces of ``kiosk_ids``."""

    kiosk_ids: Sequence[str]
    now: datetime
    share: float
    people: Sequence[User]

    @property
    def offices(self) -> list[str]:
        """An office a province, in order."""
        return sorted({kiosk_id[:3] for kiosk_id in self.kiosk_ids})

    def ago(self, number: int, of: int, days: int = 365) -> datetime:
        """When the ``number``-th of so many happened, evenly over some days, the latest first."""
        return self.now - timedelta(days=days) * (number / max(of, 1)) - timedelta(minutes=5)

    def many(self, number: int) -> int:
        """So many of them at this share; one at least."""
        return max(1, round(self.share * number))

    def office(self, number: int) -> str:
        """The office of the ``number``-th of anything."""
        return self.offices[number % len(self.offices)]

    def kiosk(self, number: int) -> str:
        """The kiosk of the ``number``-th of anything."""
        return self.kiosk_ids[number % len(self.kiosk_ids)]

    def person(self, number: int) -> User:
        """Whose the ``number``-th of anything is."""
        return self.people[number % len(self.people)]
