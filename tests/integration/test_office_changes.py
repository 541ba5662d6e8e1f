"""A kiosk that asks while several write: over either database it ends with what the fleet has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.broker import PATIENCE_S
from tests.support.databases import over_both


@over_both
def test_no_change_is_stepped_over(database: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.office_writers"],
        env={**os.environ, "SALA_DATABASE": database, "SALA_FLEET_DIR": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=2 * PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    assert said["broken"] == []
    assert said["differ"] == []
    assert said["pages"] > 0, "the kiosk came too late to see anything happen"
