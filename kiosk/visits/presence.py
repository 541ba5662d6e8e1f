"""A presence slip instead of a photocopy of the ID card; and what one that is scanned is worth.

Rules: the notice comes before the card is read (PDPA, section 23), and says what happens, asking for no consent; what
was read is in no state once the slip is signed. A slip that is scanned is checked here, online or not, for anybody.
"""

from __future__ import annotations

from fleet.protocol.asking import CardState
from kiosk.visits.desk import Desk
from kiosk.visits.effects import Effect, Outcome
from kiosk.visits.events import Button, CardRead, CodeScanned, Event, TimedOut, Touched
from kiosk.visits.giving import card_comes_and_goes
from kiosk.visits.machine import Machine, Next
from kiosk.visits.states import ChoosingService, LookingUp, State, Warned
from kiosk.visits.steps import Step, ask, leave, look_up, read_card, sorry
from kiosk.visits.visitor import Problem, Visitor
from kiosk.visits.writing_effects import CheckCard, SignPresence
from kiosk.visits.writing_events import CardChecked, PresenceJudged
from kiosk.visits.writing_states import Checking, ChoosingPurpose, Keeping, Noticed, PresenceChecked

presence: Machine[State, Event, Effect] = Machine()

card_comes_and_goes(presence, Checking, Noticed, PresenceChecked)
card_comes_and_goes(presence, ChoosingPurpose, reads=True)


def notice(desk: Desk, visitor: Visitor) -> Step:
    """From the menu: say what will be read, and what for."""
    return Next(Noticed(desk, visitor))


@presence.on(Noticed, Touched)
def _(s: Noticed, e: Touched) -> Step:
    if e.button is Button.CONTINUE:
        return read_card(s.desk, s.visitor) if s.visitor.card_in else ask(s.desk, s.visitor)
    return Next(ChoosingService(s.desk, s.visitor)) if e.button is Button.BACK else Next(s)


def card_read(desk: Desk, visitor: Visitor, read: CardRead) -> Step:
    """Whose it is, is known: what is the slip for?"""
    return Next(ChoosingPurpose(desk, visitor, read.id_number, read.name, read.proof))


@presence.on(ChoosingPurpose, Touched)
def _(s: ChoosingPurpose, e: Touched) -> Step:
    if e.button is Button.CHOOSE:
        purpose = next((each for each in s.purposes if each.th == e.value), None)
        if purpose is None or s.desk.settings is None:
            return Next(s)
        checking = Checking(s.desk, s.visitor, s.id_number, purpose, s.name)
        if not s.desk.settings.presence.check_card:
            return _signed(checking, None)
        if not s.desk.checks_cards or s.proof is None:  # no way to ask, or the chip did not tell its number
            return _signed(checking, CardState.UNANSWERED)
        return Next(checking, (CheckCard(s.id_number, s.proof),))
    return leave(s.desk, s.visitor, Outcome.CANCELLED) if e.button is Button.BACK else Next(s)


def _signed(s: Checking, said: CardState | None) -> Step:
    if s.desk.settings is None:
        return sorry(s.desk, s.visitor, Problem.NOT_SET_UP)
    days = s.desk.settings.presence.valid_days
    return Next(Keeping(s.desk, s.visitor), (SignPresence(s.name, s.id_number, s.purpose, days, said),))


@presence.on(Checking, CardChecked)
def _(s: Checking, e: CardChecked) -> Step:
    """A card that is not in order gets no slip; one of which nobody says anything gets one that says so."""
    if e.state is CardState.NOT_NORMAL:
        return sorry(s.desk, s.visitor, Problem.CARD_NOT_NORMAL)
    return _signed(s, e.state)


@presence.on(Checking, TimedOut)
def _(s: Checking, _e: TimedOut) -> Step:
    return _signed(s, CardState.UNANSWERED)


presence.ignore(Checking, Touched)


@presence.everywhere((Noticed, ChoosingPurpose, PresenceChecked), TimedOut)
def _(s: Noticed | ChoosingPurpose | PresenceChecked, _e: TimedOut) -> Step:
    return Next(Warned(s))


# ---- one that is scanned --------------------------------------------------------------------------------------------


@presence.on(LookingUp, PresenceJudged)
def _(s: LookingUp, e: PresenceJudged) -> Step:
    return Next(PresenceChecked(s.desk, s.visitor, e.verdict, e.presence, e.judged_at))


@presence.on(PresenceChecked, Touched)
def _(s: PresenceChecked, e: Touched) -> Step:
    return leave(s.desk, s.visitor, Outcome.DONE) if e.button in (Button.FINISH, Button.HOME) else Next(s)


@presence.on(PresenceChecked, CodeScanned)
def _(s: PresenceChecked, e: CodeScanned) -> Step:
    """Officers check one after another."""
    return look_up(s.desk, s.visitor, e)
