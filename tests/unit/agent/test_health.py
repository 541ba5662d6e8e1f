"""How the machine is, as the status tells it: on a made-up one, and on one that tells nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.protocol.records import Restarted
from kiosk import kernel_facts
from kiosk.agent.health import health
from kiosk.spool import Spool

_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
_FILES = {
    kernel_facts.THROTTLED: "50000\n",
    kernel_facts.THERMAL: "48500\n",
    f"{kernel_facts.BLOCK}/mmcblk0/device/life_time": "0x02 0x01\n",
    f"{kernel_facts.FILE_SYSTEMS}/mmcblk0p2/errors_count": "3\n",
    f"{kernel_facts.TIMESYNC}/synchronized": "",
    "proc/meminfo": "MemTotal: 2048 kB\nMemAvailable:    524288 kB\n",
}


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "data" / "spool.sqlite")
    yield spool
    spool.close()


def test_everything_a_board_tells(tmp_path: Path, spool: Spool) -> None:
    for name, text in _FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "ascii")
    spool.append(Restarted(process="frontdesk", version="1", reason="power-or-reset", started_at=_AT))
    spool.append(Restarted(process="agent", version="1", reason="stopped", started_at=_AT))
    told = health(tmp_path / "data", spool, -0.4, tmp_path)
    assert (told.temperature_c, told.memory_free_mb) == (48.5, 512)
    assert (told.under_voltage, told.under_voltage_since_start, told.slowed) == (False, True, False)
    assert (told.storage_used_percent, told.storage_errors) == (20, 3)
    assert (told.clock_ahead_s, told.clock_synchronised) == (-0.4, True)
    assert (told.restart, told.restarted_at) == ("power-or-reset", _AT)
    assert told.uptime_s is not None
    assert told.disk_free_mb is not None


def test_what_nobody_tells_is_none(tmp_path: Path, spool: Spool) -> None:
    told = health(tmp_path / "no such disk", spool, None, tmp_path)
    silent = (
        told.temperature_c, told.memory_free_mb, told.disk_free_mb, told.under_voltage, told.under_voltage_since_start,
        told.slowed, told.storage_used_percent, told.storage_errors, told.clock_ahead_s, told.clock_synchronised,
        told.restarted_at,
    )  # fmt: skip
    assert set(silent) == {None}
    assert told.restart == ""
