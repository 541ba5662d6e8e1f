"""Power and disk, on files as the kernel writes them, and on none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.protocol.records import SlipFailed
from kiosk import kernel_facts
from kiosk.doctor.disk import DEEP_RECORDS, look_at_disk, look_at_spool
from kiosk.doctor.findings import State, fine
from kiosk.doctor.link import ApiAnswer, look_at_clock
from kiosk.doctor.power import look_at_power, look_at_storage, look_at_temperature
from kiosk.doctor.problems import Problem
from kiosk.doctor.told import Told, read_told
from kiosk.spool import Spool

_CARD = f"{kernel_facts.BLOCK}/mmcblk0/device"
_AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def _write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "ascii")
    return root


@pytest.mark.parametrize(
    ("bits", "state", "problem"),
    [
        ("0\n", State.OK, None),
        ("1\n", State.FAILING, Problem.UNDER_VOLTAGE),
        ("50005\n", State.FAILING, Problem.UNDER_VOLTAGE),
        ("e0008\n", State.FAILING, Problem.TOO_HOT),
        ("50000\n", State.ATTENTION, Problem.UNDER_VOLTAGE_BEFORE),
        ("rubbish", State.UNKNOWN, Problem.POWER_UNKNOWN),
    ],
)
def test_the_supply(tmp_path: Path, bits: str, state: State, problem: Problem | None) -> None:
    finding = look_at_power(_write(tmp_path, kernel_facts.THROTTLED, bits))
    assert (finding.state, finding.problem) == (state, problem)


def test_a_board_with_an_address_in_the_name_of_its_firmware(tmp_path: Path) -> None:
    path = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
    assert look_at_power(_write(tmp_path, path, "1\n")).problem is Problem.UNDER_VOLTAGE


@pytest.mark.parametrize(("alarm", "state"), [("0\n", State.OK), ("1\n", State.FAILING)])
def test_the_supply_by_the_voltage_alarm_where_there_is_no_firmware_file(
    tmp_path: Path, alarm: str, state: State
) -> None:
    _write(tmp_path, f"{kernel_facts.HWMON}/hwmon0/name", "cpu_thermal\n")
    _write(tmp_path, f"{kernel_facts.HWMON}/hwmon1/name", "rpi_volt\n")
    finding = look_at_power(_write(tmp_path, f"{kernel_facts.HWMON}/hwmon1/in0_lcrit_alarm", alarm))
    assert finding.state is state
    assert finding.details["slowed_now"] is None, "it does not tell"


@pytest.mark.parametrize(
    ("text", "state"), [("45000\n", State.OK), ("72500\n", State.ATTENTION), ("84000\n", State.FAILING)]
)
def test_the_temperature(tmp_path: Path, text: str, state: State) -> None:
    assert look_at_temperature(_write(tmp_path, kernel_facts.THERMAL, text)).state is state


@pytest.mark.parametrize(
    ("life", "reserve", "errors", "problem"),
    [
        ("0x01 0x02\n", "0x01\n", "0\n", None),
        ("0x01 0x09\n", "0x01\n", "0\n", Problem.STORAGE_ENDS_SOON),
        ("0x0B 0x01\n", "0x01\n", "0\n", Problem.STORAGE_WORN),
        ("0x01 0x01\n", "0x02\n", "0\n", Problem.STORAGE_ENDS_SOON),
        ("0x01 0x01\n", "0x03\n", "0\n", Problem.STORAGE_WORN),
        ("0x01 0x01\n", "0x01\n", "3\n", Problem.STORAGE_ERRORS),
        ("0x00 0x00\n", "0x00\n", "0\n", Problem.STORAGE_UNKNOWN),
    ],
)
def test_the_storage(tmp_path: Path, life: str, reserve: str, errors: str, problem: Problem | None) -> None:
    _write(tmp_path, f"{_CARD}/life_time", life)
    _write(tmp_path, f"{_CARD}/pre_eol_info", reserve)
    _write(tmp_path, f"{kernel_facts.FILE_SYSTEMS}/mmcblk0p2/errors_count", errors)
    assert look_at_storage(tmp_path).problem is problem


def test_an_sd_card_tells_what_it_is_and_not_how_worn(tmp_path: Path) -> None:
    for name, text in (("type", "SD\n"), ("name", "SC32G\n"), ("date", "03/2024\n")):
        _write(tmp_path, f"{_CARD}/{name}", text)
    finding = look_at_storage(tmp_path)
    assert finding.problem is Problem.STORAGE_UNKNOWN
    assert (finding.details["storage"], finding.details["made"]) == ("SD SC32G", "03/2024")


def test_whether_the_network_sets_the_clock(tmp_path: Path) -> None:
    assert kernel_facts.is_clock_synchronised(tmp_path) is None
    (tmp_path / kernel_facts.TIMESYNC).mkdir(parents=True)
    assert kernel_facts.is_clock_synchronised(tmp_path) is False
    assert kernel_facts.is_clock_synchronised(_write(tmp_path, f"{kernel_facts.TIMESYNC}/synchronized", "")) is True


@pytest.mark.parametrize(
    ("ahead_s", "is_synchronised", "state", "problem"),
    [
        (0.3, True, State.OK, None),
        (0.3, None, State.OK, None),
        (0.3, False, State.ATTENTION, Problem.CLOCK_UNSET),
        (-40.0, False, State.ATTENTION, Problem.CLOCK_OFF),
        (-400.0, True, State.FAILING, Problem.CLOCK_WRONG),
        (None, True, State.OK, None),
        (None, False, State.UNKNOWN, Problem.CLOCK_UNKNOWN),
        (None, None, State.UNKNOWN, Problem.CLOCK_UNKNOWN),
    ],
)
def test_the_clock(ahead_s: float | None, is_synchronised: bool | None, state: State, problem: Problem | None) -> None:
    finding = look_at_clock(ApiAnswer(fine("api"), ahead_s), is_synchronised=is_synchronised)
    assert (finding.state, finding.problem) == (state, problem)


def test_errors_are_told_where_wear_is_not(tmp_path: Path) -> None:
    _write(tmp_path, f"{kernel_facts.FILE_SYSTEMS}/mmcblk0p2/errors_count", "2\n")
    assert look_at_storage(tmp_path).problem is Problem.STORAGE_ERRORS


def test_what_no_file_tells_is_unknown_and_never_fine(tmp_path: Path) -> None:
    for look in (look_at_power, look_at_temperature, look_at_storage):
        assert look(tmp_path).state is State.UNKNOWN


def test_the_disk_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    finding = look_at_disk(tmp_path)
    assert finding.details["write_ms"] is not None
    assert not list(tmp_path.iterdir())


def test_a_data_folder_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    finding = look_at_disk(tmp_path / "gone")
    assert (finding.state, finding.problem) == (State.FAILING, Problem.NO_DATA_DIR)
    assert not (tmp_path / "gone").exists()


def test_a_file_system_that_cannot_be_written_is_no_well_disk() -> None:
    assert look_at_disk(Path("/proc")).state is not State.OK
    assert look_at_disk(Path("/sys/kernel")).state is not State.OK


def test_the_spool_is_counted_and_never_made(tmp_path: Path) -> None:
    assert look_at_spool(tmp_path).problem is Problem.NO_SPOOL
    assert not list(tmp_path.iterdir())
    spool = Spool(tmp_path / "spool.sqlite")
    finding = look_at_spool(tmp_path)
    assert (finding.state, finding.details["records_waiting"]) == (State.OK, 0)
    spool.close()
    before = sorted(path.name for path in tmp_path.iterdir())
    assert look_at_spool(tmp_path).state is State.OK
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_spool_that_fills_up_wants_somebody_to_look_at_the_link(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append(*(SlipFailed(transaction_no=f"T{n}", reason="paper-out", failed_at=_AT) for n in range(DEEP_RECORDS)))
    assert look_at_spool(tmp_path).problem is Problem.SPOOL_DEEP
    assert read_told(tmp_path).faults["printer"].what == "paper-out"
    spool.close()


def test_a_broken_spool_is_unknown_and_left_for_those_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"no database" * 1000)
    assert look_at_spool(tmp_path).problem is Problem.SPOOL_UNREADABLE
    assert read_told(tmp_path) == Told()
    assert [each.name for each in tmp_path.iterdir()] == ["spool.sqlite"]
