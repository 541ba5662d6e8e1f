"""What the kiosks were worth, a year at a time: a public page, and the same as open data. Nothing of any person."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from fleet.figures.year import AT_COUNTER, Figures, Line, Year, figures_of, holds_samples, years
from fleet.office.models import Province
from fleet.protocol.thai import MONTHS_EN, MONTHS_SHORT, be_year
from fleet.web.charts import ROOM, Bar, bars
from fleet.web.limits import Allowance, address_of, too_often
from fleet.web.stories import service

LOOKS = Allowance(times=60, window_s=60)
"""Pages and files an address and minute."""


@require_safe
def figures(request: HttpRequest, year: int | None = None, iso_code: str = "") -> HttpResponse:
    """The page of a year and, by its ISO code, a province."""
    if not LOOKS.permits(address_of(request)):
        return too_often(request, 60)
    chosen = year or timezone.localdate().year
    province = _province(iso_code)
    known = years()
    _must_be(chosen, known)
    found = figures_of(chosen, province.pk if province else None)
    names = {str(each.pk): each for each in Province.objects.all()}
    context: dict[str, Any] = {
        "found": found,
        "year": _year_word(chosen),
        "years": [(each, _year_word(each)) for each in known],
        "province": province,
        "bars": bars_of(found),
        "most": max(bars_of(found), key=lambda bar: bar.count),
        "uptime_bars": uptime_bars_of(found),
        "months": [(_month(i), line.figures) for i, line in enumerate(found.months)],
        "room": ROOM,
        "services": [(service(line.key), line.figures) for line in found.services],
        "provinces": [(names[line.key], line.figures) for line in found.provinces],
        "is_sample": holds_samples(),
        "at_counter_min": AT_COUNTER.seconds // 60,
    }
    response = render(request, "web/figures.html", context)
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@require_safe
def figures_file(request: HttpRequest, year: int, kind: str, iso_code: str = "") -> HttpResponse:
    """The same as CSV or JSON, for whoever wants to count on."""
    if not LOOKS.permits(address_of(request)):
        return too_often(request, 60)
    _must_be(year, years())
    province = _province(iso_code)
    found = figures_of(year, province.pk if province else None)
    place = province.iso_code if province else "TH"
    name = f"sala-{place}-{year}.{kind}"
    if kind == "csv":
        response = HttpResponse(_csv(found, place), content_type="text/csv; charset=utf-8")
    elif kind == "json":
        response = HttpResponse(_json(found, place), content_type="application/json")
    else:
        raise Http404
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"  # open data, and nothing of who asks
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def bars_of(found: Year) -> list[Bar]:
    """The months as bars, the busiest as high as there is room."""
    return bars([(_month(i), line.figures.visits) for i, line in enumerate(found.months)])


def uptime_bars_of(found: Year) -> list[Bar]:
    """How much of each month's looks found the kiosks there; a month that nobody looked has no bar, and no number."""
    return bars([(_month(i), line.figures.uptime or 0.0) for i, line in enumerate(found.months)], 1.0)


def _month(number: int) -> str:
    return MONTHS_EN[number][:3] if get_language() == "en" else MONTHS_SHORT[number]


def _year_word(year: int) -> str:
    return str(year) if get_language() == "en" else str(be_year(date(year, 1, 1)))


def _must_be(year: int, known: list[int]) -> None:
    if year not in known:
        raise Http404


def _province(iso_code: str) -> Province | None:
    """Raises: Http404 when the code is nobody's."""
    if not iso_code:
        return None
    found = Province.objects.filter(iso_code=iso_code).first()
    if found is None:
        raise Http404
    return found


COLUMNS = ("visits", "done", "payments", "paid_baht", "minutes_saved", "median_seconds_at_screen", "uptime")


def _row(figures: Figures) -> dict[str, Any]:
    known = asdict(figures)
    return {
        "visits": known["visits"],
        "done": known["done"],
        "payments": known["payments"],
        "paid_baht": f"{known['paid_satang'] / 100:.2f}",
        "minutes_saved": known["saved_min"],
        "median_seconds_at_screen": known["median_s"],
        "uptime": None if known["uptime"] is None else round(known["uptime"], 4),
    }


def _csv(found: Year, place: str) -> str:
    out = io.StringIO()
    out.write("\ufeff")  # or spreadsheets take it for another encoding
    writer = csv.writer(out)
    writer.writerow(["place", "year", "part", "key", *COLUMNS])
    for part, lines in _parts(found):
        for line in lines:
            key = _iso(line.key) if part == "province" else line.key
            writer.writerow([place, found.year, part, key, *_row(line.figures).values()])
    return out.getvalue()


def _json(found: Year, place: str) -> str:
    parts = {
        f"{part}s": [
            {"key": _iso(line.key) if part == "province" else line.key, **_row(line.figures)} for line in lines
        ]
        for part, lines in _parts(found)
        if part != "whole"
    }
    head = {"place": place, "year": found.year, "assumed_minutes_at_counter": AT_COUNTER.seconds // 60}
    return json.dumps(head | _row(found.whole) | parts, ensure_ascii=False, indent=1)


def _parts(found: Year) -> list[tuple[str, tuple[Line, ...]]]:
    return [
        ("whole", (Line("", found.whole),)),
        ("month", found.months),
        ("province", found.provinces),
        ("service", found.services),
    ]


def _iso(dopa_code: str) -> str:
    return f"TH-{dopa_code}"
