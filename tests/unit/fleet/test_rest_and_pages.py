"""What a page does and shows, a program can do and read: every route of the pages has its operations, or a reason."""

from __future__ import annotations

import json

import pytest

from fleet.api.describing import FILE
from tests.support.page_routes import routes_hearing

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
    "tokens": "a token makes no token: one that leaked would never end; taking one back is DELETE tokens/{number}",
    "bank": "the pretend bank of a demonstration; programs play it at /bank/v1/confirm",
    "slip": "for anybody who holds a slip; it keeps nothing",
    "tell": "for anybody before a kiosk or at home; the office's answer is tickets/…",
    "network-code": "a code on paper to hold before a kiosk; it holds a network's password, and keeps nothing",
}
"""Routes whose deed is no program's, and why."""

PARTLY_FOR_A_PERSON = {
    "officers": "putting a card on the list: an ID number is typed for that, and is to stand in no program's text",
}
"""Routes of several deeds of which one is no program's, and why; the others stand in ``DEEDS``."""

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
    "holidays": ["POST holidays", "POST holiday-files", "DELETE holidays/{number}"],
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


SHOWN_TO_A_PERSON = {
    "more": "the menu of a phone",
    "enrol-scan": "a camera",
    "enrol": "the code is read off the kiosk's screen by who stands before it",
    "kiosk-sticker": "paper with the kiosk's id and the address of its page, both of which a program has",
    "kiosk-stickers": "paper, as above",
    "network-code": "a form; what it draws is kept nowhere",
    "settings-picture": "a drawing of what settings/…/preview tells",
    "round-worker": "how a phone keeps the round's page",
    "register-sample": "a file to try an import with",
    "fee-letter-picture": "a drawing of notices/…/letter",
    "invitation": "a person chooses a password of their own",
    "bank": "the pretend bank of a demonstration",
    "slip": "for anybody who holds a slip",
    "tell": "for anybody before a kiosk or at home",
    "tracking": "for whoever holds the slip, without an account",
}
"""Routes that show what no program reads so, and why."""

SHOWN = {
    "overview": ["overview"],
    "find": ["kiosks", "offices", "notices", "factories", "folders", "cases", "tickets"],
    "kiosks": ["kiosks"],
    "kiosks-csv": ["kiosks"],
    "kiosk": [
        "kiosks/{kiosk_id}", "kiosks/{kiosk_id}/paper", "kiosks/{kiosk_id}/commands", "kiosks/{kiosk_id}/history",
    ],
    "kiosk-day": ["kiosks/{kiosk_id}/days/{day}", "kiosks/{kiosk_id}/uptime"],
    "kiosk-day-csv": ["kiosks/{kiosk_id}/days/{day}"],
    "kiosk-history": [
        "kiosks/{kiosk_id}/history", "kiosks/{kiosk_id}/commands", "kiosks/{kiosk_id}/round-deeds", "alerts",
    ],
    "kiosk-history-csv": [
        "kiosks/{kiosk_id}/history", "kiosks/{kiosk_id}/commands", "kiosks/{kiosk_id}/round-deeds", "alerts",
    ],
    "brought": ["kiosks/{kiosk_id}/commands/{command_id}/brought"],
    "identity": ["kiosks/{kiosk_id}/identity", "kiosks/{kiosk_id}/identity/deeds"],
    "round": ["rounds", "rounds/{province}"],
    "round-now": ["rounds/{province}"],
    "settings": ["settings"],
    "reference": ["settings-schema"],
    "settings-waiting": ["planned-settings"],
    "planned-settings": ["planned-settings/{number}"],
    "layer": [
        "settings/{layer}/{key}", "settings/{layer}/{key}/values", "settings/{layer}/{key}/kiosks",
        "settings/{layer}/{key}/history", "settings/{layer}/{key}/differences",
    ],
    "alerts": ["alerts"],
    "alerts-csv": ["alerts"],
    "alert": ["alerts/{number}"],
    "alert-rules": ["alert-rules/{key}", "alert-rules/{key}/values", "alert-rules/{key}/history"],
    "alert-rules-of": ["alert-rules/{key}", "alert-rules/{key}/values", "alert-rules/{key}/history"],
    "alert-maintenance": ["maintenance"],
    "alert-addresses": ["alert-addresses", "alert-hours", "alert-channels", "alert-people", "alert-letters"],
    "payments": ["payments", "shown-payments", "payment-days", "balances", "bank-files"],
    "payments-csv": ["payments"],
    "bank-file": ["bank-files"],
    "payment": ["payments/{number}"],
    "factories": ["factories"],
    "factory": ["factories/{factory_no}", "factories/{factory_no}/history"],
    "rollouts": ["rollouts", "firmware"],
    "rollouts-csv": ["rollouts"],
    "firmware-csv": ["firmware"],
    "rollout-new": ["firmware", "kiosk-tags"],
    "rollout-tags": ["kiosk-tags"],
    "rollout": [
        "rollouts/{number}", "rollouts/{number}/kiosks", "rollouts/{number}/kiosks/{kiosk_id}",
        "rollouts/{number}/deeds",
    ],
    "register": ["register/runs"],
    "register-csv": ["register/runs"],
    "register-run": ["register/runs/{number}"],
    "register-findings": ["register/runs/{number}/findings"],
    "register-report": ["register/runs/{number}/findings"],
    "figures": ["figures", "figures/{year}"],
    "figures-file": ["figures/{year}"],
    "folders": ["folders"],
    "folders-csv": ["folders"],
    "folder": ["folders/{folder_id}", "folders/{folder_id}/movements", "offices/{office_id}/folder-officers"],
    "shelves": ["offices/{office_id}/shelf-walks", "offices/{office_id}/folder-officers"],
    "officers": ["offices/{office_id}/officers"],
    "partners": ["partners"],
    "partner": ["partners"],
    "disclosures": ["disclosures"],
    "disclosures-csv": ["disclosures"],
    "people": ["people", "people-waiting"],
    "people-csv": ["people"],
    "person-new": ["people"],
    "person": ["people/{number}"],
    "audit": ["audit"],
    "audit-csv": ["audit"],
    "fees": ["fees/{year}"],
    "office-fees": ["offices/{office_id}/fees/{year}", "offices/{office_id}/letters"],
    "fee-make": ["offices/{office_id}/fees/{year}"],
    "fee-notices": ["notices"],
    "fee-notices-csv": ["notices"],
    "fee-notice": ["notices/{notice_no}", "notices/{notice_no}/contacts"],
    "fee-letter": ["notices/{notice_no}/letter"],
    "letter-run": ["letter-runs/{number}"],
    "letter-part": ["letters/{number}/parts/{part}"],
    "fee-policy": ["fee-policies/{key}", "fee-policies/{key}/values", "fee-policies/{key}/history"],
    "nation-policy": ["fee-policies/{key}", "fee-policies/{key}/values", "fee-policies/{key}/history"],
    "fee-reminders": ["offices/{office_id}/reminders", "offices/{office_id}/reminder-figures"],
    "fee-rules": ["fee-rules"],
    "new-rule": ["fee-rules"],
    "fee-rule": ["fee-rules/{version}", "fee-rules/{version}/differences"],
    "holidays": ["holidays"],
    "cases": ["cases", "permits"],
    "open-case": ["manuals", "offices/{office_id}/case-holders"],
    "case": ["cases/{case_no}"],
    "case-slip": ["cases/{case_no}/slip"],
    "manual": ["manuals/{manual_id}"],
    "tickets": ["tickets"],
    "ticket": ["tickets/{number}"],
    "registrations": ["registrations"],
    "channels": ["channels"],
    "channel": ["channels", "offices/{office_id}/channel-owners"],
    "tokens": ["tokens"],
    "webhooks": ["webhooks"],
    "webhook": ["webhooks/{number}", "webhooks/{number}/deliveries"],
}  # fmt: skip
"""What a page shows, by its route's name, and what a program reads the same by."""


HEARING, SHOWING = routes_hearing("POST"), routes_hearing("GET")


def test_the_tables_are_not_empty() -> None:
    assert len(HEARING) > 30
    assert len(SHOWING) > 70


@pytest.mark.parametrize("route", HEARING)
def test_what_a_page_does_a_program_can(route: str) -> None:
    """A new deed of a page fails here until it has an operation, or stands in ``FOR_A_PERSON`` with the reason."""
    assert (route in DEEDS) != (route in FOR_A_PERSON)


@pytest.mark.parametrize("route", DEEDS)
def test_the_operations_are_there(route: str) -> None:
    assert route in HEARING
    assert set(DEEDS[route]) <= OPERATIONS


@pytest.mark.parametrize("route", SHOWING)
def test_what_a_page_shows_a_program_reads(route: str) -> None:
    """A new page fails here until programs can read what it shows, or ``SHOWN_TO_A_PERSON`` says why they do not."""
    assert (route in SHOWN) != (route in SHOWN_TO_A_PERSON)


@pytest.mark.parametrize("route", SHOWN)
def test_what_is_read_is_there(route: str) -> None:
    assert route in SHOWING
    assert {f"GET {path}" for path in SHOWN[route]} <= OPERATIONS


def test_every_reason_is_of_a_route_there_is() -> None:
    assert set(FOR_A_PERSON) <= set(HEARING)
    assert set(PARTLY_FOR_A_PERSON) <= set(DEEDS)
    assert set(SHOWN_TO_A_PERSON) <= set(SHOWING)
    assert all(FOR_A_PERSON.values())
    assert all(SHOWN_TO_A_PERSON.values())
