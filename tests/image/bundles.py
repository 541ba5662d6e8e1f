"""Further bundles of the image's own making: its root, with nothing but our code changed.

A whole `make image` takes Debian's tree, wheels and initramfs through it once more; here the root that was made is
unpacked, a module is changed, and the recipe's own last steps make root, kernel and bundle of it.
Rules: signed with the keys of the image it came from; where a module is changed, what was compiled of it goes.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from images.recipe import parts
from images.recipe.bundle import keys, make_bundle, manifest_hash
from images.recipe.commands import run
from images.recipe.root import SITE, Release

CHANGED = {"kiosk/__init__.py": "\nRIG = 'only our own code has changed'\n"}
"""What a release of ours is, at its least."""

CRASHING = {"kiosk/frontdesk/process.py": "\nraise RuntimeError('this front desk crashes on purpose')\n"}
"""A front desk that does not come up; the agent does not import it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """``manifest_hash``: what a kiosk reports of itself when this runs."""

    file: Path
    version: str
    manifest_hash: str


class _Info(msgspec.Struct):
    version: str = ""


def known(work: Path, file: Path) -> Bundle:
    """A bundle as `rauc info` knows it. ``work``: where the image was made."""
    said = run("rauc", "info", f"--keyring={keys(work).trust}", "--output-format=json", file)
    about = msgspec.json.decode(said[said.index("{") : said.rindex("}") + 1], type=_Info)
    return Bundle(file, about.version, manifest_hash(file))


def make(work: Path, out: Path, version: str, added: Mapping[str, str]) -> Bundle:
    """The image's bundle with text ``added`` to modules, by path below the site's packages.

    Raises: StepError.
    """
    made = out / "parts"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    tree = made / "tree"
    run("fsck.erofs", "--preserve", f"--extract={tree}", work / "parts/root.img")
    release = Release(version, int((tree / "usr/lib/clock-epoch").stat().st_mtime))
    about = tree / "usr/lib/os-release"
    lines = [f"IMAGE_VERSION={version}" if "IMAGE_VERSION=" in line else line for line in about.read_text().split("\n")]
    about.write_text("\n".join(lines), "utf-8")
    for name, text in added.items():
        module = tree / SITE / name
        module.write_text(module.read_text("utf-8") + text, "utf-8")
        for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
            compiled.unlink()
    verity = parts.make_root_image(tree, made / "root.img", release)
    parts.make_kernel_image(work / "parts/held", made / "kernel.img", verity, release)
    file = out / f"sala-{version}.raucb"
    make_bundle(made, file, keys(work), release, "Sala kiosk")
    shutil.rmtree(made)
    return known(work, file)
