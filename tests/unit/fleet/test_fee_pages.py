"""The pages of yearly fees: whose they are, what they do, and what they say when they will not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from fleet.office.fees import rulebook, runs
from fleet.office.fees.figures import NONE, Figure, Stand, by_office, of_offices
from fleet.office.fees.models import Contact, FeeRule, LetterRun, PolicyRevision, Reminder
from fleet.office.fees.policies import document_of, policy_of
from fleet.office.fees.policy import OfficePolicy
from fleet.office.fees.rules import as_document, read_rules
from fleet.office.models import Notice, Office
from fleet.office.records import mark_paid
from fleet.payments.billing import payee_of
from fleet.people.models import Membership, Role
from fleet.web.rule_form import RuleForm
from fleet.web.settings_form import SettingsForm
from tests.support.fleet_payments import owed
from tests.support.require import require
from tests.support.sample_fees import document
from tests.support.signed_in import browser_of

YEAR = 2573


def client(role: Role = Role.OFFICER, dopa_code: int | None = 20, name: str = "somebody") -> Client:
    user, _ = User.objects.get_or_create(username=name)
    Membership.objects.get_or_create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


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


def test_for_a_technician_there_are_no_fees() -> None:
    technician, notice = client(Role.TECHNICIAN), owed()
    for address in ("", "notices/", "notices.csv", "policy/", "reminders/", f"notices/{notice.pk}/"):
        assert technician.get(f"/fees/CBI/{address}").status_code == 404, address
    assert technician.get(f"/fees/CBI/notices/{notice.pk}/letter.pdf").status_code == 404, "it names a person"
    for address in ("make/", "letters/", f"notices/{notice.pk}/contact/", f"notices/{notice.pk}/withdraw/"):
        assert technician.post(f"/fees/CBI/{address}", {"reason": "ทดลองดู"}).status_code == 404


def test_who_serves_in_one_province_and_mends_in_another_sees_the_fees_of_the_first() -> None:
    client(Role.OFFICER, 20)
    both = client(Role.TECHNICIAN, 40)
    assert both.get("/fees/").headers["Location"] == "/fees/CBI/"
    assert both.get("/fees/KKN/").status_code == 404


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


def answers(**changes: Any) -> dict[str, Any]:
    """What a browser sends of the sample rule's form."""
    form = RuleForm(document(**changes))
    said: dict[str, Any] = {"reason": "ตามประกาศ"}
    rows = [each for table in form.tables for row in table.rows for each in row]
    for each in [*form.fields, *rows]:
        if each.kind == "picks":
            said[each.leaf.name] = [str(one) for one in each.value]
        elif each.kind != "switch" or each.value:
            said[each.leaf.name] = each.shown
    return said | {f"{table.name}.rows": str(len(table.rows)) for table in form.tables}


def test_a_rule_goes_through_its_form_unchanged() -> None:
    author = client(Role.NATIONAL_ADMIN, None)
    answer = author.post("/fee-rules/new/", answers())
    made = FeeRule.objects.get(pk=int(answer.headers["Location"].split("/")[2]))
    assert as_document(read_rules(made.document)) == as_document(read_rules(document()))


def test_one_drafts_another_signs_and_the_page_shows_what_is_new() -> None:
    author, signer = client(Role.NATIONAL_ADMIN, None, "author"), client(Role.NATIONAL_ADMIN, None, "signer")
    said = answers(source="ประกาศทดลอง") | {"bands.1.fee_satang": "3,210.50"}
    address = author.post("/fee-rules/new/", said).headers["Location"]
    version = int(address.split("/")[2])
    assert FeeRule.objects.get(pk=version).document["bands"][1]["fee_satang"] == 321_050
    page = text(signer, address)
    assert "ประกาศทดลอง" in page
    assert "อัตรา แถว 2 · บาทต่อปี" in page
    assert "3,210.50" in page
    assert "ตั้งแต่ 1 มกราคม 2560 เป็นต้นไป" in page, "no end is no dash that leads nowhere"
    assert "ท่านเป็นผู้ร่าง" in text(author, address)
    assert "ผู้ร่างลงนามเองไม่ได้" in author.post(address).content.decode()
    assert signer.post(address).status_code == 302
    assert FeeRule.objects.get(pk=version).signed_at is not None
    assert "ลงนามแล้ว" in signer.post(address).content.decode()
    assert author.get(f"/fee-rules/new/?draft={version}").status_code == 404, "a signed rule is never changed"


def test_a_draft_is_changed_and_who_changed_it_does_not_sign() -> None:
    author, other = client(Role.NATIONAL_ADMIN, None, "author"), client(Role.NATIONAL_ADMIN, None, "other")
    address = author.post("/fee-rules/new/", answers()).headers["Location"]
    version = int(address.split("/")[2])
    changed = other.post(f"/fee-rules/new/?draft={version}", answers(source="ฉบับแก้"))
    assert changed.headers["Location"] == address
    assert FeeRule.objects.get(pk=version).document["source"] == "ฉบับแก้"
    assert "ผู้ร่างลงนามเองไม่ได้" in other.post(address).content.decode()
    assert author.post(address).status_code == 302


def test_rows_are_added_and_emptied_rows_are_gone() -> None:
    author = client(Role.NATIONAL_ADMIN, None)
    before = FeeRule.objects.count()
    more = author.post("/fee-rules/new/", {**answers(), "more": "bands"}).content.decode()
    assert 'name="bands.5.from_hp"' in more
    assert FeeRule.objects.count() == before
    said = answers() | {
        "bands.1.from_hp": "",
        "bands.1.fee_satang": "",
        "bands.3.from_hp": "500",
        "bands.3.fee_satang": "9",
    }
    made = FeeRule.objects.get(pk=int(author.post("/fee-rules/new/", said).headers["Location"].split("/")[2]))
    assert [each["from_hp"] for each in made.document["bands"]] == ["0", "200", "500"]
    assert made.document["bands"][2]["fee_satang"] == 900


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"reason": "x"}, "บอกเหตุผล"),
        ({"kinds": []}, "ไม่มีจำพวกใดต้องชำระเลย"),
        ({"in_force_from": "วันนี้"}, "เลือกวันที่"),
        ({"bands.0.fee_satang": "หนึ่งบาท"}, "ใส่จำนวนบาท"),
        ({"bands.0.fee_satang": "1.999"}, "ใส่จำนวนบาท"),
        ({"bands.0.from_hp": "มาก"}, "ใส่ตัวเลข เช่น"),
        ({"surcharge.percent_hundredths": "101"}, "ใส่ร้อยละ"),
        ({"surcharge.cap_months": "-1"}, "ใส่ตัวเลขตั้งแต่ 0 ถึง 1200"),
        ({"surcharge.rounding": "sideways"}, "ค่านี้ใช้ไม่ได้"),
        ({"title.th": ""}, "ใส่ข้อความ"),
        ({"waivers.0.due_to": "2019-01-01"}, "ช่วงยกเว้นสิ้นสุดก่อนเริ่ม"),
        ({"bands.rows": "x"}, "ยังไม่ได้บันทึก"),
    ],
)
def test_what_is_no_rule_is_told_and_not_kept(said: dict[str, Any], told: str) -> None:
    before = FeeRule.objects.count()
    answer = client(Role.NATIONAL_ADMIN, None).post("/fee-rules/new/", answers() | said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert 'role="alert"' in page
    assert FeeRule.objects.count() == before


@pytest.mark.parametrize("role", [Role.PROVINCIAL_ADMIN, Role.OFFICER])
def test_only_the_nation_drafts(role: Role) -> None:
    provincial = client(role)
    assert provincial.get("/fee-rules/").status_code == 200
    assert provincial.get("/fee-rules/new/").status_code == 404
    assert provincial.post("/fee-rules/new/", answers()).status_code == 404


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


def policy_answers(browser: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser sends of a policy's form with some of it changed (``__`` for a dot)."""
    base = re.search(r'name="base" value="(\d+)"', text(browser, address))
    assert base is not None
    office = Office.objects.get(pk="CBI") if "CBI" in address else None
    beneath = [("national", document_of(None))] if office else []
    form = SettingsForm("office" if office else "national", beneath, document_of(office), OfficePolicy)
    said: dict[str, Any] = {"reason": "ทดลองดู", "base": base[1]}
    for each in form.fields:
        if each.kind in ("picks", "ranked"):
            said[each.leaf.name] = [str(one) for one in each.value]
        elif each.kind != "switch" or each.value:
            said[each.leaf.name] = each.shown
    return said | {name.replace("__", "."): value for name, value in changes.items()}


def test_a_provinces_admin_decides_its_policy_and_an_officer_does_not() -> None:
    admin = client(Role.PROVINCIAL_ADMIN, 20, "admin")
    before = document_of(Office.objects.get(pk="CBI"))
    said = policy_answers(admin, "/fees/CBI/policy/", reminders__most="1", reminders__days="-14, 14")
    assert client().post("/fees/CBI/policy/", said).status_code == 404
    assert admin.post("/fees/CBI/policy/", said).status_code == 302
    after = document_of(Office.objects.get(pk="CBI"))
    assert after == before | {"reminders": {"most": 1, "days": [-14, 14]}}, "only what differs from the nation"
    page = text(admin, "/fees/CBI/policy/")
    assert "ทดลองดู" in page
    assert "-14, 14" in page
    assert admin.post("/fees/CBI/policy/", {**said, "reminders.most": "2"}).status_code == 422, "the page was old"
    newest = PolicyRevision.objects.filter(office="CBI")[1]
    assert admin.post("/fees/CBI/policy/", {"back": str(newest.pk)}).status_code == 302
    assert document_of(Office.objects.get(pk="CBI")) == before
    national = PolicyRevision.objects.filter(office=None)[0]
    assert admin.post("/fees/CBI/policy/", {"back": str(national.pk)}).status_code == 404
    for no_number in ("", "-1", "๓", "²", "9" * 30):
        assert admin.post("/fees/CBI/policy/", {"back": no_number}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reminders__most": "13"}, "ใส่ตัวเลขตั้งแต่ 0 ถึง 12"),
        ({"reminders__days": "พรุ่งนี้"}, "ใส่ตัวเลขคั่น"),
        ({"reminders__channels": ["pigeon"]}, "ค่านี้ใช้ไม่ได้"),
        ({"reminders__from_hour": "17"}, "เวลาเริ่มเตือนต้องมาก่อน"),
        ({"reason": "x"}, "บอกเหตุผล"),
    ],
)
def test_a_policy_no_office_can_live_with_is_told_and_not_kept(changes: dict[str, Any], told: str) -> None:
    admin, before = client(Role.PROVINCIAL_ADMIN, 20, "admin"), PolicyRevision.objects.count()
    answer = admin.post("/fees/CBI/policy/", policy_answers(admin, "/fees/CBI/policy/", **changes))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert PolicyRevision.objects.count() == before


def test_the_nation_decides_for_every_office_and_provinces_read_it() -> None:
    nation = client(Role.NATIONAL_ADMIN, None, "nation")
    said = policy_answers(nation, "/fee-policy/", reminders__on="on", reminders__channels=["letter", "mail", ""])
    provincial = client(Role.PROVINCIAL_ADMIN, 20, "admin")
    assert "disabled" in text(provincial, "/fee-policy/")
    assert provincial.post("/fee-policy/", said).status_code == 404
    assert nation.post("/fee-policy/", said).status_code == 302
    found = policy_of(Office.objects.get(pk="CBI")).reminders
    assert found.on
    assert found.channels == ("letter", "mail")
    nobody = User.objects.create_user("nobody")
    outside = browser_of(nobody)
    assert outside.get("/fee-policy/").status_code == 404
    assert outside.get("/fee-rules/").status_code == 404


def test_a_letter_is_shown_as_a_picture_to_whoever_may_print_it() -> None:
    require("poppler")
    officer, notice = client(), owed()
    address = f"/fees/CBI/notices/{notice.pk}/"
    assert "letter.png" in text(officer, address)
    picture = officer.get(f"{address}letter.png")
    assert picture.headers["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(picture.content)) as drawn:
        assert drawn.width == 1000
        assert abs(drawn.height - 1414) <= 2, "A4"
    assert client(Role.OFFICER, 40, "other").get(f"{address}letter.png").status_code == 404
    officer.post(f"{address}withdraw/", {"reason": "แรงม้าผิด"})
    assert officer.get(f"{address}letter.png").status_code == 404
    assert "letter.png" not in text(officer, address)


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


def test_an_office_is_counted_again_when_its_notices_have_changed_and_only_then() -> None:
    officer, today = client(), timezone.localdate()
    officer.post("/fees/CBI/make/", {"year": YEAR, "drafts": "1"})

    def counted() -> dict[str, dict[Stand, Figure]]:
        return of_offices(list(Office.objects.filter(pk__in=("CBI", "KKN"))), YEAR - 543, today)

    first = counted()
    assert first == {"CBI": by_office(None, YEAR - 543, today)["CBI"], "KKN": NONE}
    with CaptureQueriesContext(connection) as asked:
        assert counted() == first
    assert len(asked) == 1  # the offices themselves
    notice = Notice.objects.filter(yearly_fee__fee_year=YEAR - 543).first()
    assert notice is not None
    mark_paid(notice, timezone.now())
    second = counted()
    assert second["CBI"][Stand.PAID].count == first["CBI"][Stand.PAID].count + 1
    assert second["CBI"] == by_office(None, YEAR - 543, today)["CBI"]


def test_of_two_who_look_at_two_years_at_once_each_sees_their_own() -> None:
    """Pages are made by several threads; here another year is counted whenever somebody goes through the offices."""
    officer, today = client(), timezone.localdate()
    officer.post("/fees/CBI/make/", {"year": YEAR, "drafts": "1"})

    class Beset(list[Office]):
        def __iter__(self) -> Iterator[Office]:
            of_offices(self[:], YEAR - 544, today)
            return super().__iter__()

    offices = Beset(Office.objects.filter(pk="CBI"))
    wanted = by_office(None, YEAR - 543, today)["CBI"]
    assert wanted != NONE
    assert of_offices(offices, YEAR - 543, today) == {"CBI": wanted}
