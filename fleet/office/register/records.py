"""Between candidates and the database: what is on record of some factories, and how a change is written.

Rules: every write is one batch in the caller's transaction. Values of ``Change`` are plain JSON, the same on the way
in and on the way back (``as_plain``, ``from_plain``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from fleet.office.models import Company, Factory, Office, OwnerHash, Province
from fleet.office.register.deciding import FACTS, Known, Places

COLUMNS = (*FACTS, "old_no", "company_id")
"""What an import may change of a factory, by attribute."""

_SHORT_NAMES = {"กทม": 10, "กทม.": 10, "กรุงเทพ": 10, "กรุงเทพฯ": 10, "อยุธยา": 14, "โคราช": 30}
"""What clerks also write."""


def places_for(office: Office | None) -> Places:
    """Where the lines of a run may go."""
    offices: dict[int, tuple[str, ...]] = {}
    for office_id, dopa_code in Office.objects.order_by("pk").values_list("pk", "province_id"):
        offices[dopa_code] = (*offices.get(dopa_code, ()), office_id)
    return Places(offices, dict(Province.objects.values_list("dopa_code", "name_th")), office.pk if office else None)


def provinces_by_name() -> dict[str, int]:
    """Every way in which a cell may name a province, without blanks and in small letters."""
    found = dict(_SHORT_NAMES)
    for province in Province.objects.all():
        for name in (province.name_th, province.name_en, str(province.dopa_code), f"{province.dopa_code}.0"):
            found[name.replace(" ", "").casefold()] = province.dopa_code
    return found


def known_factories(numbers: Iterable[str]) -> dict[str, Known]:
    """What is on record of these, by 14-digit number."""
    factories = Factory.objects.filter(pk__in=set(numbers))
    hashes: dict[str, set[str]] = {}
    for factory_no, hashed in OwnerHash.objects.filter(factory__in=factories).values_list("factory_id", "hash"):
        hashes.setdefault(factory_no, set()).add(hashed)
    return {each.pk: _known(each, frozenset(hashes.get(each.pk, ()))) for each in factories}


def _known(factory: Factory, hashes: frozenset[str]) -> Known:
    facts: dict[str, object] = {name: getattr(factory, name) for name in FACTS}
    return Known(factory.pk, factory.office_id, factory.old_no, {**facts, "tax_id": factory.company_id}, hashes)


def holders_of(old_numbers: Iterable[str]) -> dict[str, set[str]]:
    """The factories on record that have these old numbers."""
    found: dict[str, set[str]] = {}
    rows = Factory.objects.filter(old_no__in={each for each in old_numbers if each})
    for old_no, factory_no in rows.values_list("old_no", "factory_no"):
        found.setdefault(old_no, set()).add(factory_no)
    return found


def columns_of(changes: Mapping[str, object]) -> dict[str, Any]:
    """Changes of a decision as attributes of ``Factory``."""
    return {"company_id" if name == "tax_id" else name: value for name, value in changes.items()}


def as_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of a factory as JSON has them."""
    return {name: str(value) if isinstance(value, Decimal | date) else value for name, value in values.items()}


def from_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """And back."""
    found = dict(values)
    if found.get("horsepower") is not None:
        found["horsepower"] = Decimal(found["horsepower"])
    if found.get("fee_anniversary") is not None:
        found["fee_anniversary"] = date.fromisoformat(found["fee_anniversary"])
    return found


def write_factories(factories: list[Factory]) -> None:
    """Insert or overwrite, in few statements."""
    written = [*FACTS, "name_order", "old_no", "company"]
    Factory.objects.bulk_create(factories, update_conflicts=True, unique_fields=["factory_no"], update_fields=written)


def make_companies(names: Mapping[str, str]) -> set[str]:
    """Companies that were not there, by tax id and name; the tax ids of those."""
    there = set(Company.objects.filter(pk__in=names).values_list("pk", flat=True))
    fresh = [Company(tax_id=tax_id, name_th=name) for tax_id, name in names.items() if tax_id not in there]
    Company.objects.bulk_create(fresh, ignore_conflicts=True)
    return {each.tax_id for each in fresh}
