"""What comes in through the channels, kept exactly once: from kiosks as records, from the web as a form.

Not here: MQTT, pages. Rules: a kiosk may only use numbers that it draws itself; a thing kept is not changed by being
said again; an ID number somebody typed into a text is masked before anything is written, here too.
"""

from __future__ import annotations

import base64
import logging
import re
import secrets
from binascii import Error as NotBase64Error
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from fleet.office.changes.publishing import publish
from fleet.office.channels.models import Channel, PresenceKey, Registration, StepKind, Ticket, TicketStep
from fleet.office.clocks import told_at
from fleet.office.models import Office
from fleet.protocol import records
from fleet.protocol.office import SlipKey
from fleet.protocol.presence import key_id_of
from fleet.protocol.thai import be_year
from fleet.protocol.tickets import TEXT_CHARACTERS_MAX, Kind, is_drawn_by, is_number, number_of, without_id_numbers

log = logging.getLogger(__name__)

Kept = records.TicketOpened | records.CustomerRegistered | records.PresenceKeyMade | records.PresenceIssued

_OWN_TABLE = ("text", "tracking_token", "sealed", "phone_masked", "id_masked")
"""What stands in a table of its own, where it can be corrected and erased, and in no log of records beside it."""

DEADLINE_DAYS = 15
"""Of what names no channel of the office. A sample (ตัวอย่าง): the office's channels say their own."""

TOKEN_BYTES = 12
"""96 bits, as a kiosk's."""

DRAWS_MAX = 20
"""Of a year's ten million numbers an office never uses so many that all of these are taken."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEY = re.compile(r"[0-9a-f]{64}")
_KEY_ID = re.compile(r"[0-9a-zA-Z_-]{4,16}")
_SEALED_MAX = 2000


class UnfitError(ValueError):
    """A record that cannot be what it says; count it, its place in the spool is kept."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something came in, and when we heard of it."""

    kiosk_id: str
    office: Office
    now: datetime


def keep(source: Source, record: Kept) -> tuple[str, ...]:
    """Keep what a kiosk's record tells; what cannot be kept is logged by its number only.

    Returns: the offices whose kiosks are to be told that there is news.
    """
    try:
        with transaction.atomic():
            match record:
                case records.TicketOpened():
                    _keep_ticket(source, record)
                case records.CustomerRegistered():
                    _keep_registration(source, record)
                case records.PresenceKeyMade():
                    return _keep_key(source, record)
                case records.PresenceIssued():
                    pass  # counted where every record stands; whose slip it was is nobody's business
    except (UnfitError, IntegrityError, DataError, OverflowError) as err:
        log.error("%s sent a %s that cannot be kept: %s", source.kiosk_id, type(record).__name__, type(err).__name__)
    return ()


def logged(record: Kept) -> dict[str, Any]:
    """What of it stands in the log of all records: everything but what somebody said, and who they are."""
    body: dict[str, Any] = msgspec.to_builtins(record)
    return body | {name: "" for name in _OWN_TABLE if name in body}


def _keep_ticket(source: Source, record: records.TicketOpened) -> None:
    if not (is_number(record.number, Kind.TICKET) and is_drawn_by(record.number, source.kiosk_id)):
        raise UnfitError("not a number of this kiosk")
    if not _TOKEN.fullmatch(record.tracking_token):
        raise UnfitError("no token")
    channel = Channel.objects.filter(office=source.office, code=record.channel[:24]).first()
    told = Told(record.text, "en" if record.language == "en" else "th", channel)
    _open(source, told, record.number, record.tracking_token, told_at(record.opened_at, source.now))


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told: the words, their language, and through which channel."""

    text: str
    language: str
    channel: Channel | None


def _open(source: Source, told: Told, number: str, token: str, at: datetime) -> tuple[Ticket, bool]:
    """The ticket of this number, and whether it is a new one."""
    channel = told.channel
    days = channel.deadline_days if channel else DEADLINE_DAYS
    owner = channel.owner if channel else None
    ticket, is_new = Ticket.objects.get_or_create(
        number=number,
        defaults={
            "token": token,
            "office": source.office,
            "channel": channel,
            "kiosk_id": source.kiosk_id,
            "language": told.language,
            "text": without_id_numbers(told.text)[: 2 * TEXT_CHARACTERS_MAX],
            "opened_at": at,
            "due_on": timezone.localdate(at) + timedelta(days=days),
            "owner": owner,
            "owner_name": channel.owner_name if channel else "",
        },
    )
    if is_new:
        TicketStep.objects.create(ticket=ticket, kind=StepKind.RECEIVED, at=at)
    return ticket, is_new


def open_from_web(channel: Channel, text: str, language: str) -> Ticket:
    """A ticket that came in through the public page.

    Raises: UnfitError when nothing was told, or too much; show the form again.
    """
    text = text.strip()
    if not 1 <= len(text) <= TEXT_CHARACTERS_MAX or "\0" in text:  # PostgreSQL has no such letter
        raise UnfitError("text")
    now = timezone.now()
    source = Source("", channel.office, now)
    told, year = Told(text, language, channel), be_year(timezone.localdate(now)) % 100
    for _ in range(DRAWS_MAX):
        drawn = f"{channel.office_id.replace('-', '')}00-{year:02d}{secrets.randbelow(10**7):07d}"
        ticket, is_new = _open(source, told, number_of(Kind.TICKET, drawn), secrets.token_urlsafe(TOKEN_BYTES), now)
        if is_new:  # or it is somebody else's: whoever told this must not get its token
            return ticket
    raise UnfitError("number")


def _keep_registration(source: Source, record: records.CustomerRegistered) -> None:
    if not (is_number(record.number, Kind.REGISTRATION) and is_drawn_by(record.number, source.kiosk_id)):
        raise UnfitError("not a number of this kiosk")
    if len(record.sealed) > _SEALED_MAX or without_id_numbers(record.id_masked) != record.id_masked:
        raise UnfitError("not sealed")
    try:
        base64.b64decode(record.sealed, validate=True)
    except (NotBase64Error, ValueError):
        raise UnfitError("not sealed") from None
    if record.tracking_token and not _TOKEN.fullmatch(record.tracking_token):
        raise UnfitError("no token")
    Registration.objects.get_or_create(
        number=record.number,
        defaults={
            "office": source.office,
            "kiosk_id": source.kiosk_id,
            "opened_at": told_at(record.opened_at, source.now),
            "id_masked": record.id_masked[:20],
            "phone_masked": record.phone_masked[:20],
            "sealed": record.sealed,
            "token": record.tracking_token,
        },
    )


def _keep_key(source: Source, record: records.PresenceKeyMade) -> tuple[str, ...]:
    if not (_KEY_ID.fullmatch(record.key_id) and _KEY.fullmatch(record.public_key)):
        raise UnfitError("no key")
    if key_id_of(bytes.fromhex(record.public_key)) != record.key_id:
        raise UnfitError("not the name of this key")
    _, is_new = PresenceKey.objects.get_or_create(
        key_id=record.key_id,
        defaults={
            "kiosk_id": source.kiosk_id,
            "office": source.office,
            "public_key": record.public_key,
            "made_at": told_at(record.made_at, source.now),
        },
    )
    if not is_new:
        return ()
    earlier = PresenceKey.objects.filter(kiosk_id=source.kiosk_id, withdrawn_at=None).exclude(pk=record.key_id)
    ended = list(earlier.values_list("key_id", flat=True))
    # By the clock the slips were signed by, should that go before ours: what the old key has signed stays good.
    earlier.update(withdrawn_at=max(source.now, record.made_at))
    offices = tuple(Office.objects.order_by("pk").values_list("pk", flat=True))
    for office_id in offices:  # kiosks of all of them are to know it; in order, as ``publish`` asks
        publish(office_id, {SlipKey: [record.key_id, *ended]})
    return offices
