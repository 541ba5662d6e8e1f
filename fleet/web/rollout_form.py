"""What somebody types about a new roll-out of firmware, and what is wrong with it; the rules are elsewhere."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from fleet.rollouts.models import Firmware
from fleet.rollouts.plan import Care, Gate, Limits, Plan, PlanError, parse_hours, parse_waves
from fleet.rollouts.starting import Draft

CAREFUL = "1; 10; 1%; 10%; all"

NUMBERS = {
    "success_percent": (50, 100), "soak_min": (0, 14 * 24 * 60), "at_once": (1, 5000), "mb_per_s": (0, 10_000),
    "harm_max": (1, 100), "fail_percent": (0, 50),
}  # fmt: skip
"""The least and the most of each number of the form."""


@dataclass(slots=True)
class RolloutForm:
    """What was typed, what is wrong with it by field, and the draft when nothing is."""

    firmware: str = ""
    province: str = ""
    waves: str = CAREFUL
    quiet: str = "18:00-06:00"
    reason: str = ""
    numbers: dict[str, str] = field(
        default_factory=lambda: {
            "success_percent": "95", "soak_min": "720", "at_once": "200", "mb_per_s": "20", "harm_max": "10",
            "fail_percent": "5",
        }
    )  # fmt: skip
    wrong: dict[str, str] = field(default_factory=dict)
    draft: Draft | None = None


def read_form(post: QueryDict, provinces: Set[int] | None) -> RolloutForm:
    """The form that was sent. ``provinces``: those the account may begin one in; None is the nation too."""
    form = RolloutForm(
        firmware=_typed(post, "firmware"),
        province=_typed(post, "province"),
        waves=_typed(post, "waves"),
        quiet=_typed(post, "quiet"),
        reason=_typed(post, "reason"),
        numbers={name: _typed(post, name)[:6] for name in NUMBERS},
    )
    firmware = Firmware.objects.filter(pk=int(form.firmware)).first() if form.firmware.isdecimal() else None
    if firmware is None:
        form.wrong["firmware"] = _("เลือกรุ่นที่จะปล่อย")
    province = int(form.province) if form.province.isdecimal() else None
    if provinces is not None and province not in provinces:
        form.wrong["province"] = _("เลือกจังหวัดที่ดูแล")
    plan = _plan(form)
    if "begin" in post and not form.reason:
        form.wrong["reason"] = _("บอกเหตุผลสั้น ๆ ก่อน คนถัดไปจะได้รู้")
    if plan is not None and firmware is not None and not form.wrong.keys() - {"reason"}:
        form.draft = Draft(plan, form.reason, firmware, province=province)
    return form


def _typed(post: QueryDict, name: str) -> str:
    return post.get(name, "").strip()[:300]


def _plan(form: RolloutForm) -> Plan | None:
    values: dict[str, int] = {}
    for name, (least, most) in NUMBERS.items():
        text = form.numbers[name]
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            values[name] = int(text)
        else:
            form.wrong[name] = _("ใส่ %(least)s ถึง %(most)s") % {"least": f"{least:,}", "most": f"{most:,}"}
    try:
        waves = parse_waves(form.waves)
    except PlanError:
        form.wrong["waves"] = _("เขียนแต่ละระลอกแบบนี้: 1; 10; 5%; province:20,21; tag:pilot; all")
        waves = ()
    try:
        quiet = parse_hours(form.quiet)
    except PlanError:
        form.wrong["quiet"] = _("เขียนแบบ 18:00-06:00 หรือเว้นว่าง")
        quiet = None
    if form.wrong.keys() & {*NUMBERS, "waves", "quiet"}:
        return None
    return Plan(
        waves=waves,
        gate=Gate(success_percent=values["success_percent"], soak_s=60 * values["soak_min"]),
        limits=Limits(
            at_once=values["at_once"],
            bytes_per_s_max=values["mb_per_s"] * 1_000_000,
            harm_max=values["harm_max"],
            fail_percent=values["fail_percent"],
        ),
        care=Care(quiet_hours=quiet),
    )
