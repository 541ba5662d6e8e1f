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
    """``nation``: everything. Otherwise the provinces (DOPA codes) to see, to change, to set kiosks up in, and those in
    whose offices the account serves."""

    nation: bool = False
    sees: frozenset[int] = frozenset()
    changes: frozenset[int] = frozenset()
    installs: frozenset[int] = frozenset()
    serves: frozenset[int] = frozenset()

    def may_see(self, dopa_code: int) -> bool:
        """Whether things of this province exist for the account at all."""
        return self.nation or dopa_code in self.sees

    def may_change(self, dopa_code: int | None) -> bool:
        """Whether the account may change settings of this province; None asks for the nation's."""
        return self.nation or (dopa_code is not None and dopa_code in self.changes)

    def may_install(self, dopa_code: int) -> bool:
        """Whether the account may let a kiosk in here: a technician's work."""
        return self.nation or dopa_code in self.installs

    def may_serve(self, dopa_code: int | None) -> bool:
        """Whether the account does the office's own work here: records, folders, cases, odd payments.

        None asks for what is nobody's but the nation's.
        """
        return self.nation or (dopa_code is not None and dopa_code in self.serves)

    @property
    def serves_somewhere(self) -> bool:
        """Whether the account does an office's own work anywhere; who only looks after machines does not."""
        return self.nation or bool(self.serves)

    def within(self, rows: QuerySet[M], province: str) -> QuerySet[M]:
        """Only the rows of visible provinces; ``province`` is the path to the DOPA code."""
        return rows if self.nation else rows.filter(**{f"{province}__in": self.sees})

    def served(self, rows: QuerySet[M], province: str) -> QuerySet[M]:
        """Only the rows of provinces in whose offices the account serves; ``province`` as for ``within``."""
        return rows if self.nation else rows.filter(**{f"{province}__in": self.serves})


NOBODY = Scope()


def scope_of(user: AbstractBaseUser | AnonymousUser) -> Scope:
    """The scope of an account, asked anew for every request."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    memberships = Membership.objects.filter(user_id=user.pk)
    held: dict[int, set[Role]] = {}
    for membership in memberships:
        role = Role(membership.role)
        if membership.dopa_code is not None:
            held.setdefault(membership.dopa_code, set()).add(role)
        elif role == Role.NATIONAL_ADMIN:
            return Scope(nation=True)

    def where(*roles: Role) -> frozenset[int]:
        return frozenset(dopa_code for dopa_code, some in held.items() if some & set(roles))

    return Scope(
        sees=frozenset(held),
        changes=where(Role.PROVINCIAL_ADMIN),
        installs=where(Role.PROVINCIAL_ADMIN, Role.TECHNICIAN),
        serves=where(Role.PROVINCIAL_ADMIN, Role.OFFICER),
    )
