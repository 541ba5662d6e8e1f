"""A technician's word that a full roll is in: asked once, never lost, and heard by the desk while it runs."""

from __future__ import annotations

import io
import sys
import threading
from pathlib import Path

import pytest

from kiosk import roll_marker
from kiosk.doctor import new_roll
from kiosk.doctor.voice import Voice
from tests.support.desk_rig import DeskRig, machine


def put_in(folder: Path, said: list[str], *, is_sure: bool = True) -> int:
    return new_roll.put_in(machine(folder), Voice(said.append), is_sure=is_sure)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    machine(tmp_path).data_path.mkdir(parents=True)
    return tmp_path


def test_while_the_desk_stands_still_it_waits_for_it(folder: Path) -> None:
    said: list[str] = []
    assert put_in(folder, said) == 0
    assert roll_marker.waits(machine(folder).data_path)
    assert said == ["Noted: it counts from when the front desk starts."]


def test_the_desk_that_runs_hears_it(tmp_path: Path) -> None:
    said: list[str] = []
    with DeskRig(tmp_path) as rig:
        technician = threading.Thread(target=put_in, args=(tmp_path, said))
        technician.start()
        rig.until(lambda: not technician.is_alive())
        technician.join()
    assert said == ["The new roll counts from now on."]


@pytest.mark.parametrize(("answer", "is_noted"), [("yes\n", True), ("no\n", False), ("", False)])
def test_it_is_asked_once_for_a_half_used_roll_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, is_noted: bool
) -> None:
    said: list[str] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert put_in(folder, said, is_sure=False) == (0 if is_noted else 1)
    assert said[0] == "Is a full new roll of 80 m in? Type yes to count from there."
    assert roll_marker.waits(machine(folder).data_path) is is_noted


def test_where_it_cannot_be_noted_it_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    assert put_in(tmp_path / "not-there", said) == 1
    assert said[0].startswith("Cannot be noted (No such file or directory)")
