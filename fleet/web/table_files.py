"""Lists as files for a spreadsheet: UTF-8 that it knows, and no cell it takes for a formula. No query of its own.

A file is bounded (``rows_max``), and says in its last line when there was more. It is made as a whole, from rows that
are fetched some at a time: Django keeps the transaction and the scope of a page only until its answer is made. What
shows people is written into the trail as any page is (``auditing``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from fleet.office.spreadsheets import inert

_Row = TypeVar("_Row")

ROWS_MAX = 20_000
"""Twice the kiosks of the nation; as text some megabytes."""


LINES_MAX = 100_000
"""For lists that cannot be narrowed down: the whole register has 72,000 factories. As text some 40 MB for a moment."""


def table_file(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, rows_max: int = ROWS_MAX
) -> HttpResponse:
    """``rows`` as ``name``.csv; a moment is written in local time, None as nothing, an amount as ``baht`` has it."""
    out = io.BytesIO()
    text = io.TextIOWrapper(out, "utf-8", newline="")
    text.write("\ufeff")  # the mark by which spreadsheets know UTF-8
    writer = csv.writer(text)
    writer.writerow(columns)
    remaining = iter(rows)
    writer.writerows([_cell(each) for each in row] for row in islice(remaining, rows_max))
    if next(remaining, None) is not None:
        writer.writerow([_("มีมากกว่า %(count)s แถว กรองให้แคบลงแล้วส่งออกอีกครั้ง") % {"count": f"{rows_max:,}"}])
    text.flush()
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def in_lots(rows: Iterable[_Row], count: int) -> Iterator[list[_Row]]:
    """``rows`` by lots of ``count``, for what is asked of many at once."""
    remaining = iter(rows)
    while lot := list(islice(remaining, count)):
        yield lot


def baht(amount_satang: int) -> str:
    """An amount of satang as a spreadsheet adds it up: ``3300.00``, no thousands' mark."""
    return f"{amount_satang // 100}.{amount_satang % 100:02d}" if amount_satang >= 0 else f"-{baht(-amount_satang)}"


def _cell(said: object) -> str:
    if isinstance(said, datetime):
        return timezone.localtime(said).isoformat(timespec="seconds")
    return "" if said is None else inert(str(said))
