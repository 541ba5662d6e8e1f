"""An update from the signers' keys to the slot that runs: trust repository, roll-out, wire, agent, front desk, boot.

Everything is the process it is, but for two: RAUC is the stand-in with two slots, and the machine that goes down and
comes up again is this test, which ends both programs and starts them under another boot id.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fleet.__main__ import main
from fleet.protocol.updates import UpdateReason, UpdateState
from fleet.site.sample_trust import PASSPHRASE
from tests.support import rauc_stand_in as rauc
from tests.support.bare_kiosk import BareKiosk
from tests.support.broker import PATIENCE_S, Fleet, eventually
from tests.support.namespaces import with_boot_id
from tests.support.require import require
from tests.support.technician import Technician

KIOSK_ID = "CBI-02"
PASSWORD = "sample-password-1"
CRASHES = "3"
"""The firmware whose front desk does not come up."""


class Machine:
    """A kiosk with two slots. ``turn`` is what the hardware does: it goes down when it is told to, and comes up."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self._down, self._boot_id, self.slots = folder / "down", folder / "boot_id", folder / "slots"
        self._boot_id.write_text("none\n", "ascii")
        self._agent = BareKiosk(fleet, KIOSK_ID, folder, prefix=with_boot_id(str(self._boot_id)))
        self._desk: subprocess.Popen[bytes] | None = None
        self._folder = folder
        more = {
            "[updates]": {"installer": rauc.make(self.slots)},
            "[care]": {"reboot_command": ["touch", str(self._down)]},
            "[trust]": {"root_file": str(fleet.folder / "trust" / "metadata" / "1.root.json"), "dopa_code": 20},
        }
        with (folder / "machine.toml").open("a", encoding="utf-8") as file:
            for table, values in more.items():
                file.writelines([f"{table}\n", *(f"{name} = {json.dumps(each)}\n" for name, each in values.items())])

    def start(self) -> None:
        """Power on."""
        self._down.unlink(missing_ok=True)
        rauc.boot(self.slots)
        self._boot_id.write_text(f"{uuid.uuid4()}\n", "ascii")
        self._agent.start()
        if rauc.running(self.slots) != CRASHES:
            command = [sys.executable, "-m", "kiosk", "frontdesk", "--config", str(self._folder / "machine.toml")]
            with (self._folder / "desk.log").open("ab") as log:
                self._desk = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)

    def turn(self) -> None:
        if self._down.exists():
            self.stop()
            self.start()

    def stop(self) -> None:
        self._agent.stop()
        desk, self._desk = self._desk, None
        if desk is not None:
            desk.terminate()
            desk.wait(PATIENCE_S)

    @property
    def log(self) -> str:
        return self._agent.log


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, for the sockets in it; gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="sala-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def fleet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    require("mosquitto")
    monkeypatch.setenv("SALA_PASSPHRASE", PASSPHRASE)
    for name in ("SALA_FLEET_DIR", "SALA_SECRET_KEY"):
        monkeypatch.setenv(name, "of this test alone")  # the command sets them; afterwards they are as before
    with Fleet(folder / "fleet") as running:
        running.environment["SALA_PASSWORD"] = PASSWORD
        del running.environment["SALA_SECRET_KEY"]
        yield running


@pytest.fixture
def machine(fleet: Fleet, folder: Path) -> Iterator[Machine]:
    (folder / "kiosk").mkdir()
    machine = Machine(fleet, folder / "kiosk")
    yield machine
    machine.stop()


def page(fleet: Fleet, path: str) -> str:
    """What a national admin reads there."""
    return Technician("nation", PASSWORD).open(f"http://127.0.0.1:{fleet.ports['http']}{path}").text


def trust(fleet: Fleet, *words: str | Path) -> None:
    """The command itself, in this process: it needs neither Django nor anything that runs."""
    assert main(["--data-dir", str(fleet.folder), "trust", *map(str, words)]) == 0, words


def sign_and_publish(fleet: Fleet, folder: Path, *versions: str) -> None:
    """Two people make keys, the custodians let them speak for firmware instead, and they sign the bundles."""
    keys = [folder / f"{name}.key" for name in ("kla", "korn")]
    for key in keys:
        trust(fleet, "key", key.stem, "--out", key)
    people = [f"--add={key.with_suffix('.pub')}" for key in keys]
    trust(fleet, "rotate", "firmware", *people, "--remove=sample-firmware-1", "--remove=sample-firmware-2")
    for version in versions:
        bundle = folder / f"sala-{version}.raucb"
        bundle.write_bytes(rauc.bundle(version))
        about = (f"--compatible={rauc.COMPATIBLE}", f"--manifest-hash={rauc.manifest_hash(bundle.read_bytes())}")
        trust(fleet, "add", "firmware", bundle, f"--version={version}", *about)
    held = fleet.folder / "trust"
    custodians = [held / "sample-keys" / f"sample-custodian-{number}.key" for number in (1, 2)]
    for role, signers in (("targets", custodians), ("firmware", keys)):
        for key in signers:
            trust(fleet, "sign", held / "drafts" / f"{role}.json", "--key", key)
    trust(fleet, "publish")


def roll_out(fleet: Fleet, version: str, *options: str) -> int:
    """Begin; its number."""
    waves = ("--waves=all", "--soak-s=0", "--hold-s=1", f"--reason=ตัวอย่าง {version}")
    said = json.loads(fleet.run("rollout", "new", f"--firmware={version}", *waves, *options))
    return int(said["number"])


def shown(fleet: Fleet, number: int) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(fleet.run("rollout", "show", str(number)))
    return said


def steps(fleet: Fleet, version: str) -> list[tuple[str, str]]:
    """What the kiosk has put on record of a bundle."""
    query = "SELECT body FROM devices_record WHERE kiosk_id = ? AND kind = 'firmware-step' ORDER BY no"
    said = [msgspec.json.decode(body) for (body,) in fleet.rows(query, KIOSK_ID)]
    return [(each["state"], each["reason"]) for each in said if each["version"] == version]


def reported(fleet: Fleet) -> dict[str, Any]:
    """What the kiosk says of its firmware."""
    rows = fleet.rows("SELECT reported FROM devices_kioskstate WHERE kiosk_id = ?", KIOSK_ID)
    said: dict[str, Any] = msgspec.json.decode(rows[0][0]) if rows and rows[0][0] else {}
    return said.get("firmware") or {}


def test_a_good_bundle_arrives_and_a_bad_one_goes_back_by_itself(fleet: Fleet, machine: Machine, folder: Path) -> None:
    fleet.run("user", "nation", "--role", "national-admin", "--full-name", "สมชาย ตัวอย่าง")
    fleet.start("mosquitto")
    for part in ("serve", "conduct"):
        fleet.start(part)
    fleet.start_hearing("ingest")
    for name in ("http", "kiosk"):
        fleet.await_port(int(fleet.ports[name]))
    machine.start()

    def until(what: Callable[[], Any]) -> None:
        def look() -> Any:
            machine.turn()
            return what()

        eventually(look, 3 * PATIENCE_S)  # a whole update, of a dozen processes one after the other

    until(lambda: reported(fleet).get("running_version") == "1")
    sign_and_publish(fleet, folder, "2", CRASHES)
    until(lambda: len(fleet.rows("SELECT 1 FROM rollouts_firmware WHERE is_signed")) == 2)

    good = roll_out(fleet, "2")
    until(lambda: fleet.rows("SELECT 1 FROM rollouts_rollout WHERE id = ? AND state = 'done'", good))
    assert rauc.running(machine.slots) == "2"
    assert reported(fleet)["running_hash"] == rauc.manifest_hash(rauc.bundle("2"))
    assert reported(fleet)["bytes_spent"] < 2 * rauc.OWN_BYTES, "what the running slot holds is not fetched"
    assert shown(fleet, good)["kiosks"] == {"passed": 1}
    until(lambda: (UpdateState.GOOD, UpdateReason.NONE) in steps(fleet, "2"))
    assert list(dict.fromkeys(state for state, _ in steps(fleet, "2"))) == [
        UpdateState.WAITING,
        UpdateState.FETCHING,
        UpdateState.INSTALLING,
        UpdateState.REBOOTING,
        UpdateState.PROVING,
        UpdateState.GOOD,
    ]

    bad = roll_out(fleet, CRASHES, "--proving-s=1")
    until(lambda: fleet.rows("SELECT 1 FROM rollouts_rollout WHERE id = ? AND state = 'halted'", bad))
    assert rauc.running(machine.slots) == "2"
    assert reported(fleet)["state"] == UpdateState.ROLLED_BACK
    assert shown(fleet, bad)["kiosks"] == {"failed": 1}
    until(lambda: (UpdateState.ROLLED_BACK, UpdateReason.FRONT_DESK) in steps(fleet, CRASHES))
    for place in (f"/rollouts/{bad}/", f"/kiosks/{KIOSK_ID}/"):
        assert "กลับไปใช้ของเดิมเอง · โปรแกรมหน้าตู้ไม่ขึ้น" in page(fleet, place), place
