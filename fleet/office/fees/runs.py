"""Letters by the thousand: a run is cut into parts, and whoever has time prints the next.

Rules: a part is claimed in the database before it is printed, for a few minutes; who is killed loses the claim and
nothing else. A part is whole when its PDF stands in its row, in one statement. What is printed is what is owed at that
time: a notice paid or withdrawn meanwhile is left out. Parts that fail three times are given up and say so.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from fleet.office.fees.letter import Letter, Line
from fleet.office.fees.models import LetterPart, LetterRun
from fleet.office.fees.policies import policy_of
from fleet.office.fees.policy import LetterWords
from fleet.office.fees.printing import LETTERS_A_FILE, pdf
from fleet.office.models import Notice, Office
from fleet.protocol.payment import BillPayment
from fleet.protocol.thai import be_yymmdd

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=3)
"""A part takes about ten seconds; on a machine that is ten times as slow it is done within its claim."""

TRIES_MAX = 3
KEPT = timedelta(days=7)
"""PDFs hold names; after a week they are forgotten. The letters can be printed anew."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid at an office, as its settings say."""

    name_th: str
    biller_id: str
    sample: bool


PayeeOf = Callable[[Office], Payee | None]
"""None: the settings name no payee an account could be paid into, or none whose account is signed."""


def ask(office: Office, notices: QuerySet[Notice], by: User | None, of_what: str = "") -> LetterRun | None:
    """Ask for the letters of some notices, in the order given; None when there is none of them to pay."""
    owed = notices.filter(paid_at__isnull=True, withdrawn_at__isnull=True, factory__office=office)
    numbers = list(owed.values_list("pk", flat=True))
    if not numbers:
        return None
    with transaction.atomic():
        run = LetterRun.objects.create(
            office=office, asked_by=by, asked_at=timezone.now(), of_what=of_what[:120], total=len(numbers)
        )
        parts = [numbers[begin : begin + LETTERS_A_FILE] for begin in range(0, len(numbers), LETTERS_A_FILE)]
        LetterPart.objects.bulk_create(
            LetterPart(run=run, number=number, notice_nos=some, count=len(some))
            for number, some in enumerate(parts, start=1)
        )
    return run


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``given_up``: letters of parts that failed too often."""

    run: LetterRun
    done: int
    given_up: int
    pages: int

    @property
    def is_over(self) -> bool:
        """Whether nothing will be printed any more."""
        return self.done + self.given_up >= self.run.total

    @property
    def percent(self) -> int:
        """Of its letters, printed."""
        return 100 * self.done // max(1, self.run.total)


def progress_of(run: LetterRun) -> Progress:
    """How far a run is."""
    return progress_of_all([run])[0]


def progress_of_all(runs: Sequence[LetterRun]) -> list[Progress]:
    """How far each of some runs is, in their order."""
    sums = (
        LetterPart.objects.filter(run__in=runs)
        .order_by()
        .values_list("run")
        .annotate(
            done=Sum("count", filter=Q(done_at__isnull=False), default=0),
            given_up=Sum(
                "count", filter=Q(done_at__isnull=True, tries__gte=TRIES_MAX) & ~_held(timezone.now()), default=0
            ),
            pages=Sum("pages", default=0),
        )
    )
    found = {run: counted for run, *counted in sums}
    return [Progress(each, *found.get(each.pk, (0, 0, 0))) for each in runs]


class PartState(StrEnum):
    """How far a file of letters is. ``GIVEN_UP``: it failed too often."""

    WAITING = "waiting"
    PRINTING = "printing"
    DONE = "done"
    GIVEN_UP = "given-up"


def state_of(part: LetterPart, now: datetime) -> PartState:
    """How far a file is. One whose claim has run out waits for the next to print it."""
    if part.done_at is not None:
        return PartState.DONE
    if part.claimed_until is not None and part.claimed_until > now:
        return PartState.PRINTING
    return PartState.GIVEN_UP if part.tries >= TRIES_MAX else PartState.WAITING


def _held(now: datetime) -> Q:
    return Q(claimed_until__gt=now)


def waiting(now: datetime) -> QuerySet[LetterPart]:
    """Parts that somebody should print."""
    return LetterPart.objects.filter(done_at__isnull=True, tries__lt=TRIES_MAX).exclude(_held(now))


def claim(now: datetime, run: LetterRun | None = None) -> LetterPart | None:
    """The next part, ours from now on; None when there is none."""
    me = secrets.token_hex(8)
    parts = waiting(now) if run is None else waiting(now).filter(run=run)
    while (pk := parts.order_by("run_id", "number").values_list("pk", flat=True).first()) is not None:
        ours = waiting(now).filter(pk=pk).update(claimed_by=me, claimed_until=now + CLAIM, tries=F("tries") + 1)
        if ours:
            return LetterPart.objects.select_related("run__office").get(pk=pk)
    return None


def print_part(part: LetterPart, payee_of: PayeeOf, today: date) -> bool:
    """Print a claimed part; False when its claim ran out meanwhile, and somebody else does it.

    Raises: NoPayeeError.
    """
    letters = letters_of(part.run.office, part.notice_nos, payee_of, today)
    printed = pdf(letters) if letters else b""
    mine = LetterPart.objects.filter(pk=part.pk, claimed_by=part.claimed_by, done_at__isnull=True)
    return bool(mine.update(pdf=printed, pages=len(letters), done_at=timezone.now(), claimed_until=None))


class NoPayeeError(LookupError):
    """The office's settings name no payee, or one that nobody signed: a letter has nobody to be paid to. Fill the
    settings in, or have the account signed (``fleet trust``)."""


def letters_of(office: Office, notice_nos: Sequence[str], payee_of: PayeeOf, today: date) -> list[Letter]:
    """The letters of those of the notices that are still to be paid, in their order.

    Raises: NoPayeeError.
    """
    payee = payee_of(office)
    if payee is None:
        raise NoPayeeError(office.pk)
    words = policy_of(office).letter
    rows = Notice.objects.select_related("factory", "yearly_fee").filter(
        pk__in=notice_nos, factory__office=office, paid_at__isnull=True, withdrawn_at__isnull=True
    )
    found = {each.pk: each for each in rows}
    return [_letter(office, words, payee, found[no], today) for no in notice_nos if no in found]


def _letter(office: Office, words: LetterWords, payee: Payee, notice: Notice, today: date) -> Letter:
    yearly = getattr(notice, "yearly_fee", None)
    pay_by = yearly.holds_until if yearly else notice.due_on
    return Letter(
        office_th=office.name_th,
        words=words,
        on=today,
        notice_no=notice.notice_no,
        item_th=notice.item_th,
        factory_th=notice.factory.name_th,
        operator_th=notice.factory.operator_th,
        factory_no=notice.factory_id,
        kind=notice.factory.kind,
        lines=tuple(Line(line["label_th"], line["amount_satang"]) for line in notice.lines),
        due_on=notice.due_on,
        pay_by=pay_by,
        payee_th=payee.name_th,
        # The second reference is the day until which the amount is right: who looks into an odd payment sees at once
        # by which letter it was made.
        bill=BillPayment(payee.biller_id, notice.reference, be_yymmdd(pay_by or today), notice.amount_satang),
        sample=notice.sample or payee.sample,
    )


def work(payee_of: PayeeOf, today: Callable[[], date], stop: Callable[[], bool], run: LetterRun | None = None) -> int:
    """Print parts until there are none, or until told to stop; how many were printed."""
    printed = 0
    while not stop() and (part := claim(timezone.now(), run)) is not None:
        try:
            printed += print_part(part, payee_of, today())
        except NoPayeeError:
            log.error("letters of %s: its settings name no payee that may be paid", part.run.office_id)
            LetterPart.objects.filter(run=part.run, done_at__isnull=True).update(tries=TRIES_MAX, claimed_until=None)
    return printed


def forget_old(now: datetime) -> int:
    """Forget the PDFs of a week ago; how many."""
    old = LetterPart.objects.filter(pdf__isnull=False, done_at__lt=now - KEPT)
    return old.update(pdf=None)


def parts_of(run: LetterRun) -> QuerySet[LetterPart]:
    """A run's parts without their PDFs."""
    return LetterPart.objects.filter(run=run).defer("pdf").annotate(held=Count("pk", filter=Q(pdf__isnull=False)))
