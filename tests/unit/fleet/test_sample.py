"""Sample data: there once, plainly sample, and nobody's number in it."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from drivers.card.samples import SAMPLE_CITIZENS, UNKNOWN_OWNER
from fleet.devices.desired import desired_of
from fleet.devices.models import Kiosk
from fleet.office.models import Factory, Folder, Notice, Office, Province
from fleet.protocol import office as wire
from fleet.protocol.codes import FolderCode, NoticeCode, classify
from fleet.protocol.factory import FactoryNumber
from fleet.protocol.settings import read_settings
from fleet.protocol.thai import IdNumber, keyed_hash
from fleet.site.sample import FACTORIES, make_sample_data, sample_id, scannable
from tests.support.fleet_office import travelling
from tests.support.fleet_today import TODAY


def counted() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def test_made_twice_it_is_there_once() -> None:
    before = counted()
    make_sample_data("https://sala.example", today=TODAY)
    assert counted() == before
    assert before["Notice"] >= 18


def test_the_sample_cards_are_the_sample_people() -> None:
    """Two parts of the program that may not know each other follow one rule."""
    cards = {citizen.id_number for citizen in SAMPLE_CITIZENS}
    assert cards == {sample_id(number).reveal() for number in range(1, len(SAMPLE_CITIZENS) + 1)}


def test_every_office_knows_some_of_them_and_never_the_stranger() -> None:
    for office in Office.objects.all():
        known = {each for factory in travelling(office.pk, wire.Factory) for each in factory.owner_hashes}
        hashes = {
            citizen.id_number: keyed_hash(IdNumber(citizen.id_number), bytes.fromhex(office.hash_key))
            for citizen in SAMPLE_CITIZENS
        }
        assert hashes[SAMPLE_CITIZENS[0].id_number] in known
        assert hashes[UNKNOWN_OWNER.id_number] not in known


def test_one_owns_several_factories_and_no_office_can_compare_its_hashes_with_another() -> None:
    chon_buri, khon_kaen = (travelling(pk, wire.Factory) for pk in ("CBI", "KKN"))
    owner = keyed_hash(sample_id(1), bytes.fromhex(Office.objects.get(pk="CBI").hash_key))
    assert sum(owner in factory.owner_hashes for factory in chon_buri) > 1
    assert not any(owner in factory.owner_hashes for factory in khon_kaen)


def test_no_id_number_is_anywhere_in_the_database() -> None:
    numbers = {citizen.id_number for citizen in SAMPLE_CITIZENS}
    looked_at = 0
    for model in apps.get_models():
        for row in model._default_manager.all():
            for field in row._meta.concrete_fields:
                if isinstance(field, models.CharField | models.TextField | models.JSONField):
                    looked_at += 1
                    assert not any(number in str(getattr(row, field.attname)) for number in numbers), field
    assert looked_at > 100


def test_every_name_says_that_it_is_a_sample() -> None:
    assert all("ตัวอย่าง" in factory.name_th and "Sample" in factory.name_en for factory in Factory.objects.all())
    assert all(notice.sample for notice in Notice.objects.all())
    for kiosk in Kiosk.objects.select_related("office"):
        settings, unknown = read_settings(each.document for each in desired_of(kiosk).layers)
        assert settings.sample
        assert "ตัวอย่าง" in settings.payee.name.th
        assert settings.office_name.th == kiosk.office.name_th
        assert unknown == ()


def test_codes_are_what_a_scan_takes_them_for() -> None:
    assert all(classify(notice.reference) == NoticeCode(notice.reference) for notice in Notice.objects.all())
    assert all(classify(folder.folder_id) == FolderCode(folder.folder_id) for folder in Folder.objects.all())
    for factory in Factory.objects.all():
        number = FactoryNumber(factory.factory_no)
        assert number.check_digit_agrees
        assert number.dopa_code == factory.office.province_id
    assert len(scannable("CBI")) == Notice.objects.filter(factory__office="CBI").count() + len(FACTORIES)


def test_lines_add_up_and_every_case_of_a_visit_is_there() -> None:
    for office in Office.objects.all():
        notices = list(Notice.objects.filter(factory__office=office))
        for notice in notices:
            assert sum(line["amount_satang"] for line in notice.lines) == notice.amount_satang
        assert any(notice.paid_at for notice in notices)
        assert any(not notice.paid_at and notice.due_on < TODAY and len(notice.lines) > 1 for notice in notices)
        assert {150_000, 330_000, 450_000} <= {notice.amount_satang for notice in notices if not notice.paid_at}
    assert max(len(name_th) for name_th, _ in FACTORIES) >= 75


def test_all_provinces_and_bangkok_without_an_office() -> None:
    assert Province.objects.count() == 77
    assert not Office.objects.filter(province_id=10).exists()
