"""Which events answer which effect: whoever did not ask, or asks no more, ignores the whole row."""

from __future__ import annotations

from kiosk.visits.events import (
    AlreadyPaid,
    CardRead,
    CardUnreadable,
    CasesFound,
    FactoriesFound,
    ManualsFound,
    NotFound,
    NothingOwed,
    NothingUnderWay,
    NoticesFound,
    PaymentNotRecorded,
    PaymentRecorded,
    SlipBegun,
    SlipElsewhere,
    SlipFailed,
    SlipPrinted,
    SlipUnknown,
    TransactionDrawn,
)
from kiosk.visits.folder_events import (
    DeedKept,
    FolderFound,
    FolderUnknown,
    OfficerKnown,
    OfficersListed,
    SeenNoted,
    WalkKept,
    WalkOpened,
)
from kiosk.visits.writing_events import CardChecked, Kept, NotKept, PresenceJudged, TopicsFound

CARD_ANSWERS: tuple[type, ...] = (CardRead, CardUnreadable)
LOOK_UP_ANSWERS: tuple[type, ...] = (
    NoticesFound,
    NothingOwed,
    AlreadyPaid,
    NotFound,
    FactoriesFound,
    CasesFound,
    NothingUnderWay,
    SlipElsewhere,
    SlipUnknown,
    ManualsFound,
)
OPENING_ANSWERS: tuple[type, ...] = (TransactionDrawn, PaymentRecorded, PaymentNotRecorded)
SLIP_ANSWERS: tuple[type, ...] = (SlipBegun, SlipPrinted, SlipFailed)

SERVICE_ANSWERS: tuple[type, ...] = (
    *(TopicsFound, CardChecked, Kept, NotKept, PresenceJudged),
    *(OfficerKnown, FolderFound, FolderUnknown, OfficersListed, DeedKept, WalkOpened, SeenNoted, WalkKept),
)
"""Answers to what one service alone asks: its own states answer them, and everywhere else they come too late."""
