"""Folders: the later deed counts, whatever comes first; every movement stays; a shelf says what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import msgspec
import pytest
from django.db import DatabaseError, transaction

from drivers.card.samples import SOMCHAI
from fleet.devices.models import Outgoing
from fleet.ingest.keeping import Keeper, Said
from fleet.office.changes.pages import page_after
from fleet.office.folders.keeping import Source, keep, move, put, take_stock, tell
from fleet.office.folders.models import Deed, Movement, Officer, Standing, StockTaking
from fleet.office.folders.officers import OfficerError, Refusal, add, remove
from fleet.office.models import Folder, Office
from fleet.protocol import office as wire
from fleet.protocol.messages import NumberedRecord, RecordBatch, encode
from fleet.protocol.records import FolderMoved, KnownRecord, ShelfTaken, encode_record
from fleet.protocol.stock import compare
from fleet.protocol.thai import IdNumber, keyed_hash
from fleet.protocol.topics import Channel
from fleet.site.sample import sample_id
from tests.support.fleet_office import travelling

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
NOW = NOON + timedelta(hours=8)


def folder(number: int = 0) -> Folder:
    return Folder.objects.filter(factory__office_id="CBI").order_by("pk")[number]


def moved(hour: int, deed: str = "out", officer_no: str = "CBI-7") -> FolderMoved:
    return FolderMoved(folder_id=folder().pk, deed=deed, officer_no=officer_no, moved_at=NOON + timedelta(hours=hour))


def movements() -> list[Movement]:
    return list(Movement.objects.filter(folder_id=folder().pk))


def there() -> wire.Folder:
    return next(each for each in travelling("CBI", wire.Folder) if each.folder_id == folder().pk)


@pytest.fixture
def officer() -> Officer:
    return add(Office.objects.get(pk="CBI"), "CBI-7", ("เจ้าหน้าที่ตัวอย่าง", "Sample Officer"), SOMCHAI.id_number)


# ---- movements


def test_a_folder_that_is_out_says_with_whom_and_since_when(officer: Officer) -> None:
    tell("CBI", keep(Source("CBI", NOW, "CBI-02"), moved(0)))
    assert (there().out_to, there().out_to_name, there().out_since) == ("CBI-7", officer.name_th, NOON)
    tell("CBI", keep(Source("CBI", NOW, "CBI-02"), moved(1, "in")))
    assert (there().out_to, there().out_to_name, there().out_since) == ("", "", None)


def test_who_told_of_it_for_another_stays_with_it(officer: Officer) -> None:
    record = FolderMoved(folder_id=folder().pk, deed="out", officer_no="CBI-8", moved_at=NOON, told_by="CBI-7")
    keep(Source("CBI", NOW, "CBI-02"), record)
    officer.name_th = "ชื่อใหม่"
    officer.save()
    (told,) = movements()
    assert (told.officer_no, told.told_by_no, told.told_by_name) == ("CBI-8", "CBI-7", "เจ้าหน้าที่ตัวอย่าง")
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Movement.objects.filter(pk=told.pk).update(told_by_no="CBI-9")


def test_where_nobody_else_told_of_it_nobody_is_named() -> None:
    keep(Source("CBI", NOW, "CBI-02"), moved(0))
    own = FolderMoved(folder_id=folder().pk, deed="in", officer_no="CBI-7", moved_at=NOON, told_by="CBI-7")
    keep(Source("CBI", NOW, "CBI-02"), own)
    assert {(each.told_by_no, each.told_by_name) for each in movements()} == {(None, None)}


def test_of_two_kiosks_that_were_cut_off_the_later_deed_counts_in_whatever_order_they_come() -> None:
    told = [("CBI-01", moved(0)), ("CBI-02", moved(1, "in")), ("CBI-01", moved(2, "out", "CBI-8"))]
    for order in permutations(told):
        with transaction.atomic():
            for kiosk_id, record in order:
                keep(Source("CBI", NOW, kiosk_id), record)
            standing = Standing.objects.get(pk=folder().pk)
            assert (standing.out_to, standing.out_since) == ("CBI-8", NOON + timedelta(hours=2))
            assert len(movements()) == 3
            transaction.set_rollback(True)


def test_a_clock_that_runs_ahead_or_stands_in_1970_does_not_win_for_ever() -> None:
    keep(Source("CBI", NOW, "CBI-01"), moved(5000))
    keep(Source("CBI", NOW, "CBI-01"), FolderMoved(
        folder_id=folder().pk, deed="out", officer_no="CBI-3", moved_at=datetime(1970, 1, 1, tzinfo=UTC)
    ))  # fmt: skip
    assert {each.at for each in movements()} == {NOW}
    keep(Source("CBI", NOW + timedelta(minutes=1), "CBI-02"), moved(9, "in"))
    assert Standing.objects.get(pk=folder().pk).out_to == ""


def test_what_no_kiosk_of_this_release_would_say_is_not_kept() -> None:
    for record in (moved(0, "burnt"), moved(0, "found!"), FolderMoved(
        folder_id="F" * 13, deed="out", officer_no="x", moved_at=NOON
    )):  # fmt: skip
        assert keep(Source("CBI", NOW, "CBI-01"), record) == frozenset()
    assert not movements()


def test_an_office_says_nothing_of_anothers_folders(officer: Officer) -> None:
    ours = keep(Source("CBI", NOW, "CBI-02"), moved(0))
    assert keep(Source("KKN", NOW, "KKN-01"), moved(1, "in")) == frozenset()
    tell("CBI", ours)
    assert (there().out_to, len(movements())) == ("CBI-7", 1)


def test_a_movement_is_written_once() -> None:
    move(Source("CBI", NOW), folder().pk, Deed.OUT, "CBI-7")
    (movement,) = movements()
    with pytest.raises(TypeError):
        movement.save()
    with pytest.raises(TypeError):
        movement.delete()
    for attempt in (lambda: Movement.objects.update(deed="in"), lambda: Movement.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


# ---- by way of the spool


def batch(*told: KnownRecord) -> bytes:
    numbered = (NumberedRecord(no=no, record=msgspec.Raw(encode_record(each))) for no, each in enumerate(told, 1))
    return encode(RecordBatch(spool_id="s", records=tuple(numbered)))


def test_what_a_kiosk_tells_is_kept_once_and_its_office_is_told(officer: Officer) -> None:
    cursor = page_after("CBI", "").cursor
    said = Said("CBI-02", Channel.RECORDS, batch(moved(0), moved(0, officer_no="")))
    Outgoing.objects.all().delete()
    for _ in range(2):
        Keeper().keep([said])
    assert len(movements()) == 2
    assert [each.key for each in page_after("CBI", cursor).changes] == [folder().pk]
    assert {each.topic for each in Outgoing.objects.all()} >= {
        "sala/v1/kiosk/CBI-01/desired", "sala/v1/kiosk/CBI-02/desired"
    }  # fmt: skip


def test_a_record_that_cannot_be_kept_holds_nobody_up() -> None:
    broken = ShelfTaken(room="1", cabinet="1", shelf="1", folder_ids=("x" * 5000,), officer_no="y" * 99, taken_at=NOON)
    acks = Keeper().keep([Said("CBI-02", Channel.RECORDS, batch(moved(0, "burnt"), broken, moved(0)))])
    assert acks["CBI-02"].committed_through == 3
    assert len(movements()) == 1


# ---- shelves


def test_a_shelf_says_what_is_missing_misplaced_extra_and_back() -> None:
    shelf_of = {"A": "1/1/1", "B": "1/1/1", "C": "1/1/1", "D": "1/1/1", "E": "1/1/2"}
    found = compare("1/1/1", shelf_of, out={"B", "D"}, scanned=["A", "D", "E", "X"])
    assert (found.missing, found.misplaced, found.extra, found.back) == (("C",), ("E",), ("X",), ("D",))


def test_taking_stock_finds_what_was_lent_and_keeps_what_is_wrong() -> None:
    here = list(Folder.objects.filter(factory__office_id="CBI", room="1", cabinet="1", shelf="1"))
    other = Folder.objects.filter(factory__office_id="CBI").exclude(shelf="1")[0]
    source = Source("CBI", NOW)
    put(other, "1", "9", "9", "")
    tell("CBI", move(Source("CBI", NOON), here[0].pk, Deed.OUT, "CBI-7"))
    taking = take_stock(source, ("1", "1", "1"), [here[0].pk, other.pk, "F99999999Z"], "CBI-8")
    assert (taking.missing, taking.misplaced, taking.extra) == (
        [each.pk for each in here[1:]], [other.pk], ["F99999999Z"]
    )  # fmt: skip
    assert [each.deed for each in Movement.objects.filter(folder_id=here[0].pk)] == [Deed.OUT, Deed.FOUND]
    assert there().out_to == ""
    seen = Standing.objects.get(pk=other.pk)
    assert (seen.seen_at, seen.seen_shelf) == (NOW, "1/1/1")


def test_a_walk_that_is_heard_of_late_does_not_bring_back_what_was_taken_after_it() -> None:
    first = folder()
    walked = ShelfTaken(
        room=first.room, cabinet=first.cabinet, shelf=first.shelf, folder_ids=(first.pk,), officer_no="CBI-8",
        taken_at=NOON,
    )  # fmt: skip
    keep(Source("CBI", NOW, "CBI-01"), moved(1))
    keep(Source("CBI", NOW, "CBI-02"), walked)
    assert Standing.objects.get(pk=first.pk).out_to == "CBI-7"
    assert StockTaking.objects.get().missing == []


def test_another_place_travels() -> None:
    put(folder(), "2", "4", "2", "17")
    assert (there().room, there().cabinet, there().shelf, there().slot) == ("2", "4", "2", "17")
    assert there().shelf_id == "2/4/2"


# ---- officers


def test_a_card_finds_its_officer_at_the_kiosk_and_its_number_stands_nowhere(officer: Officer) -> None:
    known = next(each for each in travelling("CBI", wire.Officer) if each.officer_no == officer.officer_no)
    key = bytes.fromhex(Office.objects.get(pk="CBI").hash_key)
    assert known.card_hash == keyed_hash(IdNumber(SOMCHAI.id_number), key)
    assert SOMCHAI.id_number not in str(vars(officer))


def test_who_left_opens_nothing_and_may_come_back(officer: Officer) -> None:
    remove(officer.office, officer.officer_no)
    assert officer.officer_no not in {each.officer_no for each in travelling("CBI", wire.Officer)}
    assert Officer.objects.get(pk=officer.pk).card_hash == ""
    again = add(officer.office, "cbi-7 ", ("เจ้าหน้าที่ตัวอย่าง", ""), sample_id(2).reveal())
    assert (again.pk, again.left_at) == (officer.pk, None)


@pytest.mark.parametrize(
    ("number", "name", "id_number", "refusal"),
    [
        ("", "ก", sample_id(2).reveal(), Refusal.NO_NUMBER),
        ("A<B", "ก", sample_id(2).reveal(), Refusal.NO_NUMBER),
        ("CBI-8", " ", sample_id(2).reveal(), Refusal.NO_NAME),
        ("CBI-7", "ก", sample_id(2).reveal(), Refusal.NUMBER_TAKEN),
        ("CBI-9", "ก", "1999900000014", Refusal.NO_ID_NUMBER),
        ("CBI-8", "ก", SOMCHAI.id_number, Refusal.CARD_TAKEN),
    ],
)
def test_who_cannot_be_put_on_the_list(
    officer: Officer, number: str, name: str, id_number: str, refusal: Refusal
) -> None:
    with pytest.raises(OfficerError) as caught:
        add(officer.office, number, (name, ""), id_number)
    assert caught.value.refusal is refusal
    assert id_number not in repr(caught.value)
