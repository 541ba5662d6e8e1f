"""Sample rules, letter words and notices' years. Every rate is made up and says ตัวอย่าง; the waivers are the three
real ones. Days off stand in the calendar (``sample_holidays``).

Nobody signs the sample rule, so whatever is made from it is a sample.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from fleet.office.fees.models import FeeRule, NoticeRevision, PolicyRevision, YearlyFee
from fleet.office.fees.policies import decide
from fleet.office.fees.rulebook import draft
from fleet.office.models import Notice, Office

RULE: dict[str, Any] = {
    "title": {"th": "อัตราตัวอย่าง ไม่ใช่อัตราจริง", "en": "Sample rates, not real ones"},
    "source": "ตัวอย่าง แทนด้วยอัตราที่กระทรวงรับรอง",
    "sample": True,
    "in_force_from": "2017-01-01",
    "in_force_to": None,
    "kinds": [2, 3],
    "bands": [
        {"from_hp": "0", "fee_satang": 150_000},
        {"from_hp": "50", "fee_satang": 300_000},
        {"from_hp": "200", "fee_satang": 450_000},
    ],
    "surcharge": {
        "percent_hundredths": 500,
        "part_months": "begun",
        "counts_from": "rolled",
        "cap_months": 24,
        "round_to_satang": 100,
        "rounding": "down",
        "waived_months": "skip",
    },
    "waivers": [
        {
            "due_from": "2020-06-10",
            "due_to": "2023-06-09",
            "title": {
                "th": "ยกเว้นค่าธรรมเนียมรายปี 10 มิ.ย. 2563 ถึง 9 มิ.ย. 2566",
                "en": "Yearly fee waived, 10 June 2020 to 9 June 2023",
            },
            "source": "กฎกระทรวงยกเว้นค่าธรรมเนียมรายปี 3 ฉบับ",
        }
    ],
    "holidays": [],
    "weekend": [5, 6],
    "leap_day": "28-02",
}
"""Percent and its 5 are the law's (BOI's answers); how part-months, caps and waivers go together is made up."""

OFFICES = ("CBI", "KKN", "AYA")

NATION: dict[str, Any] = {
    "letter": {
        "number_prefix": "อก 0000/ตัวอย่าง/",
        "address": "ที่อยู่สำนักงานตัวอย่าง 00000",
        "signer_name": "นายตัวอย่าง ใจดี",
        "signer_title": "อุตสาหกรรมจังหวัด (ตัวอย่าง)",
        "contact": "กลุ่มโรงงานอุตสาหกรรม โทร. 0 0000 0000",
    },
    "reminders": {
        "on": False,
        "days": [-30, -7, 7, 30],
        "channels": ["mail", "line", "letter"],
        "most": 3,
    },
}


def make_sample_fees() -> None:
    """Make it all; made twice, it is there once. Offices and notices must be there."""
    if not FeeRule.objects.exists():
        draft(RULE, None, "ข้อมูลตัวอย่าง")
    if not PolicyRevision.objects.exists():
        decide(None, NATION, None, "ข้อมูลตัวอย่าง")
        for office in Office.objects.filter(pk__in=OFFICES):
            province = office.name_th.removeprefix("สำนักงานอุตสาหกรรม")
            words = {"address": f"ศาลากลาง{province}", "signer_title": f"อุตสาหกรรม{province}"}
            decide(office, {"letter": words}, None, "ข้อมูลตัวอย่าง")
    rule = FeeRule.objects.order_by("version")[0]
    unclaimed = Notice.objects.filter(sample=True, yearly_fee__isnull=True, factory__office__in=OFFICES)
    for notice in unclaimed.select_related("factory"):
        _adopt(notice, rule)


def _adopt(notice: Notice, rule: FeeRule) -> None:
    """Say of a sample notice for which year it is, so that no second one is made. Its amount stays as it was drawn."""
    _, fresh = YearlyFee.objects.get_or_create(
        factory=notice.factory,
        fee_year=notice.due_on.year,
        defaults={"notice": notice, "rule": rule, "due_on": notice.due_on, "holds_until": None},
    )
    if not fresh:
        return
    NoticeRevision.objects.get_or_create(
        notice=notice,
        revision=1,
        defaults={
            "amount_satang": notice.amount_satang,
            "lines": [{**line, "why_th": "", "why_en": ""} for line in notice.lines],
            "as_of": notice.due_on,
            "rule": rule,
            "why": "made",
            "made_at": timezone.now(),
        },
    )
