"""Many kiosks with one trouble are one trouble: a province's line is down, not forty kiosks. Pure.

Rules: every finding of a kiosk ends up in exactly one result, itself or one group. The widest place that has its share
wins. A group that stands already is held on to until it has fallen to half of that share, so that it does not come
apart and together again.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from fleet.alerts.findings import NATION, NEEDS_A_PERSON, Finding, Place, key_of
from fleet.alerts.policy import Grouping

MEMBERS_SHOWN = 200
"""Kiosks named in a group; the rest is counted. Ten thousand names would help nobody."""

Terms = Callable[[Place], Grouping]
"""What a place says about grouping."""


@dataclass(frozen=True, slots=True)
class Population:
    """How many kiosks there are at each place, those under maintenance left out."""

    nation: int
    provinces: Counter[int]
    offices: Counter[str]

    def of(self, place: Place) -> int:
        """At this one."""
        if place.office_id:
            return self.offices[place.office_id]
        return self.nation if place.dopa_code is None else self.provinces[place.dopa_code]


def grouped(
    findings: Iterable[Finding], population: Population, terms: Terms, standing: Collection[str]
) -> Iterator[Finding]:
    """The findings, those of many kiosks as one. ``standing``: the keys of the alerts that are open."""
    alike: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for each in findings:
        if each.place.kiosk_id and each.rule not in NEEDS_A_PERSON:
            alike[each.rule, each.part].append(each)
        else:
            yield each
    for some in alike.values():
        yield from _grouped(some, population, terms, standing)


def _grouped(some: list[Finding], population: Population, terms: Terms, standing: Collection[str]) -> Iterator[Finding]:
    if len({each.place.dopa_code for each in some}) > 1 and _is_many(some, NATION, population, terms, standing):
        yield _as_one(some, NATION, population)
        return
    for in_province in _split(some, lambda place: Place(place.dopa_code)):
        place = Place(in_province[0].place.dopa_code)
        if _is_many(in_province, place, population, terms, standing):
            yield _as_one(in_province, place, population)
            continue
        for in_office in _split(in_province, lambda place: replace(place, kiosk_id="")):
            office = replace(in_office[0].place, kiosk_id="")
            if _is_many(in_office, office, population, terms, standing):
                yield _as_one(in_office, office, population)
            else:
                yield from in_office


def _split(some: list[Finding], where: Callable[[Place], Place]) -> list[list[Finding]]:
    parts: dict[Place, list[Finding]] = defaultdict(list)
    for each in some:
        parts[where(each.place)].append(each)
    return list(parts.values())


def _is_many(
    some: list[Finding], place: Place, population: Population, terms: Terms, standing: Collection[str]
) -> bool:
    """Whether so many here are one trouble. What is no news does not begin a group."""
    said = terms(place)
    needed = max(said.least, math.ceil(population.of(place) * said.percent / 100))
    if key_of(some[0].rule, some[0].part, place) in standing:
        return len(some) >= max(2, math.ceil(needed / 2))
    return sum(each.opens for each in some) >= needed


def _as_one(some: list[Finding], place: Place, population: Population) -> Finding:
    worst = min(some, key=lambda each: (not each.opens, each.since))
    kiosk_ids = sorted(each.place.kiosk_id for each in some)
    return replace(
        worst,
        place=place,
        facts={**worst.facts, "count": len(some), "of": population.of(place)},
        members=tuple(kiosk_ids[:MEMBERS_SHOWN]),
        opens=any(each.opens for each in some),
        since=min(each.since for each in some),
    )
