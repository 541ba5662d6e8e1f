"""A crowd at a real fleet: what it tells is kept, each once; what its bad citizens do harms nobody."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broker import Fleet, eventually
from tests.support.databases import over_both
from tests.support.require import require

KIOSKS = 40


@pytest.fixture
def fleet(tmp_path: Path, database: str) -> Iterator[Fleet]:
    require("mosquitto")
    with Fleet(tmp_path, database) as running:
        running.start("mosquitto")
        for part in ("ingest", "ingest-2", "conduct"):
            running.start(part)
            if part != "conduct":
                eventually(lambda part=part: "hears the broker" in running.log_of(part))  # type: ignore[misc]
        yield running


def simulate(fleet: Fleet, *options: str) -> dict[str, int]:
    """Run a crowd; the whole numbers of its table."""
    command = [sys.executable, "-m", "fleet", "simulate", "--kiosks", str(KIOSKS), "--processes", "2", *options]
    done = subprocess.run(command, env=fleet.environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    rows = (re.fullmatch(r"(.+?) {2,}([\d,]+)", line) for line in done.stdout.splitlines())
    return {row[1]: int(row[2].replace(",", "")) for row in rows if row}


@over_both
def test_a_crowd_with_storms_and_bad_citizens_is_kept_whole(fleet: Fleet) -> None:
    told = simulate(
        fleet,
        *("--seconds", "20", "--spread-s", "1", "--heartbeat-s", "2", "--records-an-hour", "3000"),
        *("--bad-percent", "40", "--storm-every-s", "6"),
    )
    assert told["births"] > KIOSKS, "a storm: who was thrown off was born again"
    assert sum(number for name, number in told.items() if name.startswith("misdeed")) > 5
    assert told["records committed"] > 100
    assert told.get("heard what is for others", 0) == 0
    assert told.get("acknowledgements that cannot be", 0) == 0
    query = "SELECT kiosk_id, min(no), max(no), count(*) FROM devices_record WHERE kiosk_id LIKE ? GROUP BY kiosk_id"
    kept = fleet.rows(query, "P%")
    assert len(kept) == KIOSKS
    assert all(first == 1 and last == count for _, first, last, count in kept), "no gap, nothing twice"
    assert sum(count for *_, count in kept) >= told["records committed"], "nothing acknowledged that is not here"
    assert not fleet.rows("SELECT 1 FROM devices_kioskstate WHERE boot_id = ?", "forged")
    # Not by the number within the session: one may have been born in the last second, and not have told anything yet.
    heard = fleet.rows("SELECT count(*) FROM devices_kioskstate WHERE status IS NOT NULL AND kiosk_id LIKE ?", "P%")
    assert heard == [(KIOSKS,)]
    for worker in ("ingest", "ingest-2"):
        assert Path(f"/proc/{fleet.pid(worker)}").exists()
        assert "Traceback" not in fleet.log_of(worker)


def test_kiosks_stand_in_all_provinces_but_bangkok(fleet: Fleet) -> None:
    simulate(fleet, "--kiosks", "80", "--seconds", "1", "--spread-s", "0")
    provinces = fleet.rows(
        "SELECT DISTINCT o.province_id FROM devices_kiosk k JOIN office_office o ON o.office_id = k.office_id"
        " WHERE k.kiosk_id LIKE ?", "P%",
    )  # fmt: skip
    assert len(provinces) == 76
    assert (10,) not in provinces
