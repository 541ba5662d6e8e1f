"""Visits as stories: a row of events, and where each leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace as replace_struct

from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.errors import Fault
from drivers.panel.port import Light, Pattern
from drivers.printer.port import Paper, PrinterStatus
from fleet.protocol.codes import UnknownCode, classify
from fleet.protocol.messages import PaymentConfirmed
from kiosk.visits.desk import Desk, Device, Language
from kiosk.visits.effects import (
    BeginVisit,
    DrawTransaction,
    Effect,
    EndVisit,
    HoldPaymentSlip,
    LookUpCard,
    LookUpCode,
    Outcome,
    PrintPaymentSlip,
    ReadCard,
    RecordPayment,
    ShowLight,
)
from kiosk.visits.events import (
    AlreadyPaid,
    Button,
    CardFound,
    CardProblem,
    CardRead,
    CardUnreadable,
    CodeScanned,
    DeviceLost,
    DeviceReady,
    Event,
    LinkChanged,
    NotFound,
    NothingOwed,
    NoticesFound,
    Owed,
    PaymentNotRecorded,
    PaymentRecorded,
    PrinterChanged,
    SettingsChanged,
    SlipBegun,
    SlipFailed,
    SlipPrinted,
    TimedOut,
    Touched,
    TransactionDrawn,
)
from kiosk.visits.machine import UnexpectedEventError
from kiosk.visits.services import REGISTER
from kiosk.visits.states import (
    ChoosingNotice,
    ChoosingService,
    Confirmed,
    Idle,
    Inviting,
    LookingUp,
    OpeningPayment,
    OutOfService,
    Paying,
    Problem,
    ReadingCard,
    Slip,
    Sorry,
    State,
    Taking,
    Visitor,
    Waiting,
    Warned,
    visitor_of,
)
from kiosk.visits.visit import step, visit
from tests.support.sample_visit import SAMPLE_ID, confirmation, desk, owed, settings

ATR = bytes.fromhex("3b680000")
NUMBER = "CBI02-690000318"
SOMETHING = CodeScanned(classify("nothing we know"))


@dataclass
class Story:
    """A visit being lived through."""

    state: State = field(default_factory=lambda: Idle(desk()))
    effects: list[Effect] = field(default_factory=list)

    def then(self, *events: Event) -> Story:
        for event in events:
            happened = step(self.state, event)
            self.state = happened.state
            self.effects += happened.effects
        return self

    def until_list(self, *notices: Owed) -> Story:
        found = NoticesFound(notices or (owed(),))
        return self.then(CardInserted(ATR), CardRead(SAMPLE_ID, expired=False), found)

    def until_qr(self, *notices: Owed) -> Story:
        self.until_list(*notices)
        assert isinstance(self.state, ChoosingNotice)
        chosen = self.state.owed[0].notice.notice_no
        drawn = TransactionDrawn(NUMBER, "token-of-96-bits")
        return self.then(Touched(Button.CHOOSE, chosen), drawn, PaymentRecorded())

    def until_waiting(self) -> Story:
        return self.until_qr().then(Touched(Button.PAID))

    def did(self, kind: type[Effect]) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def bill(self):
        assert isinstance(self.state, Paying | Waiting | Confirmed)
        return self.state.bill


def test_the_whole_visit_with_a_card() -> None:
    story = Story().until_qr()
    assert isinstance(story.state, Paying)
    assert story.bill.payment.ref2 == "CBI02690000318"
    story.then(Touched(Button.PAID), confirmation(story.bill))
    assert isinstance(story.state, Confirmed)
    assert story.state.slip is Slip.PRINTING
    story.then(SlipPrinted(NUMBER), Touched(Button.FINISH))
    assert story.state == Taking(
        desk(), story.state.visitor, Outcome.PAID, story.state.bill, story.state.confirmed_at, Slip.PRINTED
    )
    assert story.state.visitor.card_in
    story.then(CardRemoved(), TimedOut())
    assert story.state == Idle(desk())
    assert [type(e) for e in story.effects if not type(e).__name__.startswith("Show")] == [
        BeginVisit, ReadCard, LookUpCard, DrawTransaction, RecordPayment, PrintPaymentSlip, EndVisit,
    ]  # fmt: skip
    assert story.effects[-3] == EndVisit(Outcome.PAID)


def test_a_scanned_notice_needs_no_card() -> None:
    story = Story().then(SOMETHING, NoticesFound((owed(),)))
    assert isinstance(story.state, ChoosingNotice)
    assert story.state.visitor.payer_masked is None


def test_touching_leads_through_menu_and_invitation() -> None:
    story = Story().then(Touched(Button.START))
    assert isinstance(story.state, ChoosingService)
    story.then(Touched(Button.SERVICE, "pay-fee"))
    assert isinstance(story.state, Inviting)
    story.then(Touched(Button.BACK))
    assert isinstance(story.state, ChoosingService)
    story.then(Touched(Button.HOME))
    assert story.state == Idle(desk())
    assert story.did(EndVisit) == [EndVisit(Outcome.CANCELLED)]


@pytest.mark.parametrize("name", ["fly", "", "pay-fee "])
def test_a_service_that_is_not_offered_does_nothing(name: str) -> None:
    story = Story().then(Touched(Button.START), Touched(Button.SERVICE, name))
    assert isinstance(story.state, ChoosingService)


# ---- the card


def _paid(*, printed: bool = True) -> Story:
    """The bank has confirmed, the card is out, the slip is out or could not be printed."""
    story = Story().until_waiting()
    slip = SlipPrinted(NUMBER) if printed else SlipFailed(NUMBER, "paper-out")
    return story.then(confirmation(story.bill), slip, CardRemoved())


def _unpaid_moments() -> Iterable[tuple[str, Story]]:
    yield "idle", Story()
    yield "menu", Story().then(Touched(Button.START))
    yield "invited", Story().then(Touched(Button.START), Touched(Button.SERVICE, "pay-fee"))
    yield "reading", Story().then(CardInserted(ATR))
    yield "looking up", Story().then(CardInserted(ATR), CardRead(SAMPLE_ID, expired=False))
    yield "list", Story().until_list()
    yield "sorry", Story().then(CardMute())
    yield "warned", Story().until_list().then(TimedOut())


@pytest.mark.parametrize("story", [each for _, each in _unpaid_moments()], ids=[name for name, _ in _unpaid_moments()])
def test_a_card_that_nobody_was_seen_to_put_in_is_asked_for_and_never_read(story: Story) -> None:
    story.effects.clear()
    story.then(CardFound())
    assert isinstance(story.state, Sorry)
    assert (story.state.problem, story.state.owed) == (Problem.CARD_FOUND, ())
    assert story.state.visitor == Visitor(card_in=True, service=story.state.visitor.service)
    assert story.did(ReadCard) == []
    story.then(NoticesFound((owed(),)), Touched(Button.RETRY), TimedOut(), TimedOut())
    assert isinstance(story.state, Taking)
    assert story.did(ReadCard) == []


def test_a_found_card_put_in_again_begins_the_visit_it_was_meant_for() -> None:
    story = Story().then(CardFound(), CardRemoved(), CardInserted(ATR))
    assert isinstance(story.state, ReadingCard)
    assert len(story.did(BeginVisit)) == 1


@pytest.mark.parametrize("warned", [False, True])
def test_a_found_card_stops_no_payment_and_leaves_no_list(warned: bool) -> None:
    story = Story().until_qr(owed(1), owed(2)).then(CardRemoved(), *([TimedOut()] if warned else []))
    story.then(CardFound())
    paying = story.state.before if isinstance(story.state, Warned) else story.state
    assert isinstance(story.state, Warned) is warned
    assert isinstance(paying, Paying)
    assert (paying.owed, paying.visitor.card_in) == ((), True)


def test_a_card_found_at_the_goodbye_is_asked_to_be_taken() -> None:
    story = Story().until_waiting()
    story.then(confirmation(story.bill), Touched(Button.FINISH), CardRemoved(), CardFound(), TimedOut())
    assert isinstance(story.state, Taking)
    assert story.state.visitor.card_in


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (CardRead(SAMPLE_ID, expired=True), Problem.CARD_EXPIRED),
        (CardUnreadable(CardProblem.NOT_THAI_ID), Problem.CARD_NOT_THAI_ID),
        (CardUnreadable(CardProblem.UNREADABLE), Problem.CARD_UNREADABLE),
        (CardRemoved(), Problem.CARD_PULLED),
        (CardMute(), Problem.CARD_REVERSED),
        (TimedOut(), Problem.CARD_UNREADABLE),
    ],
)
def test_a_card_that_cannot_be_used_says_why_and_may_be_put_in_again(event: Event, problem: Problem) -> None:
    story = Story().then(CardInserted(ATR), event)
    assert isinstance(story.state, Sorry)
    assert story.state.problem is problem
    story.then(CardRemoved(), CardInserted(ATR))
    assert isinstance(story.state, ReadingCard)


def test_a_card_put_in_the_wrong_way_round() -> None:
    story = Story().then(CardMute())
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.CARD_REVERSED


def _moments() -> Iterable[tuple[str, Story]]:
    """The visit at each moment at which a card can be pulled."""
    yield "list", Story().until_list()
    yield "opening", Story().until_list().then(Touched(Button.CHOOSE, "N001"))
    yield "qr", Story().until_qr()
    yield "waiting", Story().until_waiting()
    waiting = Story().until_waiting()
    yield "confirmed", waiting.then(confirmation(waiting.bill))
    yield "warned", Story().until_qr().then(TimedOut())


@pytest.mark.parametrize(("_moment", "story"), list(_moments()), ids=lambda x: x if isinstance(x, str) else "")
def test_pulling_the_card_keeps_the_visit_and_needs_no_goodbye(_moment: str, story: Story) -> None:
    before = type(story.state)
    story.then(CardRemoved())
    assert type(story.state) is before
    for _ in range(4):
        story.then(TimedOut())
    assert not isinstance(story.state, Taking) or not story.state.visitor.card_in


def test_a_forgotten_card_is_waited_for() -> None:
    story = Story().until_list().then(Touched(Button.FINISH))
    assert isinstance(story.state, Taking)
    story.then(TimedOut(), TimedOut(), Touched(Button.HOME))
    assert isinstance(story.state, Taking)
    assert story.state.reminded
    story.then(CardRemoved())
    assert story.state.timeout_s == 5
    story.then(TimedOut())
    assert isinstance(story.state, Idle)


# ---- what was looked up


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (NothingOwed(), Problem.NOTHING_OWED),
        (AlreadyPaid(date(2026, 11, 3)), Problem.ALREADY_PAID),
        (NotFound(), Problem.CODE_UNKNOWN),
        (NotFound(damaged=True), Problem.CODE_DAMAGED),
        (TimedOut(), Problem.CODE_UNKNOWN),
    ],
)
def test_a_code_that_leads_nowhere_says_why(answer: Event, problem: Problem) -> None:
    story = Story().then(SOMETHING, answer)
    assert isinstance(story.state, Sorry)
    assert story.state.problem is problem
    story.then(SOMETHING)
    assert isinstance(story.state, LookingUp)


def test_a_card_of_a_stranger() -> None:
    story = Story().then(CardInserted(ATR), CardRead(SAMPLE_ID, expired=False), NotFound())
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.CARD_UNKNOWN


def test_the_longest_overdue_comes_first_three_to_a_page() -> None:
    story = Story().until_list(*[owed(n, due_on=date(2027, 1, 10 - n)) for n in range(1, 6)])
    assert isinstance(story.state, ChoosingNotice)
    assert [o.notice.notice_no for o in story.state.shown] == ["N005", "N004", "N003"]
    story.then(Touched(Button.NEXT_PAGE), Touched(Button.NEXT_PAGE))
    assert [o.notice.notice_no for o in story.state.shown] == ["N002", "N001"]
    story.then(Touched(Button.PREVIOUS_PAGE))
    assert story.state.page == 0


# ---- paying


@pytest.mark.parametrize("satang", [0, -1, 10**13])
def test_an_amount_no_bank_takes_is_not_offered(satang: int) -> None:
    story = Story().until_list(owed(satang=satang))
    story.then(Touched(Button.CHOOSE, "N001"), TransactionDrawn("CBI02-690000001", "t"))
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.NOT_PAYABLE
    assert not story.did(RecordPayment)


def test_lines_that_do_not_add_up_are_not_offered() -> None:
    right = owed()
    wrong = replace(right, notice=type(right.notice)(**{
        **{f: getattr(right.notice, f) for f in right.notice.__struct_fields__}, "amount_satang": 1,
    }))  # fmt: skip
    story = Story().until_list(wrong).then(Touched(Button.CHOOSE, "N001"), TransactionDrawn("CBI02-690000001", "t"))
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.NOT_PAYABLE


@pytest.mark.parametrize("event", [PaymentNotRecorded(), TimedOut()])
def test_what_cannot_be_recorded_is_not_shown(event: Event) -> None:
    story = Story().until_list().then(Touched(Button.CHOOSE, "N001"), event)
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.CANNOT_RECORD


def test_the_qr_waits_until_the_payment_is_on_record() -> None:
    story = Story().until_list().then(Touched(Button.CHOOSE, "N001"), PaymentRecorded())
    assert isinstance(story.state, OpeningPayment)


def test_back_from_the_list_is_the_menu_and_finish_is_the_end() -> None:
    assert isinstance(Story().until_list().then(Touched(Button.BACK)).state, ChoosingService)
    assert isinstance(Story().until_list().then(Touched(Button.FINISH)).state, Taking)


def test_saying_paid_proves_nothing() -> None:
    story = Story().until_waiting()
    assert isinstance(story.state, Waiting)
    assert not story.did(PrintPaymentSlip)
    story.then(Touched(Button.SHOW_QR))
    assert isinstance(story.state, Paying)


@pytest.mark.parametrize("warned", [False, True])
def test_the_banks_word_confirms_from_qr_and_warning(warned: bool) -> None:
    story = Story().until_qr()
    bank = confirmation(story.bill)
    story.then(*([TimedOut()] if warned else []), bank)
    assert isinstance(story.state, Confirmed)
    printed = story.did(PrintPaymentSlip)
    assert [each.confirmed_at for each in printed] == [bank.confirmed_at]


def test_the_banks_word_on_something_else_changes_nothing() -> None:
    story = Story().until_qr()
    before = story.state
    story.then(confirmation(story.bill, ref1="ANOTHER"))
    assert story.state == before


@pytest.mark.parametrize("change", [{"ref2": "KKN01690000001"}, {"amount_satang": 1}])
def test_a_notice_paid_another_way_must_not_be_paid_again(change: dict[str, object]) -> None:
    story = Story().until_qr()
    story.then(confirmation(story.bill, **change))
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.ALREADY_PAID


def test_one_after_the_other_is_still_a_paid_visit() -> None:
    story = Story().until_qr(owed(1), owed(2))
    story.then(confirmation(story.bill), Touched(Button.PAY_ANOTHER))
    assert isinstance(story.state, ChoosingNotice)
    assert [o.notice.notice_no for o in story.state.owed] == ["N002"]
    story.then(Touched(Button.FINISH), CardRemoved(), TimedOut())
    assert story.did(EndVisit) == [EndVisit(Outcome.PAID)]


def test_a_tracking_slip_says_not_yet_confirmed() -> None:
    story = Story().until_waiting().then(Touched(Button.PRINT_TRACKING))
    assert isinstance(story.state, Taking)
    assert [each.confirmed_at for each in story.did(PrintPaymentSlip)] == [None]
    story.then(SlipPrinted(NUMBER), CardRemoved(), TimedOut())
    assert story.did(EndVisit) == [EndVisit(Outcome.UNCONFIRMED)]


def test_the_bank_may_still_speak_while_the_slip_is_taken() -> None:
    story = Story().until_waiting()
    bank = confirmation(story.bill)
    story.then(Touched(Button.PRINT_TRACKING), bank)
    assert isinstance(story.state, Taking)
    assert story.state.confirmed_at == bank.confirmed_at
    assert story.state.outcome is Outcome.PAID


# ---- slips


def test_no_paper_is_known_before_a_slip_is_promised() -> None:
    story = Story().until_qr()
    out = PrinterChanged(PrinterStatus(online=True, paper=Paper.OUT, cover_open=False, error=False))
    story.then(out, confirmation(story.bill))
    assert isinstance(story.state, Confirmed)
    assert story.state.slip is Slip.FAILED
    assert not story.did(PrintPaymentSlip)
    (held,) = story.did(HoldPaymentSlip)
    assert (held.slip.bill, held.slip.confirmed_at, held.slip.reprint) == (story.bill, story.state.confirmed_at, False)
    assert held.because is Fault.PAPER_OUT


@pytest.mark.parametrize("leaving", [(), (Touched(Button.FINISH),), (TimedOut(),)], ids=["paid", "taking", "warned"])
def test_a_slip_that_comes_out_after_all_is_seen_to_be_on_its_way(leaving: tuple[Event, ...]) -> None:
    story = Story().until_qr()
    story.then(DeviceLost(Device.PRINTER, "gone"), confirmation(story.bill), *leaving)
    assert [each.because for each in story.did(HoldPaymentSlip)] == [Fault.OFFLINE]
    story.then(DeviceReady(Device.PRINTER), SlipBegun("CBI02-690000317"))
    assert slip_in(story) is Slip.FAILED, "another payment's"
    story.then(SlipBegun(NUMBER))
    assert slip_in(story) is Slip.PRINTING
    assert story.effects[-1] == ShowLight(Light.PAPER, Pattern.SLOW)
    story.then(SlipPrinted(NUMBER))
    assert slip_in(story) is Slip.PRINTED


def slip_in(story: Story) -> Slip:
    return getattr(story.state.before if isinstance(story.state, Warned) else story.state, "slip", Slip.NONE)


def test_a_slip_that_failed_can_be_printed_once_there_is_paper() -> None:
    story = Story().until_qr()
    story.then(confirmation(story.bill), SlipFailed(NUMBER, Fault.PAPER_OUT), Touched(Button.FINISH))
    assert isinstance(story.state, Taking)
    assert story.state.slip is Slip.FAILED
    story.then(Touched(Button.PRINT_AGAIN))
    assert story.state.slip is Slip.PRINTING
    assert [each.reprint for each in story.did(PrintPaymentSlip)] == [False, False]


def test_a_second_slip_is_marked_as_a_reprint_and_only_one_prints_at_a_time() -> None:
    story = Story().until_qr()
    story.then(confirmation(story.bill), SlipPrinted(NUMBER), Touched(Button.FINISH))
    story.then(Touched(Button.PRINT_AGAIN), Touched(Button.PRINT_AGAIN))
    assert [each.reprint for each in story.did(PrintPaymentSlip)] == [False, True]


def test_the_slip_printed_once_the_bank_has_spoken_is_no_reprint_of_the_one_before() -> None:
    story = Story().until_waiting()
    word = confirmation(story.bill)
    story.then(Touched(Button.PRINT_TRACKING), SlipPrinted(NUMBER), word, Touched(Button.PRINT_AGAIN))
    story.then(SlipPrinted(NUMBER), word, Touched(Button.PRINT_AGAIN))
    made = [(each.confirmed_at, each.reprint) for each in story.did(PrintPaymentSlip)]
    assert made == [(None, False), (word.confirmed_at, False), (word.confirmed_at, True)]


def test_the_slip_of_an_earlier_payment_says_nothing_about_the_present_one() -> None:
    story = Story().until_qr()
    story.then(confirmation(story.bill), SlipPrinted("CBI02-690000317"))
    assert isinstance(story.state, Confirmed)
    assert story.state.slip is Slip.PRINTING
    story.then(SlipFailed("CBI02-690000317", "printer-lost"), Touched(Button.FINISH), SlipFailed("x", "y"))
    assert isinstance(story.state, Taking)
    assert story.state.slip is Slip.PRINTING


# ---- time


@pytest.mark.parametrize(
    "story",
    [
        Story().then(Touched(Button.START)),
        Story().then(Touched(Button.START), Touched(Button.SERVICE, "pay-fee")),
        Story().until_list(),
        Story().until_qr(),
        Story().until_waiting(),
        Story().then(SOMETHING, NothingOwed()),
        _paid(),
        _paid(printed=False).then(Touched(Button.FINISH)),
    ],
    ids=lambda s: type(s.state).__name__,
)
def test_before_a_visit_ends_by_itself_it_warns_and_one_touch_extends(story: Story) -> None:
    before = story.state
    story.then(TimedOut())
    assert isinstance(story.state, Warned)
    assert story.state.timeout_s >= 20
    story.then(Touched(Button.CONTINUE))
    assert story.state == before
    story.then(TimedOut(), TimedOut(), CardRemoved(), TimedOut())
    assert isinstance(story.state, Idle)


def test_every_visit_that_nobody_touches_ends() -> None:
    story = Story().until_waiting().then(CardRemoved())
    for _ in range(6):
        story.then(TimedOut())
    assert isinstance(story.state, Idle)
    assert story.did(EndVisit) == [EndVisit(Outcome.UNCONFIRMED)]


def test_a_goodbye_with_nothing_left_to_take_needs_no_warning() -> None:
    story = _paid().then(Touched(Button.FINISH), TimedOut())
    assert isinstance(story.state, Idle)


def test_the_page_to_take_a_picture_of_ends_as_what_it_was() -> None:
    story = _paid(printed=False).then(Touched(Button.FINISH), TimedOut(), TimedOut())
    assert isinstance(story.state, Idle)
    assert story.did(EndVisit) == [EndVisit(Outcome.PAID)]


def test_after_the_warning_a_paid_visit_still_says_what_to_take() -> None:
    story = Story().until_waiting()
    story.then(confirmation(story.bill), TimedOut(), TimedOut())
    assert isinstance(story.state, Taking)
    assert (story.state.outcome, story.state.slip) == (Outcome.PAID, Slip.PRINTING)


def test_a_slip_that_comes_out_during_the_warning_is_known_afterwards() -> None:
    story = Story().until_waiting()
    story.then(confirmation(story.bill), TimedOut(), SlipPrinted(NUMBER))
    assert isinstance(story.state, Warned)
    story.then(Touched(Button.CONTINUE))
    assert isinstance(story.state, Confirmed)
    assert story.state.slip is Slip.PRINTED


@pytest.mark.parametrize("word", ["slip", "slip begun", "bank"])
def test_the_page_to_take_a_picture_of_gives_way_to_what_is_new(word: str) -> None:
    story = Story().until_waiting()
    bill = story.bill
    story.then(Touched(Button.PRINT_TRACKING), SlipFailed(NUMBER, "paper-out"), CardRemoved(), TimedOut())
    assert isinstance(story.state, Warned)
    news = {"bank": confirmation(bill), "slip": SlipPrinted(NUMBER), "slip begun": SlipBegun(NUMBER)}
    story.then(news[word])
    assert isinstance(story.state, Taking)


def test_who_said_that_it_is_paid_and_then_finishes_gets_a_tracking_slip() -> None:
    story = Story().until_waiting().then(TimedOut(), Touched(Button.FINISH))
    assert isinstance(story.state, Taking)
    assert (story.state.outcome, story.state.slip) == (Outcome.UNCONFIRMED, Slip.PRINTING)
    assert len(story.did(PrintPaymentSlip)) == 1


def test_who_walked_off_gets_none() -> None:
    story = Story().until_waiting().then(CardRemoved(), TimedOut(), TimedOut())
    assert isinstance(story.state, Idle)
    assert story.did(PrintPaymentSlip) == []


# ---- the desk underneath


def test_language_and_large_type_work_anywhere_and_last_one_visit() -> None:
    story = Story().then(Touched(Button.LANGUAGE)).until_qr().then(Touched(Button.LARGE))
    assert (story.state.desk.language, story.state.desk.large) == (Language.EN, True)
    story.then(TimedOut(), Touched(Button.FINISH), CardRemoved(), TimedOut())
    assert story.state == Idle(desk())


def test_a_language_left_behind_on_the_idle_screen_wears_off() -> None:
    story = Story().then(Touched(Button.LANGUAGE))
    assert story.state.timeout_s is not None
    story.then(TimedOut())
    assert story.state == Idle(desk())
    assert story.state.timeout_s is None


def test_without_settings_or_devices_nothing_is_offered_until_they_come() -> None:
    story = Story(OutOfService(Desk("CBI-02")))
    by_card = replace_struct(settings(), services=(REGISTER,))
    story.then(Touched(Button.START), CardInserted(ATR), SettingsChanged(by_card))
    assert isinstance(story.state, OutOfService)
    story.then(DeviceReady(Device.CARD))
    assert isinstance(story.state, Idle)
    story.then(DeviceLost(Device.CARD, "unplugged"))
    assert isinstance(story.state, OutOfService)


def test_a_device_lost_in_a_visit_only_changes_the_desk() -> None:
    story = Story().until_qr()
    story.then(DeviceLost(Device.CARD, "unplugged"), LinkChanged(online=False))
    assert isinstance(story.state, Paying)
    assert Device.CARD not in story.state.desk.ready
    assert not story.state.desk.online


def test_switching_the_service_off_closes_the_idle_kiosk_and_lets_a_visit_finish() -> None:
    off = SettingsChanged(settings(services=[]))
    assert isinstance(Story().then(off).state, OutOfService)
    assert isinstance(Story().until_qr().then(off).state, Paying)


def test_an_event_nobody_foresaw_is_a_bug() -> None:
    with pytest.raises(UnexpectedEventError):
        visit.step(Idle(desk()), "gibberish")  # type: ignore[arg-type]


def test_an_unknown_code_is_looked_up_like_any_other() -> None:
    story = Story().then(SOMETHING)
    (looked_up,) = story.did(LookUpCode)
    assert isinstance(looked_up, LookUpCode)
    assert isinstance(looked_up.code, UnknownCode)


# ---- what is paid is not offered again, and what is one's own stays one's own


def _numbers(state: State) -> list[str]:
    assert isinstance(state, ChoosingNotice | Paying | Waiting | Confirmed | Sorry)
    return [each.notice.notice_no for each in state.owed]


def _bank_on(notice: Owed) -> PaymentConfirmed:
    """The bank's word on ``notice``, paid through some other QR."""
    return PaymentConfirmed(
        ref1=notice.notice.reference,
        ref2="ANOTHER",
        amount_satang=notice.notice.amount_satang,
        confirmed_at=datetime(2026, 11, 24, 3, 47, tzinfo=UTC),
    )


def _of_three() -> Story:
    return Story().until_list(owed(1, satang=0), owed(2), owed(3))


@pytest.mark.parametrize("warned", [False, True])
@pytest.mark.parametrize(
    "events",
    [
        (),
        (Touched(Button.CHOOSE, "N003"), TransactionDrawn("CBI02-690000001", "t"), PaymentRecorded()),
        (
            *(Touched(Button.CHOOSE, "N003"), TransactionDrawn("CBI02-690000001", "t"), PaymentRecorded()),
            Touched(Button.PAID),
        ),
        (Touched(Button.CHOOSE, "N001"), TransactionDrawn("CBI02-690000001", "t")),
    ],
    ids=["list", "qr", "waiting", "sorry"],
)
def test_a_notice_paid_meanwhile_is_offered_no_more(events: tuple[Event, ...], warned: bool) -> None:
    story = _of_three().then(*events, *([TimedOut()] if warned else []), _bank_on(owed(2)))
    assert isinstance(story.state, Warned) is warned
    story.then(*([Touched(Button.CONTINUE)] if warned else []))
    assert "N002" not in _numbers(story.state)
    assert "N003" in _numbers(story.state)


def test_a_notice_paid_while_its_qr_is_being_prepared_is_not_shown() -> None:
    story = Story().until_list(owed(1), owed(2)).then(Touched(Button.CHOOSE, "N001"), _bank_on(owed(1)))
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.ALREADY_PAID
    assert _numbers(story.state) == ["N002"]


def test_a_notice_paid_meanwhile_is_not_what_one_more_can_be_paid() -> None:
    story = Story().until_qr(owed(1), owed(2))
    story.then(confirmation(story.bill), _bank_on(owed(2)))
    assert isinstance(story.state, Confirmed)
    assert _numbers(story.state) == []


def test_a_payment_of_somebody_else_leaves_the_page_where_it_is() -> None:
    story = Story().until_list(*[owed(n) for n in range(1, 6)]).then(Touched(Button.NEXT_PAGE))
    before = story.state
    story.then(_bank_on(owed(9)))
    assert story.state == before


def test_the_last_notice_paid_elsewhere_is_said_to_be_paid_on_the_day_at_the_counter() -> None:
    story = Story().until_list()
    story.then(replace_struct(_bank_on(owed()), confirmed_at=datetime(2026, 11, 23, 17, 30, tzinfo=UTC)))
    assert isinstance(story.state, Sorry)
    assert (story.state.problem, story.state.paid_on) == (Problem.ALREADY_PAID, date(2026, 11, 24))


@pytest.mark.parametrize("warned", [False, True])
def test_a_qr_that_was_left_too_early_may_still_be_confirmed(warned: bool) -> None:
    story = Story().until_qr(owed(1), owed(2))
    bank = confirmation(story.bill)
    story.then(Touched(Button.CANCEL), *([TimedOut()] if warned else []), bank)
    assert isinstance(story.state, Confirmed)
    assert [each.confirmed_at for each in story.did(PrintPaymentSlip)] == [bank.confirmed_at]
    assert _numbers(story.state) == ["N002"]


def test_another_sum_does_not_settle_the_slip_that_is_being_taken() -> None:
    story = Story().until_waiting()
    less = confirmation(story.bill, amount_satang=1)
    story.then(Touched(Button.PRINT_TRACKING), less)
    assert isinstance(story.state, Taking)
    assert (story.state.confirmed_at, story.state.outcome) == (None, Outcome.UNCONFIRMED)


def test_a_visit_in_which_something_was_paid_was_not_cancelled() -> None:
    story = Story().until_qr(owed(1), owed(2))
    story.then(confirmation(story.bill), Touched(Button.PAY_ANOTHER), Touched(Button.CHOOSE, "N002"))
    story.then(TransactionDrawn("CBI02-690000319", "t"), PaymentRecorded(), Touched(Button.CANCEL))
    story.then(Touched(Button.BACK), Touched(Button.SERVICE, "pay-fee"), CardRead(SAMPLE_ID, expired=False))
    story.then(NothingOwed(), TimedOut(), TimedOut(), CardRemoved(), TimedOut())
    assert story.did(EndVisit) == [EndVisit(Outcome.PAID)]


@pytest.mark.parametrize("warned", [False, True])
@pytest.mark.parametrize("waiting", [False, True])
def test_a_card_put_in_while_paying_is_read_before_any_list_is_shown(waiting: bool, warned: bool) -> None:
    story = Story().until_qr(owed(1), owed(2)).then(*([Touched(Button.PAID)] if waiting else []))
    story.then(CardRemoved(), *([TimedOut()] if warned else []), CardInserted(ATR))
    story.then(*([Touched(Button.SHOW_QR)] if waiting else []))
    assert isinstance(story.state, Paying)
    story.then(Touched(Button.CANCEL))
    assert isinstance(story.state, ReadingCard)
    assert visitor_of(story.state).payer_masked is None


def test_a_card_put_in_after_paying_is_offered_nothing_of_the_one_before() -> None:
    story = Story().until_qr(owed(1), owed(2))
    story.then(confirmation(story.bill), CardRemoved(), CardInserted(ATR), Touched(Button.PAY_ANOTHER))
    assert isinstance(story.state, Confirmed)
    assert _numbers(story.state) == []


@pytest.mark.parametrize("warned", [False, True])
def test_a_card_or_a_code_after_the_slip_begins_the_next_visit(warned: bool) -> None:
    for brought, begun in ((CardInserted(ATR), ReadingCard), (SOMETHING, LookingUp)):
        story = Story().until_qr(owed(1), owed(2))
        story.then(confirmation(story.bill), SlipPrinted(NUMBER), CardRemoved(), *([TimedOut()] if warned else []))
        story.then(brought)
        assert isinstance(story.state, begun)
        assert visitor_of(story.state).payer_masked is None
        assert not visitor_of(story.state).has_paid
        assert story.did(EndVisit) == [EndVisit(Outcome.PAID)]
        assert len(story.did(BeginVisit)) == 2


def test_a_code_beside_a_card_that_is_still_in_is_not_the_next_visitors() -> None:
    story = Story().until_qr(owed(1), owed(2))
    story.then(confirmation(story.bill), SlipPrinted(NUMBER), SOMETHING)
    assert isinstance(story.state, Confirmed)


def test_a_notice_scanned_after_the_card_was_taken_is_not_the_cards_owners() -> None:
    story = Story().until_list().then(CardRemoved(), SOMETHING, NoticesFound((owed(2),)))
    assert isinstance(story.state, ChoosingNotice)
    assert story.state.visitor.payer_masked is None


def test_an_unknown_code_is_no_fault_of_the_card_that_is_in() -> None:
    story = Story().until_list().then(SOMETHING, NotFound())
    assert isinstance(story.state, Sorry)
    assert story.state.problem is Problem.CODE_UNKNOWN


@pytest.mark.parametrize("leaving", [(Touched(Button.BACK), Touched(Button.HOME)), (TimedOut(), TimedOut())])
def test_a_useless_card_that_is_still_in_is_not_forgotten(leaving: tuple[Event, ...]) -> None:
    story = Story().then(CardInserted(ATR), CardUnreadable(CardProblem.UNREADABLE), Touched(Button.RETRY))
    assert isinstance(story.state, Inviting)
    story.then(*leaving)
    assert isinstance(story.state, Taking)
    assert story.state.visitor.card_in


@pytest.mark.parametrize("useless", [CardMute(), CardUnreadable(CardProblem.UNREADABLE)], ids=["mute", "unreadable"])
def test_a_useless_card_that_is_still_in_is_not_read_again(useless: Event) -> None:
    story = Story().then(CardInserted(ATR), useless, Touched(Button.RETRY))
    story.then(Touched(Button.BACK), Touched(Button.SERVICE, "pay-fee"))
    assert isinstance(story.state, Inviting)
    assert story.state.visitor.card_in


def test_a_card_pulled_again_while_paying_leaves_no_list_behind() -> None:
    story = Story().until_qr(owed(1), owed(2)).then(CardInserted(ATR), CardRemoved(), Touched(Button.CANCEL))
    assert isinstance(story.state, Inviting)
    assert story.state.visitor.payer_masked is None


@pytest.mark.parametrize("waiting", [False, True])
def test_a_notice_opened_twice_and_paid_by_its_first_qr_is_paid_and_has_its_slip(waiting: bool) -> None:
    story = Story().until_qr(owed(1), owed(2))
    first = story.bill
    story.then(Touched(Button.CANCEL), Touched(Button.CHOOSE, first.chosen.notice.notice_no))
    story.then(TransactionDrawn("CBI02-690000319", "t"), PaymentRecorded())
    story.then(*([Touched(Button.PAID), Touched(Button.SHOW_QR), Touched(Button.PAID)] if waiting else []))
    assert story.bill != first
    story.then(confirmation(first))
    assert isinstance(story.state, Confirmed)
    assert (story.bill, story.state.slip) == (first, Slip.PRINTING)


def test_another_notice_is_not_paid_by_the_qr_of_the_one_that_was_left() -> None:
    story = Story().until_qr(owed(1), owed(2))
    first = story.bill
    story.then(Touched(Button.CANCEL), Touched(Button.CHOOSE, "N002"))
    story.then(TransactionDrawn("CBI02-690000319", "t"), PaymentRecorded(), confirmation(first))
    assert isinstance(story.state, Paying)
    assert [each.notice.notice_no for each in story.state.owed] == ["N002"]


def test_the_tracking_token_stands_in_no_repr() -> None:
    story = Story().until_qr()
    assert "token-of-96-bits" not in repr((story.state, story.effects, TransactionDrawn("n", "token-of-96-bits")))
