"""What the folder desk asks the front desk to do. As ``effects``: imperative, in order, answered at once."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.visits.folders import Deed, FolderFacts, Place, Walk


@dataclass(frozen=True, slots=True)
class FindFolder:
    """Find where a folder is. Answered by FolderFound or FolderUnknown."""

    folder_id: str


@dataclass(frozen=True, slots=True)
class ListOfficers:
    """Find whom a folder may be given to. Answered by OfficersListed."""


@dataclass(frozen=True, slots=True)
class MoveFolder:
    """Put on record that a folder is with this officer now, or was brought back by them. DeedKept or NotKept.

    ``told_by``: the officer at the desk; empty where it is the same one.
    """

    facts: FolderFacts
    deed: Deed
    officer_no: str
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class OpenWalk:
    """Begin this officer's walk along a shelf, or go on with the one that was stopped. Answered by WalkOpened."""

    officer_no: str
    place: Place


@dataclass(frozen=True, slots=True)
class NoteSeen:
    """Keep on the disk that this folder was scanned on the walk, and say whose it is. Answered by SeenNoted."""

    officer_no: str
    walk: Walk
    folder_id: str


@dataclass(frozen=True, slots=True)
class KeepWalk:
    """Put the walk on record; it is at its end. Answered by WalkKept or NotKept."""

    officer_no: str
    walk: Walk


FolderEffect = FindFolder | ListOfficers | MoveFolder | OpenWalk | NoteSeen | KeepWalk
