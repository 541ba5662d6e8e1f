"""A real file system of a few megabytes, so that "disk full" is the kernel's word and nobody's guess."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.require import lack

_MIB = 1024 * 1024


class SmallDisk:
    """The file system at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "somebody-elses"

    def leave(self, free_bytes: int) -> None:
        """Have somebody else's file leave so much room and no more."""
        self._filler.unlink(missing_ok=True)
        facts = os.statvfs(self.path)
        taken = facts.f_bavail * facts.f_frsize - free_bytes
        if taken > 0:
            with self._filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, taken)


@contextmanager
def small_disk(path: Path, size_mib: int) -> Iterator[SmallDisk]:
    """One, mounted at ``path``; skips where nobody may mount."""
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_mib * _MIB}", "tmpfs", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lack("mount", done.stderr.strip())
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
