"""Lists as files for a spreadsheet: UTF-8 that it knows, and no cell it takes for a formula. No query of its own.

A file is bounded (``ROWS_MAX``) and made as a whole: Django keeps the transaction and the scope of a page only until
its answer is made. What shows people is written into the trail as any page is (``auditing``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from django.http import HttpResponse
from django.utils import timezone

from fleet.office.spreadsheets import inert

ROWS_MAX = 5000


def table_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """``rows`` as ``name``.csv; a moment is written in local time, None as nothing."""
    out = io.StringIO()
    out.write("\ufeff")  # the mark by which spreadsheets know UTF-8
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(each) for each in row] for row in islice(rows, ROWS_MAX))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(said: object) -> str:
    if isinstance(said, datetime):
        return timezone.localtime(said).isoformat(timespec="seconds")
    return "" if said is None else inert(str(said))
