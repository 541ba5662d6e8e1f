"""What a page can do, a program can: every route of the pages that hears a POST has its operations, or a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import URLPattern

from fleet.api.describing import FILE
from fleet.web.urls import urlpatterns

OPERATIONS = {
    f"{method.upper()} {path.removeprefix('/api/v1/')}"
    for path, methods in json.loads(FILE.read_text("utf-8"))["paths"].items()
    for method in methods
}

FOR_A_PERSON = {
    "language": "how this browser is answered",
    "theme": "how this browser is answered",
    "enrol": "the code is read off the kiosk's screen by who stands before it",
    "invitation": "a person chooses a password of their own",
    "tokens": "a token makes no token: one that leaked would never end",
    "bank": "the pretend bank of a demonstration; programs play it at /bank/v1/confirm",
    "slip": "for anybody who holds a slip; it keeps nothing",
    "tell": "for anybody before a kiosk or at home; the office's answer is tickets/…",
    "network-code": "a code on paper to hold before a kiosk; it holds a network's password, and keeps nothing",
}
"""Routes whose deed is no program's, and why."""

DEEDS = {
    "command": ["POST kiosks/{kiosk_id}/commands"],
    "round-deed": ["POST kiosks/{kiosk_id}/round-deeds"],
    "identity": ["POST kiosks/{kiosk_id}/revocation"],
    "layer": ["PUT settings/{layer}/{key}"],
    "undo": ["POST settings/{layer}/{key}/undo"],
    "planned-settings": [
        "POST planned-settings/{number}/agree",
        "POST planned-settings/{number}/refuse",
        "POST planned-settings/{number}/withdraw",
    ],
    "back": ["POST settings/{layer}/{key}/undo"],
    "alert": ["POST alerts/{number}/acknowledgement"],
    "alert-rules": ["PUT alert-rules/{key}"],
    "alert-rules-of": ["PUT alert-rules/{key}"],
    "alert-maintenance": ["POST maintenance", "DELETE maintenance/{number}"],
    "alert-addresses": [
        "POST alert-addresses", "DELETE alert-addresses/{number}", "PUT alert-hours", "POST alert-trial",
        "POST alert-letters/{number}/again",
    ],
    "bank-file": ["POST bank-files"],
    "payment": ["POST payments/{number}/decision", "POST payments/{number}/second"],
    "rollout-new": ["POST rollout-preview", "POST rollouts"],
    "rollout-tags": ["PUT kiosk-tags/{tag}"],
    "rollout": ["POST rollouts/{number}/deeds"],
    "register": ["POST register/runs"],
    "register-import": ["POST register/runs/{number}/import"],
    "register-undo": ["POST register/runs/{number}/undo"],
    "folder": ["POST folders/{folder_id}/movements", "PUT folders/{folder_id}/place"],
    "folder-labels": ["GET folder-labels"],
    "shelves": ["POST offices/{office_id}/shelf-walks"],
    "officers": ["DELETE offices/{office_id}/officers/{officer_no}"],
    "partner": ["PUT partners/{system}", "POST partners/{system}/question"],
    "person-new": ["POST people", "POST people/{number}/invitation/secret"],
    "person": [
        "POST people/{number}/roles", "DELETE people/{number}/roles/{held}", "POST people/{number}/proposal",
        "POST people/{number}/proposal/decision", "POST people/{number}/second-factor-reset",
        "POST people/{number}/second-factor-reset/decision", "PUT people/{number}/active",
        "DELETE people/{number}/sessions/{session}", "POST people/{number}/invitation/secret",
    ],
    "fee-make": ["POST offices/{office_id}/notices/preview", "POST offices/{office_id}/notices"],
    "fee-contact": ["PUT notices/{notice_no}/contacts/{channel}", "DELETE notices/{notice_no}/contacts/{channel}"],
    "fee-withdraw": ["POST notices/{notice_no}/withdrawal"],
    "print-letters": ["POST offices/{office_id}/letters"],
    "print-reminders": ["POST offices/{office_id}/reminder-letters"],
    "fee-policy": ["PUT fee-policies/{key}"],
    "nation-policy": ["PUT fee-policies/{key}"],
    "new-rule": ["POST fee-rules", "PUT fee-rules/{version}"],
    "fee-rule": ["POST fee-rules/{version}/signature"],
    "holidays": ["POST holidays", "DELETE holidays/{number}"],
    "open-case": ["POST cases"],
    "case": ["POST cases/{case_no}/deeds"],
    "ticket": ["POST tickets/{number}/deeds"],
    "channel": ["PUT channels/{office_id}/{code}"],
    "webhooks": ["POST webhooks", "POST webhooks/{number}/secret"],
    "webhook": [
        "PUT webhooks/{number}/paused", "POST webhooks/{number}/trial", "POST webhooks/{number}/secret",
        "DELETE webhooks/{number}",
    ],
}  # fmt: skip
"""What is done on a page, by its route's name, and the operations that do the same."""


def _hearing_posts() -> Iterator[str]:
    """The names of the routes that do not refuse a POST as no way of theirs."""
    for each in urlpatterns:
        assert isinstance(each, URLPattern)
        # A way that nobody hears: whoever refuses it says what they do hear.
        request = RequestFactory(SERVER_NAME="localhost").generic("TRACE", "/")
        request.user, request.session = AnonymousUser(), {}  # type: ignore[assignment]  # as the middleware puts it
        named = {name: converter.to_python("1") for name, converter in each.pattern.converters.items()}
        answered = each.callback(request, **{**named, **each.default_args})
        if "POST" in answered.headers.get("Allow", "POST"):
            yield str(each.name)


HEARING = sorted(set(_hearing_posts()))


def test_the_table_is_not_empty() -> None:
    assert len(HEARING) > 30


@pytest.mark.parametrize("route", HEARING)
def test_what_a_page_does_a_program_can(route: str) -> None:
    """A new deed of a page fails here until it has an operation, or stands in ``FOR_A_PERSON`` with the reason."""
    assert (route in DEEDS) != (route in FOR_A_PERSON)


@pytest.mark.parametrize("route", DEEDS)
def test_the_operations_are_there(route: str) -> None:
    assert route in HEARING
    assert set(DEEDS[route]) <= OPERATIONS


def test_every_reason_is_of_a_route_there_is() -> None:
    assert set(FOR_A_PERSON) <= set(HEARING)
    assert all(FOR_A_PERSON.values())
