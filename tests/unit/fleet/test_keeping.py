"""What ingest keeps: each record once, in order, whatever a kiosk sends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from fleet.devices.admitting import Place, admit_request
from fleet.devices.models import Kiosk, KioskState, Outgoing, Record
from fleet.ingest.keeping import BROKEN, Keeper, Said
from fleet.payments.models import Intent
from fleet.protocol.messages import Ack, Desired, Reported, Session, Status, decode, encode
from fleet.protocol.records import PaymentOpened, RecordsDropped, Restarted
from fleet.protocol.topics import Channel
from fleet.trust.certificates import Doer
from fleet.trust.models import Deed, Origin
from fleet.trust.signing_request import read_request
from tests.support.fleet_payments import owed, shown
from tests.support.identities import new_key, signing_request

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RESTARTED = Restarted(process="agent", version="0.1.0", reason="", started_at=AT)


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    Outgoing.objects.all().delete()


def batch(*numbers: int, spool_id: str = "s1", record: Any = RESTARTED, kiosk_id: str = "CBI-01") -> Said:
    raw = record if isinstance(record, bytes) else msgspec.json.encode(record)
    records = [{"no": no, "record": msgspec.Raw(raw)} for no in numbers]
    return Said(kiosk_id, Channel.RECORDS, msgspec.json.encode({"spool_id": spool_id, "records": records}))


def session(no: int, *, alive: bool, boot: str = "boot-1") -> Said:
    said = Session(session_no=no, boot_id=boot, alive=alive, at=AT, version="0.1.0")
    return Said("CBI-01", Channel.SESSION, encode(said))


def keep(*said: Said, keeper: Keeper | None = None) -> dict[str, Ack]:
    return (keeper or Keeper()).keep(said)


def kept(spool_id: str = "s1") -> list[int]:
    return list(Record.objects.filter(kiosk_id="CBI-01", spool_id=spool_id).order_by("id").values_list("no", flat=True))


def state() -> KioskState:
    return KioskState.objects.get(pk="CBI-01")


# ---- records


def test_records_are_kept_in_order_and_acknowledged() -> None:
    assert keep(batch(1, 2, 3)) == {"CBI-01": Ack(spool_id="s1", committed_through=3)}
    assert kept() == [1, 2, 3]


def test_what_comes_again_is_acknowledged_again_and_kept_once() -> None:
    keep(batch(1, 2, 3))
    assert keep(batch(2, 3, 4), batch(1))["CBI-01"].committed_through == 4
    assert kept() == [1, 2, 3, 4]


def test_a_gap_is_answered_with_what_there_is() -> None:
    keep(batch(1))
    assert keep(batch(3, 4))["CBI-01"].committed_through == 1
    assert kept() == [1]


def dropped(no: int, count: int) -> Said:
    return batch(no, record=RecordsDropped(count=count, first_at=AT, last_at=AT))


def test_what_the_kiosk_says_it_has_forgotten_is_no_gap_and_is_counted_once() -> None:
    keep(batch(1, 2))
    assert keep(dropped(9, count=6)) == {"CBI-01": Ack(spool_id="s1", committed_through=2)}, "3 is not spoken of"
    assert keep(dropped(9, count=7)) == {"CBI-01": Ack(spool_id="s1", committed_through=9)}
    assert keep(dropped(9, count=7)) == {"CBI-01": Ack(spool_id="s1", committed_through=9)}
    assert keep(dropped(11, count=9), batch(12)) == {"CBI-01": Ack(spool_id="s1", committed_through=12)}
    assert kept() == [1, 2, 9, 11, 12]
    told = Record.objects.filter(spool_id="s1", kind="records-dropped").order_by("no")
    assert [each.body["count"] for each in told] == [7, 2]


def test_a_wiped_spool_begins_anew_and_an_old_one_is_not_forgotten() -> None:
    keep(batch(1, 2))
    assert keep(batch(1, spool_id="s2")) == {"CBI-01": Ack(spool_id="s2", committed_through=1)}
    assert keep(batch(2, 3, spool_id="s1")) == {"CBI-01": Ack(spool_id="s1", committed_through=3)}
    assert (kept("s1"), kept("s2")) == ([1, 2, 3], [1])


def test_spools_that_alternate_within_one_batch() -> None:
    keep(batch(1), batch(1, spool_id="s2"), batch(1, 2), batch(2, spool_id="s2"))
    assert (kept("s1"), kept("s2")) == ([1, 2], [1, 2])


def test_a_kind_of_tomorrow_is_kept_as_it_came() -> None:
    assert keep(batch(1, record={"kind": "card-dispensed", "slot": 4}))["CBI-01"].committed_through == 1
    assert Record.objects.get().body == {"kind": "card-dispensed", "slot": 4}


@pytest.mark.parametrize("raw", [b'{"kind": "restarted"}', b"[1]", b'"x"', b'{"kind": "a", "b": "\\u0000"}', b"null"])
def test_a_broken_record_holds_its_place_and_nothing_else(raw: bytes) -> None:
    assert keep(batch(1, record=raw), batch(2))["CBI-01"].committed_through == 2
    assert list(Record.objects.order_by("no").values_list("kind", flat=True)) == [BROKEN, "restarted"]


def test_a_payment_that_was_opened_can_be_asked_for_by_its_token() -> None:
    notice = owed()
    keep(batch(1, record=opened(notice_no=notice.notice_no)), batch(1, record=opened(notice_no=notice.notice_no)))
    assert Intent.objects.get(tracking_token="A" * 22).notice == notice


def opened(**other: Any) -> PaymentOpened:
    fields = {
        "transaction_no": "CBI01-1", "tracking_token": "A" * 22, "notice_no": "none", "biller_id": "112345678901234",
        "ref1": "N1", "ref2": "R2", "amount_satang": 300_000, "opened_at": AT,
    }  # fmt: skip
    return PaymentOpened(**{**fields, **other})


POISON: dict[str, Callable[[], dict[str, Any]]] = {
    "a token that is taken": lambda: {"tracking_token": shown(owed(), 7).tracking_token},
    "an amount beyond every column": lambda: {"amount_satang": 2**63},
    "a notice that is not on record": lambda: {"notice_no": "CBI-00-99999"},
}


@pytest.mark.parametrize("name", sorted(POISON))
def test_a_payment_that_cannot_be_kept_stops_nothing(name: str) -> None:
    said = batch(1, record=opened(**{"notice_no": owed().notice_no, **POISON[name]()}))
    assert keep(said, batch(2))["CBI-01"].committed_through == 2
    assert not Intent.objects.filter(transaction_no="CBI01-1").exists()
    assert kept() == [1, 2]


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_kiosk_without_a_clock_is_given_ours(year: int) -> None:
    keep(batch(1, record=opened(notice_no=owed().notice_no, opened_at=datetime(year, 12, 31, 23, tzinfo=UTC))))
    assert abs(Intent.objects.get().opened_at - timezone.now()) < timedelta(minutes=1)


def test_a_time_without_its_offset_is_none_and_stops_nothing() -> None:
    now = timezone.now().astimezone(UTC)
    keep(batch(1, record=opened(notice_no=owed().notice_no, opened_at=now.replace(tzinfo=None))))
    keep(batch(2, record=opened(notice_no=owed().notice_no, opened_at=now)))
    assert Intent.objects.get().opened_at == now


# ---- sessions, status, reported


def test_a_birth_and_its_own_death() -> None:
    keep(session(4, alive=True))
    assert (state().alive, state().session_no, state().version) == (True, 4, "0.1.0")
    keep(session(4, alive=False))
    assert not state().alive


def test_a_late_death_of_an_older_session_says_nothing() -> None:
    keep(session(4, alive=True), session(5, alive=True), session(4, alive=False))
    assert (state().alive, state().session_no) == (True, 5)


def test_an_older_birth_does_not_take_a_newer_ones_place() -> None:
    keep(session(5, alive=True), session(4, alive=True))
    assert state().session_no == 5


def test_a_kiosk_that_lost_its_count_is_born_all_the_same() -> None:
    keep(session(5, alive=True), session(1, alive=True, boot="boot-2"))
    assert (state().alive, state().session_no) == (True, 1)


def test_every_birth_is_told_what_should_run_once() -> None:
    keep(session(4, alive=True))
    (told,) = Outgoing.objects.all()
    assert (told.topic, told.retain) == ("sala/v1/kiosk/CBI-01/desired", True)
    assert decode(bytes(told.payload), Desired).settings_revision > 0
    keep(session(4, alive=True))
    assert Outgoing.objects.count() == 1, "a retained birth that is read again is no birth"


def test_status_and_report_are_kept_as_they_came() -> None:
    status = Status(session_no=0, at=AT, devices={}, spool_depth=3)
    keep(
        Said("CBI-01", Channel.STATUS, encode(status)),
        Said("CBI-01", Channel.REPORTED, encode(Reported(settings_revision=9, problems=("x",)))),
    )
    assert msgspec.convert(state().status, Status) == status
    assert state().reported["settings_revision"] == 9


def test_a_change_is_measured_and_a_kiosks_first_settings_are_not() -> None:
    def report(revision: int) -> None:
        keep(Said("CBI-01", Channel.REPORTED, encode(Reported(settings_revision=revision))))

    for revision in (0, 7):  # as one says that was just let in: it waits to hear who signs, and then has them
        report(revision)
        assert state().converged_at is None
    report(8)
    measured = state().converged_at
    assert measured is not None
    report(8)
    assert state().converged_at == measured, "it says them again"
    report(0)
    report(8)
    assert state().converged_at is None, "its disk was wiped"


def test_a_status_of_an_older_session_comes_late() -> None:
    new, old = (Status(session_no=no, at=AT, devices={}, spool_depth=no) for no in (5, 4))
    keep(session(5, alive=True), Said("CBI-01", Channel.STATUS, encode(new)))
    keep(Said("CBI-01", Channel.STATUS, encode(old)))
    assert msgspec.convert(state().status, Status) == new


def said_status(session_no: int, no: int) -> Said:
    return Said("CBI-01", Channel.STATUS, encode(Status(session_no=session_no, no=no, at=AT, devices={})))


def latest() -> tuple[int, int]:
    """Session and number of the status that is kept."""
    status = msgspec.convert(state().status, Status)
    return status.session_no, status.no


@pytest.mark.parametrize("in_one", [False, True])
def test_a_status_that_overtakes_its_birth_is_kept_and_nothing_older_puts_it_back(*, in_one: bool) -> None:
    keep(session(5, alive=True), said_status(5, 3))
    late = [said_status(6, 2), said_status(5, 4), said_status(6, 1)]
    keep(*late) if in_one else [keep(each) for each in late]
    assert latest() == (6, 2), "another worker has the birth; this one need not wait a heartbeat"
    keep(session(5, alive=False), session(6, alive=True))
    keep(said_status(6, 1))
    keep(said_status(5, 5))
    assert latest() == (6, 2), "the birth begins no new count"
    keep(said_status(6, 3))
    assert latest() == (6, 3)


def test_after_a_birth_with_a_lower_number_statuses_count_from_there() -> None:
    keep(session(900, alive=True), said_status(900, 7))
    keep(session(1, alive=True, boot="boot-2"))
    keep(said_status(900, 8))
    assert latest() == (900, 7), "what is said after the birth of another session comes late"
    keep(said_status(1, 1))
    assert latest() == (1, 1)


def test_of_a_kiosk_that_is_gone_any_session_may_be_the_next() -> None:
    keep(session(900, alive=True), said_status(900, 7), session(900, alive=False))
    keep(said_status(900, 7))
    keep(said_status(1, 1))
    assert latest() == (1, 1)
    keep(session(1, alive=True, boot="boot-2"), said_status(1, 1))
    keep(said_status(1, 2))
    assert latest() == (1, 2)


# ---- what nobody should send


GARBAGE = {
    "no JSON": (Channel.STATUS, b"\xff\xfe"),
    "another shape": (Channel.STATUS, b"[]"),
    "nothing": (Channel.SESSION, b""),
    "a count beyond every column": (Channel.SESSION, encode(Session(session_no=2**63, boot_id="", alive=True, at=AT))),
    "a count below nothing": (Channel.SESSION, encode(Session(session_no=-1, boot_id="", alive=True, at=AT))),
    "an endless nest": (Channel.RECORDS, b'{"spool_id":"s","records":[{"no":1,"record":' + b"[" * 60_000),
    "too long": (Channel.STATUS, b" " * 300_000),
    "a spool without a name": (Channel.RECORDS, b'{"spool_id": "", "records": []}'),
    "a channel that is not theirs": (Channel.DESIRED, b"{}"),
}


@pytest.mark.parametrize("name", sorted(GARBAGE))
def test_garbage_is_counted_and_stops_nobody(name: str, caplog: pytest.LogCaptureFixture) -> None:
    channel, payload = GARBAGE[name]
    keeper = Keeper()
    acks = keep(batch(1), Said("CBI-02", channel, payload), batch(1, kiosk_id="KKN-01"), keeper=keeper)
    assert set(acks) == {"CBI-01", "KKN-01"}
    assert keeper.refused == 1
    assert f"CBI-02 on {channel.value}" in caplog.text


def test_a_kiosk_nobody_made_is_refused() -> None:
    keeper = Keeper()
    assert keep(batch(1, kiosk_id="XXX-99"), keeper=keeper) == {}
    assert keeper.refused == 1


def test_what_the_database_refuses_is_found_and_the_rest_kept() -> None:
    """A state that was put back by hand makes the next record one that is there already."""
    keep(batch(1))
    KioskState.objects.filter(pk="CBI-01").update(committed_through=0)
    keeper = Keeper()
    acks = keep(batch(1, kiosk_id="CBI-02"), batch(1), batch(1, kiosk_id="KKN-01"), keeper=keeper)
    assert set(acks) == {"CBI-02", "KKN-01"}
    assert keeper.refused == 1
    assert Record.objects.count() == 3


def test_what_was_refused_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = Said("CBI-01", Channel.STATUS, b'{"devices": "1-9999-00000-01-3"}')
    keep(said, batch(1, record=b'{"kind": "restarted", "x": "1999900000013"}'))
    assert "99990000" not in caplog.text.replace("-", "")
    assert "CBI-01" in caplog.text


# ---- one identity, two machines


def test_two_machines_under_one_identity_are_an_alarm_that_only_a_new_identity_ends() -> None:
    flapping = [session(no, alive=True, boot=boot) for no, boot in ((5, "a"), (5, "b"), (6, "a"), (6, "b"))]
    keep(*flapping[:3])
    assert state().used_twice_at is None, "once may be the broker's order"
    keep(flapping[3])
    assert state().used_twice_at is not None
    keep(session(7, alive=True, boot="b"), session(8, alive=True, boot="c"))
    assert state().used_twice_at is not None, "a thief who goes on alone is no good news"
    assert Deed.objects.filter(kiosk_id="CBI-01", what="used-twice").count() == 1
    office = Kiosk.objects.get(pk="CBI-01").office
    admit_request(read_request(signing_request(new_key())), Place(office, "CBI-01"), Doer(), Origin.REQUEST)
    assert (state().used_twice_at, state().boots) == (None, [])
