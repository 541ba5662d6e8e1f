"""A full disk, on a kiosk during visits and at its start, and under the fleet: said in a sentence, and made up for."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.bare_kiosk import MakeBare, account, committed, spool_of
from tests.support.broker import Fleet, eventually
from tests.support.fault_table import Tell
from tests.support.require import require
from tests.support.seeing import reads, text_in
from tests.support.small_disk import small_disk
from tests.support.virtual_kiosk import VirtualKiosk, virtual_kiosk
from tests.support.visitor import Visitor

DESK = "CBI-02"
SORRY = "ตอนนี้เครื่องนี้รับชำระไม่ได้"
ABLE, NOT_ABLE = "payments can be recorded", "payments cannot be recorded"
PATIENCE_S = 60.0
REFUSED = "the database takes nothing now"
NOBODY_S = 400.0
"""By then a visit that was left at its QR has ended by itself."""

KIOSK_DISK_MB, FLEET_DISK_MB = 128, 96


def state_of(desk: VirtualKiosk) -> str:
    return next((line.rsplit(" -> ", 1)[1].strip() for line in reversed(desk.log) if " -> " in line), "")


def restarts(desk: VirtualKiosk) -> int:
    return sum(int(program["restarts"]) for program in desk.state()["programs"])


def choose(desk: VirtualKiosk) -> None:
    """A visitor puts the card in and sees what is owed."""
    desk.post("/card/insert", citizen="owner")
    eventually(lambda: state_of(desk) == "ChoosingNotice", PATIENCE_S)


def ask_to_pay(desk: VirtualKiosk, expected: str) -> None:
    """The first thing owed is touched; ends in state ``expected``."""
    desk.post("/touch", x=Visitor.ROWS[0][0], y=Visitor.ROWS[0][1])
    eventually(lambda: state_of(desk) == expected, PATIENCE_S)


def says(desk: VirtualKiosk, words: str) -> int:
    """How often the log has it."""
    return sum(words in line for line in desk.log)


def leave(desk: VirtualKiosk) -> None:
    """The visitor touches "finish", which stands at the right, and takes the card."""
    desk.post("/touch", x=Visitor.RIGHT[0], y=Visitor.RIGHT[1])
    eventually(lambda: state_of(desk) == "Taking", PATIENCE_S)
    desk.post("/card/remove")
    eventually(lambda: state_of(desk) in ("Idle", "OutOfService"), PATIENCE_S)


def is_settled(fleet: Fleet, data: Path) -> bool:
    held = spool_of(data)
    return held.depth == 0 and committed(fleet, DESK) == (held.spool_id, held.last_no)


def until_it_reads(desk: VirtualKiosk, words: str) -> None:
    eventually(lambda: reads(words, text_in(desk.get("/screen.png"), scale=0.7)), PATIENCE_S)


@pytest.mark.timeout(1800)
def test_a_kiosks_disk_is_full(fleet: Fleet, folder: Path, table: Tell, *, is_long: bool) -> None:
    require("tesseract")
    fleet.start("serve")
    fleet.await_port(int(fleet.ports["kiosk"]))
    shutil.copytree(fleet.enrol(DESK), folder / "desk" / "k" / "identity")
    addresses = [f"127.0.0.1:{fleet.ports[name]}" for name in ("broker", "kiosk")]
    options = ("--kiosk-id", DESK, "--broker", addresses[0], "--fleet-api", addresses[1])
    data = folder / "desk" / "k" / "data"
    with (
        table("a kiosk's disk is full") as row,
        small_disk(data, KIOSK_DISK_MB) as disk,
        virtual_kiosk(folder / "desk", *options) as desk,
    ):
        eventually(lambda: state_of(desk) == "Idle" and is_settled(fleet, data), PATIENCE_S)
        for _ in range(3 if is_long else 1):
            eventually(lambda: state_of(desk) == "Idle" and has_records(fleet), NOBODY_S)
            before, known, able = restarts(desk), says(desk, NOT_ABLE), says(desk, ABLE)
            choose(desk)
            disk.fill()
            ask_to_pay(desk, "Sorry")
            until_it_reads(desk, SORRY)
            leave(desk)
            row.tried["visits on a full disk"] += 1
            assert restarts(desk) == before, "nothing ended of it"
            for program in ("frontdesk", "agent"):
                desk.post(f"/program/{program}/kill")
                row.tried["starts on a full disk"] += 1
            eventually(lambda before=before: restarts(desk) == before + 2 and all_run(desk), PATIENCE_S)
            eventually(lambda known=known: says(desk, NOT_ABLE) > known, PATIENCE_S)
            disk.empty()
            eventually(lambda able=able: says(desk, ABLE) > able and state_of(desk) == "Idle", 2 * PATIENCE_S)
            choose(desk)
            ask_to_pay(desk, "Paying")
            desk.post("/card/remove")
            assert restarts(desk) == before + 2, "started once each, and stayed"
            eventually(lambda: is_settled(fleet, data), PATIENCE_S)
        count = account(fleet, DESK, data)
        assert fleet.rows("SELECT 1 FROM devices_record WHERE kiosk_id = ? AND kind = 'payment-opened'", DESK)
        assert not any("Traceback" in line for line in desk.log)
        row.seen = f"{count} records, each once; the sentence on the screen; payments again when there is room"


def has_records(fleet: Fleet) -> bool:
    """Whether the kiosk has its office's records and settings."""
    query = "SELECT json_extract(reported, '$.office_revision') FROM devices_kioskstate WHERE kiosk_id = ?"
    rows = fleet.rows(query, DESK)
    return bool(rows and rows[0][0])


def all_run(desk: VirtualKiosk) -> bool:
    return all(program["pid"] for program in desk.state()["programs"])


def test_the_fleets_disk_is_full(folder: Path, table: Tell, bare: MakeBare, *, is_long: bool) -> None:
    """Nothing is acknowledged, nothing is started again and again, and all of it comes when there is room."""
    require("mosquitto")
    parts = ("mosquitto", "ingest", "conduct")
    with (
        table("the fleet's disk is full") as row,
        small_disk(folder / "fleet", FLEET_DISK_MB) as disk,
        Fleet(folder / "fleet") as fleet,
    ):
        for part in parts:
            fleet.start(part)
        kiosks = [bare(fleet, kiosk_id, folder / kiosk_id) for kiosk_id in ("CBI-01", "KKN-01")]
        for kiosk in kiosks:
            kiosk.write(10)
            kiosk.start()
        for _ in range(10 if is_long else 1):
            eventually(lambda: all(kiosk.is_settled for kiosk in kiosks), PATIENCE_S)
            pids = [fleet.pid(part) for part in parts]
            said = fleet.log_of("ingest").count(REFUSED)
            disk.fill()

            def is_refused(said: int = said) -> bool:
                """The database still finds room in its own files for a while."""
                for kiosk in kiosks:
                    kiosk.write(5)
                return fleet.log_of("ingest").count(REFUSED) > said + 1

            eventually(is_refused, PATIENCE_S)
            row.tried["filled under load"] += 1
            assert not any(kiosk.is_settled for kiosk in kiosks)
            assert [fleet.pid(part) for part in parts if Path(f"/proc/{fleet.pid(part)}/fd").exists()] == pids
            disk.empty()
            eventually(lambda: all(kiosk.is_settled for kiosk in kiosks), PATIENCE_S)
        for kiosk in kiosks:
            kiosk.close()
        count = sum(kiosk.account() for kiosk in kiosks)
        assert all("Traceback" not in fleet.log_of(part) for part in ("ingest", "conduct"))
        with closing(sqlite3.connect(folder / "fleet" / "fleet.sqlite")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        row.seen = f"{count} records, each once; no process ended; the database is whole"
