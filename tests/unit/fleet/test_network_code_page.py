"""The page that draws a kiosk's network: what it draws a kiosk reads, and nothing of it is kept."""

from __future__ import annotations

import logging
import re

import pytest
import zxingcpp
from django.test import Client
from PIL import Image, ImageDraw

from fleet.people.models import Role
from fleet.protocol.network_code import Address, Network, Wifi, read_network_code
from tests.support.signed_in import browser_of
from tests.support.token_holder import person

PAGE = "/network-code/"
PASSWORD = 'pa;ss"wo\\rd'


def client(role: Role = Role.TECHNICIAN) -> Client:
    return browser_of(person(role, 20, "somebody"))


def scanned(page: str) -> Network | None:
    """What a scanner before the phone reads."""
    side = int(re.search(r'viewBox="0 0 (\d+)', page)[1])  # type: ignore[index] # or fail
    path = re.search(r'<path d="([^"]+)"', page)[1]  # type: ignore[index] # or fail
    image = Image.new("L", (8 * side, 8 * side), 255)
    pen = ImageDraw.Draw(image)
    for x, y, width in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path):
        left, top = 8 * int(x), 8 * int(y)
        pen.rectangle((left, top, left + 8 * int(width) - 1, top + 7), 0)
    (found,) = zxingcpp.read_barcodes(image)
    return read_network_code(found.text)


def test_a_kiosk_reads_what_the_page_draws_and_nobody_keeps_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    technician = client()
    typed = {
        "name": "สอจ. ชลบุรี", "password": PASSWORD, "own": "192.0.2.20/24", "gateway": "192.0.2.1",
        "dns": "192.0.2.1, 192.0.2.2", "time": "192.0.2.1",
    }  # fmt: skip
    answer = technician.post(PAGE, typed)
    assert answer.status_code == 200
    page = answer.content.decode()
    address = Address("192.0.2.20/24", "192.0.2.1", ("192.0.2.1", "192.0.2.2"))
    assert scanned(page) == Network(Wifi("สอจ. ชลบุรี", PASSWORD), address, ("192.0.2.1",))
    assert "no-store" in answer.headers["Cache-Control"]
    for word in ("pa;ss", "pa;ss&quot;"):
        assert word not in page
        assert word not in caplog.text
    assert "pa;ss" not in technician.get(PAGE).content.decode()


def test_part_of_it_and_forgetting_it(caplog: pytest.LogCaptureFixture) -> None:
    technician = client()
    only = technician.post(PAGE, {"name": "OFFICE", "password": "correct horse"}).content.decode()
    assert scanned(only) == Network(Wifi("OFFICE", "correct horse"))
    dhcp = technician.post(PAGE, {"own": "dhcp"}).content.decode()
    assert scanned(dhcp) == Network(address=Address())
    assert scanned(technician.post(PAGE, {"forget": "1"}).content.decode()) == Network(forget=True)
    assert "correct horse" not in caplog.text


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"name": "OFFICE"}, {"name": "OFFICE", "password": "short"}, {"own": "192.0.2.20"},
        {"gateway": "192.0.2.1"}, {"own": "192.0.2.20/24", "gateway": "198.51.100.1"}, {"time": "no host!"},
    ],
)  # fmt: skip
def test_what_a_kiosk_would_refuse_is_refused_here(typed: dict[str, str]) -> None:
    answer = client().post(PAGE, typed)
    assert answer.status_code == 422
    assert "<path d=" not in answer.content.decode()


def test_only_who_sets_kiosks_up_gets_it() -> None:
    assert client(Role.OFFICER).get(PAGE).status_code == 404
