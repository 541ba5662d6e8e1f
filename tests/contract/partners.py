"""What an adapter of somebody else's system must do, whoever wrote it. A rig plays the system at the far end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from fleet.partners import port
from fleet.partners.port import CouldNotAskError, System, Why
from fleet.partners.stand_in import Habit, StandIn, sample_tax_id
from fleet.protocol.thai import IdNumber, TaxId

ID_NUMBER = IdNumber("1999900000111")
FACTORY_NO = "10180000125417"
PATIENCE_S = 0.5
QUESTIONS: dict[System, Callable[[Any], object]] = {
    System.CARD_STATUS: lambda it: it.status(port.CardCheck(ID_NUMBER, "CHIP1", "REQUEST1")),
    System.COMPANIES: lambda it: it.company(TaxId(sample_tax_id(1))),
    System.CUSTOMERS: lambda it: it.register(
        port.Registration("k1", ID_NUMBER, "0812345678", "ขอใบอนุญาต", datetime(2026, 11, 22, 3, tzinfo=UTC))
    ),
    System.LICENCES: lambda it: it.licences(FACTORY_NO),
    System.DUTIES: lambda it: it.duties(FACTORY_NO),
    System.BILLS: lambda it: it.bill("N69A1"),
}
MAY_KNOW_NOTHING = (System.COMPANIES, System.LICENCES, System.DUTIES, System.BILLS)
NAMES_WHAT_IT_IS_ABOUT = tuple(each for each in System if each is not System.CARD_STATUS)


@dataclass
class PartnerRig:
    """``adapter`` made for ``system`` and patient for ``PATIENCE_S``, and the system itself.

    ``bound_s``: long after any adapter must have given up, on the busiest machine.
    """

    system: System
    adapter: object
    stand_in: StandIn
    bound_s: float = 15.0

    def ask(self) -> object:
        return QUESTIONS[self.system](self.adapter)

    def with_habit(self, habit: Habit) -> None:
        self.stand_in.habits[self.system] = habit

    def fails_with(self, why: Why) -> CouldNotAskError:
        with pytest.raises(CouldNotAskError) as caught:
            self.ask()
        assert (caught.value.system, caught.value.why) == (self.system, why)
        return caught.value


class PartnerContract:
    def test_an_answer_is_a_value(self, rig: PartnerRig) -> None:
        answer = rig.ask()
        assert answer not in (None, ())
        assert rig.stand_in.asked == {rig.system: 1}

    def test_a_no_is_none_and_nothing_else_is(self, rig: PartnerRig) -> None:
        rig.with_habit(Habit.KNOWS_NOTHING)
        if rig.system in MAY_KNOW_NOTHING:
            assert rig.ask() is None
        else:
            rig.fails_with(Why.NOT_UNDERSTOOD)

    @pytest.mark.parametrize("habit", [Habit.SILENT, Habit.DRIPPING])
    def test_who_is_too_slow_could_not_be_asked(self, rig: PartnerRig, habit: Habit) -> None:
        rig.with_habit(habit)
        began_s = time.monotonic()
        rig.fails_with(Why.SILENT)
        assert time.monotonic() - began_s < rig.bound_s

    @pytest.mark.parametrize(
        ("habit", "why"),
        [
            (Habit.FAILING, Why.FAILING),
            (Habit.REFUSING, Why.REFUSED),
            (Habit.HANGS_UP, Why.UNREACHABLE),
            (Habit.CUT_SHORT, Why.UNREACHABLE),
            (Habit.GARBLED, Why.NOT_UNDERSTOOD),
            (Habit.ENDLESS, Why.NOT_UNDERSTOOD),
            (Habit.REDIRECTING, Why.NOT_UNDERSTOOD),
        ],
    )
    def test_a_bad_day_is_never_a_no(self, rig: PartnerRig, habit: Habit, why: Why) -> None:
        rig.with_habit(habit)
        rig.fails_with(why)

    def test_an_answer_about_somebody_else_is_none(self, rig: PartnerRig) -> None:
        rig.with_habit(Habit.ABOUT_ANOTHER)
        if rig.system in NAMES_WHAT_IT_IS_ABOUT:
            rig.fails_with(Why.NOT_UNDERSTOOD)
        else:
            assert rig.ask() is not None

    def test_it_answers_again_after_a_bad_day(self, rig: PartnerRig) -> None:
        rig.with_habit(Habit.FAILING)
        rig.fails_with(Why.FAILING)
        rig.with_habit(Habit.WELL)
        assert rig.ask() not in (None, ())

    def test_no_failure_tells_what_was_asked(self, rig: PartnerRig) -> None:
        for habit in (Habit.GARBLED, Habit.FAILING, Habit.HANGS_UP):
            rig.with_habit(habit)
            with pytest.raises(CouldNotAskError) as caught:
                rig.ask()
            chain: BaseException | None = caught.value
            while chain is not None:
                for secret in (ID_NUMBER.reveal(), "0812345678", "CHIP1"):
                    assert secret not in f"{chain!r} {chain}"
                chain = chain.__cause__
