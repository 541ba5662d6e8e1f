"""Tell us something: what it is about, the words, a number to follow it by. Nobody is asked who they are.

Rules: what was told is on record before the number is shown; the words are in no state after that; a card that is put
in changes nothing, nobody asked for it.
"""

from __future__ import annotations

from dataclasses import replace

from fleet.protocol.tickets import TEXT_CHARACTERS_MAX, without_id_numbers
from kiosk.visits.desk import Desk, Language
from kiosk.visits.effects import Effect, Outcome
from kiosk.visits.events import Button, Event, TimedOut, Touched
from kiosk.visits.giving import card_comes_and_goes
from kiosk.visits.keyboard import SHIFTED, UNSHIFTED, Layer, erased, typed
from kiosk.visits.machine import Machine, Next
from kiosk.visits.states import ChoosingService, State, Warned
from kiosk.visits.steps import Step, leave, sorry
from kiosk.visits.visitor import Problem, Visitor
from kiosk.visits.writing_effects import ListTopics, RecordTicket
from kiosk.visits.writing_events import TopicsFound
from kiosk.visits.writing_states import ChoosingTopic, GoingOnByPhone, Keeping, TypingText

tell_us: Machine[State, Event, Effect] = Machine()

_STATES = (ChoosingTopic, TypingText, GoingOnByPhone)

card_comes_and_goes(tell_us, *_STATES)


def begin(desk: Desk, visitor: Visitor) -> Step:
    """From the menu: what is it about?"""
    return Next(ChoosingTopic(desk, visitor), (ListTopics(),))


@tell_us.on(ChoosingTopic, TopicsFound)
def _(s: ChoosingTopic, e: TopicsFound) -> Step:
    if not e.topics:
        return sorry(s.desk, s.visitor, Problem.NO_TOPICS)
    topics = tuple(sorted(e.topics, key=lambda topic: (topic.position, topic.code)))
    return Next(replace(s, topics=topics, office_id=e.office_id))


@tell_us.on(ChoosingTopic, Touched)
def _(s: ChoosingTopic, e: Touched) -> Step:
    match e.button:
        case Button.CHOOSE:
            topic = next((each for each in s.topics if each.code == e.value), None)
            layer = Layer.THAI if s.desk.language is Language.TH else Layer.LATIN
            return Next(s if topic is None else TypingText(s.desk, s.visitor, s, topic, layer=layer))
        case Button.NEXT_PAGE:
            return Next(replace(s, page=(s.page + 1) % len(s.pages)))
        case Button.BACK if s.page:
            return Next(replace(s, page=s.page - 1))
        case Button.BACK:
            return Next(ChoosingService(s.desk, s.visitor))
        case _:
            return Next(s)


@tell_us.on(TypingText, Touched)
def _(s: TypingText, e: Touched) -> Step:  # noqa: PLR0911 - one return a kind of key
    match e.button:
        case Button.KEY:
            text = typed(s.text, e.value[:1], TEXT_CHARACTERS_MAX)
            return Next(replace(s, text=text, layer=UNSHIFTED.get(s.layer, s.layer)))
        case Button.ERASE:
            return Next(replace(s, text=erased(s.text)))
        case Button.SHIFT:
            return Next(replace(s, layer=SHIFTED[s.layer]))
        case Button.LAYER if e.value in set(Layer):
            return Next(replace(s, layer=Layer(e.value)))
        case Button.PHONE:
            return Next(GoingOnByPhone(s.desk, s.visitor, s))
        case Button.BACK:
            return Next(replace(s.back, desk=s.desk, visitor=s.visitor))
        case Button.SEND if s.text.strip():
            told = RecordTicket(s.topic, without_id_numbers(s.text.strip()))
            return Next(Keeping(s.desk, s.visitor), (told,))
        case _:
            return Next(s)


@tell_us.on(GoingOnByPhone, Touched)
def _(s: GoingOnByPhone, e: Touched) -> Step:
    if e.button is Button.BACK:
        return Next(replace(s.typing, desk=s.desk, visitor=s.visitor))
    return leave(s.desk, s.visitor, Outcome.DONE) if e.button is Button.FINISH else Next(s)


@tell_us.everywhere(_STATES, TimedOut)
def _(s: ChoosingTopic | TypingText | GoingOnByPhone, _e: TimedOut) -> Step:
    return Next(Warned(s))
