"""What has changed in the database since the last look: the one place that asks, for all who watch.

The first question costs nothing and is never wrong: has anybody committed anything? SQLite counts the commits of
others (``PRAGMA data_version``), PostgreSQL names what is visible (``pg_current_snapshot``); the same answer twice
means the same rows. Only then are the marks read: a number a kiosk, and the newest rows of what changes by new rows.
What time alone changes (a kiosk that falls silent) is found by reading the marks every ten seconds in any case.

Rules: one thread, which is the connection's; outside any transaction. Nothing of a kiosk is kept but two numbers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection
from django.db.models import Count, Max, Model
from django.utils import timezone

from fleet.alerts.models import Attempt, Event, Maintenance, Message
from fleet.devices.hearing import hears
from fleet.devices.models import Kiosk, KioskState
from fleet.devices.truth import RANK, STALE_AFTER, Condition
from fleet.office.models import Office
from fleet.payments.models import Approval, Confirmation, Decision
from fleet.rollouts.gating import OPEN
from fleet.rollouts.models import Deed, Firmware, MemberStep, Rollout

READ_ANYWAY_S = 10.0
"""How often the marks are read though nobody has committed anything."""

REST = 6.0
"""Between two readings of the marks pass at least so many times what the last one took."""

NEWEST = 100
"""Rows that are counted besides the newest: the numbers of two writers may become visible in another order."""


class Topic(StrEnum):
    """What changes by new rows."""

    ALERTS = "alerts"
    MONEY = "money"
    ROLLOUTS = "rollouts"


_ROWS: dict[Topic, tuple[type[Model], ...]] = {
    Topic.ALERTS: (Event, Message, Attempt, Maintenance),
    Topic.MONEY: (Confirmation, Decision, Approval),
    Topic.ROLLOUTS: (MemberStep, Deed, Rollout, Firmware),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What may look different now. ``said``: kiosks that said anything; ``heard``: their provinces (DOPA codes);
    ``turned``: provinces in which what is counted and listed is different. ``everything``: nobody knows better.
    """

    said: frozenset[str] = frozenset()
    heard: frozenset[int] = frozenset()
    turned: frozenset[int] = frozenset()
    topics: frozenset[Topic] = frozenset()
    everything: bool = False


class Feed:
    """Looks, and remembers the marks of the last look."""

    def __init__(self) -> None:
        self._version = ""
        self._said: dict[str, int] = {}
        self._turned: dict[str, int] = {}
        self._newest: dict[Topic, object] = {}
        self._is_heard = False
        self._read_at_s = self._may_read_at_s = 0.0

    def look(self) -> Change | None:
        """What has changed since the last look; None: nothing.

        Raises: django.db.Error when the database cannot be asked; close the connection, and look later with a new feed.
        """
        now_s = time.monotonic()
        is_first = not self._read_at_s
        version = _version()
        if version == self._version and not is_first and now_s - self._read_at_s < READ_ANYWAY_S:
            return None
        if now_s < self._may_read_at_s:
            return None  # soon: the version is not remembered until its marks are
        self._version = version
        change = self._read(everything=is_first)
        self._read_at_s = time.monotonic()
        self._may_read_at_s = self._read_at_s + REST * (self._read_at_s - now_s)
        return change

    def _read(self, *, everything: bool) -> Change:
        is_heard = hears(timezone.now())
        newest = {topic: _newest(topic) for topic in Topic}
        topics = frozenset(topic for topic in Topic if newest[topic] != self._newest.get(topic))
        said, heard, turned = set[str](), set[int](), set[int]()
        gone = set(self._said)
        for kiosk_id, province, is_well, every, counted in _marks():
            gone.discard(kiosk_id)
            if self._said.get(kiosk_id) == every:
                continue
            self._said[kiosk_id] = every
            said.add(kiosk_id)
            heard.add(province)
            turns = counted if is_well else every
            if self._turned.get(kiosk_id) != turns:
                self._turned[kiosk_id] = turns
                turned.add(province)
        everything = everything or bool(gone) or is_heard != self._is_heard
        for kiosk_id in gone:
            del self._said[kiosk_id], self._turned[kiosk_id]
        self._is_heard, self._newest = is_heard, newest
        return Change(frozenset(said), frozenset(heard), frozenset(turned), topics, everything)


def _version() -> str:
    """The same text means that the same rows are there."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version" if is_sqlite else "SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


def _newest(topic: Topic) -> object:
    """Of each of its tables the highest number, and how many of the last hundred numbers are there."""
    marks: list[object] = []
    for model in _ROWS[topic]:
        rows = model._default_manager.order_by()
        highest = rows.aggregate(highest=Max("pk"))["highest"] or 0
        marks.append((highest, rows.filter(pk__gt=highest - NEWEST).aggregate(there=Count("pk"))["there"]))
    if topic is Topic.ROLLOUTS:  # these change in their place, and few are open at a time
        open_ones = Rollout.objects.filter(state__in=OPEN).order_by("pk")
        marks.append(tuple(open_ones.values_list("pk", "state", "state_since", "because", "released")))
    return marks


_KIOSKS = f"""
SELECT k.kiosk_id, k.office_id, s.said_rank, s.alive, s.heard_at IS NULL OR s.heard_at < %s,
s.used_twice_at IS NOT NULL, s.committed_through, s.heard_at, s.status_session_no, s.status_no, s.session_no,
s.reported_at, k.settings_revision, k.desired_at
FROM {Kiosk._meta.db_table} k LEFT JOIN {KioskState._meta.db_table} s ON s.kiosk_id = k.kiosk_id
"""  # noqa: S608 - tables' names of ours
_TURN = slice(2, 7)
"""Of its columns those by which a kiosk is counted and put into its place in a list."""

_OK = RANK[Condition.OK]


def _marks() -> Iterator[tuple[str, int, bool, int, int]]:
    """Of each kiosk: id, province, whether it is well, the mark of all it says, the mark of how it is counted."""
    offices = {pk: (province, revision) for pk, province, revision in Office.objects.values_list(*_OFFICE)}
    silent = connection.ops.adapt_datetimefield_value(timezone.now() - STALE_AFTER)
    with connection.cursor() as cursor:
        cursor.execute(_KIOSKS, [silent])
        for row in cursor:
            kiosk_id, office_id, rank, alive, is_stale, is_twice = row[:6]
            province, revision = offices.get(office_id, (0, 0))
            is_well = rank == _OK and bool(alive) and not is_stale and not is_twice
            yield kiosk_id, province, is_well, hash((row, revision)), hash((row[_TURN], office_id))


_OFFICE = ("pk", "province_id", "revision")
