"""Finding notices of yearly fees by when they fall due, how they stand, and what somebody has in hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from fleet.office.fees.figures import Stand, of_year, where
from fleet.office.finding import tidied
from fleet.office.models import Notice


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked for; None or empty for no wish. ``fee_year`` (C.E.): only yearly fees that fall due in it."""

    fee_year: int | None = None
    month: int | None = None
    stand: Stand | None = None
    text: str = ""


def find(rows: QuerySet[Notice], sought: Sought, today: date) -> QuerySet[Notice]:
    """Those of ``rows`` that are asked for. Text is found in names and in a notice's number; a reference or a factory's
    number must be whole, with or without hyphens."""
    if sought.fee_year is not None:
        rows = of_year(rows, sought.fee_year)
    if sought.month is not None:
        rows = rows.filter(due_on__month=sought.month)
    if sought.stand is not None:
        rows = rows.filter(where(sought.stand, today))
    if text := tidied(sought.text):
        bare = text.replace("-", "").replace(" ", "")
        rows = rows.filter(
            Q(factory__name_th__icontains=text)
            | Q(factory__name_en__icontains=text)
            | Q(notice_no__icontains=text)
            | Q(reference__iexact=bare)
            | Q(factory_id=bare)
            | Q(factory__old_no=text)
        )
    return rows
