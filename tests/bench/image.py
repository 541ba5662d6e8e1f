"""The image: how long it takes to build, how large it is, how soon it shows something in the emulator.

Nothing is built or started here, that takes half an hour: the figures are those that `make image` and `make image-test`
left under ``build``, and where they have not run there is no row.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.bench.rows import Row

BUILD = Path("build")
BUILT, USED = "image/result.json", "image-test/image-test.json"
NAMES = ("image-build-min", "image-mb", "image-bundle-mb", "boot-to-screen-s")

BUILD_MIN_MAX = 25.0
IMAGE_MB_MAX = 1000.0
MIB = 1.048576


def measure(build: Path = BUILD) -> list[Row]:
    """What was found in ``build``."""
    rows = []
    if built := _read(build / BUILT):
        note = f"{built['version']}; minutes with Debian's tree " + ("kept" if built["tree_was_kept"] else "made anew")
        rows.append(Row(name=NAMES[0], value=built["minutes"], unit="min", goal=BUILD_MIN_MAX, note=note))
        size_mb = round(built["size_mib"]["sala.img"] * MIB, 1)
        rows.append(Row(name=NAMES[1], value=size_mb, unit="MB", goal=IMAGE_MB_MAX))
        bundle_mb = round(built["size_mib"]["sala.raucb"] * MIB, 1)
        rows.append(Row(name=NAMES[2], value=bundle_mb, unit="MB", note="whole; on the wire goes what a kiosk lacks"))
    if (used := _read(build / USED)) and NAMES[3] in used:
        note = "emulated without KVM, from power to the enrolment QR of a new card"
        rows.append(Row(name=NAMES[3], value=used[NAMES[3]], unit="s", note=note))
    return rows


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found
