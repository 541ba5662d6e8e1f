"""A draft of settings as a kiosk would draw it, beside what it draws now: pictures, made by the kiosk's own program.

That program is none of the fleet's (it brings fonts and a screen's library along), so it is started as one: bounded in
time here and in memory by itself, one at a time on this machine, only when somebody asks, and not again for the same
draft. Pictures lie in the data folder under the hash of what they show; the oldest go. Rule: nothing of a draft is
believed; what it says is read by the program from standard input, never by a shell.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

PROGRAM = "kiosk.screens.preview"
KEPT_MAX = 60
"""Drafts whose pictures are kept; one takes up to 300 kB."""

SHAPES = ("landscape", "portrait")
LANGUAGES = ("th", "en")
UNFIT_EXIT = 3

_NEW = "new-"
"""How the name of a folder begins in which is being drawn."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PICTURE = re.compile(r"[a-z0-9-]{1,60}\.png")


class Why(StrEnum):
    """Why there are no pictures."""

    BUSY = "busy"
    """Another draft is being drawn; ask again."""
    UNFIT = "unfit"
    """No kiosk takes the draft."""
    SLOW = "slow"
    NO_PROGRAM = "no-program"
    """The kiosk's program is not installed on this machine, or has failed."""


class PreviewError(Exception):
    """There are no pictures; ``why`` says why. Tell whoever asked."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be drawn: whole documents, all layers merged, of one kiosk. ``place``: whose draft it is."""

    place: str
    kiosk_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    language: str
    shape: str

    @property
    def digest(self) -> str:
        """Of everything that decides how the pictures look."""
        told = [self.place, self.kiosk_id, self.before, self.after, self.language, self.shape]
        return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


class Screen(msgspec.Struct, frozen=True):
    """A screen that would look otherwise; names of pictures, empty where there is no such screen."""

    screen: str
    before: str
    after: str


def drawn(asked: Asked) -> tuple[Screen, ...]:
    """The screens that would look otherwise, drawn; ``picture`` has them under ``asked.digest``.

    Raises: PreviewError.
    """
    folder = _folder() / asked.digest
    if not (folder / "drawn.json").exists():
        with _alone():
            if not (folder / "drawn.json").exists():  # another process may have ended it just before it let go
                _draw(asked, folder)
    return tuple(msgspec.json.decode((folder / "drawn.json").read_bytes(), type=list[Screen]))


def _draw(asked: Asked, folder: Path) -> None:
    _forget_old()
    beside = Path(tempfile.mkdtemp(dir=_folder(), prefix=_NEW))
    try:
        _run(asked, beside)
        beside.rename(folder)  # whole, or not there
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def picture(digest: str, name: str) -> bytes | None:
    """A picture that was drawn, as PNG; None when there is none, or not any more."""
    if not (_DIGEST.fullmatch(digest) and _PICTURE.fullmatch(name)):
        return None
    try:
        return (_folder() / digest / name).read_bytes()
    except FileNotFoundError:
        return None


def _folder() -> Path:
    folder: Path = settings.DATA_DIR / "previews"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone() -> Iterator[None]:
    """Raises: PreviewError when somebody else draws, in whichever process."""
    with (_folder() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PreviewError(Why.BUSY) from None
        yield


def _run(asked: Asked, out: Path) -> None:
    draft = {
        "kiosk_id": asked.kiosk_id, "before": asked.before, "after": asked.after, "language": asked.language,
        "shape": asked.shape,
    }  # fmt: skip
    # No address, no secret of ours: it needs the path to programs and nothing else.
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    command = ["nice", "-n", "10", sys.executable, "-m", PROGRAM, str(out)]
    try:
        done = subprocess.run(
            command, input=msgspec.json.encode(draft), env={**known, "SDL_VIDEODRIVER": "dummy"},
            capture_output=True, timeout=settings.PREVIEW_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PreviewError(Why.SLOW) from None
    except OSError:
        raise PreviewError(Why.NO_PROGRAM) from None
    if done.returncode:
        raise PreviewError(Why.UNFIT if done.returncode == UNFIT_EXIT else Why.NO_PROGRAM)


def _forget_old() -> None:
    """Leave room for one more, and nothing of a process that was killed while it drew; whoever has a page of the oldest
    open sees no pictures on it any more."""
    kept = [each for each in _folder().iterdir() if _DIGEST.fullmatch(each.name)]
    kept.sort(key=lambda each: each.stat().st_mtime, reverse=True)
    for each in [*kept[KEPT_MAX - 1 :], *_folder().glob(f"{_NEW}*")]:
        shutil.rmtree(each, ignore_errors=True)
