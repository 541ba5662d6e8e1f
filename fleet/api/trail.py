"""What programs do and see goes into the trail (``fleet.audit``) like what people do and see on pages.

A deed's line is in its transaction. Seeing is a GET of anything but ``PLAIN``, whose answers show nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from fleet.acting.owners import province_of
from fleet.audit.models import Kind
from fleet.audit.trail import Act, doer_of, write

PLAIN = frozenset(
    {
        *("kiosks", "settings", "rollouts", "firmware", "channels", "holidays", "figures", "manuals", "webhooks"),
        *("alerts", "alert-rules", "alert-addresses", "alert-hours", "maintenance", "partners", "fee-rules"),
        *("alert-channels", "alert-people", "alert-letters", "overview"),
        *("fee-policies", "fees", "letter-runs", "kiosk-tags", "bank-files", "balances", "rounds", "round-deeds"),
        "settings-schema",
    }
)
"""First words of addresses."""


SEARCHED = (
    *("q", "factory", "office", "channel", "state", "stand", "match", "stage"),
    *("year", "month", "waiting", "bank", "province", "first", "last", "reference"),
    *("role", "active", "who", "about", "kind", "what", "system"),
)
"""What a list was asked for stands in its line, as with pages."""

_OLD = "_sala_nothing_new"
_SAID = "_sala_said"


def nothing_new(request: HttpRequest) -> None:
    """Say that this request did nothing: what it asks for was done, and written down, when it first came."""
    setattr(request, _OLD, True)


def said_of(request: HttpRequest, **said: str) -> None:
    """Say what of a deed's body stands in its line, as with pages; everything else could be anything."""
    setattr(request, _SAID, said)


def write_down(request: HttpRequest, route: str, named: Mapping[str, object], response: HttpResponse) -> None:
    """Write down what a request did, saw, or was refused; ``named``: what its address names."""
    caller = getattr(request, "auth", None)
    if caller is None:
        return  # nobody was let in
    if getattr(request, _OLD, False):
        return
    if request.method in ("GET", "HEAD", "OPTIONS"):
        if response.status_code != 200 or route.partition("/")[0] in PLAIN:
            return
        kind = Kind.SAW
    elif response.status_code < 400:
        kind = Kind.DID
    elif response.status_code == 403:
        kind = Kind.REFUSED
    else:
        return
    province = province_of(named, route, caller.scope.sees)
    about = "/".join(str(value) for value in named.values())
    asked = {name: request.GET[name] for name in SEARCHED if request.GET.get(name)} | getattr(request, _SAID, {})
    act = Act(kind, f"rest {request.method} {route}", about, province, {**asked, "token": caller.token.start})
    write(doer_of(caller.person, str(request.META.get("REMOTE_ADDR", ""))), act)
