"""What the doctor says of signatures: whether anybody may be paid, and until when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kiosk import trusted
from kiosk.doctor.findings import State
from kiosk.doctor.problems import Problem
from kiosk.doctor.signed import look_at_signed
from kiosk.trusted import RoleStanding
from tests.support.sample_visit import DOCUMENT
from tests.support.signed import believe

NOW = trusted.BUILT_AT + timedelta(days=10)


def test_nothing_signed_is_no_payments(tmp_path: Path) -> None:
    found = look_at_signed(tmp_path, NOW)
    assert (found.state, found.problem) == (State.FAILING, Problem.SIGNED_NOTHING)


@pytest.mark.parametrize(
    ("days", "problem"),
    [(90, None), (20, Problem.SIGNED_ENDS_SOON), (-1, Problem.SIGNED_OVER)],
)
def test_until_when(tmp_path: Path, days: int, problem: Problem | None) -> None:
    believe(tmp_path, DOCUMENT)
    known = trusted.load(tmp_path)
    assert known is not None
    until = {"payees": RoleStanding(version=1, until=NOW + timedelta(days=days))}
    trusted.store(tmp_path, msgspec.structs.replace(known, roles=until))
    found = look_at_signed(tmp_path, NOW)
    assert (found.problem, found.details["accounts"], found.details["days_left"]) == (problem, 1, days)


def test_what_was_refused_is_told(tmp_path: Path) -> None:
    believe(tmp_path, DOCUMENT)
    known = trusted.load(tmp_path)
    assert known is not None
    trusted.store(tmp_path, msgspec.structs.replace(known, problems=("trust: root: rolled back",)))
    found = look_at_signed(tmp_path, NOW)
    assert (found.problem, found.details["detail"]) == (Problem.SIGNED_REFUSED, "trust: root: rolled back")
