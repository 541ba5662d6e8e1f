"""A settlement file through the page: taken, told, refused."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fleet.payments.models import SettlementFile
from fleet.payments.pretend.forms import settlement_file
from fleet.people.models import Membership, Role
from tests.support.fleet_payments import owed, word
from tests.support.signed_in import browser_of

DAY = date(2026, 11, 22)


def client(role: Role, dopa_code: int | None = None) -> Client:
    user = User.objects.create_user(f"somebody {role}")
    Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def send(sent: bytes, *, bank: str = "SCB", by: Client | None = None) -> str:
    by = by or client(Role.NATIONAL_ADMIN)
    answer = by.post("/payments/file/", {"bank": bank, "file": SimpleUploadedFile("day.txt", sent)})
    assert answer.status_code == 200
    return answer.content.decode()


def day_of(transaction_id: str = "T1") -> bytes:
    return settlement_file("SCB", DAY, [word(owed(), transaction_id, bank="SCB")])


def test_a_day_is_taken_and_agrees() -> None:
    notice = owed()
    page = send(day_of())
    assert "ตรงกันทุกสตางค์" in page
    notice.refresh_from_db()
    assert notice.paid_at is not None
    assert SettlementFile.objects.count() == 1


def test_the_same_file_again_changes_nothing_and_another_one_is_refused() -> None:
    national = client(Role.NATIONAL_ADMIN)
    sent = day_of()
    assert "ตรงกันทุกสตางค์" in send(sent, by=national)
    assert "ตรงกันทุกสตางค์" in send(sent, by=national)
    notice = owed()
    other = settlement_file("SCB", DAY, [word(notice, "T2", bank="SCB")])
    assert 'role="alert"' in send(other, by=national)
    notice.refresh_from_db()
    assert notice.paid_at is None


@pytest.mark.parametrize("sent", [b"", b"\xff" * 300, b"H" + b" " * 255 + b"\r\n"])
def test_what_is_no_file_of_a_bank_is_refused_with_where(sent: bytes) -> None:
    assert 'role="alert"' in send(sent)
    assert not SettlementFile.objects.exists()


def test_a_bank_must_be_chosen() -> None:
    assert 'role="alert"' in send(day_of(), bank="NOBODY")
    assert not SettlementFile.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROVINCIAL_ADMIN, Role.TECHNICIAN])
def test_a_provinces_people_take_no_file_of_all_provinces(role: Role) -> None:
    somebody = client(role, 20)
    assert somebody.get("/payments/file/").status_code == 404
    assert somebody.post("/payments/file/", {"bank": "SCB"}).status_code == 404
