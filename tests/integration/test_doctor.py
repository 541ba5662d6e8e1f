"""`kiosk doctor` as the command it is: on a virtual kiosk with the real drivers, and on a machine with nothing."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.card.samples import SOMCHAI
from fleet.protocol.codes import notice_reference
from fleet.protocol.messages import DeviceState
from kiosk.doctor.columns import columns
from kiosk.doctor.screen import COLUMNS, LINES
from kiosk.news import AGENT, FRONTDESK, DeskStatus, NewsSocket
from tests.support.broker import eventually
from tests.support.virtual_kiosk import VirtualKiosk, virtual_kiosk

_PATIENCE_S = 120.0
_DEVICES = ("card", "scanner", "printer", "panel", "display")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualKiosk]:
    """One for all: starting pcscd takes a second."""
    with virtual_kiosk(tmp_path_factory.mktemp("virtual"), "--no-supervise") as kiosk:
        yield kiosk


@pytest.fixture
def kiosk(running: VirtualKiosk) -> VirtualKiosk:
    """With everything plugged in and well, and an empty slot."""
    running.post("card/remove")
    for device in _DEVICES:
        running.post(f"device/{device}/plug")
    for act in ("refill", "close-cover", "free"):
        running.post(f"printer/{act}")
    running.post("panel/case", open=False)
    return running


def _command(config: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "kiosk", "doctor", "--config", str(config), *arguments]


def _run(kiosk: VirtualKiosk, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(kiosk.kiosk_dir / "machine.toml", *arguments),
        env=kiosk.environment, capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
    )  # fmt: skip


def _findings(kiosk: VirtualKiosk, *arguments: str) -> dict[str, Any]:
    done = _run(kiosk, *arguments, "--json")
    assert "Traceback" not in done.stderr
    return {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}


def test_with_nothing_there_it_says_so_and_ends_well(tmp_path: Path) -> None:
    empty = {**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "no-pcscd")}
    done = subprocess.run(
        _command(tmp_path / "none.toml", "--json"),
        env=empty, capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["healthy"] is False
    found = {finding["name"]: finding for finding in told["findings"]}
    assert found["configuration"]["problem"] == "no-config"
    assert found["card"]["problem"] == "card-absent"
    assert found["scanner"]["problem"] == "scanner-absent"
    assert found["printer"]["problem"] == "not-configured"
    assert all(finding["remedy_th"] and finding["remedy_en"] for finding in found.values() if finding["problem"])
    assert "ok" not in {finding["state"] for finding in found.values()}


def test_wrong_use_is_told_apart(tmp_path: Path) -> None:
    for arguments in (
        ("toaster",),
        ("card", "--unmasked"),
        ("printer", "--unmasked"),
        ("card", "--unmasked", "--json"),
        ("card", "--new-roll"),
        ("printer", "--yes"),
        ("printer", "--new-roll", "--yes", "--json"),
        ("printer", "--new-roll", "--yes"),  # there is no configuration
    ):
        done = subprocess.run(
            _command(tmp_path / "none.toml", *arguments),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
        )  # fmt: skip
        assert done.returncode == 2, arguments
        assert done.stdout == ""
        assert done.stderr


def test_every_device_of_a_well_kiosk_is_well_and_pulled_plugs_are_named(kiosk: VirtualKiosk) -> None:
    found = _findings(kiosk)
    assert {name: found[name]["state"] for name in _DEVICES} == dict.fromkeys(_DEVICES, "ok")
    assert {name: found[name]["address"] for name in _DEVICES} == kiosk.devices
    assert all(found[name]["port"] for name in _DEVICES)
    assert [name for name in _DEVICES if not found[name]["model"]] == ["scanner"], "a socket tells no model"
    assert found["certificate"]["problem"] == "no-identity"
    for device in _DEVICES:
        kiosk.post(f"device/{device}/unplug")
    found = _findings(kiosk)
    assert {name: found[name]["problem"] for name in _DEVICES} == {name: f"{name}-absent" for name in _DEVICES}


def test_one_screen_of_terminal(kiosk: VirtualKiosk) -> None:
    for options in ((), ("--lang", "th")):
        done = _run(kiosk, *options)
        assert done.stderr == ""
        assert max(columns(line) for line in done.stdout.splitlines()) <= COLUMNS
        assert len(done.stdout.splitlines()) <= LINES - 1


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_a_reader_that_has_read_enough_and_a_terminal_without_thai(tmp_path: Path, locale: str) -> None:
    command = shlex.join(_command(tmp_path / "none.toml", "--lang", "th"))
    plain = {**os.environ, "LC_ALL": locale, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} | head -1"],
        env=plain, capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("kiosk doctor ")
    assert done.stderr == ""


def test_on_a_terminal_it_says_what_it_looks_at_and_wipes_that_away(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        _command(tmp_path / "none.toml"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # Linux's word for a terminal whose last user has gone
        pass
    os.close(ours)
    assert process.wait(_PATIENCE_S) == 1
    assert b"looking at the card ..." in said
    assert said.endswith(b"\r\x1b[K")


def test_a_card_is_read_masked_through_pcscd(kiosk: VirtualKiosk) -> None:
    kiosk.post("card/insert", citizen="owner")
    done = _run(kiosk, "card", "--json")
    assert done.returncode == 0
    (card,) = json.loads(done.stdout)["findings"]
    assert card["details"]["id_number"] == "x-xxxx-xxxxx-01-3"
    assert card["details"]["apdus"] == 5
    assert card["details"]["ms"] > 0
    assert SOMCHAI.id_number not in done.stdout + done.stderr


@pytest.mark.parametrize(("citizen", "problem"), [("foreign", "card-not-thai-id"), ("upside-down", "card-mute")])
def test_a_card_that_is_none_of_ours(kiosk: VirtualKiosk, citizen: str, problem: str) -> None:
    kiosk.post("card/insert", citizen=citizen)
    assert _findings(kiosk, "card")["card"]["problem"] == problem


@pytest.mark.parametrize(("answer", "is_shown"), [("yes\n", True), ("\n", False)])
def test_the_last_resort_asks_first_on_a_terminal(kiosk: VirtualKiosk, answer: str, is_shown: bool) -> None:
    kiosk.post("card/insert", citizen="owner")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        _command(kiosk.kiosk_dir / "machine.toml", "card", "--unmasked"),
        env=kiosk.environment, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, answer.encode())
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # Linux's word for a terminal whose last user has gone
        pass
    os.close(ours)
    assert process.wait(_PATIENCE_S) == (0 if is_shown else 2)
    assert b"yes to go on" in said
    assert (SOMCHAI.id_number.encode() in said) is is_shown


def test_scans_are_echoed_while_it_runs(kiosk: VirtualKiosk) -> None:
    notice = notice_reference(20, 42)
    process = subprocess.Popen(
        _command(kiosk.kiosk_dir / "machine.toml", "scanner"),
        env={**kiosk.environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    watchdog = threading.Timer(_PATIENCE_S, process.kill)
    watchdog.start()
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Scan notices")
    kiosk.post("scan", text=notice)
    assert process.stdout.readline() == f"  notice {notice} (12 characters)\n"
    rest = process.stdout.read()
    assert process.wait(_PATIENCE_S) == 0
    watchdog.cancel()
    process.stdout.close()
    assert "All is well." in rest


def test_the_test_slip_comes_out_and_an_open_cover_keeps_it_in(kiosk: VirtualKiosk) -> None:
    before = len(kiosk.state()["slips"])
    kiosk.post("printer/open-cover")
    assert _findings(kiosk, "printer")["printer"]["problem"] == "cover-open"
    assert len(kiosk.state()["slips"]) == before
    kiosk.post("printer/close-cover")
    assert _findings(kiosk, "printer")["printer"]["details"]["printed"] is True
    assert len(kiosk.state()["slips"]) == before + 1


def test_each_light_blinks_the_buzzer_sounds_and_the_fan_runs_on_mock_pins(kiosk: VirtualKiosk) -> None:
    done = _run(kiosk, "panel", "--json", "--lang", "en")
    (panel,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, panel["state"]) == (0, "ok")
    assert (panel["details"]["lights_blinked"], panel["details"]["sounds_played"]) == (3, 3)
    spoken = [line for line in done.stderr.splitlines() if line.startswith("  the ")]
    assert [line.split()[1] for line in spoken] == ["status", "card", "paper", "buzzer", "fan"]


def test_an_open_case_is_an_alarm(kiosk: VirtualKiosk) -> None:
    kiosk.post("panel/case", open=True)
    assert _findings(kiosk)["panel"]["problem"] == "tampered"


@contextmanager
def _desk(kiosk: VirtualKiosk) -> Iterator[subprocess.Popen[bytes]]:
    """The real front desk on the real drivers, once it has told of all its devices."""
    config = kiosk.kiosk_dir / "machine.toml"
    agent = NewsSocket(Path(tomllib.loads(config.read_text("utf-8"))["run_dir"]), AGENT, FRONTDESK)
    with (kiosk.kiosk_dir / "desk.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "frontdesk", "--config", str(config)],
            env=kiosk.environment, stdout=log, stderr=log,
        )  # fmt: skip

    def has_all() -> bool:
        said = agent.receive(0.5)
        if not isinstance(said, DeskStatus) or said.devices.keys() != set(_DEVICES):
            return False
        return all(each.state is DeviceState.ONLINE for each in said.devices.values())

    try:
        eventually(has_all)
        yield process
    finally:
        agent.close()
        if process.poll() is None:
            process.terminate()
        process.wait(_PATIENCE_S)


def test_a_running_front_desk_keeps_its_devices_and_tells_how_they_are(kiosk: VirtualKiosk) -> None:
    asked = {name: finding["model"] for name, finding in _findings(kiosk).items() if name in _DEVICES}
    with _desk(kiosk) as desk:
        found = _findings(kiosk)
        assert {name: found[name]["state"] for name in _DEVICES} == dict.fromkeys(_DEVICES, "ok")
        assert all(found[name]["details"]["since"] for name in _DEVICES)
        assert {name: found[name]["model"] for name in _DEVICES} == asked, "the desk asked them, too"
        kiosk.post("printer/open-cover")
        eventually(lambda: _findings(kiosk)["printer"]["problem"] == "cover-open")
        for device in ("card", "scanner"):
            tried = _run(kiosk, device, "--json")
            (finding,) = json.loads(tried.stdout)["findings"]
            assert (tried.returncode, finding["problem"]) == (1, "in-use")
        desk.kill()
        desk.wait(_PATIENCE_S)
    kiosk.post("printer/close-cover")
    with _desk(kiosk):
        found = _findings(kiosk)
    assert (found["restart"]["state"], found["restart"]["problem"]) == ("attention", "restarted-killed")
    assert "cover open" in found["printer"]["last_fault"]["what"], "the fleet need not have heard of it"
    with _desk(kiosk):
        assert _findings(kiosk)["restart"]["details"]["why"] == "stopped"
