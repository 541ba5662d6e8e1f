"""A disk that is small enough to be filled, and can be emptied again: a tmpfs, mounted for a test by root."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.require import lack


class SmallDisk:
    """Mounted at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def leave(self, free_bytes: int) -> None:
        """Have somebody else's file leave so much room, for whoever comes first."""
        self._ballast.unlink(missing_ok=True)
        facts = os.statvfs(self.path)
        if (taken := facts.f_bavail * facts.f_frsize - free_bytes) > 0:
            with self._ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, taken)

    def fill(self) -> None:
        """Leave nothing, whoever writes meanwhile."""
        with self._ballast.open("ab", buffering=0) as file:
            for piece in (1 << 20, 4096):
                with contextlib.suppress(OSError):  # no room for a piece of that size any more
                    while file.write(bytes(piece)) == piece:
                        pass

    def empty(self) -> None:
        """Room again."""
        self._ballast.unlink()


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[SmallDisk]:
    """One, for the length of a ``with``; whoever uses it must have ended by then."""
    if os.geteuid() != 0:
        lack("root", "only root can mount a disk to fill")
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "sala", str(path)], check=True)
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
