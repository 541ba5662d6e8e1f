"""`fleet import-register`, killed for good in the middle of its work and begun again: nothing is lost or done twice.

On a machine that is busy enough a command may end before the kill reaches it; the end must be the same.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.sample_folder import copy_of, sample_data

LINES = 2000
"""Four batches of the import: whoever is killed after the first has most of it before them."""


def fleet(data_dir: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "fleet", "--data-dir", str(data_dir), *arguments]


def said(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def killed_once_it_says(command: list[str], word: str) -> None:
    """Start it, and kill it as soon as its progress line holds ``word``."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    heard = ""
    while word not in heard:
        letter = process.stderr.read(1)
        assert letter, heard
        heard += letter
    process.kill()
    process.wait(20)
    process.stderr.close()


def register(data_dir: Path) -> list[list[tuple[object, ...]]]:
    """All that an import may touch; an owner's row by what it says, not by its number."""
    queries = (
        "SELECT * FROM office_factory ORDER BY factory_no",
        "SELECT * FROM office_company ORDER BY tax_id",
        "SELECT factory_id, hash FROM office_ownerhash ORDER BY factory_id, hash",
    )
    with contextlib.closing(sqlite3.connect(data_dir / "fleet.sqlite")) as database:
        return [database.execute(query).fetchall() for query in queries]


def run_1(data_dir: Path) -> dict[str, Any]:
    """The first run, as it stands."""
    with contextlib.closing(sqlite3.connect(data_dir / "fleet.sqlite")) as database:
        database.row_factory = sqlite3.Row
        return dict(database.execute("SELECT * FROM register_run WHERE id = 1").fetchone())


def test_killed_in_each_part_of_its_work_it_goes_on(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "register.csv"
    copy_of(sample_data, data)
    said(fleet(data, "register-sample", str(file), "--rows", str(LINES)))
    before = register(data)
    command = fleet(data, "import-register", str(file))
    killed_once_it_says(command, "applying: 500 of")
    said(command)
    done = run_1(data)
    assert (done["stage"], done["created"]) == ("done", json.loads(done["actions"])["create"])
    assert len(register(data)[0]) == len(before[0]) + done["created"]
    undo = fleet(data, "import-register", "--undo", "1")
    killed_once_it_says(undo, "undoing: 500 of")
    if run_1(data)["stage"] != "undone":
        said(undo)
    undone = run_1(data)
    assert (undone["stage"], undone["went_back"], undone["stayed"]) == ("undone", done["created"], 0)
    assert register(data) == before
