"""A factory, and what is a factory's, by what somebody types: however it is typed, and of however many it is true."""

from __future__ import annotations

import pytest
from django.db.models import QuerySet

from fleet.office import finding
from fleet.office.cases.listing import asked_for, permits_asked_for
from fleet.office.cases.models import Case, Permit
from fleet.office.folders.finding import find as find_folders
from fleet.office.models import Factory, Folder

A_NAME = "น้ำเงินแก้วใส"


@pytest.fixture
def factory() -> Factory:
    """One that has a folder, a case and a permit, by another name than all others."""
    found = Factory.objects.filter(cases__isnull=False, permits__isnull=False, folders__isnull=False).distinct()[0]
    found.name_th, found.name_en, found.old_no = A_NAME, "Clear Ice 100%", "จ3-22(3)-1/41ชบ"
    found.save()
    return found


@pytest.mark.parametrize(
    "asked",
    [
        A_NAME,
        "น\u0e49\u0e4d\u0e32เงิน",
        "น\u0e4d\u0e49\u0e32เงิน",
        "เเก้วใส",
        "CLEAR ice",
        "clear  ICE",
        "100%",
        "22(3)-1/41ชบ",
    ],
    ids=["as it is", "am as two", "a tone inside", "ae as two", "letters", "blanks", "a sign of LIKE", "old number"],
)
def test_it_is_found_however_it_is_typed(factory: Factory, asked: str) -> None:
    assert list(finding.find(Factory.objects.all(), asked)) == [factory]


@pytest.mark.parametrize("asked", ["Clear Ice_100", "%ice", "Ice 100%\n", "Ice 100% จ3", "1/41ชบ น้ำ"])
def test_signs_of_the_database_and_two_columns_in_one_are_no_match(factory: Factory, asked: str) -> None:
    found = list(finding.find(Factory.objects.all(), asked))
    assert found == ([factory] if asked.endswith("\n") else []), "a line's end is a blank at the end"


def test_a_new_name_is_found_at_once_and_the_old_one_is_not(factory: Factory) -> None:
    Factory.objects.filter(pk=factory.pk).update(name_th="อีกชื่อ")
    assert list(finding.find(Factory.objects.all(), "อีกชื่อ")) == [factory]
    assert not finding.find(Factory.objects.all(), A_NAME).exists()


def _all_found(asked: str) -> list[QuerySet[Folder] | QuerySet[Case] | QuerySet[Permit]]:
    return [
        find_folders(Folder.objects.all(), asked),
        asked_for(Case.objects.all(), asked),
        permits_asked_for(Permit.objects.all(), asked),
    ]


@pytest.mark.parametrize("by", ["{0.name_th}", "{0.factory_no}", "CLEAR", "22(3)"])
def test_of_few_and_of_many_the_same_is_found(factory: Factory, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    of_few = [set(each.values_list("pk", flat=True)) for each in _all_found(by.format(factory))]
    assert of_few == [
        set(model.objects.filter(factory=factory).values_list("pk", flat=True)) for model in (Folder, Case, Permit)
    ]
    monkeypatch.setattr(finding, "FEW", 0)
    of_many = _all_found(by.format(factory))
    assert [set(each.values_list("pk", flat=True)) for each in of_many] == of_few
    assert all("searched" in str(each.query) for each in of_many), "they are not named one by one"
