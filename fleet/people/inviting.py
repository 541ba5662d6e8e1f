"""Accounts for people who sign in with a password of their own: invited by a link that works once.

Whoever invites hands the link over by their own way; it is shown once and kept nowhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from fleet.audit.trail import doer_of
from fleet.people.appointing import AppointError, Post, Refusal, is_in_hand, may_give, propose
from fleet.people.break_glass import NAME as BREAK_GLASS
from fleet.people.models import Invitation, Membership, Role
from fleet.people.scope import scope_of
from fleet.people.sessions import shut_out

LIFE = timedelta(days=7)
SECRET_BYTES = 24
_NAME = re.compile(r"[a-z][a-z0-9._-]{2,29}")
"""Names of accounts: what can be read out on the telephone."""


class UnfitNameError(ValueError):
    """The account's name will not do, or is taken; ask for another."""


def invite(username: str, full_name: str, post: Post, by: User, reason: str = "") -> tuple[User, str]:
    """Make an account with a role, and the secret of its link. A national admin's role is proposed, with the reason.

    Raises: UnfitNameError; AppointError.
    """
    is_taken = username == BREAK_GLASS or User.objects.filter(username__iexact=username).exists()
    if not _NAME.fullmatch(username) or is_taken:
        raise UnfitNameError
    if not may_give(scope_of(by), post):
        raise AppointError(Refusal.NOT_YOURS)
    with transaction.atomic():
        user = _account(username, full_name)
        user.set_unusable_password()
        user.save()
        if post.role is Role.NATIONAL_ADMIN:
            propose(user, reason, by)
        else:
            Membership.objects.create(user=user, role=post.role, dopa_code=post.dopa_code)
        return user, _link(user, by)


def _account(username: str, full_name: str) -> User:
    """Raises: UnfitNameError when somebody else's of that name came in between."""
    try:
        with transaction.atomic():
            return User.objects.create(username=username, first_name=full_name.strip()[:150])
    except IntegrityError:
        raise UnfitNameError from None


def invite_again(user: User, by: User) -> str:
    """Another link, for who lost theirs or their password; the one before it, every session and every token end.

    Not of a national admin: whoever gets the link is that person from then on, and one would be two.

    Raises: AppointError.
    """
    if user.pk == by.pk:
        raise AppointError(Refusal.OWN)
    if user.memberships.filter(role=Role.NATIONAL_ADMIN).exists():
        raise AppointError(Refusal.NEEDS_ANOTHER)
    if not is_in_hand(scope_of(by), user):
        raise AppointError(Refusal.NOT_YOURS)
    with transaction.atomic():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        shut_out(user, doer_of(by, ""))
        return _link(user, by)


def _link(user: User, by: User) -> str:
    now, secret = timezone.now(), secrets.token_urlsafe(SECRET_BYTES)
    Invitation.objects.filter(user=user, used_at__isnull=True).delete()
    Invitation.objects.create(user=user, sha256=_hashed(secret), made_by=by, made_at=now, expires_at=now + LIFE)
    return secret


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def invited(secret: str) -> Invitation | None:
    """The invitation of a link; None when there is none, or it was used, or is too old."""
    rows = Invitation.objects.select_related("user").filter(used_at__isnull=True, expires_at__gt=timezone.now())
    return rows.filter(sha256=_hashed(secret), user__is_active=True).first()


def accept(invitation: Invitation, password: str) -> bool:
    """Give the account its password; False when somebody was quicker. The password is checked by then."""
    with transaction.atomic():
        unused = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True)
        if not unused.update(used_at=timezone.now()):
            return False
        invitation.user.set_password(password)
        invitation.user.save(update_fields=["password"])
        return True
