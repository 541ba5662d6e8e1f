"""Metrics: who may have them, that they are what is there, and that the board asks for no others."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from fleet.alerts.models import Alert, Message
from fleet.devices.hearing import say_ended, say_hearing, say_working
from fleet.devices.models import Kiosk, Lease
from fleet.people.models import Role
from fleet.people.scope import EVERYWHERE, Scope
from fleet.web.watching.door import PATH, Watched
from fleet.web.watching.hub import FullError, Hub, Watcher
from fleet.web.watching.pages import Subject
from fleet.web.watching.viewers import Viewer
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


def test_the_board_asks_by_labels_there_are() -> None:
    said = scrape("127.0.0.1").content.decode()
    labels: dict[str, set[str]] = {}  # "instance" is Prometheus' own, of each process it asks
    for name, named in re.findall(r"^(sala_\w+)\{(.*)\}", said, re.MULTILINE):
        labels.setdefault(name, {"instance"}).update(re.findall(r'(\w+)="', named))
    asked = [each for panel in json.loads(BOARD.read_text("utf-8"))["panels"] for each in panel["targets"]]
    wanted = [
        (name, label)
        for each in asked
        for name in re.findall(r"sala_\w+", each["expr"])
        for label in (
            *re.findall(r"by \((\w+)\)", each["expr"]),
            *re.findall(r"\{(\w+)[=!]", each["expr"]),
            *re.findall(r"\{\{(\w+)\}\}", each["legendFormat"]),
        )
    ]
    assert len(wanted) > 5
    assert [(name, label) for name, label in wanted if name in labels and label not in labels[name]] == []


def test_it_counts_what_is_wrong_and_what_waits_to_be_told() -> None:
    before = figures()
    now, who = timezone.now(), person(Role.TECHNICIAN)
    alert = Alert.objects.create(
        key="offline/CBI-02", rule="offline", dopa_code=20, office_id="CBI", kiosk_id="CBI-02", condition="offline",
        since=now, opened_at=now, level_since=now,
    )  # fmt: skip
    Message.objects.create(key="k", person=who, alert=alert, what="opened", made_at=now, not_before=now)
    after = figures()
    for name in ('sala_alerts_open{condition="offline"}', 'sala_queue{queue="alerts"}'):
        assert after[name] == before.get(name, 0) + 1, name
    elsewhere = scrape(Authorization=f"Bearer {holder(person(Role.TECHNICIAN, 40)).secret}").content.decode()
    assert 'sala_alerts_open{condition="offline"} 1' not in elsewhere


def figures() -> dict[str, float]:
    said = scrape("127.0.0.1").content.decode().splitlines()
    return {each.rpartition(" ")[0]: float(each.rpartition(" ")[2]) for each in said if not each.startswith("#")}


def test_of_two_workers_the_dead_one_is_seen() -> None:
    say_hearing("fleet-ingest")
    say_working(1)
    say_working(2)
    Lease.objects.filter(name="ingest/2").update(until=timezone.now() - timedelta(minutes=5))
    said = figures()
    assert said['sala_ingest_worker_seconds{worker="1"}'] > 0
    assert said['sala_ingest_worker_seconds{worker="2"}'] < -200
    assert said['sala_lease_seconds{lease="ingest"}'] > 0
    assert not [each for each in said if each.startswith('sala_lease_seconds{lease="ingest/')]
    say_ended(2)
    assert 'sala_ingest_worker_seconds{worker="2"}' not in figures(), "who was asked to end is not missed"


def test_who_watches_and_who_is_refused_is_counted() -> None:
    viewer = Viewer("key", 1, 0, Scope(sees=EVERYWHERE), "", "")
    before, hub, loop = figures(), Hub(), asyncio.new_event_loop()

    async def join() -> Watcher:
        watcher = hub.join(viewer, Subject("/", "", "th", viewer.scope), "")
        hub.close()  # or its loop would look, on a thread that knows no database of a test
        return watcher

    async def refuse() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asked = {"type": "http", "path": PATH, "method": "POST", "headers": [(b"host", b"localhost")]}
        await Watched(nothing)(asked, nothing, send)
        return sent

    try:
        watcher = loop.run_until_complete(join())
        assert figures()["sala_watchers"] == before["sala_watchers"] + 1
        with pytest.raises(FullError):
            hub.join(viewer, Subject("/", "", "th", viewer.scope), "")
        hub.leave(watcher)
        assert loop.run_until_complete(refuse())[0]["status"] == 403
    finally:
        loop.close()
    after = figures()
    assert after["sala_watchers"] == before["sala_watchers"]
    for why in ("full", "not-allowed"):
        name = f'sala_watchers_refused_total{{why="{why}"}}'
        assert after[name] == before[name] + 1, name


async def nothing(*_: Any) -> None:
    """An application that answers nothing."""
