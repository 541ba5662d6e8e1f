"""What the fleet is told of a front desk that says nothing any more."""

from __future__ import annotations

from dataclasses import dataclass

from fleet.protocol.messages import DeviceState, DeviceStatus
from kiosk import news
from kiosk.agent.desk_watch import SILENT, SILENT_S, DeskWatch
from kiosk.visits.desk import Device

WELL = news.DeskStatus(
    devices={"card": DeviceStatus(state=DeviceState.ONLINE, detail="")}, paper="adequate", in_visit=True
)


@dataclass
class Clock:
    now_s: float = 50.0

    def __call__(self) -> float:
        return self.now_s


def test_a_silent_desk_knows_nothing_and_nobody_is_at_it() -> None:
    clock = Clock()
    watch = DeskWatch(clock)
    watch.heard(WELL)
    clock.now_s += SILENT_S - 1
    assert not watch.falls_silent()
    assert watch.status is WELL
    clock.now_s += 1
    assert watch.falls_silent()
    assert watch.status.devices.keys() == {device.value for device in Device}
    assert {(each.state, each.detail) for each in watch.status.devices.values()} == {(DeviceState.UNKNOWN, SILENT)}
    assert (watch.status.paper, watch.status.in_visit) == ("unknown", False)


def test_it_is_noticed_once_and_again_after_it_has_spoken() -> None:
    clock = Clock()
    watch = DeskWatch(clock)
    for _ in range(2):
        clock.now_s += SILENT_S
        assert [watch.falls_silent(), watch.falls_silent()] == [True, False]
        watch.heard(WELL)
        assert watch.status is WELL
        assert not watch.falls_silent()


def test_a_desk_that_never_spoke_is_waited_for_as_long() -> None:
    clock = Clock()
    watch = DeskWatch(clock)
    assert watch.status.devices == {}
    clock.now_s += SILENT_S - 1
    assert not watch.falls_silent()
