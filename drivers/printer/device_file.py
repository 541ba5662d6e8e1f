"""Bytes to and from a printer behind a device file: USB through the kernel's ``usblp``, or a serial line.

Ours and not python-escpos' (3.1): its ``File`` cannot read, so a printer's answers are lost, and its ``Usb`` writes
without a timeout and resets the device whenever it opens it. Rules as in ``transport``: every call ends in bounded
time, only ``DriverError`` leaves. A device that is replugged is a new file: close and open again.
"""

from __future__ import annotations

import os
import select
import stat
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.errors import DeviceAbsentError, DeviceTimeoutError

_DEVICE = "printer"
_RECEIVE_BYTES = 256
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL
SPEEDS = {speed: getattr(termios, f"B{speed}") for speed in (19200, 38400, 57600, 115200)}
"""The speeds receipt printers can be switched to (bits a second), and what the system calls them. Not 9600: a slip of
35 kB takes 37 s, and a step of it longer than a printer is given to answer."""


class DeviceFileTransport:
    """A printer at a character device."""

    def __init__(self, path: str, send_timeout_s: float, baud: int | None = None) -> None:
        """Open ``path``; with ``baud`` it is a serial line, eight bits, no parity, held back by RTS and CTS.

        Raises: DeviceAbsentError when there is no such device, or it may not be opened.
        """
        with _translated("cannot open"):
            # Not waiting for a carrier, never becoming the process's terminal, never making a file.
            self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        self._send_timeout_s = send_timeout_s
        try:
            if not stat.S_ISCHR(os.fstat(self._fd).st_mode):
                raise DeviceAbsentError(_DEVICE, f"{path} is no device")
            if baud is not None:
                _set_line(self._fd, baud)
        except DeviceAbsentError:
            self.close()
            raise

    def send(self, data: bytes) -> None:
        deadline = time.monotonic() + self._send_timeout_s
        left = memoryview(data)
        while left:
            if not self._ready(select.POLLOUT, deadline - time.monotonic()):
                raise DeviceTimeoutError(_DEVICE, "the printer does not take data")
            with _translated("connection lost"):
                try:
                    left = left[os.write(self._fd, left) :]
                except BlockingIOError:  # filled up between the question and the write
                    continue

    def receive(self, timeout_s: float) -> bytes:
        if not self._ready(select.POLLIN, timeout_s):
            return b""
        with _translated("connection lost"):
            try:
                return os.read(self._fd, _RECEIVE_BYTES)  # some USB printers send empty packets: no bytes, not the end
            except BlockingIOError:
                return b""

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _ready(self, wanted: int, timeout_s: float) -> bool:
        if self._fd < 0:
            raise DeviceAbsentError(_DEVICE, "the connection is closed")
        poll = select.poll()
        poll.register(self._fd, wanted)
        events = sum(event for _, event in poll.poll(max(timeout_s, 0.0) * 1000))
        if events & _GONE:
            raise DeviceAbsentError(_DEVICE, "the device is gone")
        return bool(events & wanted)


def _set_line(fd: int, baud: int) -> None:
    """Raw, at ``baud``; what came before we listened is thrown away."""
    try:
        control = termios.CS8 | termios.CREAD | termios.CLOCAL | termios.CRTSCTS
        quiet = termios.tcgetattr(fd)[6]
        termios.tcsetattr(fd, termios.TCSANOW, [0, 0, control, 0, SPEEDS[baud], SPEEDS[baud], quiet])
        termios.tcflush(fd, termios.TCIOFLUSH)
    except termios.error as err:
        raise DeviceAbsentError(_DEVICE, f"is no serial line: {err}") from err


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise DeviceAbsentError(_DEVICE, f"{what}: {err}") from err
