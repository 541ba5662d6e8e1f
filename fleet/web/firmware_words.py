"""A kiosk's firmware in the words its page and its history use. One place, no rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from fleet.devices.firmware import FirmwareGap, firmware_gap, wanted_of
from fleet.devices.happened import OF_UPDATE
from fleet.devices.truth import Condition, KioskTruth
from fleet.protocol.records import FirmwareStep
from fleet.protocol.updates import FirmwareReported, UpdateReason
from fleet.rollouts.asking import rollout_of
from fleet.web import rollout_words


@dataclass(frozen=True, slots=True)
class FirmwareLine:
    """What should run and what does. ``condition`` is empty while the kiosk is at it. ``rollout``: its number, or 0."""

    runs: str
    wanted: str = ""
    says: str = ""
    detail: str = ""
    condition: str = ""
    next_try_at: datetime | None = None
    rollout: int = 0


def firmware_line(truth: KioskTruth) -> FirmwareLine | None:
    """The line of the kiosk's page; None for a kiosk that cannot be updated."""
    said = truth.firmware
    if said is None:
        return None
    wanted = wanted_of(truth.kiosk)
    if wanted is None:
        return FirmwareLine(said.running_version or "?")
    line = FirmwareLine(said.running_version or "?", wanted.version, rollout=rollout_of(wanted.rollout_id) or 0)
    return _saying(line, said, firmware_gap(truth))


def _saying(line: FirmwareLine, said: FirmwareReported, gap: FirmwareGap | None) -> FirmwareLine:
    match gap:
        case FirmwareGap.NONE:
            return replace(line, says=_("ตรงกัน"), condition=Condition.OK)
        case FirmwareGap.CANCELLED:
            return replace(line, says=rollout_words.reason(UpdateReason.CANCELLED))
        case FirmwareGap.OFFLINE:
            return replace(line, says=_("รอตู้กลับมาออนไลน์"), condition=Condition.OFFLINE)
        case FirmwareGap.UNDER_WAY:
            return replace(line, says=_("ตู้กำลังรับ"))
    says = _joined(rollout_words.step(said.state), rollout_words.reason(said.reason))
    condition = OF_UPDATE.get(said.state, "")
    return replace(line, says=says, detail=said.detail, condition=condition, next_try_at=said.next_try_at)


def step_title(step: FirmwareStep) -> str:
    """Of a line of a kiosk's history."""
    return _("เฟิร์มแวร์ %(version)s") % {"version": step.version or "–"}


def step_sentence(step: FirmwareStep) -> str:
    """What the kiosk was at then, and what it waits for."""
    from fleet.web.templatetags.sala import clock  # which itself wants these words: one of the two comes later

    next_try = f"{_('ลองต่อไป')} {clock(step.next_try_at)}" if step.next_try_at else ""
    return _joined(rollout_words.step(step.state), rollout_words.reason(step.reason), next_try)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
