"""How everything stands that exists for a token: the first question of a board on a wall, or of a reporting program.

One request tells of several parts: what the token is not for is null, as is what its person is not shown.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from fleet.acting.awaiting import Wait, waits_of
from fleet.acting.overview import Money, money_of, stand_of, visits_today
from fleet.alerts.telling import seen, unclaimed
from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.kiosk_shapes import KioskOut, told
from fleet.api.rest.shapes import answers
from fleet.devices.truth import Condition
from fleet.payments.matching import Match
from fleet.people.tokens.rights import Part, reading

router = Router(auth=Bearer(Part.KIOSKS), tags=["overview"])

NEEDS_MAX = 50


class ProvinceStand(Schema):
    """How many of a province's kiosks stand how; a condition of none is left out."""

    province: int
    kiosks: dict[Condition, int]


class MoneyOut(Schema):
    """`odd`: what banks said that waits for a person, by what it is (a kind of which there is none is left out).

    Since midnight: payments that banks have confirmed, and how many notices were shown to be paid and are `waiting`.
    """

    odd: dict[Match, int]
    paid: int
    paid_satang: int
    waiting: int


class WaitsOut(Schema):
    """How much waits for the token's person. What another person wants and this one may agree to: changes of
    `settings`, decisions about `payments`, `proposals` of national admins, `resets` of their second factors. Past their
    day and open: `cases`, `tickets`. `registrations`: that could not be passed on and wait.

    Null: not this person's to deal with, or the token is not for it (`settings:read`, `payments:read`, `people:read`,
    `cases:read`, and `tickets:read` for tickets and registrations).
    """

    settings: int | None
    payments: int | None
    proposals: int | None
    resets: int | None
    cases: int | None
    tickets: int | None
    registrations: int | None


_PARTS = {
    Wait.SETTINGS: Part.SETTINGS,
    Wait.PAYMENTS: Part.PAYMENTS,
    Wait.PROPOSALS: Part.PEOPLE,
    Wait.RESETS: Part.PEOPLE,
    Wait.CASES: Part.CASES,
    Wait.TICKETS: Part.TICKETS,
    Wait.REGISTRATIONS: Part.TICKETS,
}


class OverviewOut(Schema):
    """`kiosks`: how many stand how. `needs_count`: how many somebody should look at; `needs`: the worst of those.

    `visits`: that have ended since midnight. `alerts`: that nobody has taken over; null for a token without
    `alerts:read`. `money`: null for one without `payments:read`, and for a person who settles nowhere. `waits`: for the
    token's person, as the page shows it.
    """

    at: datetime
    kiosks: dict[Condition, int]
    provinces: list[ProvinceStand]
    needs_count: int
    needs: list[KioskOut]
    visits: int
    alerts: int | None
    money: MoneyOut | None
    waits: WaitsOut


@router.get("overview", response=answers(OverviewOut))
def overview(
    request: HttpRequest,
    needs: Annotated[int, Query(8, ge=0, le=NEEDS_MAX, description="so many of the worst kiosks")],
) -> dict[str, object]:
    """How the kiosks stand, by province too, what waits for a person, and what came today."""
    who, now = caller(request), timezone.now()
    stand = stand_of(who.scope, now, needs=needs)
    rights = who.token.rights
    waits = waits_of(who.scope, who.person, now, [each for each, part in _PARTS.items() if reading(part) in rights])
    money = money_of(who.scope, now) if reading(Part.PAYMENTS) in rights else None
    return {
        "at": now,
        "kiosks": {each: stand.counts[each] for each in Condition},
        "provinces": [{"province": code, "kiosks": _some(stand.provinces[code])} for code in sorted(stand.provinces)],
        "needs_count": stand.needs_count,
        "needs": [told(each) for each in stand.needs],
        "visits": visits_today(who.scope, now),
        "alerts": unclaimed(seen(who.scope)).count() if reading(Part.ALERTS) in rights else None,
        "money": _money(money) if money else None,
        "waits": {each.value: waits.get(each) for each in Wait},
    }


def _some(counts: Counter[Condition]) -> dict[Condition, int]:
    return {each: counts[each] for each in Condition if counts[each]}


def _money(money: Money) -> dict[str, object]:
    same = {name: getattr(money, name) for name in ("paid", "paid_satang", "waiting")}
    return {"odd": {each: money.odd[each] for each in Match if money.odd[each]}, **same}
