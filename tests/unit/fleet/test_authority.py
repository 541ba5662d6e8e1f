"""The fleet's CA: what it signs can be verified, for what it was made for, and its keys are ours alone."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from fleet.trust.authority import LEAF_DAYS, Authority


def loaded(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def builder(authority: Authority, *, in_days: int = 0) -> PolicyBuilder:
    at = datetime.now(UTC) + timedelta(days=in_days)
    return PolicyBuilder().store(Store([loaded(authority.root_pem)])).time(at)


def test_a_server_is_verified_by_name_and_address(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = loaded(authority.issue_server(("fleet.example", "127.0.0.1")).certificate)
    for subject in (x509.DNSName("fleet.example"), x509.IPAddress(ip_address("127.0.0.1"))):
        builder(authority).build_server_verifier(subject).verify(certificate, [])
    with pytest.raises(VerificationError):
        builder(authority).build_server_verifier(x509.DNSName("elsewhere.example")).verify(certificate, [])


def test_a_client_is_named_and_is_no_server(tmp_path: Path) -> None:
    certificate = loaded(Authority(tmp_path).issue_client("CBI-02").certificate)
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == "CBI-02"
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not basic.ca


def test_a_certificate_ends(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = loaded(authority.issue_server(("fleet.example",)).certificate)
    late = builder(authority, in_days=LEAF_DAYS + 1).build_server_verifier(x509.DNSName("fleet.example"))
    with pytest.raises(VerificationError):
        late.verify(certificate, [])


def test_another_authority_is_another(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    certificate = loaded(theirs.issue_server(("fleet.example",)).certificate)
    with pytest.raises(VerificationError):
        builder(ours).build_server_verifier(x509.DNSName("fleet.example")).verify(certificate, [])


def test_it_is_made_once_and_found_again(tmp_path: Path) -> None:
    assert Authority(tmp_path).root_pem == Authority(tmp_path).root_pem


def test_keys_are_for_nobody_else_to_read(tmp_path: Path) -> None:
    Authority(tmp_path).issue_client("CBI-02").write(tmp_path / "out", "kiosk")
    keys = [tmp_path / "ca.key", tmp_path / "out" / "kiosk.key"]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]


def test_a_key_that_was_readable_is_made_safe_again(tmp_path: Path) -> None:
    """A new certificate over an old file must not keep the old file's rights."""
    (tmp_path / "kiosk.key").write_text("old")
    (tmp_path / "kiosk.key").chmod(0o644)
    Authority(tmp_path / "authority").issue_client("CBI-02").write(tmp_path, "kiosk")
    assert stat.S_IMODE((tmp_path / "kiosk.key").stat().st_mode) == 0o600
