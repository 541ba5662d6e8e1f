"""The page of all payments: how much of each list stands on it, and what is told of everybody's money together."""

from __future__ import annotations

from django.test import Client

from fleet.payments.confirming import confirm
from fleet.people.models import Role
from fleet.web.views.payments import OF_EACH
from tests.support.fleet_payments import owed, word
from tests.support.signed_in import browser_of
from tests.support.token_holder import person


def client(role: Role, dopa_code: int | None) -> Client:
    """A browser of somebody who has signed in."""
    return browser_of(person(role, dopa_code))


def test_each_list_is_short_until_it_is_asked_for_by_itself() -> None:
    for number in range(OF_EACH + 1):
        confirm(word(owed(), f"T{number}", ref1="N2099999999X"))
    nation = client(Role.NATIONAL_ADMIN, None)
    page = nation.get("/payments/").content.decode()
    assert (page.count('class="nd"'), page.count('href="?show=open"')) == (OF_EACH, 2)
    alone = nation.get("/payments/?show=open").content.decode()
    assert alone.count('class="nd"') == OF_EACH + 1
    assert 'href="?show=shown"' in alone
    assert "<table" not in alone.partition('<div class="col">')[2].partition('<section class="card files"')[0]


def test_what_is_of_everybodys_money_together_is_not_told_of_a_part() -> None:
    confirm(word(owed(), "T1"))
    confirm(word(owed(), "T2", biller_id="399999999999999"))
    nation, province = client(Role.NATIONAL_ADMIN, None), client(Role.PROVINCIAL_ADMIN, 20)
    assert 'id="balances"' in nation.get("/payments/").content.decode()
    assert 'id="balances"' not in nation.get("/payments/?province=20").content.decode()
    assert 'id="balances"' not in province.get("/payments/").content.decode()
