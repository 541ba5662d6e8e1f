"""A year's figures: from records to the page and the open data."""

from __future__ import annotations

import csv
import io
import json
import re
import statistics
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from fleet.devices.hearing import say_deaf, say_hearing
from fleet.devices.models import KioskState, Record
from fleet.figures import counting, durations
from fleet.figures.durations import STEP_S, STEPS, added, counted, median_s, saved_s
from fleet.figures.models import UptimeDay, UptimeSum, VisitDay, VisitSum
from fleet.figures.sums import add_looks
from fleet.figures.year import figures_of, years
from fleet.office.models import Notice
from fleet.payments.confirming import confirm
from fleet.people.models import Role
from tests.support.fleet_payments import owed, word
from tests.support.token_holder import holder, person

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SETTLED = NOW + counting.SETTLED_AFTER + timedelta(seconds=1)

some_durations = st.lists(st.floats(0, STEP_S * (STEPS - 2)), max_size=60)


# ---- durations ------------------------------------------------------------------------------------------------------


@given(some_durations)
def test_the_median_is_known_to_its_step(seconds: list[float]) -> None:
    told = median_s(counted(seconds))
    if not seconds:
        assert told is None
    else:
        assert told is not None
        assert abs(told - statistics.median_low(seconds)) <= STEP_S


@given(some_durations, some_durations)
def test_counts_add_up(some: list[float], others: list[float]) -> None:
    assert added(counted(some), counted(others)) == counted(some + others)


def test_what_takes_for_ever_or_less_than_nothing_counts_all_the_same() -> None:
    counts = counted([1e9, -5.0])
    assert (counts[0], counts[-1], len(counts)) == (1, 1, STEPS)


@given(some_durations, st.integers(1, 3600))
def test_nobody_saves_less_than_nothing(seconds: list[float], at_counter_s: int) -> None:
    saved = saved_s(counted(seconds), at_counter_s)
    exact = sum(max(0.0, at_counter_s - each) for each in seconds)
    assert abs(saved - exact) <= durations.STEP_S * len(seconds)
    assert saved >= 0


# ---- counting -------------------------------------------------------------------------------------------------------


def visit(
    no: int,
    *,
    kiosk_id: str = "CBI-01",
    took_s: int = 60,
    outcome: str = "paid",
    at: datetime = NOW,
    heard: datetime = NOW,
) -> None:
    body = {
        "kind": "visit-ended",
        "visit_id": f"v{no}",
        "service": "pay-fee",
        "language": "th",
        "started_at": at.isoformat(),
        "ended_at": (at + timedelta(seconds=took_s)).isoformat(),
        "outcome": outcome,
    }
    Record.objects.create(kiosk_id=kiosk_id, spool_id="s", no=no, kind="visit-ended", body=body, received_at=heard)


def test_visits_are_counted_once_however_often_one_counts() -> None:
    for no in range(1, 4):
        visit(no, took_s=60 * no)
    visit(4, outcome="cancelled")
    assert counting.count_visits(SETTLED) == 4
    assert counting.count_visits(SETTLED) == 0
    visit(5)
    assert counting.count_visits(SETTLED) == 1
    rows = {row.outcome: (row.visits, sum(row.durations)) for row in VisitDay.objects.all()}
    assert rows == {"paid": (4, 4), "cancelled": (1, 1)}


def test_a_record_that_may_still_be_overtaken_waits() -> None:
    visit(1)
    assert counting.count_visits(NOW + timedelta(seconds=1)) == 0
    assert counting.count_visits(SETTLED) == 1


def test_a_record_that_came_before_one_with_a_smaller_number_waits_for_it() -> None:
    visit(1, heard=NOW + timedelta(seconds=1))
    visit(2)
    assert counting.count_visits(SETTLED) == 0
    assert counting.count_visits(SETTLED + timedelta(seconds=1)) == 2


def test_a_record_of_another_kind_or_release_is_passed_over() -> None:
    Record.objects.create(kiosk_id="CBI-01", spool_id="s", no=1, kind="restarted", body={}, received_at=NOW)
    Record.objects.create(kiosk_id="CBI-01", spool_id="s", no=2, kind="visit-ended", body={"x": 1}, received_at=NOW)
    visit(3)
    assert counting.count_visits(SETTLED) == 3
    assert VisitDay.objects.get().visits == 1


@pytest.mark.parametrize("ended_at", ["9999-12-31T23:00:00+00:00", "2026-11-22T03:00:00"])
def test_a_visit_at_no_time_there_is_stops_nobody_from_counting(ended_at: str) -> None:
    visit(1)
    strange = Record.objects.get(no=1)
    Record.objects.update(body={**strange.body, "ended_at": ended_at})
    visit(2)
    assert counting.count_visits(SETTLED) == 2
    assert VisitDay.objects.get().visits == 1


def test_the_day_is_bangkoks() -> None:
    visit(1, at=datetime(2026, 12, 31, 17, 30, tzinfo=UTC))
    counting.count_visits(SETTLED)
    assert VisitDay.objects.get().day == date(2027, 1, 1)


def test_who_is_there_is_up_and_who_is_silent_is_not() -> None:
    say_hearing("test")
    KioskState.objects.update_or_create(pk="CBI-01", defaults={"alive": True, "heard_at": datetime.now(UTC)})
    KioskState.objects.update_or_create(pk="CBI-02", defaults={"alive": False, "heard_at": datetime.now(UTC)})
    for _ in range(3):
        counting.look(datetime.now(UTC))
    seen = {row.kiosk_id: (row.looked, row.there) for row in UptimeDay.objects.all()}
    assert (seen["CBI-01"], seen["CBI-02"]) == ((3, 3), (3, 0))


def test_the_sums_are_the_days_added_up() -> None:
    a_year()
    visit(8, outcome="paid", at=datetime(2026, 10, 1, 3, 0, tzinfo=UTC))
    counting.count_visits(SETTLED)
    days = Counter[str]()
    for row in VisitDay.objects.select_related("office"):
        for key in (row.office.province_id, row.office.province_id, 0):
            days[str(key)] += row.visits
    sums = Counter[str]()
    for total in VisitSum.objects.all():
        sums[str(total.place)] += total.visits
    assert sums == days
    whole = VisitSum.objects.filter(place=20, period="2026", outcome="paid").get()
    assert (whole.visits, sum(whole.durations)) == (6, 6)
    assert {each.period for each in VisitSum.objects.filter(place=0)} == {"2026-10", "2026-11"}


def test_a_look_counts_for_its_place_once() -> None:
    say_hearing("test")
    KioskState.objects.update_or_create(pk="CBI-01", defaults={"alive": True, "heard_at": datetime.now(UTC)})
    counting.look(datetime.now(UTC))
    ours = UptimeSum.objects.filter(place=20)
    assert [each.there for each in ours] == [1, 1], "of its month and its year"
    assert {each.looked for each in ours} == {UptimeDay.objects.filter(kiosk__office__province_id=20).count()}


def test_a_deaf_fleet_holds_nothing_against_its_kiosks() -> None:
    say_deaf()
    KioskState.objects.update_or_create(pk="CBI-01", defaults={"alive": True, "heard_at": datetime.now(UTC)})
    counting.look(datetime.now(UTC))
    assert not UptimeDay.objects.exists()


# ---- a year ---------------------------------------------------------------------------------------------------------


def a_year() -> None:
    for no in range(1, 6):
        visit(no, took_s=90)
    visit(6, outcome="timed-out", took_s=600)
    visit(1, kiosk_id="KKN-01", took_s=300)
    counting.count_visits(SETTLED)
    add_looks(date(2026, 11, 22), {20: (1000, 995)})


def test_the_nation_is_the_sum_of_its_provinces() -> None:
    a_year()
    nation, ours, theirs = figures_of(2026), figures_of(2026, 20), figures_of(2026, 40)
    assert (nation.whole.visits, ours.whole.visits, theirs.whole.visits) == (7, 6, 1)
    assert nation.whole.done == 6
    assert sum(line.figures.visits for line in nation.months) == 7
    assert {line.key: line.figures.visits for line in nation.provinces} == {"20": 6, "40": 1}
    assert ours.whole.median_s == 92.5
    assert ours.whole.saved_min == round(5 * (600 - 92.5) / 60)
    assert ours.whole.uptime == 0.995
    assert theirs.whole.uptime is None, "nobody has looked"
    assert figures_of(2025).whole.visits == 0


def test_of_few_visits_no_time_is_told() -> None:
    a_year()
    theirs = figures_of(2026, 40).whole
    assert (theirs.visits, theirs.done) == (1, 1)
    assert (theirs.median_s, theirs.saved_min) == (None, 0)


def test_a_payment_counts_where_its_notice_is_from() -> None:
    notice = owed()
    said = confirm(word(notice))
    year = said.business_day.year
    province = notice.factory.office.province_id
    whole = figures_of(year, province).whole
    assert (whole.payments, whole.paid_satang) == (1, notice.amount_satang)
    assert figures_of(year, 10).whole.payments == 0


# ---- the page and the open data -------------------------------------------------------------------------------------


@pytest.fixture
def client() -> Client:
    a_year()
    return Client(SERVER_NAME="localhost")


def test_anybody_may_read_the_page(client: Client) -> None:
    page = client.get("/figures/2026/").content.decode()
    assert "2569" in page
    assert "ชลบุรี" in page
    ours = client.get("/figures/2026/TH-20/").content.decode()
    assert "99.5 %" in ours
    assert client.get("/figures/1999/").status_code == 404
    assert client.get("/figures/2026/TH-99/").status_code == 404


def test_the_files_say_what_the_page_says_and_name_nobody(client: Client) -> None:
    said = json.loads(client.get("/figures/2026.json").content)
    assert (said["place"], said["visits"], len(said["months"]), len(said["provinces"])) == ("TH", 7, 12, 2)
    rows = list(csv.DictReader(io.StringIO(client.get("/figures/2026.csv").content.decode("utf-8-sig"))))
    assert {row["key"]: row["visits"] for row in rows if row["part"] == "province"} == {"TH-20": "6", "TH-40": "1"}
    ours = client.get("/figures/2026/TH-20.csv").content.decode("utf-8-sig")
    assert "TH-40" not in ours
    assert client.get("/figures/2026.xlsx").status_code == 404
    for text in (json.dumps(said), ours):
        assert "v1" not in text
        assert "CBI-01" not in text


def test_a_program_reads_what_the_file_says(client: Client) -> None:
    confirm(word(owed()))
    one = holder(person(Role.OFFICER))
    assert one.get("figures")["items"] == sorted(years())
    for asked, place in (("", ""), ("?province=20", "/TH-20")):
        said = one.get(f"figures/2026{asked}")
        file = json.loads(client.get(f"/figures/2026{place}.json").content)
        assert said["at_counter_min"] == file["assumed_minutes_at_counter"]
        assert said["is_sample"]
        assert _as_in_file(said["whole"]) == {name: file[name] for name in _as_in_file(said["whole"])}
        for part, iso in (("months", ""), ("provinces", "TH-"), ("services", "")):
            lines = [{"key": f"{iso}{each['key']}", **_as_in_file(each["figures"])} for each in said[part]]
            assert lines == file[part], part
    Notice.objects.update(sample=False)
    assert not one.get("figures/2026")["is_sample"]


def _as_in_file(said: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: said[name] for name in ("visits", "done", "payments")},
        "paid_baht": f"{said['paid_satang'] / 100:.2f}",
        "minutes_saved": said["saved_min"],
        "median_seconds_at_screen": said["median_s"],
        "uptime": None if said["uptime"] is None else round(said["uptime"], 4),
    }


def test_of_this_year_there_is_always_a_page_and_an_answer() -> None:
    for table in (VisitSum, UptimeSum):
        table.objects.all().delete()
    this = timezone.localdate().year
    assert years() == [this]
    assert holder(person(Role.OFFICER)).get(f"figures/{this}")["whole"]["visits"] == 0
    assert holder(person(Role.OFFICER, 40)).ask("get", f"figures/{this - 1}").status_code == 404


def test_the_page_draws_how_much_of_each_month_the_kiosks_were_there() -> None:
    UptimeSum.objects.all().delete()
    client = Client(SERVER_NAME="localhost")
    heading = "ตู้พร้อมใช้ รายเดือน"
    assert heading not in client.get("/figures/2026/").content.decode(), "nobody has looked"
    add_looks(date(2026, 10, 5), {20: (1000, 998)})
    add_looks(date(2026, 11, 5), {20: (1000, 500)})
    page = client.get("/figures/2026/").content.decode()
    drawing = page.split(f'aria-label="{heading}"')[1].split("</svg>")[0]
    heights = [float(each) for each in re.findall(r'<rect[^>]* height="([\d.]+)"', drawing)]
    assert len(heights) == 2, "a month that nobody looked has no bar"
    assert heights[0] / heights[1] == pytest.approx(998 / 500, abs=0.02)
    assert page.count("<td>99.8 %</td>") == 1
    assert page.count("<td>–</td>") == 10
