"""What a step asks the front desk to do. Imperative, immutable; carried out in order, their results are events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drivers.errors import Fault
from drivers.panel.port import Light, Pattern
from fleet.protocol.codes import Code
from fleet.protocol.thai import IdNumber
from kiosk.visits.events import Bill, CaseFacts
from kiosk.visits.folder_effects import FolderEffect
from kiosk.visits.writing_effects import WritingEffect


class Outcome(StrEnum):
    """How a visit ended; the values are written to the wire."""

    PAID = "paid"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed-out"
    NOTHING_OWED = "nothing-owed"
    DONE = "done"
    INFORMED = "informed"
    """Saw what they came to see; nothing was to be done."""


@dataclass(frozen=True, slots=True)
class ReadCard:
    """Read what the service declares, which is ID number and expiry unless it says more.

    ``service`` is empty while nothing is chosen. ``proves``: and what shows that the card is this very card, for who
    says whether it is in force. Answered by CardRead or CardUnreadable.
    """

    service: str = ""
    proves: bool = False


@dataclass(frozen=True, slots=True)
class LookUpCard:
    """Find what there is for a card's owner, for the first of ``services`` that has something to say.

    Answered by one of ``answers.LOOK_UP_ANSWERS``; NotFound where the card is nobody's here.
    """

    id_number: IdNumber
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookUpCode:
    """Find what a code stands for, as ``LookUpCard`` does for a card."""

    code: Code
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindManuals:
    """Find the citizen manuals of this office. Answered by ManualsFound."""


@dataclass(frozen=True, slots=True)
class PrintCaseSlip:
    """Print the slip that follows a case. Answered by SlipPrinted or SlipFailed, under the case's number."""

    facts: CaseFacts


@dataclass(frozen=True, slots=True)
class DrawTransaction:
    """Draw a transaction number and a tracking token. Answered by TransactionDrawn."""


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """Put a payment into the spool before anybody can pay it. Answered by PaymentRecorded or PaymentNotRecorded."""

    bill: Bill


@dataclass(frozen=True, slots=True)
class PrintPaymentSlip:
    """Print the slip of a payment. Answered by SlipPrinted or SlipFailed."""

    bill: Bill
    payer_masked: str | None
    confirmed_at: datetime | None
    reprint: bool = False


@dataclass(frozen=True, slots=True)
class HoldPaymentSlip:
    """Keep the slip of a payment that cannot be printed now, for as long as whoever wants it is near.

    It is printed by itself when the printer is well: then SlipBegun says so. ``because``: a driver's Fault.
    """

    slip: PrintPaymentSlip
    because: Fault


@dataclass(frozen=True, slots=True)
class ShowLight:
    """Let a light of the panel shine."""

    light: Light
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class BeginVisit:
    """Somebody is here."""


@dataclass(frozen=True, slots=True)
class EndVisit:
    """The visitor is gone; forget everything about them."""

    outcome: Outcome


Effect = (
    ReadCard
    | LookUpCard
    | LookUpCode
    | FindManuals
    | PrintCaseSlip
    | DrawTransaction
    | RecordPayment
    | PrintPaymentSlip
    | HoldPaymentSlip
    | ShowLight
    | BeginVisit
    | EndVisit
    | WritingEffect
    | FolderEffect
)
