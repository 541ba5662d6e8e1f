"""Sample manuals, cases and permits: everything says ตัวอย่าง, and no fee or number of days is anybody's real one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from fleet.office.cases.models import Case, CaseStep, Manual, Permit
from fleet.office.cases.opening import Filing, open_case
from fleet.office.cases.working import Holder
from fleet.office.holidays.keeping import calendar_of
from fleet.office.models import Factory, Office
from fleet.protocol.thai import BANGKOK, be_year

_STEPS = (
    {"label_th": "รับคำขอ", "label_en": "Received", "days": 0},
    {"label_th": "ตรวจเอกสาร", "label_en": "Papers checked", "days": 5},
    {"label_th": "ตรวจสถานที่", "label_en": "Site visit", "days": 15},
    {"label_th": "แจ้งผล", "label_en": "Decision", "days": 10},
)
_PAPERS = (
    {"label_th": "แบบคำขอ (ตัวอย่าง)", "label_en": "Application form (sample)"},
    {"label_th": "แผนผังโรงงาน", "label_en": "Plan of the factory"},
    {"label_th": "หนังสือมอบอำนาจ ถ้ามี", "label_en": "Power of attorney, if any"},
)

MANUALS = (
    ("expand-2", "ขอขยายโรงงาน", "Factory expansion", 30, "ตัวอย่าง", "sample"),
    ("renew-1", "ขอต่อใบอนุญาต", "Licence renewal", 20, "ตัวอย่าง", "sample"),
    ("start-3", "แจ้งเริ่มประกอบกิจการ", "Notice of starting work", 1, "ไม่มี (ตัวอย่าง)", "none (sample)"),
    ("transfer-1", "ขอโอนใบอนุญาต", "Transfer of a licence", 15, "ตัวอย่าง", "sample"),
    ("start-2", "แจ้งเริ่มประกอบกิจการ ฉบับเดิม", "Notice of starting work, former", 3, "ตัวอย่าง", "sample"),
)
_FORMER = "start-2"

CASES = (
    (0, "expand-2", 12, 2),
    (0, "renew-1", 60, 1),
    (1, "renew-1", 18, 3),
    (2, "transfer-1", 30, 4),
    (3, "start-3", 0, 0),
)
"""Factory, manual, working days ago, steps done: under way, late, near its deadline, closed, new."""

_GROUP = Holder("กลุ่มโรงงาน (ตัวอย่าง)", "Factory group (sample)", "0 0000 0000")


def make_manuals(today: date) -> None:
    """The sample manuals; made twice, they are there once."""
    for manual_id, name_th, name_en, days, fee_th, fee_en in MANUALS:
        former = manual_id == _FORMER
        facts: dict[str, Any] = {
            "name_th": name_th,
            "name_en": name_en,
            "version": f"{manual_id[-1]}/{be_year(today)}",
            "days": days,
            "fee_th": fee_th,
            "fee_en": fee_en,
            "law_th": "พ.ร.บ. โรงงาน พ.ศ. 2535 (ตัวอย่าง)",
            "law_en": "Factory Act B.E. 2535 (sample)",
            "steps": list(_STEPS),
            "documents": list(_PAPERS),
            "valid_from": today - timedelta(days=900 if former else 300),
            "valid_to": today - timedelta(days=120) if former else None,
        }
        Manual.objects.get_or_create(manual_id=manual_id, defaults=facts)


def make_cases(office: Office, factories: Sequence[Factory], today: date) -> None:
    """Cases in each state and permits of an office; made twice, they are there once."""
    make_manuals(today)
    for number, (index, manual_id, ago, done) in enumerate(CASES, 1):
        case_no = f"{office.pk}-{be_year(today) % 100}-{number:05d}"
        if Case.objects.filter(pk=case_no).exists():
            continue
        entered = datetime.combine(today - timedelta(days=ago * 7 // 5), time(9, 30), BANGKOK)
        filing = Filing(
            office=office,
            factory=factories[index],
            manual=Manual.objects.get(pk=manual_id),
            entered_at=entered,
            holder=_GROUP,
        )
        case = open_case(case_no, filing)
        for step in CaseStep.objects.filter(case=case, position__lt=done):
            step.done_on = min(today, step.expected_on or today)
            step.save(update_fields=["done_on"])
        if done == len(_STEPS):
            case.closed_on = calendar_of(office.province_id).after(case.received_on, 14)
            case.save(update_fields=["closed_on"])
    for index, (name_th, name_en, days) in enumerate(
        (
            ("ใบอนุญาตวัตถุอันตราย (ตัวอย่าง)", "Substance permit (sample)", 30),
            ("ใบรับรองหม้อน้ำ (ตัวอย่าง)", "Boiler certificate (sample)", 200),
            ("ใบอนุญาตทิ้งกาก (ตัวอย่าง)", "Waste permit (sample)", -10),
        )
    ):
        Permit.objects.get_or_create(
            permit_no=f"{office.pk}-P-{index + 1:03d}",
            defaults={
                "factory": factories[index],
                "name_th": name_th,
                "name_en": name_en,
                "expires_on": today + timedelta(days=days),
            },
        )
