"""The forecast never makes paper more, believes the sensor before the count, and learns what these rolls are like."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.port import Paper
from fleet.protocol.paper import outlook_en, outlook_th
from kiosk.paper_forecast import (
    CUT_FEED_MM,
    NEAR_END_MM,
    Roll,
    fresh,
    new_roll,
    of_kind,
    outlook,
    printed,
    remaining_mm,
    seen,
)
from kiosk.paper_meter import NOTE, PaperMeter, read_roll
from kiosk.spool import Spool

LENGTH = 80_000
MONDAY = date(2026, 11, 16)
SLIP = 186
MOVED = SLIP + CUT_FEED_MM  # 200 mm a slip


def whole() -> Roll:
    return new_roll(fresh(LENGTH))


def after(roll: Roll, slips: int, on: date = MONDAY) -> Roll:
    for _ in range(slips):
        roll = printed(roll, SLIP, on)
    return roll


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour - 7, tzinfo=UTC)


events = st.lists(st.one_of(st.integers(20, 600), st.sampled_from(list(Paper))), max_size=80)


def happen(roll: Roll, event: int | Paper) -> Roll:
    return seen(roll, event) if isinstance(event, Paper) else printed(roll, event, MONDAY)


@settings(deadline=None)
@given(events)
def test_printing_never_makes_paper_more_and_it_is_never_less_than_none(happened: list[int | Paper]) -> None:
    roll = whole()
    for event in happened:
        before, roll = remaining_mm(roll), happen(roll, event)
        left = remaining_mm(roll)
        assert left is None or 0 <= left <= 2 * LENGTH
        if isinstance(event, int) and before is not None:
            assert left is not None
            assert left <= before


@settings(deadline=None)
@given(events)
def test_a_new_roll_is_new_whatever_was_before(happened: list[int | Paper]) -> None:
    roll = fresh(LENGTH)
    for event in happened:
        roll = happen(roll, event)
    roll = seen(seen(roll, Paper.OUT), Paper.FULL)
    assert (roll.is_whole, roll.used_mm, roll.since_low_mm) == (True, 0, None)
    assert remaining_mm(roll) == max(roll.length_mm, roll.near_end_mm)


@settings(deadline=None)
@given(events)
def test_low_paper_is_at_most_what_is_left_when_the_sensor_trips(happened: list[int | Paper]) -> None:
    roll = whole()
    for event in happened:
        roll = happen(roll, event)
    roll = seen(roll, Paper.LOW)
    left = remaining_mm(roll)
    assert left is not None
    assert left <= roll.near_end_mm


@settings(deadline=None)
@given(events)
def test_it_is_the_same_after_being_written_and_read(happened: list[int | Paper]) -> None:
    roll = whole()
    for event in happened:
        roll = happen(roll, event)
    assert read_roll(msgspec.json.encode(roll), LENGTH) == roll


def test_a_roll_nobody_saw_put_in_has_no_forecast_until_its_sensor_speaks() -> None:
    roll = after(fresh(LENGTH), 10)
    assert (remaining_mm(roll), outlook(roll, at(MONDAY, 9))) == (None, None)
    assert remaining_mm(seen(roll, Paper.LOW)) == NEAR_END_MM


def test_cut_feed_counts() -> None:
    assert remaining_mm(after(whole(), 100)) == LENGTH - 100 * MOVED


def test_the_sensor_teaches_how_long_rolls_are() -> None:
    """These are 70 m, whatever the box says."""
    roll = whole()
    for _ in range(6):
        roll = seen(after(new_roll(roll), 65_000 // MOVED), Paper.LOW)
    assert abs(roll.length_mm - 70_000) < 300


def test_a_roll_put_in_half_used_teaches_nothing() -> None:
    assert seen(after(whole(), 100), Paper.LOW).length_mm == LENGTH


def test_running_out_teaches_how_much_the_sensor_leaves() -> None:
    roll = whole()
    for _ in range(6):
        roll = seen(after(seen(new_roll(roll), Paper.LOW), 8_000 // MOVED), Paper.OUT)
    assert abs(roll.near_end_mm - 8_000) < 100


def test_a_sensor_that_goes_to_and_fro_is_no_new_roll() -> None:
    roll = seen(seen(after(whole(), 375), Paper.LOW), Paper.FULL)
    assert remaining_mm(roll) == NEAR_END_MM


def test_enough_after_low_for_a_metre_is_another_roll_put_in_while_nobody_looked() -> None:
    roll = seen(after(whole(), 375), Paper.LOW)
    for _ in range(5):
        roll = seen(after(roll, 1), Paper.FULL, MOVED)
    assert remaining_mm(roll) == roll.length_mm - 5 * MOVED


def test_slips_only_the_printer_counted_are_counted() -> None:
    """The technician's test prints, and attempts that failed after their cut."""
    roll = printed(whole(), SLIP, MONDAY, cuts=1000)
    roll = printed(roll, SLIP, MONDAY, cuts=1003)
    assert roll.used_mm == 4 * MOVED


@pytest.mark.parametrize("cuts", [None, 5, 9_000_000])
def test_a_counter_that_says_nothing_or_is_another_printers_changes_nothing(cuts: int | None) -> None:
    roll = printed(printed(whole(), SLIP, MONDAY, cuts=1000), SLIP, MONDAY, cuts=cuts)
    assert roll.used_mm == 2 * MOVED


def test_a_roll_of_another_kind_voids_what_the_old_kind_taught() -> None:
    taught = seen(after(whole(), 65_000 // MOVED), Paper.LOW)
    assert of_kind(taught, LENGTH) == taught
    assert of_kind(taught, 50_000).length_mm == 50_000


def busy_week(slips_left: int) -> tuple[Roll, datetime]:
    """Monday to Thursday with 80 slips a day, a tenth of them an hour; Thursday 15:30 with so many left."""
    roll = whole()
    for day in range(3):
        roll = after(roll, 80, MONDAY + timedelta(days=day))
    used = LENGTH - NEAR_END_MM if slips_left * MOVED <= NEAR_END_MM else LENGTH - slips_left * MOVED
    return msgspec.structs.replace(roll, used_mm=used), at(MONDAY + timedelta(days=3), 16) - timedelta(minutes=30)


def test_it_will_run_out_tomorrow_morning() -> None:
    roll, now = busy_week(40)
    found = outlook(roll, now)
    assert found is not None
    assert found.slips_left == 40
    assert outlook_th(found.slips_left, found.out_at, now) == "เหลือประมาณ 40 ใบ น่าจะหมดพรุ่งนี้เช้า"
    assert outlook_en(found.slips_left, found.out_at, now) == "about 40 slips left, will run out tomorrow morning"


def test_nothing_runs_out_on_a_sunday() -> None:
    roll, now = busy_week(100)
    found = outlook(roll, now)
    assert found is not None
    assert found.out_at is not None
    assert found.out_at == at(MONDAY + timedelta(days=7), 9) + timedelta(minutes=30)  # 1 h, Friday 8 h, Monday 1 h


def test_one_day_promises_no_day() -> None:
    found = outlook(after(whole(), 80), at(MONDAY + timedelta(days=1), 9))
    assert found is not None
    assert found.out_at is None


def test_a_hall_that_hardly_prints_is_promised_nothing() -> None:
    roll = after(after(whole(), 1), 1, MONDAY + timedelta(days=1))
    found = outlook(roll, at(MONDAY + timedelta(days=3), 9))
    assert found is not None
    assert found.out_at is None


NOW = at(date(2026, 11, 19), 9)  # a Thursday


@pytest.mark.parametrize(
    ("out_at", "thai", "english"),
    [
        (NOW + timedelta(hours=1), "เช้านี้", "this morning"),
        (NOW + timedelta(hours=5), "บ่ายนี้", "this afternoon"),
        (NOW + timedelta(days=1, hours=5), "พรุ่งนี้บ่าย", "tomorrow afternoon"),
        (NOW + timedelta(days=4), "วันจันทร์เช้า", "on Monday morning"),
        (NOW + timedelta(days=14), "ประมาณวันที่ 3 ธันวาคม 2569", "around 3 December 2026"),
        (NOW - timedelta(hours=1), "ได้ทุกเมื่อ", "any moment"),
    ],
)
def test_when_is_said_as_people_say_it(out_at: datetime, thai: str, english: str) -> None:
    assert outlook_th(7, out_at, NOW) == f"เหลือประมาณ 7 ใบ น่าจะหมด{thai}"
    assert outlook_en(7, out_at, NOW) == f"about 7 slips left, will run out {english}"


@pytest.mark.parametrize(
    ("slips", "thai", "english"),
    [
        (0, "เหลือไม่ถึง 1 ใบ", "less than one slip left"),
        (1, "เหลือประมาณ 1 ใบ", "about 1 slip left"),
        (19, "เหลือประมาณ 19 ใบ", "about 19 slips left"),
        (47, "เหลือประมาณ 40 ใบ", "about 40 slips left"),
    ],
)
def test_a_number_is_no_more_exact_than_it_can_be(slips: int, thai: str, english: str) -> None:
    assert outlook_th(slips, None, NOW) == thai
    assert outlook_en(slips, None, NOW) == english


# ---- kept


def test_the_count_is_kept_with_the_record_and_found_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    meter = PaperMeter(spool)
    meter.seen(Paper.OUT)
    meter.seen(Paper.FULL)
    count = meter.printed(SLIP, at(MONDAY, 9))
    assert PaperMeter(spool).roll.used_mm == 0, "not before its record"
    spool.append(also=count)
    assert PaperMeter(spool).roll == meter.roll
    assert meter.roll.used_mm == MOVED
    spool.close()


def test_a_note_nobody_can_read_is_a_roll_nobody_knows(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.note(NOTE, b'{"nominal_mm": "long"}')
    assert PaperMeter(spool, roll_m=50).roll == fresh(50_000)
    spool.close()
