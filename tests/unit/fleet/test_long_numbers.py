"""A number longer than Python reads (4,300 digits) is no number, wherever somebody types it or an address names it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fleet.acting.numbers import DIGITS_MAX, whole
from fleet.office.cases.models import Case, Manual
from fleet.office.models import Factory, Folder
from fleet.people.models import Role
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

LONG = "9" * 5000
NOT_ASCII = "๙" * 5000
"""Digits as well, for ``str.isdecimal`` and for ``int``."""


@pytest.mark.parametrize(("text", "number"), [
    ("0", 0), ("007", 7), ("9" * DIGITS_MAX, 10**DIGITS_MAX - 1), ("9" * (DIGITS_MAX + 1), None), (LONG, None),
    ("", None), ("-1", None), ("1 ", None), ("1_0", None), ("๑", None), ("²", None), (NOT_ASCII, None),
])  # fmt: skip
def test_what_a_whole_number_is(text: str, number: int | None) -> None:
    assert whole(text) == number


def test_no_longer_than_whoever_asks_wants_it() -> None:
    assert (whole("9999", 4), whole("10000", 4)) == (9999, None)


@pytest.fixture
def admin() -> Client:
    return browser_of(person(Role.NATIONAL_ADMIN, None))


@pytest.mark.parametrize("long", [LONG, NOT_ASCII], ids=["ascii", "thai"])
@pytest.mark.parametrize(("address", "status"), [
    ("/fees/CBI/notices/?year=2569&made={}", 200), ("/fees/CBI/?year={}", 200), ("/fee-rules/new/?draft={}", 404),
    ("/fees/CBI/notices/?month={}&page={}", 200), ("/kiosks/?province={}", 200), ("/payments/?province={}", 200),
    ("/audit/?before={}", 200), ("/people/?province={}", 200), ("/alerts/?province={}", 200), ("/register/{}/", 404),
    ("/settings/waiting/{}/", 404),
])  # fmt: skip
def test_an_address_with_one_is_answered(address: str, status: int, long: str, admin: Client) -> None:
    assert admin.get(address.replace("{}", long)).status_code == status


def _forms() -> list[tuple[str, dict[str, Any], int]]:
    case, factory = Case.objects.filter(office="CBI")[0], Factory.objects.filter(office="CBI").order_by("pk")[0]
    folder, manual = Folder.objects.filter(factory__office="CBI")[0], Manual.objects.all()[0]
    opening = {"factory": factory.pk, "manual": manual.pk, "paper": "{}", "on": "2999-01-01", "at": "09:00"}
    return [
        ("/holidays/", {"deed": "remove", "holiday": "{}"}, 404),
        (f"/cases/{case.pk}/", {"deed": "paper", "position": "{}"}, 409),
        ("/cases/new/", opening, 422),
        ("/partners/companies/", {"address": "https://a.example", "timeout_s": "5{}"}, 200),
        ("/partners/companies/", {"address": "https://a.example", "timeout_s": "0005{}"}, 200),
        ("/folders/labels/", {"folder": folder.pk, "sheet": "3x8", "first": "0001{}"}, 400),
        ("/fee-rules/new/", {"reason": "ทดลองดู", "bands.rows": "{}"}, 422),
        ("/fee-rules/new/", {"reason": "ทดลองดู", "bands.rows": "1", "bands.0.fee_satang": "1" + ",000" * 1500}, 422),
        ("/rollouts/new/", {"firmware": "{}", "province": "{}"}, 422),
    ]


@pytest.mark.parametrize("long", [LONG, NOT_ASCII], ids=["ascii", "thai"])
def test_a_form_with_one_is_answered(long: str, admin: Client) -> None:
    found = {}
    for address, form, status in _forms():
        sent = {name: value.replace("{}", long) for name, value in form.items()}
        found[(address, *form)] = (admin.post(address, sent).status_code, status)
    assert {at: each for at, each in found.items() if each[0] != each[1]} == {}
