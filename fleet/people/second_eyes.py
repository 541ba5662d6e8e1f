"""Whether somebody may be the second pair of eyes for another: not when one of the two was just let in by the other.

Who gives an account its link, or takes its second factor away, can be that account until its person is back, whichever
of the two names then asks and whichever agrees. So for a day the two are no second eyes for each other.
Not here: that nobody agrees with themselves; whoever asks two asks that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from fleet.people.models import FactorReset, Invitation

FRESH_FOR = timedelta(days=1)
"""After the link was made, and after it was used: it may lie for a week."""


def is_fresh_from(user: User, other_id: int | None, now: datetime) -> bool:
    """Whether within a day one of the two has made the other's link, that link was used, or they reset the other's
    second factor.

    Programs and the server's own command line (None) are nobody's other self.
    """
    if other_id is None:
        return False
    return _was_let_in(user.pk, other_id, now) or _was_let_in(other_id, user.pk, now)


def _was_let_in(user_id: int, by_id: int, now: datetime) -> bool:
    since = now - FRESH_FOR
    links = Invitation.objects.filter(user_id=user_id, made_by_id=by_id)
    resets = FactorReset.objects.filter(Q(asked_by_id=by_id) | Q(decided_by_id=by_id), user_id=user_id, agreed=True)
    is_new_link = links.filter(Q(made_at__gt=since) | Q(used_at__gt=since)).exists()
    return is_new_link or resets.filter(decided_at__gt=since).exists()
