"""The policies on record: what was decided, by whom, and what is in force at an office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from fleet.audit.turns import in_turn
from fleet.office.fees.models import PolicyRevision
from fleet.office.fees.policy import OfficePolicy, read_policy
from fleet.office.models import Office


def latest(office: Office | None) -> PolicyRevision | None:
    """The document in force of an office, or of the nation (None)."""
    return PolicyRevision.objects.filter(office=office).first()


def document_of(office: Office | None) -> dict[str, Any]:
    """That document; empty when nobody has decided anything."""
    found = latest(office)
    return dict(found.document) if found else {}


def policy_of(office: Office) -> OfficePolicy:
    """What holds at an office: its own document over the nation's."""
    return read_policy([document_of(None), document_of(office)])


@in_turn(PolicyRevision._meta.label)  # nor do nation and place decide at once what does not go together
def decide(office: Office | None, document: Mapping[str, Any], author: User | None, reason: str) -> PolicyRevision:
    """Put a document into force.

    Raises: PolicyError when an office could not live with it; nothing has changed.
    """
    if office is None:
        read_policy([document])
        for each in Office.objects.filter(fee_policies__isnull=False).distinct():
            read_policy([document, document_of(each)])
    else:
        read_policy([document_of(None), document])
    return PolicyRevision.objects.create(
        office=office, document=dict(document), reason=reason[:200], author=author, made_at=timezone.now()
    )
