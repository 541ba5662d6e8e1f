"""Which device file a USB printer has now, by what it is and not by where it was plugged in or when.

The kernel's ``usblp`` numbers printers in the order they appear: after a replug ``/dev/usb/lp0`` may be ``lp1``, or
another printer. So the address is vendor:product, and the serial number where two are alike; sysfs says which file that
is. No USB library, no reset, no endpoint numbers of our own. Looked up at each opening: a replugged printer is found
again by closing and opening.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from drivers.errors import DeviceAbsentError

_DEVICE = "printer"
_ADDRESS = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::(.+))?")


@dataclass(frozen=True, slots=True)
class UsbPrinter:
    """``vendor`` and ``product``: four hexadecimal digits each, as ``lsusb`` shows them. ``serial``: None where any
    will do."""

    vendor: str
    product: str
    serial: str | None = None

    @classmethod
    def parse(cls, text: str) -> UsbPrinter:
        """From ``04b8:0e15`` or ``04b8:0e15:X3YA001234``. Raises: ValueError for anything else."""
        if (found := _ADDRESS.fullmatch(text)) is None:
            raise ValueError(f"a USB printer is usb:04b8:0e15, as lsusb shows it, perhaps with :serial, not usb:{text}")
        vendor, product, serial = found.groups()
        return cls(vendor.lower(), product.lower(), serial)

    def device_file(self, sysfs: Path = Path("/sys"), dev: Path = Path("/dev")) -> Path:
        """The file it has now.

        Raises: DeviceAbsentError when it is not plugged in, or when several are and only a serial number could tell.
        """
        nodes = sorted((sysfs / "class/usbmisc").glob("lp*"))
        found = [dev / "usb" / node.name for node in nodes if self._is(node)]
        if not found:
            raise DeviceAbsentError(_DEVICE, f"no USB printer {self} is plugged in")
        if len(found) > 1:
            raise DeviceAbsentError(_DEVICE, f"{len(found)} USB printers are {self}: add the serial number of one")
        return found[0]

    def __str__(self) -> str:
        return ":".join(filter(None, (self.vendor, self.product, self.serial)))

    def _is(self, node: Path) -> bool:
        try:
            device = (node / "device").resolve(strict=True).parent  # from the interface to the device it belongs to
            return (
                _word(device / "idVendor") == self.vendor
                and _word(device / "idProduct") == self.product
                and (self.serial is None or _word(device / "serial") == self.serial)
            )
        except OSError:  # unplugged while we looked, or a device without a serial number
            return False


def _word(path: Path) -> str:
    return path.read_text("utf-8", "replace").strip()
