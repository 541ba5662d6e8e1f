"""Who sees an alert, who is called for it, and when they may be.

Level 1 is those nearest (technicians; for money the province's admins), 2 the province's admins, 3 the nation's. Where
nobody of a level has an address, the next one is called: an alert is never told to nobody while anybody can be told.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet

from fleet.alerts.findings import Place
from fleet.alerts.living import LEVEL_MAX
from fleet.alerts.models import Address, Alert, Duty
from fleet.office.holidays.days import Calendar
from fleet.people.models import Membership, Role
from fleet.people.scope import Scope
from fleet.protocol.thai import BANGKOK

_OF_MACHINES = {1: Role.TECHNICIAN, 2: Role.PROVINCIAL_ADMIN, 3: Role.NATIONAL_ADMIN}
_OF_MONEY = {1: Role.PROVINCIAL_ADMIN, 2: Role.NATIONAL_ADMIN, 3: Role.NATIONAL_ADMIN}

LOOKS_AHEAD = timedelta(days=60)


def seen(scope: Scope) -> QuerySet[Alert]:
    """The alerts that exist for an account: its provinces', money only where it serves, and what is the whole nation's
    trouble with machines."""
    rows = Alert.objects.all()
    if scope.nation:
        return rows
    if not scope.sees:
        return rows.none()
    machines = Q(of_money=False) & (Q(dopa_code__in=scope.sees) | Q(dopa_code__isnull=True))
    return rows.filter(machines | Q(of_money=True, dopa_code__in=scope.serves))


def may_deal_with(scope: Scope, alert: Alert) -> bool:
    """Whether the account may take an alert over: who looks after machines there, or for money who serves there."""
    if alert.dopa_code is None:
        return scope.nation
    return scope.may_change(alert.dopa_code) or (not alert.of_money and scope.may_install(alert.dopa_code))


@dataclass(slots=True)
class Audience:
    """Everybody who has an address, by role and province; read once, with their hours."""

    holders: dict[tuple[Role, int | None], set[int]] = field(default_factory=lambda: defaultdict(set))
    duties: dict[int, Duty] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Audience:
        """From the database: two queries."""
        found = cls()
        reachable = Address.objects.order_by().values("person_id")
        rows = Membership.objects.filter(user_id__in=reachable, user__is_active=True)
        for user_id, role, dopa_code in rows.values_list("user_id", "role", "dopa_code"):
            if role in set(Role):
                found.holders[Role(role), dopa_code].add(user_id)
        found.duties = Duty.objects.filter(pk__in=reachable).in_bulk()
        return found

    def of(self, place: Place, level: int, *, of_money: bool) -> set[int]:
        """The accounts to call."""
        ladder = _OF_MONEY if of_money else _OF_MACHINES
        first = LEVEL_MAX if place.dopa_code is None else level
        for each in range(first, LEVEL_MAX + 1):
            role = ladder[each]
            nationwide = role == Role.NATIONAL_ADMIN
            if found := self.holders.get((role, None if nationwide else place.dopa_code)):
                return set(found)
        return set()

    def duty_of(self, person: int) -> Duty:
        """Their hours, or everybody's."""
        return self.duties.get(person) or Duty(person_id=person)


def may_call_at(duty: Duty, calendar: Calendar, now: datetime, *, is_failing: bool) -> datetime:
    """The first moment from ``now`` on at which somebody may be called. ``calendar``: the nation's."""
    if is_failing and duty.failing_any_time:
        return now
    there = now.astimezone(BANGKOK)
    for days in range(LOOKS_AHEAD.days):
        on = there.date() + timedelta(days=days)
        if not duty.days_off_too and not calendar.is_working(on):
            continue
        begins = datetime.combine(on, time(duty.from_hour), BANGKOK)
        ends = datetime.combine(on, time.min, BANGKOK) + timedelta(hours=duty.to_hour)
        if max(there, begins) < ends:
            return max(now, begins)
    return now  # a calendar without working days is broken, and nobody would be called for months
