"""The pages' connections to PostgreSQL: used again, not more than it can bear, and no worse for a server that died."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from fleet.site.database import POOL
from tests.support.broker import Fleet, eventually
from tests.support.postgresql import Cluster, running_cluster
from tests.support.require import require
from tests.support.watching import sign_in

AT_ONCE = 2 * int(POOL["max_size"])


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """One of our own, for it is killed."""
    require("postgresql")
    with running_cluster() as running:
        yield running


def _ask(port: int, session: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", "/kiosks/", headers={"Cookie": f"sessionid={session}"})
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


def _backends(address: str) -> set[int]:
    """Who in the server works for the pages just now, or could."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in rows}


def test_requests_share_a_few_connections_and_outlive_the_server(cluster: Cluster, tmp_path: Path) -> None:
    address = cluster.address("fleet")
    with Fleet(tmp_path, address) as fleet:
        session = sign_in(fleet, {"nation": ("national-admin", None)})["nation"]
        fleet.start("serve")
        port = int(fleet.ports["http"])
        fleet.await_port(port)

        assert _ask(port, session) == 200
        first = _backends(address)
        assert [_ask(port, session) for _ in range(8)] == [200] * 8
        assert first & _backends(address), "each request had a connection of its own"

        with ThreadPoolExecutor(AT_ONCE) as crowd:
            assert list(crowd.map(lambda _: _ask(port, session), range(AT_ONCE))) == [200] * AT_ONCE
        assert len(_backends(address)) <= POOL["max_size"]

        cluster.kill()
        cluster.start()
        assert _ask(port, session) == 200, "what was open then was handed to a request"

        cluster.kill()
        assert _ask(port, session) == 500
        cluster.start()
        eventually(lambda: _ask(port, session) == 200, timeout_s=2 * POOL["reconnect_timeout"])
