"""What every Scanner must do, whoever made it. A rig plays the hand with the symbol and the cable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.errors import DeviceAbsentError
from drivers.scanner.port import Scanned, Scanner

BILL = "|112345678901234\rREF0000000001\rREF2\r50000"
FOLDER = "10180000125417"


@dataclass
class ScannerRig:
    scanner: Scanner
    scan: Callable[[str], None]
    lose_events: Callable[[], None]
    """Events get lost during the next scan."""
    unplug: Callable[[], None]


class ScannerContract:
    def test_a_scan_is_all_of_its_text(self, rig: ScannerRig) -> None:
        rig.scan(BILL)
        assert rig.scanner.wait(1) == Scanned(BILL)

    def test_scans_come_one_by_one_in_order(self, rig: ScannerRig) -> None:
        rig.scan(FOLDER)
        rig.scan("Factory-3/42(7)")
        rig.scan(BILL)
        scans = [rig.scanner.wait(1), rig.scanner.wait(1), rig.scanner.wait(1), rig.scanner.wait(0.2)]
        assert scans == [Scanned(FOLDER), Scanned("Factory-3/42(7)"), Scanned(BILL), None]

    def test_a_scan_with_lost_events_is_discarded_whole(self, rig: ScannerRig) -> None:
        rig.lose_events()
        rig.scan(FOLDER)
        assert rig.scanner.wait(0.2) is None
        rig.scan(FOLDER)
        assert rig.scanner.wait(1) == Scanned(FOLDER)

    def test_wait_gives_up_after_its_timeout(self, rig: ScannerRig) -> None:
        began_s = time.monotonic()
        assert rig.scanner.wait(0.2) is None
        assert 0.15 < time.monotonic() - began_s < 1

    def test_cancel_from_another_thread_ends_a_wait(self, rig: ScannerRig) -> None:
        canceller = threading.Timer(0.1, rig.scanner.cancel)
        canceller.start()
        began_s = time.monotonic()
        assert rig.scanner.wait(10) is None
        assert time.monotonic() - began_s < 1
        canceller.join()

    def test_cancel_ends_the_next_wait_and_no_more(self, rig: ScannerRig) -> None:
        rig.scanner.cancel()
        began_s = time.monotonic()
        assert rig.scanner.wait(10) is None
        assert time.monotonic() - began_s < 1
        rig.scan(FOLDER)
        assert rig.scanner.wait(1) == Scanned(FOLDER)

    def test_unplugging_is_absence(self, rig: ScannerRig) -> None:
        rig.unplug()
        with pytest.raises(DeviceAbsentError):
            rig.scanner.wait(1)

    def test_close_twice(self, rig: ScannerRig) -> None:
        rig.scanner.close()
        rig.scanner.close()
        rig.scanner.cancel()
