"""The slips of the services beside paying: one way to print any of them, and one name by which each is known."""

from __future__ import annotations

from drivers.printer.port import Cut, Part
from kiosk.slips.case_slip import CaseSlip, case_elements
from kiosk.slips.document import Element
from kiosk.slips.layout import lay_out_parts
from kiosk.slips.presence_slip import PresenceSlip, presence_elements
from kiosk.slips.registration_slip import RegistrationSlip, registration_elements
from kiosk.slips.ticket_slip import TicketSlip, ticket_elements

ServiceSlip = CaseSlip | PresenceSlip | RegistrationSlip | TicketSlip


def service_elements(slip: ServiceSlip) -> tuple[Element, ...]:
    """What the slip says, in order."""
    match slip:
        case CaseSlip():
            return case_elements(slip)
        case PresenceSlip():
            return presence_elements(slip)
        case RegistrationSlip():
            return registration_elements(slip)
        case TicketSlip():
            return ticket_elements(slip)


def render_service(slip: ServiceSlip, width_px: int, *, draws_codes: bool = False) -> tuple[Part, ...]:
    """The slip, ready for a printer of that width that draws codes or not, cut included."""
    return (*lay_out_parts(service_elements(slip), width_px, draws_codes=draws_codes), Cut())
