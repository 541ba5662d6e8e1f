"""A change of settings: tried on every kiosk it concerns, then told to each."""

from __future__ import annotations

from typing import Any

import pytest

from fleet.devices.desired import change_settings, desired_of, latest_document, put_back, undo
from fleet.devices.models import Kiosk, Layer, Outgoing, SettingsRevision
from fleet.protocol.messages import Desired, decode
from fleet.protocol.settings import SettingsError, read_settings


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    Outgoing.objects.all().delete()


def greeting(text: str) -> dict[str, Any]:
    return {"greeting": {"th": text, "en": text}}


def told() -> dict[str, Desired]:
    """What waits to be sent, by topic; the latest a topic."""
    assert all(each.retain for each in Outgoing.objects.all())
    return {each.topic: decode(bytes(each.payload), Desired) for each in Outgoing.objects.all()}


def topic(kiosk_id: str) -> str:
    return f"sala/v1/kiosk/{kiosk_id}/desired"


@pytest.mark.parametrize(
    ("layer", "key", "concerned"),
    [
        (Layer.NATIONAL, "", {"AYA-01", "AYA-02", "CBI-01", "CBI-02", "KKN-01", "KKN-02"}),
        (Layer.PROVINCE, "20", {"CBI-01", "CBI-02"}),
        (Layer.OFFICE, "KKN", {"KKN-01", "KKN-02"}),
        (Layer.KIOSK, "AYA-02", {"AYA-02"}),
    ],
)
def test_a_change_is_told_to_those_it_concerns_and_to_no_other(layer: str, key: str, concerned: set[str]) -> None:
    merged = {**latest(layer, key), **greeting("สวัสดี")}
    change_settings(layer, key, merged, None, "ทดลอง")
    assert set(told()) == {topic(kiosk_id) for kiosk_id in concerned}
    for desired in told().values():
        settings, unknown = read_settings(each.document for each in desired.layers)
        assert settings.greeting.th == "สวัสดี"
        assert unknown == ()


def latest(layer: str, key: str) -> dict[str, Any]:
    found = latest_document(layer, key)
    return dict(found.document) if found else {}


def test_the_stack_is_sent_in_the_order_in_which_it_wins() -> None:
    change_settings(Layer.KIOSK, "CBI-01", greeting("เครื่อง"), None, "")
    change_settings(Layer.PROVINCE, "20", greeting("จังหวัด"), None, "")
    for kiosk_id, wins in (("CBI-01", "เครื่อง"), ("CBI-02", "จังหวัด")):
        layers = told()[topic(kiosk_id)].layers
        assert read_settings(each.document for each in layers)[0].greeting.th == wins


def test_a_kiosks_revision_only_grows_and_is_the_one_it_is_told() -> None:
    before = Kiosk.objects.get(pk="CBI-01").settings_revision
    for text in ("หนึ่ง", "สอง"):
        change_settings(Layer.OFFICE, "CBI", {**latest(Layer.OFFICE, "CBI"), **greeting(text)}, None, "")
    assert Kiosk.objects.get(pk="CBI-01").settings_revision == before + 2
    assert told()[topic("CBI-01")].settings_revision == before + 2


@pytest.mark.parametrize("document", [{"greeting": {"th": ""}}, {"patience": {"warning_s": 1}}, {"payee": None}])
def test_what_a_kiosk_could_not_live_with_changes_nothing(document: dict[str, Any]) -> None:
    revisions, desired = SettingsRevision.objects.count(), desired_of(Kiosk.objects.get(pk="CBI-01"))
    with pytest.raises(SettingsError):
        change_settings(Layer.PROVINCE, "20", document, None, "")
    assert SettingsRevision.objects.count() == revisions
    assert desired_of(Kiosk.objects.get(pk="CBI-01")) == desired
    assert not Outgoing.objects.exists()


def said(layer: str, key: str) -> list[tuple[int, str | None, int | None]]:
    """Every revision with its Thai greeting and what it puts back, oldest first."""
    revisions = SettingsRevision.objects.filter(layer=layer, key=key).order_by("revision")
    return [(each.revision, each.document.get("greeting", {}).get("th"), each.restores) for each in revisions]


def test_undo_goes_back_change_by_change_to_the_layer_that_says_nothing() -> None:
    for text in ("หนึ่ง", "สอง", "สาม"):
        change_settings(Layer.PROVINCE, "20", greeting(text), None, "")
    for _ in range(3):
        undo(Layer.PROVINCE, "20", None, "ย้อน")
    undone = [(4, "สอง", 2), (5, "หนึ่ง", 1), (6, None, 0)]
    assert said(Layer.PROVINCE, "20")[3:] == undone
    with pytest.raises(LookupError):
        undo(Layer.PROVINCE, "20", None, "ย้อน")
    change_settings(Layer.PROVINCE, "20", greeting("สี่"), None, "")
    undo(Layer.PROVINCE, "20", None, "ย้อน")
    assert said(Layer.PROVINCE, "20")[-1] == (8, None, 0)


def test_any_revision_can_be_put_back() -> None:
    for text in ("หนึ่ง", "สอง", "สาม"):
        change_settings(Layer.PROVINCE, "20", greeting(text), None, "")
    put_back(Layer.PROVINCE, "20", 1, None, "กลับ")
    put_back(Layer.PROVINCE, "20", 4, None, "กลับ")
    put_back(Layer.PROVINCE, "20", 3, None, "กลับ")
    assert said(Layer.PROVINCE, "20")[3:] == [(4, "หนึ่ง", 1), (5, "หนึ่ง", 1), (6, "สาม", 3)]
    undo(Layer.PROVINCE, "20", None, "ย้อน")
    assert said(Layer.PROVINCE, "20")[-1] == (7, "สอง", 2)
    with pytest.raises(LookupError):
        put_back(Layer.PROVINCE, "20", 99, None, "กลับ")


def test_what_no_kiosk_could_live_with_is_not_put_back_either() -> None:
    before = SettingsRevision.objects.count()
    with pytest.raises(SettingsError):
        put_back(Layer.NATIONAL, "", 0, None, "ว่าง")
    assert SettingsRevision.objects.count() == before
