"""A presence slip whose card is checked: asked when it can be, said as it was, and no slip for a card not in force."""

from __future__ import annotations

import msgspec
import pytest

from drivers.card.port import CardInserted
from fleet.protocol.asking import CardState
from fleet.protocol.presence import Presence
from fleet.protocol.settings import KNOWN_SERVICES
from fleet.protocol.thai import IdNumber
from kiosk.screens.samples import DESK, SETTINGS
from kiosk.visits.desk import Desk
from kiosk.visits.effects import Effect, ReadCard
from kiosk.visits.events import Button, CardProof, CardRead, Event, TimedOut, Touched
from kiosk.visits.states import Idle, Sorry, State
from kiosk.visits.visit import step
from kiosk.visits.visitor import Problem
from kiosk.visits.writing_effects import CheckCard, SignPresence
from kiosk.visits.writing_events import CardChecked
from kiosk.visits.writing_states import Checking, Keeping

ID = IdNumber("1999900000013")
PROOF = CardProof("53414d504c453432", "9999-99-00000000")


def desk(*, checks: bool = True, online: bool = True) -> Desk:
    presence = msgspec.structs.replace(SETTINGS.presence, check_card=checks)
    settings = msgspec.structs.replace(SETTINGS, services=KNOWN_SERVICES, presence=presence)
    return Desk("CBI-01", settings, DESK.ready, online=online, paper=DESK.paper)


def lived(at: Desk, *events: Event, proof: CardProof | None = PROOF) -> tuple[State, list[Effect]]:
    purpose = SETTINGS.presence.purposes[0].th
    state: State = Idle(at)
    effects: list[Effect] = []
    for event in (
        Touched(Button.START),
        Touched(Button.SERVICE, "presence-slip"),
        Touched(Button.CONTINUE),
        CardInserted(b""),
        CardRead(ID, expired=False, name="นายตัวอย่าง ใจดี", proof=proof),
        Touched(Button.CHOOSE, purpose),
        *events,
    ):
        then = step(state, event)
        state = then.state
        effects += then.effects
    return state, effects


def signed(effects: list[Effect]) -> list[CardState | None]:
    return [each.check for each in effects if isinstance(each, SignPresence)]


def test_online_the_card_is_asked_about_before_anything_is_signed() -> None:
    state, effects = lived(desk())
    assert isinstance(state, Checking)
    assert CheckCard(ID, PROOF) in effects
    assert ReadCard("presence-slip", proves=True) in effects
    assert signed(effects) == []


@pytest.mark.parametrize("said", [CardState.NORMAL, CardState.UNANSWERED])
def test_what_was_said_is_what_is_signed(said: CardState) -> None:
    state, effects = lived(desk(), CardChecked(said))
    assert isinstance(state, Keeping)
    assert signed(effects) == [said]


def test_a_card_that_is_not_in_force_gets_a_sentence_and_no_slip() -> None:
    state, effects = lived(desk(), CardChecked(CardState.NOT_NORMAL))
    assert isinstance(state, Sorry)
    assert state.problem is Problem.CARD_NOT_NORMAL
    assert signed(effects) == []


def test_who_does_not_answer_in_time_is_not_waited_for() -> None:
    state, effects = lived(desk(), TimedOut())
    assert isinstance(state, Keeping)
    assert signed(effects) == [CardState.UNANSWERED]
    late = step(state, CardChecked(CardState.NOT_NORMAL))
    assert (late.state, late.effects) == (state, ())


def test_offline_nobody_is_asked_and_the_slip_says_so() -> None:
    state, effects = lived(desk(online=False), proof=None)
    assert isinstance(state, Keeping)
    assert signed(effects) == [CardState.UNANSWERED]
    assert ReadCard("presence-slip") in effects, "and no more is read than without it"


def test_a_chip_that_does_not_tell_its_number_is_not_asked_about() -> None:
    _, effects = lived(desk(), proof=None)
    assert signed(effects) == [CardState.UNANSWERED]
    assert not any(isinstance(each, CheckCard) for each in effects)


def test_where_it_is_not_switched_on_nothing_more_is_read_or_asked() -> None:
    _, effects = lived(desk(checks=False), proof=None)
    assert ReadCard("presence-slip") in effects
    assert signed(effects) == [None]


def test_nothing_that_is_asked_shows_itself() -> None:
    said = repr(CheckCard(ID, PROOF)) + repr(lived(desk())[0])
    for secret in (ID.reveal(), PROOF.chip_no, PROOF.request_no):
        assert secret not in said


def test_verified_and_unanswered_are_never_both() -> None:
    from kiosk.screens.samples_writing import presence

    said = presence()
    fields = {name: getattr(said, name) for name in Presence.__slots__}
    with pytest.raises(ValueError, match="verified"):
        Presence(**fields | {"verified": True, "unanswered": True})
