"""What each message of a kiosk changes in the database. Called inside one transaction a batch.

A message that cannot be read is counted and named by its topic, never shown, and never stops the batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.utils import timezone

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
from fleet.protocol.records import KnownRecord, PaymentOpened, UnknownRecord, decode_record
from fleet.protocol.topics import Channel

log = logging.getLogger(__name__)

_KINDS: dict[type[KnownRecord], str] = {kind: str(kind.__struct_config__.tag) for kind in KnownRecord.__args__}


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
        """Messages that could not be read, since the start."""

    def keep(self, batch: list[Said]) -> dict[str, Ack]:
        """Keep a batch; the acknowledgement each kiosk is owed, by its id."""
        acks: dict[str, Ack] = {}
        states: dict[str, KioskState] = {}
        now = timezone.now()
        for said in batch:
            state = states.get(said.kiosk_id) or self._state(said.kiosk_id)
            if state is None:
                self._refuse(said, "not one of our kiosks")
                continue
            states[said.kiosk_id] = state
            try:
                ack = self._keepers[said.channel](self, state, said.payload, now)
            except (MessageError, msgspec.DecodeError, KeyError) as err:
                self._refuse(said, type(err).__name__)
                continue
            if ack is not None:
                acks[said.kiosk_id] = ack
        for state in states.values():
            state.save()
        return acks

    def _state(self, kiosk_id: str) -> KioskState | None:
        if not Kiosk.objects.filter(pk=kiosk_id).exists():
            return None
        return KioskState.objects.get_or_create(kiosk_id=kiosk_id)[0]

    def _refuse(self, said: Said, why: str) -> None:
        self.refused += 1
        log.warning("refused a message of %s on %s: %s", said.kiosk_id, said.channel.value, why)

    def _session(self, state: KioskState, payload: bytes, now: datetime) -> None:
        session = decode(payload, Session)
        if session.alive:
            if session.session_no < state.session_no and session.boot_id == state.boot_id:
                return  # an older birth, overtaken by a newer one
            state.session_no, state.boot_id, state.alive = session.session_no, session.boot_id, True
            state.version, state.heard_at = session.version, now
        elif session.session_no == state.session_no:
            state.alive = False  # a death of any other session comes late and says nothing

    def _status(self, state: KioskState, payload: bytes, now: datetime) -> None:
        status = decode(payload, Status)
        if status.session_no >= state.session_no or not state.alive:
            state.status, state.heard_at = msgspec.to_builtins(status), now

    def _reported(self, state: KioskState, payload: bytes, now: datetime) -> None:
        reported = decode(payload, Reported)
        before = (state.reported or {}).get("settings_revision")
        state.reported, state.reported_at, state.heard_at = msgspec.to_builtins(reported), now, now
        if before != reported.settings_revision:
            state.converged_at = now

    def _records(self, state: KioskState, payload: bytes, now: datetime) -> Ack:
        """Records in order, each once. A gap is answered with what there is, which asks for the rest."""
        batch = decode(payload, RecordBatch)
        if batch.spool_id != state.spool_id:
            newest = Record.objects.filter(kiosk_id=state.kiosk_id, spool_id=batch.spool_id).order_by("-no").first()
            state.spool_id, state.committed_through = batch.spool_id, newest.no if newest else 0
        for numbered in batch.records:
            if numbered.no == state.committed_through + 1:
                self._record(state, batch.spool_id, numbered, now)
                state.committed_through = numbered.no
        state.heard_at = now
        return Ack(spool_id=state.spool_id, committed_through=state.committed_through)

    def _record(self, state: KioskState, spool_id: str, numbered: NumberedRecord, now: datetime) -> None:
        try:
            record = decode_record(numbered.record)
        except msgspec.DecodeError:
            # A known kind with broken fields: kept as it came, so that nothing after it waits for ever.
            log.error("record %d of %s is broken; kept as it came", numbered.no, state.kiosk_id)
            record = UnknownRecord(original={"kind": "broken", "bytes": len(bytes(numbered.record))})
        body = record.original if isinstance(record, UnknownRecord) else msgspec.to_builtins(record)
        kind = str(body.get("kind", "unknown"))[:40]
        Record.objects.create(
            kiosk_id=state.kiosk_id, spool_id=spool_id, no=numbered.no, kind=kind, body=body, received_at=now
        )
        if isinstance(record, PaymentOpened):
            self._intent(state.kiosk_id, record)

    def _intent(self, kiosk_id: str, record: PaymentOpened) -> None:
        notice = Notice.objects.filter(pk=record.notice_no).first()
        if notice is None:
            log.error("%s opened a payment for a notice that is not on record", kiosk_id)
            return
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
                "opened_at": record.opened_at,
            },
        )

    def _reply(self, _state: KioskState, _payload: bytes, _now: datetime) -> None:
        return None

    _keepers: dict[Channel, Callable[[Keeper, KioskState, bytes, datetime], Ack | None]] = {  # noqa: RUF012 - a table
        Channel.SESSION: _session,
        Channel.STATUS: _status,
        Channel.REPORTED: _reported,
        Channel.RECORDS: _records,
        Channel.REPLY: _reply,
    }
