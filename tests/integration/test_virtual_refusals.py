"""What the page of a virtual kiosk refuses: other pages, other hosts, what it cannot read, another kiosk beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.virtual_kiosk import VirtualKiosk, virtual_kiosk

_WAIT_S = 60.0


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualKiosk]:
    """One for all."""
    with virtual_kiosk(tmp_path_factory.mktemp("virtual"), "--no-supervise") as kiosk:
        yield kiosk


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "kiosk.example"}, 400),
        ({"Host": "127.0.0.1.example:80"}, 400),
        ({"Origin": "https://kiosk.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 200),
    ],
)
def test_foreign_pages_cannot_move_the_hand(kiosk: VirtualKiosk, headers: dict[str, str], status: int) -> None:
    kiosk.post("printer/refill")
    said = {"Content-Type": "application/json", **headers}
    answer = requests.post(kiosk.url + "printer/paper-out", data=b"{}", headers=said, timeout=_WAIT_S)
    assert answer.status_code == status
    assert (kiosk.state()["printer"]["paper"] == "out") is (status == 200)


@pytest.mark.parametrize("origin", ["https://kiosk.example", "null"])
def test_foreign_pages_cannot_watch_the_screen(kiosk: VirtualKiosk, origin: str) -> None:
    with (
        pytest.raises(InvalidStatus),
        connect(kiosk.url.replace("http", "ws") + "live", additional_headers={"Origin": origin}),
    ):
        pass


def test_a_body_that_does_not_fit_is_refused_without_being_quoted(kiosk: VirtualKiosk) -> None:
    assert kiosk.ask("scan", txet="1999900000013") == (422, {"error": "unreadable"})
    assert kiosk.ask("touch", x="1999900000013", y=0) == (422, {"error": "unreadable"})
    assert kiosk.ask("scan", text="A" * 20000)[0] == 413
    for broken in (b"{", b'{"text": "1999900000013\xff"}'):
        answer = requests.post(
            kiosk.url + "scan", data=broken, headers={"Content-Type": "application/json"}, timeout=_WAIT_S
        )
        assert (answer.status_code, answer.text) == (422, '{"error":"unreadable"}')


def test_what_is_not_there_is_said_to_be_not_there(kiosk: VirtualKiosk) -> None:
    assert kiosk.ask("device/toaster/unplug") == (404, {"error": "no-such-device"})
    assert kiosk.ask("program/frontdesk/kill") == (404, {"error": "no-such-program"})
    assert kiosk.ask("slips/9999/take") == (404, {"error": "no-such-slip"})
    assert kiosk.ask("network/cut") == (409, {"error": "no-network"})
    assert requests.get(kiosk.url + "static/../__main__.py", timeout=_WAIT_S).status_code == 404


def test_two_cannot_share_a_directory(kiosk: VirtualKiosk) -> None:
    directory = kiosk.kiosk_dir.parent
    second = subprocess.run(
        [sys.executable, "-m", "kiosk", "virtual", "--data-dir", str(directory / "v"), "--kiosk-dir", str(directory)],
        capture_output=True,
        text=True,
        timeout=_WAIT_S,
        check=False,
    )
    assert second.returncode == 1
    assert "another virtual kiosk is using" in second.stderr
    assert kiosk.state()["scanner"]["plugged"]
