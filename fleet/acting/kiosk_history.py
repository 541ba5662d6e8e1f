"""All that happened at a kiosk and that is kept: its records, what was asked of it, its alerts, and what technicians
did there; the newest first, a page at a time.

In the order in which the fleet came to know: records as they arrived, for a kiosk that was away tells late. Alerts are
its own and those that stand for many where it stands. However much there is, an index answers.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, TypeAlias

from django.db.models import Q, QuerySet

from fleet.acting.numbers import whole
from fleet.acting.rounds import deeds_seen, reads_deeds
from fleet.alerts.findings import Place
from fleet.alerts.models import Alert
from fleet.alerts.telling import of_kiosk, seen
from fleet.devices.days import first_since
from fleet.devices.models import Kiosk, KioskCommand, Record
from fleet.people.scope import Scope
from fleet.protocol import records
from fleet.trust.identity import time_of

AT_ONCE = 500
"""Rows fetched by one statement where all of them are wanted."""

_COMMAND_ENDED = str(records.CommandEnded.__struct_config__.tag)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEY_MAX = 40


class Sort(StrEnum):
    """What there is, in the order of the page."""

    RECORDS = "records"
    COMMANDS = "commands"
    ALERTS = "alerts"
    DEEDS = "deeds"


_RANK = {sort: rank for rank, sort in enumerate(Sort)}
"""Of one moment, a later sort stands above."""

_TIMES = {Sort.RECORDS: "received_at", Sort.COMMANDS: "asked_at", Sort.ALERTS: "opened_at", Sort.DEEDS: "pressed_at"}

Rows: TypeAlias = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """A place between two lines of the history: at a row, by its moment, sort and key."""

    at: datetime
    sort: Sort
    key: int | str

    @classmethod
    def of(cls, text: str) -> Cut | None:
        """What ``spelled`` wrote; None for what is none."""
        said, _, rest = text.partition(".")
        sort, _, key = rest.partition(".")
        at = whole(said, 17)
        if at is None or sort not in tuple(Sort) or not (key.isascii() and key.replace("-", "").isalnum()):
            return None
        found = whole(key, 15) if sort in (Sort.RECORDS, Sort.ALERTS) else key[:_KEY_MAX]
        return None if found is None else cls(_EPOCH + at * _MICROSECOND, Sort(sort), found)

    @property
    def spelled(self) -> str:
        """For an address."""
        return f"{(self.at - _EPOCH) // _MICROSECOND}.{self.sort}.{self.key}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing; ``at`` is the fleet's clock: of a record when it came, of an alert when it was opened."""

    sort: Sort
    at: datetime
    row: Any

    @property
    def place(self) -> Cut:
        """Where it stands."""
        return Cut(self.at, self.sort, self.row.pk)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of it, the newest first. ``newer``: there is more above the first one; ``older``: below the last."""

    entries: tuple[Entry, ...]
    newer: Cut | None
    older: Cut | None


def sorts_seen(scope: Scope, kiosk: Kiosk) -> tuple[Sort, ...]:
    """What there is for an account that sees the kiosk: technicians' deeds only for who has a round there."""
    return tuple(each for each in Sort if each is not Sort.DEEDS or reads_deeds(scope, kiosk))


def alerts_about(alerts: QuerySet[Alert], kiosk: Kiosk) -> QuerySet[Alert]:
    """Those of them that are about a kiosk: its own, and those that stand for many where it is, while it was there."""
    place = Place(kiosk.office.province_id, kiosk.office_id, kiosk.pk)
    return of_kiosk(alerts, place, time_of(kiosk.pk))


@dataclass(frozen=True, slots=True)
class History:
    """Of a kiosk that the account sees; ``sort`` None: of all sorts."""

    scope: Scope
    kiosk: Kiosk
    sort: Sort | None = None

    def page(self, count: int, *, older: Cut | None = None, newer: Cut | None = None) -> Page:
        """So many: those below ``older``, or those just above ``newer``; else the newest."""
        if newer is not None:
            found = self._beyond(newer, count + 1, is_up=True)
            if len(found) > count:
                shown = tuple(reversed(found[:count]))
                return Page(shown, shown[0].place, shown[-1].place)
            older = None  # not a page's worth: the newest page has them
        found = self._beyond(older, count + 1, is_up=False)
        if not found and older is not None:
            return self.page(count)
        shown = tuple(found[:count])
        return Page(shown, shown[0].place if older else None, shown[-1].place if len(found) > count else None)

    def whole(self) -> Iterator[Entry]:
        """All of it, the newest first, fetched some at a time."""
        lists = (self._fetched(each) for each in self._sorts)
        return heapq.merge(*lists, key=_order, reverse=True)

    @property
    def _sorts(self) -> list[Sort]:
        return [each for each in sorts_seen(self.scope, self.kiosk) if self.sort in (None, each)]

    def _fetched(self, sort: Sort) -> Iterator[Entry]:
        return (_entry(sort, row) for row in self._rows(sort, None, is_up=False).iterator(AT_ONCE))

    def _beyond(self, cut: Cut | None, count: int, *, is_up: bool) -> list[Entry]:
        """So many beyond a cut, those nearest to it first."""
        lists = ([_entry(each, row) for row in self._rows(each, cut, is_up=is_up)[:count]] for each in self._sorts)
        # Merged, not sorted: what one list has in its own order stays so, whatever clock wrote its moments.
        return list(islice(heapq.merge(*lists, key=_order, reverse=not is_up), count))

    def _rows(self, sort: Sort, cut: Cut | None, *, is_up: bool) -> Rows:
        """Those of a sort beyond a cut, nearest first."""
        match sort:
            case Sort.RECORDS:
                rows: Rows = Record.objects.filter(kiosk=self.kiosk)
                # Among commands, how one ended stands with what was asked.
                rows = rows if self.sort is sort else rows.exclude(kind=_COMMAND_ENDED)
                return _records(rows, self.kiosk.pk, cut, is_up=is_up)
            case Sort.COMMANDS:
                rows = KioskCommand.objects.filter(kiosk=self.kiosk).select_related("asked_by").defer("attachment")
            case Sort.ALERTS:
                rows = alerts_about(seen(self.scope), self.kiosk).select_related("acked_by")
            case Sort.DEEDS:
                # What became a command is there as one.
                rows = deeds_seen(self.scope, self.kiosk).filter(command_id="").select_related("by")
        return _others(rows, sort, cut, is_up=is_up)


def _entry(sort: Sort, row: Any) -> Entry:
    return Entry(sort, getattr(row, _TIMES[sort]), row)


def _order(entry: Entry) -> tuple[datetime, int, int | str]:
    return entry.at, _RANK[entry.sort], entry.row.pk


def _records(rows: Rows, kiosk_id: str, cut: Cut | None, *, is_up: bool) -> Rows:
    rows = rows.order_by("pk" if is_up else "-pk")
    if cut is None:
        return rows
    if cut.sort is Sort.RECORDS:
        return rows.filter(**{"pk__gt" if is_up else "pk__lt": cut.key})
    edge = first_since(kiosk_id, cut.at + _MICROSECOND)
    return rows.filter(**{"pk__gte" if is_up else "pk__lt": edge})


def _others(rows: Rows, sort: Sort, cut: Cut | None, *, is_up: bool) -> Rows:
    time, sign = _TIMES[sort], "" if is_up else "-"
    rows = rows.order_by(f"{sign}{time}", f"{sign}pk")
    if cut is None:
        return rows
    beyond = "gt" if is_up else "lt"
    if sort is cut.sort:
        # The first condition says nothing new, but an index answers it.
        later = Q(**{f"{time}__{beyond}": cut.at}) | Q(**{f"pk__{beyond}": cut.key})
        return rows.filter(later, **{f"{time}__{beyond}e": cut.at})
    has_its_moment = (_RANK[sort] > _RANK[cut.sort]) is is_up
    return rows.filter(**{f"{time}__{beyond}{'e' if has_its_moment else ''}": cut.at})
