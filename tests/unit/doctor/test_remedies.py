"""Every fault a driver can have has a sentence for the technician, in both languages, whatever is added later."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import drivers
from drivers.errors import DeviceAbsentError, DeviceFaultError, DriverError, Fault
from kiosk.doctor.columns import columns, wrapped
from kiosk.doctor.problems import ABSENT, ERRORS, FAULTS, Problem, problem_of
from kiosk.doctor.remedies import REMEDIES


def _kinds(kind: type[DriverError]) -> Iterator[type[DriverError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _all_kinds() -> set[type[DriverError]]:
    for module in pkgutil.walk_packages(drivers.__path__, "drivers."):
        importlib.import_module(module.name)
    kinds = {kind for kind in _kinds(DriverError) if kind.__module__.startswith("drivers.")}
    return {kind for kind in kinds if not kind.__name__.startswith("_")}  # these never leave their module


def _raised(kind: type[DriverError]) -> DriverError:
    err = kind.__new__(kind)
    Exception.__init__(err, "detail")
    return err


def test_every_problem_has_a_remedy_and_every_remedy_a_problem() -> None:
    assert set(REMEDIES) == set(Problem)


def test_every_fault_has_a_problem() -> None:
    assert set(FAULTS) == set(Fault)
    for fault in Fault:
        assert problem_of(DeviceFaultError("printer", fault), "printer") is FAULTS[fault]


def test_every_kind_of_driver_error_has_a_row_of_its_own() -> None:
    kinds = _all_kinds() - {DeviceAbsentError, DeviceFaultError}
    assert {kind.__name__ for kind in kinds} == set(ERRORS)
    for kind in kinds:
        assert problem_of(_raised(kind), "card") is ERRORS[kind.__name__]


@pytest.mark.parametrize("device", sorted(ABSENT))
def test_an_absent_device_is_told_apart_from_other_devices(device: str) -> None:
    assert problem_of(DeviceAbsentError(device, "gone"), device).value == f"{device}-absent"


def test_an_error_of_tomorrow_is_what_its_parent_is() -> None:
    class CardTornError(DriverError):
        pass

    assert problem_of(CardTornError("card", "torn"), "card") is Problem.DEVICE_ERROR


@pytest.mark.parametrize("problem", Problem)
def test_a_remedy_is_a_sentence_that_fits(problem: Problem) -> None:
    remedy = REMEDIES[problem]
    assert remedy.en.endswith(".")
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in remedy.th)
    assert not any("\u0e00" <= letter <= "\u0e7f" for letter in remedy.en)
    for text in (remedy.th, remedy.en):
        assert len(wrapped(text, 56)) <= 3
        assert max(columns(word) for word in text.split()) <= 56, "a phrase would be cut"
