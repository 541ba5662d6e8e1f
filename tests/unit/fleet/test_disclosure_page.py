"""The page of what of persons was sent to other systems: each province its own, masked, and as a table."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fleet.office.channels.models import Registration
from fleet.partners.models import Disclosure
from fleet.partners.port import System
from fleet.people.models import Role
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

NUMBER = "RCBI016900000439"


def client(role: Role, dopa_code: int | None, language: str = "th") -> Client:
    return browser_of(person(role, dopa_code), HTTP_ACCEPT_LANGUAGE=language)


def sent(system: System, asked_for: str, dopa_code: int | None, outcome: str = "answered", hours_ago: int = 0) -> None:
    fields = "id_number chip_no request_no" if system is System.CARD_STATUS else "id_number phone"
    at = timezone.now() - timedelta(hours=hours_ago)
    Disclosure.objects.create(
        system=system, at=at, fields=fields, asked_for=asked_for, dopa_code=dopa_code, outcome=outcome
    )


@pytest.fixture(autouse=True)
def some() -> None:
    Registration.objects.create(
        number=NUMBER, office_id="CBI", kiosk_id="CBI-01", opened_at=timezone.now(),
        id_masked="x-xxxx-xxxxx-01-3", phone_masked="xxx-xxx-5678", sealed="sealed",
    )  # fmt: skip
    sent(System.CARD_STATUS, "CBI-01", 20, hours_ago=2)
    sent(System.CUSTOMERS, NUMBER, 20, "silent", hours_ago=1)
    sent(System.CARD_STATUS, "KKN-01", 40)
    sent(System.CARD_STATUS, "OLD-01", None)


def test_an_officer_sees_those_of_their_province_and_no_other() -> None:
    page = client(Role.OFFICER, 20).get("/partners/disclosures/").content.decode()
    assert "CBI-01" in page
    assert "x-xxxx-xxxxx-01-3" in page
    assert "KKN-01" not in page
    assert "OLD-01" not in page, "of no province: the nation's"


def test_the_nation_sees_all_of_them() -> None:
    page = client(Role.NATIONAL_ADMIN, None).get("/partners/disclosures/").content.decode()
    assert all(each in page for each in ("CBI-01", "KKN-01", "OLD-01"))


def test_who_only_looks_after_machines_or_money_finds_no_such_page() -> None:
    for role in (Role.TECHNICIAN, Role.TREASURY):
        somebody = client(role, 20)
        for address in ("/partners/disclosures/", "/partners/disclosures.csv"):
            assert somebody.get(address).status_code == 404


def test_the_list_is_narrowed_by_system_and_number() -> None:
    officer = client(Role.OFFICER, 20)
    only = officer.get("/partners/disclosures/", {"kind": "customers"}).content.decode()
    assert "x-xxxx-xxxxx-01-3" in only
    assert "เจ้าของบัตรใน" not in only
    found = officer.get("/partners/disclosures/", {"q": "cbi-01"}).content.decode()
    assert "เจ้าของบัตรใน" in found
    assert "x-xxxx-xxxxx-01-3" not in found
    assert "ไม่มีรายการตามที่ค้น" in officer.get("/partners/disclosures/", {"q": "KKN-01"}).content.decode()


def test_the_table_says_when_to_whom_what_and_why() -> None:
    answer = client(Role.OFFICER, 20).get("/partners/disclosures.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["asked_for"] for row in rows] == ["R-CBI01-69-0000043-9", "CBI-01"], "the newest first"
    request, card = rows
    assert (request["about_masked"], request["outcome"], request["province"]) == (
        "x-xxxx-xxxxx-01-3",
        "ไม่ตอบในเวลา",
        "20",
    )
    assert (card["owner"], card["about_masked"]) == ("กรมการปกครอง", "")
    assert "เลขประจำตัวประชาชน" in card["fields"]
    assert "ใบแทนสำเนาบัตร" in card["purpose"]
