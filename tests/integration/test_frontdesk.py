"""The front desk as the process it is, on the shipped fakes: how it starts, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fleet.protocol.messages import Desired, SettingsLayer
from fleet.protocol.records import SettingsApplied, decode_record
from kiosk import news, settings_store
from kiosk.spool import Spool
from tests.support.broker import PATIENCE_S, eventually
from tests.support.sample_visit import DOCUMENT
from tests.support.signed import believe

DEVICES = ("card", "scanner", "printer", "panel", "display")


class Desk:
    """The process, and the agent's end of its news."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        self.agent = news.NewsSocket(folder / "run", news.AGENT, news.FRONTDESK)
        self._process: subprocess.Popen[bytes] | None = None
        layer = SettingsLayer(layer="national", revision=1, document=DOCUMENT)
        settings_store.store(folder / "data", Desired(settings_revision=1, layers=(layer,)))
        believe(folder / "data", DOCUMENT)

    def start(self, run_dir: str = "run", **addresses: str) -> None:
        lines = ['kiosk_id = "CBI-02"', 'data_dir = "data"', f'run_dir = "{run_dir}"', "[devices]"]
        lines += [f'{name} = "{addresses.get(name, "fake:")}"' for name in DEVICES]
        lines += ["[display]", 'profile = "7in"', "[link]", 'broker_host = "127.0.0.1"', "broker_port = 1"]
        lines += ['fleet_api = "https://127.0.0.1:1"', 'ca_file = "a"', 'certificate_file = "b"', 'key_file = "c"']
        (self.folder / "machine.toml").write_text("\n".join(lines), "utf-8")
        with (self.folder / "desk.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "frontdesk", "--config", str(self.folder / "machine.toml")],
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
            )

    def until_all_devices_answer(self) -> None:
        def look() -> bool:
            message = self.agent.receive(0.5)
            return isinstance(message, news.DeskStatus) and message.devices.keys() == set(DEVICES)

        eventually(look)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        assert self._process is not None
        code = self._process.wait(PATIENCE_S)
        self._process = None
        return code

    @property
    def log(self) -> str:
        return (self.folder / "desk.log").read_text("utf-8")

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.agent.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_leaving_nothing_unsaid(desk: Desk, number: signal.Signals) -> None:
    desk.start()
    desk.until_all_devices_answer()
    desk.send(number)
    assert desk.wait() == 0
    assert "Traceback" not in desk.log
    assert "did not stop" not in desk.log


def test_it_ends_when_asked_again_and_again(desk: Desk) -> None:
    """A handler that took a lock of the inbox would hang here sooner or later."""
    desk.start()
    desk.until_all_devices_answer()
    for _ in range(50):
        desk.send(signal.SIGTERM)
    assert desk.wait() == 0


def test_a_killed_desk_takes_its_place_again(desk: Desk) -> None:
    desk.start()
    desk.until_all_devices_answer()
    desk.send(signal.SIGKILL)
    assert desk.wait() == -signal.SIGKILL
    desk.start()
    desk.until_all_devices_answer()
    desk.send(signal.SIGTERM)
    assert desk.wait() == 0


def test_a_configuration_it_cannot_live_with_is_one_sentence(desk: Desk) -> None:
    desk.start(run_dir="machine.toml/run")
    assert desk.wait() == 2
    assert [line for line in desk.log.splitlines() if line.startswith("kiosk: run_dir cannot hold ")]
    assert "Traceback" not in desk.log


def test_broken_settings_on_disk_are_no_settings(desk: Desk) -> None:
    (desk.folder / "data" / settings_store.FILE_NAME).write_bytes(b"\x00" * 100)
    desk.start()
    desk.until_all_devices_answer()
    desk.send(signal.SIGTERM)
    assert desk.wait() == 0


def test_settings_it_dies_of_again_and_again_give_way_to_the_proven_and_it_says_so(desk: Desk) -> None:
    data = desk.folder / "data"
    settings_store.prove(data)
    layer = SettingsLayer(layer="national", revision=2, document=DOCUMENT)
    settings_store.store(data, Desired(settings_revision=2, layers=(layer,)))
    for _ in range(settings_store.DEATHS_MAX):
        assert settings_store.given_up(data) is None
        desk.start()
        desk.until_all_devices_answer()
        desk.send(signal.SIGKILL)
        desk.wait()
    desk.start()
    desk.until_all_devices_answer()
    desk.send(signal.SIGTERM)
    assert desk.wait() == 0
    loaded = settings_store.load(data)
    assert loaded is not None
    assert (loaded[0].settings_revision, settings_store.given_up(data)) == (1, 2)
    with closing(Spool(data / "spool.sqlite")) as spool:
        batch = spool.batch(0)
    assert batch is not None
    said = [decode_record(each.record) for each in batch.records]
    applied = [each for each in said if isinstance(each, SettingsApplied)]
    assert [(each.revision, each.problems) for each in applied] == [(2, (settings_store.GIVEN_UP.format(revision=2),))]


@pytest.mark.parametrize(
    ("device", "address"),
    [("card", "usb:x"), ("scanner", "evdev:event3"), ("printer", "tcp://"), ("panel", "gpio:"), ("display", "glass:")],
)
def test_a_wrong_address_of_a_device_is_one_sentence(desk: Desk, device: str, address: str) -> None:
    desk.start(**{device: address})
    assert desk.wait() == 2
    assert desk.log.startswith("kiosk: [devices]: ")
    assert len(desk.log.splitlines()) == 1, desk.log


def test_the_service_manager_hears_of_every_part_of_its_life(desk: Desk) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(desk.folder / "notify"))
        manager.settimeout(PATIENCE_S)
        desk.environment = {"NOTIFY_SOCKET": str(desk.folder / "notify"), "WATCHDOG_USEC": "400000"}
        desk.start()
        assert [manager.recv(100) for _ in range(4)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        desk.send(signal.SIGTERM)
        while (word := manager.recv(100)) == b"WATCHDOG=1":
            pass
        assert word == b"STOPPING=1"
        assert desk.wait() == 0
