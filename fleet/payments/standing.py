"""How a bank's word stands now: waiting for a person, decided, waiting for a second person, taken back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from fleet.payments.banks.port import Kind
from fleet.payments.ledger import Deed
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Decision

IN_FORCE = Q(needs_second=False) | Q(approval__agreed=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """``deed``: what was decided and is in force. ``pending``: what waits for a second person."""

    confirmation: Confirmation
    deed: Deed | None
    pending: Decision | None
    is_reversed: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for a person."""
        return self.confirmation.match != Match.EXACT and self.deed is None

    @property
    def is_undone(self) -> bool:
        """Whether its reversal was dealt with: what it had paid is owed again."""
        return self.deed is Deed.UNDO


def pays(each: Standing) -> bool:
    """Whether it pays what it names: by itself or by decision, and not taken back."""
    return not each.is_reversed and (each.confirmation.match == Match.EXACT or each.deed is Deed.SETTLE)


def only_open(rows: QuerySet[Confirmation]) -> QuerySet[Confirmation]:
    """Those that wait for a person; of a payment that was taken back and its reversal, the reversal does."""
    in_force = Decision.objects.filter(IN_FORCE, confirmation=OuterRef("pk"))
    is_dealt_with_there = Exists(_reversal()) & ~Q(kind=Kind.REVERSAL) & ~Q(match=Match.REVERSED)
    return rows.exclude(match=Match.EXACT).exclude(Exists(in_force)).exclude(is_dealt_with_there)


def _reversal() -> QuerySet[Confirmation]:
    rows: QuerySet[Confirmation] = Confirmation.objects.filter(
        bank=OuterRef("bank"), transaction_id=OuterRef("transaction_id"), kind=Kind.REVERSAL
    )
    return rows


def standings(rows: QuerySet[Confirmation]) -> list[Standing]:
    """How each stands, in the order of ``rows``."""
    found = list(
        rows.annotate(has_reversal=Exists(_reversal())).prefetch_related("decisions__approval", "decisions__by")
    )
    return [_standing(each, each.has_reversal) for each in found]


def standing_of(confirmation: Confirmation) -> Standing:
    """How one stands."""
    rows = Confirmation.objects.select_related("office", "notice__factory__office").filter(pk=confirmation.pk)
    return standings(rows)[0]


def _standing(confirmation: Confirmation, has_reversal: bool) -> Standing:
    deed, pending = None, None
    for each in confirmation.decisions.all():
        approval = getattr(each, "approval", None)
        if not each.needs_second or (approval is not None and approval.agreed):
            deed = Deed(each.deed)
        elif approval is None:
            pending = each
    is_reversed = has_reversal and confirmation.kind == Kind.PAYMENT
    return Standing(confirmation, deed, pending, is_reversed)
