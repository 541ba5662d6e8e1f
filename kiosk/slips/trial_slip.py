"""The slip a technician or the fleet asks for to see that a printer prints: nothing on it concerns a visitor.

It shows what goes wrong with printers: dots missing in the head (the black band, the stripes at both edges), paper put
in crooked or too narrow (the rule must reach both sides), Thai marks (the hard words), the code, and the knife.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers.printer.port import Cut, Part
from fleet.protocol.thai import BANGKOK, thai_date
from kiosk.slips.document import (
    BODY,
    FOOT,
    LABEL,
    TITLE,
    VALUE,
    Amount,
    Band,
    Code,
    Element,
    Frame,
    Masthead,
    Pairs,
    Paragraph,
    Rule,
    Space,
    Stripes,
)
from kiosk.slips.layout import lay_out_parts


@dataclass(frozen=True, slots=True)
class TrialSlip:
    """Who prints, and when. ``identity_url`` leads to this kiosk's page in the fleet."""

    office_name: str
    kiosk_name: str
    printed_at: datetime
    identity_url: str


def render_trial(slip: TrialSlip, width_px: int, *, draws_codes: bool = False) -> tuple[Part, ...]:
    """The slip, ready for a printer of that width that draws codes or not, cut included."""
    return (*lay_out_parts(trial_elements(slip, width_px), width_px, draws_codes=draws_codes), Cut())


def trial_elements(slip: TrialSlip, width_px: int) -> tuple[Element, ...]:
    """What the slip says, in order."""
    when = slip.printed_at.astimezone(BANGKOK)
    return (
        Band("ทดสอบการพิมพ์"),
        Masthead(slip.office_name),
        Rule(dashed=False),
        Paragraph("ใบทดสอบ ไม่ใช่เอกสารราชการ", BODY),
        Space(8),
        Stripes(64),
        Space(8),
        Paragraph("ฟื้นฟู ผู้ใหญ่ ปั๊มน้ำ ฐานะ", TITLE),
        Paragraph("ที่นี่ น้ำใจ เก็บไว้ ป่าไม้ ฎีกา ก๊าซ", LABEL),
        Paragraph("กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ", VALUE),
        Paragraph("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789", FOOT),
        Amount("1,234,567.89", "บาท"),
        Rule(),
        Pairs(
            (
                ("เครื่อง", slip.kiosk_name),
                ("วันที่", thai_date(when.date())),
                ("เวลา", f"{when:%H:%M} น."),
                ("กระดาษ", f"{width_px} จุด"),
            )
        ),
        Rule(),
        Code(slip.identity_url, ("สแกนได้", "แปลว่าพิมพ์ชัด", "ใบนี้ทิ้งได้")),
        Frame("ขอบนี้ต้องครบทั้งสี่ด้าน"),
    )
