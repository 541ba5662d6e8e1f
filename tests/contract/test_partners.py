"""Our adapters against the partners' stand-in over HTTP, and saboteurs that each test of the contract must catch."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import ClassVar, cast

import pytest

from fleet.partners.line import Line
from fleet.partners.port import CouldNotAskError, System, Why
from fleet.partners.reference import ADAPTERS
from fleet.partners.stand_in import Habit, StandIn
from tests.contract.partners import PATIENCE_S, PartnerContract, PartnerRig
from tests.contract.patience import SOON_S
from tests.support.partner_stand_in import answering


@pytest.fixture(params=list(System))
def rig(request: pytest.FixtureRequest) -> Iterator[PartnerRig]:
    """Only slowness is told by the clock: in its tests the adapter gives up soon, in all others hardly ever."""
    stand_in = StandIn(token="s3cret")
    system = cast(System, request.param)
    patience_s = PATIENCE_S if "too_slow" in request.node.name else SOON_S
    with answering(stand_in) as address:
        yield PartnerRig(system, ADAPTERS[system](Line(system, address, patience_s, "s3cret")), stand_in)


class TestReference(PartnerContract):
    def test_a_wrong_token_is_refused(self, rig: PartnerRig) -> None:
        rig.stand_in.token = "another"
        rig.fails_with(Why.REFUSED)

    def test_nobody_listens(self, rig: PartnerRig) -> None:
        with socket.socket() as placeholder:
            placeholder.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{placeholder.getsockname()[1]}"
            rig.adapter = ADAPTERS[rig.system](Line(rig.system, address, SOON_S))
            rig.fails_with(Why.UNREACHABLE)


def test_who_is_registered_twice_is_one_customer(rig: PartnerRig) -> None:
    if rig.system is System.CUSTOMERS:
        assert rig.ask() == rig.ask()
    assert len(rig.stand_in.customers) == (rig.system is System.CUSTOMERS)


# ---- saboteurs ------------------------------------------------------------------------------------------------------


class _Taking(Line):
    """A line whose failures of one kind become something else."""

    def ask(self, path: str, body: bytes | None = None) -> bytes | None:
        try:
            return super().ask(path, body)
        except CouldNotAskError as err:
            return self.instead(err, body)

    def instead(self, err: CouldNotAskError, body: bytes | None) -> bytes | None:
        raise NotImplementedError


class SilenceIsNo(_Taking):
    def instead(self, err: CouldNotAskError, body: bytes | None) -> bytes | None:
        if err.why is Why.SILENT:
            return None
        raise err


class FailureIsNo(_Taking):
    def instead(self, err: CouldNotAskError, body: bytes | None) -> bytes | None:
        if err.why is Why.FAILING:
            return None
        raise err


class LeaksTheLibrary(_Taking):
    def instead(self, err: CouldNotAskError, body: bytes | None) -> bytes | None:
        raise err.__cause__ or err


class QuotesTheQuestion(_Taking):
    def instead(self, err: CouldNotAskError, body: bytes | None) -> bytes | None:
        raise CouldNotAskError(err.system, err.why, f"asked {body!r}") from None


class NeverAsks(Line):
    def ask(self, path: str, body: bytes | None = None) -> bytes | None:
        return None


class KnowsEverything(Line):
    """A "no" becomes an empty answer."""

    def ask(self, path: str, body: bytes | None = None) -> bytes | None:
        answer = super().ask(path, body)
        return b"{}" if answer is None else answer


class Dozes(Line):
    """Waits far longer than it was told to."""

    def ask(self, path: str, body: bytes | None = None) -> bytes | None:
        try:
            return super().ask(path, body)
        except CouldNotAskError as err:
            if err.why is Why.SILENT:
                time.sleep(3)
            raise


class StaysDown(Line):
    down: ClassVar[set[str]] = set()

    def ask(self, path: str, body: bytes | None = None) -> bytes | None:
        if self.address in self.down:
            raise CouldNotAskError(self.system, Why.FAILING)
        try:
            return super().ask(path, body)
        except CouldNotAskError:
            self.down.add(self.address)
            raise


class TellsTales(Line):
    """Swaps the name in an answer back for the one that was asked about."""

    def ask(self, path: str, body: bytes | None = None) -> bytes | None:
        answer = super().ask(path, body)
        return answer.replace(b'N69A11"', b'N69A1"') if answer else answer


CONTRACT = PartnerContract()
BITES: list[tuple[type[Line], System, Callable[[PartnerRig], None]]] = [
    (NeverAsks, System.COMPANIES, CONTRACT.test_an_answer_is_a_value),
    (KnowsEverything, System.BILLS, CONTRACT.test_a_no_is_none_and_nothing_else_is),
    (SilenceIsNo, System.LICENCES, lambda rig: CONTRACT.test_who_is_too_slow_could_not_be_asked(rig, Habit.SILENT)),
    (Dozes, System.DUTIES, lambda rig: CONTRACT.test_who_is_too_slow_could_not_be_asked(rig, Habit.SILENT)),
    (FailureIsNo, System.COMPANIES, lambda rig: CONTRACT.test_a_bad_day_is_never_a_no(rig, Habit.FAILING, Why.FAILING)),
    (
        LeaksTheLibrary,
        System.BILLS,
        lambda rig: CONTRACT.test_a_bad_day_is_never_a_no(rig, Habit.HANGS_UP, Why.UNREACHABLE),
    ),
    (TellsTales, System.BILLS, CONTRACT.test_an_answer_about_somebody_else_is_none),
    (StaysDown, System.DUTIES, CONTRACT.test_it_answers_again_after_a_bad_day),
    (QuotesTheQuestion, System.CUSTOMERS, CONTRACT.test_no_failure_tells_what_was_asked),
]


@pytest.mark.parametrize(("saboteur", "system", "test"), BITES, ids=[each[0].__name__ for each in BITES])
def test_the_contract_bites(saboteur: type[Line], system: System, test: Callable[[PartnerRig], None]) -> None:
    stand_in = StandIn()
    with answering(stand_in) as address:
        rig = PartnerRig(system, ADAPTERS[system](saboteur(system, address, PATIENCE_S)), stand_in, bound_s=2.5)
        with pytest.raises((Exception, pytest.fail.Exception)):
            test(rig)
