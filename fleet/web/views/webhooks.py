"""Webhooks: where other programs are told what happened, whether it arrives, and stopping it. For admins.

Everybody's own; who sees the nation sees everybody's, may stop and end them, and is not shown their addresses or
secrets. A secret is shown where it was made or renewed, there and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fleet.acting import webhooks as acting
from fleet.acting.webhooks import Wanted, WebhookError
from fleet.office.models import Province
from fleet.people.scope import Scope, scope_of
from fleet.web import webhook_words
from fleet.web.access import provinces_seen, signed_in
from fleet.web.auditing import told
from fleet.webhooks.models import Kind, State, Subscription, Try
from fleet.webhooks.posting import ADDRESS_CHARACTERS_MAX

SHOWN = 200
DELIVERIES_SHOWN = 50


def _scope(request: HttpRequest) -> Scope:
    """Raises: Http404 for who neither changes settings somewhere nor audits that."""
    scope = scope_of(request.user)
    if not acting.may_have(scope):
        raise Http404
    return scope


@dataclass(frozen=True, slots=True)
class Line:
    """A subscription as the pages show it."""

    it: Subscription
    address: str
    kinds: list[str]
    provinces: list[Province]
    condition: str
    word: str
    waiting: int
    is_own: bool


def _lines(rows: QuerySet[Subscription], user: User) -> list[Line]:
    provinces = Province.objects.in_bulk()
    return [_line(each, user, provinces) for each in acting.how_they_stand(rows)[:SHOWN]]


def _line(each: Any, user: User, provinces: dict[int, Province]) -> Line:
    condition, word = webhook_words.standing(each, each.is_failing)
    is_own = each.person_id == user.pk
    return Line(
        each,
        each.address if is_own else acting.origin_of(each),
        [webhook_words.kind(one) for one in each.kinds],
        [provinces[code] for code in each.provinces or () if code in provinces],
        condition,
        word,
        each.waiting,
        is_own,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def webhooks(request: HttpRequest) -> HttpResponse:
    """The list, and the form for another. POST makes it, and shows its secret."""
    scope, user = _scope(request), cast(User, request.user)
    wrong, secret = "", ""
    if request.method == "POST":
        try:
            made = acting.subscribe(user, scope, _wanted(request))
            secret = acting.secret(made)
            told(request, str(made.pk))
        except WebhookError as err:
            wrong = webhook_words.refusal(err.refusal)
    context = {
        "lines": _lines(acting.seen(user, scope).order_by("ended_at", "-pk"), user),
        "everybodys": scope.audits.nation,
        "kinds": [(each.value, webhook_words.kind(each)) for each in Kind],
        "provinces": provinces_seen(scope).filter(offices__isnull=False).distinct(),
        "address_max": ADDRESS_CHARACTERS_MAX,
        "chosen": request.POST.getlist("kind") if wrong else [],
        "said": request.POST if wrong else {},
        "secret": secret,
        "wrong": wrong,
        "reads_only": scope.reads_only,
    }
    return render(request, "web/webhooks.html", context, status=422 if wrong else 200)


def _wanted(request: HttpRequest) -> Wanted:
    said = request.POST
    province = said.get("province", "")
    return Wanted(
        name=said.get("name", "")[:200],
        address=said.get("address", "").strip()[: ADDRESS_CHARACTERS_MAX + 1],
        kinds=said.getlist("kind"),
        provinces=[int(province)] if province.isascii() and province.isdigit() and len(province) < 4 else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def webhook(request: HttpRequest, number: int) -> HttpResponse:
    """One of them: what it was told lately, and how that went. POST tries it out, pauses it, renews its secret, or
    ends it."""
    scope, user = _scope(request), cast(User, request.user)
    rows = acting.seen(user, scope).filter(pk=number)
    found = rows.first()
    if found is None:
        raise Http404
    wrong, secret = "", ""
    if request.method == "POST":
        try:
            secret = _do(request.POST.get("deed", ""), found, is_own=found.person_id == user.pk)
            if not secret:
                return HttpResponseRedirect(reverse("web:webhook", args=[found.pk]))
            told(request, str(found.pk))
        except WebhookError as err:
            wrong = webhook_words.refusal(err.refusal)
    (line,) = _lines(rows, user)
    context = {
        "line": line,
        "deliveries": _deliveries(found),
        "secret": secret,
        "wrong": wrong,
        "may": found.ended_at is None and not scope.reads_only,
    }
    return render(request, "web/webhook.html", context, status=422 if wrong else 200)


def _do(deed: str, found: Subscription, *, is_own: bool) -> str:
    """Do it; a new secret when that was asked for.

    Raises: WebhookError; Http404 for what there is no button for.
    """
    match deed:
        case "pause" | "resume":
            acting.pause(found, paused=deed == "pause")
        case "end":
            acting.end(found, by_admin=not is_own)
        case "trial" if is_own:
            acting.try_out(found)
        case "secret" if is_own and found.ended_at is None:
            acting.renew_secret(found)
            return acting.secret(found)
        case _:
            raise Http404
    return ""


def _deliveries(found: Subscription) -> list[dict[str, Any]]:
    """The last messages, the newest first."""
    tries = Prefetch("attempts", Try.objects.order_by("-pk"))
    rows = found.deliveries.select_related("event").prefetch_related(tries)[:DELIVERIES_SHOWN]
    shown = []
    for each in rows:
        last = next(iter(each.attempts.all()), None)
        condition, word = webhook_words.delivery(each)
        shown.append(
            {
                "it": each,
                "kind": webhook_words.kind(each.event.kind),
                "about": webhook_words.about(each.event),
                "condition": condition,
                "word": word,
                "last": last,
                "why": webhook_words.why(last.why) if last else "",
                "next_at": each.next_at if each.state == State.WAITING and found.ended_at is None else None,
            }
        )
    return shown
