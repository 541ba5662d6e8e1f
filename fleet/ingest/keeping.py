"""What each message of a kiosk changes in the database: a batch is one transaction.

Not here: MQTT. Rules: a message that cannot be read, or that the database will not take, is counted and named by its
topic, never shown, and never stops the others. What is the database's trouble (locked, full, away) is nobody's
message: it goes up, and the broker sends the batch again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from fleet.devices.desired import desired_of, post
from fleet.devices.models import Kiosk, KioskState, Record
from fleet.office.models import Notice
from fleet.payments.models import Intent
from fleet.protocol.messages import (
    Ack,
    MessageError,
    NumberedRecord,
    RecordBatch,
    Reported,
    Session,
    Status,
    decode,
)
from fleet.protocol.records import PaymentOpened, UnknownRecord, decode_record
from fleet.protocol.topics import Channel

log = logging.getLogger(__name__)

COUNT_MAX = 2**63 - 1
"""What a database's whole number holds; a larger one is no count of ours."""

UNFIT = (IntegrityError, DataError, OverflowError, ValueError)
"""How a value says that it does not fit its column. OperationalError is not among them: that is the database's."""

CLOCK_OFF = timedelta(days=366)
"""A kiosk further from us than this has no clock (a Raspberry Pi wakes up in 1970); our own time is taken."""

BROKEN = "broken"
"""Kind under which a record is kept that could not be read, so that what follows it does not wait for ever."""

_STATE_FIELDS = [field.name for field in KioskState._meta.concrete_fields if not field.primary_key]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a kiosk."""

    kiosk_id: str
    channel: Channel
    payload: bytes


class Keeper:
    """Keeps what was said; gives the acknowledgements to send after the commit."""

    def __init__(self) -> None:
        self.refused = 0
        """Messages that could not be read or kept, since the start."""

    def keep(self, batch: Sequence[Said]) -> dict[str, Ack]:
        """Keep a batch, durably; the acknowledgement each kiosk is owed, by its id.

        Raises: django.db.OperationalError when the database cannot; nothing was kept, say it all again.
        """
        try:
            with transaction.atomic():
                kept = _Batch(batch)
                acks = kept.keep()
        except UNFIT as err:
            if len(batch) == 1:
                self._refuse(batch[0], type(err).__name__)
                return {}
            acks = {}
            for said in batch:  # one of them is unfit: find out which, and keep the rest
                acks.update(self.keep([said]))
            return acks
        for said, why in kept.refused:
            self._refuse(said, why)
        return acks

    def _refuse(self, said: Said, why: str) -> None:
        self.refused += 1
        log.warning("refused a message of %s on %s: %s", said.kiosk_id, said.channel.value, why)


class _Batch:
    """One transaction's worth: states are read once and written once, records written together."""

    def __init__(self, batch: Sequence[Said]) -> None:
        self._said = batch
        self._now = timezone.now()
        ids = {said.kiosk_id for said in batch}
        self._kiosks = Kiosk.objects.select_related("office").in_bulk(ids)
        known = KioskState.objects.select_for_update().order_by("pk").in_bulk(list(self._kiosks))
        self._states = {kiosk_id: known.get(kiosk_id) or KioskState(kiosk_id=kiosk_id) for kiosk_id in self._kiosks}
        self._records: list[Record] = []
        self.refused: list[tuple[Said, str]] = []

    def keep(self) -> dict[str, Ack]:
        acks: dict[str, Ack] = {}
        for said in self._said:
            state = self._states.get(said.kiosk_id)
            if state is None:
                self.refused.append((said, "not one of our kiosks"))
                continue
            try:
                ack = _KEEPERS[said.channel](self, state, said.payload)
            except (MessageError, KeyError) as err:
                self.refused.append((said, type(err).__name__))
                continue
            if ack is not None:
                acks[said.kiosk_id] = ack
        self._write_records()
        KioskState.objects.bulk_create(
            self._states.values(), update_conflicts=True, unique_fields=["kiosk"], update_fields=_STATE_FIELDS
        )
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
        if session.session_no < state.session_no and session.boot_id == state.boot_id:
            return  # an older birth, overtaken by a newer one
        is_news = (session.session_no, session.boot_id) != (state.session_no, state.boot_id)
        state.session_no, state.boot_id, state.alive = session.session_no, session.boot_id[:64], True
        state.version, state.heard_at = session.version[:40], self._now
        if is_news:
            # The broker retains it, unless the broker has lost its disk meanwhile.
            post(state.kiosk_id, Channel.DESIRED, desired_of(self._kiosks[state.kiosk_id]), retain=True)

    def status(self, state: KioskState, payload: bytes) -> None:
        """Everything about the kiosk now; that of an older session comes late."""
        status = decode(payload, Status)
        if status.session_no >= state.session_no or not state.alive:
            state.status, state.heard_at = msgspec.to_builtins(status), self._now

    def reported(self, state: KioskState, payload: bytes) -> None:
        """What the kiosk runs."""
        reported = decode(payload, Reported)
        before = (state.reported or {}).get("settings_revision")
        state.reported, state.reported_at, state.heard_at = msgspec.to_builtins(reported), self._now, self._now
        if before != reported.settings_revision:
            state.converged_at = self._now

    def reply(self, state: KioskState, payload: bytes) -> None:
        """How a command ended; nobody asks for commands yet."""
        del state, payload

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
            if numbered.no == state.committed_through + 1:
                self._record(state, numbered)
                state.committed_through = numbered.no
        state.heard_at = self._now
        return Ack(spool_id=state.spool_id, committed_through=state.committed_through)

    def _record(self, state: KioskState, numbered: NumberedRecord) -> None:
        body: dict[str, Any]
        try:
            record = decode_record(numbered.record)
            body = record.original if isinstance(record, UnknownRecord) else msgspec.to_builtins(record)
            if b"\\u0000" in bytes(numbered.record):  # PostgreSQL's JSON cannot hold it
                raise MessageError("NUL in a text")
        except (msgspec.DecodeError, MessageError, RecursionError):
            log.error("record %d of %s is broken; only its place is kept", numbered.no, state.kiosk_id)
            record, body = UnknownRecord(original={}), {"kind": BROKEN, "bytes": len(bytes(numbered.record))}
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


def _keep_intent(kiosk_id: str, record: PaymentOpened, now: datetime) -> None:
    """A payment was opened: bank and visitor will ask for it by reference and token."""
    notice = Notice.objects.filter(pk=record.notice_no).first()
    if notice is None:
        log.error("%s opened a payment for a notice that is not on record", kiosk_id)
        return
    opened_at = record.opened_at if record.opened_at.tzinfo else record.opened_at.replace(tzinfo=UTC)
    if abs(opened_at - now) > CLOCK_OFF:
        opened_at = now
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
                    "opened_at": opened_at,
                },
            )
    except UNFIT as err:
        log.error("%s opened a payment that cannot be kept: %s", kiosk_id, type(err).__name__)


_KEEPERS: dict[Channel, Callable[[_Batch, KioskState, bytes], Ack | None]] = {
    Channel.SESSION: _Batch.session,
    Channel.STATUS: _Batch.status,
    Channel.REPORTED: _Batch.reported,
    Channel.RECORDS: _Batch.records,
    Channel.REPLY: _Batch.reply,
}
