"""The page on which officers decide: whose it is, what it offers, and what it says when it will not."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from fleet.office.models import Notice
from fleet.payments.confirming import confirm
from fleet.payments.models import Confirmation, Decision
from fleet.people.models import Role
from tests.support.fleet_payments import owed, word
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

WHY = "ตกลงกับผู้ชำระแล้ว"


def client(name: str, role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20) -> Client:
    return browser_of(person(role, dopa_code, name))


def over() -> tuple[Notice, Confirmation, str]:
    notice = owed()
    said = confirm(word(notice, amount_satang=notice.amount_satang + 100))
    return notice, said, f"/payments/{said.pk}/"


def is_paid(notice: Notice) -> bool:
    return Notice.objects.get(pk=notice.pk).paid_at is not None


def test_the_provinces_admin_decides_and_it_leaves_the_queue() -> None:
    notice, said, address = over()
    admin = client("admin")
    assert address in admin.get("/payments/").content.decode()
    page = admin.get(address).content.decode()
    assert 'value="settle"' in page
    assert 'value="undo"' not in page
    assert admin.post(address, {"deed": "settle", "reason": WHY}).status_code == 302
    assert is_paid(notice)
    assert WHY in admin.get(address).content.decode()
    assert f'class="nd" href="{address}"' not in admin.get("/payments/").content.decode()
    assert Decision.objects.get(confirmation=said).by.username == "admin"


@pytest.mark.parametrize(
    "sent", [{}, {"deed": "settle", "reason": "x"}, {"deed": "undo", "reason": WHY}, {"second": "agree"}]
)
def test_what_cannot_be_decided_is_told_and_changes_nothing(sent: dict[str, str]) -> None:
    notice, _said, address = over()
    answer = client("admin").post(address, sent)
    assert 'role="alert"' in answer.content.decode()
    assert not is_paid(notice)
    assert not Decision.objects.exists()


def test_two_people_above_the_amount() -> None:
    notice, _said, address = over()
    first, other = client("first"), client("other")
    with override_settings(SECOND_EYES_ABOVE_SATANG=1):
        first.post(address, {"deed": "settle", "reason": WHY})
        assert 'name="second"' not in first.get(address).content.decode()
        assert 'role="alert"' in first.post(address, {"second": "agree"}).content.decode()
        assert not is_paid(notice)
        assert 'name="second"' in other.get(address).content.decode()
        assert other.post(address, {"second": "agree"}).status_code == 302
    assert is_paid(notice)


@pytest.mark.parametrize(("role", "dopa_code"), [(Role.TECHNICIAN, 20), (Role.PROVINCIAL_ADMIN, 40)])
def test_for_others_it_does_not_exist(role: Role, dopa_code: int) -> None:
    notice, _said, address = over()
    somebody = client("somebody", role, dopa_code)
    assert somebody.get(address).status_code == 404
    assert somebody.post(address, {"deed": "settle", "reason": WHY}).status_code == 404
    assert not is_paid(notice)


def test_an_officer_of_the_province_decides() -> None:
    notice, _said, address = over()
    officer = client("officer", Role.OFFICER)
    assert officer.post(address, {"deed": "settle", "reason": WHY}).status_code == 302
    assert is_paid(notice)


def test_what_names_nobodys_notice_is_the_nations() -> None:
    said = confirm(word(owed(), ref1="N2099999999X"))
    address = f"/payments/{said.pk}/"
    assert client("province").get(address).status_code == 404
    nation = client("nation", Role.NATIONAL_ADMIN, None)
    assert nation.post(address, {"deed": "elsewhere", "reason": WHY}).status_code == 302
    assert nation.get("/payments/x/").status_code == 404
    assert nation.get(f"/payments/{'9' * 40}/").status_code == 404
