"""What happens to alerts, written down: rows, the lines of their time, and who is to be told, in one transaction.

Rules: a kill at any line leaves the step before or the step after. Steps are reckoned anew inside the transaction, on
locked rows, so a person's word in between is not overwritten. A message exists once by its key, and what is over before
it was told is withdrawn.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fleet.alerts.findings import AT_ANY_HOUR, MATTERS, Finding, Matter, Rule
from fleet.alerts.hours import Desk
from fleet.alerts.living import Change, Look, Standing, What, steps
from fleet.alerts.models import Alert, Event, Message, Watch
from fleet.alerts.policies import Policies
from fleet.alerts.policy import clock
from fleet.alerts.reaching import hearing
from fleet.alerts.telling import Audience, may_call_at, seen
from fleet.people.scope import scope_of
from fleet.protocol.thai import BANGKOK
from fleet.webhooks.models import Kind
from fleet.webhooks.occurring import listeners, occurred

log = logging.getLogger(__name__)

STEPS_MAX = 500
"""Steps a transaction: some tenths of a second, so that nothing waits for a storm. The next look does the rest."""

RETURNS_WITHIN = timedelta(days=1)
"""The longest ``policy.Calm.return_min``: closed before that, an alert is history."""

_SILENT = frozenset({What.CHANGED, What.CLEAR, What.UNCLEAR})
"""No line of the time, and nobody is told."""

_CALLS = frozenset({What.OPENED, What.RETURNED, What.WORSE, What.ESCALATED})


def standing_of(row: Alert) -> Standing:
    """A row as rules see it."""
    return Standing(
        number=row.pk,
        key=row.key,
        rule=Rule(row.rule),
        part=row.part,
        place=row.place,
        condition=row.condition,
        said=row.facts,
        opened_at=row.opened_at,
        level=row.level,
        level_since=row.level_since,
        returns=row.returns,
        acked=row.acked_at is not None,
        clear_since=row.clear_since,
        closed_at=row.closed_at,
    )


def on_record(now: datetime) -> QuerySet[Alert]:
    """The open ones, and those that may return."""
    rows = Alert.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=now - RETURNS_WITHIN))
    return rows.filter(rule__in=list(Rule)).exclude(sample=True).order_by("pk")


def keep(look: Look, before: Sequence[Alert], policies: Policies, desk: Desk) -> int:
    """Do what a look at everything asks for, ``STEPS_MAX`` steps of it; how many. ``before``: ``on_record`` as the look
    saw it; ``desk``: the nation's."""
    if next(steps([standing_of(each) for each in before], look), None) is None:
        return 0
    with transaction.atomic():
        rows = {each.pk: each for each in on_record(look.now).select_for_update(of=("self",))}
        changes = list(islice(steps([standing_of(each) for each in rows.values()], look), STEPS_MAX))
        _Keeping(rows, look.now, policies, desk).keep(changes)
    return len(changes)


def keep_now(finding: Finding, policies: Policies, desk: Desk) -> Alert:
    """Open an alert of what no look finds, because it is known the moment it happens; or open it again.

    Raises: IntegrityError when somebody else opened the same at that moment; ask again.
    """
    now = timezone.now()
    with transaction.atomic():
        last = on_record(now).filter(key=finding.key).order_by("-pk").select_for_update(of=("self",)).first()
        rows = {last.pk: last} if last else {}
        what = What.RETURNED if last else What.OPENED
        _Keeping(rows, now, policies, desk).keep([Change(what, last.pk if last else None, finding)])
        return Alert.objects.get(key=finding.key, closed_at__isnull=True)


def _told(alert: Alert) -> dict[str, str]:
    """What other programs hear of an alert."""
    found = {"rule": alert.rule, "condition": alert.condition, "matter": alert.matter}
    found |= {"office_id": alert.office_id, "kiosk_id": alert.kiosk_id}
    return {name: str(said or "") for name, said in found.items()}


@dataclass(slots=True)
class _Keeping:
    """One transaction's worth."""

    rows: dict[int, Alert]
    now: datetime
    policies: Policies
    desk: Desk
    events: list[tuple[Event, What]] = field(default_factory=list)

    def keep(self, changes: Sequence[Change]) -> None:
        """All of it."""
        opened = [(self._new(each.finding), each) for each in changes if each.number is None and each.finding]
        Alert.objects.bulk_create([alert for alert, _ in opened], batch_size=200)
        for alert, change in opened:
            self._note(alert, change)
        if opened and listeners(Kind.ALERT_OPENED):  # asked once, for there may be hundreds
            for alert, _ in opened:
                occurred(Kind.ALERT_OPENED, alert.key, alert.dopa_code, _told(alert))
        touched: dict[int, Alert] = {}
        for change in changes:
            if change.number is not None:
                alert = touched[change.number] = self.rows[change.number]
                self._change(alert, change)
                self._note(alert, change)
        Alert.objects.bulk_update(touched.values(), _CHANGED, batch_size=100)
        Event.objects.bulk_create([event for event, _ in self.events], batch_size=500)
        self._tell()
        if self.events:  # one line, however many: a log must bear a storm, too
            said = Counter(what.value for _, what in self.events)
            log.info("alerts: %s", ", ".join(f"{count} {what}" for what, count in sorted(said.items())))

    def _new(self, finding: Finding) -> Alert:
        place = finding.place
        return Alert(
            key=finding.key,
            rule=finding.rule.value,
            part=finding.part,
            dopa_code=place.dopa_code,
            office_id=place.office_id,
            kiosk_id=place.kiosk_id,
            matter=MATTERS.get(finding.rule, Matter.MACHINES),
            condition=str(finding.condition),
            facts=dict(finding.facts),
            members=list(finding.members),
            since=finding.since,
            opened_at=self.now,
            level_since=self.now,
        )

    def _change(self, alert: Alert, change: Change) -> None:
        finding = change.finding
        if finding is not None:
            alert.condition, alert.facts = str(finding.condition), dict(finding.facts)
            alert.members = list(finding.members)
        match change.what:
            case What.UNCLEAR:
                alert.clear_since = None
            case What.CLEAR:
                alert.clear_since = self.now
            case What.ESCALATED:
                alert.level, alert.level_since = change.level, self.now
            case What.CLOSED | What.GROUPED:
                alert.closed_at = self.now
            case What.RETURNED if finding is not None:
                alert.closed_at = alert.clear_since = alert.acked_at = alert.acked_by = None
                alert.acked_why, alert.returns = "", min(alert.returns + 1, 1000)
                alert.level, alert.level_since, alert.since = 1, self.now, finding.since

    def _note(self, alert: Alert, change: Change) -> None:
        if change.what in _SILENT:
            return
        level = alert.level if change.what in _CALLS else 0
        event = Event(alert=alert, at=self.now, what=change.what.value, level=level, detail=alert.condition)
        self.events.append((event, change.what))

    # ---- telling

    def _tell(self) -> None:
        over = [event.alert_id for event, what in self.events if what in (What.CLOSED, What.GROUPED)]
        if over:
            withdraw(over, self.now)
        audience = Audience.read(self.now)
        messages: list[Message] = []
        for event, what in self.events:
            if what in _CALLS:
                alert = event.alert
                people = audience.of(alert.place, alert.level, Matter(alert.matter))
                messages += self._messages(event, people, audience)
        if self.policies.nation.sending.tell_end:
            messages += self._of_the_end(audience)
        Message.objects.bulk_create(messages, batch_size=500, ignore_conflicts=True)

    def _of_the_end(self, audience: Audience) -> Iterable[Message]:
        """Whoever was told that it began is told that it is over."""
        ended = {event.alert_id: event for event, what in self.events if what is What.CLOSED}
        told = Message.objects.filter(alert__in=ended, letter__isnull=False, withdrawn_at__isnull=True)
        told = told.filter(what__in=_CALLS).order_by()
        for alert_id, person in set(told.values_list("alert_id", "person_id")):
            yield from self._messages(ended[alert_id], {person}, audience)

    def _messages(self, event: Event, people: Iterable[int], audience: Audience) -> Iterable[Message]:
        is_failing = event.alert.condition == "failing" and event.what != What.CLOSED
        for person in people:
            duty, calendar = audience.duty_of(person), self.desk.calendar
            at_once = event.alert.rule in AT_ANY_HOUR and event.what in _CALLS
            at = self.now if at_once else may_call_at(duty, calendar, self.now, is_failing=is_failing)
            yield Message(
                key=f"{event.alert_id}.{event.pk}.{person}",
                person_id=person,
                alert=event.alert,
                what=event.what,
                is_failing=is_failing,
                at_once=at_once,
                made_at=self.now,
                not_before=at,
            )


_CHANGED = [
    "condition", "facts", "members", "since", "clear_since", "closed_at", "acked_at", "acked_by", "acked_why", "level",
    "level_since", "returns",
]  # fmt: skip


def withdraw(alerts: Sequence[int], now: datetime) -> None:
    """Take back what nobody has been told of these alerts yet."""
    waiting = Message.objects.filter(alert__in=alerts, letter__isnull=True, withdrawn_at__isnull=True)
    waiting.update(withdrawn_at=now)


def make_digests(policies: Policies, desk: Desk, now: datetime) -> int:
    """Once a working day, from its hour on: a digest for everybody who wants one and has something open; how many."""
    there = now.astimezone(BANGKOK)
    if there.time() < clock(policies.nation.sending.digest_at) or not desk.calendar.is_working(there.date()):
        return 0
    if not Watch.objects.filter(pk=1).exclude(digest_on=there.date()).exists():
        return 0
    with transaction.atomic():
        if not Watch.objects.filter(pk=1).exclude(digest_on=there.date()).update(digest_on=there.date()):
            return 0
        audience, messages = Audience.read(now), []
        for person in User.objects.filter(pk__in=hearing(now).order_by().values("person_id"), is_active=True):
            duty = audience.duty_of(person.pk)
            if duty.digest and seen(scope_of(person)).filter(closed_at__isnull=True, sample=False).exists():
                at = may_call_at(duty, desk.calendar, now, is_failing=False)
                key = f"digest.{there.date().isoformat()}.{person.pk}"
                messages.append(Message(key=key, person=person, what="digest", made_at=now, not_before=at))
        Message.objects.bulk_create(messages, batch_size=500, ignore_conflicts=True)
    return len(messages)


def look_again(person: int, desk: Desk) -> None:
    """Somebody's hours have changed: what waits for them waits by the new ones."""
    now = timezone.now()
    audience = Audience.read(now)
    theirs = Message.objects.filter(person_id=person, at_once=False)
    waiting = list(theirs.filter(letter__isnull=True, withdrawn_at__isnull=True))
    for each in waiting:
        each.not_before = may_call_at(audience.duty_of(person), desk.calendar, now, is_failing=each.is_failing)
    Message.objects.bulk_update(waiting, ["not_before"], batch_size=200)
