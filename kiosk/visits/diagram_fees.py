"""What the picture's walk needs for a typed number and the fees of other offices; as ``diagram_writing``."""

from __future__ import annotations

from typing import get_args

import msgspec

from fleet.protocol.codes import classify
from fleet.protocol.fees import OtherFee, ReferenceRule
from fleet.protocol.payment import BillPayment
from fleet.protocol.settings import KioskSettings
from fleet.protocol.words import Words
from kiosk.visits.desk import Desk, Device
from kiosk.visits.events import Button, CodeScanned, Event, Touched
from kiosk.visits.fee_kinds import FeeKind
from kiosk.visits.fee_states import Fees, TypingAmount, TypingNumber, TypingReference
from kiosk.visits.services import OTHER_FEE, PAY_FEE
from kiosk.visits.states import ChoosingService, Inviting, OpeningPayment, Paying, State
from kiosk.visits.visitor import Visitor

FEES: tuple[type, ...] = (*get_args(Fees), OpeningPayment, Paying)

_NAME = Words(th="ตัวอย่าง", en="Sample")
_FEE = OtherFee(name=_NAME, payee="sample", reference=ReferenceRule(shape="SB######"))
_OTHER = OtherFee(name=_NAME, payee="sample", reference=ReferenceRule(shape="WF######"))
_LETTER = BillPayment("112345678901234", "SB123456", amount_satang=125_050)

EVENTS: tuple[Event, ...] = (
    *(Touched(Button.SERVICE, each) for each in (PAY_FEE, OTHER_FEE)),
    Touched(Button.CHOOSE, "sample-1"),
    CodeScanned(classify(_LETTER.emv_payload())),
)


def beginnings(settings: KioskSettings) -> tuple[State, ...]:
    """Where they are entered, and where something has been typed."""
    offered = msgspec.structs.replace(
        settings,
        services=(PAY_FEE, OTHER_FEE),
        payees={"sample": settings.payee},
        fees={"sample-1": _FEE, "sample-2": _OTHER},
    )
    desk = Desk("SAMPLE-1", offered, frozenset({Device.CARD, Device.SCANNER, Device.PRINTER}))
    kind, here = FeeKind("sample-1", _FEE, settings.payee), Visitor(service=OTHER_FEE)
    return (
        ChoosingService(desk),
        Inviting(desk, Visitor(service=PAY_FEE)),
        TypingNumber(desk, Visitor(service=PAY_FEE), "20200012325553"),
        TypingReference(desk, here, kind, "SB123456"),
        TypingAmount(desk, here, kind, "SB123456", "1250.50"),
    )
