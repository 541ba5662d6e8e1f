"""From state to view: every state has one, and it changes no more often than the screen must."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import msgspec
import pytest

from fleet.protocol.settings import KNOWN_SERVICES
from kiosk.screens.draw import PAINTERS
from kiosk.screens.present import view
from kiosk.screens.present_visit import HOLD_S
from kiosk.screens.samples import DESK, OWED, WALL, Sample, bill, samples
from kiosk.screens.samples_reading import LATE
from kiosk.screens.telling import Moment
from kiosk.screens.texts import CATALOGUES
from kiosk.screens.views import BusyView, HoldView, IdleView, NoticesView, SorryView, View, WarnView
from kiosk.screens.views_paying import PayView, TakeView
from kiosk.screens.views_reading import CaseView
from kiosk.visits.desk import Device, Language
from kiosk.visits.effects import Outcome
from kiosk.visits.events import Button, CaseFacts, Touched
from kiosk.visits.reading_states import CaseShown
from kiosk.visits.states import ChoosingNotice, Idle, LookingUp, Paying, Problem, Sorry, State, Taking, Visitor, Warned

EACH = pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)


def test_the_samples_hold_every_state_and_problem() -> None:
    states = [sample.state for sample in samples()]
    assert {type(state) for state in states} == set(get_args(State))
    assert {state.problem for state in states if isinstance(state, Sorry)} == set(Problem)


def test_every_view_has_a_painter_and_is_shown_by_some_state() -> None:
    assert set(PAINTERS) == set(get_args(View)) - {HoldView}
    shown = {type(view(sample.state, sample.moment)) for sample in samples()}
    assert shown == set(PAINTERS)


@EACH
def test_nothing_changes_within_a_second(sample: Sample) -> None:
    moment = sample.moment
    later = replace(moment, waited_s=moment.waited_s + 0.4, wall=moment.wall + timedelta(seconds=0.4))
    if moment.remaining_s is not None:
        later = replace(later, remaining_s=moment.remaining_s - 0.4)
    assert view(sample.state, moment) == view(sample.state, later)


def test_idle_never_changes_by_itself() -> None:
    assert view(Idle(DESK), Moment(WALL)) == view(Idle(DESK), Moment(WALL + timedelta(hours=3), 10_000.0))


def test_a_quick_look_up_leaves_the_screen_alone() -> None:
    state = LookingUp(DESK, Visitor())
    assert view(state, Moment(WALL, HOLD_S - 0.01)) == HoldView()
    assert isinstance(view(state, Moment(WALL, HOLD_S)), BusyView)


def test_the_countdown_ends_at_zero_and_never_shows_it_early() -> None:
    def left(remaining_s: float) -> int:
        shown = view(Paying(DESK, Visitor(), bill(), OWED), Moment(WALL, 1.0, remaining_s))
        assert isinstance(shown, PayView)
        return shown.left_s

    assert [left(272.0), left(271.2), left(0.3), left(0.0)] == [272, 272, 1, 0]


def test_the_warning_covers_everything_personal() -> None:
    owed = OWED[0]
    shown = view(
        Warned(ChoosingNotice(DESK, Visitor("x-xxxx-xxxxx-12-1", card_in=True), OWED)), Moment(WALL, 1.0, 20.0)
    )
    assert isinstance(shown, WarnView)
    for personal in (owed.factory.name_th, owed.notice.reference, owed.notice.notice_no, "12-1", "3,300"):
        assert personal not in repr(shown)


def test_the_last_second_is_one() -> None:
    english = replace(DESK, language=Language.EN)

    def unit(remaining_s: float) -> str:
        shown = view(Warned(ChoosingNotice(english, Visitor(), OWED)), Moment(WALL, 1.0, remaining_s))
        assert isinstance(shown, WarnView)
        return shown.unit

    assert [unit(20.0), unit(1.0), unit(0.0)] == ["seconds", "second", "seconds"]


def test_notices_are_shown_longest_overdue_first_three_a_page() -> None:
    shown = view(ChoosingNotice(DESK, Visitor(), OWED[::-1] + OWED[:1]), Moment(WALL))
    assert isinstance(shown, NoticesView)
    assert [row.touched.value for row in shown.rows] == ["CBI-69-00001", "CBI-69-00001", "CBI-69-00002"]
    assert [row.overdue for row in shown.rows] == [True, True, False]
    assert shown.previous is None
    assert shown.following is not None


def test_what_is_gone_is_not_offered() -> None:
    shown = view(Idle(replace(DESK, ready=DESK.ready - {Device.CARD})), Moment(WALL))
    assert isinstance(shown, IdleView)
    assert [start.icon for start in shown.starts] == ["hand", "scan-barcode"]
    assert shown.banner is not None


@pytest.mark.parametrize(
    ("problem", "service", "gone", "open_way"),
    [
        (Problem.CARD_EXPIRED, "pay-fee", None, True),
        (Problem.CARD_EXPIRED, "pay-fee", Device.SCANNER, False),
        (Problem.CARD_EXPIRED, "presence-slip", None, False),
        (Problem.CARD_UNKNOWN, "", Device.SCANNER, False),
        (Problem.CODE_UNKNOWN, "", None, True),
        (Problem.CODE_UNKNOWN, "", Device.CARD, False),
        (Problem.NUMBER_UNKNOWN, "pay-fee", Device.SCANNER, False),
        (Problem.TRIES_SPENT, "pay-fee", Device.SCANNER, True),
    ],
)
def test_no_other_way_is_advised_that_is_not_there(
    problem: Problem, service: str, gone: Device | None, open_way: bool
) -> None:
    desk = replace(DESK, ready=frozenset(each for each in DESK.ready if each is not gone))
    shown = view(Sorry(desk, Visitor(service=service), problem), Moment(WALL))
    trouble = CATALOGUES[Language.TH].trouble[problem]
    assert isinstance(shown, SorryView)
    assert shown.advice == (trouble.advice if open_way else trouble.alone)
    main = shown.shell.floor.main
    assert main is not None
    assert (main.icon == "scan-barcode") is (open_way and problem is Problem.CARD_EXPIRED)


def test_who_has_a_case_and_by_when_is_said_in_words_of_number() -> None:
    late = msgspec.structs.replace(LATE, due_on=WALL.date() - timedelta(days=1))
    english = replace(DESK, language=Language.EN)
    shown = view(CaseShown(english, Visitor(), CaseFacts(late, OWED[0].factory)), Moment(WALL))
    assert isinstance(shown, CaseView)
    assert shown.when[0] == ("1 day late",)
    assert [len(forms) for forms in shown.when] == [1, 2], "the year may be left out where it is this one"
    assert any("Factory group" in each for each in shown.holder)


def test_home_is_not_offered_while_the_card_is_in() -> None:
    def back(card_in: bool) -> Touched | None:
        shown = view(Taking(DESK, Visitor(card_in=card_in), Outcome.CANCELLED), Moment(WALL))
        assert isinstance(shown, TakeView)
        return shown.shell.floor.back.touched if shown.shell.floor.back else None

    assert (back(True), back(False)) == (None, Touched(Button.HOME))


def test_every_service_of_this_release_has_a_name() -> None:
    for catalogue in CATALOGUES.values():
        assert set(catalogue.idle.services) == set(KNOWN_SERVICES)
