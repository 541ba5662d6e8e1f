"""The pages around tickets: who reads them, what is done on them, and the public ones."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from fleet.office.channels.keeping import open_from_web
from fleet.office.channels.models import Channel, Registration, Ticket
from fleet.office.models import Office
from fleet.people.models import Role
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

TOLD = "มีกลิ่นแรงทุกเย็น"


def client(role: Role, dopa_code: int | None = 20) -> Client:
    return browser_of(person(role, dopa_code))


def channel(office_id: str = "CBI", position: int = 0) -> Channel:
    return Channel.objects.filter(office_id=office_id)[position]


@pytest.mark.parametrize(
    ("role", "dopa_code", "reads"),
    [
        (Role.OFFICER, 20, True),
        (Role.PROVINCIAL_ADMIN, 20, True),
        (Role.NATIONAL_ADMIN, None, True),
        (Role.TECHNICIAN, 20, False),
        (Role.OFFICER, 40, False),
    ],
)
def test_what_people_tell_is_read_by_who_serves_there(role: Role, dopa_code: int | None, reads: bool) -> None:
    ticket = open_from_web(channel(), TOLD, "th")
    reader = client(role, dopa_code)
    assert (TOLD in reader.get("/tickets/").content.decode()) is reads
    page = reader.get(f"/tickets/{ticket.number}/")
    assert (page.status_code, TOLD in page.content.decode()) == ((200, True) if reads else (404, False))
    done = reader.post(f"/tickets/{ticket.number}/", {"deed": "answer", "words": "จะเข้าตรวจวันจันทร์"})
    assert done.status_code == (302 if reads else 404)
    assert Ticket.objects.get().steps.count() == (2 if reads else 1)


def test_an_answer_reaches_the_tracking_page_and_closes() -> None:
    ticket = open_from_web(channel(), TOLD, "th")
    officer = client(Role.OFFICER)
    officer.post(f"/tickets/{ticket.number}/", {"deed": "close", "words": "แก้ไขแล้ว ขอบคุณ"})
    page = Client(SERVER_NAME="localhost").get(f"/t/{ticket.token}").content.decode()
    assert "แก้ไขแล้ว ขอบคุณ" in page
    assert TOLD not in page
    assert TOLD not in officer.get("/tickets/").content.decode()
    assert TOLD in officer.get("/tickets/?state=closed").content.decode()
    again = officer.post(f"/tickets/{ticket.number}/", {"deed": "answer", "words": "อีกครั้งหนึ่ง"})
    assert 'role="alert"' in again.content.decode()


def test_filters_stand_in_the_address() -> None:
    smell = open_from_web(channel(), TOLD, "th")
    question = open_from_web(channel(position=4), "ขอแบบฟอร์ม", "th")
    officer = client(Role.OFFICER)
    hand_over = {"deed": "hand-over", "to": channel(position=3).code, "words": "เรื่องของฝ่ายบริหาร"}
    assert officer.post(f"/tickets/{smell.number}/", hand_over).status_code == 302
    for query, first, second in (
        ("", True, True),
        (f"?channel={channel(position=3).code}", True, False),
        ("?q=แบบฟอร์ม", False, True),
        (f"?q={question.number[:1]}-{question.number[1:6]}-{question.number[6:8]}", True, True),
        ("?state=late", False, False),
        ("?mine", False, False),
    ):
        page = officer.get(f"/tickets/{query}").content.decode()
        assert (smell.number in page, question.number in page) == (first, second), query


def test_a_channel_has_an_owner_by_name_and_a_deadline() -> None:
    admin, address = client(Role.PROVINCIAL_ADMIN), "/channels/CBI/new/"
    whole = {
        "code": "light",
        "name_th": "แสงจ้า",
        "name_en": "Glare",
        "owner_name": "กลุ่มโรงงาน",
        "deadline_days": "15",
        "is_open": "on",
    }
    for wrong in ({"owner_name": ""}, {"deadline_days": "0"}, {"code": "UPPER"}, {"code": "water"}, {"name_en": ""}):
        assert 'role="alert"' in admin.post(address, {**whole, **wrong}).content.decode(), wrong
    assert admin.post(address, whole).status_code == 302
    assert "แสงจ้า" in admin.get("/channels/").content.decode()
    assert admin.post("/channels/CBI/light/", {**whole, "deadline_days": "30"}).status_code == 302
    assert Channel.objects.get(code="light").deadline_days == 30


def test_the_offices_of_a_nation_turn_pages_and_a_change_leads_back_to_its_own() -> None:
    for number in range(50):
        name = f"สำนักงาน {number}"
        Office.objects.create(office_id=f"X{number:02}", province_id=40, name_th=name, name_en=name)
    nation, count = browser_of(person(Role.NATIONAL_ADMIN, None)), Office.objects.count()
    pages = [nation.get(f"/channels/?page={page}").content.decode() for page in (1, 2, 3)]
    found = [re.findall(r'<section class="card" id="(\w+)"', each) for each in pages]
    assert [one for each in found for one in each] == [each.pk for each in Office.objects.order_by("province_id", "pk")]
    assert [len(each) for each in found] == [20, 20, count - 40]
    assert 'rel="next" href="?page=2"' in pages[0]
    said = {"name_th": "ฝุ่น", "name_en": "Dust", "owner_name": "กลุ่มโรงงาน", "deadline_days": "15", "code": "dust2"}
    for page, offices in enumerate(found, 1):
        for office in (offices[0], offices[-1]):
            answer = nation.post(f"/channels/{office}/new/", said)
            query = f"?page={page}" if page > 1 else ""
            assert answer.headers["Location"] == f"/channels/{query}#{office}"


@pytest.mark.parametrize(("role", "dopa_code"), [(Role.OFFICER, 20), (Role.PROVINCIAL_ADMIN, 40)])
def test_only_the_provinces_admin_changes_channels(role: Role, dopa_code: int) -> None:
    other = client(role, dopa_code)
    for code in ("new", "water"):
        assert other.get(f"/channels/CBI/{code}/").status_code == 404
        assert other.post(f"/channels/CBI/{code}/", {"name_th": "x"}).status_code == 404


def test_a_phone_tells_and_follows_without_signing_in() -> None:
    phone = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.1", enforce_csrf_checks=True)
    form = phone.get("/tell/CBI?about=water")
    assert 'value="water" required checked' in form.content.decode()
    said = {"about": "water", "text": TOLD}
    assert phone.post("/tell/CBI", said).status_code == 403
    said["csrfmiddlewaretoken"] = phone.cookies["csrftoken"].value
    page = phone.post("/tell/CBI", said, follow=True)
    ticket = Ticket.objects.get()
    assert (ticket.text, ticket.channel_id, ticket.kiosk_id) == (TOLD, channel(position=1).pk, "")
    assert "รับเรื่องแล้ว" in page.content.decode()


def test_a_phone_that_says_nothing_or_too_often_is_told_so() -> None:
    phone = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.2")  # an address nobody else here has
    for said in ({}, {"about": "water"}, {"about": "water", "text": "ก" * 301}, {"about": "none", "text": TOLD}):
        answer = phone.post("/tell/CBI", said)
        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (400, True)
    codes = [phone.post("/tell/CBI", {"about": "water", "text": TOLD}).status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]
    assert Client(SERVER_NAME="localhost").get("/tell/NOWHERE").status_code == 404


def test_registrations_show_masks_only() -> None:
    Registration.objects.create(
        number="RCBI02690000320I",
        office_id="CBI",
        kiosk_id="CBI-02",
        opened_at="2026-11-22T03:47:00Z",
        id_masked="x-xxxx-xxxxx-01-3",
        phone_masked="xxx-xxx-0000",
        sealed="c2VhbGVk",
    )
    page = client(Role.OFFICER).get("/registrations/").content.decode()
    assert "x-xxxx-xxxxx-01-3" in page
    assert "c2VhbGVk" not in page
    assert "xxx-xxx-0000" not in client(Role.OFFICER, 40).get("/registrations/").content.decode()
