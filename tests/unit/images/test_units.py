"""What systemd itself says of our units."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from images.recipe.root import ENABLED

UNITS = Path(__file__).parents[3] / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
EXPOSURE_MAX = 2.0
SINCE = {"RestartMode": 254}
"""What the image's systemd (257) knows and the one that looks here may not."""


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_a_service_is_hardly_exposed(unit: Path) -> None:
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=100", str(unit)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", said)
    assert found is not None, said
    assert float(found[1]) <= EXPOSURE_MAX


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    """But for the programs, which are on a kiosk: they are replaced by one that is here."""
    for unit in (*SERVICES, *(each for kind in ("timer", "path", "socket") for each in UNITS.glob(f"*.{kind}"))):
        text = re.sub(r"^(Exec\w+)=-?/(opt|usr)/\S+", r"\1=/bin/true", unit.read_text("utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    newer = [f"Unknown key '{key}'" for key, since in SINCE.items() if since > systemd_here()]
    ours = [line for line in done.stderr.splitlines() if "sala" in line and not any(each in line for each in newer)]
    assert ours == []


def systemd_here() -> int:
    said = subprocess.run(["systemctl", "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[1])


OF_MODULES = {"ttyUSB": "usbserial", "ttyACM": "cdc_acm", "drm": "drm", "usb": "usbcore"}
OF_THE_KERNEL = {"fb", "gpiochip", "input", "tty"}
"""Names of /proc/devices: which module of Debian's kernel says them, and which the kernel itself."""


def test_devices_are_allowed_by_names_that_are_known_when_the_unit_starts() -> None:
    unit = (UNITS / "sala-frontdesk.service").read_text("utf-8")
    loaded = (UNITS.parent / "images/root/etc/modules-load.d/sala.conf").read_text("utf-8").splitlines()
    named = set(re.findall(r"^DeviceAllow=char-(\S+)", unit, re.MULTILINE))
    assert named == OF_MODULES.keys() | OF_THE_KERNEL
    assert set(OF_MODULES.values()) == {line for line in loaded if not line.startswith("#")}


def test_every_unit_of_ours_is_started_by_something() -> None:
    text = "\n".join(unit.read_text("utf-8") for unit in UNITS.glob("*.service"))
    doors = {f"{path.stem}@" for path in UNITS.glob("*.socket")}  # started by the door's own program
    timers = doors | {
        path.stem for kind in ("timer", "path") for path in UNITS.glob(f"*.{kind}") if path.name in ENABLED
    }
    for unit in SERVICES:
        by_other = f"OnFailure={unit.name}" in text
        assert unit.name in ENABLED or by_other or unit.stem in timers


def test_the_ssh_door_is_looked_at_when_settings_come_and_when_the_clock_is_set() -> None:
    """By an old clock a door lies too far ahead and stays shut: whoever sets the clock sends no settings."""
    for kind, line in (("path", "PathChanged=/var/lib/sala/settings.json"), ("timer", "OnClockChange=yes")):
        assert f"\n{line}\n" in (UNITS / f"sala-ssh-door.{kind}").read_text("utf-8")
        assert f"sala-ssh-door.{kind}" in ENABLED


def test_a_door_that_is_still_to_be_open_outlives_the_process_that_opened_it() -> None:
    """Opened for twelve hours and after two of them for twelve more, it is open for longer than any process may run."""
    text = (UNITS / "sala-ssh-door.service").read_text("utf-8")
    for line in ("RuntimeMaxSec=13h", "Restart=on-failure", "StartLimitIntervalSec=0"):
        assert f"\n{line}\n" in text


@pytest.mark.parametrize("name", ["sala-frontdesk.service", "sala-agent.service"])
def test_both_processes_have_a_watchdog_and_leave_no_dump(name: str) -> None:
    text = (UNITS / name).read_text("utf-8")
    for line in ("Type=notify", "Restart=always", "LimitCORE=0"):
        assert f"\n{line}\n" in text
    assert re.search(r"^WatchdogSec=\d+$", text, re.MULTILINE)


def test_the_agent_is_started_for_ever_and_a_desk_that_ends_too_often_leads_to_the_safe_mode() -> None:
    assert "\nStartLimitIntervalSec=0\n" in (UNITS / "sala-agent.service").read_text("utf-8")
    desk = (UNITS / "sala-frontdesk.service").read_text("utf-8")
    assert "\nOnFailure=sala-safe.service\n" in desk
    limit, burst, pause = (int(re.search(rf"^{key}=(\d+)$", desk, re.MULTILINE)[1])  # type: ignore[index] # or fail
                           for key in ("StartLimitIntervalSec", "StartLimitBurst", "RestartSec"))  # fmt: skip
    assert burst * pause < limit  # or the limit is never reached
    safe = (UNITS / "sala-safe.service").read_text("utf-8")
    assert "\nOnSuccess=sala-frontdesk.service\n" in safe
    shown_s = int(re.search(r"--for-s (\d+)", safe)[1])  # type: ignore[index] # or fail
    assert shown_s >= limit  # what counted is forgotten when the desk is tried again
