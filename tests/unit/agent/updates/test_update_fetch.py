"""One piece of a bundle, from servers that are honest, slow of wit, and hostile."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import msgspec
import pytest

from kiosk.agent.updates.fetch import fetch
from kiosk.agent.updates.order import FetchOrder, FetchResult, SignedFile
from kiosk.agent.updates.states import FetchOutcome
from tests.support.bundle_server import Answer, BundleServer

CONTENT = os.urandom(300_000)


def whole(handler: BaseHTTPRequestHandler, _first: int, _last: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    handler.wfile.write(CONTENT)


def status(code: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _first: int, _last: int) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def endless(handler: BaseHTTPRequestHandler, _first: int, _last: int) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(bytes(65536))
    except OSError:
        pass


def cut(handler: BaseHTTPRequestHandler, first: int, last: int) -> None:
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes {first}-{last}/{len(CONTENT)}")
    handler.send_header("Content-Length", str(last + 1 - first))
    handler.end_headers()
    handler.wfile.write(CONTENT[first : first + 1000])
    handler.close_connection = True


def another(handler: BaseHTTPRequestHandler, first: int, last: int) -> None:
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes {first}-{last}/{len(CONTENT) + 1}")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BundleServer]:
    server = BundleServer(CONTENT, tmp_path)
    yield server
    server.close()


@pytest.fixture
def order(server: BundleServer, tmp_path: Path) -> FetchOrder:
    return FetchOrder(
        link=server.link,
        bundle=SignedFile(target="firmware/2.raucb", length=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest()),
        file=str(tmp_path / "firmware" / "bundle.raucb"),
        allowance_bytes=120_000,
    )


def replaced(order: FetchOrder, **changes: object) -> FetchOrder:
    return msgspec.structs.replace(order, **changes)


def test_it_grows_piece_by_piece_and_is_what_was_signed(server: BundleServer, order: FetchOrder) -> None:
    outcomes = [fetch(order) for _ in range(3)]
    assert [result.outcome for result in outcomes] == [FetchOutcome.PAID, FetchOutcome.PAID, FetchOutcome.WHOLE]
    assert [result.unused_bytes for result in outcomes] == [0, 0, 60_000]
    assert server.asked == ["bytes=0-119999", "bytes=120000-239999", "bytes=240000-299999"]
    assert Path(order.file).read_bytes() == CONTENT
    assert fetch(order).outcome is FetchOutcome.WHOLE
    assert len(server.asked) == 3, "what is there is not fetched again"
    assert server.paths == {f"/kiosk/v1/trust/targets/firmware/{order.bundle.sha256}.2.raucb"}, (
        "as the repository lays it down"
    )


def test_a_server_without_ranges_is_borne(server: BundleServer, order: FetchOrder) -> None:
    fetch(order)
    server.answer = whole
    assert fetch(replaced(order, allowance_bytes=300_000)).outcome is FetchOutcome.WHOLE


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 416])
def test_what_a_server_refuses_is_final(server: BundleServer, order: FetchOrder, code: int) -> None:
    server.answer = status(code)
    assert fetch(order).outcome is FetchOutcome.NOT_FOUND


@pytest.mark.parametrize("code", [302, 408, 429, 500, 503])
def test_what_may_pass_is_not(server: BundleServer, order: FetchOrder, code: int) -> None:
    server.answer = status(code)
    result = fetch(order)
    assert (result.outcome, result.unused_bytes) == (FetchOutcome.NETWORK, order.allowance_bytes)


def test_data_without_end_ends_with_what_was_paid_for(server: BundleServer, order: FetchOrder) -> None:
    server.answer = endless
    result = fetch(order)
    assert (result.outcome, result.unused_bytes) == (FetchOutcome.PAID, 0)
    assert Path(order.file).stat().st_size == order.allowance_bytes


def test_a_cut_keeps_what_came(server: BundleServer, order: FetchOrder) -> None:
    server.answer = cut
    result = fetch(order)
    assert (result.outcome, result.unused_bytes) == (FetchOutcome.NETWORK, order.allowance_bytes - 1000)
    assert Path(order.file).read_bytes() == CONTENT[:1000]


def test_another_file_under_the_name_is_refused(server: BundleServer, order: FetchOrder) -> None:
    server.answer = another
    assert fetch(order).outcome is FetchOutcome.NOT_FOUND


def test_what_is_whole_and_not_what_was_signed_is_deleted(order: FetchOrder) -> None:
    file = Path(order.file)
    file.parent.mkdir()
    file.write_bytes(bytes(len(CONTENT)))
    assert fetch(order).outcome is FetchOutcome.REFUSED
    assert not file.exists()


def test_what_does_not_fit_is_not_begun(server: BundleServer, order: FetchOrder) -> None:
    huge = msgspec.structs.replace(order.bundle, length=2**60)
    assert fetch(replaced(order, bundle=huge)).outcome is FetchOutcome.NO_ROOM
    assert not server.asked


def test_what_the_disk_takes_the_half_of_says_that_the_disk_is_full(order: FetchOrder) -> None:
    """In a process of its own, as it is run, whose files may grow to the last byte but one."""
    said = subprocess.run(
        ["prlimit", f"--fsize={len(CONTENT) - 1}", sys.executable, "-m", "kiosk.agent.updates.fetch"],
        input=msgspec.json.encode(replaced(order, allowance_bytes=len(CONTENT))), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    result = msgspec.json.decode(said.stdout, type=FetchResult)
    assert (result.outcome, result.detail) == (FetchOutcome.NO_ROOM, "File too large")
    assert Path(order.file).read_bytes() == CONTENT[:-1], "what came stays for the next piece"


def test_nobody_there(order: FetchOrder) -> None:
    link = msgspec.structs.replace(order.link, fleet_api="https://127.0.0.1:1")
    assert fetch(replaced(order, link=link)).outcome is FetchOutcome.NETWORK
