"""What a program reads of kiosks is what their pages show: which there are, what is wrong with one, what it should run
and why it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from fleet.devices.models import Kiosk, KioskState, Lease
from fleet.devices.truth import RANK, said_of
from fleet.people.models import Role
from fleet.protocol.messages import DeviceState, DeviceStatus, Health, Reported, Status
from fleet.protocol.updates import FirmwareDesired, FirmwareReported, UpdateReason, UpdateState
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

OLD, NEW = "0d" * 32, "1e" * 32


def program(role: Role = Role.TECHNICIAN, dopa_code: int | None = 20, name: str = "") -> Holder:
    return holder(person(role, dopa_code, name))


@pytest.fixture(autouse=True)
def _heard() -> None:
    """The fleet hears its kiosks for as long as a test takes."""
    Lease.objects.update_or_create(
        name="ingest", defaults={"holder": "test", "until": timezone.now() + timedelta(hours=1)}
    )


def say(
    kiosk_id: str = "CBI-01",
    *,
    reported: Reported | None = None,
    printer: DeviceStatus | None = None,
    alive: bool = True,
    used_twice: bool = False,
    **other: Any,
) -> None:
    """What a kiosk says of itself, a moment ago."""
    now = timezone.now()
    names = ("card", "scanner", "printer", "panel", "display")
    devices = {name: DeviceStatus(state=DeviceState.ONLINE) for name in names}
    devices |= {"printer": printer} if printer else {}
    status = Status(session_no=7, no=1, at=now, devices=devices, **{"paper": "full", **other})
    told = {
        "alive": alive, "heard_at": now, "status": msgspec.to_builtins(status), "said_rank": RANK[said_of(status)],
        "session_no": 7, "version": "1.2.3", "reported": msgspec.to_builtins(reported) if reported else None,
        "used_twice_at": now if used_twice else None,
    }  # fmt: skip
    KioskState.objects.update_or_create(pk=kiosk_id, defaults=told)


# ---- which kiosks


def ids(one: Holder, asked: str) -> list[str]:
    return [each["kiosk_id"] for each in one.get(f"kiosks?limit=200{asked}")["items"]]


def test_kiosks_are_found_by_how_they_stand() -> None:
    say("CBI-01")
    say("CBI-02", paper="out")
    say("KKN-01", paper="out")
    one = program()
    assert ids(one, "&condition=failing") == ["CBI-02"]
    assert ids(one, "&condition=ok") == ["CBI-01"]
    assert ids(one, "&condition=ok&q=CBI-02") == []
    assert {"CBI-02", "KKN-01"} <= set(ids(program(Role.NATIONAL_ADMIN, None), "&condition=failing"))
    assert one.ask("get", "kiosks?condition=broken").status_code == 422
    followed = one.get("kiosks?limit=1&condition=unknown")
    rest = (
        one.get(f"kiosks?limit=200&condition=unknown&after={followed['next']}") if followed["next"] else {"items": []}
    )
    found = [each["kiosk_id"] for each in (*followed["items"], *rest["items"])]
    assert found == ids(one, "&condition=unknown")


def test_kiosks_are_found_by_their_offices_name_as_on_the_page() -> None:
    who = person(Role.NATIONAL_ADMIN, None)
    office = Kiosk.objects.select_related("office").get(pk="CBI-01").office
    found = ids(holder(who), f"&q={office.name_en[-8:]}")
    assert "CBI-01" in found
    page = browser_of(who).get("/kiosks/", {"q": office.name_en[-8:]}).content.decode()
    assert all(f'href="/kiosks/{each}/"' in page for each in found)
    assert ids(holder(who), "&q=no%20such%20office") == []


# ---- why somebody should look


@pytest.mark.parametrize(
    ("said", "cause", "devices"),
    [
        ({}, None, []),
        ({"paper": "out"}, "paper-out", []),
        ({"paper": "jammed"}, "paper-jammed", []),
        ({"paper": "low"}, "paper-low", []),
        ({"printer": DeviceStatus(state=DeviceState.HARDWARE_ERROR)}, "devices", ["printer"]),
        ({"printer": DeviceStatus(state=DeviceState.OFFLINE), "paper": "low"}, "devices", ["printer"]),
        ({"health": Health(disk_room="last")}, "disk-last", []),
        ({"health": Health(disk_room="low")}, "disk-low", []),
        ({"alive": False, "paper": "out"}, "offline", []),
        ({"used_twice": True}, "used-twice", []),
    ],
)
def test_the_worst_is_named(said: dict[str, Any], cause: str | None, devices: list[str]) -> None:
    say(**said)
    one = program()
    for told in (one.get("kiosks/CBI-01"), one.get("kiosks?q=CBI-01")["items"][0]):
        assert (told["cause"], told["cause_devices"]) == (cause, devices)


def test_silence_is_whose_it_is() -> None:
    one = program()
    KioskState.objects.filter(pk="CBI-01").delete()
    assert one.get("kiosks/CBI-01")["cause"] == "never-heard"
    say()
    KioskState.objects.filter(pk="CBI-01").update(heard_at=timezone.now() - timedelta(minutes=9))
    assert one.get("kiosks/CBI-01")["cause"] == "silent"
    Lease.objects.all().delete()
    assert one.get("kiosks/CBI-01")["cause"] == "fleet-deaf"


# ---- what it should run, and what it does


@pytest.mark.parametrize(
    ("reported", "alive", "gap"),
    [
        ({"ahead": 0}, True, "none"),
        ({"ahead": 0, "problems": ("payees: unsigned",)}, True, "partly"),
        ({"ahead": -1, "problems": ("patience: too short",)}, True, "refused"),
        ({"ahead": -1}, True, "under-way"),
        ({"ahead": -1}, False, "offline"),
        (None, True, "never-said"),
    ],
)
def test_why_its_settings_are_others(reported: dict[str, Any] | None, alive: bool, gap: str) -> None:
    Kiosk.objects.filter(pk="CBI-01").update(settings_revision=5)
    said = None
    if reported is not None:
        ahead = reported.pop("ahead")
        said = Reported(settings_revision=5 + ahead, **reported)
        reported["ahead"] = ahead
    say(alive=alive, reported=said)
    told = program().get("kiosks/CBI-01")
    assert told["settings_gap"] == gap
    assert (told["desired_revision"], told["reported_revision"]) == (5, said.settings_revision if said else None)


def test_why_it_has_other_records_of_its_office() -> None:
    office = Kiosk.objects.select_related("office").get(pk="CBI-01").office
    one = program()
    for revision, alive, gap in (
        (office.revision, True, "none"),
        (99999, True, "under-way"),
        (99999, False, "offline"),
    ):
        say(alive=alive, reported=Reported(settings_revision=1, office_revision=revision))
        told = one.get("kiosks/CBI-01")
        assert (told["office_gap"], told["office_revision"]) == (gap, office.revision)
        assert told["reported_office_revision"] == revision


@pytest.mark.parametrize(
    ("about", "gap"),
    [
        ({"running_hash": NEW, "state": UpdateState.GOOD}, "none"),
        ({"cancelled": True}, "cancelled"),
        ({"alive": False}, "offline"),
        ({"rollout_id": "6"}, "under-way"),
        ({"state": UpdateState.WAITING, "reason": UpdateReason.QUIET_HOURS}, "at-it"),
    ],
)
def test_why_its_firmware_is_another(about: dict[str, Any], gap: str) -> None:
    said = {"running_version": "1", "running_hash": OLD, "rollout_id": "7-back", **about}
    alive, cancelled = said.pop("alive", True), said.pop("cancelled", False)
    wanted = FirmwareDesired(
        version="2", target="firmware/2", manifest_hash=NEW, compatible="sala-rpi", size_bytes=1, rollout_id="7-back",
        cancelled=cancelled,
    )  # fmt: skip
    Kiosk.objects.filter(pk="CBI-01").update(firmware=msgspec.to_builtins(wanted))
    say(alive=alive, reported=Reported(settings_revision=1, firmware=FirmwareReported(**said)))
    told = program().get("kiosks/CBI-01")["firmware"]
    assert (told["gap"], told["wanted_version"], told["wanted_hash"], told["rollout"]) == (gap, "2", NEW, 7)
    assert (told["running_version"], told["state"]) == ("1", said.get("state", UpdateState.IDLE).value)
    assert told["reason"] == said.get("reason", UpdateReason.NONE).value


def test_firmware_of_which_nothing_is_wanted_and_of_none() -> None:
    one = program()
    say(reported=Reported(settings_revision=1))
    assert one.get("kiosks/CBI-01")["firmware"] is None
    say(reported=Reported(settings_revision=1, firmware=FirmwareReported(running_version="1")))
    told = one.get("kiosks/CBI-01")["firmware"]
    assert (told["running_version"], told["wanted_version"], told["rollout"], told["gap"]) == ("1", None, None, None)


def test_the_machine_its_link_and_its_devices() -> None:
    now = timezone.now()
    printer = DeviceStatus(state=DeviceState.ONLINE, model="KP-302", firmware="1.7")
    health = Health(uptime_s=90, temperature_c=61.5, under_voltage=False, restart="watchdog", disk_room="plenty")
    say(printer=printer, health=health, paper="low", paper_slips_left=40, paper_out_at=now)
    KioskState.objects.filter(pk="CBI-01").update(committed_through=12)
    told = program().get("kiosks/CBI-01")
    assert (told["session_no"], told["committed_through"], told["version"]) == (7, 12, "1.2.3")
    of_printer = next(each for each in told["devices"] if each["device"] == "printer")
    assert (of_printer["model"], of_printer["firmware"]) == ("KP-302", "1.7")
    health_told = told["health"]
    assert (health_told["uptime_s"], health_told["temperature_c"], health_told["restart"]) == (90, 61.5, "watchdog")
    assert (health_told["under_voltage"], health_told["slowed"]) == (False, None)
    assert told["machine"] == {"power": "ok", "restart": "attention"}
    assert (told["paper_slips_left"], told["paper_out_at"] is None) == (40, False)
    office = Kiosk.objects.select_related("office__province").get(pk="CBI-01").office
    assert (told["office_name_th"], told["province_name_en"]) == (office.name_th, office.province.name_en)
