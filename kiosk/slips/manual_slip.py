"""The slip of a citizen manual: its title, its version, and a code by which to read on at home.

The manual itself is not on it: what stands on paper is not corrected when the manual is.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.slips.document import URGENT, Band, Code, Element, Frame, Pairs, Paragraph, Rule
from kiosk.slips.letterhead import Letterhead, day, foot, head


@dataclass(frozen=True, slots=True)
class ManualSlip:
    """Texts in the slip's language. ``fee`` and ``takes`` as the manual says them; None where it says nothing.

    ``is_outdated``: its owner has not looked at it for longer than the rules allow.
    """

    letterhead: Letterhead
    title: str
    version: str
    url: str
    law: str | None = None
    fee: str | None = None
    takes: str | None = None
    is_outdated: bool = False


def manual_elements(slip: ManualSlip) -> tuple[Element, ...]:
    """What the slip says, in order."""
    letterhead = slip.letterhead
    say = letterhead.say
    rows = (
        (say("ฉบับ", "Version"), slip.version),
        (say("ค่าธรรมเนียม", "Fee"), slip.fee),
        (say("ใช้เวลา", "Takes"), slip.takes),
        (say("ตามกฎหมาย", "Law"), slip.law),
        (say("พิมพ์เมื่อ", "Printed"), day(letterhead, letterhead.printed_at)),
    )
    return (
        *head(letterhead, "คู่มือประชาชน", "Citizen manual"),
        *(_outdated(letterhead) if slip.is_outdated else ()),
        Frame(slip.title),
        Pairs(tuple((label, value) for label, value in rows if value)),
        Rule(),
        Code(
            slip.url,
            ("Scan to read on", "steps, papers", "and forms")
            if letterhead.is_english
            else ("สแกนเพื่ออ่านต่อ", "ขั้นตอน เอกสาร", "และแบบคำขอ"),
        ),
        Rule(),
        *foot(letterhead, ("ใช้ฉบับล่าสุดเสมอ", "Always use the latest version")),
    )


def _outdated(letterhead: Letterhead) -> tuple[Element, ...]:
    say = letterhead.say
    return (
        Band(say("ฉบับนี้อาจไม่เป็นปัจจุบัน", "This may be out of date")),
        Paragraph(say("ถามเจ้าหน้าที่ก่อนเตรียมเอกสาร", "Ask before you collect papers."), URGENT, space_below=8),
    )
