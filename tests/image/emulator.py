"""One emulated kiosk: QEMU's virt board with the image on a disk of its own, and a hand for every device.

What is emulated is what a kiosk has: a screen, a USB keyboard (the scanner), a USB tablet (the touch), a USB CCID
reader, and a USB serial converter with a printer at its end. Nothing is added to the image. Where a test must give an
order inside (``hand.py``), QEMU hands systemd a unit as a credential (systemd.system-credentials(7)), and the boot
partition's script, which nobody verifies, names it on the kernel's command line.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from tests.image import hand
from tests.support.ports import free_port

UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
DISK_MIB = 4096
BOOT_OFFSET = 1024 * 1024
"""Where the boot partition begins in the image: genimage's first megabyte."""

CREDENTIALS = "opt/io.systemd.credentials"
UNITS = ("r.service", "s.service")
"""What it says, and its hand. QEMU's fw_cfg knows names of 55 letters at most, and has no room for longer ones."""

BOOT_SCRIPT = Path(__file__).parents[2] / "images/boot/boot.cmd"
LOOK_EVERY_S = 0.5
KEY_S = 0.018
"""Between two keys of a scan, as scanners type (drivers/scanner/keys.py). QEMU keeps 16 for a slow reader."""

T = TypeVar("T")


class Emulator:
    """Files live in ``folder``; ``start`` and ``cut_power`` may be said as often as a plug is put in and pulled."""

    def __init__(
        self, image: Path, folder: Path, *, tcp_printer: int, width_px: int = 1280, height_px: int = 800
    ) -> None:
        self.folder, self._printer = folder, tcp_printer
        self._size = (width_px, height_px)
        self.ssh_port = free_port()
        """Of 127.0.0.1: what comes there the machine sees at its port 22."""
        self.disk = folder / "disk.img"
        subprocess.run(["cp", "--sparse=always", str(image), str(self.disk)], check=True)
        with self.disk.open("r+b") as disk:
            disk.truncate(DISK_MIB * 1024 * 1024)
        self._units: dict[str, str] = {}
        self._hand = hand.Hand(folder / "hand")
        self._process: subprocess.Popen[bytes] | None = None
        self._qmp: socket.socket | None = None
        self.began_s = 0.0

    # ---- before it starts

    def put_on_boot_partition(self, files: Mapping[str, str]) -> None:
        """As a technician does with the card in a computer."""
        for name, content in files.items():
            source = self.folder / name
            source.write_text(content, "utf-8")
            subprocess.run(["mcopy", "-o", "-i", f"{self.disk}@@{BOOT_OFFSET}", str(source), f"::/{name}"], check=True)

    def give_unit(self, name: str, text: str) -> None:
        """Have systemd run a unit of the rig's, one of ``UNITS``, from the next start on."""
        assert name in UNITS
        self._units[name] = text
        wants = " ".join(f"systemd.wants={each}" for each in self._units)
        script = BOOT_SCRIPT.read_text("utf-8").replace(" quiet ", f" quiet {wants} ")
        assert wants in script
        source, made = self.folder / "boot.cmd", self.folder / "boot.scr"
        source.write_text(script, "utf-8")
        for command in (
            ["mkimage", "-A", "arm64", "-T", "script", "-C", "none", "-d", str(source), str(made)],
            ["mcopy", "-o", "-i", f"{self.disk}@@{BOOT_OFFSET}", str(made), "::/boot.scr"],
        ):
            subprocess.run(command, check=True, capture_output=True)

    # ---- power

    def start(self) -> None:
        """Switch it on."""
        self.began_s = time.monotonic()
        self.serial.write_bytes(b"")
        units = []
        for name, text in self._units.items():
            unit = self.folder / f"unit-{name}"
            unit.write_text(text, "utf-8")
            units += ["-fw_cfg", f"name={CREDENTIALS}/systemd.extra-unit.{name},file={unit}"]
        log = (self.folder / "qemu.log").open("ab")
        self._process = subprocess.Popen(
            [
                "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1536", "-nodefaults",
                "-bios", UBOOT, "-display", "none", "-serial", f"file:{self.serial}",
                "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off",
                "-drive", f"if=none,id=disk,file={self.disk},format=raw,cache=unsafe",
                "-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci",
                "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.ssh_port}-:22",
                "-device", "virtio-net-pci,netdev=net,romfile=",
                "-device", f"virtio-gpu-pci,xres={self._size[0]},yres={self._size[1]}",
                "-device", "qemu-xhci,id=usb",
                "-device", "usb-tablet,bus=usb.0,port=1,id=touch", "-device", "usb-kbd,bus=usb.0,port=2,id=scanner",
                "-device", "usb-ccid,bus=usb.0,port=3,id=reader",
                "-chardev", f"socket,id=card,path={self.folder}/card,server=on,wait=off",
                "-device", "ccid-card-passthru,chardev=card",
                "-chardev", f"socket,id=printer,host=127.0.0.1,port={self._printer},reconnect=1",
                "-device", "usb-serial,bus=usb.0,port=4,chardev=printer,always-plugged=true",
                "-chardev", f"socket,id=hand,path={self.folder}/hand,server=on,wait=off",
                "-device", "pci-serial,chardev=hand",
                *units,
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        self._qmp = None

    def cut_power(self) -> None:
        """Pull the plug: what is not on the disk is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._qmp is not None:
            self._qmp.close()
            self._qmp = None
        self._hand.close()

    @property
    def serial(self) -> Path:
        """Everything the machine has said since it was switched on."""
        return self.folder / "serial.txt"

    @property
    def said(self) -> str:
        """The same as text."""
        return self.serial.read_text("utf-8", "replace")

    def is_on(self) -> bool:
        """Whether it runs; one that was told to switch itself off does not."""
        return self._process is not None and self._process.poll() is None

    # ---- hands and eyes

    def command(self, name: str, **arguments: Any) -> Any:
        """An order to the emulator itself (QMP)."""
        if self._qmp is None:
            self._qmp = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._qmp.settimeout(60)
            until(self._connected, "the emulator's ear", 30)
            self._stream = self._qmp.makefile("rw", encoding="utf-8")
            self._stream.readline()
            self._ask("qmp_capabilities", {})
        return self._ask(name, arguments)

    def _connected(self) -> bool:
        assert self._qmp is not None
        with suppress(OSError):
            self._qmp.connect(str(self.folder / "qmp"))
            return True
        return False

    def _ask(self, name: str, arguments: dict[str, Any]) -> Any:
        self._stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self._stream.flush()
        while True:
            answer = json.loads(self._stream.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']['desc']}")

    def do(self, script: str, within_s: float = 120.0) -> str:
        """Run a shell script inside, as root; what it said. Raises: as ``hand.Hand.do``."""
        return self._hand.do(script, within_s)

    def picture(self, keep_as: str = "") -> Image.Image:
        """What the screen shows now; ``keep_as`` also keeps it as a PNG in the folder."""
        file = self.folder / "screen.ppm"
        self.command("screendump", filename=str(file))
        with Image.open(file) as shown:
            picture = shown.convert("RGB")
        if keep_as:
            picture.save(self.folder / f"{keep_as}.png")
        return picture

    def touch(self, x: float, y: float) -> None:
        """A finger at this fraction of the screen, and away again."""
        at = [
            {"type": "abs", "data": {"axis": axis, "value": round(32767 * part)}} for axis, part in (("x", x), ("y", y))
        ]
        self.command("input-send-event", events=at)
        for is_down in (True, False):
            self.command("input-send-event", events=[{"type": "btn", "data": {"down": is_down, "button": "left"}}])
            time.sleep(0.15)  # a finger stays a while; the emulated machine is slow to look

    def scan(self, code: str) -> None:
        """Type as a scanner does, ending with Enter."""
        for letter in code:
            keys = [letter.lower() if letter.isalnum() else {"-": "minus", "/": "slash", "|": "backslash"}[letter]]
            if letter.isupper() or letter == "|":
                keys = ["shift", *keys]
            self._type(keys)
        self._type(["ret"])

    def _type(self, keys: list[str]) -> None:
        self.command("send-key", keys=[{"type": "qcode", "data": key} for key in keys], **{"hold-time": 8})
        time.sleep(KEY_S)


def until(holds: Callable[[], T], what: str, within_s: float) -> T:
    """Wait for something that must happen; the bound is generous, the emulated machine is ten times as slow as a Pi."""
    end_s = time.monotonic() + within_s
    while not (found := holds()):
        if time.monotonic() >= end_s:
            raise TimeoutError(f"{what}: not within {within_s:.0f} s")
        time.sleep(LOOK_EVERY_S)
    return found


@contextmanager
def emulator(image: Path, folder: Path, *, tcp_printer: int) -> Iterator[Emulator]:
    """One, switched off; afterwards without power."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = Emulator(image, folder, tcp_printer=tcp_printer)
    try:
        yield made
    finally:
        made.cut_power()
        made.disk.unlink(missing_ok=True)
