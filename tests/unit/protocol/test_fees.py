"""Fees of other offices: what a rule of references takes, and which rules and amounts no settings may have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.factory import luhn_digit
from fleet.protocol.fees import AmountBy, AmountRule, Check, Flaw, ReferenceRule, is_id_number, reference_text, squeezed
from fleet.protocol.payment import BillPayment, check_character
from fleet.protocol.settings import SettingsError, read_settings

BASE: dict[str, Any] = {
    "office_name": {"th": "สำนักงานตัวอย่าง", "en": "Sample office"},
    "payee": {"name": {"th": "ผู้รับเงินตัวอย่าง", "en": "Sample payee"}, "biller_id": "112345678901234"},
}
PAYEES = {"sample": BASE["payee"]}
FEE: dict[str, Any] = {
    "name": {"th": "ตัวอย่าง", "en": "Sample"}, "payee": "sample", "reference": {"shape": "SB########"},
}  # fmt: skip

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FIGURES = "0123456789"
MADE_OF = {"#": FIGURES, "@": LETTERS, "*": FIGURES + LETTERS}

shapes = st.text(st.sampled_from("AZ059#@*"), min_size=4, max_size=20).filter(
    lambda shape: set(shape) & set("#@*") and not (len(shape) == 13 and not set(shape) & set("AZ@"))
)


@st.composite
def references(draw: st.DrawFn) -> tuple[ReferenceRule, str]:
    """A rule without a check, and a reference of its shape that is no ID number."""
    shape = draw(shapes)
    text = "".join(draw(st.sampled_from(MADE_OF.get(each, each))) for each in shape)
    return ReferenceRule(shape=shape), text


@given(references())
def test_what_has_the_shape_is_taken_and_banks_take_it(made: tuple[ReferenceRule, str]) -> None:
    rule, text = made
    if is_id_number(text):
        assert rule.flaw(text) is Flaw.ID_NUMBER
        return
    assert rule.flaw(text) is None
    assert BillPayment("112345678901234", text, amount_satang=1).ref1 == text


@given(references(), st.data())
def test_a_character_more_less_or_of_another_kind_is_told(made: tuple[ReferenceRule, str], data: st.DataObject) -> None:
    rule, text = made
    assert rule.flaw(text + "0") in (Flaw.LONG, Flaw.ID_NUMBER)
    assert rule.flaw(text[:-1]) in (Flaw.SHORT, Flaw.ID_NUMBER)
    at = data.draw(st.integers(0, len(text) - 1))
    assert rule.flaw(text[:at] + "-" + text[at + 1 :]) is Flaw.SHAPE


@given(st.text(st.sampled_from(FIGURES), min_size=7, max_size=7), st.integers(0, 7), st.sampled_from(FIGURES))
def test_luhn_finds_every_single_wrong_figure(body: str, at: int, other: str) -> None:
    rule = ReferenceRule(shape="SB########", check=Check.LUHN)
    good = f"SB{body}{luhn_digit(body)}"
    assert rule.flaw(good) is None
    wrong = good[: at + 2] + other + good[at + 3 :]
    assert rule.flaw(wrong) is (None if wrong == good else Flaw.CHECK)


@given(st.text(st.sampled_from(FIGURES + LETTERS), min_size=9, max_size=9), st.integers(0, 9), st.sampled_from(FIGURES))
def test_mod_37_36_finds_every_single_wrong_character(body: str, at: int, other: str) -> None:
    rule = ReferenceRule(shape="*" * 10, check=Check.MOD_37_36)
    good = body + check_character(body)
    assert rule.flaw(good) is None
    wrong = good[:at] + other + good[at + 1 :]
    assert rule.flaw(wrong) is (None if wrong == good else Flaw.CHECK)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("wf 123-456", "WF123456"),
        ("1234567890121", ""),
        ("1-2345-67890-12-1", ""),
        ("abc", ""),
        ("A" * 21, ""),
        ("|123", ""),
        ("ก1234", ""),
    ],
)
def test_what_a_plain_barcode_may_be(text: str, reference: str) -> None:
    assert reference_text(text) == reference


@pytest.mark.parametrize(
    ("rule", "telling"),
    [
        (ReferenceRule(shape="WF######"), True),
        (ReferenceRule(shape="W#######"), False),
        (ReferenceRule(shape="########"), False),
        (ReferenceRule(shape="########", check=Check.LUHN), True),
    ],
)
def test_which_references_tell_themselves(rule: ReferenceRule, telling: bool) -> None:
    assert rule.is_telling is telling


def test_an_id_number_is_never_a_reference() -> None:
    assert ReferenceRule(shape="@############").flaw("1234567890121") is Flaw.ID_NUMBER
    assert ReferenceRule(shape="#" * 14).flaw("1234567890121") is Flaw.ID_NUMBER


@pytest.mark.parametrize(
    ("said", "squeezed_text"), [("sb 1234-5678", "SB12345678"), ("ＳＢ", "ＳＢ"), ("๑๒๓ ๔", "1234"), ("\t", "")]
)
def test_what_is_typed_is_squeezed(said: str, squeezed_text: str) -> None:
    assert squeezed(said) == squeezed_text


@pytest.mark.parametrize(
    "fee",
    [
        {"reference": {"shape": "ABCDEFGH"}},
        {"reference": {"shape": "#" * 13}},
        {"reference": {"shape": "123#########*"}},
        {"reference": {"shape": "###"}},
        {"reference": {"shape": "#" * 21}},
        {"reference": {"shape": "SB-####"}},
        {"reference": {"shape": "sb####"}},
        {"reference": {"shape": "SB####A", "check": "luhn"}},
        {"reference": {"shape": "SB####", "check": "mod-37-36"}},
        {"reference": {"shape": "SB####", "check": "guess"}},
        {"amount": {"by": "fixed"}},
        {"amount": {"by": "fixed", "fixed_satang": 200, "most_satang": 100}},
        {"amount": {"fixed_satang": -1}},
        {"amount": {"most_satang": 0}},
        {"payee": "nobody"},
        {"icon": "skull"},
        {"name": {"th": "", "en": "Sample"}},
        {"name": {"th": "ก" * 61, "en": "Sample"}},
    ],
    ids=str,
)
def test_a_fee_no_kiosk_could_work_with_is_refused_whole(fee: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings([BASE, {"payees": PAYEES, "fees": {"sample-1": {**FEE, **fee}}}])
    assert refused.value.problems


def test_layers_change_a_fee_and_take_it_away() -> None:
    national = {**BASE, "payees": PAYEES, "fees": {"sample-1": FEE, "sample-2": FEE}}
    province = {"fees": {"sample-1": {"offered": False}, "sample-2": None}}
    settings, unknown = read_settings([national, province])
    assert [(code, fee.offered) for code, fee in settings.fees.items()] == [("sample-1", False)]
    assert unknown == ()
    assert hash(settings) == hash(read_settings([national, province])[0])


def test_what_tomorrows_release_says_of_a_fee_is_named_and_left_out() -> None:
    tomorrow = {**FEE, "colour": "red", "reference": {"shape": "SB####", "length": 6}}
    settings, unknown = read_settings([BASE, {"payees": PAYEES, "fees": {"sample-1": tomorrow}}])
    assert "sample-1" in settings.fees
    assert set(unknown) == {"unknown field: fees.sample-1.colour", "unknown field: fees.sample-1.reference.length"}


@pytest.mark.parametrize(
    ("rule", "satang", "taken"),
    [
        (AmountRule(), 1, True),
        (AmountRule(), 0, False),
        (AmountRule(most_satang=100), 101, False),
        (AmountRule(by=AmountBy.FIXED, fixed_satang=24_000), 24_000, True),
        (AmountRule(by=AmountBy.FIXED, fixed_satang=24_000), 23_999, False),
    ],
)
def test_how_much_may_be_paid(rule: AmountRule, satang: int, taken: bool) -> None:
    assert rule.takes(satang) is taken


@pytest.mark.parametrize("text", ["ก" * 28, ""])
def test_menu_words_fit_a_tile_and_may_be_blank(text: str) -> None:
    settings, _ = read_settings([BASE, {"menu": {"pay-fee": {"title": {"th": text}}}}])
    assert settings.menu["pay-fee"].title.th == text


@pytest.mark.parametrize("menu", [{"title": {"th": "ก" * 29}}, {"subtitle": {"en": "x" * 61}}])
def test_longer_menu_words_are_refused(menu: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        read_settings([BASE, {"menu": {"pay-fee": menu}}])
