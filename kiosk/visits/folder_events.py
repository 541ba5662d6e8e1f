"""What the folder desk is told. As ``events``: past tense, immutable, made by the front desk. Also: NotKept."""

from __future__ import annotations

from dataclasses import dataclass

from fleet.protocol.office import Officer
from kiosk.visits.folders import Deed, FolderFacts, OfficerHere, Seen, Walk


@dataclass(frozen=True, slots=True)
class OfficerKnown:
    """The card is an officer's of this office."""

    here: OfficerHere


@dataclass(frozen=True, slots=True)
class FolderFound:
    """The folder is in the register."""

    facts: FolderFacts


@dataclass(frozen=True, slots=True)
class FolderUnknown:
    """A folder's code, and no folder of this office."""


@dataclass(frozen=True, slots=True)
class OfficersListed:
    """The officers of this office."""

    officers: tuple[Officer, ...]


@dataclass(frozen=True, slots=True)
class DeedKept:
    """It is on record: the folder stands so now."""

    facts: FolderFacts
    deed: Deed


@dataclass(frozen=True, slots=True)
class WalkOpened:
    """The shelf as it should be, with what was scanned before the walk was stopped."""

    walk: Walk


@dataclass(frozen=True, slots=True)
class SeenNoted:
    """Whose the folder is that was scanned."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class WalkKept:
    """The walk is on record."""


FolderEvent = OfficerKnown | FolderFound | FolderUnknown | OfficersListed | DeedKept | WalkOpened | SeenNoted | WalkKept
