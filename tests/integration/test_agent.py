"""The agent as the process it is, against a real broker: what arrives late, twice, broken, or while it was away.

The test is the fleet (it writes what ingest and conduct would write) and the front desk (it holds the other end of
the news). Its settings: ``test_agent_settings.py``.
"""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet.protocol.messages import (
    Ack,
    CommandKind,
    PaymentConfirmed,
    RecordBatch,
    Reply,
    Reported,
    Session,
    encode,
)
from fleet.protocol.records import CommandEnded, Restarted, decode_record
from fleet.protocol.topics import Channel, kiosk_topic
from fleet.trust.authority import Authority
from kiosk import news
from tests.support.agent_site import KIOSK_ID, Site
from tests.support.bad_line import BadLine
from tests.support.bare_kiosk import spool_of
from tests.support.broker import eventually
from tests.support.desk_rig import office_records
from tests.support.office_server import ok, records_answer

BURST = 60
BURST_S = 20.0
"""A third of what it takes when each message waits for the turn after the one before it."""


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
