"""The calendar: the one rule of working days, days said and taken away, files of them, and what moves with them."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from fleet.office.cases.models import Case, CaseDeed
from fleet.office.fees import making
from fleet.office.fees.making import Asked
from fleet.office.fees.rulebook import versions
from fleet.office.holidays.days import Calendar, NoWorkingDayError
from fleet.office.holidays.keeping import Entry, add, calendar_of, days_off, in_force, remove
from fleet.office.holidays.models import Holiday
from fleet.office.holidays.moving import bring_up
from fleet.office.holidays.reading import Problem, read
from fleet.office.models import Notice, Office
from fleet.office.register.tables import Refusal, TableError
from fleet.people.models import Role
from fleet.protocol.thai import BANGKOK
from tests.support.fleet_today import TODAY
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder, person

CHON_BURI, KHON_KAEN = 20, 40
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))


def entry(on: date, dopa_code: int | None = None, name: str = "วันทดลอง") -> Entry:
    return Entry(on, dopa_code, name, "Trial day", "ตัวอย่าง")


# ---- the rule -------------------------------------------------------------------------------------------------------


@given(DAYS, st.integers(0, 60), st.frozensets(DAYS, max_size=20))
def test_a_day_is_reached_after_exactly_so_many_working_days(start: date, days: int, off: frozenset[date]) -> None:
    calendar = Calendar(off)
    end = calendar.after(start, days)
    between = [start + timedelta(days=each + 1) for each in range((end - start).days)]
    assert sum(map(calendar.is_working, between)) == days
    assert days == 0 or calendar.is_working(end)


@given(st.builds(datetime.combine, DAYS, st.times(), st.just(BANGKOK)), st.frozensets(DAYS, max_size=20))
def test_what_counts_as_received_is_never_before_it_came_nor_on_a_day_off(at: datetime, off: frozenset[date]) -> None:
    calendar = Calendar(off)
    counted = calendar.received_on(at)
    assert calendar.is_working(counted)
    assert counted >= at.date()
    if calendar.is_working(at.date()):
        assert (counted == at.date()) == (at.hour * 60 + at.minute < 16 * 60 + 30)


def test_a_calendar_without_working_days_is_told_and_not_reckoned_by() -> None:
    off = frozenset(TODAY + timedelta(days=each) for each in range(90))
    with pytest.raises(NoWorkingDayError):
        Calendar(off).after(TODAY, 1)


# ---- on record ------------------------------------------------------------------------------------------------------


def test_a_province_has_the_nations_days_and_its_own() -> None:
    add([entry(date(2027, 3, 1)), entry(date(2027, 3, 2), CHON_BURI)], None)
    assert {date(2027, 3, 1), date(2027, 3, 2)} <= days_off(CHON_BURI)
    assert date(2027, 3, 1) in days_off(KHON_KAEN)
    assert date(2027, 3, 2) not in days_off(KHON_KAEN)


def test_said_again_it_is_there_once_and_said_otherwise_the_former_row_stays() -> None:
    on = date(2027, 3, 1)
    assert len(add([entry(on)], None)) == 1
    assert add([entry(on)], None) == []
    assert len(add([entry(on, name="วันอื่น")], None)) == 1
    assert in_force().get(on=on).name_th == "วันอื่น"
    assert Holiday.objects.filter(on=on).count() == 2
    remove(in_force().get(on=on), None)
    assert on not in days_off(CHON_BURI)
    assert Holiday.objects.filter(on=on).count() == 2


# ---- what moves -----------------------------------------------------------------------------------------------------


def test_open_cases_move_with_a_new_holiday_and_closed_ones_stay() -> None:
    case = Case.objects.filter(office="CBI", closed_on__isnull=True, due_on__gt=TODAY).order_by("-due_on")[0]
    closed = Case.objects.filter(office="CBI", closed_on__isnull=False)[0]
    assert case.due_on is not None
    before, revision = closed.due_on, Office.objects.get(pk="CBI").revision
    rows = add([entry(case.due_on, CHON_BURI)], None)
    moved = bring_up([(each.on, each.province_id) for each in rows], TODAY, None)
    assert moved.cases >= 1
    assert moved.offices == {"CBI"}
    again = Case.objects.get(pk=case.pk)
    assert again.due_on == calendar_of(CHON_BURI).on_or_after(case.due_on)
    assert again.due_on != case.due_on
    assert CaseDeed.objects.filter(case=case, what="moved").count() == 1
    assert Office.objects.get(pk="CBI").revision > revision, "its kiosks have something to fetch"
    assert Case.objects.get(pk=closed.pk).due_on == before
    for each in rows:
        remove(each, None)
    bring_up([(each.on, each.province_id) for each in rows], TODAY, None)
    assert Case.objects.get(pk=case.pk).due_on == case.due_on


def test_the_last_day_to_pay_moves_with_a_holiday_of_the_province_alone() -> None:
    for office_id in ("CBI", "KKN"):
        asked = Asked(Office.objects.get(pk=office_id), 2030)
        making.make(asked, versions(drafts_too=True), TODAY, None)
    ours = Notice.objects.filter(yearly_fee__fee_year=2030, factory__office="CBI").order_by("due_on")[0]
    theirs = dict(Notice.objects.filter(factory__office="KKN").values_list("pk", "due_on"))
    amount, on = ours.amount_satang, ours.due_on
    rows = add([entry(on, CHON_BURI)], None)
    assert bring_up([(on, CHON_BURI)], TODAY, None).notices >= 1
    ours.refresh_from_db()
    assert ours.due_on == calendar_of(CHON_BURI).on_or_after(on) > on
    assert ours.amount_satang == amount
    assert ours.yearly_fee.holds_until == ours.due_on
    assert dict(Notice.objects.filter(factory__office="KKN").values_list("pk", "due_on")) == theirs
    for each in rows:
        remove(each, None)


# ---- files ----------------------------------------------------------------------------------------------------------

GOOD = "วันที่,ชื่อวันหยุด,ชื่ออังกฤษ,จังหวัด,ที่มา\n1/3/2570,วันหนึ่ง,One,,มติตัวอย่าง\n2027-03-02,วันสอง,,ชลบุรี,ประกาศตัวอย่าง\n\n"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "holidays.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_a_file_is_read_in_either_era_and_encoding(tmp_path: Path, encoding: str) -> None:
    found = read(written(tmp_path, GOOD, encoding), lambda _place: True)
    assert found.problems == ()
    assert [(each.on, each.dopa_code, each.name_en) for each in found.entries] == [
        (date(2027, 3, 1), None, "One"),
        (date(2027, 3, 2), CHON_BURI, "วันสอง"),
    ]


def test_what_is_wrong_is_told_line_by_line(tmp_path: Path) -> None:
    lines = (
        "date,name_th,province,source",
        "31/2/2570,ก,,ตัวอย่าง",
        "1/3/2570,,,ตัวอย่าง",
        "1/3/2570,ก,แอตแลนติส,ตัวอย่าง",
        "1/3/2570,ก,ชลบุรี,",
        "1/3/2570,ก,,ตัวอย่าง",
        f"1/3/2570,{'ก' * 81},20,ตัวอย่าง",
        "2/3/2570,ก,20,ตัวอย่าง",
        "2/3/2570,ก,TH-20,ตัวอย่าง",
    )
    found = read(written(tmp_path, "\n".join(lines)), lambda place: place == CHON_BURI)
    assert found.problems == (
        (2, Problem.NO_DATE),
        (3, Problem.NO_NAME),
        (4, Problem.NO_PROVINCE),
        (5, Problem.NO_SOURCE),
        (6, Problem.NOT_YOURS),
        (7, Problem.TOO_LONG),
        (9, Problem.TWICE),
    )


def test_what_is_no_table_of_holidays_is_refused(tmp_path: Path) -> None:
    for text, refusal in (("a,b\n1,2\n", Refusal.NO_HEADINGS), ("date,name_th\n" + "x,y\n" * 1001, Refusal.TOO_LONG)):
        with pytest.raises(TableError) as refused:
            read(written(tmp_path, text), lambda _place: True)
        assert refused.value.refusal is refusal


# ---- the page -------------------------------------------------------------------------------------------------------


def client(role: Role, dopa_code: int | None, name: str = "somebody") -> Client:
    return browser_of(person(role, dopa_code, name))


SAID = {"deed": "add", "on": "2027-03-01", "name_th": "วันทดลอง", "name_en": "Trial", "source": "ประกาศตัวอย่าง"}


def test_a_provincial_admin_says_their_provinces_days_and_no_others() -> None:
    admin = client(Role.PROVINCIAL_ADMIN, CHON_BURI)
    assert admin.post("/holidays/", {**SAID, "province": "20"}).status_code == 302
    for place in ("", "40", "nonsense"):
        assert admin.post("/holidays/", {**SAID, "province": place}).status_code == 404
    page = admin.get("/holidays/?year=2570").content.decode()
    assert "วันทดลอง" in page
    assert "วันขึ้นปีใหม่ (ตัวอย่าง)" in page
    national = in_force().filter(province__isnull=True)[0]
    assert admin.post("/holidays/", {"deed": "remove", "holiday": str(national.pk)}).status_code == 404
    own = in_force().get(on=date(2027, 3, 1))
    assert admin.post("/holidays/", {"deed": "remove", "holiday": str(own.pk)}).status_code == 302
    own.refresh_from_db()
    assert own.removed_at is not None
    assert own.removed_by is not None


def test_who_changes_nothing_reads_and_another_provinces_days_are_not_there() -> None:
    add([entry(date(2027, 3, 1), KHON_KAEN, "วันของขอนแก่น")], None)
    officer = client(Role.OFFICER, CHON_BURI)
    page = officer.get("/holidays/?year=2570").content.decode()
    assert "วันขึ้นปีใหม่" in page
    assert "วันของขอนแก่น" not in page
    assert "<form method=" not in page.split('<main id="main">')[1].split("</main>")[0]
    assert officer.post("/holidays/", {**SAID, "province": "20"}).status_code == 404
    assert (
        client(Role.NATIONAL_ADMIN, None, "nation").get("/holidays/?year=2570").content.decode().count("วันของขอนแก่น")
        >= 1
    )


def test_a_form_left_empty_is_told(tmp_path: Path) -> None:
    admin = client(Role.NATIONAL_ADMIN, None)
    for missing in ("on", "name_th", "source"):
        answer = admin.post("/holidays/", {**SAID, "province": "", missing: ""})
        assert answer.status_code == 422, missing
        assert 'role="alert"' in answer.content.decode()
    assert not in_force().filter(on=date(2027, 3, 1)).exists()


def test_a_file_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    admin = client(Role.PROVINCIAL_ADMIN, CHON_BURI)
    with written(tmp_path, GOOD).open("rb") as file:
        answer = admin.post("/holidays/", {"deed": "file", "file": file})
    assert answer.status_code == 422
    assert "บรรทัด 2" in answer.content.decode()
    assert not in_force().filter(on=date(2027, 3, 2)).exists()
    nation = client(Role.NATIONAL_ADMIN, None, "nation")
    for _ in range(2):
        with written(tmp_path, GOOD).open("rb") as file:
            assert nation.post("/holidays/", {"deed": "file", "file": file}).status_code == 302
    assert in_force().filter(on__in=(date(2027, 3, 1), date(2027, 3, 2))).count() == 2


# ---- programs -------------------------------------------------------------------------------------------------------


def sent(user: User, content: bytes, name: str = "holidays.csv", **token: Any) -> tuple[int, dict[str, Any]]:
    """What a program is answered that sends a file with its person's token."""
    secret = holder(user, **token).secret
    answer = Client(SERVER_NAME="localhost").post(
        "/api/v1/holiday-files",
        {"file": SimpleUploadedFile(name, content)},
        headers={"Authorization": f"Bearer {secret}"},
    )
    return answer.status_code, json.loads(answer.content)


def test_a_program_sends_a_file_whole_or_not_at_all() -> None:
    admin = person(Role.PROVINCIAL_ADMIN, CHON_BURI, "suda")
    status, said = sent(admin, GOOD.encode())
    assert (status, said["code"]) == (422, "no-holidays")
    assert said["errors"] == [{"where": ["file", "2"], "why": "not-yours"}]
    assert not in_force().filter(on=date(2027, 3, 2)).exists()
    nation = person(Role.NATIONAL_ADMIN, None, "nation")
    status, said = sent(nation, GOOD.encode())
    assert (status, said["days"]) == (200, 2)
    assert sent(nation, GOOD.encode()) == (200, {"days": 0, "cases": 0, "notices": 0})
    assert sent(nation, GOOD.encode(), provinces={CHON_BURI})[1]["errors"][0]["why"] == "not-yours"
    assert {each.added_by for each in in_force().filter(on__in=(date(2027, 3, 1), date(2027, 3, 2)))} == {nation}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TECHNICIAN, Role.TREASURY, Role.AUDITOR])
def test_a_program_of_who_keeps_no_calendar_sends_none(role: Role) -> None:
    assert sent(person(role, CHON_BURI), GOOD.encode())[0] == 403


def test_a_program_is_told_why_a_file_is_none() -> None:
    admin = person(Role.NATIONAL_ADMIN, None, "nation")
    head = "วันที่,ชื่อวันหยุด,ที่มา\n".encode()
    assert sent(admin, b"")[1]["code"] == "empty"
    assert sent(admin, b"a,b\n1,2\n")[1]["code"] == "no-headings"
    assert sent(admin, head + b"x" * 1_000_000)[0] == 413
    days = [date(2026, 12, 1) + timedelta(days=each) for each in range(120)]
    endless = head + "".join(f"{on},วันทดลอง,ตัวอย่าง\n" for on in days).encode()
    assert sent(admin, endless)[1]["code"] == "no-working-day"
    assert not in_force().filter(name_th="วันทดลอง").exists()
