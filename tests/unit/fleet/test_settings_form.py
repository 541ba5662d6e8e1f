"""The form of a layer: what it shows of the layers beneath, and the document it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from fleet.acting.settings_values import MISSING, decided_in, leaves, value_at
from fleet.protocol.settings import KNOWN_SERVICES, KioskSettings, read_settings
from fleet.web.settings_form import SettingsForm

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


# ---- tables: menu words, fees of other offices

FEE = {"name": {"th": "ภาษีตัวอย่าง", "en": "Sample tax"}, "payee": "town", "reference": {"shape": "SB####"}}
WITH_FEES = {**NATIONAL, "payees": {"town": PAYEE}, "fees": {"sample-tax": FEE}}


def with_fees(own: Mapping[str, Any] | None = None, **more: Any) -> SettingsForm:
    return SettingsForm("province", [("national", WITH_FEES)], own or {}, **more)


def test_a_table_left_as_it_is_says_nothing() -> None:
    form = with_fees()
    assert form.read(sent(form)) == {}


def test_a_fee_is_taken_off_the_screen_of_one_province() -> None:
    form = with_fees()
    document = form.read(_off(form))
    assert document == {"fees": {"sample-tax": {"offered": False}}}
    settings, _ = read_settings([WITH_FEES, document or {}])
    assert not settings.fees["sample-tax"].offered


def _off(form: SettingsForm) -> Sent:
    answers = sent(form)
    del answers["fees.sample-tax.offered"]
    return answers


def test_a_fee_that_is_begun_must_be_whole_and_its_payee_one_that_is_named() -> None:
    form = with_fees(begun=("fees.new-fee",))
    answers = sent(form) | {"fees.new-fee.name.th": ["ใหม่"], "fees.new-fee.offered": ["on"]}
    assert form.read(Sent(answers)) is None
    wrong = {each.leaf.name for each in form.errors}
    assert wrong == {"fees.new-fee.name.en", "fees.new-fee.payee", "fees.new-fee.reference.shape"}
    form = with_fees(begun=("fees.new-fee",))
    whole = {"name.th": "ใหม่", "name.en": "New", "payee": "town", "reference.shape": "NF######",
             "amount.by": "fixed", "amount.fixed_satang": "1,250.50"}  # fmt: skip
    document = form.read(Sent(answers | {f"fees.new-fee.{name}": [value] for name, value in whole.items()}))
    assert document is not None
    settings, unknown = read_settings([WITH_FEES, document])
    assert settings.fees["new-fee"].amount.fixed_satang == 125_050
    assert unknown == ()


@pytest.mark.parametrize("shape", ["sb####", "SB-##", "#" * 21])
def test_a_shape_that_is_none_is_said_at_the_field(shape: str) -> None:
    form = with_fees()
    assert form.read(Sent(sent(form) | {"fees.sample-tax.reference.shape": [shape]})) is None
    assert [each.leaf.name for each in form.errors] == ["fees.sample-tax.reference.shape"]


def test_a_layer_says_nothing_of_a_fee_any_more() -> None:
    form = with_fees({"fees": {"sample-tax": {"offered": False, "position": 3}, "own": FEE}})
    answers = Sent(sent(form) | {"forget": ["fees.sample-tax", "fees.own"]})
    assert form.read(answers) == {}


def test_payees_of_fees_cannot_be_sent() -> None:
    form = with_fees()
    answers = sent(form) | {"payees.town.biller_id": ["999999999999999"], "payees.mine.biller_id": ["9" * 15]}
    assert form.read(Sent(answers)) == {}


def test_menu_words_are_drawn_for_every_service_and_blank_is_the_catalogues() -> None:
    form = province({"menu": {"pay-fee": {"title": {"th": "จ่ายที่นี่"}}}})
    assert {f"menu.{name}.title.en" for name in KNOWN_SERVICES} <= {each.leaf.name for each in form.fields}
    assert form.read(Sent(sent(form) | {"menu.pay-fee.title.th": [""]})) == {}
    form = province()
    assert form.read(Sent(sent(form) | {"menu.pay-fee.title.th": ["ก" * 29]})) is None


def test_the_order_of_the_menu_is_set_by_numbers() -> None:
    form = province({"services": ["pay-fee", "manuals"]})
    assert [name for name, on, _place in next(e for e in form.fields if e.kind == "services").switches if on] == [
        "pay-fee", "manuals",
    ]  # fmt: skip
    answers = Sent(sent(form) | {"services.manuals": ["1"], "services.pay-fee": ["1"]})
    assert form.read(answers) == {"services": ["manuals", "pay-fee"]}


def test_money_of_layers_above_stands_in_baht() -> None:
    form = with_fees({"fees": {"sample-tax": {"amount": {"most_satang": 500}}}})
    (most,) = [each for each in form.fields if each.leaf.name == "fees.sample-tax.amount.most_satang"]
    assert (most.shown, most.inherited_shown) == ("5.00", "100,000.00")


def test_a_time_is_typed_by_the_offices_clock_and_kept_as_the_wire_has_it() -> None:
    kept = "2026-11-23T09:00:00Z"
    form = province({"ssh_until": kept})
    [field] = [each for each in form.fields if each.leaf.name == "ssh_until"]
    assert (field.kind, field.shown) == ("moment", "2026-11-23T16:00")
    assert form.read(sent(form)) == {"ssh_until": kept}
    assert form.read(sent(form, ssh_until="2026-12-31T23:30")) == {"ssh_until": "2026-12-31T16:30:00Z"}
    assert (form.read(sent(form, ssh_until="")) or {}).get("ssh_until", "") == ""
    for wrong in ("tomorrow", "2026-02-30T10:00", "0001-01-01T00:00"):
        assert province().read(sent(province(), ssh_until=wrong)) is None, wrong


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ({}, 0),
        (NATIONAL, 7),
        (
            {
                "patience": {"step_s": 60, "unknown": 1},
                "menu": {"pay-fee": {"title": {"th": "ก", "en": "A"}}},
                "unknown": 2,
            },
            3,
        ),
        ({"payee": "no object", "fees": {"sample": 3}, "menu": {"pay-fee": "no object"}}, 0),
    ],
)
def test_what_a_document_decides_is_counted_as_its_values_are_listed(document: dict[str, Any], count: int) -> None:
    listed = [each for each in leaves(document=document) if value_at(document, each.path) is not MISSING]
    assert decided_in(document) == len(listed) == count
