"""One day of a kiosk: its time line, its visitors by hour, and how often it was there; as a file too.

``day`` and ``what`` stand in the address; what is none, or lies ahead, is today, and everything.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fleet.acting.kiosk_day import Lane, day_of, days_there
from fleet.devices.truth import truths_of
from fleet.web import kiosk_day as days
from fleet.web import words
from fleet.web.access import kiosk_seen, signed_in
from fleet.web.charts import ACROSS, ROOM, stretch
from fleet.web.table_files import table_file

COLUMNS = ("kiosk", "what", "began", "ended", "title", "says", "condition")


def _day(request: HttpRequest) -> date:
    today = timezone.localdate()
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return min(today, max(asked, date(2000, 1, 2)))


def _what(request: HttpRequest) -> str:
    said = request.GET.get("what", "")
    return said if said in tuple(Lane) else ""


@require_safe
@signed_in
def kiosk_day(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """The page."""
    row, on, what, now = kiosk_seen(request, kiosk_id), _day(request), _what(request), timezone.now()
    day, there = day_of(row, on, now), days_there(row.pk, on)
    today = timezone.localdate(now)
    [truth] = truths_of([row], now)
    context = {
        "kiosk": row,
        "day": day,
        "today": today,
        "is_today": on == today,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "what": what,
        "lanes": days.lanes_of(day),
        "ahead": stretch(day.until, day.end, (day.begin, day.end), "") if day.until < day.end else None,
        "across": ACROSS,
        "lines": days.lines(day, what, now),
        "visits": sum(day.by_hour),
        "hour_bars": days.hour_bars(day),
        "busiest": max(range(24), key=day.by_hour.__getitem__),
        "most": max(day.by_hour),
        "there_bars": days.there_bars(there),
        "there": there,
        "was_there": any(each.share for each in there),
        "was_looked_for": any(each.share is not None for each in there),
        "seen": there[-1].share,
        "room": ROOM,
        "printed_cm": round(day.printed_mm / 10),
        "paper": words.paper(truth.paper),
        "paper_outlook": words.paper_outlook(truth),
    }
    return render(request, "web/kiosk_day.html", context)


@require_safe
@signed_in
def kiosk_day_csv(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """The same list as a file."""
    row, on, what = kiosk_seen(request, kiosk_id), _day(request), _what(request)
    now = timezone.now()
    shown = reversed(days.lines(day_of(row, on, now), what, now))
    lines = ((row.pk, x.lane, x.began, x.ended, x.title, x.sentence, x.condition) for x in shown)
    return table_file(f"{row.pk}-{on.isoformat()}", COLUMNS, lines)
