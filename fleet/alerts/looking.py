"""One look at everything: what the database holds, as findings, each round anew. State is in the database only.

Rules: ten thousand kiosks are read in one statement, as plain columns, some hundred at a time, and only those in
trouble are held. What changes slowly is asked for less often; what it found stands in between. While the fleet hears
nobody nothing is said of any kiosk, and that time counts against none afterwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import msgspec
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from fleet.alerts import counting, fleet_findings
from fleet.alerts.findings import NATION, SAID_BY_THE_KIOSK, Finding, Place, Rule
from fleet.alerts.grouping import Population, grouped
from fleet.alerts.hours import Desk
from fleet.alerts.judging import NOTHING_SAID, Round, Said, Seen, is_there, judge
from fleet.alerts.living import Look, Standing
from fleet.alerts.models import Maintenance, Watch
from fleet.alerts.policies import Policies, in_force
from fleet.devices.hearing import hears
from fleet.devices.models import Kiosk
from fleet.devices.truth import Condition
from fleet.office.holidays.days import Calendar
from fleet.office.holidays.keeping import in_force as holidays_in_force

CHUNK = 500
SLOW_EVERY = timedelta(minutes=5)
"""Between looks at certificates, peers, money, files and trust: all matters of hours or days."""

CALENDAR_EVERY = timedelta(minutes=1)
CALENDAR_DAYS = timedelta(days=90)

LOOKED_EVERY = timedelta(minutes=1)
"""How often it is written that somebody looks."""

BLIND_AFTER = timedelta(minutes=3)
"""Nobody looked for longer: the fleet was down, and who was silent meanwhile may well have spoken."""

_OF_KIOSKS = frozenset({Rule.OFFLINE, Rule.TWICE, *SAID_BY_THE_KIOSK})
"""What a walk over the kiosks finds."""


@dataclass(slots=True)
class Crowd:
    """What a walk over all kiosks gave: their troubles, how many there are, and who is not there."""

    findings: dict[str, Finding] = field(default_factory=dict)
    total: int = 0
    provinces: Counter[int] = field(default_factory=Counter)
    offices: Counter[str] = field(default_factory=Counter)
    away: set[str] = field(default_factory=set)
    away_in: Counter[int | None] = field(default_factory=Counter)

    @property
    def population(self) -> Population:
        """How many kiosks there are where."""
        return Population(self.total, self.provinces, self.offices)


class Looking:
    """Looks, and remembers between looks only what can be asked again."""

    def __init__(self) -> None:
        self._policies: Policies | None = None
        self._slow: list[Finding] = []
        self._slow_at: datetime | None = None
        self._desks: dict[int | None, Desk] = {}
        self._days_off: dict[int | None, set[date]] = {}
        self._calendar_at: datetime | None = None

    def look(self, now: datetime, standing: frozenset[str]) -> Look:
        """Everything found now. ``standing``: the keys of the alerts that are open."""
        policies = self._policies = self._read_policies(now)
        watch, deaf = self._listen(now)
        muted = mute(now)
        crowd = Crowd() if deaf else self._walk(policies, muted, Round(now, watch.hearing_since))
        if self._slow_at is None or now - self._slow_at >= SLOW_EVERY:
            self._slow, self._slow_at = list(self._look_slowly(policies, now)), now
        others = [each for each in self._slow if not muted(each.place)]
        others += [each for each in fleet_findings.opened_cases(policies, now) if not muted(each.place)]
        others += [each for each in fleet_findings.halted_rollouts(policies) if not muted(each.place)]
        others += self._of_deafness(policies, watch, now)
        found = {each.key: each for each in [*others, *crowd.findings.values()]}
        terms = {place: policies.of(place).grouping for place in (NATION, *map(Place, policies.provinces))}
        whole = grouped(
            found.values(),
            crowd.population,
            lambda place: terms.get(Place(place.dopa_code), policies.nation.grouping),
            standing,
        )
        held = _holding(crowd, muted, is_deaf=deaf)
        return Look(now, {each.key: each for each in whole}, held, muted, policies.of)

    @property
    def policies(self) -> Policies:
        """What was in force at the last look."""
        return self._policies or in_force()

    def nation_desk(self, now: datetime) -> Desk:
        """The nation's hours, without a look before."""
        self._policies = self._read_policies(now)
        return self.desk(None)

    def desk(self, dopa_code: int | None) -> Desk:
        """The hours of a province; of the nation (None), with the nation's holidays alone."""
        found = self._desks.get(dopa_code)
        if found is None:
            days = self._days_off.get(None, set()) | self._days_off.get(dopa_code, set())
            hours = self.policies.of(Place(dopa_code)).hours
            found = self._desks[dopa_code] = Desk(Calendar(frozenset(days)), hours)
        return found

    def _read_policies(self, now: datetime) -> Policies:
        policies = in_force(self._policies)
        if policies is not self._policies:
            self._desks, self._slow_at = {}, None
        if self._calendar_at is None or now - self._calendar_at >= CALENDAR_EVERY:
            self._desks, self._calendar_at, self._days_off = {}, now, defaultdict(set)
            around = (timezone.localdate(now) - CALENDAR_DAYS, timezone.localdate(now) + CALENDAR_DAYS)
            for dopa_code, on in holidays_in_force().filter(on__range=around).values_list("province_id", "on"):
                self._days_off[dopa_code].add(on)
        return policies

    # ---- hearing

    def _listen(self, now: datetime) -> tuple[Watch, bool]:
        """Since when the fleet hears kiosks at all, written down when it changes; and whether it is deaf now."""
        first = {"hearing_since": now, "looked_at": now, "through": counting.newest}
        watch, _ = Watch.objects.get_or_create(pk=1, defaults=first)
        is_deaf = not hears(now)
        changed: dict[str, datetime | None] = {}
        if is_deaf and watch.deaf_since is None:
            changed["deaf_since"] = now
        if not is_deaf and (watch.deaf_since is not None or now - watch.looked_at > BLIND_AFTER):
            changed |= {"deaf_since": None, "hearing_since": now}
        if changed or now - watch.looked_at >= LOOKED_EVERY:
            changed["looked_at"] = now
            Watch.objects.filter(pk=1).update(**changed)
            watch.refresh_from_db()
        return watch, is_deaf

    @staticmethod
    def _of_deafness(policies: Policies, watch: Watch, now: datetime) -> list[Finding]:
        said, since = policies.nation.deaf, watch.deaf_since
        if since is None or not said.on:
            return []
        opens = now - since >= timedelta(minutes=said.minutes)
        return [Finding(Rule.DEAF, NATION, Condition.FAILING, since, opens=opens)]

    # ---- kiosks

    def _walk(self, policies: Policies, muted: Callable[[Place], bool], at: Round) -> Crowd:
        crowd = Crowd()
        for seen in kiosks():
            place = seen.place
            if muted(place):
                continue
            crowd.total += 1
            crowd.provinces[place.dopa_code or 0] += 1
            crowd.offices[place.office_id] += 1
            if not is_there(seen, at.now):
                crowd.away.add(place.kiosk_id)
                crowd.away_in.update((place.dopa_code, None))
            for finding in judge(seen, policies.of(place), self.desk(place.dopa_code), at):
                crowd.findings[finding.key] = finding
        return crowd

    def _look_slowly(self, policies: Policies, now: datetime) -> Iterator[Finding]:
        yield from fleet_findings.certificates(policies, now)
        yield from fleet_findings.peers(policies, now)
        yield from fleet_findings.money(policies, now)
        yield from fleet_findings.bank_files(policies, self.desk(None), now)
        yield from fleet_findings.register_files(policies, now)
        yield from fleet_findings.trust(policies, now)


def kiosks() -> Iterator[Seen]:
    """Every kiosk as it was last heard, in one statement; its status is read by our own small schema."""
    read = msgspec.json.Decoder(Said).decode
    rows = Kiosk.objects.order_by().annotate(said=Cast("state__status", TextField()))
    columns = (
        "pk",
        "office_id",
        "office__province_id",
        "state__alive",
        "state__heard_at",
        "state__used_twice_at",
        "said",
    )
    for kiosk_id, office_id, dopa_code, alive, heard_at, used_twice_at, text in rows.values_list(*columns).iterator(
        CHUNK
    ):
        try:
            said = read(text) if text else NOTHING_SAID
        except msgspec.DecodeError:  # of a release that says it otherwise: what rules look at is not known
            said = NOTHING_SAID
        yield Seen(Place(dopa_code, office_id, kiosk_id), bool(alive), heard_at, used_twice_at, said)


def mute(now: datetime) -> Callable[[Place], bool]:
    """Whether a place is under maintenance now, wholly."""
    rows = Maintenance.objects.filter(starts_at__lte=now, ends_at__gt=now, ended_at__isnull=True)
    places = [each.place for each in rows]
    names = {each.name for each in places}

    def is_muted(place: Place) -> bool:
        if not names or place.dopa_code is None:
            return False
        return not names.isdisjoint({place.name, replace(place, kiosk_id="").name, Place(place.dopa_code).name})

    return is_muted


def _holding(crowd: Crowd, muted: Callable[[Place], bool], *, is_deaf: bool) -> Callable[[Standing], bool]:
    """Of which alerts nothing is known now: under maintenance, or of kiosks that nobody hears."""

    def is_held(each: Standing) -> bool:
        if muted(each.place):
            return True
        if is_deaf:
            return each.rule in _OF_KIOSKS
        if each.rule not in SAID_BY_THE_KIOSK:
            return False
        if each.place.kiosk_id:
            return each.place.kiosk_id in crowd.away
        here = crowd.total if each.place.dopa_code is None else crowd.provinces[each.place.dopa_code]
        return 2 * crowd.away_in[each.place.dopa_code] >= max(1, here)

    return is_held
