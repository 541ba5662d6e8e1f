"""What every state of a visit stands on: the settings, which devices are there, the language of the screen.

The desk changes under a running visit (a device is pulled, new settings arrive); states carry it along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.printer.port import Paper
from fleet.protocol.settings import KioskSettings
from kiosk.visits.fee_kinds import FeeKind, fee_kinds
from kiosk.visits.services import OTHER_FEE, Device, can_begin

__all__ = ["Desk", "Device", "Language"]


class Language(StrEnum):
    """Languages of the screen; Thai is the one everything starts in."""

    TH = "th"
    EN = "en"


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
        """Services that can be used now: switched on, known to this release, and with all that they need."""
        if self.settings is None:
            return ()
        able = can_begin(self.settings.services, self.ready, can_record=self.can_record)
        return able if self.fees else tuple(name for name in able if name != OTHER_FEE)

    @property
    def fees(self) -> tuple[FeeKind, ...]:
        """The fees of other offices that can be paid here now, in the order of the list."""
        return fee_kinds(self.settings, can_scan=Device.SCANNER in self.ready)

    @property
    def is_reduced(self) -> bool:
        """Whether something is gone that a visitor may miss."""
        return not {Device.CARD, Device.SCANNER} <= self.ready or not self.can_print

    @property
    def can_print(self) -> bool:
        """Whether a slip may be promised. Unknown paper counts as paper: asking is the printer's affair."""
        return Device.PRINTER in self.ready and self.paper not in (Paper.OUT, Paper.JAMMED)

    @property
    def checks_cards(self) -> bool:
        """Whether a presence slip's card is checked with the Department of Provincial Administration now."""
        return self.online and self.settings is not None and self.settings.presence.check_card

    def for_next_visitor(self) -> Desk:
        """The same desk in the language and type size everybody starts with."""
        return replace(self, language=Language.TH, large=False)
