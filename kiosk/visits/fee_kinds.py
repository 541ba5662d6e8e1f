"""The fees of other offices as a visit handles them: which there are, and which of them a letter's code is of. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from fleet.protocol.codes import NoticeCode, classify
from fleet.protocol.fees import AmountBy, OtherFee
from fleet.protocol.payment import BillPayment
from fleet.protocol.settings import KioskSettings
from fleet.protocol.words import Payee


@dataclass(frozen=True, slots=True)
class FeeKind:
    """One of the fees the settings define, by its ``code`` there, and who is paid for it."""

    code: str
    fee: OtherFee
    payee: Payee


@dataclass(frozen=True, slots=True)
class FeeDue:
    """What a letter of another office asks for: its reference and amount. No notice of ours stands behind it."""

    kind: FeeKind
    reference: str = field(repr=False)
    amount_satang: int

    @property
    def is_sample(self) -> bool:
        """Whether it is sample data by itself; the settings' own word counts beside it."""
        return False


def fee_kinds(settings: KioskSettings | None, *, can_scan: bool) -> tuple[FeeKind, ...]:
    """The fees that can be paid here, in the order of the list; one that is only scanned needs a scanner."""
    if settings is None:
        return ()
    found = [
        FeeKind(code, fee, settings.payees[fee.payee])
        for code, fee in settings.fees.items()
        if fee.offered and (can_scan or fee.amount.by is not AmountBy.CODE)
    ]
    return tuple(sorted(found, key=lambda each: (each.fee.position, each.fee.name.th, each.code)))


def kind_of(payment: BillPayment, kinds: tuple[FeeKind, ...]) -> FeeKind | None:
    """The one fee a letter's payment code is of; None when it is of none, of several, or of a notice of ours."""
    if isinstance(classify(payment.ref1), NoticeCode):
        return None
    found = [each for each in kinds if fits(payment, each)]
    return found[0] if len(found) == 1 else None


def kind_of_reference(reference: str, kinds: tuple[FeeKind, ...]) -> FeeKind | None:
    """The one fee that a letter's plain barcode is of, with nothing chosen; None when it is of none or of several."""
    found = [each for each in kinds if each.fee.reference.is_telling and takes_reference(reference, each)]
    return found[0] if len(found) == 1 else None


def takes_reference(reference: str, kind: FeeKind) -> bool:
    """Whether a plain barcode is a reference of this fee, and all that is needed of its code."""
    by_rule = kind.fee.amount.by is not AmountBy.CODE and kind.fee.reference.flaw(reference) is None
    return bool(reference) and by_rule


def fits(payment: BillPayment, kind: FeeKind) -> bool:
    """Whether a letter's payment code is of this fee: its payee, its kind of reference, an amount it may have."""
    if payment.biller_id != kind.payee.biller_id or kind.fee.reference.flaw(payment.ref1) is not None:
        return False
    if payment.amount_satang is None:
        return kind.fee.amount.by is not AmountBy.CODE
    return kind.fee.amount.takes(payment.amount_satang)


def amount_of(payment: BillPayment, kind: FeeKind) -> int | None:
    """How much is to be paid for a letter's code; None when it must be typed."""
    return kind.fee.amount.fixed_satang if kind.fee.amount.by is AmountBy.FIXED else payment.amount_satang
