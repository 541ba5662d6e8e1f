"""The glass of the virtual kiosk: frames from the front desk in; patches for the pages, and touches, out.

A page gets only the rectangle that differs from what it has, as PNG: exact, and small because a kiosk's screen is
flat. The encoding happens on a thread, so that touches never wait for it.
"""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from drivers.display.port import Pressed, Released, TouchEvent
from drivers.display.virtual import encode_touch, read_frame
from kiosk.virtual.changes import RefusedError
from kiosk.virtual.wire import Wire

_PATCH_LEVEL = 1  # zlib: half the time of the default for a tenth more bytes, over loopback
_FILE_LEVEL = 6
_PATCH_HEADER = struct.Struct(">6H")  # screen width and height, then x, y, width and height of the patch
_WHOLE_FRAME_BYTES = 8 << 20  # more than 1080 x 1920 x 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole picture of the screen. ``count`` numbers them since the start."""

    count: int
    picture: Image.Image


class Glass:
    """The socket a ``VirtualDisplay`` connects to, and the last picture it sent."""

    def __init__(self, path: Path, size: tuple[int, int], changed: Callable[[], None]) -> None:
        """``size`` is what to say of the display before the first frame tells."""
        self.wire = Wire(path, self._receive, changed, buffer_bytes=_WHOLE_FRAME_BYTES)
        self._changed = changed
        self._size = size
        self._is_showing = False
        self._count = 0
        self.shown: Shown | None = None

    def state(self) -> dict[str, Any]:
        """For the page and the control API. ``showing`` while the driver that is connected has sent a picture."""
        return {
            "plugged": self.wire.is_plugged,
            "connected": self.wire.is_connected,
            "showing": self._is_showing and self.wire.is_connected,
            "width": self._size[0],
            "height": self._size[1],
            "frames": self._count,
        }

    async def press(self, x: int, y: int) -> None:
        """A finger comes down at pixel (``x``, ``y``).

        Raises: RefusedError("not-connected").
        """
        await self._touch(Pressed(x, y))

    async def release(self, x: int, y: int) -> None:
        """The finger leaves at pixel (``x``, ``y``).

        Raises: RefusedError("not-connected").
        """
        await self._touch(Released(x, y))

    async def patch(self, seen: Shown | None) -> tuple[Shown, bytes] | None:
        """What a page that has ``seen`` lacks: the picture it will then have, and the patch; None when nothing.

        The patch is ``_PATCH_HEADER`` followed by a PNG.
        """
        now = self.shown
        if now is None or now is seen:
            return None
        return now, await asyncio.to_thread(_patch, seen, now)

    async def png(self) -> bytes:
        """The screen as a PNG file.

        Raises: RefusedError("no-picture") before the first frame.
        """
        if self.shown is None:
            raise RefusedError("no-picture")
        return await asyncio.to_thread(_png, self.shown.picture, _FILE_LEVEL)

    async def _touch(self, touch: TouchEvent) -> None:
        if not await self.wire.send(encode_touch(touch)):
            raise RefusedError("not-connected")

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        self._is_showing = False
        while (frame := await read_frame(reader)) is not None:
            self._size = (frame.width, frame.height)
            self._count += 1
            self.shown = Shown(self._count, Image.frombuffer("RGB", self._size, frame.rgb))
            self._is_showing = True
            self._changed()


def _patch(seen: Shown | None, now: Shown) -> bytes:
    width, height = now.picture.size
    box = (0, 0, width, height)
    if seen is not None and seen.picture.size == now.picture.size:
        # The same picture again is a frame all the same: one pixel of it tells the page that it came.
        box = ImageChops.difference(seen.picture, now.picture).getbbox() or (0, 0, 1, 1)
    left, top, right, bottom = box
    header = _PATCH_HEADER.pack(width, height, left, top, right - left, bottom - top)
    return header + _png(now.picture.crop(box), _PATCH_LEVEL)


def _png(picture: Image.Image, level: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=level)
    return file.getvalue()
