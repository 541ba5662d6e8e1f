"""Rules of the house that import-linter cannot see, read from the source itself."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for package in ("kiosk", "drivers", "fleet")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]

STARTS_THREADS = {"Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "start_new_thread", "to_thread"}
MAY_START_THREADS = ("kiosk/frontdesk/", "kiosk/virtual/")

MAY_CATCH_EVERYTHING = {"kiosk/frontdesk/worker.py", "fleet/site/children.py"}
"""The top of a device's worker, and of a part of `fleet up`: both log, and end."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _uses(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_threads_start_in_the_front_desk_and_the_virtual_kiosk_only(path: Path) -> None:
    if _name(path).startswith(MAY_START_THREADS):
        return
    assert not STARTS_THREADS & set(_uses(ast.parse(path.read_text("utf-8"))))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_nobody_catches_everything(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {"bare"}
        if not caught & {"Exception", "BaseException", "bare"} or _name(path) in MAY_CATCH_EVERYTHING:
            continue
        ends_raising = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
        assert ends_raising, f"line {node.lineno} swallows what it does not understand"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_module_is_one_idea(path: Path) -> None:
    """At most 400 lines, or the module's docstring says why (with the word "long")."""
    text = path.read_text("utf-8")
    if text.count("\n") > 400:
        assert "long" in (ast.get_docstring(ast.parse(text)) or "").lower()


FOLDERS = sorted(
    {
        each
        for package in ("kiosk", "drivers", "fleet", "tests")
        for path in (ROOT / package).rglob("*.py")
        for each in path.parents
        if each.is_relative_to(ROOT / package)
    }
    | {ROOT / "images", ROOT / "systemd"}
)


@pytest.mark.parametrize("folder", FOLDERS, ids=_name)
def test_every_folder_of_ours_has_a_readme_or_stands_in_one(folder: Path) -> None:
    if {"migrations", "templatetags", "views", "texts"} & set(folder.parts):
        return  # parts of the folder around them
    near = [folder, ROOT / "tests"] if folder.is_relative_to(ROOT / "tests") else [folder]
    assert any((each / "README.md").exists() for each in near), "a README.md a folder"


MAY_BE_KNOWN = {
    *(f"drivers.{device}.port" for device in ("card", "display", "panel", "printer", "scanner")),
    *(f"drivers.card.{pure}" for pure in ("status_words", "thai_chip", "thai_id", "thai_photo", "thai_text")),
    *(f"drivers.printer.{pure}" for pure in ("qr", "qr_mask")),
}
"""What the kiosk may know of drivers: their promises, the Thai ID applet, and what these stand on."""

CONTRACT = "only the composition root picks drivers, through the registry"


def test_the_import_contract_names_every_driver() -> None:
    """A list kept by hand is a list that somebody forgets."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (contract,) = [each for each in contracts if each["name"] == CONTRACT]
    drivers = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "drivers").glob("*/*.py")}
    drivers = {module for module in drivers if not module.endswith("__init__")} - MAY_BE_KNOWN
    assert set(contract["forbidden_modules"]) == drivers | {"drivers.registry"}
