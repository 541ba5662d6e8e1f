"""A real `kiosk frontdesk` process whose glass and scanner are in the hands of the bench.

The bench listens on the two sockets itself, so that nothing stands between the clock and the process: a frame counts
when its last byte has arrived, a scan when its last byte was written. Times are CLOCK_MONOTONIC of this machine.
Printer and panel are ``fake:``; the card reader is what the caller says.

Rules: one thread; every wait ends; a process that dies is an error with its last lines.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.display.port import Pressed, Released
from drivers.display.virtual import encode_touch
from drivers.scanner.virtual import keystrokes
from tests.bench.office import furnish

SIZE_PX = (1280, 800)
BACK_PX = (200, 720)
"""The way back on every screen that has one: the left column of the floor never moves (look.md)."""

_CLOCK_SHARE = 0.14  # of the height: above it stands the clock, which may change at any moment
_HEADER = struct.Struct(">4sHHI")  # of a frame; drivers.display.virtual describes it
_TIMEOUT_S = 20.0
_QUIET_S = 0.05  # no frame for so long: the screen has come to rest
_STOP_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame: when its last byte was here, and a checksum of everything below the clock."""

    at_s: float
    below_clock: int


class Desk:
    """The process, from its start to its end."""

    def __init__(self, directory: Path, card: str, environment: Mapping[str, str]) -> None:
        self._log_path = directory / "frontdesk.log"
        self._glass_door = _listen(directory / "glass.sock")
        self._scanner_door = _listen(directory / "scanner.sock")
        (directory / "machine.toml").write_text(_machine(directory, card), encoding="utf-8")
        with self._log_path.open("w", encoding="utf-8") as log:
            self.started_s = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "frontdesk", "--config", str(directory / "machine.toml")],
                env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._scanner: socket.socket | None = None
        self._glass: socket.socket | None = None
        self._frame = bytearray(SIZE_PX[0] * SIZE_PX[1] * 3)
        self.shown = Arrival(0.0, 0)
        """The latest frame."""

    # ---- the eyes

    def next_frame(self, timeout_s: float = _TIMEOUT_S) -> Arrival | None:
        """The next frame, changed or not; None when none has begun within ``timeout_s``.

        Raises: RuntimeError when the process has gone or talks nonsense.
        """
        if self._glass is None:
            self._glass = self._accept(self._glass_door)
        if not select.select([self._glass], [], [], timeout_s)[0]:
            return None
        magic, width, height, length = _HEADER.unpack(self._receive(_HEADER.size))
        if magic != b"SLF1" or (width, height) != SIZE_PX or length != len(self._frame):
            raise self._gone("no frame of the wanted size")
        self._receive_frame()
        at_s = time.monotonic()
        below = memoryview(self._frame)[3 * width * round(height * _CLOCK_SHARE) :]
        self.shown = Arrival(at_s, zlib.crc32(below))
        return self.shown

    def changed_frame(self) -> Arrival:
        """The next frame that differs, below the clock, from the one shown now.

        Raises: RuntimeError when none comes.
        """
        before = self.shown.below_clock
        while (frame := self.next_frame()) is not None:
            if frame.below_clock != before:
                return frame
        raise self._gone("the screen did not change")

    def frames_until_rest(self, quiet_s: float = _QUIET_S) -> list[Arrival]:
        """All frames until none has come for ``quiet_s``."""
        frames = []
        while (frame := self.next_frame(quiet_s)) is not None:
            frames.append(frame)
        return frames

    # ---- the hand; each returns when it was done

    def scan(self, code: str) -> float:
        """Hold ``code`` under the scanner."""
        if self._scanner is None:
            self._scanner = self._accept(self._scanner_door)
        self._scanner.sendall(keystrokes(code, start_s=time.monotonic() - 0.1))  # its last key is up by now
        return time.monotonic()

    def press(self, at_px: tuple[int, int]) -> float:
        """The finger comes down."""
        return self._touch(encode_touch(Pressed(*at_px)))

    def release(self, at_px: tuple[int, int]) -> float:
        """The finger leaves."""
        return self._touch(encode_touch(Released(*at_px)))

    def await_devices(self) -> None:
        """Until every device has answered and the screen has come to rest.

        Raises: RuntimeError when that does not happen.
        """
        until_s = time.monotonic() + _TIMEOUT_S
        wanted = [f"{name} is online" for name in ("card", "scanner", "printer", "panel", "display")]
        while not all(words in self.log() for words in wanted):
            if time.monotonic() > until_s or self._process.poll() is not None:
                raise self._gone("not every device came online")
            self.frames_until_rest()
        self.frames_until_rest(4 * _QUIET_S)

    def log(self) -> str:
        """What the process has said."""
        return self._log_path.read_text("utf-8", "replace")

    def close(self) -> None:
        """End the process, as systemd would."""
        self._process.terminate()
        for line in (self._scanner, self._glass, self._scanner_door, self._glass_door):
            if line is not None:
                line.close()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _touch(self, line: bytes) -> float:
        if self._glass is None:
            raise RuntimeError("touched before the first frame")
        self._glass.sendall(line)
        return time.monotonic()

    def _accept(self, door: socket.socket) -> socket.socket:
        try:
            return door.accept()[0]
        except TimeoutError:
            raise self._gone("it did not connect") from None

    def _receive(self, length: int) -> bytes:
        content = b""
        while len(content) < length:
            part = self._glass.recv(length - len(content)) if self._glass else b""
            if not part:
                raise self._gone("it hung up")
            content += part
        return content

    def _receive_frame(self) -> None:
        rest = memoryview(self._frame)
        while rest:
            got = self._glass.recv_into(rest) if self._glass else 0
            if not got:
                raise self._gone("it hung up")
            rest = rest[got:]

    def _gone(self, what: str) -> RuntimeError:
        return RuntimeError(f"front desk: {what}; its last lines:\n{self.log()[-2000:]}")


@contextmanager
def desk(card: str = "fake:", environment: Mapping[str, str] | None = None) -> Iterator[Desk]:
    """A front desk with settings and office records, in a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sala-bench-") as name:
        directory = Path(name)
        furnish(directory / "data")
        running = Desk(directory, card, environment or {})
        try:
            yield running
        finally:
            running.close()


def _listen(path: Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen()
    door.settimeout(_TIMEOUT_S)
    return door


def _machine(directory: Path, card: str) -> str:
    return f"""\
kiosk_id = "CBI-02"
data_dir = "{directory}/data"
run_dir = "{directory}/run"
[devices]
card = "{card}"
scanner = "unix:{directory}/scanner.sock"
printer = "fake:"
panel = "fake:"
display = "unix:{directory}/glass.sock"
[display]
profile = "10in"
[link]
broker_host = "127.0.0.1"
broker_port = 1
fleet_api = "https://127.0.0.1:1"
ca_file = "no-identity"
certificate_file = "no-identity"
key_file = "no-identity"
"""
