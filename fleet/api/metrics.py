"""``GET /metrics``: how the fleet is, in the text form of Prometheus (exposition format 0.0.4), written by hand.

For a token with ``metrics:read``, and for who stands on the same machine and asks without a proxy in between. It tells
of no person, and of a kiosk only how many are how; a token that is narrowed to provinces sees those.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from fleet.acting.seen import kiosks_seen
from fleet.alerts.models import Message
from fleet.alerts.telling import seen
from fleet.devices import standing
from fleet.devices.hearing import hears, leases, workers
from fleet.devices.models import KioskCommand, KioskState, Outgoing
from fleet.devices.truth import Condition
from fleet.office.channels.models import Registration, RegistrationState
from fleet.office.fees.models import LetterPart, Reminder
from fleet.office.register.models import Run, Stage
from fleet.payments.models import Confirmation
from fleet.payments.standing import only_open
from fleet.people.allowance import Allowance
from fleet.people.scope import EVERYWHERE, Scope
from fleet.people.tokens.keeping import found, scope_of_token
from fleet.people.tokens.rights import Part, reading
from fleet.rollouts.gating import OPEN
from fleet.rollouts.models import Rollout
from fleet.streams import STREAMS
from fleet.webhooks.models import Delivery, State

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SCRAPES = Allowance(times=60, window_s=60)
"""An address and minute: a server asks four times."""

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
"""What a proxy on this machine adds for others."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure, for several labels. ``kind``: "gauge", or "counter", which only grows."""

    name: str
    kind: str
    words: str
    values: tuple[tuple[dict[str, str], float], ...]


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """How the fleet is now."""
    if not SCRAPES.permits(str(request.META.get("REMOTE_ADDR", ""))):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    scope = _scope_of(request)
    if scope is None:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics:read"'})
    now = timezone.now()
    shown = [*_kiosks(scope, now), *(_fleet(now) if scope.nation else ())]
    response = HttpResponse("".join(map(_text, shown)), content_type=MEDIA_TYPE)
    add_never_cache_headers(response)
    return response


def _scope_of(request: HttpRequest) -> Scope | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if secret:
        token = found(secret.strip(), timezone.now()) if kind.lower() == "bearer" else None
        holds = token is not None and reading(Part.METRICS) in token.rights
        return scope_of_token(token) if token is not None and holds else None
    if _is_here(request):
        return Scope(sees=EVERYWHERE, serves=EVERYWHERE, settles=EVERYWHERE, reads_only=True)
    return None


def _is_here(request: HttpRequest) -> bool:
    """Whether who asks stands on this machine; behind a proxy here, anybody could seem to."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False


def _kiosks(scope: Scope, now: datetime) -> Iterator[Metric]:
    provinces = standing.counted(standing.ranked(kiosks_seen(scope), now))
    values = tuple(
        ({"province": f"TH-{province}", "condition": each.value}, float(counts[each]))
        for province, counts in sorted(provinces.items())
        for each in Condition
    )
    yield Metric("sala_kiosks", "gauge", "Kiosks by what is true of them", values)
    unsettled = standing.by_settings(kiosks_seen(scope).order_by()).filter(has_it=False).count()
    yield _one("sala_kiosks_unsettled", "Kiosks that do not run the settings they should", unsettled)
    alerts = seen(scope).filter(closed_at=None).order_by().values_list("condition").annotate(Count("pk"))
    yield Metric(
        "sala_alerts_open", "gauge", "Alerts that are not over", tuple(({"condition": c}, float(n)) for c, n in alerts)
    )
    records = KioskState.objects.filter(kiosk__in=kiosks_seen(scope).order_by().values("pk"))
    total = records.aggregate(all=Sum("committed_through"))["all"] or 0
    yield _one(
        "sala_records_total", "Records that kiosks have handed over since their disks were new", total, "counter"
    )


def _fleet(now: datetime) -> Iterator[Metric]:
    yield _one("sala_ingest_hears", "Whether ingest hears the broker", hears(now))
    yield Metric(
        "sala_lease_seconds", "gauge", "How long each lease still holds; below 0 nobody leads",
        tuple(({"lease": name}, (until - now).total_seconds()) for name, until in leases().items()),
    )  # fmt: skip
    yield Metric(
        "sala_ingest_worker_seconds", "gauge",
        "How long the word of each worker of ingest still holds; below 0 it is dead or has no broker",
        tuple(({"worker": number}, (until - now).total_seconds()) for number, until in workers().items()),
    )  # fmt: skip
    yield _one("sala_watchers", "Open pages that the process which answers here tells of changes", STREAMS.open)
    yield Metric(
        "sala_watchers_refused_total", "counter",
        "Open pages that it refused since it began, and that ask instead",
        tuple(({"why": why}, float(count)) for why, count in sorted(STREAMS.refused.items())),
    )  # fmt: skip
    yield _one("sala_outbox_messages", "Messages that wait to be told to kiosks", Outgoing.objects.count())
    yield _one("sala_outbox_age_seconds", "How long the oldest of them waits", _age(_oldest(), now))
    waiting = KioskCommand.objects.filter(done=None, expires_at__gt=now).count()
    yield _one("sala_commands_waiting", "Commands that kiosks have not answered", waiting)
    yield _one("sala_payments_odd", "Payments that wait for a person", only_open(Confirmation.objects.all()).count())
    yield Metric("sala_queue", "gauge", "Work that waits, by queue", tuple(_queues(now)))
    states = Rollout.objects.filter(state__in=OPEN).order_by().values_list("state").annotate(Count("pk"))
    yield Metric(
        "sala_rollouts_open", "gauge", "Roll-outs that are not over", tuple(({"state": s}, float(n)) for s, n in states)
    )


def _oldest() -> datetime | None:
    found: datetime | None = Outgoing.objects.aggregate(first=Min("created_at"))["first"]
    return found


def _queues(now: datetime) -> Iterator[tuple[dict[str, str], float]]:
    counts = {
        "alerts": Message.objects.filter(letter=None, withdrawn_at=None, not_before__lte=now).count(),
        "letters": LetterPart.objects.filter(done_at=None).count(),
        "reminders": Reminder.objects.filter(state__in=("sending", "waiting")).count(),
        "register": Run.objects.filter(
            stage__in=(Stage.WAITING, Stage.CHECKING, Stage.APPLYING, Stage.UNDOING)
        ).count(),
        "registrations": Registration.objects.filter(state=RegistrationState.WAITING).count(),
        "webhooks": Delivery.objects.filter(state=State.WAITING, next_at__lte=now).count(),
    }
    for name, count in counts.items():
        yield {"queue": name}, float(count)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _one(name: str, words: str, value: float, kind: str = "gauge") -> Metric:
    return Metric(name, kind, words, (({}, float(value)),))


def _text(metric: Metric) -> str:
    lines = [f"# HELP {metric.name} {metric.words}", f"# TYPE {metric.name} {metric.kind}"]
    for labels, value in metric.values:
        said = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        lines.append(f"{metric.name}{{{said}}} {value:.10g}" if said else f"{metric.name} {value:.10g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


urlpatterns = [path("metrics", metrics, name="metrics")]
