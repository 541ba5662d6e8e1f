"""Samples of the services that read, for the gallery of screens and their tests. Nothing here is real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import msgspec

from drivers.printer.port import Paper
from fleet.protocol.office import Case, CaseStep, Factory, Manual, ManualPart, Permit
from kiosk.visits.desk import Desk
from kiosk.visits.events import CaseFacts, FactoryFacts, Owed
from kiosk.visits.reading_states import (
    CaseShown,
    ChoosingCase,
    ChoosingManual,
    FactoryShown,
    ManualShown,
    ReadingOn,
)
from kiosk.visits.states import State
from kiosk.visits.visitor import Slip, Visitor

STEPS = (
    CaseStep(label_th="รับคำขอ", label_en="Received", done_on=date(2026, 11, 3)),
    CaseStep(label_th="ตรวจเอกสาร", label_en="Papers checked", done_on=date(2026, 11, 10)),
    CaseStep(
        label_th="ตรวจสถานที่",
        label_en="Site visit",
        expected_on=date(2026, 12, 1),
        note_th="เจ้าหน้าที่จะโทรก่อนเข้าตรวจ",
        note_en="An officer will call before",
    ),
    CaseStep(label_th="แจ้งผล", label_en="Decision"),
)

CASE = Case(
    case_no="CBI-69-00421",
    factory_no="10200000000011",
    title_th="ขอขยายโรงงาน",
    title_en="Factory expansion",
    steps=STEPS,
    received_on=date(2026, 11, 3),
    tracking_token="Kx7mQ2vT9pLw4RzB",  # noqa: S106 - a sample
    due_on=date(2026, 12, 18),
    holder_th="กลุ่มโรงงาน",
    holder_en="Factory group",
    phone="0 3800 0000",
)
LATE = Case(
    case_no="CBI-69-00317",
    factory_no=CASE.factory_no,
    title_th="ขอต่อใบอนุญาต",
    title_en="Licence renewal",
    steps=(*STEPS[:2], *STEPS[3:]),
    received_on=date(2026, 9, 1),
    tracking_token="Ax7mQ2vT9pLw4RzB",  # noqa: S106 - a sample
    due_on=date(2026, 11, 15),
    holder_th="กลุ่มโรงงาน",
    holder_en="Factory group",
    delay_told_on=date(2026, 11, 16),
)
CLOSED = Case(
    case_no="CBI-69-00102",
    factory_no=CASE.factory_no,
    title_th="แจ้งเปลี่ยนผู้ควบคุม",
    title_en="New supervisor",
    steps=STEPS[:2],
    received_on=date(2026, 8, 1),
    tracking_token="Bx7mQ2vT9pLw4RzB",  # noqa: S106 - a sample
    due_on=date(2026, 8, 20),
    closed_on=date(2026, 8, 9),
)

OFFICE = Factory(factory_no="", name_th="สำนักงานอุตสาหกรรมจังหวัดตัวอย่าง", name_en="Sample Provincial Industry Office")
TICKET = Case(
    case_no="T-CBI01-69-0000042-K",
    factory_no="",
    title_th="กลิ่น ควัน ฝุ่น",
    title_en="Smell, smoke, dust",
    steps=(
        CaseStep(label_th="รับเรื่องแล้ว", label_en="Received", done_on=date(2026, 11, 20)),
        CaseStep(label_th="สำนักงานตอบ", label_en="Answered", done_on=date(2026, 11, 21)),
        CaseStep(
            label_th="รอสำนักงานตอบ",
            label_en="Answer awaited",
            expected_on=date(2026, 12, 5),
            note_th="อ่านคำตอบด้วยโทรศัพท์",
            note_en="Read it on your phone",
        ),
    ),
    received_on=date(2026, 11, 20),
    tracking_token="Cx7mQ2vT9pLw4RzB",  # noqa: S106 - a sample
    due_on=date(2026, 12, 5),
    holder_th="กลุ่มโรงงาน",
    holder_en="กลุ่มโรงงาน",
)
WAITING = ("รอธนาคาร", "Bank awaited")
PAYMENT = Case(
    case_no="CBI01-690000042",
    factory_no="",
    title_th="ค่าธรรมเนียมรายปี 2569",
    title_en="Annual fee, B.E. 2569",
    steps=(
        CaseStep(label_th="แสดง QR ชำระเงิน", label_en="QR shown", done_on=date(2026, 11, 22)),
        CaseStep(label_th=WAITING[0], label_en=WAITING[1]),
    ),
    received_on=date(2026, 11, 22),
    tracking_token="Dx7mQ2vT9pLw4RzB",  # noqa: S106 - a sample
)

PERMIT = Permit(
    permit_no="P-1",
    factory_no=CASE.factory_no,
    title_th="ใบอนุญาตวัตถุอันตราย",
    title_en="Substance permit",
    expires_on=date(2026, 12, 22),
)

MANUAL = Manual(
    manual_id="r4-3",
    title_th="การขอขยายโรงงาน",
    title_en="Factory expansion",
    version="3/2569",
    days=30,
    fee_th="ตัวอย่าง 1,000 บาท",
    fee_en="sample, 1,000 baht",
    law_th="พ.ร.บ. โรงงาน พ.ศ. 2535",
    law_en="Factory Act B.E. 2535",
    steps=(
        ManualPart(label_th="ยื่นคำขอและตรวจเอกสาร", label_en="Apply, papers are checked", days=1),
        ManualPart(label_th="ตรวจสถานที่", label_en="Site visit", days=20),
        ManualPart(label_th="พิจารณา", label_en="Decision", days=8),
        ManualPart(label_th="แจ้งผล", label_en="You are told", days=1),
    ),
    documents=(
        ManualPart(label_th="แบบคำขอ ร.ง. 3", label_en="Form Ror Ngor 3"),
        ManualPart(label_th="แผนผังโรงงาน", label_en="Plan of the factory"),
    ),
    valid_from=date(2026, 1, 1),
)
OLD = Manual(
    manual_id="old",
    title_th="การแจ้งประกอบกิจการ",
    title_en="Notice of operation",
    version="1/2566",
    days=1,
    fee_th="ไม่มี",
    fee_en="none",
    law_th="พ.ร.บ. โรงงาน พ.ศ. 2535",
    law_en="Factory Act B.E. 2535",
    steps=MANUAL.steps[:1],
    documents=(),
    valid_from=date(2023, 1, 1),
    valid_to=date(2025, 12, 31),
)

VISITOR = Visitor("x-xxxx-xxxxx-12-1", card_in=True, service="my-factory")


def reading_states(desk: Desk, owed: tuple[Owed, ...], long_factory: Factory) -> Iterator[tuple[str, State]]:
    """Names and states of every screen of these services."""
    factory = owed[0].factory
    facts = FactoryFacts(factory, owed[:1], (CASE,), (PERMIT,))
    nothing = FactoryFacts(factory)
    several = FactoryFacts(factory, owed, (CASE, LATE), (PERMIT,))
    yield "20-factory", FactoryShown(desk, VISITOR, (facts,))
    yield "20-factory-nothing", FactoryShown(desk, VISITOR, (nothing,))
    yield "99-long-factory-several", FactoryShown(desk, VISITOR, (nothing, several, facts), page=1)
    mine = CaseFacts(CASE, factory)
    late, closed = CaseFacts(LATE, factory), CaseFacts(CLOSED, factory)
    yield "12-cases", ChoosingCase(desk, VISITOR, (late, mine, closed))
    shown = CaseShown(desk, VISITOR, mine)
    yield "12-case", shown
    yield "12-case-late", replace(shown, facts=late)
    yield "12-case-ticket", replace(shown, facts=CaseFacts(TICKET, OFFICE, by_slip=True))
    yield "12-case-payment", replace(shown, facts=CaseFacts(PAYMENT, OFFICE, WAITING, by_slip=True))
    yield "12-case-closed", replace(shown, facts=closed, slip=Slip.PRINTED)
    yield "12-case-no-paper", replace(shown, desk=replace(desk, paper=Paper.OUT))
    steps = (*STEPS[:2], *STEPS[:2], *STEPS[2:])
    yield "99-long-case", replace(shown, facts=CaseFacts(_with_steps(steps), factory), page=1)
    yield "12-case-qr", ReadingOn(desk, VISITOR, shown)
    manuals = ChoosingManual(desk, Visitor(service="manuals"), (MANUAL, OLD))
    yield "21-manuals", manuals
    yield "21-manuals-none", replace(manuals, manuals=())
    manual = ManualShown(desk, manuals.visitor, MANUAL, manuals)
    yield "21-manual", manual
    yield "21-manual-steps", replace(manual, page=1)
    yield "21-manual-documents", replace(manual, page=3)
    yield "21-manual-old", replace(manual, manual=OLD)
    yield "21-manual-qr", ReadingOn(desk, manuals.visitor, manual)
    yield "99-long-factory", FactoryShown(desk, VISITOR, (FactoryFacts(long_factory, owed, (CASE,), (PERMIT,)),))


def _with_steps(steps: tuple[CaseStep, ...]) -> Case:
    return msgspec.structs.replace(CASE, steps=steps)
