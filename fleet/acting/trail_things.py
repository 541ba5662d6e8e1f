"""What lines of the trail name, as far as it exists for who reads them: a query a sort, however many the lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet

from fleet.acting import webhooks
from fleet.acting.planning import planned_seen
from fleet.acting.seen import (
    cases_served,
    confirmations_seen,
    factories_served,
    folders_served,
    kiosks_seen,
    notices_served,
    offices_seen,
    provinces_seen,
    register_runs_served,
    rollouts_seen,
    tickets_served,
)
from fleet.alerts import telling
from fleet.devices.models import Layer
from fleet.people.appointing import accounts_seen
from fleet.people.models import Role
from fleet.people.scope import Scope


class Sort(StrEnum):
    """What there is a page of."""

    ALERT = "alert"
    CASE = "case"
    FACTORY = "factory"
    FOLDER = "folder"
    KIOSK = "kiosk"
    NOTICE = "notice"
    OFFICE = "office"
    PAYMENT = "payment"
    PERSON = "person"
    PLAN = "plan"
    PROVINCE = "province"
    ROLLOUT = "rollout"
    RUN = "run"
    TICKET = "ticket"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Thing:
    """What a line names. ``is_layer``: not itself, but its layer of settings."""

    sort: Sort
    key: str
    is_layer: bool = False


_NAMES = {
    "kiosk_id": Sort.KIOSK,
    "factory_no": Sort.FACTORY,
    "case_no": Sort.CASE,
    "notice_no": Sort.NOTICE,
    "folder_id": Sort.FOLDER,
    "office_id": Sort.OFFICE,
    "dopa_code": Sort.PROVINCE,
    "province": Sort.PROVINCE,
    "plan": Sort.PLAN,
    "username": Sort.PERSON,
}
"""By the name of a part of an address."""

_NUMBERS = {
    "alert": Sort.ALERT,
    "alerts": Sort.ALERT,
    "payment": Sort.PAYMENT,
    "payments": Sort.PAYMENT,
    "people": Sort.PERSON,
    "person": Sort.PERSON,
    "planned-settings": Sort.PLAN,
    **dict.fromkeys(("register", "register-run", "register-import", "register-undo"), Sort.RUN),
    **dict.fromkeys(("register-findings", "register-report"), Sort.RUN),
    "rollout": Sort.ROLLOUT,
    "rollouts": Sort.ROLLOUT,
    "ticket": Sort.TICKET,
    "tickets": Sort.TICKET,
    "webhook": Sort.WEBHOOK,
    "webhooks": Sort.WEBHOOK,
}
"""What goes by a number, by the page's name or the first word of the operation's address."""

_LAYERS: Mapping[str, Sort] = {
    Layer.PROVINCE: Sort.PROVINCE,
    Layer.OFFICE: Sort.OFFICE,
    Layer.KIOSK: Sort.KIOSK,
}


def thing_of(what: str, names: Sequence[str], about: str) -> Thing | None:
    """The thing that ``about`` names; ``names``: of its parts, as the address of ``what`` has them."""
    parts = dict(zip(names, about.split("/"), strict=False))
    if (layer := parts.get("layer")) is not None:
        return Thing(_LAYERS[layer], parts["key"], is_layer=True) if layer in _LAYERS and "key" in parts else None
    number = _NUMBERS.get(what.partition("/")[0])
    for name, key in reversed(parts.items()):
        if (sort := number if name == "number" else _NAMES.get(name)) is not None:
            return Thing(sort, with_role(key)[0] if sort is Sort.PERSON else key)
    return None


def with_role(said: str) -> tuple[str, str]:
    """An account, and the role that a line says was taken from it, if it says so."""
    name, _, role = said.rpartition(" ")
    return (name, role) if name and role in Role.values else (said, "")


def there(person: User, scope: Scope, things: Iterable[Thing]) -> dict[tuple[Sort, str], Model]:
    """Those of them that exist for an account, by sort and key."""
    asked: dict[Sort, set[str]] = defaultdict(set)
    for each in things:
        asked[each.sort].add(each.key)
    found: dict[tuple[Sort, str], Model] = {}
    for sort, keys in asked.items():
        rows: QuerySet[Any] = webhooks.seen(person, scope) if sort is Sort.WEBHOOK else _ROWS[sort](scope)
        is_one = Q(pk__in=_keys(rows, keys))
        if sort is Sort.PERSON:
            for user in rows.prefetch_related(None).filter(is_one | Q(username__in=keys)):
                found[sort, str(user.pk)] = found[sort, user.username] = user
        else:
            found |= {(sort, str(row.pk)): row for row in rows.filter(is_one)}
    return found


_ROWS: Mapping[Sort, Callable[[Scope], QuerySet[Any]]] = {
    Sort.ALERT: telling.seen,
    Sort.CASE: cases_served,
    Sort.FACTORY: factories_served,
    Sort.FOLDER: folders_served,
    Sort.KIOSK: kiosks_seen,
    Sort.NOTICE: notices_served,
    Sort.OFFICE: offices_seen,
    Sort.PAYMENT: confirmations_seen,
    Sort.PERSON: accounts_seen,
    Sort.PLAN: planned_seen,
    Sort.PROVINCE: provinces_seen,
    Sort.ROLLOUT: rollouts_seen,
    Sort.RUN: register_runs_served,
    Sort.TICKET: tickets_served,
}


def _keys(rows: QuerySet[Any], keys: Iterable[str]) -> list[str]:
    """Without those that can be none: a number that is words, or longer than any."""
    if rows.model._meta.pk.get_internal_type() in ("CharField", "TextField"):
        return list(keys)
    return [each for each in keys if each.isascii() and each.isdigit() and len(each) < 10]
