"""The kiosks as a list, and one kiosk as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fleet.devices import standing
from fleet.devices.models import KioskCommand, Record
from fleet.devices.truth import Condition, DeviceTruth, truths_of
from fleet.people.scope import scope_of
from fleet.web import command_words, words
from fleet.web.access import kiosk_seen, kiosks_seen, signed_in
from fleet.web.firmware_words import firmware_line
from fleet.web.live import answer
from fleet.web.machine_words import machine_lines
from fleet.web.stories import story, uptime

A_PAGE = 50
STORIES_SHOWN = 30
COMMANDS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device as the page writes it."""

    truth: DeviceTruth
    icon: str
    name: str
    says: str


@require_safe
@signed_in
def kiosks(request: HttpRequest) -> HttpResponse:
    """The kiosks of this account, the worst first; ``q``, ``state`` and ``province`` narrow them down."""
    scope = scope_of(request.user)
    rows = kiosks_seen(scope)
    asked = request.GET.get("q", "").strip()[:60]
    if asked:
        rows = rows.filter(
            Q(kiosk_id__icontains=asked)
            | Q(name_th__icontains=asked)
            | Q(name_en__icontains=asked)
            | Q(office__name_th__icontains=asked)
            | Q(office__name_en__icontains=asked)
        )
    province = request.GET.get("province", "")
    if province.isascii() and province.isdigit():
        rows = rows.filter(office__province_id=int(province[:4]))
    now = timezone.now()
    rows = standing.ranked(rows, now)
    counts = sum(standing.counted(rows).values(), Counter[Condition]())
    state = request.GET.get("state", "")
    state = state if state in set(Condition) else ""
    shown = rows.filter(rank=standing.of_condition(Condition(state))) if state else rows
    places = range(counts[Condition(state)] if state else counts.total())
    page = Paginator(places, A_PAGE).get_page(request.GET.get("page"))
    seen = standing.worst_first(shown, max(0, page.start_index() - 1), page.end_index())
    context = {
        "asked": asked,
        "asked_kiosk": asked,
        "may_install": bool(scope_of(request.user).installs),
        "state": state,
        "province": province,
        "counts": [(each, counts[each]) for each in Condition if counts[each]],
        "total": counts.total(),
        "lines": [(each, words.trouble(each)) for each in truths_of(seen, now)],
        "page": page,
    }
    return answer(request, "kiosks", context)


@require_safe
@signed_in
def kiosk(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """One kiosk: devices, desired and reported, the link, and what happened."""
    row = kiosk_seen(request, kiosk_id)
    (truth,) = truths_of([row], timezone.now())
    records = Record.objects.filter(kiosk=row)[:STORIES_SHOWN]
    asked = KioskCommand.objects.filter(kiosk=row).select_related("asked_by").defer("attachment")
    context = {
        "kiosk": row,
        "truth": truth,
        "why": words.trouble(truth),
        "deed": words.deed(truth),
        "paper": words.paper(truth.paper),
        "paper_outlook": words.paper_outlook(truth),
        "devices": [
            DeviceLine(each, words.DEVICE_ICONS[each.device], words.device(each.device), words.device_state(each.state))
            for each in truth.devices
        ],
        "firmware": firmware_line(truth),
        "stories": [story(each) for each in records],
        "uptime": uptime(truth.health.uptime_s),
        "machine": machine_lines(truth.health),
        "orders": command_words.orders(),
        "more_orders": command_words.more_orders(),
        "commands": command_words.lines(list(asked[:COMMANDS_SHOWN]), timezone.now()),
        "shot": asked.filter(media_type="image/png").first(),
        "may_change": scope_of(request.user).may_change(row.office.province_id),
        "may_tend": scope_of(request.user).may_tend(row.office.province_id),
    }
    return answer(request, "kiosk", context)
