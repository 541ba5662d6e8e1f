"""Real neighbours of tests: missing ones skip, except where somebody promised that they are there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PROGRAMS: dict[str, tuple[str, ...]] = {
    "pcscd": ("pcscd", "unshare"),
    "mosquitto": ("mosquitto",),
    "chromium": ("chromium",),
    "node": ("node", "npm"),
    "tesseract": ("tesseract",),
    "poppler": ("pdftoppm",),
    "postgresql": ("initdb", "pg_ctl"),
    "rauc": ("rauc", "mksquashfs", "openssl"),
    "dbus": ("dbus-daemon", "dbus-send", "setpriv"),
}
"""What each name of SALA_TEST_REQUIRE stands for."""

_PATH = os.pathsep.join(
    (os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin")))
)
"""Debian keeps daemons where an ordinary user's PATH does not look."""


def require(name: str) -> None:
    """Skip the test when ``name`` is not installed; fail it when SALA_TEST_REQUIRE lists it."""
    missing = [program for program in PROGRAMS[name] if shutil.which(program, path=_PATH) is None]
    if missing:
        lack(name, f"{', '.join(missing)} not found")


def lack(name: str, reason: str) -> None:
    """``name`` cannot be used here: skip, or fail when SALA_TEST_REQUIRE lists it."""
    if name in os.environ.get("SALA_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{name} is required and cannot be used: {reason}")
    pytest.skip(f"{name}: {reason}")
