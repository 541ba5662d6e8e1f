"""Commands to a kiosk: asked by a person, answered by the kiosk or too late, and never forgotten.

A command leaves with the row that says who asked for it. The kiosk answers twice: by a reply, quick and perhaps lost,
which may carry a picture or logs; and by a record, which is not lost. The first of both ends it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.devices.models import Kiosk, KioskCommand, Outgoing
from fleet.devices.truth import Condition
from fleet.protocol.messages import Command, CommandKind, Reply, encode
from fleet.protocol.records import CommandEnded
from fleet.protocol.topics import Channel, kiosk_topic

PATIENCE = timedelta(minutes=2)
"""Long enough for a kiosk on a bad line; who asked is still looking."""

PATIENCE_WITH_VISITORS = timedelta(minutes=15)
"""For what waits until nobody is at the screen; a long visit takes ten."""

ANSWER_GRACE = timedelta(seconds=15)
"""A kiosk begins until the last second, and its answer takes a way."""

LOOKED_FOR = timedelta(minutes=2)
"""How long who asked still looks for an answer that has come."""

WAITS_FOR_VISITORS = frozenset(
    {CommandKind.TEST_PRINT, CommandKind.REPRINT, CommandKind.RESTART_FRONTDESK, CommandKind.REBOOT}
)

MEDIA_TYPES = frozenset({"image/png", "text/plain"})
"""What a kiosk may bring; anything else is thrown away."""


class Progress(StrEnum):
    """How a command stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


CONDITION: Mapping[Progress, Condition] = MappingProxyType(
    {
        Progress.WAITING: Condition.UNKNOWN,
        Progress.DONE: Condition.OK,
        Progress.FAILED: Condition.ATTENTION,
        Progress.EXPIRED: Condition.OFFLINE,
    }
)
"""How grave it is that a command stands so."""


def progress(command: KioskCommand, now: datetime) -> Progress:
    """How ``command`` stands at ``now``."""
    if command.done is not None:
        return Progress.DONE if command.done else Progress.FAILED
    return Progress.WAITING if now <= command.expires_at + ANSWER_GRACE else Progress.EXPIRED


def is_looked_for(command: KioskCommand, now: datetime) -> bool:
    """Whether somebody still looks for the answer to ``command``: it waits, or has ended just now."""
    if progress(command, now) is Progress.WAITING:
        return True
    return now - (command.ended_at or command.expires_at + ANSWER_GRACE) < LOOKED_FOR


def patience(kind: CommandKind) -> timedelta:
    """How long a command of this kind may take to begin, from when it was pressed."""
    return PATIENCE_WITH_VISITORS if kind in WAITS_FOR_VISITORS else PATIENCE


def ask(kiosk: Kiosk, kind: CommandKind, by: User | None, *, age: timedelta = timedelta(0)) -> KioskCommand:
    """Ask ``kind`` of ``kiosk``; the one of the same kind that still waits is not asked twice.

    ``age``: how long ago it was pressed, on a phone that had no connection; it expires so much earlier.

    Raises: ValueError for ``UNKNOWN``, which is no command.
    """
    if kind is CommandKind.UNKNOWN:
        raise ValueError("no such command")
    now = timezone.now()
    with transaction.atomic():
        Kiosk.objects.select_for_update().get(pk=kiosk.pk)  # two clicks at once are one command
        waiting = KioskCommand.objects.filter(kiosk=kiosk, kind=kind.value, done=None, expires_at__gt=now).first()
        if waiting is not None:
            return waiting
        expires_at = now + patience(kind) - age
        asked = KioskCommand.objects.create(
            command_id=secrets.token_hex(16),
            kiosk=kiosk,
            kind=kind.value,
            asked_by=by,
            asked_at=now,
            expires_at=expires_at,
        )
        Outgoing.objects.create(
            topic=kiosk_topic(kiosk.pk, Channel.COMMAND),
            payload=encode(Command(command_id=asked.command_id, kind=kind, expires_at=expires_at)),
            expires_at=expires_at,
            correlation=asked.command_id,
        )
    return asked


def replied(kiosk_id: str, reply: Reply, now: datetime) -> None:
    """The kiosk's quick answer. One for a command of another kiosk, or of nobody, changes nothing."""
    found = KioskCommand.objects.filter(pk=reply.command_id, kiosk_id=kiosk_id)
    if reply.attachment and reply.media_type in MEDIA_TYPES:
        found.filter(attachment=None).update(media_type=reply.media_type, attachment=reply.attachment)
    found.filter(done=None).update(done=reply.done, detail=reply.detail[:200], ended_at=now)


def ended(kiosk_id: str, record: CommandEnded, now: datetime) -> None:
    """The kiosk's sure answer."""
    found = KioskCommand.objects.filter(pk=record.command_id, kiosk_id=kiosk_id, done=None)
    found.update(done=record.done, detail=record.detail[:200], ended_at=now)
