"""What each message of a kiosk changes in the database: a batch is one transaction.

Not here: MQTT. Rules: a message that cannot be read, or that the database will not take, is counted and named by its
topic, never shown, and never stops the others. What is the database's trouble (locked, full, away) is nobody's
message: it goes up, and the broker sends the batch again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from fleet.devices import commanding
from fleet.devices.desired import announce_office, tell_desired
from fleet.devices.models import Kiosk, KioskState, Record
from fleet.devices.truth import RANK, said_of
from fleet.ingest.births import BOOT_ID_MAX, Birth, read_birth
from fleet.ingest.rows import StatusRow, lock, make_rows_for_all, read_states, write_states, write_statuses
from fleet.office.channels import keeping as channels
from fleet.office.clocks import told_at
from fleet.office.folders import keeping as folders
from fleet.office.models import Notice
from fleet.payments.models import Intent
from fleet.payments.other_fees import words_for
from fleet.protocol.messages import (
    Ack,
    MessageError,
    NumberedRecord,
    RecordBatch,
    Reply,
    Reported,
    Session,
    Status,
    decode,
    encode,
)
from fleet.protocol.records import CommandEnded, PaymentOpened, RecordsDropped, UnknownRecord, decode_record
from fleet.protocol.topics import Channel
from fleet.trust.certificates import Doer, note

log = logging.getLogger(__name__)

COUNT_MAX = 2**63 - 1
"""What a database's whole number holds; a larger one is no count of ours."""

UNFIT = (IntegrityError, DataError, OverflowError, ValueError)
"""How a value says that it does not fit its column. OperationalError is not among them: that is the database's."""

BROKEN = "broken"
"""Kind under which a record is kept that could not be read, so that what follows it does not wait for ever."""

KNOWN_S = 60.0
"""How long the list of our kiosks may be old. One that was taken away is at the broker no longer, either."""

STRANGER_S = 1.0
"""A kiosk that is not on the list may be a new one: look, but not once for every message of a stranger."""


class Said(NamedTuple):
    """One message of a kiosk; made for each there is, so a tuple."""

    kiosk_id: str
    channel: Channel
    payload: bytes


class Keeper:
    """Keeps what was said; gives the acknowledgements to send after the commit."""

    def __init__(self) -> None:
        self.refused = 0
        """Messages that could not be read or kept, since the start."""
        self._known: frozenset[str] = frozenset()
        self._known_until_s = 0.0

    def keep(self, batch: Sequence[Said]) -> dict[str, Ack]:
        """Keep a batch, durably; the acknowledgement each kiosk is owed, by its id.

        Raises: django.db.OperationalError when the database cannot; nothing was kept, say it all again.
        """
        ours, strangers = self._split(batch)
        try:
            with transaction.atomic():
                kept = _Batch(ours)
                acks = kept.keep()
        except UNFIT as err:
            if len(batch) == 1:
                self._refuse(batch[0], type(err).__name__)
                return {}
            acks = {}
            for said in batch:  # one of them is unfit: find out which, and keep the rest
                acks.update(self.keep([said]))
            return acks
        for said in strangers:
            self._refuse(said, "not one of our kiosks")
        for said, why in kept.refused:
            self._refuse(said, why)
        return acks

    def _split(self, batch: Sequence[Said]) -> tuple[Sequence[Said], Sequence[Said]]:
        """What kiosks of ours said, each of which has a row for its state; and what strangers said."""
        if self._known.issuperset(said.kiosk_id for said in batch):
            if time.monotonic() < self._known_until_s:
                return batch, ()
        elif time.monotonic() < self._known_until_s - KNOWN_S + STRANGER_S:
            return self._parted(batch)
        self._known, self._known_until_s = make_rows_for_all(), time.monotonic() + KNOWN_S
        return self._parted(batch)

    def _parted(self, batch: Sequence[Said]) -> tuple[Sequence[Said], Sequence[Said]]:
        ours = [said for said in batch if said.kiosk_id in self._known]
        return ours, [said for said in batch if said.kiosk_id not in self._known]

    def _refuse(self, said: Said, why: str) -> None:
        self.refused += 1
        log.warning("refused a message of %s on %s: %s", said.kiosk_id, said.channel.value, why)


class _Batch:
    """One transaction's worth. What comes rarely goes through models, each row read and written once; then the
    statuses, of each kiosk the last, in one statement.
    """

    def __init__(self, batch: Sequence[Said]) -> None:
        self._now = timezone.now()
        self._rare: list[Said] = []
        self._statuses: dict[str, tuple[Status, str]] = {}
        self._records: list[Record] = []
        self._born: dict[str, None] = {}
        self._folders: dict[str, set[str]] = {}
        self.refused: list[tuple[Said, str]] = []
        for said in batch:
            if said.channel is not Channel.STATUS:
                self._rare.append(said)
                continue
            try:
                self._status(said)
            except MessageError as err:
                self.refused.append((said, type(err).__name__))

    def _status(self, said: Said) -> None:
        """Everything about the kiosk now; the last one counts. What is unknown to this release is not kept."""
        status = decode(said.payload, Status)
        held = self._statuses.get(said.kiosk_id)
        if held is not None and (status.session_no, status.no or COUNT_MAX) <= (held[0].session_no, held[0].no):
            return  # the broker says something again, or late
        text = encode(status).decode()
        if "\\u0000" in text:
            raise MessageError("Status: NUL in a text")  # PostgreSQL's JSON cannot hold it
        self._statuses[said.kiosk_id] = status, text

    def keep(self) -> dict[str, Ack]:
        concerned = {said.kiosk_id for said in self._rare}
        lock(concerned | self._statuses.keys())
        acks = self._keep_rare(concerned) if concerned else {}
        write_statuses([_row(kiosk_id, *latest) for kiosk_id, latest in self._statuses.items()], self._now)
        if self._born:
            # The broker retains it, unless the broker has lost its disk meanwhile.
            tell_desired(list(Kiosk.objects.select_related("office").filter(pk__in=self._born)))
        return acks

    def _keep_rare(self, kiosk_ids: set[str]) -> dict[str, Ack]:
        acks: dict[str, Ack] = {}
        states = read_states(kiosk_ids)
        for said in self._rare:
            try:
                ack = _KEEPERS[said.channel](self, states[said.kiosk_id], said.payload)
            except (MessageError, KeyError) as err:
                self.refused.append((said, type(err).__name__))
                continue
            if ack is not None:
                acks[said.kiosk_id] = ack
        self._write_records()
        write_states(states.values())
        for office_id, moved in sorted(self._folders.items()):  # in order, or two of us would wait for each other
            folders.tell(office_id, moved)
            announce_office(office_id)
        return acks

    def _write_records(self) -> None:
        Record.objects.bulk_create(self._records)
        self._records = []

    # ---- what a kiosk says of itself

    def session(self, state: KioskState, payload: bytes) -> None:
        """A link was born or died. A death of any other session than the present comes late and says nothing."""
        session = decode(payload, Session)
        if not 0 <= session.session_no <= COUNT_MAX:
            raise MessageError("Session: no session number")
        if not session.alive:
            if session.session_no == state.session_no:
                state.alive = False
            return
        birth, boots = read_birth(state.boots, session)
        if birth is Birth.LATE:
            return
        state.boots = boots
        if birth is Birth.ELSEWHERE:
            self._used_twice(state)
        if (session.session_no, session.boot_id) != (state.session_no, state.boot_id):
            self._born[state.kiosk_id] = None
            if state.status_session_no != session.session_no:  # else its first status was here before it
                state.status_session_no, state.status_no = session.session_no, 0
        state.session_no, state.boot_id, state.alive = session.session_no, session.boot_id[:BOOT_ID_MAX], True
        state.session_no_max = max(state.session_no_max, session.session_no)
        state.version, state.heard_at = session.version[:40], self._now

    def _used_twice(self, state: KioskState) -> None:
        """One identity, two machines: an alarm until the kiosk is enrolled anew."""
        if state.used_twice_at is None:
            log.error("the identity of %s is used in two places", state.kiosk_id)
            note(Doer(), "used-twice", kiosk_id=state.kiosk_id)
        state.used_twice_at = self._now

    def reported(self, state: KioskState, payload: bytes) -> None:
        """What the kiosk runs."""
        reported = decode(payload, Reported)
        before = (state.reported or {}).get("settings_revision")
        state.reported, state.reported_at, state.heard_at = msgspec.to_builtins(reported), self._now, self._now
        if before != reported.settings_revision:
            # The first settings of a kiosk that was just let in, or wiped, were decided before it waited for them.
            state.converged_at = self._now if before else None

    def reply(self, state: KioskState, payload: bytes) -> None:
        """How a command ended; whoever answers was heard, and open pages are told by that."""
        commanding.replied(state.kiosk_id, decode(payload, Reply), self._now)
        state.heard_at = self._now

    # ---- records

    def records(self, state: KioskState, payload: bytes) -> Ack:
        """Records in order, each once. A gap is answered with what there is, which asks for the rest."""
        batch = decode(payload, RecordBatch)
        if not 1 <= len(batch.spool_id) <= 32:
            raise MessageError("RecordBatch: no spool id")
        if batch.spool_id != state.spool_id:
            self._write_records()
            newest = Record.objects.filter(kiosk_id=state.kiosk_id, spool_id=batch.spool_id).order_by("-no").first()
            state.spool_id, state.committed_through = batch.spool_id, newest.no if newest else 0
        for numbered in batch.records:
            if numbered.no == state.committed_through + 1 or _fills_gap(state, numbered):
                self._record(state, numbered)
                state.committed_through = numbered.no
        state.heard_at = self._now
        return Ack(spool_id=state.spool_id, committed_through=state.committed_through)

    def _record(self, state: KioskState, numbered: NumberedRecord) -> None:
        body: dict[str, Any]
        try:
            record = decode_record(numbered.record)
            if isinstance(record, RecordsDropped):  # some of them may have come before they were forgotten
                record = msgspec.structs.replace(record, count=min(record.count, numbered.no - state.committed_through))
            body = record.original if isinstance(record, UnknownRecord) else msgspec.to_builtins(record)
            if b"\\u0000" in bytes(numbered.record):  # PostgreSQL's JSON cannot hold it
                raise MessageError("NUL in a text")
        except (msgspec.DecodeError, MessageError, RecursionError):
            log.error("record %d of %s is broken; only its place is kept", numbered.no, state.kiosk_id)
            record, body = UnknownRecord(original={}), {"kind": BROKEN, "bytes": len(bytes(numbered.record))}
        if isinstance(record, channels.Kept):
            office = Kiosk.objects.select_related("office").get(pk=state.kiosk_id).office
            for told in channels.keep(channels.Source(state.kiosk_id, office, self._now), record):
                announce_office(told)
            body = channels.logged(record)
        if isinstance(record, folders.Kept):
            office_id = Kiosk.objects.values_list("office_id", flat=True).get(pk=state.kiosk_id)
            moved = folders.keep(folders.Source(office_id, self._now, state.kiosk_id), record)
            self._folders.setdefault(office_id, set()).update(moved)
        self._records.append(
            Record(
                kiosk_id=state.kiosk_id,
                spool_id=state.spool_id,
                no=numbered.no,
                kind=str(body.get("kind", "unknown"))[:40],
                body=body,
                received_at=self._now,
            )
        )
        if isinstance(record, PaymentOpened):
            _keep_intent(state.kiosk_id, record, self._now)
        if isinstance(record, CommandEnded):
            commanding.ended(state.kiosk_id, record, self._now)


def _row(kiosk_id: str, status: Status, text: str) -> StatusRow:
    return StatusRow(kiosk_id, status.session_no, status.no, RANK[said_of(status)], text)


def _fills_gap(state: KioskState, numbered: NumberedRecord) -> bool:
    """Whether this says that all that is missing before it was forgotten at the kiosk, for want of room."""
    if numbered.no <= state.committed_through:
        return False
    try:
        record = decode_record(numbered.record)
    except msgspec.DecodeError:
        return False
    return isinstance(record, RecordsDropped) and numbered.no - record.count <= state.committed_through


def _keep_intent(kiosk_id: str, record: PaymentOpened, now: datetime) -> None:
    """A payment was opened: bank and visitor will ask for it by reference and token."""
    notice = Notice.objects.filter(pk=record.notice_no).first() if not record.fee else None
    if notice is None and not record.fee:
        log.error("%s opened a payment for a notice that is not on record", kiosk_id)
        return
    fee: dict[str, str] = {}
    if record.fee:
        fee = {"fee": record.fee, **words_for(Kiosk.objects.select_related("office").get(pk=kiosk_id), record.fee)}
    try:
        with transaction.atomic():
            Intent.objects.get_or_create(
                transaction_no=record.transaction_no,
                defaults={
                    "tracking_token": record.tracking_token,
                    "kiosk_id": kiosk_id,
                    "notice": notice,
                    "biller_id": record.biller_id,
                    "ref1": record.ref1,
                    "ref2": record.ref2,
                    "amount_satang": record.amount_satang,
                    "opened_at": told_at(record.opened_at, now),
                    **fee,
                },
            )
    except UNFIT as err:
        log.error("%s opened a payment that cannot be kept: %s", kiosk_id, type(err).__name__)


_KEEPERS: dict[Channel, Callable[[_Batch, KioskState, bytes], Ack | None]] = {
    Channel.SESSION: _Batch.session,
    Channel.REPORTED: _Batch.reported,
    Channel.RECORDS: _Batch.records,
    Channel.REPLY: _Batch.reply,
}
