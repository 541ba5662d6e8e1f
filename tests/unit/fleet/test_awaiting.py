"""What waits for whoever opens the first page, and for the person of a token that asks: by kind, scope and person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fleet.acting import planning
from fleet.acting.awaiting import Wait, waits_of
from fleet.acting.settings import Wanted, publish, spot_of
from fleet.devices.desired import latest_document
from fleet.devices.models import PlannedSettings
from fleet.office.cases.models import Case
from fleet.office.channels.models import Registration, Ticket
from fleet.office.models import Notice, Office, Province
from fleet.payments.confirming import confirm
from fleet.payments.deciding import decide, second
from fleet.payments.ledger import Deed
from fleet.people.models import FactorReset, Proposal, Role
from fleet.people.scope import scope_of
from fleet.people.tokens.rights import RIGHTS
from fleet.site.sample_other_fees import sample_fees
from tests.support.fleet_payments import word
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder, person

NOW = timezone.now()
AN_AMOUNT = {"fees": {next(iter(sample_fees())): {"amount": {"most_satang": 900_000}}}}
AN_ACCOUNT = {"payees": {"another": {"name": {"th": "ตัวอย่าง", "en": "Sample"}, "biller_id": "112345678901234"}}}


@pytest.fixture(autouse=True)
def _no_samples() -> None:
    for late in (Case, Ticket):
        late.objects.update(due_on=timezone.localdate() + timedelta(days=9))


def waits(user: User) -> dict[Wait, int]:
    return waits_of(scope_of(user), user, timezone.now())


def wish(document: dict[str, object], by: User, province: int = 20) -> PlannedSettings:
    latest = latest_document("province", str(province))
    is_account = "payees" in document
    wanted = Wanted(
        document={**(latest.document if latest else {}), **document}, base=latest.revision if latest else 0,
        reason="ลองดู", as_admin=not is_account, as_treasury=is_account,
    )  # fmt: skip
    made = publish(spot_of(Province.objects.get(pk=province)), wanted, by)
    assert isinstance(made, PlannedSettings)
    return made


def test_a_change_of_settings_waits_for_who_may_agree_to_it() -> None:
    one, two = person(Role.PROVINCIAL_ADMIN, 20, "one"), person(Role.PROVINCIAL_ADMIN, 20, "two")
    elsewhere, treasury = person(Role.PROVINCIAL_ADMIN, 40), person(Role.TREASURY, None)
    officer, auditor = person(Role.OFFICER, 20), person(Role.AUDITOR, None)
    amount = wish(AN_AMOUNT, one)
    told = [waits(each).get(Wait.SETTINGS) for each in (one, two, elsewhere, treasury, officer, auditor)]
    assert told == [0, 1, 0, 0, None, None]
    wish(AN_ACCOUNT, person(Role.TREASURY, None, "another"))
    assert [waits(each)[Wait.SETTINGS] for each in (one, two, treasury)] == [0, 1, 1]
    for each in (one, two, elsewhere, treasury):  # as one by one
        mine = [plan for plan in PlannedSettings.objects.all() if planning.may_decide(scope_of(each), plan, each)]
        assert planning.to_decide(scope_of(each), each, timezone.now()) == mine
    amount.expires_at = NOW - timedelta(minutes=1)
    amount.save()
    assert waits(two)[Wait.SETTINGS] == 0, "nobody has agreed in time"


def test_they_are_weighed_by_what_they_change_in_one_question() -> None:
    one, two, treasury = (
        person(Role.PROVINCIAL_ADMIN, 20, "one"),
        person(Role.NATIONAL_ADMIN, None),
        person(Role.TREASURY),
    )
    planning.agree(wish(AN_ACCOUNT, person(Role.TREASURY, None, "a")), person(Role.TREASURY, None, "b"), timezone.now())
    wish(AN_AMOUNT, one)  # of a layer that names an account already, and this does not
    assert (waits(two)[Wait.SETTINGS], waits(treasury)[Wait.SETTINGS]) == (1, 0)
    scope = scope_of(two)
    with CaptureQueriesContext(connection) as few:
        planning.to_decide(scope, two, NOW)
    for _ in range(5):
        plan = PlannedSettings.objects.get(state="asked", pk=PlannedSettings.objects.filter(state="asked")[0].pk)
        plan.pk = None
        plan.save()
    with CaptureQueriesContext(connection) as many:
        assert len(planning.to_decide(scope, two, NOW)) == 6
    assert len(few) == len(many) == 1


def test_a_decision_about_a_payment_waits_for_another_who_settles_there() -> None:
    one, two = person(Role.OFFICER, 20, "one"), person(Role.OFFICER, 20, "two")
    others = [person(Role.OFFICER, 40), person(Role.TECHNICIAN), person(Role.AUDITOR, None)]
    odd = [confirm(word(each, f"T{each.pk}", amount_satang=each.amount_satang + 1)) for each in _two_owed()]
    with override_settings(SECOND_EYES_ABOVE_SATANG=1):
        for each in odd:
            decide(each, Deed.SETTLE, "เหตุผลตัวอย่าง", one)
    told = [waits(each).get(Wait.PAYMENTS) for each in (one, two, *others)]
    assert told == [0, 2, 0, None, None]
    second(odd[0], two, agreed=True)
    second(odd[1], two, agreed=False)
    assert waits(two)[Wait.PAYMENTS] == 0


def _two_owed() -> list[Notice]:
    return list(Notice.objects.filter(factory__office_id="CBI", paid_at__isnull=True)[:2])


def test_who_becomes_an_admin_of_the_nation_waits_for_another_of_those() -> None:
    one, two = person(Role.NATIONAL_ADMIN, None, "one"), person(Role.NATIONAL_ADMIN, None, "two")
    about, province = person(Role.OFFICER, 20), person(Role.PROVINCIAL_ADMIN)
    Proposal.objects.create(user=about, reason="เหตุผลตัวอย่าง", asked_by=one, asked_at=NOW)
    Proposal.objects.create(user=province, reason="เหตุผลตัวอย่าง", asked_by=one, asked_at=NOW, decided_at=NOW)
    FactorReset.objects.create(user=one, reason="เหตุผลตัวอย่าง", asked_by=None, asked_at=NOW)
    both = (Wait.PROPOSALS, Wait.RESETS)
    assert [tuple(waits(each).get(kind) for kind in both) for each in (one, two, province)] == [
        (0, 0), (1, 1), (None, None),
    ]  # fmt: skip


def test_what_is_late_in_an_office_is_for_who_works_there() -> None:
    _late_things()
    kinds = (Wait.CASES, Wait.TICKETS, Wait.REGISTRATIONS)
    some = [(Role.OFFICER, 20), (Role.OFFICER, 40), (Role.NATIONAL_ADMIN, None), (Role.TECHNICIAN, 20)]
    found = [waits(person(role, code)) for role, code in some]
    assert [tuple(each.get(kind) for kind in kinds) for each in found] == [
        (2, 1, 1),
        (0, 0, 0),
        (2, 1, 1),
        (None, None, None),
    ]
    assert waits(person(Role.AUDITOR, None)) == {}, "who only reads has nothing to do"


def _late_things() -> None:
    """Of Chon Buri: two cases and a ticket past their day, a registration that is held up; and what is in time."""
    today, office = timezone.localdate(), Office.objects.get(pk="CBI")
    days = {"received_on": today - timedelta(days=30), "entered_at": NOW, "office": office}
    yesterday = today - timedelta(days=1)
    for no, (due_on, closed_on) in enumerate(((yesterday, None), (yesterday, None), (yesterday, today), (today, None))):
        Case.objects.create(case_no=f"late-{no}", token=f"late-{no}", due_on=due_on, closed_on=closed_on, **days)
    for no, due_on in enumerate((yesterday, today)):
        Ticket.objects.create(
            number=f"late-{no}", token=f"t{no}", office=office, text="กลิ่นแรง", opened_at=NOW, due_on=due_on
        )
    for no, held_by in enumerate(("silent", "")):
        Registration.objects.create(
            number=f"R-{no}", office=office, kiosk_id="CBI-01", opened_at=NOW, id_masked="x", phone_masked="x",
            sealed="s", held_by=held_by,
        )  # fmt: skip


def test_the_page_and_programs_tell_the_same_and_the_page_only_what_there_is() -> None:
    _late_things()
    wish(AN_AMOUNT, person(Role.PROVINCIAL_ADMIN, 20, "another"))
    who = person(Role.PROVINCIAL_ADMIN)
    page, said = browser_of(who).get("/").content.decode(), holder(who).get("overview")["waits"]
    assert said == {
        "settings": 1, "payments": 0, "proposals": None, "resets": None, "cases": 2, "tickets": 1, "registrations": 1,
    }  # fmt: skip
    section = re.search(r'<section class="card waits".*?</section>', page, re.DOTALL)
    assert section is not None
    assert re.findall(r'href="([^"]+)">[^<]+<b class="n">(\d+)</b>', section[0]) == [
        ("/settings/waiting/", "1"), ("/cases/?state=late", "2"), ("/tickets/?state=late", "1"),
        ("/registrations/?state=waiting", "1"),
    ]  # fmt: skip
    browser = browser_of(who)
    assert all(browser.get(each).status_code == 200 for each in re.findall(r'href="([^"]+)"', section[0]))


def test_it_is_no_part_of_what_is_made_once_for_many_and_not_there_when_nothing_waits() -> None:
    who = person(Role.PROVINCIAL_ADMIN)
    assert 'class="card waits"' not in browser_of(who).get("/").content.decode()
    _late_things()
    browser = browser_of(who)
    assert 'class="card waits"' in browser.get("/").content.decode()
    with CaptureQueriesContext(connection) as asked:
        assert 'class="card waits"' not in browser.get("/", headers={"HX-Request": "true"}).content.decode()
    assert not [each for each in asked if "office_cases" in each["sql"] or "cases_case" in each["sql"]]


def test_a_token_is_told_what_it_is_for() -> None:
    _late_things()
    who = person(Role.NATIONAL_ADMIN, None)
    rights = [each for each in RIGHTS if each in ("kiosks:read", "cases:read")]
    said = holder(who, rights=rights).get("overview")["waits"]
    assert {name for name, count in said.items() if count is not None} == {"cases"}
    said = holder(who, provinces=[40]).get("overview")["waits"]
    assert (said["cases"], said["proposals"]) == (0, None)
