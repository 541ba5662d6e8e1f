"""The office's records here: all or nothing, a payment stays a payment, and a broken file is only a file."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from drivers.card.samples import SOMCHAI, UNKNOWN_OWNER
from fleet.protocol.codes import AmbiguousCode, FactoryCode, NoticeCode, TrackingCode, UnknownCode, classify
from fleet.protocol.office import change_of
from fleet.protocol.thai import IdNumber
from kiosk.office.lookup import look_up_card, look_up_code
from kiosk.office.replica import Replica
from kiosk.screens.samples_reading import CASE
from kiosk.store import StoreError, StoreReplacedError
from kiosk.visits.events import (
    AlreadyPaid,
    CasesFound,
    NotFound,
    NothingOwed,
    NothingUnderWay,
    NoticesFound,
    SlipElsewhere,
)
from kiosk.visits.services import FOLLOW_CASE, PAY_FEE
from tests.support.desk_rig import office_records

PAYING = (PAY_FEE,)

PAID_AT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""In Bangkok it is the 25th already."""


def replica(folder: Path) -> Replica:
    return Replica(folder / "office.sqlite")


def test_a_new_one_is_empty_and_knows_nobody(tmp_path: Path) -> None:
    fresh = replica(tmp_path)
    assert (fresh.office_id, fresh.revision) == ("", 0)
    assert look_up_card(fresh, IdNumber(SOMCHAI.id_number), PAYING) == NotFound()


def test_a_card_finds_what_its_owner_owes_and_a_stranger_nothing(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records(notices=2))
    found = look_up_card(held, IdNumber(SOMCHAI.id_number), PAYING)
    assert isinstance(found, NoticesFound)
    assert [owed.notice.notice_no for owed in found.owed] == ["N001", "N002"]
    assert look_up_card(held, IdNumber(UNKNOWN_OWNER.id_number), PAYING) == NotFound()


def test_a_factory_that_has_paid_owes_nothing(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records())
    held.mark_paid("REFERENCE1", PAID_AT)
    code = classify("20200012325553")
    assert isinstance(code, FactoryCode)
    assert look_up_code(held, code, PAYING) == NothingOwed()


def test_saying_twice_that_it_is_paid_changes_nothing(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records())
    held.mark_paid("REFERENCE1", PAID_AT)
    held.mark_paid("REFERENCE1", datetime(2027, 1, 1, tzinfo=UTC))
    held.mark_paid("nobody's", PAID_AT)
    owed = held.notice_with("REFERENCE1")
    assert owed is not None
    assert owed.notice.paid_at == PAID_AT


def test_records_drawn_up_before_the_payment_do_not_take_it_back(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records(revision=1))
    held.mark_paid("REFERENCE1", PAID_AT)
    held.take(office_records(revision=2))
    owed = held.notice_with("REFERENCE1")
    assert owed is not None
    assert owed.notice.paid_at == PAID_AT


def test_records_drawn_up_after_the_payment_may_say_that_the_money_went_back(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records(revision=1))
    held.mark_paid("REFERENCE1", PAID_AT, known_at=3)
    for revision, paid_at in ((2, PAID_AT), (4, None)):
        held.take(office_records(revision=revision))
        owed = held.notice_with("REFERENCE1")
        assert owed is not None
        assert owed.notice.paid_at == paid_at
    held.mark_paid("REFERENCE1", PAID_AT, known_at=3)
    owed = held.notice_with("REFERENCE1")
    assert owed is not None
    assert owed.notice.paid_at is None, "it was said late, and what is here is newer"


def test_the_day_of_a_payment_is_the_day_in_bangkok(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records(paid_at=PAID_AT))
    assert look_up_card(held, IdNumber(SOMCHAI.id_number), PAYING) == NothingOwed()
    assert look_up_code(held, NoticeCode("REFERENCE1"), PAYING) == AlreadyPaid(date(2026, 11, 25))


def test_a_misread_code_says_so(tmp_path: Path) -> None:
    code = classify("F20000010")
    assert isinstance(code, UnknownCode)
    assert look_up_code(replica(tmp_path), code, PAYING) == NotFound(damaged=code.damaged)


def test_of_two_meanings_neither_is_shown(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records())
    code = classify("20200012325553")
    assert isinstance(code, FactoryCode)
    assert look_up_code(held, AmbiguousCode((code, NoticeCode("REFERENCE1"))), PAYING) == NotFound(damaged=True)


def test_a_factory_nobody_knows_whose_last_digit_disagrees_was_misread(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records())
    assert look_up_code(held, classify("20200012325554"), PAYING) == NotFound(damaged=True)
    assert look_up_code(held, classify("10180000125417"), PAYING) == NotFound()


def test_a_persons_case_is_found_by_its_slip_alone(tmp_path: Path) -> None:
    held, records = replica(tmp_path), office_records()
    theirs = msgspec.structs.replace(CASE, factory_no="")
    held.take(msgspec.structs.replace(records, changes=(*records.changes, change_of(theirs))))
    found = look_up_code(held, TrackingCode(CASE.tracking_token), (FOLLOW_CASE,))
    assert isinstance(found, CasesFound)
    (facts,) = found.cases
    assert (facts.case, facts.factory.name_th, facts.by_slip) == (theirs, "", True)
    assert look_up_card(held, IdNumber(SOMCHAI.id_number), (FOLLOW_CASE,)) == NothingUnderWay()
    assert look_up_code(held, TrackingCode("A" * 16), (FOLLOW_CASE,)) == SlipElsewhere()


def test_moving_to_another_office_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records(revision=900, office_id="RYG", notices=5))
    held.take(office_records(revision=3, office_id="CBI", notices=1))
    assert (held.office_id, held.revision) == ("CBI", 3)
    assert len(held.notices_of("20200012325553")) == 1


def test_an_item_that_cannot_be_read_leaves_what_there_was(tmp_path: Path) -> None:
    held = replica(tmp_path)
    held.take(office_records(revision=1))
    page = office_records(revision=2, notices=2)
    broken = msgspec.structs.replace(page.changes[-1], item=msgspec.Raw(b'{"notice_no": 3}'))
    with pytest.raises(StoreError, match="a notice that cannot be read"):
        held.take(msgspec.structs.replace(page, changes=(*page.changes[:-1], broken)))
    assert held.revision == 1
    assert held.notice_with("REFERENCE1") is not None


def test_what_is_read_while_it_is_replaced_is_whole(tmp_path: Path) -> None:
    """The front desk reads through a connection of its own, and is never kept waiting."""
    path = tmp_path / "office.sqlite"
    reading = Replica(path)
    reading.take(office_records(revision=1, notices=3))
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("DELETE FROM item WHERE kind = 'notice'")
    assert len(reading.notices_of("20200012325553")) == 3
    writing.execute("COMMIT")
    writing.close()
    assert reading.notices_of("20200012325553") == ()


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 300], ids=["header", "whole"])
def test_a_broken_file_is_put_aside_and_whoever_held_it_is_told(tmp_path: Path, damage: bytes) -> None:
    held = replica(tmp_path)
    held.take(office_records(notices=200))
    held.close()
    held = replica(tmp_path)
    path = tmp_path / "office.sqlite"
    content = path.read_bytes()
    path.write_bytes(damage or b"\xff" * 100 + content[100:])
    fresh = replica(tmp_path)
    assert fresh.replaced
    assert fresh.revision == 0
    assert (tmp_path / "office.sqlite.broken").exists()
    assert held.is_replaced
    with pytest.raises(StoreReplacedError):
        held.mark_paid("REFERENCE1", PAID_AT)
