"""Bytes to and from a printer, with our timeouts and our errors; the network by python-escpos' own connection.

One function a URI scheme makes a ``Transport``: ``tcp`` here, ``file``, ``usb`` and ``serial`` over ``device_file``.
Rules: every call ends in bounded time; only ``DriverError`` leaves; nothing here knows a printer command.

Why python-escpos' ``Network`` does not open its own socket: its ``open`` leaks the socket when connecting fails, knows
no IPv6, and gives one timeout for everything (3.1, ``printer/network.py``).
"""

from __future__ import annotations

import errno
import math
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from drivers.errors import DeviceAbsentError, DeviceTimeoutError
from drivers.printer.device_file import SPEEDS, DeviceFileTransport
from drivers.printer.usb import UsbPrinter

DEVICE = "printer"
_PORT = 9100  # the raw printing port every network printer has
_RECEIVE_BYTES = 256
_BAUD = 115_200
# After this long without an acknowledgement by the other end's TCP the cable counts as cut. A printer that is merely
# busy or mute still acknowledges.
_GONE_AFTER_MS = 10_000


class Transport(Protocol):
    """A two-way byte pipe to a printer. Single-threaded."""

    def send(self, data: bytes) -> None:
        """Hand over all of ``data``.

        Raises: DeviceTimeoutError when it was not taken in time: how much was taken is unknown, so close;
            DeviceAbsentError when the printer is gone.
        """

    def receive(self, timeout_s: float) -> bytes:
        """Wait up to ``timeout_s`` for bytes; empty when none came.

        Raises: DeviceAbsentError when the printer is gone.
        """

    def close(self) -> None:
        """Release the connection. Calling it again does nothing."""


class TcpTransport:
    """A network printer."""

    def __init__(self, host: str, port: int, connect_timeout_s: float, send_timeout_s: float) -> None:
        """Connect.

        Raises: DeviceAbsentError when nothing listens there, or not in time.
        """
        from escpos.printer import Network  # takes 0.4 s and writes a temporary directory: only when there is need

        connection = _connected(host, port, connect_timeout_s)
        connection.settimeout(send_timeout_s)
        self._socket: socket.socket | None = connection
        self._network: Any = Network(host, port=port, timeout=send_timeout_s)
        self._network.device = connection

    def send(self, data: bytes) -> None:
        self._open_socket()
        with _translated():
            self._network._raw(data)

    def receive(self, timeout_s: float) -> bytes:
        connection = self._open_socket()
        with _translated():
            poll = select.poll()  # ``select.select`` knows no descriptor above 1023
            poll.register(connection, select.POLLIN)
            if not poll.poll(math.ceil(max(timeout_s, 0.0) * 1000)):
                return b""
            data = connection.recv(_RECEIVE_BYTES)
        if not data:
            raise DeviceAbsentError(DEVICE, "the printer closed the connection")
        return data

    def close(self) -> None:
        if self._socket is not None:
            self._socket = None
            self._network.close()

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise DeviceAbsentError(DEVICE, "the connection is closed")
        return self._socket


def _connected(host: str, port: int, timeout_s: float) -> socket.socket:
    try:
        connection = socket.create_connection((host, port), timeout=timeout_s)
    except OSError as err:
        raise DeviceAbsentError(DEVICE, f"cannot connect: {err}") from err
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_AFTER_MS)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError as err:
        connection.close()
        raise DeviceAbsentError(DEVICE, f"lost while connecting: {err}") from err
    return connection


@contextmanager
def _translated() -> Iterator[None]:
    """The system's errors as ours; the kernel's own ETIMEDOUT means that the other end is gone."""
    try:
        yield
    except TimeoutError as err:
        if err.errno == errno.ETIMEDOUT:
            raise DeviceAbsentError(DEVICE, "the other end no longer answers") from err
        raise DeviceTimeoutError(DEVICE, "the printer does not take data") from err
    except OSError as err:
        raise DeviceAbsentError(DEVICE, f"connection lost: {err}") from err


def _tcp(uri: str, connect_timeout_s: float, send_timeout_s: float) -> Transport:
    parts = urlsplit(uri)
    if not parts.hostname:
        raise ValueError(f"printer address without a host: {uri}")
    return TcpTransport(parts.hostname, parts.port or _PORT, connect_timeout_s, send_timeout_s)


def _file(uri: str, _connect_timeout_s: float, send_timeout_s: float) -> Transport:
    return DeviceFileTransport(_device_path(uri), send_timeout_s)


def _serial(uri: str, _connect_timeout_s: float, send_timeout_s: float) -> Transport:
    options = dict(parse_qsl(urlsplit(uri).query, keep_blank_values=True))
    speed = options.pop("baud", str(_BAUD))
    if options or speed not in map(str, SPEEDS):
        raise ValueError(f"a serial printer's only option is baud, one of {sorted(SPEEDS)}: {uri}")
    return DeviceFileTransport(_device_path(uri), send_timeout_s, int(speed))


def _usb(uri: str, _connect_timeout_s: float, send_timeout_s: float) -> Transport:
    return DeviceFileTransport(str(UsbPrinter.parse(uri.removeprefix("usb:")).device_file()), send_timeout_s)


def _device_path(uri: str) -> str:
    path = urlsplit(uri).path
    if not path.startswith("/"):
        raise ValueError(f"a printer's device is named by its whole path, as file:/dev/usb/lp0: {uri}")
    return path


# The seam for further connections: a scheme and who makes its Transport.
SCHEMES: dict[str, Callable[[str, float, float], Transport]] = {
    "tcp": _tcp,
    "file": _file,
    "serial": _serial,
    "usb": _usb,
}


def open_transport(uri: str, connect_timeout_s: float, send_timeout_s: float) -> Transport:
    """Connect to ``tcp://host[:9100]``, ``usb:04b8:0e15[:serial]``, ``file:/dev/usb/lp0`` or
    ``serial:/dev/ttyUSB0[?baud=115200]``.

    Raises: ValueError for an address we cannot read (a wrong setting, not a fault of the device);
        DeviceAbsentError when nothing answers there.
    """
    scheme = urlsplit(uri).scheme
    if scheme not in SCHEMES:
        raise ValueError(f"printer address must begin with one of {sorted(SCHEMES)}: {uri}")
    return SCHEMES[scheme](uri, connect_timeout_s, send_timeout_s)
