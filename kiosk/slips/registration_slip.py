"""The receipt of "register as a customer": that it was taken, and by which number it is asked after.

It is no proof of registration: that is the ministry's. ID and telephone number are masked.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.slips.document import BODY, Band, Code, Element, Frame, Pairs, Paragraph, Rule
from kiosk.slips.letterhead import BARE_ID, Letterhead, foot, head, when


@dataclass(frozen=True, slots=True)
class RegistrationSlip:
    """``system``: where to, in the slip's language (``i-Industry``). ``follow_url`` may be None: then there is no code.

    ``is_queued``: it has not been sent yet. Raises: ValueError for an ID or telephone number in full.
    """

    letterhead: Letterhead
    number: str
    system: str
    id_masked: str
    phone_masked: str
    is_queued: bool
    follow_url: str | None = None

    def __post_init__(self) -> None:
        if BARE_ID.search(self.id_masked) or "x" not in self.id_masked:
            raise ValueError("the ID number on a slip must be masked")
        if self.phone_masked and "x" not in self.phone_masked:
            raise ValueError("the telephone number on a slip must be masked")


def registration_elements(slip: RegistrationSlip) -> tuple[Element, ...]:
    """What the slip says, in order."""
    letterhead = slip.letterhead
    say = letterhead.say
    phone = ((say("โทรศัพท์", "Telephone"), slip.phone_masked),) if slip.phone_masked else ()
    scan = ("Scan to follow it", "No sign-in needed") if letterhead.is_english else ("สแกนเพื่อดูสถานะ", "ไม่ต้องลงชื่อเข้าใช้")
    return (
        *head(
            letterhead,
            "ใบรับคำขอลงทะเบียน",
            "Registration request",
            ("ยังไม่ใช่หลักฐานการเป็นสมาชิก", "Not yet a proof of registration"),
        ),
        *_sent(slip),
        Pairs(((say("เลขที่คำขอ", "Request no."), slip.number), *when(letterhead, letterhead.printed_at))),
        Rule(),
        Pairs(((say("ลงทะเบียนกับ", "Register with"), slip.system), (say("เลขประจำตัว", "ID"), slip.id_masked), *phone)),
        Rule(),
        *((Code(slip.follow_url, scan), Rule()) if slip.follow_url is not None else ()),
        *foot(letterhead, ("เก็บใบนี้ไว้จนได้รับแจ้งผล", "Keep this until you hear from us")),
    )


def _sent(slip: RegistrationSlip) -> tuple[Element, ...]:
    say = slip.letterhead.say
    if slip.is_queued:
        later = say("เครื่องจะส่งให้เองเมื่อต่อเครือข่ายได้", "This kiosk sends it by itself when it is online.")
        return (Band(say("รอส่งคำขอ", "Waiting to be sent")), Paragraph(later, BODY, space_below=8))
    return (Frame(say("ส่งคำขอแล้ว", "Sent")),)
