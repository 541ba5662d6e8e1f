"""The one place that decides which provinces an account may see, and in which it may do what.

Default deny: nobody, and an account without a role, gets the empty answer. An auditor's account changes nothing,
whatever other role it has. Whoever lets requests in (``fleet.web.access``, the API) asks ``reads_only`` before any that
changes something; everything else is asked of the areas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet

from fleet.people.models import Membership, Role

M = TypeVar("M", bound=Model)
U = TypeVar("U", bound=AbstractBaseUser)


@dataclass(frozen=True, slots=True)
class Area:
    """Some provinces (DOPA codes); or, with ``nation``, all of them and what is no province's. True unless empty."""

    provinces: frozenset[int] = frozenset()
    nation: bool = False

    def __bool__(self) -> bool:
        return self.nation or bool(self.provinces)

    def __iter__(self) -> Iterator[int]:
        return iter(self.provinces)

    def holds(self, dopa_code: int | None) -> bool:
        """Whether a province is in it; None asks for what is the nation's, or nobody's."""
        return self.nation or (dopa_code is not None and dopa_code in self.provinces)

    def of(self, rows: QuerySet[M], province: str) -> QuerySet[M]:
        """Only the rows of its provinces; ``province`` is the path to the DOPA code."""
        return rows if self.nation else rows.filter(**{f"{province}__in": self.provinces})

    def narrowed(self, provinces: frozenset[int]) -> Area:
        """What of it lies in these provinces; nothing that is no province's."""
        return Area(provinces if self.nation else self.provinces & provinces)


EMPTY = Area()
EVERYWHERE = Area(nation=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an account sees machines and what is set on them; where it changes settings, sets kiosks up, looks after
    them, does an office's own work, settles what is odd about money, names whose account money goes to, and reads who
    saw and did what.

    ``reads_only``: it is shown what they show who work there, and does nothing. ``nation``: all that there is.
    """

    sees: Area = EMPTY
    changes: Area = EMPTY
    installs: Area = EMPTY
    tends: Area = EMPTY
    serves: Area = EMPTY
    settles: Area = EMPTY
    names_payees: Area = EMPTY
    audits: Area = EMPTY
    reads_only: bool = False

    def narrowed(self, provinces: frozenset[int]) -> Scope:
        """The same account, as if it had its roles in these provinces only."""
        return Scope(
            sees=self.sees.narrowed(provinces),
            changes=self.changes.narrowed(provinces),
            installs=self.installs.narrowed(provinces),
            tends=self.tends.narrowed(provinces),
            serves=self.serves.narrowed(provinces),
            settles=self.settles.narrowed(provinces),
            names_payees=self.names_payees.narrowed(provinces),
            reads_only=self.reads_only,
        )

    @property
    def nation(self) -> bool:
        """Whether everything of every province is there for the account."""
        return self.sees.nation and self.serves.nation

    def may_see(self, dopa_code: int) -> bool:
        """Whether things of this province exist for the account at all."""
        return self.sees.holds(dopa_code)

    def may_change(self, dopa_code: int | None) -> bool:
        """Whether the account may change settings of this province; None asks for the nation's."""
        return not self.reads_only and self.changes.holds(dopa_code)

    def may_look_into(self, dopa_code: int | None) -> bool:
        """Whether it is shown what is there only for who changes things here, and for who audits them."""
        return self.may_change(dopa_code) or (self.reads_only and self.sees.holds(dopa_code))

    @property
    def looks_into_somewhere(self) -> bool:
        """Whether what is there only for who changes things, and for who audits them, is there for it anywhere."""
        return bool(self.changes) or self.reads_only

    def may_install(self, dopa_code: int) -> bool:
        """Whether the account may let a kiosk in here: a technician's work."""
        return not self.reads_only and self.installs.holds(dopa_code)

    def may_tend(self, dopa_code: int) -> bool:
        """Whether the account may ask something of the kiosks here: show yourself, print a test, start again."""
        return not self.reads_only and self.tends.holds(dopa_code)

    def may_serve(self, dopa_code: int | None) -> bool:
        """Whether the account does the office's own work here: records, folders, cases.

        None asks for what is nobody's but the nation's.
        """
        return not self.reads_only and self.serves.holds(dopa_code)

    def may_settle(self, dopa_code: int | None) -> bool:
        """Whether the account decides about odd payments here; None asks for those that are nobody's."""
        return not self.reads_only and self.settles.holds(dopa_code)

    def may_name_payees(self, dopa_code: int | None) -> bool:
        """Whether the account has a say in whose account money goes to here; None asks for the nation's settings."""
        return not self.reads_only and self.names_payees.holds(dopa_code)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a password alone must not open it where second factors are asked for: it changes settings, or has a
        say in whose account money goes to."""
        return bool(self.changes) or bool(self.names_payees)

    @property
    def serves_somewhere(self) -> bool:
        """Whether an office's own work is there for the account anywhere; who only looks after machines has none."""
        return bool(self.serves)

    @property
    def settles_somewhere(self) -> bool:
        """Whether money is there for the account anywhere."""
        return bool(self.settles)

    def within(self, rows: QuerySet[M], province: str) -> QuerySet[M]:
        """Only the rows of visible provinces; ``province`` is the path to the DOPA code."""
        return self.sees.of(rows, province)

    def served(self, rows: QuerySet[M], province: str) -> QuerySet[M]:
        """Only the rows of provinces whose offices' own work is there for the account; ``province`` as above."""
        return self.serves.of(rows, province)

    def settled(self, rows: QuerySet[M], province: str) -> QuerySet[M]:
        """Only the rows of provinces whose money is there for the account; ``province`` as above."""
        return self.settles.of(rows, province)


NOBODY = Scope()

_HERE = {
    Role.TECHNICIAN: {"sees", "installs", "tends"},
    Role.OFFICER: {"sees", "tends", "serves", "settles"},
    Role.PROVINCIAL_ADMIN: {"sees", "changes", "installs", "tends", "serves", "settles", "audits"},
    Role.NATIONAL_ADMIN: {"sees", "changes", "installs", "tends", "serves", "settles", "audits"},
    Role.TREASURY: {"sees", "settles", "names_payees"},
    Role.AUDITOR: {"sees", "serves", "settles", "audits"},
}
"""What each role gives where it is held. The whole table of rights."""


def scope_of(user: AbstractBaseUser | AnonymousUser) -> Scope:
    """The scope of an account, asked anew for every request."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    if isinstance(fixed := getattr(user, _FIXED, None), Scope):
        return fixed
    return scope_from((Role(role), code) for role, code in _held(user.pk))


_FIXED = "_sala_scope"


def with_scope(account: U, scope: Scope) -> U:
    """The same account object, but that ``scope_of`` answers ``scope`` for it, whatever the database says.

    For an account in memory in whose name something is made for all who have this scope (``fleet.web.watching``).

    Raises: ValueError for an account of the database: that one's scope is asked anew, always.
    """
    if account.pk is not None:
        raise ValueError("a real account has the scope of its roles")
    setattr(account, _FIXED, scope)
    return account


def _held(user_id: int) -> QuerySet[Membership, tuple[str, int | None]]:
    return Membership.objects.filter(user_id=user_id).values_list("role", "dopa_code")


def scope_from(held: Iterator[tuple[Role, int | None]]) -> Scope:
    """The scope of who holds these roles, each with its province or, for the nation, None."""
    provinces: dict[str, set[int]] = {}
    nation, reads_only = set[str](), False
    for role, dopa_code in held:
        reads_only |= role is Role.AUDITOR
        for right in _HERE[role]:
            if dopa_code is None:
                nation.add(right)
            else:
                provinces.setdefault(right, set()).add(dopa_code)

    def area(right: str) -> Area:
        return EVERYWHERE if right in nation else Area(frozenset(provinces.get(right, ())))

    return Scope(
        sees=area("sees"),
        changes=area("changes"),
        installs=area("installs"),
        tends=area("tends"),
        serves=area("serves"),
        settles=area("settles"),
        names_payees=area("names_payees"),
        audits=area("audits"),
        reads_only=reads_only,
    )
