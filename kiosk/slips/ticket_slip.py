"""The slip of "tell us something": that it was taken, who answers for it by name, until when, and how to follow it.

What was told does not stand on it: a slip is left lying about. Nothing says who told it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.slips.document import BODY, Band, Code, Element, Frame, Pairs, Paragraph, Rule
from kiosk.slips.letterhead import Letterhead, day, foot, head, when


@dataclass(frozen=True, slots=True)
class TicketSlip:
    """``category`` and ``owner_name`` in the slip's language. ``answer_by``: the channel's own deadline, if it has one.

    ``is_queued``: the fleet has not said yet that it has it.
    """

    letterhead: Letterhead
    number: str
    category: str
    owner_name: str
    follow_url: str
    answer_by: date | None = None
    is_queued: bool = False


def ticket_elements(slip: TicketSlip) -> tuple[Element, ...]:
    """What the slip says, in order."""
    letterhead = slip.letterhead
    say = letterhead.say
    until = () if slip.answer_by is None else ((say("ตอบภายใน", "Answer by"), day(letterhead, slip.answer_by)),)
    return (
        *head(letterhead, "ใบรับเรื่อง", "We have heard you"),
        *_taken(slip),
        Pairs(((say("เลขที่เรื่อง", "Case no."), slip.number), *when(letterhead, letterhead.printed_at))),
        Rule(),
        Pairs(((say("ประเภท", "About"), slip.category), (say("ผู้รับผิดชอบ", "In charge"), slip.owner_name), *until)),
        Rule(),
        Code(
            slip.follow_url,
            ("Scan to follow it", "and to read the answer", "No sign-in needed")
            if letterhead.is_english
            else ("สแกนเพื่อติดตาม", "และอ่านคำตอบ", "ไม่ต้องลงชื่อเข้าใช้"),
        ),
        Rule(),
        *foot(letterhead, ("เก็บใบนี้ไว้ติดตามเรื่อง", "Keep this to follow it")),
    )


def _taken(slip: TicketSlip) -> tuple[Element, ...]:
    say = slip.letterhead.say
    if slip.is_queued:
        later = say("เครื่องจะส่งให้เองเมื่อต่อเครือข่ายได้", "This kiosk sends it by itself when it is online.")
        return (Band(say("รอส่งถึงสำนักงาน", "Waiting to be sent")), Paragraph(later, BODY, space_below=8))
    return (Frame(say("รับเรื่องแล้ว", "Received")),)
