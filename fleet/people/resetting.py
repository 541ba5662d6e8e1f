"""Taking somebody's second factor away, for who lost the telephone it was on: they set up another when they come in.

Rules: nobody resets their own. Whose roles an admin gives, that one resets, with a reason. A national admin's is asked
for by one and agreed to by another, not through an account that is fresh from the first one's hands: else one person
with a password could be two. Every session of theirs ends, and every token with what it has made. What was done stays
written (``FactorReset``), and its person is shown it.

Not here: telling them (``fleet.acting.people``). Only processes that serve pages carry django-allauth, whose the
factors are, so it is imported where it is needed.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from fleet.audit.trail import Doer, doer_of
from fleet.people.appointing import REASON_CHARACTERS, AppointError, Refusal, is_in_hand
from fleet.people.models import FactorReset, Role
from fleet.people.scope import scope_of
from fleet.people.second_eyes import is_fresh_from
from fleet.people.sessions import shut_out

SHOWN_FOR = timedelta(days=30)
"""How long its person is shown on their own page that it was done."""


class Factor(StrEnum):
    """A second factor, by the name allauth keeps it under."""

    APP = "totp"
    PASSKEY = "webauthn"
    CODES = "recovery_codes"


def factors_of(user: User) -> list[Factor]:
    """What an account asks for besides its password, each once."""
    from allauth.mfa.models import Authenticator

    there = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return [each for each in Factor if each in there]


def needs_two(user: User) -> bool:
    """Whether one asks and another agrees."""
    return user.memberships.filter(role=Role.NATIONAL_ADMIN).exists()


def open_resets() -> QuerySet[FactorReset]:
    """Those that wait for a second person."""
    return FactorReset.objects.filter(decided_at__isnull=True).select_related("user", "asked_by")


def lately(user: User) -> FactorReset | None:
    """The last one that was done, as long as its person is to be shown it."""
    since = timezone.now() - SHOWN_FOR
    return FactorReset.objects.filter(user=user, agreed=True, decided_at__gt=since).select_related("asked_by").first()


def ask(user: User, reason: str, by: User) -> FactorReset:
    """Reset an account's second factor; a national admin's waits for another admin then (``decided_at`` is None).

    Raises: AppointError.
    """
    why = reason.strip()
    if user.pk == by.pk:
        raise AppointError(Refusal.OWN)
    if not is_in_hand(scope_of(by), user):
        raise AppointError(Refusal.NOT_YOURS)
    if not REASON_CHARACTERS[0] <= len(why) <= REASON_CHARACTERS[1] or "\0" in why:
        raise AppointError(Refusal.NO_REASON)
    if not factors_of(user):
        raise AppointError(Refusal.NO_FACTOR)
    try:
        with transaction.atomic():
            made = FactorReset.objects.create(user=user, reason=why, asked_by=by, asked_at=timezone.now())
            if not needs_two(user):
                _done(made, by)
    except IntegrityError:  # one waits already
        raise AppointError(Refusal.ALREADY) from None
    return made


def decide(reset: FactorReset, by: User, *, agreed: bool) -> None:
    """Agree to what another asked, or not.

    Raises: AppointError.
    """
    if by.pk in (reset.asked_by_id, reset.user_id):
        raise AppointError(Refusal.NEEDS_ANOTHER)
    if not scope_of(by).may_change(None):
        raise AppointError(Refusal.NOT_YOURS)
    if agreed and is_fresh_from(by, reset.asked_by_id, reset.asked_at, timezone.now()):
        raise AppointError(Refusal.FRESH)
    with transaction.atomic():
        if agreed:
            _done(reset, by)
            return
        waiting = FactorReset.objects.filter(pk=reset.pk, decided_at__isnull=True)
        if not waiting.update(decided_by=by, decided_at=timezone.now()):
            raise AppointError(Refusal.ALREADY)


def at_the_machine(user: User, reason: str) -> FactorReset:
    """The same from the server's own command line, for the day on which no second admin is left; two need not agree.

    Raises: AppointError.
    """
    if not REASON_CHARACTERS[0] <= len(reason.strip()) <= REASON_CHARACTERS[1]:
        raise AppointError(Refusal.NO_REASON)
    if not factors_of(user):
        raise AppointError(Refusal.NO_FACTOR)
    with transaction.atomic():
        FactorReset.objects.filter(user=user, decided_at__isnull=True).update(decided_at=timezone.now())
        made = FactorReset.objects.create(user=user, reason=reason.strip(), asked_by=None, asked_at=timezone.now())
        _done(made, None)
    return made


def _done(reset: FactorReset, by: User | None) -> None:
    """Do it, once. Raises: AppointError when somebody else has decided."""
    from allauth.mfa.models import Authenticator

    now = timezone.now()
    waiting = FactorReset.objects.filter(pk=reset.pk, decided_at__isnull=True)
    if not waiting.update(decided_by=by, decided_at=now, agreed=True):
        raise AppointError(Refusal.ALREADY)
    Authenticator.objects.filter(user_id=reset.user_id).delete()
    shut_out(reset.user, doer_of(by, "") if by else Doer(None, "command line"))
    reset.decided_by, reset.decided_at, reset.agreed = by, now, True
