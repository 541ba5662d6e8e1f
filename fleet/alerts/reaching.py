"""At which of somebody's addresses they are told at all: not at one that was put there by a token which does not hold
any more, or which is only for some provinces.

An address hears whatever its person may see, and letters sum that up: none can be of some provinces. What a token has
begun ends with it, for whoever had it may be the one who hears; its addresses stay to be seen, and are silent.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from fleet.alerts.models import Address
from fleet.people.tokens.keeping import over
from fleet.people.tokens.models import Token


class Silence(StrEnum):
    """Why nobody is told at an address."""

    OVER = "token-over"
    SOME_PROVINCES = "some-provinces"


def hearing(now: datetime) -> QuerySet[Address]:
    """The addresses at which people are told."""
    mute = over(now) | Token.objects.filter(provinces__isnull=False)
    return Address.objects.exclude(token_no__in=mute.order_by().values("pk"))


def silences(addresses: Iterable[Address], now: datetime) -> dict[int, Silence]:
    """Of these addresses those that are silent, by their keys, and why."""
    made_by = {each.pk: each.token_no for each in addresses if each.token_no is not None}
    tokens = Token.objects.filter(pk__in=made_by.values())
    narrowed = set(tokens.filter(provinces__isnull=False).values_list("pk", flat=True))
    ended = set((tokens & over(now)).values_list("pk", flat=True))
    return {
        pk: Silence.OVER if token_no in ended else Silence.SOME_PROVINCES
        for pk, token_no in made_by.items()
        if token_no in ended | narrowed
    }
