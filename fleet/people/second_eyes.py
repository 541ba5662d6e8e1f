"""Whether somebody may be the second pair of eyes for another: not fresh from that other's hands.

Who gives an account its link, or takes its second factor away, can be that account until its person is back. So for a
day whoever did that has no second eyes in it. Not here: that nobody agrees with themselves; whoever asks two asks that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from fleet.people.models import FactorReset, Invitation

FRESH_FOR = timedelta(days=1)
"""After the link was made, and after it was used: it may lie for a week."""


def is_fresh_from(user: User, other_id: int | None, now: datetime) -> bool:
    """Whether within a day ``other`` has made the account's link, the link was used, or they reset its second factor.

    Programs and the server's own command line (None) are nobody's other self.
    """
    if other_id is None:
        return False
    since = now - FRESH_FOR
    links = Invitation.objects.filter(user=user, made_by_id=other_id)
    resets = FactorReset.objects.filter(Q(asked_by_id=other_id) | Q(decided_by_id=other_id), user=user, agreed=True)
    is_new_link = links.filter(Q(made_at__gt=since) | Q(used_at__gt=since)).exists()
    return is_new_link or resets.filter(decided_at__gt=since).exists()
