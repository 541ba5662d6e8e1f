"""The one place that decides which provinces an account may see, and in which it may change things.

Default deny: nobody, and an account without a role, gets the empty answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet

from fleet.people.models import Membership, Role

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Scope:
    """``nation``: everything. Otherwise the provinces (DOPA codes) to see, to change, and to set kiosks up in."""

    nation: bool = False
    sees: frozenset[int] = frozenset()
    changes: frozenset[int] = frozenset()
    installs: frozenset[int] = frozenset()

    def may_see(self, dopa_code: int) -> bool:
        """Whether things of this province exist for the account at all."""
        return self.nation or dopa_code in self.sees

    def may_change(self, dopa_code: int | None) -> bool:
        """Whether the account may change settings of this province; None asks for the nation's."""
        return self.nation or (dopa_code is not None and dopa_code in self.changes)

    def may_install(self, dopa_code: int) -> bool:
        """Whether the account may let a kiosk in here: a technician's work."""
        return self.nation or dopa_code in self.installs

    def within(self, rows: QuerySet[M], province: str) -> QuerySet[M]:
        """Only the rows of visible provinces; ``province`` is the path to the DOPA code."""
        return rows if self.nation else rows.filter(**{f"{province}__in": self.sees})


NOBODY = Scope()


def scope_of(user: AbstractBaseUser | AnonymousUser) -> Scope:
    """The scope of an account, asked anew for every request."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    memberships = Membership.objects.filter(user_id=user.pk)
    sees, changes, installs = set(), set(), set()
    for membership in memberships:
        if membership.role == Role.NATIONAL_ADMIN and membership.dopa_code is None:
            return Scope(nation=True)
        if membership.dopa_code is not None:
            sees.add(membership.dopa_code)
            if membership.role == Role.PROVINCIAL_ADMIN:
                changes.add(membership.dopa_code)
            if membership.role in (Role.PROVINCIAL_ADMIN, Role.TECHNICIAN):
                installs.add(membership.dopa_code)
    return Scope(sees=frozenset(sees), changes=frozenset(changes), installs=frozenset(installs))
