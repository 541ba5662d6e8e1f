"""What we ask of other people's systems, and what they may answer.

What it is: one Protocol a system, with the values that go in and out. What it is not: a format; those are the
adapters'. Rules: a "no" is a value (None, ``is_normal=False``), "could not ask" is ``CouldNotAskError`` and never a
"no"; what holds an ID number masks itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from fleet.protocol.thai import IdNumber, TaxId


class System(StrEnum):
    """The systems we know, by the name under which each is set up."""

    CARD_STATUS = "card-status"
    COMPANIES = "companies"
    CUSTOMERS = "customers"
    LICENCES = "licences"
    DUTIES = "duties"
    BILLS = "bills"


class Why(StrEnum):
    """Why a system could not be asked."""

    OFF = "off"
    RESTING = "resting"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    FAILING = "failing"
    REFUSED = "refused"
    NOT_UNDERSTOOD = "not-understood"


class CouldNotAskError(Exception):
    """The system gave no answer that can be used: say so, treat nothing as decided, and ask again later."""

    def __init__(self, system: System, why: Why, detail: str = "") -> None:
        """``detail`` is for those who mend it; nothing that was asked or answered stands in it."""
        super().__init__(f"{system}: {why}{f' ({detail})' if detail else ''}")
        self.system, self.why, self.detail = system, why, detail


@dataclass(frozen=True, slots=True)
class CardCheck:
    """An ID card as the Department of Provincial Administration asks for it (facts: PID, chip and request number)."""

    id_number: IdNumber
    chip_no: str = field(repr=False)
    request_no: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardStatus:
    """ปกติ or ไม่ปกติ."""

    is_normal: bool


class CardStatusRegistry(Protocol):
    """The Department of Provincial Administration's check of a card."""

    def status(self, card: CardCheck) -> CardStatus:
        """Whether the card is in force.

        Raises: CouldNotAskError; the card is then unverified, which is no word against it.
        """


class CompanyState(StrEnum):
    """How a company stands in its register."""

    OPERATING = "operating"
    DISSOLVED = "dissolved"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Company:
    """A juristic person."""

    tax_id: TaxId
    name_th: str
    name_en: str
    state: CompanyState


class CompanyRegistry(Protocol):
    """The Department of Business Development's register."""

    def company(self, tax_id: TaxId) -> Company | None:
        """The company, or None when there is none of this number.

        Raises: CouldNotAskError.
        """


@dataclass(frozen=True, slots=True)
class Registration:
    """Somebody who wants to be i-Industry's customer. ``key`` is the same however often this one is sent."""

    key: str
    id_number: IdNumber
    phone: str = field(repr=False)
    purpose: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """Who is registered; ``was_known`` already before."""

    customer_no: str
    was_known: bool


@dataclass(frozen=True, slots=True)
class Declined:
    """Who is not registered, and will not be by asking again. ``reason``: the system's own words for a person."""

    reason: str


class CustomerRegistry(Protocol):
    """i-Industry."""

    def register(self, registration: Registration) -> Customer | Declined:
        """Register; said twice it is done once, and answered the same.

        Raises: CouldNotAskError; send the same one again later.
        """


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence or permit of a factory. ``expires_on`` is None where it does not."""

    licence_no: str
    title_th: str
    title_en: str
    expires_on: date | None


class LicenceRegistry(Protocol):
    """e-License."""

    def licences(self, factory_no: str) -> tuple[Licence, ...] | None:
        """A factory's licences, or None when that system does not know the factory.

        Raises: CouldNotAskError.
        """


@dataclass(frozen=True, slots=True)
class Duty:
    """Something a factory must report. ``done_on`` is None while it is owed."""

    title_th: str
    title_en: str
    due_on: date
    done_on: date | None


class DutyRegistry(Protocol):
    """e-Surveillance."""

    def duties(self, factory_no: str) -> tuple[Duty, ...] | None:
        """What a factory has to report, or None when that system does not know the factory.

        Raises: CouldNotAskError.
        """


class BillState(StrEnum):
    """How the ministry's own billing sees a bill."""

    OPEN = "open"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class MinistryBill:
    """A bill in the ministry's e-billing. ``receipt_no`` is that of the official receipt, once there is one."""

    reference: str
    amount_satang: int
    state: BillState
    receipt_no: str


class BillRegistry(Protocol):
    """The ministry's e-billing, which alone issues official receipts."""

    def bill(self, reference: str) -> MinistryBill | None:
        """The bill with this reference, or None when there is none.

        Raises: CouldNotAskError.
        """
