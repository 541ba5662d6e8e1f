"""Programs for tests and the bench that are to be had from npm only, fetched once into ``build/npm``."""

from __future__ import annotations

import subprocess
from pathlib import Path

FOLDER = Path("build/npm")


def fetched(package: str, name: str) -> Path:
    """The folder of ``package`` (with its version, as ``axe-core@4.14.1``), which is called ``name`` inside.

    Another version is another folder: one that lies there already is never taken for it.
    """
    folder = FOLDER / package.replace("/", "-")
    inside = folder / "node_modules" / name
    if not inside.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}', "utf-8")
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", package]
        subprocess.run(command, cwd=folder, check=True, timeout=600)
    return inside
