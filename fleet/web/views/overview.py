"""The first page: what needs a person now, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fleet.acting.awaiting import Wait, waits_of
from fleet.acting.overview import money_of, stand_of, visits_today
from fleet.alerts.telling import seen, unclaimed
from fleet.devices.truth import Condition, KioskTruth
from fleet.payments.matching import Match
from fleet.people.scope import scope_of
from fleet.web import words
from fleet.web.access import is_live, signed_in
from fleet.web.live import answer
from fleet.web.tiles import tiles_of
from fleet.web.views.alerts import lines_of

STRIP_WIDTH = 1000
"""Units across the bar of all kiosks."""

NEEDS_SHOWN = 8
ALERTS_SHOWN = 4

WALL_ROWS = 7
"""Lines of what needs a person that stand on a wall screen, which nobody scrolls."""

WALL_ALERTS = 3
"""Of those, alerts, unless kiosks and money leave more room."""


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
    """The nation, or as much of it as the account may see; ``wall=1``: as a screen on a wall shows it."""
    scope = scope_of(request.user)
    now = timezone.now()
    is_wall = request.GET.get("wall") == "1"
    stand, money = stand_of(scope, now, needs=max(NEEDS_SHOWN, WALL_ROWS)), money_of(scope, now)
    waiting = unclaimed(seen(scope))
    alerts_count, odd_count = waiting.count(), money.odd.total() if money else 0
    room = _room(alerts_count, stand.needs_count, bool(odd_count)) if is_wall else (ALERTS_SHOWN, NEEDS_SHOWN)
    alerts, needs = lines_of(waiting[: room[0]], now), stand.needs[: room[1]]
    context = {
        "nation": scope.nation,
        "now": now,
        "total": stand.counts.total(),
        "shares": _shares(stand.counts),
        "needs": [Need(each, words.trouble(each)) for each in needs],
        "needs_count": stand.needs_count,
        "worst": stand.needs[0].condition if stand.needs else "",
        "alerts": alerts,
        "alerts_count": alerts_count,
        "further": alerts_count - len(alerts) + stand.needs_count - len(needs),
        "odd_count": odd_count,
        "odd": [(words.match_word(kind), money.odd[kind]) for kind in Match if money.odd[kind]] if money else [],
        "tiles": tiles_of(stand.provinces),
        "visits": visits_today(scope, now),
        "money": money,
        # Beside the part that is made once for many, and on no wall: what waits is one person's.
        "waits": [] if is_wall or is_live(request) else _waits(waits_of(scope, cast(User, request.user), now)),
    }
    return answer(request, "wall" if is_wall else "overview", context)


def _room(alerts: int, needs: int, has_odd: bool) -> tuple[int, int]:
    """How many alerts and how many kiosks have room on a wall screen."""
    rows = WALL_ROWS - has_odd
    shown = min(alerts, max(WALL_ALERTS, rows - needs))
    return shown, rows - shown


def _waits(counts: Mapping[Wait, int]) -> list[tuple[str, str, int]]:
    """What waits for whoever looks: its words, where it leads, and how many."""
    said = {
        Wait.SETTINGS: (_("การตั้งค่ารอคนที่สอง"), reverse("web:settings-waiting")),
        Wait.PAYMENTS: (_("การเงินรอคนที่สอง"), reverse("web:payments") + "?show=open"),
        Wait.PROPOSALS: (_("คนที่เสนอเป็นผู้ดูแลระดับประเทศ"), reverse("web:people")),
        Wait.RESETS: (_("ขอล้างการยืนยันขั้นที่สอง"), reverse("web:people")),
        Wait.CASES: (_("เรื่องที่ดำเนินการเกินกำหนด"), reverse("web:cases") + "?state=late"),
        Wait.TICKETS: (_("เรื่องที่แจ้งเกินกำหนด"), reverse("web:tickets") + "?state=late"),
        Wait.REGISTRATIONS: (_("ขอขึ้นทะเบียนที่ยังส่งไม่ได้"), reverse("web:registrations") + "?state=waiting"),
    }
    return [(*said[each], count) for each, count in counts.items() if count]


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
