"""The first page: what needs a person now, and where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fleet.alerts.telling import seen
from fleet.devices import standing
from fleet.devices.models import Record
from fleet.devices.truth import Condition, KioskTruth, truths_of
from fleet.payments.matching import Match
from fleet.payments.standing import only_open
from fleet.people.scope import Scope, scope_of
from fleet.web import words
from fleet.web.access import confirmations_seen, intents_waiting, kiosks_seen, signed_in
from fleet.web.live import answer
from fleet.web.tiles import tiles_of
from fleet.web.views.alerts import in_state, lines_of

STRIP_WIDTH = 1000
"""Units across the bar of all kiosks."""

NEEDS_SHOWN = 8
ALERTS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Share:
    """One condition's part of the bar, and how many kiosks it stands for."""

    condition: Condition
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Need:
    """One kiosk somebody should look at, and why."""

    truth: KioskTruth
    why: str


@require_safe
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """The nation, or as much of it as the account may see."""
    scope = scope_of(request.user)
    now = timezone.now()
    kiosks = standing.ranked(kiosks_seen(scope), now)
    provinces = standing.counted(kiosks)
    counts = sum(provinces.values(), Counter[Condition]())
    worst = kiosks.filter(rank__lt=standing.of_condition(Condition.OK))
    odd = Counter(only_open(confirmations_seen(scope)).order_by().values_list("match", flat=True))
    waiting = in_state(seen(scope), "open")
    context = {
        "nation": scope.nation,
        "now": now,
        "total": counts.total(),
        "shares": _shares(counts),
        "needs": [
            Need(each, words.trouble(each)) for each in truths_of(standing.worst_first(worst, 0, NEEDS_SHOWN), now)
        ],
        "needs_count": counts.total() - counts[Condition.OK],
        "alerts": lines_of(waiting[:ALERTS_SHOWN], now),
        "alerts_count": waiting.count(),
        "odd_count": odd.total(),
        "odd": [(words.match_word(kind), odd[kind]) for kind in Match if odd[kind]],
        "tiles": tiles_of(provinces),
        "today": _today(scope),
        "money": scope.settles_somewhere,
    }
    return answer(request, "overview", context)


def _today(scope: Scope) -> dict[str, int]:
    """What has happened since midnight, counted."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    visits = scope.within(Record.objects.filter(kind="visit-ended"), "kiosk__office__province_id")
    paid = confirmations_seen(scope).filter(match=Match.EXACT, paid_at__gte=midnight)
    return {
        "visits": visits.filter(received_at__gte=midnight).count(),
        "paid": paid.count(),
        "paid_satang": paid.aggregate(total=Sum("amount_satang"))["total"] or 0,
        "waiting": intents_waiting(scope).filter(opened_at__gte=midnight).values("ref1").distinct().count(),
    }


def _shares(counts: Counter[Condition]) -> list[Share]:
    """The bar; a gap of 2 units between its parts, and none narrower than 8."""
    present = [condition for condition in Condition if counts[condition]]
    room = STRIP_WIDTH - 2 * max(0, len(present) - 1)
    widths = {each: max(8.0, room * counts[each] / counts.total()) for each in present}
    excess = sum(widths.values()) - room
    if present:
        widest = max(present, key=widths.__getitem__)
        widths[widest] -= excess
    shares, x = [], 0.0
    for condition in Condition:
        width = widths.get(condition, 0.0)
        shares.append(Share(condition, counts[condition], round(x, 1), round(width, 1)))
        x += width + 2 if width else 0
    return shares
