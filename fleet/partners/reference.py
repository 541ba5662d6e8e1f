"""The adapters, speaking a reference format of our own: JSON over HTTP, one path a question.

None of the six systems has published how it wants to be asked. What is here is what we need from each, as plainly as
it can be said; whoever connects a real one writes its format into the adapter, and the contract suite
(``tests/contract/partners.py``) says whether it still keeps the promises. ``stand_in`` answers it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

from fleet.partners import port
from fleet.partners.line import Line
from fleet.partners.port import CouldNotAskError, System, Why
from fleet.protocol.messages import Count
from fleet.protocol.thai import TaxId

T = TypeVar("T")

REASON_CHARACTERS_MAX = 200
NUMBER_CHARACTERS_MAX = 40
"""What of their words we keep."""


class CardQuestion(msgspec.Struct, frozen=True):
    id_number: str
    chip_no: str
    request_no: str

    def __repr__(self) -> str:
        return "CardQuestion(…)"


class CardAnswer(msgspec.Struct, frozen=True):
    normal: bool


class CompanyAnswer(msgspec.Struct, frozen=True):
    tax_id: str
    name_th: str
    name_en: str
    state: port.CompanyState


class CustomerQuestion(msgspec.Struct, frozen=True):
    key: str
    id_number: str
    phone: str
    purpose: str
    asked_at: datetime

    def __repr__(self) -> str:
        return "CustomerQuestion(…)"


class CustomerAnswer(msgspec.Struct, frozen=True):
    """Either a number, or why there is none."""

    key: str
    customer_no: str = ""
    was_known: bool = False
    declined: str = ""


class LicenceAnswer(msgspec.Struct, frozen=True):
    licence_no: str
    title_th: str
    title_en: str
    expires_on: date | None = None


class LicencesAnswer(msgspec.Struct, frozen=True):
    factory_no: str
    licences: tuple[LicenceAnswer, ...]


class DutyAnswer(msgspec.Struct, frozen=True):
    title_th: str
    title_en: str
    due_on: date
    done_on: date | None = None


class DutiesAnswer(msgspec.Struct, frozen=True):
    factory_no: str
    duties: tuple[DutyAnswer, ...]


class BillAnswer(msgspec.Struct, frozen=True):
    reference: str
    amount_satang: Count
    state: port.BillState
    receipt_no: str = ""


class _Adapter:
    """What all have: a line, and the reading of an answer."""

    def __init__(self, line: Line) -> None:
        """Nothing is sent yet."""
        self._line = line

    def _read(self, answer: bytes, expected: type[T]) -> T:
        try:
            return msgspec.json.decode(answer, type=expected)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._strange() from None  # the library's words may quote what was sent

    def _strange(self) -> CouldNotAskError:
        return CouldNotAskError(self._line.system, Why.NOT_UNDERSTOOD, "not an answer to this question")

    def _mine(self, said: str, asked: str) -> None:
        """An answer about somebody else is none."""
        if said != asked:
            raise self._strange()


class ReferenceCardStatus(_Adapter):
    """POST /card-status."""

    def status(self, card: port.CardCheck) -> port.CardStatus:
        """See ``port.CardStatusRegistry``."""
        # Revealed: who says whether a card is in force must know which.
        question = CardQuestion(card.id_number.reveal(), card.chip_no, card.request_no)
        answer = self._line.ask("/card-status", msgspec.json.encode(question))
        if answer is None:  # a card nobody knows is not a word against it: they must say normal or not
            raise self._strange()
        return port.CardStatus(self._read(answer, CardAnswer).normal)


class ReferenceCompanies(_Adapter):
    """GET /companies/{tax id}."""

    def company(self, tax_id: TaxId) -> port.Company | None:
        """See ``port.CompanyRegistry``."""
        answer = self._line.ask(f"/companies/{tax_id.digits}")
        if answer is None:
            return None
        said = self._read(answer, CompanyAnswer)
        self._mine(said.tax_id, tax_id.digits)
        return port.Company(tax_id, said.name_th, said.name_en, said.state)


class ReferenceCustomers(_Adapter):
    """POST /customers."""

    def register(self, registration: port.Registration) -> port.Customer | port.Declined:
        """See ``port.CustomerRegistry``."""
        question = CustomerQuestion(
            registration.key,
            registration.id_number.reveal(),  # the customer is who is registered
            registration.phone,
            registration.purpose,
            registration.asked_at,
        )
        answer = self._line.ask("/customers", msgspec.json.encode(question))
        if answer is None:
            raise self._strange()
        said = self._read(answer, CustomerAnswer)
        self._mine(said.key, registration.key)
        if bool(said.customer_no) is bool(said.declined):  # neither, or both: whoever cannot be told must not be told
            raise self._strange()
        if said.declined:
            return port.Declined(said.declined[:REASON_CHARACTERS_MAX])
        return port.Customer(said.customer_no[:NUMBER_CHARACTERS_MAX], said.was_known)


class ReferenceLicences(_Adapter):
    """GET /factories/{number}/licences."""

    def licences(self, factory_no: str) -> tuple[port.Licence, ...] | None:
        """See ``port.LicenceRegistry``."""
        answer = self._line.ask(f"/factories/{quote(factory_no, safe='')}/licences")
        if answer is None:
            return None
        said = self._read(answer, LicencesAnswer)
        self._mine(said.factory_no, factory_no)
        return tuple(
            port.Licence(each.licence_no, each.title_th, each.title_en, each.expires_on) for each in said.licences
        )


class ReferenceDuties(_Adapter):
    """GET /factories/{number}/duties."""

    def duties(self, factory_no: str) -> tuple[port.Duty, ...] | None:
        """See ``port.DutyRegistry``."""
        answer = self._line.ask(f"/factories/{quote(factory_no, safe='')}/duties")
        if answer is None:
            return None
        said = self._read(answer, DutiesAnswer)
        self._mine(said.factory_no, factory_no)
        return tuple(port.Duty(each.title_th, each.title_en, each.due_on, each.done_on) for each in said.duties)


class ReferenceBills(_Adapter):
    """GET /bills/{reference}."""

    def bill(self, reference: str) -> port.MinistryBill | None:
        """See ``port.BillRegistry``."""
        answer = self._line.ask(f"/bills/{quote(reference, safe='')}")
        if answer is None:
            return None
        said = self._read(answer, BillAnswer)
        self._mine(said.reference, reference)
        return port.MinistryBill(said.reference, said.amount_satang, said.state, said.receipt_no)


ADAPTERS: dict[System, type[_Adapter]] = {
    System.CARD_STATUS: ReferenceCardStatus,
    System.COMPANIES: ReferenceCompanies,
    System.CUSTOMERS: ReferenceCustomers,
    System.LICENCES: ReferenceLicences,
    System.DUTIES: ReferenceDuties,
    System.BILLS: ReferenceBills,
}
