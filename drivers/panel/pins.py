"""Which pin of the panel is what: a value of the machine configuration, known before any pin is touched.

Not the pins: ``gpio`` claims them. It stands apart so that a wrong address is refused without loading gpiozero.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class PanelPins:
    """Which pin is what, in Broadcom (BCM) numbers as gpiozero counts them."""

    status: int
    card: int
    paper: int
    call: int
    tamper: int

    def __post_init__(self) -> None:
        if len(set(astuple(self))) != len(astuple(self)):
            raise ValueError(f"two parts of the panel on one pin: {self}")
