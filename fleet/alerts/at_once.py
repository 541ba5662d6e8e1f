"""What no look at the database finds in time, because it is known the moment it happens: an alert, there and then.

Not here: who is told and how (``keeping``, ``telling``); the letter leaves with the conductor's next turn.
"""

from __future__ import annotations

from django.db import IntegrityError
from django.utils import timezone

from fleet.alerts.findings import NATION, Finding, Rule
from fleet.alerts.keeping import keep_now
from fleet.alerts.looking import Looking
from fleet.alerts.models import Alert
from fleet.devices.truth import Condition


def break_glass_used(address: str) -> Alert:
    """Somebody signed in with the account for the worst day: the nation's admins are called, at any hour.

    It stays open until one of them, who did not sign in with it, has said why; used again, it is told again.
    """
    now, looking = timezone.now(), Looking()
    desk = looking.nation_desk(now)
    facts = {"at": now.isoformat(timespec="seconds"), "address": address[:45]}
    finding = Finding(Rule.BREAK_GLASS, NATION, Condition.FAILING, now, facts=facts)
    try:
        return keep_now(finding, looking.policies, desk)
    except IntegrityError:  # two sign-ins at the same moment: the other one opened it, and this one returns to it
        return keep_now(finding, looking.policies, desk)
