"""The input devices of this machine: what each is, by the kernel's and udev's word, and how to open one.

What it is: the files under ``/dev``, ``/run/udev`` and ``/sys`` turned into descriptions.
What it is not: a choice among them; that is ``finding.py``.

Rules:

1. A stable path is one of ``/dev/input/by-id``, else of ``by-path``: event numbers change with every plugging, and
   two scanners of one model without serial numbers share one name in ``by-id``, which leads to one of them only.
2. A device is opened to be described once in its life; a node that was made anew, or got other rights, is another.
3. One that vanishes while we look is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import evdev
from evdev import ecodes

from drivers.scanner.finding import Candidate


class InputDevice(Protocol):
    """What we use of ``evdev.InputDevice`` to read it; all of it raises OSError when the device is gone."""

    def fileno(self) -> int: ...
    def active_keys(self) -> list[int]: ...
    def grab(self) -> None: ...
    def ungrab(self) -> None: ...
    def close(self) -> None: ...


def _read_only(node: str) -> evdev.InputDevice[str]:
    # Opened for writing, some devices are told to set their lights, and answer by resetting themselves.
    return evdev.InputDevice(node, readonly=True)


class LinuxInputDevices:
    """Everything under ``/dev/input``."""

    def __init__(
        self, root: Path = Path("/"), open_device: Callable[[str], evdev.InputDevice[str]] = _read_only
    ) -> None:
        self._root = root
        self._open = open_device
        self._seen: dict[str, tuple[tuple[int, int], Candidate]] = {}
        self._barred: set[str] = set()

    @property
    def barred(self) -> int:
        """How many of those last seen we have no right to open: the user is not in group ``input``."""
        return len(self._barred)

    def open(self, node: str) -> InputDevice:
        """Raises: OSError when it is gone or may not be opened."""
        return self._open(node)

    def present(self) -> tuple[Candidate, ...]:
        """Those that are plugged in and may be opened."""
        nodes = sorted(str(path) for path in (self._root / "dev/input").glob("event*"))
        self._seen = {node: seen for node, seen in self._seen.items() if node in nodes}
        self._barred &= set(nodes)
        names = self._stable_names()
        found = [self._described(node) for node in nodes]
        return tuple(replace(one, names=tuple(names.get(one.node, ()))) for one in found if one is not None)

    def _stable_names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for folder in ("by-id", "by-path"):
            for link in sorted((self._root / "dev/input" / folder).glob("*")):
                names.setdefault(os.path.realpath(link), []).append(str(link))
        return names

    def _described(self, node: str) -> Candidate | None:
        try:
            status = Path(node).stat()
            made = (status.st_ino, status.st_ctime_ns)
            if node not in self._seen or self._seen[node][0] != made:
                self._seen[node] = (made, self._describe(node))
            self._barred.discard(node)
            # udev writes its word after it has given the node its rights, so it is asked each time.
            return replace(self._seen[node][1], mark=self._mark(status.st_rdev))
        except PermissionError:
            self._barred.add(node)
        except OSError:
            self._seen.pop(node, None)  # pulled out meanwhile
        return None

    def _describe(self, node: str) -> Candidate:
        opened = self._open(node)
        try:
            capabilities = opened.capabilities(absinfo=False)
        finally:
            opened.close()
        interface = (self._root / "sys/class/input" / Path(node).name / "device/device").resolve().parent
        return Candidate(
            node=node,
            name=opened.name,
            bus=opened.info.bustype,
            vendor=opened.info.vendor,
            product=opened.info.product,
            phys=opened.phys,
            keys=frozenset(capabilities.get(ecodes.EV_KEY, ())),
            types=frozenset(capabilities),
            usb_protocol=_hexadecimal(_line(interface / "bInterfaceProtocol")),
            release=_release(_line(interface.parent / "bcdDevice")),
        )

    def _mark(self, device_number: int) -> bool | None:
        return {"1": True, "0": False}.get(self._udev(device_number).get("SALA_SCANNER", ""))

    def _udev(self, device_number: int) -> dict[str, str]:
        """What udev's rules and hardware database say of the device (its own file format: ``E:KEY=value``)."""
        number = f"c{os.major(device_number)}:{os.minor(device_number)}"
        with suppress(OSError):
            lines = (self._root / "run/udev/data" / number).read_text(encoding="utf-8", errors="replace").splitlines()
            pairs = (line[2:].partition("=") for line in lines if line.startswith("E:"))
            return {key: value for key, _, value in pairs}
        return {}


def _line(path: Path) -> str | None:
    with suppress(OSError):
        return path.read_text(encoding="ascii", errors="replace").strip()
    return None


def _hexadecimal(text: str | None) -> int | None:
    with suppress(ValueError):
        return None if text is None else int(text, 16)
    return None


def _release(bcd: str | None) -> str | None:
    """bcdDevice (USB 2.0, 9.6.1): ``0104`` is 1.04. The version evdev itself gives is that of the HID standard."""
    number = _hexadecimal(bcd)
    return f"{number >> 8:x}.{number & 0xFF:02x}" if number else None
