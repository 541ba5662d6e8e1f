"""What waits to be told leaves: to each person by their addresses in order, never more than the hour has room for.

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
from django.db.models import Q, QuerySet

from fleet.alerts.deeds import is_allowed
from fleet.alerts.letters import RESET, machine_body, text_of
from fleet.alerts.limiting import HOUR, Waiting, next_letter
from fleet.alerts.models import Address, Alert, Attempt, Channel, Duty, Letter, Message
from fleet.alerts.policies import in_force
from fleet.alerts.telling import seen
from fleet.people.scope import scope_of
from fleet.webhooks.posting import place_of, post
from fleet.webhooks.signing import DELIVERY, SIGNATURE, signature

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
        headers = {"Content-Type": "application/json", SIGNATURE: signature(to.secret, body, now), DELIVERY: key}
        came = post(place_of(to.address, settings.WEBHOOK_ORIGINS), headers, body)
        return "" if came.is_taken else came.why or f"HTTP {came.status}"


def _open_for(person: User) -> list[Alert]:
    rows = seen(scope_of(person)).filter(closed_at__isnull=True, sample=False)
    return list(rows.order_by("opened_at")[:OPEN_LISTED])


def waiting(now: datetime) -> QuerySet[Message]:
    """Messages that may leave now, of people whose hour has room, who have an address and whose account is open."""
    rows = Message.objects.filter(letter__isnull=True, withdrawn_at__isnull=True, not_before__lte=now)
    quiet = Duty.objects.filter(quiet_until__gt=now).values("pk")
    rows = rows.filter(person__is_active=True, person_id__in=Address.objects.values("person_id"))
    return rows.exclude(person_id__in=quiet)


def _due_again(now: datetime) -> QuerySet[Letter]:
    """Letters whose pause is over, or whose sender is dead."""
    rows = Letter.objects.filter(Q(state=State.WAITING) | Q(state=State.SENDING), next_at__lte=now)
    rows = rows.filter(person__is_active=True)
    return rows.exclude(person_id__in=Duty.objects.filter(quiet_until__gt=now).values("pk"))


def is_anything_due(now: datetime) -> bool:
    """Whether anything could leave; two looks at indexes."""
    return waiting(now).exists() or _due_again(now).exists()


def send_all(carriers: Carriers, now: Callable[[], datetime], stop: Callable[[], bool]) -> int:
    """Send what is due, until nothing is; how many tries."""
    tries = 0
    people = set(waiting(now()).values_list("person_id", flat=True))
    people |= set(_due_again(now()).values_list("person_id", flat=True))
    for person in sorted(people):
        while not stop() and (begun := begin(person, carriers, now())) is not None:
            finish(*begun, carriers, now)
            tries += 1
    return tries


def _withdraw_unseen(person: User, now: datetime) -> None:
    """Take back what would leave now, but is of alerts that are not there for this account any more."""
    mine = Message.objects.filter(person=person, alert__isnull=False, withdrawn_at__isnull=True)
    due_again = _due_again(now).filter(person=person)
    would_leave = mine.filter(Q(letter__isnull=True, not_before__lte=now) | Q(letter__in=due_again))
    would_leave.exclude(alert__in=seen(scope_of(person))).update(withdrawn_at=now, letter=None)
    due_again.filter(messages__isnull=True).delete()


def begin(person: int, carriers: Carriers, now: datetime) -> tuple[Letter, Attempt] | None:
    """Write down that a letter for somebody is about to leave; None when none may. Two at once wait for each other."""
    Duty.objects.get_or_create(pk=person)
    with transaction.atomic():
        duty = Duty.objects.select_for_update().get(pk=person)
        if duty.quiet_until is not None and duty.quiet_until > now:
            return None
        addresses = [each for each in Address.objects.filter(person_id=person) if carriers.can(each.channel)]
        left_at = list(Attempt.objects.filter(person_id=person, at__gt=now - HOUR).values_list("at", flat=True))
        _withdraw_unseen(duty.person, now)
        again = _due_again(now).filter(person_id=person).order_by("next_at").first()
        ready = waiting(now).filter(person_id=person)
        queue = [Waiting(0, now)] if again else [Waiting(each.pk, each.made_at, each.is_failing) for each in ready]
        plan = next_letter(queue, left_at, in_force().nation.sending.most_an_hour, now)
        if plan.again_at is not None:
            Duty.objects.filter(pk=person).update(quiet_until=plan.again_at)
        if not plan.numbers:
            return None
        letter = again or Letter(key=secrets.token_hex(16), person_id=person, made_at=now)
        letter.state, letter.tries, letter.next_at = State.SENDING, letter.tries + 1, now + SENDING_FOR
        letter.save()
        if again is None:
            ready.filter(pk__in=plan.numbers).update(letter=letter)
        to = addresses[(letter.tries - 1) % len(addresses)] if addresses else None
        channel = to.channel if to else ""
        attempt = Attempt.objects.create(letter=letter, person_id=person, address=to, channel=channel, at=now)
    return letter, attempt


def finish(letter: Letter, attempt: Attempt, carriers: Carriers, now: Callable[[], datetime]) -> str:
    """Send what was begun, and write down what became of it; the state it is in then."""
    messages = list(letter.messages.select_related("alert").order_by("pk"))
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
