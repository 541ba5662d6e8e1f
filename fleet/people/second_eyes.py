"""Whether somebody may be the second pair of eyes for another: not when one hand may hold both accounts.

Who gives an account its link, or takes its second factor away, can be that account until its person is back, whichever
of the two names then asks and whichever agrees; and who has done so to two accounts can be both. So for a day the two
are no second eyes for each other.
Not here: that nobody agrees with themselves; whoever asks two asks that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from fleet.people.models import FactorReset, Invitation

FRESH_FOR = timedelta(days=1)
"""After the link was made, and after it was used: it may lie for a week."""


def is_fresh_from(user: User, other_id: int | None, asked_at: datetime, now: datetime) -> bool:
    """Whether one of the two has made the other's link, that link was used, or they reset the other's second factor; or
    somebody did so to both, also by way of accounts that they had let in before.

    Within a day: to ``user`` before ``now``, to the other before they asked (``asked_at``), for it was then that they
    were perhaps somebody else. Programs and the server's own command line (None) are nobody's other self.
    """
    if other_id is None:
        return False
    return bool(_hands(user.pk, now - FRESH_FOR) & _hands(other_id, asked_at - FRESH_FOR))


def _hands(user_id: int, since: datetime) -> set[int]:
    """In whose an account may be: its person's, who has let it in since, who has let those in, and so on."""
    found, asked = set[int](), {user_id}
    while asked:
        found |= asked
        links = Invitation.objects.filter(Q(made_at__gt=since) | Q(used_at__gt=since), user_id__in=asked)
        resets = FactorReset.objects.filter(user_id__in=asked, agreed=True, decided_at__gt=since)
        let_in = {each for pair in resets.values_list("asked_by_id", "decided_by_id") for each in pair if each}
        asked = (let_in | set(links.values_list("made_by_id", flat=True))) - found
    return found
