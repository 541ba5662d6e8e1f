"""Two builds side by side: what counts as the same, and what is kept of the release before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from images.recipe import again

SQUASHFS = b"hsqs" + bytes(36) + (5000).to_bytes(8, "little") + b"s" * (8192 - 48)
"""5000 bytes in use, filled up to two blocks."""


def _build(folder: Path) -> Path:
    (folder / "parts").mkdir(parents=True)
    for name in again.SAME:
        (folder / name).write_text(name)
    (folder / again.BUNDLE).write_bytes(SQUASHFS + b"hashes and a signature")
    return folder


def test_two_builds_are_the_same_but_for_salt_and_signature(tmp_path: Path) -> None:
    one, other = _build(tmp_path / "one"), _build(tmp_path / "other")
    (other / again.BUNDLE).write_bytes(SQUASHFS + b"of another moment, and longer")
    assert again.differing(one, other) == []


@pytest.mark.parametrize("name", again.SAME)
def test_whatever_else_differs_is_named(tmp_path: Path, name: str) -> None:
    one, other = _build(tmp_path / "one"), _build(tmp_path / "other")
    (other / name).write_text("something else")
    assert again.differing(one, other) == [name]


def test_a_bundle_with_other_contents_is_another(tmp_path: Path) -> None:
    one, other = _build(tmp_path / "one"), _build(tmp_path / "other")
    (other / again.BUNDLE).write_bytes(SQUASHFS[:-1] + b"?" + b"hashes and a signature")
    assert again.differing(one, other) == [f"contents of {again.BUNDLE}"]


def test_only_inputs_are_lent(tmp_path: Path) -> None:
    work = _build(tmp_path / "work")
    (work / "debian-1234.tar").write_text("a tree")
    (work / "compiled-12").mkdir()
    again.lend(work, work / "again")
    assert sorted(path.name for path in (work / "again").iterdir()) == ["compiled-12", "debian-1234.tar"]
    again.lend(work, work / "again")  # a second time the first is gone


def test_the_release_before_is_kept_and_not_the_same_one_built_again(tmp_path: Path) -> None:
    work = _build(tmp_path / "work")
    again.keep_before(work, "2")
    assert not (work / "before").exists(), "nothing was built to its end"
    (work / "result.json").write_text(json.dumps({"version": "2"}))
    again.keep_before(work, "2")
    assert not (work / "before").exists()
    again.keep_before(work, "3")
    assert sorted(path.name for path in (work / "before").iterdir()) == ["kernel.img", "result.json", "root.img"]
    assert not (work / "result.json").exists()
