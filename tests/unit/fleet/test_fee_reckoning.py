"""What a factory owes: the vectors of the facts, every refusal, and what must hold for any numbers at all."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.office.fees.days import add_months, anniversary_in, months_late, rolled
from fleet.office.fees.reckoning import Fee, NoFee, Refusal, reckon, surcharge_satang
from fleet.office.fees.rules import LeapDay, PartMonths, Problem, RuleError, read_rules
from tests.support.sample_fees import DAYS_OFF, document, facts, version


def fee(*versions: Any, as_of: date = date(2026, 9, 1), year: int = 2026, **of: Any) -> Fee:
    found = reckon(versions or (version(),), facts(**of), year, as_of)
    assert isinstance(found, Fee), found
    return found


def refusal(*versions: Any, year: int = 2026, **of: Any) -> Refusal:
    found = reckon(versions or (version(),), facts(**of), year, date(2026, 9, 1))
    assert isinstance(found, NoFee)
    assert found.why_th
    assert found.why_en[:6].isascii()
    return found.refusal


def test_in_time_it_is_the_fee_of_its_band_and_says_why() -> None:
    found = fee()
    assert (found.amount_satang, found.due_on, found.months) == (300_000, date(2026, 9, 24), 0)
    assert "75 แรงม้า" in found.lines[0].why_th
    assert "75 hp" in found.lines[0].why_en


@pytest.mark.parametrize(
    ("horsepower", "satang"), [("0", 150_000), ("49.99", 150_000), ("50", 300_000), ("9999", 450_000)]
)
def test_a_band_begins_at_its_horsepower(horsepower: str, satang: int) -> None:
    assert fee(horsepower=Decimal(horsepower)).amount_satang == satang


def test_two_months_late_is_what_the_drawn_letter_asks_for() -> None:
    found = fee(as_of=date(2026, 11, 2))
    assert [line.amount_satang for line in found.lines] == [300_000, 30_000]
    assert found.lines[1].label_th == "เงินเพิ่มร้อยละ 5 ต่อเดือน จำนวน 2 เดือน"
    assert found.holds_until == date(2026, 11, 24)


def test_new_year_of_2560_rolls_to_the_fourth_without_a_surcharge() -> None:
    on = {"began_on": date(2010, 1, 1), "year": 2017}
    assert fee(as_of=date(2017, 1, 4), **on).amount_satang == 300_000
    found = fee(as_of=date(2017, 1, 4), **on)
    assert (found.due_on, found.payable_by, found.months) == (date(2017, 1, 1), date(2017, 1, 4), 0)
    assert fee(as_of=date(2017, 1, 5), **on).months == 1


@pytest.mark.parametrize(
    ("due", "waived"),
    [
        (date(2020, 6, 9), False),
        (date(2020, 6, 10), True),
        (date(2023, 6, 9), True),
        (date(2023, 6, 10), False),
    ],
)
def test_the_three_waivers_go_by_the_due_date(due: date, waived: bool) -> None:
    found = reckon([version()], facts(began_on=due.replace(year=2012)), due.year, due)
    assert isinstance(found, NoFee) is waived
    if isinstance(found, NoFee):
        assert found.refusal is Refusal.WAIVED


@pytest.mark.parametrize(
    ("of", "why"),
    [
        ({"kind": 1}, Refusal.KIND_PAYS_NONE),
        ({"kind": None}, Refusal.NO_KIND),
        ({"horsepower": None}, Refusal.NO_HORSEPOWER),
        ({"began_on": None}, Refusal.NO_ANNIVERSARY),
        ({"in_operation": False}, Refusal.NOT_OPERATING),
        ({"began_on": date(2026, 9, 24)}, Refusal.BEFORE_IT_BEGAN),
        ({"year": 2012}, Refusal.NO_RULE),
    ],
)
def test_every_refusal_says_why(of: dict[str, Any], why: Refusal) -> None:
    assert refusal(**of) is why


def test_no_band_is_a_gap_and_type_1_is_none() -> None:
    bands = [{"from_hp": "100", "fee_satang": 1}]
    assert refusal(version(bands=bands)) is Refusal.NO_BAND
    assert Refusal.NO_BAND.is_gap
    assert not Refusal.KIND_PAYS_NONE.is_gap


def test_the_register_not_saying_that_it_operates_is_no_refusal() -> None:
    assert fee(in_operation=None).amount_satang == 300_000


def test_the_latest_version_in_force_on_the_due_date_decides() -> None:
    old = version(1, in_force_to="2026-09-23")
    new = version(2, in_force_from="2026-09-24", bands=[{"from_hp": "0", "fee_satang": 77}])
    assert fee(old, new).version == 2
    assert fee(old, new, began_on=date(2012, 9, 23)).version == 1


@pytest.mark.parametrize(
    ("sample", "signed", "is_sample"), [(False, True, False), (True, True, True), (False, False, True)]
)
def test_what_nobody_signed_makes_samples_only(sample: bool, signed: bool, is_sample: bool) -> None:
    found = fee(version(sample=sample, signed=signed))
    assert found.is_sample is is_sample
    assert ("ตัวอย่าง" in found.lines[0].label_th) is is_sample


def test_part_months_cap_and_waived_months_are_the_rules_to_say() -> None:
    late = date(2026, 11, 2)
    assert fee(version(surcharge={"part_months": "whole"}), as_of=late).months == 1
    assert fee(version(surcharge={"cap_months": 1}), as_of=late).months == 1
    assert fee(version(surcharge={"cap_months": 1}), as_of=late).holds_until is None
    waiver = {"due_from": "2026-10-01", "due_to": "2026-12-31", "title": {"th": "ก", "en": "a"}, "source": "ก"}
    assert fee(version(waivers=[waiver]), as_of=late).months == 1
    assert fee(version(waivers=[waiver], surcharge={"waived_months": "count"}), as_of=late).months == 2


def test_a_leap_day_falls_where_the_rule_says() -> None:
    began = date(2012, 2, 29)
    assert anniversary_in(began, 2024, LeapDay.BEFORE) == date(2024, 2, 29)
    assert anniversary_in(began, 2026, LeapDay.BEFORE) == date(2026, 2, 28)
    assert anniversary_in(began, 2026, LeapDay.AFTER) == date(2026, 3, 1)


def test_a_rule_whose_holidays_never_end_is_told() -> None:
    days = [date(2026, 9, 24) + timedelta(days=each) for each in range(60)]
    holidays = [{"on": day.isoformat(), "title": {"th": "ก", "en": "a"}} for day in days]
    with pytest.raises(ValueError, match="two months"):
        rolled(version(holidays=holidays).rules, days[0])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"in_force_to": "2016-12-31"}, Problem.ENDS_BEFORE_IT_BEGINS),
        ({"bands": [{"from_hp": "5", "fee_satang": 1}] * 2}, Problem.BANDS_NOT_ASCENDING),
        ({"bands": [{"from_hp": "-5", "fee_satang": 1}]}, Problem.NEGATIVE_HORSEPOWER),
        ({"kinds": []}, Problem.NOBODY_PAYS),
        ({"weekend": [0, 1, 2, 3, 4, 5, 6]}, Problem.NO_WORKING_DAY),
    ],
)
def test_what_is_no_rule_is_told(changes: dict[str, Any], problem: Problem) -> None:
    with pytest.raises(RuleError) as refused:
        read_rules(document(**changes))
    assert refused.value.problems == (problem,)


@pytest.mark.parametrize("changes", [{"bands": []}, {"nonsense": 1}, {"surcharge": {"percent_hundredths": 5.5}}])
def test_what_is_malformed_is_told_with_its_place(changes: dict[str, Any]) -> None:
    with pytest.raises(RuleError) as refused:
        read_rules(document(**changes))
    assert not refused.value.problems
    assert refused.value.detail


# ---- for any numbers ------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2018, 1, 1), date(2040, 12, 31))


@given(st.integers(0, 10**11), st.integers(0, 10_000), st.integers(0, 400), st.sampled_from([1, 25, 100]))
def test_a_rounded_surcharge_is_whole_and_within_a_step_of_the_exact_one(
    satang: int, percent: int, months: int, step: int
) -> None:
    exact = satang * percent * months
    found = {}
    for rounding in ("down", "half-up", "up"):
        said = {"percent_hundredths": percent, "round_to_satang": step, "rounding": rounding}
        found[rounding] = surcharge_satang(satang, months, version(surcharge=said).rules.surcharge)
        assert type(found[rounding]) is int
        assert found[rounding] % step == 0
        assert abs(found[rounding] * 10_000 - exact) < step * 10_000
    assert found["down"] <= found["half-up"] <= found["up"]
    assert found["down"] * 10_000 <= exact <= found["up"] * 10_000


@given(st.dates(date(2005, 1, 1), date(2016, 12, 31)), st.integers(0, 1500), st.sampled_from(["begun", "whole"]))
def test_an_amount_holds_until_the_day_it_says_and_not_a_day_longer(began: date, late: int, part: str) -> None:
    rules = version(surcharge={"part_months": part, "waived_months": "count", "cap_months": None})
    due = anniversary_in(began, 2024, LeapDay.BEFORE)
    found = fee(rules, began_on=began, year=2024, as_of=due + timedelta(days=late))
    assert found.holds_until is not None
    assert found.holds_until >= due + timedelta(days=late)
    assert fee(rules, began_on=began, year=2024, as_of=found.holds_until).amount_satang == found.amount_satang
    after = fee(rules, began_on=began, year=2024, as_of=found.holds_until + timedelta(days=1))
    assert after.amount_satang > found.amount_satang or (part == "whole" and found.months == 0)


@given(DAYS, st.integers(0, 2000), st.integers(0, 60))
def test_a_surcharge_never_shrinks_with_time(began: date, late: int, more: int) -> None:
    year = began.year + 1
    if reckon([version()], facts(began_on=began), year, began).__class__ is NoFee:
        return  # waived
    due = anniversary_in(began, year, LeapDay.BEFORE)
    earlier = fee(began_on=began, year=year, as_of=due + timedelta(days=late))
    later = fee(began_on=began, year=year, as_of=due + timedelta(days=late + more))
    assert later.amount_satang >= earlier.amount_satang
    assert earlier.amount_satang == sum(line.amount_satang for line in earlier.lines)


@given(DAYS, st.integers(0, 200))
def test_months_late_count_the_months_between(since: date, months: int) -> None:
    even = add_months(since, months)
    assert months_late(since, even, PartMonths.WHOLE) == months
    assert months_late(since, even + timedelta(days=1), PartMonths.BEGUN) == months + 1


@given(DAYS)
def test_the_last_day_to_pay_is_a_working_day_and_never_earlier(due: date) -> None:
    rules = version().rules
    last = rolled(rules, due, DAYS_OFF)
    assert last >= due
    assert last.weekday() < 5
    assert last not in DAYS_OFF
