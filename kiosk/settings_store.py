"""The settings on disk: those in force, the last that were proven, and how the present ones are doing.

A file of settings is the ``Desired`` message as it came; it is only ever replaced whole, by one that was understood.
The agent brings new ones; the front desk proves them by running with them for a while. Those it dies of, again and
again before that, are given up: the last proven ones take their place, and the agent says so. While nothing has been
proven there is nothing to return to.
Both processes write: each change is made under a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fleet.protocol.messages import Desired, MessageError, decode, encode
from fleet.protocol.settings import KioskSettings, SettingsError, read_settings

FILE_NAME = "settings.json"
PROVEN_NAME = "settings.proven.json"
TRIAL_NAME = "settings.trial.json"
LOCK_NAME = "settings.lock"

PROVEN_AFTER_S = 60.0
"""How long the front desk runs with new settings until they are taken for good: the first screens have been drawn."""

DEATHS_MAX = 3
"""One may be chance, and a restart mends it; a third within a minute of its start each is the settings' doing."""

GIVEN_UP = "revision {revision}: the front desk could not run with it"
"""How the fleet is told: a problem of ``Reported`` and ``SettingsApplied``."""


class _Trial(msgspec.Struct, frozen=True):
    """How often the front desk has died with ``revision`` since it came, and whether it was given up for that."""

    revision: int
    deaths: int
    given_up: bool


def read_desired(desired: Desired) -> tuple[KioskSettings, tuple[str, ...]]:
    """The settings a ``Desired`` amounts to, and what of it was not understood.

    Raises: SettingsError when this kiosk cannot live with it.
    """
    return read_settings(layer.document for layer in desired.layers)


def load(data_dir: Path) -> tuple[Desired, KioskSettings, tuple[str, ...]] | None:
    """The settings in force and what of them was not understood; None when there are none this release can read."""
    try:
        desired = decode((data_dir / FILE_NAME).read_bytes(), Desired)
        return desired, *read_desired(desired)
    except (OSError, MessageError, SettingsError):
        return None


def store(data_dir: Path, desired: Desired) -> None:
    """Put ``desired`` into force; a pulled plug leaves either the old or the new.

    Raises: OSError when it cannot be written; the old one is still there.
    """
    with _alone(data_dir):
        write_whole(data_dir / FILE_NAME, encode(desired))


def begin_life(data_dir: Path, *, after_death: bool) -> int | None:
    """The front desk starts, ``after_death`` of the one before it; the revision that is given up now, if one is.

    Raises: OSError when that cannot be kept.
    """
    with _alone(data_dir):
        current, trial = _revision(data_dir / FILE_NAME), _trial(data_dir)
        if current is None:
            return None
        deaths = trial.deaths if trial is not None and trial.revision == current else 0
        deaths += after_death
        proven = _revision(data_dir / PROVEN_NAME)
        if not deaths or proven is None or proven == current:
            return None
        is_over = deaths >= DEATHS_MAX
        write_whole(data_dir / TRIAL_NAME, msgspec.json.encode(_Trial(current, deaths, is_over)))
        if not is_over:
            return None
        write_whole(data_dir / FILE_NAME, (data_dir / PROVEN_NAME).read_bytes())
        return current


def prove(data_dir: Path) -> None:
    """The front desk has run with the settings in force for ``PROVEN_AFTER_S``: they are what to return to.

    Raises: OSError when that cannot be kept.
    """
    with _alone(data_dir):
        current = _revision(data_dir / FILE_NAME)
        if current is None or current == _revision(data_dir / PROVEN_NAME):
            return
        write_whole(data_dir / PROVEN_NAME, (data_dir / FILE_NAME).read_bytes())
        trial = _trial(data_dir)
        if trial is not None and trial.revision == current:
            (data_dir / TRIAL_NAME).unlink()


def given_up(data_dir: Path) -> int | None:
    """The revision the front desk could not live with, as long as there is nothing newer."""
    trial, current = _trial(data_dir), _revision(data_dir / FILE_NAME)
    if trial is None or not trial.given_up or current is None or current > trial.revision:
        return None
    return trial.revision


def _revision(path: Path) -> int | None:
    """Which settings a file holds; None for none that this release can read."""
    try:
        desired = decode(path.read_bytes(), Desired)
        read_desired(desired)
    except (OSError, MessageError, SettingsError):
        return None
    return desired.settings_revision


def _trial(data_dir: Path) -> _Trial | None:
    try:
        return msgspec.json.decode((data_dir / TRIAL_NAME).read_bytes(), type=_Trial)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / LOCK_NAME).open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file; a pulled plug leaves either the old or the new."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
