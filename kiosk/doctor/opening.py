"""How a device is opened, looked at and let go, and what each way of failing at it means.

Which driver stands behind an opener is decided in ``kiosk.__main__``, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from drivers.about import About
from drivers.card.port import CardReader
from drivers.errors import DriverError
from drivers.panel.port import Panel
from drivers.printer.port import Printer
from drivers.scanner.port import Scanner
from kiosk.doctor.findings import Finding, failing
from kiosk.doctor.problems import Problem, problem_of

if TYPE_CHECKING:  # the display's port alone brings pygame with it
    from drivers.display.port import Display


class _Device(Protocol):
    def about(self) -> About: ...
    def close(self) -> None: ...


D = TypeVar("D", bound=_Device)


@dataclass(frozen=True, slots=True)
class Openers:
    """How to open each device: a fresh driver each time, or a DriverError, or a ValueError for a bad address."""

    card: Callable[[], CardReader]
    scanner: Callable[[], Scanner]
    printer: Callable[[], Printer]
    panel: Callable[[], Panel]
    display: Callable[[], Display]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each live test waits for a person or a device, in seconds."""

    card_s: float = 30.0
    seated_s: float = 1.0
    """For a card that bounces while it slides in: it is announced, gone, and announced again."""
    scan_s: float = 20.0
    status_s: float = 3.0
    light_s: float = 2.0
    sound_s: float = 1.5
    fan_s: float = 4.0
    """Long enough to hear it run up."""
    picture_s: float = 10.0


def with_device(name: str, open_device: Callable[[], D], look: Callable[[D], Finding]) -> Finding:
    """Open the device, look at it, hear what it is, close it; whatever goes wrong is a finding."""
    try:
        device = open_device()
    except DriverError as err:
        return _gone_wrong(name, err)
    except ValueError as err:  # the registry's word for an address nobody understands
        return failing(name, Problem.BAD_ADDRESS, detail=str(err))
    except ImportError as err:
        return failing(name, Problem.LIBRARY_MISSING, detail=err.name)
    with closing(device):
        try:
            finding = look(device)
        except DriverError as err:
            finding = _gone_wrong(name, err)
        return replace(finding, about=_about(device))


def _about(device: _Device) -> About:
    try:
        return device.about()
    except DriverError:  # it is what was found that counts
        return About()


def _gone_wrong(name: str, err: DriverError) -> Finding:
    return failing(name, problem_of(err, name), detail=err.detail)
