"""What the pages of tickets, registrations, channels and days off show, a program reads, and nobody else's does."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from fleet.office.channels.keeping import open_from_web
from fleet.office.channels.models import Channel, Registration, RegistrationState, Ticket
from fleet.office.holidays.models import Holiday
from fleet.people.models import Role
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


def test_tickets_are_narrowed_down_as_on_the_page() -> None:
    user, today = person(Role.OFFICER), timezone.localdate()
    one, channel = holder(user), Channel.objects.filter(office_id="CBI")[0]
    theirs = Channel.objects.filter(office_id="KKN")[0]
    for text, due, owner, channel_of in (
        ("กลิ่นแรง", today - timedelta(days=1), user, channel),
        ("เสียงดัง", today + timedelta(days=3), None, channel),
        ("ฝุ่น", today + timedelta(days=9), None, channel),
        ("ที่อื่น", today, None, theirs),
    ):
        ticket = open_from_web(channel_of, text, "th")
        Ticket.objects.filter(pk=ticket.pk).update(due_on=due, owner=owner)
    Ticket.objects.filter(text="ฝุ่น").update(closed_at=timezone.now())
    for asked, texts in {
        "": ["กลิ่นแรง", "เสียงดัง", "ฝุ่น"], "state=open": ["กลิ่นแรง", "เสียงดัง"], "state=late": ["กลิ่นแรง"],
        "state=closed": ["ฝุ่น"], "mine=true": ["กลิ่นแรง"], "q=เสียง": ["เสียงดัง"], "office=KKN": [],
    }.items():  # fmt: skip
        found = one.every(f"tickets?order=due&{asked}", 1)
        assert [each["text"] for each in found] == texts, asked
        assert sorted(each["text"] for each in one.get(f"tickets?{asked}")["items"]) == sorted(texts)
    assert [each["deadline"] for each in one.get("tickets?order=due")["items"]] == ["missed", "near", "kept"]
    number = Ticket.objects.get(text="กลิ่นแรง").pk
    assert [each["number"] for each in one.get(f"tickets?q={number[:4]}-{number[4:]}")["items"]] == [number]


def test_a_registration_says_why_it_waits_and_until_when() -> None:
    now = timezone.now()
    row = Registration.objects.create(
        number="R-1", office_id="CBI", kiosk_id="CBI-01", opened_at=now, id_masked="x", phone_masked="x", sealed="s",
        next_at=now, held_by="timeout",
    )  # fmt: skip
    one = program()
    (said,) = one.get("registrations?office=CBI&state=waiting")["items"]
    assert datetime.fromisoformat(said["lapses_at"]) - datetime.fromisoformat(said["opened_at"]) == timedelta(days=30)
    assert (said["held_by"], said["next_at"] is None, "sealed" in said, "token" in said) == (
        "timeout", False, False, False,
    )  # fmt: skip
    page = browser_of(one.token.person).get("/registrations/").content.decode()
    assert "timeout" in page, "a word that this release does not know is shown as it is"
    row.state, row.sealed, row.reason, row.passed_on_at = RegistrationState.DECLINED, "", "เลขไม่ถูกต้อง", now
    row.save()
    (said,) = one.get("registrations")["items"]
    assert (said["lapses_at"], said["reason"], said["passed_on_at"] is None) == (None, "เลขไม่ถูกต้อง", False)
    assert one.get("registrations?office=KKN")["items"] == []


def test_channels_and_days_off_are_no_technicians_nor_channels_the_treasurys() -> None:
    technician, treasury = program(Role.TECHNICIAN), program(Role.TREASURY, None)
    for path in ("channels", "holidays", "offices/CBI/channel-owners"):
        assert technician.ask("get", path).status_code == 404, path
    assert treasury.ask("get", "channels").status_code == 404
    assert treasury.get("holidays?year=2026")["items"]


def test_who_may_own_a_channel_is_told_to_who_changes_one() -> None:
    officer = person(Role.OFFICER, name="owner")
    admin = program(Role.PROVINCIAL_ADMIN)
    assert {"id": officer.pk, "name": "owner"} in admin.get("offices/CBI/channel-owners")["items"]
    assert holder(officer).ask("get", "offices/CBI/channel-owners").status_code == 404
    assert admin.ask("get", "offices/KKN/channel-owners").status_code == 404
    assert program(Role.AUDITOR, None).get("offices/CBI/channel-owners")["items"]


def test_a_day_off_says_who_put_it_there() -> None:
    admin = User.objects.create(username="admin", first_name="สุดา")
    Holiday.objects.create(
        on=date(2031, 3, 3), province_id=20, name_th="วันทดลอง", name_en="Trial", source="ตัวอย่าง", added_by=admin
    )
    (said,) = program().get("holidays?year=2031")["items"]
    assert (said["added_by"], said["sample"], said["added_at"] is None) == ("สุดา", False, False)
