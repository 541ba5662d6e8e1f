"""The panel of the virtual kiosk: lights as the driver switches them, the call button, the case's tamper switch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.panel.port import Light, Pattern
from drivers.panel.virtual import LightSwitched, decode_light, encode_press, encode_tamper
from kiosk.virtual.changes import RefusedError
from kiosk.virtual.wire import Wire


class PanelFront:
    """The socket a ``VirtualPanel`` connects to."""

    def __init__(self, path: Path, changed: Callable[[], None]) -> None:
        self.wire = Wire(path, self._listen, changed)
        self._changed = changed
        self._is_case_open = False
        self._darken()

    def state(self) -> dict[str, Any]:
        """For the page and the control API; without ``lit``, which changes several times a second."""
        patterns = {light: switched.pattern for light, switched in self._lights.items()}
        return {
            "plugged": self.wire.is_plugged,
            "connected": self.wire.is_connected,
            "case_open": self._is_case_open,
            "lights": patterns,
        }

    def lights(self) -> dict[Light, dict[str, Pattern | bool]]:
        """The lights as they shine now."""
        return {light: {"pattern": now.pattern, "lit": now.lit} for light, now in self._lights.items()}

    async def press(self) -> None:
        """Press the call button and let go.

        Raises: RefusedError("not-connected").
        """
        if not await self.wire.send(encode_press()):
            raise RefusedError("not-connected")

    async def set_case(self, *, is_open: bool) -> None:
        """Open or close the case. Without a driver it only stays so until one comes."""
        self._is_case_open = is_open
        await self.wire.send(encode_tamper(is_open=is_open))
        self._changed()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        self._darken()
        if self._is_case_open:
            await self.wire.send(encode_tamper(is_open=True))
        try:
            while line := await reader.readline():
                switched = decode_light(line)
                self._lights[switched.light] = switched
                self._changed()
        finally:
            self._darken()

    def _darken(self) -> None:
        self._lights = {light: LightSwitched(light, Pattern.OFF, lit=False) for light in Light}
