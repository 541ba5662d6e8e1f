"""Cases opened by hand: number, deadline, documents, slip; and whose office's they are."""

from __future__ import annotations

import re
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image

from fleet.devices.models import Outgoing
from fleet.office.cases.models import Case, Manual
from fleet.office.cases.opening import Filing, file_case
from fleet.office.cases.providing import cases
from fleet.office.cases.slip import pdf, slip_of
from fleet.office.cases.working import CaseError, Holder
from fleet.office.holidays.keeping import Entry, add
from fleet.office.models import Factory, Office
from fleet.people.models import Membership, Role
from fleet.protocol import office as wire
from fleet.protocol.thai import BANGKOK
from tests.support.require import require
from tests.support.signed_in import browser_of

DESK = Holder("กลุ่มโรงงาน", "", "0 0000 0000")
THURSDAY = datetime(2026, 11, 19, 17, 0, tzinfo=BANGKOK)


@pytest.fixture
def officer() -> User:
    user = User.objects.create_user("officer", first_name="สุดา")
    Membership.objects.create(user=user, role=Role.OFFICER, dopa_code=20)
    return user


@pytest.fixture
def browser(officer: User) -> Client:
    return browser_of(officer)


def ours(office_id: str = "CBI") -> Factory:
    return Factory.objects.filter(office=office_id).order_by("pk")[0]


def filing(**changes: object) -> Filing:
    said: dict[str, object] = {
        "office": Office.objects.get(pk="CBI"),
        "factory": ours(),
        "manual": Manual.objects.get(pk="expand-2"),
        "entered_at": THURSDAY,
        "holder": DESK,
        "papers": {0},
        **changes,
    }
    return Filing(**said)  # type: ignore[arg-type]


def test_a_case_gets_the_next_number_its_deadline_and_what_is_missing(officer: User) -> None:
    last = Case.objects.filter(office="CBI").order_by("-pk")[0].pk
    add([Entry(date(2026, 11, 20), 20, "วันทดลอง", "Trial", "ตัวอย่าง")], None)
    case = file_case(filing(), officer)
    assert int(case.pk[-5:]) == int(last[-5:]) + 1
    assert case.received_on == date(2026, 11, 23), "after hours on Thursday; Friday is a holiday"
    assert case.due_on == date(2027, 1, 7), "30 working days, two sample national holidays and one of the province"
    assert case.holder_en == "กลุ่มโรงงาน"
    assert [each.received_on is None for each in case.documents.all()] == [False, True, True]
    assert [each.expected_on for each in case.steps.all()][-1] == case.due_on
    assert list(case.deeds.values_list("what", "by_name")) == [("opened", "สุดา")]
    assert file_case(filing(), officer).pk > case.pk


def test_a_person_without_a_factory_is_followed_with_the_slip_alone(officer: User) -> None:
    case = file_case(filing(factory=None), officer)
    (item,) = [each for each in cases("CBI", None) if each.key == case.pk]
    assert isinstance(item, wire.Case)
    assert (item.factory_no, item.tracking_token) == ("", case.token)
    page = Client(SERVER_NAME="localhost").get(f"/t/{case.token}")
    assert page.status_code == 200
    assert case.pk in page.content.decode()


@pytest.mark.parametrize("wrong", [{"holder": Holder(" ", "x")}, {"factory": "theirs"}])
def test_what_cannot_be_is_not_opened(officer: User, wrong: dict[str, object]) -> None:
    if wrong.get("factory") == "theirs":
        wrong = {"factory": ours("KKN")}
    before = Case.objects.count()
    with pytest.raises(CaseError):
        file_case(filing(**wrong), officer)
    assert Case.objects.count() == before


def test_three_pages_lead_to_a_case_and_its_slip(browser: Client) -> None:
    factory = ours()
    assert factory.pk in browser.get("/cases/new/", {"q": factory.name_th}).content.decode()
    assert "start-2" not in browser.get("/cases/new/", {"factory": factory.pk}).content.decode(), "out of date"
    asked = {"factory": factory.pk, "manual": "expand-2"}
    page = browser.get("/cases/new/", asked).content.decode()
    assert "แผนผังโรงงาน" in page
    phone = re.search(r'data-whose="(\w*)"', browser.get("/").content.decode())
    assert phone is not None
    assert phone[0] in page, "a phone that believed another account is here would throw away what it keeps of a round"
    now = timezone.localtime()
    said = {**asked, "on": now.date().isoformat(), "at": now.strftime("%H:%M"), "name_th": "โต๊ะ 1", "paper": ["0", "2"]}
    Outgoing.objects.all().delete()
    answer = browser.post("/cases/new/", said)
    case = Case.objects.get(holder_th="โต๊ะ 1")
    assert answer.headers["Location"] == f"/cases/{case.pk}/?opened=1"
    assert Outgoing.objects.filter(topic__contains="CBI-").exists(), "the office's kiosks are told"
    assert case.documents.filter(received_on__isnull=True).count() == 1
    page = browser.get(f"/cases/{case.pk}/").content.decode()
    assert "เอกสารยังขาด 1 รายการ" in page
    assert browser.post(f"/cases/{case.pk}/", {"deed": "paper", "position": "1"}).status_code == 302
    assert browser.post(f"/cases/{case.pk}/", {"deed": "paper", "position": "1"}).status_code == 409
    assert not case.documents.filter(received_on__isnull=True).exists()
    slip = browser.get(f"/cases/{case.pk}/slip.pdf")
    assert slip.headers["Content-Type"] == "application/pdf"
    assert slip.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": (timezone.localdate() + timedelta(days=2)).isoformat()},
        {"on": "2020-01-01"},
        {"on": "nonsense"},
        {"at": "25:00"},
        {"name_th": " "},
    ],
)
def test_a_form_that_is_not_right_is_told_and_keeps_what_was_said(browser: Client, wrong: dict[str, str]) -> None:
    before, now = Case.objects.count(), timezone.localtime()
    said = {"factory": ours().pk, "manual": "expand-2", "on": now.date().isoformat(), "at": "00:01", "name_th": "โต๊ะ 7"}
    answer = browser.post("/cases/new/", {**said, "name_en": "Desk 7", "paper": "1", **wrong})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert "Desk 7" in answer.content.decode()
    assert 'value="1" checked' in answer.content.decode()
    assert Case.objects.count() == before


def test_nothing_of_another_province_is_opened_or_printed(browser: Client) -> None:
    theirs = ours("KKN")
    case = Case.objects.filter(office="KKN")[0]
    assert theirs.pk not in browser.get("/cases/new/", {"q": theirs.name_th}).content.decode()
    for said in ({"factory": theirs.pk}, {"office": "KKN"}):
        assert browser.get("/cases/new/", said).status_code == 404
        assert browser.post("/cases/new/", {**said, "manual": "expand-2", "name_th": "x"}).status_code == 404
    assert browser.get(f"/cases/{case.pk}/slip.pdf").status_code == 404


@pytest.mark.parametrize("role", [None, Role.TECHNICIAN])
def test_who_does_not_serve_opens_nothing(role: Role | None) -> None:
    user = User.objects.create_user("somebody")
    if role is not None:
        Membership.objects.create(user=user, role=role, dopa_code=20)
    client = browser_of(user)
    assert client.get("/cases/new/").status_code == 404
    assert client.post("/cases/new/", {"factory": ours().pk}).status_code == 404
    assert "เปิดเรื่องใหม่" not in client.get("/cases/").content.decode()


def test_the_slips_code_leads_to_the_case(officer: User, tmp_path: Path) -> None:
    require("poppler")
    case = file_case(filing(papers=set()), officer)
    printed = tmp_path / "slip.pdf"
    printed.write_bytes(pdf(slip_of(Case.objects.get(pk=case.pk), "https://sala.example")))
    subprocess.run(
        ["pdftoppm", "-r", "150", "-gray", "-singlefile", printed, tmp_path / "slip"], check=True, timeout=60
    )
    [found] = zxingcpp.read_barcodes(Image.open(tmp_path / "slip.pgm"))
    assert found.text == f"https://sala.example/t/{case.token}"
