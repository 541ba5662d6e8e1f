"""Reminders are sent, and what is known of each is kept.

Rules: a reminder's row stands in the database before anything leaves, and only one can stand there for a notice,
channel and day. Whoever is killed between sending and writing down leaves ``SENDING`` behind, which becomes ``MAYBE``
and is never sent again: told twice is worse than told once too few. A failure is tried again after longer and longer
pauses, then given up. One channel a reminder: the first of the office's list for which the factory has an address.
No address is logged, here or by the library (``LOGGING`` of the settings silences it).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from fleet.office.fees.models import Contact, LetterRun, Reminder
from fleet.office.fees.policies import policy_of
from fleet.office.fees.policy import Reminders
from fleet.office.fees.reminding import Matter, Sent, due_day, is_quiet, is_too_late, pause, window, words
from fleet.office.fees.runs import ask
from fleet.office.holidays.keeping import days_off
from fleet.office.models import Notice, Office

log = logging.getLogger(__name__)

SENDING_FOR = timedelta(minutes=10)
"""Longer than any mail server may take; who has not written the end down by then is dead."""

State = Reminder.State


@dataclass(frozen=True, slots=True)
class Carriers:
    """Apprise addresses by channel, with ``{to}`` where the factory's address goes. Secret: they hold passwords."""

    by_channel: dict[str, str]

    def send(self, channel: str, to: str, subject: str, text: str) -> bool:
        """Whether the carrier took it."""
        import apprise  # most of a second, for those who send

        carrier = apprise.Apprise()
        if not carrier.add(self.by_channel[channel].replace("{to}", quote(to, safe=""))):
            log.error("the address of the %s carrier is none that Apprise knows", channel)
            return False
        return bool(carrier.notify(title=subject, body=text))


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder to send now."""

    notice: Notice
    channel: str
    day: int


def due(office: Office, carriers: Carriers, now: datetime) -> Iterator[Due]:
    """What an office has to send, never more than its day has room for. ``now`` is local time."""
    policy = policy_of(office).reminders
    if not policy.days or not _may_disturb(office, policy, now):
        return
    today = now.date()
    room = policy.most_a_day - Reminder.objects.filter(notice__factory__office=office, begun_on=today).count()
    for notice in _candidates(office, policy, today):
        if room <= 0:
            return
        before = [Sent(each.day, each.begun_on) for each in notice.reminders.all()]
        day = due_day(policy, notice.due_on, today, before)
        channel = _channel(policy, notice, carriers) if day is not None else None
        if day is not None and channel is not None:
            room -= 1
            yield Due(notice, channel, day)


def _may_disturb(office: Office, policy: Reminders, now: datetime) -> bool:
    return policy.on and not is_quiet(policy, now, days_off(office.province_id))


def _candidates(office: Office, policy: Reminders, today: date) -> Iterator[Notice]:
    first, last = window(policy, today)
    notices = Notice.objects.select_related("factory__office", "yearly_fee").prefetch_related(
        "reminders", "factory__fee_contacts"
    )
    return notices.filter(
        factory__office=office,
        due_on__range=(first, last),
        paid_at__isnull=True,
        withdrawn_at__isnull=True,
        yearly_fee__isnull=False,
    ).iterator(200)


def _channel(policy: Reminders, notice: Notice, carriers: Carriers) -> str | None:
    reachable = {each.channel for each in notice.factory.fee_contacts.all()} & set(carriers.by_channel)
    return next((each for each in policy.channels if each == "letter" or each in reachable), None)


def begin(due_now: Due, now: datetime) -> Reminder | None:
    """Write down that a reminder is about to leave; None when somebody else has."""
    by_letter = due_now.channel == "letter"
    try:
        with transaction.atomic():
            return Reminder.objects.create(
                notice=due_now.notice,
                channel=due_now.channel,
                day=due_now.day,
                state=State.TO_PRINT if by_letter else State.SENDING,
                tries=0 if by_letter else 1,
                begun_on=timezone.localdate(now),
                sending_until=None if by_letter else now + SENDING_FOR,
                changed_at=now,
                amount_satang=due_now.notice.amount_satang,
            )
    except IntegrityError:
        return None


def begin_again(now: datetime) -> Iterator[Reminder]:
    """The failed ones whose pause is over, each written down as on its way again. ``now`` is local time.

    A try is held to the same hours and days as a first one, and too late it is given up.
    """
    ready = Reminder.objects.filter(state=State.WAITING, next_try_at__lte=now)
    for office in Office.objects.filter(factories__notices__reminders__in=ready).distinct().order_by("pk"):
        policy = policy_of(office).reminders
        if not _may_disturb(office, policy, now):
            continue
        for waiting in list(ready.filter(notice__factory__office=office).select_related("notice")):
            ours = ready.filter(pk=waiting.pk)
            if is_too_late(policy, waiting.notice.due_on, waiting.day, now.date()):
                ours.update(state=State.FAILED, changed_at=now)
            elif ours.update(
                state=State.SENDING, tries=F("tries") + 1, sending_until=now + SENDING_FOR, changed_at=now
            ):
                yield Reminder.objects.select_related("notice__factory__office", "notice__yearly_fee").get(
                    pk=waiting.pk
                )


def give_up_the_dead(now: datetime) -> int:
    """Those whose sender is dead: maybe sent, and never again. How many."""
    dead = Reminder.objects.filter(state=State.SENDING, sending_until__lt=now)
    return dead.update(state=State.MAYBE, changed_at=now)


def finish(reminder: Reminder, carriers: Carriers, now: Callable[[], datetime]) -> str:
    """Send what was begun, and write down what became of it; the state it is in then."""
    notice = Notice.objects.select_related("factory__office", "yearly_fee").get(pk=reminder.notice_id)
    contact = Contact.objects.filter(factory=notice.factory_id, channel=reminder.channel).first()
    if notice.paid_at or notice.withdrawn_at or contact is None or reminder.channel not in carriers.by_channel:
        return _end(reminder, State.FAILED, now())
    subject, text = words(_matter(notice), timezone.localdate(now()))
    if carriers.send(reminder.channel, contact.address, subject, text):
        return _end(reminder, State.SENT, now())
    wait = pause(reminder.tries)
    log.warning("reminder %d by %s did not leave, try %d", reminder.pk, reminder.channel, reminder.tries)
    if wait is None:
        return _end(reminder, State.FAILED, now())
    return _end(reminder, State.WAITING, now(), now() + wait)


def _end(reminder: Reminder, state: Reminder.State, at: datetime, next_try_at: datetime | None = None) -> str:
    ours = Reminder.objects.filter(pk=reminder.pk, state=State.SENDING, tries=reminder.tries)
    ours.update(state=state, changed_at=at, next_try_at=next_try_at, sending_until=None)
    return state.value


def _matter(notice: Notice) -> Matter:
    office, yearly = notice.factory.office, getattr(notice, "yearly_fee", None)
    return Matter(
        office_th=office.name_th,
        office_en=office.name_en,
        notice_no=notice.notice_no,
        item_th=notice.item_th,
        item_en=notice.item_en,
        amount_satang=notice.amount_satang,
        payable_by=notice.due_on,
        pay_by=yearly.holds_until if yearly else notice.due_on,
        reference=notice.reference,
        sample=notice.sample,
    )


def print_waiting(office: Office, by: User | None) -> LetterRun | None:
    """Ask for the letters of the reminders that go by letter, which then are sent; None when there is none to print."""
    with transaction.atomic():
        ours = Reminder.objects.select_for_update(of=("self",)).filter(notice__factory__office=office)
        waiting = ours.filter(state=State.TO_PRINT)
        keys = list(waiting.values_list("pk", flat=True))
        notices = Notice.objects.filter(reminders__in=keys).distinct().order_by("due_on", "pk")
        run = ask(office, notices, by, "reminders")
        settled = Reminder.objects.filter(pk__in=keys)
        settled.exclude(notice__paid_at=None, notice__withdrawn_at=None).update(
            state=State.FAILED, changed_at=timezone.now()
        )
        settled.filter(state=State.TO_PRINT).update(state=State.SENT, changed_at=timezone.now())
    return run


def send_all(carriers: Carriers, now: Callable[[], datetime], stop: Callable[[], bool]) -> int:
    """Send what is due in every office, then what failed before; how many were begun. ``now`` is local time."""
    give_up_the_dead(now())
    begun = 0
    for office in Office.objects.order_by("pk"):
        for each in due(office, carriers, now()):
            if stop():
                return begun
            reminder = begin(each, now())
            if reminder is not None:
                begun += 1
                if reminder.state == State.SENDING:
                    finish(reminder, carriers, now)
    for reminder in begin_again(now()):
        if stop():
            # Not sent, and it will be said so: the row goes back to wait.
            _end(reminder, State.WAITING, now(), now())
            return begun
        begun += 1
        finish(reminder, carriers, now)
    return begun
