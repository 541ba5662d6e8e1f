"""The world around the emulated kiosk: a fleet with its pages over TLS, a bank, a printer's far end."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from PIL import Image

from drivers.printer.port import Raster
from fleet.protocol.payment import BillPayment, amount_text
from fleet.site.sample_trust import KEYS, PASSPHRASE
from tests.image.bundles import Bundle
from tests.image.pages import pages_over_tls
from tests.support.printer_on_a_thread import PrinterBench, printer_on_a_thread
from tests.support.running_fleet import READY_TIMEOUT_S, environment
from tests.support.seeing import codes_in

KIOSK_ID = "CBI-02"
OFFICE_ID = "CBI"
TECHNICIAN = "technician"


class Rig:
    """In ``folder``, reached at ``host``. ``work``: where the image was made."""

    def __init__(self, work: Path, folder: Path, host: str) -> None:
        self.work, self.folder, self.host = work, folder, host
        self._data = folder / "fleet"
        self._stack = ExitStack()
        self.bundles: dict[str, Bundle] = {}
        """Those that were made, by what they are for."""

    def __enter__(self) -> Rig:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.fleet("sample-data")
        self.fleet("user", TECHNICIAN, "--role", "technician", "--province", "20", "--full-name", "วิชัย ตัวอย่าง")
        try:
            self._up()
            parts = urlsplit(self.address)
            assert parts.hostname
            assert parts.port
            self.pages, self.pages_ca = self._stack.enter_context(
                pages_over_tls(self.folder, self.host, (parts.hostname, parts.port))
            )
            self.printer = self.new_printer()
            self.printer_port = urlsplit(self.printer.uri).port or 0
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_about: object) -> None:
        self._stack.close()

    def _up(self) -> None:
        log = self._stack.enter_context((self.folder / "fleet.log").open("w", encoding="utf-8"))
        process = subprocess.Popen(
            [sys.executable, "-m", "fleet", "--data-dir", str(self._data), "up", "--host", self.host],
            env={**environment(), "SALA_ALLOWED_HOSTS": f"{self.host},127.0.0.1,localhost"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        self._stack.callback(lambda: (process.terminate(), process.wait(60)))
        assert process.stdout is not None
        watchdog = threading.Timer(READY_TIMEOUT_S, process.kill)
        watchdog.start()
        line = process.stdout.readline()
        watchdog.cancel()
        assert line, (self.folder / "fleet.log").read_text("utf-8")
        self.address = json.loads(line)["address"].rstrip("/")

    # ---- the printer

    def new_printer(self) -> PrinterBench:
        """The far end of one more printer."""
        return self._stack.enter_context(printer_on_a_thread())

    def keep(self, slip: Raster, name: str) -> bytes:
        """A slip as PNG, which stays in the folder under ``name``."""
        paper = Image.frombytes("1", (slip.width_px, slip.height_px), bytes(0xFF ^ byte for byte in slip.rows))
        content = png(paper.convert("L"))
        (self.folder / f"{name}.png").write_bytes(content)
        return content

    # ---- the fleet

    def fleet(self, *arguments: str, passphrase: str = "") -> str:
        """Run a `fleet` command; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "fleet", "--data-dir", str(self._data), *arguments],
            env={**environment(), "SALA_PASSPHRASE": passphrase},
            capture_output=True, text=True, timeout=READY_TIMEOUT_S, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"fleet {' '.join(arguments[:2])}: {done.stderr[-800:]}")
        return done.stdout

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Ask the fleet's database."""
        with closing(sqlite3.connect(f"file:{self._data / 'fleet.sqlite'}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(query, values).fetchall()

    def is_online(self) -> bool:
        """Whether the fleet has heard the kiosk, and it has its office's records and settings."""
        query = (
            "SELECT alive AND json_extract(reported, '$.office_revision') > 0"
            " AND json_extract(reported, '$.settings_revision') > 0 FROM devices_kioskstate WHERE kiosk_id = ?"
        )
        return any(row[0] for row in self.rows(query, KIOSK_ID))

    def reported(self) -> dict[str, Any]:
        """All that the kiosk says of what it runs."""
        rows = self.rows("SELECT reported FROM devices_kioskstate WHERE kiosk_id = ?", KIOSK_ID)
        said: dict[str, Any] = msgspec.json.decode(rows[0][0]) if rows and rows[0][0] else {}
        return said

    def firmware(self) -> dict[str, Any]:
        """What it says of its firmware."""
        return self.reported().get("firmware") or {}

    def codes(self, kind: str) -> list[str]:
        """Sample codes of the office, of a kind: what stands on notices and folders."""
        return [each["code"] for each in json.loads(self.fleet("sample-codes", OFFICE_ID)) if each["kind"] == kind]

    def pay(self, bill: BillPayment, transaction_id: str) -> str:
        """Pay with the phone: the pretend bank confirms. What the fleet matched it as."""
        assert bill.amount_satang is not None
        answer = requests.post(
            f"{self.address}/bank/v1/confirm",
            json={
                "transaction_id": transaction_id,
                "biller_id": bill.biller_id,
                "ref1": bill.ref1,
                "ref2": bill.ref2 or "",
                "amount": amount_text(bill.amount_satang),
            },
            timeout=60,
        )
        answer.raise_for_status()
        return str(answer.json()["match"])

    def tracked(self, slip: bytes) -> requests.Response:
        """The page behind a slip's QR."""
        (address,) = [text for text in codes_in(slip) if "/t/" in text]
        return requests.get(self.address + urlsplit(address).path, timeout=60)

    # ---- firmware

    def sign_and_publish(self, *bundles: Bundle) -> None:
        """The two sample people of the firmware's role sign bundles, and they are offered."""
        held = self._data / "trust"
        for bundle in bundles:
            self.fleet(
                "trust", "add", "firmware", str(bundle.file), f"--version={bundle.version}",
                f"--manifest-hash={bundle.manifest_hash}",
            )  # fmt: skip
        for number in (1, 2):
            key = held / KEYS / f"sample-firmware-{number}.key"
            draft = str(held / "drafts/firmware.json")
            self.fleet("trust", "sign", draft, "--key", str(key), passphrase=PASSPHRASE)
        self.fleet("trust", "publish")

    def roll_out(self, bundle: Bundle, *options: str) -> int:
        """Begin one to all kiosks; its number."""
        said = self.fleet(
            "rollout", "new", f"--firmware={bundle.version}", "--waves=all", "--soak-s=0", "--hold-s=20",
            f"--reason=ตัวอย่าง {bundle.version}", *options,
        )  # fmt: skip
        return int(json.loads(said)["number"])

    def roll_out_state(self, number: int) -> str:
        """As the fleet has it."""
        return str(self.rows("SELECT state FROM rollouts_rollout WHERE id = ?", number)[0][0])


def png(picture: Image.Image) -> bytes:
    """As a file's content."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
