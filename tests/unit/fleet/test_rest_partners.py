"""Other people's systems for programs: a question by hand, how each answers, and what of persons was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.office.channels.models import Registration
from fleet.partners import asking
from fleet.partners.models import Disclosure
from fleet.partners.port import System
from fleet.partners.stand_in import Habit, StandIn, sample_tax_id
from fleet.people.models import Role
from tests.support.partner_stand_in import answering
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

COMPANY = sample_tax_id(1)
FACTORY = "10180000125417"
NUMBER = "RCBI016900000439"


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20, **other: Any) -> Holder:
    return holder(person(role, dopa_code), **other)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    it = StandIn()
    with answering(it) as address:
        for system in System:
            asking.set_up(system, address, is_on=True, timeout_s=5)
        yield it


def asked(one: Holder, system: str, question: str) -> tuple[int, Any]:
    answered = one.ask("post", f"partners/{system}/question", {"question": question})
    return answered.status_code, answered.json()  # type: ignore[attr-defined]


# ---- a question by hand


def test_a_company_is_asked_for_and_the_question_stands_in_the_trail(stand_in: StandIn) -> None:
    one = program()
    status, told = asked(one, "companies", f" {COMPANY[:1]}-{COMPANY[1:]} ")
    assert (status, told["why"], told["licences"]) == (200, None, None)
    assert (told["company"]["tax_id"], told["company"]["state"]) == (COMPANY, "operating")
    page = browser_of(one.token.person).post("/partners/companies/", {"question": COMPANY}).content.decode()
    assert told["company"]["name_th"] in page
    line = Entry.objects.get(what="rest POST partners/<system>/question")
    assert (line.kind, line.about, json.loads(line.said)["question"]) == (
        "did",
        "companies",
        f"{COMPANY[:1]}-{COMPANY[1:]}",
    )
    assert asked(one, "companies", sample_tax_id(9))[1]["company"] is None


def test_the_others_are_asked_for_too(stand_in: StandIn) -> None:
    one = program()
    licences = asked(one, "licences", FACTORY)[1]["licences"]
    duties = asked(one, "duties", FACTORY)[1]["duties"]
    assert licences is not None
    assert duties is not None
    page = browser_of(one.token.person).post("/partners/licences/", {"question": FACTORY}).content.decode()
    assert all(each["licence_no"] in page for each in licences)
    assert {"title_th", "due_on", "done_on"} <= set(duties[0])
    status, told = asked(one, "bills", "n6900000000")
    assert (status, told["why"]) == (200, None)


def test_what_could_not_be_asked_is_no_no(stand_in: StandIn) -> None:
    one = program()
    stand_in.habits[System.COMPANIES] = Habit.FAILING
    assert asked(one, "companies", COMPANY)[1] == {
        "system": "companies", "why": "failing", "company": None, "licences": None, "duties": None, "bill": None,
    }  # fmt: skip
    (found,) = [each for each in one.get("partners")["items"] if each["system"] == "companies"]
    assert (found["failed"], found["failed_why"], bool(found["failed_detail"])) == (1, "failing", True)
    asking.set_up(System.COMPANIES, "", is_on=False, timeout_s=5)
    assert asked(one, "companies", COMPANY)[1]["why"] == "off"


def test_what_is_no_question_asks_nothing(stand_in: StandIn) -> None:
    one = program()
    for system, question, status in (
        ("companies", "12", 422), ("companies", "1" * 13, 422), ("licences", " ", 422), ("licences", "x" * 41, 422),
        ("card-status", "1", 404), ("customers", "1", 404), ("nobody", "1", 422),
    ):  # fmt: skip
        assert asked(one, system, question)[0] == status, (system, question)
    assert stand_in.asked == {}


def test_who_serves_nobody_asks_nothing(stand_in: StandIn) -> None:
    for one in (program(Role.TECHNICIAN), program(Role.TREASURY)):
        assert asked(one, "companies", COMPANY)[0] == 404
        assert one.ask("get", "partners").status_code == 404
    assert asked(program(Role.AUDITOR), "companies", COMPANY)[1]["code"] == "reads-only"
    reader = holder(person(Role.OFFICER, 20, "reader"), rights=["partners:read"])
    assert asked(reader, "companies", COMPANY)[1]["code"] == "no-right"
    assert stand_in.asked == {}


def test_no_transaction_is_open_while_another_system_is_asked(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ones = []
    before = asking.company

    def watched(*said: Any) -> Any:
        open_ones.extend(connection.savepoint_ids)  # within the test's own transaction
        return before(*said)

    monkeypatch.setattr(asking, "company", watched)
    one = program()
    for headers in ({}, {"Idempotency_Key": "asked-only-once"}):
        answered = one.ask("post", "partners/companies/question", {"question": COMPANY}, **headers)
        assert answered.status_code == 200
    assert stand_in.asked[System.COMPANIES] == 2
    assert open_ones == []


def test_whether_a_systems_token_is_there_is_told_and_not_the_token(tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path):
        asking.token_file(System.BILLS).parent.mkdir()
        asking.token_file(System.BILLS).write_text("very-secret", "ascii")
        told = program().get("partners")
    assert {each["system"] for each in told["items"] if each["has_token"]} == {"bills"}
    assert "very-secret" not in json.dumps(told)


# ---- what of persons was sent


@pytest.fixture
def sent() -> None:
    Registration.objects.create(
        number=NUMBER, office_id="CBI", kiosk_id="CBI-01", opened_at=timezone.now(),
        id_masked="x-xxxx-xxxxx-01-3", phone_masked="xxx-xxx-5678", sealed="sealed",
    )  # fmt: skip
    for system, asked_for, dopa_code in (
        (System.CARD_STATUS, "CBI-01", 20), (System.CUSTOMERS, NUMBER, 20), (System.CARD_STATUS, "KKN-01", 40),
    ):  # fmt: skip
        Disclosure.objects.create(
            system=system, at=timezone.now(), fields="id_number", asked_for=asked_for, dopa_code=dopa_code
        )


def test_what_of_persons_was_sent_is_searched_like_the_page(sent: None) -> None:
    one = program()
    page = browser_of(one.token.person)
    for system, text, found in (
        ("", "", [NUMBER, "CBI-01"]), ("", "cbi-0", ["CBI-01"]), ("", "RCBI 0169", [NUMBER]), ("", "KKN", []),
        ("customers", "", [NUMBER]), ("card-status", NUMBER, []),
    ):  # fmt: skip
        narrowed = f"&system={system}" if system else ""
        items = one.get(f"disclosures?q={text}{narrowed}")["items"]
        assert [each["asked_for"] for each in items] == found, (system, text)
        rows = page.get(f"/partners/disclosures.csv?q={text}&kind={system}").content.decode().splitlines()[1:]
        assert len(rows) == len(found), (system, text)
    assert [each["about_masked"] for each in one.get("disclosures")["items"]] == ["x-xxxx-xxxxx-01-3", ""]
    assert one.ask("get", f"disclosures?q={'x' * 41}").status_code == 422


def test_who_serves_nobody_reads_nothing_of_it(sent: None) -> None:
    for role in (Role.TECHNICIAN, Role.TREASURY):
        one = program(role)
        assert one.ask("get", "disclosures").status_code == 404
        assert browser_of(one.token.person).get("/partners/disclosures/").status_code == 404
    assert [each["asked_for"] for each in program(Role.OFFICER, 40).get("disclosures")["items"]] == ["KKN-01"]
