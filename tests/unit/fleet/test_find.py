"""The one field that finds anything: by number, serial or name, and nothing that somebody may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.acting.finding import NUMBER_MIN, SHOWN, Found, find_anything
from fleet.devices.models import Kiosk
from fleet.office.cases.models import Case
from fleet.office.channels.keeping import open_from_web
from fleet.office.channels.models import Channel
from fleet.office.models import Folder, Notice, Office
from fleet.people.models import Role
from fleet.people.scope import scope_of
from fleet.trust.models import Certificate, Enrolment, Origin, Stage
from tests.support.fleet_payments import owed
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder, person

SERIAL = "10000000a1b2c3d4"


def found(asked: str, who: User) -> Found:
    return find_anything(scope_of(who), asked)


@pytest.fixture
def officer() -> User:
    return person(Role.OFFICER, 20)


@pytest.fixture
def machine() -> str:
    """CBI-02 was let in with a machine of a serial number; its certificate's is told."""
    now = timezone.now()
    certificate = Certificate.objects.create(
        serial="7f3c9d00112233445566", kiosk_id="CBI-02", key_sha256="a" * 64, pem="", not_before=now,
        not_after=now + timedelta(days=90), origin=Origin.QR, issued_at=now,
    )  # fmt: skip
    for i, (stage, serial) in enumerate(((Stage.CONFIRMED, SERIAL), (Stage.REFUSED, "10000000ffffffff"))):
        Enrolment.objects.create(
            enrolment_id=f"{i:026d}", stage=stage, csr="", key_sha256="a" * 64, ca_sha256="b" * 64,
            commitment="c" * 64, fleet_nonce="d" * 32, serial_number=serial, address="192.0.2.1", created_at=now,
            expires_at=now, certificate=certificate if stage == Stage.CONFIRMED else None,
        )  # fmt: skip
    return certificate.pk


@pytest.mark.parametrize("asked", [SERIAL, SERIAL.upper(), "b2c3d4", "7f3c9d0011", "CBI-02", "cbi-02"])
def test_a_kiosk_is_found_by_id_and_by_serial(machine: str, officer: User, asked: str) -> None:
    assert [each.pk for each in found(asked, officer).kiosks] == ["CBI-02"]
    assert [each.pk for each in found(asked, person(Role.TECHNICIAN, 20, "technician")).kiosks] == ["CBI-02"]
    assert not found(asked, person(Role.TECHNICIAN, 40, "elsewhere"))
    listed = browser_of(person(Role.TECHNICIAN, 20, "lister")).get("/kiosks.csv", {"q": asked}).content.decode()
    assert [line.split(",")[0] for line in listed.split()[1:] if line[3:4] == "-"] == ["CBI-02"]
    items = holder(person(Role.TECHNICIAN, 20, "owner")).get(f"kiosks?q={asked}")["items"]
    assert [each["kiosk_id"] for each in items] == ["CBI-02"]


def test_the_serial_stands_where_the_identity_does(machine: str, officer: User) -> None:
    assert SERIAL in browser_of(officer).get("/kiosks/CBI-02/identity/").content.decode()
    one = holder(officer)
    assert one.get("kiosks/CBI-02/identity")["machine_serial"] == SERIAL
    assert one.get("kiosks/CBI-01/identity")["machine_serial"] == ""


def test_a_serial_that_was_refused_or_is_too_short_finds_nothing(machine: str, officer: User) -> None:
    assert not found("10000000ffffffff", officer)
    assert not found("3d4", officer)


def test_an_office_is_found_by_code_and_name(officer: User) -> None:
    ours = Office.objects.get(pk="CBI")
    for asked in ("cbi", ours.name_th[:-2], ours.name_en.upper()):
        assert ours in found(asked, officer).offices, asked
    assert not found(ours.name_th, person(Role.OFFICER, 40, "elsewhere")).offices


def test_what_an_office_keeps_is_found_by_who_serves_there(officer: User) -> None:
    notice = owed("CBI")
    folder = Folder.objects.filter(factory__office="CBI")[0]
    case = Case.objects.filter(office="CBI")[0]
    ticket = open_from_web(Channel.objects.filter(office_id="CBI")[0], "มีกลิ่น", "th")
    asked = {
        "notices": (notice.pk, notice.pk.lower(), notice.pk[:-1], notice.reference),
        "factories": (folder.factory_id, folder.factory.name_th),
        "folders": (folder.pk, folder.pk[:NUMBER_MIN]),
        "cases": (case.pk, case.pk[:-1]),
        "tickets": (ticket.number, ticket.number[:-2].lower()),
    }
    ours = {"notices": notice, "factories": folder.factory, "folders": folder, "cases": case, "tickets": ticket}
    strangers = [person(Role.TECHNICIAN, 20, "t"), person(Role.OFFICER, 40, "o"), person(Role.TREASURY, 20, "m")]
    for sort, words in asked.items():
        for each in words:
            rows = getattr(found(each, officer), sort)
            assert ours[sort] in rows or len(rows) > SHOWN, (sort, each)
            assert not any(ours[sort] in getattr(found(each, other), sort) for other in strangers), (sort, each)


def test_nothing_that_a_person_wrote_is_searched(officer: User) -> None:
    open_from_web(Channel.objects.filter(office_id="CBI")[0], "มีกลิ่นแรงทุกเย็น", "th")
    assert not found("กลิ่นแรง", officer)
    assert not found(" \x00 ", officer)


def test_what_was_scanned_opens_at_once_and_a_name_does_not(officer: User) -> None:
    notice = owed("CBI")
    browser = browser_of(officer)
    opened = f"/fees/CBI/notices/{notice.pk}/"
    assert browser.get("/find/", {"q": notice.reference}).headers["Location"] == opened
    Case.objects.filter(pk=notice.pk).delete()
    assert browser.get("/find/", {"q": notice.pk}).headers["Location"] == opened
    assert browser.get("/find/", {"q": "cbi-02"}).headers["Location"] == "/kiosks/CBI-02/"
    page = browser.get("/find/", {"q": notice.factory.name_th})
    assert page.status_code == 200
    assert notice.factory.name_th in page.content.decode()
    office = browser.get("/find/", {"q": "CBI"}).content.decode()
    assert "/kiosks/CBI-01/" in office
    assert 'href="/kiosks/?province=20&amp;office=CBI"' in office


def test_what_two_things_are_called_by_opens_neither(officer: User) -> None:
    case = Case.objects.filter(office="CBI", pk__in=Notice.objects.values("pk"))[0]
    page = browser_of(officer).get("/find/", {"q": case.pk}).content.decode()
    assert f'href="/cases/{case.pk}/"' in page
    assert f'href="/fees/CBI/notices/{case.pk}/"' in page


def test_more_than_fit_lead_to_the_list(officer: User) -> None:
    Kiosk.objects.bulk_create(
        Kiosk(kiosk_id=f"CBI-{number}", office_id="CBI", name_th="ศาลา", name_en="Hall") for number in range(50, 60)
    )
    browser = browser_of(officer)
    page = browser.get("/find/", {"q": "CBI-5"}).content.decode()
    assert page.count('<a class="kid" href="/kiosks/CBI-5') == SHOWN
    assert 'href="/kiosks/?q=CBI-5"' in page
    assert "ไม่พบอะไรที่ตรงกัน" in browser.get("/find/", {"q": "ไม่มีสิ่งนี้"}).content.decode()
    assert "หรือสแกนก็ได้" in browser.get("/find/").content.decode()


def test_a_program_finds_offices_and_what_their_numbers_stand_for(officer: User) -> None:
    ours, one = Office.objects.get(pk="CBI"), holder(officer)
    for asked in ("", "q=cbi", f"q={ours.name_en[:6]}", "province=20"):
        assert [each["office_id"] for each in one.get(f"offices?{asked}")["items"]] == ["CBI"], asked
    assert one.get("offices?province=40")["items"] == []
    assert [(each["dopa_code"], each["name_en"]) for each in one.get("provinces")["items"]] == [(20, "Chon Buri")]
    nation = holder(person(Role.NATIONAL_ADMIN, None))
    assert {"CBI", "KKN"} <= {each["office_id"] for each in nation.get("offices?limit=200")["items"]}
