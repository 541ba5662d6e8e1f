"""Hands for the services that write: numbers, records, signatures and seals, and the slips of what was kept.

Runs on the main thread; everything here takes milliseconds. Rules: on record first, then said to be done; what is
personal is signed or sealed here and then gone, and stands in no record or log in the clear. The kiosk's own signing
key lies beside the spool's records (a note), made in one transaction with the record that tells the fleet of it; a slip
is only signed once the fleet has told everybody whose key it is (fleet/office/channels/decisions).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fleet.protocol import presence, records
from fleet.protocol.asking import CardState
from fleet.protocol.codes import PresenceCode, presence_number, tracking_url
from fleet.protocol.office import SlipKey, Topic
from fleet.protocol.presence import Presence, PresenceKey, Verdict
from fleet.protocol.sealing import Customer
from fleet.protocol.settings import KioskSettings
from fleet.protocol.thai import BANGKOK
from fleet.protocol.tickets import Kind, grouped, mask_phone_number, number_of
from kiosk.frontdesk.printing import Printing, letterhead
from kiosk.office.replica import Replica
from kiosk.sealing import seal
from kiosk.slips.presence_slip import PresenceSlip
from kiosk.slips.registration_slip import RegistrationSlip
from kiosk.slips.service_slip import ServiceSlip
from kiosk.slips.ticket_slip import TicketSlip
from kiosk.spool import Spool, SpoolFullError
from kiosk.visits.desk import Desk, Language
from kiosk.visits.events import Event, TransactionDrawn
from kiosk.visits.papers import Paper, PresencePaper, RegistrationPaper, TicketPaper
from kiosk.visits.services import PRESENCE_SLIP
from kiosk.visits.writing_effects import (
    ListTopics,
    PrintPaper,
    RecordTicket,
    RegisterCustomer,
    SignPresence,
    WritingEffect,
)
from kiosk.visits.writing_events import Kept, NotKept, PresenceJudged, TopicsFound

log = logging.getLogger(__name__)

KEY_NOTE = "presence-key"
"""Under which the spool's file keeps the private key, 32 bytes."""

OFFICE_NOTE = "presence-key-office"
"""And for which office it was made: a key signs for one province, and a kiosk may be moved."""

SYSTEM = "i-Industry"
"""Where customers are registered; the same in both languages."""


class Recording(Protocol):
    """What of ``Effects`` these hands use."""

    def draw(self) -> TransactionDrawn | None:
        """A number and a token; None when there is no room for what would follow."""

    def put(self, record: records.KnownRecord) -> bool:
        """Whether ``record`` is in the spool now, after all before it."""

    @property
    def visit_id(self) -> str:
        """Of the visit under way; empty between visits."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What is kept on this kiosk."""

    spool: Spool
    replica: Replica


class WritingHands:
    """Carries the effects of the services that write out."""

    def __init__(self, kiosk_id: str, stores: Stores, printing: Printing, recording: Recording) -> None:
        self._kiosk_id, self._stores, self._printing, self._recording = kiosk_id, stores, printing, recording
        self._signs = False

    def run(self, effect: WritingEffect, desk: Desk) -> tuple[Event, ...]:
        """Carry out one effect; the events that answer it."""
        match effect:
            case ListTopics():
                return (TopicsFound(self._stores.replica.all_of(Topic), self._stores.replica.office_id),)
            case RecordTicket():
                return (self._ticket(effect, desk),)
            case SignPresence():
                return (self._presence(effect, desk),)
            case RegisterCustomer():
                return (self._customer(effect, desk),)
            case PrintPaper(paper=paper):
                self._print(paper, desk)
        return ()

    # ---- on record

    def _ticket(self, effect: RecordTicket, desk: Desk) -> Event:
        if (drawn := self._recording.draw()) is None:
            return NotKept()
        number = number_of(Kind.TICKET, drawn.transaction_no)
        record = records.TicketOpened(
            number=number,
            tracking_token=drawn.tracking_token,
            channel=effect.topic.code,
            text=effect.text,
            language=desk.language.value,
            opened_at=datetime.now(UTC),
            visit_id=self._recording.visit_id,
        )
        kept = self._recording.put(record)
        return Kept(TicketPaper(number, drawn.tracking_token, effect.topic)) if kept else NotKept()

    def _customer(self, effect: RegisterCustomer, desk: Desk) -> Event:
        if desk.settings is None or not desk.settings.customer_key:
            return NotKept(for_good=True)
        if (drawn := self._recording.draw()) is None:
            return NotKept()
        number = number_of(Kind.REGISTRATION, drawn.transaction_no)
        # In the clear for as long as it takes to seal it.
        customer = Customer(id_number=effect.id_number.reveal(), name=effect.name, phone=effect.phone)
        try:
            sealed = seal(customer, number, desk.settings.customer_key)
        except ValueError:
            log.error("nobody is registered: the settings' customer_key is no key")
            return NotKept(for_good=True)
        masked = mask_phone_number(effect.phone)
        paper = RegistrationPaper(number, drawn.tracking_token, effect.id_number.masked, masked)
        record = records.CustomerRegistered(
            number=number,
            id_masked=paper.id_masked,
            phone_masked=paper.phone_masked,
            sealed=sealed,
            opened_at=datetime.now(UTC),
            visit_id=self._recording.visit_id,
            tracking_token=drawn.tracking_token,
        )
        return Kept(paper) if self._recording.put(record) else NotKept()

    def _presence(self, effect: SignPresence, desk: Desk) -> Event:
        self.keep_key()
        private = self._private_key()
        key_id = _key_id(private) if private else ""
        known = self._stores.replica.item(SlipKey, key_id) if private else None
        if private is None or known is None or desk.settings is None:
            return NotKept(for_good=True)
        if (drawn := self._recording.draw()) is None:
            return NotKept()
        now = datetime.now(UTC).replace(microsecond=0)
        try:
            said = Presence(
                number=presence_number(known.dopa_code, _sequence(self._kiosk_id, drawn.transaction_no)),
                name=effect.name,
                id_ending=effect.id_number.masked[-4:].replace("-", ""),
                purpose=effect.purpose.th,
                office_name=desk.settings.office_name.th,
                issued_at=now,
                expires_at=now + timedelta(days=effect.valid_days),
                sample=desk.settings.sample,
                verified=effect.check is CardState.NORMAL,
                unanswered=effect.check is CardState.UNANSWERED,
            )
        except ValueError as err:  # a name or office that does not fit; the error does not say it
            log.error("no presence slip: %s", err)
            return NotKept(for_good=True)
        record = records.PresenceIssued(
            number=said.number,
            key_id=key_id,
            purpose=effect.purpose.th,
            issued_at=now,
            visit_id=self._recording.visit_id,
        )
        if not self._recording.put(record):
            return NotKept()
        return Kept(PresencePaper(said, presence.sign(said, key_id, private.sign)))

    # ---- the kiosk's own key

    def take_settings(self, settings: KioskSettings) -> None:
        """Where presence slips are offered there is a key to sign them with."""
        self._signs = PRESENCE_SLIP in settings.services
        self.keep_key()

    def keep_key(self) -> None:
        """Make a key where there is none, and where the kiosk has come to another office since: the old one would speak
        for the old province. What it has signed stays good; a new one signs once it has come back from the fleet."""
        office_id = self._stores.replica.office_id
        if not self._signs or self._is_key_of(office_id):
            return
        private = Ed25519PrivateKey.generate()
        record = records.PresenceKeyMade(
            key_id=_key_id(private),
            public_key=private.public_key().public_bytes_raw().hex(),
            made_at=datetime.now(UTC),
        )
        notes = (KEY_NOTE, private.private_bytes_raw()), (OFFICE_NOTE, office_id.encode())
        keep = [self._stores.spool.noting(*each) for each in notes]
        try:
            self._stores.spool.append(record, also=lambda: [each() for each in keep])
        except SpoolFullError as err:
            log.error("no key for presence slips: %s", err)

    def _is_key_of(self, office_id: str) -> bool:
        """Whether there is a key, made for this office; while the office is not known, any will do."""
        spool = self._stores.spool
        if spool.noted(KEY_NOTE) is None:
            return False
        made_for = (spool.noted(OFFICE_NOTE) or b"").decode()
        if office_id and not made_for:  # made before the first records came, or by an earlier release
            try:
                spool.note(OFFICE_NOTE, office_id.encode())
            except SpoolFullError as err:
                log.error("not noted for which office the key is: %s", err)
        return not (office_id and made_for) or made_for == office_id

    def _private_key(self) -> Ed25519PrivateKey | None:
        kept = self._stores.spool.noted(KEY_NOTE)
        return None if kept is None else Ed25519PrivateKey.from_private_bytes(kept)

    # ---- paper

    def _print(self, paper: Paper, desk: Desk) -> None:
        if desk.settings is not None:
            self._printing.print_service(paper.number, self._slip(paper, desk, desk.settings))

    def _slip(self, paper: Paper, desk: Desk, settings: KioskSettings) -> ServiceSlip:
        now, is_english = datetime.now(BANGKOK), desk.language is Language.EN
        head = letterhead(settings, self._kiosk_id, now, desk.language, sample=settings.sample)
        match paper:
            case TicketPaper(topic=topic):
                return TicketSlip(
                    head,
                    number=grouped(paper.number),
                    category=topic.name_en if is_english else topic.name_th,
                    owner_name=topic.owner_name,
                    follow_url=tracking_url(settings.tracking_address, paper.tracking_token),
                    answer_by=now.date() + timedelta(days=topic.deadline_days),
                    is_queued=not desk.online,
                )
            case PresencePaper():
                return PresenceSlip(head, paper.presence, paper.qr)
            case RegistrationPaper():
                return RegistrationSlip(
                    head,
                    number=grouped(paper.number),
                    system=SYSTEM,
                    id_masked=paper.id_masked,
                    phone_masked=paper.phone_masked,
                    is_queued=not desk.online,
                    follow_url=tracking_url(settings.tracking_address, paper.tracking_token),
                )


def judge_slip(replica: Replica, code: PresenceCode) -> PresenceJudged:
    """What a presence slip that was scanned is worth, from the keys this kiosk knows; the same online and off."""
    now = datetime.now(UTC)
    if code.signed is None:  # the number alone, typed or from a barcode, proves nothing
        return PresenceJudged(Verdict.UNKNOWN_KEY, None, now)
    key = replica.item(SlipKey, code.signed.key_id)
    keys = {} if key is None else {code.signed.key_id: _wire_key(key)}
    verdict = presence.judge(code.signed, keys, now, is_signed)
    return PresenceJudged(verdict, code.signed.presence if verdict.is_proven else None, now)


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519, as ``presence.judge`` asks for it."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _wire_key(key: SlipKey) -> PresenceKey:
    return PresenceKey(
        public_key=key.public_key,
        issuer=key.issuer,
        dopa_code=key.dopa_code,
        valid_from=key.valid_from,
        valid_until=key.valid_until,
    )


def _key_id(private: Ed25519PrivateKey) -> str:
    return presence.key_id_of(private.public_key().public_bytes_raw())


def _sequence(kiosk_id: str, transaction_no: str) -> int:
    """Eight digits: two of the kiosk's name, six of its own count. Two offices of one province may draw the same; it is
    the signature that tells one slip from another."""
    digits = re.sub(r"[^0-9]", "", kiosk_id)[-2:] or "0"
    return int(digits) * 1_000_000 + int(transaction_no[-6:])
