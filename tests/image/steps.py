"""What is done with the emulated kiosk, step by step; and the world around it: a fleet, its pages, a printer."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from tests.image.card import card_slot
from tests.image.emulator import Emulator, until
from tests.image.pages import pages_over_tls
from tests.support.printer_on_a_thread import printer_on_a_thread
from tests.support.running_fleet import PASSWORD, READY_TIMEOUT_S, _environment, _fleet
from tests.support.seeing import codes_in
from tests.support.technician import Technician, shown_in

START_S = 600.0
STEP_S = 300.0

WATCH = """[Unit]
Description=Words for the rig
DefaultDependencies=no
After=systemd-journald.service
[Service]
ExecStart=/usr/bin/journalctl -f -n 1000 -o short-monotonic -p info
StandardOutput=file:/dev/ttyAMA0
Restart=always
RestartSec=1
"""
"""Everything, unfiltered: journalctl resolves `-u sala-*` once, against units that have said something by then."""


class Rig:
    """The fleet, its pages over TLS, and a printer; in ``folder``, reached at ``host``."""

    def __init__(self, folder: Path, host: str) -> None:
        self.folder, self.host = folder, host
        self.kiosk_id = ""
        self._stack = ExitStack()

    def __enter__(self) -> Rig:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._data = self.folder / "fleet"
        _fleet(self._data, "sample-data")
        _fleet(
            self._data, "user", "technician", "--role", "technician", "--province", "20", "--full-name", "วิชัย ตัวอย่าง"
        )
        self._up()
        parts = urlsplit(self.address)
        assert parts.hostname
        assert parts.port
        self.pages, self.pages_ca = self._stack.enter_context(
            pages_over_tls(self.folder, self.host, (parts.hostname, parts.port))
        )
        self.printer = self._stack.enter_context(printer_on_a_thread())
        self.printer_port = urlsplit(self.printer.uri).port or 0
        return self

    def _up(self) -> None:
        log = self._stack.enter_context((self.folder / "fleet.log").open("w", encoding="utf-8"))
        process = subprocess.Popen(
            [sys.executable, "-m", "fleet", "--data-dir", str(self._data), "up", "--host", self.host],
            env={**_environment(), "SALA_ALLOWED_HOSTS": f"{self.host},127.0.0.1,localhost"},
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        self._stack.callback(lambda: (process.terminate(), process.wait(60)))
        assert process.stdout is not None
        watchdog = threading.Timer(READY_TIMEOUT_S, process.kill)
        watchdog.start()
        line = process.stdout.readline()
        watchdog.cancel()
        assert line, (self.folder / "fleet.log").read_text("utf-8")
        self.address = json.loads(line)["address"]

    def __exit__(self, *_about: object) -> None:
        self._stack.close()


def png(picture: Image.Image) -> bytes:
    """As a file's content."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def words(machine: Emulator, pattern: str, within_s: float = STEP_S) -> str:
    """Wait until the machine has said something like it; the last such."""

    def said() -> str:
        found = re.findall(pattern, machine.said)
        return found[-1] if found else ""

    return until(said, f"{pattern!r} in the machine's words", within_s)


def start(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """a new card: boot, verified root, data partition, front desk, the enrolment QR"""
    toml = f"""
data_dir = "/var/lib/sala"
run_dir = "/run/sala"
[devices]
card = "pcsc:"
scanner = "evdev:/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_68284-0000:00:05.0-2-event-kbd"
printer = "serial:/dev/ttyUSB0?baud=115200&profile=80mm"
panel = "fake:"
display = "pygame:kmsdrm"
[enrolment]
fleet = "{rig.pages}"
ca_file = "/boot/firmware/pages.pem"
[care]
reboot_command = ["systemctl", "reboot"]
"""
    machine.put_on_boot_partition({"machine.toml": toml, "pages.pem": rig.pages_ca.read_text("ascii")})
    machine.give_unit("r.service", WATCH)
    machine.start()
    words(machine, r"slot (A); left: A 2, B 3", 60)
    words(machine, r"data partition: (empty)", START_S)
    words(machine, r"Started (?:.*)sala-frontdesk", START_S)
    until(lambda: rig.pages in "".join(codes_in(png(machine.picture()))), "the enrolment QR on the screen", START_S)
    machine.picture(keep_as="enrolment")
    return {"boot-to-screen-s": round(time.monotonic() - machine.began_s, 1)}


def enrol(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """a technician scans the QR, types the code, and the kiosk is one of the fleet's"""
    shown = until(lambda: shown_in(machine.said), "the code", STEP_S)
    address = rig.address.rstrip("/") + urlsplit(shown.address).path
    page = Technician("technician", PASSWORD).enrol(type(shown)(address, shown.code), "CBI-02")
    assert page.status_code == 200, page.text[:500]
    words(machine, r"this kiosk is (CBI-02)")
    words(machine, r"-> (Idle)")
    machine.picture(keep_as="idle")
    return {}


def visit(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """a card in the CCID reader, a notice chosen, a payment QR on the screen"""
    from drivers.card.samples import SOMCHAI
    from drivers.card.virtual_card import VirtualThaiIdCard

    words(machine, r"(card is online)")
    with card_slot(machine.folder / "card") as slot:
        slot.insert(VirtualThaiIdCard(SOMCHAI))
        words(machine, r"-> (ChoosingNotice)")
        machine.picture(keep_as="choosing")
        machine.touch(600 / 1280, 245 / 800)
        until(lambda: codes_in(png(machine.picture())), "the payment QR", STEP_S)
        machine.picture(keep_as="payment")
        slot.remove()
        words(machine, r"-> (Idle)")
    return {}


STEPS: dict[str, Callable[[Rig, Emulator], dict[str, Any] | None]] = {"start": start, "enrol": enrol, "visit": visit}
"""In this order."""
