"""What is not in what kiosks say of themselves: certificates, peers, money, files, trust, roll-outs.

Each function asks the database once or twice, whatever the number of kiosks, and gives findings.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone

from fleet.alerts.counting import TAMPER
from fleet.alerts.findings import NATION, Finding, Place, Rule
from fleet.alerts.hours import Desk
from fleet.alerts.models import Sighting
from fleet.alerts.peers import stand_out
from fleet.alerts.policies import Policies
from fleet.alerts.policy import clock
from fleet.devices.models import Kiosk
from fleet.devices.truth import Condition
from fleet.office.register.models import Run, Stage
from fleet.payments.models import Confirmation, Decision, SettlementFile
from fleet.payments.standing import IN_FORCE, only_open
from fleet.protocol.thai import BANGKOK
from fleet.rollouts.gating import RolloutState
from fleet.rollouts.models import Kind, Rollout
from fleet.trust.keys import KeyFileError
from fleet.trust.models import Certificate
from fleet.trust.repository import Repository, TrustError
from fleet.trust.roles import ONLINE
from fleet.trust.standing import standings

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
SENDS_FILES_WITHIN = timedelta(days=30)
"""A bank that sent a file within so many days is one that sends files."""

TAMPER_SEEN_FOR = timedelta(minutes=10)
"""How long a case that was opened and closed again counts as seen: some rounds; the alert then waits for a person."""

AT_ONCE = 500


def places_of(kiosk_ids: Iterable[str]) -> dict[str, Place]:
    """Where these kiosks stand; those that are no longer there are left out."""
    wanted, found = sorted(kiosk_ids), dict[str, Place]()
    for begin in range(0, len(wanted), AT_ONCE):
        rows = Kiosk.objects.filter(pk__in=wanted[begin : begin + AT_ONCE])
        for kiosk_id, office_id, dopa_code in rows.values_list("pk", "office_id", "office__province_id"):
            found[kiosk_id] = Place(dopa_code, office_id, kiosk_id)
    return found


def opened_cases(policies: Policies, now: datetime) -> Iterator[Finding]:
    """Cases that were opened a moment ago, even if they are closed again."""
    recent = Sighting.objects.filter(
        what=TAMPER, day__gte=timezone.localdate(now) - A_DAY, counted_at__gt=now - TAMPER_SEEN_FOR
    )
    seen = dict(recent.values_list("kiosk_id", "counted_at"))
    for kiosk_id, place in places_of(seen).items() if seen else ():
        if policies.of(place).tamper.on:
            yield Finding(Rule.TAMPER, place, Condition.FAILING, seen[kiosk_id])


def halted_rollouts(policies: Policies) -> Iterator[Finding]:
    """Roll-outs that have stopped by themselves and wait for a person's word."""
    rows = Rollout.objects.filter(state=RolloutState.HALTED).order_by("pk")
    rows = rows.exclude(kind=Kind.SETTINGS, staged__isnull=True)  # the layer's own by now: nothing can be done with it
    for number, kind, because, province, since in rows.values_list("pk", "kind", "because", "province", "state_since"):
        place = Place(province)
        if policies.of(place).rollout.on:
            facts = {"number": number, "kind": kind, "because": because}
            yield Finding(Rule.ROLLOUT, place, Condition.FAILING, since, part=str(number), facts=facts)


def certificates(policies: Policies, now: datetime) -> Iterator[Finding]:
    """Certificates that end soon and have no successor."""
    days = max((each.certificate.days for each in policies.every if each.certificate.on), default=0)
    rows = Certificate.objects.filter(revoked_at__isnull=True).order_by().values("kiosk_id")
    rows = rows.annotate(last=Max("not_after")).filter(last__lt=now + timedelta(days=days))
    ends = dict(rows.values_list("kiosk_id", "last"))
    for kiosk_id, place in places_of(ends).items():
        said, last = policies.of(place).certificate, ends[kiosk_id]
        if said.on and last < now + timedelta(days=said.days):
            condition = Condition.FAILING if last <= now else Condition.ATTENTION
            facts = {"ends_at": last.isoformat()}
            yield Finding(Rule.CERTIFICATE, place, condition, last - timedelta(days=said.days), facts=facts)


def peers(policies: Policies, now: datetime) -> Iterator[Finding]:
    """Devices that fail more than the same device elsewhere."""
    said = policies.nation.peers
    if not said.on:
        return
    since = timezone.localdate(now) - timedelta(days=said.days - 1)
    rows = Sighting.objects.filter(day__gte=since).exclude(what=TAMPER).order_by().values("what", "kiosk_id")
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for what, kiosk_id, total in rows.annotate(total=Sum("count")).values_list("what", "kiosk_id", "total"):
        counts[what][kiosk_id] = total
    kiosks = Kiosk.objects.filter(state__heard_at__isnull=False).count()
    for device, by_kiosk in counts.items():
        found = stand_out(by_kiosk, kiosks, said.least)
        for kiosk_id, place in places_of(found).items():
            facts = {"count": by_kiosk[kiosk_id], "days": said.days, "mean": round(found[kiosk_id], 2)}
            yield Finding(Rule.PEERS, place, Condition.ATTENTION, now, part=device, facts=facts)


def money(policies: Policies, now: datetime) -> Iterator[Finding]:
    """Queues of odd payments that grow, or hold something old; what names nobody's is the nation's."""
    waiting: dict[int | None, list[datetime]] = defaultdict(list)
    odd = only_open(Confirmation.objects.order_by())
    for code, at in odd.values_list("office__province_id", "received_at"):
        waiting[code].append(at)
    decided = Decision.objects.filter(IN_FORCE, at__gt=now - A_DAY, confirmation__received_at__lte=now - A_DAY)
    fewer = Counter[int | None](decided.order_by().values_list("confirmation__office__province_id", flat=True))
    for dopa_code, times in waiting.items():
        place = Place(dopa_code)
        said, oldest = policies.of(place).money, min(times)
        grows = sum(at > now - A_DAY for at in times) > fewer[dopa_code]
        if said.on and ((len(times) >= said.least and grows) or oldest < now - timedelta(days=said.days)):
            facts = {"open": len(times), "oldest_on": timezone.localdate(oldest).isoformat()}
            yield Finding(Rule.MONEY, place, Condition.ATTENTION, oldest, facts=facts)


def bank_files(policies: Policies, desk: Desk, now: datetime) -> Iterator[Finding]:
    """Banks whose file of the last working day should be here by now. ``desk``: the nation's."""
    said = policies.nation.files
    asked_on = _asked_on(desk, clock(said.bank_by).isoformat(), now)
    wanted = desk.last_working_day(asked_on) if said.on and asked_on is not None else None
    if wanted is None:
        return
    recent = SettlementFile.objects.filter(day__gt=wanted - SENDS_FILES_WITHIN).order_by()
    there = dict(recent.values("bank").annotate(last=Max("day")).values_list("bank", "last"))
    for bank, last in there.items():
        if last < wanted:
            facts = {"day": wanted.isoformat(), "bank": bank}
            yield Finding(Rule.BANK_FILE, NATION, Condition.ATTENTION, now, part=bank, facts=facts)


def _asked_on(desk: Desk, by: str, now: datetime) -> date | None:
    """The working day on which it was last asked whether files are there."""
    there = now.astimezone(BANGKOK)
    is_time = there.time().isoformat() >= by and desk.calendar.is_working(there.date())
    return there.date() if is_time else desk.last_working_day(there.date())


def register_files(policies: Policies, now: datetime) -> Iterator[Finding]:
    """Offices whose register was imported once, and then not for long; a file of the nation's is every office's."""
    said = policies.nation.files
    if not said.on or not said.register_days:
        return
    rows = Run.objects.filter(stage=Stage.DONE, applied_at__isnull=False).order_by()
    last = rows.values("office_id", "office__province_id").annotate(last=Max("applied_at"))
    found = {Place(dopa, office or ""): at for office, dopa, at in last.values_list(
        "office_id", "office__province_id", "last")}  # fmt: skip
    of_nation = found.pop(NATION, None)
    if of_nation is not None and not found:
        found[NATION] = of_nation
    for place, at in found.items():
        latest = max(at, of_nation or at)
        if latest < now - timedelta(days=said.register_days):
            facts = {"last_on": timezone.localdate(latest).isoformat()}
            yield Finding(Rule.REGISTER_FILE, place, Condition.ATTENTION, latest, facts=facts)


def trust(policies: Policies, now: datetime) -> Iterator[Finding]:
    """Roles of the trust repository that end soon, or are not believed; its online ones renew themselves."""
    repository = Repository(settings.DATA_DIR / "trust")
    if not policies.nation.trust.on or not repository.is_there:
        return
    try:
        found = standings(repository, now)
    except (TrustError, KeyFileError, OSError) as err:
        log.error("the trust repository cannot be read: %s", err)
        return
    for each in found:
        if each.problem or (each.is_soon and each.role not in ONLINE):
            condition = Condition.FAILING if each.problem else Condition.ATTENTION
            facts = {"ends_at": each.expires.isoformat(), "problem": bool(each.problem), "role": each.role}
            yield Finding(Rule.TRUST, NATION, condition, now, part=each.role[:20], facts=facts)
