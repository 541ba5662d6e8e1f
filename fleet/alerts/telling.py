"""Who sees an alert, who is called for it, and when they may be.

Level 1 is those nearest (technicians; treasury officers; officers), 2 the province's admins, 3 the nation's. Nearest to
what is no province's is who holds such a role for the whole nation: its treasury officers. Where nobody of a level has
an address, the next one is called: an alert is never told to nobody while anybody can be told.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet

from fleet.alerts.findings import Matter, Place
from fleet.alerts.living import LEVEL_MAX
from fleet.alerts.models import Alert, Duty
from fleet.alerts.reaching import hearing
from fleet.office.holidays.days import Calendar
from fleet.people.models import Membership, Role
from fleet.people.scope import Scope
from fleet.protocol.thai import BANGKOK
from fleet.trust.identity import Time

_LADDERS: dict[Matter, dict[int, Role]] = {
    Matter.MACHINES: {1: Role.TECHNICIAN, 2: Role.PROVINCIAL_ADMIN, 3: Role.NATIONAL_ADMIN},
    Matter.MONEY: {1: Role.TREASURY, 2: Role.PROVINCIAL_ADMIN, 3: Role.NATIONAL_ADMIN},
    Matter.OFFICE: {1: Role.OFFICER, 2: Role.PROVINCIAL_ADMIN, 3: Role.NATIONAL_ADMIN},
    Matter.PEOPLE: {1: Role.PROVINCIAL_ADMIN, 2: Role.PROVINCIAL_ADMIN, 3: Role.NATIONAL_ADMIN},
}

LOOKS_AHEAD = timedelta(days=60)


def seen(scope: Scope) -> QuerySet[Alert]:
    """The alerts that exist for an account: machines where it sees them, and where they are the whole nation's trouble;
    money and an office's work where those are there for it; accounts where it reads who did what."""
    found = Q(pk__in=())
    for matter, area in (
        (Matter.MACHINES, scope.sees),
        (Matter.MONEY, scope.settles),
        (Matter.OFFICE, scope.serves),
        (Matter.PEOPLE, scope.audits),
    ):
        ours = Q(matter=matter) if area.nation else Q(matter=matter, dopa_code__in=area.provinces)
        found |= ours
    if scope.sees:
        found |= Q(matter=Matter.MACHINES, dopa_code__isnull=True)
    return Alert.objects.filter(found)


def named(alerts: QuerySet[Alert], text: str) -> QuerySet[Alert]:
    """Those of them of the kiosks in whose name this stands, and of the office of this name."""
    return alerts.filter(Q(kiosk_id__icontains=text) | Q(office_id__iexact=text))


def of_kiosk(alerts: QuerySet[Alert], place: Place, time: Time | None) -> QuerySet[Alert]:
    """Those of them of one kiosk, and those that stand for many where it is: its office's, province's, nation's.
    ``time``: when it was there; None: never. Which kiosks such a one stood for changes meanwhile, and is not kept."""
    own = Q(kiosk_id=place.kiosk_id)
    if time is None:
        return alerts.filter(own)
    here = Q(dopa_code=place.dopa_code, office_id__in=("", place.office_id)) | Q(dopa_code=None)
    meanwhile = Q(closed_at=None) | Q(closed_at__gt=time.began_at)
    if time.ended_at is not None:
        meanwhile &= Q(opened_at__lt=time.ended_at)
    return alerts.filter(own | Q(here, meanwhile, ~Q(members=[]), kiosk_id=""))


def unclaimed(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """Those of them that are open and that nobody has taken over."""
    return alerts.filter(closed_at__isnull=True, acked_at__isnull=True)


def may_deal_with(scope: Scope, alert: Alert) -> bool:
    """Whether the account may take an alert over: who looks after machines there, or money, or the office's work."""
    if alert.matter == Matter.MONEY:
        return scope.may_settle(alert.dopa_code)
    if alert.matter == Matter.OFFICE:
        return scope.may_serve(alert.dopa_code)
    if alert.matter == Matter.PEOPLE:
        return scope.may_change(alert.dopa_code)
    return scope.may_change(None) if alert.dopa_code is None else scope.may_install(alert.dopa_code)


@dataclass(slots=True)
class Audience:
    """Everybody who is told at some address, by role and province; read once, with their hours."""

    holders: dict[tuple[Role, int | None], set[int]] = field(default_factory=lambda: defaultdict(set))
    duties: dict[int, Duty] = field(default_factory=dict)

    @classmethod
    def read(cls, now: datetime) -> Audience:
        """From the database: two queries."""
        found = cls()
        reachable = hearing(now).order_by().values("person_id")
        rows = Membership.objects.filter(user_id__in=reachable, user__is_active=True)
        for user_id, role, dopa_code in rows.values_list("user_id", "role", "dopa_code"):
            if role in set(Role):
                found.holders[Role(role), dopa_code].add(user_id)
        found.duties = Duty.objects.filter(pk__in=reachable).in_bulk()
        return found

    def of(self, place: Place, level: int, matter: Matter) -> set[int]:
        """The accounts to call."""
        ladder = _LADDERS[matter]
        for each in range(level, LEVEL_MAX + 1):  # of what is no province's, those nearest are the nation's own
            if found := self.holders.get((ladder[each], None if each == LEVEL_MAX else place.dopa_code)):
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
