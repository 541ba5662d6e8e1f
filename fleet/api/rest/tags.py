"""Tags: the words by which waves of a roll-out pick kiosks."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, answers
from fleet.devices.models import Kiosk
from fleet.people.tokens.rights import Part
from fleet.rollouts import tagging
from fleet.rollouts.models import KioskTag

router = Router(auth=Bearer(Part.ROLLOUTS), tags=["roll-outs"])

_KioskId = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,20}$")]


class Worn(Schema):
    """A kiosk wears a tag."""

    tag: str
    kiosk_id: str


class Tags(Schema):
    items: list[Worn]
    next: str | None


class Wearing(Schema):
    """Kiosks that are to wear it, or not any more."""

    kiosks: Annotated[list[_KioskId], Field(min_length=1, max_length=tagging.KIOSKS_MAX)]
    worn: Claim


class TagsDone(Schema):
    """It is done."""

    done: bool = True


@router.get("kiosk-tags", response=answers(Tags))
def tags(
    request: HttpRequest,
    after: After,
    limit: Limit,
    tag: Annotated[str, Query("", max_length=40, description="only who wears this one")],
    kiosk_id: Annotated[str, Query("", max_length=40, description="only those of this kiosk")],
) -> dict[str, object]:
    """Which kiosk wears which: for who plans roll-outs, and for auditors."""
    scope = caller(request).scope
    if not scope.looks_into_somewhere:
        raise missing()
    rows = scope.within(KioskTag.objects.all(), "kiosk__office__province")
    if tag:
        rows = rows.filter(tag=tag)
    if kiosk_id:
        rows = rows.filter(kiosk_id=kiosk_id)
    found, following = page(rows, after, limit)
    return {"items": found, "next": following}


@router.put("kiosk-tags/{tag}", response=answers(TagsDone))
def put(request: HttpRequest, tag: Annotated[str, Path(..., pattern=r"^[^\x00/]{1,40}$")], said: Wearing) -> object:
    """Have kiosks wear a tag, or not any more."""
    scope = caller(request).scope
    rows = Kiosk.objects.filter(pk__in=said.kiosks).select_related("office")
    theirs = [each for each in rows if scope.may_change(each.office.province_id)]
    try:
        tagging.put(tag, " ".join(said.kiosks), theirs, worn=said.worn)
    except tagging.TagError as err:
        why = [{"where": ["kiosks" if err.problem is not tagging.Problem.TAG else "tag"], "why": err.word}]
        raise RefusedError(
            422, err.problem.value, "Tags are small letters, digits and '-'; kiosks those of this token's person.", why
        ) from None
    return {"done": True}
