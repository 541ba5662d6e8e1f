"""Devices made inside the emulated kiosk by its own kernel: a keyboard by uinput, and USB gadgets behind dummy_hcd.

A gadget is seen by the kernel, udev, usbguard and our drivers as what a real scanner and a real printer are: a HID
interface and a printer interface on a USB bus. What the printer is sent goes to a far end on the host.
Rules: made by hand after the start (``hand.py``), gone with the next; the image carries Debian's modules and no more.
"""

from __future__ import annotations

import base64

from tests.image.emulator import Emulator

UINPUT_MODEL, GADGET_MODEL = "05e0:1200", "0c2e:0901"
"""Vendor and product of common scanners (drivers/registry.py names them, too)."""

PRINTER_NODE = "/dev/usb/lp0"

HOST = "10.0.2.2"
"""This machine, to an emulated one on QEMU's user network."""

_KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503"
    "910395067508150025650507190029658100c0"
)
"""A boot keyboard's report descriptor (HID 1.11, appendix B.1): a byte of shift keys, one reserved, six keys."""

_TYPING = """
import time
KEYS = {**{letter: 4 + n for n, letter in enumerate("abcdefghijklmnopqrstuvwxyz")},
        **{digit: 30 + n for n, digit in enumerate("1234567890")}, "\\n": 40, "-": 45}
def reports(text):
    for letter in text + "\\n":
        yield bytes([2 if letter.isupper() else 0, 0, KEYS[letter.lower()], 0, 0, 0, 0, 0])
        yield bytes(8)
"""
"""Usages of the HID tables, page 7."""

_UINPUT = """
import sys
from evdev import UInput, ecodes
pad = UInput({ecodes.EV_KEY: list(range(1, 120))}, name="Rig scanner", vendor=0x05e0, product=0x1200,
             bustype=ecodes.BUS_USB)
while True:
    with open("/run/rig-uinput", encoding="ascii") as line:
        text = line.read().strip()
    for letter in text + "\\n":
        keys = [ecodes.KEY_ENTER if letter == "\\n" else getattr(ecodes, "KEY_" + letter.upper())]
        if letter.isupper():
            keys.insert(0, ecodes.KEY_LEFTSHIFT)
        for value in (1, 0):
            for key in keys if value else reversed(keys):
                pad.write(ecodes.EV_KEY, key, value)
                pad.syn()
"""

_RELAY = """
import os, select, socket, sys, time
device = os.open("/dev/g_printer0", os.O_RDWR | os.O_NONBLOCK)
line = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def write(data):
    while data:
        try:
            data = data[os.write(device, data):]
        except BlockingIOError:
            time.sleep(0.05)
while True:
    ready, _, _ = select.select([device, line], [], [], 1)
    if device in ready:
        try:
            line.sendall(os.read(device, 8192))
        except BlockingIOError:
            pass
    if line in ready:
        answer = line.recv(4096)
        if not answer:
            raise SystemExit
        write(answer)
"""


def _file(path: str, content: bytes) -> str:
    return f"echo {base64.b64encode(content).decode('ascii')} | base64 -d >{path}\n"


def plug_uinput_scanner(machine: Emulator) -> None:
    """A keyboard out of nothing; udev and our driver see it as any other."""
    machine.do(
        _file("/run/rig-uinput.py", _UINPUT.encode())
        + "modprobe uinput; mkfifo -m 600 /run/rig-uinput\n"
        + "systemd-run --quiet --unit=rig-uinput /opt/sala/bin/python -I /run/rig-uinput.py\n"
    )


def scan_by_uinput(machine: Emulator, code: str) -> None:
    """Type with it."""
    machine.do(f"echo {code} >/run/rig-uinput")


def plug_gadgets(machine: Emulator, printer_port: int) -> None:
    """A USB scanner and a USB printer; the printer's far end listens on the host at ``printer_port``."""
    machine.do(
        "set -e\nmodprobe dummy_hcd num=2; modprobe libcomposite\n"
        "mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config\n"
        + _gadget("scanner", GADGET_MODEL, "hid.0", 0, {"protocol": "1", "subclass": "1", "report_length": "8"})
        + _gadget("printer", "04b8:0e15", "printer.0", 1, {"pnp_string": "MFG:Rig;MDL:80mm;CLS:PRINTER;"})
        + _file("/run/rig-relay.py", _RELAY.encode())
        + f"systemd-run --quiet --unit=rig-relay /usr/bin/python3 -I /run/rig-relay.py {HOST} {printer_port}\n"
        f"for i in $(seq 60); do [ -e {PRINTER_NODE} ] && exit 0; sleep 1; done; exit 1\n"
    )


def _gadget(name: str, model: str, function: str, port: int, about: dict[str, str]) -> str:
    vendor, product = model.split(":")
    folder = f"/sys/kernel/config/usb_gadget/{name}"
    lines = [
        f"mkdir {folder} {folder}/strings/0x409 {folder}/configs/c.1 {folder}/functions/{function}",
        f"echo 0x{vendor} >{folder}/idVendor; echo 0x{product} >{folder}/idProduct",
        f"echo Rig >{folder}/strings/0x409/manufacturer; echo {name} >{folder}/strings/0x409/product",
        *(f"echo '{value}' >{folder}/functions/{function}/{key}" for key, value in about.items()),
    ]
    if function.startswith("hid"):
        lines.append(_file(f"{folder}/functions/{function}/report_desc", _KEYBOARD))
    lines += [f"ln -s {folder}/functions/{function} {folder}/configs/c.1/", f"echo dummy_udc.{port} >{folder}/UDC", ""]
    return "\n".join(lines)


def scan_by_gadget(machine: Emulator, code: str) -> None:
    """Type with the USB scanner."""
    typing = f"{_TYPING}\nwith open('/dev/hidg0', 'wb', buffering=0) as pad:\n"
    typing += f"    for each in reports({code!r}):\n        pad.write(each)\n        time.sleep(0.01)\n"
    machine.do(_file("/run/rig-typing.py", typing.encode()) + "/usr/bin/python3 -I /run/rig-typing.py")


def use_printer(machine: Emulator, address: str) -> None:
    """Another printer in the machine's configuration, as a technician does; the front desk starts again with it."""
    literal = address.replace("&", r"\&")  # which sed would take for what it has found
    machine.do(
        "set -e\nmount -o remount,rw /boot/firmware\n"
        f"sed -i 's#^printer = .*#printer = \"{literal}\"#' /boot/firmware/machine.toml\n"
        "mount -o remount,ro /boot/firmware; systemctl restart sala-frontdesk\n",
        within_s=300,
    )
