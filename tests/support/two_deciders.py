"""Two who put another document into force at the same moment, both made from the one that is in force.

``both_at_once`` tells what they were answered, in every way there is: by REST and by a page, of rules and of settings;
of two who invite somebody by the same name; and of two who lay their changes over a layer at the server's command line,
who both have to find theirs in it. It commits what it does: for a database of its own
(``tests.support.office_writers``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from fleet.__main__ import parser
from fleet.alerts.policies import document_of, latest
from fleet.alerts.policy import AlertPolicy
from fleet.devices.desired import latest_document
from fleet.devices.models import Layer
from fleet.people.models import Role
from fleet.protocol.settings import merge_patch
from fleet.web.settings_form import SettingsForm
from tests.support.token_holder import Holder, holder, person

ROUNDS = 6
"""Of each way: with nobody's turn kept, PostgreSQL lets both win in most of them."""

Answers = list[list[int]]
"""Of every round the statuses, the lower one first."""


def both_at_once() -> dict[str, Answers]:
    """What both were answered, by way."""
    nation = person(Role.NATIONAL_ADMIN, None)
    one = holder(nation)
    return {
        "alert rules": _by_rest(one, "alert-rules/20", lambda no: {"offline": {"minutes": 20 + no}}),
        "fee policy": _by_rest(one, "fee-policies/CBI", lambda no: {"reminders": {"most_a_day": no}}),
        "settings": _by_rest(
            one, "settings/province/20", lambda no: {"help_point": {"th": f"เคาน์เตอร์ {no}", "en": f"Counter {no}"}}
        ),
        "invitation": [_inviting(one, f"both{each}") for each in range(ROUNDS)],
        "command": [_by_command(f"ครั้งที่ {each}") for each in range(1, ROUNDS + 1)],
        "page": [_by_page(nation, 20 + 2 * each) for each in range(ROUNDS)],
    }


def _by_rest(one: Holder, path: str, change: Callable[[int], dict[str, object]]) -> Answers:
    """``change``: something else for every number."""

    def once(first: int) -> list[int]:
        read = one.ask("get", path)
        document = json.loads(read.content)["document"]

        def ask(which: int) -> int:
            said = {"document": document | change(first + which), "reason": "สองคนพร้อมกัน"}
            return one.ask("put", path, said, If_Match=read.headers["ETag"]).status_code

        return _together(ask)

    return [once(2 * each) for each in range(1, ROUNDS + 1)]


def _inviting(one: Holder, name: str) -> list[int]:
    said = {"username": name, "full_name": "ตัวอย่าง", "role": Role.OFFICER, "province": 20}
    return _together(lambda _: one.ask("post", "people", said).status_code)


def _by_command(words: str) -> list[int]:
    """Of each change 1 when it did not outlive the other, otherwise 0."""
    changes = [{name: {"th": words, "en": words}} for name in ("greeting", "help_point")]

    def ask(which: int) -> int:
        said = ["settings", "office", "CBI", "--patch", json.dumps(changes[which]), "--reason", "สองคนพร้อมกัน"]
        arguments = parser().parse_args(said)
        arguments.carry_out.args[0](arguments)
        return 0

    _together(ask)
    held = latest_document(Layer.OFFICE, "CBI")
    assert held is not None
    return [int(merge_patch(held.document, each) != held.document) for each in changes]


def _by_page(user: User, minutes: int) -> list[int]:
    """The form of the nation's alert rules."""
    newest = latest(None)
    said: dict[str, object] = {"reason": "สองคนพร้อมกัน", "base": newest.pk if newest else 0}
    for each in SettingsForm(Layer.NATIONAL, [], document_of(None), AlertPolicy).fields:
        if each.kind in ("picks", "ranked"):
            said[each.leaf.name] = [str(one) for one in each.value]
        elif each.kind != "switch" or each.value:
            said[each.leaf.name] = each.shown
    browsers = [Client(SERVER_NAME="localhost") for _ in range(2)]
    for browser in browsers:
        browser.force_login(user)

    def ask(which: int) -> int:
        sent = said | {"offline.minutes": str(minutes + which)}
        return browsers[which].post("/alerts/rules/", sent).status_code

    return _together(ask)


def _together(ask: Callable[[int], int]) -> list[int]:
    ready = Barrier(2)

    def one(which: int) -> int:
        try:
            ready.wait()
            return ask(which)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        return sorted(both.map(one, range(2)))
