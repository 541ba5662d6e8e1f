"""Every published payload and number we know of, read by our codecs. Those marked ``do_not_render`` are only read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet.protocol.codes import BankSlipCode, BillCode, FactoryCode, UnknownCode, Why, classify
from fleet.protocol.factory import FactoryNumber, OldFactoryNumber, parse_factory_number
from fleet.protocol.payment import (
    BillPayment,
    Defect,
    ForeignBill,
    OtherMerchant,
    PayloadError,
    PromptPay,
    Proxy,
    SlipReference,
    crc16,
    parse_amount,
    parse_barcode,
    parse_emv,
    parse_slip,
)
from fleet.protocol.thai import IdNumber, TaxId, baht_text, mask_id_number

HERE = Path(__file__).parent / "vectors"
ROOT = Path(__file__).parents[3]
QR: list[dict[str, Any]] = json.loads((HERE / "qr_vectors.json").read_text(encoding="utf-8"))
THAI: dict[str, Any] = json.loads((HERE / "thai_vectors.json").read_text(encoding="utf-8"))


def _amount(fields: dict[str, Any]) -> int | None:
    return parse_amount(fields["amount"]) if "amount" in fields else None


def _transfer(proxy: Proxy, key: str) -> Callable[[dict[str, Any]], None]:
    def check(vector: dict[str, Any]) -> None:
        fields = vector["fields"]
        found = parse_emv(vector["payload"])
        assert found == PromptPay(proxy, fields[key], _amount(fields))
        assert fields[key] not in repr(found)
        assert classify(vector["payload"]) == UnknownCode(Why.NO_BILL)

    return check


def _bill(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    found = parse_emv(vector["payload"])
    if len(fields["biller_id"]) != 15:
        assert found == ForeignBill(fields["biller_id"], fields["ref1"], fields["ref2"], _amount(fields))
        with pytest.raises(PayloadError):
            BillPayment(fields["biller_id"], fields["ref1"])
        return
    assert found == BillPayment(
        fields["biller_id"], fields["ref1"], fields.get("ref2"), _amount(fields), fields.get("terminal_or_ref3")
    )
    assert classify(vector["payload"]) == BillCode(found)


def _barcode(vector: dict[str, Any]) -> None:
    found = parse_barcode(vector["payload"])
    assert found == BillPayment(**vector["fields"])
    assert found.barcode() == vector["payload"]
    assert classify(vector["payload"]) == BillCode(found)
    twins = [v for v in QR if v["kind"] == "tag30_bill" and v["fields"]["biller_id"] == found.biller_id]
    assert [parse_emv(twin["payload"]) for twin in twins] == [found]


def _slip(vector: dict[str, Any]) -> None:
    found = parse_slip(vector["payload"])
    assert found == SlipReference(vector["fields"]["sending_bank"], vector["fields"]["trans_ref"])
    assert classify(vector["payload"]) == BankSlipCode(found)


def _refused(defect: Defect, read: Callable[[str], object]) -> Callable[[dict[str, Any]], None]:
    def check(vector: dict[str, Any]) -> None:
        assert not vector["valid"]
        with pytest.raises(PayloadError) as caught:
            read(vector["payload"])
        assert caught.value.defect is defect
        assert isinstance(classify(vector["payload"]), UnknownCode)

    return check


def _foreign(vector: dict[str, Any]) -> None:
    assert parse_emv(vector["payload"]) == OtherMerchant("CN")
    assert classify(vector["payload"]) == UnknownCode(Why.NO_BILL)


QR_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "tag29_mobile": _transfer(Proxy.MOBILE, "mobile"),
    "tag29_natid": _transfer(Proxy.ID, "national_or_tax_id"),
    "tag29_taxid": _transfer(Proxy.ID, "national_or_tax_id"),
    "tag29_ewallet": _transfer(Proxy.WALLET, "ewallet_id"),
    "tag29_bankaccount": _transfer(Proxy.ACCOUNT, "bank_account"),
    "tag30_bill": _bill,
    "slip_verify": _slip,
    "bot_barcode": _barcode,
    "bad_crc": _refused(Defect.BAD_CRC, parse_emv),
    "bot_barcode_truncated": _refused(Defect.TRUNCATED, parse_barcode),
    "tlv_overrun": _refused(Defect.TRUNCATED, parse_emv),
    "emvco_mpm_sample": _foreign,
}


@pytest.mark.parametrize("vector", QR, ids=[f"{n}-{v['kind']}" for n, v in enumerate(QR)])
def test_qr_vector(vector: dict[str, Any]) -> None:
    if vector["crc_checked"]:
        assert crc16(vector["payload"][:-4]) == vector["payload"][-4:]
    QR_CHECKS[vector["kind"]](vector)


def test_no_check_of_payloads_stands_idle() -> None:
    assert {vector["kind"] for vector in QR} == set(QR_CHECKS)


def test_payloads_that_can_be_ours_are_built_as_they_were_published() -> None:
    """Those with only the tags we write, in the order in which we write them; none of a real biller."""
    built = 0
    for vector in QR:
        ours = vector["valid"] and vector["kind"] == "tag30_bill" and not vector["do_not_render"]
        if not ours or len(vector["fields"]["biller_id"]) != 15 or "mcc" in vector["fields"]:
            continue
        found = parse_emv(vector["payload"])
        assert isinstance(found, BillPayment)
        rebuilt = parse_emv(found.emv_payload())
        assert rebuilt == found
        assert sorted(_root_fields(found.emv_payload())) == sorted(_root_fields(vector["payload"]))
        built += 1
    assert built == 2


def _root_fields(payload: str) -> list[str]:
    """Tags with their values, but for the CRC: published payloads order 53, 54 and 58 as they like."""
    fields, rest = [], payload[:-8]
    while rest:
        end = 4 + int(rest[2:4])
        fields.append(rest[:end])
        rest = rest[end:]
    return fields


def test_real_billers_stand_in_no_file_we_ship() -> None:
    real = {vector["fields"]["biller_id"] for vector in QR if vector.get("do_not_render")}
    assert len(real) == 2
    pattern = re.compile("|".join(sorted(real)))
    shipped = [p for top in ("kiosk", "drivers", "fleet") for p in (ROOT / top).rglob("*.py")]
    assert len(shipped) > 10
    assert [str(path) for path in shipped if pattern.search(path.read_text(encoding="utf-8"))] == []


# ---- Thai identifiers


def _baht_texts(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        assert baht_text(case["satang"]) == case["text"]


def _ids(numbers: list[str]) -> None:
    for number in numbers:
        assert IdNumber(number).reveal() == number
        with pytest.raises(ValueError, match="tax id"):
            TaxId(number)


def _no_ids(numbers: list[str]) -> None:
    for number in numbers:
        with pytest.raises(ValueError, match="not an ID number"):
            IdNumber(number)


def _tax_ids(numbers: list[str]) -> None:
    for number in numbers:
        assert TaxId(number).digits == number
        with pytest.raises(ValueError, match="not an ID number"):
            IdNumber(number)


def _mask(case: dict[str, str]) -> None:
    assert mask_id_number(case["in"]) == IdNumber(case["in"]).masked == case["out"]


def _factories(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        number = FactoryNumber(case["no"])
        assert number.issuer == case["issuer"]
        assert case["no"][1] == case["loc"]
        parts = (number.dopa_code, number.sequence, number.be_year, number.digits[-1])
        assert parts == (int(case["dopa"]), int(case["seq"]), int(case["be_year"]), case["check"])
        assert number.check_digit_agrees is case["luhn_ok"]
        assert classify(case["no"]) == classify(str(number)) == FactoryCode(number)


def _doubtful_factories(numbers: list[str]) -> None:
    for number in numbers:
        found = parse_factory_number(number)
        assert isinstance(found, FactoryNumber)
        assert not found.check_digit_agrees


def _old_factories(numbers: list[str]) -> None:
    for number in numbers:
        assert parse_factory_number(number) == OldFactoryNumber(number)
        assert classify(number) == FactoryCode(OldFactoryNumber(number))


def _no_old_factories(numbers: list[str]) -> None:
    for number in numbers:
        with pytest.raises(ValueError, match="old factory number"):
            parse_factory_number(number)


def _old_pattern(pattern: str) -> None:
    """Ours must agree with the pattern that was tried on a province's register, on numbers near its edges."""
    near = ["จ3-4(1)-5/44ปท", "น.3-4-5/2544", "3-1234-5/44", "3-4(123)-5/44", "3-4-12345/44", "3-4-5/1", "3-4-5/44กขคง"]
    for number in near:
        if re.fullmatch(pattern, number):
            assert parse_factory_number(number) == OldFactoryNumber(number)
        else:
            with pytest.raises(ValueError, match="old factory number"):
                parse_factory_number(number)


THAI_CHECKS: dict[str, Callable[[Any], None]] = {
    "baht_text": _baht_texts,
    "cid_valid": _ids,
    "cid_invalid": _no_ids,
    "juristic_valid": _tax_ids,
    "mask": _mask,
    "factory14": _factories,
    "factory14_bad_check": _doubtful_factories,
    "factory_old_valid": _old_factories,
    "factory_old_invalid": _no_old_factories,
    "factory_old_regex": _old_pattern,
}


@pytest.mark.parametrize("name", THAI_CHECKS)
def test_thai_vectors(name: str) -> None:
    assert THAI[name], "an empty list proves nothing"
    THAI_CHECKS[name](THAI[name])


def test_no_thai_vector_stands_idle() -> None:
    assert set(THAI) - {"factory14_rule"} == set(THAI_CHECKS)  # the rule is a remark
