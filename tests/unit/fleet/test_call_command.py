"""`fleet call`: what programs can do, from the command line and on behalf of a person."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fleet.__main__ import GROUPS, _arguments, parser
from fleet.api.describing import FILE
from fleet.audit.models import Entry
from fleet.commands.calls import NAME, PERSON, _call
from fleet.commands.command import CommandError
from fleet.commands.operations import Asked, asked, matching, operations
from fleet.commands.tables import table
from fleet.people.models import Role
from fleet.people.tokens.models import Token
from tests.support.token_holder import person


def typed(*words: str) -> Any:
    """What `fleet` makes of what was typed, down to the command's own body."""
    return _call(_arguments(["call", *words]))


def call(method: str, path: str, account: str = "", **more: str) -> Any:
    options = [each for name, value in more.items() for each in (f"--{name.replace('_', '-')}", value)]
    return typed(method, path, *(("--as", account) if account else ()), *options)


@pytest.fixture
def admin() -> str:
    return person(Role.PROVINCIAL_ADMIN, name="prasert").username


def test_operations_are_listed_by_a_word() -> None:
    listed = {each["address"] for each in call("operations", "alerts")}
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
    assert not Token.objects.exists(), "a list of tokens would show nothing else"


def test_every_operation_has_a_name_of_its_own_and_no_option_that_is_ours() -> None:
    known = list(operations(json.loads(FILE.read_text("utf-8"))))
    names = [each.words for each in known]
    assert len(set(names)) == len(names) > 120
    assert all(matching(known, [*each.words, *each.given])[0] == each for each in known)
    ours = {"--as", "--body", "--if-match", "--table", "--columns"}
    assert not [each.usage for each in known if ours & {option.flag for option in each.options}]
    files = {"--file"} == {option.flag for each in known for option in each.options if option.place == "file"}
    assert files, "--file is what is sent along"


@pytest.mark.parametrize(
    ("words", "said", "wanted"),
    [
        (["kiosks", "list"], ["--province", "20", "--q=a b"], Asked("GET", "kiosks?province=20&q=a+b")),
        (["settings", "show", "province", "20"], [], Asked("GET", "settings/province/20")),
        (["folders", "show", "ก/1"], [], Asked("GET", "folders/%E0%B8%81%2F1")),
        (["maintenance", "add"], ["--hours", "2", "--kiosk-id", "CBI-01", "--reason", "2"],
         Asked("POST", "maintenance", {"hours": 2, "kiosk_id": "CBI-01", "reason": "2"})),
        (["webhooks", "paused", "set", "3"], ["--paused", "true"], Asked("PUT", "webhooks/3/paused", {"paused": True})),
        (["alert-trial", "do"], [], Asked("POST", "alert-trial")),
        (["fee-rules", "add"], ["--document", "@x", "--reason=1"],
         Asked("POST", "fee-rules", {"document": {"a": 1}, "reason": "1"})),
    ],
)  # fmt: skip
def test_words_become_a_request(words: list[str], said: list[str], wanted: Asked) -> None:
    operation, given = matching(list(operations(json.loads(FILE.read_text("utf-8")))), words)
    assert asked(operation, given, said, {"x": '{"a": 1}'}.__getitem__) == wanted


def test_things_are_called_by_their_names_wherever_the_options_stand(admin: str) -> None:
    for words in (
        ("kiosks", "list", "--limit", "200", "--as", admin),
        ("--as", admin, "kiosks", "list", "--limit=200"),
        ("kiosks", "--as", admin, "list", "--limit", "200"),
    ):
        assert {each["province"] for each in typed(*words)["items"]} == {20}, words
    begun = typed("maintenance", "add", "--kiosk-id", "CBI-01", "--hours", "2", "--reason", "เปลี่ยนสาย", "--as", admin)
    assert (begun["kiosk_id"], begun["reason"]) == ("CBI-01", "เปลี่ยนสาย")


def test_whose_behalf_may_stand_in_the_environment(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PERSON, admin)
    assert typed("kiosks", "show", "CBI-02")["kiosk_id"] == "CBI-02"


def test_a_file_is_sent_along(admin: str, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_text("not a register\n", "utf-8")
    made = typed("register", "runs", "add", "--office", "CBI", "--file", str(file), "--as", admin)
    assert (made["office_id"], made["file_name"]) == ("CBI", "register.csv")


def test_a_table_has_a_head_and_straight_columns(admin: str) -> None:
    head, *rows = typed("kiosks", "list", "--limit", "1", "--table", "--as", admin).splitlines()
    assert head.split()[:3] == ["kiosk_id", "office_id", "province"]
    assert rows[0].split()[0] == "CBI-01"
    assert rows[-1].startswith("(more: --after ")
    assert table({"items": []}) == "(none)"
    assert table({"items": [{"a": "น้ำ", "b": 1}, {"a": "no", "b": None}]}) == "a   b\nน้ำ  1\nno  -"
    narrow = typed("kiosks", "list", "--columns", "condition,kiosk_id", "--limit", "1", "--as", admin).splitlines()
    assert [line.split() for line in narrow[:2]] == [["condition", "kiosk_id"], ["unknown", "CBI-01"]]
    assert table({"name": "CBI-01", "online": True}, ("online", "colour")) == "online  true\ncolour  -"
    assert table({"name": "CBI-01", "online": True}) == "name    CBI-01\nonline  true"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["kiosk", "list"], "there are overview, kiosks"),
        (["kiosks", "mend"], "kiosks commands add KIOSK_ID --kind"),
        (["kiosks", "list", "--colour", "red"], "kiosks list [--after]"),
        (["kiosks", "list", "--province"], "of what?"),
        (["maintenance", "add", "--hours", "two"], "--hours wants JSON"),
        (["GET"], "one path"),
        (["GET", "kiosks", "--province", "20"], "one path"),
        (["fee-rules", "add", "--document", "@/nowhere/at/all"], "@/nowhere/at/all"),
    ],
)
def test_who_mistypes_is_told_what_there_is(words: list[str], why: str) -> None:
    with pytest.raises(CommandError) as err:
        typed(*words)
    assert why in str(err.value)


def test_only_what_asks_for_more_gets_what_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        _arguments(["migrate", "--province", "20"])
    assert left.value.code == 2
    assert "unrecognized arguments: --province 20" in capsys.readouterr().err


def test_help_has_every_command_under_what_one_would_look_for() -> None:
    said = parser().format_help()
    assert all(f"\n{title}:\n" in said for title in GROUPS)
    listed = re.findall(r"^  ([a-z-]+) {2,}\S", said.partition("positional arguments")[0], re.MULTILINE)
    assert len(listed) == len(set(listed)) > 30
    assert "fleet call operations" in said


@pytest.mark.parametrize(
    ("method", "path", "more", "why"),
    [
        ("GET", "kiosks/KKN-01", {}, "404"),
        ("GET", "nothing", {}, "404"),
        ("PUT", "alert-rules/-", {"body": '{"document": {}, "reason": "ทดลองดู"}', "if_match": '"0"'}, "403"),
        ("POST", "maintenance", {"body": "{}"}, "422"),
        ("POST", "maintenance", {"body": "{"}, "no JSON"),
        ("POST", "maintenance", {"body": "@/nowhere/at/all"}, "@/nowhere/at/all"),
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
