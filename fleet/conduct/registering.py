"""Registrations from kiosks, on their way to i-Industry: opened here, sent, and nothing of them kept.

What it is: the step between what waits (``fleet.office.channels.passing_on``) and who is asked (``fleet.partners``).
Rules: it runs only where the key lies; what was opened lives for one question, and stands in no log.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings

from fleet.office.channels import passing_on
from fleet.office.channels.models import Registration
from fleet.office.channels.passing_on import Declined, Held, Registered, Send, Sent
from fleet.partners import asking, port
from fleet.partners.opening import kept_key, opened
from fleet.partners.port import CouldNotAskError, System
from fleet.protocol.sealing import SealError
from fleet.protocol.thai import IdNumber

log = logging.getLogger(__name__)

PURPOSE = "register-as-customer"


def key_folder() -> Path:
    """Where the private key lies, if this machine has it."""
    return Path(settings.DATA_DIR) / "partners"


def is_anything_due(now: datetime) -> bool:
    """Whether something could be passed on now. Cheap: one look at an index in most cases."""
    if not passing_on.due(now).exists():
        return False
    return asking.may_ask(System.CUSTOMERS, now) and kept_key(key_folder()) is not None


def sender(key: X25519PrivateKey) -> Send:
    """Opens one with ``key`` and asks i-Industry to take it."""

    def send(registration: Registration) -> Sent:
        try:
            customer = opened(registration.sealed, registration.number, key)
            asked = port.Registration(
                registration.number,
                IdNumber.from_card(customer.id_number),
                customer.phone,
                PURPOSE,
                registration.opened_at,
            )
        except (SealError, ValueError):  # without a chain or a word of what stood there
            log.error("registration %s cannot be opened with this key", registration.number)
            return Held(passing_on.UNREADABLE)
        return _ask(asked, registration.office.province_id)

    return send


def _ask(asked: port.Registration, dopa_code: int) -> Sent:
    try:
        said = asking.register(asked, dopa_code)
    except CouldNotAskError as err:
        return Held(err.why.value, for_all=err.why in asking.REFUSALS)
    if isinstance(said, port.Declined):
        return Declined(said.reason)
    return Registered(said.customer_no, said.was_known)
