"""Other people's systems: setting one up, a question by hand, and what of persons was sent to them.

Not here: how one is asked (``fleet.partners``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import QuerySet

from fleet.office.channels.models import Registration
from fleet.partners import asking
from fleet.partners.models import Disclosure
from fleet.partners.port import Company, Duty, Licence, MinistryBill, System
from fleet.people.scope import Scope
from fleet.protocol.thai import TaxId

TIMEOUT_S_MAX = 20
ADDRESS_CHARACTERS_MAX = 200


class UnfitError(ValueError):
    """Nothing has changed: the address can be none."""


def is_address(text: str) -> bool:
    """Whether a system could be asked there."""
    if len(text) > ADDRESS_CHARACTERS_MAX or any(letter.isspace() for letter in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.query)
    except ValueError:
        return False


def set_up(system: System, address: str, *, is_on: bool, timeout_s: int) -> None:
    """Where a system is from now on. One that is off may have no address.

    Raises: UnfitError.
    """
    if not is_address(address) and (address or is_on):
        raise UnfitError
    asking.set_up(system, address, is_on=is_on, timeout_s=min(max(timeout_s, 1), TIMEOUT_S_MAX))


ASKED_BY_HAND = frozenset({System.COMPANIES, System.LICENCES, System.DUTIES, System.BILLS})
"""Of a card or a customer nothing is asked by hand."""

QUESTION_CHARACTERS_MAX = 40


class UnfitQuestionError(ValueError):
    """Nothing was asked: a company has a tax id of 13 digits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system said; None: it knows no such thing, or is asked for something else."""

    company: Company | None = None
    licences: tuple[Licence, ...] | None = None
    duties: tuple[Duty, ...] | None = None
    bill: MinistryBill | None = None


def ask(system: System, question: str) -> Answer:
    """Ask one of ``ASKED_BY_HAND``: of a tax id, a factory's number, or the reference on a bill. No transaction may be
    open.

    Raises: UnfitQuestionError; CouldNotAskError.
    """
    match system:
        case System.COMPANIES:
            return Answer(company=asking.company(_tax_id(question)))
        case System.LICENCES:
            return Answer(licences=asking.licences(question))
        case System.DUTIES:
            return Answer(duties=asking.duties(question))
        case System.BILLS:
            return Answer(bill=asking.bill(question.upper()))
    raise ValueError(system)


def _tax_id(text: str) -> TaxId:
    try:
        return TaxId(text.replace("-", "").replace(" ", ""))
    except ValueError as err:
        raise UnfitQuestionError from err


def disclosures(scope: Scope, system: str = "", text: str = "") -> QuerySet[Disclosure]:
    """What of persons was sent from the provinces the account serves: to one system, for a kiosk or a request in whose
    name ``text`` stands."""
    rows = scope.served(Disclosure.objects.all(), "dopa_code")
    if system:
        rows = rows.filter(system=system)
    return rows.filter(asked_for__icontains=text.replace(" ", "")) if text else rows


def masked_owners(rows: Iterable[Disclosure]) -> dict[str, str]:
    """Whose requests these were, masked, by ``asked_for``; a card's owner is written down nowhere."""
    numbers = {each.asked_for for each in rows}
    return dict(Registration.objects.filter(pk__in=numbers).values_list("pk", "id_masked"))
