"""A pretend display: the canvas goes to the virtual kiosk page, touches come back.

What it is: ``VirtualDisplay``, our end, and the page's ``read_frame`` and encoders.
What it is not: video; a frame is sent when ``present`` is called and at no other time.

Protocol: the page listens on a Unix socket, we connect.

* To the page, frames: a header of 12 bytes, big-endian: magic ``SLF1``, width and height in pixels (16 bits each),
  length of what follows in bytes (32 bits), which is 3 x width x height; then rows from the top, three bytes a pixel:
  red, green, blue. The page has no picture until the first frame of a connection.
* From the page, touches: lines of JSON, ``{"touch": "down", "x": 640, "y": 400}`` and ``{"touch": "up", ...}``, in
  pixels of the frame.

Closing the connection is unplugging.

A page that is slow gets the latest frame and misses those between: whoever draws never waits for it longer than
``PATIENCE_S`` a frame. A page that takes nothing at all for ``STUCK_S`` is a wedged display.
"""

from __future__ import annotations

import asyncio
import json
import struct
import time
from dataclasses import dataclass

import pygame

from drivers.about import About
from drivers.channel import Channel
from drivers.display.brightness import checked, darken
from drivers.display.port import Pressed, Released, TouchEvent
from drivers.errors import DeviceAbsentError, DeviceProtocolError, DeviceTimeoutError

PATIENCE_S = 0.02
"""How long ``present`` helps a frame along. A page that reads takes one of 1280 x 800 in a few milliseconds."""

STUCK_S = 15.0
"""How long a page may take nothing of a frame that waits: longer than a busy machine keeps a program from running."""

_HEADER = struct.Struct(">4sHHI")
_MAGIC = b"SLF1"
_BYTES_A_PIXEL = 3


class VirtualDisplay:
    """A screen of ``size`` (width, height in pixels) at the far end of the socket at ``path``."""

    def __init__(self, path: str, size: tuple[int, int], *, device: str = "display", stuck_s: float = STUCK_S) -> None:
        """Connect.

        Raises: DeviceAbsentError when nobody listens at ``path``; try again later.
        """
        self._device = device
        self._path, self._stuck_s = path, stuck_s
        self._brightness_percent = 100
        self._taken_at_s = time.monotonic()
        self._channel = Channel(path, device)
        self._canvas = pygame.Surface(size, depth=32)
        self._sending = memoryview(b"")
        self._next_frame: bytes | None = None
        self._is_closed = False

    @property
    def canvas(self) -> pygame.Surface:
        """What to draw on: see ``Display.canvas``."""
        return self._canvas

    def present(self) -> None:
        """Send the canvas as it is now: see ``Display.present``. What does not fit yet goes with the next calls."""
        self._refuse_if_closed()
        picture = self._canvas
        if self._brightness_percent < 100:
            darken(picture := picture.copy(), self._brightness_percent)
        self._next_frame = encode_frame(picture)
        self._send(PATIENCE_S)

    def poll(self) -> tuple[TouchEvent, ...]:
        """The touches since the last call: see ``Display.poll``."""
        self._refuse_if_closed()
        self._send(0.0)
        return tuple(self._touch(line) for line in self._channel.read_lines())

    def set_brightness(self, percent: int) -> None:
        """Send darker frames, or lighter ones: see ``Display.set_brightness``."""
        self._refuse_if_closed()
        self._brightness_percent = checked(percent)

    def about(self) -> About:
        """The page: see ``Display.about``."""
        width, height = self._canvas.get_size()
        return About(model=f"virtual display, {width} x {height}", port=f"unix:{self._path}")

    def close(self) -> None:
        """Hang up: see ``Display.close``."""
        self._is_closed = True
        self._channel.close()

    def _send(self, patience_s: float) -> None:
        """Send what waits, one frame whole before the next, until the page is behind for ``patience_s``."""
        until_s = time.monotonic() + patience_s
        while self._sending or self._next_frame is not None:
            if not self._sending and self._next_frame is not None:
                self._sending, self._next_frame = memoryview(self._next_frame), None
            sent = self._channel.write_some(self._sending)
            self._sending = self._sending[sent:]
            if sent:
                self._taken_at_s = time.monotonic()
            elif not self._channel.wait_writable(until_s - time.monotonic()):
                self._refuse_if_stuck()
                return
        self._taken_at_s = time.monotonic()

    def _refuse_if_stuck(self) -> None:
        if time.monotonic() - self._taken_at_s > self._stuck_s:
            raise DeviceTimeoutError(self._device, f"the page has taken nothing for {self._stuck_s:g} s")

    def _touch(self, line: bytes) -> TouchEvent:
        try:
            touch = decode_touch(line)
        except ValueError as err:
            raise DeviceProtocolError(self._device, f"the page sent no touch: {err}") from err
        width, height = self._canvas.get_size()
        x, y = min(max(touch.x, 0), width - 1), min(max(touch.y, 0), height - 1)
        return type(touch)(x, y)

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise DeviceAbsentError(self._device, "closed")


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: ``rgb`` is ``height`` rows of ``width`` pixels, top to bottom, three bytes a pixel."""

    width: int
    height: int
    rgb: bytes


def encode_frame(canvas: pygame.Surface) -> bytes:
    """A frame as it goes over the wire."""
    rgb = pygame.image.tobytes(canvas, "RGB")
    return _HEADER.pack(_MAGIC, *canvas.get_size(), len(rgb)) + rgb


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame on a connection; None when the driver has hung up.

    Raises: ValueError when what comes is no frame: the driver and the page are of different versions; hang up.
    """
    try:
        magic, width, height, length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        if magic != _MAGIC or length != width * height * _BYTES_A_PIXEL:
            raise ValueError("not a frame")
        return Frame(width, height, await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def encode_touch(touch: TouchEvent) -> bytes:
    """A touch for the driver: one line, newline included."""
    kind = "down" if isinstance(touch, Pressed) else "up"
    return json.dumps({"touch": kind, "x": touch.x, "y": touch.y}).encode() + b"\n"


def decode_touch(line: bytes) -> TouchEvent:
    """The touch in a line.

    Raises: ValueError when there is none.
    """
    match json.loads(line):
        case {"touch": "down", "x": int(x), "y": int(y)}:
            return Pressed(x, y)
        case {"touch": "up", "x": int(x), "y": int(y)}:
            return Released(x, y)
    raise ValueError("no touch")
