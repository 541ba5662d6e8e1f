"""`fleet call`: what programs can do, from the command line and on behalf of a person."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from fleet.audit.models import Entry
from fleet.commands.calls import NAME, _call
from fleet.commands.command import CommandError
from fleet.people.models import Role
from fleet.people.tokens.models import Token
from tests.support.token_holder import person


def call(method: str, path: str, account: str = "", **more: Any) -> Any:
    said = {"body": "", "if_match": "", "file": None} | more
    return _call(Namespace(method=method, path=path, person=account, **said))


@pytest.fixture
def admin() -> str:
    return person(Role.PROVINCIAL_ADMIN, name="prasert").username


def test_operations_are_listed_by_a_word() -> None:
    listed = {each["call"] for each in call("operations", "alerts")}
    assert {"GET alerts", "POST alerts/{number}/acknowledgement"} <= listed
    assert not any("folders" in each for each in listed)


def test_it_is_answered_in_the_scope_of_the_person(admin: str) -> None:
    found = call("GET", "kiosks?limit=200", admin)["items"]
    assert {each["province"] for each in found} == {20}


def test_a_change_is_made_from_what_was_read_and_written_down(admin: str, tmp_path: Path) -> None:
    read = call("GET", "/api/v1/alert-rules/20", admin)
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"document": {"offline": {"minutes": 20}}, "reason": "เครือข่ายช้า"}), "utf-8")
    made = call("PUT", "alert-rules/20", admin, body=f"@{file}", if_match=read["etag"])
    assert made["document"] == {"offline": {"minutes": 20}}
    assert {each.by_name for each in Entry.objects.order_by("-number")[:2]} == {NAME, admin}
    assert not Token.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("method", "path", "more", "why"),
    [
        ("GET", "kiosks/KKN-01", {}, "404"),
        ("GET", "nothing", {}, "404"),
        ("PUT", "alert-rules/-", {"body": '{"document": {}, "reason": "ทดลองดู"}', "if_match": '"0"'}, "403"),
        ("POST", "maintenance", {"body": "{}"}, "422"),
        ("POST", "maintenance", {"body": "{"}, "no JSON"),
        ("POST", "maintenance", {"body": "@/nowhere/at/all"}, "--body"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence(
    admin: str, method: str, path: str, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(CommandError) as err:
        call(method, path, admin, **more)
    assert why in str(err.value)


def test_somebody_must_be_named_who_may_come_in() -> None:
    with pytest.raises(CommandError):
        call("GET", "kiosks", "nobody-there")
