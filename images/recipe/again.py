"""Two builds side by side: that the same inputs give the same bytes, and what a kiosk of the build before has already.

What it is: files that are lent, kept and compared. What it is not: a promise about what is not made here: Debian's tree
and the wheels are inputs, kept from one build to the next and lent to the second.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

LENT = ("debian-*.tar", "downloaded-*", "compiled-*", "development-keys")

SAME = (
    "sala.img", "sala.cdx.json", "parts/boot.img", "parts/env.img", "parts/kernel.img", "parts/root.img",
)  # fmt: skip
"""What must be the same to the last bit."""

BUNDLE = "sala.raucb"

_BYTES_USED_AT, _PADDED_TO = 40, 4096
"""squashfs 4.0 (Linux, Documentation/filesystems/squashfs.rst): 64 bits; mksquashfs fills up to 4 KiB."""


def lend(work: Path, again: Path) -> None:
    """A folder to build in once more, with the inputs of ``work`` and nothing else."""
    shutil.rmtree(again, ignore_errors=True)
    again.mkdir()
    for pattern in LENT:
        for found in work.glob(pattern):
            (again / found.name).symlink_to(found)


def differing(work: Path, again: Path) -> list[str]:
    """The names of what is not the same.

    Of the bundle it is the contents that are compared: RAUC salts its tree of hashes, and a signature is never twice
    the same.
    """
    found = [name for name in SAME if _sha256(work / name) != _sha256(again / name)]
    return found + [f"contents of {BUNDLE}"] * (contents_sha256(work / BUNDLE) != contents_sha256(again / BUNDLE))


def contents_sha256(bundle: Path) -> str:
    """Of the squashfs that a bundle begins with."""
    digest = hashlib.sha256()
    with bundle.open("rb") as file:
        used = int.from_bytes(file.read(_BYTES_USED_AT + 8)[_BYTES_USED_AT:], "little")
        file.seek(0)
        left = -(-used // _PADDED_TO) * _PADDED_TO
        while left > 0 and (piece := file.read(min(left, 1024 * 1024))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


def keep_before(work: Path, version: str) -> None:
    """Keep in ``before`` what the slots of the release before ``version`` hold: `make bench` updates from it."""
    names = ("parts/root.img", "parts/kernel.img", "result.json")
    if not all((work / name).exists() for name in names):
        return
    if json.loads((work / "result.json").read_text("utf-8"))["version"] == version:
        return
    before = work / "before"
    shutil.rmtree(before, ignore_errors=True)
    before.mkdir()
    for name in names:
        (work / name).rename(before / Path(name).name)
