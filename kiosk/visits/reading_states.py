"""The states of the services that read: my factory, follow a case, manuals. Rules as for ``states``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fleet.protocol.office import Manual
from kiosk.visits.desk import Desk
from kiosk.visits.events import CaseFacts, FactoryFacts
from kiosk.visits.visitor import Slip, StateGround, Visitor

ROWS = 3
"""Rows of a list, on all sizes (look.md)."""


@dataclass(frozen=True, slots=True)
class FactoryShown(StateGround):
    """What is owed, under way and about to expire, one factory at a time. ``page``: which one, from 0."""

    desk: Desk
    visitor: Visitor
    factories: tuple[FactoryFacts, ...]
    page: int = 0

    @property
    def shown(self) -> FactoryFacts:
        """The factory on the screen."""
        return self.factories[self.page]

    @property
    def pages(self) -> int:
        """How many factories there are."""
        return len(self.factories)


@dataclass(frozen=True, slots=True)
class ChoosingCase(StateGround):
    """Which case to follow. ``factory``: where one came from, if it was my factory."""

    desk: Desk
    visitor: Visitor
    cases: tuple[CaseFacts, ...]
    page: int = 0
    factory: FactoryShown | None = None

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return -(-len(self.cases) // ROWS)

    @property
    def shown(self) -> tuple[CaseFacts, ...]:
        """The rows of this page."""
        return self.cases[self.page * ROWS : (self.page + 1) * ROWS]


@dataclass(frozen=True, slots=True)
class CaseShown(StateGround):
    """One case: its steps, who has it, its deadline. ``chosen_from`` is what back leads to; None leads to the menu."""

    desk: Desk
    visitor: Visitor
    facts: CaseFacts
    chosen_from: ChoosingCase | FactoryShown | None = None
    page: int = 0
    slip: Slip = Slip.NONE

    STEPS: ClassVar[int] = 4

    @property
    def pages(self) -> int:
        """How many pages its steps fill."""
        return max(1, -(-len(self.facts.case.steps) // self.STEPS))


@dataclass(frozen=True, slots=True)
class ChoosingManual(StateGround):
    """Which manual to read; the list may be empty."""

    desk: Desk
    visitor: Visitor
    manuals: tuple[Manual, ...]
    page: int = 0

    @property
    def pages(self) -> int:
        """How many pages the list has; at least one."""
        return max(1, -(-len(self.manuals) // ROWS))

    @property
    def shown(self) -> tuple[Manual, ...]:
        """The rows of this page."""
        return self.manuals[self.page * ROWS : (self.page + 1) * ROWS]


@dataclass(frozen=True, slots=True)
class ManualShown(StateGround):
    """One manual, a part a page: in short, then its steps, then its documents, ``LINES`` of them a page."""

    desk: Desk
    visitor: Visitor
    manual: Manual
    chosen_from: ChoosingManual
    page: int = 0

    LINES: ClassVar[int] = 3

    @property
    def pages(self) -> int:
        """How many pages it has."""
        lists = (self.manual.steps, self.manual.documents)
        return 1 + sum(-(-len(each) // self.LINES) for each in lists)


@dataclass(frozen=True, slots=True)
class ReadingOn(StateGround):
    """The QR by which a phone reads on what stood on the screen before."""

    desk: Desk
    visitor: Visitor
    before: CaseShown | ManualShown


__all__ = [
    "CaseShown",
    "ChoosingCase",
    "ChoosingManual",
    "FactoryShown",
    "ManualShown",
    "ReadingOn",
]
