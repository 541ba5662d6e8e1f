"""Made-up sysfs trees with USB printers in them."""

from __future__ import annotations

from pathlib import Path

EPSON, BIXOLON = ("04b8", "0e15"), ("1504", "006e")


def plug(tree: Path, port: str, node: str, ids: tuple[str, str], serial: str | None) -> None:
    """A printer at USB port ``port`` that the kernel calls ``node``, laid out as Linux 6.1 lays it out."""
    device = tree / "sys/devices/usb1" / port
    interface = device / f"{port}:1.0"
    (interface / "usbmisc" / node).mkdir(parents=True)
    (interface / "usbmisc" / node / "device").symlink_to(interface)
    names = {"idVendor": ids[0], "idProduct": ids[1], **({} if serial is None else {"serial": serial})}
    for name, text in names.items():
        (device / name).write_text(text + "\n")
    (tree / "sys/class/usbmisc").mkdir(parents=True, exist_ok=True)
    (tree / "sys/class/usbmisc" / node).symlink_to(interface / "usbmisc" / node)
