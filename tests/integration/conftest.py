"""What many of these tests stand on: the databases (both, none skipped in silence), an agent's site, a printer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agent_site import Site, agent_site
from tests.support.broker import Fleet
from tests.support.postgresql import Cluster, running_cluster
from tests.support.printer_on_a_thread import PrinterBench, printer_on_a_thread
from tests.support.require import require


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole run."""
    require("postgresql")
    with running_cluster() as running:
        yield running


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """What SALA_DATABASE is to be: nothing, or the address of a new, empty database (``tests.support.databases``)."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.address(cluster.create())


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet of which nothing runs but the broker: the test is the rest. A file that needs more has one of its own."""
    require("mosquitto")
    with Fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        fleet.start("mosquitto")
        yield fleet


@pytest.fixture
def site(fleet: Fleet, tmp_path: Path) -> Iterator[Site]:
    """An agent between that fleet and a front desk's ear."""
    with agent_site(fleet, tmp_path) as site:
        yield site


@pytest.fixture
def bench() -> Iterator[PrinterBench]:
    """A printer's far end, to which nothing was said that it does not understand."""
    with printer_on_a_thread() as bench:
        yield bench
        assert bench.do(lambda p: p.unknown_commands) == ()
