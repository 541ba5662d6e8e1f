"""The preview of a roll-out as a page tells it, in words. The reckoning: ``fleet.rollouts.previewing``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fleet.devices.models import Kiosk
from fleet.protocol.updates import QuietHours
from fleet.rollouts.previewing import answers_of, coming, load_of
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
    return [
        {
            "no": each.no, "word": rollout_words.wave(each.wave), "size": len(each.kiosk_ids),
            "provinces": each.provinces, "first": each.kiosk_ids[:FIRST], "more": len(each.kiosk_ids) > FIRST,
            "why": rollout_words.why(each.wave.by.value),
        }
        for each in coming(draft, shown)
    ]  # fmt: skip


def answers(draft: Draft, shown: Preview, find: str) -> tuple[list[Answer], int]:
    """Kiosks whose id has ``find`` in it, the first ``SHOWN_MAX`` of them, and how many there are in all."""
    found, count = answers_of(draft, shown, find, SHOWN_MAX)
    told = [
        Answer(each.kiosk, each.place.wave_no, rollout_words.why(each.place.why), each.runs or "–", _hours(each.quiet))
        for each in found
    ]
    return told, count


def _hours(quiet: QuietHours | None) -> str:
    return f"{quiet.begins}–{quiet.ends}" if quiet is not None else _("ทุกเวลา")


def load(draft: Draft, shown: Preview) -> str:
    """What it costs the line, in a sentence."""
    assert draft.firmware is not None  # noqa: S101 - the page's drafts are of firmware
    costs = load_of(draft, shown)
    words = {
        "gb": f"{costs.bytes_max / 1_000_000_000:,.1f}",
        "mb": f"{draft.firmware.size_bytes / 1_000_000:,.0f}",
        "n": f"{costs.at_once:,}",
    }
    said = _("ดาวน์โหลดไม่เกิน %(gb)s GB (ตู้ละ %(mb)s MB) พร้อมกันไม่เกิน %(n)s เครื่อง") % words
    if not draft.plan.limits.bytes_per_s_max:
        return said
    time = rollout_words.duration(max(60, costs.least_s))
    return said + " " + _("ใช้เวลาดาวน์โหลดรวมได้ถึง %(time)s") % {"time": time}
