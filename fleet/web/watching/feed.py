"""What has changed in the database since the last look: the one place that asks, for all who watch.

The first question costs nothing and is never wrong: has anybody committed anything? SQLite counts the commits of
others (``PRAGMA data_version``), PostgreSQL names what is visible (``pg_current_snapshot``); the same answer twice
means the same rows. Only then are the marks read: of each kiosk, and the newest rows of what changes by new rows; and
the statuses of those that said anything, of which most said no more than that they are there.
What time alone changes (a kiosk that falls silent) is found by reading the marks every ten seconds in any case.

Rules: one thread, which is the connection's; outside any transaction. Nothing of a kiosk is kept but three numbers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

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

REST = 3.0
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
    """What may look different now. ``said``: kiosks that said anything, be it only that they are there. Provinces (DOPA
    codes): ``turned`` where a kiosk stands otherwise, or what is not well says something else; ``moved`` where one that
    is well does: a visit, records, new settings. ``everything``: nobody knows better.
    """

    said: frozenset[str] = frozenset()
    turned: frozenset[int] = frozenset()
    moved: frozenset[int] = frozenset()
    topics: frozenset[Topic] = frozenset()
    everything: bool = False


class _Marks(NamedTuple):
    """Of one kiosk: the same number is the same, as far as anybody is shown it."""

    said: int
    turned: int
    moved: int


class Feed:
    """Looks, and remembers the marks of the last look."""

    def __init__(self) -> None:
        self._version = ""
        self._marks: dict[str, _Marks] = {}
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
        change = self.read(everything=is_first)
        self._read_at_s = time.monotonic()
        self._may_read_at_s = self._read_at_s + REST * (self._read_at_s - now_s)
        return change

    def read(self, *, everything: bool = False) -> Change:
        """What is different from the last reading, whether anybody has committed anything or not."""
        is_heard = hears(timezone.now())
        newest = {topic: _newest(topic) for topic in Topic}
        topics = frozenset(topic for topic in Topic if newest[topic] != self._newest.get(topic))
        turned, moved = set[int](), set[int]()
        rows, gone = self._other_rows()
        said = _said(None if everything else rows)
        for row in rows:
            before, marks = self._marks.get(row.kiosk_id), row.marks(said(row.kiosk_id))
            self._marks[row.kiosk_id] = marks
            if before is None or before.turned != marks.turned:
                turned.add(row.province)
            if before is None or before.moved != marks.moved:
                moved.add(row.province)
        everything = everything or bool(gone) or is_heard != self._is_heard
        for kiosk_id in gone:
            del self._marks[kiosk_id]
        self._is_heard, self._newest = is_heard, newest
        return Change(frozenset(row.kiosk_id for row in rows), frozenset(turned), frozenset(moved), topics, everything)

    def _other_rows(self) -> tuple[list[_Row], set[str]]:
        """The kiosks that said anything since the last reading, and those that are no more."""
        rows, gone = [], set(self._marks)
        for kiosk_id, said, row in _rows():
            gone.discard(kiosk_id)
            before = self._marks.get(kiosk_id)
            if before is None or before.said != said:  # the rest is worked out for few: this passes over everybody
                rows.append(_row(said, *row))
        return rows, gone


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
s.used_twice_at IS NOT NULL, s.committed_through, k.settings_revision, CAST(s.reported_at AS text),
CAST(k.desired_at AS text), CAST(s.heard_at AS text), s.status_session_no, s.status_no, s.session_no
FROM {Kiosk._meta.db_table} k LEFT JOIN {KioskState._meta.db_table} s ON s.kiosk_id = k.kiosk_id
"""  # noqa: S608 - tables' names of ours
"""Times as text: only whether they are others is asked, and making 20,000 of them is two thirds of a reading."""
_STANDS, _MOVES = slice(1, 6), slice(6, 10)
"""Of its columns those by which a kiosk is counted and put into its place, and those that a list shows besides."""

_OK = RANK[Condition.OK]
_OFFICE = ("pk", "province_id", "revision")


class _Row(NamedTuple):
    """What the table says of a kiosk but its status; ``said`` is the mark of all of it."""

    kiosk_id: str
    province: int
    said: int
    is_well: bool
    stands: int
    moves: int

    def marks(self, status: int) -> _Marks:
        """With the mark of its status, as far as that is no heartbeat."""
        turned = self.stands if self.is_well else hash((self.stands, status))
        return _Marks(self.said, turned, hash((self.moves, status)))


def _rows() -> Iterator[tuple[str, int, tuple[tuple[Any, ...], int]]]:
    """Of each kiosk: its id, the mark of all that the table says, and that, with its province."""
    offices = {pk: (province, revision) for pk, province, revision in Office.objects.values_list(*_OFFICE)}
    silent = connection.ops.adapt_datetimefield_value(timezone.now() - STALE_AFTER)
    with connection.cursor() as cursor:
        cursor.execute(_KIOSKS, [silent])
        while rows := cursor.fetchmany(_AT_ONCE):
            for row in rows:
                province, revision = offices.get(row[1], (0, 0))
                yield row[0], hash((row, revision)), (row, province)


def _row(said: int, row: tuple[Any, ...], province: int) -> _Row:
    rank, alive, is_stale, is_twice = row[2:6]
    is_well = rank == _OK and bool(alive) and not is_stale and not is_twice
    return _Row(row[0], province, said, is_well, hash(row[_STANDS]), hash(row[_MOVES]))


_OF_A_HEARTBEAT = ("at", "no", "session_no", "health")
"""What of a status is different every time, and shown on the kiosk's own page only."""

_AT_ONCE = 500


def _said(rows: Sequence[_Row] | None) -> Callable[[str], int]:
    """The marks of the statuses of these kiosks, by id; None: of all there are."""
    states = KioskState.objects.order_by().values_list("pk", "status")
    marks: dict[str, int] = {}
    ids = [row.kiosk_id for row in rows or ()]
    some = [states.filter(pk__in=ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE)]
    lots = [states] if rows is None else some
    for lot in lots:
        for kiosk_id, status in lot.iterator(_AT_ONCE):
            told = {name: value for name, value in (status or {}).items() if name not in _OF_A_HEARTBEAT}
            marks[kiosk_id] = hash(json.dumps(told, sort_keys=True))
    return lambda kiosk_id: marks.get(kiosk_id, 0)
