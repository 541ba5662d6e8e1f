"""Two who put another document into force at the same moment, both made from the one that is in force.

``both_at_once`` tells what they were answered, in every way there is: by REST and by a page, of rules and of settings;
of two who invite somebody by the same name; of two who lay their changes over a layer at the server's command line, who
both have to find theirs in it; and of one who changes a layer just as a roll-out of it ends, or begins.
``left_listening`` tells what is left of a token that is taken back while a request with it is on its way. Both commit
what they do: for a database of its own (``tests.support.office_writers``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client

from fleet.__main__ import parser
from fleet.acting import webhooks
from fleet.alerts.deeds import add_address
from fleet.alerts.models import Address, Channel
from fleet.alerts.policies import document_of, latest
from fleet.alerts.policy import AlertPolicy
from fleet.devices import staging
from fleet.devices.desired import latest_document
from fleet.devices.models import Layer, StagedSettings
from fleet.people.models import Role
from fleet.people.scope import scope_of
from fleet.people.tokens.keeping import end
from fleet.protocol.settings import merge_patch
from fleet.web.settings_form import SettingsForm
from fleet.webhooks.models import Subscription
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
        "a roll-out ends": [_as_a_rollout_ends(one)],
        "a roll-out begins": [_as_a_rollout_begins(one)],
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


CALM: dict[str, object] = {"patience": {"step_s": 75}}
"""What is rolled out, and what is changed beside it: both have to be there in the end."""

WORDS: dict[str, object] = {"greeting": {"th": "สวัสดี", "en": "Hello"}}


def _as_a_rollout_ends(one: Holder) -> list[int]:
    """Of the roll-out 1 when what it brought did not outlive the change, otherwise 0; and what the change was answered.
    It is between reading the layer and putting another document into force when the roll-out ends."""
    staged = staging.stage(Layer.PROVINCE, "40", CALM)
    read = one.ask("get", "settings/province/40")
    said = {"document": WORDS, "reason": "ระหว่างที่การปล่อยจบ"}
    changed = _as_it_decides(
        lambda: one.ask("put", "settings/province/40", said, If_Match=read.headers["ETag"]).status_code,
        lambda: staging.adopt(staged, None, "จบการปล่อย").revision,
    )[0]
    return [_is_lost("40", CALM), changed]


def _as_a_rollout_begins(one: Holder) -> list[int]:
    """Of the change 1 when it took and is not in what is rolled out, otherwise 0; and what it was answered. The
    command that begins the roll-out has read the layer and not staged anything yet."""
    read = one.ask("get", "settings/province/14")
    change = {"document": WORDS, "reason": "ระหว่างที่เริ่มปล่อย"}
    command = ["rollout", "new", "--layer", "province", "--key", "14", "--patch", json.dumps(CALM), "--reason", "เริ่ม"]
    arguments = parser().parse_args(command)
    changed = _as_it_decides(
        lambda: int(arguments.carry_out.args[0](arguments) is None),
        lambda: one.ask("put", "settings/province/14", change, If_Match=read.headers["ETag"]).status_code,
    )[1]
    is_in_it = "greeting" in StagedSettings.objects.get(layer=Layer.PROVINCE, key="14").document
    return [int(changed == 200 and not is_in_it), changed]


def _is_lost(province: str, said: dict[str, object]) -> int:
    held = latest_document(Layer.PROVINCE, province)
    return int(held is None or merge_patch(held.document, said) != held.document)


HELD_S = 1.0
"""So long the first gives the second time to come in between; with turns kept it is waited for in vain."""


def _as_it_decides(first: Callable[[], int], second: Callable[[], int]) -> list[int]:
    """What both came to. The second begins when the first has read what is in force and asks what is staged."""
    may_begin, has_ended = Event(), Event()

    def held(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if 'FROM "devices_stagedsettings"' in sql and not may_begin.is_set():
            may_begin.set()
            has_ended.wait(HELD_S)
        return execute(sql, *rest)

    def one() -> int:
        try:
            with connection.execute_wrapper(held):
                return first()
        finally:
            may_begin.set()
            connection.close()

    def other() -> int:
        try:
            may_begin.wait()
            return second()
        finally:
            has_ended.set()
            connection.close()

    with ThreadPoolExecutor(2) as both:
        return [each.result() for each in (both.submit(one), both.submit(other))]


def left_listening() -> list[str]:
    """What a token has made that is told something though the token was taken back: a request makes it, and before that
    is committed somebody ends the token."""
    user = person(Role.OFFICER)
    token = holder(user).token
    wanted = webhooks.Wanted(name="on its way", address="https://receiver.example/", kinds=["kiosk.offline"])
    is_made, is_ended = Event(), Event()

    def request() -> None:
        with transaction.atomic():
            webhooks.subscribe(user, scope_of(user), wanted, token.pk)
            add_address(user, Channel.MAIL, "way@sala.example", token.pk)
            is_made.set()
            is_ended.wait(HELD_S)

    def taking_back() -> None:
        is_made.wait(10 * HELD_S)
        end(token, user.username)
        is_ended.set()

    deeds = (request, taking_back)
    _together(lambda which: deeds[which]() or 0)
    made = [*Subscription.objects.filter(token_no=token.pk, ended_at=None), *Address.objects.filter(token_no=token.pk)]
    return [str(each) for each in made]


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
