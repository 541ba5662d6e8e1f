"""Open pages are told of what a kiosk says, over a real broker, ingest and server: whoever may see it, and nobody else.

Over both databases, because what tells that something has changed is each one's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from fleet.protocol.messages import DeviceState, DeviceStatus, Session, Status, encode
from fleet.protocol.topics import Channel, kiosk_topic
from tests.support.broker import PATIENCE_S, Client, Fleet, eventually
from tests.support.databases import over_both
from tests.support.require import require
from tests.support.watching import Event, Stream, Watchers, end_session, sign_in

DEVICES = ("card", "scanner", "printer", "panel", "display")
PEOPLE: dict[str, tuple[str, int | None]] = {
    "chonburi": ("provincial-admin", 20),
    "khonkaen": ("provincial-admin", 40),
    "technician": ("technician", 20),
    "nation": ("national-admin", None),
}


@pytest.fixture
def fleet(tmp_path: Path, database: str) -> Iterator[Fleet]:
    """Broker, ingest and pages; accounts are made by the test, before it starts ``serve``."""
    require("mosquitto")
    with Fleet(tmp_path, database) as made:
        made.start("mosquitto")
        made.start_hearing("ingest")
        yield made


def _say(client: Client, kiosk_id: str, no: int, printer: DeviceState, detail: str = "") -> None:
    now = datetime.now(UTC)
    devices = {name: DeviceStatus(state=DeviceState.ONLINE, since=now) for name in DEVICES}
    devices["printer"] = DeviceStatus(state=printer, since=now, model=detail)
    status = Status(session_no=1, no=no, at=now, devices=devices, paper="adequate")
    client.publish(kiosk_topic(kiosk_id, Channel.STATUS), encode(status), retain=True)


def _born(made: Fleet, kiosk_id: str) -> Client:
    client = made.kiosk(kiosk_id)
    born = Session(alive=True, at=datetime.now(UTC), session_no=1, boot_id="boot", version="0.1.0")
    client.publish(kiosk_topic(kiosk_id, Channel.SESSION), encode(born), retain=True)
    return client


def _served(made: Fleet) -> int:
    """The port of the pages, which are there."""
    made.start("serve")
    port = int(made.ports["http"])
    made.await_port(port)
    return port


def _pieces(events: list[Event]) -> list[str]:
    return [each.data for each in events if each.name == "piece"]


@over_both
def test_what_a_kiosk_says_reaches_who_may_see_it_and_nobody_else(fleet: Fleet) -> None:
    keys = sign_in(fleet, PEOPLE)
    with Watchers(_served(fleet)) as people:
        ours, theirs = _born(fleet, "CBI-01"), _born(fleet, "KKN-01")
        chonburi = people.watch(keys["chonburi"], "/", **{"Accept-Encoding": "gzip"})
        kiosk = people.watch(keys["technician"], "/kiosks/CBI-01/")
        khonkaen = people.watch(keys["khonkaen"], "/kiosks/")
        nation = people.watch(keys["nation"], "/kiosks/?province=20")
        assert chonburi.answer.headers["Cache-Control"] == "no-store, no-transform"
        assert "default-src 'none'" in chonburi.answer.headers["Content-Security-Policy"]
        for stream in (chonburi, kiosk, khonkaen, nation):
            stream.until("beat")

        _say(ours, "CBI-01", 1, DeviceState.HARDWARE_ERROR, "MARK-OF-OURS")
        seen = chonburi.until("piece", 'CBI-01</b> <span class="w failing">')
        seen += kiosk.until("piece", "MARK-OF-OURS")
        seen += nation.until("piece", "CBI-01")
        _say(theirs, "KKN-01", 1, DeviceState.HARDWARE_ERROR)
        seen_there = khonkaen.until("piece", "KKN-01")
        _say(ours, "CBI-01", 2, DeviceState.ONLINE, "MARK-AFTERWARDS")
        seen += kiosk.until("piece", "MARK-AFTERWARDS")
        assert not [piece for piece in _pieces(seen_there) if "CBI-" in piece]
        assert not [piece for piece in _pieces(seen) if "KKN-" in piece]

        _nobody_gets_in(people, keys)
        end_session(fleet, keys["technician"])
        assert kiosk.until("over")
        assert next(iter(kiosk), None) is None, "nothing comes after the end"
        fleet.stop("serve")
        assert chonburi.until("over"), "a server that stops says so"
    assert "Traceback" not in fleet.log_of("serve")
    assert "timeout graceful shutdown exceeded" not in fleet.log_of("serve")


def _nobody_gets_in(people: Watchers, keys: dict[str, str]) -> None:
    """Without a session, from another site, to a page of another province, and to one that is not told."""
    assert people.ask("", "/").status == 401
    assert people.ask("no-such-session", "/").status == 401
    assert people.ask(keys["chonburi"], "/", **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert people.ask(keys["chonburi"], "/", Host="elsewhere.example").status == 400
    for page in ("/people/", "/no-such-page/", "http://elsewhere.example/", "/kiosks/CBI-01%00/", ""):
        assert people.ask(keys["chonburi"], page).status == 404, page
    foreign = people.ask(keys["chonburi"], "/kiosks/KKN-01/?seen=")
    assert {each.name for each in foreign} - {"wait"} == {"anew"}, "it is opened again, and is not there"


def _figures(port: int) -> dict[str, float]:
    """What Prometheus reads of who hears and who watches."""
    answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S)
    assert answer.status_code == 200
    rows = (each.rpartition(" ") for each in answer.text.splitlines() if not each.startswith("#"))
    return {name: float(figure) for name, _, figure in rows if name.startswith(("sala_ingest", "sala_watchers"))}


def _awaited(port: int, holds: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """The first figures of which that is true; asked for less often than would be refused."""
    until_s = time.monotonic() + PATIENCE_S
    while not holds(said := _figures(port)):
        assert time.monotonic() < until_s, said
        time.sleep(0.5)
    return said


_WORKER = 'sala_ingest_worker_seconds{worker="%d"}'
_FULL, _NOT_ALLOWED = (f'sala_watchers_refused_total{{why="{why}"}}' for why in ("full", "not-allowed"))


def test_one_browser_has_a_few_streams_and_asks_beyond_them_and_metrics_tell(fleet: Fleet) -> None:
    keys = sign_in(fleet, PEOPLE)
    port = _served(fleet)
    fleet.start_hearing("ingest-2")
    with Watchers(port) as people:
        before = _figures(port)
        assert (before["sala_ingest_hears"], before["sala_watchers"], before[_FULL]) == (1, 0, 0)
        streams = [people.watch(keys["chonburi"], "/") for _ in range(4)]
        for stream in streams:
            stream.until("beat")
        one_more = people.watch(keys["chonburi"], "/kiosks/")
        assert one_more.status == 503
        assert one_more.answer.headers["Retry-After"]
        assert people.ask(keys["chonburi"], "/people/").status == 404
        said = _awaited(port, lambda now: _WORKER % 2 in now)
        assert (said["sala_watchers"], said[_FULL], said[_NOT_ALLOWED]) == (4, 1, 1)
        assert all(0 < said[_WORKER % number] <= 10 for number in (1, 2))
        streams[0].close()
        _awaited(port, lambda now: now["sala_watchers"] == 3)
        fleet.stop("ingest-2")
        assert {name for name in _figures(port) if name.startswith("sala_ingest_worker")} == {_WORKER % 1}
        again = eventually(lambda: _if_let_in(people.ask(keys["chonburi"], "/kiosks/?seen=")))
        again.until("piece")


def _if_let_in(stream: Stream) -> Stream | None:
    return stream if stream.status == 200 else None
