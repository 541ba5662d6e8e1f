"""Slips of the services for tests, Thai and English: ordinary, and as bad as they can legally be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fleet.protocol.codes import presence_number
from fleet.protocol.presence import Presence, key_id_of, sign
from kiosk.slips.case_slip import CaseSlip
from kiosk.slips.letterhead import Letterhead
from kiosk.slips.presence_slip import PresenceSlip
from kiosk.slips.registration_slip import RegistrationSlip
from kiosk.slips.service_slip import ServiceSlip
from kiosk.slips.ticket_slip import TicketSlip

PRINTED_AT = datetime(2026, 11, 24, 3, 47, tzinfo=UTC)  # 10:47 in Thailand
LONG_COMPANY = "บริษัท ตัวอย่างอุตสาหกรรมแปรรูปผลิตภัณฑ์เกษตรเพื่อการส่งออก (ประเทศไทย) จำกัด (มหาชน)"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

TH = Letterhead(
    sample=True,
    office_name="สำนักงานอุตสาหกรรมจังหวัดชลบุรี",
    kiosk_name="CBI-02",
    contact="โทร 0 3800 0000 ในเวลาราชการ",
    printed_at=PRINTED_AT,
)
EN = replace(TH, contact="0 3800 0000 in office hours", is_english=True)
FAR_TH = replace(TH, office_name="สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา", reprint=True)


def presence_slip(letterhead: Letterhead, presence: Presence) -> PresenceSlip:
    key_id = key_id_of(KEY.public_key().public_bytes_raw())
    return PresenceSlip(letterhead, presence, sign(presence, key_id, KEY.sign))


_PRESENCE = Presence(
    number=presence_number(20, 7),
    name="นายตัวอย่าง ใจดี",
    id_ending="121",
    purpose="ยื่นคำขอต่ออายุใบอนุญาต",
    office_name="สำนักงานอุตสาหกรรมจังหวัดชลบุรี",
    issued_at=PRINTED_AT,
    expires_at=PRINTED_AT + timedelta(days=7),
)
_LONG_PRESENCE = replace(
    _PRESENCE,
    name="นางสาวตัวอย่างชื่อยาวที่สุดเท่าที่บัตรพิมพ์ได้ ณ อยุธยาวงศ์สกุลตัวอย่างพิพัฒน์",
    purpose="ยื่นคำขอขยายโรงงานและขอต่ออายุใบอนุญาตประกอบกิจการ ตัวอย่าง",
    office_name="สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา ศาลากลางหลังใหม่",
    verified=True,
)
_TICKET = TicketSlip(
    letterhead=TH,
    number="T-CBI02-69-0000042-K",
    category="กลิ่นและควันจากโรงงาน",
    owner_name="นายตัวอย่าง รับเรื่อง",
    follow_url="https://track.example/t/7QK3M9ZXW2ABCDEF",
    answer_by=date(2026, 12, 9),
)
_CASE = CaseSlip(
    letterhead=TH,
    case_no="CBI-69-000123",
    subject="ขอต่ออายุใบอนุญาต",
    on_behalf_of="ตัวอย่างแปรรูปอาหาร",
    received_on=date(2026, 11, 2),
    state="กำลังตรวจเอกสาร",
    next_step="ตรวจโรงงาน",
    tracking_url="https://track.example/t/7QK3M9ZXW2ABCDEF",
    holder="กลุ่มโรงงาน",
    due_on=date(2026, 12, 2),
    known_on=date(2026, 11, 24),
)
_REGISTRATION = RegistrationSlip(
    letterhead=TH,
    number="R-CBI02-69-0000043-8",
    system="i-Industry",
    id_masked="x-xxxx-xxxxx-12-1",
    phone_masked="xxx-xxx-5678",
    is_queued=False,
    follow_url="https://track.example/t/7QK3M9ZXW2ABCDEF",
)

SERVICE_SLIPS: dict[str, ServiceSlip] = {
    "presence": presence_slip(TH, _PRESENCE),
    "presence-en": presence_slip(EN, _PRESENCE),
    "presence-longest": presence_slip(FAR_TH, _LONG_PRESENCE),
    "ticket": _TICKET,
    "ticket-queued": replace(_TICKET, is_queued=True, answer_by=None),
    "ticket-en": replace(_TICKET, letterhead=EN, category="Smell and smoke of a factory", is_queued=True),
    "ticket-longest": replace(
        _TICKET,
        letterhead=FAR_TH,
        category="ความเดือดร้อนรำคาญจากกลิ่น ควัน ฝุ่น เสียง หรือน้ำเสียของโรงงาน",
        owner_name="นางสาวตัวอย่างชื่อยาวที่สุดเท่าที่มี ณ อยุธยาวงศ์สกุลตัวอย่างพิพัฒน์",
        follow_url="https://track.example.go.th/t/" + "x" * 64,
    ),
    "case": _CASE,
    "case-late": replace(_CASE, due_on=date(2026, 11, 20), is_late=True),
    "case-en": replace(
        _CASE, letterhead=EN, subject="Licence renewal", state="Papers are being checked", next_step="Factory visit",
        holder="Factory section",
    ),
    "case-longest": replace(
        _CASE, letterhead=FAR_TH, on_behalf_of=LONG_COMPANY, holder=None, next_step=None, known_on=None,
        subject="ขอรับใบอนุญาตขยายโรงงานจำพวกที่ 3 และขอต่ออายุใบอนุญาตประกอบกิจการโรงงานพร้อมกัน",
        state="อนุญาตแล้ว รอชำระค่าธรรมเนียมและรับใบอนุญาตที่สำนักงาน",
    ),
    "registration": _REGISTRATION,
    "registration-en": replace(_REGISTRATION, letterhead=EN, is_queued=True, follow_url=None),
}  # fmt: skip


def code_of(slip: ServiceSlip) -> str | None:
    """What the code on it says."""
    match slip:
        case PresenceSlip():
            return slip.qr
        case CaseSlip():
            return slip.tracking_url
        case _:
            return slip.follow_url
