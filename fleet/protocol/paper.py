"""What is said of a printer's paper, in Thai and English: how many slips are left, and when it will have ended.

Words only; the reckoning is the kiosk's (``kiosk.paper_forecast``). Used by the dashboard and by `kiosk doctor`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fleet.protocol.thai import BANGKOK, thai_date

_NOON = 12
_ABOUT_FROM = 20  # from here on, whole tens: the forecast is no better than that
_WEEK_DAYS = 7
_TH_DAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def outlook_th(slips_left: int, out_at: datetime | None, now: datetime) -> str:
    """``เหลือประมาณ 40 ใบ น่าจะหมดพรุ่งนี้เช้า``."""
    left = f"เหลือประมาณ {_about(slips_left)} ใบ" if slips_left else "เหลือไม่ถึง 1 ใบ"
    return left if out_at is None or not slips_left else f"{left} น่าจะหมด{_when_th(out_at, now)}"


def outlook_en(slips_left: int, out_at: datetime | None, now: datetime) -> str:
    """``about 40 slips left, will run out tomorrow morning``."""
    count = _about(slips_left)
    left = f"about {count} slip{'' if count == 1 else 's'} left" if slips_left else "less than one slip left"
    return left if out_at is None or not slips_left else f"{left}, will run out {_when_en(out_at, now)}"


def _about(slips: int) -> int:
    return slips if slips < _ABOUT_FROM else slips // 10 * 10


def _when_th(out_at: datetime, now: datetime) -> str:
    at, today = out_at.astimezone(BANGKOK), now.astimezone(BANGKOK).date()
    half = "เช้า" if at.hour < _NOON else "บ่าย"
    if out_at <= now:
        return "ได้ทุกเมื่อ"
    if at.date() == today:
        return f"{half}นี้"
    if at.date() == today + timedelta(days=1):
        return f"พรุ่งนี้{half}"
    if _is_this_week(at.date(), today):
        return f"วัน{_TH_DAYS[at.weekday()]}{half}"
    return f"ประมาณวันที่ {thai_date(at.date())}"


def _when_en(out_at: datetime, now: datetime) -> str:
    at, today = out_at.astimezone(BANGKOK), now.astimezone(BANGKOK).date()
    half = "morning" if at.hour < _NOON else "afternoon"
    if out_at <= now:
        return "any moment"
    if at.date() == today:
        return f"this {half}"
    if at.date() == today + timedelta(days=1):
        return f"tomorrow {half}"
    if _is_this_week(at.date(), today):
        return f"on {_EN_DAYS[at.weekday()]} {half}"
    return f"around {at.day} {at:%B %Y}"


def _is_this_week(day: date, today: date) -> bool:
    return (day - today).days < _WEEK_DAYS
