"""Programs for tests and the bench that are to be had from npm only, fetched once into ``build/npm``.

Rule: a folder there is whole. An installation is made beside it and gets its name when it is done, so that one which
was broken off is never taken for a program.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

FOLDER = Path("build/npm")


def fetched(package: str, name: str) -> Path:
    """The folder of ``package`` (with its version, as ``axe-core@4.14.1``), which is called ``name`` inside.

    Another version is another folder: one that lies there already is never taken for it.
    """
    folder = FOLDER / package.replace("/", "-")
    inside = folder / "node_modules" / name
    if not inside.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=FOLDER) as beside:
            installed = Path(beside) / "whole"
            _install(package, installed)
            _put(installed, folder, inside)
    return inside


def _install(package: str, folder: Path) -> None:
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}', "utf-8")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", package]
    subprocess.run(command, cwd=folder, check=True, timeout=600)


def _put(installed: Path, folder: Path, inside: Path) -> None:
    """Give it its name, unless somebody else was faster."""
    if folder.exists() and not inside.exists():
        shutil.rmtree(folder)  # without the program in it: no whole installation
    try:
        installed.rename(folder)
    except OSError:  # there is one already
        if not inside.exists():
            raise
