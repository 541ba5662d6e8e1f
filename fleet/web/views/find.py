"""Finding anything: one field for numbers, serials and names of whatever the account may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from fleet.acting.finding import SHOWN, Found, find_anything
from fleet.devices.truth import truths_of
from fleet.office.cases.models import Case
from fleet.office.channels.models import Ticket
from fleet.office.fees.figures import stand_of
from fleet.office.finding import tidied
from fleet.office.models import Factory, FactoryState, Folder, Notice, Office
from fleet.people.scope import scope_of
from fleet.protocol.thai import format_baht
from fleet.protocol.tickets import grouped
from fleet.web import case_words, fee_words, words
from fleet.web.access import signed_in
from fleet.web.templatetags.sala import local
from fleet.web.views.factories import STATE_SHAPES, state_word
from fleet.web.views.tickets import line_of


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was found: where it is, what it is called and how it stands."""

    address: str
    number: str
    says: str
    where: str = ""
    shape: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """All of one sort. ``more``: the sort's own list with the same question, if not all are here and it has one."""

    word: str
    lines: list[Line]
    is_cut: bool
    more: str = ""


@require_safe
@signed_in
def find(request: HttpRequest) -> HttpResponse:
    """What answers to ``q``; at once the one thing whose number it is."""
    asked = tidied(request.GET.get("q", ""))
    found = find_anything(scope_of(request.user), asked)
    named = found.named(asked)
    if len(named) == 1:
        return HttpResponseRedirect(_address(named[0]))
    context = {"asked_anything": asked, "sections": [each for each in _sections(found, asked) if each.lines]}
    return render(request, "web/find.html", context)


def _address(row: Model) -> str:
    """The page of what was found."""
    if isinstance(row, Notice):
        return reverse("web:fee-notice", args=[row.factory.office_id, row.pk])
    if isinstance(row, Office):
        return f"{reverse('web:kiosks')}?{urlencode({'province': str(row.province_id), 'office': row.pk})}"
    route = {Factory: "factory", Folder: "folder", Case: "case", Ticket: "ticket"}.get(type(row), "kiosk")
    return reverse(f"web:{route}", args=[row.pk])


def _sections(found: Found, asked: str) -> Iterable[Section]:
    yield _section(pgettext("menu", "เครื่อง"), _kiosks(found), "kiosks", asked)
    yield _section(_("สำนักงาน"), map(_office, found.offices))
    yield _section(_("ใบแจ้ง"), map(_notice, found.notices))
    yield _section(pgettext("menu", "โรงงาน"), map(_factory, found.factories), "factories", asked)
    yield _section(_("แฟ้ม"), map(_folder, found.folders), "folders", asked)
    yield _section(_("เรื่องที่ดำเนินการ"), map(_case, found.cases), "cases", asked)
    yield _section(_("เรื่องที่แจ้ง"), map(_ticket, found.tickets), "tickets", asked)


def _section(word: str, lines: Iterable[Line], route: str = "", asked: str = "") -> Section:
    shown = list(lines)
    more = f"{reverse(f'web:{route}')}?{urlencode({'q': asked})}" if route else ""
    return Section(word, shown[:SHOWN], len(shown) > SHOWN, more)


def _kiosks(found: Found) -> Iterable[Line]:
    for each in truths_of(found.kiosks, timezone.now()):
        it, condition = each.kiosk, each.condition
        yield Line(_address(it), it.pk, local(it), local(it.office), condition, words.condition(condition))


def _office(it: Office) -> Line:
    return Line(_address(it), it.pk, local(it), local(it.province))


def _notice(it: Notice) -> Line:
    stand = stand_of(it, timezone.localdate())
    says = f"{local(it.factory)} · {_('%(amount)s บาท') % {'amount': format_baht(it.amount_satang)}}"
    where = local(it.factory.office)
    return Line(_address(it), it.pk, says, where, fee_words.STAND_SHAPES[stand], fee_words.stand(stand))


def _factory(it: Factory) -> Line:
    state = FactoryState(it.state)
    return Line(_address(it), it.pk, local(it), local(it.office), STATE_SHAPES[state], state_word(state))


def _folder(it: Folder) -> Line:
    return Line(_address(it), it.pk, local(it.factory), local(it.factory.office))


def _case(it: Case) -> Line:
    how = case_words.shown(it, timezone.localdate())
    return Line(_address(it), it.pk, local(it), local(it.office), how["condition"], how["word"])


def _ticket(it: Ticket) -> Line:
    how = line_of(it)
    return Line(_address(it), grouped(it.pk), how["about"], local(it.office), how["condition"], how["deadline"])
