"""What a program reads of paper folders is what their pages show, and for the same people."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.office.folders.keeping import Source, keep, move, take_stock
from fleet.office.folders.models import Officer, StockTaking
from fleet.office.folders.sheets import SHEETS
from fleet.office.models import Folder
from fleet.people.models import Role
from fleet.protocol.records import FolderMoved
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


def folder(number: int = 0) -> Folder:
    return Folder.objects.filter(factory__office_id="CBI").select_related("factory").order_by("pk")[number]


def walked(office_id: str = "CBI", scanned: tuple[str, ...] = ()) -> StockTaking:
    """A walk along the shelf of the first folder, by an officer of the office."""
    here = Folder.objects.filter(factory__office_id=office_id).order_by("pk")[0]
    shelf = (here.room, here.cabinet, here.shelf)
    return take_stock(Source(office_id, timezone.now()), shelf, scanned, f"{office_id}-1")


@pytest.mark.parametrize(
    "asked", ["{0.pk}", "{0.factory_id}", "{0.factory.old_no}", "ตัวอย่างแปรรูป", "Sample Foods", "", "nothing"]
)
def test_a_question_finds_the_folders_that_the_page_finds(asked: str) -> None:
    asker = person(Role.OFFICER)
    q = asked.format(folder())
    table = browser_of(asker).get("/folders.csv", {"q": q, "office": "CBI"}).content.decode("utf-8-sig")
    shown = sorted(row["folder"] for row in csv.DictReader(table.splitlines()))
    found = holder(asker).get(f"folders?q={q}&office=CBI&limit=200")["items"]
    assert [each["folder_id"] for each in found] == shown
    assert bool(shown) is (asked != "nothing")


def test_a_folder_has_its_factorys_name_and_where_it_was_seen() -> None:
    ours, one = folder(), program()
    before = one.get(f"folders/{ours.pk}")
    assert (before["factory_th"], before["factory_en"]) == (ours.factory.name_th, ours.factory.name_en)
    assert (before["seen_at"], before["seen_shelf"]) == (None, "")
    taking = walked(scanned=(ours.pk,))
    [after] = one.get(f"folders?q={ours.pk}")["items"]
    assert datetime.fromisoformat(after["seen_at"]) == pytest.approx(taking.at, abs=timedelta(seconds=1))
    assert after["seen_shelf"].split("/") == [ours.room, ours.cabinet, ours.shelf]


def test_only_those_that_are_out_and_with_whom() -> None:
    ours, one = folder(), program()
    move(Source("CBI", timezone.now()), ours.pk, "out", "CBI-1")  # type: ignore[arg-type]
    [out] = one.get(f"folders?out=1&q={ours.pk}")["items"]
    assert (out["out_to"], out["out_since"] is None) == ("CBI-1", False)
    assert one.get(f"folders?out=1&q={folder(1).pk}")["items"] == []


def test_the_history_names_who_told_of_it_for_another() -> None:
    at = timezone.now() - timedelta(hours=2)
    keep(
        Source("CBI", timezone.now(), "CBI-02"),
        FolderMoved(folder_id=folder().pk, deed="out", officer_no="CBI-1", moved_at=at, told_by="CBI-2"),
    )
    last = program().get(f"folders/{folder().pk}/movements")["items"][0]
    teller = Officer.objects.get(office="CBI", officer_no="CBI-2").name_th
    assert (last["told_by_no"], last["told_by_name"], last["kiosk_id"]) == ("CBI-2", teller, "CBI-02")
    assert datetime.fromisoformat(last["received_at"]) - datetime.fromisoformat(last["at"]) > timedelta(hours=1)


# ---- walks


def test_what_the_last_walks_found() -> None:
    here, elsewhere = folder(), folder(1)
    Folder.objects.filter(pk=elsewhere.pk).update(room="9", cabinet="8", shelf="7", slot="6")
    gone = folder(2)
    Folder.objects.filter(pk=gone.pk).update(room="9", cabinet="8", shelf="7")
    first = walked(scanned=(elsewhere.pk, gone.pk, "F99999999Z"))
    Folder.objects.filter(pk=gone.pk).delete()
    second = walked(scanned=(here.pk,))
    one = program()
    items = one.get("offices/CBI/shelf-walks")["items"]
    assert [each["id"] for each in items] == [second.pk, first.pk]
    told = items[1]
    assert (told["room"], told["cabinet"], told["shelf"]) == (here.room, here.cabinet, here.shelf)
    assert (told["officer_no"], told["kiosk_id"]) == ("CBI-1", "")
    assert (told["missing"], told["misplaced"], told["extra"]) == (first.missing, first.misplaced, first.extra)
    assert here.pk in told["missing"]
    assert (told["misplaced"], told["extra"]) == (sorted([elsewhere.pk, gone.pk]), ["F99999999Z"])
    assert told["homes"] == [{"folder_id": elsewhere.pk, "room": "9", "cabinet": "8", "shelf": "7", "slot": "6"}]
    assert sorted(told["scanned"]) == sorted([elsewhere.pk, gone.pk, "F99999999Z"])
    following = one.get("offices/CBI/shelf-walks?limit=1")
    assert [each["id"] for each in one.get(f"offices/CBI/shelf-walks?after={following['next']}")["items"]] == [first.pk]


def test_walks_and_who_takes_folders_are_of_ones_own_offices_and_looking_is_written_down() -> None:
    walked("KKN")
    one = program()
    assert one.get("offices/CBI/shelf-walks")["items"] == []
    last = Entry.objects.first()
    assert last is not None
    assert (last.kind, last.about, last.dopa_code) == ("saw", "CBI", 20)
    technician = program(Role.TECHNICIAN)
    for end in ("shelf-walks", "folder-officers"):
        assert one.ask("get", f"offices/KKN/{end}").status_code == 404
        assert technician.ask("get", f"offices/CBI/{end}").status_code == 404


def test_an_officer_reads_whom_a_folder_can_go_out_to() -> None:
    Officer.objects.filter(office="CBI", officer_no="CBI-2").update(left_at=timezone.now())
    one = program()
    listed = one.get("offices/CBI/folder-officers")["items"]
    assert [each["officer_no"] for each in listed] == ["CBI-1"]
    assert set(listed[0]) == {"officer_no", "name_th", "name_en"}
    assert one.ask("get", "offices/CBI/officers").status_code == 404, "the list itself is its admins' business"


# ---- labels


def test_labels_are_the_pages() -> None:
    asker = person(Role.OFFICER)
    page = browser_of(asker).post("/folders/labels/", {"folder": folder().pk, "sheet": "3x8", "first": "3"})
    one = holder(asker)
    printed = one.ask("get", f"folder-labels?sheet=3x8&first=3&folder={folder().pk}")
    assert printed.headers["Content-Type"] == page.headers["Content-Type"] == "application/pdf"
    assert abs(len(printed.content) - len(page.content)) < 100, "but for the moment at which it was made"
    both = one.ask("get", f"folder-labels?sheet=3x8&folder={folder().pk}&folder={folder(1).pk}")
    assert len(both.content) > len(printed.content)
    some = one.ask("get", f"folder-labels?sheet=2x7&q={folder().pk}")
    assert some.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "asked",
    ["", "sheet=9x9", "sheet=3x8&first=0", "sheet=3x8&first=25", "sheet=2x7&first=15", "sheet=3x8&first=%C2%B2"],
)
def test_labels_off_the_sheet_are_refused(asked: str) -> None:
    assert program().ask("get", f"folder-labels?{asked}").status_code == 422


def test_labels_are_for_who_serves_there_and_prints() -> None:
    asked = f"folder-labels?sheet={next(iter(SHEETS))}&folder={folder().pk}"
    assert program(Role.OFFICER, 40).ask("get", asked).status_code == 404
    assert program(Role.TECHNICIAN).ask("get", asked).status_code == 404
    refused = program(Role.AUDITOR).ask("get", asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "reads-only")  # type: ignore[attr-defined]
