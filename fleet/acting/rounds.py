"""A technician's round as it is for an account: what stands in the database, planned; and what was done there before.

The rules stand in ``fleet.rounds``; here is only what they look at, narrowed to what exists for the account.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from fleet.acting.seen import kiosks_seen
from fleet.alerts.models import Alert
from fleet.alerts.telling import may_deal_with, seen
from fleet.devices import standing
from fleet.devices.models import Kiosk, KioskCommand
from fleet.devices.truth import Condition, DeviceTruth, KioskTruth, truths_of
from fleet.office.holidays.days import Calendar, NoWorkingDayError
from fleet.office.holidays.keeping import calendar_of, calendars_of
from fleet.people.scope import Area, Scope
from fleet.protocol.messages import DeviceState
from fleet.protocol.thai import BANGKOK
from fleet.rounds.deeds import Pressed, What
from fleet.rounds.models import Deed
from fleet.rounds.notes import KEPT
from fleet.rounds.planning import ALERTED_ALONE, STOPS_MAX, Alerted, Round, Seen, Stop, planned

KIOSKS_MAX = 400
"""Of one province, the worst first; the largest of a fleet of 10,000 has some 300."""

NOTES_MAX = 3
ANSWERS_FOR = timedelta(minutes=30)
"""How long the answer to a test stands beside it."""


@dataclass(frozen=True, slots=True)
class Work:
    """A province's round with what a page says beside it, by kiosk. ``left_out``: stops too many for a page.

    ``answers``: the last command of each kind; ``takeable``: alerts that this account may take over.
    """

    round: Round
    truths: dict[str, KioskTruth]
    notes: dict[str, list[Deed]]
    answers: dict[tuple[str, str], KioskCommand]
    takeable: frozenset[int]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """What is shown of it, in order."""
        return self.round.stops[:STOPS_MAX]

    @property
    def left_out(self) -> int:
        """How many stops there are beyond those."""
        return len(self.round.stops) - len(self.stops)


def has_rounds(scope: Scope) -> bool:
    """Whether a round is there for the account: for who installs somewhere, and for who audits that."""
    return bool(scope.installs or (scope.reads_only and scope.sees))


def _rounds_of(scope: Scope) -> Area:
    """Where a round is there for the account."""
    return scope.sees if scope.reads_only else scope.installs


def reads_deeds(scope: Scope, kiosk: Kiosk) -> bool:
    """Whether what technicians did at a kiosk that it sees is there for the account: where its round is."""
    return _rounds_of(scope).holds(kiosk.office.province_id)


def deeds_seen(scope: Scope, kiosk: Kiosk) -> QuerySet[Deed]:
    """What technicians did at a kiosk, as far as that is there for the account."""
    return Deed.objects.filter(kiosk=kiosk) if reads_deeds(scope, kiosk) else Deed.objects.none()


def provinces_waiting(scope: Scope, now: datetime) -> dict[int, int]:
    """How many kiosks wait for a visit, by province, of those where the account installs (an auditor: that it sees).

    They are not well, out of paper before the end of the next working day, or alerted of what they do not say.
    """
    rows = standing.ranked(_rounds_of(scope).of(kiosks_seen(scope), "office__province_id"), now)
    well = rows.filter(rank=standing.of_condition(Condition.OK)).order_by()
    provinces = standing.counted(rows)
    waiting = Counter((_out_of_paper_soon(well, provinces, now) | _alerted(well, scope)).values())
    return {
        dopa_code: waiting[dopa_code]
        + sum(count for condition, count in counts.items() if condition is not Condition.OK)
        for dopa_code, counts in provinces.items()
    }


def _out_of_paper_soon(well: standing.Ranked, provinces: Collection[int], now: datetime) -> dict[str, int]:
    """Those of these kiosks that have paper for less than a round's time, with their province, one of ``provinces``."""
    horizons = {code: _horizon(calendar, now) for code, calendar in calendars_of(provinces).items()}
    last = max(horizons.values(), default=now)
    ends = Cast(KeyTextTransform("paper_out_at", "state__status"), TextField())
    # As text, which every database compares in the same way, and generous by more than any clock's offset: most kiosks
    # have paper for weeks, and need not be brought here.
    soon = well.annotate(ends=ends).filter(ends__lt=(last + timedelta(days=2)).date().isoformat())
    found = soon.values_list("pk", "office__province_id", "ends")
    return {pk: code for pk, code, at in found if datetime.fromisoformat(at) < horizons.get(code, last)}


def _alerted(well: standing.Ranked, scope: Scope) -> dict[str, int]:
    """Those of these kiosks that only an alert sends somebody to, with their province."""
    alerts = seen(scope).filter(closed_at__isnull=True, rule__in=ALERTED_ALONE)
    return dict(well.filter(pk__in=alerts.values("kiosk_id")).values_list("pk", "office__province_id"))


def work_of(scope: Scope, dopa_code: int, now: datetime) -> Work:
    """The round of a province, whose kiosks the account sees."""
    rows = standing.ranked(kiosks_seen(scope).filter(office__province_id=dopa_code), now)
    truths = {each.kiosk.pk: each for each in truths_of(rows.order_by("rank", "pk")[:KIOSKS_MAX], now)}
    alerts = _alerts(scope, truths)
    notes = _notes(truths, now)
    found = [_seen(truth, alerts[pk], _closed_today(notes[pk], now)) for pk, truth in truths.items()]
    rounds = planned(found, _horizon(calendar_of(dopa_code), now))
    plan = rounds[0] if rounds else Round(dopa_code, (), ())
    there = {stop.seen.kiosk_id for stop in plan.stops}
    may = (each.pk for rows in alerts.values() for each in rows if each.acked_at is None and may_deal_with(scope, each))
    return Work(
        round=plan,
        truths={pk: truth for pk, truth in truths.items() if pk in there},
        notes={pk: notes[pk][:NOTES_MAX] for pk in there},
        answers=_answers(there, now),
        takeable=frozenset(may),
    )


def may_press(scope: Scope, kiosk: Kiosk, pressed: Pressed) -> bool:
    """Whether the account may do this at a kiosk that it sees."""
    dopa_code = kiosk.office.province_id
    match pressed.what:
        case What.COMMAND:
            return scope.may_tend(dopa_code)
        case What.CLOSE:
            return scope.may_install(dopa_code)
        case What.TAKE:
            alert = seen(scope).filter(pk=pressed.alert or 0, kiosk_id=kiosk.pk).first()
            return alert is not None and may_deal_with(scope, alert)


def _horizon(calendar: Calendar, now: datetime) -> datetime:
    """The end of the next working day: what will not last until then is brought today."""
    today = now.astimezone(BANGKOK).date()
    try:
        day = calendar.after(today, 1)
    except NoWorkingDayError:  # a calendar without working days is broken; paper ends all the same
        day = today + timedelta(days=1)
    return datetime.combine(day, time.max, BANGKOK)


def _alerts(scope: Scope, kiosks: Iterable[str]) -> defaultdict[str, list[Alert]]:
    found: defaultdict[str, list[Alert]] = defaultdict(list)
    for each in seen(scope).filter(closed_at__isnull=True, kiosk_id__in=list(kiosks)).order_by("pk"):
        found[each.kiosk_id].append(each)
    return found


def _notes(kiosks: Iterable[str], now: datetime) -> defaultdict[str, list[Deed]]:
    found: defaultdict[str, list[Deed]] = defaultdict(list)
    closed = Deed.objects.filter(kiosk_id__in=list(kiosks), what=What.CLOSE, pressed_at__gt=now - KEPT)
    for each in closed.order_by("-pressed_at", "deed_id"):
        found[each.kiosk_id].append(each)
    return found


def _answers(kiosks: Iterable[str], now: datetime) -> dict[tuple[str, str], KioskCommand]:
    asked = KioskCommand.objects.filter(kiosk_id__in=list(kiosks), asked_at__gt=now - ANSWERS_FOR).defer("attachment")
    return {(each.kiosk_id, each.kind): each for each in asked.order_by("asked_at", "pk")}


def _closed_today(notes: list[Deed], now: datetime) -> datetime | None:
    """When it was last closed. What is wrong the day after was not mended, or is wrong again."""
    last, today = notes[0].pressed_at if notes else None, now.astimezone(BANGKOK).date()
    return last if last is not None and last.astimezone(BANGKOK).date() == today else None


def _state(device: DeviceTruth) -> DeviceState:
    """A device's state; for an open cabinet no panel is to be carried, but somebody must close it."""
    return DeviceState.USER_ERROR if device.is_case_open else device.state


def _seen(truth: KioskTruth, alerts: list[Alert], closed_at: datetime | None) -> Seen:
    health = truth.health
    return Seen(
        kiosk_id=truth.kiosk.pk,
        office_id=truth.kiosk.office_id,
        dopa_code=truth.kiosk.office.province_id,
        condition=truth.condition.value,
        devices={each.device: _state(each) for each in truth.devices if each.state is not DeviceState.UNKNOWN},
        since={each.device: each.since for each in truth.devices if each.since is not None},
        paper=truth.paper,
        paper_out_at=truth.paper_out_at,
        disk_room=health.disk_room,
        storage_used_percent=health.storage_used_percent,
        storage_errors=health.storage_errors,
        under_voltage=bool(health.under_voltage),
        is_used_twice=truth.used_twice_at is not None,
        alerts=tuple(
            Alerted(each.pk, each.rule, each.part, each.since, is_taken=each.acked_at is not None) for each in alerts
        ),
        closed_at=closed_at,
    )
