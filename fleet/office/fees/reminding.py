"""Whether somebody is to be reminded today, and in what words. Pure: no database, no clock, no address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fleet.office.fees.policy import Reminders
from fleet.protocol.thai import english_date, format_baht, thai_date

TRIES_MAX = 4
_PAUSES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""After the first, second and third failure: a mail server that is down is back within hours, or wants a person."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A reminder of a notice that was begun before, by whatever channel."""

    day: int
    begun_on: date


def is_quiet(policy: Reminders, now: datetime, holidays: Collection[date]) -> bool:
    """Whether nobody is to be disturbed at this local time."""
    return (
        now.weekday() in policy.quiet_weekdays
        or now.date() in holidays
        or not policy.from_hour <= now.hour < policy.to_hour
    )


def due_day(policy: Reminders, payable_by: date, today: date, before: Sequence[Sent]) -> int | None:
    """Which of ``policy.days`` is to be sent today; None when none is, because of any limit."""
    begun = {each.day for each in before}
    if not policy.on or len(begun) >= policy.most:
        return None
    if any(each.begun_on > today - timedelta(days=policy.least_gap_days) for each in before):
        return None
    reached = [
        day
        for day in policy.days
        if day not in begun
        and payable_by + timedelta(days=day) <= today
        and not is_too_late(policy, payable_by, day, today)
    ]
    return max(reached, default=None)


def is_too_late(policy: Reminders, payable_by: date, day: int, today: date) -> bool:
    """Whether the reminder of that day is no longer to be sent."""
    return today > payable_by + timedelta(days=day + policy.late_by_days)


def window(policy: Reminders, today: date) -> tuple[date, date]:
    """The first and last day to pay of notices that could be due for a reminder today."""
    days = policy.days or (0,)
    late = timedelta(days=policy.late_by_days)
    return today - timedelta(days=max(days)) - late, today - timedelta(days=min(days))


def pause(tries: int) -> timedelta | None:
    """How long to wait after so many tries have failed; None: it is given up."""
    return _PAUSES[tries - 1] if tries < TRIES_MAX else None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a reminder is about. No name of a person or a factory: whoever it reaches knows the notice."""

    office_th: str
    office_en: str
    notice_no: str
    item_th: str
    item_en: str
    amount_satang: int
    payable_by: date
    pay_by: date | None
    reference: str
    sample: bool


def words(matter: Matter, today: date) -> tuple[str, str]:
    """Subject and text, Thai first."""
    late = today > matter.payable_by
    head = "พ้นกำหนดชำระแล้ว" if late else "ใกล้ครบกำหนดชำระ"
    sample = "[ตัวอย่าง ชำระไม่ได้จริง] " if matter.sample else ""
    amount = format_baht(matter.amount_satang)
    until_th = f"ยอดนี้ใช้ได้ถึง {thai_date(matter.pay_by)}" if matter.pay_by else ""
    until_en = f"This amount holds until {english_date(matter.pay_by)}." if matter.pay_by else ""
    text = (
        f"{sample}{matter.office_th}\n"
        f"ใบแจ้ง {matter.notice_no} {matter.item_th} จำนวน {amount} บาท "
        f"ครบกำหนด {thai_date(matter.payable_by)} {until_th}\n"
        f"ชำระได้ด้วย QR ในใบแจ้ง หรือที่ตู้บริการของสำนักงาน เลขอ้างอิง {matter.reference} "
        "สำนักงานไม่ส่งลิงก์ให้โอนเงิน หากชำระแล้วขออภัยมา ณ ที่นี้\n\n"
        f"{matter.office_en}\n"
        f"Notice {matter.notice_no}, {matter.item_en}: {amount} baht, "
        f"due {english_date(matter.payable_by)}. {until_en}\n"
        f"Pay with the QR on the notice or at the office's kiosk; reference {matter.reference}. "
        "We never send links to transfer money. If you have paid, please excuse this message."
    )
    return f"{sample}{head} {matter.item_th} · {matter.notice_no}", text
