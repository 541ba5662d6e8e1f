"""What the kiosks were worth, a year at a time: what the public page says, for a token too."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from fleet.api.rest.bearer import Bearer
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import answers
from fleet.figures.year import AT_COUNTER, figures_of, holds_samples, years
from fleet.office.models import Province
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.FIGURES), tags=["figures"])


class FiguresOut(Schema):
    """Of some time and place. `uptime` is a share; null while nobody has looked."""

    visits: int
    done: int
    payments: int
    paid_satang: int
    saved_min: int
    median_s: float | None
    uptime: float | None


class Line(Schema):
    """Figures of one month (its first day), province (its DOPA code) or service."""

    key: str
    figures: FiguresOut


class YearOut(Schema):
    """A year's figures, of the nation or a province.

    `at_counter_min`: what a visit is taken to last at a counter; `saved_min` is told against it. `is_sample`: made-up
    notices are among what was paid, so the figures are not real ones.
    """

    year: int
    is_sample: bool
    at_counter_min: int
    whole: FiguresOut
    months: list[Line]
    provinces: list[Line]
    services: list[Line]


class Years(Schema):
    items: list[int]
    next: str | None


@router.get("figures", response=answers(Years))
def known(request: HttpRequest) -> dict[str, object]:
    """The years (C.E.) of which there are figures, and this one."""
    return {"items": sorted(years()), "next": None}


@router.get("figures/{year}", response=answers(YearOut))
def figures(
    request: HttpRequest,
    year: Annotated[int, Path(..., ge=2000, le=2199)],
    province: Annotated[int | None, Query(None, ge=10, le=99)],
) -> dict[str, object]:
    """One year, by month, province and service; with `province` that one's, by month and service."""
    if year not in years() or (province is not None and not Province.objects.filter(pk=province).exists()):
        raise missing()
    found = figures_of(year, province)
    return {
        **{each.name: getattr(found, each.name) for each in fields(found)},
        "is_sample": holds_samples(),
        "at_counter_min": AT_COUNTER.seconds // 60,
    }
