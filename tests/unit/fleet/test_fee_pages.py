"""The pages of yearly fees: whose they are, what they do, and what they say when they will not."""

from __future__ import annotations

import csv
import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from fleet.office.fees import rulebook, runs
from fleet.office.fees.models import Contact, FeeRule, LetterRun, Reminder
from fleet.office.models import Notice
from fleet.payments.billing import payee_of
from fleet.people.models import Membership, Role
from tests.support.fleet_payments import owed
from tests.support.sample_fees import document

YEAR = 2573


def client(role: Role = Role.OFFICER, dopa_code: int | None = 20, name: str = "somebody") -> Client:
    user, _ = User.objects.get_or_create(username=name)
    Membership.objects.get_or_create(user=user, role=role, dopa_code=dopa_code)
    signed_in = Client(SERVER_NAME="localhost")
    signed_in.force_login(user)
    return signed_in


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_an_officer_sees_what_would_be_made_and_makes_it_once() -> None:
    officer = client()
    address = f"/fees/CBI/make/?year={YEAR}&drafts=1"
    assert "เป็นใบตัวอย่าง 5 ใบ" in text(officer, address)
    for _ in range(2):
        assert officer.post("/fees/CBI/make/", {"year": YEAR, "drafts": "1"}).status_code == 302
    assert Notice.objects.filter(yearly_fee__fee_year=YEAR - 543).count() == 5
    assert "มีใบแจ้งของปีนี้อยู่แล้ว 5 โรงงาน" in text(officer, address)
    assert "5 ใบ" in text(officer, f"/fees/CBI/notices/?year={YEAR}")


def test_without_a_signed_rule_the_page_says_so() -> None:
    assert "ยังไม่มีกติกาที่ลงนามแล้ว" in text(client(), f"/fees/CBI/make/?year={YEAR}")


def test_a_technician_looks_and_does_nothing() -> None:
    technician, notice = client(Role.TECHNICIAN), owed()
    assert "ออกใบแจ้ง</a>" not in text(technician, "/fees/CBI/")
    page = text(technician, f"/fees/CBI/notices/{notice.pk}/")
    assert "<form" not in page.split('<main id="main">')[1]
    assert "letter.pdf" not in page
    assert technician.get(f"/fees/CBI/notices/{notice.pk}/letter.pdf").status_code == 404, "it names a person"
    for address in ("make/", "letters/", f"notices/{notice.pk}/contact/", f"notices/{notice.pk}/withdraw/"):
        assert technician.post(f"/fees/CBI/{address}", {"reason": "ทดลองดู"}).status_code == 404
    assert technician.post("/fee-rules/", {"document": "{}", "reason": "ทดลองดู"}).status_code == 404


def test_another_provinces_notice_is_not_found_under_ones_own_office() -> None:
    theirs = owed("KKN")
    for end in ("", "letter.pdf"):
        assert client().get(f"/fees/CBI/notices/{theirs.pk}/{end}").status_code == 404
        assert client().get(f"/fees/KKN/notices/{theirs.pk}/{end}").status_code == 404


def test_the_filters_stand_in_the_address_and_the_csv_follows_them() -> None:
    officer = client()
    year = owed().due_on.year + 543
    everything = text(officer, f"/fees/CBI/notices/?year={year}")
    overdue = text(officer, f"/fees/CBI/notices/?year={year}&state=overdue")
    assert everything.count('class="kid"') >= overdue.count('class="kid"')
    answer = officer.get(f"/fees/CBI/notices.csv?year={year}&state=overdue")
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert len(rows) == overdue.count('class="kid"')
    assert {row["state"] for row in rows} <= {"overdue"}
    for nonsense in ("year=abc", "month=13", "state=x", "page=999", "year=%E0%B9%92"):
        assert officer.get(f"/fees/CBI/notices/?{nonsense}").status_code == 200


def test_a_name_that_is_a_formula_stays_a_name_in_a_spreadsheet() -> None:
    notice = owed()
    notice.factory.name_th = "=HYPERLINK(1)"
    notice.factory.save()
    year = notice.due_on.year + 543
    answer = client().get(f"/fees/CBI/notices.csv?year={year}")
    assert "'=HYPERLINK(1)" in answer.content.decode()


def test_a_letter_is_a_pdf_until_the_notice_is_paid_or_withdrawn() -> None:
    officer, notice = client(), owed()
    address = f"/fees/CBI/notices/{notice.pk}/"
    answer = officer.get(f"{address}letter.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "บอกเหตุผล" in officer.post(f"{address}withdraw/", {"reason": "x"}, follow=True).content.decode()
    officer.post(f"{address}withdraw/", {"reason": "แรงม้าผิด"})
    assert "แรงม้าผิด" in text(officer, address)
    assert officer.get(f"{address}letter.pdf").status_code == 404


def test_letters_are_asked_for_followed_and_taken() -> None:
    officer, notice = client(), owed()
    year = notice.due_on.year + 543
    answer = officer.post(f"/fees/CBI/letters/?year={year}")
    run = LetterRun.objects.get()
    address = f"/fees/CBI/letters/{run.pk}/"
    assert answer.headers["Location"] == address
    assert "กำลังพิมพ์" in text(officer, address)
    assert officer.get(f"{address}1.pdf").status_code == 404
    runs.work(payee_of, lambda: notice.due_on, lambda: False)
    assert "ครบแล้ว" in text(officer, address)
    assert officer.get(f"{address}1.pdf").content.startswith(b"%PDF")
    assert client(Role.OFFICER, 40, "other").get(f"{address}1.pdf").status_code == 404
    assert client(Role.TECHNICIAN, 20, "technician").get(f"{address}1.pdf").status_code == 404


def test_one_drafts_another_signs_and_the_page_shows_what_is_new() -> None:
    author, signer = client(Role.NATIONAL_ADMIN, None, "author"), client(Role.NATIONAL_ADMIN, None, "signer")
    changed = json.dumps(document(source="ประกาศทดลอง"))
    answer = author.post("/fee-rules/", {"document": changed, "reason": "ตามประกาศ"})
    address = answer.headers["Location"]
    assert "ประกาศทดลอง" in text(signer, address)
    assert "ท่านเป็นผู้ร่าง" in text(author, address)
    assert "ผู้ร่างลงนามเองไม่ได้" in author.post(address).content.decode()
    assert signer.post(address).status_code == 302
    assert FeeRule.objects.get(pk=int(address.split("/")[2])).signed_at is not None
    assert "ลงนามแล้ว" in signer.post(address).content.decode()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"document": "{", "reason": "ตามประกาศ"}, "บรรทัด 1"),
        ({"document": "[]", "reason": "ตามประกาศ"}, "ต้องเป็น"),
        ({"document": "{}", "reason": "x"}, "บอกเหตุผล"),
        ({"document": json.dumps(document(kinds=[])), "reason": "ตามประกาศ"}, "ไม่มีจำพวกใดต้องชำระเลย"),
    ],
)
def test_what_is_no_rule_is_told_and_not_kept(said: dict[str, str], told: str) -> None:
    before = FeeRule.objects.count()
    page = client(Role.NATIONAL_ADMIN, None).post("/fee-rules/", said).content.decode()
    assert told in page
    assert 'role="alert"' in page
    assert FeeRule.objects.count() == before


def test_an_address_is_noted_changed_and_forgotten() -> None:
    officer, notice = client(), owed()
    address = f"/fees/CBI/notices/{notice.pk}/"
    noted = {"channel": "mail", "address": "a@factory.example", "ground": "notice"}
    officer.post(f"{address}contact/", noted)
    assert Contact.objects.get().noted_by is not None
    assert "a@factory.example" in text(officer, address)
    assert "a@factory.example" not in text(officer, "/fees/CBI/reminders/")
    for wicked in ("a@b.example?to=c@d.example", "a@b.example&bcc=x@y", "a:b@c.example", "nobody"):
        officer.post(f"{address}contact/", {**noted, "address": wicked})
    assert Contact.objects.get().address == "a@factory.example"
    officer.post(f"{address}contact/", {"channel": "mail", "address": ""})
    assert not Contact.objects.exists()


def test_reminders_that_go_by_letter_are_printed_once() -> None:
    officer, notice = client(), owed()
    reminder = Reminder.objects.create(
        notice=notice, channel="letter", day=7, state="to-print", begun_on=notice.due_on,
        changed_at=timezone.now(), amount_satang=notice.amount_satang,
    )  # fmt: skip
    assert "รอพิมพ์ 1 ฉบับ" in text(officer, "/fees/CBI/reminders/")
    assert client(Role.TECHNICIAN, 20, "technician").post("/fees/CBI/reminders/print/").status_code == 404
    for _ in range(2):
        officer.post("/fees/CBI/reminders/print/")
    assert LetterRun.objects.get().total == 1
    reminder.refresh_from_db()
    assert reminder.state == "sent"
    assert "รอพิมพ์" not in text(officer, "/fees/CBI/reminders/")


def test_a_provinces_admin_decides_its_policy_and_an_officer_does_not() -> None:
    said = {"document": '{"reminders": {"most": 1}}', "reason": "ทดลองดู"}
    assert client().post("/fees/CBI/policy/", said).status_code == 404
    admin = client(Role.PROVINCIAL_ADMIN, 20, "admin")
    assert admin.post("/fees/CBI/policy/", said).status_code == 302
    assert "ทดลองดู" in text(admin, "/fees/CBI/policy/")
    assert "most_of" in admin.post("/fees/CBI/policy/", {**said, "document": '{"most_of": 1}'}).content.decode()


def test_english_is_complete_on_every_page() -> None:
    officer, notice = client(), owed()
    officer.post("/language/", {"language": "en", "next": "/"})
    rulebook.draft(document(), None, "sample")
    for address in (
        "", "make/?drafts=1", f"notices/?year={notice.due_on.year + 543}",
        f"notices/{notice.pk}/", "reminders/", "policy/",
    ):  # fmt: skip
        page = text(officer, f"/fees/CBI/{address}")
        assert "Fees" in page
        assert "ใบแจ้ง" not in page.split('<main id="main">')[1]
