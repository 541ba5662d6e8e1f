"""Looks after the data partition before it is mounted: makes, mends or wipes its file system.

What it is: one decision at every start, from what stands on the disk. What it is not: a partitioner (systemd-repart
makes the partition and lets it grow), nor a mount.
Rules: what can be mended is mended; a kiosk that cannot start for a broken file system is a drive of 400 km, so one
that is beyond mending is begun anew: the kiosk then enrols again, and its broken content is gone. A factory reset is
asked for by a file on the boot partition, which is removed after the wiping: a plug pulled in between wipes twice.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from enum import Enum
from pathlib import Path

RESET_FILE = "factory-reset"
LABEL = "sala-data"

_MAGIC_OFFSET, _MAGIC = 1024 + 56, b"\x53\xef"
"""Where ext4's superblock says what it is: s_magic, little endian 0xEF53, at byte 56 of it; the kernel's ext4.rst."""

_UNCORRECTED = 4
"""e2fsck(8): the bit of its exit code for "file system errors left uncorrected", and of all worse ones."""

_REBOOT = 2
"""e2fsck(8): errors corrected, the system should be rebooted; it is not mounted yet, so there is no need."""

_MKFS = (
    "mkfs.ext4", "-q", "-F", "-L", LABEL, "-m", "1", "-i", "32768",
    # Checksums tell a torn block from a whole one; nothing is left to be initialised later, behind our back.
    "-O", "metadata_csum,64bit,^orphan_file", "-E", "lazy_itable_init=0,lazy_journal_init=0,discard",
    "-J", "size=16",
)  # fmt: skip


class Found(Enum):
    """What the partition was."""

    EMPTY = "empty: a new file system"
    RESET = "wiped, as the boot partition asked"
    WELL = "in order"
    MENDED = "mended"
    BEYOND_MENDING = "beyond mending: a new file system, and this kiosk must be enrolled again"


def look_after(device: Path, boot: Path) -> Found:
    """Leave a file system on ``device`` that can be mounted.

    Raises: subprocess.CalledProcessError when not even a new one can be made: the disk is broken.
    """
    if (boot / RESET_FILE).exists():
        _make(device)
        return Found.RESET
    if not _is_ext4(device):
        _make(device)
        return Found.EMPTY
    if (code := _check(device, "-p")) < _REBOOT:
        return Found.WELL if code == 0 else Found.MENDED
    if _check(device, "-y") < _UNCORRECTED:
        return Found.MENDED
    _make(device)
    return Found.BEYOND_MENDING


def _is_ext4(device: Path) -> bool:
    with device.open("rb") as disk:
        disk.seek(_MAGIC_OFFSET)
        return disk.read(2) == _MAGIC


def _check(device: Path, how: str) -> int:
    """e2fsck's exit code."""
    return subprocess.run(["e2fsck", how, str(device)], stdin=subprocess.DEVNULL, check=False).returncode


def _make(device: Path) -> None:
    subprocess.run([*_MKFS, str(device)], stdin=subprocess.DEVNULL, check=True)


def _take_back(boot: Path) -> None:
    """Remove the file that asked for the reset; the boot partition is read-only but for this moment."""
    subprocess.run(["mount", "-o", "remount,rw", str(boot)], check=True)
    (boot / RESET_FILE).unlink(missing_ok=True)
    subprocess.run(["mount", "-o", "remount,ro", str(boot)], check=False)


def main(argv: list[str]) -> int:
    """Look after it, and say what it was."""
    parser = argparse.ArgumentParser(description="leave a data partition that can be mounted")
    parser.add_argument("device", type=Path)
    parser.add_argument("--boot", type=Path, required=True)
    arguments = parser.parse_args(argv)
    found = look_after(arguments.device, arguments.boot)
    sys.stderr.write(f"data partition: {found.value}\n")
    if found is Found.RESET:
        _take_back(arguments.boot)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
