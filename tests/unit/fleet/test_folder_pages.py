"""The pages around folders: who reads them, what is done on them, labels as a scanner reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from drivers.card.samples import SOMCHAI
from fleet.__main__ import parser
from fleet.acting.seen import folders_served
from fleet.commands.command import CommandError
from fleet.commands.folders import folder_labels
from fleet.office.folders.keeping import Source, keep
from fleet.office.folders.labels import Label, pdf, place_th
from fleet.office.folders.models import Movement, Officer, Standing, StockTaking
from fleet.office.folders.sheets import A4_MM, SHEETS, Sheet
from fleet.office.models import Folder
from fleet.people.models import Role
from fleet.people.scope import EVERYWHERE, Scope
from fleet.protocol.codes import folder_id
from fleet.protocol.records import FolderMoved
from tests.support.require import require
from tests.support.signed_in import browser_of
from tests.support.token_holder import person


def client(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Client:
    return browser_of(person(role, dopa_code))


def folder() -> Folder:
    return Folder.objects.filter(factory__office_id="CBI").order_by("pk")[0]


READERS = [
    (Role.OFFICER, 20, True),
    (Role.PROVINCIAL_ADMIN, 20, True),
    (Role.NATIONAL_ADMIN, None, True),
    (Role.TECHNICIAN, 20, False),
    (Role.OFFICER, 40, False),
]


@pytest.mark.parametrize(("role", "dopa_code", "reads"), READERS)
def test_folders_are_the_business_of_who_serves_there(role: Role, dopa_code: int | None, reads: bool) -> None:
    reader, ours = client(role, dopa_code), folder()
    assert (ours.pk in reader.get("/folders/").content.decode()) is reads
    assert (ours.pk in reader.get("/folders.csv").content.decode()) is reads
    assert reader.get(f"/folders/{ours.pk}/").status_code == (200 if reads else 404)
    assert reader.get("/shelves/CBI/").status_code == (200 if reads else 404)
    officers = [{"deed": "out", "officer": "CBI-1"}, {"deed": "place", "room": "9"}]
    for said in officers:
        assert reader.post(f"/folders/{ours.pk}/", said).status_code == (302 if reads else 404)
    assert Movement.objects.filter(folder_id=ours.pk).exists() is reads
    ours.refresh_from_db()
    assert (ours.room == "9") is reads
    labels = reader.post("/folders/labels/", {"folder": ours.pk, "sheet": "3x8", "first": "1"})
    assert (labels.headers.get("Content-Type") == "application/pdf") is reads


@pytest.mark.parametrize(("role", "dopa_code", "changes"), [
    (Role.OFFICER, 20, False), (Role.TECHNICIAN, 20, False), (Role.PROVINCIAL_ADMIN, 40, False),
    (Role.PROVINCIAL_ADMIN, 20, True), (Role.NATIONAL_ADMIN, None, True),
])  # fmt: skip
def test_only_admins_of_the_province_say_who_takes_folders(role: Role, dopa_code: int | None, changes: bool) -> None:
    admin = client(role, dopa_code)
    assert admin.get("/officers/CBI/").status_code == (200 if changes else 404)
    said = {"officer_no": "CBI-7", "name_th": "ตัวอย่าง", "id_number": SOMCHAI.id_number}
    assert admin.post("/officers/CBI/", said).status_code == (302 if changes else 404)
    assert Officer.objects.filter(office="CBI", officer_no="CBI-7").exists() is changes
    assert admin.post("/officers/CBI/", {"remove": "CBI-1"}).status_code == (302 if changes else 404)
    assert Officer.objects.filter(officer_no="CBI-1", left_at__isnull=True).exists() is not changes


def test_an_id_number_is_not_said_back() -> None:
    wrong = SOMCHAI.id_number[:-1] + "9"
    page = client(Role.PROVINCIAL_ADMIN).post(
        "/officers/CBI/", {"officer_no": "CBI-7", "name_th": "ชื่อที่พิมพ์แล้ว", "id_number": wrong}
    )
    text = page.content.decode()
    assert 'role="alert"' in text
    assert "ชื่อที่พิมพ์แล้ว" in text
    assert wrong not in text


def test_a_folder_goes_out_and_comes_back_on_the_page() -> None:
    officer, address = client(), f"/folders/{folder().pk}/"
    officer.post(address, {"deed": "out", "officer": "CBI-1"})
    assert Standing.objects.get(pk=folder().pk).out_to == "CBI-1"
    assert "อยู่กับ ตัวอย่าง เจ้าหน้าที่หนึ่ง" in officer.get(address).content.decode()
    assert folder().pk in officer.get("/folders/?out=1").content.decode()
    officer.post(address, {"deed": "in", "officer": "CBI-2"})
    assert Standing.objects.get(pk=folder().pk).out_to == ""
    assert folder().pk not in officer.get("/folders/?out=1").content.decode()
    for said in ({"deed": "out", "officer": "KKN-1"}, {"deed": "found", "officer": "CBI-1"}, {"deed": "burn"}):
        officer.post(address, said)
    assert Movement.objects.filter(folder_id=folder().pk).count() == 2


def test_the_history_names_who_told_of_it_for_another() -> None:
    record = FolderMoved(
        folder_id=folder().pk, deed="out", officer_no="CBI-1", moved_at=timezone.now(), told_by="CBI-2"
    )
    keep(Source("CBI", timezone.now(), "CBI-02"), record)
    teller = Officer.objects.get(office="CBI", officer_no="CBI-2").name_th
    reader = client()
    assert f"บันทึกโดย {teller}" in reader.get(f"/folders/{folder().pk}/").content.decode()


@pytest.mark.parametrize("asked", ["{0.pk}", "{0.factory_id}", "ตัวอย่างแปรรูป", "Sample Foods"])
def test_a_folder_is_found_by_what_one_knows_of_it(asked: str) -> None:
    page = client().get("/folders/", {"q": asked.format(folder())}, follow=True)
    assert folder().pk in page.content.decode()
    assert client(dopa_code=14).get("/folders/", {"q": "nothing"}).status_code == 200


def test_a_shelf_is_taken_stock_of_on_the_page() -> None:
    here = folder()
    said = {"officer": "CBI-1", "room": here.room, "cabinet": here.cabinet, "shelf": here.shelf}
    officer = client()
    officer.post("/shelves/CBI/", {**said, "scanned": f"{here.pk.lower()}\r\nF99999999Z\r\n"})
    taking = StockTaking.objects.get()
    assert (taking.missing, taking.extra) == ([], ["F99999999Z"])
    assert "F99999999Z" in officer.get("/shelves/CBI/").content.decode()
    officer.post("/shelves/CBI/", {**said, "officer": "KKN-1", "scanned": here.pk})
    assert StockTaking.objects.count() == 1


def test_a_spreadsheet_gets_no_formula() -> None:
    ours = folder()
    ours.factory.name_th = "=HYPERLINK(1)"
    ours.factory.save()
    table = client().get("/folders.csv").content.decode()
    assert "'=HYPERLINK(1)" in table
    assert ",=HYPERLINK" not in table


@pytest.mark.parametrize("said", [{"sheet": "9x9"}, {"first": "0"}, {"first": "25"}, {"first": "²"}, {"first": ""}])
def test_labels_off_the_sheet_are_refused(said: dict[str, str]) -> None:
    asked = {"folder": folder().pk, "sheet": "3x8", "first": "1", **said}
    assert client().post("/folders/labels/", asked).status_code == 400


# ---- labels

LABELS = [
    Label(
        folder_id(20, number),
        ("ห้างหุ้นส่วนจำกัด ตัวอย่างอุตสาหกรรมเกษตรแปรรูปและบรรจุภัณฑ์ภาคตะวันออก (1999)", "ตัวอย่างน้ำแข็งสะอาด")[number % 2],
        place_th("ห้องเก็บเอกสารเก่า", "12ก", "ชั้นลอย", "117") if number == 1 else place_th("1", "4", "2", "17"),
    )
    for number in range(1, 27)
]


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_every_label_stands_on_the_sheet_and_none_on_another(sheet: Sheet) -> None:
    places = [sheet.place_mm(number) for number in range(sheet.labels)]
    assert len(set(places)) == sheet.labels
    for left, top in places:
        assert 0 <= left <= A4_MM[0] - sheet.width_mm + 1e-9
        assert 0 <= top <= A4_MM[1] - sheet.height_mm + 1e-9
    pages = [page for page, *_ in sheet.places(sheet.labels, first=2)]
    assert (pages.count(0), pages.count(1)) == (sheet.labels - 1, 1)


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_every_code_on_printed_labels_is_read(sheet: Sheet, tmp_path: Path) -> None:
    """As an office printer would show them: 200 dots an inch."""
    require("poppler")
    printed = tmp_path / "labels.pdf"
    printed.write_bytes(pdf(LABELS, sheet, first=4))
    subprocess.run(["pdftoppm", "-r", "200", "-gray", printed, tmp_path / "page"], check=True, timeout=60)
    pages = sorted(tmp_path.glob("page*"))
    assert len(pages) == -(-(len(LABELS) + 3) // sheet.labels)
    read: dict[str, list[str]] = {"Code 128": [], "QR Code": []}
    for page in pages:
        for found in zxingcpp.read_barcodes(Image.open(page)):
            read[str(found.format)].append(found.text)
    wanted = sorted(label.folder_id for label in LABELS)
    assert sorted(read["Code 128"]) == wanted
    assert sorted(read["QR Code"]) == wanted


def labels(file: Path, *words: str) -> dict[str, Any]:
    return folder_labels(parser().parse_args(["folder-labels", str(file), *words]))


def test_labels_of_a_cabinet_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "labels.pdf"
    said = labels(file, "--office", "CBI", "--cabinet", "1", "--first", "23")
    assert (said["labels"], said["sheets"]) == (3, 2)
    assert file.read_bytes().startswith(b"%PDF")
    for words in (["--office", "XXX"], ["--office", "CBI", "--sheet", "9x9"], ["--office", "CBI", "--first", "25"]):
        with pytest.raises(CommandError):
            labels(file, *words)
    with pytest.raises(CommandError, match="cannot write"):
        labels(tmp_path, "--office", "CBI")


def test_a_page_of_a_nations_folders_is_read_in_order_and_not_sorted_out_of_all() -> None:
    rows = folders_served(Scope(serves=EVERYWHERE))[:100]
    assert "B-TREE" not in rows.explain()
    with CaptureQueriesContext(connection) as asked:
        assert {each.factory.office.province.name_en for each in rows}
    assert len(asked) == 2, "the folders with their offices, and the provinces"
