"""The picture in the README is the one the tables draw."""

from __future__ import annotations

from pathlib import Path

import kiosk.visits
from kiosk.visits.diagram import edges, mermaid
from kiosk.visits.states import OutOfService, Paying, Waiting
from kiosk.visits.visit import STATES


def test_the_readme_shows_the_tables_as_they_are() -> None:
    assert kiosk.visits.__file__ is not None
    readme = (Path(kiosk.visits.__file__).parent / "README.md").read_text("utf-8")
    assert f"```mermaid\n{mermaid()}\n```" in readme, "draw it again: see kiosk/visits/diagram.py"


def test_the_walk_reaches_every_state_and_leaves_it_again() -> None:
    drawn = edges()
    assert {target for _, _, target in drawn} == set(STATES)
    assert {source for source, _, _ in drawn} == set(STATES)


def test_what_is_drawn_is_what_happens() -> None:
    drawn = edges()
    assert (Paying, "touch paid", Waiting) in drawn
    assert (OutOfService, "touch start", Paying) not in drawn
