"""A bank to play with: it says of payments on our kiosks that they arrived, or arrived wrongly.

It exists only where ``PRETEND_BANK`` is set, looks like nothing but a pretence, and goes the way a real bank's word
goes (``payments.confirming.confirm``): what it can do here, a bank can.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.office.models import Notice
from fleet.payments.banks.port import BankWord, Proof
from fleet.payments.confirming import confirm
from fleet.payments.models import Confirmation, Intent
from fleet.people.scope import Scope, scope_of
from fleet.protocol.payment import PayloadError, parse_amount
from fleet.web import words
from fleet.web.access import for_money, intents_seen, intents_waiting, is_live, signed_in
from fleet.web.live import answer

BANK = "PRETEND"
OPEN_SHOWN = 40


@dataclass(slots=True)
class OddForm:
    """The form for what banks sometimes say: what was typed, and what is wrong with it, by field."""

    typed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@for_money
def bank(request: HttpRequest) -> HttpResponse:
    """Payments waiting on screens; POST has the bank say one of them, or something odd."""
    if not settings.PRETEND_BANK:
        raise Http404
    scope = scope_of(request.user)
    form = OddForm()
    if request.method == "POST":
        word = _word_for_intent(request.POST, scope) or _odd_word(request.POST, scope, form)
        if word is not None:
            said = confirm(word)
            return HttpResponseRedirect(f"{reverse('web:bank')}?said={said.pk}")
    waiting = intents_waiting(scope)[:OPEN_SHOWN]
    context: dict[str, Any] = {"waiting": waiting}
    if not is_live(request):
        context |= {"form": form, "said": _said(request, scope)}
    return answer(request, "bank", context)


def _word_for_intent(post: QueryDict, scope: Scope) -> BankWord | None:
    """What a bank says when the QR on the screen is paid as it stands."""
    transaction_no = post.get("transaction_no")
    if transaction_no is None:
        return None
    intent = intents_seen(scope).filter(pk=transaction_no).first()
    if intent is None:
        raise Http404
    return _word(intent.biller_id, intent.ref1, intent.ref2, intent.amount_satang)


def _word(biller_id: str, ref1: str, ref2: str, amount_satang: int, transaction_id: str = "") -> BankWord:
    return BankWord(
        bank=BANK,
        transaction_id=transaction_id or secrets.token_hex(8).upper(),
        biller_id=biller_id,
        ref1=ref1,
        ref2=ref2,
        amount_satang=amount_satang,
        paid_at=timezone.now(),
        proof=Proof.PRETENCE,
    )


def _odd_word(post: QueryDict, scope: Scope, form: OddForm) -> BankWord | None:
    """What was typed into the form, or None with ``form`` saying why not."""
    names = ("biller_id", "ref1", "ref2", "amount", "transaction_id")
    form.typed = {name: post.get(name, "").strip()[:40] for name in names}
    ref1, biller_id = form.typed["ref1"].upper()[:20], form.typed["biller_id"][:15]
    notice = Notice.objects.select_related("factory__office").filter(reference=ref1).first()
    if not ref1:
        form.wrong["ref1"] = _("ใส่เลขอ้างอิง 1")
    elif notice is not None and not scope.may_settle(notice.factory.office.province_id):
        form.wrong["ref1"] = _("ใบแจ้งนี้เป็นของจังหวัดอื่น")
    try:
        amount_satang = parse_amount(form.typed["amount"].replace(",", ""))
    except PayloadError:
        form.wrong["amount"] = _("ใส่จำนวนเงินเป็นบาท เช่น 3300.00")
        return None
    if form.wrong:
        return None
    if not biller_id:
        intent = Intent.objects.filter(ref1=ref1).first()
        biller_id = intent.biller_id if intent else ""
    return _word(biller_id, ref1, form.typed["ref2"][:20], amount_satang, form.typed["transaction_id"])


def _said(request: HttpRequest, scope: Scope) -> tuple[Confirmation, str, str] | None:
    """What the fleet made of the bank's last word, to be shown once."""
    number = request.GET.get("said", "")
    if not (number.isascii() and number.isdigit()):
        return None
    said = Confirmation.objects.select_related("office").filter(pk=int(number[:12]), bank=BANK).first()
    if said is None or (said.office and not scope.settles.holds(said.office.province_id)):
        return None
    return said, words.match_word(said.match), words.match_deed(said.match)
