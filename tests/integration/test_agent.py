"""The agent as the process it is, against a real broker: what arrives late, twice, broken, or while it was away.

The test is the fleet (it writes what ingest and conduct would write) and the front desk (it holds the other end of
the news).
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from fleet.protocol.enrolment import Grant
from fleet.protocol.messages import (
    Ack,
    CommandKind,
    Desired,
    FleetSession,
    Message,
    PaymentConfirmed,
    RecordBatch,
    Reply,
    Reported,
    Session,
    SettingsLayer,
    decode,
    encode,
)
from fleet.protocol.records import CommandEnded, Restarted, SettingsApplied, decode_record
from fleet.protocol.topics import FLEET_SESSION, Channel, kiosk_topic, parse_kiosk_topic
from fleet.trust.authority import Authority
from kiosk import news, settings_store
from kiosk.config import GRANT_FILE
from kiosk.spool import Spool
from tests.support.bad_line import BadLine
from tests.support.bare_kiosk import spool_of
from tests.support.broker import PATIENCE_S, Client, Fleet, eventually
from tests.support.desk_rig import office_records
from tests.support.office_server import OfficeServer, ok, records_answer
from tests.support.require import require
from tests.support.sample_visit import DOCUMENT
from tests.support.signed import believe

KIOSK_ID = "CBI-02"
BURST = 60
BURST_S = 20.0
"""A third of what it takes when each message waits for the turn after the one before it."""

M = TypeVar("M", bound=Message)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    require("mosquitto")
    with Fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        fleet.start("mosquitto")
        yield fleet


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
            return tuple(db.execute("SELECT office_id, revision FROM state").fetchone())  # type: ignore[return-value]
        except sqlite3.OperationalError:  # it is being made just now
            return ("", 0)
        finally:
            db.close()


@contextmanager
def _site(fleet: Fleet, folder: Path) -> Iterator[Site]:
    certificates = fleet.folder / "certificates"
    with OfficeServer(certificates / "clients.pem", certificates / "broker.pem", certificates / "broker.key") as office:
        site = Site(fleet, office, folder)
        try:
            yield site
        finally:
            site.close()


@pytest.fixture
def site(fleet: Fleet, tmp_path: Path) -> Iterator[Site]:
    with _site(fleet, tmp_path) as site:
        yield site


def payment(number: int) -> PaymentConfirmed:
    return PaymentConfirmed(
        ref1=f"REFERENCE{number}", ref2=f"R{number}", amount_satang=330_000, confirmed_at=datetime.now(UTC)
    )


# ---- who we are


def test_without_an_identity_it_says_one_sentence_and_ends(site: Site) -> None:
    site.start(certificate_file="nowhere.pem")
    assert site.wait() == 2
    said = site.log.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith("kiosk: cannot read ")
    assert "enrol it" in said[0]


def test_an_identity_that_is_none_says_so_and_ends(site: Site, tmp_path: Path) -> None:
    (tmp_path / "kiosk.key").write_text("no key")
    site.start(key_file="kiosk.key")
    assert site.wait() == 2
    assert "no identity" in site.log
    assert site.log.count("\n") == 1


def test_a_broker_we_do_not_trust_is_tried_again_and_said_once(site: Site, tmp_path: Path) -> None:
    Authority(tmp_path / "other")
    with BadLine(("127.0.0.1", int(site.fleet.ports["broker"]))) as line:
        site.start(ca_file="other/ca.pem", broker_port=line.port)
        eventually(lambda: len(line.attempts) >= 3)
        assert site.end() == 0
    assert site.log.count("not trusted") == 1


def test_a_broker_that_does_not_trust_us_is_tried_again(site: Site, tmp_path: Path) -> None:
    Authority(tmp_path / "other").issue_client(KIOSK_ID).write(tmp_path / "other", "kiosk")
    site.start(certificate_file="other/kiosk.pem", key_file="other/kiosk.key")
    eventually(lambda: "no link" in site.log or "link lost" in site.log)
    assert site.end() == 0


# ---- settings


def test_settings_reach_the_desk_while_the_office_is_being_fetched(site: Site) -> None:
    """The fleet's interface never answers: that holds the link up for a while only (kiosk/office/decisions/0001)."""
    site.office.answer = lambda _head: site.office.leaving.wait(10 * PATIENCE_S) and ()  # type: ignore[assignment]
    site.start()
    eventually(lambda: site.office.requests)
    site.online()
    for revision in (1, 2, 3):
        site.desire(revision)
        site.tells(news.SettingsStored, revision)
    loaded = settings_store.load(site.folder / "data")
    assert loaded is not None
    assert loaded[0].settings_revision == 3


def test_settings_it_cannot_live_with_are_reported_and_the_last_good_kept(site: Site) -> None:
    site.start()
    site.desire(1)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1 and not r.problems)
    site.desire(2, {**DOCUMENT, "payee": {"biller_id": "12345"}})
    refused = site.hears(Channel.REPORTED, Reported, lambda r: bool(r.problems))
    assert refused.settings_revision == 1
    assert refused.problems[0].startswith("revision 2: ")
    site.desire(3, {**DOCUMENT, "colour": "red", "services": ["pay-fee", "fly"]})
    used = site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 3)
    assert used.problems == ("unknown field: colour", "unknown service: fly")
    assert [each.revision for each in site.tells(news.SettingsStored, 2)] == [1, 3]


def test_settings_refused_before_are_no_news_when_they_are_offered_again(site: Site) -> None:
    """The fleet offers what it wants at every reconnection; a flapping line must not fill the spool."""
    site.start()
    site.desire(1)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1)
    for _ in range(3):
        site.desire(2, {**DOCUMENT, "payee": {"biller_id": "12345"}})
    site.desire(3)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 3)
    assert site.end() == 0
    with closing(Spool(site.folder / "data" / "spool.sqlite")) as spool:
        batch = spool.batch(0)
    assert batch is not None
    records = [decode_record(each.record) for each in batch.records]
    assert [each.revision for each in records if isinstance(each, SettingsApplied)] == [1, 2, 3]


def test_settings_that_wait_for_the_first_word_of_who_signs_are_not_on_record_as_refused(site: Site) -> None:
    """As in the first seconds of every kiosk that is let in."""
    grant = Grant(
        kiosk_id=KIOSK_ID, certificate="", ca="", broker_host="h", broker_port=1, fleet_api="https://f",
        trust_root="{}", dopa_code=20,
    )  # fmt: skip
    (site.identity / GRANT_FILE).write_bytes(msgspec.json.encode(grant))
    site.start()
    site.desire(2)
    said = site.hears(Channel.REPORTED, Reported, lambda r: bool(r.problems))
    assert said.problems[0] == "revision 2: nothing verified yet"
    assert site.end() == 0
    with closing(Spool(site.folder / "data" / "spool.sqlite")) as spool:
        batch = spool.batch(0)
    assert batch is not None
    assert [type(decode_record(each.record)) for each in batch.records] == [Restarted]


def test_settings_the_desk_has_given_up_are_reported_and_not_taken_again(site: Site) -> None:
    data = site.folder / "data"
    site.start()
    site.desire(1)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1)
    settings_store.prove(data)
    site.desire(2)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 2)
    for _ in range(settings_store.DEATHS_MAX):
        settings_store.begin_life(data, after_death=True)
    site.desk.send(news.DeskStatus(devices={}, paper="full", in_visit=False))
    said = site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1 and bool(r.problems))
    assert said.problems == (settings_store.GIVEN_UP.format(revision=2),)
    site.heard.clear()
    site.desire(2)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 1 and r.problems == said.problems)
    site.desire(3)
    site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 3 and not r.problems)


def test_what_it_does_not_understand_is_reported_after_a_restart_too(site: Site) -> None:
    site.start()
    site.desire(1, {**DOCUMENT, "colour": "red"})
    site.hears(Channel.REPORTED, Reported, lambda r: r.problems == ("unknown field: colour",))
    assert site.end() == 0
    site.forget()
    site.start()
    site.hears(Channel.REPORTED, Reported, lambda r: r.problems == ("unknown field: colour",))


def test_a_retained_message_that_was_cleared_says_nothing(site: Site) -> None:
    site.start()
    site.desire(1)
    site.tells(news.SettingsStored)
    site.say(Channel.DESIRED, b"", retain=True)
    site.desire(2)
    report = site.hears(Channel.REPORTED, Reported, lambda r: r.settings_revision == 2)
    assert report.problems == ()
    assert b"truncated" not in b"".join(payload for _, payload in site.heard)


@pytest.mark.parametrize("payload", [b"{", b"[]", b'{"settings_revision": "x"}', b"[" * 50_000, b"\xff\xfe"])
def test_a_desired_state_that_is_no_message_is_reported_and_survived(site: Site, payload: bytes) -> None:
    site.start()
    site.online()
    site.say(Channel.DESIRED, payload, retain=True)
    assert site.hears(Channel.REPORTED, Reported, lambda r: bool(r.problems)).problems[0].startswith("Desired")
    site.desire(1)
    site.tells(news.SettingsStored)


# ---- payments


def test_payments_confirmed_while_it_was_away_arrive_once_it_is_back(site: Site) -> None:
    site.office.answer = lambda _head: [records_answer(office_records(revision=1, notices=3))]
    site.start()
    eventually(lambda: (site.folder / "data" / "office.sqlite").exists() and site.office_here() == ("CBI", 1))
    site.online()
    assert site.end(signal.SIGKILL) == -signal.SIGKILL
    site.forget()
    for number in (1, 2, 2):  # the fleet may say it twice
        site.say(Channel.PAYMENT, payment(number))
    site.start()
    arrived = site.tells(news.PaymentArrived, 3)
    assert [each.payment.ref1 for each in arrived] == ["REFERENCE1", "REFERENCE2", "REFERENCE2"]
    assert site.paid() == ["REFERENCE1", "REFERENCE2"]
    assert site.end() == 0
    site.start()
    site.say(Channel.PAYMENT, payment(3))
    arrived = site.tells(news.PaymentArrived, 4)
    assert [each.payment.ref1 for each in arrived][3:] == ["REFERENCE3"], "what was acknowledged came again"


def test_a_payment_survives_a_broker_that_restarts(site: Site) -> None:
    site.office.answer = lambda _head: [records_answer(office_records(revision=1, notices=1))]
    site.start()
    site.online()
    eventually(lambda: site.office_here() == ("CBI", 1))
    site.end(signal.SIGKILL)
    site.forget()
    site.say(Channel.PAYMENT, payment(1))
    site.restart_broker()
    site.start()
    assert site.tells(news.PaymentArrived)[0].payment.ref1 == "REFERENCE1"


def test_a_burst_arrives_at_once(site: Site) -> None:
    """Several messages may come in one TLS record, of which ``select`` shows only the first."""
    site.start()
    site.online()
    began_s = time.monotonic()
    for number in range(BURST):
        site.client.publish(kiosk_topic(KIOSK_ID, Channel.PAYMENT), encode(payment(number)))
    arrived = site.tells(news.PaymentArrived, BURST)
    assert [each.payment.ref1 for each in arrived] == [f"REFERENCE{number}" for number in range(BURST)]
    assert time.monotonic() - began_s < BURST_S


# ---- the office


def test_a_kiosk_that_was_moved_fetches_the_other_office(site: Site) -> None:
    site.office.answer = lambda _head: [records_answer(office_records(revision=900, office_id="RYG"))]
    site.desire(1, office_id="RYG", office_revision=900)
    site.start()
    eventually(lambda: (site.folder / "data" / "office.sqlite").exists() and site.office_here() == ("RYG", 900))
    site.office.answer = lambda _head: [records_answer(office_records(revision=3, office_id="CBI"))]
    site.desire(2, office_id="CBI", office_revision=3)
    eventually(lambda: site.office_here() == ("CBI", 3))
    site.office.answer = lambda _head: [records_answer(office_records(revision=3, office_id="NPT"))]
    site.desire(3, office_id="NPT", office_revision=3)
    eventually(lambda: site.office_here() == ("NPT", 3))
    assert not any("cursor=cbi.3" in head for head in site.office.requests), "the other office's records are gone first"


def test_a_kiosk_that_the_fleet_does_not_know_any_more_forgets_the_office(site: Site) -> None:
    site.office.answer = lambda _head: [records_answer(office_records(revision=1))]
    site.start()
    eventually(lambda: (site.folder / "data" / "office.sqlite").exists() and site.office_here() == ("CBI", 1))
    site.office.answer = lambda _head: [ok(b"no", "HTTP/1.1 403 Forbidden")]
    site.desire(1, office_id="CBI", office_revision=2)
    eventually(lambda: site.office_here() == ("", 0))
    site.hears(Channel.REPORTED, Reported, lambda r: r.office_revision == 0)


# ---- records, sessions, commands


def test_records_go_again_until_they_are_committed(site: Site) -> None:
    site.start()
    batch = site.hears(Channel.RECORDS, RecordBatch)
    assert [each.no for each in batch.records][:1] == [1]
    assert isinstance(decode_record(batch.records[0].record), Restarted)
    site.end(signal.SIGKILL)
    site.forget()
    site.start()
    again = site.hears(Channel.RECORDS, RecordBatch)
    assert [each.no for each in again.records] == [1, 2]
    assert again.spool_id == batch.spool_id
    site.say(Channel.ACK, Ack(spool_id="another", committed_through=2))
    site.say(Channel.ACK, b"nonsense")
    site.say(Channel.ACK, Ack(spool_id=batch.spool_id, committed_through=2))
    eventually(lambda: spool_of(site.folder / "data").depth == 0)
    site.end()
    site.forget()
    site.start()
    assert [each.no for each in site.hears(Channel.RECORDS, RecordBatch).records] == [3]


def test_every_session_has_a_larger_number(site: Site) -> None:
    numbers = []
    for _ in range(3):
        site.start()
        born = site.hears(Channel.SESSION, Session, lambda s: s.alive)
        numbers.append(born.session_no)
        site.end()
        dead = site.hears(Channel.SESSION, Session, lambda s: not s.alive)
        assert dead.session_no == born.session_no
        site.forget()
    assert numbers == sorted(set(numbers))


def test_a_killed_agent_is_declared_dead_by_the_broker(site: Site) -> None:
    site.start()
    born = site.hears(Channel.SESSION, Session, lambda s: s.alive)
    site.end(signal.SIGKILL)
    dead = site.hears(Channel.SESSION, Session, lambda s: not s.alive)
    assert dead.session_no == born.session_no


def test_a_fleet_that_leaves_is_offline_and_back_is_online(site: Site) -> None:
    site.start()
    site.online()
    site.say_fleet(alive=False)
    eventually(lambda: site.tells(news.LinkState, 2)[-1].online is False)
    site.say_fleet(alive=True)
    site.online()


@pytest.mark.parametrize(
    ("kind", "age_s", "done", "detail"),
    [("refresh", 0, True, ""), ("identify", 120, False, "expired"), ("dance", 0, False, "not known")],
)
def test_commands_are_answered(site: Site, kind: str, age_s: int, done: bool, detail: str) -> None:
    site.start()
    site.online()
    expires_at = (datetime.now(UTC) + timedelta(seconds=60 - age_s)).isoformat()
    site.say(Channel.COMMAND, f'{{"command_id": "c-1", "kind": "{kind}", "expires_at": "{expires_at}"}}'.encode())
    reply = site.hears(Channel.REPLY, Reply)
    assert (reply.command_id, reply.done) == ("c-1", done)
    assert reply.detail.startswith(detail)


IDENTIFY = b'{"command_id": "c-2", "kind": "identify", "expires_at": "2099-01-01T00:00:00Z"}'


def test_what_the_desk_does_is_told_to_it_once_and_answered_by_its_word(site: Site) -> None:
    site.start()
    site.online()
    first = site.hears(Channel.RECORDS, RecordBatch)
    site.say(Channel.ACK, Ack(spool_id=first.spool_id, committed_through=first.records[-1].no))
    site.say(Channel.COMMAND, IDENTIFY)
    site.say(Channel.COMMAND, IDENTIFY)
    (errand,) = site.tells(news.Errand)
    assert (errand.command_id, errand.kind) == ("c-2", CommandKind.IDENTIFY)
    site.desk.send(news.ErrandDone("c-2", done=True))
    assert site.hears(Channel.REPLY, Reply).done
    ended = eventually(lambda: [each for each in site.records() if isinstance(each, CommandEnded)])
    assert [(each.command_id, each.done) for each in ended] == [("c-2", True)]


def test_a_command_that_a_kill_cut_short_is_answered_by_the_next_agent(site: Site) -> None:
    site.start()
    site.online()
    site.say(Channel.COMMAND, IDENTIFY)
    site.tells(news.Errand)
    site.end(signal.SIGKILL)
    site.start()
    ended = eventually(lambda: [each for each in site.records() if isinstance(each, CommandEnded)])
    assert [(each.done, each.detail) for each in ended] == [(False, "interrupted by a restart")]


# ---- files


def test_a_spool_the_desk_has_put_aside_makes_it_start_again_on_the_new_one(site: Site) -> None:
    site.start()
    site.online()
    spool = site.folder / "data" / "spool.sqlite"
    spool.rename(spool.with_name("spool.sqlite.broken"))
    assert site.wait() == 1
    assert "put a broken file aside" in site.log


def test_reconnects_leave_no_descriptor_behind(site: Site) -> None:
    site.start()
    site.online()
    before = len(os.listdir(f"/proc/{site.pid}/fd"))  # noqa: PTH208 - a count
    for _ in range(3):
        site.told.clear()
        site.restart_broker()
        site.tells(news.LinkState, 2)
        site.online()
    # One more may be a fetch under way; a line left behind at each of them would stay.
    eventually(lambda: len(os.listdir(f"/proc/{site.pid}/fd")) <= before + 1)  # noqa: PTH208 - a count
