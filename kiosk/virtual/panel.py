"""The panel of the virtual kiosk: lights, buzzer and fan as the driver switches them; call button and tamper switch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.panel.port import Light, Pattern, Sound
from drivers.panel.virtual import (
    FanTurned,
    LightSwitched,
    PanelChange,
    SoundHeard,
    decode_change,
    encode_press,
    encode_tamper,
)
from kiosk.virtual.changes import RefusedError
from kiosk.virtual.wire import Wire


class PanelFront:
    """The socket a ``VirtualPanel`` connects to."""

    def __init__(self, path: Path, changed: Callable[[], None]) -> None:
        self.wire = Wire(path, self._listen, changed)
        self._changed = changed
        self._is_case_open = False
        self._lights: dict[Light, LightSwitched] = {}
        self._sound: Sound | None = None
        self._is_buzzing = self._is_fan_on = False
        self._darken()

    def state(self) -> dict[str, Any]:
        """For the page and the control API; without ``lit``, which changes several times a second.

        ``sound`` is the last that was heard since the driver connected.
        """
        patterns = {light: switched.pattern for light, switched in self._lights.items()}
        return {
            "plugged": self.wire.is_plugged,
            "connected": self.wire.is_connected,
            "case_open": self._is_case_open,
            "lights": patterns,
            "fan": self._is_fan_on,
            "sound": self._sound,
            "buzzing": self._is_buzzing,
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
                self._take(decode_change(line))
                self._changed()
        finally:
            self._darken()

    def _take(self, change: PanelChange) -> None:
        match change:
            case LightSwitched(light=light):
                self._lights[light] = change
            case SoundHeard(sound=sound, heard=heard):
                self._sound, self._is_buzzing = sound, heard
            case FanTurned(on=on):
                self._is_fan_on = on

    def _darken(self) -> None:
        self._lights = {light: LightSwitched(light, Pattern.OFF, lit=False) for light in Light}
        self._sound, self._is_buzzing, self._is_fan_on = None, False, False
