"""A broker that lost its disk: retained messages, sessions and queues are gone. Nothing that matters lived there.

Settings are changed before, and while the broker is away; one kiosk is off meanwhile and comes later.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.support.bare_kiosk import MakeBare, runs_what_it_should
from tests.support.broker import Fleet, eventually
from tests.support.fault_table import Tell

BACK_S = 90.0
"""The kiosks' longest pause between tries is 30 s."""


def wipe(fleet: Fleet) -> None:
    fleet.kill("mosquitto")
    state = fleet.folder / "certificates" / "state"
    shutil.rmtree(state)
    state.mkdir()


def change(fleet: Fleet, number: int) -> None:
    """An admin changes a text."""
    patch = {"help_point": {"th": f"โต๊ะ {number}", "en": f"Desk {number}"}}
    fleet.run("settings", "province", "20", "--patch", json.dumps(patch), "--reason", "ทดลอง")


def test_a_broker_that_lost_its_disk(fleet: Fleet, folder: Path, table: Tell, bare: MakeBare, *, is_long: bool) -> None:
    with table("broker with its disk wiped") as row:
        there, away = (bare(fleet, kiosk_id, folder / kiosk_id) for kiosk_id in ("CBI-01", "CBI-02"))
        kiosks = (there, away)
        for kiosk in kiosks:
            kiosk.start()
        for number in range(20 if is_long else 2):
            for kiosk in kiosks:
                kiosk.write(10)
                eventually(lambda kiosk=kiosk: runs_what_it_should(fleet, kiosk.kiosk_id), BACK_S)
            away.kill()
            change(fleet, 2 * number)
            wipe(fleet)
            for kiosk in kiosks:
                kiosk.write(10)
            change(fleet, 2 * number + 1)
            fleet.start("mosquitto")
            row.tried["wipes"] += 1
            row.tried["settings changed around it"] += 2
            eventually(lambda: there.is_settled, BACK_S)
            assert not runs_what_it_should(fleet, away.kiosk_id)
            away.start()
            eventually(lambda: away.is_settled, BACK_S)
        for kiosk in kiosks:
            kiosk.close()
        row.seen = f"{sum(kiosk.account() for kiosk in kiosks)} records, each once; every kiosk runs the last settings"
