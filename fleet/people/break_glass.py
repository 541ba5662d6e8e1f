"""The account for the day on which nobody else can get in: a national admin whose password lies in a sealed envelope.

It needs no second factor and no sign-on of the ministry's. Each use stands in the trail, in the log, and among what
needs a person; after it, a new password is made and sealed, and whatever else was set up to come in by is gone.
"""

from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.db import transaction

from fleet.audit.trail import Doer
from fleet.people.models import Membership, Role
from fleet.people.sessions import shut_out

NAME = "break-glass"
WORDS, LETTERS = 6, "abcdefghjkmnpqrstuvwxyz23456789"
"""Six groups of four of 31 letters that nobody takes for another: 118 bits, to be read from paper at night."""


def make() -> str:
    """Make the account, or its password anew; what it was before no longer opens anything. The password, once."""
    from allauth.mfa.models import Authenticator  # only who serves pages, or migrates, carries django-allauth

    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(WORDS))
    with transaction.atomic():
        user, _ = User.objects.get_or_create(username=NAME)
        user.set_password(password)
        user.is_active = True
        user.save()
        Membership.objects.get_or_create(user=user, role=Role.NATIONAL_ADMIN, dopa_code=None)
        # A second factor would keep the envelope shut, a passkey or a token of its last user's would open without it.
        Authenticator.objects.filter(user=user).delete()
        shut_out(user, Doer(None, NAME), closed=True)
    return password
