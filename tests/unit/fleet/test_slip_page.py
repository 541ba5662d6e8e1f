"""Presence slips checked by the fleet, and registrations that only the partner's key opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from fleet.office.channels.models import PresenceKey
from fleet.partners.opening import KEY_FILE, opened, own_key, public_key
from fleet.protocol import presence
from fleet.protocol.codes import presence_number
from fleet.protocol.presence import Presence, key_id_of, sign
from fleet.protocol.sealing import Customer, SealError
from kiosk.sealing import seal

NAME = "นายตัวอย่าง ใจดี"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = PRIVATE.public_key().public_bytes_raw()


def known(kiosk_id: str = "CBI-01") -> None:
    PresenceKey.objects.create(
        key_id=key_id_of(KEY),
        kiosk_id=kiosk_id,
        office_id=kiosk_id[:3],
        public_key=KEY.hex(),
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def text(age: timedelta = timedelta(0), private: Ed25519PrivateKey = PRIVATE) -> str:
    at = timezone.now().replace(microsecond=0) - age
    said = Presence(
        number=presence_number(20, 1_000_042),
        name=NAME,
        id_ending="013",
        purpose="ประกอบคำขอ",
        office_name="สำนักงานตัวอย่าง",
        issued_at=at,
        expires_at=at + timedelta(days=30),
    )
    return sign(said, key_id_of(KEY), private.sign)


def page(said: str, address: str) -> str:
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=address).post("/slip/", {"text": said}).content.decode()


def test_a_genuine_slip_says_who_and_what_for_and_that_nobody_was_asked() -> None:
    known()
    said = page(text(), "192.0.2.11")
    for words in ("ใบนี้เป็นของจริง", NAME, "x-xxxx-xxxxx-01-3", "ประกอบคำขอ", "ยังไม่ได้ตรวจสอบกับกรมการปกครอง"):
        assert words in said


def test_a_slip_that_is_over_says_so() -> None:
    known()
    assert "ใบนี้หมดอายุแล้ว" in page(text(timedelta(days=31)), "192.0.2.12")


@pytest.mark.parametrize("province", ["KKN-01", None])
def test_what_is_not_genuine_names_nobody(province: str | None) -> None:
    """Signed by another's hand, by a kiosk of another province, or by one that nobody knows."""
    if province is not None:
        known(province)
    said = page(text(), "192.0.2.13")
    assert ("ใบนี้ไม่ใช่ของจริง" in said) is (province is not None)
    assert NAME not in said
    PresenceKey.objects.all().delete()
    known()
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = page(text(private=other), "192.0.2.14")
    assert "ใบนี้ไม่ใช่ของจริง" in forged
    assert NAME not in forged


@pytest.mark.parametrize("said", ["", "SALAP", "hello", "SALAP" + "A" * 2000])
def test_other_texts_are_no_slips(said: str) -> None:
    assert "ข้อความนี้ไม่ใช่ของใบแทนสำเนาบัตร" in page(said, "192.0.2.15")


def test_a_name_stands_in_no_address() -> None:
    with pytest.raises(presence.PresenceError):
        presence.parse("https://sala.example/slip/" + text())


# ---- sealed registrations

CUSTOMER = Customer(id_number="1999900000013", name=NAME, phone="0812345678")


def test_what_a_kiosk_seals_only_the_partner_opens(tmp_path: Path) -> None:
    sealed = seal(CUSTOMER, "RCBI01690000043G", public_key(tmp_path))
    assert opened(sealed, "RCBI01690000043G", own_key(tmp_path)) == CUSTOMER
    assert seal(CUSTOMER, "RCBI01690000043G", public_key(tmp_path)) != sealed
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    for secret in (CUSTOMER.id_number, CUSTOMER.phone):
        assert secret not in sealed
        assert secret not in repr(CUSTOMER)


def test_it_opens_for_no_other_number_key_or_text(tmp_path: Path) -> None:
    sealed = seal(CUSTOMER, "RCBI01690000043G", public_key(tmp_path))
    key = own_key(tmp_path)
    for text_, number, private in (
        (sealed, "RCBI01690000044F", key),
        (sealed, "RCBI01690000043G", own_key(tmp_path / "other")),
        (sealed[:-4] + "AAA=", "RCBI01690000043G", key),
        ("no", "RCBI01690000043G", key),
        ("", "RCBI01690000043G", key),
    ):
        with pytest.raises(SealError) as caught:
            opened(text_, number, private)
        assert CUSTOMER.id_number not in f"{caught.value} {caught.value.__cause__!r}"


@pytest.mark.parametrize("key", ["", "ab", "zz" * 32])
def test_nothing_is_sealed_to_what_is_no_key(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several sentences, none of ours
        seal(CUSTOMER, "RCBI01690000043G", key)
