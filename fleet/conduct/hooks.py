"""Webhooks, from the conductor that leads: which kiosks went or came back, whether anything is due, and telling it.

Telling is a process of its own (``fleet office-work webhooks``), since somebody else's machine may take ten seconds;
it can bear being killed and being there twice. Told is at least once, under one key (``Sala-Delivery``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet

from fleet.acting.webhooks import may_hear, secret
from fleet.devices.hearing import hears
from fleet.devices.models import KioskState
from fleet.people.tokens.keeping import end_run_out
from fleet.webhooks.models import Absence, Delivery, Event, Kind, State, Subscription, Try
from fleet.webhooks.occurring import occurred
from fleet.webhooks.posting import NotThereError, Outcome, place_of
from fleet.webhooks.sending import send

OFFLINE_AFTER = timedelta(minutes=1)
"""A line that comes back within it was not worth telling."""

PAUSES = tuple(timedelta(seconds=each) for each in (10, 60, 300, 1800, 7200, 21600, 43200, 86400))
"""After each failed try; after the last, two days on, it is given up, and with it the subscription."""

CLAIMED_FOR = timedelta(seconds=60)
"""Longer than any try; who has not written its end down by then is dead."""

BEHIND = timedelta(minutes=5)
"""What else waits for an address that failed waits at most so long: one try tells whether it is back."""

TOLD_AT_ONCE = 200
"""Kiosks that went or came back, a look: some tenths of a second of the leader's turn. The next look does the rest."""

KEPT_FOR = timedelta(days=30)
GONE = 410
"""The receiver's way of saying: never again (RFC 9110)."""

_IN_FORCE = Subscription.objects.filter


def watch(now: datetime) -> None:
    """Tell of kiosks that went, and of those that came back, each in a transaction; nothing while the fleet hears
    nobody."""
    end_run_out(now)
    first = _IN_FORCE(ended_at=None).aggregate(first=Min("made_at"))["first"]
    if first is None or not hears(now):
        return
    told = Absence.objects.values("kiosk_id")
    rows = KioskState.objects.order_by().values_list(
        "pk", "kiosk__office_id", "kiosk__office__province_id", "heard_at", named=True
    )
    gone = rows.filter(alive=False, heard_at__gte=first, heard_at__lte=now - OFFLINE_AFTER).exclude(pk__in=told)
    for each in list(gone[:TOLD_AT_ONCE]):
        with transaction.atomic():
            Absence.objects.create(kiosk_id=each.pk, since=each.heard_at or now)
            _told_of(Kind.KIOSK_OFFLINE, each)
    for each in list(rows.filter(alive=True, pk__in=told)[:TOLD_AT_ONCE]):
        with transaction.atomic():
            Absence.objects.filter(pk=each.pk).delete()
            _told_of(Kind.KIOSK_ONLINE, each)


def _told_of(kind: Kind, row: Any) -> None:
    office_id, heard = row.kiosk__office_id, row.heard_at.isoformat() if row.heard_at else None
    told = {"kiosk_id": row.pk, "office_id": office_id, "heard_at": heard}
    occurred(kind, row.pk, row.kiosk__office__province_id, told)


def due(now: datetime) -> QuerySet[Delivery]:
    """What is to be told now, the longest due first."""
    rows = Delivery.objects.filter(state=State.WAITING, next_at__lte=now)
    rows = rows.filter(subscription__ended_at=None, subscription__paused_at=None)
    return rows.filter(Q(claimed_until=None) | Q(claimed_until__lt=now)).order_by("next_at", "pk")


def tell_all(clock: Callable[[], datetime], stop: Callable[[], bool]) -> int:
    """Tell whatever is due, then end; how much was heard."""
    heard = 0
    while not stop():
        end_run_out(clock())
        delivery = _claim(clock())
        if delivery is None:
            break
        heard += _tell(delivery, clock)
    on = Subscription.objects.filter(ended_at=None, paused_at=None)
    waiting = Delivery.objects.filter(state=State.WAITING, subscription__in=on).values("event_id")
    Event.objects.filter(at__lt=clock() - KEPT_FOR).exclude(pk__in=waiting).delete()
    return heard


def _claim(now: datetime) -> Delivery | None:
    """One that is due, and nobody else's now."""
    while (found := due(now).select_related("subscription__person", "event").first()) is not None:
        if due(now).filter(pk=found.pk).order_by().update(claimed_until=now + CLAIMED_FOR):
            return found
    return None


def _tell(delivery: Delivery, clock: Callable[[], datetime]) -> bool:
    subscription, event = delivery.subscription, delivery.event
    if not may_hear(subscription.person, event):
        _end(delivery, State.WITHHELD, clock())
        return False
    at = clock()
    try:
        place = place_of(subscription.address, settings.WEBHOOK_ORIGINS)
        outcome = send(place, secret(subscription), str(delivery.pk), body_of(event), at)
    except NotThereError as err:
        outcome = Outcome(0, str(err), 0)
    Try.objects.create(delivery=delivery, at=at, status=outcome.status, why=outcome.why, took_ms=outcome.took_ms)
    delivery.tries += 1
    if outcome.is_taken:
        _end(delivery, State.DELIVERED, clock())
    elif outcome.status == GONE or delivery.tries > len(PAUSES):
        _end(delivery, State.GIVEN_UP, clock())
        why = "gone" if outcome.status == GONE else "given-up"
        _IN_FORCE(pk=subscription.pk, ended_at=None).update(ended_at=clock(), ended_why=why)
    else:
        _wait(delivery, clock())
    return outcome.is_taken


def body_of(event: Event) -> bytes:
    """The message: the same bytes at every try."""
    said = {
        "type": event.kind,
        "at": event.at.isoformat(),
        "about": event.about,
        "province": event.dopa_code,
        "data": event.data,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _end(delivery: Delivery, state: State, now: datetime) -> None:
    ended = Delivery.objects.filter(pk=delivery.pk)
    ended.update(state=state, tries=delivery.tries, ended_at=now, claimed_until=None)


def _wait(delivery: Delivery, now: datetime) -> None:
    """It is tried again later, and what stands behind it is not tried before it is worth it."""
    pause = PAUSES[delivery.tries - 1]
    ours = Delivery.objects.filter(pk=delivery.pk)
    ours.update(tries=delivery.tries, next_at=now + pause, claimed_until=None)
    behind = Delivery.objects.filter(subscription=delivery.subscription, state=State.WAITING).exclude(pk=delivery.pk)
    until = now + min(pause, BEHIND)
    behind.filter(next_at__lt=until).update(next_at=until)
