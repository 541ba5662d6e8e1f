"""What is true of a kiosk: heard, not hoped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone, translation

from fleet.devices import hearing
from fleet.devices.models import Kiosk, KioskState
from fleet.devices.truth import STALE_AFTER, Condition, KioskTruth, truth_of
from fleet.protocol.messages import DeviceState, DeviceStatus, Health, Reported, Status
from fleet.web import words

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ALL_WELL = {name: DeviceStatus(state=DeviceState.ONLINE) for name in ("card", "scanner", "printer", "panel", "display")}


def truth(
    devices: dict[str, DeviceStatus] | None = None, *, paper: str = "adequate", is_heard: bool = True, **state: Any
) -> KioskTruth:
    kiosk = Kiosk.objects.select_related("office").get(pk="CBI-01")
    status = Status(session_no=1, at=NOW, devices=ALL_WELL if devices is None else devices, paper=paper)
    known = {"alive": True, "heard_at": NOW, "status": msgspec.to_builtins(status), **state}
    kiosk.state = KioskState(kiosk=kiosk, **known)
    return truth_of(kiosk, NOW, is_heard=is_heard)


def test_a_kiosk_that_never_spoke_is_unknown_and_not_offline() -> None:
    kiosk = Kiosk.objects.select_related("office").get(pk="CBI-01")
    assert truth_of(kiosk, NOW, is_heard=True).condition is Condition.UNKNOWN
    assert not truth_of(kiosk, NOW, is_heard=True).online


def test_all_well() -> None:
    assert truth().condition is Condition.OK


def test_a_dead_link_is_offline_however_well_the_devices_were() -> None:
    assert truth(alive=False).condition is Condition.OFFLINE


@pytest.mark.parametrize("alive", [True, False])
def test_a_fleet_without_its_broker_knows_of_nobody_whether_he_is_there(alive: bool) -> None:
    said = truth(alive=alive, is_heard=False)
    assert (said.condition, said.online) == (Condition.STALE, False)
    assert {each.condition for each in said.devices} == {Condition.STALE}


def test_hearing_holds_as_long_as_it_is_said() -> None:
    now = timezone.now()
    assert not hearing.hears(now)
    hearing.say_hearing("fleet-ingest")
    assert hearing.hears(now)
    assert not hearing.hears(now + hearing.HEARD_FOR * 2), "who was killed says nothing any more"
    hearing.say_deaf()
    assert not hearing.hears(now)


def test_a_disk_that_fills_up_is_a_reason_to_look() -> None:
    def on(disk_room: str) -> Condition:
        status = Status(session_no=1, at=NOW, devices=ALL_WELL, paper="full", health=Health(disk_room=disk_room))
        return truth(status=msgspec.to_builtins(status)).condition

    assert [on(each) for each in ("", "plenty", "low", "last")] == [
        Condition.OK, Condition.OK, Condition.ATTENTION, Condition.FAILING,
    ]  # fmt: skip


def test_silence_makes_it_stale_after_three_heartbeats() -> None:
    assert truth(heard_at=NOW - STALE_AFTER).condition is Condition.OK
    assert truth(heard_at=NOW - STALE_AFTER - timedelta(seconds=1)).condition is Condition.STALE


@pytest.mark.parametrize(
    ("state", "condition"),
    [
        (DeviceState.BUSY, Condition.OK),
        (DeviceState.OFFLINE, Condition.ATTENTION),
        (DeviceState.USER_ERROR, Condition.ATTENTION),
        (DeviceState.HARDWARE_ERROR, Condition.FAILING),
        (DeviceState.NO_DEVICE, Condition.FAILING),
        (DeviceState.UNKNOWN, Condition.UNKNOWN),
    ],
)
def test_the_worst_device_decides(state: DeviceState, condition: Condition) -> None:
    assert truth({**ALL_WELL, "printer": DeviceStatus(state=state)}).condition is condition


def test_a_device_nobody_spoke_of_is_unknown() -> None:
    said = {name: status for name, status in ALL_WELL.items() if name != "panel"}
    assert truth(said).condition is Condition.UNKNOWN


@pytest.mark.parametrize(
    ("paper", "condition"),
    [("low", Condition.ATTENTION), ("out", Condition.FAILING), ("jammed", Condition.FAILING)],
)
def test_paper_counts_too(paper: str, condition: Condition) -> None:
    assert truth(paper=paper).condition is condition


@pytest.mark.parametrize("unheard", [{"alive": False}, {"heard_at": NOW - STALE_AFTER - timedelta(seconds=1)}])
def test_what_a_kiosk_said_before_it_fell_silent_is_old_news(unheard: dict[str, Any]) -> None:
    assert {device.condition for device in truth(**unheard).devices} == {Condition.STALE}


def test_without_a_printer_nobody_knows_the_paper() -> None:
    gone = {**ALL_WELL, "printer": DeviceStatus(state=DeviceState.NO_DEVICE)}
    assert truth(gone, paper="full").paper == "unknown"


@pytest.mark.parametrize(("paper", "left"), [("low", 40), ("full", 40), ("out", None), ("unknown", None)])
def test_paper_lasts_only_while_there_is_some(paper: str, left: int | None) -> None:
    status = Status(session_no=1, at=NOW, devices=ALL_WELL, paper=paper, paper_slips_left=40, paper_out_at=NOW)
    found = truth(status=msgspec.to_builtins(status))
    assert (found.paper_slips_left, found.paper_out_at) == (left, NOW if left else None)


@pytest.mark.parametrize(("language", "said"), [("th", "เหลือประมาณ 40 ใบ"), ("en", "About 40 slips left")])
def test_how_long_paper_lasts_is_said_in_the_language_of_the_page(language: str, said: str) -> None:
    status = Status(session_no=1, at=NOW, devices=ALL_WELL, paper="low", paper_slips_left=47)
    with translation.override(language):
        assert words.paper_outlook(truth(status=msgspec.to_builtins(status))) == said
        assert words.paper_outlook(truth(paper="low")) == "", "a kiosk that cannot know, or of an earlier release"


def test_settled_means_that_it_runs_what_it_should() -> None:
    desired = Kiosk.objects.get(pk="CBI-01").settings_revision
    assert truth(reported=msgspec.to_builtins(Reported(settings_revision=desired))).settled
    assert not truth(reported=msgspec.to_builtins(Reported(settings_revision=desired - 1))).settled
    assert not truth().settled, "a kiosk that reported nothing runs nothing we know of"


def test_convergence_is_told_only_for_the_revision_that_is_desired_now() -> None:
    kiosk = Kiosk.objects.get(pk="CBI-01")
    assert kiosk.desired_at is not None
    took = {"converged_at": kiosk.desired_at + timedelta(milliseconds=420)}
    reported = msgspec.to_builtins(Reported(settings_revision=kiosk.settings_revision))
    older = msgspec.to_builtins(Reported(settings_revision=kiosk.settings_revision - 1))
    assert truth(reported=reported, **took).converged_ms == 420
    assert truth(reported=older, **took).converged_ms is None


def test_one_identity_in_two_places_is_failing_however_well_it_says_it_is() -> None:
    said = truth(used_twice_at=NOW)
    assert said.condition is Condition.FAILING
    assert truth(used_twice_at=NOW, alive=False).condition is Condition.FAILING
    with translation.override("en"):
        assert "certificate" in words.trouble(said)
        assert "enrol" in words.deed(said)


def test_a_cabinet_that_stands_open_is_no_broken_panel() -> None:
    opened = DeviceStatus(state=DeviceState.HARDWARE_ERROR, detail="tamper")
    gone = DeviceStatus(state=DeviceState.NO_DEVICE)
    said, both = truth({**ALL_WELL, "panel": opened}), truth({**ALL_WELL, "panel": opened, "printer": gone})
    assert said.condition is Condition.FAILING
    panel = next(each for each in said.devices if each.device == "panel")
    with translation.override("en"):
        assert (words.says(panel), words.more(panel)) == ("Cabinet open", "")
        assert words.trouble(said) == "Cabinet open"
        assert "close the cabinet" in words.deed(said)
        assert words.trouble(both) == "Printer: Not found · Cabinet open"
        assert "cable" in words.deed(both), "what is broken comes before what is open"


def test_a_panel_that_breaks_is_not_an_open_cabinet() -> None:
    said = truth({**ALL_WELL, "panel": DeviceStatus(state=DeviceState.HARDWARE_ERROR, detail="no such chip")})
    with translation.override("en"):
        assert words.trouble(said) == "Panel and cabinet: Broken"
        assert words.more(next(each for each in said.devices if each.device == "panel")) == "no such chip"
