"""A technician's word that a new roll of paper is in, on its way to the front desk: an empty file beside the spool.

A file, because the roll is the front desk's to count while it runs, and no power cut may lose the word in between; it
is there until the desk has heard. Not here: the roll (``kiosk.paper_meter``).
"""

from __future__ import annotations

import os
from pathlib import Path

NAME = "new-roll"


def leave(data_dir: Path) -> None:
    """Say that a new roll is in; saying it twice is saying it once.

    Raises: OSError when the folder cannot be written; the word is not said.
    """
    with (data_dir / NAME).open("wb") as file:
        os.fsync(file.fileno())
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def waits(data_dir: Path) -> bool:
    """Whether the desk has not heard it yet."""
    return (data_dir / NAME).exists()


def hear(data_dir: Path) -> bool:
    """Take the word away; True when there was one. On a disk that takes no change it stays, and is not heard.

    Call it before writing down what was heard: that is on the disk at once, and the file is gone from it only later, so
    that a power cut in between makes the word heard twice rather than never.
    """
    try:
        (data_dir / NAME).unlink()
    except OSError:
        return False
    return True
