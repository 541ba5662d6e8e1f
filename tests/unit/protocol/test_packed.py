"""Packed messages: the same to whoever reads them, and no way to be made to unpack without end."""

from __future__ import annotations

import zlib

import pytest

from fleet.protocol.messages import (
    MESSAGE_BYTES_MAX,
    Desired,
    MessageError,
    SettingsLayer,
    decode,
    encode,
    encode_packed,
)

GREETING = {"greeting": {"th": "ยินดีต้อนรับ" * 40, "en": "Welcome"}}
DESIRED = Desired(settings_revision=7, layers=(SettingsLayer(layer="national", revision=1, document=GREETING),))


def test_packed_or_not_it_says_the_same() -> None:
    packed = encode_packed(DESIRED)
    assert decode(packed, Desired) == decode(encode(DESIRED), Desired) == DESIRED
    assert len(packed) < len(encode(DESIRED)) / 2


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(encode_packed(DESIRED)[:-1], id="cut short"),
        pytest.param(encode_packed(DESIRED)[:1], id="its first byte"),
        pytest.param(encode_packed(DESIRED) + b"x", id="more behind it"),
        pytest.param(encode_packed(DESIRED)[:-4] + b"\0\0\0\0", id="another sum"),
        pytest.param(b"x nothing of the kind", id="no packing"),
        pytest.param(zlib.compress(encode_packed(DESIRED)), id="packed twice"),
        pytest.param(zlib.compress(b" " * MESSAGE_BYTES_MAX + b"{}"), id="a bomb"),
        pytest.param(zlib.compress(zlib.compress(b" " * 10**7)), id="a bomb in a bomb"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(payload: bytes) -> None:
    with pytest.raises(MessageError):
        decode(payload, Desired)


def test_the_longest_message_may_be_packed() -> None:
    plain = encode(DESIRED)
    longest = plain + b" " * (MESSAGE_BYTES_MAX - len(plain))
    assert decode(zlib.compress(longest), Desired) == DESIRED
