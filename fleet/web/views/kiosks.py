"""The kiosks as a list, and one kiosk as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fleet.acting.finding import kiosks_called
from fleet.devices import standing
from fleet.devices.hearing import hears
from fleet.devices.models import Kiosk, KioskCommand, Record
from fleet.devices.truth import Condition, DeviceTruth, KioskTruth, truth_of, truths_of
from fleet.figures.paper import BACK_DAYS, paper_of
from fleet.people.scope import scope_of
from fleet.web import command_words, words
from fleet.web.access import kiosk_seen, kiosks_seen, signed_in
from fleet.web.charts import ROOM
from fleet.web.firmware_words import firmware_line
from fleet.web.live import answer
from fleet.web.machine_words import machine_lines
from fleet.web.paper_drawing import paper
from fleet.web.stories import story, uptime
from fleet.web.table_files import table_file
from fleet.web.templatetags.sala import local

A_PAGE = 50
STORIES_SHOWN = 30
COMMANDS_SHOWN = 6

COLUMNS = (
    *("kiosk", "name", "office", "office_name", "province", "condition", "says", "settings_wanted", "settings_has"),
    *("version", "waiting_records", "paper", "slips_left", "paper_out_at", "heard_at"),
)


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device as the page writes it."""

    truth: DeviceTruth
    icon: str
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list's address asks for."""

    text: str
    state: str
    province: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Whatever is none of the choices asks for nothing."""
        state, province = request.GET.get("state", ""), request.GET.get("province", "")
        return cls(
            text=request.GET.get("q", "").strip()[:60],
            state=state if state in set(Condition) else "",
            province=province[:4] if province.isascii() and province.isdigit() else "",
        )

    def narrow(self, rows: QuerySet[Kiosk]) -> QuerySet[Kiosk]:
        """All but the state, of which the page counts each."""
        rows = kiosks_called(rows, self.text)
        return rows.filter(office__province_id=int(self.province)) if self.province else rows

    def in_state(self, rows: standing.Ranked) -> standing.Ranked:
        """Those in the state."""
        return standing.only(rows, Condition(self.state)) if self.state else rows


@require_safe
@signed_in
def kiosks(request: HttpRequest) -> HttpResponse:
    """The kiosks of this account, the worst first; ``q``, ``state`` and ``province`` narrow them down."""
    scope, asked, now = scope_of(request.user), Asked.of(request), timezone.now()
    rows = standing.ranked(asked.narrow(kiosks_seen(scope)), now)
    counts = sum(standing.counted(rows).values(), Counter[Condition]())
    places = range(counts[Condition(asked.state)] if asked.state else counts.total())
    page = Paginator(places, A_PAGE).get_page(request.GET.get("page"))
    seen = standing.worst_first(asked.in_state(rows), max(0, page.start_index() - 1), page.end_index())
    context = {
        "asked": asked.text,
        "may_install": bool(scope.installs),
        "state": asked.state,
        "province": asked.province,
        "counts": [(each, counts[each]) for each in Condition if counts[each]],
        "total": counts.total(),
        "lines": [(each, words.trouble(each)) for each in truths_of(seen, now)],
        "page": page,
    }
    return answer(request, "kiosks", context)


@require_safe
@signed_in
def kiosks_csv(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, all its pages, for a spreadsheet."""
    asked, now = Asked.of(request), timezone.now()
    rows = asked.in_state(standing.ranked(asked.narrow(kiosks_seen(scope_of(request.user))), now))
    is_heard = hears(now)
    truths = (truth_of(each, now, is_heard=is_heard) for each in standing.all_worst_first(rows))
    return table_file("kiosks", COLUMNS, map(_row, truths))


def _row(truth: KioskTruth) -> tuple[object, ...]:
    office = truth.kiosk.office
    return (
        *(truth.kiosk.pk, local(truth.kiosk), office.pk, local(office), local(office.province), truth.condition),
        *(words.trouble(truth), truth.desired_revision, truth.reported_revision, truth.version, truth.spool_depth),
        *(truth.paper, truth.paper_slips_left, truth.paper_out_at, truth.heard_at),
    )


@require_safe
@signed_in
def kiosk(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """One kiosk: devices, desired and reported, the link, and what happened."""
    row = kiosk_seen(request, kiosk_id)
    (truth,) = truths_of([row], timezone.now())
    today = timezone.localdate()
    records = Record.objects.filter(kiosk=row)[:STORIES_SHOWN]
    asked = KioskCommand.objects.filter(kiosk=row).select_related("asked_by").defer("attachment")
    context = {
        "kiosk": row,
        "truth": truth,
        "why": words.trouble(truth),
        "deed": words.deed(truth),
        "paper": words.paper(truth.paper),
        "paper_outlook": words.paper_outlook(truth),
        "paper_days": paper(truth, paper_of(row.pk, today - timedelta(days=BACK_DAYS), today), today),
        "room": ROOM,
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
