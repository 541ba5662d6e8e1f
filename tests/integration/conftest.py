"""The databases that what concerns the database is tried over: both, and neither is skipped in silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgresql import Cluster, running_cluster
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
