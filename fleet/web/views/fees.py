"""Yearly fees of an office: how they stand, its notices, one notice and its letter, letters by the thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.numbers import whole
from fleet.acting.seen import offices_of_fees
from fleet.office.fees import runs
from fleet.office.fees.figures import Stand, by_month, by_stand, of_offices, stand_of
from fleet.office.fees.finding import Sought, find
from fleet.office.fees.making import Asked, plan
from fleet.office.fees.models import Contact, LetterRun, NoticeRevision, Reminder
from fleet.office.fees.rulebook import versions
from fleet.office.models import Notice, Office
from fleet.payments.billing import make_notices
from fleet.people.scope import scope_of
from fleet.protocol.thai import BE_OFFSET
from fleet.web import fee_words
from fleet.web.access import for_offices, offices_served, signed_in
from fleet.web.live import answer
from fleet.web.table_files import baht, table_file

A_PAGE = 50
RUNS_SHOWN = 8
REFUSED_SHOWN = 200
CSV_COLUMNS = (
    "notice_no", "reference", "factory_no", "factory", "item", "amount_baht", "due_on", "state", "paid_on",
)  # fmt: skip


@require_safe
@signed_in
@for_offices
def fees(request: HttpRequest) -> HttpResponse:
    """The offices whose fees this account looks after; the only one at once."""
    scope = scope_of(request.user)
    served = offices_served(scope)
    if served.count() == 1:
        return HttpResponseRedirect(reverse("web:office-fees", args=[served.get().pk]))
    year, today = timezone.localdate().year, timezone.localdate()
    offices = list(offices_of_fees(scope))
    found = of_offices(offices, year, today)
    stands = [(each, found[each.pk]) for each in offices]
    rows = [(office, each[Stand.OVERDUE], each[Stand.DUE], each[Stand.PAID]) for office, each in stands]
    return render(request, "web/fees.html", {"rows": rows, "year": year + BE_OFFSET})


def office_served(request: HttpRequest, office_id: str) -> Office:
    """An office whose own work this account does.

    Raises: Http404 when it does not.
    """
    office = offices_served(scope_of(request.user)).filter(pk=office_id).first()
    if office is None:
        raise Http404
    return office


def year_asked(request: HttpRequest) -> int:
    """The year (C.E.) in the address, given in B.E.; this one when there is none, or none that can be."""
    said = request.GET.get("year", "") or request.POST.get("year", "")
    be_year = whole(said, 4) or 0
    return be_year - BE_OFFSET if 2500 < be_year < 2700 else timezone.localdate().year


def _month(said: str) -> int | None:
    """The month in an address or a form; None for any other text."""
    month = whole(said, 2)
    return month if month is not None and 1 <= month <= 12 else None


@require_safe
@signed_in
def office(request: HttpRequest, office_id: str) -> HttpResponse:
    """How the office's fees of a year stand."""
    ours, year, today = office_served(request, office_id), year_asked(request), timezone.localdate()
    figures = by_stand(ours, year, today)
    total = sum(each.count for each in figures.values())
    context = {
        "office": ours,
        "year": year + BE_OFFSET,
        "years": [year + BE_OFFSET - 1, year + BE_OFFSET, year + BE_OFFSET + 1],
        "figures": [(each, fee_words.stand(each), fee_words.STAND_SHAPES[each], figures[each]) for each in Stand],
        "total": total,
        "bars": _bars(ours, year),
        "runs": runs.progress_of_all(list(LetterRun.objects.filter(office=ours)[:RUNS_SHOWN])),
    }
    return answer(request, "office_fees", context)


@dataclass(frozen=True, slots=True)
class _Bar:
    """A month of the chart, in a field of 120 by 100."""

    month: int
    x: int
    paid_y: float
    paid_height: float
    owed_y: float
    owed_height: float
    paid: int
    owed: int


def _bars(ours: Office, year: int) -> list[_Bar]:
    months = by_month(ours, year)
    most = max((each.paid.count + each.owed.count for each in months), default=0) or 1
    bars = []
    for each in months:
        paid, owed = 100 * each.paid.count / most, 100 * each.owed.count / most
        bars.append(
            _Bar(
                month=each.month,
                x=(each.month - 1) * 10 + 1,
                paid_y=round(100 - paid, 1),
                paid_height=round(paid, 1),
                owed_y=round(100 - paid - owed, 1),
                owed_height=round(owed, 1),
                paid=each.paid.count,
                owed=each.owed.count,
            )
        )
    return bars


# ---- making ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def make(request: HttpRequest, office_id: str) -> HttpResponse:
    """What would be made, and the button that makes it."""
    ours, year = office_served(request, office_id), year_asked(request)
    said = request.POST if request.method == "POST" else request.GET
    drafts, again = said.get("drafts") == "1", said.get("again") == "1"
    asked = Asked(ours, year, _month(said.get("month", "")), again)
    rules, today = versions(drafts_too=drafts), timezone.localdate()
    if request.method == "POST":
        made = make_notices(asked, rules, today, cast(User, request.user))
        where_to = {"year": year + BE_OFFSET, "made": len(made)}
        return HttpResponseRedirect(f"{reverse('web:fee-notices', args=[ours.pk])}?{urlencode(where_to)}")
    told = plan(asked, rules, today)
    context = {
        "office": ours,
        "year": year + BE_OFFSET,
        "month": asked.month,
        "drafts": drafts,
        "again": again,
        "plan": told,
        "rules": rules,
        "refusals": [(fee_words.refusal(each), count, each.is_gap) for each, count in told.refusals().items()],
        "refused": told.refused[:REFUSED_SHOWN],
        "refused_shown": REFUSED_SHOWN,
    }
    return render(request, "web/fee_make.html", context)


# ---- the list -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    year: int
    month: int | None
    stand: Stand | None
    text: str

    def query(self, **other: object) -> str:
        """The same as an address' end, with something else put in."""
        said = {"year": self.year + BE_OFFSET, "month": self.month, "state": self.stand, "q": self.text, **other}
        return urlencode({key: value for key, value in said.items() if value})


def filters_of(request: HttpRequest) -> Filters:
    """The filters in the address; what makes no sense is left out."""
    stand = request.GET.get("state", "")
    return Filters(
        year=year_asked(request),
        month=_month(request.GET.get("month", "")),
        stand=Stand(stand) if stand in list(Stand) else None,
        text=request.GET.get("q", "").strip()[:60],
    )


def picked(ours: Office, filters: Filters) -> QuerySet[Notice]:
    """The notices the filters leave, soonest due first."""
    rows = Notice.objects.filter(factory__office=ours).select_related("factory").order_by("due_on", "pk")
    sought = Sought(filters.year, filters.month, filters.stand, filters.text)
    return find(rows, sought, timezone.localdate())


@require_safe
@signed_in
def notices(request: HttpRequest, office_id: str) -> HttpResponse:
    """The office's notices of a year."""
    ours, filters, today = office_served(request, office_id), filters_of(request), timezone.localdate()
    page = Paginator(picked(ours, filters), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "office": ours,
        "filters": filters,
        "year": filters.year + BE_OFFSET,
        "rows": [(each, *_worn(stand_of(each, today))) for each in page],
        "page": page,
        "before": filters.query(page=page.number - 1),
        "after": filters.query(page=page.number + 1),
        "query": filters.query(),
        "chips": [(each, fee_words.stand(each), filters.query(state=each)) for each in Stand],
        "everything": filters.query(state=None),
        "made": whole(request.GET.get("made", "")),
    }
    return render(request, "web/fee_notices.html", context)


def _worn(stand: Stand) -> tuple[str, str]:
    return fee_words.stand(stand), fee_words.STAND_SHAPES[stand]


@require_safe
@signed_in
def notices_csv(request: HttpRequest, office_id: str) -> HttpResponse:
    """The same list for a spreadsheet, all its pages."""
    ours, filters, today = office_served(request, office_id), filters_of(request), timezone.localdate()
    name = f"notices-{ours.pk}-{filters.year + BE_OFFSET}"
    rows = picked(ours, filters).iterator(500)
    return table_file(name, CSV_COLUMNS, (_csv_row(each, stand_of(each, today)) for each in rows))


def _csv_row(notice: Notice, stand: Stand) -> tuple[object, ...]:
    paid = timezone.localdate(notice.paid_at) if notice.paid_at else None
    of_whom = (notice.factory_id, notice.factory.name_th, notice.item_th)
    return (notice.notice_no, notice.reference, *of_whom, baht(notice.amount_satang), notice.due_on, stand.value, paid)


# ---- one notice -----------------------------------------------------------------------------------------------------


def notice_seen(request: HttpRequest, office_id: str, notice_no: str) -> Notice:
    """A notice of an office.

    Raises: Http404 when there is none, or none for this account.
    """
    ours = office_served(request, office_id)
    found = Notice.objects.select_related("factory__office", "yearly_fee").filter(pk=notice_no, factory__office=ours)
    notice = found.first()
    if notice is None:
        raise Http404
    return notice


@require_safe
@signed_in
def notice(request: HttpRequest, office_id: str, notice_no: str) -> HttpResponse:
    """One notice: its lines and why, what it asked for before, who was reminded."""
    found = notice_seen(request, office_id, notice_no)
    word, shape = _worn(stand_of(found, timezone.localdate()))
    revisions = list(NoticeRevision.objects.filter(notice=found).select_related("rule", "by"))
    context = {
        "office": found.factory.office,
        "notice": found,
        "yearly": getattr(found, "yearly_fee", None),
        "word": word,
        "shape": shape,
        "lines": revisions[0].lines if revisions else found.lines,
        "revisions": [(each, fee_words.revision_why(each.why)) for each in revisions],
        "reminders": [reminder_row(each) for each in Reminder.objects.filter(notice=found)],
        "contacts": Contact.objects.filter(factory=found.factory),
        "contact_channels": [(each.value, fee_words.channel(each)) for each in Contact.Channel],
        "grounds": [(each.value, fee_words.ground(each)) for each in Contact.Ground],
        "has_letter": found.paid_at is None and found.withdrawn_at is None,
        "year": found.due_on.year + BE_OFFSET,
        "wrong": fee_words.wrong(request.GET.get("wrong", "")),
    }
    return render(request, "web/fee_notice.html", context)


def reminder_row(each: Reminder) -> tuple[Reminder, str, str, str]:
    """A reminder, its channel, its state and the shape that wears."""
    state = Reminder.State(each.state)
    return each, fee_words.channel(each.channel), fee_words.reminder_state(state), fee_words.REMINDER_SHAPES[state]
