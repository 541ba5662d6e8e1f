"""The states of the folder desk. Rules as for ``states``; all of them last only while the officer's card is in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fleet.protocol.office import Officer
from kiosk.visits.desk import Desk
from kiosk.visits.folders import Deed, FolderFacts, OfficerHere, Scan, Seen, Walk
from kiosk.visits.visitor import StateGround, Visitor

ROWS = 3
"""Rows of a list, on all sizes (look.md)."""


class Told(StrEnum):
    """Why a scan led to no folder."""

    NO_FOLDER = "no-folder"
    UNREADABLE = "unreadable"
    NOT_OURS = "not-ours"


@dataclass(frozen=True, slots=True)
class DeskOpen(StateGround):
    """Asked to scan a folder. ``told``: why the last scan was of no use."""

    desk: Desk
    visitor: Visitor
    here: OfficerHere
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class FolderShown(StateGround):
    """Where a folder is, who has it, what can be done. ``done``: what just was, and is on record."""

    desk: Desk
    visitor: Visitor
    here: OfficerHere
    facts: FolderFacts
    done: Deed | None = None


@dataclass(frozen=True, slots=True)
class ChoosingOfficer(StateGround):
    """Who takes the folder. ``page`` counts from 0."""

    desk: Desk
    visitor: Visitor
    here: OfficerHere
    facts: FolderFacts
    officers: tuple[Officer, ...]
    page: int = 0

    @property
    def pages(self) -> int:
        """How many pages the list has; at least one."""
        return max(1, -(-len(self.officers) // ROWS))

    @property
    def shown(self) -> tuple[Officer, ...]:
        """The rows of this page."""
        return self.officers[self.page * ROWS : (self.page + 1) * ROWS]


@dataclass(frozen=True, slots=True)
class TakingStock(StateGround):
    """Walking along a shelf. ``scan``: what the last scan was; ``last``: of which folder, where it was one."""

    desk: Desk
    visitor: Visitor
    here: OfficerHere
    walk: Walk
    scan: Scan | None = None
    last: Seen | None = None

    @property
    def timeout_s(self) -> float:
        """Between two scans one may have to climb a ladder: as long as a payment may take."""
        return float(self.patience.payment_s)


@dataclass(frozen=True, slots=True)
class StockSummed(StateGround):
    """What the walk has found, before it is put on record. The first page is the sum."""

    desk: Desk
    visitor: Visitor
    here: OfficerHere
    walk: Walk
    page: int = 0

    @property
    def timeout_s(self) -> float:
        """As on the walk."""
        return float(self.patience.payment_s)

    @property
    def lists(self) -> tuple[tuple[FolderFacts | Seen, ...], ...]:
        """The rows of each page after the first: what is missing, then, on pages of its own, what is foreign."""
        return tuple(
            each[at : at + ROWS] for each in (self.walk.missing, self.walk.foreign) for at in range(0, len(each), ROWS)
        )

    @property
    def pages(self) -> int:
        """The sum, and the pages of what is wrong."""
        return 1 + len(self.lists)

    @property
    def shown(self) -> tuple[FolderFacts | Seen, ...]:
        """The rows of this page, after the first."""
        return self.lists[self.page - 1] if self.page else ()


@dataclass(frozen=True, slots=True)
class StockDone(StateGround):
    """The walk is on record."""

    desk: Desk
    visitor: Visitor
    here: OfficerHere
    walk: Walk


FolderDesk = DeskOpen | FolderShown | ChoosingOfficer | TakingStock | StockSummed | StockDone
