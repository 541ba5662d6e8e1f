"""The scanner window of the virtual kiosk: text in, keystrokes out on the wire. What is scanned is never kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.scanner.virtual import keystrokes
from kiosk.virtual.changes import RefusedError
from kiosk.virtual.wire import Wire


class ScannerWindow:
    """The socket a ``StreamScanner`` connects to."""

    def __init__(self, path: Path, changed: Callable[[], None]) -> None:
        self.wire = Wire(path, _hear_nothing, changed)

    def state(self) -> dict[str, Any]:
        """For the page and the control API."""
        return {"plugged": self.wire.is_plugged, "connected": self.wire.is_connected}

    async def scan(self, text: str) -> None:
        """Scan ``text``.

        Raises: RefusedError "cannot-type" for a character no scanner types, "not-connected" when nobody listens.
        """
        try:
            typed = keystrokes(text, start_s=time.monotonic())
        except ValueError as err:
            raise RefusedError("cannot-type") from err
        if not await self.wire.send(typed):
            raise RefusedError("not-connected")


async def _hear_nothing(reader: asyncio.StreamReader) -> None:
    """A scanner is told nothing; reading only finds out when the driver leaves."""
    while await reader.read(1024):
        pass
