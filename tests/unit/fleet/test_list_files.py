"""The lists as files: what the page shows and no more, all its pages, narrowed as it is, and no formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.devices.models import Kiosk, KioskState
from fleet.devices.standing import AT_ONCE
from fleet.office.register.models import Run, Stage
from fleet.payments.confirming import confirm
from fleet.payments.days import received, together
from fleet.payments.models import Confirmation
from fleet.people.models import Membership, Role
from fleet.rollouts.models import Firmware, Member, Rollout
from fleet.web.charts import ROOM, stacks
from fleet.web.payment_drawing import money
from fleet.web.table_files import LINES_MAX, ROWS_MAX, baht, table_file
from fleet.web.views.rollouts import NEWEST
from tests.support.fleet_payments import owed, shown, word
from tests.support.signed_in import browser_of

CHON_BURI, KHON_KAEN = 20, 40


def client(role: Role = Role.NATIONAL_ADMIN, dopa_code: int | None = None) -> Client:
    user, _ = User.objects.get_or_create(username=f"{role}-{dopa_code}")
    Membership.objects.get_or_create(user=user, role=role, dopa_code=dopa_code)
    return browser_of(user)


def rows(who: Client, address: str) -> list[dict[str, str]]:
    answer = who.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# ---- any file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 1])
def test_a_file_that_is_cut_says_so(more: int) -> None:
    asked = count()
    endless: Iterator[tuple[int]] = ((each,) for each in asked)
    some = endless if more else ((each,) for each in range(ROWS_MAX))
    lines = table_file("x", ("no",), some).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + ROWS_MAX + more
    assert ("20,000" in lines[-1]) == bool(more)
    assert next(asked) <= ROWS_MAX + 1, "no more was fetched than is written"


def test_a_list_that_cannot_be_narrowed_down_has_a_longer_file() -> None:
    lines = table_file("x", ("no",), ((each,) for each in count()), rows_max=LINES_MAX)
    assert len(lines.content.splitlines()) == 1 + LINES_MAX + 1
    assert "100,000" in lines.content.decode("utf-8-sig").splitlines()[-1]


def test_an_amount_is_one_a_spreadsheet_adds_up() -> None:
    assert [baht(each) for each in (0, 5, 330_000, 100_000_001, -150)] == [
        "0.00",
        "0.05",
        "3300.00",
        "1000000.01",
        "-1.50",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "kiosks.csv", "firmware.csv", "payments.csv", "payments.csv?show=shown", "register.csv", "people.csv",
        "rollouts.csv", "alerts.csv", "audit.csv", "folders.csv", "partners/disclosures.csv",
    ],
)  # fmt: skip
def test_every_file_begins_with_its_columns_and_holds_no_formula(name: str) -> None:
    evil = '=HYPERLINK("https://example.invalid")'
    User.objects.create(username="evil", first_name=evil)
    Kiosk.objects.filter(pk="CBI-01").update(name_th=evil)
    Run.objects.create(file_name=evil, made_by_name="x", stage=Stage.DONE, size_bytes=1)
    Firmware.objects.create(version="1", manifest_hash="a", size_bytes=1, target=evil, compatible="x")
    text = client().get(f"/{name}").content.decode("utf-8-sig")
    assert evil not in [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert text.splitlines()[0].replace(",", "").replace("_", "").isalnum()


def test_the_file_of_rollouts_goes_on_where_the_page_ends() -> None:
    now, firmware = timezone.now(), Firmware.objects.create(version="1", manifest_hash="a", size_bytes=1)
    for number in range(NEWEST + 5):
        Rollout.objects.create(
            kind="firmware", firmware=firmware, plan={"waves": []}, reason=f"{number}", created_at=now, state="done",
            state_since=now,
        )  # fmt: skip
    Member.objects.create(rollout=Rollout.objects.last(), kiosk_id="CBI-01", wave_no=0, why="late", state="passed")
    found = rows(client(), "/rollouts.csv?state=done")
    assert [each["reason"] for each in found] == [f"{number}" for number in reversed(range(NEWEST + 5))]
    assert [(each["kiosks"], each["passed"]) for each in found[-2:]] == [("0", "0"), ("1", "1")]
    assert rows(client(), "/rollouts.csv?state=paused") == []


# ---- kiosks ---------------------------------------------------------------------------------------------------------


def test_the_file_of_kiosks_is_that_of_the_province_and_the_filter() -> None:
    KioskState.objects.update_or_create(pk="CBI-02", defaults={"used_twice_at": timezone.now()})
    technician = client(Role.TECHNICIAN, CHON_BURI)
    assert [each["kiosk"] for each in rows(technician, "/kiosks.csv")] == ["CBI-02", "CBI-01"], "the worst first"
    [failing] = rows(technician, "/kiosks.csv?state=failing&q=cbi")
    assert (failing["kiosk"], failing["condition"], failing["office"]) == ("CBI-02", "failing", "CBI")
    assert rows(technician, "/kiosks.csv?province=40") == []
    assert len(rows(client(), "/kiosks.csv")) == Kiosk.objects.count()


def test_the_file_of_kiosks_has_all_pages_and_asks_by_the_lot() -> None:
    Kiosk.objects.bulk_create(
        Kiosk(pk=f"CBI-{no:05d}", office_id="CBI", name_th="ต", name_en="t") for no in range(AT_ONCE)
    )
    who = client(Role.TECHNICIAN, CHON_BURI)
    with CaptureQueriesContext(connection) as asked:
        found = rows(who, "/kiosks.csv")
    assert len({each["kiosk"] for each in found}) == AT_ONCE + 2
    assert len(asked) < 30, "not one by one"


# ---- people ---------------------------------------------------------------------------------------------------------


def test_the_file_of_people_is_the_admins_own_and_is_written_down() -> None:
    for name, dopa_code in (("ours", CHON_BURI), ("theirs", KHON_KAEN)):
        Membership.objects.create(user=User.objects.create(username=name), role=Role.OFFICER, dopa_code=dopa_code)
    admin = client(Role.PROVINCIAL_ADMIN, CHON_BURI)
    assert [each["account"] for each in rows(admin, "/people.csv?role=officer")] == ["ours"]
    [entry] = Entry.objects.filter(what="web:people-csv")
    assert (entry.kind, entry.by_name, '"role"' in entry.said) == ("saw", "provincial-admin-20", True)
    assert "theirs" not in {each["account"] for each in rows(admin, "/people.csv?province=40")}
    assert [each["account"] for each in rows(client(), "/people.csv?q=their&state=active")] == ["theirs"]
    assert rows(client(), "/people.csv?state=out") == []


# ---- imports --------------------------------------------------------------------------------------------------------


def test_the_imports_are_narrowed_alike_on_the_page_and_in_the_file() -> None:
    Run.objects.create(
        office_id="CBI", file_name="chonburi.csv", made_by_name="ประเสริฐ", stage=Stage.DONE, size_bytes=1
    )
    Run.objects.create(office_id="KKN", file_name="khonkaen.csv", made_by_name="นิด", stage=Stage.FAILED, size_bytes=1)
    officer, nation = client(Role.OFFICER, CHON_BURI), client()
    assert [each["file"] for each in rows(officer, "/register.csv")] == ["chonburi.csv"]
    for asked, files in (
        ("state=failed", ["khonkaen.csv"]), ("province=20", ["chonburi.csv"]), ("q=khon", ["khonkaen.csv"]),
        ("q=ประเสริฐ&state=done", ["chonburi.csv"]), ("state=x", ["khonkaen.csv", "chonburi.csv"]),
    ):  # fmt: skip
        assert [each["file"] for each in rows(nation, f"/register.csv?{asked}")] == files, asked
        page = nation.get(f"/register/?{asked}").content.decode()
        assert [name for name in ("khonkaen.csv", "chonburi.csv") if f">{name}<" in page] == files, asked


# ---- firmware -------------------------------------------------------------------------------------------------------


def test_the_firmware_is_narrowed_alike_on_the_page_and_in_the_file() -> None:
    for version, model, withdrawn_at in (("1.0", "pi4", timezone.now()), ("1.1", "pi4", None), ("1.2", "pi5", None)):
        Firmware.objects.create(
            version=f"v{version}v", manifest_hash=version, size_bytes=5, target="t", compatible=model,
            withdrawn_at=withdrawn_at,
        )  # fmt: skip
    who = client(Role.TECHNICIAN, CHON_BURI)
    for asked, versions in (
        ("", ["v1.2v", "v1.1v", "v1.0v"]), ("firmware=withdrawn", ["v1.0v"]),
        ("firmware=offered&model=pi4", ["v1.1v"]), ("model=pi9", []),
    ):  # fmt: skip
        assert [each["version"] for each in rows(who, f"/firmware.csv?{asked}")] == versions, asked
        page = who.get(f"/rollouts/?{asked}").content.decode()
        assert [each for each in ("v1.2v", "v1.1v", "v1.0v") if each in page] == versions, asked


# ---- payments -------------------------------------------------------------------------------------------------------


def _two_payments() -> tuple[Confirmation, Confirmation]:
    """One of Chon Buri as it should be, one of Khon Kaen that waits for a person."""
    ours, theirs = owed(), owed("KKN")
    shown(ours)
    exact = confirm(word(ours, "T1"))
    return exact, confirm(word(theirs, "T2", amount_satang=theirs.amount_satang + 100))


def test_the_file_of_payments_is_the_list_that_is_asked_for() -> None:
    exact, over = _two_payments()
    nation, officer = client(), client(Role.OFFICER, CHON_BURI)
    stands = {each["number"]: each["stands"] for each in rows(nation, "/payments.csv")}
    assert stands == {str(exact.pk): "exact", str(over.pk): "open"}
    assert [each["number"] for each in rows(officer, "/payments.csv")] == [str(exact.pk)]
    day = exact.business_day
    for asked, found in (
        ("show=open", [over]), ("show=exact", [exact]), ("province=40", [over]), ("bank=SCB", []), ("q=t2", [over]),
        (f"q={exact.ref1}", [exact]), (f"q={exact.notice_id}&show=open", []), (f"from={day}&to={day}", [over, exact]),
        (f"from={day + timedelta(days=1)}", []), (f"to={day - timedelta(days=1)}", []),
        ("from=never&bank=x", [over, exact]),
    ):  # fmt: skip
        assert [each["number"] for each in rows(nation, f"/payments.csv?{asked}")] == [str(x.pk) for x in found], asked
        page = nation.get(f"/payments/?{asked}").content.decode()
        assert {each for each in (over, exact) if f'href="/payments/{each.pk}/"' in page} == set(found), asked
    [of_a_kiosk] = rows(nation, "/payments.csv?show=shown")
    assert (of_a_kiosk["kiosk"], of_a_kiosk["state"]) == ("CBI-02", "confirmed")
    assert rows(nation, "/payments.csv?show=shown&province=40") == []
    assert Entry.objects.filter(what="web:payments-csv", by_name="officer-20").count() == 1


def test_days_hold_what_came_and_what_of_it_waits() -> None:
    exact, over = _two_payments()
    day = exact.business_day
    days = received(Confirmation.objects.all(), day - timedelta(days=1), day + timedelta(days=1))
    assert [each.day for each in days] == [day - timedelta(days=1), day, day + timedelta(days=1)]
    assert [(each.count, each.waiting) for each in days] == [(0, 0), (2, 1), (0, 0)]
    assert together(days) == (2, exact.amount_satang + over.amount_satang, 1, over.amount_satang)
    assert together([]) == (0, 0, 0, 0)


def test_a_waiting_payment_among_many_can_be_seen_and_no_bar_is_higher_than_the_room() -> None:
    drawn = stacks([("", 10_000, 1), ("", 2, 2), ("", 0, 0), ("", 5_000, 0)])
    assert [each.part_height > 0 for each in drawn] == [True, True, False, False]
    assert drawn[0].part_height >= 5
    for each in drawn:
        assert each.y >= ROOM.top - 1e-6
        assert each.rest_height <= ROOM.floor - each.y + 1e-6
    assert drawn[1].part_height <= drawn[1].height + 1e-6


def test_the_page_draws_its_days_and_says_the_same_in_a_table() -> None:
    exact, _over = _two_payments()
    day = exact.business_day
    page = client().get(f"/payments/?to={day}").content.decode()
    assert page.count('<svg class="chart"') == 2
    assert f'href="?from={day}&amp;to={day}"' in page
    assert client(Role.OFFICER, 14).get(f"/payments/?to={day}").content.decode().count('<svg class="chart') == 0
    assert money(received(Confirmation.objects.none(), date(2026, 1, 1), date(2026, 1, 30))) is None
