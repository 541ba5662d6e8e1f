"""The services that write, from the touch to the spool: on record, printable, checked, and nobody's data in a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from drivers.card.port import CardInserted
from fleet.protocol.codes import PresenceCode, classify
from fleet.protocol.office import Item, OfficePage, SlipKey, change_of
from fleet.protocol.presence import Verdict
from fleet.protocol.records import KnownRecord, PresenceKeyMade, decode_record
from fleet.protocol.settings import KNOWN_SERVICES
from fleet.protocol.thai import IdNumber
from kiosk.frontdesk.writing import Stores, WritingHands, judge_slip
from kiosk.office.replica import Replica
from kiosk.screens.samples import DESK, SETTINGS
from kiosk.screens.samples_writing import TOPICS
from kiosk.slips.service_slip import ServiceSlip, render_service
from kiosk.spool import Spool
from kiosk.visits.events import Button, CardRead, Event, Touched, TransactionDrawn
from kiosk.visits.papers import PresencePaper
from kiosk.visits.states import Idle, Sorry, State
from kiosk.visits.visit import step
from kiosk.visits.visitor import Problem
from kiosk.visits.writing_effects import WritingEffect
from kiosk.visits.writing_states import Giving

ID, NAME, PHONE = "1999900000013", "นายตัวอย่าง ใจดี", "0812345678"
SEAL = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw().hex()
EVERY = msgspec.structs.replace(SETTINGS, services=KNOWN_SERVICES, customer_key=SEAL)
CARD = (CardInserted(b""), CardRead(IdNumber(ID), expired=False, name=NAME))


class Desk:
    """Hands over a real spool and replica; what would be printed is laid out."""

    visit_id = "visit"

    def __init__(self, folder: Path) -> None:
        self.spool, self.replica = Spool(folder / "spool.sqlite"), Replica(folder / "replica.sqlite")
        self.printed: list[str] = []
        self.hands = WritingHands("CBI-01", Stores(self.spool, self.replica), self, self)  # type: ignore[arg-type]  # a printer that lays out
        self._drawn = 0

    def draw(self) -> TransactionDrawn | None:
        self._drawn += 1
        return TransactionDrawn(f"CBI01-69{self._drawn:07d}", "SAMPLEsampleSAMP")

    def put(self, record: KnownRecord) -> bool:
        self.spool.append(record)
        return True

    def print_service(self, number: str, slip: ServiceSlip) -> None:
        assert render_service(slip, 576)
        self.printed.append(number)

    def records(self) -> list[str]:
        batch = self.spool.batch(0)
        return [type(decode_record(each.record)).__name__ for each in batch.records] if batch else []

    def learn(self) -> None:
        """The fleet has told everybody of this kiosk's key, and of the topics."""
        self.hands.take_settings(EVERY)
        self.take_page("CBI", "a.1.0", *TOPICS, self.key(20))

    def key(self, dopa_code: int) -> SlipKey:
        """The key this kiosk made last, as the fleet gives it to everybody."""
        batch = self.spool.batch(0)
        assert batch is not None
        said = [decode_record(each.record) for each in batch.records]
        made = [each for each in said if isinstance(each, PresenceKeyMade)][-1]
        return SlipKey(
            key_id=made.key_id,
            public_key=made.public_key,
            issuer="CBI-01",
            dopa_code=dopa_code,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        )

    def take_page(self, office_id: str, cursor: str, *items: Item) -> None:
        self.replica.take(
            OfficePage(
                office_id=office_id,
                hash_key="00" * 16,
                revision=1,
                since="",
                cursor=cursor,
                anew=True,
                more=False,
                changes=tuple(change_of(each) for each in items),
            )
        )

    def visit(self, service: str, *events: Event) -> State:
        state: State = Idle(replace(DESK, settings=EVERY))
        for event in (Touched(Button.START), Touched(Button.SERVICE, service), *events):
            waiting = [event]
            while waiting:
                then = step(state, waiting.pop(0))
                state = then.state
                for effect in then.effects:
                    if isinstance(effect, get_args(WritingEffect)):
                        waiting += self.hands.run(effect, state.desk)  # type: ignore[arg-type]  # as just asked
        return state


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.spool.close()
    made.replica.close()
    secrets = [word.encode() for word in (ID, NAME, PHONE)]
    assert [path for path in tmp_path.iterdir() if any(word in path.read_bytes() for word in secrets)] == []


def keys(text: str) -> list[Event]:
    return [Touched(Button.KEY, letter) for letter in text]


def test_something_is_told_and_an_id_number_in_it_is_masked(desk: Desk) -> None:
    desk.learn()
    state = desk.visit("tell-us", Touched(Button.CHOOSE, "water"), *keys(f"น้ำเน่า {ID}"), Touched(Button.SEND))
    assert isinstance(state, Giving)
    assert desk.printed == [state.paper.number]
    assert desk.records() == ["PresenceKeyMade", "TicketOpened"]


def test_without_channels_nothing_can_be_told(desk: Desk) -> None:
    state = desk.visit("tell-us")
    assert isinstance(state, Sorry)
    assert state.problem is Problem.NO_TOPICS


def test_a_presence_slip_is_signed_and_known_for_genuine(desk: Desk) -> None:
    desk.learn()
    purpose = Touched(Button.CHOOSE, EVERY.presence.purpose_1.th)
    state = desk.visit("presence-slip", Touched(Button.CONTINUE), *CARD, purpose)
    assert isinstance(state, Giving)
    assert isinstance(state.paper, PresencePaper)
    code = classify(state.paper.qr)
    assert isinstance(code, PresenceCode)
    judged = judge_slip(desk.replica, code)
    assert (judged.verdict, judged.presence) == (Verdict.GENUINE, state.paper.presence)
    assert not state.paper.presence.verified


def test_nothing_is_signed_with_a_key_that_nobody_knows(desk: Desk) -> None:
    desk.hands.take_settings(EVERY)
    purpose = Touched(Button.CHOOSE, EVERY.presence.purpose_1.th)
    state = desk.visit("presence-slip", Touched(Button.CONTINUE), *CARD, purpose)
    assert isinstance(state, Sorry)
    assert state.problem is Problem.NOT_SET_UP
    assert desk.records() == ["PresenceKeyMade"]


def test_a_key_is_made_once(desk: Desk) -> None:
    for _ in range(2):
        desk.hands.take_settings(EVERY)
    assert desk.records() == ["PresenceKeyMade"]


def test_a_kiosk_that_was_moved_signs_for_its_new_province_with_a_new_key(desk: Desk) -> None:
    desk.learn()
    purpose = Touched(Button.CHOOSE, EVERY.presence.purpose_1.th)
    slip = Touched(Button.CONTINUE), *CARD, purpose
    before = desk.visit("presence-slip", *slip)
    assert isinstance(before, Giving)
    old_key = desk.replica.all_of(SlipKey)[0]
    desk.replica.wipe()
    desk.hands.keep_key()
    assert desk.records().count("PresenceKeyMade") == 1, "nobody knows yet where it is now"
    desk.take_page("KKN", "b.1.0", old_key)
    moved = desk.visit("presence-slip", *slip)
    assert isinstance(moved, Sorry), "the old province's key signs nothing here"
    assert desk.records().count("PresenceKeyMade") == 2
    desk.take_page("KKN", "b.2.0", old_key, desk.key(40))
    after = desk.visit("presence-slip", *slip)
    assert isinstance(after, Giving)
    assert isinstance(before.paper, PresencePaper)
    assert isinstance(after.paper, PresencePaper)
    assert (before.paper.presence.dopa_code, after.paper.presence.dopa_code) == (20, 40)
    for paper in (before.paper, after.paper):
        code = classify(paper.qr)
        assert isinstance(code, PresenceCode)
        assert judge_slip(desk.replica, code).verdict is Verdict.GENUINE
    desk.hands.keep_key()
    assert desk.records().count("PresenceKeyMade") == 2


def test_a_key_of_before_the_first_records_is_that_offices(desk: Desk) -> None:
    desk.learn()
    desk.hands.keep_key()
    assert desk.records() == ["PresenceKeyMade"]


def test_a_registration_is_sealed(desk: Desk) -> None:
    state = desk.visit("register", Touched(Button.CONTINUE), *CARD, *keys(PHONE), Touched(Button.SEND))
    assert isinstance(state, Giving)
    assert desk.records() == ["CustomerRegistered"]
