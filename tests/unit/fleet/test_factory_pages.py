"""Factories: found by what somebody has in hand, and one factory's page with all its office knows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fleet.office.cases.models import Case, Permit
from fleet.office.cases.working import finish_step
from fleet.office.finding import find
from fleet.office.models import Factory, Folder
from fleet.people.models import Membership, Role
from tests.support.fleet_payments import owed
from tests.support.signed_in import browser_of


def client(role: Role | None = Role.OFFICER, dopa_code: int | None = 20) -> Client:
    user = User.objects.create_user("somebody", first_name="สุดา")
    if role is not None:
        Membership.objects.create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


@pytest.fixture
def factory() -> Factory:
    found = owed("CBI").factory
    found.old_no = "จ3-22(3)-1/41ชบ"
    found.save()
    return found


def test_it_is_found_by_either_number_name_and_folder(factory: Factory) -> None:
    folder = Folder.objects.filter(factory=factory)[0].pk
    hyphened = f"{factory.pk[:1]} {factory.pk[1:2]}-{factory.pk[2:4]}-{factory.pk[4:]}"
    for asked in (factory.pk, factory.pk[:12], hyphened, "22(3)-1/41", factory.old_no, factory.name_th[:9], folder):
        assert factory in find(Factory.objects.filter(office="CBI"), asked), asked
    assert not find(Factory.objects.all(), "ไม่มีโรงงานนี้").exists()
    assert find(Factory.objects.all(), " \x00 ").count() == Factory.objects.count()


def test_a_scan_leads_to_the_factory_and_a_name_to_a_list(factory: Factory) -> None:
    officer = client()
    for code in (factory.pk, factory.old_no, Folder.objects.filter(factory=factory)[0].pk.lower()):
        assert officer.get("/factories/", {"q": code}).headers["Location"] == f"/factories/{factory.pk}/", code
    assert officer.get("/factories/", {"q": factory.name_th}).status_code == 200
    assert "ไม่พบโรงงาน" in officer.get("/factories/", {"q": "ไม่มี"}).content.decode()


def test_the_page_says_what_is_owed_under_way_expiring_and_where_the_paper_is(factory: Factory) -> None:
    officer = client()
    case = Case.objects.filter(factory=factory, closed_on__isnull=True)[0]
    finish_step(case, User.objects.get())
    page = officer.get(f"/factories/{factory.pk}/").content.decode()
    main = page.split('<main id="main">')[1]
    notice = owed("CBI")
    assert f"ค้างชำระ {notice.amount_satang // 100:,}.00 บาท" in main
    for each in (notice.pk, case.pk, Permit.objects.filter(factory=factory)[0].pk, factory.old_no):
        assert each in main
    assert Folder.objects.filter(factory=factory)[0].pk in main
    history = main.split("ประวัติ")[1]
    assert "ขั้นเสร็จ" in history
    assert "สุดา" in history
    assert "ออกใบแจ้ง" in history


def test_a_factory_about_which_nothing_is_known_says_so() -> None:
    empty = Factory.objects.create(factory_no="20200099925551", office_id="CBI", name_th="ว่าง", name_en="Empty")
    main = client().get(f"/factories/{empty.pk}/").content.decode().split('<main id="main">')[1]
    for sentence in ("ไม่มียอดค้างชำระ", "ยังไม่เคยมีใบแจ้ง", "ยังไม่เคยยื่นเรื่อง", "ไม่มีแฟ้ม", "ยังไม่มีอะไรเกิดขึ้น"):
        assert sentence in main


def test_another_provinces_factory_is_not_there(factory: Factory) -> None:
    officer, theirs = client(Role.OFFICER, 40), Factory.objects.filter(office="KKN")[0]
    assert officer.get(f"/factories/{factory.pk}/").status_code == 404
    assert factory.pk not in officer.get("/factories/", {"q": factory.name_th}).content.decode()
    assert officer.get(f"/factories/{theirs.pk}/").status_code == 200


@pytest.mark.parametrize("role", [None, Role.TECHNICIAN])
def test_who_does_not_serve_finds_no_factory(factory: Factory, role: Role | None) -> None:
    somebody = client(role)
    assert somebody.get(f"/factories/{factory.pk}/").status_code == 404
    page = somebody.get("/factories/", {"q": factory.name_th}).content.decode()
    assert factory.pk not in page
    assert "ไม่มีหน้าที่นั้น" in page


def test_the_page_is_whole_in_english(factory: Factory) -> None:
    officer = client()
    officer.post("/language/", {"language": "en", "next": "/"})
    page = officer.get(f"/factories/{factory.pk}/").content.decode().split('<main id="main">')[1]
    assert "baht owed" in page
    assert "ค้างชำระ" not in page
