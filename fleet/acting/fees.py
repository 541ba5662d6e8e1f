"""What an officer does to one notice: where its factory is reminded, and withdrawing it; and an admin's signature under
a draft of the rules that fees go by."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fleet.office.fees.models import Contact, FeeRule
from fleet.office.fees.rulebook import SignError, sign
from fleet.office.models import Factory, Notice
from fleet.payments.confirming import CannotWithdrawError, withdraw
from fleet.people.second_eyes import is_fresh_from

ADDRESSES = {
    Contact.Channel.MAIL: re.compile(r"[^@\s:/?#&]{1,64}@[A-Za-z0-9.-]{1,50}"),
    Contact.Channel.LINE: re.compile(r"[UCR][0-9a-f]{32}"),
}
"""What an address may be: nothing that could become another part of the carrier's own address. LINE names a friend by
``U``, a group by ``C`` and a room by ``R``, each with 32 hex digits (Messaging API)."""

REASON_CHARACTERS = (5, 200)


class UnfitError(ValueError):
    """Nothing was done: an address that can be none, or too short a reason."""


class FreshError(ValueError):
    """Not signed: one hand may hold the accounts of who wrote the draft and of who would sign (``second_eyes``)."""


def sign_rule(version: int, by: User) -> FeeRule:
    """Sign a draft that somebody else wrote.

    Raises: FreshError; SignError; LookupError when there is no such version.
    """
    with transaction.atomic():
        rule = FeeRule.objects.select_for_update().filter(pk=version).first()
        is_open = rule is not None and rule.author_id != by.pk and rule.signed_at is None
        if rule is not None and is_open and is_fresh_from(by, rule.author_id, rule.made_at, timezone.now()):
            raise FreshError
        return sign(version, by)


def note_contact(factory: Factory, channel: Contact.Channel, ground: Contact.Ground, address: str, by: User) -> None:
    """Remind the factory there.

    Raises: UnfitError.
    """
    if not ADDRESSES[channel].fullmatch(address):
        raise UnfitError("no such address")
    values = {"address": address, "ground": ground, "noted_by": by, "noted_at": timezone.now()}
    Contact.objects.update_or_create(factory=factory, channel=channel, defaults=values)


def forget_contact(factory: Factory, channel: Contact.Channel) -> None:
    """Remind the factory there no more; the address is deleted."""
    Contact.objects.filter(factory=factory, channel=channel).delete()


def withdraw_notice(notice: Notice, reason: str) -> Notice:
    """From now on it is not to be paid.

    Raises: UnfitError for no reason; CannotWithdrawError.
    """
    reason = reason.strip()[: REASON_CHARACTERS[1]]
    if len(reason) < REASON_CHARACTERS[0]:
        raise UnfitError("too short a reason")
    return withdraw(notice.pk, reason, timezone.now())


__all__ = [
    "CannotWithdrawError", "FreshError", "SignError", "UnfitError", "forget_contact", "note_contact", "sign_rule",
    "withdraw_notice",
]  # fmt: skip
