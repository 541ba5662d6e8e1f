"""The kiosks as a list, and one kiosk as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from fleet.acting.kiosks import Sought, kiosks_sought, place_of
from fleet.devices import standing
from fleet.devices.commanding import is_looked_for
from fleet.devices.hearing import hears
from fleet.devices.models import KioskCommand, Record
from fleet.devices.truth import Condition, DeviceTruth, KioskTruth, truth_of, truths_of
from fleet.figures.paper import BACK_DAYS, paper_of
from fleet.people.scope import scope_of
from fleet.web import command_words, words
from fleet.web.access import kiosk_seen, signed_in
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

NEEDS = "needs"
"""The state of all kiosks that somebody should look at."""

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
    more: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list's address asks for. ``state``: a condition, or ``NEEDS``."""

    text: str
    state: str
    province: str
    office: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Whatever is none of the choices asks for nothing."""
        state, province = request.GET.get("state", ""), request.GET.get("province", "")
        return cls(
            text=request.GET.get("q", "").strip()[:60],
            state=state if state in {NEEDS, *Condition} else "",
            province=province[:4] if province.isascii() and province.isdigit() else "",
            office=request.GET.get("office", "")[:5],
        )

    @property
    def sought(self) -> Sought:
        """All but the state, of which the page counts each."""
        dopa_code = int(self.province) if self.province else None
        return Sought(text=self.text, dopa_code=dopa_code, office_id=self.office)

    @property
    def where(self) -> str:
        """The same as the part of an address, with nothing that asks for nothing."""
        said = {"q": self.text, "province": self.province, "office": self.office}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def query(self) -> str:
        """All of it, so."""
        return "&".join(filter(None, (self.where, f"state={self.state}" if self.state else "")))

    def in_state(self, rows: standing.Ranked) -> standing.Ranked:
        """Those in the state."""
        if self.state == NEEDS:
            return standing.needing(rows)
        return standing.only(rows, Condition(self.state)) if self.state else rows

    def count(self, counts: Counter[Condition]) -> int:
        """How many those are, of kiosks that were counted."""
        if self.state == NEEDS:
            return standing.needing_of(counts)
        return counts[Condition(self.state)] if self.state else counts.total()


@require_safe
@signed_in
def kiosks(request: HttpRequest) -> HttpResponse:
    """The kiosks of this account, the worst first; ``q``, ``state``, ``province`` and ``office`` narrow them down."""
    scope, asked, now = scope_of(request.user), Asked.of(request), timezone.now()
    place = place_of(scope, asked.sought)
    if place.province:
        asked = replace(asked, province=str(place.province.pk))
    rows = standing.ranked(kiosks_sought(scope, asked.sought), now)
    counts = sum(standing.counted(rows).values(), Counter[Condition]())
    page = Paginator(range(asked.count(counts)), A_PAGE).get_page(request.GET.get("page"))
    seen = standing.worst_first(asked.in_state(rows), max(0, page.start_index() - 1), page.end_index())
    context = {
        "asked": asked,
        "place": place,
        "sees_nation": scope.sees.nation,
        "may_install": bool(scope.installs),
        "counts": [(each, counts[each]) for each in Condition if counts[each]],
        "needs": standing.needing_of(counts),
        "total": counts.total(),
        "offices": [(each, replace(asked, office=each.pk)) for each in place.offices] if len(place.offices) > 1 else [],
        "all_offices": replace(asked, office=""),
        "lines": [(each, words.trouble(each)) for each in truths_of(seen, now)],
        "page": page,
    }
    return answer(request, "kiosks", context)


@require_safe
@signed_in
def kiosks_csv(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, all its pages, for a spreadsheet."""
    asked, now = Asked.of(request), timezone.now()
    rows = asked.in_state(standing.ranked(kiosks_sought(scope_of(request.user), asked.sought), now))
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
    now, today = timezone.now(), timezone.localdate()
    (truth,) = truths_of([row], now)
    records = Record.objects.filter(kiosk=row)[:STORIES_SHOWN]
    asked = KioskCommand.objects.filter(kiosk=row).select_related("asked_by").defer("attachment")
    commands = command_words.lines(list(asked[:COMMANDS_SHOWN]), now)
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
            DeviceLine(
                each, words.DEVICE_ICONS[each.device], words.device(each.device), words.says(each), words.more(each)
            )
            for each in truth.devices
        ],
        "firmware": firmware_line(truth),
        "stories": [story(each) for each in records],
        "uptime": uptime(truth.health.uptime_s),
        "machine": machine_lines(truth.health),
        "orders": command_words.orders(),
        "more_orders": command_words.more_orders(),
        "commands": commands,
        "answer": next((each for each in commands[:1] if is_looked_for(each.command, now)), None),
        "shot": asked.filter(media_type="image/png").first(),
        "may_change": scope_of(request.user).may_change(row.office.province_id),
        "may_tend": scope_of(request.user).may_tend(row.office.province_id),
    }
    return answer(request, "kiosk", context)
