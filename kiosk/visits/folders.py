"""Folders as the folder desk sees them: values, and what a walk along a shelf has found so far. Pure.

A walk is judged by the rule the fleet keeps it by (``fleet.protocol.stock``), so what is shown live is what will stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from fleet.protocol.office import Factory, Folder, Officer, shelf_id
from fleet.protocol.stock import Found, compare

SEEN_MAX = 2000
"""Folders of one walk, as many as the fleet keeps of one; a shelf takes some dozens."""


class Deed(StrEnum):
    """What is done with a folder; the values are written to the wire (``records.FolderMoved``)."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Place:
    """A shelf."""

    room: str
    cabinet: str
    shelf: str

    @classmethod
    def of(cls, folder: Folder) -> Place:
        """The shelf it belongs on."""
        return cls(folder.room, folder.cabinet, folder.shelf)

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.shelf_id)

    @property
    def shelf_id(self) -> str:
        """As one text."""
        return shelf_id(self.room, self.cabinet, self.shelf)


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """A folder as it stands, whose it is, and who has it; None where the records here do not have them (yet)."""

    folder: Folder
    factory: Factory | None = None
    holder: Officer | None = None

    @property
    def is_out(self) -> bool:
        """Whether somebody has it."""
        return bool(self.folder.out_to)


@dataclass(frozen=True, slots=True)
class Seen:
    """A folder that was scanned on a walk; ``facts`` is None for one that is not this office's."""

    folder_id: str
    facts: FolderFacts | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk along a shelf: what belongs there, as it stood when the walk began, and what was scanned, in order."""

    place: Place
    belonging: tuple[FolderFacts, ...]
    seen: tuple[Seen, ...] = ()

    def has_seen(self, folder_id: str) -> bool:
        """Whether it was scanned before."""
        return any(each.folder_id == folder_id for each in self.seen)

    def after(self, seen: Seen) -> Walk:
        """The walk with one more scanned; the same one where it was scanned before."""
        return self if self.has_seen(seen.folder_id) else replace(self, seen=(*self.seen, seen))

    @property
    def ids(self) -> tuple[str, ...]:
        """What was scanned, in order."""
        return tuple(each.folder_id for each in self.seen)

    @property
    def result(self) -> Found:
        """What is wrong with the shelf by what was scanned so far."""
        known = (*self.belonging, *(each.facts for each in self.seen if each.facts is not None))
        shelf_of = {each.folder.folder_id: each.folder.shelf_id for each in known}
        out = {each.folder.folder_id for each in known if each.is_out}
        return compare(self.place.shelf_id, shelf_of, out, self.ids)

    @property
    def expected(self) -> int:
        """How many should stand there: what belongs there and is not out, and what is back."""
        result = self.result
        return sum(not each.is_out for each in self.belonging) + len(result.back)

    @property
    def found(self) -> int:
        """How many of those were scanned."""
        here = {each.folder.folder_id for each in self.belonging}
        return sum(each.folder_id in here for each in self.seen)

    @property
    def foreign(self) -> tuple[Seen, ...]:
        """What was scanned there and belongs elsewhere, or to nobody here."""
        result = self.result
        odd = {*result.misplaced, *result.extra}
        return tuple(each for each in self.seen if each.folder_id in odd)

    @property
    def missing(self) -> tuple[FolderFacts, ...]:
        """What should stand there and was not scanned, in the order of the shelf."""
        lacking = frozenset(self.result.missing)
        return tuple(each for each in self.belonging if each.folder.folder_id in lacking)


@dataclass(frozen=True, slots=True)
class PausedWalk:
    """A walk that was stopped before its end; what was scanned is kept on the disk."""

    place: Place
    scanned: int


@dataclass(frozen=True, slots=True)
class OfficerHere:
    """The officer whose card is in. ``paused``: walks to go on with. ``has_done``: something was put on record."""

    officer: Officer
    paused: tuple[PausedWalk, ...] = ()
    has_done: bool = False

    def done(self) -> OfficerHere:
        """The same, with something on record."""
        return replace(self, has_done=True)

    def pausing(self, walk: Walk) -> OfficerHere:
        """The same with this walk stopped; one on which nothing was scanned is none."""
        others = self.without(walk.place)
        stopped = (PausedWalk(walk.place, len(walk.seen)),) if walk.seen else ()
        return replace(others, paused=(*others.paused, *stopped))

    def without(self, place: Place) -> OfficerHere:
        """The same with no walk stopped there."""
        return replace(self, paused=tuple(each for each in self.paused if each.place != place))


class Scan(StrEnum):
    """What the last scan of a walk was."""

    HERE = "here"
    BACK = "back"
    MISPLACED = "misplaced"
    NOT_OURS = "not-ours"
    AGAIN = "again"
    NO_FOLDER = "no-folder"


def judged(walk: Walk, seen: Seen) -> Scan:
    """What scanning this one on this walk says."""
    if seen.facts is None:
        return Scan.NOT_OURS
    if Place.of(seen.facts.folder) != walk.place:
        return Scan.MISPLACED
    return Scan.BACK if seen.facts.is_out else Scan.HERE
