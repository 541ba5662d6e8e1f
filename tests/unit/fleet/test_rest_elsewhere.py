"""Every operation on one thing, asked for a thing of another province: by every role of a province, and by an admin of
the nation whose token is narrowed to another one.

Made from the description: an operation of a new kind of thing fails here until ``THINGS`` or ``OF_NO_PROVINCE`` has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from fleet.api.describing import FILE
from fleet.office.cases.models import Case
from fleet.office.channels.models import Channel
from fleet.office.models import Factory, Folder
from fleet.payments.confirming import confirm
from fleet.people.models import Role
from tests.support.fleet_payments import owed, word
from tests.support.round_kiosks import alert
from tests.support.things_elsewhere import (
    THEIRS,
    person_there,
    planned_there,
    rollout_there,
    run_there,
    ticket_there,
    webhook_there,
)
from tests.support.token_holder import Holder, holder, person

OURS = 20

THINGS: dict[str, Callable[[], object]] = {
    "alerts/{number}": lambda: alert("KKN-01", dopa_code=THEIRS).pk,
    "cases/{case_no}": lambda: Case.objects.filter(office_id="KKN")[0].pk,
    "channels/{office_id}": lambda: "KKN",
    "factories/{factory_no}": lambda: Factory.objects.filter(office_id="KKN")[0].pk,
    "folders/{folder_id}": lambda: Folder.objects.filter(factory__office_id="KKN")[0].pk,
    "kiosks/{kiosk_id}": lambda: "KKN-01",
    "notices/{notice_no}": lambda: owed("KKN").pk,
    "offices/{office_id}": lambda: "KKN",
    "payments/{number}": lambda: confirm(word(owed("KKN"))).pk,
    "people/{number}": lambda: person_there().pk,
    "planned-settings/{number}": lambda: planned_there().pk,
    "register/runs/{number}": lambda: run_there().pk,
    "rollouts/{number}": lambda: rollout_there().pk,
    "rounds/{province}": lambda: THEIRS,
    "settings/{layer}/{key}": lambda: f"province/{THEIRS}",
    "tickets/{number}": lambda: ticket_there().pk,
    "webhooks/{number}": lambda: webhook_there().pk,
}
"""What an address begins with, and something of Khon Kaen."""

OF_NO_PROVINCE = {
    "alert-addresses/": "one's own",
    "alert-letters/": "test_programs.py, of alerts",
    "alert-rules/": "what a province says of them is no secret; changing them: test_pages.py, of alerts",
    "fee-policies/": "the same; test_rest_fees.py",
    "fee-rules/": "the nation's",
    "fees/": "a year",
    "figures/": "for everybody",
    "holidays/": "test_holidays.py",
    "kiosk-tags/": "a word, on the kiosks one sees",
    "letter-runs/": "test_rest_letters.py",
    "letters/": "test_rest_letters.py",
    "maintenance/": "test_programs.py, of alerts",
    "manuals/": "for everybody",
    "partners/": "the nation's",
    "round-deeds/": "one's own",
    "tokens/": "one's own",
}
"""Things without a province, or that another test tries."""

FILLED = {
    "{code}": "new", "{day}": "2026-11-23", "{year}": "2026", "{command_id}": "0" * 32, "{channel}": "mail",
    "{officer_no}": "1", "{session}": "1", "{held}": "1", "{kiosk_id}": "KKN-01",
}  # fmt: skip

OPERATIONS = [
    (method, path.removeprefix("/api/v1/"))
    for path, methods in json.loads(FILE.read_text("utf-8"))["paths"].items()
    for method in methods
    if "{" in path
]
OF_A_THING = [each for each in OPERATIONS if not any(each[1].startswith(begin) for begin in OF_NO_PROVINCE)]


ASKED = {"settings/{layer}/{key}/differences": "?before=0&after=0"}
"""What must be asked with it."""


def _askers(method: str) -> list[Holder]:
    """Deeds are tried by those with most rights."""
    roles = [each for each in Role if each is not Role.NATIONAL_ADMIN] if method == "get" else [Role.PROVINCIAL_ADMIN]
    narrowed = holder(person(Role.NATIONAL_ADMIN, None, "narrowed"), provinces=[OURS])
    return [*(holder(person(role, OURS)) for role in roles), narrowed]


@pytest.mark.parametrize(("method", "path"), OF_A_THING)
def test_a_thing_of_another_province_does_not_exist(method: str, path: str) -> None:
    begins = next(each for each in THINGS if path.startswith(each))
    thing, rest = str(THINGS[begins]()), path.removeprefix(begins)
    for name, filled in FILLED.items():
        rest = rest.replace(name, filled)
    kind = begins.partition("{")[0]
    assert "{" not in rest
    asked = f"{kind}{thing}{rest}{ASKED.get(path, '')}"
    if method == "get" and rest == "" and kind != "rounds/":
        nation = holder(person(Role.NATIONAL_ADMIN, None))
        assert nation.ask("get", asked).status_code in (200, 405), "it is there, for who sees it"
    refused = {403, 404} if method == "get" else {403, 404, 422, 428}
    for each in _askers(method):
        answered = each.ask(method, asked, None if method in ("get", "delete") else {})
        assert answered.status_code in refused, (each.token.person.username, asked, answered.content)


def test_the_tables_are_of_what_there_is() -> None:
    paths = {path for _, path in OPERATIONS}
    assert [each for each in (*THINGS, *OF_NO_PROVINCE) if not any(path.startswith(each) for path in paths)] == []
    assert Channel.objects.filter(office_id="KKN").exists()
