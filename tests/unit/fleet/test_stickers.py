"""The sticker on a kiosk: its QR is read back from paper and opens the kiosk's page, and nothing else stands in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from fleet.devices.models import Kiosk
from fleet.devices.stickers import Sticker, sheets
from fleet.people.models import Role
from tests.support.require import require
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

LONG = Sticker(
    "AYA-01", "ศูนย์บริการร่วม อาคารอเนกประสงค์ ชั้นล่าง ประตูฝั่งตะวันออก", "สำนักงานอุตสาหกรรมจังหวัดพระนครศรีอยุธยา",
    "https://kiosk-fleet.office.example.go.th:8443/kiosks/AYA-01/",
)  # fmt: skip


def read(pdf: bytes, folder: Path) -> list[list[str]]:
    """What a phone reads on each page."""
    require("poppler")
    (folder / "s.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "100", "-gray", folder / "s.pdf", folder / "page"], check=True, timeout=60)
    pages = sorted(folder.glob("page*"))
    return [sorted(found.text for found in zxingcpp.read_barcodes(Image.open(page))) for page in pages]


def test_the_qr_of_a_kiosk_opens_its_page(tmp_path: Path) -> None:
    browser = browser_of(person(Role.TECHNICIAN, 20))
    answer = browser.get("/kiosks/CBI-02/sticker.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    [[address]] = read(answer.content, tmp_path)
    assert address == "http://localhost/kiosks/CBI-02/"
    assert browser.get(address).status_code == 200
    assert browser.get("/kiosks/KKN-01/sticker.pdf").status_code == 404


def test_a_list_is_printed_as_it_is_narrowed(tmp_path: Path) -> None:
    answer = browser_of(person(Role.PROVINCIAL_ADMIN, 20)).get("/kiosks/stickers.pdf", {"q": "CBI"})
    ours = Kiosk.objects.filter(kiosk_id__startswith="CBI-").order_by("pk")
    assert read(answer.content, tmp_path) == [[f"http://localhost/kiosks/{each.pk}/" for each in ours]]


@pytest.mark.parametrize("count", [1, 10, 11])
def test_ten_stand_on_a_sheet_and_the_longest_can_be_read(tmp_path: Path, count: int) -> None:
    pages = read(sheets([LONG] * count), tmp_path)
    assert [len(page) for page in pages] == [10] * (count // 10) + [count % 10] * bool(count % 10)
    assert {text for page in pages for text in page} == {LONG.address}
