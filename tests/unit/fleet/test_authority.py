"""The fleet's CA: what it signs can be verified, for what it was made for, and its keys are ours alone."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
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


def test_a_client_is_known_by_the_root_that_servers_hold_and_by_no_other(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = loaded(authority.issue_client("CBI-02").certificate)
    ours, theirs = loaded(authority.root_for_servers_pem), loaded(authority.root_pem)
    for root in (ours, theirs):
        certificate.verify_directly_issued_by(root)
    named = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    identifiers = [
        root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest for root in (ours, theirs)
    ]
    assert named.key_identifier == identifiers[0] != identifiers[1]
    assert (named.authority_cert_issuer, named.authority_cert_serial_number) == (None, None), "the broker keeps it"
    assert (ours.subject, ours.public_key(), ours.not_valid_after_utc) == (
        theirs.subject, theirs.public_key(), theirs.not_valid_after_utc,
    )  # fmt: skip
    assert loaded(Authority(tmp_path).root_for_servers_pem).serial_number == ours.serial_number


def sent_by_a_client(tmp_path: Path, trusts: bytes) -> list[str]:
    """Which certificates a client who trusts this sends in a handshake with one of our servers."""
    authority = Authority(tmp_path / "authority")
    for name, identity in (("server", authority.issue_server(("localhost",))), ("kiosk", authority.issue_client("K"))):
        identity.write(tmp_path, name)
    (tmp_path / "trusts.pem").write_bytes(trusts)
    (tmp_path / "clients.pem").write_bytes(authority.root_for_servers_pem)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    server.load_verify_locations(tmp_path / "clients.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    server.maximum_version = ssl.TLSVersion.TLSv1_2  # there certificates are sent in clear
    client.load_cert_chain(tmp_path / "kiosk.pem", tmp_path / "kiosk.key")
    client.load_verify_locations(tmp_path / "trusts.pem")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname="localhost"),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    said, done = b"", set[int]()
    while len(done) < 2:
        for number, end in enumerate(ends):
            try:
                end.do_handshake()
                done.add(number)
            except ssl.SSLWantReadError:
                pass
            if number == 0:
                said += (some := to_server.read())
                to_server.write(some)
    known = {"root": trusts, "own": (tmp_path / "kiosk.pem").read_bytes()}
    return [name for name, pem in known.items() if loaded(pem).public_bytes(serialization.Encoding.DER) in said]


def test_a_kiosk_sends_its_certificate_and_no_root_along(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    assert sent_by_a_client(tmp_path, authority.root_pem) == ["own"]
    both = authority.root_for_servers_pem + authority.root_pem
    assert sent_by_a_client(tmp_path, both) == ["root", "own"], "who has it sends it"
