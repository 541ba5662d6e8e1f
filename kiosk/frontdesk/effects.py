"""Carries effects out: the only hands of the visit. Answers come back as events, at once or through the inbox.

Runs on the main thread; what takes longer than a look into the replica is a job of a device's worker.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fleet.protocol import records
from fleet.protocol.factory import parse_factory_number
from fleet.protocol.settings import KioskSettings
from fleet.protocol.thai import BANGKOK, BE_OFFSET
from kiosk.frontdesk.console import Console
from kiosk.frontdesk.duties import PanelJob, PrintJob, ReadDeclared, SlipDone
from kiosk.frontdesk.worker import DeviceWorker
from kiosk.office.lookup import look_up_card, look_up_code
from kiosk.office.replica import Replica
from kiosk.slips.payment_slip import PaymentSlip, render
from kiosk.spool import Spool, SpoolFullError
from kiosk.visits.desk import Language
from kiosk.visits.effects import (
    BeginVisit,
    DrawTransaction,
    Effect,
    EndVisit,
    LookUpCard,
    LookUpCode,
    PrintPaymentSlip,
    ReadCard,
    RecordPayment,
    ShowLight,
)
from kiosk.visits.events import (
    Event,
    PaymentNotRecorded,
    PaymentRecorded,
    SlipFailed,
    SlipPrinted,
    TransactionDrawn,
)
from kiosk.visits.states import State

log = logging.getLogger(__name__)

TOKEN_BYTES = 12
"""96 bits: not to be guessed, and short enough for a QR of version 3 (look.md, section 3)."""

UNWRITTEN_MAX = 1000
"""Records kept in memory while the disk is full; about a day of visits."""


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers that take jobs."""

    card: DeviceWorker[Any, ReadDeclared]
    printer: DeviceWorker[Any, PrintJob]
    panel: DeviceWorker[Any, PanelJob]


@dataclass(frozen=True, slots=True)
class _Visit:
    visit_id: str
    service: str
    began_at: datetime


class Effects:
    """Hands for the visit's effects. ``run`` gives the events that are answered at once."""

    def __init__(self, kiosk_id: str, workers: Workers, spool: Spool, replica: Replica, root: Path) -> None:
        """``root`` is where the kernel's files are found: "/" but in tests."""
        self.console = Console(workers.panel, root)
        self._kiosk_id, self._workers, self._spool, self._replica = kiosk_id, workers, spool, replica
        self._visit: _Visit | None = None
        self._unwritten: deque[records.KnownRecord] = deque(maxlen=UNWRITTEN_MAX)
        self.recorded: Callable[[], object] = lambda: None
        """Called when something new is in the spool."""

    def run(self, effect: Effect, state: State) -> tuple[Event, ...]:
        """Carry out one effect of a step out of ``state``."""
        match effect:
            case ReadCard():
                self._workers.card.submit(ReadDeclared())
            case LookUpCard(id_number=id_number):
                return (look_up_card(self._replica, id_number),)
            case LookUpCode(code=code):
                return (look_up_code(self._replica, code),)
            case DrawTransaction():
                return self._draw_transaction()
            case RecordPayment():
                return self._record_payment(effect)
            case PrintPaymentSlip():
                self._print(effect, state)
            case ShowLight(light=light, pattern=pattern):
                self.console.visit_shows(light, pattern)
            case BeginVisit(service=service):
                self._visit = _Visit(secrets.token_hex(8), service, datetime.now(UTC))
            case EndVisit():
                self._end_visit(effect, state)
        return ()

    # ---- payments

    def _draw_transaction(self) -> tuple[Event, ...]:
        try:
            sequence = self._spool.next_transaction_seq()
        except SpoolFullError as err:
            log.error("no transaction number: %s", err)
            return (PaymentNotRecorded(),)
        be_year = (datetime.now(BANGKOK).year + BE_OFFSET) % 100
        number = f"{self._kiosk_id.replace('-', '')}-{be_year:02d}{sequence:07d}"
        return (TransactionDrawn(number, secrets.token_urlsafe(TOKEN_BYTES)),)

    def _record_payment(self, effect: RecordPayment) -> tuple[Event, ...]:
        bill = effect.bill
        record = records.PaymentOpened(
            transaction_no=bill.transaction_no,
            tracking_token=bill.tracking_token,
            notice_no=bill.chosen.notice.notice_no,
            biller_id=bill.payment.biller_id,
            ref1=bill.payment.ref1,
            ref2=bill.payment.ref2 or "",
            amount_satang=bill.chosen.notice.amount_satang,
            opened_at=datetime.now(UTC),
            visit_id=self._visit.visit_id if self._visit else "",
        )
        self.write_unwritten()
        if self._unwritten:  # records stay in order: this one must not overtake those
            return (PaymentNotRecorded(),)
        try:
            self._spool.append(record)
        except SpoolFullError as err:
            log.error("payment not offered, it cannot be recorded: %s", err)
            return (PaymentNotRecorded(),)
        self.recorded()
        return (PaymentRecorded(),)

    # ---- slips

    def _print(self, effect: PrintPaymentSlip, state: State) -> None:
        settings = state.desk.settings
        assert settings is not None  # noqa: S101 - nobody pays before there are settings; narrows the type
        printed_at, english = datetime.now(BANGKOK), state.desk.language is Language.EN
        self._workers.printer.submit(
            PrintJob(
                transaction_no=effect.bill.transaction_no,
                confirmed=effect.confirmed_at is not None,
                reprint=effect.reprint,
                lay_out=lambda width_px: render(
                    _payment_slip(effect, settings, self._kiosk_id, printed_at, english=english), width_px
                ),
            )
        )

    def slip_done(self, done: SlipDone) -> Event:
        """Record how a slip ended; the event says it to the visit."""
        job, now = done.job, datetime.now(UTC)
        if done.failure is not None:
            self.record(records.SlipFailed(transaction_no=job.transaction_no, reason=done.failure, failed_at=now))
            return SlipFailed(job.transaction_no, done.failure)
        self.record(
            records.SlipPrinted(
                transaction_no=job.transaction_no,
                confirmed=job.confirmed,
                length_mm=done.length_mm,
                printed_at=now,
                reprint=job.reprint,
            )
        )
        return SlipPrinted(job.transaction_no)

    # ---- visits, records

    def _end_visit(self, effect: EndVisit, state: State) -> None:
        if self._visit is None:
            return
        self.record(
            records.VisitEnded(
                visit_id=self._visit.visit_id,
                service=self._visit.service,
                language=state.desk.language.value,
                started_at=self._visit.began_at,
                ended_at=datetime.now(UTC),
                outcome=effect.outcome.value,
            )
        )
        self._visit = None

    def record(self, record: records.KnownRecord) -> None:
        """Put a record into the spool; while the disk is full it waits in memory, in order."""
        if len(self._unwritten) == UNWRITTEN_MAX:
            log.error("the oldest of %d waiting records is lost", UNWRITTEN_MAX)
        self._unwritten.append(record)
        self.write_unwritten()

    def write_unwritten(self) -> None:
        """Try again what could not be written."""
        while self._unwritten:
            try:
                self._spool.append(self._unwritten[0])
            except SpoolFullError as err:
                log.error("%d records wait for the disk: %s", len(self._unwritten), err)
                return
            self._unwritten.popleft()
            self.recorded()

    @property
    def in_visit(self) -> bool:
        """Whether somebody is here."""
        return self._visit is not None


def _payment_slip(
    effect: PrintPaymentSlip, settings: KioskSettings, kiosk_id: str, printed_at: datetime, *, english: bool
) -> PaymentSlip:
    """What the slip says; ValueError, without a person's data, when the notice makes none."""
    bill = effect.bill
    notice, factory = bill.chosen.notice, bill.chosen.factory
    confirmed_at = effect.confirmed_at.astimezone(BANGKOK) if effect.confirmed_at else None
    return PaymentSlip(
        sample=settings.sample or notice.sample,
        office_name=settings.office_name.th,
        transaction_no=bill.transaction_no,
        printed_at=printed_at,
        item=notice.item_th,
        factory_name=factory.name_th,
        factory_no=_readable(factory.factory_no),
        payer_masked=effect.payer_masked,
        lines=tuple((line.label_th, line.amount_satang) for line in notice.lines),
        amount_satang=notice.amount_satang,
        ref1=bill.payment.ref1,
        ref2=bill.payment.ref2 or "",
        tracking_url=f"{settings.tracking_address}/t/{bill.tracking_token}",
        confirmed_at=confirmed_at,
        contact=settings.contact.th,
        kiosk_name=kiosk_id,
        reprint=effect.reprint,
        is_english=english,
    )


def _readable(factory_no: str) -> str:
    """The number with its hyphens; one that is none as it stands on record."""
    try:
        return str(parse_factory_number(factory_no))
    except ValueError:
        return factory_no
