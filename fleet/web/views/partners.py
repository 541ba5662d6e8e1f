"""Other people's systems: whether each can be asked, where it is, and a question by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.numbers import whole
from fleet.acting.partners import (
    ASKED_BY_HAND,
    QUESTION_CHARACTERS_MAX,
    TIMEOUT_S_MAX,
    UnfitQuestionError,
    ask,
    is_address,
    set_up,
)
from fleet.partners import asking
from fleet.partners.port import CouldNotAskError, System
from fleet.people.scope import Scope, scope_of
from fleet.web import partner_words
from fleet.web.access import signed_in
from fleet.web.live import answer
from fleet.web.partner_words import Told


@require_safe
@signed_in
def partners(request: HttpRequest) -> HttpResponse:
    """All of them, and how each answers."""
    _let_in(request)
    now = timezone.now()
    return answer(request, "partners", {"rows": [(partner_words.row(each, now), each) for each in asking.partners()]})


@dataclass(slots=True)
class PartnerForm:
    """What was typed about a system, and what is wrong with it, by field."""

    address: str
    is_on: bool
    timeout_s: str
    wrong: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def partner(request: HttpRequest, system: str) -> HttpResponse:
    """One of them. POST sets it up (the nation's admins), or asks it something (who serves people)."""
    scope = _let_in(request)
    known = next((each for each in System if each == system), None)
    if known is None:
        raise Http404
    it = next(each for each in asking.partners() if each.system == known)
    form = PartnerForm(it.address, it.is_on, str(it.timeout_s))
    context: dict[str, Any] = {}
    if request.method == "POST" and "question" in request.POST:
        question = request.POST["question"].strip()[:QUESTION_CHARACTERS_MAX]
        context = {"question": question, "told": _ask(known, question)}
        it = next(each for each in asking.partners() if each.system == known)
    elif request.method == "POST":
        if not scope.may_change(None):
            raise Http404
        form = _read(request.POST)
        if not form.wrong:
            set_up(known, form.address, is_on=form.is_on, timeout_s=int(form.timeout_s))
            return HttpResponseRedirect(reverse("web:partner", args=[known]))
    context |= {
        "row": partner_words.row(it, timezone.now()),
        "it": it,
        "form": form,
        "asks": partner_words.question(known),
        "may_change": scope.may_change(None),
        "timeout_s_max": TIMEOUT_S_MAX,
        "has_token": asking.token_file(known).exists(),
    }
    return render(request, "web/partner.html", context)


def _let_in(request: HttpRequest) -> Scope:
    """Who serves people somewhere. Raises: Http404 for everybody else."""
    scope = scope_of(request.user)
    if not scope.serves:
        raise Http404
    return scope


def _read(post: QueryDict) -> PartnerForm:
    form = PartnerForm(post.get("address", "").strip(), post.get("is_on") == "on", post.get("timeout_s", "").strip())
    if not is_address(form.address) and (form.address or form.is_on):
        form.wrong["address"] = _("ใส่ที่อยู่เต็ม เช่น https://api.example.go.th")
    if not 1 <= (whole(form.timeout_s, 4) or 0) <= TIMEOUT_S_MAX:
        form.wrong["timeout_s"] = _("ใส่ 1 ถึง %(most)s วินาที") % {"most": TIMEOUT_S_MAX}
    return form


def _ask(system: System, question: str) -> Told:
    """What the system says, as something to read. Raises: Http404 for what nobody asks by hand."""
    if system not in ASKED_BY_HAND:
        raise Http404
    try:
        answer = ask(system, question)
    except UnfitQuestionError:
        return Told("attention", _("ไม่ใช่เลขทะเบียนนิติบุคคล 13 หลัก ตรวจตัวเลขอีกครั้ง"))
    except CouldNotAskError as err:
        return Told("unknown", partner_words.why(err.why))
    return partner_words.told(system, answer)
