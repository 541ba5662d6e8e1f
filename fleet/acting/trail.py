"""Which lines of the trail somebody asks for, of those they may read. Not here: the trail itself (``fleet.audit``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from fleet.audit.models import Entry
from fleet.people.scope import Scope
from fleet.protocol.thai import BANGKOK


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; empty asks for nothing. ``first`` and ``last``: days in Thailand, both included."""

    who: str = ""
    about: str = ""
    kind: str = ""
    what: str = ""
    dopa_code: int | None = None
    first: date | None = None
    last: date | None = None


def entries(scope: Scope, sought: Sought) -> QuerySet[Entry]:
    """The lines, the newest first; what is no province's is for who reads the nation's trail."""
    rows = scope.audits.of(Entry.objects.all(), "dopa_code")
    exact = {"by_name": sought.who, "about": sought.about, "kind": sought.kind, "what": sought.what}
    rows = rows.filter(**{name: said for name, said in exact.items() if said})
    if sought.dopa_code is not None:
        rows = rows.filter(dopa_code=sought.dopa_code)
    if sought.first is not None and sought.first > date.min:  # whose midnight here is a time before all times
        rows = rows.filter(at__gte=_midnight(sought.first))
    if sought.last is not None and sought.last < date.max:
        rows = rows.filter(at__lt=_midnight(sought.last + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BANGKOK)
