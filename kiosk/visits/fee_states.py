"""The states of a typed number and of the fees of other offices. Rules as for ``states``."""

from __future__ import annotations

from dataclasses import dataclass, field

from fleet.protocol.fees import AmountBy
from kiosk.visits.desk import Desk
from kiosk.visits.events import Bill
from kiosk.visits.fee_kinds import FeeDue, FeeKind
from kiosk.visits.keyboard import Layer
from kiosk.visits.typed import Wrong
from kiosk.visits.visitor import StateGround, Visitor

FEES_SHOWN = 3
"""Rows under each other on all sizes: their names are long, and a finger needs 20 mm."""


@dataclass(frozen=True, slots=True)
class TypingNumber(StateGround):
    """The number of a notice or factory is being typed. ``wrong``: why what stood there when the visitor went on was
    not taken; a doubt is left behind by going on once more."""

    desk: Desk
    visitor: Visitor
    text: str = field(default="", repr=False)
    layer: Layer = Layer.PAD
    wrong: Wrong | None = None


@dataclass(frozen=True, slots=True)
class ChoosingFee(StateGround):
    """Which fee of another office. ``page`` counts from 0."""

    desk: Desk
    visitor: Visitor
    page: int = 0

    @property
    def pages(self) -> tuple[tuple[FeeKind, ...], ...]:
        """The fees of each page; at least one page."""
        fees = self.desk.fees
        return tuple(fees[at : at + FEES_SHOWN] for at in range(0, max(1, len(fees)), FEES_SHOWN))

    @property
    def shown(self) -> tuple[FeeKind, ...]:
        """The fees of this page; the first page's when the list has become shorter meanwhile."""
        pages = self.pages
        return pages[self.page if self.page < len(pages) else 0]


@dataclass(frozen=True, slots=True)
class TypingReference(StateGround):
    """The letter's reference is being typed, or its payment code held before the scanner."""

    desk: Desk
    visitor: Visitor
    kind: FeeKind
    text: str = field(default="", repr=False)
    layer: Layer = Layer.PAD
    wrong: Wrong | None = None

    @property
    def is_scanned_only(self) -> bool:
        """Whether nothing can be typed for this fee."""
        return self.kind.fee.amount.by is AmountBy.CODE


@dataclass(frozen=True, slots=True)
class TypingAmount(StateGround):
    """The letter's amount is being typed, in baht."""

    desk: Desk
    visitor: Visitor
    kind: FeeKind
    reference: str = field(repr=False)
    text: str = ""
    wrong: Wrong | None = None


@dataclass(frozen=True, slots=True)
class ConfirmingFee(StateGround):
    """Whom, for what, how much: is that what the letter says? ``left`` as in ``ChoosingNotice``."""

    desk: Desk
    visitor: Visitor
    due: FeeDue
    left: Bill | None = None


Fees = TypingNumber | ChoosingFee | TypingReference | TypingAmount | ConfirmingFee
