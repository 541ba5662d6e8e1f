"""A program fetched from npm is whole or not there: with a stand-in for npm on the path that can be broken off."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.npm import FOLDER, fetched

PACKAGE = "axe-core@4.14.1"

HALF = "mkdir -p node_modules/axe-core && echo 1 > node_modules/axe-core/package.json\n"
WHOLE = HALF + "echo 1 > node_modules/axe-core/axe.min.js\n"


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in; what is written there is what it does."""
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return program


def does(npm: Path, deeds: str) -> None:
    npm.write_text(f"#!/bin/sh\n{deeds}", "utf-8")
    npm.chmod(0o755)


@pytest.mark.parametrize("end", ["exit 1", "kill -9 $$"])
def test_what_was_broken_off_is_fetched_again_and_leaves_nothing(npm: Path, end: str) -> None:
    does(npm, HALF + end)
    with pytest.raises(subprocess.CalledProcessError):
        fetched(PACKAGE, "axe-core")
    assert list(FOLDER.iterdir()) == []
    does(npm, WHOLE)
    assert (fetched(PACKAGE, "axe-core") / "axe.min.js").exists()
    assert [each.name for each in FOLDER.iterdir()] == [PACKAGE]


def test_what_is_there_is_not_fetched_again(npm: Path) -> None:
    does(npm, WHOLE)
    first = fetched(PACKAGE, "axe-core")
    does(npm, "exit 1")
    assert fetched(PACKAGE, "axe-core") == first


def test_a_folder_without_the_program_is_replaced(npm: Path) -> None:
    left = FOLDER / PACKAGE
    left.mkdir(parents=True)
    (left / "package.json").write_text("{}", "utf-8")
    does(npm, WHOLE)
    assert (fetched(PACKAGE, "axe-core") / "axe.min.js").exists()


def test_whoever_is_second_takes_the_firsts(npm: Path) -> None:
    finished = f"mkdir -p ../../{PACKAGE} && cp -r node_modules ../../{PACKAGE}/ && touch ../../{PACKAGE}/first\n"
    does(npm, WHOLE + finished)
    assert (fetched(PACKAGE, "axe-core").parents[1] / "first").exists()
    assert [each.name for each in FOLDER.iterdir()] == [PACKAGE]
