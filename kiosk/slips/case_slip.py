"""The slip of "follow a case": where it stands, what comes next, who has it, and what the law says of how long.

It tells what the office's records said when it was printed; the page behind its code says what they say now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.slips.document import URGENT, Band, Code, Element, Frame, Pairs, Paragraph, Rule
from kiosk.slips.letterhead import Letterhead, day, foot, head, when


@dataclass(frozen=True, slots=True)
class CaseSlip:
    """Texts in the slip's language. ``known_on``: of what day the records are. ``holder``: who has it, where known.

    ``due_on``: the legal deadline, and ``is_late``: whether it has passed and the case is open; None and False where
    the law has none. ``next_step`` is None when nothing more comes.
    """

    letterhead: Letterhead
    case_no: str
    subject: str
    on_behalf_of: str
    received_on: date
    state: str
    next_step: str | None
    tracking_url: str
    holder: str | None = None
    due_on: date | None = None
    is_late: bool = False
    known_on: date | None = None

    def __post_init__(self) -> None:
        if self.is_late and self.due_on is None:
            raise ValueError("only a case with a deadline is late")


def case_elements(slip: CaseSlip) -> tuple[Element, ...]:
    """What the slip says, in order."""
    letterhead = slip.letterhead
    say = letterhead.say
    about = (
        (say("เรื่อง", "About"), slip.subject),
        (say("ผู้ยื่น", "Applicant"), slip.on_behalf_of),
        (say("รับเรื่องเมื่อ", "Received"), day(letterhead, slip.received_on)),
    )
    return (
        *head(letterhead, "ใบติดตามเรื่อง", "Case slip"),
        Frame(slip.state),
        Pairs(((say("เลขที่เรื่อง", "Case no."), slip.case_no), *when(letterhead, letterhead.printed_at))),
        Rule(),
        Pairs(about),
        Rule(),
        *_ahead(slip),
        Rule(),
        Code(
            slip.tracking_url,
            ("Scan to follow it", "as it is today", "No sign-in needed")
            if letterhead.is_english
            else ("สแกนเพื่อดูสถานะ", "ล่าสุดของเรื่องนี้", "ไม่ต้องลงชื่อเข้าใช้"),
        ),
        Rule(),
        *foot(letterhead, ("เก็บใบนี้ไว้ติดตามเรื่อง", "Keep this to follow your case")),
    )


def _ahead(slip: CaseSlip) -> tuple[Element, ...]:
    say, letterhead = slip.letterhead.say, slip.letterhead
    rows = [(say("ขั้นต่อไป", "Next"), slip.next_step or say("เรื่องจบแล้ว", "none, it is closed"))]
    if slip.holder is not None:
        rows.append((say("อยู่ที่", "With"), slip.holder))
    if slip.due_on is not None:
        rows.append((say("กำหนดตามกฎหมาย", "Legal deadline"), day(letterhead, slip.due_on)))
    if slip.known_on is not None:
        rows.append((say("ข้อมูลเมื่อ", "As of"), day(letterhead, slip.known_on)))
    if not slip.is_late:
        return (Pairs(tuple(rows)),)
    ask = say("ถามเหตุที่ล่าช้าได้ที่สำนักงาน", "Ask the office why it is late.")
    return (Pairs(tuple(rows)), Band(say("เกินกำหนดตามกฎหมาย", "The deadline has passed")), Paragraph(ask, URGENT))
