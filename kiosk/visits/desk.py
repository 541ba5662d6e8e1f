"""What every state of a visit stands on: the settings, which devices are there, the language of the screen.

The desk changes under a running visit (a device is pulled, new settings arrive); states carry it along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.printer.port import Paper
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings


class Language(StrEnum):
    """Languages of the screen; Thai is the one everything starts in."""

    TH = "th"
    EN = "en"


class Device(StrEnum):
    """The devices of a kiosk; the values are written to the wire."""

    CARD = "card"
    SCANNER = "scanner"
    PRINTER = "printer"
    PANEL = "panel"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True)
class Desk:
    """``settings`` is None until the first ones were read. ``ready``: devices that answer now."""

    kiosk_id: str
    settings: KioskSettings | None = None
    ready: frozenset[Device] = frozenset()
    online: bool = False
    paper: Paper = Paper.UNKNOWN
    language: Language = Language.TH
    large: bool = False
    can_record: bool = True

    @property
    def offered(self) -> tuple[str, ...]:
        """Services that can be used now: switched on, known to this release, and with a device to start them.

        None while nothing can be put on record: all of them take money.
        """
        if self.settings is None or not self.can_record or not self.ready & {Device.CARD, Device.SCANNER}:
            return ()
        return tuple(name for name in KNOWN_SERVICES if name in self.settings.services)

    @property
    def can_print(self) -> bool:
        """Whether a slip may be promised. Unknown paper counts as paper: asking is the printer's affair."""
        return Device.PRINTER in self.ready and self.paper not in (Paper.OUT, Paper.JAMMED)

    def for_next_visitor(self) -> Desk:
        """The same desk in the language and type size everybody starts with."""
        return replace(self, language=Language.TH, large=False)
