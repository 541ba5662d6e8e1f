"""One kiosk's line in a crowd: TCP, TLS with its own certificate, MQTT, none of which ever waits.

The crowd's loop tells when the socket is ready; ``wants_write`` and ``state`` tell the loop what to do next.
"""

from __future__ import annotations

import socket
import ssl
from enum import Enum, auto

from fleet.protocol import mqtt

READ_BYTES = 1 << 16


class State(Enum):
    """How far a line has come."""

    TCP = auto()
    TLS = auto()
    MQTT = auto()
    OPEN = auto()


class LostError(Exception):
    """The line is no more; ``args[0]`` is a word for the table."""


class Line:
    """One connection, from the first packet to the last."""

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, begin: bytes) -> None:
        """``begin`` is the CONNECT packet."""
        self.state = State.TCP
        self.arrived = mqtt.Reader()
        self._host, self._context, self._out = address[0], context, bytearray(begin)
        self._socket: socket.socket | ssl.SSLSocket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.connect_ex(address)
        self.wants_write = True

    def fileno(self) -> int:
        """For the loop; the same for the whole life of the line."""
        return self._socket.fileno()

    def ready(self) -> list[tuple[int, bytes]]:
        """Go on as far as it goes; packets other than PUBLISH. ``arrived.published`` holds those.

        Raises: LostError.
        """
        try:
            if self.state is State.TCP:
                self._begin_tls()
            if self.state is State.TLS:
                self._shake_hands()
            if self.state in (State.TCP, State.TLS):
                return []
            self._write()
            return self._read()
        except ssl.SSLError as err:
            raise LostError(f"TLS: {err.reason or 'ended'}") from err
        except OSError as err:
            raise LostError(err.strerror or type(err).__name__) from err
        except mqtt.MqttError as err:
            raise LostError(str(err)) from err

    def _begin_tls(self) -> None:
        problem = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if problem:
            raise OSError(problem, "refused" if problem == 111 else f"error {problem}")
        self._socket = self._context.wrap_socket(
            self._socket, server_hostname=self._host, do_handshake_on_connect=False
        )
        self.state = State.TLS

    def _shake_hands(self) -> None:
        assert isinstance(self._socket, ssl.SSLSocket)  # noqa: S101 - since _begin_tls
        try:
            self._socket.do_handshake()
        except ssl.SSLWantReadError:
            self.wants_write = False
        except ssl.SSLWantWriteError:
            self.wants_write = True
        else:
            self.state = State.MQTT

    def _read(self) -> list[tuple[int, bytes]]:
        others: list[tuple[int, bytes]] = []
        while True:
            try:
                data = self._socket.recv(READ_BYTES)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return others
            if not data:
                raise LostError("the broker hung up")
            others += self.arrived.feed(data)

    def send(self, data: bytes) -> None:
        """Say something, now or when there is room.

        Raises: LostError.
        """
        self._out += data
        try:
            self._write()
        except OSError as err:
            raise LostError(err.strerror or type(err).__name__) from err

    def _write(self) -> None:
        while self._out:
            try:
                sent = self._socket.send(self._out)
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                break
            del self._out[:sent]
        self.wants_write = bool(self._out)

    def close(self) -> None:
        """Drop it, as a cut cable would: no word of TLS or MQTT."""
        self._socket.close()
