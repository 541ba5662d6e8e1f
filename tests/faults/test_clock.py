"""Clocks that jump by a day, forwards and backwards, on a kiosk and under the whole fleet."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.bare_kiosk import MakeBare
from tests.support.broker import Fleet, eventually
from tests.support.fake_clock import FakeClock
from tests.support.fault_table import Tell
from tests.support.technician import Technician

DAY_S = 86400
KIOSK_ID = "CBI-01"
PASSWORD = "sample-password-1"
PATIENCE_S = 60.0


def session_no(fleet: Fleet) -> int:
    rows = fleet.rows("SELECT session_no FROM devices_kioskstate WHERE kiosk_id = ? AND alive", KIOSK_ID)
    return int(rows[0][0]) if rows else 0


def answers(fleet: Fleet) -> list[bool]:
    query = "SELECT done FROM devices_kioskcommand WHERE kiosk_id = ? AND done IS NOT NULL ORDER BY asked_at"
    return [bool(done) for (done,) in fleet.rows(query, KIOSK_ID)]


def test_a_kiosks_clock_jumps(fleet: Fleet, folder: Path, table: Tell, bare: MakeBare) -> None:
    """No record is lost, the link stays, commands are done; only a new line needs a clock that is about right."""
    clock = FakeClock(folder / "clock")
    fleet.environment["SALA_PASSWORD"] = PASSWORD
    fleet.run("user", "nation", "--role", "national-admin", "--full-name", "สมชาย ตัวอย่าง")
    fleet.start("serve")
    fleet.await_port(int(fleet.ports["kiosk"]))
    phone, address = Technician("nation", PASSWORD), f"http://127.0.0.1:{fleet.ports['http']}"
    with table("a kiosk's clock jumps a day") as row:
        kiosk = bare(fleet, KIOSK_ID, folder / KIOSK_ID, **clock.environment)
        kiosk.write(10)
        kiosk.start()
        eventually(lambda: kiosk.is_settled and session_no(fleet))
        before = session_no(fleet)
        for number, ahead_s in enumerate((DAY_S, -DAY_S, DAY_S, 0), 1):
            clock.set(ahead_s)
            row.tried["jumps"] += 1
            kiosk.write(10)
            phone.ask(f"{address}/kiosks/{KIOSK_ID}/", "refresh")
            eventually(lambda number=number: len(answers(fleet)) == number, PATIENCE_S)
            row.tried["commands"] += 1
            eventually(lambda: kiosk.is_settled, PATIENCE_S)
        assert all(answers(fleet)), "a command expired by a clock that was wrong"
        assert session_no(fleet) == before, "the link did not stay"

        clock.set(-DAY_S)
        kiosk.kill()
        kiosk.start()
        kiosk.write(10)
        row.tried["start in the past"] += 1
        eventually(lambda: "the broker's certificate is not trusted: certificate is not yet valid" in kiosk.log)
        assert not kiosk.is_settled
        clock.set(DAY_S)
        row.tried["jumps"] += 1
        eventually(lambda: kiosk.is_settled, PATIENCE_S)
        kiosk.close()
        assert "Traceback" not in kiosk.log
        row.seen = f"{kiosk.account()} records, each once; one session through four jumps; a sentence in the past"


def test_the_fleets_clock_jumps(fleet: Fleet, folder: Path, table: Tell, bare: MakeBare) -> None:
    """Ingest goes on; and a lease that was given before the clock was set back keeps nobody from leading."""
    clock = FakeClock(folder / "clock")
    usual = dict(fleet.environment)
    fleet.kill("ingest")
    fleet.environment |= clock.environment
    fleet.start("ingest")
    fleet.environment = usual
    with table("the fleet's clock jumps a day") as row:
        kiosk = bare(fleet, KIOSK_ID, folder / KIOSK_ID)
        kiosk.write(10)
        kiosk.start()
        eventually(lambda: kiosk.is_settled, PATIENCE_S)
        for number, ahead_s in enumerate((DAY_S, -DAY_S, DAY_S, 0)):
            clock.set(ahead_s)
            row.tried["jumps"] += 1
            kiosk.write(10)
            eventually(lambda: fleet.rows("SELECT 1 FROM devices_lease WHERE name = 'conduct'"), PATIENCE_S)
            fleet.kill("conduct")
            give_the_lease(fleet, timedelta(days=1))
            fleet.start("conduct")
            row.tried["leases of tomorrow"] += 1
            patch = {"help_point": {"th": f"โต๊ะ {number}", "en": f"Desk {number}"}}
            fleet.run("settings", "province", "20", "--patch", json.dumps(patch), "--reason", "ทดลอง")
            eventually(lambda: kiosk.is_settled, PATIENCE_S)
        kiosk.close()
        assert all("Traceback" not in fleet.log_of(part) for part in ("ingest", "conduct"))
        row.seen = f"{kiosk.account()} records, each once; settings arrived every time"


def give_the_lease(fleet: Fleet, ahead: timedelta) -> None:
    """To somebody who is no more, as the clock had it."""
    until = (datetime.now(UTC) + ahead).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(fleet.folder / "fleet.sqlite", timeout=10)) as database, database:
        changed = database.execute(
            "UPDATE devices_lease SET holder = 'gone', until = ? WHERE name = 'conduct'", (until,)
        )
        assert changed.rowcount == 1
