"""Who is in a visit, and what all its states share. The states themselves stand in ``states`` and the services'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from fleet.protocol.settings import Patience
from kiosk.visits.desk import Desk


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is here, as little as possible. ``payer_masked`` is None for somebody who came with paper only.

    ``has_paid``: something was paid in this visit, so that however it ends it was not in vain. ``service``: what they
    came for, once they have chosen, or what they brought has said so; empty before. ``tries``: how many typed numbers
    were looked up for them. ``saw_qr``: a payment QR was shown, so that money may be on its way.
    """

    payer_masked: str | None = None
    card_in: bool = False
    has_paid: bool = False
    service: str = ""
    tries: int = 0
    saw_qr: bool = False

    def unknown(self, *, card_in: bool) -> Visitor:
        """The same visit, and nobody known in it."""
        return replace(self, payer_masked=None, card_in=card_in)


NOBODY = Visitor()
CARD_IN = Visitor(card_in=True)
"""Whose card it is, nobody knows yet."""


class Problem(StrEnum):
    """What stands in the way; each has a sentence in the text catalogues that says what to do."""

    CARD_REVERSED = "card-reversed"
    CARD_NOT_THAI_ID = "card-not-thai-id"
    CARD_UNREADABLE = "card-unreadable"
    CARD_EXPIRED = "card-expired"
    CARD_PULLED = "card-pulled"
    CARD_FOUND = "card-found"
    CARD_NOT_NORMAL = "card-not-normal"
    CODE_UNKNOWN = "code-unknown"
    CODE_DAMAGED = "code-damaged"
    CARD_UNKNOWN = "card-unknown"
    NOTHING_OWED = "nothing-owed"
    ALREADY_PAID = "already-paid"
    NOT_PAYABLE = "not-payable"
    NO_CASE = "no-case"
    SLIP_ELSEWHERE = "slip-elsewhere"
    SLIP_UNKNOWN = "slip-unknown"
    CANNOT_RECORD = "cannot-record"
    CANNOT_KEEP = "cannot-keep"
    NO_TOPICS = "no-topics"
    NOT_SET_UP = "not-set-up"
    NUMBER_UNKNOWN = "number-unknown"
    TRIES_SPENT = "tries-spent"
    STOCK_STOPPED = "stock-stopped"


class Slip(StrEnum):
    """How the slip of this visit stands."""

    NONE = "none"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"


class StateGround:
    """What all states share. ``deadline``: signs of the visitor do not restart its clock."""

    __slots__ = ()
    deadline: ClassVar[bool] = False
    desk: Desk

    @property
    def timeout_s(self) -> float | None:
        return float(self.patience.step_s)

    @property
    def patience(self) -> Patience:
        """How long to wait, from the settings; the defaults before there are any."""
        return self.desk.settings.patience if self.desk.settings else Patience()
