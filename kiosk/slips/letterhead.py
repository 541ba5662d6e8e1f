"""What every slip of an office bears, whatever it is about: whose it is, when and where it was printed, where to ask.

Rules: sample data is marked first of all; the masthead is the office's Thai name in both languages, so that a printer
keeps one picture of it; a title in English has the Thai one below, for whoever is shown the slip at a counter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from fleet.protocol.thai import BANGKOK, english_date, thai_date
from kiosk.slips.document import (
    BODY,
    FOOT,
    FRAMED,
    TITLE,
    VALUE,
    Band,
    Element,
    Masthead,
    Paragraph,
    Rule,
)

SAMPLE_BAND = "ตัวอย่าง ใช้จริงไม่ได้"
BARE_ID = re.compile(r"\d{13}|\d-\d{4}-\d{5}-\d{2}-\d")
"""An ID number in full, which no slip bears."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """``office_name`` is Thai; ``contact``, what follows "สอบถาม" or "Ask", is in the slip's language.

    ``reprint``: it was printed before, or may have been.
    """

    sample: bool
    office_name: str
    kiosk_name: str
    contact: str
    printed_at: datetime
    is_english: bool = False
    reprint: bool = False

    def __post_init__(self) -> None:
        if self.printed_at.tzinfo is None:
            raise ValueError("times on a slip need a time zone")

    def say(self, thai: str, english: str) -> str:
        """The one of two that is in the slip's language."""
        return english if self.is_english else thai


def head(letterhead: Letterhead, thai: str, english: str, not_this: tuple[str, str] | None = None) -> list[Element]:
    """Everything down to the title. ``not_this``: what the slip must not be taken for, in Thai and English."""
    title = [Paragraph(letterhead.say(thai, english), TITLE, space_below=12)]
    if letterhead.is_english:
        title.append(Paragraph(thai, BODY))
    if not_this is not None:
        title.append(Paragraph(letterhead.say(*not_this), BODY))
    return [
        *((Band(SAMPLE_BAND),) if letterhead.sample else ()),
        Masthead(letterhead.office_name),
        Rule(dashed=False),
        *title,
        *(again(letterhead.printed_at) if letterhead.reprint else ()),
    ]


def again(printed_at: datetime) -> tuple[Element, ...]:
    """In both languages whatever the visitor's: an officer must tell the second slip from the first."""
    return (
        Paragraph("พิมพ์ซ้ำ / reprint", FRAMED),
        Paragraph(f"{date_th(printed_at)} {time_th(printed_at)}", VALUE),
    )


def foot(letterhead: Letterhead, keep: tuple[str, str]) -> list[Element]:
    """Where to ask, and ``keep``: what to do with the slip, in Thai and English."""
    say = letterhead.say
    return [
        Paragraph(f"{say('สอบถาม', 'Ask')} {letterhead.contact}", FOOT),
        Paragraph(f"{say('เครื่อง', 'Kiosk')} {letterhead.kiosk_name} {say(*keep)}", FOOT),
    ]


def when(letterhead: Letterhead, at: datetime) -> tuple[tuple[str, str], ...]:
    """Rows of date and time."""
    say = letterhead.say
    return (say("วันที่", "Date"), day(letterhead, at)), (say("เวลา", "Time"), clock(letterhead, at))


def day(letterhead: Letterhead, at: datetime | date) -> str:
    """A day as people write it; ``24 พฤศจิกายน 2569`` or ``24 November 2026``, as on the screen."""
    on = at.astimezone(BANGKOK).date() if isinstance(at, datetime) else at
    return english_date(on) if letterhead.is_english else thai_date(on)


def clock(letterhead: Letterhead, at: datetime) -> str:
    """``10:47 น.`` or ``10:47``."""
    return f"{at.astimezone(BANGKOK):%H:%M}{letterhead.say(' น.', '')}"


def date_th(at: datetime) -> str:
    """``24 พฤศจิกายน 2569``, the day it is in Thailand."""
    return thai_date(at.astimezone(BANGKOK).date())


def time_th(at: datetime) -> str:
    """``10:47 น.``."""
    return f"{at.astimezone(BANGKOK):%H:%M} น."
