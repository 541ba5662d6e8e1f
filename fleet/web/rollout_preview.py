"""The preview of a roll-out as a page tells it: who gets what and why, what it costs the line, and one kiosk's answer.

Not here: who gets it (``fleet.rollouts.planning``), and the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fleet.devices.models import Kiosk
from fleet.protocol.updates import QuietHours
from fleet.rollouts.plan import lanes
from fleet.rollouts.planning import Place
from fleet.rollouts.starting import Draft, Preview
from fleet.web import rollout_words

FIRST = 6
SHOWN_MAX = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """One kiosk: what runs, what it would get, when it may be installed there, and why it is where it is."""

    kiosk: Kiosk
    wave_no: int | None
    why: str
    runs: str
    hours: str


def waves(draft: Draft, shown: Preview) -> list[dict[str, Any]]:
    """Each wave: how many, in how many provinces, why these, and who comes first."""
    found = []
    for no, (wave, size) in enumerate(zip(draft.plan.waves, shown.waves, strict=True), 1):
        kiosk_ids = [place.kiosk_id for place in shown.places if place.wave_no == no]
        provinces = len({shown.provinces[each] for each in kiosk_ids})
        found.append(
            {
                "no": no, "word": rollout_words.wave(wave), "size": size, "provinces": provinces,
                "first": kiosk_ids[:FIRST], "more": size > FIRST, "why": rollout_words.why(wave.by.value),
            }
        )  # fmt: skip
    return found


def answers(draft: Draft, shown: Preview, find: str) -> tuple[list[Answer], int]:
    """Kiosks whose id has ``find`` in it, the first ``SHOWN_MAX`` of them, and how many there are in all."""
    wanted = find.upper()
    places = [place for place in shown.places if wanted in place.kiosk_id.upper()]
    places.sort(key=lambda place: (place.wave_no is None, place.wave_no or 0))
    some = places[:SHOWN_MAX]
    kiosks = {
        each.pk: each
        for each in Kiosk.objects.select_related("office__province", "state").filter(pk__in=[p.kiosk_id for p in some])
    }
    return [_answer(draft, place, kiosks[place.kiosk_id]) for place in some], len(places)


def _answer(draft: Draft, place: Place, kiosk: Kiosk) -> Answer:
    state = getattr(kiosk, "state", None)
    said = (state.reported or {}).get("firmware") or {} if state is not None else {}
    return Answer(
        kiosk=kiosk,
        wave_no=place.wave_no,
        why=rollout_words.why(place.why),
        runs=said.get("running_version", "") or "–",
        hours=_hours(draft.plan.care.quiet_in(kiosk.office.province_id)),
    )


def _hours(quiet: QuietHours | None) -> str:
    return f"{quiet.begins}–{quiet.ends}" if quiet is not None else _("ทุกเวลา")


def load(draft: Draft, shown: Preview) -> str:
    """What it costs the line, in a sentence."""
    assert draft.firmware is not None  # noqa: S101 - the page's drafts are of firmware
    size_mb = draft.firmware.size_bytes / 1_000_000
    limits = draft.plan.limits
    words = {
        "gb": f"{shown.total * size_mb / 1000:,.1f}",
        "mb": f"{size_mb:,.0f}",
        "n": f"{min(lanes(limits), shown.total):,}",
    }
    said = _("ดาวน์โหลดไม่เกิน %(gb)s GB (ตู้ละ %(mb)s MB) พร้อมกันไม่เกิน %(n)s เครื่อง") % words
    if not limits.bytes_per_s_max:
        return said
    least_s = shown.total * draft.firmware.size_bytes / limits.bytes_per_s_max
    return said + " " + _("ใช้เวลาดาวน์โหลดรวมได้ถึง %(time)s") % {"time": rollout_words.duration(max(60, round(least_s)))}
