"""Lists by a Thai name stand in the order of the Thai dictionary, over either database and however the rows came."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from fleet.acting.cases import holders_of
from fleet.office.cases.models import Case, Manual
from fleet.office.finding import find
from fleet.office.models import Factory
from fleet.office.ordering import fill_in
from fleet.office.register.records import write_factories
from fleet.people.models import Membership, Role
from fleet.protocol.thai import BANGKOK
from tests.support.signed_in import browser_of
from tests.support.token_holder import holder, person

NAMES = ["กล้วย", "เกษตร", "แก้ว", "ขนม", "ไม้", "ฮวด"]
"""By code points: กล้วย, ขนม, ฮวด, เกษตร, แก้ว, ไม้."""


def factory(number: int, name: str) -> Factory:
    return Factory(factory_no=f"2020009992555{number}", office_id="CBI", name_th=f"เรียง{name}", name_en=name)


@pytest.fixture
def factories() -> list[Factory]:
    """Made by hand and by an import, in no order."""
    made = [factory(number, name) for number, name in enumerate(sorted(NAMES))]
    made[0].save()
    write_factories(made[1:3])
    Factory.objects.bulk_create(made[3:])
    return made


def shown(asked: str = "เรียง") -> list[str]:
    return [each.name_th.removeprefix("เรียง") for each in find(Factory.objects.all(), asked)]


@pytest.mark.usefixtures("factories")
def test_factories_are_listed_as_the_dictionary_would() -> None:
    assert shown() == NAMES
    assert [each for each in shown("") if each in NAMES] == NAMES
    user = User.objects.create_user("somebody")
    Membership.objects.create(user=user, role=Role.OFFICER, dopa_code=20)
    page = browser_of(user).get("/factories/", {"q": "เรียง"}).content.decode()
    assert re.findall("เรียง([^<]+)</a>", page) == NAMES


def test_a_new_name_moves_a_factory_by_hand_and_by_an_import(factories: list[Factory]) -> None:
    there = Factory.objects.get(pk=factories[0].pk)
    there.name_th = "เรียงไอศกรีม"
    there.save()
    assert shown() == ["เกษตร", "แก้ว", "ขนม", "ไม้", "ไอศกรีม", "ฮวด"]
    there.name_th = "เรียงเงาะ"
    write_factories([there])
    assert shown() == ["เกษตร", "แก้ว", "ขนม", "เงาะ", "ไม้", "ฮวด"]


@pytest.mark.usefixtures("factories")
def test_the_migration_fills_in_what_was_there_before() -> None:
    for model in (Factory, Manual):
        before = dict(model.objects.values_list("pk", "name_order"))
        model.objects.update(name_order="")
        fill_in(model._meta.app_label, model.__name__)(apps, connection.schema_editor(atomic=False))
        assert dict(model.objects.values_list("pk", "name_order")) == before
        assert all(before.values())


def test_the_database_compares_by_code_points_whatever_its_language_and_has_an_index() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT table_name, collation_name FROM information_schema.columns WHERE column_name=%s",
                           ["name_order"])  # fmt: skip
            assert dict(cursor.fetchall()) == {"office_factory": "C", "cases_manual": "C"}
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "factories_by_name" in Factory.objects.order_by("name_order", "pk")[:50].explain()


def test_manuals_and_who_has_cases_are_in_the_same_order() -> None:
    Case.objects.update(manual=None)
    Manual.objects.all().delete()
    today = datetime.now(BANGKOK).date()
    for number, name in enumerate(sorted(NAMES)):
        Manual.objects.create(manual_id=f"m-{number}", name_th=name, name_en="Sample", days=1, valid_from=today)
    assert [each.name_th for each in Manual.objects.all()] == NAMES
    cases = list(Case.objects.filter(office="CBI"))
    Case.objects.filter(office="CBI").update(holder_th="")
    for case, name in zip(cases, sorted(NAMES), strict=False):
        Case.objects.filter(pk=case.pk).update(holder_th=name)
    office = cases[0].office
    expected = [name for name in NAMES if name in sorted(NAMES)[: len(cases)]]
    assert len(expected) > 2
    assert [each.name_th for each in holders_of(office, 99)] == expected
    assert [each.name_th for each in holders_of(office, 2)] == expected[:2]


def test_who_may_own_a_channel_is_in_the_same_order_for_people_and_programs() -> None:
    for number, name in enumerate(sorted(NAMES)):
        user = User.objects.create(username=f"officer-{number}", first_name=name, last_name="ใจดี")
        Membership.objects.create(user=user, role=Role.OFFICER, dopa_code=40)
    page = browser_of(person(Role.NATIONAL_ADMIN, None)).get("/channels/KKN/new/").content.decode()
    wanted = [f"{each} ใจดี" for each in NAMES]
    assert [each for each in re.findall(r">([^<>]+)</option>", page) if each in wanted] == wanted
    listed = holder(person(Role.PROVINCIAL_ADMIN, 40)).get("offices/KKN/channel-owners")["items"]
    assert [each["name"] for each in listed if each["name"] in wanted] == wanted


@pytest.mark.parametrize("at_once", [2, 500])
def test_people_are_in_the_same_order_by_the_name_they_are_shown_by(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.acting.people.AT_ONCE", at_once)
    for number, name in enumerate(sorted(NAMES)):
        user = User.objects.create(username=f"officer-{number}", first_name=name, last_name="ใจดี")
        Membership.objects.create(user=user, role=Role.OFFICER, dopa_code=40)
    unnamed = User.objects.create(username="a-officer")
    Membership.objects.create(user=unnamed, role=Role.OFFICER, dopa_code=40)
    staff = browser_of(person(Role.NATIONAL_ADMIN, None))
    wanted = [*(f"{each} ใจดี" for each in NAMES), unnamed.username]
    page = staff.get("/people/", {"q": "officer"}).content.decode()
    assert re.findall(r'href="/people/\d+/">([^<]+)</a>', page) == wanted
    rows = b"".join(staff.get("/people.csv", {"q": "officer"})).decode("utf-8-sig").splitlines()[1:]
    assert [row.split(",")[1] or row.split(",")[0] for row in rows] == wanted


def test_people_are_turned_over_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet.web.views.people.A_PAGE", 4)
    for number, name in enumerate(sorted(NAMES)):
        user = User.objects.create(username=f"officer-{number}", first_name=name)
        Membership.objects.create(user=user, role=Role.OFFICER, dopa_code=40)
    staff = browser_of(person(Role.NATIONAL_ADMIN, None))
    pages = [staff.get("/people/", {"q": "officer", "page": no}).content.decode() for no in (1, 2)]
    assert [re.findall(r'href="/people/\d+/">([^<]+)</a>', each) for each in pages] == [NAMES[:4], NAMES[4:]]


def test_no_list_goes_by_the_code_points_of_a_thai_name() -> None:
    by_name = re.compile(r"""(?:order_by\(|ordering = \[)[^)\]]*["']-?[a-z_]*_th["']""")
    for path in Path("fleet").rglob("*.py"):
        if "migrations" not in path.parts:
            assert not by_name.search(path.read_text("utf-8")), path
