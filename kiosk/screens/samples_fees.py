"""A typed number and the fees of other offices, once each, with made-up fees; for ``samples``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from fleet.protocol.fees import AmountBy, AmountRule, FeeIcon, OtherFee, ReferenceRule
from fleet.protocol.payment import BillPayment
from fleet.protocol.words import Payee, Subtitle, TileWords, Title, Words
from kiosk.visits.desk import Desk, Device
from kiosk.visits.events import Bill
from kiosk.visits.fee_kinds import FeeDue, FeeKind
from kiosk.visits.fee_states import ChoosingFee, ConfirmingFee, TypingAmount, TypingNumber, TypingReference
from kiosk.visits.keyboard import Layer
from kiosk.visits.services import OTHER_FEE, PAY_FEE
from kiosk.visits.states import ChoosingService, Inviting, Paying, State
from kiosk.visits.typed import Wrong
from kiosk.visits.visitor import Visitor

BILLER_ID = "112345678901234"

PAYEES = {
    "town": Payee(name=Words(th="เทศบาลตัวอย่าง", en="Sample municipality"), biller_id=BILLER_ID),
    "long": Payee(
        name=Words(
            th="องค์การบริหารส่วนตำบลตัวอย่างแห่งภาคตะวันออกเฉียงเหนือตอนบน",
            en="Sample Subdistrict Administration of the Upper Northeast",
        ),
        biller_id=BILLER_ID,
    ),
}

FEES = {
    "sample-1": OtherFee(
        name=Words(th="ภาษีป้าย (ตัวอย่าง)", en="Signboard tax (sample)"),
        payee="town",
        reference=ReferenceRule(shape="SB########"),
        position=1,
    ),
    "sample-2": OtherFee(
        name=Words(th="ค่าเก็บขยะ (ตัวอย่าง)", en="Waste fee (sample)"),
        payee="town",
        reference=ReferenceRule(shape="WF######"),
        amount=AmountRule(by=AmountBy.FIXED, fixed_satang=24_000),
        icon=FeeIcon.HOUSE,
        position=2,
    ),
    "sample-3": OtherFee(
        name=Words(th="ค่ารับรองผลิตภัณฑ์ (ตัวอย่าง)", en="Product certificate (sample)"),
        payee="town",
        reference=ReferenceRule(shape="########"),
        amount=AmountRule(by=AmountBy.CODE),
        icon=FeeIcon.BADGE,
        position=3,
    ),
    "sample-4": OtherFee(
        name=Words(
            th="ค่าธรรมเนียมการใช้ที่ดินและสิ่งปลูกสร้างเพื่ออุตสาหกรรม (ตัวอย่าง)",
            en="Land and building fee of industrial premises (sample only)",
        ),
        payee="long",
        reference=ReferenceRule(
            shape="@@@@@@@@############",
            where=Words(
                th="รหัสชำระเงินใต้แถบรหัสด้านล่างขวาของหนังสือแจ้งการประเมิน",
                en="Under the barcode at the bottom right of the letter",
            ),
        ),
        icon=FeeIcon.FACTORY,
        position=4,
    ),
}

_LONG_TILE = TileWords(
    title=Title(th="ชำระค่าธรรมเนียมโรงงานรายปี", en="Pay your yearly factory fees"),
    subtitle=Subtitle(
        th="ด้วยบัตรประชาชน ใบแจ้ง ป้ายแฟ้ม หรือพิมพ์เลขทะเบียนโรงงานก็ได้",
        en="With ID card, notice, folder label, or by typing the number",
    ),
)


def with_fees(desk: Desk) -> Desk:
    """The desk of an office that takes them."""
    if desk.settings is None:
        return desk
    services = (PAY_FEE, OTHER_FEE)
    return replace(desk, settings=msgspec.structs.replace(desk.settings, fees=FEES, payees=PAYEES, services=services))


def kind(code: str) -> FeeKind:
    """One of the sample fees."""
    return FeeKind(code, FEES[code], PAYEES[FEES[code].payee])


def fee_states(desk: Desk) -> Iterator[tuple[str, State]]:
    """Names and states, in the order of a visit."""
    yield from _numbers(desk)
    yield from _letters(with_fees(desk))
    yield from _menus(with_fees(desk))


def _numbers(desk: Desk) -> Iterator[tuple[str, State]]:
    here = Visitor(service=PAY_FEE)
    number = TypingNumber(desk, here, "N2069000")
    yield "16-number", number
    yield "16-number-empty", replace(number, text="")
    yield "16-number-no-scanner", replace(number, text="", desk=replace(desk, ready=desk.ready - {Device.SCANNER}))
    yield "16-number-letters", replace(number, layer=Layer.LATIN_SHIFT)
    yield "16-number-thai", replace(number, text="จ3-4(1)-5/44ปท", layer=Layer.THAI)
    for wrong in (Wrong.SHORT, Wrong.CHECK, Wrong.DOUBTFUL, Wrong.ID_NUMBER, Wrong.NEITHER, Wrong.LONG):
        text = "" if wrong is Wrong.ID_NUMBER else "20200012325554"
        yield f"16-number-{wrong.value}", replace(number, text=text, wrong=wrong)


def _letters(desk: Desk) -> Iterator[tuple[str, State]]:
    here = Visitor(service=OTHER_FEE)
    yield "17-fees", ChoosingFee(desk, here)
    yield "99-long-fees", ChoosingFee(desk, here, page=1)
    reference = TypingReference(desk, here, kind("sample-1"), "SB1234")
    yield "17-reference", reference
    yield "17-reference-empty", replace(reference, text="")
    yield "17-reference-wrong", replace(reference, wrong=Wrong.SHAPE)
    yield "17-reference-scan", TypingReference(desk, here, kind("sample-3"))
    yield "17-reference-scan-wrong", TypingReference(desk, here, kind("sample-3"), wrong=Wrong.OTHER_CODE)
    long = TypingReference(desk, here, kind("sample-4"))
    yield "99-long-reference", long
    yield "99-long-reference-letters", replace(long, text="ABCDEFGH123456789012", layer=Layer.LATIN_SHIFT)
    amount = TypingAmount(desk, here, kind("sample-1"), "SB12345678", "1250.5")
    yield "17-amount", amount
    yield "17-amount-empty", replace(amount, text="")
    yield "17-amount-too-much", replace(amount, text="9999999999", wrong=Wrong.TOO_MUCH)
    due = FeeDue(kind("sample-1"), "SB12345678", 125_050)
    yield "17-check", ConfirmingFee(desk, here, due)
    long_due = FeeDue(kind("sample-4"), "ABCDEFGH123456789012", 9_999_999_999)
    yield "99-long-check", ConfirmingFee(desk, here, long_due)
    for name, each in (("17-qr", due), ("99-long-fee-qr", long_due)):
        payment = BillPayment(each.kind.payee.biller_id, each.reference, "CBI01690000042", each.amount_satang)
        yield name, Paying(desk, here, Bill(each, payment, "CBI01-690000042", "Kx7mQ2vT9pLw4RzB"), ())


def _menus(desk: Desk) -> Iterator[tuple[str, State]]:
    if desk.settings is None:
        return
    yield "02-menu-fees", ChoosingService(desk)
    worded = msgspec.structs.replace(desk.settings, menu={PAY_FEE: _LONG_TILE, OTHER_FEE: _LONG_TILE})
    yield "99-long-menu-own-words", ChoosingService(replace(desk, settings=worded))
    neither = replace(desk, ready=desk.ready - {Device.CARD, Device.SCANNER})
    yield "10-menu-card-and-scanner-gone", ChoosingService(neither)
    yield "03-insert-card-typed-out", Inviting(desk, Visitor(service=PAY_FEE, tries=5))
