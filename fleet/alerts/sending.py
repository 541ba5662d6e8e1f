"""What waits to be told leaves: to each person by their addresses in order, never more than the hour has room for; of
calls at once, beside that, never more than ``limiting.CALLS_MOST``.

Rules: a try stands in the database before it leaves, and counts; whoever is killed between leaving and writing that
down leaves a letter that is tried again under the same key: told at least once, and who receives it can tell. What
somebody may see is asked again at every try: of an alert that is not theirs any more nothing leaves. A failure is tried
again by the next address after longer and longer pauses, then given up, visibly. No address is logged.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from fleet.alerts.deeds import is_allowed
from fleet.alerts.letters import RESET, machine_body, text_of
from fleet.alerts.limiting import HOUR, Plan, Waiting, next_letter
from fleet.alerts.models import Address, Alert, Attempt, Channel, Duty, Letter, Message
from fleet.alerts.policies import in_force
from fleet.alerts.reaching import hearing
from fleet.alerts.telling import seen
from fleet.people.scope import scope_of
from fleet.webhooks.posting import place_of
from fleet.webhooks.sending import send

log = logging.getLogger(__name__)

SENDING_FOR = timedelta(minutes=5)
"""Longer than any mail server or webhook may take; who has not written the end down by then is dead."""

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""After each failed try; after the last it is given up."""

OPEN_LISTED = 200
State = Letter.State


@dataclass(frozen=True, slots=True)
class Carriers:
    """Apprise addresses by channel, with ``{to}`` where the person's goes. Secret: they hold passwords. ``address``: of
    the pages, for links."""

    by_channel: dict[str, str]
    address: str

    def can(self, channel: str) -> bool:
        """Whether anything goes by this channel here."""
        return channel == Channel.WEBHOOK or channel in self.by_channel

    def send(self, to: Address, letter: Letter, messages: list[Message], now: datetime) -> str:
        """Hand a letter over; a word for why it was not taken, empty when it was."""
        is_digest = any(each.alert is None and each.what != RESET for each in messages)
        open_now = _open_for(letter.person) if is_digest else []
        if to.channel == Channel.WEBHOOK:
            return self._post(to, letter.key, machine_body(letter, messages, open_now, self.address), now)
        import apprise  # most of a second, for those who send

        carrier = apprise.Apprise()
        if not carrier.add(self.by_channel[to.channel].replace("{to}", quote(to.address, safe=""))):
            return "no carrier"
        text = text_of(messages, open_now, self.address)
        return "" if carrier.notify(title=text.subject, body=text.body) else "not taken"

    @staticmethod
    def _post(to: Address, key: str, body: bytes, now: datetime) -> str:
        if not is_allowed(to.address):
            return "not allowed"
        came = send(place_of(to.address, settings.WEBHOOK_ORIGINS), to.secret, key, body, now)
        return "" if came.is_taken else came.why or f"HTTP {came.status}"


def _open_for(person: User) -> list[Alert]:
    rows = seen(scope_of(person)).filter(closed_at__isnull=True, sample=False)
    return list(rows.order_by("opened_at")[:OPEN_LISTED])


def _not_quiet(at_once: Q, now: datetime) -> Q:
    """Of people whose hour has room: for everything, or, where it is ``at_once``, for calls."""
    quiet = Duty.objects.filter(quiet_until__gt=now).values("pk")
    without_calls = Duty.objects.filter(calls_quiet_until__gt=now).values("pk")
    return ~Q(person_id__in=quiet) | (at_once & ~Q(person_id__in=without_calls))


def waiting(now: datetime) -> QuerySet[Message]:
    """Messages that may leave now, of people whose hour has room, who have an address that hears (``reaching``) and
    whose account is open."""
    rows = Message.objects.filter(letter__isnull=True, withdrawn_at__isnull=True, not_before__lte=now)
    rows = rows.filter(person__is_active=True, person_id__in=hearing(now).order_by().values("person_id"))
    return rows.filter(_not_quiet(Q(at_once=True), now))


def _with_a_call() -> Q:
    """Of letters: in which there is a call at once."""
    return Q(Exists(Message.objects.filter(letter=OuterRef("pk"), at_once=True, withdrawn_at__isnull=True)))


def _due_again(now: datetime) -> QuerySet[Letter]:
    """Letters whose pause is over, or whose sender is dead."""
    rows = Letter.objects.filter(Q(state=State.WAITING) | Q(state=State.SENDING), next_at__lte=now)
    return rows.filter(_not_quiet(_with_a_call(), now), person__is_active=True)


def is_anything_due(now: datetime) -> bool:
    """Whether anything could leave; two looks at indexes."""
    return waiting(now).exists() or _due_again(now).exists()


def _people(now: datetime) -> set[int]:
    """Those for whom something is due."""
    found = set(waiting(now).values_list("person_id", flat=True))
    return found | set(_due_again(now).values_list("person_id", flat=True))


def _called(now: datetime) -> set[int]:
    """Those for whom a call at once is due."""
    found = set(waiting(now).filter(at_once=True).values_list("person_id", flat=True))
    return found | set(_due_again(now).filter(_with_a_call()).values_list("person_id", flat=True))


def send_all(carriers: Carriers, now: Callable[[], datetime], stop: Callable[[], bool]) -> int:
    """Send what is due, until nothing is; how many tries. Whoever is called at once comes before everybody else, also
    when that became due while others' letters left: each may take a minute."""
    tries, people, held = 0, _people(now()), set[int]()
    while not stop() and ((called := _called(now()) - held) or people):
        person = min(called or people)
        if (begun := begin(person, carriers, now())) is None:
            if called:
                held.add(person)
            else:  # and may still be called
                people.remove(person)
            continue
        finish(*begun, carriers, now)
        tries += 1
    return tries


def _withdraw_unseen(person: User, now: datetime) -> None:
    """Take back what would leave now, but is of alerts that are not there for this account any more. Tries that were
    made stay: they were made, and count."""
    mine = Message.objects.filter(person=person, alert__isnull=False, withdrawn_at__isnull=True)
    due_again = _due_again(now).filter(person=person)
    would_leave = mine.filter(Q(letter__isnull=True, not_before__lte=now) | Q(letter__in=due_again.values("pk")))
    would_leave.exclude(alert__in=seen(scope_of(person))).update(withdrawn_at=now)
    held = Message.objects.filter(letter=OuterRef("pk"), withdrawn_at__isnull=True)
    due_again.filter(~Exists(held)).update(state=State.WITHDRAWN, next_at=None)


def _choose(person: int, now: datetime) -> tuple[Letter, list[Message], Plan] | None:
    """The next letter, one that leaves again or a new one with its messages; None when none may leave before a moment
    that is written down."""
    ready, letters = list(waiting(now).filter(person_id=person)), _due_again(now).filter(person_id=person)
    queue = [Waiting(each.pk, each.made_at, each.is_failing, each.at_once) for each in ready]
    call = letters.filter(_with_a_call()).order_by("next_at").first()
    again = call or (None if any(each.at_once for each in ready) else letters.order_by("next_at").first())
    if again is not None:
        ready, queue = [], [Waiting(0, now, at_once=call is not None)]
    tries = Attempt.objects.filter(person_id=person, at__gt=now - HOUR)
    left_at, past_at = ([each.at for each in tries if each.is_past is past] for past in (False, True))
    plan = next_letter(queue, left_at, in_force().nation.sending.most_an_hour, now, past_at)
    quiet = {"quiet_until": plan.again_at, "calls_quiet_until": plan.calls_again_at}
    if found := {name: until for name, until in quiet.items() if until is not None}:
        Duty.objects.filter(pk=person).update(**found)
    if not plan.numbers:
        return None
    letter = again or Letter(key=secrets.token_hex(16), person_id=person, made_at=now)
    return letter, [each for each in ready if each.pk in set(plan.numbers)], plan


def begin(person: int, carriers: Carriers, now: datetime) -> tuple[Letter, Attempt] | None:
    """Write down that a letter for somebody is about to leave; None when none may. Two at once wait for each other."""
    Duty.objects.get_or_create(pk=person)
    with transaction.atomic():
        duty = Duty.objects.select_for_update().get(pk=person)
        _withdraw_unseen(duty.person, now)
        chosen = _choose(person, now)
        if chosen is None:
            return None
        letter, messages, plan = chosen
        letter.state, letter.tries, letter.next_at = State.SENDING, letter.tries + 1, now + SENDING_FOR
        letter.save()
        Message.objects.filter(pk__in=[each.pk for each in messages]).update(letter=letter)
        addresses = [each for each in hearing(now).filter(person_id=person) if carriers.can(each.channel)]
        to = addresses[(letter.tries - 1) % len(addresses)] if addresses else None
        attempt = Attempt.objects.create(
            letter=letter,
            person_id=person,
            address=to,
            channel=to.channel if to else "",
            at=now,
            is_past=plan.is_past,
        )
    return letter, attempt


def finish(letter: Letter, attempt: Attempt, carriers: Carriers, now: Callable[[], datetime]) -> str:
    """Send what was begun, and write down what became of it; the state it is in then."""
    held = letter.messages.filter(withdrawn_at__isnull=True)
    messages = list(held.select_related("alert").order_by("pk"))
    to = attempt.address
    why = carriers.send(to, letter, messages, now()) if to is not None else "no carrier"
    state, next_at = State.SENT, None
    if why:
        log.warning("letter %s did not leave by %s, try %d: %s", letter.key, attempt.channel or "-", letter.tries, why)
        is_last = letter.tries > len(RETRIES)
        state = State.FAILED if is_last else State.WAITING
        next_at = None if is_last else now() + RETRIES[letter.tries - 1]
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(ok=not why, detail=why[:100])
        ours = Letter.objects.filter(pk=letter.pk, state=State.SENDING, tries=letter.tries)
        ours.update(state=state, next_at=next_at)
    return state.value
