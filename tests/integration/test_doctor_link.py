"""The doctor on the way to the fleet: a real broker, an API that says what time it is, and everything that is wrong."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from fleet.trust.authority import Authority
from kiosk.config import Link
from kiosk.doctor.findings import State
from kiosk.doctor.link import ask_api, look_at_broker, look_at_certificate, look_at_clock
from kiosk.doctor.problems import Problem
from tests.support.broker import Fleet
from tests.support.office_server import OfficeServer, ok


@pytest.fixture(scope="module")
def api(fleet: Fleet) -> Iterator[OfficeServer]:
    certificates = fleet.folder / "certificates"
    with OfficeServer(certificates / "clients.pem", certificates / "server.pem", certificates / "server.key") as server:
        yield server


@pytest.fixture(scope="module")
def link(fleet: Fleet, api: OfficeServer) -> Link:
    identity = fleet.enrol("CBI-02")
    return Link(
        broker_host="127.0.0.1",
        broker_port=int(fleet.ports["broker"]),
        fleet_api=api.address,
        ca_file=str(identity / "ca.pem"),
        certificate_file=str(identity / "kiosk.pem"),
        key_file=str(identity / "kiosk.key"),
    )


@pytest.fixture(scope="module")
def stranger(link: Link, tmp_path_factory: pytest.TempPathFactory) -> Link:
    """A kiosk of another fleet, that trusts ours."""
    other = tmp_path_factory.mktemp("stranger")
    authority = Authority(other / "authority")
    authority.issue_client("CBI-02").write(other, "kiosk")
    (other / "ca.pem").write_bytes(authority.root_pem)
    return msgspec.structs.replace(link, certificate_file=str(other / "kiosk.pem"), key_file=str(other / "kiosk.key"))


def _said(at: datetime | None, status: str = "200 OK") -> bytes:
    date = "" if at is None else f"\r\nDate: {format_datetime(at, usegmt=True)}"
    return ok(b"{}", f"HTTP/1.1 {status}{date}")


def _nobody() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_a_certificate_says_how_long_it_lasts(link: Link) -> None:
    now = datetime.now(UTC)
    well = look_at_certificate(link, now)
    assert well.state is State.OK
    left = well.details["days_left"]
    assert isinstance(left, int)
    for when, problem in (
        (now + timedelta(days=left - 5), Problem.CERTIFICATE_ENDS_SOON),
        (now + timedelta(days=left + 2), Problem.CERTIFICATE_EXPIRED),
        (now - timedelta(days=3650), Problem.CLOCK_WRONG),
    ):
        assert look_at_certificate(link, when).problem is problem


def test_an_identity_that_is_none(link: Link, tmp_path: Path) -> None:
    gone = msgspec.structs.replace(link, key_file=str(tmp_path / "gone"))
    assert look_at_certificate(gone, datetime.now(UTC)).problem is Problem.NO_IDENTITY
    assert look_at_broker(gone).problem is Problem.NO_IDENTITY
    swapped = msgspec.structs.replace(link, key_file=link.certificate_file)
    assert look_at_certificate(swapped, datetime.now(UTC)).problem is Problem.IDENTITY_BROKEN


def test_the_broker_shakes_hands_with_us(link: Link) -> None:
    finding = look_at_broker(link)
    assert finding.state is State.OK
    assert finding.details["tls"] == "TLSv1.3"
    assert str(finding.details["fleet_until"]) > "2026"


def test_the_broker_of_nobody_and_of_others(link: Link, stranger: Link, tmp_path: Path) -> None:
    assert look_at_broker(stranger).problem is Problem.FLEET_REFUSES_US
    distrustful = tmp_path / "ca.pem"
    shutil.copy(Path(stranger.certificate_file).parent / "ca.pem", distrustful)
    assert look_at_broker(msgspec.structs.replace(link, ca_file=str(distrustful))).problem is Problem.FLEET_NOT_TRUSTED
    assert look_at_broker(msgspec.structs.replace(link, broker_port=_nobody())).problem is Problem.UNREACHABLE
    nameless = msgspec.structs.replace(link, broker_host="no-such-fleet.invalid")
    assert look_at_broker(nameless).problem is Problem.NAME_NOT_FOUND


def test_the_api_knows_us_and_its_clock_is_ours(link: Link, api: OfficeServer) -> None:
    api.answer = lambda _head: [_said(datetime.now(UTC))]
    answer = ask_api(link)
    assert answer.finding.state is State.OK
    assert api.requests[-1].startswith("GET /kiosk/v1/ping HTTP/1.1")
    clock = look_at_clock(answer, is_synchronised=None)
    assert clock.state is State.OK
    assert abs(float(str(clock.details["ahead_s"]))) < 3


@pytest.mark.parametrize(
    ("ahead", "problem"), [(timedelta(minutes=1), Problem.CLOCK_OFF), (timedelta(hours=7), Problem.CLOCK_WRONG)]
)
def test_a_clock_that_is_off_either_way(link: Link, api: OfficeServer, ahead: timedelta, problem: Problem) -> None:
    for off in (ahead, -ahead):
        api.answer = lambda _head, off=off: [_said(datetime.now(UTC) - off)]
        clock = look_at_clock(ask_api(link), is_synchronised=None)
        assert clock.problem is problem
        assert abs(float(str(clock.details["ahead_s"])) - off.total_seconds()) < 3


def test_a_time_nobody_told_is_unknown(link: Link, api: OfficeServer) -> None:
    api.answer = lambda _head: [_said(None)]
    assert look_at_clock(ask_api(link), is_synchronised=None).problem is Problem.CLOCK_UNKNOWN
    assert look_at_clock(
        ask_api(msgspec.structs.replace(link, fleet_api=f"https://127.0.0.1:{_nobody()}")), is_synchronised=None
    ).state is (State.UNKNOWN)


def test_an_api_in_trouble_or_that_wants_another(link: Link, stranger: Link, api: OfficeServer) -> None:
    for status, problem in (("503 Busy", Problem.FLEET_TROUBLED), ("403 No", Problem.FLEET_REFUSES_US)):
        api.answer = lambda _head, status=status: [_said(None, status)]
        assert ask_api(link).finding.problem is problem
    assert ask_api(stranger).finding.problem is Problem.FLEET_REFUSES_US
    api.answer = lambda _head: [b"no http at all\r\n\r\n"]
    assert ask_api(link).finding.problem is Problem.FLEET_TROUBLED
    api.answer = lambda _head: []
    assert ask_api(link).finding.problem is Problem.UNREACHABLE
