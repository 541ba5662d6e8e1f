"""Which pin of the panel is what: a value of the machine configuration, known before any pin is touched.

Not the pins: ``gpio`` claims them. It stands apart so that a wrong address is refused without loading gpiozero.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class PanelPins:
    """Which pin is what, in Broadcom (BCM) numbers as gpiozero counts them; not every panel has a buzzer and a fan."""

    status: int
    card: int
    paper: int
    call: int
    tamper: int
    buzzer: int | None = None
    fan: int | None = None

    def __post_init__(self) -> None:
        used = [pin for pin in astuple(self) if pin is not None]
        if len(set(used)) != len(used):
            raise ValueError(f"two parts of the panel on one pin: {self}")
