"""Rules by which a yearly fee is reckoned, as dated documents.

What it is: the form of a rule, and what makes one unfit. What it is not: the law. The table of fees, the rounding of
part-months and the cap of a surcharge were in no source we could read, so each is a parameter that somebody at the
ministry fills in and another signs; until then a rule says ตัวอย่าง and makes sample notices only.
Rules: amounts are integer satang, percentages integer hundredths of a percent, horsepower is decimal; no float
anywhere. No clock, no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any

import msgspec

Satang = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same words in Thai and English."""

    th: Label
    en: Label


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From ``from_hp`` (inclusive) up to where the next band begins, a factory owes ``fee_satang`` a year."""

    from_hp: Annotated[Decimal, msgspec.Meta()]
    fee_satang: Satang


class PartMonths(StrEnum):
    """What a month of lateness is that has begun and not ended."""

    BEGUN = "begun"
    """It counts whole."""
    WHOLE = "whole"
    """It does not count."""


class CountsFrom(StrEnum):
    """From which day lateness is counted, once the last day to pay is over."""

    DUE = "due"
    """The due date, holiday or not."""
    ROLLED = "rolled"
    """The working day it was moved to."""


class Rounding(StrEnum):
    """What becomes of the part of a surcharge below its rounding step."""

    DOWN = "down"
    HALF_UP = "half-up"
    UP = "up"


class WaivedMonths(StrEnum):
    """Whether months of lateness count that begin inside a waiver's time."""

    COUNT = "count"
    SKIP = "skip"


class LeapDay(StrEnum):
    """When an anniversary of 29 February falls due in other years."""

    BEFORE = "28-02"
    AFTER = "01-03"


class Surcharge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Additional money for paying late: simple, never on itself. ``cap_months`` None: it grows without an end."""

    percent_hundredths: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    part_months: PartMonths
    counts_from: CountsFrom
    cap_months: Annotated[int, msgspec.Meta(ge=0, le=1200)] | None
    round_to_satang: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    rounding: Rounding
    waived_months: WaivedMonths


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is owed by whom it falls due from ``due_from`` to ``due_to``, both days included."""

    due_from: date
    due_to: date
    title: Words
    source: Label


class Holiday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day off of this rule's own, besides the weekend and the calendar's (``fleet.office.holidays``)."""

    on: date
    title: Words


class FeeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of the rules; in force for whatever falls due from ``in_force_from`` to ``in_force_to``.

    ``kinds``: which จำพวก pay at all. ``weekend``: weekdays, Monday is 0. ``sample``: made up; the notices made from
    it say ตัวอย่าง, whoever signed it.
    """

    title: Words
    source: Label
    sample: bool
    in_force_from: date
    in_force_to: date | None
    kinds: tuple[Annotated[int, msgspec.Meta(ge=1, le=3)], ...]
    bands: Annotated[tuple[Band, ...], msgspec.Meta(min_length=1, max_length=60)]
    surcharge: Surcharge
    waivers: tuple[Waiver, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    weekend: tuple[Annotated[int, msgspec.Meta(ge=0, le=6)], ...] = (5, 6)
    leap_day: LeapDay = LeapDay.BEFORE

    def covers(self, due_on: date) -> bool:
        """Whether this version is the one in force for what falls due on a day."""
        return self.in_force_from <= due_on and (self.in_force_to is None or due_on <= self.in_force_to)

    def waiver_of(self, due_on: date) -> Waiver | None:
        """The waiver a due date falls into."""
        return next((each for each in self.waivers if each.due_from <= due_on <= each.due_to), None)


class Problem(StrEnum):
    """Why a document cannot be a rule, though every field of it is well-formed."""

    ENDS_BEFORE_IT_BEGINS = "ends-before-it-begins"
    BANDS_NOT_ASCENDING = "bands-not-ascending"
    NEGATIVE_HORSEPOWER = "negative-horsepower"
    NOBODY_PAYS = "nobody-pays"
    WAIVER_ENDS_BEFORE_IT_BEGINS = "waiver-ends-before-it-begins"
    NO_WORKING_DAY = "no-working-day"


class RuleError(ValueError):
    """A document that is no rule. ``problems``: what is wrong, ``field`` in the words of the document where known."""

    def __init__(self, problems: tuple[Problem, ...], detail: str = "") -> None:
        super().__init__(detail or ", ".join(problems))
        self.problems, self.detail = problems, detail


def read_rules(document: Mapping[str, Any]) -> FeeRules:
    """The rules in a document.

    Raises: RuleError when it is none; say so to its author, nothing can be reckoned by it.
    """
    try:
        rules = msgspec.convert(dict(document), FeeRules, strict=True)
    except msgspec.ValidationError as err:
        raise RuleError((), str(err)) from err
    if problems := tuple(_problems(rules)):
        raise RuleError(problems)
    return rules


def _problems(rules: FeeRules) -> list[Problem]:
    found: list[Problem] = []
    starts = [band.from_hp for band in rules.bands]
    if rules.in_force_to is not None and rules.in_force_to < rules.in_force_from:
        found.append(Problem.ENDS_BEFORE_IT_BEGINS)
    if any(later <= earlier for earlier, later in pairwise(starts)):
        found.append(Problem.BANDS_NOT_ASCENDING)
    if not all(start.is_finite() and start >= 0 for start in starts):
        found.append(Problem.NEGATIVE_HORSEPOWER)
    if not rules.kinds:
        found.append(Problem.NOBODY_PAYS)
    if any(waiver.due_to < waiver.due_from for waiver in rules.waivers):
        found.append(Problem.WAIVER_ENDS_BEFORE_IT_BEGINS)
    if len(set(rules.weekend)) == 7:
        found.append(Problem.NO_WORKING_DAY)
    return found


def as_document(rules: FeeRules) -> dict[str, Any]:
    """The rules as the JSON that is kept."""
    kept: dict[str, Any] = msgspec.to_builtins(rules)
    return kept
