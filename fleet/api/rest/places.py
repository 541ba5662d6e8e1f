"""Provinces and offices: what the numbers and codes of all other operations stand for."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from fleet.acting.finding import offices_called
from fleet.acting.seen import offices_seen, provinces_seen
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.shapes import answers
from fleet.people.tokens.rights import Part

router = Router(auth=Bearer(Part.KIOSKS), tags=["places"])


class ProvinceOut(Schema):
    """A province. `dopa_code`: its number in the interior ministry's list; `iso_code`: ISO 3166-2."""

    dopa_code: int
    iso_code: str
    name_th: str
    name_en: str


class Provinces(Schema):
    items: list[ProvinceOut]
    next: str | None


class OfficeOut(Schema):
    """An office. `revision` grows with every change of its records."""

    office_id: str
    province: int
    name_th: str
    name_en: str
    revision: int


class Offices(Schema):
    items: list[OfficeOut]
    next: str | None


@router.get("provinces", response=answers(Provinces))
def provinces(request: HttpRequest) -> dict[str, object]:
    """The provinces of this token, by number."""
    return {"items": list(provinces_seen(caller(request).scope).order_by("pk")), "next": None}


@router.get("offices", response=answers(Offices))
def offices(
    request: HttpRequest,
    after: After,
    limit: Limit,
    province: Annotated[int | None, Query(None, ge=10, le=99)],
    q: Annotated[str, Query("", max_length=60, description="its id, or part of a name")],
) -> dict[str, object]:
    """The offices, by their ids."""
    rows = offices_called(offices_seen(caller(request).scope), q)
    if province is not None:
        rows = rows.filter(province_id=province)
    found, following = page(rows, after, limit)
    items = [
        {
            "office_id": each.pk,
            "province": each.province_id,
            "name_th": each.name_th,
            "name_en": each.name_en,
            "revision": each.revision,
        }
        for each in found
    ]
    return {"items": items, "next": following}
