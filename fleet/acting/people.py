"""Which accounts somebody asks for, and who waits for a second person; and what follows for a person from what is done
to their account: they are told, where alerts reach them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from fleet.alerts.letters import RESET
from fleet.alerts.models import Message
from fleet.alerts.reaching import hearing
from fleet.people import resetting
from fleet.people.appointing import accounts_seen
from fleet.people.models import FactorReset, Membership, Proposal
from fleet.people.scope import Scope
from fleet.protocol.thai_order import thai_order

AT_ONCE = 500
"""Accounts that are read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; empty asks for nothing. ``text``: part of a name; ``dopa_code``: where the role is held."""

    text: str = ""
    role: str = ""
    dopa_code: int | None = None
    is_active: bool | None = None


def accounts(scope: Scope, sought: Sought) -> QuerySet[User]:
    """The accounts of it that are there for who looks; a role counts where they look."""
    rows = accounts_seen(scope)
    if sought.text:
        names = Q(first_name__icontains=sought.text) | Q(last_name__icontains=sought.text)
        rows = rows.filter(Q(username__icontains=sought.text) | names)
    held = scope.audits.of(Membership.objects.all(), "dopa_code")
    if sought.role:
        held = held.filter(role=sought.role)
    if sought.dopa_code is not None:
        held = held.filter(dopa_code=sought.dopa_code)
    if sought.role or sought.dopa_code is not None:
        rows = rows.filter(pk__in=held.values("user_id"))
    return rows if sought.is_active is None else rows.filter(is_active=sought.is_active)


def by_name(rows: QuerySet[User]) -> list[int]:
    """The keys of all ``rows``, in the order of the Thai dictionary by the names people are shown by."""
    named = rows.order_by().values_list("pk", "username", "first_name", "last_name")
    order = {pk: (thai_order(f"{first} {last}".strip() or username), username) for pk, username, first, last in named}
    return sorted(order, key=order.__getitem__)


def in_order(rows: QuerySet[User], keys: Sequence[int]) -> Iterator[User]:
    """Those of ``rows`` with these ``keys``, in their order, some hundred at a time."""
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        found = rows.in_bulk(some)
        yield from (found[key] for key in some if key in found)  # the others have gone meanwhile


def proposals_waiting(scope: Scope) -> list[Proposal]:
    """Who is to become a national admin, when a second one agrees; for who sees the nation."""
    if not scope.audits.nation:
        return []
    return list(Proposal.objects.filter(decided_at__isnull=True).select_related("user", "asked_by"))


def resets_waiting(scope: Scope) -> list[FactorReset]:
    """Whose second factor is to be taken away, when another admin agrees; for who sees the nation."""
    return list(resetting.open_resets()) if scope.audits.nation else []


def reset_second_factor(user: User, reason: str, by: User) -> FactorReset:
    """Reset it, or ask another admin to; see ``fleet.people.resetting``.

    Raises: AppointError.
    """
    return _told(resetting.ask(user, reason, by))


def agree_to_reset(reset: FactorReset, by: User, *, agreed: bool) -> None:
    """Agree to what another admin asked, or not.

    Raises: AppointError.
    """
    resetting.decide(reset, by, agreed=agreed)
    _told(reset)


def reset_at_the_machine(user: User, reason: str) -> FactorReset:
    """The same from the server's command line.

    Raises: AppointError.
    """
    return _told(resetting.at_the_machine(user, reason))


def _told(reset: FactorReset) -> FactorReset:
    """Tell them, at once and whatever their hours: somebody may have done it who must not."""
    now, key = timezone.now(), f"reset.{reset.pk}"
    if reset.agreed and hearing(now).filter(person_id=reset.user_id).exists():
        Message.objects.create(
            key=key, person_id=reset.user_id, what=RESET, is_failing=True, made_at=now, not_before=now
        )
    return reset
