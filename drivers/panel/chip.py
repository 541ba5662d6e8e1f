"""The GPIO chip of a Raspberry Pi, found by its label and closed even when it has vanished.

What it is: gpiozero's factory on lgpio, with three of its habits mended.
What it is not: imported anywhere but where a panel is opened: lgpio starts a thread when it is loaded.

Rules:

1. A chip is chosen by what it says it is, never by its number: the header's chip of a Raspberry Pi 5 was number 4 until
   kernel 6.6.45 and is 0 since (gpiozero 1166), and telling by the board or by which number exists has failed twice
   (gpiozero 1229).
2. A chip that was opened is closed: gpiozero's factory gives up at the first pin that cannot be reset, and keeps the
   chip's descriptor for good.
3. A factory has its own pins: gpiozero's share one table in the class, and after a chip has vanished the next factory
   would be handed the pins of the one that is gone (tried with gpiozero 2.0.1.post3). Whether a line is in use already
   is the kernel's to say.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from threading import Lock
from typing import Any

import lgpio
from gpiozero.pins.lgpio import LGPIOFactory

from drivers.about import About

HEADER_LABELS = frozenset({"pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"})
"""The chips behind the 40-pin header: Raspberry Pi 5, 4, and those before (Linux, ``drivers/pinctrl/bcm``)."""


class ChipFactory(LGPIOFactory):  # type: ignore[misc]  # gpiozero ships no types
    """The factory of one chip, whose handle is always given back."""

    _handle: int | None
    pins: dict[Any, Any]
    _reservations: defaultdict[Any, list[Any]]

    def __init__(self, chip: int) -> None:
        """Open ``/dev/gpiochip<chip>``. Raises: lgpio.error when that cannot be."""
        super().__init__(chip=chip)
        self.pins, self._reservations, self._res_lock = {}, defaultdict(list), Lock()

    def close(self) -> None:
        """Reset the pins, as far as that can be, and close the chip. Calling it again does nothing."""
        try:
            super().close()
        finally:
            handle, self._handle = self._handle, None
            if handle is not None:
                lgpio.gpiochip_close(handle)

    def info(self) -> tuple[int, str]:
        """How many lines the chip has, and its label. Raises: lgpio.error when it is gone."""
        _, lines, _, label = lgpio.gpio_get_chip_info(self._handle)
        return lines, label


def open_chip(devices: Path) -> tuple[ChipFactory, About]:
    """The factory of the header's chip, and what the chip says of itself.

    Raises: OSError when there is none, or it may not be used; its words tell of every chip that was looked at.
    """
    passed_over: list[str] = []
    for number in sorted(int(path.name[8:]) for path in devices.glob("gpiochip*") if path.name[8:].isdecimal()):
        try:
            factory = ChipFactory(chip=number)
        except lgpio.error as err:
            passed_over.append(f"gpiochip{number} ({err})")
            continue
        try:
            lines, label = factory.info()
        except lgpio.error as err:
            lines, label = 0, str(err)
        if label in HEADER_LABELS:
            return factory, About(model=f"{label}, {lines} lines, by lgpio", port=f"/dev/gpiochip{number}")
        factory.close()
        passed_over.append(f"gpiochip{number} ({label})")
    raise OSError(f"no header of a Raspberry Pi among {', '.join(passed_over) or 'no gpiochip at all'}")
