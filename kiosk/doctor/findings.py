"""What the doctor found: one value a thing looked at, and what all of them together mean. Pure.

Rules: "could not ask" is UNKNOWN, never OK, and an exit code of 0 means that everything was asked and is well, but for
what this hardware never tells anybody. What is not OK names its problem, and ``remedies`` has a sentence for it. A
detail never holds what a card or a barcode says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from drivers.about import About
from kiosk.doctor.problems import MUTE_HARDWARE, Problem

Detail = str | int | float | bool | None | list[dict[str, str | int]]
"""None: could not be asked."""


class State(StrEnum):
    """How a thing is; the values are written to JSON."""

    OK = "ok"
    ATTENTION = "attention"
    """It works, and will not for long."""
    FAILING = "failing"
    UNKNOWN = "unknown"
    """It could not be asked."""


@dataclass(frozen=True, slots=True)
class LastFault:
    """The last time a device was not well. ``at`` is RFC 3339, UTC."""

    what: str
    at: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``address`` is the device's in the machine configuration."""

    name: str
    state: State
    problem: Problem | None = None
    address: str | None = None
    details: dict[str, Detail] = field(default_factory=dict)
    last_fault: LastFault | None = None
    about: About = field(default_factory=About)

    def __post_init__(self) -> None:
        if (self.state is State.OK) != (self.problem is None):
            raise ValueError(f"{self.name}: what is not ok has a problem, and what is ok has none")

    def with_details(self, **details: Detail) -> Finding:
        """The same, with more to tell."""
        return replace(self, details={**self.details, **details})


def fine(name: str, **details: Detail) -> Finding:
    """It was asked, and is well."""
    return Finding(name, State.OK, details=details)


def attention(name: str, problem: Problem, **details: Detail) -> Finding:
    """It works, and a person should come before it does not."""
    return Finding(name, State.ATTENTION, problem, details=details)


def failing(name: str, problem: Problem, **details: Detail) -> Finding:
    """It does not work."""
    return Finding(name, State.FAILING, problem, details=details)


def unknown(name: str, problem: Problem, **details: Detail) -> Finding:
    """It could not be asked."""
    return Finding(name, State.UNKNOWN, problem, details=details)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 when everything is well, 1 when something needs a person; looking at nothing is not well.

    What the hardware does not tell needs nobody: a kiosk whose memory card keeps its wear to itself can be well.
    """
    problems = [finding.problem for finding in findings]
    return 0 if problems and all(problem is None or problem in MUTE_HARDWARE for problem in problems) else 1
