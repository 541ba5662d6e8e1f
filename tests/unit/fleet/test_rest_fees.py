"""What a program reads of yearly fees is what their pages show, and for the same people."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.audit.models import Entry
from fleet.office.fees import rulebook, runs
from fleet.office.fees.figures import Stand, by_office, of_offices
from fleet.office.fees.making import Asked, plan
from fleet.office.fees.models import LetterPart, LetterRun, Reminder
from fleet.office.folders.keeping import Source, take_stock
from fleet.office.models import Factory, Folder, Notice, Office
from fleet.payments.billing import grow_notices, make_notices
from fleet.payments.confirming import confirm, withdraw
from fleet.people.models import Role
from tests.support.fleet_payments import owed, word
from tests.support.sample_fees import document
from tests.support.signed_in import browser_of
from tests.support.token_holder import Holder, holder, person

YEAR = 2030
TODAY = date(2030, 1, 2)


def program(role: Role = Role.OFFICER, dopa_code: int | None = 20) -> Holder:
    return holder(person(role, dopa_code))


def made(office_id: str = "CBI", **of: Any) -> list[str]:
    """Notices of a year by the signed rule, which is signed if there is none."""
    if not rulebook.versions():
        author, signer = User.objects.create(username="author"), User.objects.create(username="signer")
        rulebook.sign(rulebook.draft(document(sample=False), author, "จากประกาศ").version, signer)
    return make_notices(Asked(Office.objects.get(pk=office_id), YEAR, **of), rulebook.versions(), TODAY, None)


# ---- notices


@pytest.mark.parametrize("month", [None, 1, 9])
@pytest.mark.parametrize("stand", [None, *Stand])
def test_the_filters_find_what_the_pages_file_has(month: int | None, stand: Stand | None) -> None:
    numbers = made()
    confirm(word(Notice.objects.get(pk=numbers[0])))
    withdraw(numbers[1], "แรงม้าผิด", timezone.now())
    officer = person(Role.OFFICER)
    asked = {"year": YEAR + 543} | ({"month": month} if month else {}) | ({"state": stand} if stand else {})
    file = browser_of(officer).get("/fees/CBI/notices.csv", asked).content.decode("utf-8-sig")
    rows = {row["notice_no"]: row for row in csv.DictReader(file.splitlines())}
    path = f"notices?office=CBI&limit=200&year={YEAR}" + (f"&month={month}" if month else "")
    found = holder(officer).get(path + (f"&stand={stand}" if stand else ""))["items"]
    assert [each["notice_no"] for each in found] == sorted(rows)
    for each in found:
        row = rows[each["notice_no"]]
        told = (each["factory_th"], each["reference"], each["stand"])
        assert told == (row["factory"], row["reference"], row["state"])
        assert month in (None, date.fromisoformat(each["due_on"]).month)
        assert stand in (None, each["stand"])
    assert rows or month or stand is Stand.OVERDUE


@pytest.mark.parametrize(
    "asked", ["{0.pk}", "{0.reference}", "{0.factory_id}", "{0.factory.old_no}", "{0.factory.name_th}", "sample", "-"]
)
def test_a_question_finds_what_the_page_finds(asked: str) -> None:
    notice, officer = Notice.objects.select_related("factory").get(pk=made()[0]), person(Role.OFFICER)
    q = asked.format(notice)
    file = browser_of(officer).get("/fees/CBI/notices.csv", {"year": YEAR + 543, "q": q}).content.decode("utf-8-sig")
    shown = sorted(row["notice_no"] for row in csv.DictReader(file.splitlines()))
    found = [each["notice_no"] for each in holder(officer).get(f"notices?year={YEAR}&q={q}")["items"]]
    assert found == shown
    assert notice.pk in found or asked in ("sample", "-")


def test_without_a_year_those_of_all_years_are_there() -> None:
    officer = program()
    every = {each["notice_no"] for each in officer.get("notices?limit=200")["items"]}
    yearly = set(made())
    assert every - yearly
    assert {each["notice_no"] for each in officer.get(f"notices?year={YEAR}&limit=200")["items"]} == yearly


@pytest.mark.parametrize("asked", ["year=1", "year=2569", "month=0", "month=13", "year=x", f"q={'x' * 61}"])
def test_a_list_of_what_cannot_be_is_refused(asked: str) -> None:
    assert program().ask("get", f"notices?{asked}").status_code == 422


def test_one_notice_tells_what_it_asked_for_before_and_until_when_it_holds() -> None:
    number = made(month=1)[0]
    before = Notice.objects.get(pk=number)
    first = program().get(f"notices/{number}")
    assert [(each["revision"], each["why"]) for each in first["amounts"]] == [(1, "made")]
    grow_notices(date(YEAR, 4, 1))
    after = program(dopa_code=20, role=Role.PROVINCIAL_ADMIN).get(f"notices/{number}")
    [grown, old] = after["amounts"]
    assert (old["amount_satang"], old["as_of"]) == (before.amount_satang, TODAY.isoformat())
    assert (grown["why"], grown["amount_satang"]) == ("surcharge", after["amount_satang"])
    assert sum(each["amount_satang"] for each in grown["lines"]) == grown["amount_satang"] > old["amount_satang"]
    assert all(each["why_th"] for each in grown["lines"])
    yearly = before.yearly_fee
    yearly.refresh_from_db()
    assert after["yearly"] == {
        "fee_year": YEAR, "due_on": yearly.due_on.isoformat(), "holds_until": yearly.holds_until.isoformat(),
        "months": yearly.months, "rule": yearly.rule_id,
    }  # fmt: skip
    assert first["yearly"]["months"] < yearly.months
    withdraw(number, "แรงม้าผิด", timezone.now())
    assert made(month=1, again=True)
    assert program(Role.NATIONAL_ADMIN, None).get(f"notices/{number}")["yearly"] is None, "another one stands for it"


def test_addresses_for_reminders_are_read_by_who_serves_there_and_that_is_written_down() -> None:
    notice, one = owed(), program()
    assert one.get(f"notices/{notice.pk}/contacts")["items"] == []
    said = {"address": "a@factory.example", "ground": "notice"}
    assert one.ask("put", f"notices/{notice.pk}/contacts/mail", said).status_code == 200
    [told] = one.get(f"notices/{notice.pk}/contacts")["items"]
    assert told["noted_at"]
    assert {**told, "noted_at": ""} == {
        "channel": "mail", "address": "a@factory.example", "ground": "notice", "noted_by": "officer-20", "noted_at": "",
    }  # fmt: skip
    last = Entry.objects.first()
    assert last is not None
    assert (last.kind, last.about, last.dopa_code) == ("saw", notice.pk, 20)
    assert "a@factory" not in last.said
    for other in (program(Role.OFFICER, 40), program(Role.TECHNICIAN)):
        assert other.ask("get", f"notices/{notice.pk}/contacts").status_code == 404
    assert "a@factory" not in str(one.get("notices")) + str(one.get(f"notices/{notice.pk}"))


# ---- a year


def test_how_a_year_stands_in_each_office_and_each_month() -> None:
    numbers = made()
    made("KKN")
    paid = Notice.objects.get(pk=numbers[0])
    confirm(word(paid))
    nation = program(Role.NATIONAL_ADMIN, None)
    rows = {each["office_id"]: each for each in nation.get(f"fees/{YEAR}")["items"]}
    assert set(rows) == set(Factory.objects.values_list("office_id", flat=True))
    for office_id, sums in by_office(None, YEAR, timezone.localdate()).items():
        for stand, sum_of in sums.items():
            assert rows[office_id][stand] == {"count": sum_of.count, "satang": sum_of.satang}
    cbi = Office.objects.get(pk="CBI")
    named = (rows["CBI"]["office_th"], rows["CBI"]["office_en"], rows["CBI"]["province"])
    assert named == (cbi.name_th, cbi.name_en, 20)
    assert rows["CBI"]["paid"] == {"count": 1, "satang": paid.amount_satang}
    one = program().get(f"offices/CBI/fees/{YEAR}")
    assert {**rows["CBI"], "months": one["months"]} == one
    assert [each["month"] for each in one["months"]] == list(range(1, 13))
    month = one["months"][paid.due_on.month - 1]
    assert month["paid"] == {"count": 1, "satang": paid.amount_satang}
    assert sum(each["owed"]["count"] for each in one["months"]) == len(numbers) - 1


def test_the_years_of_offices_are_of_ones_own_and_closed_to_who_serves_in_none() -> None:
    assert {each["office_id"] for each in program().get(f"fees/{YEAR}")["items"]} == {"CBI"}
    assert program(Role.TECHNICIAN).ask("get", f"fees/{YEAR}").status_code == 404
    assert program(Role.OFFICER, 40).ask("get", f"offices/CBI/fees/{YEAR}").status_code == 404
    assert holder(person(Role.AUDITOR)).ask("get", "fees/2700").status_code == 422


def test_who_asks_for_other_years_has_the_running_one_not_counted_again() -> None:
    nation, today = program(Role.NATIONAL_ADMIN, None), timezone.localdate()
    offices = list(Office.objects.all())
    of_offices(offices, today.year, today)
    nation.get(f"fees/{today.year - 1}")
    with CaptureQueriesContext(connection) as asked:
        assert of_offices(offices, today.year, today) == of_offices(offices, today.year, today)
    assert not asked.captured_queries


def test_all_offices_go_by_a_cursor() -> None:
    nation = program(Role.NATIONAL_ADMIN, None)
    every = [each["office_id"] for each in nation.get(f"fees/{YEAR}")["items"]]
    found, after = [], ""
    while after is not None:
        answered = nation.get(f"fees/{YEAR}?limit=1&after={after}")
        found += [each["office_id"] for each in answered["items"]]
        after = answered["next"]
    assert found == every == sorted(every)


# ---- making


def test_a_preview_names_who_gets_a_notice_and_who_none() -> None:
    asked, rules = Asked(Office.objects.get(pk="CBI"), YEAR), rulebook.versions(drafts_too=True)
    last = plan(asked, rules, timezone.localdate()).fees[-1][0]
    Factory.objects.filter(pk=last.pk).update(fee_anniversary=None)
    one = program()
    told = one.ask("post", "offices/CBI/notices/preview", {"year": YEAR, "drafts": True}).json()  # type: ignore[attr-defined]
    planned = plan(asked, rules, timezone.localdate())
    assert told["samples"] == planned.sample_count == told["count"] > 0
    assert [each["factory_no"] for each in told["fees"]] == [each.pk for each, _fee in planned.fees]
    assert sum(each["amount_satang"] for each in told["fees"]) == told["satang"]
    for each, (factory, fee) in zip(told["fees"], planned.fees, strict=True):
        assert (each["due_on"], each["rule"], each["sample"]) == (fee.payable_by.isoformat(), fee.version, True)
        assert (each["factory_th"], each["lines"][0]["amount_satang"]) == (factory.name_th, fee.lines[0].amount_satang)
    gap = next(each for each in told["no_fees"] if each["factory_no"] == last.pk)
    assert (gap["reason"], gap["is_gap"]) == ("no-anniversary", True)
    assert sum(told["refused"].values()) == len(told["no_fees"])
    gaps = [each["is_gap"] for each in told["no_fees"]]
    assert gaps == sorted(gaps, reverse=True)


# ---- letters


def test_letters_are_asked_for_by_the_same_question_as_the_list() -> None:
    notice, one = Notice.objects.get(pk=made()[0]), program()
    said = {"year": YEAR, "q": notice.reference}
    answered = one.ask("post", "offices/CBI/letters", said)
    assert answered.status_code == 202
    assert LetterPart.objects.get(run=LetterRun.objects.get()).notice_nos == [notice.pk]
    assert one.ask("post", "offices/CBI/letters", {"year": YEAR, "q": "nothing at all"}).status_code == 409


# ---- all lists


def test_a_longer_page_asks_the_database_no_more() -> None:
    numbers = made()
    office, now = Office.objects.get(pk="CBI"), timezone.now()
    for number in numbers[:3]:
        asked_for = Notice.objects.filter(pk=number)
        runs.ask(office, asked_for, None)
        Reminder.objects.create(
            notice_id=number, channel="letter", day=7, state="to-print", begun_on=TODAY, changed_at=now,
            amount_satang=100,
        )  # fmt: skip
    folders = Folder.objects.filter(factory__office="CBI").order_by("pk")
    for each in folders[:3]:
        take_stock(Source("CBI", now), ("9", "9", "9"), [each.pk], "CBI-1")
    one = program()
    one.get("notices")  # the first request of a token notes that it is used
    for path in (
        "notices", "folders", "offices/CBI/shelf-walks", "offices/CBI/letters", "offices/CBI/reminders",
        "folders?q=a&out=0", f"notices?year={YEAR}&q=a",
    ):  # fmt: skip
        counts = []
        for limit in (1, 200):
            with CaptureQueriesContext(connection) as queries:
                found = one.get(f"{path}{'&' if '?' in path else '?'}limit={limit}")["items"]
            counts.append(len(queries))
        assert len(found) > 1 or "?" in path, path
        assert counts[0] == counts[1], path
