"""Sentences with something filled in: dates, times, amounts, shortened names. Pure; the words are the catalogue's."""

from __future__ import annotations

import re
from datetime import date, datetime

from fleet.protocol.office import Factory, Notice
from fleet.protocol.settings import KioskSettings, Words
from fleet.protocol.thai import english_date_short, format_baht, thai_date_short
from fleet.protocol.words import Subtitle, Title
from kiosk.screens.parts import Forms
from kiosk.screens.texts import Catalogue
from kiosk.visits.desk import Language
from kiosk.visits.events import Owed

NO_BREAK = "\u00a0"


def day(when: date, language: Language) -> str:
    """``24 พ.ย. 2569`` or ``24 Nov 2026``, kept together on one line."""
    if language is Language.TH:
        return thai_date_short(when).replace(" ", NO_BREAK)
    return english_date_short(when).replace(" ", NO_BREAK)


def short_day(when: date, language: Language) -> str:
    """``24 พ.ย.``, within a running case, whose year is plain."""
    return day(when, language).rsplit(NO_BREAK, 1)[0]


def clock(when: datetime) -> str:
    """Hours and minutes, as the header shows them."""
    return f"{when:%H:%M}"


def baht(amount_satang: int) -> str:
    """The figures of an amount, without its unit."""
    return format_baht(amount_satang)


def words(both: Words, language: Language) -> str:
    """The office's own words in the visitor's language."""
    return both.th if language is Language.TH else both.en


def blank_words(both: Title | Subtitle, language: Language) -> str:
    """As ``words``; empty where the office leaves it to the catalogue."""
    return both.th if language is Language.TH else both.en


def factory_name(factory: Factory, language: Language) -> str:
    """The factory's name; the Thai one where there is no English one."""
    return (factory.name_en if language is Language.EN else "") or factory.name_th


def item_name(notice: Notice, language: Language) -> str:
    """What the notice is for."""
    return (notice.item_en if language is Language.EN else "") or notice.item_th


def office_forms(settings: KioskSettings, language: Language, catalogue: Catalogue) -> Forms:
    """The office's name and its shorter forms, longest first."""
    return shortened(words(settings.office_name, language), catalogue)


def shortened(name: str, catalogue: Catalogue) -> Forms:
    """``name`` and what the catalogue's rules make of it, longest first."""
    forms = [name]
    for pattern, replacement in catalogue.office_short:
        shorter = re.sub(pattern, replacement, forms[-1])
        if shorter and shorter != forms[-1]:
            forms.append(shorter)
    return tuple(forms)


def due_forms(owed: Owed, today: date, language: Language, catalogue: Catalogue) -> Forms:
    """When a notice is due, or for how long it has been overdue, longest first."""
    says, notice = catalogue.list, owed.notice
    if not is_overdue(notice, today):
        when = day(notice.due_on, language)
        return tuple(form.format(date=when) for form in (says.due, *says.due_short))
    for_long = _overdue_for(notice.due_on, today, catalogue)
    if len(notice.lines) < 2:
        return for_long, says.overdue
    return (
        says.surcharge.format(overdue=for_long),
        says.surcharge_short.format(overdue=for_long),
        says.surcharge_short.format(overdue=says.overdue),
        for_long,
        says.overdue,
    )


def is_overdue(notice: Notice, today: date) -> bool:
    """Whether the last day to pay has passed."""
    return notice.due_on < today


def _overdue_for(due_on: date, today: date, catalogue: Catalogue) -> str:
    says = catalogue.list
    months = (today.year - due_on.year) * 12 + today.month - due_on.month - (today.day < due_on.day)
    number, units = (months, says.month) if months else ((today - due_on).days, says.day)
    return says.overdue_for.format(n=number, unit=units[0 if number == 1 else 1])


def minutes(seconds: int, catalogue: Catalogue) -> str:
    """``4:32 นาที``."""
    return catalogue.pay.minutes.format(m=seconds // 60, s=seconds % 60)
