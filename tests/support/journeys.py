"""Visits at the virtual kiosk, one a service: what a person touches, holds under the scanner, and comes to see.

Where a button stands is asked of the kiosk's own painter, with the state the screen is in. A touch is repeated only
while nothing has come of it: one that fell on the frame before is a touch beside the button.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
import pygame

from drivers.printer.port import Paper
from fleet.protocol.fees import OtherFee
from fleet.protocol.office import Topic
from fleet.protocol.settings import KNOWN_SERVICES, Payee
from fleet.protocol.thai import BANGKOK, IdNumber
from fleet.site.sample_other_fees import sample_fees, sample_payees
from kiosk.screens.draw import Painter
from kiosk.screens.present import Moment, view
from kiosk.screens.samples import SETTINGS
from kiosk.visits import services
from kiosk.visits.desk import Desk, Device, Language
from kiosk.visits.events import Button
from kiosk.visits.fee_kinds import FeeDue, FeeKind
from kiosk.visits.fee_states import ChoosingFee, ConfirmingFee, TypingNumber, TypingReference
from kiosk.visits.keyboard import Layer
from kiosk.visits.states import ChoosingService, Idle, Inviting, State
from kiosk.visits.visitor import Visitor as Who
from kiosk.visits.writing_states import ChoosingPurpose, ChoosingTopic, Noticed, TypingPhone, TypingText
from tests.support.demo import PATIENCE_S, Demo
from tests.support.seeing import reads, text_in
from tests.support.visitor import Visitor

SIZE_PX = (1280, 800)
EVERY_DEVICE = frozenset(Device)
TRY_S = 3.0
"""How long a touch is given to be heeded before it is tried again."""

HOME_S = 120.0
FEES = msgspec.convert(sample_fees(), dict[str, OtherFee])
PAYEES = msgspec.convert(sample_payees(SETTINGS.payee.biller_id), dict[str, Payee])
SETTINGS_OF_ALL = msgspec.structs.replace(SETTINGS, services=KNOWN_SERVICES, fees=FEES, payees=PAYEES)
FIXED_FEE = "sample-waste"
FIXED_FEE_LETTER = "WF123456"
SOMEBODY = IdNumber("1999900000013")
PHONE = "0812345678"
TOPIC = Topic(code="x", name_th="ตัวอย่าง", name_en="Sample", owner_name="ตัวอย่าง", deadline_days=5)


@dataclass
class Hand:
    """Somebody at the kiosk. ``desk`` is what the kiosk should be to them: language, devices, link."""

    demo: Demo
    desk: Desk

    @classmethod
    def at(cls, demo: Demo, language: Language = Language.TH) -> Hand:
        """At a kiosk that is well."""
        desk = Desk("CBI-02", SETTINGS_OF_ALL, EVERY_DEVICE, online=True, paper=Paper.FULL, language=language)
        return cls(demo, desk)

    @property
    def visitor(self) -> Visitor:
        """The same person's plainer hands."""
        return Visitor(self.demo)

    @property
    def state(self) -> str:
        """The name of the state the front desk is in."""
        return self.visitor.states()[-1]

    def await_state(self, *names: str) -> str:
        """Which of these it comes to be in."""
        self.demo.wait_until(lambda: self.state in names, " or ".join(names))
        return self.state

    def says(self, *words: str) -> bool:
        """Whether these words stand on the screen; large type is read better smaller, and small type as it is."""
        picture = self.demo.picture()
        said = "\n".join(text_in(picture, scale=scale) for scale in (0.5, 0.75)).lower()
        return all(reads(each.lower(), said) for each in words)

    def await_words(self, *words: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until they do."""
        self.demo.wait_until(lambda: self.says(*words), " and ".join(words), timeout_s)

    # ---- touching

    def place(self, state: State, button: Button, value: str = "") -> tuple[int, int]:
        """The middle of a button of ``state``'s screen."""
        targets = Painter(SIZE_PX).draw(view(state, Moment(datetime.now(BANGKOK))), pygame.Surface(SIZE_PX))
        for each in targets:
            if each.touched.button is button and value in ("", each.touched.value):
                left, top, width, height = each.rect
                return left + width // 2, top + height // 2
        raise LookupError(f"{type(state).__name__} draws no {button.value} {value}")

    def touch_until(self, at: tuple[int, int], *then: str) -> None:
        """Touch there until the front desk is in one of these states."""

        def arrived() -> bool:
            self.visitor.touch(at)
            until_s = time.monotonic() + TRY_S
            while time.monotonic() < until_s:
                if self.state in then:
                    return True
                time.sleep(0.02)
            return False

        self.demo.wait_until(arrived, " or ".join(then))

    def press(self, state: State, button: Button, *then: str, value: str = "") -> None:
        """Touch a button of ``state``'s screen until the front desk is in one of these states."""
        self.touch_until(self.place(state, button, value), *then)

    # ---- beginning and end

    def open_menu(self) -> None:
        """From idle, in the hand's language."""
        self.await_state("Idle")
        if self.desk.language is Language.EN:
            frames = self.demo.state()["display"]["frames"]
            self.visitor.touch(Visitor.LANGUAGE_IDLE)
            self.demo.wait_until(lambda: self.demo.state()["display"]["frames"] > frames, "the other language")
        self.press(Idle(self.desk), Button.START, "ChoosingService")

    def choose(self, service: str, *then: str) -> None:
        """Touch the tile of a service, on whatever page of the menu it stands."""
        menu = ChoosingService(self.desk)
        page = next(n for n, names in enumerate(menu.pages) if service in names)
        for n in range(page):
            frames = self.demo.state()["display"]["frames"]
            self.visitor.touch(self.place(ChoosingService(self.desk, page=n), Button.NEXT_PAGE))
            self.demo.wait_until(lambda: self.demo.state()["display"]["frames"] > frames, "the next page")  # noqa: B023 - called at once
        self.press(ChoosingService(self.desk, page=page), Button.SERVICE, *then, value=service)

    def go_home(self) -> None:
        """From wherever the visit is, back to idle, as an impatient visitor would: touches whatever may lead out."""
        self.demo.do("/card/remove")
        ways = itertools.cycle([Visitor.LEFT, Visitor.LEFT, Visitor.RIGHT])
        until_s = time.monotonic() + HOME_S
        while (state := self.state) != "Idle":
            assert time.monotonic() < until_s, f"no way out of {state}"
            self.visitor.touch(next(ways))
            try_s = time.monotonic() + 1.0
            while self.state == state and time.monotonic() < try_s:
                time.sleep(0.02)

    # ---- what is brought

    def code(self, kind: str, n: int = 0) -> str:
        """The ``n``-th sample code of a kind, as the page offers them."""
        return [sample["code"] for sample in self.demo.state()["samples"] if sample["kind"] == kind][n]

    def bring(self, kind: str) -> None:
        """What one comes with where a card or a code is asked for: the card, or the folder where no card is read."""
        if Device.CARD in self.desk.ready:
            self.demo.do("/card/insert", citizen="owner")
        else:
            self.visitor.scan(self.code(kind))


Journey = Callable[[Hand], None]


def pay_fee(hand: Hand) -> None:
    """To the payment's slip; the bank confirms where there is a way for its word."""
    hand.choose(services.PAY_FEE, "Inviting")
    hand.bring("folder")
    hand.await_state("ChoosingNotice")
    hand.touch_until(Visitor.ROWS[0], "Paying")
    hand.visitor.await_qr()
    hand.touch_until(Visitor.RIGHT, "Waiting")
    hand.touch_until(Visitor.RIGHT, "Taking")


def typed_number(hand: Hand, number: str) -> None:
    """To the payment's QR, with nothing but a number in hand."""
    who = Who(service=services.PAY_FEE)
    hand.choose(services.PAY_FEE, "Inviting")
    hand.press(Inviting(hand.desk, who), Button.TYPE, "TypingNumber")
    for letter in number:
        _type(hand, hand.place(TypingNumber(hand.desk, who), Button.KEY, letter))
    hand.press(TypingNumber(hand.desk, who), Button.SEND, "ChoosingNotice")
    hand.touch_until(Visitor.ROWS[0], "Paying")


def other_fee_qr(hand: Hand) -> None:
    """To the QR of another office's fee, whose amount is fixed; its reference is typed."""
    who = Who(service=services.OTHER_FEE)
    kind = FeeKind(FIXED_FEE, FEES[FIXED_FEE], PAYEES[FEES[FIXED_FEE].payee])
    hand.choose(services.OTHER_FEE, "ChoosingFee")
    hand.press(ChoosingFee(hand.desk, who), Button.CHOOSE, "TypingReference", value=FIXED_FEE)
    figures = TypingReference(hand.desk, who, kind)
    letters = TypingReference(hand.desk, who, kind, layer=Layer.LATIN_SHIFT)
    _type(hand, hand.place(figures, Button.LAYER, Layer.LATIN_SHIFT))
    for letter in FIXED_FEE_LETTER:
        _type(hand, hand.place(letters, Button.KEY, letter))
    hand.press(letters, Button.SEND, "ConfirmingFee")
    due = FeeDue(kind, FIXED_FEE_LETTER, FEES[FIXED_FEE].amount.fixed_satang)
    hand.press(ConfirmingFee(hand.desk, who, due), Button.CONTINUE, "Paying")


def other_fee(hand: Hand) -> None:
    """To its slip; the bank confirms where there is a way for its word."""
    other_fee_qr(hand)
    hand.visitor.await_qr()
    hand.touch_until(Visitor.RIGHT, "Waiting")
    hand.touch_until(Visitor.RIGHT, "Taking")


def my_factory(hand: Hand) -> None:
    """To what is owed, under way, and about to expire."""
    hand.choose(services.MY_FACTORY, "Inviting")
    hand.bring("folder")
    hand.await_state("FactoryShown")


def follow_case(hand: Hand) -> None:
    """To a case's steps."""
    hand.choose(services.FOLLOW_CASE, "Inviting")
    hand.bring("folder")
    if hand.await_state("ChoosingCase", "CaseShown") == "ChoosingCase":
        hand.touch_until(Visitor.ROWS[0], "CaseShown")


def presence_slip(hand: Hand) -> None:
    """To the signed slip."""
    _read_card(hand, services.PRESENCE_SLIP, "ChoosingPurpose")
    purpose = SETTINGS_OF_ALL.presence.purpose_1.th
    state = ChoosingPurpose(hand.desk, Who(card_in=True), SOMEBODY, "")
    hand.press(state, Button.CHOOSE, "Giving", value=purpose)


def register(hand: Hand) -> None:
    """To the receipt."""
    _read_card(hand, services.REGISTER, "TypingPhone")
    state = TypingPhone(hand.desk, Who(card_in=True), SOMEBODY, "")
    for digit in PHONE:
        _type(hand, hand.place(state, Button.KEY, digit))
    hand.press(state, Button.SEND, "Giving")


def tell_us(hand: Hand) -> None:
    """To the ticket."""
    hand.choose(services.TELL_US, "ChoosingTopic")
    hand.touch_until(Visitor.ROWS[0], "TypingText")
    state = TypingText(hand.desk, Who(), ChoosingTopic(hand.desk, Who()), TOPIC, text="กก")
    for _ in range(5):
        _type(hand, hand.place(state, Button.KEY, "ก"))
    hand.press(state, Button.SEND, "Giving")


def manuals(hand: Hand) -> None:
    """To a manual's QR."""
    hand.choose(services.MANUALS, "ChoosingManual")
    hand.touch_until(Visitor.ROWS[0], "ManualShown")
    hand.touch_until(Visitor.RIGHT, "ReadingOn")


def _read_card(hand: Hand, service: str, then: str) -> None:
    hand.choose(service, "Noticed")
    hand.press(Noticed(hand.desk, Who(service=service)), Button.CONTINUE, "Inviting")
    hand.demo.do("/card/insert", citizen="owner")
    hand.await_state(then)


def _type(hand: Hand, key: tuple[int, int]) -> None:
    """Touch a key, and see that the screen has changed: a key that is touched twice types twice."""
    frames = hand.demo.state()["display"]["frames"]
    hand.visitor.touch(key)
    hand.demo.wait_until(lambda: hand.demo.state()["display"]["frames"] > frames, "what was typed")


JOURNEYS: dict[str, Journey] = {
    services.PAY_FEE: pay_fee,
    services.OTHER_FEE: other_fee,
    services.MY_FACTORY: my_factory,
    services.FOLLOW_CASE: follow_case,
    services.PRESENCE_SLIP: presence_slip,
    services.REGISTER: register,
    services.TELL_US: tell_us,
    services.MANUALS: manuals,
}
"""How each service is gone through."""
