"""Which kiosks somebody asks for, of those that exist for them: the same for the page, its file, its stickers and
programs.

A province or an office that an account may not see is as one there is none of: its kiosks are none, and it has no name.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from fleet.acting.finding import kiosks_called
from fleet.acting.seen import kiosks_seen, offices_seen, provinces_seen
from fleet.devices.models import Kiosk
from fleet.office.models import Office, Province
from fleet.people.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; empty or None asks for nothing. ``text``: as ``finding.kiosks_called`` reads it."""

    text: str = ""
    dopa_code: int | None = None
    office_id: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where that is. None: nowhere in particular, or not there for the account. ``offices``: all of the province."""

    province: Province | None
    office: Office | None
    offices: tuple[Office, ...]


def kiosks_sought(scope: Scope, sought: Sought) -> QuerySet[Kiosk]:
    """The kiosks, whatever state they are in."""
    rows = kiosks_called(kiosks_seen(scope), sought.text)
    if sought.dopa_code is not None:
        rows = rows.filter(office__province_id=sought.dopa_code)
    return rows.filter(office_id=sought.office_id) if sought.office_id else rows


def place_of(scope: Scope, sought: Sought) -> Place:
    """The place; of an office that is named alone, its province, too."""
    office = offices_seen(scope).filter(pk=sought.office_id).first() if sought.office_id else None
    dopa_code = office.province_id if office and sought.dopa_code is None else sought.dopa_code
    if office and office.province_id != dopa_code:
        office = None
    province = provinces_seen(scope).filter(pk=dopa_code).first() if dopa_code is not None else None
    return Place(province, office, tuple(offices_seen(scope).filter(province=province)) if province else ())
