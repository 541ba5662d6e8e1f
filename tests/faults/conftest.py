"""The table is shown at the end, and kept as build/faults.json; the long form is `make faults`.

Bad lines are for the long form alone: to wait for their keepalives takes a minute however few are tried.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.bare_kiosk import BareKiosk, MakeBare
from tests.support.broker import Fleet
from tests.support.fault_table import Table, Tell
from tests.support.postgresql import Cluster, running_cluster
from tests.support.require import require

BUILD = Path(__file__).parents[2] / "build"
IS_LONG = os.environ.get("SALA_FAULTS") == "long"
_TABLE = Table()

collect_ignore = [] if IS_LONG else ["test_lines.py"]


@pytest.fixture(scope="session")
def is_long() -> bool:
    """Whether this is `make faults`, which tries everything many times; otherwise each is tried a few times."""
    return IS_LONG


@pytest.fixture(scope="session")
def table() -> Tell:
    """Rows of the one table of this run."""
    return _TABLE.tell


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole run."""
    require("postgresql")
    with running_cluster() as running:
        yield running


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, for the sockets in it; gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="sala-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def fleet(folder: Path) -> Iterator[Fleet]:
    """Broker, ingest and conduct on SQLite."""
    require("mosquitto")
    with Fleet(folder / "fleet") as running:
        for part in ("mosquitto", "ingest", "conduct"):
            running.start(part)
        yield running


@pytest.fixture
def bare() -> Iterator[MakeBare]:
    """Makes kiosks of which only the agent runs; all have ended afterwards."""
    with ExitStack() as held:

        def make(*arguments: Any, **more: Any) -> BareKiosk:
            kiosk = BareKiosk(*arguments, **more)
            held.callback(kiosk.close)
            return kiosk

        yield make


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and write build/faults.json."""
    if not _TABLE.rows:
        return
    _TABLE.write(BUILD / "faults.json")
    terminalreporter.section("faults")
    for line in _TABLE.lines():
        terminalreporter.write_line(line)
