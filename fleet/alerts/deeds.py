"""What people do: take an alert over, put a place under maintenance, say where they are told.

Not here: who may; pages and commands ask that. Each deed is one transaction, with who and why.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from fleet.alerts.findings import Place, Rule
from fleet.alerts.keeping import withdraw
from fleet.alerts.models import Address, Alert, Channel, Event, Letter, Maintenance, Message
from fleet.alerts.reaching import hearing
from fleet.people.break_glass import NAME as BREAK_GLASS
from fleet.people.tokens.keeping import keep_in_force
from fleet.webhooks.posting import NotThereError, place_of

MAINTENANCE_MAX = timedelta(days=14)
"""A sample (ตัวอย่าง): longer is no maintenance but a place that nobody watches."""

ADDRESSES_MAX = 5
REASON_CHARACTERS = (3, 200)


class Refusal(StrEnum):
    """Why nothing was done."""

    OVER = "over"
    NO_REASON = "no-reason"
    NO_TIME = "no-time"
    TOO_LONG = "too-long"
    NO_ADDRESS = "no-address"
    NOT_ALLOWED = "not-allowed"
    TOO_MANY = "too-many"
    THERE = "there"
    ONESELF = "oneself"


class DeedError(ValueError):
    """Nothing was done; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def acknowledge(number: int, by: User | None, reason: str) -> Alert:
    """Say that somebody has it: nobody else is called for it.

    Raises: DeedError when it is over, somebody has it already, there is no reason, or it is about them.
    """
    why = _reason(reason)
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).get(pk=number)
        if by is not None and by.username == BREAK_GLASS and alert.rule == Rule.BREAK_GLASS:
            raise DeedError(Refusal.ONESELF)
        if alert.closed_at is not None or alert.acked_at is not None:
            raise DeedError(Refusal.OVER)
        now = timezone.now()
        alert.acked_at, alert.acked_by, alert.acked_why = now, by, why
        alert.save(update_fields=["acked_at", "acked_by", "acked_why"])
        Event.objects.create(alert=alert, at=now, what="acked", by=by, detail=why)
        withdraw([alert.pk], now)
    return alert


def begin_maintenance(
    place: Place, starts_at: datetime, ends_at: datetime, by: User | None, reason: str
) -> Maintenance:
    """Put a kiosk, an office or a province under maintenance.

    Raises: DeedError when it has no reason, or no end within ``MAINTENANCE_MAX``.
    """
    why, now = _reason(reason), timezone.now()
    if place.dopa_code is None or ends_at <= max(starts_at, now):
        raise DeedError(Refusal.NO_TIME)
    if ends_at - starts_at > MAINTENANCE_MAX:
        raise DeedError(Refusal.TOO_LONG)
    return Maintenance.objects.create(
        dopa_code=place.dopa_code,
        office_id=place.office_id,
        kiosk_id=place.kiosk_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=why,
        by=by,
    )


def end_maintenance(maintenance: Maintenance, by: User | None) -> bool:
    """End it now, if it has not ended; whether it had not."""
    now = timezone.now()
    ours = Maintenance.objects.filter(pk=maintenance.pk, ended_at__isnull=True, ends_at__gt=now)
    return bool(ours.update(ended_at=now, ended_by=by))


def add_address(person: User, channel: Channel, address: str, token_no: int | None = None) -> Address:
    """Where somebody is told from now on, after the addresses they have. A webhook's comes with a secret.

    ``token_no``: of the token that asks. What is silent there makes room: a program comes back with another token.

    Raises: DeedError; OverError when that token was taken back meanwhile.
    """
    address = address.strip()
    _check(channel, address)
    theirs, now = Address.objects.filter(person=person), timezone.now()
    try:
        with transaction.atomic():
            if token_no is not None:
                keep_in_force(token_no)
            theirs.filter(channel=channel, address=address).exclude(pk__in=hearing(now).values("pk")).delete()
            if theirs.count() >= ADDRESSES_MAX:
                raise DeedError(Refusal.TOO_MANY)
            last = theirs.order_by("-position").first()
            return Address.objects.create(
                person=person,
                channel=channel,
                address=address,
                secret=secrets.token_hex(32) if channel == Channel.WEBHOOK else "",
                position=last.position + 1 if last else 0,
                made_at=now,
                token_no=token_no,
            )
    except IntegrityError:
        raise DeedError(Refusal.THERE) from None


def try_out(person: User) -> Message:
    """A trial, to whoever asked for it: it goes the way of all others, and counts with them.

    Raises: DeedError when they have no address that hears, or a trial still waits.
    """
    if not hearing(timezone.now()).filter(person=person).exists():
        raise DeedError(Refusal.NO_ADDRESS)
    if Message.objects.filter(person=person, what="trial", letter__isnull=True).exists():
        raise DeedError(Refusal.THERE)
    now = timezone.now()
    key = f"trial.{secrets.token_hex(8)}.{person.pk}"
    return Message.objects.create(key=key, person=person, what="trial", made_at=now, not_before=now)


def send_again(letter: Letter) -> bool:
    """Try a letter again that was given up; whether it was."""
    ours = Letter.objects.filter(pk=letter.pk, state=Letter.State.FAILED)
    return bool(ours.update(state=Letter.State.WAITING, tries=0, next_at=timezone.now()))


def _reason(text: str) -> str:
    text = text.strip()
    least, most = REASON_CHARACTERS
    if not least <= len(text) <= most or "\0" in text:
        raise DeedError(Refusal.NO_REASON)
    return text


def _check(channel: Channel, address: str) -> None:
    """Whether an address can be one; webhooks only where the fleet's own operator allows them (``WEBHOOK_ORIGINS``): a
    page must not be able to make the fleet call whatever stands beside it."""
    if not 3 <= len(address) <= 200 or any(each.isspace() or ord(each) < 32 for each in address):
        raise DeedError(Refusal.NO_ADDRESS)
    if channel == Channel.MAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise DeedError(Refusal.NO_ADDRESS) from None
    elif channel == Channel.LINE:
        if not (address.isascii() and address.isalnum()):
            raise DeedError(Refusal.NO_ADDRESS)
    elif not is_allowed(address):
        raise DeedError(Refusal.NOT_ALLOWED)


def is_allowed(address: str) -> bool:
    """Whether a webhook may go there."""
    try:
        return place_of(address, settings.WEBHOOK_ORIGINS).is_named
    except NotThereError:
        return False
