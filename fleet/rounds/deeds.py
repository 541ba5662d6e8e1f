"""Doing what a technician pressed, however late it comes and however often it is sent.

Rules: a deed is done once, by its number; sent again it gets the first answer. A command keeps the patience it had
when it was pressed: what comes later is not asked of the kiosk at all, and says so. A note is never too late.
Not here: who may; whoever calls has asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.alerts.deeds import DeedError, acknowledge
from fleet.devices.commanding import ask, patience
from fleet.devices.models import Kiosk
from fleet.protocol.messages import CommandKind
from fleet.protocol.thai import IdNumber, replace_id_numbers
from fleet.rounds.models import Deed

AGE_MAX = timedelta(days=30)
"""Older than a phone keeps anything; a clock that was put forward by years must not date a note before the kiosk."""

NOTE_CHARACTERS = 200
_DEED_ID = re.compile(r"[0-9a-f]{32}")
_FAULT = re.compile(r"[a-z-]{0,16}(/[a-z]{1,12})?")


class What(StrEnum):
    """What can be pressed."""

    COMMAND = "command"
    TAKE = "take"
    CLOSE = "close"


class Outcome(StrEnum):
    """What came of it here; how a command went on, ``commanding.progress`` knows."""

    DONE = "done"
    LATE = "late"
    OVER = "over"


class NotADeedError(ValueError):
    """It cannot be done as it was sent: a number that is none or somebody else's, or no reason. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press. ``age``: how long ago, by the phone. ``alert``: the open alert of this kiosk that is taken over."""

    deed_id: str
    what: What
    kind: CommandKind = CommandKind.UNKNOWN
    fault: str = ""
    note: str = ""
    alert: int | None = None
    age: timedelta = timedelta(0)


def do(kiosk: Kiosk, pressed: Pressed, by: User) -> Deed:
    """Do it, or find that it was done.

    Raises: NotADeedError; show what was pressed as refused, and do not send it again.
    """
    if not _DEED_ID.fullmatch(pressed.deed_id) or not _FAULT.fullmatch(pressed.fault):
        raise NotADeedError("no number, or no fault of ours")
    note = replace_id_numbers(pressed.note.strip(), IdNumber, lambda each: each.masked)[:NOTE_CHARACTERS]
    with transaction.atomic():
        Kiosk.objects.select_for_update().get(pk=kiosk.pk)  # the same press sent twice at once is one
        known = Deed.objects.filter(pk=pressed.deed_id).first()
        if known is not None:
            if known.by_id != by.pk or known.kiosk_id != kiosk.pk:
                raise NotADeedError("somebody else's")
            return known
        now, age = timezone.now(), min(max(pressed.age, timedelta(0)), AGE_MAX)
        outcome, command_id = _done(kiosk, pressed, note, age, by)
        return Deed.objects.create(
            deed_id=pressed.deed_id,
            kiosk=kiosk,
            by=by,
            what=pressed.what,
            kind=pressed.kind if pressed.what is What.COMMAND else "",
            fault=pressed.fault,
            alert=pressed.alert,
            note=note,
            pressed_at=now - age,
            received_at=now,
            outcome=outcome,
            command_id=command_id,
        )


def _done(kiosk: Kiosk, pressed: Pressed, note: str, age: timedelta, by: User) -> tuple[Outcome, str]:
    match pressed.what:
        case What.COMMAND:
            if pressed.kind is CommandKind.UNKNOWN:
                raise NotADeedError("no such command")
            if age >= patience(pressed.kind):
                return Outcome.LATE, ""
            return Outcome.DONE, ask(kiosk, pressed.kind, by, age=age).command_id
        case What.TAKE:
            return _take(pressed, note, by), ""
        case What.CLOSE:
            return Outcome.DONE, ""


def _take(pressed: Pressed, note: str, by: User) -> Outcome:
    """Take an alert over; whoever was quicker has it."""
    if pressed.alert is None:
        raise NotADeedError("no alert")
    try:
        acknowledge(pressed.alert, by, note)
    except DeedError as err:
        if err.refusal == "no-reason":
            raise NotADeedError("no reason") from err
        return Outcome.OVER
    return Outcome.DONE
