"""Metrics: who may have them, that they are what is there, and that the board asks for no others."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

from django.http import HttpResponse
from django.test import Client

from fleet.devices.models import Kiosk
from fleet.people.models import Role
from fleet.site.json_log import JsonLines
from tests.support.token_holder import holder, person

BOARD = Path("fleet/api/grafana.json")
_LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? -?[0-9.e+-]+')


def scrape(address: str = "203.0.113.7", **headers: str) -> HttpResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answered: HttpResponse = Client(SERVER_NAME="localhost").get("/metrics", headers=sent, REMOTE_ADDR=address)
    return answered


def names(page: HttpResponse) -> set[str]:
    return set(re.findall(r"^# TYPE (\w+)", page.content.decode(), re.MULTILINE))


def test_who_may_have_them() -> None:
    assert scrape().status_code == 401
    assert scrape(Authorization="Bearer none").status_code == 401
    assert scrape("127.0.0.1").status_code == 200
    assert scrape("::1").status_code == 200
    assert scrape("127.0.0.1", X_Forwarded_For="203.0.113.7").status_code == 401, (
        "a proxy stands here, who asks does not"
    )
    nation = person(Role.NATIONAL_ADMIN, None)
    assert scrape(Authorization=f"Bearer {holder(nation).secret}").status_code == 200
    assert scrape(Authorization=f"Bearer {holder(nation, rights=['kiosks:read']).secret}").status_code == 401


def test_they_are_well_formed_and_count_every_kiosk() -> None:
    page = scrape("127.0.0.1")
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [each for each in page.content.decode().splitlines() if not each.startswith("#")]
    assert all(map(_LINE.fullmatch, lines)), [each for each in lines if not _LINE.fullmatch(each)]
    kiosks = sum(float(each.split()[-1]) for each in lines if each.startswith("sala_kiosks{"))
    assert kiosks == Kiosk.objects.count() > 0


def test_a_province_has_its_own_only() -> None:
    page = scrape(Authorization=f"Bearer {holder(person(Role.TECHNICIAN)).secret}")
    said = page.content.decode()
    assert 'province="TH-20"' in said
    assert 'province="TH-40"' not in said
    assert "sala_outbox_messages" not in names(page)


def test_the_board_asks_for_what_there_is() -> None:
    asked = set(re.findall(r"\bsala_\w+", BOARD.read_text("utf-8")))
    assert asked
    assert asked <= names(scrape("127.0.0.1"))
    assert json.loads(BOARD.read_text("utf-8"))["panels"]


def test_a_log_line_is_json_and_one_line() -> None:
    record = logging.LogRecord("fleet.web", logging.WARNING, "x.py", 1, "ตู้ %s\nหาย", ("CBI-02",), None)
    said = JsonLines().format(record)
    assert "\n" not in said
    assert {"level": "warning", "logger": "fleet.web", "message": "ตู้ CBI-02\nหาย"}.items() <= json.loads(said).items()
