"""What the kernel knows of a screen and SDL does not: is it plugged in, is it lit, how bright is it, may it be touched.

What it is: the files of one machine's screen under /sys and /dev, read and, for backlight and console, written.
What it is not: a graphics driver, and nothing for a desktop: a developer's own screen is left alone.

Rules:

1. A file that is not there says nothing: a machine that tells nothing of its connectors has no dark screen.
2. A screen is dark only if it was lit before: not every graphics driver keeps ``dpms`` true, and one that never says
   "On" must not put a good screen out of service.
3. What cannot be written is said by the return value; a screen that cannot be dimmed is still a screen.

Sources: Linux, ``Documentation/ABI/stable/sysfs-class-backlight``; ``drivers/gpu/drm/drm_sysfs.c`` (``status``,
``dpms``); console_codes(4) for the two sequences that end blanking.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

LOOK_EVERY_S = 2.0
"""Between looks at the connectors. The kernel answers from memory: a look costs microseconds and wakes no monitor."""

_CONNECTORS = "sys/class/drm"
_BACKLIGHTS = "sys/class/backlight"
_CONSOLE_BLANK = "sys/module/kernel/parameters/consoleblank"
_CONSOLE = "dev/tty0"
_INPUTS = "dev/input"
_NEVER_BLANK = b"\033[9;0]\033[14;0]"


class KernelScreen:
    """The screen of the machine whose files are under ``root``: "/" but in tests. One outlives many openings."""

    def __init__(self, root: Path, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._root, self._look_every_s = root, look_every_s
        self._look_at_s = time.monotonic() + look_every_s
        self._was_lit = False

    def connected(self) -> tuple[str, ...]:
        """The names of the connectors with a screen on them, as ``card1-HDMI-A-1``."""
        return tuple(path.parent.name for path in self._statuses() if _text(path) == "connected")

    def why_unseen(self) -> tuple[bool, str] | None:
        """Why nobody can see the picture, and whether a screen is there at all; None when somebody can, or nobody
        could ask, or it was asked less than ``look_every_s`` seconds ago.
        """
        now_s = time.monotonic()
        if now_s < self._look_at_s:
            return None
        self._look_at_s = now_s + self._look_every_s
        states = {path.parent.name: _text(path) for path in self._statuses()}
        plugged = [name for name, state in states.items() if state == "connected"]
        if states and not plugged and all(state == "disconnected" for state in states.values()):
            return False, f"nothing is plugged into {', '.join(states)}"
        power = {name: _text(self._root / _CONNECTORS / name / "dpms") for name in plugged}
        is_dark = bool(plugged) and all(state not in ("On", "") for state in power.values())
        self._was_lit = self._was_lit or "On" in power.values()
        if is_dark and self._was_lit:
            return True, f"the screen is switched off ({', '.join(f'{name}: {power[name]}' for name in plugged)})"
        return None

    def _statuses(self) -> list[Path]:
        """Of every connector a screen can be plugged into; a writeback connector is a memory."""
        found = (self._root / _CONNECTORS).glob("card*-*/status")
        return sorted(path for path in found if "Writeback" not in path.parent.name)

    def set_backlight(self, percent: int) -> bool:
        """Set every backlight; False when there is none, or one cannot be written: darken the picture instead."""
        backlights = sorted((self._root / _BACKLIGHTS).glob("*/brightness"))
        for path in backlights:
            try:
                highest = int((path.parent / "max_brightness").read_text("ascii"))
                path.write_text(str(max(1, round(highest * percent / 100))), "ascii")
            except (OSError, ValueError):
                return False
        return bool(backlights)

    def keep_console_lit(self) -> bool:
        """End the blanking of the text console under the picture; whether it does not blank now, as far as is told."""
        if _text(self._root / _CONSOLE_BLANK) in ("", "0"):
            return True
        try:
            with (self._root / _CONSOLE).open("wb") as console:
                console.write(_NEVER_BLANK)
        except OSError:
            return False
        return _text(self._root / _CONSOLE_BLANK) in ("", "0")

    def has_input(self) -> bool:
        """Whether any input device may be read. SDL opens without one, and is then deaf for good (SDL 4812)."""
        return any(os.access(path, os.R_OK) for path in (self._root / _INPUTS).glob("event*"))


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
