"""The Unix socket between a driver and the virtual kiosk page.

What it is: how the drivers of pretend devices reach the page, and how they notice that it has gone.
What it is not: a protocol; the bytes are described in each device's ``virtual.py``.
Rules: the page listens, the driver connects. A page that has closed the socket is a device that was unplugged:
DeviceAbsentError. A page that does not read is one that hangs: DeviceTimeoutError. Nothing here blocks for longer
than the connect timeout.
"""

from __future__ import annotations

import math
import select
import socket

from drivers.errors import DeviceAbsentError, DeviceProtocolError, DeviceTimeoutError

CONNECT_TIMEOUT_S = 1.0
"""Connecting on one machine takes microseconds, unless the page's queue of waiting connections is full."""

MAX_LINE = 4096
"""Bytes of the longest line taken from a page; its real lines are under 100 bytes."""


class Channel:
    """One connection to the page; reads and writes never block."""

    def __init__(self, path: str, device: str) -> None:
        """Connect to the socket at ``path``.

        Raises: DeviceAbsentError when nobody listens there; try again later.
        """
        self._device = device
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._rest = b""
        try:
            self._socket.settimeout(CONNECT_TIMEOUT_S)
            self._socket.connect(path)
        except OSError as err:
            self._socket.close()
            raise DeviceAbsentError(device, f"nobody answers at {path}: {err}") from err
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """For waiting until there is something to read; -1 once closed."""
        return self._socket.fileno()

    def read(self) -> bytes:
        """What has arrived, at most 64 KiB; empty when nothing has.

        Raises: DeviceAbsentError when the page has closed the connection; close and reopen.
        """
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return b""
        except OSError as err:
            raise DeviceAbsentError(self._device, f"connection to the page lost: {err}") from err
        if not data:
            raise DeviceAbsentError(self._device, "unplugged on the page")
        return data

    def read_lines(self) -> tuple[bytes, ...]:
        """The whole lines that have arrived, without their newlines; the beginning of a line waits for its end.

        Raises: DeviceAbsentError as ``read`` does; DeviceProtocolError when a line is too long to be one of ours.
        """
        *lines, self._rest = (self._rest + self.read()).split(b"\n")
        if len(self._rest) > MAX_LINE:
            raise DeviceProtocolError(self._device, f"the page sent a line of more than {MAX_LINE} bytes")
        return tuple(lines)

    def write_some(self, data: bytes | memoryview) -> int:
        """Send as much of ``data`` as fits now; returns how many bytes that was, 0 when the page is behind.

        Raises: DeviceAbsentError when the page has closed the connection; close and reopen.
        """
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as err:
            raise DeviceAbsentError(self._device, f"connection to the page lost: {err}") from err

    def wait_writable(self, timeout_s: float) -> bool:
        """Wait at most ``timeout_s`` seconds until ``write_some`` would send something, or fail; False if neither."""
        watched = select.poll()
        watched.register(self._socket, select.POLLOUT)
        return bool(watched.poll(math.ceil(max(timeout_s, 0.0) * 1000)))

    def write_line(self, line: bytes) -> None:
        """Send one short line, adding its newline.

        Raises: DeviceAbsentError when the page has gone; DeviceTimeoutError when it has stopped reading. Reopen.
        """
        whole = line + b"\n"
        if self.write_some(whole) < len(whole):
            raise DeviceTimeoutError(self._device, "the page does not read what it is sent")

    def close(self) -> None:
        """Hang up. Calling it again does nothing."""
        self._socket.close()
