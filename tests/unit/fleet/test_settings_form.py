"""The form of a layer: what it shows of the layers beneath, and the document it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from fleet.protocol.settings import KioskSettings, read_settings
from fleet.web.settings_form import MISSING, SettingsForm, leaves, value_at

PAYEE = {"name": {"th": "ผู้รับเงินตัวอย่าง", "en": "Sample payee"}, "biller_id": "112345678901234"}
NATIONAL: dict[str, Any] = {
    "office_name": {"th": "สำนักงานตัวอย่าง", "en": "Sample office"},
    "payee": PAYEE,
    "help_point": {"th": "เคาน์เตอร์ 9", "en": "Counter 9"},
}


class Sent(dict[str, list[str]]):
    """A form as a browser sends it."""

    def getlist(self, key: str, /) -> Sequence[str]:
        return self.get(key, [])


def sent(form: SettingsForm, **changed: str | list[str] | None) -> Sent:
    """What a browser sends when a person changes only ``changed`` (``__`` for a dot); None unchecks a switch."""
    answers = Sent()
    for each in form.fields:
        if each.kind == "services":
            answers[each.leaf.name] = list(each.value)
        elif each.kind != "switch":
            answers[each.leaf.name] = [each.shown]
        elif each.value:
            answers[each.leaf.name] = ["on"]
    for name, value in changed.items():
        answers[name.replace("__", ".")] = [] if value is None else [value] if isinstance(value, str) else value
    return answers


def province(own: Mapping[str, Any] | None = None) -> SettingsForm:
    return SettingsForm("province", [("national", NATIONAL)], own or {})


def test_every_value_of_the_schema_has_a_control() -> None:
    tables = {"fees": {"a-fee": {}}, "payees": {"a-payee": {}}}
    tops = {leaf.path[0] for leaf in leaves(document=tables)}
    assert tops == {field.name for field in msgspec.structs.fields(KioskSettings)}
    assert {each.leaf.name for each in province(tables).fields} == {leaf.name for leaf in leaves(document=tables)}


def test_values_wear_the_layer_they_come_from() -> None:
    form = province({"contact": {"th": "ที่นี่", "en": "here"}})
    origin = {each.leaf.name: each.origin for each in form.fields}
    assert origin["contact.th"] == "province"
    assert origin["help_point.th"] == "national"
    assert origin["greeting.th"] == "default"


def test_a_form_sent_back_untouched_says_nothing() -> None:
    form = province()
    assert form.read(sent(form)) == {}


def test_only_what_differs_is_in_the_document() -> None:
    form = province()
    assert form.read(sent(form, help_point__th="เคาน์เตอร์ 1")) == {"help_point": {"th": "เคาน์เตอร์ 1"}}


def test_a_text_no_layer_has_said_is_said_whole() -> None:
    """The schema's default is no layer: with one language only, kiosks could not live with it."""
    form = province()
    document = form.read(sent(form, greeting__th="ยินดีต้อนรับ"))
    assert document == {"greeting": {"th": "ยินดีต้อนรับ", "en": "Welcome to Sala"}}
    settings, unknown = read_settings([NATIONAL, document or {}])
    assert settings.greeting.th == "ยินดีต้อนรับ"
    assert unknown == ()


def test_a_field_emptied_is_inherited_again() -> None:
    form = province({"help_point": {"th": "เคาน์เตอร์ 1"}, "patience": {"step_s": 90}})
    assert form.read(sent(form, help_point__th="", patience__step_s="")) == {}


def test_turning_every_service_off_is_a_decision() -> None:
    form = province()
    assert form.read(sent(form, services=None)) == {"services": []}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("patience__warning_s", "5"),
        ("patience__warning_s", "สามสิบ"),
        ("patience__warning_s", "9" * 40),
        ("help_point__en", "x" * 61),
        ("tracking_address", "javascript:alert(1)"),
    ],
)
def test_what_a_kiosk_would_refuse_is_said_at_the_field(name: str, value: str) -> None:
    form = province()
    assert form.read(sent(form, **{name: value})) is None
    assert [each.leaf.name for each in form.errors] == [name.replace("__", ".")]
    assert form.errors[0].error
    assert form.errors[0].shown == value


def test_payee_and_sample_cannot_be_sent() -> None:
    own = {"payee": PAYEE, "sample": True}
    form = SettingsForm("national", [], own)
    document = form.read(sent(form, payee__biller_id="999999999999999", sample=None))
    assert document == own


def test_what_the_form_does_not_know_stays() -> None:
    form = province({"from_a_newer_release": 1})
    assert form.read(sent(form)) == {"from_a_newer_release": 1}


def test_a_value_that_is_not_there_is_not_null() -> None:
    assert value_at({"a": {"b": None}}, ("a", "b")) is None
    assert value_at({"a": {}}, ("a", "b")) is MISSING
