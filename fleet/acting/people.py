"""What follows for a person from what is done to their account: they are told, where alerts reach them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from fleet.alerts.letters import RESET
from fleet.alerts.models import Message
from fleet.alerts.reaching import hearing
from fleet.people import resetting
from fleet.people.models import FactorReset


def reset_second_factor(user: User, reason: str, by: User) -> FactorReset:
    """Reset it, or ask another admin to; see ``fleet.people.resetting``.

    Raises: AppointError.
    """
    return _told(resetting.ask(user, reason, by))


def agree_to_reset(reset: FactorReset, by: User, *, agreed: bool) -> None:
    """Agree to what another admin asked, or not.

    Raises: AppointError.
    """
    resetting.decide(reset, by, agreed=agreed)
    _told(reset)


def reset_at_the_machine(user: User, reason: str) -> FactorReset:
    """The same from the server's command line.

    Raises: AppointError.
    """
    return _told(resetting.at_the_machine(user, reason))


def _told(reset: FactorReset) -> FactorReset:
    """Tell them, at once and whatever their hours: somebody may have done it who must not."""
    now, key = timezone.now(), f"reset.{reset.pk}"
    if reset.agreed and hearing(now).filter(person_id=reset.user_id).exists():
        Message.objects.create(
            key=key, person_id=reset.user_id, what=RESET, is_failing=True, made_at=now, not_before=now
        )
    return reset
