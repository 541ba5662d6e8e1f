"""The words of the enrolment: what two releases compute from the same transcript is the same, for ever."""

from __future__ import annotations

import pytest

from fleet.protocol.enrolment import (
    BODY_BYTES_MAX,
    CODE_LENGTH,
    CODE_LETTERS,
    Collected,
    Stand,
    Transcript,
    WordsError,
    commitment,
    is_serial,
    page_path,
    read,
    typed_code,
)

SEEN = Transcript(
    enrolment_id="A" * 26, key_sha256="1" * 64, ca_sha256="2" * 64, kiosk_nonce="3" * 32, fleet_nonce="4" * 32,
    serial="SN-1",
)  # fmt: skip


def test_vectors() -> None:
    assert SEEN.short_code == "DYX5NJ"
    assert SEEN.digest("collect").hex() == "3be29cb02d651bffa8eb451efbb1ebb5b6f71010bc89e7b099de2f40406eb80f"
    assert commitment("3" * 32, "1" * 64) == "e81425cb3799cb5be559acfb9f4c4d6de5853181746b587b31e53c53259d6172"


def test_a_code_is_six_letters_nobody_confuses() -> None:
    codes = {Transcript(**{**_fields(), "fleet_nonce": f"{n:032x}"}).short_code for n in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) == set(CODE_LETTERS)
    assert not set("ILOU") & set(CODE_LETTERS)


def _fields() -> dict[str, str]:
    return {name: getattr(SEEN, name) for name in SEEN.__struct_fields__}


def test_what_runs_together_is_not_the_same() -> None:
    """Lengths are counted: a character that moves from one part to the next makes another digest."""
    moved = Transcript(**{**_fields(), "kiosk_nonce": "3" * 31, "fleet_nonce": "3" + "4" * 32})
    assert moved.digest("x") != SEEN.digest("x")
    assert SEEN.digest("reveal") != SEEN.digest("collect")


@pytest.mark.parametrize(("typed", "meant"), [("k7f 2qd", "K7F2QD"), ("O0-iIlL", "001111"), (" 12\t34\n56 ", "123456")])
def test_a_code_as_people_type_it(typed: str, meant: str) -> None:
    assert typed_code(typed) == meant


def test_a_later_releases_word_means_to_wait() -> None:
    assert read(b'{"stand": "somewhere", "more": 1}', Collected).stand is Stand.UNKNOWN


@pytest.mark.parametrize("body", [b"", b"[]", b'{"stand": 1}', b"\xff", b" " * (BODY_BYTES_MAX + 1)])
def test_what_is_no_message_is_an_error(body: bytes) -> None:
    with pytest.raises(WordsError):
        read(body, Collected)


@pytest.mark.parametrize(
    ("text", "is_one"), [("10000000abcdef01", True), ("", False), ("a b", False), ("x" * 65, False)]
)
def test_serial_numbers(text: str, is_one: bool) -> None:
    assert is_serial(text) is is_one


def test_the_page_carries_the_keys_fingerprint() -> None:
    assert page_path("A" * 26, "1" * 64) == f"/enrol/{'A' * 26}?key={'1' * 32}"
