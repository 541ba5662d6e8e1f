"""Telling kiosks of a roll-out what to run: the change to what each should run, and the messages, in one transaction.

Not here: who is next (``gating``, ``stepping``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec
from django.db.models import QuerySet

from fleet.devices import staging
from fleet.devices.desired import tell_desired
from fleet.devices.models import Kiosk
from fleet.protocol.updates import FirmwareDesired, UpdateReason
from fleet.rollouts.judging import Member as Standing
from fleet.rollouts.judging import MemberState, Patience, asked
from fleet.rollouts.models import Firmware, Kind, Member, Rollout
from fleet.rollouts.plan import Plan, bytes_per_s_each
from fleet.rollouts.saving import save_many

NO_EARLIER = "no-earlier"
"""What ran before is no bundle we know: there is nothing to go back to."""

SUPERSEDED = "superseded"
"""A newer roll-out has this kiosk."""

BACK = "-back"


def rollout_id(rollout: Rollout, *, back: bool = False) -> str:
    """What kiosks call it; its taking back is another one to them."""
    return f"{rollout.pk}{BACK}" if back else str(rollout.pk)


def rollout_of(name: str) -> int | None:
    """Whose number kiosks call so; None for a name that is none of ours."""
    number = name.partition("-")[0]
    return int(number) if number.isdecimal() else None


def patience_of(plan: Plan) -> Patience:
    """How long its kiosks may be at what."""
    return Patience(plan.care.deadlines, plan.limits.answer_s)


def order(firmware: Firmware, plan: Plan, name: str, province: int) -> FirmwareDesired:
    """The bundle and its conditions, as a kiosk of this province is told."""
    care = plan.care
    return FirmwareDesired(
        version=firmware.version,
        target=firmware.target,
        manifest_hash=firmware.manifest_hash,
        compatible=firmware.compatible,
        size_bytes=firmware.size_bytes,
        rollout_id=name,
        not_before=care.not_before,
        quiet_hours=care.quiet_in(province),
        deadlines=care.deadlines,
        soak_s=care.soak_s,
        budget=care.budget,
        fetch_bytes_per_s_max=bytes_per_s_each(plan.limits),
    )


def ask(rollout: Rollout, plan: Plan, members: Sequence[Member], now: datetime) -> None:
    """Have these run what is rolled out; their rows are changed, not saved."""
    if rollout.kind == Kind.FIRMWARE:
        assert rollout.firmware is not None  # noqa: S101 - the kind says so
        _ask_firmware(rollout, plan, dict.fromkeys(members, rollout.firmware), back=False)
    else:
        assert rollout.staged is not None  # noqa: S101 - as long as it is open
        revisions = staging.give(rollout.staged, [member.kiosk_id for member in members], now)
        for member in members:
            member.wanted_revision = revisions[member.kiosk_id]
    for member in members:
        member.asked_at = now
        put(member, asked(MemberState.ASKED, patience_of(plan), now))
    _withdraw_elsewhere(rollout, members, now)


def ask_back(rollout: Rollout, plan: Plan, members: Sequence[Member], now: datetime) -> None:
    """Have these run again what they ran before; as ``ask``."""
    going = list(members)
    if rollout.kind == Kind.FIRMWARE:
        known = {each.manifest_hash: each for each in Firmware.objects.filter(withdrawn_at=None)}
        going = [member for member in members if member.before_hash in known]
        _ask_firmware(rollout, plan, {member: known[member.before_hash] for member in going}, back=True)
    else:
        revisions = staging.take_back([member.kiosk_id for member in members], now)
        for member in members:
            member.wanted_revision = revisions[member.kiosk_id]
    for member in members:
        back = asked(MemberState.RETURNING, patience_of(plan), now)
        if member not in going:
            back = replace(back, state=MemberState.FAILED, reason=NO_EARLIER, deadline_at=None, decided_at=now)
        put(member, back)


def call_off(rollout: Rollout) -> None:
    """Tell its kiosks to drop what is not installed yet: those at it, and those that failed and would try again.

    Settings have no such thing: a kiosk that refused them tries them no more.
    """
    if rollout.kind == Kind.FIRMWARE:
        asked = rollout.members.filter(state__in=(MemberState.ASKED, MemberState.FAILED))
        asked.filter(state=MemberState.FAILED).update(next_try_at=None)
        _say_called_off(rollout, asked, called_off=True)


def ask_again(rollout: Rollout, plan: Plan, now: datetime) -> None:
    """Take the calling off back: those that were at it go on, those that let go of it wait for their turn again.

    Those that failed stay as they are: another roll-out of the same bundle is what lets a kiosk try again.
    """
    if rollout.kind != Kind.FIRMWARE:
        return
    newer = Member.objects.filter(rollout__kind=rollout.kind, rollout_id__gt=rollout.pk).values("kiosk_id")
    let_go = rollout.members.filter(state=MemberState.WITHDRAWN, reason=UpdateReason.CANCELLED)
    let_go.exclude(kiosk_id__in=newer).update(state=MemberState.WAITING, reason="", asked_at=None, decided_at=None)
    at_it = rollout.members.filter(state=MemberState.ASKED)
    since = asked(MemberState.ASKED, patience_of(plan), now)
    at_it.update(step=since.step, step_since=since.step_since, deadline_at=since.deadline_at)
    _say_called_off(rollout, at_it, called_off=False)


def is_called_off(kiosk: Kiosk) -> bool:
    """Whether what this kiosk is told is to let go of it."""
    return bool((kiosk.firmware or {}).get("cancelled"))


def _say_called_off(rollout: Rollout, members: QuerySet[Member], *, called_off: bool) -> None:
    kiosks = Kiosk.objects.select_related("office").filter(pk__in=list(members.values_list("kiosk_id", flat=True)))
    ours = [kiosk for kiosk in kiosks if is_ours(rollout, kiosk) and is_called_off(kiosk) != called_off]
    for kiosk in ours:
        kiosk.firmware = {**(kiosk.firmware or {}), "cancelled": called_off}
    save_many(Kiosk, ours, ["firmware"])
    tell_desired(ours)


def is_ours(rollout: Rollout, kiosk: Kiosk) -> bool:
    """Whether what this kiosk is told is of this roll-out: a newer one may have it."""
    if rollout.kind == Kind.SETTINGS:
        return rollout.staged_id is not None
    return (kiosk.firmware or {}).get("rollout_id") in (rollout_id(rollout), rollout_id(rollout, back=True))


def _ask_firmware(rollout: Rollout, plan: Plan, bundles: dict[Member, Firmware], *, back: bool) -> None:
    kiosks = {
        each.pk: each
        for each in Kiosk.objects.select_related("office", "state").filter(pk__in=[m.kiosk_id for m in bundles])
    }
    for member, firmware in bundles.items():
        kiosk = kiosks[member.kiosk_id]
        if not back:
            said = (kiosk.state.reported or {}).get("firmware") or {}
            member.before_hash = said.get("running_hash", "")
        told = order(firmware, plan, rollout_id(rollout, back=back), kiosk.office.province_id)
        kiosk.firmware = msgspec.to_builtins(told)
    save_many(Kiosk, list(kiosks.values()), ["firmware"])
    tell_desired(list(kiosks.values()))


def _withdraw_elsewhere(rollout: Rollout, members: Sequence[Member], now: datetime) -> None:
    """A kiosk that still waits in an older roll-out of the kind waits there no more."""
    older = Member.objects.filter(
        rollout__kind=rollout.kind, state=MemberState.WAITING, kiosk_id__in=[member.kiosk_id for member in members]
    )
    older.exclude(rollout=rollout).update(state=MemberState.WITHDRAWN, reason=SUPERSEDED, decided_at=now)


# ---- rows and values

_FIELDS = (
    "state", "step", "reason", "detail", "tries", "next_try_at", "step_since", "deadline_at", "decided_at",
)  # fmt: skip


def standing(row: Member) -> Standing:
    """A row as the pure modules see it."""
    return msgspec.convert({name: getattr(row, name) for name in _FIELDS}, Standing, strict=False)


def put(row: Member, value: Standing) -> None:
    """The value into its row, not saved."""
    for name in _FIELDS:
        setattr(row, name, getattr(value, name))
