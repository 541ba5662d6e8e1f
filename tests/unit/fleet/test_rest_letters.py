"""What a program reads of letters, reminders, policies and rules of fees is what their pages show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from fleet.office.fees import rulebook, runs
from fleet.office.fees.models import Contact, FeeRule, LetterPart, LetterRun, Reminder
from fleet.office.fees.policies import decide, policy_of
from fleet.office.models import Notice, Office
from fleet.payments.billing import payee_of
from fleet.payments.confirming import withdraw
from fleet.people.models import Role
from tests.support.fleet_payments import owed
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


def asked(*notices: Notice) -> LetterRun:
    office = Office.objects.get(pk="CBI")
    run = runs.ask(office, Notice.objects.filter(pk__in=[each.pk for each in notices]), None)
    assert run is not None
    return run


# ---- letters


def test_the_list_of_letters_says_how_far_each_is() -> None:
    notice, one = owed(), program()
    done = asked(notice)
    runs.work(payee_of, lambda: notice.due_on, lambda: False)
    given_up, waiting = asked(notice), asked(notice)
    LetterPart.objects.filter(run=given_up).update(tries=runs.TRIES_MAX)
    items = {each["id"]: each for each in one.get("offices/CBI/letters")["items"]}
    told = {pk: (each["done"], each["given_up"], each["total"]) for pk, each in items.items()}
    assert told == {done.pk: (1, 0, 1), given_up.pk: (0, 1, 1), waiting.pk: (0, 0, 1)}
    for pk, each in items.items():
        assert one.get(f"letter-runs/{pk}").items() >= each.items()


def test_each_file_says_how_far_it_is_as_its_page_does() -> None:
    notice, officer = owed(), person(Role.OFFICER)
    one, browser, run = holder(officer), browser_of(officer), asked(notice)
    part, now = LetterPart.objects.filter(run=run), timezone.now()
    for changed, state, word in (
        ({}, "waiting", "รอ"),
        ({"tries": 3, "claimed_until": now + timedelta(minutes=1)}, "printing", "กำลังพิมพ์"),
        ({"tries": 1, "claimed_until": now - timedelta(minutes=1)}, "waiting", "รอ"),
        ({"tries": 3}, "given-up", "พิมพ์ไม่ได้"),
        ({"done_at": now, "tries": 3, "pages": 1, "pdf": b"%PDF"}, "done", "เสร็จ"),
    ):
        part.update(**{"tries": 0, "claimed_until": None, **changed})
        [told] = one.get(f"letter-runs/{run.pk}")["parts"]
        assert told["state"] == state
        assert f"{word}</span></td>" in browser.get(f"/fees/CBI/letters/{run.pk}/").content.decode(), state
    assert told["is_there"] is True


def test_a_file_without_a_letter_is_not_there_to_be_taken() -> None:
    notice, one = owed(), program()
    run = asked(notice)
    withdraw(notice.pk, "แรงม้าผิด", timezone.now())
    runs.work(payee_of, lambda: notice.due_on, lambda: False)
    [told] = one.get(f"letter-runs/{run.pk}")["parts"]
    assert (told["state"], told["pages"], told["is_there"]) == ("done", 0, False)
    assert one.ask("get", f"letters/{run.pk}/parts/1").status_code == 404


# ---- reminders


def reminder(notice: Notice, state: str, day: int) -> Reminder:
    return Reminder.objects.create(
        notice=notice, channel="letter", day=day, state=state, begun_on=notice.due_on, changed_at=timezone.now(),
        amount_satang=notice.amount_satang,
    )  # fmt: skip


def test_reminders_that_wait_or_failed_are_found_and_counted() -> None:
    first, second = Notice.objects.filter(factory__office="CBI", paid_at=None).order_by("pk")[:2]
    rows = [reminder(first, state, day) for day, state in enumerate(("to-print", "to-print", "failed", "waiting"))]
    other = reminder(second, "to-print", 7)
    reminder(owed("KKN"), "to-print", 7)
    Contact.objects.create(
        factory=first.factory, channel="mail", address="a@factory.example", ground="notice", noted_at=timezone.now()
    )
    one = program()

    def found(query: str) -> list[int]:
        return [each["id"] for each in one.get(f"offices/CBI/reminders?{query}")["items"]]

    assert found("state=to-print") == [other.pk, rows[1].pk, rows[0].pk]
    assert found("state=failed") == [rows[2].pk]
    assert found(f"notice={second.pk}") == [other.pk]
    assert found(f"notice={first.pk}&state=waiting") == [rows[3].pk]
    [last] = one.get(f"offices/CBI/reminders?notice={second.pk}")["items"]
    assert (last["factory_no"], last["factory_th"]) == (second.factory_id, second.factory.name_th)
    assert one.get("offices/CBI/reminder-figures") == {
        "by_state": {"sending": 0, "sent": 0, "maybe": 0, "waiting": 1, "failed": 1, "to-print": 3},
        "contacts": 1,
    }
    assert "a@factory" not in str(one.get("offices/CBI/reminders"))
    assert "จดหมายเตือนรอพิมพ์ 3 ฉบับ" in browser_of(one.token.person).get("/fees/CBI/reminders/").content.decode()


def test_reminders_are_of_ones_own_office() -> None:
    one, technician = program(), program(Role.TECHNICIAN)
    assert one.ask("get", "offices/KKN/reminder-figures").status_code == 404
    assert technician.ask("get", "offices/CBI/reminder-figures").status_code == 404
    for odd in ("state=gone", f"notice={'x' * 21}"):
        assert one.ask("get", f"offices/CBI/reminders?{odd}").status_code == 422


# ---- policies


def test_what_holds_at_an_office_and_who_says_it() -> None:
    cbi, author = Office.objects.get(pk="CBI"), User.objects.create(username="author")
    decide(None, {"reminders": {"on": True, "most": 2}}, author, "ทดลองดู")
    decide(cbi, {"reminders": {"most": 1}, "letter": {"address": "ที่อยู่"}}, author, "ทดลองดู")
    items = {each["name"]: each for each in program().get("fee-policies/CBI/values")["items"]}
    policy = policy_of(cbi)
    assert items["reminders.most"] == {"name": "reminders.most", "value": 1, "inherited": 2, "origin": "office"}
    assert (items["reminders.on"]["value"], items["reminders.on"]["origin"]) == (True, "national")
    assert (items["letter.contact"]["value"], items["letter.contact"]["origin"]) == ("", "default")
    for name, each in items.items():
        part, _, field = name.partition(".")
        held = getattr(getattr(policy, part), field)
        assert each["value"] == (list(held) if isinstance(held, tuple) else held), name
    nation = {each["name"]: each for each in program(Role.OFFICER, 40).get("fee-policies/-/values")["items"]}
    assert (nation["reminders.most"]["value"], nation["letter.address"]["value"]) == (2, "")
    assert set(nation) == set(items)


@pytest.mark.parametrize(("role", "dopa_code", "key"), [
    (Role.OFFICER, 40, "CBI"), (Role.TECHNICIAN, 20, "CBI"), (Role.TECHNICIAN, 20, "-"),
])  # fmt: skip
def test_policies_are_of_who_serves_there(role: Role, dopa_code: int, key: str) -> None:
    assert program(role, dopa_code).ask("get", f"fee-policies/{key}/values").status_code == 404


# ---- rules


def test_what_is_new_in_a_rule_is_what_the_page_shows() -> None:
    author = User.objects.create(username="author")
    newest = FeeRule.objects.first()
    assert newest is not None
    bands = [dict(each) for each in newest.document["bands"]]
    bands[1]["fee_satang"] += 12_300
    changed = dict(newest.document) | {"bands": bands[:-1], "source": "ประกาศใหม่"}
    rule = rulebook.draft(changed, author, "แก้อัตรา")
    one = program()
    told = one.get(f"fee-rules/{rule.pk}/differences")
    assert told["before"] == newest.pk
    items = {each["name"]: (each["before"], each["after"]) for each in told["items"]}
    assert items["source"] == (newest.document["source"], "ประกาศใหม่")
    assert items["bands.1.fee_satang"] == (newest.document["bands"][1]["fee_satang"], bands[1]["fee_satang"])
    gone = {name: each for name, each in items.items() if name.startswith(f"bands.{len(bands) - 1}.")}
    assert gone
    assert all(now is None for _was, now in gone.values())
    assert len(items) == 2 + len(gone)
    page = browser_of(one.token.person).get(f"/fee-rules/{rule.pk}/").content.decode()
    assert page.count('<div class="p">') == len(items)


def test_of_the_first_rule_everything_is_new() -> None:
    first = FeeRule.objects.order_by("version")[0]
    told = program().get(f"fee-rules/{first.pk}/differences")
    assert told["before"] is None
    assert all(each["before"] is None for each in told["items"])
    assert {each["name"].partition(".")[0] for each in told["items"]} >= {"title", "bands", "surcharge"}


def test_rules_are_for_who_serves_somewhere() -> None:
    first = FeeRule.objects.order_by("version")[0]
    assert program(Role.TECHNICIAN).ask("get", f"fee-rules/{first.pk}/differences").status_code == 404
    assert program().ask("get", "fee-rules/999/differences").status_code == 404
