"""What can happen during a visit. Past tense, immutable; made by the front desk, answered by the tables.

Card events come from ``drivers.card.port`` as they are, but for ``CardFound``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from drivers.card.port import CardInserted, CardMute, CardRemoved
from drivers.printer.port import PrinterStatus
from fleet.protocol.codes import Code
from fleet.protocol.messages import PaymentConfirmed
from fleet.protocol.office import Case, Factory, Manual, Notice, Permit
from fleet.protocol.payment import BillPayment
from fleet.protocol.settings import KioskSettings
from fleet.protocol.thai import IdNumber
from kiosk.visits.desk import Device
from kiosk.visits.fee_kinds import FeeDue
from kiosk.visits.folder_events import FolderEvent
from kiosk.visits.papers import CardProof
from kiosk.visits.writing_events import WritingEvent


class Button(StrEnum):
    """Everything that can be touched. A touch on one that a state does not draw is a late one, and ignored."""

    START = "start"
    SERVICE = "service"  # value: name of the service
    LANGUAGE = "language"
    LARGE = "large"
    BACK = "back"
    CANCEL = "cancel"
    HOME = "home"
    CHOOSE = "choose"  # value: number of the notice
    NEXT_PAGE = "next-page"
    PREVIOUS_PAGE = "previous-page"
    PAID = "paid"
    SHOW_QR = "show-qr"
    PRINT_TRACKING = "print-tracking"
    PRINT_AGAIN = "print-again"
    PAY_ANOTHER = "pay-another"
    FINISH = "finish"
    CONTINUE = "continue"
    RETRY = "retry"
    KEY = "key"  # value: what it types
    ERASE = "erase"
    SHIFT = "shift"
    LAYER = "layer"  # value: of the keyboard
    PHONE = "phone"
    TYPE = "type"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Touched:
    """A button was tapped."""

    button: Button
    value: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The state's own ``timeout_s`` has passed without a sign of the visitor."""


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A barcode or QR, already understood.

    ``reference``: what one without a meaning of its own may be to a fee's rule.
    """

    code: Code
    reference: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CardFound:
    """A card was in already when the reader opened: nobody saw it put in, so it may be anybody's, forgotten here."""


@dataclass(frozen=True, slots=True)
class CardRead:
    """The declared fields were read. The ID number shows itself masked wherever it is written.

    ``proof``: where it was asked for, and the card told it.
    """

    id_number: IdNumber
    expired: bool
    name: str = field(default="", repr=False)
    proof: CardProof | None = None


class CardProblem(StrEnum):
    """Why a card could not be used."""

    NOT_THAI_ID = "not-thai-id"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CardUnreadable:
    """The card answered, but not with what was asked for."""

    problem: CardProblem


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice with the factory it is for."""

    notice: Notice
    factory: Factory

    @property
    def reference(self) -> str:
        """What the bank's word will name."""
        return self.notice.reference

    @property
    def amount_satang(self) -> int:
        """How much is owed."""
        return self.notice.amount_satang

    @property
    def is_sample(self) -> bool:
        """Whether it is sample data."""
        return self.notice.sample


Due = Owed | FeeDue
"""What a payment is for: a notice of this office, or a letter of another."""


@dataclass(frozen=True, slots=True)
class Bill:
    """One payment on its way: what for, what the QR says, its number and its tracking token."""

    chosen: Due
    payment: BillPayment
    transaction_no: str
    tracking_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoticesFound:
    """At least one unpaid notice."""

    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class NothingOwed:
    """Known, and nothing to pay."""


@dataclass(frozen=True, slots=True)
class AlreadyPaid:
    """The notice asked for is paid."""

    paid_on: date


@dataclass(frozen=True, slots=True)
class NotFound:
    """The code or card is nobody's here. ``damaged``: its check digits say it was misread."""

    damaged: bool = False


@dataclass(frozen=True, slots=True)
class FactoryFacts:
    """What the records say of one factory: what is owed, what is under way or closed of late, what it is permitted."""

    factory: Factory
    owed: tuple[Owed, ...] = ()
    cases: tuple[Case, ...] = ()
    permits: tuple[Permit, ...] = ()


@dataclass(frozen=True, slots=True)
class FactoriesFound:
    """At least one factory."""

    factories: tuple[FactoryFacts, ...]


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case with the factory it is for; or what another slip is about, told as a case is, with an office's name.

    ``word``: how it stands, in Thai and English, where no deadline says it. ``by_slip``: the fleet said so of a slip
    that was scanned here, so whoever asked has that slip already.
    """

    case: Case
    factory: Factory
    word: tuple[str, str] | None = None
    by_slip: bool = False


@dataclass(frozen=True, slots=True)
class CasesFound:
    """At least one case."""

    cases: tuple[CaseFacts, ...]


@dataclass(frozen=True, slots=True)
class NothingUnderWay:
    """Known, and no case of theirs is on record."""


@dataclass(frozen=True, slots=True)
class SlipElsewhere:
    """The code of a slip that is not in this office's records, and the fleet could not be asked; its own page knows."""


@dataclass(frozen=True, slots=True)
class SlipUnknown:
    """The code of a slip of which the fleet knows nothing, or nothing yet."""


@dataclass(frozen=True, slots=True)
class ManualsFound:
    """The citizen manuals of this office; none when it has none."""

    manuals: tuple[Manual, ...]


@dataclass(frozen=True, slots=True)
class TransactionDrawn:
    """A number nobody has had before, and the unguessable token of its tracking address."""

    transaction_no: str
    tracking_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaymentRecorded:
    """The payment is in the spool: it may be shown."""


@dataclass(frozen=True, slots=True)
class PaymentNotRecorded:
    """The payment could not be put on record (the disk is full): it must not be offered."""


@dataclass(frozen=True, slots=True)
class SlipBegun:
    """A slip of this transaction that had not come out is being printed after all, without anybody asking."""

    transaction_no: str


@dataclass(frozen=True, slots=True)
class SlipPrinted:
    """The printer said that the slip of this transaction is out."""

    transaction_no: str


@dataclass(frozen=True, slots=True)
class SlipFailed:
    """The slip of this transaction is not known to be out. ``reason`` is a driver's Fault, or a word."""

    transaction_no: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeviceReady:
    """A device answers."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device is gone; ``reason`` is for the technician."""

    device: Device
    reason: str


@dataclass(frozen=True, slots=True)
class PrinterChanged:
    """The printer's status is no longer what it was."""

    status: PrinterStatus


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """New settings, already validated."""

    settings: KioskSettings


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The way to the fleet opened or closed."""

    online: bool


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """Whether what happens can be put on record: without room on the disk nothing is begun that must be."""

    possible: bool


Event = (
    Touched
    | TimedOut
    | CodeScanned
    | CardInserted
    | CardMute
    | CardRemoved
    | CardFound
    | CardRead
    | CardUnreadable
    | NoticesFound
    | NothingOwed
    | AlreadyPaid
    | NotFound
    | FactoriesFound
    | CasesFound
    | NothingUnderWay
    | SlipElsewhere
    | SlipUnknown
    | ManualsFound
    | TransactionDrawn
    | PaymentRecorded
    | PaymentNotRecorded
    | PaymentConfirmed
    | SlipBegun
    | SlipPrinted
    | SlipFailed
    | DeviceReady
    | DeviceLost
    | PrinterChanged
    | SettingsChanged
    | LinkChanged
    | RecordingChanged
    | WritingEvent
    | FolderEvent
)
