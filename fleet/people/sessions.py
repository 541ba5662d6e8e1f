"""Sessions of people who have signed in: noted, shown, ended. Django keeps the sessions; here stands whose each is.

Also here: ``shut_out``, by which everything ends that acts for an account, its tokens too.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from fleet.audit.models import Kind
from fleet.audit.trail import Act, Doer, write
from fleet.people.models import SignIn
from fleet.people.tokens import keeping

SEEN_EVERY = timedelta(minutes=5)
"""``seen_at`` is written no oftener; the session then lives on from there."""

WAY, SEEN, OWES = "way", "seen", "owes"
"""In the session: how its person came in (empty: by password), and when it was last written down, in seconds;
whether its person has still to set up a second factor."""


def note(user: User, session: SessionBase, address: str, browser: str) -> None:
    """Write down that a session is in use; next to nothing when that was done not long ago."""
    now = timezone.now()
    if now.timestamp() - session.get(SEEN, 0) < SEEN_EVERY.total_seconds():
        return
    session[SEEN] = int(now.timestamp())
    if session.session_key is None:
        session.create()
    values = {"address": address[:45], "browser": browser[:200], "seen_at": now}
    first = {**values, "user": user, "way": str(session.get(WAY, "password"))[:12], "began_at": now}
    _, is_new = SignIn.objects.update_or_create(session_key=session.session_key, defaults=values, create_defaults=first)
    if is_new:
        _forget_the_dead()


def _forget_the_dead() -> None:
    """Sessions that are over, and from where they were: nobody needs that any more, and the trail knows who came."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def open_sessions(user: User) -> QuerySet[SignIn]:
    """The sessions an account has now, the last used first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignIn.objects.filter(user=user, session_key__in=live)


def end(sign_in: SignIn) -> None:
    """End one: its next request is nobody's."""
    Session.objects.filter(session_key=sign_in.session_key).delete()
    sign_in.delete()


def end_all(user: User, but: str | None = None) -> None:
    """End every session of an account; ``but``: the key of one that stays."""
    theirs = SignIn.objects.filter(user=user).exclude(session_key=but or "")
    Session.objects.filter(session_key__in=theirs.values("session_key")).delete()
    theirs.delete()


def shut_out(user: User, by: Doer, *, closed: bool = False) -> None:
    """End whatever acts for an account: every session, every token and what those have begun to listen to.

    For an account that is given another password, whose second factor is taken away, or that is ``closed``: somebody
    else may have had it. Of one that is closed, what listens by its person's own hand ends, too, and a
    link that nobody has used.
    """
    end_all(user)
    if closed:
        user.invitations.filter(used_at__isnull=True).delete()
    ended = (keeping.end_all if closed else keeping.end_of_person)(user, by.name)
    if ended:
        places = set(user.memberships.values_list("dopa_code", flat=True))
        place = places.pop() if len(places) == 1 else None
        write(by, Act(Kind.DID, "tokens-ended", user.username, place, {"tokens": ended}))
