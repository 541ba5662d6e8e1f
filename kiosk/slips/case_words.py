"""What the slip of a case says of it: from the office's records to the slip's own fields. No clock."""

from __future__ import annotations

from datetime import date

from fleet.protocol.deadlines import Standing, standing_of
from fleet.protocol.office import Case, Factory
from kiosk.slips.case_slip import CaseSlip
from kiosk.slips.letterhead import Letterhead


def case_slip(case: Case, factory: Factory, letterhead: Letterhead, tracking_url: str, today: date) -> CaseSlip:
    """The slip of ``case`` as it stands on ``today``."""
    say, at = letterhead.say, case.at
    step = case.steps[at] if at < len(case.steps) else None
    is_open = case.closed_on is None and step is not None
    return CaseSlip(
        letterhead=letterhead,
        case_no=case.case_no,
        subject=say(case.title_th, case.title_en),
        on_behalf_of=say(factory.name_th, factory.name_en or factory.name_th),
        received_on=case.received_on,
        state=say("กำลังดำเนินการ", "Under way") if is_open else say("เสร็จแล้ว", "Finished"),
        next_step=say(step.label_th, step.label_en) if step is not None and is_open else None,
        tracking_url=tracking_url,
        holder=say(case.holder_th, case.holder_en) or None,
        due_on=case.due_on,
        is_late=standing_of(case, today) is Standing.LATE,
        known_on=today,
    )
