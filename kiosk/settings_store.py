"""The last good settings on disk: written by the agent, read by both processes.

The file is the ``Desired`` message as it came; it is only ever replaced whole, by one that was understood.
"""

from __future__ import annotations

import os
from pathlib import Path

from fleet.protocol.messages import Desired, MessageError, decode, encode
from fleet.protocol.settings import KioskSettings, SettingsError, read_settings

FILE_NAME = "settings.json"


def read_desired(desired: Desired) -> tuple[KioskSettings, tuple[str, ...]]:
    """The settings a ``Desired`` amounts to, and what of it was not understood.

    Raises: SettingsError when this kiosk cannot live with it.
    """
    return read_settings(layer.document for layer in desired.layers)


def load(data_dir: Path) -> tuple[Desired, KioskSettings] | None:
    """The last good settings, or None when there are none, or none that this release can read."""
    try:
        desired = decode((data_dir / FILE_NAME).read_bytes(), Desired)
        return desired, read_desired(desired)[0]
    except (OSError, MessageError, SettingsError):
        return None


def store(data_dir: Path, desired: Desired) -> None:
    """Keep ``desired`` as the last good one; a pulled plug leaves either the old or the new.

    Raises: OSError when it cannot be written; the old one is still there.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / (FILE_NAME + ".new")
    with fresh.open("wb") as file:
        file.write(encode(desired))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(data_dir / FILE_NAME)
    directory = os.open(data_dir, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
