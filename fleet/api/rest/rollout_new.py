"""What may be rolled out, and a draft of a roll-out of firmware: who would get it, and what it would cost the line.

Its beginning is ``rollouts``'."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from fleet.api.rest.bearer import Bearer, Caller, caller
from fleet.api.rest.paging import LIMIT_MAX, After, Limit, page
from fleet.api.rest.problems import RefusedError, missing
from fleet.api.rest.shapes import answers
from fleet.people.tokens.rights import Part
from fleet.protocol.updates import Budget, Deadlines
from fleet.rollouts.firmware import bundles
from fleet.rollouts.models import Firmware
from fleet.rollouts.plan import (
    Care,
    Gate,
    Limits,
    Plan,
    PlanError,
    hours_text,
    is_provable,
    parse_hours,
    parse_hours_by_province,
    parse_waves,
    wave_text,
)
from fleet.rollouts.planning import Why
from fleet.rollouts.previewing import answers_of, coming, load_of
from fleet.rollouts.starting import Draft, preview, unknown_provinces

router = Router(auth=Bearer(Part.ROLLOUTS), tags=["roll-outs"])


class FirmwareOut(Schema):
    """A bundle that may be rolled out. `compatible`: the model of machine; `target`: its path among the signed targets;
    `manifest_hash`: what a kiosk that runs it reports. `is_signed`: it was found among the signed targets."""

    id: int
    version: str
    compatible: str
    withdrawn_at: datetime | None
    target: str
    manifest_hash: str
    size_bytes: int
    is_signed: bool
    known_at: datetime
    notes: str


class FirmwareList(Schema):
    items: list[FirmwareOut]
    next: str | None


class NewRollout(Schema):
    """Firmware for kiosks, a wave at a time. `waves` as people write them: `1; 10; 5%; province:20,21; tag:pilot; all`.

    `bytes_per_s_max`: of all kiosks together; 0 is no limit. `quiet_hours`: in Thai time, `18:00-06:00`; empty is any
    time. `quiet_hours_by_province`: others for some, `20,21 20:00-05:00; 40 00:00-04:00`. `not_before`: an RFC 3339
    time with its offset. The other times are seconds a kiosk's step may take; `hold_s`: so long all must hold, to be
    proved. Settings go out in waves by `PUT settings/…` with `in_waves`.
    """

    firmware: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
    waves: Annotated[str, Field(min_length=1, max_length=300)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    province: Annotated[int | None, Field(ge=10, le=99, strict=True)] = None
    success_percent: Annotated[int, Field(ge=0, le=100, strict=True)] = 95
    soak_s: Annotated[int, Field(ge=0, le=7 * 24 * 3600, strict=True)] = 3600
    at_once: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 200
    harm_max: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 10
    bytes_per_s_max: Annotated[int, Field(ge=0, le=10**10, strict=True)] = 0
    fail_percent: Annotated[int, Field(ge=0, le=100, strict=True)] = 5
    tried_min: Annotated[int, Field(ge=1, le=1000, strict=True)] = 10
    answer_s: Annotated[int, Field(ge=60, le=24 * 3600, strict=True)] = 900
    quiet_hours: Annotated[str, Field(max_length=20)] = ""
    quiet_hours_by_province: Annotated[str, Field(max_length=2000)] = ""
    not_before: AwareDatetime | None = None
    fetching_s: Annotated[int, Field(ge=300, le=2 * 24 * 3600, strict=True)] = 6 * 3600
    installing_s: Annotated[int, Field(ge=60, le=4 * 3600, strict=True)] = 1800
    rebooting_s: Annotated[int, Field(ge=60, le=4 * 3600, strict=True)] = 900
    proving_s: Annotated[int, Field(ge=120, le=24 * 3600, strict=True)] = 1800
    hold_s: Annotated[int, Field(ge=0, le=12 * 3600, strict=True)] = 300
    tries_max: Annotated[int, Field(ge=1, le=10, strict=True)] = 3


class ComingWave(Schema):
    """A wave that would be. `first`: some kiosks of it, in the order they would be asked."""

    no: int
    picks: str
    kiosks: int
    provinces: int
    first: list[str]


class ComingKiosk(Schema):
    """Where a kiosk would be, and why. `wave` null: in none. `runs`: its version, empty when it does not say;
    `quiet_hours`: when it may be installed there, empty for any time."""

    kiosk_id: str
    wave: int | None
    why: Why
    runs: str
    quiet_hours: str


class Preview(Schema):
    """How many kiosks each wave would have, and why others would have none. `bytes_max`: fetched by all together;
    `at_once`: kiosks at it at a time; `least_s`: no less than so long for fetching, 0 where nothing limits it.
    `kiosks`: as many as were asked for, of `found`."""

    waves: list[int]
    out: dict[str, int]
    each_wave: list[ComingWave]
    bytes_max: int
    at_once: int
    least_s: int
    found: int
    kiosks: list[ComingKiosk]


STEPS = ("fetching_s", "installing_s", "rebooting_s", "proving_s")
"""Of a kiosk, each with its deadline."""


@router.get("firmware", response=answers(FirmwareList))
def firmware(
    request: HttpRequest,
    after: After,
    limit: Limit,
    withdrawn: Annotated[bool | None, Query(None, description="only those that are, or are not")],
    compatible: Annotated[str, Query("", max_length=80, description="only those for this model of machine")],
) -> dict[str, object]:
    """The bundles there are, the newest first."""
    if not caller(request).scope.sees:
        raise missing()
    rows = bundles(withdrawn=withdrawn, compatible=compatible)
    found, following = page(rows, after, limit, newest_first=True)
    return {"items": found, "next": following}


def draft_of(who: Caller, wanted: NewRollout) -> Draft:
    """What somebody wants rolled out. Raises: RefusedError."""
    if not who.scope.may_change(wanted.province):
        raise RefusedError(403, "not-here", "This token's person rolls nothing out there. Name a province of theirs.")
    bundle = Firmware.objects.filter(pk=wanted.firmware, withdrawn_at=None).first()
    if bundle is None:
        raise RefusedError(422, "no-firmware", "Name a bundle of GET firmware that is not withdrawn.")
    limits = Limits(
        at_once=wanted.at_once, bytes_per_s_max=wanted.bytes_per_s_max, harm_max=wanted.harm_max,
        tried_min=wanted.tried_min, fail_percent=wanted.fail_percent, answer_s=wanted.answer_s,
    )  # fmt: skip
    waves = _written("waves", parse_waves, wanted.waves)
    gate = Gate(success_percent=wanted.success_percent, soak_s=wanted.soak_s)
    plan = Plan(waves=waves, gate=gate, limits=limits, care=_care(wanted))
    return Draft(plan, wanted.reason, firmware=bundle, province=wanted.province)


def _care(wanted: NewRollout) -> Care:
    if not is_provable(wanted.hold_s, wanted.proving_s):
        raise _no_plan("hold_s", "shorter than proving_s")
    by_province = _written("quiet_hours_by_province", parse_hours_by_province, wanted.quiet_hours_by_province)
    if unknown := unknown_provinces(by_province):
        raise _no_plan("quiet_hours_by_province", f"no province {unknown[0]}")
    try:
        not_before = wanted.not_before.astimezone(UTC) if wanted.not_before else None
    except OverflowError:
        raise _no_plan("not_before", "no such time") from None
    return Care(
        not_before=not_before,
        quiet_hours=_written("quiet_hours", parse_hours, wanted.quiet_hours),
        by_province=by_province,
        deadlines=Deadlines(**{name: getattr(wanted, name) for name in STEPS}),
        soak_s=wanted.hold_s,
        budget=Budget(tries_max=wanted.tries_max),
    )


T = TypeVar("T")


def _written(where: str, read: Callable[[str], T], text: str) -> T:
    """What a text says that people write. Raises: RefusedError."""
    try:
        return read(text)
    except PlanError as err:
        raise _no_plan(where, str(err)) from None


def _no_plan(where: str, why: str) -> RefusedError:
    told = "Write what `errors` names as the description shows."
    return RefusedError(422, "no-plan", told, [{"where": [where], "why": why}])


FIRST = 6
"""Kiosks of a wave that a preview names."""


@router.post("rollout-preview", response=answers(Preview))
def look(
    request: HttpRequest,
    wanted: NewRollout,
    find: Annotated[str, Query("", max_length=30, description="part of a kiosk's id")],
    kiosks: Annotated[int, Query(0, ge=0, le=LIMIT_MAX, description="so many kiosks one by one")],
) -> dict[str, object]:
    """Who would get it, were it begun now. Nothing is begun."""
    draft = draft_of(caller(request), wanted)
    shown = preview(draft)
    found, count = answers_of(draft, shown, find, kiosks)
    load = load_of(draft, shown)
    return {
        "waves": list(shown.waves),
        "out": {why.value: count for why, count in shown.out.items()},
        "each_wave": [
            {
                "no": each.no,
                "picks": wave_text(each.wave),
                "kiosks": len(each.kiosk_ids),
                "provinces": each.provinces,
                "first": list(each.kiosk_ids[:FIRST]),
            }
            for each in coming(draft, shown)
        ],
        "bytes_max": load.bytes_max,
        "at_once": load.at_once,
        "least_s": load.least_s,
        "found": count,
        "kiosks": [
            {
                "kiosk_id": each.kiosk.pk,
                "wave": each.place.wave_no,
                "why": each.place.why,
                "runs": each.runs,
                "quiet_hours": hours_text(each.quiet),
            }
            for each in found
        ],
    }
