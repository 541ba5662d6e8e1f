"""Fetching the office's records: whole and understood, or not at all, and never in the way of anything else."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from fleet.protocol.office import OfficePage
from fleet.trust.authority import Authority
from kiosk import config
from kiosk.office.client import PAGE_BYTES_MAX, NotAdmittedError, OfficeFetch, OfficeUnreachableError
from tests.support.desk_rig import office_records
from tests.support.office_server import OfficeServer, ok, records_answer

PATIENCE_S = 60.0
SILENCE_S = 0.5


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    (folder / "clients.pem").write_bytes(authority.root_for_servers_pem)
    authority.issue_server(("127.0.0.1",)).write(folder, "server")
    authority.issue_client("CBI-02").write(folder, "kiosk")
    Authority(folder / "other").issue_client("CBI-02").write(folder / "other", "kiosk")
    return folder


@pytest.fixture
def server(certificates: Path) -> Iterator[OfficeServer]:
    with OfficeServer(
        certificates / "clients.pem", certificates / "server.pem", certificates / "server.key"
    ) as serving:
        yield serving


def link(certificates: Path, address: str, trust: str = "ca.pem", identity: str = "kiosk") -> config.Link:
    return config.Link(
        broker_host="127.0.0.1",
        broker_port=1,
        fleet_api=address,
        ca_file=str(certificates / trust),
        certificate_file=str(certificates / f"{identity}.pem"),
        key_file=str(certificates / f"{identity}.key"),
    )


def fetch(to: config.Link, cursor: str = "cbi.3") -> OfficePage:
    """A fetch to its end."""
    fetching = OfficeFetch(to, cursor, timeout_s=(PATIENCE_S, PATIENCE_S))
    until_s = time.monotonic() + PATIENCE_S
    try:
        while (done := fetching.step()) is None:
            assert time.monotonic() < until_s
        return done
    finally:
        fetching.close()


def test_records_come_whole(certificates: Path, server: OfficeServer) -> None:
    records = office_records(revision=4, notices=500)
    server.answer = lambda _head: [records_answer(records)]
    assert fetch(link(certificates, server.address)) == records
    assert "GET /kiosk/v1/office?cursor=cbi.3 " in server.requests[0]


def test_page_after_page_by_one_fetch(certificates: Path, server: OfficeServer) -> None:
    fetching = OfficeFetch(link(certificates, server.address), "", timeout_s=(PATIENCE_S, PATIENCE_S))
    for cursor in ("cbi.1", "cbi.2"):
        while fetching.step() is None:
            pass
        fetching.go_on(cursor)
    while fetching.step() is None:
        pass
    fetching.close()
    asked = [head.split(" ")[1] for head in server.requests]
    assert asked == ["/kiosk/v1/office", "/kiosk/v1/office?cursor=cbi.1", "/kiosk/v1/office?cursor=cbi.2"]


def packed(body: bytes) -> bytes:
    return ok(gzip.compress(body), "HTTP/1.1 200 OK\r\nContent-Encoding: gzip")


def test_a_packed_page_is_unpacked(certificates: Path, server: OfficeServer) -> None:
    records = office_records(revision=4, notices=500)
    server.answer = lambda _head: [packed(msgspec.json.encode(records))]
    assert fetch(link(certificates, server.address)) == records
    assert "Accept-Encoding: gzip" in server.requests[0]


def test_a_packed_flood_is_cut_off(certificates: Path, server: OfficeServer) -> None:
    """A thousandth of it on the wire."""
    server.answer = lambda _head: [packed(bytes(8 * PAGE_BYTES_MAX))]
    with pytest.raises(OfficeUnreachableError, match="too large"):
        fetch(link(certificates, server.address))


def test_half_a_packed_page_is_none(certificates: Path, server: OfficeServer) -> None:
    half = gzip.compress(msgspec.json.encode(office_records()))[:-9]
    server.answer = lambda _head: [ok(half, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip")]
    with pytest.raises(OfficeUnreachableError, match="not whole"):
        fetch(link(certificates, server.address))


def test_a_fleet_that_does_not_know_us_any_more_says_so(certificates: Path, server: OfficeServer) -> None:
    server.answer = lambda _head: [ok(b"no", "HTTP/1.1 403 Forbidden")]
    with pytest.raises(NotAdmittedError):
        fetch(link(certificates, server.address))


def test_records_in_small_pieces_and_chunks_are_put_together(certificates: Path, server: OfficeServer) -> None:
    records = office_records(revision=4, notices=20)
    body = records_answer(records).split(b"\r\n\r\n", 1)[1]

    def chunked(_head: bytes) -> Iterable[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for at in range(0, len(body), 997):
            piece = body[at : at + 997]
            yield f"{len(piece):x}\r\n".encode("ascii") + piece + b"\r\n"
        yield b"0\r\n\r\n"

    server.answer = chunked
    assert fetch(link(certificates, server.address)) == records


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ok(b"{"), "cannot be read"),
        (ok(b"{}"), "cannot be read"),
        (ok(b"[" * 100_000), "cannot be read"),
        (ok(b"no", "HTTP/1.1 503 Service Unavailable"), "answered 503"),
        (ok(b"no gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip"), "cannot be unpacked"),
        (b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "answered 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{", "IncompleteRead"),
        (b"220 mail.example ESMTP\r\n", "BadStatusLine"),
        (b"", "RemoteDisconnected"),
    ],
)
def test_whatever_is_not_whole_and_understood_is_an_error(
    certificates: Path, server: OfficeServer, answer: bytes, why: str
) -> None:
    server.answer = lambda _head: [answer]
    with pytest.raises(OfficeUnreachableError, match=why):
        fetch(link(certificates, server.address))


def test_an_answer_without_end_is_cut_off(certificates: Path, server: OfficeServer) -> None:
    def endless(_head: bytes) -> Iterable[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while not server.leaving.is_set():
            yield bytes(1 << 20)

    server.answer = endless
    with pytest.raises(OfficeUnreachableError, match="too large"):
        fetch(link(certificates, server.address))


def test_a_slow_line_gives_way_between_any_two_pieces(certificates: Path, server: OfficeServer) -> None:
    may_go_on = threading.Semaphore(0)

    def slow(_head: bytes) -> Iterable[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
        for _ in range(4):
            may_go_on.acquire(timeout=PATIENCE_S)
            yield b" "

    server.answer = slow
    fetching = OfficeFetch(link(certificates, server.address), "cbi.3")
    assert fetching.step() is None
    for _ in range(4):  # each step comes back with the one byte there is, and does not wait for the next
        may_go_on.release()
        assert fetching.step() is None
    with pytest.raises(OfficeUnreachableError, match="cannot be read"):
        fetching.step()
    fetching.close()


def test_a_server_that_says_nothing_is_given_up_soon(certificates: Path, server: OfficeServer) -> None:
    def silent(_head: bytes) -> Iterable[bytes]:
        server.leaving.wait(PATIENCE_S)
        return ()

    server.answer = silent
    fetching = OfficeFetch(link(certificates, server.address), "cbi.3", timeout_s=(SILENCE_S, SILENCE_S))
    began_s = time.monotonic()
    with pytest.raises(OfficeUnreachableError, match="timed out"):
        fetching.step()
    assert time.monotonic() - began_s < PATIENCE_S / 2
    fetching.close()
    fetching.close()


def test_a_host_that_swallows_packets_is_given_up_soon(certificates: Path) -> None:
    """192.0.2.0/24 is nobody's (RFC 5737): the connection neither opens nor fails."""
    fetching = OfficeFetch(link(certificates, "https://192.0.2.1:8443"), "cbi.3", timeout_s=(SILENCE_S, SILENCE_S))
    began_s = time.monotonic()
    with pytest.raises(OfficeUnreachableError):
        fetching.step()
    assert time.monotonic() - began_s < PATIENCE_S / 2
    fetching.close()


def test_nobody_there_is_an_error(certificates: Path) -> None:
    with socket.socket() as held:  # until it was asked, so that nobody else listens there meanwhile
        held.bind(("127.0.0.1", 0))
        with pytest.raises(OfficeUnreachableError, match="Connection refused"):
            fetch(link(certificates, f"https://127.0.0.1:{held.getsockname()[1]}"))


def test_a_fleet_we_do_not_trust_is_not_asked(certificates: Path, server: OfficeServer) -> None:
    with pytest.raises(OfficeUnreachableError, match="certificate is not trusted"):
        fetch(link(certificates, server.address, trust="other/ca.pem"))
    assert server.requests == []


def test_a_fleet_that_does_not_trust_us_is_an_error(certificates: Path, server: OfficeServer) -> None:
    with pytest.raises(OfficeUnreachableError):
        fetch(link(certificates, server.address, identity="other/kiosk"))
    assert server.requests == []


def test_a_missing_identity_is_an_error_with_a_sentence(certificates: Path) -> None:
    with pytest.raises(OfficeUnreachableError, match="Could not find the TLS certificate file"):
        fetch(link(certificates, "https://127.0.0.1:1", identity="lost"))
