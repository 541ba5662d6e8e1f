"""A contract that no bad scanner fails proves nothing: each saboteur must be caught by the test named."""

from __future__ import annotations

import select

import pytest

from drivers.about import About
from drivers.errors import DeviceAbsentError
from drivers.scanner.fake import FakeScanner
from drivers.scanner.port import Scanned
from tests.contract.patience import SABOTEUR_S
from tests.contract.scanner import EVENTS, ScannerContract
from tests.contract.scanner_rigs import fake_rig


class EndsAtEnter(FakeScanner):
    def scan(self, text: str) -> None:
        super().scan(text.partition("\r")[0])


class Merges(FakeScanner):
    def wait(self, timeout_s: float) -> Scanned | None:
        scans = [scan.text for scan in iter(lambda: super(Merges, self).wait(0), None)]
        return Scanned("".join(scans)) if scans else super().wait(timeout_s)


class KeepsWhatHasHoles(FakeScanner):
    def drop_events(self, after: int = 0) -> None:
        pass


class MissesLateHoles(FakeScanner):
    def drop_events(self, after: int = 0) -> None:
        if after < EVENTS // 2:
            super().drop_events(after)


class HandsOutHalves(FakeScanner):
    def unplug_within(self, text: str, events: int) -> None:
        super().unplug_within(text, events)
        self._half = Scanned(text[: events // 4])

    def wait(self, timeout_s: float) -> Scanned | None:
        half, self._half = getattr(self, "_half", None), None
        return half or super().wait(timeout_s)


class KeepsWhatItOpened(FakeScanner):
    def open(self) -> FakeScanner:
        self.__dict__.setdefault("kept", []).append(select.epoll())
        return super().open()


class SaysNotWhereItIs(FakeScanner):
    def about(self) -> About:
        return About(model="scanner")


class IgnoresTimeout(FakeScanner):
    def wait(self, timeout_s: float) -> Scanned | None:
        return super().wait(1.5)


class DeafToCancel(FakeScanner):
    def wait(self, timeout_s: float) -> Scanned | None:
        return super().wait(min(timeout_s, 1.2))

    def cancel(self) -> None:
        pass


class ForgetsCancel(FakeScanner):
    def wait(self, timeout_s: float) -> Scanned | None:
        self._is_cancelled = False
        return super().wait(min(timeout_s, 1.2))


class LeaksOSError(FakeScanner):
    def wait(self, timeout_s: float) -> Scanned | None:
        try:
            return super().wait(timeout_s)
        except DeviceAbsentError as err:
            raise OSError(19, "No such device") from err


class ClosesOnce(FakeScanner):
    def close(self) -> None:
        if self._is_closed:
            raise ValueError("already closed")
        super().close()


SABOTEURS = {
    EndsAtEnter: "test_a_scan_is_all_of_its_text",
    Merges: "test_scans_come_one_by_one_in_order",
    KeepsWhatHasHoles: "test_a_scan_with_lost_events_is_discarded_whole",
    MissesLateHoles: "test_events_lost_anywhere_in_a_scan_spoil_that_scan_only",
    HandsOutHalves: "test_unplugged_at_any_event_no_part_of_a_scan_is_handed_out",
    KeepsWhatItOpened: "test_a_thousand_replugs_leave_no_descriptor_and_no_thread",
    SaysNotWhereItIs: "test_it_tells_where_it_is_plugged_in",
    IgnoresTimeout: "test_wait_gives_up_after_its_timeout",
    DeafToCancel: "test_cancel_from_another_thread_ends_a_wait",
    ForgetsCancel: "test_cancel_ends_the_next_wait_and_no_more",
    LeaksOSError: "test_unplugging_is_absence",
    ClosesOnce: "test_close_twice",
}


@pytest.mark.parametrize(("saboteur", "test"), SABOTEURS.items(), ids=lambda x: getattr(x, "__name__", x))
def test_saboteur_is_caught(saboteur: type[FakeScanner], test: str) -> None:
    contract = ScannerContract()
    contract.soon_s = contract.prompt_s = SABOTEUR_S
    with pytest.raises((AssertionError, OSError, ValueError)):  # an AttributeError would be the test breaking
        getattr(contract, test)(fake_rig(saboteur()))


def test_every_contract_test_has_a_saboteur() -> None:
    assert {name for name in vars(ScannerContract) if name.startswith("test_")} == set(SABOTEURS.values())
