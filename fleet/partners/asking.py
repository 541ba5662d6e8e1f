"""Asking one of the systems: whether it may be asked now, the question itself, and how it went.

All who ask share one breaker a system, in the database. Rules: no transaction is open while somebody else's system is
awaited; a token is read from ``partners/<system>.token`` in the data folder when it is needed and kept nowhere else;
what leaves us about a person is written down before it does, by its name and never by its value (``Disclosure``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fleet.partners import port
from fleet.partners.breaker import Breaker
from fleet.partners.line import Line
from fleet.partners.models import Disclosure, Partner
from fleet.partners.port import CouldNotAskError, System, Why
from fleet.partners.reference import ADAPTERS
from fleet.protocol.thai import TaxId

T = TypeVar("T")

REFUSALS = (Why.OFF, Why.RESTING)
"""Nothing was sent: no word about the system."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What of a person leaves us with a question: ``fields`` by name, on whose asking (a kiosk, a number), and in which
    province's office (a DOPA code)."""

    fields: tuple[str, ...]
    asked_for: str
    dopa_code: int


CARD_FIELDS = ("id_number", "chip_no", "request_no")
CUSTOMER_FIELDS = ("id_number", "phone")


def card_status(card: port.CardCheck, asked_for: str, dopa_code: int) -> port.CardStatus:
    """Whether a card is in force. ``asked_for``: the kiosk it is in, and ``dopa_code`` where that stands.

    Raises: CouldNotAskError.
    """
    return _ask(
        System.CARD_STATUS,
        lambda each: cast(port.CardStatusRegistry, each).status(card),
        Leaving(CARD_FIELDS, asked_for, dopa_code),
    )


def company(tax_id: TaxId) -> port.Company | None:
    """The company of a tax id. Raises: CouldNotAskError."""
    return _ask(System.COMPANIES, lambda each: cast(port.CompanyRegistry, each).company(tax_id))


def register(registration: port.Registration, dopa_code: int) -> port.Customer | port.Declined:
    """Register somebody with i-Industry, who asked for it in an office of that province. Raises: CouldNotAskError."""
    return _ask(
        System.CUSTOMERS,
        lambda each: cast(port.CustomerRegistry, each).register(registration),
        Leaving(CUSTOMER_FIELDS, registration.key, dopa_code),
    )


def licences(factory_no: str) -> tuple[port.Licence, ...] | None:
    """A factory's licences. Raises: CouldNotAskError."""
    return _ask(System.LICENCES, lambda each: cast(port.LicenceRegistry, each).licences(factory_no))


def duties(factory_no: str) -> tuple[port.Duty, ...] | None:
    """What a factory has to report. Raises: CouldNotAskError."""
    return _ask(System.DUTIES, lambda each: cast(port.DutyRegistry, each).duties(factory_no))


def bill(reference: str) -> port.MinistryBill | None:
    """A bill in the ministry's e-billing. Raises: CouldNotAskError."""
    return _ask(System.BILLS, lambda each: cast(port.BillRegistry, each).bill(reference))


def sent_for(system: System, asked_for: str, since: datetime) -> int:
    """How often something about a person was sent to a system for somebody since then: what bounds are made of."""
    return Disclosure.objects.filter(system=system, at__gt=since, asked_for=asked_for[:40]).count()


def may_ask(system: System, now: datetime) -> bool:
    """Whether a question to it would be sent now."""
    partner = Partner.objects.filter(pk=system, is_on=True).exclude(address="").first()
    return partner is not None and partner.breaker.may_ask(now)


def partners() -> list[Partner]:
    """Every system, also those nobody has set up."""
    there = {each.system: each for each in Partner.objects.all()}
    return [there.get(each) or Partner(system=each) for each in System]


def token_file(system: System) -> Path:
    """Where the token of a system lies, if it needs one."""
    return Path(settings.DATA_DIR) / "partners" / f"{system}.token"


def set_up(system: System, address: str, *, is_on: bool, timeout_s: int) -> None:
    """Where a system is from now on; what was held against it is forgotten."""
    Partner.objects.update_or_create(
        system=system,
        defaults={
            "address": address,
            "is_on": is_on,
            "timeout_s": timeout_s,
            "failures": 0,
            "rests_until": None,
        },
    )


def _ask(system: System, question: Callable[[object], T], leaving: Leaving | None = None) -> T:
    partner, disclosure = _begin(system, timezone.now(), leaving)
    began_s = time.monotonic()
    try:
        line = Line(system, partner.address, float(partner.timeout_s), _token(system))
        answer = question(ADAPTERS[system](line))
    except CouldNotAskError as err:
        _failed(err, timezone.now())
        _came_of(disclosure, err.why.value)
        raise
    _answered(system, timezone.now(), round((time.monotonic() - began_s) * 1000))
    _came_of(disclosure, Disclosure.ANSWERED)
    return answer


@transaction.atomic
def _begin(system: System, now: datetime, leaving: Leaving | None) -> tuple[Partner, Disclosure | None]:
    """Raises: CouldNotAskError when nothing may be sent now."""
    partner = Partner.objects.select_for_update().filter(pk=system).first()
    if partner is None or not partner.is_on or not partner.address:
        raise CouldNotAskError(system, Why.OFF)
    if not partner.breaker.may_ask(now):
        raise CouldNotAskError(system, Why.RESTING)
    _keep(system, partner.breaker.trying(now, 2 * timedelta(seconds=partner.timeout_s)))
    if leaving is None:
        return partner, None
    fields = " ".join(leaving.fields)
    asked_for, dopa_code = leaving.asked_for[:40], leaving.dopa_code
    return partner, Disclosure.objects.create(
        system=system, at=now, fields=fields, asked_for=asked_for, dopa_code=dopa_code
    )


def _came_of(disclosure: Disclosure | None, outcome: str) -> None:
    if disclosure is not None:
        Disclosure.objects.filter(pk=disclosure.pk).update(outcome=outcome)


def _keep(system: System, breaker: Breaker) -> None:
    Partner.objects.filter(pk=system).update(failures=breaker.failures, rests_until=breaker.rests_until)


def _token(system: System) -> str:
    """Raises: CouldNotAskError when there is a token that cannot be read."""
    try:
        return token_file(system).read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as err:
        raise CouldNotAskError(system, Why.REFUSED, f"its token cannot be read: {type(err).__name__}") from err


@transaction.atomic
def _failed(err: CouldNotAskError, now: datetime) -> None:
    partner = Partner.objects.select_for_update().get(pk=err.system)
    _keep(err.system, partner.breaker.failed(now))
    Partner.objects.filter(pk=err.system).update(
        failed=F("failed") + 1, failed_at=now, failed_why=err.why, failed_detail=err.detail[:100]
    )


def _answered(system: System, now: datetime, took_ms: int) -> None:
    _keep(system, Breaker().answered())
    Partner.objects.filter(pk=system).update(answered=F("answered") + 1, answered_at=now, answered_ms=took_ms)
