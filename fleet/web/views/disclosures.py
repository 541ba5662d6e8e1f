"""What of persons was sent to other people's systems: the record PDPA asks for, for who serves where it happened.

It holds no value, so it shows none: which fields left us, when, to whom, what for, for which kiosk or request, and
what came of it. About whom is known only of a request (its masked number); a card's owner is written down nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fleet.acting.partners import disclosures as sought
from fleet.acting.partners import masked_owners
from fleet.devices.models import Kiosk
from fleet.partners.models import Disclosure
from fleet.partners.port import System
from fleet.people.scope import scope_of
from fleet.protocol.tickets import grouped
from fleet.web import disclosure_words, partner_words
from fleet.web.access import for_offices, signed_in
from fleet.web.table_files import in_lots, table_file

PER_PAGE = 50
AT_ONCE = 500
"""Rows of a CSV that are looked up together."""

SYSTEMS = (System.CARD_STATUS, System.CUSTOMERS)
"""Those that are told something about a person at all."""

HEADINGS = ("at", "system", "owner", "purpose", "fields", "asked_for", "about_masked", "province", "outcome")


@dataclass(frozen=True, slots=True)
class Line:
    """One of them in words. ``about``: whose request it was, masked; empty where nobody wrote down whose."""

    it: Disclosure
    system: str
    owner: str
    purpose: str
    fields: str
    asked_for: str
    about: str
    is_kiosk: bool
    condition: str
    word: str


def _asked(request: HttpRequest) -> tuple[QuerySet[Disclosure], str, str]:
    """What the address asks for, of what this account may see: rows, a system's name or none, what is searched."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in set(SYSTEMS) else ""
    asked = request.GET.get("q", "").strip()[:40]
    return sought(scope_of(request.user), kind, asked), kind, asked


def _lines(rows: Iterable[Disclosure]) -> Iterator[Line]:
    rows = list(rows)
    masked = masked_owners(rows)
    kiosks = set(Kiosk.objects.filter(pk__in={each.asked_for for each in rows}).values_list("pk", flat=True))
    for each in rows:
        system = System(each.system)
        condition, word = disclosure_words.outcome(each.outcome)
        yield Line(
            it=each,
            system=partner_words.name(system),
            owner=partner_words.owner(system),
            purpose=disclosure_words.purpose(system),
            fields=disclosure_words.fields(each.fields),
            asked_for=grouped(each.asked_for) if system is System.CUSTOMERS else each.asked_for,
            about=masked.get(each.asked_for, ""),
            is_kiosk=each.asked_for in kiosks,
            condition=condition,
            word=word,
        )


@require_safe
@signed_in
@for_offices
def disclosures(request: HttpRequest) -> HttpResponse:
    """The list, newest first; ``kind`` and ``q`` narrow it down."""
    rows, kind, asked = _asked(request)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    narrowed = {name: value for name, value in (("kind", kind), ("q", asked)) if value}
    context = {
        "lines": list(_lines(page)),
        "page": page,
        "systems": [(each, partner_words.name(each)) for each in SYSTEMS],
        "kind": kind,
        "asked_number": asked,
        "before": urlencode({**narrowed, "page": page.number - 1}),
        "after": urlencode({**narrowed, "page": page.number + 1}),
        "narrowed": urlencode(narrowed),
    }
    return render(request, "web/disclosures.html", context)


@require_safe
@signed_in
@for_offices
def disclosures_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet; what is asked for, not only what the page shows, as far as a file goes."""
    rows, _kind, _asked_for = _asked(request)
    lots = in_lots(rows.iterator(AT_ONCE), AT_ONCE)
    return table_file("disclosures", HEADINGS, (_row(each) for lot in lots for each in _lines(lot)))


def _row(line: Line) -> tuple[object, ...]:
    owner = (line.system, line.owner, line.purpose, line.fields)
    return (line.it.at, *owner, line.asked_for, line.about, line.it.dopa_code, line.word)
