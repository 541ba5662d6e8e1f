"""Why a process was started again: told by what its last life left behind, on made-up machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk import lives
from kiosk.lives import Ending
from kiosk.spool import Spool, SpoolFullError


class Machine:
    """A made-up one: a disk that stays and a kernel that boots."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.boot(1)

    def boot(self, number: int) -> None:
        """Start the kernel."""
        self.write(lives.BOOT_ID, f"boot-{number}\n")

    def write(self, path: str, text: str) -> None:
        """Have the kernel say ``text`` in a file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "ascii")

    def live(self, ending: Ending | None) -> Ending:
        """One life of the desk, from opening the spool to ``ending``; None: it ends without a word."""
        spool = Spool(self.root / "spool.sqlite")
        before = lives.begin(spool, "frontdesk", self.root)
        if ending is not None:
            lives.end(spool, "frontdesk", ending, self.root)
        spool.close()
        return before


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_of_a_first_life_nothing_is_known(machine: Machine) -> None:
    assert machine.live(None) is Ending.UNKNOWN


@pytest.mark.parametrize(
    ("ended", "is_booted", "expected"),
    [
        (Ending.STOPPED, False, Ending.STOPPED),
        (Ending.STOPPED, True, Ending.REBOOTED),
        (Ending.DIED, False, Ending.DIED),
        (Ending.DIED, True, Ending.DIED),
        (None, False, Ending.KILLED),
        (None, True, Ending.POWER_OR_RESET),
    ],
)
def test_how_a_life_ended(machine: Machine, ended: Ending | None, is_booted: bool, expected: Ending) -> None:
    machine.live(ended)
    machine.boot(2 if is_booted else 1)
    assert machine.live(Ending.STOPPED) is expected


def test_the_kernel_knows_more_of_a_machine_that_went_down(machine: Machine) -> None:
    machine.live(None)
    machine.boot(2)
    machine.write(f"{lives.WATCHDOGS}/watchdog0/bootstatus", "0\n")
    assert machine.live(None) is Ending.POWER_OR_RESET
    machine.boot(3)
    machine.write(f"{lives.WATCHDOGS}/watchdog0/bootstatus", "32\n")
    assert machine.live(None) is Ending.WATCHDOG
    machine.boot(4)
    machine.write(f"{lives.CRASHES}/dmesg-ramoops-0", "Oops\n")
    assert machine.live(None) is Ending.KERNEL_CRASH


def test_a_watchdog_of_long_ago_did_not_kill_a_process_of_this_boot(machine: Machine) -> None:
    machine.write(f"{lives.WATCHDOGS}/watchdog0/bootstatus", "32\n")
    machine.live(None)
    assert machine.live(None) is Ending.KILLED


def test_each_process_has_a_mark_of_its_own(machine: Machine) -> None:
    machine.live(Ending.STOPPED)
    spool = Spool(machine.root / "spool.sqlite")
    assert lives.begin(spool, "agent", machine.root) is Ending.UNKNOWN


def test_a_kernel_that_tells_no_boot_id_makes_nobody_guess(machine: Machine) -> None:
    machine.write(lives.BOOT_ID, "")
    machine.live(None)
    assert machine.live(Ending.DIED) is Ending.UNKNOWN
    assert machine.live(None) is Ending.DIED


def test_a_mark_nobody_can_read_is_none(machine: Machine) -> None:
    spool = Spool(machine.root / "spool.sqlite")
    spool.note("life/frontdesk", b"\xff")
    spool.close()
    assert machine.live(None) is Ending.UNKNOWN


def _fill(spool: Spool) -> None:
    for number in range(1000):
        spool.note(f"filler-{number}", b"x" * 1000)


def test_a_full_disk_keeps_nobody_from_living(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    machine, spool = Machine(tmp_path), Spool(tmp_path / "spool.sqlite", max_bytes=32 * 1024)
    with pytest.raises(SpoolFullError):
        _fill(spool)
    names = [f"frontdesk-{number}" for number in range(100)]
    assert {lives.begin(spool, name, machine.root) for name in names} == {Ending.UNKNOWN}
    assert "not marked" in caplog.text
