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
from fleet.protocol.codes import Code, PresenceCode, TrackingCode
from fleet.protocol.thai import BANGKOK, BE_OFFSET
from kiosk.config import MachineConfig
from kiosk.disk_room import Room
from kiosk.folder_book import FolderBook
from kiosk.frontdesk.asking import SLIP, Asker, about_card, about_slip
from kiosk.frontdesk.console import Console
from kiosk.frontdesk.duties import PanelJob, PrintJob, ReadDeclared, declared
from kiosk.frontdesk.folders import FolderHands
from kiosk.frontdesk.printing import Printing
from kiosk.frontdesk.worker import DeviceWorker
from kiosk.frontdesk.writing import Stores, WritingHands, judge_slip
from kiosk.office.lookup import list_manuals, look_up_card, look_up_code
from kiosk.office.replica import Replica
from kiosk.paper_meter import PaperMeter
from kiosk.print_journal import PrintJournal
from kiosk.spool import Spool, SpoolFullError
from kiosk.telemetry import is_telemetry
from kiosk.visits.effects import (
    BeginVisit,
    DrawTransaction,
    Effect,
    EndVisit,
    FindManuals,
    HoldPaymentSlip,
    LookUpCard,
    LookUpCode,
    PrintCaseSlip,
    PrintPaymentSlip,
    ReadCard,
    RecordPayment,
    ShowLight,
)
from kiosk.visits.events import (
    Event,
    NotFound,
    Owed,
    PaymentNotRecorded,
    PaymentRecorded,
    SlipElsewhere,
    TransactionDrawn,
)
from kiosk.visits.fee_kinds import FeeDue
from kiosk.visits.folder_effects import FolderEffect
from kiosk.visits.folder_events import OfficerKnown
from kiosk.visits.services import FOLDER_DESK
from kiosk.visits.states import State, visitor_of
from kiosk.visits.writing_effects import CheckCard

log = logging.getLogger(__name__)

TOKEN_BYTES = 12
"""96 bits: not to be guessed, and short enough for a QR of version 3 (look.md, section 3)."""

UNWRITTEN_MAX = 1000
"""Records kept in memory while the disk is full; about a day of visits."""

NOTHING_CHOSEN = "none"
"""The service of a visit that ended before anything was chosen."""


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers that take jobs, and who asks the fleet."""

    card: DeviceWorker[Any, ReadDeclared]
    printer: DeviceWorker[Any, PrintJob]
    panel: DeviceWorker[Any, PanelJob]
    asker: Asker


@dataclass(frozen=True, slots=True)
class _Visit:
    visit_id: str
    began_at: datetime


class Effects:
    """Hands for the visit's effects. ``run`` gives the events that are answered at once."""

    def __init__(self, config: MachineConfig, workers: Workers, spool: Spool, replica: Replica, root: Path) -> None:
        """``root`` is where the kernel's files are found: "/" but in tests."""
        self.console, self.asker = Console(workers.panel, root), workers.asker
        self._kiosk_id, self._workers, self._spool, self._replica = config.kiosk_id, workers, spool, replica
        self._visit: _Visit | None = None
        self._unwritten: deque[tuple[records.KnownRecord, Callable[[], object] | None]] = deque()
        self.recorded: Callable[[], object] = lambda: None
        """Called when something new is in the spool."""
        meter = PaperMeter(spool, config.paper.roll_m)
        self.printing = Printing(config.kiosk_id, workers.printer, PrintJournal(spool), meter, self.record)
        self.writing = WritingHands(config.kiosk_id, Stores(spool, replica), self.printing, self)
        self._book = FolderBook(replica, spool)
        self._folders = FolderHands(self._book, spool, lambda: replica.office_id, self)

    def run(self, effect: Effect, state: State) -> tuple[Event, ...]:  # noqa: PLR0911, PLR0912 - one branch an effect
        """Carry out one effect of a step out of ``state``."""
        if isinstance(effect, FolderEffect):
            return self._folders.run(effect)
        match effect:
            case ReadCard(service=service, proves=proves):
                self._workers.card.submit(ReadDeclared(declared(service, proves=proves)))
            case CheckCard():
                self.asker.submit(about_card(effect))
            case LookUpCard():
                self.asker.forget(SLIP)
                return (self._look_up_card(effect),)
            case LookUpCode(code=PresenceCode() as slip):
                self.asker.forget(SLIP)
                return (judge_slip(self._replica, slip),)
            case LookUpCode(code=code, services=services):
                return self._look_up(code, services, state)
            case FindManuals():
                return (list_manuals(self._replica),)
            case PrintCaseSlip(facts=facts):
                self.printing.print_case(facts, state)
            case DrawTransaction():
                return self._draw_transaction()
            case RecordPayment():
                return self._record_payment(effect)
            case PrintPaymentSlip():
                return self.printing.print(effect, state)
            case HoldPaymentSlip():
                self.printing.hold(effect, state)
            case ShowLight(light=light, pattern=pattern):
                self.console.visit_shows(light, pattern)
            case BeginVisit():
                self._visit = _Visit(secrets.token_hex(8), datetime.now(UTC))
            case EndVisit():
                self._end_visit(effect, state)
            case _:
                return self.writing.run(effect, state.desk)
        return ()

    def _look_up_card(self, effect: LookUpCard) -> Event:
        """An officer's card opens the folder desk where that is asked first, or where there is nothing else for it."""
        asks_desk = FOLDER_DESK in effect.services
        officer = self._book.officer_with(effect.id_number) if asks_desk else None
        if officer is not None and effect.services[0] == FOLDER_DESK:
            return OfficerKnown(self._folders.here(officer))
        answer = look_up_card(self._replica, effect.id_number, effect.services)
        return OfficerKnown(self._folders.here(officer)) if officer and isinstance(answer, NotFound) else answer

    def _look_up(self, code: Code, services: tuple[str, ...], state: State) -> tuple[Event, ...]:
        """From the replica; a slip that it does not hold is asked of the fleet, whose answer comes later."""
        found = look_up_code(self._replica, code, services)
        if isinstance(found, SlipElsewhere) and isinstance(code, TrackingCode) and state.desk.online:
            self.asker.submit(about_slip(code.token))
            return ()
        self.asker.forget(SLIP)
        return (found,)

    # ---- payments

    def _draw_transaction(self) -> tuple[Event, ...]:
        if not self._can_record:
            log.error("no payment is offered: the disk has no room for what must be recorded of it")
            return (PaymentNotRecorded(),)
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
            notice_no=bill.chosen.notice.notice_no if isinstance(bill.chosen, Owed) else "",
            biller_id=bill.payment.biller_id,
            ref1=bill.payment.ref1,
            ref2=bill.payment.ref2 or "",
            amount_satang=bill.chosen.amount_satang,
            opened_at=datetime.now(UTC),
            visit_id=self.visit_id,
            fee=bill.chosen.kind.code if isinstance(bill.chosen, FeeDue) else "",
        )
        return (PaymentRecorded(),) if self.put(record) else (PaymentNotRecorded(),)

    # ---- what must be on record before it is said to be done

    def draw(self) -> TransactionDrawn | None:
        """A number and a token for something else than a payment."""
        drawn = self._draw_transaction()[0]
        return drawn if isinstance(drawn, TransactionDrawn) else None

    def put(self, record: records.KnownRecord, also: Callable[[], object] | None = None) -> bool:
        """Put ``record`` into the spool, in order, with what ``also`` changes there; False when it is not there."""
        self.write_unwritten()
        if self._unwritten:  # records stay in order: this one must not overtake those
            return False
        try:
            self._spool.append(record, also=also)
        except SpoolFullError as err:
            log.error("a %s cannot be recorded: %s", type(record).__name__, err)
            return False
        self.recorded()
        return True

    @property
    def visit_id(self) -> str:
        """Of the visit under way; empty between visits."""
        return self._visit.visit_id if self._visit else ""

    # ---- visits, records

    def _end_visit(self, effect: EndVisit, state: State) -> None:
        self.asker.forget()
        if self._visit is None:
            return
        self.record(
            records.VisitEnded(
                visit_id=self._visit.visit_id,
                service=visitor_of(state).service or NOTHING_CHOSEN,
                language=state.desk.language.value,
                started_at=self._visit.began_at,
                ended_at=datetime.now(UTC),
                outcome=effect.outcome.value,
            )
        )
        self._visit = None

    def record(self, record: records.KnownRecord, also: Callable[[], object] | None = None) -> None:
        """Put a record into the spool; while the disk is full it waits in memory, in order.

        ``also`` changes the spool's file in the same transaction.
        """
        if len(self._unwritten) == UNWRITTEN_MAX:
            log.error("one of %d waiting records is lost", UNWRITTEN_MAX)
            spare = next((i for i, (each, _) in enumerate(self._unwritten) if is_telemetry(each)), 0)
            del self._unwritten[spare]
        self._unwritten.append((record, also))
        self.write_unwritten()

    def write_unwritten(self) -> None:
        """Try again what could not be written."""
        while self._unwritten:
            try:
                record, also = self._unwritten[0]
                self._spool.append(record, also=also)
            except SpoolFullError as err:
                log.error("%d records wait for the disk: %s", len(self._unwritten), err)
                return
            self._unwritten.popleft()
            self.recorded()

    def look_at_disk(self) -> bool:
        """Have the spool use what room has come back; whether a payment could be recorded now."""
        try:
            self._spool.look_after()
        except SpoolFullError as err:
            log.error("spool not looked after: %s", err)
        self._folders.look_after()
        return self._can_record

    @property
    def _can_record(self) -> bool:
        """Whether the disk has room for a payment and all that follows it."""
        return self._spool.room is not Room.LAST and not self._unwritten

    @property
    def in_visit(self) -> bool:
        """Whether somebody is here."""
        return self._visit is not None
