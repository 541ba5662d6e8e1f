"""The presence slip (ใบแทนสำเนาบัตร): instead of a photocopy of an ID card.

It says what its signed QR says, and nothing beside it: whoever reads the letters and whoever scans the code are told
the same. Until the Department of Provincial Administration was asked it says so in black, in both languages; a card
that was read is not yet a card that is in order.
"""

from __future__ import annotations

from dataclasses import dataclass

from fleet.protocol.presence import Presence
from kiosk.slips.document import BODY, FOOT, Band, Code, Element, Frame, Pairs, Paragraph, Rule, Space
from kiosk.slips.letterhead import Letterhead, clock, day, foot, head, when

_SCAN_TH = ("เจ้าหน้าที่สแกนเพื่อตรวจ", "ที่เครื่องของสำนักงานใดก็ได้")
_SCAN_EN = ("Officers scan this to check it", "at any kiosk, also offline")


@dataclass(frozen=True, slots=True)
class PresenceSlip:
    """``presence``: what was signed; ``qr``: the text that ``presence.sign`` made of it.

    The labels stay Thai for the officer who files it; in English they have an English word behind them.
    """

    letterhead: Letterhead
    presence: Presence
    qr: str

    def __post_init__(self) -> None:
        if self.letterhead.sample and not self.presence.sample:
            raise ValueError("a sample slip has a sample code")

    @property
    def number(self) -> str:
        """By which the slip is known to the journal and the fleet."""
        return self.presence.number


def presence_elements(slip: PresenceSlip) -> tuple[Element, ...]:
    """What the slip says, in order."""
    letterhead, presence = slip.letterhead, slip.presence
    until = f"{day(letterhead, presence.expires_at)} {clock(letterhead, presence.expires_at)}"
    rows = (
        ("เลขที่", "No.", presence.number),
        ("ชื่อ", "Name", presence.name),
        ("เลขประจำตัว", "ID", presence.masked_id),
        ("ใช้เพื่อ", "For", presence.purpose),
        ("ออกที่", "Office", presence.office_name),
    )
    dates = when(letterhead, presence.issued_at)
    return (
        *head(letterhead, "ใบแทนสำเนาบัตร", "Presence slip", ("ไม่ใช่บัตรประชาชน", "Not an ID card")),
        *_checked(presence, letterhead),
        Pairs(tuple((letterhead.say(thai, f"{thai} {english}"), value) for thai, english, value in rows)),
        Rule(),
        Pairs((*dates, (letterhead.say("ใช้ได้ถึง", "Valid until"), until))),
        Space(8),
        Paragraph(letterhead.say("อ่านจากบัตรที่เครื่องนี้", "Read from the card at this kiosk"), BODY),
        Paragraph(letterhead.say("ไม่ต้องถ่ายสำเนาบัตร", "No photocopy needed"), BODY),
        Rule(),
        Code(slip.qr, _SCAN_EN if letterhead.is_english else _SCAN_TH),
        Rule(),
        *foot(letterhead, ("ใช้ตามวัตถุประสงค์นี้เท่านั้น", "For the purpose above only")),
    )


def _checked(presence: Presence, letterhead: Letterhead) -> tuple[Element, ...]:
    asked = f"{day(letterhead, presence.issued_at)} {clock(letterhead, presence.issued_at)}"
    if presence.verified:
        return (
            Frame("ตรวจกับกรมการปกครองแล้ว"),
            Paragraph("verified with the Department of Provincial Administration", FOOT),
            Paragraph(letterhead.say(f"เมื่อ {asked}", f"at {asked}"), FOOT, space_below=8),
        )
    if presence.unanswered:
        return (
            Band("ยังไม่ได้ตรวจสอบกับกรมการปกครอง"),
            Paragraph("unverified with the Department of Provincial Administration", FOOT),
            Paragraph(letterhead.say(f"ถามแล้วไม่ได้คำตอบ {asked}", f"asked at {asked}, no answer"), FOOT, space_below=8),
        )
    return (
        Band("ยังไม่ได้ตรวจสอบกับกรมการปกครอง"),
        Paragraph("unverified with the Department of Provincial Administration", FOOT, space_below=8),
    )
