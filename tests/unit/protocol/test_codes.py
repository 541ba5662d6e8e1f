"""What a scan means, however it was scanned or typed; and that doubt is answered as doubt."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fleet.protocol.codes import (
    CODE_CHARACTERS_MAX,
    AmbiguousCode,
    BankSlipCode,
    BillCode,
    Code,
    FactoryCode,
    FolderCode,
    NoticeCode,
    PresenceCode,
    TrackingCode,
    UnknownCode,
    Why,
    classify,
    folder_id,
    notice_reference,
    presence_number,
    tracking_url,
)
from fleet.protocol.factory import FactoryNumber, OldFactoryNumber
from fleet.protocol.payment import BillPayment, SlipReference

BILL = BillPayment("112345678901234", "N20000000014", "CBI02690000318", 330_000)
TOKEN = "Zk3-9_aQ7xW2LmN8"
NOTICE = notice_reference(20, 123)
FOLDER = folder_id(20, 1)
PRESENCE = presence_number(20, 7)
FACTORY = FactoryNumber("20200012325553")
SLIP = "004000060000010103002021900021231231212000115102TH91049C30"

KNOWN: dict[str, Code] = {
    NOTICE: NoticeCode(NOTICE),
    FOLDER: FolderCode(FOLDER),
    PRESENCE: PresenceCode(PRESENCE),
    f"https://sala.example/t/{TOKEN}": TrackingCode(TOKEN),
    BILL.emv_payload(): BillCode(BILL),
    BILL.barcode(): BillCode(BILL),
    SLIP: BankSlipCode(SlipReference("002", "0002123123121200011")),
    FACTORY.digits: FactoryCode(FACTORY),
    "3-64(6)-45/17": FactoryCode(OldFactoryNumber("3-64(6)-45/17")),
    "3-4(1)-5/44ปท": FactoryCode(OldFactoryNumber("3-4(1)-5/44ปท")),
}
LATIN = [text for text in KNOWN if text.isascii()]

# A keyboard of this test's own: the rows as they are printed on Thai keys, against those of a US keyboard.
US = ("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./")
TH = ("_ๅ/-ภถุึคตจขช", "ๆไำพะัีรนยบลฃ", "ฟหกดเ้่าสวง", "ผปแอิืทมใฝ")
US_SHIFT = ("~!@#$%^&*()_+", "QWERTYUIOP{}|", 'ASDFGHJKL:"', "ZXCVBNM<>?")
TH_SHIFT = ("%+๑๒๓๔ู฿๕๖๗๘๙", '๐"ฎฑธํ๊ณฯญฐ,ฅ', "ฤฆฏโฌ็๋ษศซ.", "()ฉฮฺ์?ฒฬฦ")
TO_THAI = str.maketrans("".join(US + US_SHIFT), "".join(TH + TH_SHIFT))


def without_mark(code: Code) -> Code:
    assert not isinstance(code, UnknownCode)
    assert code.typed_in_thai
    return type(code)(*[getattr(code, name) for name in type(code).__match_args__[:1]])


# ---- as it should be


@pytest.mark.parametrize(("text", "meaning"), KNOWN.items(), ids=lambda x: type(x).__name__)
def test_every_kind_of_code(text: str, meaning: Code) -> None:
    assert classify(text) == meaning


AIM = ["]C0", "]C1", "]C2", "]Q0", "]Q1", "]Q3", "]d1", "]d2", "]A0", "]A1", "]E0", "]E4", "]I0", "]I1", "]e0"]
"""Code 128, QR, DataMatrix, Code 39, EAN, Interleaved 2 of 5, GS1 DataBar (ISO/IEC 15424)."""


@pytest.mark.parametrize("prefix", ["", *AIM, "\x1d", "]C1\x1d", "]d2\x1d", "\r\n", " "])
@pytest.mark.parametrize("end", ["", "\r", "\n", "\r\n", "\t", " \r"])
@pytest.mark.parametrize(("text", "meaning"), KNOWN.items(), ids=lambda x: type(x).__name__)
def test_what_scanners_add_is_taken_off(text: str, meaning: Code, prefix: str, end: str) -> None:
    assert classify(prefix + text + end) == meaning


def test_what_people_type() -> None:
    assert classify(f" n20-0000-0123-{NOTICE[-1].lower()}") == NoticeCode(NOTICE)
    assert classify(f"f20 000001 {FOLDER[-1].lower()}") == FolderCode(FOLDER)
    assert classify("2-0-20-00123-2555-3") == FactoryCode(FACTORY)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_tracking_address_is_built_as_it_is_read(scheme: str) -> None:
    url = tracking_url(f"{scheme}://127.0.0.1:8080", TOKEN)
    assert classify(url) == TrackingCode(TOKEN)
    assert TOKEN not in repr(classify(url))


@pytest.mark.parametrize(
    ("address", "token"),
    [("https://sala.example/x", TOKEN), ("ftp://sala.example", TOKEN), ("https://sala.example", "short"),
     ("https://sala.example", TOKEN + "/"), ("https://sala.example", "x" * 65), ("https://sala.example/", TOKEN)],
)  # fmt: skip
def test_an_address_nobody_would_read_is_not_built(address: str, token: str) -> None:
    with pytest.raises(ValueError, match="not a tracking address"):
        tracking_url(address, token)


@given(st.integers(10, 96), st.integers(0, 99_999_999))
def test_notices_are_read_as_built_and_never_as_something_else(dopa_code: int, sequence: int) -> None:
    reference = notice_reference(dopa_code, sequence)
    assert len(reference) == 12
    assert classify(reference) == NoticeCode(reference)


@given(st.integers(10, 96), st.integers(0, 999_999))
def test_folders_are_read_as_built_and_never_as_something_else(dopa_code: int, sequence: int) -> None:
    folder = folder_id(dopa_code, sequence)
    assert len(folder) == 10
    assert classify(folder) == FolderCode(folder)


@pytest.mark.parametrize(("dopa_code", "sequence"), [(9, 1), (97, 1), (100, 1), (-20, 1), (20, -1), (20, 10**9)])
def test_numbers_that_do_not_fit_make_no_code(dopa_code: int, sequence: int) -> None:
    for build in (notice_reference, folder_id, presence_number):
        with pytest.raises(ValueError, match=r"no province|no folder number|at most 15"):
            build(dopa_code, sequence)


@given(st.integers(10, 96), st.integers(0, 99_999_999))
def test_presence_slips_are_read_as_built_and_never_as_something_else(dopa_code: int, sequence: int) -> None:
    number = presence_number(dopa_code, sequence)
    assert len(number) == 12
    assert classify(number) == classify(f"{number[:3]}-{number[3:]}".lower()) == PresenceCode(number)


@given(
    st.integers(10, 96), st.integers(0, 99_999_999), st.integers(0, 11), st.sampled_from("0123456789ABCDEFGHIJKLMNOP")
)
def test_a_presence_slip_misread_in_one_place_is_nobodys(dopa_code: int, sequence: int, at: int, wrong: str) -> None:
    number = presence_number(dopa_code, sequence)
    assume(number[at] != wrong)
    assert isinstance(classify(number[:at] + wrong + number[at + 1 :]), UnknownCode)


def test_a_folder_has_six_digits() -> None:
    assert classify(folder_id(20, 999_999)) == FolderCode(folder_id(20, 999_999))
    with pytest.raises(ValueError, match="no folder number"):
        folder_id(20, 1_000_000)


# ---- misread


@pytest.mark.parametrize(
    "text", [NOTICE, FOLDER, PRESENCE, BILL.emv_payload(), SLIP], ids=["notice", "folder", "presence", "bill", "slip"]
)
def test_no_single_wrong_character_makes_another_code(text: str) -> None:
    for at, right in enumerate(text):
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if wrong != right:
                assert isinstance(classify(text[:at] + wrong + text[at + 1 :]), UnknownCode)


@pytest.mark.parametrize("text", [NOTICE, FOLDER, PRESENCE], ids=["notice", "folder", "presence"])
def test_a_wrong_digit_says_to_try_again(text: str) -> None:
    for at in range(1, len(text) - 1):
        wrong = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
        assert classify(wrong) == UnknownCode(Why.BAD_CHECK)
    assert classify(text[:-1]) == classify(text[:5]) == UnknownCode(Why.TRUNCATED)
    assert UnknownCode(Why.BAD_CHECK).damaged
    assert UnknownCode(Why.TRUNCATED).damaged


@pytest.mark.parametrize("at", range(6, len(BILL.emv_payload())))
def test_a_cut_bill_says_to_try_again(at: int) -> None:
    assert classify(BILL.emv_payload()[:at]) == UnknownCode(Why.TRUNCATED)


@pytest.mark.parametrize("at", range(18, len(SLIP)))
def test_a_cut_bank_slip_says_to_try_again(at: int) -> None:
    assert classify(SLIP[:at]) == UnknownCode(Why.TRUNCATED)


def test_a_cut_address_says_to_try_again() -> None:
    assert classify(f"https://sala.example/t/{TOKEN[:-1]}") == UnknownCode(Why.TRUNCATED)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Why.EMPTY),
        (" \r\n", Why.EMPTY),
        ("]C1\r", Why.EMPTY),
        ("x" * (CODE_CHARACTERS_MAX + 1), Why.TOO_LONG),
        ("nothing we know", Why.NOT_OURS),
        ("8850999320014", Why.NOT_OURS),  # groceries: EAN-13
        ("https://www.example.com/menu", Why.NOT_OURS),
        ("https://evil.example/t/x/t/" + TOKEN, Why.NOT_OURS),
        ("javascript:alert(1)", Why.NOT_OURS),
        ("1234567890121", Why.ID_NUMBER),
        ("1-2345-67890-12-1", Why.ID_NUMBER),
        ("0105561177671", Why.NOT_OURS),  # a company's
        (NOTICE + "0", Why.NOT_OURS),
        (FOLDER + FOLDER, Why.NOT_OURS),
        ("N", Why.NOT_OURS),
        ("|112345678901234\rref\r\r100", Why.NOT_OURS),
        ("|112345678901234\rREF", Why.TRUNCATED),
        ("000201" + "000201", Why.BAD_CHECK),
        ("000201" + "X10211", Why.BAD_CHECK),
        ("สวัสดี", Why.NOT_OURS),
        ("\x00\x01\x02", Why.NOT_OURS),
        ("😀" * 20, Why.NOT_OURS),
        ("\ud800", Why.NOT_OURS),
    ],
)
def test_why_a_code_is_unknown(text: str, why: Why) -> None:
    assert classify(text) == UnknownCode(why)


@given(st.text(max_size=200))
def test_classify_never_raises_and_an_unknown_code_holds_no_text(text: str) -> None:
    meaning = classify(text)
    if isinstance(meaning, UnknownCode):
        assert repr(meaning) == repr(UnknownCode(meaning.why))


# ---- the keyboard was Thai


@pytest.mark.parametrize("text", LATIN, ids=lambda text: type(KNOWN[text]).__name__)
@pytest.mark.parametrize("prefix", ["", "]C1"])
def test_a_scan_typed_in_thai_is_read_and_says_so(text: str, prefix: str) -> None:
    typed = (prefix + text).translate(TO_THAI)
    assert without_mark(classify(typed)) == KNOWN[text]


def test_the_two_keyboards_agree_key_by_key() -> None:
    """Every key a code may need, in one code that has them all: nothing is only nearly translated."""
    for token in ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789-_0123456789"):
        typed = f"https://sala.example/t/{token}".translate(TO_THAI)
        assert without_mark(classify(typed)) == TrackingCode(token)


@pytest.mark.parametrize("text", [NOTICE, FOLDER, PRESENCE, FACTORY.digits])
def test_a_keyboard_that_changed_in_the_middle_is_read_where_only_one_reading_has_a_meaning(text: str) -> None:
    for at in range(1, len(text)):
        for typed in (text[:at].translate(TO_THAI) + text[at:], text[:at] + text[at:].translate(TO_THAI)):
            if any(letter > "\x7f" for letter in typed):
                assert without_mark(classify(typed)) == KNOWN[text]


def test_two_readings_with_a_meaning_are_an_answer_that_names_both() -> None:
    """``-`` and ``/`` as they stand, or the keys that type 3 and 2 on a US keyboard: nobody can tell from the text."""
    assert classify("3-12-1234/256ุ") == AmbiguousCode(
        (
            FactoryCode(FactoryNumber("33123123422566"), typed_in_thai=True),
            FactoryCode(OldFactoryNumber("3-12-1234/2566"), typed_in_thai=True),
        )
    )


def test_half_thai_without_a_meaning_is_said_to_be_that() -> None:
    wrong = NOTICE[:-2] + ("0" if NOTICE[-2] != "0" else "1") + NOTICE[-1]
    assert classify(wrong[:3].translate(TO_THAI) + wrong[3:]) == UnknownCode(Why.KEYBOARD)
    assert classify("ฤฤ12 ๆ") == UnknownCode(Why.KEYBOARD)
    assert UnknownCode(Why.KEYBOARD).damaged


def test_a_factory_number_whose_last_digit_disagrees_is_known_and_doubtful() -> None:
    """The rule of its last digit stands in no document: never a reason to refuse."""
    wrong = FactoryCode(FactoryNumber(FACTORY.digits[:-1] + "4"))
    assert classify(wrong.text) == wrong
    assert wrong.is_doubtful
    assert not FactoryCode(FACTORY).is_doubtful
    assert not FactoryCode(OldFactoryNumber("3-64(6)-45/17")).is_doubtful


def test_a_wrong_digit_is_noticed_in_thai_too() -> None:
    wrong = NOTICE[:-2] + ("0" if NOTICE[-2] != "0" else "1") + NOTICE[-1]
    assert classify(wrong.translate(TO_THAI)) == UnknownCode(Why.BAD_CHECK)
    assert classify(BILL.emv_payload()[:-1].translate(TO_THAI)) == UnknownCode(Why.TRUNCATED)


@given(st.from_regex(r"[ก-ฮ]?[123]-[0-9]{1,3}(\([0-9]{1,2}\))?-[0-9]{1,4}/[0-9]{2}[ก-ฮ]{0,3}", fullmatch=True))
def test_an_old_factory_number_is_never_taken_for_keys(text: str) -> None:
    assert classify(text) == FactoryCode(OldFactoryNumber(text))
