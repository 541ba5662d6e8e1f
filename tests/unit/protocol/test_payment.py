"""Payment codes: what we build is read back, and nothing that was changed on the way is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.protocol.payment import (
    BillPayment,
    Defect,
    ForeignBill,
    OtherMerchant,
    PayloadError,
    PromptPay,
    Proxy,
    bill_reference,
    check_character,
    crc16,
    parse_amount,
    parse_barcode,
    parse_emv,
    parse_slip,
    reference_agrees,
)

SAMPLE_BILLER = "112345678901234"
SAMPLE = BillPayment(SAMPLE_BILLER, "REFERENCE1", "REFERENCE2", 100)
SLIP = "004000060000010103002021900021231231212000115102TH91049C30"
AMOUNT_MAX = 999_999_999_999
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

references = st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True)
billers = st.from_regex(r"[0-9]{15}", fullmatch=True)
amounts = st.none() | st.integers(1, AMOUNT_MAX) | st.integers(1, 10_000)
bills = st.builds(BillPayment, billers, references, st.none() | references, amounts, st.none() | references)


def signed(body: str) -> str:
    """``body`` with the CRC that belongs to it: for payloads that are whole, but wrong."""
    return body + "6304" + crc16(body + "6304")


def tlv(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def bill_with(inner: str, rest: str = "53037645802TH") -> str:
    return signed("000201010211" + tlv("30", "0016A000000677010112" + inner) + rest)


def defect_of(read: Callable[[str], object], text: str) -> Defect:
    with pytest.raises(PayloadError) as caught:
        read(text)
    return caught.value.defect


# ---- the QR


def test_crc_is_the_published_one() -> None:
    assert crc16("123456789") == "29B1"
    assert crc16("") == "FFFF"


def test_the_payload_letter_by_letter() -> None:
    merchant = ["0016A000000677010112", "0115112345678901234", "0210REFERENCE1", "0310REFERENCE2"]
    body = "".join(["000201", "010212", "3067", *merchant, "5303764", "54041.00", "5802TH", "6304"])
    assert SAMPLE.emv_payload() == body + crc16(body)


def test_the_sandbox_payload_of_a_bank_asks_for_the_same() -> None:
    """SCB's documentation; it adds a merchant category, a city and its own routing reference."""
    bank = (
        "00020101021230670016A00000067701011201151234567890123450210REFERENCE10310REFERENCE2"
        "52047011530376454041.005802TH6007BANGKOK62070703SCB6304CE18"
    )
    asked = BillPayment("123456789012345", "REFERENCE1", "REFERENCE2", 100, "SCB")
    assert parse_emv(bank) == asked == parse_emv(asked.emv_payload())


@given(bills)
def test_what_is_built_is_read_back(bill: BillPayment) -> None:
    payload = bill.emv_payload()
    assert parse_emv(payload) == bill
    assert ("010212" if bill.amount_satang else "010211") == payload[6:12]
    assert re.fullmatch(r"[A-Z0-9.]+", payload), "QR's alphanumeric mode, which keeps it small"


@given(bills)
def test_a_barcode_is_read_back_without_what_it_cannot_hold(bill: BillPayment) -> None:
    text = bill.barcode()
    same = BillPayment(bill.biller_id, bill.ref1, bill.ref2, bill.amount_satang)
    assert text.count("\r") == 3
    assert parse_barcode(text) == parse_barcode(text + "\r") == same
    assert parse_barcode(text.replace("\r", "\n")) == parse_barcode(text.replace("\r", "\r\n")) == same


@pytest.mark.parametrize(("read", "text"), [(parse_emv, SAMPLE.emv_payload()), (parse_slip, SLIP)])
def test_every_changed_character_is_noticed(read: Callable[[str], object], text: str) -> None:
    read(text)
    for at, right in enumerate(text):
        for wrong in map(chr, range(0x20, 0x7F)):
            if wrong != right:
                with pytest.raises(PayloadError):
                    read(text[:at] + wrong + text[at + 1 :])


@pytest.mark.parametrize(("read", "text"), [(parse_emv, SAMPLE.emv_payload()), (parse_slip, SLIP)])
def test_every_cut_loss_swap_and_repetition_is_noticed(read: Callable[[str], object], text: str) -> None:
    spoilt = {text[:at] for at in range(len(text))}
    spoilt |= {text[at:] for at in range(1, len(text))}
    spoilt |= {text[:at] + text[at + 1 :] for at in range(len(text))}
    spoilt |= {text[:at] + text[at] + text[at:] for at in range(len(text))}
    spoilt |= {text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)}
    spoilt |= {text + end for end in ("0", "\r", "0000", text)}
    spoilt.discard(text)
    for each in spoilt:
        with pytest.raises(PayloadError):
            read(each)


@pytest.mark.parametrize("at", range(len(SAMPLE.barcode())))
def test_every_cut_barcode_is_noticed(at: int) -> None:
    cut = SAMPLE.barcode()[:at]
    if cut.count("\r") == 3 and cut[-1].isdigit():  # it has no check digit: a lost last digit is another amount
        assert parse_barcode(cut).amount_satang != SAMPLE.amount_satang
        return
    with pytest.raises(PayloadError):
        parse_barcode(cut)


@given(st.text(max_size=120) | st.from_regex(r"000201[0-9A-Z]{0,80}", fullmatch=True))
def test_no_text_does_worse_than_a_payload_error(text: str) -> None:
    for read in (parse_emv, parse_slip, parse_barcode):
        with pytest.raises(PayloadError) as caught:
            read(text)
        assert len(text) < 4 or text not in str(caught.value)


# ---- whole, but wrong: the CRC agrees


@pytest.mark.parametrize(
    "amount", ["0", "0.00", "-1.00", "+1.00", "1.000", "1,000.00", "1e3", ".50", "1.", "", "๑๐.๐๐", "12345678901.00"]
)
def test_amounts_no_bank_takes_are_refused(amount: str) -> None:
    assert defect_of(parse_amount, amount) is Defect.BAD_FIELD
    payload = bill_with("011511234567890123402021A", "5303764" + tlv("54", amount) + "5802TH")
    assert defect_of(parse_emv, payload) in (Defect.BAD_FIELD, Defect.TRUNCATED)


@pytest.mark.parametrize(
    ("amount", "satang"), [("1", 100), ("1.5", 150), ("1.05", 105), ("0.01", 1), ("9999999999.99", AMOUNT_MAX)]
)
def test_amounts_as_others_write_them(amount: str, satang: int) -> None:
    assert parse_amount(amount) == satang


@given(st.integers(1, AMOUNT_MAX))
def test_amounts_never_lose_a_satang(satang: int) -> None:
    found = parse_emv(BillPayment(SAMPLE_BILLER, "A", None, satang).emv_payload())
    assert isinstance(found, BillPayment)
    assert found.amount_satang == satang


@pytest.mark.parametrize(
    ("payload", "defect"),
    [
        (bill_with("0115112345678901234"), Defect.BAD_FIELD),  # no reference
        (bill_with("0203REF"), Defect.BAD_FIELD),  # no biller
        (bill_with("01151123456789012340203REF0203REF"), Defect.REPEATED_TAG),
        (bill_with("01151123456789012340299REF"), Defect.TRUNCATED),
        (bill_with("01151123456789012340203REF", "53038405802TH"), Defect.BAD_FIELD),  # dollars
        (bill_with("01151123456789012340203REF", "5802TH"), Defect.BAD_FIELD),  # no currency
        (bill_with("01151123456789012340203REF", "53037645802SG"), Defect.BAD_FIELD),
        (bill_with("01151123456789012340203REF", "5303764"), Defect.BAD_FIELD),
        (bill_with("01151123456789012340203REF", "53037645802TH5802TH"), Defect.REPEATED_TAG),
        (signed("010211000201" + "5802TH"), Defect.BAD_ORDER),
        (signed("000202" + "5802TH"), Defect.NOT_A_PAYLOAD),
        (signed("000201010213" + "5802TH"), Defect.NOT_A_PAYLOAD),
        (SAMPLE.emv_payload()[:-8], Defect.BAD_ORDER),  # cut just before the CRC
        (SAMPLE.emv_payload() + "5802TH", Defect.REPEATED_TAG),
        (SAMPLE.emv_payload() + "6003BKK", Defect.BAD_ORDER),
        ("000201" + "6", Defect.TRUNCATED),
        ("000201" + "630", Defect.TRUNCATED),
        ("000201" + "6308ABCD" + crc16("000201" + "6308ABCD"), Defect.BAD_ORDER),
        ("0002๐๑", Defect.BAD_ORDER),
        ("๐๐0201", Defect.NOT_A_PAYLOAD),
    ],
)
def test_wrong_payloads(payload: str, defect: Defect) -> None:
    assert defect_of(parse_emv, payload) is defect


@pytest.mark.parametrize(
    ("inner", "meaning"),
    [
        ("0113" + "0" * 13 + "0203REF", ForeignBill("0" * 13, "REF", None, None)),
        ("01151123456789012340203ref", ForeignBill(SAMPLE_BILLER, "ref", None, None)),
        ("01151123456789012340203REF0300", ForeignBill(SAMPLE_BILLER, "REF", "", None)),
        ("01151123456789012340225" + "9" * 25, ForeignBill(SAMPLE_BILLER, "9" * 25, None, None)),
    ],
)
def test_bills_that_break_the_rules_are_read_but_are_no_bill_of_ours(inner: str, meaning: ForeignBill) -> None:
    assert parse_emv(bill_with(inner)) == meaning
    assert not hasattr(meaning, "emv_payload")


def test_a_cross_border_bill_asks_for_the_same() -> None:
    payload = "00020101021230550016A0000006770120060115099400016550100021212345678901253037645406100.005802TH63049D1C"
    assert parse_emv(payload) == BillPayment("099400016550100", "123456789012", None, 10_000)


def test_a_till_is_no_reference() -> None:
    payload = bill_with("01151123456789012340203REF", "53037645802TH" + "62070703***")
    assert parse_emv(payload) == BillPayment(SAMPLE_BILLER, "REF")


@pytest.mark.parametrize("tag", ["29", "30", "31", "26"])
def test_a_tag_alone_means_nothing_abroad(tag: str) -> None:
    foreign = tlv(tag, "0012D15600000000" + "05NOT-TLV")
    payload = signed("000201" + foreign + "5303156" + tlv("54", "23.725") + "5802CN")
    assert parse_emv(payload) == OtherMerchant("CN")


def test_a_transfer_by_one_time_code_is_a_transfer() -> None:
    payload = signed("000201" + tlv("29", "0016A000000677010114" + "05101234567890") + "53037645802TH")
    assert parse_emv(payload) == PromptPay(Proxy.OTHER, "", None)


def test_a_merchants_qr_of_tag_31_is_no_bill() -> None:
    payload = signed("000201" + tlv("31", "0016A000000677012004" + "0115000000000000001") + "53037645802TH")
    assert parse_emv(payload) == OtherMerchant("TH")


# ---- what may be built


@pytest.mark.parametrize("biller_id", ["", "11234567890123", SAMPLE_BILLER + "0", "11234567890123X", "๑" * 15])
def test_a_biller_has_fifteen_digits(biller_id: str) -> None:
    assert defect_of(lambda text: BillPayment(text, "REF"), biller_id) is Defect.BAD_FIELD


@pytest.mark.parametrize("reference", ["", "ref", "A" * 21, "REF 1", "REF-1", "ก", "A\r", "3-4(1)-5/44ปท", "É", "１"])
def test_a_reference_is_capital_letters_and_digits(reference: str) -> None:
    for build in (
        lambda text: BillPayment(SAMPLE_BILLER, text),
        lambda text: BillPayment(SAMPLE_BILLER, "REF", text),
        lambda text: BillPayment(SAMPLE_BILLER, "REF", ref3=text),
    ):
        assert defect_of(build, reference) is Defect.BAD_FIELD


@pytest.mark.parametrize("amount", [0, -1, AMOUNT_MAX + 1, 10**18, 1.0, 33.5, True])
def test_an_amount_is_whole_satang_and_fits(amount: int) -> None:
    with pytest.raises(PayloadError) as caught:
        BillPayment(SAMPLE_BILLER, "REF", None, amount)
    assert caught.value.defect is Defect.BAD_FIELD


def test_the_largest_bill_fits() -> None:
    largest = BillPayment("9" * 15, "Z" * 20, "Z" * 20, AMOUNT_MAX, "Z" * 20)
    assert parse_emv(largest.emv_payload()) == largest


# ---- barcode and slip


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("", Defect.NOT_A_PAYLOAD),
        (SAMPLE.barcode()[1:], Defect.NOT_A_PAYLOAD),
        (f"|{SAMPLE_BILLER}\rREF", Defect.TRUNCATED),
        (f"|{SAMPLE_BILLER}\rREF\r\r", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\r\rREF\r100", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER[1:]}\rREF\r\r100", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\rREF\r\r1.00", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\rREF\r\r-100", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\rREF\r\r๑๐๐", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\rREF\r\r" + "9" * 13, Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\rREF\r\r" + "100".zfill(13), Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\rref\r\r100", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\rREF\r\r100\r100", Defect.BAD_FIELD),
        (f"|{SAMPLE_BILLER}\tREF\t\t100", Defect.TRUNCATED),
    ],
)
def test_wrong_barcodes(text: str, defect: Defect) -> None:
    assert defect_of(parse_barcode, text) is defect


def test_a_barcodes_amount_may_be_padded() -> None:
    assert parse_barcode(f"|{SAMPLE_BILLER}\rREF\r\r0000000100") == BillPayment(SAMPLE_BILLER, "REF", None, 100)
    assert parse_barcode(f"|{SAMPLE_BILLER}\rREF\r\r0000000000") == BillPayment(SAMPLE_BILLER, "REF")


def slip_with(inner: str, country: str = "TH") -> str:
    body = tlv("00", inner) + tlv("51", country) + "9104"
    return body + crc16(body)


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        (slip_with("0006000002" + "0103002" + "0203ABC"), Defect.NOT_A_PAYLOAD),
        (slip_with("0006000001" + "0103002" + "0203ABC", "SG"), Defect.NOT_A_PAYLOAD),
        (slip_with("0006000001" + "010202" + "0203ABC"), Defect.BAD_FIELD),
        (slip_with("0006000001" + "0103002"), Defect.BAD_FIELD),
        (slip_with("0006000001" + "0103002" + "0203A C"), Defect.BAD_FIELD),
        (SAMPLE.emv_payload(), Defect.BAD_ORDER),
        ("", Defect.BAD_ORDER),
    ],
)
def test_wrong_slips(text: str, defect: Defect) -> None:
    assert defect_of(parse_slip, text) is defect


# ---- our own references


def test_check_character_of_a_published_number() -> None:
    """The example of the GRid standard (IFPI), which uses ISO/IEC 7064 MOD 37,36."""
    assert check_character("A12425GABC1234002") == "M"


@given(st.from_regex(r"[A-Z0-9]{2,14}", fullmatch=True))
def test_every_single_wrong_character_is_noticed(body: str) -> None:
    right = body + check_character(body)
    assert reference_agrees(right)
    for at, character in enumerate(right):
        for wrong in "0123456789" + UPPER:
            assert reference_agrees(right[:at] + wrong + right[at + 1 :]) is (wrong == character)


@pytest.mark.parametrize("before", ["", "N", "N2", "F10", "ZZZZ"])
def test_at_each_place_all_but_one_swap_of_neighbours_is_noticed(before: str) -> None:
    everything = "0123456789" + UPPER
    missed = {
        frozenset((first, second))
        for first in everything
        for second in everything
        if first != second and check_character(before + first + second) == check_character(before + second + first)
    }
    assert len(missed) == 1


@given(st.sampled_from(["N10", "N96", "A", "X1Y2Z3"]), st.integers(0, 99_999_999))
def test_references_are_bill_references_with_their_own_check(prefix: str, sequence: int) -> None:
    reference = bill_reference(prefix, sequence)
    assert reference.startswith(f"{prefix}{sequence:08d}")
    assert len(reference) == len(prefix) + 9 <= 15
    assert reference_agrees(reference)
    assert BillPayment(SAMPLE_BILLER, reference).ref1 == reference


@pytest.mark.parametrize(("prefix", "sequence"), [("N20", -1), ("n20", 1), ("N-2", 1), ("NNNNNNN", 1), ("N20", 10**8)])
def test_references_that_do_not_fit_are_not_made(prefix: str, sequence: int) -> None:
    with pytest.raises(ValueError, match="at most 15"):
        bill_reference(prefix, sequence)


@pytest.mark.parametrize("prefix", ["1101", "11018", "N11018"])
def test_no_reference_could_be_an_id_number(prefix: str) -> None:
    with pytest.raises(ValueError, match="13 digits"):
        bill_reference(prefix, 12_345_678)


@pytest.mark.parametrize("text", ["", "N", "n20000001231", "N2000000123 ", "N" * 16, "น20000001231"])
def test_what_is_no_reference_does_not_agree(text: str) -> None:
    assert not reference_agrees(text)


@pytest.mark.parametrize(
    ("body", "agrees"), [("", False), ("A", False), ("AB", True), ("A" * 14, True), ("A" * 15, False)]
)
def test_a_right_check_character_is_not_enough(body: str, agrees: bool) -> None:
    assert reference_agrees(body + check_character(body)) is agrees
