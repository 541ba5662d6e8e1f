"""How much room the disk of the spool has, judged before it is full, and a reserve that is given up when it is.

What it is: three words for free space, and a file that only takes up room. What it is not: whoever frees space.
Rules: what is written least willingly stops first. Below ``LOW_BYTES`` telemetry is counted and no longer kept;
below ``LAST_BYTES``, or once the reserve is gone, no payment is offered any more; what belongs to payments that were
offered before still finds the reserve's room (decisions/0003-what-a-full-spool-gives-up.md).
"""

from __future__ import annotations

import contextlib
import os
from enum import StrEnum
from pathlib import Path

_MIB = 1024 * 1024

LOW_BYTES = 64 * _MIB
"""A day of logs, and a new replica beside the old one."""

LAST_BYTES = 20 * _MIB
"""As `kiosk doctor` calls a disk full: SQLite needs some to write its logs ahead (4 MiB each), the replica too."""

RESERVE_BYTES = 4 * _MIB
"""Over 1,000 records, with what SQLite writes ahead for them (tried): far more than the visit under way can bring."""


class Room(StrEnum):
    """How much room there is; the words stand in ``Health.disk_room``."""

    PLENTY = "plenty"
    LOW = "low"
    LAST = "last"


class Reserve:
    """The file that takes up room beside ``path`` until it is needed; both processes may hold it and give it up."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".reserve")

    @property
    def is_held(self) -> bool:
        """Whether the room is there, whole."""
        try:
            return self._path.stat().st_size >= RESERVE_BYTES
        except OSError:
            return False

    def hold(self) -> bool:
        """Take the room if it is not taken yet; False when the disk does not give it now."""
        if self.is_held:
            return True
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            with fresh.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
            fresh.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()
            return False
        return True

    def give_up(self) -> bool:
        """Free the room; whether there was any."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True


def room_at(directory: Path, reserve: Reserve) -> Room:
    """How much room the disk of ``directory`` has. One that cannot be asked has none to promise."""
    try:
        facts = os.statvfs(directory)
    except OSError:
        return Room.LAST
    free_bytes = facts.f_bavail * facts.f_frsize
    if free_bytes < LAST_BYTES or not reserve.is_held:
        return Room.LAST
    return Room.LOW if free_bytes < LOW_BYTES else Room.PLENTY
