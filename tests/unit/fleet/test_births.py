"""Births in the order in which they are heard: which are late, and which tell of a second machine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.ingest.births import BOOTS_KEPT, Birth, read_birth
from fleet.protocol.messages import Session

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NEW, LATE, ELSEWHERE = Birth.NEW, Birth.LATE, Birth.ELSEWHERE


def heard(*births: str) -> list[Birth]:
    """What each of ``births`` is ("a5": boot a, session 5)."""
    boots: list[tuple[str, int]] = []
    found = []
    for birth in births:
        said = Session(boot_id=birth[0], session_no=int(birth[1:]), alive=True, at=AT)
        what, boots = read_birth(boots, said)
        found.append(what)
    return found


@pytest.mark.parametrize(
    ("births", "expected"),
    [
        (["a1", "a2", "a7"], [NEW, NEW, NEW]),
        (["a1", "b2", "c3", "d9"], [NEW] * 4),
        (["a1", "a3", "a2", "a4"], [NEW, NEW, LATE, NEW]),
        (["a1", "a1"], [NEW, NEW]),  # the broker says it again; the keeper sees that nothing is new
        (["a5", "b6", "a5", "b6"], [NEW, NEW, LATE, NEW]),  # both again, unacknowledged
        (["a4", "b6", "a5", "b6"], [NEW, NEW, NEW, LATE]),  # the kept birth before the queued ones
        (["a5", "b6", "a6"], [NEW, NEW, NEW]),
        (["a5", "b6", "a6", "b7"], [NEW, NEW, NEW, ELSEWHERE]),
        (["a5", "b900", "a6", "a7", "b901", "a8"], [NEW, NEW, NEW, NEW, ELSEWHERE, ELSEWHERE]),
        (["a5", "b6", "c7", "a6", "b7"], [NEW, NEW, NEW, NEW, ELSEWHERE]),
    ],
)
def test_what_a_birth_is(births: list[str], expected: list[Birth]) -> None:
    assert heard(*births) == expected


def test_what_is_remembered_is_bounded() -> None:
    boots: list[tuple[str, int]] = []
    for number in range(100):
        _, boots = read_birth(boots, Session(boot_id=f"{number}", session_no=number, alive=True, at=AT))
    assert boots == [(str(number), number) for number in range(100 - BOOTS_KEPT, 100)]


@given(st.lists(st.booleans(), max_size=40), st.lists(st.integers(0, 39), max_size=6))
def test_one_machine_is_never_two_however_often_it_boots_and_whatever_comes_twice(
    reboots: list[bool], again: list[int]
) -> None:
    """One machine's births in order, some of them said again directly after."""
    boots: list[tuple[str, int]] = []
    boot = 0
    for number, reboot in enumerate(reboots):
        boot += reboot
        said = Session(boot_id=str(boot), session_no=number, alive=True, at=AT)
        for _ in range(1 + again.count(number)):
            what, boots = read_birth(boots, said)
            assert what is NEW
