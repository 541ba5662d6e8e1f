"""How everything stands, for a program: the numbers of the first page, of the same kiosks and the same money."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from fleet.alerts.models import Alert
from fleet.audit.models import Entry
from fleet.devices.models import KioskState, Lease, Record
from fleet.devices.truth import RANK, Condition, said_of
from fleet.payments.confirming import confirm
from fleet.people.models import Role
from fleet.people.tokens.rights import RIGHTS
from fleet.protocol.messages import DeviceState, DeviceStatus, Status
from tests.support.fleet_payments import owed, shown, word
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

NOTHING = {each.value: 0 for each in Condition}


def program(role: Role = Role.PROVINCIAL_ADMIN, dopa_code: int | None = 20, rights: Collection[str] = RIGHTS) -> Holder:
    return holder(person(role, dopa_code), rights=rights)


def say(kiosk_id: str, paper: str) -> None:
    """A kiosk that is heard, with all its devices there."""
    now = timezone.now()
    devices = {
        name: DeviceStatus(state=DeviceState.ONLINE) for name in ("card", "scanner", "printer", "panel", "display")
    }
    status = Status(session_no=1, no=1, at=now, devices=devices, paper=paper)
    told = {"alive": True, "heard_at": now, "status": msgspec.to_builtins(status), "said_rank": RANK[said_of(status)]}
    KioskState.objects.update_or_create(pk=kiosk_id, defaults=told)


@pytest.fixture
def day() -> None:
    """Two kiosks of one province that are heard, one of another; a payment, an odd one, one that waits, a visit."""
    now = timezone.now()
    Lease.objects.create(name="ingest", holder="test", until=now + timedelta(hours=1))
    say("CBI-01", "full")
    say("CBI-02", "out")
    say("KKN-01", "low")
    confirm(word(owed(), paid_at=now))
    confirm(word(owed(), "T2", paid_at=now, amount_satang=150))
    confirm(word(owed("KKN"), "T3", paid_at=now))
    shown(owed(), opened_at=now)
    for no, kiosk_id in enumerate(("CBI-01", "CBI-02", "KKN-01")):
        Record.objects.create(kiosk_id=kiosk_id, spool_id="s", no=no, kind="visit-ended", body={}, received_at=now)


def alert(dopa_code: int, **other: Any) -> Alert:
    now = timezone.now()
    return Alert.objects.create(
        key=f"silent/{Alert.objects.count()}", rule="silent", dopa_code=dopa_code, condition="failing", since=now,
        opened_at=now, level_since=now, **other,
    )  # fmt: skip


@pytest.mark.usefixtures("day")
def test_a_province_is_told_of_its_own() -> None:
    alert(20)
    alert(20, acked_at=timezone.now())
    alert(40)
    said = program().get("overview")
    counts = said["kiosks"]
    assert (counts["ok"], counts["failing"]) == (1, 1)
    assert list(counts) == list(NOTHING)
    assert said["provinces"] == [{"province": 20, "kiosks": {name: n for name, n in counts.items() if n}}]
    assert said["needs_count"] == sum(counts.values()) - counts["ok"]
    assert said["needs"][0]["kiosk_id"] == "CBI-02"
    assert (said["visits"], said["alerts"]) == (2, 1)
    money = said["money"]
    assert (money["odd"], money["paid"], money["waiting"]) == ({"under": 1}, 1, 1)


@pytest.mark.usefixtures("day")
def test_the_nation_is_told_of_all_by_province() -> None:
    said = program(Role.NATIONAL_ADMIN, None).get("overview?needs=2")
    provinces = {each["province"]: each["kiosks"] for each in said["provinces"]}
    assert {20, 40} <= set(provinces)
    assert (provinces[20]["failing"], provinces[40]["attention"]) == (1, 1)
    for name, count in said["kiosks"].items():
        assert count == sum(each.get(name, 0) for each in provinces.values()), name
    assert [each["condition"] for each in said["needs"]] == ["failing", "attention"]
    assert (said["visits"], said["money"]["paid"]) == (3, 2)


@pytest.mark.usefixtures("day")
def test_money_is_for_who_settles_somewhere_and_a_token_that_is_for_it() -> None:
    assert program(Role.TECHNICIAN).get("overview")["money"] is None
    machines = program(rights=["kiosks:read"]).get("overview")
    assert (machines["money"], machines["alerts"]) == (None, None)
    assert machines["visits"] == 2


def test_a_token_of_a_province_is_told_of_that_and_one_for_money_alone_of_none() -> None:
    narrowed = holder(person(Role.NATIONAL_ADMIN, None), provinces=[40]).get("overview")
    assert {each["province"] for each in narrowed["provinces"]} == {40}
    assert program().ask("get", "overview?needs=51").status_code == 422
    assert program(rights=["payments:read"], role=Role.OFFICER).ask("get", "overview").status_code == 403


@pytest.mark.usefixtures("day")
def test_it_tells_what_the_page_shows_and_like_it_is_no_seeing_of_people() -> None:
    who = person(Role.PROVINCIAL_ADMIN)
    alert(20)
    before = Entry.objects.count()
    said, page = holder(who).get("overview"), browser_of(who).get("/").content.decode()
    assert Entry.objects.count() == before
    counted = dict(re.findall(r'/kiosks/\?state=([a-z]+)">.*?<b class="n">([0-9,]+)</b></a>', page))
    assert {name: int(count) for name, count in counted.items()} == said["kiosks"]
    today = re.search('<div class="kp">.*?</section>', page, re.DOTALL)
    assert today is not None
    figures = re.findall(r'<b class="n">(\d+)</b>', today[0])
    assert [int(each) for each in figures] == [said["visits"], said["money"]["paid"], said["money"]["waiting"]]
    baht = f"{said['money']['paid_satang'] // 100:,}"
    assert baht in today[0]
    assert re.findall(r'class="btn s" href="/kiosks/([A-Z0-9-]+)/"', page) == [
        each["kiosk_id"] for each in said["needs"]
    ]
    assert f"การเงิน {sum(said['money']['odd'].values())} รายการ" in page
