"""The desk's hand on the printer: journals a slip, has it printed, records how that ended, and tries again.

Runs on the main thread; the paper itself is the printer worker's. Rules: journalled, then sent, then recorded. An
attempt that failed is on record at once and its slip is held: as soon as the printer is well it comes out, marked as
a reprint, unless it is too old or has failed too often (``kiosk.print_journal``). So is a slip that was wanted while
there was no paper, but for the mark. That is a payment's slip; those of other services are printed while their visitor
stands there, or not at all (``kiosk/slips/decisions/0002-slips-that-are-not-held.md``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from fleet.protocol import records
from fleet.protocol.codes import tracking_url
from fleet.protocol.factory import parse_factory_number
from fleet.protocol.messages import DeviceState
from fleet.protocol.settings import KioskSettings
from fleet.protocol.thai import BANGKOK
from kiosk.frontdesk.duties import LAYOUT_FAILED, PrintJob, SlipDone
from kiosk.frontdesk.worker import DeviceWorker
from kiosk.notes import NEW_ROLL
from kiosk.paper_meter import PaperMeter
from kiosk.print_journal import PRINTED_AGAIN_FOR, Job, PrintJournal
from kiosk.slips.case_words import case_slip
from kiosk.slips.letterhead import Letterhead
from kiosk.slips.payment_slip import PaymentSlip, render
from kiosk.slips.presence_slip import PresenceSlip
from kiosk.slips.registration_slip import RegistrationSlip
from kiosk.slips.service_slip import ServiceSlip, render_service
from kiosk.slips.ticket_slip import TicketSlip
from kiosk.slips.trial_slip import TrialSlip, render_trial
from kiosk.spool import SpoolFullError
from kiosk.visits.desk import Device, Language
from kiosk.visits.effects import HoldPaymentSlip, PrintPaymentSlip
from kiosk.visits.events import CaseFacts, Due, Event, SlipBegun, SlipFailed, SlipPrinted
from kiosk.visits.fee_kinds import FeeDue
from kiosk.visits.states import State

log = logging.getLogger(__name__)

INTERRUPTED = "interrupted"
"""Why a slip is not known to be out when the process, or the power, ended while it was under way."""

RETRY_AFTER_S = 3.0
"""How long after a failed attempt the next may come: the printer is asked once a second, so by then its fault is known
if it is still there, and nothing is tried in vain."""


class Recorder(Protocol):
    """Keeps records, in order; while the disk is full it holds them back."""

    def __call__(self, record: records.KnownRecord, also: Callable[[], object] | None = None) -> None:
        """Keep ``record``; ``also`` changes the spool's file in the same transaction."""


class Printing:
    """Slips of one desk."""

    def __init__(
        self, kiosk_id: str, worker: DeviceWorker[Any, PrintJob], journal: PrintJournal, meter: PaperMeter,
        record: Recorder,
    ) -> None:  # fmt: skip
        self._kiosk_id, self._worker, self._journal, self._record = kiosk_id, worker, journal, record
        self.meter = meter
        self._under_way: dict[int, Job] = {}
        self._held: dict[int, Job] = {}
        self._retry_at_s = 0.0
        self._last: tuple[PaymentSlip, datetime] | None = None
        self._unkept = 0  # slips of services on their way to the paper
        self._last_number = ""  # of those, of which any may be on paper

    def resume(self) -> None:
        """Put on record, and hold, what was under way when the process before this one ended."""
        for job in self._journal.jobs():
            if not job.held:
                self._failed(job, INTERRUPTED)
            self._held[job.job_no] = replace(job, held=True)
        self.forget_old()

    # ---- what the visit wants

    def print(self, effect: PrintPaymentSlip, state: State) -> tuple[Event, ...]:
        """Have the slip of a payment printed; an event only when there is nothing to print."""
        slip = self._made(effect, state)
        if slip is None:
            return (SlipFailed(effect.bill.transaction_no, LAYOUT_FAILED),)
        self.print_slip(slip)
        return ()

    def hold(self, effect: HoldPaymentSlip, state: State) -> None:
        """Keep the slip of a payment until the printer is well; that it was not printed is on record at once."""
        slip, now = self._made(effect.slip, state), datetime.now(UTC)
        if slip is None or any(self._comes_by_itself(job, slip, now) for job in self._jobs()):
            return
        try:
            job = self._journal.hold(slip, now)
        except SpoolFullError as err:
            log.error("a slip without paper is not kept: %s", err)
        else:
            self._replace_held(job)
            self._held[job.job_no] = job
        reason = effect.because.value
        self._record(records.SlipFailed(transaction_no=slip.transaction_no, reason=reason, failed_at=now))

    def _made(self, effect: PrintPaymentSlip, state: State) -> PaymentSlip | None:
        """What the slip says; None, and that is on record, when the notice makes none."""
        settings = state.desk.settings
        assert settings is not None  # noqa: S101 - nobody pays before there are settings; narrows the type
        number, now = effect.bill.transaction_no, datetime.now(BANGKOK)
        try:
            return _payment_slip(effect, settings, self._kiosk_id, now, english=state.desk.language is Language.EN)
        except ValueError as err:  # the notice's fault, and the payment stands
            log.error("the slip of %s cannot be made: %s", number, err)
            self._record(records.SlipFailed(transaction_no=number, reason=LAYOUT_FAILED, failed_at=datetime.now(UTC)))
            return None

    def _jobs(self) -> tuple[Job, ...]:
        return (*self._under_way.values(), *self._held.values())

    def _comes_by_itself(self, job: Job, slip: PaymentSlip, now: datetime) -> bool:
        return job.is_same_paper_as(slip) and (not job.held or job.may_be_tried(now))

    def print_slip(self, slip: PaymentSlip) -> None:
        """Have ``slip`` printed, unless it is on its way by itself already: then that one's end will be heard."""
        if not any(job.is_same_paper_as(slip) for job in self._under_way.values()):
            self._send(self._begin(slip), slip)

    def print_last_again(self) -> bool:
        """Print the last slip once more, marked as a reprint; False when there is none, or none any more.

        One that did not come out is kept in the journal for a day, and goes first; one that did, in memory, and for as
        long as a failed one would be printed by itself: later its owner is gone.
        """
        if self._held and not self._under_way:
            return self._send_again(self._held[max(self._held)])
        if self._last is None or datetime.now(UTC) - self._last[1] > PRINTED_AGAIN_FOR:
            return False
        self.print_slip(replace(self._last[0], reprint=True))
        return True

    def print_case(self, facts: CaseFacts, state: State) -> None:
        """Print the slip that follows a case."""
        settings, now = state.desk.settings, datetime.now(BANGKOK)
        assert settings is not None  # noqa: S101 - as in ``_made``
        head = letterhead(settings, self._kiosk_id, now, state.desk.language, sample=facts.case.sample)
        url = tracking_url(settings.tracking_address, facts.case.tracking_token)
        self.print_service(facts.case.case_no, case_slip(facts.case, facts.factory, head, url, now.date()))

    def print_service(self, number: str, slip: ServiceSlip) -> None:
        """Have the slip of a service printed, once: SlipPrinted or SlipFailed says under ``number`` how that ended.

        One that is asked for again is marked as a reprint, where a second one must be told from the first.
        """
        if isinstance(slip, PresenceSlip | RegistrationSlip | TicketSlip) and number == self._last_number:
            slip = replace(slip, letterhead=replace(slip.letterhead, reprint=True))
        self._last_number = number
        self._unkept += 1
        self._worker.submit(
            PrintJob(
                transaction_no=number,
                confirmed=False,
                reprint=slip.letterhead.reprint,
                lay_out=lambda width_px, draws_codes: render_service(slip, width_px, draws_codes=draws_codes),
                of_service=True,
            )
        )

    def print_trial(self, command_id: str, slip: TrialSlip) -> None:
        """Print the slip that shows how well the printer prints; its ``SlipDone`` names the command."""
        self._worker.submit(
            PrintJob(
                transaction_no="",
                confirmed=False,
                reprint=False,
                lay_out=lambda width_px, draws_codes: render_trial(slip, width_px, draws_codes=draws_codes),
                command_id=command_id,
            )
        )

    def _begin(self, slip: PaymentSlip) -> Job | None:
        try:
            job = self._journal.begin(slip, datetime.now(UTC))
        except SpoolFullError as err:  # paid for: it is printed, and only a crash on top of this could lose it
            log.error("a slip is printed that is not in the journal: %s", err)
            return None
        self._replace_held(job)
        return job

    def _replace_held(self, job: Job) -> None:
        """What was held of the same payment gives way to ``job``, as it does in the journal."""
        number = job.slip.transaction_no
        self._held = {no: held for no, held in self._held.items() if held.slip.transaction_no != number}

    def _send(self, job: Job | None, slip: PaymentSlip) -> None:
        if job is not None:
            slip = job.slip
            self._under_way[job.job_no] = job
        self._worker.submit(
            PrintJob(
                transaction_no=slip.transaction_no,
                confirmed=slip.confirmed_at is not None,
                reprint=slip.reprint,
                lay_out=lambda width_px, draws_codes: render(slip, width_px, draws_codes=draws_codes),
                job_no=job.job_no if job is not None else None,
            )
        )

    # ---- what the printer says

    def done(self, done: SlipDone, now_s: float) -> Event:
        """Record how an attempt ended at ``now_s`` (monotonic); the event says it to the visit."""
        sent = done.job
        self._unkept -= sent.of_service
        job = self._under_way.pop(sent.job_no, None) if sent.job_no is not None else None
        count = None if done.failure else self.meter.printed(done.length_mm, datetime.now(UTC), done.cuts)

        def settle() -> None:
            if job is not None:
                self._journal.settled(job.job_no)
            if count is not None:
                count()

        if done.failure is None:
            if job is not None:
                self._last = (job.slip, datetime.now(UTC))
            self._record(
                records.SlipPrinted(
                    transaction_no=sent.transaction_no,
                    confirmed=sent.confirmed,
                    length_mm=done.length_mm,
                    printed_at=datetime.now(UTC),
                    reprint=sent.reprint,
                ),
                settle,
            )
            return SlipPrinted(sent.transaction_no)
        if job is None or done.failure == LAYOUT_FAILED:  # the latter would fail again
            now = datetime.now(UTC)
            failed = records.SlipFailed(transaction_no=sent.transaction_no, reason=done.failure, failed_at=now)
            self._record(failed, settle)
        else:
            self._failed(job, done.failure)
            self._held[job.job_no] = replace(job, held=True)
            self._retry_at_s = now_s + RETRY_AFTER_S
        return SlipFailed(sent.transaction_no, done.failure)

    def _failed(self, job: Job, reason: str) -> None:
        """The attempt is on record, and its slip held, in one transaction."""
        failed = records.SlipFailed(transaction_no=job.slip.transaction_no, reason=reason, failed_at=datetime.now(UTC))
        self._record(failed, lambda: self._journal.held(job))

    @property
    def is_busy(self) -> bool:
        """Whether a slip is on its way to the paper."""
        return bool(self._under_way) or self._unkept > 0

    @property
    def is_done(self) -> bool:
        """Whether no slip is on its way, nor waits for the printer to come out by itself."""
        return not self.is_busy and not self._due()

    def _due(self) -> list[Job]:
        now = datetime.now(UTC)
        return [job for _, job in sorted(self._held.items()) if job.may_be_tried(now)]

    def try_again(self, now_s: float) -> tuple[Event, ...]:
        """Print what is held, now that the printer is well; the event says it to the visit. ``now_s`` is monotonic."""
        if not self._held or self._under_way or now_s < self._retry_at_s or not (due := self._due()):
            return ()
        self._retry_at_s = now_s + RETRY_AFTER_S
        return (SlipBegun(due[0].slip.transaction_no),) if self._send_again(due[0]) else ()

    def _send_again(self, job: Job) -> bool:
        try:
            again = self._journal.again(job, datetime.now(UTC))
        except SpoolFullError as err:
            log.error("a slip waits for the disk: %s", err)
            return False
        log.info("the slip of %s is printed again, attempt %d", again.slip.transaction_no, again.attempts)
        del self._held[job.job_no]
        self._send(again, again.slip)
        return True

    def put_in_new_roll(self, state: DeviceState) -> None:
        """Somebody says that a new roll is in: counted from here, and on record, whatever the printer's ``state``."""
        said = records.DeviceChanged(
            device=Device.PRINTER.value, state=state.value, detail=NEW_ROLL, changed_at=datetime.now(UTC)
        )
        self._record(said, self.meter.put_in())

    def forget_old(self) -> None:
        """Let go of slips that nobody may have printed any more."""
        now = datetime.now(UTC)
        self._held = {no: job for no, job in self._held.items() if job.is_kept(now)}
        try:
            self._journal.forget(now)
        except SpoolFullError as err:
            log.error("slips that are given up stay in the journal: %s", err)


def letterhead(
    settings: KioskSettings, kiosk_id: str, printed_at: datetime, language: Language, *, sample: bool
) -> Letterhead:
    """What every slip of this office bears. ``sample``: what it is about is sample data."""
    return Letterhead(
        sample=settings.sample or sample,
        office_name=settings.office_name.th,
        kiosk_name=kiosk_id,
        contact=settings.contact.en if language is Language.EN else settings.contact.th,
        printed_at=printed_at,
        is_english=language is Language.EN,
    )


def _payment_slip(
    effect: PrintPaymentSlip, settings: KioskSettings, kiosk_id: str, printed_at: datetime, *, english: bool
) -> PaymentSlip:
    """What the slip says; ValueError, without a person's data, when the notice makes none."""
    bill, about = effect.bill, _about(effect.bill.chosen)
    confirmed_at = effect.confirmed_at.astimezone(BANGKOK) if effect.confirmed_at else None
    return PaymentSlip(
        sample=settings.sample or bill.chosen.is_sample,
        office_name=settings.office_name.th,
        transaction_no=bill.transaction_no,
        printed_at=printed_at,
        item=about.item,
        factory_name=about.factory_name,
        factory_no=about.factory_no,
        payee_name=about.payee_name,
        payer_masked=effect.payer_masked,
        lines=about.lines,
        amount_satang=bill.chosen.amount_satang,
        ref1=bill.payment.ref1,
        ref2=bill.payment.ref2 or "",
        tracking_url=f"{settings.tracking_address}/t/{bill.tracking_token}",
        confirmed_at=confirmed_at,
        contact=settings.contact.th,
        kiosk_name=kiosk_id,
        reprint=effect.reprint,
        is_english=english,
    )


@dataclass(frozen=True, slots=True)
class _About:
    """What a slip says of that which was paid."""

    item: str
    factory_name: str = ""
    factory_no: str = ""
    payee_name: str = ""
    lines: tuple[tuple[str, int], ...] = ()


def _about(due: Due) -> _About:
    if isinstance(due, FeeDue):
        return _About(due.kind.fee.name.th, payee_name=due.kind.payee.name.th)
    lines = tuple((line.label_th, line.amount_satang) for line in due.notice.lines)
    return _About(due.notice.item_th, due.factory.name_th, _readable(due.factory.factory_no), lines=lines)


def _readable(factory_no: str) -> str:
    """The number with its hyphens; one that is none as it stands on record."""
    try:
        return str(parse_factory_number(factory_no))
    except ValueError:
        return factory_no
