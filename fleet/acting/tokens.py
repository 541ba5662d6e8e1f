"""Which tokens exist for an account. Not here: making, finding and ending them (``fleet.people.tokens``)."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet

from fleet.people.scope import Scope
from fleet.people.tokens.models import Token


def tokens_seen(person: User, scope: Scope) -> QuerySet[Token]:
    """A person's own, the newest first; everybody's for who changes the nation's settings."""
    rows = Token.objects.select_related("person")
    return rows if scope.may_change(None) else rows.filter(person=person)
