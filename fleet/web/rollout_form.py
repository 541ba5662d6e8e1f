"""What somebody types about a new roll-out of firmware, and what is wrong with it; the rules are elsewhere."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from fleet.acting.numbers import whole
from fleet.protocol.updates import THAI_TIME, Budget, Deadlines, QuietHours
from fleet.rollouts.models import Firmware
from fleet.rollouts.plan import (
    Care,
    Gate,
    Limits,
    Plan,
    PlanError,
    Wave,
    is_provable,
    parse_hours,
    parse_hours_by_province,
    parse_waves,
)
from fleet.rollouts.starting import Draft, unknown_provinces

CAREFUL = "1; 10; 1%; 10%; all"
TEXT_MAX = 2000


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the form: the least, the most, and what stands there at first."""

    least: int
    most: int
    usual: int


NUMBERS = {
    "success_percent": Number(50, 100, 95),
    "soak_min": Number(0, 14 * 24 * 60, 720),
    "at_once": Number(1, 5000, 200),
    "mb_per_s": Number(0, 10_000, 20),
    "harm_max": Number(1, 100, 10),
    "fail_percent": Number(0, 50, 5),
    "tried_min": Number(1, 1000, 10),
    "answer_min": Number(1, 24 * 60, 15),
    "fetching_min": Number(5, 2 * 24 * 60, 360),
    "installing_min": Number(1, 240, 30),
    "rebooting_min": Number(1, 240, 15),
    "proving_min": Number(2, 24 * 60, 30),
    "hold_min": Number(0, 12 * 60, 5),
    "tries_max": Number(1, 10, 3),
}


@dataclass(slots=True)
class RolloutForm:
    """What was typed, what is wrong with it by field, and the draft when nothing is."""

    firmware: str = ""
    province: str = ""
    waves: str = CAREFUL
    quiet: str = "18:00-06:00"
    quiet_by: str = ""
    not_before: str = ""
    reason: str = ""
    find: str = ""
    numbers: dict[str, str] = field(default_factory=lambda: {name: str(each.usual) for name, each in NUMBERS.items()})
    wrong: dict[str, str] = field(default_factory=dict)
    draft: Draft | None = None

    @property
    def care_is_wrong(self) -> bool:
        """Whether something is wrong in the part that is folded away."""
        return bool(self.wrong.keys() & {*NUMBERS, "quiet_by", "not_before"})


def read_form(post: QueryDict, provinces: Set[int] | None) -> RolloutForm:
    """The form that was sent. ``provinces``: those the account may begin one in; None is the nation too."""
    form = RolloutForm(numbers={name: post.get(name, str(each.usual)).strip()[:6] for name, each in NUMBERS.items()})
    for name in _WORDS:
        setattr(form, name, _typed(post, name))
    firmware = Firmware.objects.filter(pk=whole(form.firmware) or 0).first()
    if firmware is None:
        form.wrong["firmware"] = _("เลือกรุ่นที่จะปล่อย")
    province = whole(form.province)
    if provinces is not None and province not in provinces:
        form.wrong["province"] = _("เลือกจังหวัดที่ดูแล")
    plan = _plan(form)
    if "begin" in post and not form.reason:
        form.wrong["reason"] = _("บอกเหตุผลสั้น ๆ ก่อน คนถัดไปจะได้รู้")
    if plan is not None and firmware is not None and not form.wrong.keys() - {"reason"}:
        form.draft = Draft(plan, form.reason, firmware, province=province)
    return form


_WORDS = ("firmware", "province", "waves", "quiet", "quiet_by", "not_before", "reason", "find")


def _typed(post: QueryDict, name: str) -> str:
    return post.get(name, "").strip()[:TEXT_MAX]


def _plan(form: RolloutForm) -> Plan | None:
    values = _values(form)
    waves, quiet, quiet_by = _waves(form), _quiet(form), _quiet_by(form)
    not_before = _not_before(form)
    if form.wrong.keys() - {"firmware", "province"}:
        return None
    minutes = {name: 60 * values[f"{name}_min"] for name in ("fetching", "installing", "rebooting", "proving")}
    return Plan(
        waves=waves,
        gate=Gate(success_percent=values["success_percent"], soak_s=60 * values["soak_min"]),
        limits=Limits(
            at_once=values["at_once"],
            bytes_per_s_max=values["mb_per_s"] * 1_000_000,
            harm_max=values["harm_max"],
            tried_min=values["tried_min"],
            fail_percent=values["fail_percent"],
            answer_s=60 * values["answer_min"],
        ),
        care=Care(
            not_before=not_before,
            quiet_hours=quiet,
            by_province=quiet_by,
            deadlines=Deadlines(**{f"{name}_s": seconds for name, seconds in minutes.items()}),
            soak_s=60 * values["hold_min"],
            budget=Budget(tries_max=values["tries_max"]),
        ),
    )


def _values(form: RolloutForm) -> dict[str, int]:
    values: dict[str, int] = {}
    for name, allowed in NUMBERS.items():
        text = form.numbers[name]
        if text.isascii() and text.isdigit() and allowed.least <= int(text) <= allowed.most:
            values[name] = int(text)
        else:
            form.wrong[name] = _("ใส่ %(least)s ถึง %(most)s") % {
                "least": f"{allowed.least:,}",
                "most": f"{allowed.most:,}",
            }
    if {"hold_min", "proving_min"} <= values.keys() and not is_provable(values["hold_min"], values["proving_min"]):
        form.wrong["hold_min"] = _("ต้องสั้นกว่าเวลาพิสูจน์")
    return values


def _waves(form: RolloutForm) -> tuple[Wave, ...]:
    try:
        return parse_waves(form.waves)
    except PlanError:
        form.wrong["waves"] = _("เขียนแต่ละระลอกแบบนี้: 1; 10; 5%; province:20,21; tag:pilot; all")
        return ()


def _quiet(form: RolloutForm) -> QuietHours | None:
    try:
        return parse_hours(form.quiet)
    except PlanError:
        form.wrong["quiet"] = _("เขียนแบบ 18:00-06:00 หรือเว้นว่าง")
        return None


def _quiet_by(form: RolloutForm) -> dict[str, QuietHours]:
    try:
        found = parse_hours_by_province(form.quiet_by)
    except PlanError:
        form.wrong["quiet_by"] = _("เขียนบรรทัดละกลุ่ม: 20,21 20:00-05:00 รหัสจังหวัดละครั้งเดียว")
        return {}
    if unknown := unknown_provinces(found):
        form.wrong["quiet_by"] = _("ไม่มีจังหวัดรหัส %(code)s") % {"code": unknown[0]}
    return found


def _not_before(form: RolloutForm) -> datetime | None:
    """A moment in Thai time, as a browser's field for one writes it."""
    if not form.not_before:
        return None
    try:
        return datetime.strptime(form.not_before, "%Y-%m-%dT%H:%M").replace(tzinfo=THAI_TIME).astimezone(UTC)
    except ValueError:
        form.wrong["not_before"] = _("เลือกวันและเวลา หรือเว้นว่าง")
        return None
