"""The agent's part for the office's records: page by page, another office's never, and nothing when we are nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fleet.protocol.messages import Desired
from fleet.protocol.office import Notice
from fleet.trust.authority import Authority
from kiosk import config
from kiosk.agent.office_keeping import OfficeKeeping
from kiosk.office.replica import Replica
from tests.support.desk_rig import office_records
from tests.support.office_server import OfficeServer, ok, records_answer

PATIENCE_S = 60.0


class Kept:
    """A replica that is kept against a server; ``reports`` counts how often it was told of."""

    def __init__(self, server: OfficeServer, identity: Path, folder: Path) -> None:
        link = config.Link(
            broker_host="127.0.0.1",
            broker_port=1,
            fleet_api=server.address,
            ca_file=str(identity / "ca.pem"),
            certificate_file=str(identity / "kiosk.pem"),
            key_file=str(identity / "kiosk.key"),
        )
        self.replica = Replica(folder / "office.sqlite")
        self.reports = 0
        self.keeping = OfficeKeeping(link, self.replica, self._report)

    def _report(self) -> None:
        self.reports += 1

    def until(self, asked: Callable[[], object], *, online: bool = True) -> None:
        """Turn as the agent does, until it is so."""
        until_s = time.monotonic() + PATIENCE_S
        while not asked():
            assert time.monotonic() < until_s, "it did not happen"
            self.keeping.begin_if_due(online=online)
            self.keeping.step()


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identity")
    authority = Authority(folder)
    (folder / "clients.pem").write_bytes(authority.root_for_servers_pem)
    authority.issue_server(("127.0.0.1",)).write(folder, "server")
    authority.issue_client("CBI-02").write(folder, "kiosk")
    return folder


@pytest.fixture
def server(identity: Path) -> Iterator[OfficeServer]:
    with OfficeServer(identity / "clients.pem", identity / "server.pem", identity / "server.key") as serving:
        yield serving


@pytest.fixture
def kept(server: OfficeServer, identity: Path, tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(server, identity, tmp_path)
    yield kept
    kept.keeping.close()
    kept.replica.close()


def test_pages_are_taken_one_after_the_other_and_told_of_once(server: OfficeServer, kept: Kept) -> None:
    whole = office_records(revision=4, notices=5)
    first = msgspec.structs.replace(whole, changes=whole.changes[:3], cursor="half", more=True)
    rest = msgspec.structs.replace(whole, changes=whole.changes[3:], since="half", anew=False)
    server.answer = lambda head: [records_answer(rest if b"cursor=half" in head else first)]
    kept.until(lambda: kept.replica.revision == 4)
    assert len(kept.replica.all_of(Notice)) == 5
    assert (kept.reports, len(server.requests)) == (1, 2)


def test_a_kiosk_without_a_link_asks_whether_it_may_keep_what_it_has(server: OfficeServer, kept: Kept) -> None:
    """Whoever ended our identity has ended our link, too."""
    kept.replica.take(office_records(revision=4))
    server.answer = lambda _head: [ok(b"no", "HTTP/1.1 403 Forbidden")]
    kept.until(lambda: kept.replica.office_id == "", online=False)
    assert (kept.reports, kept.keeping.is_fetching) == (1, False)


def test_a_kiosk_without_a_link_and_without_records_asks_nobody(server: OfficeServer, kept: Kept) -> None:
    kept.keeping.begin_if_due(online=False)
    assert not kept.keeping.is_fetching
    assert server.requests == []


def test_what_was_another_offices_is_gone_before_ours_is_asked_for(server: OfficeServer, kept: Kept) -> None:
    kept.replica.take(office_records(revision=900, office_id="RYG"))
    server.answer = lambda _head: [records_answer(office_records(revision=3, office_id="CBI"))]
    kept.keeping.desired(Desired(settings_revision=1, layers=(), office_id="CBI", office_revision=3))
    assert kept.replica.office_id == ""
    kept.until(lambda: kept.replica.office_id == "CBI")


def test_a_page_of_another_office_takes_what_was_here_first(server: OfficeServer, kept: Kept) -> None:
    """The page may come before the broker has told that we moved."""
    kept.replica.take(office_records(revision=900, office_id="RYG", notices=3))
    server.answer = lambda _head: [records_answer(office_records(revision=3, office_id="CBI"))]
    seen: list[str] = []
    kept.until(lambda: seen.append(kept.replica.office_id) or kept.replica.office_id == "CBI")
    assert list(dict.fromkeys(seen)) == ["RYG", "", "CBI"]
    assert len(server.requests) == 2
    assert "cursor=" not in server.requests[1]


def test_what_the_fleet_has_not_changed_is_not_asked_for(server: OfficeServer, kept: Kept) -> None:
    kept.replica.take(office_records(revision=3))
    kept.keeping.desired(Desired(settings_revision=1, layers=(), office_id="CBI", office_revision=3))
    kept.keeping.begin_if_due(online=True)
    assert not kept.keeping.is_fetching
    kept.keeping.ask_again()
    kept.keeping.begin_if_due(online=True)
    assert kept.keeping.is_fetching
