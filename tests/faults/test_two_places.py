"""A stolen certificate that is used from two places is an alarm, on the kiosk's page and on the overview."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from tests.support.bare_kiosk import MakeBare
from tests.support.broker import Fleet, eventually
from tests.support.fault_table import Tell
from tests.support.namespaces import with_boot_id
from tests.support.technician import Technician

KIOSK_ID = "CBI-01"
PASSWORD = "sample-password-1"
SENTENCE = "มีเครื่องอื่นใช้ใบรับรองของตู้นี้อยู่ด้วย"


def is_alarmed(fleet: Fleet) -> bool:
    query = "SELECT 1 FROM devices_kioskstate WHERE kiosk_id = ? AND used_twice_at IS NOT NULL"
    return bool(fleet.rows(query, KIOSK_ID))


def is_there(fleet: Fleet, boot_id: str) -> bool:
    query = "SELECT 1 FROM devices_kioskstate WHERE kiosk_id = ? AND alive AND boot_id = ?"
    return bool(fleet.rows(query, KIOSK_ID, boot_id))


def boot_in(folder: Path) -> tuple[str, list[str]]:
    """A boot that never was: its id, and what runs a program in it."""
    folder.mkdir(parents=True)
    boot_id = str(uuid.uuid4())
    (folder / "boot_id").write_text(boot_id + "\n", "ascii")
    return boot_id, with_boot_id(str(folder / "boot_id"))


def test_a_copied_kiosk_used_by_turns(fleet: Fleet, folder: Path, table: Tell, bare: MakeBare) -> None:
    """Its whole storage is copied, and the two are never on at the same time."""
    with table("stolen identity, by turns") as row:
        boots = [boot_in(folder / name) for name in ("boot-ours", "boot-theirs")]
        ours = bare(fleet, KIOSK_ID, folder / "ours", prefix=boots[0][1])
        kiosks = [ours]
        for turn in range(4):
            kiosk, boot_id = kiosks[turn % len(kiosks)], boots[turn % 2][0]
            kiosk.start()
            eventually(lambda boot_id=boot_id: is_there(fleet, boot_id))
            kiosk.stop()
            row.tried["births"] += 1
            assert is_alarmed(fleet) == (turn == 3), turn
            if turn == 0:
                shutil.copytree(ours.folder / "data", folder / "theirs" / "data")
                kiosks.append(bare(fleet, KIOSK_ID, folder / "theirs", prefix=boots[1][1]))
        row.seen = "alarm when a boot that was over came back for the second time"


def test_a_copied_identity_used_at_the_same_time(fleet: Fleet, folder: Path, table: Tell, bare: MakeBare) -> None:
    """The two push each other off; the kiosk's own kills, reboots and the broker's restarts are no alarm."""
    fleet.environment["SALA_PASSWORD"] = PASSWORD
    fleet.run("user", "nation", "--role", "national-admin", "--full-name", "สมชาย ตัวอย่าง")
    fleet.start("serve")
    fleet.await_port(int(fleet.ports["http"]))
    address = f"http://127.0.0.1:{fleet.ports['http']}"
    with table("stolen identity, at once") as row:
        ours = bare(fleet, KIOSK_ID, folder / "ours")
        for _ in range(3):  # three boots, each killed and started again within
            ours.prefix = tuple(boot_in(folder / f"boot-{uuid.uuid4()}")[1])
            for _ in range(2):
                ours.start()
                ours.write(5)
                eventually(lambda: ours.is_settled, 60)
                ours.kill()
                row.tried["own restart: no alarm"] += 1
        ours.start()
        fleet.kill("mosquitto")
        fleet.start("mosquitto")
        ours.write(5)
        eventually(lambda: ours.is_settled, 60)
        row.tried["broker restart: no alarm"] += 1
        assert not is_alarmed(fleet)
        phone = Technician("nation", PASSWORD)
        assert SENTENCE not in phone.open(f"{address}/").text

        theirs = bare(fleet, KIOSK_ID, folder / "theirs", prefix=boot_in(folder / "boot-theirs")[1])
        theirs.start()
        row.tried["thief"] += 1
        eventually(lambda: is_alarmed(fleet), 60)
        theirs.close()
        for path in ("/", f"/kiosks/{KIOSK_ID}/", "/kiosks/?state=failing"):
            assert SENTENCE in phone.open(address + path).text, path
        ours.close()
        row.seen = "alarm on overview, list and page within a few pushes; none for the kiosk's own restarts"
