"""What people told the office: the queue, one ticket, and what is done about it. Only for who serves there."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.seen import registrations_served, tickets_served
from fleet.office.channels.listing import TicketState, asked_for, in_state
from fleet.office.channels.models import Channel, Registration, RegistrationState, Ticket
from fleet.office.channels.passing_on import WAITS_MAX
from fleet.office.channels.tracking import days_left, deadline_of
from fleet.office.channels.working import ANSWER_CHARACTERS, TicketError, answer, hand_over
from fleet.people.scope import Scope, scope_of
from fleet.protocol.tickets import grouped
from fleet.web import ticket_words
from fleet.web.access import signed_in

SHOWN = 100


@require_safe
@signed_in
def tickets(request: HttpRequest) -> HttpResponse:
    """The queue, the most urgent first; ``state``, ``channel``, ``mine`` and ``q`` narrow it down."""
    scope, today, said = scope_of(request.user), timezone.localdate(), request.GET.get("state", "")
    state = TicketState(said) if said in set(TicketState) else TicketState.OPEN
    code, mine, asked = (
        request.GET.get("channel", "")[:24],
        "mine" in request.GET,
        request.GET.get("q", "").strip()[:60],
    )
    rows = asked_for(tickets_served(scope), asked)
    if code:
        rows = rows.filter(channel__code=code)
    if mine:
        rows = rows.filter(owner_id=request.user.pk)
    lists = {each: in_state(rows, each, today) for each in TicketState}
    shown = lists[state].order_by("-closed_at") if state is TicketState.CLOSED else lists[state]
    context = {
        "lines": [line_of(each) for each in shown[:SHOWN]],
        "states": [(each.value, ticket_words.state(each), lists[each].count()) for each in TicketState],
        "state": state.value,
        "mine": mine,
        "code": code,
        "asked": asked,
        "codes": _codes(scope),
        "serves": scope.serves_somewhere,
    }
    return render(request, "web/tickets.html", context)


def _codes(scope: Scope) -> list[Channel]:
    """One channel of each code, for the filter's words."""
    found: dict[str, Channel] = {}
    for each in scope.served(Channel.objects.order_by("position", "code"), "office__province_id"):
        found.setdefault(each.code, each)
    return list(found.values())


def line_of(ticket: Ticket) -> dict[str, Any]:
    """A ticket as lists show it."""
    state = deadline_of(ticket)
    return {
        "ticket": ticket,
        "number": grouped(ticket.number),
        "about": ticket_words.about(ticket),
        "condition": ticket_words.CONDITIONS[state],
        "deadline": ticket_words.deadline(state, days_left(ticket), is_closed=ticket.closed_at is not None),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket: what was told, every step, and what to do about it."""
    scope = scope_of(request.user)
    found = tickets_served(scope).filter(pk=number).first()
    if found is None:
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            _do(request, found)
            return HttpResponseRedirect(reverse("web:ticket", args=[number]))
        except TicketError as err:
            wrong = ticket_words.refusal(err.refusal)
            found.refresh_from_db()
    theirs = Channel.objects.filter(office_id=found.office_id, is_open=True)
    others = [each for each in theirs if each.pk != found.channel_id]
    context = {
        **line_of(found),
        "steps": [(each, ticket_words.step(each.kind)) for each in found.steps.all()],
        "others": others,
        "wrong": wrong,
        "words": request.POST.get("words", ""),
        "characters": ANSWER_CHARACTERS,
    }
    return render(request, "web/ticket.html", context)


def _do(request: HttpRequest, found: Ticket) -> None:
    """What the form said. Raises: TicketError."""
    user, said = cast(User, request.user), request.POST.get("words", "")[:2000]
    if request.POST.get("deed") == "hand-over":
        to = request.POST.get("to", "")
        channel = Channel.objects.filter(office_id=found.office_id, code=to, is_open=True).first()
        hand_over(found, channel, said, user)
    else:
        answer(found, said, user, closes=request.POST.get("deed") == "close")


@require_safe
@signed_in
def registrations(request: HttpRequest) -> HttpResponse:
    """Who asked to be registered: masked, for nobody here can open it. ``state`` narrows it down."""
    every = registrations_served(scope_of(request.user))
    asked = request.GET.get("state", "")
    state = asked if asked in RegistrationState.values else ""
    rows = every.filter(state=state) if state else every
    waiting = every.filter(state=RegistrationState.WAITING)
    held = waiting.exclude(held_by="").order_by("opened_at").first()
    context = {
        "lines": [_registered(each) for each in rows[:SHOWN]],
        "states": [
            (each, ticket_words.registration_state(each), every.filter(state=each).count())
            for each in RegistrationState.values
        ],
        "state": state,
        "waiting": waiting.count(),
        "held_by": ticket_words.held_by(held) if held else "",
        "waits_days": WAITS_MAX.days,
    }
    return render(request, "web/registrations.html", context)


def _registered(row: Registration) -> dict[str, Any]:
    condition, word, _ = ticket_words.registration(row)
    return {"it": row, "number": grouped(row.number), "condition": condition, "word": word}
