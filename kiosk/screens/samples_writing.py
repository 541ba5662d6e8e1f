"""Everything the services that write show, once, with sample data; for ``samples``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from drivers.printer.port import Paper
from fleet.protocol.codes import presence_number
from fleet.protocol.office import Topic
from fleet.protocol.presence import Presence, Verdict, key_id_of, sign
from fleet.protocol.settings import PresenceSlips
from fleet.protocol.thai import IdNumber, check_digit
from fleet.protocol.tickets import Kind, number_of
from kiosk.visits.desk import Desk
from kiosk.visits.keyboard import Layer
from kiosk.visits.papers import PresencePaper, RegistrationPaper, TicketPaper
from kiosk.visits.services import PRESENCE_SLIP, REGISTER
from kiosk.visits.states import State, Warned
from kiosk.visits.visitor import Slip, Visitor
from kiosk.visits.writing_states import (
    Checking,
    ChoosingPurpose,
    ChoosingTopic,
    Giving,
    GoingOnByPhone,
    Keeping,
    Noticed,
    PresenceChecked,
    TypingPhone,
    TypingText,
)

ISSUED_AT = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
_CODES = ("smell-smoke", "water", "noise", "service", "question")
_TH = ("กลิ่น ควัน ฝุ่น", "น้ำเสีย", "เสียงดัง", "บริการของสำนักงาน", "ถามเรื่องอื่น")
_EN = ("Smell, smoke, dust", "Waste water", "Noise", "The office's service", "Another question")

TOPICS = tuple(
    Topic(code=code, name_th=th, name_en=en, owner_name="กลุ่มโรงงาน (ตัวอย่าง)", deadline_days=15, position=n)
    for n, (code, th, en) in enumerate(zip(_CODES, _TH, _EN, strict=True))
)
MANY_TOPICS = tuple(
    Topic(
        code=f"long-{n}",
        name_th="กลิ่นและควันจากการประกอบกิจการโรงงานในเวลากลางคืน",
        name_en="Smell and smoke of factories that work at night",
        owner_name="กลุ่มส่งเสริมอุตสาหกรรมและการมีส่วนร่วมของประชาชน (ตัวอย่าง)",
        deadline_days=365,
    )
    for n in range(8)
)

TEXT = "น้ำทิ้งมีกลิ่นแรงช่วงเย็นทุกวัน บริเวณคลองหลังหมู่บ้าน อยากให้ช่วยเข้ามาตรวจ"
NAME = "นายตัวอย่าง ใจดี"
LONG_NAME = "นางสาวตัวอย่างวัฒนาภรณ์ รัตนโกสินทร์วิวัฒนชัยพงศ์"


def presence(name: str = NAME) -> Presence:
    """A slip's content."""
    return Presence(
        number=presence_number(20, 1_000_042),
        name=name,
        id_ending="013",
        purpose="ประกอบคำขออนุญาต",
        office_name="สำนักงานอุตสาหกรรมจังหวัดชลบุรี",
        issued_at=ISSUED_AT,
        expires_at=ISSUED_AT + timedelta(days=30),
    )


def writing_states(desk: Desk) -> Iterator[tuple[str, State]]:
    """Names and states, in the order of a visit."""
    yield from _telling(desk)
    yield from _with_card(desk)
    yield from _checked(desk)


def _telling(desk: Desk) -> Iterator[tuple[str, State]]:
    nobody = Visitor()
    topics = ChoosingTopic(desk, nobody, TOPICS, "CBI")
    typing = TypingText(desk, nobody, topics, TOPICS[1], TEXT)
    ticket = TicketPaper(number_of(Kind.TICKET, "CBI01-690000042"), "Kx7mQ2vT9pLw4RzB", TOPICS[1])
    yield "13-topics", topics
    yield "99-long-topics", replace(topics, topics=MANY_TOPICS)
    yield "13-keyboard", typing
    yield "13-keyboard-empty", replace(typing, text="")
    yield "13-keyboard-full", replace(typing, text=((TEXT + " ") * 4)[:300], layer=Layer.THAI_SHIFT)
    yield "13-keyboard-latin", replace(typing, text="Smoke at night", layer=Layer.LATIN)
    yield "13-keyboard-figures", replace(typing, layer=Layer.FIGURES)
    yield "13-by-phone", GoingOnByPhone(desk, nobody, typing)
    yield "13-keeping", Keeping(desk, nobody)
    yield "13-ticket", Giving(desk, nobody, ticket, Slip.PRINTED)
    offline = replace(desk, online=False, paper=Paper.OUT)
    yield "13-ticket-no-paper", Giving(offline, nobody, ticket, Slip.FAILED)
    yield "13-time-out", Warned(typing)


def _with_card(desk: Desk) -> Iterator[tuple[str, State]]:
    twelve = "199990000001"
    citizen = IdNumber(twelve + str(check_digit(twelve)))
    here = Visitor(citizen.masked, card_in=True, service=PRESENCE_SLIP)
    yield "11-privacy", Noticed(desk, here)
    yield "11-purpose", ChoosingPurpose(desk, here, citizen, NAME)
    asks = desk.settings and msgspec.structs.replace(
        desk.settings, presence=msgspec.structs.replace(desk.settings.presence, check_card=True)
    )
    yield "11-privacy-checked", Noticed(replace(desk, settings=asks), here)
    yield "11-checking", Checking(desk, here, citizen, PresenceSlips().purpose_1, NAME)
    said_so = (("11-presence", presence()), ("99-long-presence", presence(LONG_NAME)))
    checked = (
        ("11-presence-verified", replace(presence(), verified=True)),
        ("11-presence-unanswered", replace(presence(), unanswered=True)),
    )
    for name, said in said_so + checked:
        qr = sign(said, key_id_of(b"sample"), lambda _message: bytes(64))
        yield name, Giving(desk, here, PresencePaper(said, qr), Slip.PRINTING)
    customer = replace(here, service=REGISTER)
    yield "14-privacy", Noticed(desk, customer)
    yield "14-phone", TypingPhone(desk, customer, citizen, NAME, "0812345")
    yield "14-phone-empty", TypingPhone(desk, customer, citizen, NAME)
    yield "14-phone-wrong", TypingPhone(desk, customer, citizen, NAME, "0812345", is_wrong=True)
    paper = RegistrationPaper(
        number_of(Kind.REGISTRATION, "CBI01-690000043"), "SAMPLEsampleSAMP", citizen.masked, "xxx-xxx-5678"
    )
    yield "14-registered", Giving(desk, customer, paper, Slip.PRINTED)
    yield "14-registered-offline", Giving(replace(desk, online=False), customer, paper, Slip.FAILED)


def _checked(desk: Desk) -> Iterator[tuple[str, State]]:
    for verdict in Verdict:
        said = None if verdict is Verdict.FORGED else presence()
        yield f"15-slip-{verdict.value}", PresenceChecked(desk, Visitor(), verdict, said, ISSUED_AT)
    yield "99-long-slip", PresenceChecked(desk, Visitor(), Verdict.GENUINE, presence(LONG_NAME), ISSUED_AT)
