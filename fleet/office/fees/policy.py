"""What an office decides about its letters and reminders, as documents: the nation's, and the office's laid over it.

Its own schema, not a kiosk's: no kiosk needs to know who signs a letter. Pure; the rows stand in ``models``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from fleet.protocol.settings import merge

Text = Annotated[str, msgspec.Meta(max_length=100)]
Day = Annotated[int, msgspec.Meta(ge=-365, le=365)]


class LetterWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands on a letter besides the notice. Empty ones leave their line empty; nobody is made up."""

    number_prefix: Text = ""
    """``อก 0000/``: what the number of a letter begins with."""
    address: Text = ""
    signer_name: Text = ""
    signer_title: Text = ""
    contact: Text = ""


class Reminders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When and how often somebody is reminded.

    ``days``: before (negative) and after the last day to pay. ``channels``: in the order in which they are tried.
    ``least_gap_days`` between any two, ``most`` of a notice, ``most_a_day`` of an office. ``late_by_days``: one that
    could not be sent on its day is sent so much later, then no more. Not on ``quiet_weekdays`` (Monday is 0) or
    holidays, nor outside the hours.
    """

    on: bool = False
    days: Annotated[tuple[Day, ...], msgspec.Meta(max_length=12)] = ()
    channels: tuple[Literal["mail", "line", "letter"], ...] = ()
    most: Annotated[int, msgspec.Meta(ge=0, le=12)] = 3
    most_a_day: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 500
    least_gap_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 7
    late_by_days: Annotated[int, msgspec.Meta(ge=0, le=60)] = 3
    quiet_weekdays: tuple[Annotated[int, msgspec.Meta(ge=0, le=6)], ...] = (5, 6)
    from_hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 9
    to_hour: Annotated[int, msgspec.Meta(ge=1, le=24)] = 16


class OfficePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. The default reminds nobody."""

    letter: LetterWords = LetterWords()
    reminders: Reminders = Reminders()


class PolicyError(ValueError):
    """A document no office can live with; its text says why."""


def read_policy(documents: Iterable[Mapping[str, Any]]) -> OfficePolicy:
    """The policy of a stack of documents, each a merge patch (RFC 7396) over those before.

    Raises: PolicyError.
    """
    try:
        policy = msgspec.convert(merge(documents), OfficePolicy, strict=True)
    except msgspec.ValidationError as err:
        raise PolicyError(str(err)) from err
    if policy.reminders.from_hour >= policy.reminders.to_hour:
        raise PolicyError("`from_hour` is not before `to_hour` - at `$.reminders`")
    return policy
