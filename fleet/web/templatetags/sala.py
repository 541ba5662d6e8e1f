"""Dates, amounts, icons and addresses of static files, as every page writes them."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fleet.protocol.thai import (
    english_date,
    english_date_short,
    format_baht,
    thai_date,
    thai_date_short,
)
from fleet.web import document_words, settings_problems, settings_words, stories, words
from fleet.web.settings_form import Field
from fleet.web.static_files import ASKED_AS, version

register = template.Library()

WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_english() -> bool:
    """Whether the page is in English."""
    return get_language() == "en"


@register.simple_tag
@cache
def asset(path: str) -> str:
    """The address of a static file, with its version."""
    return f"{static(path)}?{ASKED_AS}={version(path)}"


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """A Lucide icon; decoration, so it always stands beside a word."""
    return format_html(
        '<svg class="ic {}" aria-hidden="true"><use href="{}#{}"></use></svg>', extra, asset("web/icons.svg"), name
    )


@register.simple_tag
def glyph(condition: str, size: str = "") -> SafeString:
    """The shape of a condition, named for those who do not see it."""
    return format_html(
        '<svg class="gl {} {}" role="img" aria-label="{}"><use href="{}#glyph-{}"></use></svg>',
        size,
        condition,
        words.condition(condition),
        asset("web/icons.svg"),
        condition,
    )


@register.simple_tag
@cache
def shape(condition: str, size: str = "") -> SafeString:
    """The shape of a condition whose word stands beside it."""
    return format_html(
        '<svg class="gl {} {}" aria-hidden="true"><use href="{}#glyph-{}"></use></svg>',
        size,
        condition,
        asset("web/icons.svg"),
        condition,
    )


@register.simple_tag
def pill(condition: str) -> SafeString:
    """Shape, colour and word of a condition."""
    return format_html('<span class="pill {}">{}{}</span>', condition, shape(condition), words.condition(condition))


@register.filter
def condition_word(condition: str) -> str:
    """The word of a condition."""
    return words.condition(condition)


@register.filter
def local(thing: Any, field: str = "name") -> str:
    """``name_th`` or ``name_en`` of a thing, in the language of the page."""
    return str(getattr(thing, f"{field}_{'en' if is_english() else 'th'}"))


@register.filter
def baht(amount_satang: int) -> str:
    """``3,300.00``."""
    return format_baht(amount_satang)


@register.filter
def thousands(number: int) -> str:
    """``12,345``."""
    return f"{number:,}"


@register.filter
def percent(share: float) -> str:
    """``99.2 %``; never rounded up to a hundred."""
    return f"{min(share * 100, 99.9 if share < 1 else 100):.1f} %"


@register.filter
def screen_time(duration_s: float) -> str:
    """``1:25``: minutes and seconds."""
    return f"{int(duration_s) // 60}:{int(duration_s) % 60:02d}"


@register.filter
def drawn(length: float) -> str:
    """A length in a drawing; of a percentage, too, two digits are finer than any screen."""
    return f"{length:.2f}".rstrip("0").rstrip(".")


@register.filter
def long_date(on: date) -> str:
    """``24 พฤศจิกายน 2569``."""
    on = timezone.localtime(on) if isinstance(on, datetime) else on
    return english_date(on) if is_english() else thai_date(on)


@register.filter
def short_date(on: date) -> str:
    """``24 พ.ย. 2569``."""
    on = timezone.localtime(on) if isinstance(on, datetime) else on
    return english_date_short(on) if is_english() else thai_date_short(on)


@register.filter
def weekday(on: datetime) -> str:
    """``อังคาร``."""
    return (WEEKDAYS_EN if is_english() else WEEKDAYS)[timezone.localtime(on).weekday()]


@register.filter
def clock(at: datetime) -> str:
    """``10:42 น.``, with its date when that is not today."""
    there = timezone.localtime(at)
    time = there.strftime("%H:%M") + ("" if is_english() else " น.")
    return time if there.date() == timezone.localdate() else f"{short_date(there)} {time}"


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """When something happened; the browser turns it into its age and counts on."""
    if at is None:
        return _("ยังไม่เคย")
    return format_html('<time class="n" data-ago datetime="{}">{}</time>', at.isoformat(), clock(at))


@register.filter
def time_of(at: datetime) -> str:
    """``10:42 น.``."""
    return timezone.localtime(at).strftime("%H:%M") + ("" if is_english() else " น.")


@register.filter
def layer_word(layer: str) -> str:
    """The name of a layer, as values wear it."""
    return settings_words.layer_word(layer)


@register.filter
def service_word(service: str) -> str:
    """The name of a service."""
    return stories.service(service)


@register.filter
def bank_word(name: str) -> str:
    """The name of a bank."""
    return words.bank(name)


@register.filter
def seconds(milliseconds: int) -> str:
    """``0.06``; from ten seconds on ``12``."""
    return f"{milliseconds / 1000:.2f}" if milliseconds < 10_000 else f"{milliseconds / 1000:.0f}"


@register.filter
def gigabytes(megabytes: int) -> str:
    """``20.9 GB``."""
    return f"{megabytes / 1024:.1f} GB"


@register.filter
def settings_problem(said: str) -> str:
    """What a kiosk says of settings."""
    return settings_problems.problem(said)


@register.filter
def document_word(name: str) -> str:
    """What a value of an officer's document is called."""
    return document_words.label(name)


@register.filter
def document_hint(name: str) -> str:
    """What helps to answer it."""
    return document_words.hint(name)


@register.filter
def choices(field: Field) -> list[tuple[object, str, bool]]:
    """The choices of a value: what is sent, its word, and whether it is chosen."""
    chosen = field.value if isinstance(field.value, list) else [field.value]
    return [(each, document_words.choice(field.leaf.name, each), each in chosen) for each in field.limits["choices"]]


@register.filter
def ranks(field: Field) -> list[tuple[int, list[tuple[object, str, bool]]]]:
    """The choices once for each place in their order."""
    chosen = field.value if isinstance(field.value, list) else []
    every = [(each, document_words.choice(field.leaf.name, each)) for each in field.limits["choices"]]
    return [
        (place + 1, [(each, word, chosen[place : place + 1] == [each]) for each, word in every])
        for place in range(len(every))
    ]


@register.filter
def read_out(field: Field) -> str:
    """A value as a page reads it out."""
    return document_words.said(field.leaf.name, field.value)


@register.filter
def inherited(field: Field) -> str:
    """What would hold if this layer did not say otherwise."""
    return document_words.said(field.leaf.name, field.inherited)
