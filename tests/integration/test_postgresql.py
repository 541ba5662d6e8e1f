"""One setting puts the whole fleet on PostgreSQL: every test of the fleet that knows a database holds over it, too."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.support.broker import REPOSITORY
from tests.support.postgresql import Cluster

SUITE = "tests/unit/fleet"
TIMEOUT_S = 1200
"""It has its share of a busy machine; whoever hangs in it is ended by its own limit long before."""


@pytest.mark.timeout(TIMEOUT_S + 60)
def test_what_holds_over_sqlite_holds_over_postgresql(cluster: Cluster) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", SUITE],
        env={**os.environ, "SALA_DATABASE": cluster.address(cluster.create())},
        cwd=REPOSITORY, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    counted = re.search(r"^(\d+) passed in", done.stdout, re.MULTILINE)
    assert counted is not None, f"some were skipped:\n{done.stdout[-2000:]}"
    assert int(counted[1]) > 150
