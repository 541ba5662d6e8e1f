"""What stands in the trail is read by people: every word of our own is said in theirs, in both languages.

A new button, a new member of an enumeration and a new question of an operation fail here until they are called
something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

import fleet.web
from fleet.acting.cases import CaseAct
from fleet.acting.planning import Deed as PlannedDeed
from fleet.alerts.models import Channel
from fleet.api import describing
from fleet.api import trail as of_programs
from fleet.audit.models import Entry, Kind
from fleet.devices.models import PlannedSettings
from fleet.office.channels.listing import TicketState
from fleet.office.channels.models import RegistrationState
from fleet.office.fees.figures import Stand
from fleet.office.fees.models import Contact
from fleet.office.folders.models import Deed as FolderDeed
from fleet.office.register.findings import Kind as FindingKind
from fleet.partners.port import System
from fleet.payments.ledger import Deed as MoneyDeed
from fleet.people.models import Role
from fleet.people.resetting import Factor
from fleet.protocol.messages import CommandKind
from fleet.rollouts.deeds import What as RolloutDeed
from fleet.rounds.deeds import What as RoundDeed
from fleet.web import audit_values, case_words
from fleet.web.payments_asked import SHOWS
from fleet.web.views.people import STATES
from fleet.webhooks.models import Kind as ToldKind

TEMPLATES = Path(fleet.web.__file__).parent / "templates/web"

NO_WORD = {"webhook"}
"""Called by the same name by people, too."""

COMMANDS = set(CommandKind) - {CommandKind.UNKNOWN}
"""Nobody asks for one that the kiosk does not know."""

SAME_PAGE = {"live/kiosk": "command", "round": "round-deed", "settings_planned": "planned-settings"}
"""Templates whose forms do not go to the route of their own name."""

OF_ENUMERATIONS: tuple[tuple[str, str, Iterable[str]], ...] = (
    ("web:alert-addresses", "channel", Channel),
    ("web:alert-maintenance", "place", ("province/20", "office/CBI", "kiosk/CBI-02")),
    ("web:audit", "kind", Kind),
    ("web:audit-csv", "what", ("web:case", "signed-in")),
    ("web:case", "deed", CaseAct),
    ("web:cases", "state", case_words.LISTS),
    ("web:command", "kind", COMMANDS),
    ("web:disclosures", "kind", System),
    ("web:enrol", "place", ("new:CBI",)),
    ("web:fee-contact", "channel", Contact.Channel),
    ("web:fee-notices-csv", "state", Stand),
    ("web:folder", "deed", set(FolderDeed) - {FolderDeed.FOUND}),  # which is no button
    ("web:partner", "is_on", ("on",)),
    ("web:payment", "deed", MoneyDeed),
    ("web:payment", "second", ("agree", "refuse")),
    ("web:payments", "bank", ("PRETEND",)),
    ("web:payments", "show", SHOWS),
    ("web:people", "state", STATES),
    ("web:person", "role", Role),
    ("web:planned-settings", "deed", PlannedDeed),
    ("web:register-findings", "kind", FindingKind),
    ("web:registrations", "state", RegistrationState),
    ("web:rollout", "what", RolloutDeed),
    ("web:round-deed", "kind", COMMANDS),
    ("web:round-deed", "what", RoundDeed),
    ("web:tickets", "state", TicketState),
    ("web:webhooks", "kind", ToldKind),
    ("account", "deed", ("end-session", "password")),
    ("fleet alerts address", "channel", Channel),
    ("fleet alerts maintenance", "deed", ("end",)),
    ("second-factor", "deed", [f"{sign} {each}" for sign in "+-=" for each in Factor]),
    ("settings-in-time", "state", PlannedSettings.State),
    ("signed-in", "way", ("password", "sign-on", "break-glass")),
    ("wrong-code", "deed", Factor),
)


def wordless(what: str, key: str, values: Iterable[str]) -> list[tuple[str, str, str]]:
    """Those nobody has called anything, or not in English."""
    return [
        (what, key, str(each))
        for each in values
        if each not in NO_WORD and not all(is_called(what, key, str(each), language) for language in ("th", "en"))
    ]


def is_called(what: str, key: str, said: str, language: str) -> bool:
    with translation.override(language):
        word = audit_values.value(what, key, said)
    return word not in ("", said) and (language == "th" or not re.search("[ก-๙]", word))


@pytest.mark.parametrize(("what", "key", "values"), OF_ENUMERATIONS)
def test_every_member_of_an_enumeration_has_its_word(what: str, key: str, values: Iterable[str]) -> None:
    assert wordless(what, key, values) == []


def buttons() -> Iterator[tuple[str, str, str, str]]:
    """Template, route, key and value of everything a form says in a word of ours."""
    for each in sorted(TEMPLATES.rglob("*.html")):
        name = str(each.relative_to(TEMPLATES).with_suffix(""))
        route = SAME_PAGE.get(name, name.replace("_", "-"))
        for key, said in re.findall(r'name="(deed|second|what|kind)" value="([a-z-]+)"', each.read_text("utf-8")):
            yield name, route, key, said


def test_every_button_has_its_word() -> None:
    found = list(buttons())
    assert len(found) > 40
    assert [gap for _, route, key, said in found for gap in wordless(f"web:{route}", key, [said])] == []


def test_a_deed_that_only_a_button_says_is_called_as_the_button_is() -> None:
    with translation.override("th"):
        for name, route, _key, said in buttons():
            if said in audit_values.BUTTONS.get(route, {}):
                assert f'"{audit_values.BUTTONS[route][said]}"' in (TEMPLATES / f"{name}.html").read_text("utf-8")


def questions() -> Iterator[tuple[str, str, list[str]]]:
    """Address, name and members of every enumeration that operations are asked for in, and that the trail keeps."""
    told = json.loads(describing.FILE.read_text("utf-8"))
    schemas: dict[str, Any] = told["components"]["schemas"]
    for address, ways in told["paths"].items():
        route = address.removeprefix("/api/v1/")
        if "get" not in ways or route.partition("/")[0] in of_programs.PLAIN:
            continue
        for each in ways["get"].get("parameters", ()):
            if each["in"] == "query" and each["name"] in of_programs.SEARCHED:
                yield route, each["name"], list(_members(each["schema"], schemas))


def _members(schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    yield from schema.get("enum", ())
    if schema.get("type") == "boolean":
        yield from ("true", "false")
    if "$ref" in schema:
        yield from _members(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for each in schema.get("anyOf", ()):
        yield from _members(each, schemas)


def test_every_question_of_an_operation_has_its_words() -> None:
    found = [each for each in questions() if each[2]]
    assert len(found) > 10
    assert [gap for route, key, values in found for gap in wordless(f"rest GET {route}", key, values)] == []


def test_what_programs_ask_has_a_heading() -> None:
    line = Entry(what="rest GET cases", said=json.dumps(dict.fromkeys((*of_programs.SEARCHED, "token"), "1")))
    assert [heading for heading, _ in audit_values.said(line) if heading.isascii()] == []


@pytest.mark.parametrize(
    ("what", "key", "said"),
    [
        ("web:case", "deed", "fly"), ("web:case", "reason", "close"), ("web:disclosures", "kind", "no, such"),
        ("web:audit", "what", "rest x"), ("web:audit", "what", "rest "), ("web:ticket", "to", "front-desk"),
        ("web:second-factor", "deed", ""), ("web:alert-maintenance", "place", "everywhere"), ("rest", "state", "open"),
        ("web:cases", "q", "open"), ("web:factories", "q", "agree, close"), ("web:payments", "bank", "SCB"),
    ],
)  # fmt: skip
def test_what_people_wrote_and_named_stands_as_it_is(what: str, key: str, said: str) -> None:
    assert audit_values.value(what, key, said) == said


def test_of_several_each_has_its_word() -> None:
    with translation.override("en"):
        told = audit_values.value("web:webhooks", "kind", f"{ToldKind.CASE_MOVED}, {ToldKind.ALERT_OPENED}")
        one = audit_values.value("web:webhooks", "kind", ToldKind.CASE_MOVED)
    assert told.startswith(f"{one}, ")
    assert "." not in told
