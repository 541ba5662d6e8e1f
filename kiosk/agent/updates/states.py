"""What a kiosk is about with its firmware: states, what happens to it, and what is done about it. Values only.

States are kept on the disk as they stand here, each stored *before* the work it names is begun: whoever starts after a
pulled plug reads what was begun, not what was done. Fields are only ever added, with a default: the system before an
update reads what the one after it wrote, and the other way round.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, StrEnum, auto

import msgspec

from fleet.protocol.updates import FirmwareDesired, UpdateReason


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when something happens. ``up_s`` is monotonic since the boot named by ``boot_id``.

    ``running_hash``, ``compatible``, ``slot``, ``running_version``: what the installer says of the booted slot; empty
    what it does not know. ``is_marked_good``: whether the boot loader was told that this slot works.
    """

    at: datetime
    up_s: float
    boot_id: str
    running_hash: str = ""
    running_version: str = ""
    compatible: str = ""
    slot: str = ""
    is_marked_good: bool = False


class Moment(msgspec.Struct, frozen=True):
    """A moment that can be measured from later: by the monotonic clock within a boot, by the calendar across one."""

    at: datetime
    up_s: float
    boot_id: str

    @classmethod
    def of(cls, here: Here) -> Moment:
        """This one."""
        return cls(here.at, here.up_s, here.boot_id)

    def elapsed_s(self, here: Here) -> float:
        """Seconds since; across a boot no more than the calendar says, and nothing where it jumped back."""
        if self.boot_id == here.boot_id:
            return here.up_s - self.up_s
        return max(0.0, (here.at - self.at).total_seconds())


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted, and what it has cost so far.

    ``bytes_spent`` is counted before bytes are asked for. ``fetch_began``: of this try. ``devices``: those that
    answered before the new system was installed, and so must answer in it.
    """

    wanted: FirmwareDesired
    tries: int = 0
    bytes_spent: int = 0
    fetch_began: Moment | None = None
    pauses: int = 0
    interruptions: int = 0
    devices: tuple[str, ...] = ()


class Upcoming(StrEnum):
    """What a waiting kiosk waits to do."""

    FETCH = "fetch"
    INSTALL = "install"
    REBOOT = "reboot"


class Idle(msgspec.Struct, frozen=True, tag="idle"):
    """Nothing is wanted."""

    reason: UpdateReason = UpdateReason.NONE


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """Something is wanted, and not now. ``until``: when it is looked at next by itself; None: whenever it changes."""

    plan: Plan
    upcoming: Upcoming
    reason: UpdateReason = UpdateReason.NONE
    until: datetime | None = None
    detail: str = ""


class Fetching(msgspec.Struct, frozen=True, tag="fetching"):
    """Bytes are coming in. ``allowance_bytes`` of them are paid for."""

    plan: Plan
    allowance_bytes: int


class Installing(msgspec.Struct, frozen=True, tag="installing"):
    """The installer writes the other slot."""

    plan: Plan
    began: Moment


class Rebooting(msgspec.Struct, frozen=True, tag="rebooting"):
    """The machine is going down to come up in the new system. ``attempts``: reboots asked for."""

    plan: Plan
    began: Moment
    attempts: int = 1


class Proving(msgspec.Struct, frozen=True, tag="proving"):
    """The new system runs and is watched. ``boots``: how often it came up. ``held_since_s``: on this boot's clock.

    ``is_marking``: everything held for the soak time; the boot loader is being told.
    """

    plan: Plan
    began: Moment
    boots: int = 1
    held_since_s: float | None = None
    is_marking: bool = False


class Returning(msgspec.Struct, frozen=True, tag="returning"):
    """The new system did not prove itself; the machine is going down to come up in the one before."""

    plan: Plan
    reason: UpdateReason
    began: Moment
    attempts: int = 1
    detail: str = ""


class RolledBack(msgspec.Struct, frozen=True, tag="rolled-back"):
    """The system before runs again. ``until``: when the new one is tried once more."""

    plan: Plan
    reason: UpdateReason
    until: datetime | None
    detail: str = ""


class Good(msgspec.Struct, frozen=True, tag="good"):
    """What is wanted runs and has proved itself."""

    plan: Plan


class Quarantined(msgspec.Struct, frozen=True, tag="quarantined"):
    """It is not tried any more, until another roll-out names it."""

    plan: Plan
    reason: UpdateReason
    detail: str = ""


State = Idle | Waiting | Fetching | Installing | Rebooting | Proving | Returning | RolledBack | Good | Quarantined


# ---- what happens ---------------------------------------------------------------------------------------------------


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something has happened, ``here``."""

    here: Here


class Heard(Event, frozen=True):
    """The fleet says what should run; None: nothing in particular."""

    desired: FirmwareDesired | None


class Started(Event, frozen=True):
    """This process has started and knows what runs: after a reboot, a pulled plug, or its own end."""


class Word(Enum):
    """What the signed metadata says of the wanted bundle. ``SILENT``: nothing yet, or it is over; may change."""

    SIGNED = auto()
    SILENT = auto()
    AGAINST = auto()


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What works now. ``devices``: those that answer."""

    front_desk: bool = False
    link: bool = False
    devices: frozenset[str] = frozenset()


class Ticked(Event, frozen=True):
    """A moment has passed. ``detail`` says more of ``word``."""

    in_visit: bool = False
    word: Word = Word.SILENT
    detail: str = ""
    proof: Proof = Proof()


class FetchOutcome(StrEnum):
    """How a piece of fetching ended. ``PAID``: the allowance is used up, and there is more to fetch."""

    WHOLE = "whole"
    PAID = "paid"
    NETWORK = "network"
    NOT_FOUND = "not-found"
    REFUSED = "refused"
    NO_ROOM = "no-room"


class FetchEnded(Event, frozen=True):
    """``unused_bytes`` of the allowance were never asked for."""

    outcome: FetchOutcome
    unused_bytes: int = 0
    detail: str = ""


class InstallEnded(Event, frozen=True):
    """The installer has ended. ``devices``: those that answer now, in the system before."""

    ok: bool
    detail: str = ""
    devices: tuple[str, ...] = ()


class MarkEnded(Event, frozen=True):
    """The boot loader was told that this slot works; or could not be."""

    ok: bool
    detail: str = ""


class RebootRefused(Event, frozen=True):
    """The machine does not go down."""

    detail: str = ""


# ---- what is done about it ------------------------------------------------------------------------------------------


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """Fetch at most so many bytes of the wanted bundle, from where it ended last."""

    target: str
    allowance_bytes: int
    bytes_per_s_max: int


class Install(msgspec.Struct, frozen=True):
    """Have the fetched bundle written into the other slot."""


class StopWork(msgspec.Struct, frozen=True):
    """End what is fetching or installing."""


class DropBundle(msgspec.Struct, frozen=True):
    """Delete what was fetched."""


class AskTrust(msgspec.Struct, frozen=True):
    """Have the signed metadata asked for soon."""


class MarkGood(msgspec.Struct, frozen=True):
    """Tell the boot loader that the booted slot works."""


class MarkBad(msgspec.Struct, frozen=True):
    """Tell the boot loader not to start the booted slot again."""


class StayHere(msgspec.Struct, frozen=True):
    """Tell the boot loader to start the booted slot next, after all."""


class Reboot(msgspec.Struct, frozen=True):
    """Take the machine down and up."""


Effect = Fetch | Install | StopWork | DropBundle | AskTrust | MarkGood | MarkBad | StayHere | Reboot
