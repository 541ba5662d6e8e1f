"""The broker's revocation list: signed by us, never from the future, and always younger than the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from fleet.trust.authority import CLOCK_SKEW, Authority
from fleet.trust.revocation_list import write_list

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def read(path: Path) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(path.read_bytes())


def test_it_holds_the_serials_and_is_ours(tmp_path: Path, ours: Authority) -> None:
    path = tmp_path / "crl.pem"
    assert write_list(path, ours, [7, 9], NOW)
    written = read(path)
    root = x509.load_pem_x509_certificate(ours.root_pem)
    assert {entry.serial_number for entry in written} == {7, 9}
    assert written.is_signature_valid(root.public_key())  # type: ignore[arg-type]  # ours is a P-256 key
    assert written.next_update_utc == root.not_valid_after_utc, "an expired list would shut everybody out"


def test_it_is_dated_in_the_past_so_that_a_clock_a_little_behind_believes_it(tmp_path: Path, ours: Authority) -> None:
    write_list(tmp_path / "crl.pem", ours, [], NOW)
    assert read(tmp_path / "crl.pem").last_update_utc == NOW - CLOCK_SKEW


def test_two_within_a_second_could_not_be_told_apart(tmp_path: Path, ours: Authority) -> None:
    path = tmp_path / "crl.pem"
    write_list(path, ours, [1], NOW)
    assert not write_list(path, ours, [1, 2], NOW + timedelta(milliseconds=900))
    assert {entry.serial_number for entry in read(path)} == {1}
    assert write_list(path, ours, [1, 2], NOW + timedelta(seconds=1))
    assert read(path).last_update_utc == NOW - CLOCK_SKEW + timedelta(seconds=1)


def test_a_clock_set_back_a_little_makes_a_younger_list_all_the_same(tmp_path: Path, ours: Authority) -> None:
    path = tmp_path / "crl.pem"
    write_list(path, ours, [1], NOW)
    assert write_list(path, ours, [1, 2], NOW - timedelta(minutes=5))
    assert read(path).last_update_utc == NOW - CLOCK_SKEW + timedelta(seconds=1)


def test_a_list_from_the_future_is_replaced_by_one_that_is_believed(tmp_path: Path, ours: Authority) -> None:
    """The clock had jumped ahead by a day and is right again."""
    path = tmp_path / "crl.pem"
    write_list(path, ours, [1], NOW + timedelta(days=1))
    assert write_list(path, ours, [1, 2], NOW)
    assert read(path).last_update_utc == NOW - CLOCK_SKEW


@pytest.mark.parametrize("broken", [b"", b"no list"])
def test_a_broken_file_is_replaced(tmp_path: Path, ours: Authority, broken: bytes) -> None:
    path = tmp_path / "crl.pem"
    path.write_bytes(broken)
    assert write_list(path, ours, [1], NOW)
    assert len(read(path)) == 1
