"""A barcode scanner that types, read from Linux's input layer.

What it is: opening, taking for ourselves and reading one ``/dev/input`` device.
What it is not: decoding (``keys.py``) or choosing the device (``finding.py``).

Rules:

1. The path is a stable one, under ``/dev/input/by-id``: event numbers change with every plugging.
2. The device is grabbed, so that nothing else (a console, SDL) receives what is scanned; never while a key is down,
   or whoever had it before would hold that key for ever.
3. We read the bytes ourselves instead of ``read_loop()``: it can neither time out nor be cancelled.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import evdev

from drivers.errors import DeviceAbsentError, DeviceTimeoutError
from drivers.scanner.input_event import EVENT_BYTES
from drivers.scanner.reader import KeyReader
from drivers.waker import Waker

GRAB_TIMEOUT_S = 1.0
"""How long to wait for a key to be let go; a scan takes 0.3 s at most."""

_EVIOCSCLOCKID = 0x400445A0  # _IOW('E', 0xa0, int), Linux include/uapi/linux/input.h
_READ_BYTES = 256 * EVENT_BYTES


class InputDevice(Protocol):
    """What we use of ``evdev.InputDevice``; all of it raises OSError when the device is gone."""

    def fileno(self) -> int: ...
    def active_keys(self) -> list[int]: ...
    def grab(self) -> None: ...
    def ungrab(self) -> None: ...
    def close(self) -> None: ...


class EvdevSource:
    """The bytes of one grabbed input device."""

    def __init__(self, device: InputDevice, name: str) -> None:
        """Grab ``device``, which from here on is ours to close.

        Raises: DeviceAbsentError when it is gone; DeviceTimeoutError when a key stays down. Try again later.
        """
        self._device = device
        self._name = name
        try:
            _use_monotonic_clock(device.fileno())
            self._grab_when_released()
        except OSError as err:
            device.close()
            raise DeviceAbsentError(name, f"cannot take the scanner for the kiosk: {err}") from err
        except DeviceTimeoutError:
            device.close()
            raise

    def fileno(self) -> int:
        """What to wait for."""
        return self._device.fileno()

    def read(self) -> bytes:
        """The events there are: see ``KeySource.read``."""
        try:
            data = os.read(self._device.fileno(), _READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as err:  # ENODEV: pulled out, often before udev knows
            raise DeviceAbsentError(self._name, f"scanner unplugged: {err}") from err
        if not data:
            raise DeviceAbsentError(self._name, "scanner unplugged")
        return data

    def close(self) -> None:
        """Close the device; the kernel ends the grab with it."""
        self._device.close()

    def _grab_when_released(self) -> None:
        deadline_s = time.monotonic() + GRAB_TIMEOUT_S
        waker = Waker()
        try:
            while not self._grab():
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    raise DeviceTimeoutError(self._name, "a key of the scanner is held down")
                waker.wait(left_s, self._device)  # a release is an event, and ends this wait
                with suppress(BlockingIOError):
                    os.read(self._device.fileno(), _READ_BYTES)
        finally:
            waker.close()

    def _grab(self) -> bool:
        if self._device.active_keys():
            return False
        self._device.grab()
        if not self._device.active_keys():
            return True
        self._device.ungrab()  # pressed in between
        return False


class EvdevScanner(KeyReader):
    """The scanner at ``path``, for example ``/dev/input/by-id/usb-Honeywell_1450g-event-kbd``."""

    def __init__(
        self,
        path: str,
        *,
        device: str = "scanner",
        open_device: Callable[[str], InputDevice] = evdev.InputDevice,
    ) -> None:
        """Open and grab.

        Raises: DeviceAbsentError when it is not there or may not be opened (group ``input``);
            DeviceTimeoutError when a key stays down. Try again later.
        """
        try:
            opened = open_device(path)
        except OSError as err:
            raise DeviceAbsentError(device, f"cannot open {path}: {err}") from err
        super().__init__(EvdevSource(opened, device), device=device)


def _use_monotonic_clock(fd: int) -> None:
    # Wall-clock stamps would jump when the kiosk first hears the time, in the middle of a scan at worst. A device
    # that refuses still works: the decoder takes a jump for the end of a scan.
    with suppress(OSError):
        fcntl.ioctl(fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
