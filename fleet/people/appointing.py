"""Giving and taking roles, letting accounts in and out: what one account may do to another.

Rules: nobody appoints themselves. A provincial admin appoints technicians, officers and provincial admins, of their own
province, and nothing of the nation's; everything else is a national admin's. Of a national admin, one proposes and
another agrees, not through an account that is fresh from the first one's hands. One national admin is always left.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fleet.audit.trail import doer_of
from fleet.people.break_glass import NAME as BREAK_GLASS
from fleet.people.models import OF_THE_NATION, Membership, Proposal, Role
from fleet.people.scope import Scope, scope_of
from fleet.people.second_eyes import is_fresh_from
from fleet.people.sessions import shut_out

BY_PROVINCES = (Role.TECHNICIAN, Role.OFFICER, Role.PROVINCIAL_ADMIN)
"""Roles that a provincial admin gives."""

REASON_CHARACTERS = (5, 200)


class Refusal(StrEnum):
    """Why it was not done."""

    OWN = "own"
    NOT_YOURS = "not-yours"
    LAST_ADMIN = "last-admin"
    NO_REASON = "no-reason"
    NO_SUCH_ROLE = "no-such-role"
    ALREADY = "already"
    NEEDS_ANOTHER = "needs-another"
    FRESH = "fresh"
    """Whoever asks has let this account in within a day (``fleet.people.second_eyes``)."""
    FROM_GROUPS = "from-groups"
    NO_FACTOR = "no-factor"


class AppointError(ValueError):
    """It was not done; ``refusal`` says why. Tell whoever asked."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Post:
    """A role and where; ``dopa_code`` None: the nation."""

    role: Role
    dopa_code: int | None


def accounts_seen(scope: Scope) -> QuerySet[User]:
    """The accounts that exist for who appoints, or audits that: those with a role in their provinces."""
    rows = User.objects.prefetch_related("memberships").order_by("username")
    if scope.audits.nation:
        return rows
    held = Membership.objects.filter(dopa_code__in=scope.audits.provinces)
    return rows.filter(pk__in=held.values("user_id"))


def may_give(scope: Scope, post: Post) -> bool:
    """Whether an account of this scope gives such a role there."""
    if post.dopa_code is not None and post.role in BY_PROVINCES:
        return scope.may_change(post.dopa_code)
    if post.dopa_code is None and post.role not in OF_THE_NATION:
        return False
    return scope.may_change(None) and (post.dopa_code is None or post.role is not Role.NATIONAL_ADMIN)


def may_take(scope: Scope, held: Membership, by: User) -> bool:
    """Whether ``by``, whose scope it is, takes this role back."""
    return held.user_id != by.pk and not held.source and may_give(scope, Post(Role(held.role), held.dopa_code))


def is_in_hand(scope: Scope, user: User) -> bool:
    """Whether the whole account is this scope's to let in or out: all of its roles are."""
    if scope.may_change(None):
        return True
    held = [Post(Role(each.role), each.dopa_code) for each in user.memberships.all()]
    is_proposed = user.proposals.filter(decided_at__isnull=True).exists()
    return bool(held) and not is_proposed and all(may_give(scope, each) for each in held)


def give(user: User, post: Post, by: User) -> None:
    """Give a role, at once; a national admin's has to be proposed.

    Raises: AppointError.
    """
    _not_oneself(user, by)
    if post.role is Role.NATIONAL_ADMIN:
        raise AppointError(Refusal.NEEDS_ANOTHER)
    if not may_give(scope_of(by), post):
        raise AppointError(Refusal.NOT_YOURS)
    _, is_new = Membership.objects.get_or_create(user=user, role=post.role, dopa_code=post.dopa_code)
    if not is_new:
        raise AppointError(Refusal.ALREADY)


def take(membership: Membership, by: User) -> None:
    """Take a role back. Raises: AppointError."""
    _not_oneself(membership.user, by)
    if not may_give(scope_of(by), Post(Role(membership.role), membership.dopa_code)):
        raise AppointError(Refusal.NOT_YOURS)
    if membership.source:
        raise AppointError(Refusal.FROM_GROUPS)
    with transaction.atomic():
        if membership.role == Role.NATIONAL_ADMIN:
            _leaves_an_admin(membership.user)
        membership.delete()


def propose(user: User, reason: str, by: User) -> Proposal:
    """Propose a national admin. Raises: AppointError."""
    _not_oneself(user, by)
    if not scope_of(by).may_change(None):
        raise AppointError(Refusal.NOT_YOURS)
    if not REASON_CHARACTERS[0] <= len(reason.strip()) <= REASON_CHARACTERS[1]:
        raise AppointError(Refusal.NO_REASON)
    open_ones = Proposal.objects.filter(user=user, decided_at__isnull=True)
    if open_ones.exists() or user.memberships.filter(role=Role.NATIONAL_ADMIN).exists():
        raise AppointError(Refusal.ALREADY)
    return Proposal.objects.create(user=user, reason=reason.strip(), asked_by=by, asked_at=timezone.now())


def decide(proposal: Proposal, by: User, *, agreed: bool) -> None:
    """Agree to what another proposed, or not. Raises: AppointError."""
    if by.pk in (proposal.asked_by_id, proposal.user_id):
        raise AppointError(Refusal.NEEDS_ANOTHER)
    if not scope_of(by).may_change(None):
        raise AppointError(Refusal.NOT_YOURS)
    if agreed and is_fresh_from(by, proposal.asked_by_id, proposal.asked_at, timezone.now()):
        raise AppointError(Refusal.FRESH)
    with transaction.atomic():
        standing = Proposal.objects.filter(pk=proposal.pk, decided_at__isnull=True)
        if not standing.update(decided_by=by, decided_at=timezone.now(), agreed=agreed):
            raise AppointError(Refusal.ALREADY)
        if agreed:
            Membership.objects.get_or_create(user=proposal.user, role=Role.NATIONAL_ADMIN, dopa_code=None)


def set_active(user: User, by: User, *, active: bool) -> None:
    """Let an account out, with all that acts or listens for it, or in again. Raises: AppointError."""
    _not_oneself(user, by)
    if not is_in_hand(scope_of(by), user):
        raise AppointError(Refusal.NOT_YOURS)
    with transaction.atomic():
        if not active:
            if user.memberships.filter(role=Role.NATIONAL_ADMIN).exists():
                _leaves_an_admin(user)
            shut_out(user, doer_of(by, ""), closed=True)
        user.is_active = active
        user.save(update_fields=["is_active"])


def _not_oneself(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise AppointError(Refusal.OWN)


def _leaves_an_admin(user: User) -> None:
    """Raises: AppointError when without ``user`` there would be no national admin.

    All their rows are locked first, and only then is it asked who is left: of two who remove each other at once, the
    second waits for the first and finds out. On SQLite the transaction is the lock.
    """
    list(Membership.objects.select_for_update(of=("self",)).filter(role=Role.NATIONAL_ADMIN).order_by("pk"))
    others = Membership.objects.filter(Q(role=Role.NATIONAL_ADMIN), ~Q(user=user), user__is_active=True)
    others = others.exclude(user__username=BREAK_GLASS)
    if not others.exists():
        raise AppointError(Refusal.LAST_ADMIN)
