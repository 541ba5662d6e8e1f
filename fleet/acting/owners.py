"""Whose a thing is that an address names: the province its line in the trail belongs to. For pages and for REST.

Rules: the thing's own province, whoever acted: an auditor of a province reads all that was done there, also by an
account or a program of the whole nation. Only where an address names nothing that is somewhere, it is the one province
of the account. Not here: who may do it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet

from fleet.alerts.models import Alert, Maintenance
from fleet.devices.models import Kiosk, PlannedSettings
from fleet.office.cases.models import Case
from fleet.office.channels.models import Ticket
from fleet.office.fees.models import LetterRun
from fleet.office.holidays.models import Holiday
from fleet.office.models import Factory, Folder, Notice, Office, Province
from fleet.office.register.models import Run
from fleet.payments.models import Confirmation
from fleet.people.scope import Area

Named = Mapping[str, object]


def province_of(named: Named, what: str, sees: Area) -> int | None:
    """The province; None is the nation's. ``what``: the page's or route's name, for several things go by a number;
    ``sees``: of the account."""
    for name, value in named.items():
        if (owner := _numbered(what) if name == "number" else _OWNERS.get(name)) is not None:
            return owner(str(value), named)
    return next(iter(sees)) if len(sees.provinces) == 1 and not sees.nation else None


def _of_layer(layer: str, named: Named) -> int | None:
    key = str(named.get("key", ""))
    match layer:
        case "province":
            return _code(key)
        case "office":
            return _of_office(key, named)
        case "kiosk":
            return _OWNERS["kiosk_id"](key, named)
    return None


def _of_key(key: str, named: Named) -> int | None:
    """Of rules that are laid over others: a province's code, an office's name, or the nation's."""
    return _code(key) if key.isdigit() else _of_office(key, named)


def _code(key: str) -> int | None:
    return int(key) if key.isascii() and key.isdigit() and len(key) < 4 else None


def _of_office(pk: str, _: Named) -> int | None:
    return Office.objects.filter(pk=pk).values_list("province_id", flat=True).first()


def _by_row(rows: Callable[[], QuerySet[Any]], province: str) -> Callable[[str, Named], int | None]:
    """Of a thing that a number names; ``province``: the path to the DOPA code."""

    def owner(number: str, _: Named) -> int | None:
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        found: int | None = rows().filter(pk=int(number)).values_list(province, flat=True).first()
        return found

    return owner


def _of_ticket(number: str, _: Named) -> int | None:
    return Ticket.objects.filter(pk=number).values_list("office__province_id", flat=True).first()


def _numbered(what: str) -> Owner | None:
    """Whose things of this page or route are; None for those that are nobody's in particular: accounts, roll-outs."""
    if what == "alert":
        what = "alerts/"
    return next((owner for word, owner in _NUMBERED.items() if what.startswith(word)), None)


Owner = Callable[[str, Named], "int | None"]

_of_plan = _by_row(PlannedSettings.objects.all, "dopa_code")

_NUMBERED: dict[str, Owner] = {
    "ticket": _of_ticket,
    "register": _by_row(Run.objects.all, "office__province_id"),
    "payment": _by_row(Confirmation.objects.all, "office__province_id"),
    "planned-settings": _of_plan,
    "alerts/": _by_row(Alert.objects.all, "dopa_code"),
    "maintenance": _by_row(Maintenance.objects.all, "dopa_code"),
    "letter": _by_row(LetterRun.objects.all, "office__province_id"),
    "holidays": _by_row(Holiday.objects.all, "province_id"),
}
"""By how a page or route begins."""

_OWNERS: dict[str, Owner] = {
    "dopa_code": lambda code, _: _code(code),
    "province": lambda code, _: _code(code),
    "iso_code": lambda code, _: Province.objects.filter(iso_code=code).values_list("pk", flat=True).first(),
    "layer": _of_layer,
    "key": _of_key,
    "plan": _of_plan,
    "office_id": _of_office,
    "kiosk_id": lambda pk, _: Kiosk.objects.filter(pk=pk).values_list("office__province_id", flat=True).first(),
    "factory_no": lambda pk, _: Factory.objects.filter(pk=pk).values_list("office__province_id", flat=True).first(),
    "case_no": lambda pk, _: Case.objects.filter(pk=pk).values_list("office__province_id", flat=True).first(),
    "notice_no": lambda pk, _: (
        Notice.objects.filter(pk=pk).values_list("factory__office__province_id", flat=True).first()
    ),
    "folder_id": lambda pk, _: (
        Folder.objects.filter(pk=pk).values_list("factory__office__province_id", flat=True).first()
    ),
}
