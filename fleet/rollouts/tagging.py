"""Tags: the words that waves pick kiosks by (``plan.TAG``). Not here: who may tag what, which whoever calls asks."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db import transaction

from fleet.devices.models import Kiosk
from fleet.rollouts.models import KioskTag
from fleet.rollouts.plan import TAG

KIOSKS_MAX = 500
"""In one go."""


class Problem(StrEnum):
    """What is wrong."""

    TAG = "tag"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class TagError(ValueError):
    """It cannot be done, and nothing was: ``word`` is what is wrong."""

    def __init__(self, problem: Problem, word: str = "") -> None:
        super().__init__(f"{problem.value}: {word}")
        self.problem, self.word = problem, word


def words(kiosks: str) -> list[str]:
    """The kiosks' ids in what somebody typed: parted by spaces, commas or lines."""
    return sorted(set(kiosks.replace(",", " ").split()))[:KIOSKS_MAX]


def put(tag: str, typed: str, kiosks: Iterable[Kiosk], *, worn: bool) -> None:
    """Have the kiosks that were ``typed`` wear ``tag``, or not any more; ``kiosks`` are those that may be tagged.

    Raises: TagError when one of them is not among those, or there is none, or the tag is none.
    """
    if not TAG.fullmatch(tag):
        raise TagError(Problem.TAG, tag[:40])
    asked, known = words(typed), {each.pk for each in kiosks}
    if not asked:
        raise TagError(Problem.NOBODY)
    if unknown := [each for each in asked if each not in known]:
        raise TagError(Problem.UNKNOWN, unknown[0][:40])
    with transaction.atomic():
        if worn:
            rows = (KioskTag(kiosk_id=each, tag=tag) for each in asked)
            KioskTag.objects.bulk_create(rows, ignore_conflicts=True)
        else:
            KioskTag.objects.filter(kiosk_id__in=asked, tag=tag).delete()
