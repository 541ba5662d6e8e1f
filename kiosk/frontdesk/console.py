"""What the panel has been told, by the visit and by the desk: the main thread's side of the panel's worker.

What it is: the lights of two masters laid over each other, sounds, and the fan by temperature.
What it is not: rules; those are in ``signals``. Nor a driver: everything is a job of the worker.
Rules: a light that the visit uses is the visit's; one that it leaves dark is the desk's. A panel that comes back is
told everything again but the sounds: those were for a moment that is over.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drivers.panel.port import Light, Pattern, Sound
from kiosk.frontdesk.duties import PanelJob, Play, Shine, TurnFan
from kiosk.frontdesk.signals import fan_wanted
from kiosk.frontdesk.worker import DeviceWorker
from kiosk.kernel_facts import temperature_c

FAN_LOOK_S = 10.0
"""How often the temperature is read; a processor takes minutes to warm its cabinet."""


class Console:
    """The panel as the desk uses it."""

    def __init__(self, worker: DeviceWorker[Any, PanelJob], root: Path) -> None:
        """``root`` is where the kernel's files are found: "/" but in tests."""
        self._worker, self._root = worker, root
        self._of_visit = dict.fromkeys(Light, Pattern.OFF)
        self._of_desk = dict.fromkeys(Light, Pattern.OFF)
        self._told = dict.fromkeys(Light, Pattern.OFF)
        self._fan_runs = False
        self._fan_look_at_s = 0.0

    def visit_shows(self, light: Light, pattern: Pattern) -> None:
        """The visit's wish; ``Pattern.OFF`` leaves the light to the desk."""
        self._of_visit[light] = pattern
        self._tell(light)

    def desk_shows(self, light: Light, pattern: Pattern) -> None:
        """The desk's own wish."""
        self._of_desk[light] = pattern
        self._tell(light)

    def play(self, sound: Sound) -> None:
        """Let the buzzer be heard, if there is one."""
        self._worker.submit(Play(sound))

    def look_after_fan(self, now_s: float) -> None:
        """Read the temperature when it is due at ``now_s`` (monotonic), and turn the fan."""
        if now_s < self._fan_look_at_s:
            return
        self._fan_look_at_s = now_s + FAN_LOOK_S
        wanted = fan_wanted(temperature_c(self._root), runs=self._fan_runs)
        if wanted is not self._fan_runs:
            self._fan_runs = wanted
            self._worker.submit(TurnFan(wanted))

    def tell_again(self) -> None:
        """The panel came back, dark and still: everything as it should be."""
        for light, pattern in self._told.items():
            self._worker.submit(Shine(light, pattern))
        self._worker.submit(TurnFan(self._fan_runs))

    def _tell(self, light: Light) -> None:
        of_visit = self._of_visit[light]
        pattern = self._of_desk[light] if of_visit is Pattern.OFF else of_visit
        if pattern is not self._told[light]:
            self._told[light] = pattern
            self._worker.submit(Shine(light, pattern))
