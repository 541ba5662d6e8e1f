"""Barcode scanners that type, read from Linux's input layer: all there are, at the same time.

What it is: opening, taking for ourselves and reading ``/dev/input`` devices; finding those plugged in later.
What it is not: decoding (``keys.py``), choosing (``finding.py``), or the waiting (``reader.py``).

Rules:

1. A device is grabbed, so that nothing else (a console, SDL) receives what is scanned; never while a key is down,
   or whoever had it before would hold that key for ever.
2. Keys may be coming while we open: what is scanned then began without us, and is not believed.
3. A device whose node is still there may be gone, since the kernel knows before udev: that is absence as well.
4. We read the bytes ourselves instead of ``read_loop()``: it can neither time out nor be cancelled.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Protocol

from drivers.about import About
from drivers.errors import DeviceAbsentError, DeviceTimeoutError, DriverError
from drivers.scanner.finding import Candidate, Wanted, choose
from drivers.scanner.input_devices import InputDevice, LinuxInputDevices
from drivers.scanner.input_event import EVENT_BYTES
from drivers.scanner.reader import KeyReader, KeySource
from drivers.waker import Waker

GRAB_TIMEOUT_S = 1.0
"""How long to wait for a key to be let go; a scan takes 0.3 s at most."""

_EVIOCSCLOCKID = 0x400445A0  # _IOW('E', 0xa0, int), Linux include/uapi/linux/input.h
_READ_BYTES = 256 * EVENT_BYTES


class InputDevices(Protocol):
    """What is plugged in: ``LinuxInputDevices``."""

    @property
    def barred(self) -> int: ...
    def present(self) -> tuple[Candidate, ...]: ...
    def open(self, node: str) -> InputDevice: ...


class EvdevSource:
    """The bytes of one grabbed input device."""

    def __init__(self, opened: InputDevice, candidate: Candidate, device: str, *, patience_s: float) -> None:
        """Grab the device just ``opened``, which from here on is ours to close.

        Raises: DeviceAbsentError when it is gone; DeviceTimeoutError when a key is down for longer than
            ``patience_s`` seconds. Try again later.
        """
        self._opened, self._candidate, self._device = opened, candidate, device
        try:
            _use_monotonic_clock(opened.fileno())
            self._grab_when_released(patience_s)
        except OSError as err:
            opened.close()
            raise DeviceAbsentError(device, f"cannot take the scanner for the kiosk: {err}") from err
        except DeviceTimeoutError:
            opened.close()
            raise
        self.opened_s: float | None = time.monotonic()

    def fileno(self) -> int:
        """What to wait for."""
        return self._opened.fileno()

    def read(self) -> bytes:
        """The events there are: see ``KeySource.read``."""
        try:
            data = os.read(self._opened.fileno(), _READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as err:  # ENODEV: pulled out, often before udev knows
            raise DeviceAbsentError(self._device, f"scanner unplugged: {err}") from err
        if not data:
            raise DeviceAbsentError(self._device, "scanner unplugged")
        return data

    def held_keys(self) -> Collection[int]:
        """The keys that are down now: see ``KeySource.held_keys``."""
        try:
            return self._opened.active_keys()
        except OSError as err:
            raise DeviceAbsentError(self._device, f"scanner unplugged: {err}") from err

    def about(self) -> About:
        """As the device described itself when it was found."""
        return About(self._candidate.name, self._candidate.release, self._candidate.path)

    def close(self) -> None:
        """Close the device; the kernel ends the grab with it."""
        self._opened.close()

    def _grab_when_released(self, patience_s: float) -> None:
        deadline_s = time.monotonic() + patience_s
        waker = Waker()
        try:
            while not self._grab():
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    raise DeviceTimeoutError(self._device, "a key of the scanner is held down")
                waker.wait(left_s, self._opened)  # a release is an event, and ends this wait
                with suppress(BlockingIOError):
                    os.read(self._opened.fileno(), _READ_BYTES)
        finally:
            waker.close()

    def _grab(self) -> bool:
        if self._opened.active_keys():
            return False
        self._opened.grab()
        if not self._opened.active_keys():
            return True
        self._opened.ungrab()  # pressed in between
        return False


class EvdevScanner(KeyReader):
    """The scanners that ``wanted`` names, or all that are known for scanners."""

    def __init__(self, wanted: Wanted, *, device: str = "scanner", devices: InputDevices | None = None) -> None:
        """Find, open and grab; one of several that fails is tried again later.

        Raises: DeviceAbsentError when none is there, or may be opened (group ``input``);
            DeviceTimeoutError when a key stays down. Try again later.
        """
        self._wanted = wanted
        self._devices: InputDevices = LinuxInputDevices() if devices is None else devices
        opened = self._open_all(device, (), patience_s=GRAB_TIMEOUT_S)
        super().__init__(opened, device=device, others=lambda held: self._open_all(device, held, patience_s=0.0))

    def _open_all(self, device: str, held: Collection[str], *, patience_s: float) -> dict[str, KeySource]:
        opened: dict[str, KeySource] = {}
        failed: DriverError | None = None
        for candidate in self._choice(device):
            if candidate.node in held:
                continue
            try:
                opened[candidate.node] = self._open(device, candidate, patience_s)
            except DriverError as err:
                failed = err
        if failed is not None and not opened:
            raise failed
        return opened

    def _choice(self, device: str) -> tuple[Candidate, ...]:
        present = self._devices.present()
        try:
            return choose(present, self._wanted, device=device)
        except DeviceAbsentError as err:
            if not self._devices.barred:
                raise
            detail = f"{err.detail}; {self._devices.barred} devices may not be opened, which takes group input"
            raise DeviceAbsentError(device, detail) from err

    def _open(self, device: str, candidate: Candidate, patience_s: float) -> EvdevSource:
        try:
            opened = self._devices.open(candidate.node)
        except OSError as err:
            raise DeviceAbsentError(device, f"cannot open {candidate.path}: {err}") from err
        return EvdevSource(opened, candidate, device, patience_s=patience_s)


def _use_monotonic_clock(fd: int) -> None:
    # Wall-clock stamps would jump when the kiosk first hears the time, in the middle of a scan at worst. A device
    # that refuses still works: the decoder takes a jump for the end of a scan.
    with suppress(OSError):
        fcntl.ioctl(fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
