"""How kiosks stand, as the database itself can say it: for counting and ordering ten thousand of them in a page's time.

The rule is ``truth.truth_of``'s, written once more in the database's words; a test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from fleet.devices.hearing import hears
from fleet.devices.models import Kiosk
from fleet.devices.truth import RANK, STALE_AFTER, Condition

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _HasIt(TypedDict):
        has_it: bool

    BySettings = QuerySet[WithAnnotations[Kiosk, _HasIt]]

    class _Rank(TypedDict):
        rank: int

    Ranked = QuerySet[WithAnnotations[Kiosk, _Rank]]

AT_ONCE = 500
"""Kiosks fetched by one statement where all of them are wanted."""

_BY_RANK = {rank: condition for condition, rank in RANK.items()}


def ranked(kiosks: QuerySet[Kiosk], now: datetime) -> Ranked:
    """The same kiosks, each with its condition's ``rank``, 0 the worst."""
    links = [
        When(state__used_twice_at__isnull=False, then=_rank(Condition.FAILING)),
        When(state__heard_at__isnull=True, then=_rank(Condition.UNKNOWN)),
    ]
    if not hears(now):
        rank = Case(*links, default=_rank(Condition.STALE), output_field=IntegerField())
        return kiosks.annotate(rank=rank)
    links += [
        When(state__alive=False, then=_rank(Condition.OFFLINE)),
        When(state__heard_at__lt=now - STALE_AFTER, then=_rank(Condition.STALE)),
    ]
    return kiosks.annotate(rank=Case(*links, default=F("state__said_rank"), output_field=IntegerField()))


def only(kiosks: Ranked, condition: Condition) -> Ranked:
    """Those of these ``ranked`` kiosks that stand so."""
    return kiosks.filter(rank=of_condition(condition))


def needing(kiosks: Ranked) -> Ranked:
    """Those of these ``ranked`` kiosks that somebody should look at: all but those that are well."""
    return kiosks.filter(rank__lt=of_condition(Condition.OK))


def needing_of(counts: Counter[Condition]) -> int:
    """How many those are, of kiosks that were counted."""
    return counts.total() - counts[Condition.OK]


def worst_first(kiosks: Ranked, start: int, stop: int) -> list[Kiosk]:
    """Those of these ``ranked`` kiosks that stand at the places from ``start`` to before ``stop``, the worst first.

    Asked for by name first: a database that sorts ten thousand rows carries all of each along, its JSON too.
    """
    names = list(kiosks.order_by("rank", "pk").values_list("pk", flat=True)[start:stop])
    return _named(kiosks, names)


def all_worst_first(kiosks: Ranked) -> Iterator[Kiosk]:
    """All of these ``ranked`` kiosks, the worst first, fetched some at a time, for each brings what it last said."""
    names = list(kiosks.order_by("rank", "pk").values_list("pk", flat=True))
    for begin in range(0, len(names), AT_ONCE):
        yield from _named(kiosks, names[begin : begin + AT_ONCE])


def _named(kiosks: Ranked, names: list[str]) -> list[Kiosk]:
    found = {each.pk: each for each in kiosks.order_by().filter(pk__in=names)}
    return [found[name] for name in names if name in found]


def by_settings(kiosks: QuerySet[Kiosk]) -> BySettings:
    """The same kiosks; ``has_it`` says of each whether it runs the settings it should (``truth.settled``)."""
    runs = Cast(KeyTextTransform("settings_revision", "state__reported"), IntegerField())
    return kiosks.annotate(has_it=Case(When(settings_revision=runs, then=True), default=False))


def of_condition(condition: Condition) -> int:
    """The rank that ``ranked`` gives it."""
    return RANK[condition]


def counted(kiosks: Ranked) -> dict[int, Counter[Condition]]:
    """How many of these ``ranked`` kiosks stand how, by the DOPA code of their province."""
    found: dict[int, Counter[Condition]] = {}
    rows = kiosks.order_by().values_list("office__province_id", "rank").annotate(kiosks=Count("pk"))
    for province, rank, count in rows:
        found.setdefault(province, Counter())[_BY_RANK[rank]] += count
    return found


def _rank(condition: Condition) -> Value:
    return Value(RANK[condition])
