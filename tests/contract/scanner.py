"""What every Scanner must do, whoever made it. A rig plays the hand with the symbol and the cable.

The fault matrix: the cable pulled, and events lost, at every event of a scan (each key down, each key up), with
nothing of that scan ever handed out and the next one whole.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.about import About
from drivers.errors import DeviceAbsentError
from drivers.scanner.port import Scanned, Scanner
from drivers.scanner.virtual import key_events
from tests.contract.patience import LONG_S, PROMPT_S, SOON_S
from tests.support.held import assert_nothing_more_than, held

BILL = "|112345678901234\rREF0000000001\rREF2\r50000"
FOLDER = "10180000125417"


@dataclass
class ScannerRig:
    scanner: Scanner
    scan: Callable[[str], None]
    lose_events: Callable[[int], None]
    """Some events get lost during the next scan, after so many."""
    unplug: Callable[[], None]
    unplug_within: Callable[[str, int], None]
    """The cable is pulled when a scan has typed so many events."""
    replug: Callable[[], Scanner]
    """The cable is put back, what was opened is closed and opened again."""


SHORT = "|1\rAb"
"""Every sort of key: Enter, Shift, a letter, a digit."""

EVENTS = len(list(key_events(SHORT)))

REPLUGS = 1000


class ScannerContract:
    soon_s = SOON_S
    prompt_s = PROMPT_S

    def test_a_scan_is_all_of_its_text(self, rig: ScannerRig) -> None:
        rig.scan(BILL)
        assert rig.scanner.wait(self.soon_s) == Scanned(BILL)

    def test_scans_come_one_by_one_in_order(self, rig: ScannerRig) -> None:
        rig.scan(FOLDER)
        rig.scan("Factory-3/42(7)")
        rig.scan(BILL)
        scans = [rig.scanner.wait(self.soon_s) for _ in range(3)]
        assert [*scans, rig.scanner.wait(0.2)] == [Scanned(FOLDER), Scanned("Factory-3/42(7)"), Scanned(BILL), None]

    def test_a_scan_with_lost_events_is_discarded_whole(self, rig: ScannerRig) -> None:
        rig.lose_events(20)
        rig.scan(FOLDER)
        assert rig.scanner.wait(0.2) is None
        rig.scan(FOLDER)
        assert rig.scanner.wait(self.soon_s) == Scanned(FOLDER)

    def test_events_lost_anywhere_in_a_scan_spoil_that_scan_only(self, rig: ScannerRig) -> None:
        for after in range(EVENTS):
            rig.lose_events(after)
            rig.scan(SHORT)
            assert rig.scanner.wait(0.08) is None, after  # the gap, and some
            rig.scan(FOLDER)
            assert rig.scanner.wait(self.soon_s) == Scanned(FOLDER), after

    def test_unplugged_at_any_event_no_part_of_a_scan_is_handed_out(self, rig: ScannerRig) -> None:
        for text in ("Ab-3", SHORT):
            whole_from = len(list(key_events(text, terminator=""))) + 1  # the terminator has been pressed
            for events in range(whole_from + 4):
                rig.unplug_within(text, events)
                heard = _heard_until_absent(rig.scanner, self.soon_s)
                assert heard in ([], [Scanned(text)] if events >= whole_from else []), events
                scanner = rig.replug()
                rig.scan(FOLDER)
                assert scanner.wait(self.soon_s) == Scanned(FOLDER), events

    def test_a_thousand_replugs_leave_no_descriptor_and_no_thread(self, rig: ScannerRig) -> None:
        before = held()
        for _ in range(REPLUGS):
            rig.unplug()
            with pytest.raises(DeviceAbsentError):
                rig.scanner.wait(self.soon_s)
            rig.replug()
        assert_nothing_more_than(before)

    def test_it_tells_where_it_is_plugged_in(self, rig: ScannerRig) -> None:
        about = rig.scanner.about()
        assert isinstance(about, About)
        assert about.port

    def test_wait_gives_up_after_its_timeout(self, rig: ScannerRig) -> None:
        began_s = time.monotonic()
        assert rig.scanner.wait(0.2) is None
        assert 0.15 < time.monotonic() - began_s < self.prompt_s

    def test_cancel_from_another_thread_ends_a_wait(self, rig: ScannerRig) -> None:
        canceller = threading.Timer(0.1, rig.scanner.cancel)
        canceller.start()
        began_s = time.monotonic()
        assert rig.scanner.wait(LONG_S) is None
        assert time.monotonic() - began_s < self.prompt_s
        canceller.join()

    def test_cancel_ends_the_next_wait_and_no_more(self, rig: ScannerRig) -> None:
        rig.scanner.cancel()
        began_s = time.monotonic()
        assert rig.scanner.wait(LONG_S) is None
        assert time.monotonic() - began_s < self.prompt_s
        rig.scan(FOLDER)
        assert rig.scanner.wait(self.soon_s) == Scanned(FOLDER)

    def test_unplugging_is_absence(self, rig: ScannerRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.scanner.wait(self.soon_s)

    def test_close_twice(self, rig: ScannerRig) -> None:
        rig.scanner.close()
        rig.scanner.close()
        rig.scanner.cancel()


def _heard_until_absent(scanner: Scanner, soon_s: float) -> list[Scanned | None]:
    heard: list[Scanned | None] = []
    with pytest.raises(DeviceAbsentError):
        heard.extend(scanner.wait(soon_s) for _ in range(3))
    return heard
