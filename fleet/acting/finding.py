"""Finding anything by what somebody has in hand or in mind: a number, a serial, part of a name.

What an account may not see is not found. Nothing that a person wrote or is called is searched; factories and offices
are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from fleet.acting.seen import (
    cases_served,
    factories_served,
    folders_served,
    kiosks_seen,
    notices_served,
    offices_seen,
    tickets_served,
)
from fleet.devices.models import Kiosk
from fleet.office.cases.models import Case
from fleet.office.channels.models import Ticket
from fleet.office.finding import bare_number, begins, find, tidied
from fleet.office.models import Factory, Folder, Notice, Office
from fleet.people.scope import Scope
from fleet.trust.serials import kiosks_by_serial

Row = TypeVar("Row", bound=Model)

SHOWN = 8
"""Of each sort; who wants more says more, or asks the sort's own list."""

NUMBER_MIN = 4
"""Letters of a number by whose beginning things are found: fewer begin all of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What answers to a question, ``SHOWN`` of each sort and one more where there are more."""

    kiosks: tuple[Kiosk, ...] = ()
    offices: tuple[Office, ...] = ()
    notices: tuple[Notice, ...] = ()
    factories: tuple[Factory, ...] = ()
    folders: tuple[Folder, ...] = ()
    cases: tuple[Case, ...] = ()
    tickets: tuple[Ticket, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(getattr(self, each.name) for each in fields(self))

    def named(self, asked: str) -> list[Model]:
        """Those whose number this is, whole: what was scanned, or copied."""
        bare = bare_number(asked)
        return [
            each
            for rows in (self.kiosks, self.notices, self.factories, self.folders, self.cases, self.tickets)
            for each in rows
            if bare in {bare_number(number) for number in _numbers(each)}
        ]


def _numbers(row: Model) -> Iterable[str]:
    """What somebody may call it by."""
    if isinstance(row, Notice):
        return (row.pk, row.reference)
    return (row.pk, row.old_no) if isinstance(row, Factory) else (str(row.pk),)


def find_anything(scope: Scope, asked: str) -> Found:
    """All that this account may see and that answers to a question; nothing to an empty one."""
    asked = tidied(asked)
    if not asked:
        return Found()
    bare = bare_number(asked)
    numbered = begins("pk", bare) if len(bare) >= NUMBER_MIN else Q(pk=bare)
    written = begins("pk", asked.upper()) if len(asked) >= NUMBER_MIN else Q(pk=asked.upper())
    return Found(
        kiosks=_some(kiosks_called(kiosks_seen(scope), asked).order_by("pk")),
        offices=_some(offices_called(offices_seen(scope), asked)),
        notices=_some(notices_served(scope).filter(written | Q(reference=bare)).order_by("pk")),
        factories=_some(find(factories_served(scope), asked)),
        folders=_some(folders_served(scope).filter(numbered)),
        cases=_some(cases_served(scope).filter(written).order_by("pk")),
        tickets=_some(tickets_served(scope).filter(numbered).order_by("pk")),
    )


def _some(rows: QuerySet[Row]) -> tuple[Row, ...]:
    return tuple(rows[: SHOWN + 1])


def kiosks_called(kiosks: QuerySet[Kiosk], asked: str) -> QuerySet[Kiosk]:
    """Those of ``kiosks`` that answer to part of an id, of a name or of their office's, or to a serial number;
    all to an empty question."""
    if not asked:
        return kiosks
    named = Q(kiosk_id__icontains=asked) | _names(asked) | _names(asked, "office__")
    serial = kiosks_by_serial(asked)
    return kiosks.filter(named | Q(pk__in=serial)) if serial else kiosks.filter(named)


def offices_called(offices: QuerySet[Office], asked: str) -> QuerySet[Office]:
    """Those of ``offices`` with this id, or part of a name; all to an empty question."""
    return offices.filter(_names(asked) | Q(pk=asked.upper())) if asked else offices


def _names(asked: str, before: str = "") -> Q:
    return Q(**{f"{before}name_th__icontains": asked}) | Q(**{f"{before}name_en__icontains": asked})
