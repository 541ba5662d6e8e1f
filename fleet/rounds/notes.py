"""The end of notes: what technicians wrote of their work is read at the next visits for a year, and then forgotten.

They are free text, in which a name may stand however it is asked not to. That there was a deed, whose and when, stays:
only its words go. Not here: when (the office's daily work, ``fleet.conduct.office_work``).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from fleet.rounds.models import Deed

KEPT = timedelta(days=366)
"""A fault that comes with a season is met again by then."""


def outlived(now: datetime) -> QuerySet[Deed]:
    """The deeds whose notes nobody is shown any more."""
    return Deed.objects.filter(pressed_at__lte=now - KEPT).exclude(note="")


def told(deed: Deed, now: datetime) -> str:
    """The note of a deed, as long as anybody is shown it."""
    return deed.note if deed.pressed_at > now - KEPT else ""


def forget(now: datetime) -> int:
    """Forget them; how many."""
    return outlived(now).update(note="")
