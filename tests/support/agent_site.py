"""An agent as the process it is, for tests that are the fleet (they write what ingest and conduct would write) and the
front desk (they hold the other end of the news)."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from fleet.protocol.messages import (
    Desired,
    FleetSession,
    Message,
    RecordBatch,
    Session,
    SettingsLayer,
    decode,
    encode,
)
from fleet.protocol.records import decode_record
from fleet.protocol.topics import FLEET_SESSION, Channel, kiosk_topic, parse_kiosk_topic
from kiosk import news
from kiosk.config import GRANT_FILE
from kiosk.spool import Spool
from tests.support.broker import PATIENCE_S, Client, Fleet, eventually
from tests.support.office_server import OfficeServer
from tests.support.sample_visit import DOCUMENT
from tests.support.signed import believe

KIOSK_ID = "CBI-02"

M = TypeVar("M", bound=Message)


class Site:
    """A fleet's word, a front desk's ear, and an agent in between."""

    def __init__(self, fleet: Fleet, office: OfficeServer, folder: Path) -> None:
        self.fleet, self.office, self.folder = fleet, office, folder
        self.identity = fleet.enrol(KIOSK_ID)
        (self.identity / GRANT_FILE).unlink(
            missing_ok=True
        )  # it would name a root, and nobody here serves what it signs
        self.desk = news.NewsSocket(folder / "run", news.FRONTDESK, news.AGENT)
        self.client: Client = fleet.service("fleet-conduct")
        self.client.subscribe("sala/v1/#")
        self.heard: list[tuple[str, bytes]] = []
        self.told: list[news.News] = []
        self._process: subprocess.Popen[bytes] | None = None
        believe(folder / "data", DOCUMENT)
        self.say_fleet(alive=True)

    # ---- the agent

    def restart_broker(self) -> None:
        births = self.client.births
        self.fleet.stop("mosquitto")
        self.fleet.start("mosquitto")
        eventually(lambda: self.client.births > births)

    def start(self, **changes: str | int) -> None:
        link = {
            "broker_host": "127.0.0.1",
            "broker_port": self.fleet.ports["broker"],
            "fleet_api": self.office.address,
            "ca_file": str(self.identity / "ca.pem"),
            "certificate_file": str(self.identity / "kiosk.pem"),
            "key_file": str(self.identity / "kiosk.key"),
        } | changes
        lines = [f'kiosk_id = "{KIOSK_ID}"', 'data_dir = "data"', 'run_dir = "run"', "[devices]"]
        lines += [f'{name} = "fake:"' for name in ("card", "scanner", "printer", "panel", "display")]
        lines += ["[link]", *(f"{key} = {msgspec.json.encode(value).decode()}" for key, value in link.items())]
        config = self.folder / "machine.toml"
        config.write_text("\n".join(lines), "utf-8")
        with (self.folder / "agent.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "agent", "--config", str(config)], stdout=log, stderr=log
            )

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the agent; its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        assert self._process is not None
        code = self._process.wait(PATIENCE_S)
        self._process = None
        return code

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return (self.folder / "agent.log").read_text("utf-8")

    def close(self) -> None:
        if self._process is not None:
            self.end()
        self.desk.close()
        for channel in (Channel.DESIRED, Channel.SESSION, Channel.STATUS, Channel.REPORTED):
            self.client.publish(kiosk_topic(KIOSK_ID, channel), b"", retain=True)
        self.fleet.kiosk(KIOSK_ID)  # a clean start: the broker forgets what it has kept for the agent
        self.fleet.leave()
        assert "Traceback" not in self.log, self.log

    def forget(self) -> None:
        """What was heard of the agent that has just ended, to its last word, which is its will or its farewell."""
        last = self.hears(Channel.SESSION, Session, lambda s: s.alive and s.session_no == self._last_no())
        self.hears(Channel.SESSION, Session, lambda s: not s.alive and s.session_no == last.session_no)
        self.heard.clear()

    def _last_no(self) -> int:
        with closing(Spool(self.folder / "data" / "spool.sqlite")) as spool:
            return spool.session_no

    # ---- the fleet's word

    def say_fleet(self, *, alive: bool) -> None:
        self.client.publish(FLEET_SESSION, encode(FleetSession(alive=alive, at=datetime.now(UTC))), retain=True)

    def say(self, channel: Channel, message: Message | bytes, *, retain: bool = False) -> None:
        payload = message if isinstance(message, bytes) else encode(message)
        self.client.publish(kiosk_topic(KIOSK_ID, channel), payload, retain=retain)

    def desire(self, revision: int, document: dict[str, Any] = DOCUMENT, **changes: Any) -> None:
        layer = SettingsLayer(layer="national", revision=revision, document=document)
        self.say(Channel.DESIRED, Desired(settings_revision=revision, layers=(layer,), **changes), retain=True)

    # ---- what is heard

    def _listen(self) -> None:
        while not self.client.arrived.empty():
            self.heard.append(self.client.arrived.get())
        while (message := self.desk.receive(0)) is not None:
            self.told.append(message)

    def hears(self, channel: Channel, kind: type[M], fits: Callable[[M], bool] = lambda _m: True) -> M:
        """The first message on ``channel`` that fits."""

        def look() -> M | None:
            self._listen()
            for topic, payload in self.heard:
                whose = parse_kiosk_topic(topic)
                if whose == (KIOSK_ID, channel) and payload and fits(found := decode(payload, kind)):
                    return found
            return None

        return eventually(look)  # type: ignore[no-any-return]  # eventually gives what it was given

    def records(self) -> list[Any]:
        """Every record heard, each number once."""
        self._listen()
        heard = {}
        for topic, payload in self.heard:
            if parse_kiosk_topic(topic) == (KIOSK_ID, Channel.RECORDS):
                heard |= {each.no: decode_record(each.record) for each in decode(payload, RecordBatch).records}
        return [heard[no] for no in sorted(heard)]

    def tells(self, kind: type[Any], how_often: int = 1) -> list[Any]:
        """What the desk was told of one kind, as soon as it was told so often."""

        def look() -> list[Any]:
            self._listen()
            found = [each for each in self.told if isinstance(each, kind)]
            return found if len(found) >= how_often else []

        return eventually(look)  # type: ignore[no-any-return]  # as above

    def online(self) -> None:
        self.tells(news.LinkState)
        eventually(lambda: (self._listen(), [e for e in self.told if isinstance(e, news.LinkState)][-1].online)[1])

    def paid(self) -> list[str]:
        """Paid references in the replica."""
        path = self.folder / "data" / "office.sqlite"
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return [ref for (ref,) in db.execute("SELECT reference FROM paid ORDER BY reference")]
        finally:
            db.close()

    def office_here(self) -> tuple[str, int]:
        db = sqlite3.connect(f"file:{self.folder / 'data' / 'office.sqlite'}?mode=ro", uri=True)
        try:
            row = db.execute("SELECT office_id, revision FROM state").fetchone()
        except sqlite3.OperationalError:  # it is being made just now
            row = None
        finally:
            db.close()
        return ("", 0) if row is None else (row[0], row[1])  # its table is there before the row


@contextmanager
def agent_site(fleet: Fleet, folder: Path) -> Iterator[Site]:
    """One, without an agent yet; afterwards nothing of it is left at the broker."""
    certificates = fleet.folder / "certificates"
    with OfficeServer(certificates / "clients.pem", certificates / "broker.pem", certificates / "broker.key") as office:
        site = Site(fleet, office, folder)
        try:
            yield site
        finally:
            site.close()
