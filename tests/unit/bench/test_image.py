"""The image's rows, from what two long commands left."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench import image


def test_without_an_image_there_is_no_row(tmp_path: Path) -> None:
    assert image.measure(tmp_path) == []


def test_what_was_left_becomes_rows_with_the_promised_bounds(tmp_path: Path) -> None:
    for name in (image.BUILT, image.USED):
        (tmp_path / name).parent.mkdir()
    built = {
        "version": "1",
        "minutes": 12.5,
        "tree_was_kept": False,
        "size_mib": {"sala.img": 802.0, "sala.raucb": 339.1},
    }
    (tmp_path / image.BUILT).write_text(json.dumps(built), "utf-8")
    (tmp_path / image.USED).write_text(json.dumps({"boot-to-screen-s": 95.0, "steps": {}}), "utf-8")
    rows = image.measure(tmp_path)
    assert tuple(row.name for row in rows) == image.NAMES
    assert [row.holds for row in rows] == [True, True, None, None]
    assert rows[1].value == 841.0
    assert "made anew" in rows[0].note


def test_a_rig_that_failed_before_the_screen_gives_no_figure(tmp_path: Path) -> None:
    (tmp_path / image.USED).parent.mkdir()
    (tmp_path / image.USED).write_text(json.dumps({"steps": {"start": "TimeoutError"}}), "utf-8")
    assert image.measure(tmp_path) == []
