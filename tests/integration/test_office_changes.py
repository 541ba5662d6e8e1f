"""Several who write at once, over either database: nothing is stepped over, nobody's change is lost unseen, and
nothing listens on for a token that was taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.broker import PATIENCE_S
from tests.support.databases import over_both


@over_both
def test_who_write_at_once_are_all_heard_and_of_two_decisions_one_is_refused(database: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.office_writers"],
        env={**os.environ, "SALA_DATABASE": database, "SALA_FLEET_DIR": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=4 * PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    assert said["broken"] == []
    assert said["differ"] == []
    assert said["left"] == [], "a token that was taken back has somebody told"
    assert said["pages"] > 0, "the kiosk came too late to see anything happen"
    answers = {"page": [302, 422], "invitation": [201, 409], "command": [0, 0]}
    answers |= {"a roll-out ends": [0, 409], "a roll-out begins": [0, 409]}
    for way, answered in said["decided"].items():
        assert answered == [answers.get(way, [200, 412])] * len(answered), way
