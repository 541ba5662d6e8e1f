"""The QR of a presence slip: one text for one content, nothing believed but what was signed."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.protocol.codes import CODE_CHARACTERS_MAX, PresenceCode, UnknownCode, Why, classify, presence_number
from fleet.protocol.presence import (
    CLOCKS_APART,
    NAME_BYTES_MAX,
    OFFICE_BYTES_MAX,
    PREFIX,
    PURPOSE_BYTES_MAX,
    VALID_FOR_MAX,
    Flaw,
    Presence,
    PresenceError,
    PresenceKey,
    Verdict,
    judge,
    key_id_of,
    message,
    parse,
    sign,
)
from tests.unit.protocol.test_codes import TO_THAI

OURS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
OUR_ID = key_id_of(OURS.public_key().public_bytes_raw())
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
SLIP = Presence(
    number=presence_number(20, 7),
    name="นายตัวอย่าง ใจดี",
    id_ending="121",
    purpose="ยื่นคำขอต่ออายุใบอนุญาต",
    office_name="สำนักงานอุตสาหกรรมจังหวัดชลบุรี",
    issued_at=NOON,
    expires_at=NOON + timedelta(days=1),
)
KEY = PresenceKey(
    public_key=OURS.public_key().public_bytes_raw().hex(),
    issuer="CBI-02",
    dopa_code=20,
    valid_from=NOON - timedelta(days=100),
    valid_until=NOON + timedelta(days=100),
)
TEXT = sign(SLIP, OUR_ID, OURS.sign)
LONGEST = replace(SLIP, name="ก" * NAME_BYTES_MAX, purpose="ข" * PURPOSE_BYTES_MAX, office_name="ค" * OFFICE_BYTES_MAX)


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def judged(text: str, key: PresenceKey = KEY, now: datetime = NOON) -> Verdict:
    return judge(parse(text), {key.key_id: key}, now, verify)


def raw(text: str) -> bytes:
    coded = text[len(PREFIX) :]
    return base64.b32decode(coded + "=" * (-len(coded) % 8))


def written(data: bytes) -> str:
    return PREFIX + base64.b32encode(data).decode().rstrip("=")


letters = st.text(st.sampled_from("กขคงจฉชซญฎฏฐณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะาำิีึืุูเแโใไ็่้๊๋์ ๐๙AZaz.-"), min_size=1, max_size=60)
texts = letters.filter(lambda text: text == text.strip())
presences = st.builds(
    Presence,
    number=st.builds(presence_number, st.integers(10, 96), st.integers(0, 99_999_999)),
    name=texts,
    id_ending=st.from_regex(r"\A[0-9]{3}\Z"),
    purpose=texts,
    office_name=texts,
    issued_at=st.just(NOON),
    expires_at=st.integers(1, int(VALID_FOR_MAX.total_seconds())).map(lambda s: NOON + timedelta(seconds=s)),
    verified=st.booleans(),
    sample=st.booleans(),
)


# ---- written and read


@given(presences)
def test_what_is_read_is_what_was_written(presence: Presence) -> None:
    text = sign(presence, OUR_ID, OURS.sign)
    found = parse(text)
    assert (found.presence, found.key_id) == (presence, OUR_ID)
    assert verify(OURS.public_key().public_bytes_raw(), found.signature, found.message)


@given(presences)
def test_a_scan_of_it_is_known_for_what_it_is(presence: Presence) -> None:
    text = sign(presence, OUR_ID, OURS.sign)
    assert classify(text) == classify(f"]Q1{text}\r") == PresenceCode(presence.number, signed=parse(text))
    assert parse(text.lower()) == parse(text)


def test_a_keyboard_set_to_thai_changes_nothing() -> None:
    assert classify(TEXT.translate(TO_THAI)) == PresenceCode(SLIP.number, typed_in_thai=True, signed=parse(TEXT))


def test_the_longest_is_read_by_every_scanner_and_packed_tightly() -> None:
    longest = sign(LONGEST, OUR_ID, OURS.sign)
    assert len(longest) == 473 <= CODE_CHARACTERS_MAX
    assert set(longest) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert parse(longest).presence == LONGEST


def test_times_are_the_same_instant_whatever_the_zone() -> None:
    bangkok = timezone(timedelta(hours=7))
    there = replace(SLIP, issued_at=NOON.astimezone(bangkok), expires_at=SLIP.expires_at.astimezone(bangkok))
    assert sign(there, OUR_ID, OURS.sign) == TEXT


def test_the_number_is_masked_and_no_name_shows_itself() -> None:
    found = parse(TEXT)
    assert SLIP.masked_id == "x-xxxx-xxxxx-12-1"
    assert "ตัวอย่าง" not in f"{found!r} {found.presence!r} {classify(TEXT)!r} {SLIP}"


# ---- what is no slip


@given(st.integers(0, len(TEXT) - 1))
def test_a_part_of_it_is_damaged_never_something_else(length: int) -> None:
    with pytest.raises(PresenceError):
        parse(TEXT[:length])
    assert not isinstance(classify(TEXT[:length]), PresenceCode)
    if length >= len(PREFIX) + 1:
        meaning = classify(TEXT[:length])
        assert isinstance(meaning, UnknownCode)
        assert meaning.damaged


@given(st.binary(max_size=300))
def test_no_bytes_are_anything_but_refused_or_read(data: bytes) -> None:
    try:
        found = parse(written(data))
    except PresenceError:
        return
    assert written(raw(sign(found.presence, found.key_id, lambda _: found.signature))) == written(data)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.NOT_OURS),
        (PREFIX, Flaw.NOT_OURS),
        (PREFIX + "A", Flaw.TRUNCATED),
        (PREFIX + "1" + TEXT[6:], Flaw.NOT_OURS),
        (TEXT + "=", Flaw.NOT_OURS),
        (written(b"\x02" + raw(TEXT)[1:]), Flaw.UNKNOWN_VERSION),
        (written(b"\x01\x08" + raw(TEXT)[2:]), Flaw.BAD_FIELD),  # a flag nobody knows
        (written(b"\x01\x05" + raw(TEXT)[2:]), Flaw.BAD_FIELD),  # verified by who did not answer
        (written(b"\x01\x02\x09" + raw(TEXT)[3:]), Flaw.BAD_FIELD),  # no such province: its number is none
        (written(raw(TEXT)[:7] + b"\x03\xe8" + raw(TEXT)[9:]), Flaw.BAD_FIELD),  # four digits of an ID number
        (written(raw(TEXT)[:25] + b"\x00" + raw(TEXT)[26:]), Flaw.TRUNCATED),
        (written(raw(TEXT) + b"\x00"), Flaw.BAD_FIELD),
        (written(raw(TEXT)[:-1]), Flaw.TRUNCATED),
    ],
)
def test_what_is_no_slip_says_why(text: str, flaw: Flaw) -> None:
    with pytest.raises(PresenceError) as caught:
        parse(text)
    assert caught.value.flaw is flaw
    assert "ตัวอย่าง" not in f"{caught.value} {caught.value.__cause__}"


def test_a_later_layout_is_not_called_damaged() -> None:
    assert classify(written(b"\x02" + raw(TEXT)[1:])) == UnknownCode(Why.NOT_OURS)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "P20000000070"},
        {"number": "N20000000075"},
        {"number": "P09" + "0" * 8 + "A"},
        {"id_ending": "12"},
        {"id_ending": "๑๒๑"},
        {"id_ending": "1234567890121"},
        {"name": ""},
        {"name": " ก"},
        {"name": "ก\n"},
        {"name": "ก" * (NAME_BYTES_MAX + 1)},
        {"name": "名"},
        {"purpose": "ของ 1234567890121"},
        {"purpose": "ของ 1-2345-67890-12-1"},
        {"office_name": "ก" * (OFFICE_BYTES_MAX + 1)},
        {"issued_at": NOON.replace(tzinfo=None)},
        {"issued_at": NOON.replace(microsecond=1)},
        {"expires_at": NOON},
        {"expires_at": NOON + VALID_FOR_MAX + timedelta(seconds=1)},
        {"issued_at": NOON.replace(year=2200), "expires_at": NOON.replace(year=2200, day=25)},
    ],
    ids=str,
)
def test_what_a_slip_cannot_say_is_refused_without_being_told(change: dict[str, str | datetime]) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the next line says what matters
        replace(SLIP, **change)  # type: ignore[arg-type]  # wrong on purpose
    assert not [value for value in change.values() if isinstance(value, str) and value and value in str(caught.value)]


def test_a_signature_and_a_key_of_the_wrong_length_never_make_a_text() -> None:
    with pytest.raises(ValueError, match="signature"):
        sign(SLIP, OUR_ID, lambda _: b"short")
    with pytest.raises(ValueError, match="named"):
        sign(SLIP, "CBI-02", OURS.sign)


# ---- what it is worth


def test_ours_is_genuine_until_it_expires() -> None:
    assert judged(TEXT) is Verdict.GENUINE
    assert judged(TEXT, now=SLIP.expires_at - timedelta(seconds=1)) is Verdict.GENUINE
    assert judged(TEXT, now=SLIP.expires_at) is Verdict.EXPIRED


def test_a_clock_may_be_a_little_ahead() -> None:
    assert judged(TEXT, now=NOON - CLOCKS_APART) is Verdict.GENUINE
    assert judged(TEXT, now=NOON - CLOCKS_APART - timedelta(seconds=1)) is Verdict.NOT_YET


def test_a_key_nobody_here_knows_is_not_a_no() -> None:
    assert judge(parse(TEXT), {}, NOON, verify) is Verdict.UNKNOWN_KEY


def test_another_key_under_our_name_is_forged() -> None:
    assert judged(sign(SLIP, OUR_ID, OTHER.sign)) is Verdict.FORGED


@settings(max_examples=60)
@given(st.integers(0, len(raw(TEXT)) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(at: int, flip: int) -> None:
    data = bytearray(raw(TEXT))
    data[at] ^= flip
    try:
        verdict = judged(written(bytes(data)))
    except PresenceError:
        return
    assert verdict in (Verdict.FORGED, Verdict.UNKNOWN_KEY)


@pytest.mark.parametrize(
    "key",
    [
        PresenceKey(public_key=KEY.public_key, issuer="AYA-01", dopa_code=14, valid_from=KEY.valid_from),
        PresenceKey(public_key=KEY.public_key, issuer="CBI-02", dopa_code=20, valid_from=NOON + timedelta(seconds=1)),
        PresenceKey(
            public_key=KEY.public_key, issuer="CBI-02", dopa_code=20, valid_from=KEY.valid_from,
            valid_until=NOON - timedelta(seconds=1),
        ),
    ],
    ids=["another province", "before its time", "after its time"],
)  # fmt: skip
def test_a_key_signs_for_its_province_and_its_time_only(key: PresenceKey) -> None:
    assert judged(TEXT, key) is Verdict.FORGED


def test_a_slip_of_the_second_in_which_its_key_was_made_is_genuine() -> None:
    """A slip's time is in whole seconds, a key's is not."""
    made = NOON + timedelta(microseconds=63_508)
    young = PresenceKey(public_key=KEY.public_key, issuer="CBI-02", dopa_code=20, valid_from=made)
    assert judged(TEXT, young) is Verdict.GENUINE


def test_a_signature_for_something_else_is_none_here() -> None:
    """The key signs other things too, maybe: what is signed here begins with a word of its own."""
    assert message(SLIP, OUR_ID).startswith(b"sala presence slip\x00")
    without = message(SLIP, OUR_ID).removeprefix(b"sala presence slip\x00")
    assert judged(sign(SLIP, OUR_ID, lambda _: OURS.sign(without))) is Verdict.FORGED
