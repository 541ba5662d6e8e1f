"""One layer of settings: read, change with a reason, take back. Which there are, and what holds there:
``settings_layers``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, Query, Router, Schema
from pydantic import AwareDatetime

from fleet.acting.settings import (
    Published as Made,
)
from fleet.acting.settings import (
    PublishError,
    Refusal,
    Spot,
    Wanted,
    differences,
    go_back,
    publish,
    spot_seen,
)
from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import Claim, Name, answers, name_of
from fleet.devices.desired import latest_document
from fleet.devices.models import PlannedSettings, SettingsRevision
from fleet.people.tokens.rights import Part
from fleet.rollouts.models import Rollout

router = Router(auth=Bearer(Part.SETTINGS), tags=["settings"])

NATIONAL_KEY = "-"
"""Stands for the national layer's key, which is empty, where an address must have a word."""


class LayerOut(Schema):
    """A layer's document in force. Revision 0: it says nothing yet."""

    layer: str
    key: str
    revision: int
    document: dict[str, Any]
    reason: str
    author: str | None
    created_at: datetime | None


class RevisionOut(Schema):
    """An earlier document. ``restores``: the revision it put back."""

    revision: int
    reason: str
    author: str | None
    created_at: datetime
    restores: int | None
    document: dict[str, Any]


class History(Schema):
    items: list[RevisionOut]
    next: str | None


class Changing(Schema):
    """Another document. ``in_waves``: to a few kiosks first (national and province layers). ``takes_effect_at``: not
    now but then, within a year; an RFC 3339 time with its offset."""

    document: dict[str, Any]
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    in_waves: Claim = False
    takes_effect_at: AwareDatetime | None = None


class SettingsBecause(Schema):
    """Why it is taken back. ``to``: the revision to go back to, 0 for none; left out: the last change."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    to: Annotated[int | None, Field(ge=0, le=2**31 - 1, strict=True)] = None


class Published(Schema):
    """The revision in force, or the roll-out that brings it; or the planned change that waits for its time, or, where
    money is named, for another person (`planned-settings`)."""

    revision: int | None
    rollout: int | None
    planned: int | None


class Value(Schema):
    """A value before and after; null where nothing is said."""

    path: str
    before: Any
    after: Any


class Differences(Schema):
    items: list[Value]


def spot_asked(who: Caller, layer: str, key: str) -> Spot:
    """The layer an address names. Raises: RefusedError."""
    spot = spot_seen(who.scope, layer, "" if key == NATIONAL_KEY else key)
    if spot is None:
        raise missing()
    return spot


def spot_to_change(who: Caller, layer: str, key: str) -> Spot:
    """As ``spot_asked``, for who has a say in any value of it. Raises: RefusedError."""
    spot = spot_asked(who, layer, key)
    if not (who.scope.may_change(spot.dopa_code) or who.scope.may_name_payees(spot.dopa_code)):
        raise RefusedError(403, "not-here", "This token's person changes no settings of this layer.")
    return spot


def etag(revision: int) -> str:
    """Of a layer at this revision."""
    return f'"{revision}"'


@router.get("settings/{layer}/{key}", response=answers(LayerOut))
def read(request: HttpRequest, response: HttpResponse, layer: Name, key: Name) -> dict[str, object]:
    """A layer's document: `national/-`, `province/20`, `office/CBI`, `kiosk/CBI-02`. Its ETag is the revision."""
    spot = spot_asked(caller(request), layer, key)
    latest = latest_document(spot.layer, spot.key)
    response["ETag"] = etag(latest.revision if latest else 0)
    return {
        "layer": spot.layer,
        "key": spot.key,
        "revision": latest.revision if latest else 0,
        "document": latest.document if latest else {},
        "reason": latest.reason if latest else "",
        "author": name_of(latest.author) if latest else None,
        "created_at": latest.created_at if latest else None,
    }


@router.put("settings/{layer}/{key}", response=answers(Published, also=(409, 412, 428)))
def change(
    request: HttpRequest,
    layer: Name,
    key: Name,
    wanted: Changing,
    if_match: Annotated[str, Header("", alias="If-Match", max_length=20, description="ETag the change was made from")],
) -> dict[str, object]:
    """Put another document into force. `If-Match` says from which one it was made."""
    who = caller(request)
    spot = spot_to_change(who, layer, key)
    base = if_match.strip('"')
    if not (base.isascii() and base.isdigit()):
        raise RefusedError(428, "no-base", "Read the layer first, and send its ETag as If-Match.")
    asked = Wanted(
        document=wanted.document, base=int(base), reason=wanted.reason, in_waves=wanted.in_waves,
        takes_effect_at=wanted.takes_effect_at, as_admin=who.scope.may_change(spot.dopa_code),
        as_treasury=who.scope.may_name_payees(spot.dopa_code),
    )  # fmt: skip
    try:
        return _told(publish(spot, asked, who.person))
    except PublishError as err:
        raise refused_of(err) from None


def _told(made: Made) -> dict[str, object]:
    return {
        "revision": made.revision if isinstance(made, SettingsRevision) else None,
        "rollout": made.pk if isinstance(made, Rollout) else None,
        "planned": made.pk if isinstance(made, PlannedSettings) else None,
    }


def refused_of(err: PublishError) -> RefusedError:
    """What is said when a document was not put into force."""
    status, detail = {
        Refusal.MEANWHILE: (412, "Somebody has changed it meanwhile. Read it again, and put your change into that."),
        Refusal.NO_REASON: (422, "Say why, in a few words: whoever comes next will want to know."),
        Refusal.UNCHANGED: (409, "This is the document in force already; there is nothing to do."),
        Refusal.NOT_YOURS: (
            403,
            "Where money goes is the treasury's to say: leave payee, payees and sample as they are.",
        ),
        Refusal.NOT_AN_ADMINS: (403, "The treasury says where money goes, and nothing else of a kiosk's settings."),
        Refusal.NO_SUCH_TIME: (422, "It takes effect in the future, within a year."),
        Refusal.NO_KIOSK: (409, "There is no kiosk to have it in waves; leave in_waves out."),
        Refusal.BEING_ROLLED_OUT: (409, "A roll-out is bringing this layer another document. End it or take it back."),
        Refusal.DOES_NOT_FIT: (422, "A kiosk could not live with it. Correct what `errors` names."),
    }[err.refusal]
    return RefusedError(status, err.refusal.value, detail, [{"where": [], "why": each} for each in err.problems])


@router.get("settings/{layer}/{key}/history", response=answers(History))
def history(request: HttpRequest, layer: Name, key: Name, after: After, limit: Limit) -> dict[str, object]:
    """The layer's revisions, the newest first."""
    spot = spot_asked(caller(request), layer, key)
    rows = SettingsRevision.objects.filter(layer=spot.layer, key=spot.key).select_related("author")
    found, following = page(rows, after, limit, newest_first=True)
    return {
        "items": [
            {
                "revision": each.revision,
                "reason": each.reason,
                "author": name_of(each.author),
                "created_at": each.created_at,
                "restores": each.restores,
                "document": each.document,
            }
            for each in found
        ],
        "next": following,
    }


@router.get("settings/{layer}/{key}/differences", response=answers(Differences))
def compare(
    request: HttpRequest,
    layer: Name,
    key: Name,
    before: Annotated[int, Query(..., ge=0, le=2**31 - 1)],
    after: Annotated[int, Query(..., ge=0, le=2**31 - 1)],
) -> dict[str, object]:
    """What one revision says otherwise than another; 0 is the layer that says nothing."""
    spot = spot_asked(caller(request), layer, key)
    one, other = (_document(spot, number) for number in (before, after))
    return {
        "items": [{"path": ".".join(path), "before": was, "after": now} for path, was, now in differences(one, other)]
    }


def _document(spot: Spot, number: int) -> dict[str, Any]:
    if number == 0:
        return {}
    found = SettingsRevision.objects.filter(layer=spot.layer, key=spot.key, revision=number).first()
    if found is None:
        raise missing()
    return dict(found.document)


@router.post("settings/{layer}/{key}/undo", response=answers(Published, also=(409,)))
def take_back(request: HttpRequest, layer: Name, key: Name, because: SettingsBecause) -> dict[str, object]:
    """Take the last change back, or put an earlier revision into force again; both are a new revision."""
    who = caller(request)
    spot = spot_to_change(who, layer, key)
    asked = Wanted(
        document={}, base=0, reason=because.reason, as_admin=who.scope.may_change(spot.dopa_code),
        as_treasury=who.scope.may_name_payees(spot.dopa_code),
    )  # fmt: skip
    try:
        return _told(go_back(spot, because.to, asked, who.person))
    except LookupError:
        raise RefusedError(
            409, "nothing-to-undo", "There is no such revision, or nothing is left to take back."
        ) from None
    except PublishError as err:
        if err.refusal is Refusal.DOES_NOT_FIT:
            errors = [{"where": [], "why": each} for each in err.problems]
            told = "A kiosk could not live with it today; see `errors`."
            raise RefusedError(409, "does-not-fit", told, errors) from None
        raise refused_of(err) from None
