"""Payments: what the kiosks showed, what the banks said, and what of it needs a person, who decides here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.payments import BANKS
from fleet.office.models import Province
from fleet.payments.balances import Balance, balances
from fleet.payments.banks.port import BankFormatError
from fleet.payments.days import received
from fleet.payments.deciding import REASON_CHARACTERS, DecisionError, Refusal, decide, deeds_of, needs_second, second
from fleet.payments.ledger import Deed
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Intent, Posting, SettlementFile
from fleet.payments.settling import Agreement, OtherFileError, agreements_of, take_file
from fleet.payments.standing import Standing, only_open, standing_of, standings
from fleet.payments.tracking import states_of
from fleet.people.scope import Scope, scope_of
from fleet.web import payment_words, words
from fleet.web.access import confirmations_seen, for_money, is_live, signed_in
from fleet.web.auditing import told
from fleet.web.charts import ROOM
from fleet.web.live import answer
from fleet.web.payment_drawing import money
from fleet.web.payments_asked import SHOWS, Asked
from fleet.web.table_files import ROWS_MAX, baht, table_file

M = TypeVar("M", bound=Model)

SHOWN, OF_EACH = 50, 20
"""Rows of a list by itself, and of each where all of them stand on one page."""

AT_ONCE = 500
DAYS_SHOWN = 7
COLUMNS = (
    *("number", "paid_at", "business_day", "bank", "transaction", "kind", "amount_baht", "match", "stands", "biller"),
    *("ref1", "ref2", "notice", "office", "province"),
)
SHOWN_COLUMNS = (
    *("transaction", "opened_at", "kiosk", "office", "province", "notice", "fee", "biller", "ref1", "ref2"),
    *("amount_baht", "state"),
)
SETTLING_BANKS = ("SCB", "KTB")
FILE_BYTES_MAX = 20 * 1024 * 1024
"""80,000 lines of 256 characters: more than all payments of a busy day."""


@require_safe
@signed_in
@for_money
def payments(request: HttpRequest) -> HttpResponse:
    """The newest of each, those that need a person first; the address narrows them down (``payments_asked``)."""
    scope, asked = scope_of(request.user), Asked.of(request)
    lists, most = ((asked.show,), SHOWN) if asked.show else (SHOWS, OF_EACH)
    said = asked.confirmations(scope)
    odd = only_open(said)
    intents = list(asked.intents(scope)[:most]) if "shown" in lists else []
    states = states_of(intents)
    waiting = standings(odd[:most]) if "open" in lists else []
    context: dict[str, Any] = {
        "asked": asked,
        "shows": [(each, payment_words.show(each)) for each in SHOWS],
        "odd": [
            (each, words.match_word(each.confirmation.match), words.match_deed(each.confirmation.match))
            for each in waiting
        ],
        "odd_count": odd.count(),
        "exact": said.filter(match=Match.EXACT)[:most],
        "of_each": OF_EACH,
        "intents": [(each, states[each.pk]) for each in intents],
    }
    if not is_live(request):  # a day that is over changes seldom, and is dear to add up every second
        context |= _around(scope, asked)
        if not asked.narrows:  # of everybody's money together
            context |= {"days": _days(scope), "balances": _balances(scope)}
    return answer(request, "payments", context)


def _around(scope: Scope, asked: Asked) -> dict[str, Any]:
    """The form to narrow down, and what came in by day; a single reference is nothing to draw."""
    provinces = scope.settled(Province.objects.filter(offices__isnull=False).distinct(), "dopa_code")
    return {
        "may_take": scope.may_settle(None),
        "banks": [each for each in BANKS if Confirmation.objects.filter(bank=each).exists()],
        "provinces": list(provinces),
        "money": None if asked.text else money(received(asked.counted(scope), *asked.drawn())),
        "room": ROOM,
    }


@require_safe
@signed_in
@for_money
def payments_csv(request: HttpRequest) -> HttpResponse:
    """The list that is asked for, all of it, for a spreadsheet: the banks' words, or the QRs that were shown."""
    scope, asked = scope_of(request.user), Asked.of(request)
    if asked.show == "shown":
        return table_file("payments-shown", SHOWN_COLUMNS, _lots(asked.intents(scope), _shown_rows))
    return table_file("payments", COLUMNS, _lots(asked.listed(scope), _said_rows))


def _lots(rows: QuerySet[M], told: Callable[[list[M]], Iterable[Sequence[object]]]) -> Iterator[Sequence[object]]:
    """Rows of a file, ``AT_ONCE`` of them looked up together."""
    found = rows[: ROWS_MAX + 1].iterator(chunk_size=AT_ONCE)
    while lot := list(islice(found, AT_ONCE)):
        yield from told(lot)


def _said_rows(lot: list[Confirmation]) -> Iterator[Sequence[object]]:
    whole = standings(Confirmation.objects.filter(pk__in=[each.pk for each in lot]))
    stands = {each.confirmation.pk: each for each in whole}
    for said in lot:
        standing, office = stands[said.pk], said.office
        yield (
            *(said.pk, said.paid_at, said.business_day, said.bank, said.transaction_id, said.kind),
            *(baht(said.amount_satang), said.match, _stands(standing), said.biller_id, said.ref1, said.ref2),
            *(said.notice_id, office.pk if office else None, office.province_id if office else None),
        )


def _stands(standing: Standing) -> str:
    """``open``, ``waits-for-second``, ``taken-back``, what was decided, or ``exact``."""
    if standing.pending is not None:
        return "waits-for-second"
    if standing.is_open:
        return "open"
    return standing.deed.value if standing.deed else "taken-back" if standing.is_reversed else "exact"


def _shown_rows(lot: list[Intent]) -> Iterator[Sequence[object]]:
    states = states_of(lot)
    for each in lot:
        office = each.kiosk.office
        yield (
            *(each.pk, each.opened_at, each.kiosk_id, office.pk, office.province_id, each.notice_id, each.fee),
            *(each.biller_id, each.ref1, each.ref2, baht(each.amount_satang), states[each.pk]),
        )


def _days(scope: Scope) -> list[Agreement]:
    """The last days' files against the ledger: of all provinces together, so for those who see all."""
    return agreements_of(list(SettlementFile.objects.all()[:DAYS_SHOWN])) if scope.settles.nation else []


def _balances(scope: Scope) -> list[tuple[Balance, list[tuple[str, int]]]]:
    """Where each payee's money lies, of all provinces together; told apart only where there is more than one."""
    found = balances() if scope.settles.nation else []
    said = [(each, [(payment_words.account(name), satang) for name, satang in each.rows]) for each in found]
    return said if len(said) > 1 else []


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bank_file(request: HttpRequest) -> HttpResponse:
    """A day's settlement file: POST takes it. Of all provinces together, so for those who see all."""
    if not scope_of(request.user).settles.nation:
        raise Http404
    context: dict[str, Any] = {"banks": SETTLING_BANKS, "chosen": request.POST.get("bank", "")}
    if request.method == "POST":
        day, wrong = _taken(context["chosen"], request.FILES.get("file"))
        if day is not None:
            told(request, f"{day.file.bank} {day.file.day.isoformat()}")
        context |= {"day": day, "wrong": wrong}
    return render(request, "web/bank_file.html", context)


def _taken(bank: str, sent: UploadedFile[Any] | None) -> tuple[Agreement | None, str]:
    """The day a file brought to an end, or what is wrong with it."""
    if bank not in SETTLING_BANKS or sent is None:
        return None, _("เลือกธนาคารและไฟล์")
    if (sent.size or 0) > FILE_BYTES_MAX:
        return None, _("ไฟล์ใหญ่เกินไป ไฟล์หนึ่งวันมีได้ไม่เกิน 20 MB")
    try:
        return take_file(bank, sent.read()), ""
    except BankFormatError as err:
        return None, _("อ่านไฟล์ไม่ได้ ยังไม่ได้รับอะไรไว้: %(why)s") % {"why": err}
    except OtherFileError:
        return None, _("เคยรับไฟล์อื่นของธนาคารและวันนี้ไว้แล้ว ถามธนาคารว่าไฟล์ไหนถูก")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be decided."""

    name: str
    word: str
    meaning: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def payment(request: HttpRequest, number: str) -> HttpResponse:
    """One word of a bank, all that was decided about it, and the form to decide."""
    scope = scope_of(request.user)
    confirmation = _seen(scope, number)
    province = confirmation.office.province_id if confirmation.office else None
    may_decide = scope.may_settle(province)
    wrong = ""
    if request.method == "POST":
        if not may_decide:
            raise Http404
        try:
            _decided(request, confirmation)
            return HttpResponseRedirect(reverse("web:payment", args=[confirmation.pk]))
        except DecisionError as err:
            wrong = payment_words.refusal(err.refusal)
    return render(request, "web/payment.html", _context(request, confirmation, may_decide) | {"wrong": wrong})


def _seen(scope: Scope, number: str) -> Confirmation:
    """One confirmation.

    Raises: Http404 when there is none, or none for this account.
    """
    if not (number.isascii() and number.isdigit()):
        raise Http404
    found = confirmations_seen(scope).filter(pk=int(number[:12])).first()
    if found is None:
        raise Http404
    return found


def _decided(request: HttpRequest, confirmation: Confirmation) -> None:
    """What the form said. Raises: DecisionError."""
    user = cast(User, request.user)
    if (answered := request.POST.get("second")) is not None:
        second(confirmation, user, agreed=answered == "agree")
        return
    deed = next((each for each in Deed if each == request.POST.get("deed")), None)
    if deed is None:
        raise DecisionError(Refusal.NOT_THIS)
    decide(confirmation, deed, request.POST.get("reason", "")[:400], user)


def _context(request: HttpRequest, confirmation: Confirmation, may_decide: bool) -> dict[str, Any]:
    standing = standing_of(confirmation)
    choices = [Choice(each, payment_words.deed(each), payment_words.meaning(each)) for each in deeds_of(standing)]
    postings = Posting.objects.filter(confirmation=confirmation)
    return {
        "standing": standing,
        "said": standing.confirmation,
        "word": words.match_word(confirmation.match),
        "what_to_do": words.match_deed(confirmation.match),
        "proof": payment_words.proof(confirmation.proof),
        "choices": choices,
        "chosen": request.POST.get("deed", choices[0].name if len(choices) == 1 else ""),
        "reason": request.POST.get("reason", ""),
        "reason_max": REASON_CHARACTERS[1],
        "needs_second": needs_second(confirmation),
        "may_decide": may_decide,
        "is_own": standing.pending is not None and standing.pending.by_id == request.user.pk,
        "history": [(each, payment_words.deed(each.deed)) for each in standing.confirmation.decisions.all()],
        "moves": [(each, payment_words.account(each.debit), payment_words.account(each.credit)) for each in postings],
    }
