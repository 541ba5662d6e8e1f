"""Every state answers every event, and every state lets the visitor out."""

from __future__ import annotations

import itertools
from dataclasses import fields

import pytest

from kiosk.visits.states import Idle, OutOfService
from kiosk.visits.visit import EVENTS, STATES, visit


@pytest.mark.parametrize(("state", "event"), list(itertools.product(STATES, EVENTS)), ids=lambda t: t.__name__)
def test_every_state_answers_every_event(state: type, event: type) -> None:
    assert (state, event) in visit.rows


def test_no_row_is_for_something_that_does_not_exist() -> None:
    assert visit.rows == set(itertools.product(STATES, EVENTS))


@pytest.mark.parametrize("state", [s for s in STATES if s not in (Idle, OutOfService)], ids=lambda t: t.__name__)
def test_every_state_of_a_visit_has_a_timeout(state: type) -> None:
    assert "timeout_s" in dir(state)
    assert state.timeout_s.fget.__annotations__["return"] in ("float", "float | None")


@pytest.mark.parametrize("state", STATES, ids=lambda t: t.__name__)
def test_states_are_frozen(state: type) -> None:
    assert state.__dataclass_params__.frozen
    assert fields(state)
