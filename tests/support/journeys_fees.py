"""Journeys through the fees of other offices: typed, scanned, and by a letter with nothing chosen. As ``journeys``."""

from __future__ import annotations

from dataclasses import replace

from fleet.protocol.factory import luhn_digit
from fleet.protocol.payment import BillPayment, check_character
from kiosk.visits import services
from kiosk.visits.events import Button
from kiosk.visits.fee_kinds import FeeDue, FeeKind
from kiosk.visits.fee_states import ChoosingFee, ConfirmingFee, TypingAmount, TypingReference
from kiosk.visits.keyboard import Layer
from kiosk.visits.visitor import Visitor as Who
from tests.support.journeys import FEES, PAYEES, Hand, to_slip, type_key

FIXED_FEE, FIXED_FEE_LETTER = "sample-waste", "WF123456"
LETTER_FEE, LETTER_FEE_LETTER = "sample-signboard", f"SB1234567{luhn_digit('1234567')}"
SCANNED_FEE, SCANNED_FEE_LETTER = "sample-certificate", f"PC1234567{check_character('PC1234567')}"


def to_qr(hand: Hand) -> None:
    """To the QR of another office's fee, whose amount is fixed; its reference is typed."""
    who, kind = Who(service=services.OTHER_FEE), _kind(FIXED_FEE)
    hand.choose(services.OTHER_FEE, "ChoosingFee")
    hand.press(ChoosingFee(hand.desk, who), Button.CHOOSE, "TypingReference", value=FIXED_FEE)
    _type_reference(hand, TypingReference(hand.desk, who, kind), FIXED_FEE_LETTER, "ConfirmingFee")
    due = FeeDue(kind, FIXED_FEE_LETTER, FEES[FIXED_FEE].amount.fixed_satang)
    hand.press(ConfirmingFee(hand.desk, who, due), Button.CONTINUE, "Paying")


def _type_reference(hand: Hand, figures: TypingReference, reference: str, then: str) -> None:
    """Type a letter's reference and go on, from the keys with figures."""
    letters = replace(figures, layer=Layer.LATIN_SHIFT)
    type_key(hand, hand.place(figures, Button.LAYER, Layer.LATIN_SHIFT))
    for letter in reference:
        type_key(hand, hand.place(letters, Button.KEY, letter))
    hand.press(letters, Button.SEND, then)


def typed(hand: Hand) -> None:
    """To its slip."""
    to_qr(hand)
    to_slip(hand)


def amount_typed(hand: Hand) -> None:
    """One whose reference and amount are both typed."""
    who, kind = Who(service=services.OTHER_FEE), _kind(LETTER_FEE)
    hand.choose(services.OTHER_FEE, "ChoosingFee")
    hand.press(ChoosingFee(hand.desk, who), Button.CHOOSE, "TypingReference", value=LETTER_FEE)
    _type_reference(hand, TypingReference(hand.desk, who, kind), LETTER_FEE_LETTER, "TypingAmount")
    amount = TypingAmount(hand.desk, who, kind, LETTER_FEE_LETTER)
    for figure in "500":
        type_key(hand, hand.place(amount, Button.KEY, figure))
    hand.press(amount, Button.SEND, "ConfirmingFee")
    hand.press(ConfirmingFee(hand.desk, who, FeeDue(kind, LETTER_FEE_LETTER, 50_000)), Button.CONTINUE, "Paying")
    to_slip(hand)


def scanned(hand: Hand) -> None:
    """One that is only scanned: by the barcode of its letter."""
    who, kind = Who(service=services.OTHER_FEE), _kind(SCANNED_FEE)
    hand.choose(services.OTHER_FEE, "ChoosingFee")
    hand.press(ChoosingFee(hand.desk, who), Button.CHOOSE, "TypingReference", value=SCANNED_FEE)
    hand.visitor.scan(BillPayment(kind.payee.biller_id, SCANNED_FEE_LETTER, amount_satang=125_000).barcode())
    hand.await_state("ConfirmingFee")
    hand.press(ConfirmingFee(hand.desk, who, FeeDue(kind, SCANNED_FEE_LETTER, 125_000)), Button.CONTINUE, "Paying")
    to_slip(hand)


def letter_scanned(hand: Hand) -> None:
    """One whose letter's QR is scanned with nothing chosen."""
    who, kind = Who(service=services.OTHER_FEE), _kind(LETTER_FEE)
    hand.visitor.scan(BillPayment(kind.payee.biller_id, LETTER_FEE_LETTER, amount_satang=75_000).emv_payload())
    hand.await_state("ConfirmingFee")
    hand.press(ConfirmingFee(hand.desk, who, FeeDue(kind, LETTER_FEE_LETTER, 75_000)), Button.CONTINUE, "Paying")
    to_slip(hand)


def _kind(code: str) -> FeeKind:
    return FeeKind(code, FEES[code], PAYEES[FEES[code].payee])


def reference_scanned(hand: Hand) -> None:
    """One whose letter has its reference as a plain barcode, scanned with nothing chosen."""
    hand.visitor.scan(FIXED_FEE_LETTER)
    hand.await_state("ConfirmingFee")
    due = FeeDue(_kind(FIXED_FEE), FIXED_FEE_LETTER, FEES[FIXED_FEE].amount.fixed_satang)
    hand.press(ConfirmingFee(hand.desk, Who(service=services.OTHER_FEE), due), Button.CONTINUE, "Paying")
    to_slip(hand)
