"""A typed number, and the fees of other offices: each step, what is refused and how that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from drivers.printer.port import Paper
from fleet.protocol.codes import FactoryCode, NoticeCode, UnknownCode, Why, classify, notice_reference
from fleet.protocol.factory import luhn_digit
from fleet.protocol.fees import AmountBy, AmountRule, ReferenceRule
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.office import Factory, Line, Notice
from fleet.protocol.payment import BillPayment
from kiosk.screens.samples import DESK
from kiosk.screens.samples_fees import BILLER_ID, FEES, PAYEES, kind, with_fees
from kiosk.visits.desk import Desk, Device
from kiosk.visits.effects import DrawTransaction, Effect, LookUpCode, Outcome, PrintPaymentSlip, RecordPayment
from kiosk.visits.events import (
    Button,
    CardFound,
    CodeScanned,
    Event,
    NotFound,
    NothingOwed,
    NoticesFound,
    Owed,
    PaymentRecorded,
    TimedOut,
    Touched,
    TransactionDrawn,
)
from kiosk.visits.fee_kinds import FeeDue, kind_of
from kiosk.visits.fee_states import ChoosingFee, ConfirmingFee, TypingAmount, TypingNumber, TypingReference
from kiosk.visits.keyboard import Layer
from kiosk.visits.services import OTHER_FEE, PAY_FEE
from kiosk.visits.states import (
    ChoosingNotice,
    ChoosingService,
    Confirmed,
    Idle,
    Inviting,
    LookingUp,
    OpeningPayment,
    Paying,
    Problem,
    Sorry,
    State,
    Taking,
    Waiting,
    Warned,
)
from kiosk.visits.steps import TRIES_MAX
from kiosk.visits.typed import Wrong, digit_added, key_added, read_amount, read_number
from kiosk.visits.visit import step
from kiosk.visits.visitor import Visitor

NOTICE = notice_reference(20, 42)
FACTORY = "2020001232555" + str(luhn_digit("2020001232555"))
DOUBTFUL = FACTORY[:-1] + str((int(FACTORY[-1]) + 1) % 10)
CITIZEN = "1234567890121"
AT = datetime(2026, 11, 22, 3, 47, tzinfo=UTC)
PAYING = Visitor(service=PAY_FEE)


def went(state: State, *events: Event) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for event in events:
        then = step(state, event)
        state, effects = then.state, [*effects, *then.effects]
    return state, effects


def keys(text: str) -> tuple[Touched, ...]:
    return tuple(Touched(Button.KEY, each) for each in text)


SEND, BACK = Touched(Button.SEND), Touched(Button.BACK)


# ---- a typed number -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "means"),
    [
        (NOTICE, NoticeCode(NOTICE)),
        (NOTICE[1:], NoticeCode(NOTICE)),
        (FACTORY, classify(FACTORY)),
        (DOUBTFUL, classify(DOUBTFUL)),
        ("3-4(1)-5/44ปท", classify("3-4(1)-5/44ปท")),
        ("จ3-4(1)-5/44ปท", classify("จ3-4(1)-5/44ปท")),
        ("", Wrong.SHORT),
        ("N2000", Wrong.SHORT),
        ("20200012", Wrong.SHORT),
        (FACTORY + "1", Wrong.LONG),
        (NOTICE[:-1] + ("A" if NOTICE[-1] != "A" else "B"), Wrong.CHECK),
        (CITIZEN, Wrong.ID_NUMBER),
        ("1-2345-67890-12-1", Wrong.ID_NUMBER),
        ("HELLO", Wrong.NEITHER),
        ("กขค", Wrong.NEITHER),
        ("F2000004", Wrong.NEITHER),
    ],
)
def test_what_a_typed_number_means(text: str, means: object) -> None:
    read = read_number(text)
    if text.startswith("F2"):
        assert isinstance(read, Wrong), "a folder is scanned, never typed"
    else:
        assert read == means


@given(st.text(max_size=30))
def test_nothing_typed_opens_anything_but_a_notice_or_a_factory(text: str) -> None:
    assert isinstance(read_number(text), NoticeCode | FactoryCode | Wrong)


def test_from_the_invitation_to_the_notices_of_a_factory() -> None:
    state, _ = went(Inviting(DESK, PAYING), Touched(Button.TYPE))
    assert isinstance(state, TypingNumber)
    state, effects = went(state, *keys(FACTORY), SEND)
    assert isinstance(state, LookingUp)
    assert effects == [LookUpCode(classify(FACTORY), (PAY_FEE,))], "looked up to pay, and for nothing else"
    notice = Notice(notice_no="N1", reference=NOTICE, factory_no=FACTORY, item_th="ก", item_en="a", amount_satang=100,
                    lines=(Line(label_th="ก", label_en="a", amount_satang=100),), due_on=date(2026, 9, 1))  # fmt: skip
    owed = Owed(notice, Factory(factory_no=FACTORY, name_th="ตัวอย่าง", name_en="Sample"))
    state, _ = went(state, NoticesFound((owed,)))
    assert isinstance(state, ChoosingNotice)
    assert state.visitor.tries == 1


def test_a_doubtful_factory_number_is_asked_about_once_and_then_taken() -> None:
    state, effects = went(TypingNumber(DESK, PAYING), *keys(DOUBTFUL), SEND)
    assert isinstance(state, TypingNumber)
    assert (state.wrong, effects) == (Wrong.DOUBTFUL, [])
    assert isinstance(went(state, SEND)[0], LookingUp)
    other, _ = went(state, Touched(Button.ERASE), *keys(DOUBTFUL[-1]))
    assert isinstance(other, TypingNumber)
    assert other.wrong is None, "changed, so it is doubted anew"


def test_an_id_number_is_wiped_at_once_and_never_looked_up() -> None:
    state, effects = went(TypingNumber(DESK, PAYING), *keys(CITIZEN), SEND)
    assert state == TypingNumber(DESK, PAYING, wrong=Wrong.ID_NUMBER)
    assert effects == []
    assert CITIZEN not in repr(went(TypingNumber(DESK, PAYING), *keys(CITIZEN))[0])


def test_nobody_reads_the_register_out_of_a_kiosk() -> None:
    state: State = TypingNumber(DESK, PAYING)
    for tried in range(TRIES_MAX):
        state, effects = went(state, *keys(FACTORY), SEND)
        assert len(effects) == 1
        state, _ = went(state, NotFound(damaged=bool(tried % 2)))
        assert isinstance(state, Sorry)
        assert state.problem is Problem.NUMBER_UNKNOWN
        state, _ = went(state, Touched(Button.RETRY))
    assert isinstance(state, Sorry)
    assert state.problem is Problem.TRIES_SPENT
    state, _ = went(state, BACK)
    assert isinstance(state, Inviting)
    assert went(state, Touched(Button.TYPE))[0] == state, "not by another door either"
    assert went(state, CardFound())[0].visitor.tries == TRIES_MAX  # type: ignore[union-attr]  # a Sorry


@pytest.mark.parametrize("answer", [NothingOwed(), NotFound()])
def test_a_number_that_leads_nowhere_says_so(answer: Event) -> None:
    state, _ = went(TypingNumber(DESK, PAYING, NOTICE), SEND, answer)
    assert isinstance(state, Sorry)


def test_scanning_goes_on_while_typing() -> None:
    state, effects = went(TypingNumber(DESK, PAYING, "N20"), CodeScanned(classify(NOTICE)))
    assert isinstance(state, LookingUp)
    assert effects == [LookUpCode(NoticeCode(NOTICE), (PAY_FEE,))]


def test_with_neither_reader_nor_scanner_the_number_is_asked_for_at_once() -> None:
    desk = replace(DESK, ready=DESK.ready - {Device.CARD, Device.SCANNER})
    state, _ = went(ChoosingService(desk), Touched(Button.SERVICE, PAY_FEE))
    assert isinstance(state, TypingNumber)
    assert isinstance(went(state, BACK)[0], ChoosingService)


@given(st.lists(st.characters() | st.sampled_from("0123456789NกขA-/()"), max_size=40))
def test_only_what_numbers_are_made_of_is_typed_and_never_too_much(typed: list[str]) -> None:
    text = ""
    for key in typed:
        text = key_added(text, key, 26)
    assert len(text) <= 26
    assert all(each.isascii() or "ก" <= each <= "ฮ" for each in text)


def test_a_shifted_letter_leads_back_to_the_others() -> None:
    state, _ = went(TypingNumber(DESK, PAYING, layer=Layer.THAI), Touched(Button.SHIFT), *keys("ฉ"))
    assert isinstance(state, TypingNumber)
    assert (state.layer, state.text) == (Layer.THAI, "ฉ")


# ---- fees of other offices ------------------------------------------------------------------------------------------

FEE_DESK = with_fees(DESK)
HERE = Visitor(service=OTHER_FEE)
SIGNBOARD = kind("sample-1")


def letter(
    reference: str = "SB12345678", amount_satang: int | None = 125_050, biller_id: str = BILLER_ID
) -> CodeScanned:
    return CodeScanned(classify(BillPayment(biller_id, reference, amount_satang=amount_satang).emv_payload()))


def to_qr(state: State) -> tuple[State, list[Effect]]:
    return went(state, Touched(Button.CONTINUE), TransactionDrawn("CBI01-690000042", "T" * 16), PaymentRecorded())


def word(**other: Any) -> PaymentConfirmed:
    said = {"ref1": "SB12345678", "ref2": "CBI01690000042", "amount_satang": 125_050, "confirmed_at": AT}
    return PaymentConfirmed(**{**said, **other})


def test_from_the_menu_to_the_slip() -> None:
    state, _ = went(ChoosingService(FEE_DESK), Touched(Button.SERVICE, OTHER_FEE))
    assert isinstance(state, ChoosingFee)
    assert [each.code for each in state.shown] == ["sample-1", "sample-2", "sample-3"]
    state, _ = went(state, Touched(Button.CHOOSE, "sample-1"), *keys("sb 1234-5678"), SEND)
    assert isinstance(state, TypingAmount)
    state, _ = went(state, *keys("1250.50"), SEND)
    assert isinstance(state, ConfirmingFee)
    assert (state.due.reference, state.due.amount_satang) == ("SB12345678", 125_050)
    state, effects = to_qr(state)
    assert isinstance(state, Paying)
    record = next(each for each in effects if isinstance(each, RecordPayment))
    assert effects[0] == DrawTransaction()
    assert record.bill.payment == BillPayment(BILLER_ID, "SB12345678", "CBI01690000042", 125_050)
    assert state.visitor.saw_qr
    state, effects = went(state, word())
    assert isinstance(state, Confirmed)
    assert any(isinstance(each, PrintPaymentSlip) for each in effects)
    state, _ = went(state, Touched(Button.FINISH))
    assert isinstance(state, Taking)
    assert state.outcome is Outcome.PAID


def test_a_fixed_amount_is_not_asked_for() -> None:
    state, _ = went(TypingReference(FEE_DESK, HERE, kind("sample-2")), *keys("WF123456"), SEND)
    assert isinstance(state, ConfirmingFee)
    assert state.due.amount_satang == 24_000


@pytest.mark.parametrize(
    ("typed", "wrong", "kept"),
    [
        ("SB123", Wrong.SHORT, "SB123"),
        ("SB123456789", Wrong.LONG, "SB123456789"),
        ("SX12345678", Wrong.SHAPE, "SX12345678"),
        (CITIZEN, Wrong.ID_NUMBER, ""),
    ],
)
def test_a_reference_that_cannot_be_is_said_why(typed: str, wrong: Wrong, kept: str) -> None:
    state, effects = went(TypingReference(FEE_DESK, HERE, SIGNBOARD), *keys(typed), SEND)
    assert isinstance(state, TypingReference)
    assert (state.wrong, state.text, effects) == (wrong, kept, [])


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1250", 125_000), ("1250.", 125_000), ("1250.5", 125_050), ("0.01", 1),
        ("", Wrong.AMOUNT), ("0", Wrong.AMOUNT), ("0.00", Wrong.AMOUNT),
        ("100000.00", 10_000_000), ("100000.01", Wrong.TOO_MUCH),
    ],
)  # fmt: skip
def test_what_a_typed_amount_means(text: str, means: int | Wrong) -> None:
    assert read_amount(text, AmountRule()) == means


@given(st.lists(st.sampled_from("0123456789.,-x"), max_size=30))
def test_whatever_keys_are_pressed_an_amount_stays_one(typed: list[str]) -> None:
    text = ""
    for key in typed:
        text = digit_added(text, key)
    assert len(text) <= 13
    read = read_amount(text, AmountRule(most_satang=999_999_999_999))
    assert isinstance(read, Wrong) or read > 0


# ---- scanned letters


@pytest.mark.parametrize("state", [Idle(FEE_DESK), ChoosingService(FEE_DESK), ChoosingFee(FEE_DESK, HERE)], ids=repr)
def test_a_letter_before_the_scanner_is_enough(state: State) -> None:
    then, _ = went(state, letter())
    assert isinstance(then, ConfirmingFee)
    assert (then.due, then.visitor.service) == (FeeDue(SIGNBOARD, "SB12345678", 125_050), OTHER_FEE)
    without, _ = went(state, letter(amount_satang=None))
    assert isinstance(without, TypingAmount)


@pytest.mark.parametrize(
    "scanned",
    [
        letter(biller_id="199999999999999"),
        letter("XX12345678"),
        letter(amount_satang=10_000_001),
        letter(NOTICE),
        CodeScanned(classify("HELLO")),
    ],
    ids=["biller", "shape", "too-much", "notice", "nothing"],
)
def test_anything_else_is_no_letter_of_a_fee(scanned: CodeScanned) -> None:
    assert isinstance(went(Idle(FEE_DESK), scanned)[0], LookingUp)
    state, _ = went(TypingReference(FEE_DESK, HERE, SIGNBOARD), scanned)
    assert isinstance(state, TypingReference)
    assert state.wrong is Wrong.OTHER_CODE


def plain(reference: str) -> CodeScanned:
    """A letter's barcode that holds its reference and nothing else."""
    return CodeScanned(UnknownCode(Why.NOT_OURS), reference)


def test_a_plain_reference_is_known_by_its_rule() -> None:
    fixed, _ = went(Idle(FEE_DESK), plain("WF123456"))
    assert isinstance(fixed, ConfirmingFee)
    assert (fixed.due.reference, fixed.due.amount_satang, fixed.visitor.service) == ("WF123456", 24_000, OTHER_FEE)
    asked, _ = went(TypingReference(FEE_DESK, HERE, SIGNBOARD), plain("SB12345678"))
    assert isinstance(asked, TypingAmount)
    assert asked.reference == "SB12345678"
    elsewhere, _ = went(TypingReference(FEE_DESK, HERE, SIGNBOARD), plain("WF123456"))
    assert isinstance(elsewhere, ConfirmingFee)


def test_a_plain_number_that_may_be_anything_is_a_reference_only_where_its_fee_was_chosen() -> None:
    rule = replace_struct(SIGNBOARD.fee, reference=ReferenceRule(shape="##########"))
    settings = replace_struct(FEE_DESK.settings, fees={"sample-1": rule})
    desk = replace(FEE_DESK, settings=settings)
    assert isinstance(went(Idle(desk), plain("1234567890"))[0], LookingUp)
    assert isinstance(went(TypingReference(desk, HERE, desk.fees[0]), plain("1234567890"))[0], TypingAmount)


def test_a_plain_reference_does_not_say_what_only_the_code_says() -> None:
    state, _ = went(TypingReference(FEE_DESK, HERE, kind("sample-3")), plain("12345678"))
    assert isinstance(state, TypingReference)
    assert state.wrong is Wrong.OTHER_CODE


def test_a_letter_of_another_fee_goes_where_it_belongs() -> None:
    state, _ = went(TypingReference(FEE_DESK, HERE, SIGNBOARD), letter("WF123456", 24_000))
    assert isinstance(state, ConfirmingFee)
    assert state.due.kind.code == "sample-2"


def test_of_two_fees_a_letter_may_be_of_nobody_chooses() -> None:
    twice = (kind("sample-1"), replace(kind("sample-1"), code="another"))
    assert kind_of(BillPayment(BILLER_ID, "SB12345678", amount_satang=100), twice) is None


def test_a_fee_that_is_only_scanned_takes_no_keys_and_no_code_without_an_amount() -> None:
    state: State = TypingReference(FEE_DESK, HERE, kind("sample-3"))
    assert went(state, *keys("12345678"), SEND)[0] == state
    without, _ = went(state, letter("12345678", None))
    assert isinstance(without, TypingReference)
    assert without.wrong is Wrong.OTHER_CODE
    assert isinstance(went(state, letter("12345678", 5_000))[0], ConfirmingFee)
    no_scanner = replace(FEE_DESK, ready=FEE_DESK.ready - {Device.SCANNER})
    assert "sample-3" not in {each.code for each in no_scanner.fees}


# ---- ways back, and what may go wrong


def test_what_was_typed_can_be_changed() -> None:
    due = FeeDue(SIGNBOARD, "SB12345678", 125_050)
    state, _ = went(ConfirmingFee(FEE_DESK, HERE, due), BACK)
    assert isinstance(state, TypingReference)
    assert state.text == "SB12345678"
    assert isinstance(went(state, BACK)[0], ChoosingFee)
    assert isinstance(went(state, BACK, BACK)[0], ChoosingService)


def test_a_qr_that_was_left_may_yet_be_paid() -> None:
    paying, _ = to_qr(ConfirmingFee(FEE_DESK, HERE, FeeDue(SIGNBOARD, "SB12345678", 125_050)))
    left, _ = went(paying, Touched(Button.CANCEL))
    assert isinstance(left, ConfirmingFee)
    assert left.left is not None
    assert isinstance(went(left, word())[0], Confirmed)
    assert went(left, word(ref2="ANOTHER"))[0] == left


def test_another_payment_of_the_same_letter_settles_nothing_here() -> None:
    paying, _ = to_qr(ConfirmingFee(FEE_DESK, HERE, FeeDue(SIGNBOARD, "SB12345678", 125_050)))
    waiting, _ = went(paying, Touched(Button.PAID))
    assert isinstance(waiting, Waiting)
    for state in (paying, waiting):
        assert type(went(state, word(ref2="CBI01690000041"))[0]) is type(state)
        assert type(went(state, word(amount_satang=125_049))[0]) is type(state)


def test_a_kiosk_without_such_fees_does_not_offer_them() -> None:
    assert OTHER_FEE in FEE_DESK.offered
    assert FEE_DESK.settings is not None
    off = {code: msgspec.structs.replace(fee, offered=False) for code, fee in FEES.items()}
    for fees in ({}, off):
        desk = replace(FEE_DESK, settings=msgspec.structs.replace(FEE_DESK.settings, fees=fees))
        assert desk.offered == (PAY_FEE,)


def test_one_fee_is_not_chosen_among_one() -> None:
    assert FEE_DESK.settings is not None
    one = {"only": msgspec.structs.replace(FEES["sample-1"], payee="town")}
    desk = replace(FEE_DESK, settings=msgspec.structs.replace(FEE_DESK.settings, fees=one, payees=PAYEES))
    state, _ = went(ChoosingService(desk), Touched(Button.SERVICE, OTHER_FEE))
    assert isinstance(state, TypingReference)
    assert isinstance(went(state, BACK)[0], ChoosingService)


def test_the_menu_has_the_order_of_the_settings() -> None:
    assert FEE_DESK.settings is not None
    turned = msgspec.structs.replace(FEE_DESK.settings, services=(OTHER_FEE, PAY_FEE, OTHER_FEE, "fly"))
    assert replace(FEE_DESK, settings=turned).offered == (OTHER_FEE, PAY_FEE)


def test_the_wait_is_warned_of_and_what_stood_there_stays() -> None:
    for state in (TypingNumber(DESK, PAYING, "N20"), TypingReference(FEE_DESK, HERE, SIGNBOARD, "SB1")):
        warned, _ = went(state, TimedOut())
        assert isinstance(warned, Warned)
        assert went(warned, Touched(Button.CONTINUE))[0] == state


def test_a_slip_that_cannot_be_printed_is_held() -> None:
    desk: Desk = replace(FEE_DESK, paper=Paper.OUT)
    paying, _ = to_qr(ConfirmingFee(desk, HERE, FeeDue(SIGNBOARD, "SB12345678", 125_050)))
    state, effects = went(paying, word())
    assert isinstance(state, Confirmed)
    assert [type(each).__name__ for each in effects] == ["HoldPaymentSlip"]


def test_a_rule_of_a_fee_is_not_the_programs_to_know() -> None:
    """The same flow with a fee nobody has ever heard of."""
    made_up = msgspec.structs.replace(
        FEES["sample-1"], reference=ReferenceRule(shape="ZZ@#"), amount=AmountRule(by=AmountBy.FIXED, fixed_satang=100)
    )
    state, _ = went(TypingReference(FEE_DESK, HERE, replace(SIGNBOARD, fee=made_up)), *keys("zza1"), SEND)
    assert isinstance(state, ConfirmingFee)
    assert isinstance(to_qr(state)[0], Paying)
    assert isinstance(went(state, Touched(Button.CONTINUE))[0], OpeningPayment)
