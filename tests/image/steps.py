"""What is done with the emulated kiosk, step by step: a new card, its enrolment, visits by every device, settings."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from drivers.card.samples import SOMCHAI
from drivers.card.virtual_card import VirtualThaiIdCard
from drivers.printer.port import Raster
from fleet.protocol.payment import BillPayment, parse_emv
from tests.image import gadgets
from tests.image.card import card_slot
from tests.image.emulator import Emulator, until
from tests.image.hand import UNIT as HAND
from tests.image.rig import KIOSK_ID, OFFICE_ID, TECHNICIAN, Rig, png
from tests.support.printer_on_a_thread import PrinterBench
from tests.support.running_fleet import PASSWORD
from tests.support.seeing import codes_in, reads, text_in
from tests.support.technician import Technician, shown_in

START_S = 900.0
STEP_S = 300.0

SIZE_PX = (1280, 800)
ROW, LEFT, LANGUAGE = (600, 245), (200, 720), (198, 720)
"""Where things stand at 1280 by 800 (look.md): the first row of a list, and what is left on the floor."""

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

SERIAL_PRINTER = "serial:/dev/ttyUSB0?baud=115200&profile=80mm"

MACHINE = """
data_dir = "/var/lib/sala"
run_dir = "/run/sala"
[devices]
card = "pcsc:"
scanner = "evdev:0627:0001,{gadget},{uinput}"
printer = "{printer}"
panel = "fake:"
display = "pygame:kmsdrm"
[enrolment]
fleet = "{fleet}"
ca_file = "/boot/firmware/pages.pem"
[updates]
installer = ["rauc"]
[care]
reboot_command = ["systemctl", "reboot"]
"""


def words(machine: Emulator, pattern: str, within_s: float = STEP_S) -> str:
    """Wait until the machine has said something like it; the last such."""

    def said() -> str:
        found = re.findall(pattern, machine.said)
        return found[-1] if found else ""

    return until(said, f"{pattern!r} in the machine's words", within_s)


def state(machine: Emulator, name: str, within_s: float = STEP_S) -> None:
    """Wait until the front desk is in state ``name``."""
    until(lambda: re.findall(r" -> (\w+)", machine.said)[-1:] == [name], f"state {name}", within_s)


def touch(machine: Emulator, at: tuple[int, int]) -> None:
    """A finger there."""
    machine.touch(at[0] / SIZE_PX[0], at[1] / SIZE_PX[1])


def bill_on(machine: Emulator) -> BillPayment:
    """The payment on the screen, as a phone reads it."""

    def seen() -> BillPayment | None:
        for text in codes_in(png(machine.picture())):
            if isinstance(found := parse_emv(text), BillPayment):
                return found
        return None

    return until(seen, "a payment QR on the screen", STEP_S)


def is_read(machine: Emulator, sentence: str) -> bool:
    """Whether it can be read on the screen."""
    return reads(sentence, text_in(png(machine.picture()), scale=0.5))


def start(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """a new card: boot, verified root, data partition, front desk, the enrolment QR"""
    toml = MACHINE.format(
        fleet=rig.pages, printer=SERIAL_PRINTER, gadget=gadgets.GADGET_MODEL, uinput=gadgets.UINPUT_MODEL
    )
    machine.put_on_boot_partition({"machine.toml": toml, "pages.pem": rig.pages_ca.read_text("ascii")})
    machine.give_unit("r.service", WATCH)
    machine.give_unit("s.service", HAND)
    machine.start()
    words(machine, r"slot (A); left: A 2, B 3", 120)
    words(machine, r"data partition: (empty)", START_S)
    words(machine, r"Started (?:.*)sala-frontdesk", START_S)
    until(lambda: rig.pages in "".join(codes_in(png(machine.picture()))), "the enrolment QR on the screen", START_S)
    took_s = round(time.monotonic() - machine.began_s, 1)
    machine.picture(keep_as="1-enrolment")
    failed = machine.do("systemctl --failed --plain --no-legend --no-pager")
    assert not failed, failed
    return {"boot-to-screen-s": took_s}


def enrol(rig: Rig, machine: Emulator) -> None:
    """a technician scans the QR, types the code, and the kiosk is one of the fleet's"""
    shown = until(lambda: shown_in(machine.said), "the code", STEP_S)
    address = rig.address + urlsplit(shown.address).path
    if query := urlsplit(shown.address).query:
        address += f"?{query}"
    page = Technician(TECHNICIAN, PASSWORD).enrol(type(shown)(address, shown.code), KIOSK_ID)
    assert page.status_code == 200, page.text[:500]
    words(machine, rf"this kiosk is ({KIOSK_ID})")
    words(machine, r"-> (Idle)", START_S)
    until(rig.is_online, "the kiosk online, with its office's records", START_S)
    for device in ("card", "scanner", "printer", "display"):
        words(
            machine, rf"this kiosk is {KIOSK_ID}\b[\s\S]*?\b({device}) is online"
        )  # of the process that has an identity
    until(lambda: is_read(machine, "สแกนใบแจ้ง"), "what can be done here, on the screen", STEP_S)
    machine.picture(keep_as="2-idle")


def pay_and_take(rig: Rig, machine: Emulator, printer: PrinterBench, name: str) -> Raster:
    """From a chosen notice: QR, the bank's word, the slip that comes out of ``printer``."""
    slips = len(printer.slips)
    bill = bill_on(machine)
    machine.picture(keep_as=f"{name}-payment")
    assert rig.pay(bill, f"IMAGE-{name}") == "exact"
    state(machine, "Confirmed")
    until(lambda: len(printer.slips) > slips, "the slip", STEP_S)
    machine.picture(keep_as=f"{name}-confirmed")
    return printer.slips[-1]


def visit(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """a card in the CCID reader, a notice touched, paid by phone, a slip whose QR leads to the case"""
    with card_slot(machine.folder / "card") as slot:
        slot.insert(VirtualThaiIdCard(SOMCHAI))
        state(machine, "ChoosingNotice")
        until(lambda: is_read(machine, "3,300.00"), "the notice on the screen", STEP_S)
        machine.picture(keep_as="3-choosing")
        touch(machine, ROW)
        slip = rig.keep(pay_and_take(rig, machine, rig.printer, "4"), "4-slip")
        text = text_in(slip)
        assert "ไม่ใช่ใบเสร็จรับเงิน" in text, text
        assert SOMCHAI.id_number not in text.replace("-", "")
        page = rig.tracked(slip)
        assert page.status_code == 200, page.status_code
        assert "ยืนยันแล้ว" in page.text
        touch(machine, LEFT)
        state(machine, "Taking")
        machine.picture(keep_as="5-taking")
        slot.remove()
        state(machine, "Idle")
    return {"slip": [word for word in codes_in(slip) if "/t/" in word]}


def scan(rig: Rig, machine: Emulator) -> None:
    """a notice under two scanners: QEMU's USB keyboard, and one by uinput"""
    code = rig.codes("notice")[1]
    until(lambda: _scanned(machine, lambda: machine.scan(code)), "the scan by the USB keyboard", STEP_S)
    until(lambda: is_read(machine, "1,500.00"), "the notice on the screen", STEP_S)
    machine.picture(keep_as="6-scanned")
    touch(machine, LEFT)
    state(machine, "Idle")
    gadgets.plug_uinput_scanner(machine)
    words(machine, r"(Rig scanner) as /devices/virtual/input")
    until(lambda: _scanned(machine, lambda: gadgets.scan_by_uinput(machine, code)), "the scan by uinput", STEP_S)
    touch(machine, LEFT)
    state(machine, "Idle")


def _scanned(machine: Emulator, try_it: Callable[[], None]) -> bool:
    """Hold the code before it, as a person does until it is taken: keys that come too slowly are no scan, and an
    emulated processor that others keep busy is slow.
    """
    try_it()
    with suppress(TimeoutError):
        state(machine, "ChoosingNotice", 10)
        return True
    return False


def plug(rig: Rig, machine: Emulator) -> None:
    """a USB scanner and a USB printer are plugged in (dummy_hcd gadgets): a scan, a payment, its slip"""
    far_end = rig.new_printer()
    gadgets.plug_gadgets(machine, urlsplit(far_end.uri).port or 0)
    gadgets.use_printer(machine, f"file:{gadgets.PRINTER_NODE}?profile=80mm")
    state(machine, "Idle")
    code = rig.codes("notice")[1]
    until(lambda: _scanned(machine, lambda: gadgets.scan_by_gadget(machine, code)), "the scan by the gadget", STEP_S)
    until(lambda: is_read(machine, "1,500.00"), "the notice on the screen", STEP_S)
    machine.picture(keep_as="8-scanned-by-gadget")
    touch(machine, ROW)
    slip = rig.keep(pay_and_take(rig, machine, far_end, "9"), "9-slip-of-the-usb-printer")
    assert "1,500.00" in text_in(slip)
    assert rig.tracked(slip).status_code == 200
    touch(machine, LEFT)
    state(machine, "Idle")
    gadgets.use_printer(machine, SERIAL_PRINTER)
    state(machine, "Idle")


def settings(rig: Rig, machine: Emulator) -> dict[str, Any]:
    """an admin changes the greeting; the screen shows it"""
    patch = {"greeting": {"th": "ยินดีต้อนรับทุกท่าน", "en": "Good day"}}
    before = rig.reported().get("settings_revision", 0)
    began_s = time.monotonic()
    rig.fleet("settings", "office", OFFICE_ID, "--patch", json.dumps(patch), "--reason", "ตัวอย่าง")
    until(lambda: rig.reported().get("settings_revision", 0) > before, "the settings' revision reported", STEP_S)
    took_s = round(time.monotonic() - began_s, 1)
    until(lambda: is_read(machine, "ยินดีต้อนรับ"), "the greeting on the screen", STEP_S)
    machine.picture(keep_as="7-greeting")
    return {"settings-s": took_s}
