"""What the kiosks were worth, a year at a time: what the public page says, for a token too."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from fleet.api.rest.bearer import Bearer
from fleet.api.rest.problems import missing
from fleet.api.rest.shapes import answers
from fleet.figures.year import figures_of, years
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
    """A year's figures, of the nation or a province."""

    year: int
    whole: FiguresOut
    months: list[Line]
    provinces: list[Line]
    services: list[Line]


class Years(Schema):
    items: list[int]
    next: str | None


@router.get("figures", response=answers(Years))
def known(request: HttpRequest) -> dict[str, object]:
    """The years (C.E.) of which there are figures."""
    return {"items": sorted(years()), "next": None}


@router.get("figures/{year}", response=answers(YearOut))
def figures(
    request: HttpRequest,
    year: Annotated[int, Path(..., ge=2000, le=2199)],
    province: Annotated[int | None, Query(None, ge=10, le=99)],
) -> object:
    """One year."""
    if year not in years() or (province is not None and not Province.objects.filter(pk=province).exists()):
        raise missing()
    return figures_of(year, province)
