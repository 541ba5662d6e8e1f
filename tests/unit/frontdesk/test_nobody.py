"""The desk of a kiosk that is nobody yet: the QR of a network before its scanner, and what the screen says of it."""

from __future__ import annotations

import json
import logging
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.display.fake import FakeDisplay
from drivers.scanner.fake import FakeScanner
from kiosk.config import Devices, Enrolment, MachineConfig
from kiosk.frontdesk.glass import Glass
from kiosk.frontdesk.network import FILE, take
from kiosk.frontdesk.nobody import Around, await_identity
from kiosk.frontdesk.recovery import Recovery
from kiosk.visits.states import NetworkNote

SIZE_PX = (800, 480)
WIFI = "WIFI:T:WPA;S:OFFICE;P:correct horse;;"
ADDRESS = "SALANET:A:192.0.2.20/24;G:192.0.2.1;D:192.0.2.1;T:192.0.2.1;;"
PATIENCE_S = 30.0


def kept(data_dir: Path) -> dict[str, object]:
    file = data_dir / FILE
    return dict(json.loads(file.read_text())) if file.exists() else {}


def test_codes_add_up_and_are_forgotten(tmp_path: Path) -> None:
    assert take(ADDRESS, tmp_path) is NetworkNote.KEPT
    assert take(WIFI, tmp_path) is NetworkNote.KEPT
    assert kept(tmp_path) == {
        "wifi": {"name": "OFFICE", "password": "correct horse", "country": "TH"},
        "address": {"own": "192.0.2.20/24", "gateway": "192.0.2.1", "dns": ["192.0.2.1"]},
        "time": {"servers": ["192.0.2.1"]},
    }
    take("SALANET:A:dhcp;;", tmp_path)
    assert kept(tmp_path)["address"] == {}
    take("SALANET:FORGET;;", tmp_path)
    assert kept(tmp_path) == {}


def test_what_is_no_network_changes_nothing_and_no_log_holds_a_password(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    take(WIFI, tmp_path)
    for wrong in ("CBI-69-00001", "WIFI:T:WPA;S:OFFICE;P:horse;;", "WIFI:T:nopass;S:OFFICE;;"):
        assert take(wrong, tmp_path) is NetworkNote.WRONG
    assert "wifi" in kept(tmp_path)
    (tmp_path / FILE).write_text("{")  # a disk that lost it: what is scanned next is kept all the same
    assert take(ADDRESS, tmp_path) is NetworkNote.KEPT
    (tmp_path / "file").write_text("")
    assert take(WIFI, tmp_path / "file") is NetworkNote.FAILED
    assert caplog.records
    for word in ("horse", "OFFICE"):
        assert word not in caplog.text


def run(tmp_path: Path, scanner: FakeScanner, is_over: Callable[[FakeDisplay], bool]) -> FakeDisplay:
    """The real loop, with a screen and a scanner in memory, until it is over."""
    devices = Devices(card="fake:", scanner="fake:", printer="fake:", panel="fake:", display="fake:")
    config = MachineConfig(
        data_dir=str(tmp_path / "data"), run_dir=str(tmp_path), devices=devices,
        enrolment=Enrolment(fleet="https://fleet.example"),
    )  # fmt: skip
    display = FakeDisplay(SIZE_PX)
    glass = Glass(display.open, SIZE_PX, Recovery(tmp_path / "display", ""))
    glass.open_if_due()
    until_s = time.monotonic() + PATIENCE_S

    def is_stopping() -> bool:
        assert time.monotonic() < until_s, "it did not happen"
        return is_over(display)

    assert await_identity(config, Around(glass, scanner.open, is_stopping, lambda: None)) is None
    return display


def test_a_kiosk_without_a_network_gets_it_by_its_scanner_and_says_so(tmp_path: Path) -> None:
    scanner, frames = FakeScanner(), []

    def is_over(display: FakeDisplay) -> bool:
        if display.frames and not frames:
            frames.append(len(display.frames))
            scanner.scan(WIFI)
        return bool(frames) and bool(kept(tmp_path / "data")) and len(display.frames) > frames[0]

    run(tmp_path, scanner, is_over)
    file = tmp_path / "data" / FILE
    assert stat.S_ISREG(file.stat().st_mode)
    assert kept(tmp_path / "data")["wifi"] == {"name": "OFFICE", "password": "correct horse", "country": "TH"}


def test_a_kiosk_without_a_scanner_shows_its_offer_all_the_same(tmp_path: Path) -> None:
    scanner = FakeScanner()
    scanner.unplug()
    run(tmp_path, scanner, lambda display: bool(display.frames))
