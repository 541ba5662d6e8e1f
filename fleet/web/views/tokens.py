"""The tokens of an account: which there are, a new one, whose text is shown once, and taking one back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from fleet.acting.tokens import tokens_seen
from fleet.office.models import Province
from fleet.people.scope import Scope, scope_of
from fleet.people.tokens.keeping import TokenError, Wanted, end, make
from fleet.people.tokens.models import Token
from fleet.people.tokens.rights import READ_ONLY, RIGHTS, Part, changing, reading
from fleet.web import token_words
from fleet.web.access import provinces_seen, signed_in
from fleet.web.auditing import told

LIVES_DAYS = (30, 90, 180, 365)
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A token as the page shows it. ``parts``: words, each with whether it may change things there."""

    token: Token
    parts: list[tuple[str, bool]]
    provinces: list[Province]
    holds: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own, the newest first; the nation's admins see and take back everybody's."""
    scope = scope_of(request.user)
    if not scope.sees:
        raise Http404
    user, secret, wrong = cast(User, request.user), "", ""
    if request.method == "POST" and "end" in request.POST:
        _ended(request, scope, user)
        return HttpResponseRedirect(request.get_full_path())
    if request.method == "POST":
        try:
            made = make(user, _wanted(request))
            secret = made.secret
            told(request, made.token.start)
        except TokenError as err:
            wrong = token_words.refusal(err.refusal)
    page = Paginator(tokens_seen(user, scope), A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "lines": _lines(page),
        "everybodys": scope.may_change(None),
        "parts": [
            (reading(each), "" if each in READ_ONLY else changing(each), token_words.part(each)) for each in Part
        ],
        "chosen": request.POST.getlist("right") if wrong else [],
        "name": request.POST.get("name", "") if wrong else "",
        "lives": LIVES_DAYS,
        "provinces": provinces_seen(scope),
        "secret": secret,
        "wrong": wrong,
        "reads_only": scope.reads_only,
    }
    return render(request, "web/tokens.html", context, status=422 if wrong else 200)


def _ended(request: HttpRequest, scope: Scope, user: User) -> None:
    """Take one back. Raises: Http404 when there is none, or none for this account."""
    number = request.POST["end"]
    is_number = number.isascii() and number.isdigit()
    found = tokens_seen(user, scope).filter(pk=int(number[:12])).first() if is_number else None
    if found is None:
        raise Http404
    end(found, user.get_username())
    told(request, found.start)


def _wanted(request: HttpRequest) -> Wanted:
    said = request.POST
    life, province = said.get("days", ""), said.get("province", "")
    return Wanted(
        name=said.get("name", "")[:200],
        rights=[each for each in said.getlist("right") if each in RIGHTS],
        life=timedelta(days=int(life) if life in map(str, LIVES_DAYS) else 0),
        provinces=[int(province)] if province.isascii() and province.isdigit() and len(province) < 4 else None,
    )


def _lines(rows: Iterable[Token]) -> list[Line]:
    now, provinces = timezone.now(), Province.objects.in_bulk()
    return [
        Line(
            each,
            [(token_words.part(part), changing(part) in each.rights) for part in Part if _is_for(each, part)],
            [provinces[code] for code in each.provinces or () if code in provinces],
            each.ended_at is None and each.expires_at > now,
        )
        for each in rows
    ]


def _is_for(token: Token, part: Part) -> bool:
    return reading(part) in token.rights or changing(part) in token.rights
