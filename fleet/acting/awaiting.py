"""What waits for one person's own word or work: how many of each kind, whoever else might do it, too.

Not here: words; and that whoever was let in by the other may not agree for a day (``fleet.people.second_eyes``), for
they may still refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from fleet.acting.planning import to_decide
from fleet.acting.seen import cases_served, confirmations_seen, registrations_served, tickets_served
from fleet.office.cases import listing as cases
from fleet.office.channels import listing as tickets
from fleet.office.channels.models import RegistrationState
from fleet.payments.models import Decision
from fleet.payments.standing import only_open
from fleet.people.models import FactorReset, Proposal
from fleet.people.scope import Scope


class Wait(StrEnum):
    """The kinds, those for which somebody else stands still first."""

    SETTINGS = "settings"
    """Changes of settings that another person wants and this one may agree to."""
    PAYMENTS = "payments"
    """Decisions about payments that another person took and this one may agree to."""
    PROPOSALS = "proposals"
    """Accounts that another admin proposed for the nation's."""
    RESETS = "resets"
    """Second factors of national admins that another one wants to be reset."""
    CASES = "cases"
    """Open cases that are past their day."""
    TICKETS = "tickets"
    """Open tickets that are past their day."""
    REGISTRATIONS = "registrations"
    """Registrations that could not be passed on and wait."""


def waits_of(scope: Scope, user: User, now: datetime, kinds: Collection[Wait] = tuple(Wait)) -> dict[Wait, int]:
    """How many there are of each of ``kinds`` that is this person's to deal with at all; who only reads has none."""
    return {each: _COUNTED[each](scope, user, now) for each in Wait if each in kinds and _is_theirs(scope, each)}


def _is_theirs(scope: Scope, kind: Wait) -> bool:
    if scope.reads_only:
        return False
    match kind:
        case Wait.SETTINGS:
            return bool(scope.changes or scope.names_payees)
        case Wait.PAYMENTS:
            return scope.settles_somewhere
        case Wait.PROPOSALS | Wait.RESETS:
            return scope.may_change(None)
    return scope.serves_somewhere


def _settings(scope: Scope, user: User, now: datetime) -> int:
    return len(to_decide(scope, user, now))


def _payments(scope: Scope, user: User, _now: datetime) -> int:
    pending = Decision.objects.filter(needs_second=True, approval__isnull=True).exclude(by=user).order_by()
    return only_open(confirmations_seen(scope).filter(pk__in=pending.values("confirmation_id"))).count()


def _proposals(_scope: Scope, user: User, _now: datetime) -> int:
    return Proposal.objects.filter(decided_at__isnull=True).exclude(Q(user=user) | Q(asked_by=user)).count()


def _resets(_scope: Scope, user: User, _now: datetime) -> int:
    return FactorReset.objects.filter(decided_at__isnull=True).exclude(Q(user=user) | Q(asked_by=user)).count()


def _cases(scope: Scope, _user: User, now: datetime) -> int:
    return cases.in_state(cases_served(scope), cases.CaseState.LATE, timezone.localdate(now)).count()


def _tickets(scope: Scope, _user: User, now: datetime) -> int:
    return tickets.in_state(tickets_served(scope), tickets.TicketState.LATE, timezone.localdate(now)).count()


def _registrations(scope: Scope, _user: User, _now: datetime) -> int:
    return registrations_served(scope).filter(state=RegistrationState.WAITING).exclude(held_by="").count()


_COUNTED: dict[Wait, Callable[[Scope, User, datetime], int]] = {
    Wait.SETTINGS: _settings,
    Wait.PAYMENTS: _payments,
    Wait.PROPOSALS: _proposals,
    Wait.RESETS: _resets,
    Wait.CASES: _cases,
    Wait.TICKETS: _tickets,
    Wait.REGISTRATIONS: _registrations,
}
