"""Questions to the fleet while somebody waits: over real TLS, answered once, and never to whoever comes next."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fleet.protocol.asking import ANSWER_BYTES_MAX, Followed
from fleet.protocol.office import Case, CaseStep
from fleet.trust.authority import Authority
from kiosk import config
from kiosk.frontdesk.asking import SLIP, Asker, about_slip
from kiosk.visits.events import CasesFound, SlipElsewhere, SlipUnknown
from tests.support.office_server import OfficeServer, ok

TOKEN = "SAMPLEsampleSAMP"
PATIENCE_S = 60.0

CASE = Case(
    case_no="T-CBI01-69-0000042-K",
    factory_no="",
    title_th="กลิ่น",
    title_en="Smell",
    steps=(CaseStep(label_th="รับเรื่องแล้ว", label_en="Received", done_on=date(2026, 11, 20)),),
    received_on=date(2026, 11, 20),
    tracking_token=TOKEN,
)
FOUND = Followed(case=CASE, about_th="สำนักงานตัวอย่าง", about_en="Sample office", word_th="รอส่ง", word_en="Not sent")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    (folder / "clients.pem").write_bytes(authority.root_for_servers_pem)
    authority.issue_server(("127.0.0.1",)).write(folder, "server")
    authority.issue_client("CBI-02").write(folder, "kiosk")
    return folder


@pytest.fixture
def server(certificates: Path) -> Iterator[OfficeServer]:
    with OfficeServer(
        certificates / "clients.pem", certificates / "server.pem", certificates / "server.key"
    ) as serving:
        yield serving


class Rig:
    def __init__(self, certificates: Path, address: str) -> None:
        link = config.Link(
            broker_host="127.0.0.1",
            broker_port=1,
            fleet_api=address,
            ca_file=str(certificates / "ca.pem"),
            certificate_file=str(certificates / "kiosk.pem"),
            key_file=str(certificates / "kiosk.key"),
        )
        self.inbox: queue.Queue[Any] = queue.Queue()
        self.asker = Asker(link, self.inbox)
        self.asker.start()

    def heard(self) -> list[Any]:
        """What the next thing in the inbox is to the desk."""
        return list(self.asker.unwrapped([self.inbox.get(timeout=PATIENCE_S)]))

    def follow(self, timeout_s: float = PATIENCE_S) -> None:
        """Patient where no test is about patience: this machine may be busy."""
        self.asker.submit(replace(about_slip(TOKEN), timeout_s=timeout_s))


@pytest.fixture
def rig(certificates: Path, server: OfficeServer) -> Iterator[Rig]:
    made = Rig(certificates, server.address)
    yield made
    server.leaving.set()
    made.asker.stop(PATIENCE_S)


def whole(body: bytes) -> Callable[[bytes], Iterable[bytes]]:
    return lambda _head: [ok(body)]


def test_a_slip_is_told_as_a_case_and_its_token_stands_in_no_address(rig: Rig, server: OfficeServer) -> None:
    server.answer = whole(msgspec.json.encode(FOUND))
    rig.follow()
    (found,) = rig.heard()
    assert isinstance(found, CasesFound)
    (facts,) = found.cases
    assert (facts.case, facts.factory.name_th, facts.word, facts.by_slip) == (
        CASE, "สำนักงานตัวอย่าง", ("รอส่ง", "Not sent"), True,
    )  # fmt: skip
    (head,) = server.requests
    assert head.startswith("POST /kiosk/v1/follow HTTP/1.1")
    assert TOKEN not in head.partition("\r\n\r\n")[0]


def test_a_token_that_is_nobodys_is_another_answer_than_none(rig: Rig, server: OfficeServer) -> None:
    server.answer = lambda _head: [ok(b"", "HTTP/1.1 404 Not Found")]
    rig.follow()
    assert rig.heard() == [SlipUnknown()]


@pytest.mark.parametrize(
    "sent",
    [
        [ok(b"{}", "HTTP/1.1 403 Forbidden")],
        [ok(b"", "HTTP/1.1 302 Found\r\nLocation: /elsewhere")],
        [ok(b"", "HTTP/1.1 500 Oh")],
        [ok(b"{}")],
        [ok(b"\xff\xfe")],
        [ok(b" " * (ANSWER_BYTES_MAX + 1))],
        [b"nothing like HTTP"],
        [],
    ],
)
def test_what_is_no_answer_is_no_no(rig: Rig, server: OfficeServer, sent: list[bytes]) -> None:
    server.answer = lambda _head: sent
    rig.follow()
    assert rig.heard() == [SlipElsewhere()]


def test_nobody_listens(certificates: Path) -> None:
    rig = Rig(certificates, "https://127.0.0.1:1")
    rig.follow()
    assert rig.heard() == [SlipElsewhere()]
    rig.asker.stop(PATIENCE_S)


def test_a_fleet_that_keeps_silent_is_not_waited_for(rig: Rig, server: OfficeServer) -> None:
    def silence(_head: bytes) -> Iterator[bytes]:
        server.leaving.wait(PATIENCE_S)
        yield from ()

    server.answer = silence
    rig.follow(timeout_s=1.0)
    assert rig.heard() == [SlipElsewhere()]


def test_an_answer_is_never_the_next_visitors(rig: Rig, server: OfficeServer) -> None:
    server.answer = whole(msgspec.json.encode(FOUND))
    rig.follow()
    late = rig.inbox.get(timeout=PATIENCE_S)
    rig.asker.forget()  # the visit has ended meanwhile
    assert list(rig.asker.unwrapped([late, "another event"])) == ["another event"]
    rig.follow()
    assert list(rig.asker.unwrapped([late])) == [], "nor of an earlier question about the same"
    assert len(rig.heard()) == 1
    assert list(rig.asker.unwrapped([late])) == []


def test_what_is_asked_shows_nothing_of_itself() -> None:
    assert TOKEN not in repr(about_slip(TOKEN))
    assert about_slip(TOKEN).about == SLIP
