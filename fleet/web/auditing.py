"""What of a signed-in person's requests goes into the trail (``fleet.audit``): the one place, for every page there is.

* A deed is a request that is no GET and is answered by a redirect, as our forms are (one that says ``wrong=``,
  ``kept=`` or ``owes=`` has done nothing). It and its line are one transaction: neither is there without the other.
* Seeing is a GET of any page but those of ``PLAIN``, which show nobody's name: a new page is written down until
  somebody says that it shows none. What moves in a page this session has open (``MOVING``) is not written down again.
* A deed that is refused is written down too.

A view that does something without a redirect, or refuses it in a sentence, says so itself: ``told``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from urllib.parse import parse_qs, urlsplit

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from fleet.acting.owners import province_of
from fleet.audit.models import Kind
from fleet.audit.trail import Act, Doer, doer_of, write
from fleet.people.scope import scope_of
from fleet.web.limits import address_of

PLAIN = frozenset(
    {
        *("overview", "more", "kiosks", "kiosk", "command", "brought", "identity", "enrol", "settings", "reference"),
        *(
            "kiosk-sticker",
            "kiosk-stickers",
            "kiosk-day",
            "kiosk-day-csv",
            "kiosk-history",
            "kiosk-history-csv",
            "rollouts-csv",
            "kiosks-csv",
            "firmware-csv",
            "register-csv",
        ),
        *("settings-waiting", "planned-settings", "settings-picture"),
        *("round", "round-now", "round-deed", "enrol-scan"),
        *(
            "layer",
            "undo",
            "back",
            "bank-file",
            "rollouts",
            "rollout-new",
            "rollout-tags",
            "rollout",
            "register",
            "register-sample",
        ),
        *("register-run", "register-import", "register-undo", "folder-labels", "partners", "fees", "office-fees"),
        *("alerts", "alerts-csv", "alert", "alert-rules", "alert-rules-of", "alert-maintenance", "alert-addresses"),
        *("fee-make", "fee-contact", "fee-withdraw", "fee-letter-picture", "print-letters", "letter-run"),
        *(
            "fee-policy",
            "print-reminders",
            "fee-rules",
            "nation-policy",
            "new-rule",
            "fee-rule",
            "holidays",
            "channels",
            "webhooks",
            "webhook",
        ),
    }
)
"""Routes whose pages show nobody but colleagues: machines, settings, figures, rules; and the picture in a page that is
written down itself."""

MOVING = frozenset({"bank", "payments"})
"""Those of the others that renew themselves while they are open."""

OUTSIDE = frozenset({"partner", "register"})
"""Whose deeds are not one transaction with their line, for they wait for another system, or take in a whole file: the
database must not be held meanwhile. Their line comes right after."""

SAID = (
    *("reason", "deed", "what", "kind", "second", "channel", "officer", "month", "year", "back", "place", "role"),
    *("province", "question", "remove", "to", "is_on", "bank"),
)
"""What of a form stands in the line; everything else could be anything, also a card's number."""

SEARCHED = (
    *("q", "state", "kind", "office", "year", "month", "who", "what", "about", "from", "to", "page", "channel"),
    *("bank", "show", "role", "province"),
)

_TOLD = "_sala_audit_told"

OPENED = "opened"
"""In the session: which of ``MOVING`` it was shown, and a line was written."""


def told(request: HttpRequest, about: str, dopa_code: int | None = None, *, kind: Kind = Kind.DID) -> None:
    """Say that this request did something, or was refused to (``kind``), and to what; whatever it is answered."""
    setattr(request, _TOLD, (about, dopa_code, kind))


def audited(view: Callable[[], HttpResponse], request: HttpRequest, kwargs: Mapping[str, object]) -> HttpResponse:
    """Have the view answer, and write down what must be."""
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    if request.method in ("GET", "HEAD"):
        response = view()
        if name not in PLAIN and response.status_code == 200 and not _only_moves(request, name):
            _write(request, Kind.SAW, _about(kwargs), _province(request, kwargs), SEARCHED)
        return response
    try:
        with nullcontext() if name in OUTSIDE else transaction.atomic():
            response = view()
            if name not in OUTSIDE:
                _write_deed(request, kwargs, response)
    except Http404:
        _write(request, Kind.REFUSED, _about(kwargs), None, SAID)
        raise
    if name in OUTSIDE:
        _write_deed(request, kwargs, response)
    return response


def _only_moves(request: HttpRequest, name: str) -> bool:
    """Whether this is but the moving part of a page that is open. Anybody can send the header: it alone is no word.

    An account without a row is the program's own, which makes such a part for all who have the page open.
    """
    if name not in MOVING:
        return False
    opened = request.session.get(OPENED, [])
    if name not in opened and request.user.pk is not None:
        request.session[OPENED] = [*opened, name]
        return False
    return request.headers.get("HX-Request") == "true"


def was_shown(session: SessionBase, name: str) -> bool:
    """Whether a session may have the moving part of the page ``name``: its opening was written down, or need not be."""
    return name not in MOVING or name in session.get(OPENED, [])


def _write_deed(request: HttpRequest, kwargs: Mapping[str, object], response: HttpResponse) -> None:
    kind = Kind.DID
    if (said := getattr(request, _TOLD, None)) is not None:
        about, dopa_code, kind = said
    elif response.status_code in (301, 302, 303) and not _has_failed(response):
        about, dopa_code = _about(kwargs) or _led_to(response), _province(request, kwargs)
    else:
        return
    _write(request, kind, about, dopa_code, SAID)


def _has_failed(response: HttpResponse) -> bool:
    asked = parse_qs(urlsplit(response.headers.get("Location", "")).query)
    return bool({"wrong", "kept", "owes"} & asked.keys())


def _led_to(response: HttpResponse) -> str:
    """The thing a form made, by where its answer leads."""
    try:
        found = resolve(urlsplit(response.headers.get("Location", "")).path)
    except Resolver404:
        return ""
    return _about(found.kwargs)


def _about(kwargs: Mapping[str, object]) -> str:
    return "/".join(str(value) for value in kwargs.values() if value != "")


def _write(request: HttpRequest, kind: Kind, about: str, dopa_code: int | None, fields: tuple[str, ...]) -> None:
    sent = request.GET if kind is Kind.SAW else request.POST
    said = {name: ", ".join(sent.getlist(name)) for name in fields if sent.get(name)}
    act = Act(kind, request.resolver_match.view_name if request.resolver_match else "", about, dopa_code, said)
    write(doer(request), act)


def doer(request: HttpRequest) -> Doer:
    """Whoever sent the request."""
    return doer_of(request.user, address_of(request))


def _province(request: HttpRequest, kwargs: Mapping[str, object]) -> int | None:
    """Whose the thing is."""
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    return province_of(kwargs, name, scope_of(request.user).sees)
