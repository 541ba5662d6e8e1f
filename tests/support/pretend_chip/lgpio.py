"""What gpiozero and we use of lgpio, on chips that are files: see the README beside this.

It behaves as lgpio 0.2.2 does where it matters: errors are raised, a chip that has gone fails every call but closing,
and a handle that is not closed keeps its descriptor.
"""

from __future__ import annotations

import os
from pathlib import Path

SET_PULL_NONE, SET_PULL_UP, SET_PULL_DOWN = 1, 2, 4
RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3

_OUT = 1 << 1
_PULL_UP = 1 << 5
_LINES = 54


class error(Exception):  # noqa: N801, N818 - its name in lgpio
    """As lgpio's: the message is all there is."""


class _Chip:
    def __init__(self, path: Path) -> None:
        self.path, self.descriptor = path, os.open(path, os.O_RDONLY)
        self.modes: dict[int, int] = {}
        self.levels: dict[int, int] = {}


_chips: dict[int, _Chip] = {}


def _there(handle: int, gpio: int | None = None) -> _Chip:
    if handle not in _chips:
        raise error("unknown handle")
    chip = _chips[handle]
    if not chip.path.exists():
        raise error("no such device")
    if gpio is not None and gpio not in chip.modes:
        raise error("GPIO not allocated")
    return chip


def gpiochip_open(gpiochip: int) -> int:
    path = Path(os.environ["PRETEND_CHIPS"]) / f"gpiochip{gpiochip}"
    try:
        chip = _Chip(path)
    except OSError as err:
        raise error("can not open gpiochip") from err
    _chips[chip.descriptor] = chip
    return chip.descriptor


def gpiochip_close(handle: int) -> int:
    if handle not in _chips:
        raise error("unknown handle")
    os.close(_chips.pop(handle).descriptor)
    return 0


def gpio_get_chip_info(handle: int) -> list[object]:
    chip = _there(handle)
    return [0, _LINES, chip.path.name, chip.path.read_text("ascii")]


def gpio_get_mode(handle: int, gpio: int) -> int:
    return _there(handle, gpio).modes[gpio]


def gpio_claim_input(handle: int, gpio: int, l_flags: int = 0) -> int:
    chip = _there(handle)
    chip.modes[gpio] = _PULL_UP if l_flags & SET_PULL_UP else 0
    chip.levels[gpio] = int(bool(chip.modes[gpio] & _PULL_UP))
    return 0


def gpio_claim_output(handle: int, gpio: int, level: int = 0) -> int:
    chip = _there(handle)
    chip.modes[gpio], chip.levels[gpio] = _OUT, level
    return 0


def gpio_free(handle: int, gpio: int) -> int:
    del _there(handle, gpio).modes[gpio]
    return 0


def gpio_read(handle: int, gpio: int) -> int:
    return _there(handle, gpio).levels[gpio]


def gpio_write(handle: int, gpio: int, level: int) -> int:
    if not _there(handle, gpio).modes[gpio] & _OUT:
        raise error("bad GPIO mode")
    _chips[handle].levels[gpio] = int(level)
    return 0
