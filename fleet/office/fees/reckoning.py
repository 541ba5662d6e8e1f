"""What a factory owes for a year: a pure function of rules, the factory's facts and a day.

The answer is a fee with its lines and reasons, or a typed refusal that says why there is none; "could not reckon"
(no horsepower on record) is never "owes nothing" (type 1). Not here: notices, who pays, and the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from fleet.office.fees.days import add_months, anniversary_in, month_ends, months_late, rolled
from fleet.office.fees.rules import Band, CountsFrom, FeeRules, LeapDay, Rounding, Surcharge, WaivedMonths
from fleet.protocol.thai import BE_OFFSET, english_date, thai_date


@dataclass(frozen=True, slots=True)
class FactoryFacts:
    """What of a factory decides its fee. ``in_operation`` None: the register does not say."""

    kind: int | None
    horsepower: Decimal | None
    began_on: date | None
    in_operation: bool | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the rules, by its number. ``days_off``: the holidays of the place it is asked for."""

    number: int
    rules: FeeRules
    signed: bool
    days_off: frozenset[date] = frozenset()


class Refusal(StrEnum):
    """Why there is no fee."""

    NO_KIND = "no-kind"
    KIND_PAYS_NONE = "kind-pays-none"
    NOT_OPERATING = "not-operating"
    NO_ANNIVERSARY = "no-anniversary"
    BEFORE_IT_BEGAN = "before-it-began"
    NO_RULE = "no-rule"
    WAIVED = "waived"
    NO_HORSEPOWER = "no-horsepower"
    NO_BAND = "no-band"

    @property
    def is_gap(self) -> bool:
        """Whether something is missing on record, so that a person must look; else nothing is owed."""
        return self in (
            Refusal.NO_KIND,
            Refusal.NO_ANNIVERSARY,
            Refusal.NO_RULE,
            Refusal.NO_HORSEPOWER,
            Refusal.NO_BAND,
        )


@dataclass(frozen=True, slots=True)
class NoFee:
    """No fee, and why, in the words of an officer."""

    refusal: Refusal
    why_th: str
    why_en: str


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of a notice, and why it is there."""

    label_th: str
    label_en: str
    amount_satang: int
    why_th: str
    why_en: str


@dataclass(frozen=True, slots=True)
class Fee:
    """What is owed as of a day. ``payable_by``: the last day without a surcharge. ``holds_until``: the last day on
    which this amount is right; None when it will not grow any more."""

    version: int
    is_sample: bool
    due_on: date
    payable_by: date
    months: int
    holds_until: date | None
    lines: tuple[FeeLine, ...]

    @property
    def amount_satang(self) -> int:
        """All lines together."""
        return sum(line.amount_satang for line in self.lines)


def reckon(versions: Sequence[Version], facts: FactoryFacts, fee_year: int, as_of: date) -> Fee | NoFee:
    """The fee of the year (C.E.) in which it falls due, as it stands on ``as_of``. Later versions win."""
    if facts.in_operation is False:
        return NoFee(Refusal.NOT_OPERATING, "ทะเบียนบอกว่าไม่ได้ประกอบกิจการ", "The register says that it does not operate")
    if facts.began_on is None:
        return NoFee(
            Refusal.NO_ANNIVERSARY, "ไม่มีวันเริ่มประกอบกิจการในทะเบียน", "No date of beginning on record, so no due date"
        )
    found = _in_force(versions, facts.began_on, fee_year)
    if found is None:
        return NoFee(
            Refusal.NO_RULE,
            f"ไม่มีกติกาค่าธรรมเนียมที่ใช้กับปี {fee_year + BE_OFFSET}",
            f"No fee rule is in force for {fee_year}",
        )
    version, due_on = found
    refused = _refused(version.rules, facts, due_on)
    if refused is not None:
        return refused
    band = _band(version.rules, facts.horsepower or Decimal(0))
    if band is None:
        return NoFee(
            Refusal.NO_BAND,
            f"กติกาไม่มีอัตราสำหรับ {facts.horsepower} แรงม้า",
            f"The rule has no fee for {facts.horsepower} hp",
        )
    return _fee(version, band, facts, due_on, as_of)


def _in_force(versions: Sequence[Version], began_on: date, fee_year: int) -> tuple[Version, date] | None:
    """The latest version in force on the due date, which the version itself decides for a leap day."""
    for version in sorted(versions, key=lambda each: each.number, reverse=True):
        due_on = anniversary_in(began_on, fee_year, version.rules.leap_day)
        if version.rules.covers(due_on):
            return version, due_on
    return None


def due_date(facts: FactoryFacts, fee_year: int) -> date | None:
    """Roughly when a year's fee falls due, before any rule is asked; for sorting and filtering only."""
    return anniversary_in(facts.began_on, fee_year, LeapDay.BEFORE) if facts.began_on else None


def _refused(rules: FeeRules, facts: FactoryFacts, due_on: date) -> NoFee | None:
    if facts.kind is None:
        return NoFee(Refusal.NO_KIND, "ไม่มีจำพวกโรงงานในทะเบียน", "No type of factory on record")
    if facts.kind not in rules.kinds:
        return NoFee(Refusal.KIND_PAYS_NONE, f"จำพวกที่ {facts.kind} ไม่ต้องชำระ", f"Type {facts.kind} pays no yearly fee")
    if facts.began_on is not None and due_on <= facts.began_on:
        return NoFee(
            Refusal.BEFORE_IT_BEGAN,
            f"เริ่มประกอบกิจการ {thai_date(facts.began_on)} ยังไม่ครบปี",
            f"Began on {english_date(facts.began_on)}; no year is over",
        )
    if (waiver := rules.waiver_of(due_on)) is not None:
        return NoFee(
            Refusal.WAIVED,
            f"ยกเว้น: {waiver.title.th} ({waiver.source})",
            f"Waived: {waiver.title.en} ({waiver.source})",
        )
    if facts.horsepower is None:
        return NoFee(Refusal.NO_HORSEPOWER, "ไม่มีแรงม้าในทะเบียน", "No horsepower on record")
    return None


def _band(rules: FeeRules, horsepower: Decimal) -> Band | None:
    return next((band for band in reversed(rules.bands) if band.from_hp <= horsepower), None)


def _fee(version: Version, band: Band, facts: FactoryFacts, due_on: date, as_of: date) -> Fee:
    year = due_on.year + BE_OFFSET
    told = (" (อัตราตัวอย่าง)", " (sample rate)") if is_sample(version) else ("", "")
    yearly = FeeLine(
        f"ค่าธรรมเนียมรายปี พ.ศ. {year}{told[0]}",
        f"Annual fee, B.E. {year}{told[1]}",
        band.fee_satang,
        f"{facts.horsepower} แรงม้า อยู่ในอัตราตั้งแต่ {band.from_hp} แรงม้า ตามกติการุ่น {version.number}",
        f"{facts.horsepower} hp is in the band from {band.from_hp} hp, rule version {version.number}",
    )
    return fee_at(version, yearly, due_on, as_of)


def is_sample(version: Version) -> bool:
    """Whether what is made from this version must say ตัวอย่าง: it is made up, or nobody has signed it."""
    return version.rules.sample or not version.signed


def fee_at(version: Version, yearly: FeeLine, due_on: date, as_of: date) -> Fee:
    """A fee once decided, as it stands on a day: the surcharge grows, the fee itself is not decided anew."""
    rules = version.rules
    payable_by = rolled(rules, due_on, version.days_off)
    since = due_on if rules.surcharge.counts_from is CountsFrom.DUE else payable_by
    months, holds_until = 0, payable_by
    if as_of > payable_by:
        months = months_late(since, as_of, rules.surcharge.part_months)
        holds_until = max(payable_by, month_ends(since, months, rules.surcharge.part_months))
    counted = _counted(rules, since, months)
    extra = surcharge_satang(yearly.amount_satang, counted, rules.surcharge)
    lines = (yearly, _surcharge_line(rules, counted, extra, payable_by)) if extra else (yearly,)
    return Fee(
        version=version.number,
        is_sample=is_sample(version),
        due_on=due_on,
        payable_by=payable_by,
        months=counted,
        holds_until=None if _is_capped(rules.surcharge, counted) else holds_until,
        lines=lines,
    )


def _is_capped(surcharge: Surcharge, counted: int) -> bool:
    return surcharge.percent_hundredths == 0 or (surcharge.cap_months is not None and counted >= surcharge.cap_months)


def _counted(rules: FeeRules, since: date, months: int) -> int:
    """Of so many months of lateness, those that are charged for."""
    surcharge = rules.surcharge
    if surcharge.waived_months is WaivedMonths.SKIP and rules.waivers:
        first_days = (add_months(since, index) + timedelta(days=1) for index in range(months))
        months = sum(rules.waiver_of(day) is None for day in first_days)
    return months if surcharge.cap_months is None else min(months, surcharge.cap_months)


def surcharge_satang(fee_satang: int, months: int, surcharge: Surcharge) -> int:
    """Additional money for so many months, rounded as the rule says; whole numbers throughout."""
    exact_by_10000 = fee_satang * surcharge.percent_hundredths * months
    step = surcharge.round_to_satang * 10_000
    whole, rest = divmod(exact_by_10000, step)
    is_up = {Rounding.DOWN: False, Rounding.UP: rest > 0, Rounding.HALF_UP: rest * 2 >= step}[surcharge.rounding]
    return (whole + is_up) * surcharge.round_to_satang


def percent_text(hundredths: int) -> str:
    """``5`` or ``1.5``: so many hundredths of a percent."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def _surcharge_line(rules: FeeRules, months: int, extra: int, payable_by: date) -> FeeLine:
    percent = percent_text(rules.surcharge.percent_hundredths)
    return FeeLine(
        f"เงินเพิ่มร้อยละ {percent} ต่อเดือน จำนวน {months} เดือน",
        f"Surcharge, {percent} % a month, {months} {'month' if months == 1 else 'months'}",
        extra,
        f"พ้นกำหนด {thai_date(payable_by)}",
        f"Not paid by {english_date(payable_by)}",
    )
