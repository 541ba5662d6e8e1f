"""Visits at the virtual kiosk, one a service: what a person touches, holds under the scanner, and comes to see.

Where a button stands is asked of the kiosk's own painter, with the state the screen is in. A touch is repeated only
while nothing has come of it: one that fell on the frame before is a touch beside the button.
"""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
import pygame
from PIL import Image, ImageChops

from drivers.printer.port import Paper
from fleet.protocol.fees import OtherFee
from fleet.protocol.office import Topic
from fleet.protocol.payment import BillPayment
from fleet.protocol.settings import KNOWN_SERVICES, Payee
from fleet.protocol.thai import BANGKOK, IdNumber
from fleet.site.sample_other_fees import sample_fees, sample_payees
from kiosk.screens.draw import Painter
from kiosk.screens.present import Moment, view
from kiosk.screens.samples import SETTINGS
from kiosk.visits import services
from kiosk.visits.desk import Desk, Device, Language
from kiosk.visits.events import Button
from kiosk.visits.fee_states import TypingNumber
from kiosk.visits.states import ChoosingService, Idle, Inviting, State
from kiosk.visits.visitor import Visitor as Who
from kiosk.visits.writing_states import ChoosingPurpose, ChoosingTopic, Noticed, TypingPhone, TypingText
from tests.support.demo import PATIENCE_S, Demo
from tests.support.seeing import reads, text_in
from tests.support.visitor import Visitor

SIZE_PX = (1280, 800)
KEYS_BACK = (676, 720)
"""The way back of a screen with figures to type, where others have their toggles."""

TOGGLES_IDLE = (40, 650, 620, 790)
"""The two buttons at the foot of idle, which say which language it is in."""

TOGGLES = (490, 650, 790, 790)
"""The two of a visit, at the foot of its screens: language and size of type."""

EVERY_DEVICE = frozenset(Device)
TRY_S = 3.0
"""How long a touch is given to be heeded before it is tried again."""

HOME_S = 120.0
FEES = msgspec.convert(sample_fees(), dict[str, OtherFee])
PAYEES = msgspec.convert(sample_payees(SETTINGS.payee.biller_id), dict[str, Payee])
SETTINGS_OF_ALL = msgspec.structs.replace(SETTINGS, services=KNOWN_SERVICES, fees=FEES, payees=PAYEES)
SOMEBODY = IdNumber("1999900000013")
PHONE = "0812345678"
TOPIC = Topic(code="x", name_th="ตัวอย่าง", name_en="Sample", owner_name="ตัวอย่าง", deadline_days=5)


@dataclass
class Hand:
    """Somebody at the kiosk. ``desk`` is what the kiosk should be to them: language, devices, link."""

    demo: Demo
    desk: Desk
    meanwhile: Callable[[], object] = tuple
    """What happens in the middle of a visit; nothing."""

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

    def says(self, *words: str, picture: bytes = b"") -> bool:
        """Whether these words stand on the screen, or in a picture of it; large type is read better smaller."""
        picture, missing = picture or self.demo.picture(), list(words)
        said = ""
        for scale in (0.5, 0.75):
            said += text_in(picture, scale=scale).lower() + "\n"
            missing = [each for each in missing if not reads(each.lower(), said)]
            if not missing:
                break
        return not missing

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

    def shows(self, state: State, box: tuple[int, int, int, int]) -> bool:
        """Whether ``box`` (left, top, right, bottom) of the screen is as ``state`` has it."""
        canvas = pygame.Surface(SIZE_PX)
        Painter(SIZE_PX).draw(view(state, Moment(datetime.now(BANGKOK))), canvas)
        drawn = Image.frombytes("RGB", SIZE_PX, pygame.image.tobytes(canvas, "RGB"))
        screen = Image.open(io.BytesIO(self.demo.picture())).convert("RGB")
        return ImageChops.difference(drawn.crop(box), screen.crop(box)).getbbox() is None

    def until_redrawn(self, do: Callable[[], object]) -> None:
        """Do something, and see that the screen has changed."""
        frames = self.demo.state()["display"]["frames"]
        do()
        self.demo.wait_until(lambda: self.demo.state()["display"]["frames"] > frames, "another screen")

    # ---- beginning and end

    def take_language(self) -> None:
        """At idle, have the screen speak the hand's language."""
        self.await_state("Idle")
        screens = {each: Idle(replace(self.desk, language=each)) for each in Language}
        spoken = self.demo.wait_until(
            lambda: next((each for each, idle in screens.items() if self.shows(idle, TOGGLES_IDLE)), None), "idle"
        )
        if spoken is not self.desk.language:
            self.visitor.touch(Visitor.LANGUAGE_IDLE)
            wanted = screens[self.desk.language]
            self.demo.wait_until(lambda: self.shows(wanted, TOGGLES_IDLE), f"idle in {self.desk.language.value}")

    def open_menu(self) -> None:
        """From idle, in the hand's language."""
        self.take_language()
        self.press(Idle(self.desk), Button.START, "ChoosingService")
        menu = ChoosingService(self.desk)
        self.demo.wait_until(lambda: self.shows(menu, TOGGLES), f"the menu in {self.desk.language.value}")

    def choose(self, service: str, *then: str) -> None:
        """Touch the tile of a service, on whatever page of the menu it stands."""
        menu = ChoosingService(self.desk)
        page = next(n for n, names in enumerate(menu.pages) if service in names)
        for n in range(page):
            self.turn_menu(n)
        self.press(ChoosingService(self.desk, page=page), Button.SERVICE, *then, value=service)

    def turn_menu(self, page: int) -> None:
        """From a page of the menu to the next."""
        at = self.place(ChoosingService(self.desk, page=page), Button.NEXT_PAGE)
        self.until_redrawn(lambda: self.visitor.touch(at))

    def go_home(self) -> None:
        """From wherever the visit is, back to idle, as an impatient visitor would: touches whatever may lead out."""
        self.demo.do("/card/remove")
        ways = itertools.cycle([Visitor.LEFT, Visitor.LEFT, Visitor.RIGHT])
        until_s = time.monotonic() + HOME_S
        while (state := self.state) != "Idle":
            assert time.monotonic() < until_s, f"no way out of {state}"
            try_s = time.monotonic() + 1.0  # who leaves by itself is not touched: what idle has there is another button
            while self.state == state and time.monotonic() < try_s:
                time.sleep(0.02)
            if self.state == state:
                self.visitor.touch(KEYS_BACK if state == "TypingNumber" else next(ways))

    # ---- what is brought

    def code(self, kind: str, n: int = 0) -> str:
        """The ``n``-th sample code of a kind, as the page offers them."""
        return [sample["code"] for sample in self.demo.state()["samples"] if sample["kind"] == kind][n]

    def bring(self, kind: str) -> None:
        """What one comes with where a card or a code is asked for: the card, or the folder where no card is read."""
        if Device.CARD in self.desk.ready:
            by_card(self)
        else:
            self.visitor.scan(self.code(kind))


Journey = Callable[[Hand], None]
"""To where a service leads; also a step of one."""


def by_card(hand: Hand) -> None:
    """Put the owner's card in."""
    hand.demo.do("/card/insert", citizen="owner")


def by_folder(hand: Hand) -> None:
    """Scan the label of the owner's folder."""
    hand.visitor.scan(hand.code("folder"))


def by_reference(hand: Hand) -> None:
    """Scan the number of a notice."""
    hand.visitor.scan(hand.code("notice"))


def by_notice_qr(hand: Hand) -> None:
    """Scan the payment QR at the foot of a notice."""
    hand.visitor.scan(_bill(hand).emv_payload())


def by_notice_barcode(hand: Hand) -> None:
    """Scan the payment barcode beside it."""
    hand.visitor.scan(_bill(hand).barcode())


def _bill(hand: Hand) -> BillPayment:
    return BillPayment(SETTINGS.payee.biller_id, hand.code("notice"), amount_satang=330_000)


def pay_fee(hand: Hand, bring: Journey = by_folder) -> None:
    """To the payment's slip, which does not wait for the bank."""
    hand.choose(services.PAY_FEE, "Inviting")
    bring(hand)
    hand.await_state("ChoosingNotice")
    hand.touch_until(Visitor.ROWS[0], "Paying")
    to_slip(hand)


def pay_typed(hand: Hand) -> None:
    """As ``pay_fee``, with nothing but the number of a notice in hand."""
    typed_number(hand, hand.code("notice", 2))
    to_slip(hand)


def to_slip(hand: Hand) -> None:
    """From a payment's QR to its slip; something may happen meanwhile."""
    hand.visitor.await_qr()
    hand.meanwhile()
    hand.touch_until(Visitor.RIGHT, "Waiting")
    hand.touch_until(Visitor.RIGHT, "Taking")


def typed_number(hand: Hand, number: str) -> None:
    """To the payment's QR, with nothing but a number in hand."""
    who = Who(service=services.PAY_FEE)
    asked = {Device.CARD, Device.SCANNER} & hand.desk.ready
    hand.choose(services.PAY_FEE, "Inviting" if asked else "TypingNumber")
    if asked:
        hand.press(Inviting(hand.desk, who), Button.TYPE, "TypingNumber")
    for letter in number:
        type_key(hand, hand.place(TypingNumber(hand.desk, who), Button.KEY, letter))
    hand.press(TypingNumber(hand.desk, who), Button.SEND, "ChoosingNotice")
    hand.touch_until(Visitor.ROWS[0], "Paying")


def my_factory(hand: Hand, bring: Journey | None = None) -> None:
    """To what is owed, under way, and about to expire."""
    hand.choose(services.MY_FACTORY, "Inviting")
    bring(hand) if bring else hand.bring("folder")
    hand.await_state("FactoryShown")


def follow_case(hand: Hand, bring: Journey | None = None) -> None:
    """To a case's steps."""
    hand.choose(services.FOLLOW_CASE, "Inviting")
    bring(hand) if bring else hand.bring("folder")
    if hand.await_state("ChoosingCase", "CaseShown") == "ChoosingCase":
        hand.touch_until(Visitor.ROWS[0], "CaseShown")
    hand.meanwhile()


def follow_slip(hand: Hand, text: str, *then: str) -> None:
    """To what the slip with this QR is of."""
    hand.choose(services.FOLLOW_CASE, "Inviting")
    hand.visitor.scan(text)
    hand.await_state(*then)


def presence_slip(hand: Hand, *then: str) -> None:
    """To the signed slip, or to ``then``."""
    _read_card(hand, services.PRESENCE_SLIP, "ChoosingPurpose")
    hand.meanwhile()
    purpose = SETTINGS_OF_ALL.presence.purpose_1.th
    state = ChoosingPurpose(hand.desk, Who(card_in=True), SOMEBODY, "")
    hand.press(state, Button.CHOOSE, *(then or ("Giving",)), value=purpose)


def register(hand: Hand) -> None:
    """To the receipt."""
    _read_card(hand, services.REGISTER, "TypingPhone")
    hand.meanwhile()
    state = TypingPhone(hand.desk, Who(card_in=True), SOMEBODY, "")
    for digit in PHONE:
        type_key(hand, hand.place(state, Button.KEY, digit))
    hand.press(state, Button.SEND, "Giving")


def tell_us(hand: Hand) -> None:
    """To the ticket."""
    hand.choose(services.TELL_US, "ChoosingTopic")
    hand.touch_until(Visitor.ROWS[0], "TypingText")
    hand.meanwhile()
    state = TypingText(hand.desk, Who(), ChoosingTopic(hand.desk, Who()), TOPIC, text="กก")
    for _ in range(5):
        type_key(hand, hand.place(state, Button.KEY, "ก"))
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


def type_key(hand: Hand, key: tuple[int, int]) -> None:
    """Touch a key, and see that the screen has changed: a key that is touched twice types twice."""
    hand.until_redrawn(lambda: hand.visitor.touch(key))
