"""Payments: what the kiosks showed, what the banks said, and what of it needs a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fleet.payments.matching import Match
from fleet.payments.tracking import states_of
from fleet.people.scope import scope_of
from fleet.web import words
from fleet.web.access import confirmations_seen, intents_seen, signed_in
from fleet.web.live import answer

SHOWN = 50


@require_safe
@signed_in
def payments(request: HttpRequest) -> HttpResponse:
    """The newest of each, those that need a person first."""
    scope = scope_of(request.user)
    said = confirmations_seen(scope)
    odd = said.exclude(match=Match.EXACT)
    intents = list(intents_seen(scope)[:SHOWN])
    states = states_of(intents)
    context = {
        "odd": [(each, words.match_word(each.match), words.match_deed(each.match)) for each in odd[:SHOWN]],
        "odd_count": odd.count(),
        "exact": said.filter(match=Match.EXACT)[:SHOWN],
        "intents": [(each, states[each.pk]) for each in intents],
    }
    return answer(request, "payments", context)
