"""The rules on record: what was decided, by whom, and what is in force where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone

from fleet.alerts.findings import Place
from fleet.alerts.models import RuleRevision
from fleet.alerts.policy import NATION_ONLY, AlertPolicy, PolicyError, read_policy
from fleet.audit.turns import in_turn


@dataclass(frozen=True, slots=True)
class Policies:
    """All that is in force, as it was when it was read. ``newest``: its latest revision."""

    newest: int
    nation: AlertPolicy
    provinces: Mapping[int, AlertPolicy]

    def of(self, place: Place) -> AlertPolicy:
        """What holds at a place."""
        return self.nation if place.dopa_code is None else self.provinces.get(place.dopa_code, self.nation)

    @property
    def every(self) -> list[AlertPolicy]:
        """Each one that differs."""
        return [self.nation, *self.provinces.values()]


def latest(dopa_code: int | None) -> RuleRevision | None:
    """The document in force of a province, or of the nation (None)."""
    return RuleRevision.objects.filter(dopa_code=dopa_code).first()


def document_of(dopa_code: int | None) -> dict[str, Any]:
    """That document; empty when nobody has decided anything."""
    found = latest(dopa_code)
    return dict(found.document) if found else {}


def in_force(before: Policies | None = None) -> Policies:
    """Everything in force; ``before`` itself while nothing was decided since."""
    newest = RuleRevision.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if before is not None and before.newest == newest:
        return before
    last = RuleRevision.objects.order_by().values("dopa_code").annotate(last=Max("pk")).values("last")
    documents = dict(RuleRevision.objects.filter(pk__in=last).values_list("dopa_code", "document"))
    nation = documents.get(None, {})
    provinces = {code: read_policy([nation, own]) for code, own in documents.items() if code is not None}
    return Policies(newest, read_policy([nation]), provinces)


@in_turn(RuleRevision._meta.label)  # nor do nation and place decide at once what does not go together
def decide(dopa_code: int | None, document: Mapping[str, Any], author: User | None, reason: str) -> RuleRevision:
    """Put a document into force.

    Raises: PolicyError when a province could not live with it, or says what only the nation may; nothing has changed.
    """
    if dopa_code is None:
        read_policy([document])
        for each in RuleRevision.objects.filter(dopa_code__isnull=False).order_by().values_list("dopa_code").distinct():
            read_policy([document, document_of(each[0])])
    else:
        if theirs := NATION_ONLY & document.keys():
            raise PolicyError(f"only the nation says: {', '.join(sorted(theirs))}")
        read_policy([document_of(None), document])
    return RuleRevision.objects.create(
        dopa_code=dopa_code, document=dict(document), reason=reason[:200], author=author, made_at=timezone.now()
    )
