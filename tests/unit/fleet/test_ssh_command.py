"""`fleet ssh`: a key signed for one kiosk, its door opened as long, and both in the trail."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_identity
from cryptography.x509 import load_pem_x509_certificate

from fleet.audit.models import Entry
from fleet.commands import identities
from fleet.commands.command import CommandError
from fleet.devices.desired import change_settings, latest_document
from fleet.devices.models import Layer
from fleet.protocol.settings import read_settings
from fleet.trust.certificates import authority


def asked(tmp_path: Path, **changes: Any) -> Namespace:
    key = tmp_path / "id_ed25519.pub"
    public = Ed25519PrivateKey.generate().public_key()
    key.write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    usual = {"kiosk_id": "CBI-02", "key": key, "whose": "somchai", "hours": 2.0, "reason": "จอดับ", "data_dir": tmp_path}
    return Namespace(**usual | changes)


def _pem(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_it_signs_for_one_kiosk_opens_its_door_and_writes_it_down(tmp_path: Path) -> None:
    change_settings(Layer.KIOSK, "CBI-02", {"greeting": {"th": "เชิญ", "en": "Come in"}}, None, "test")
    before = Entry.objects.count()
    said = identities._ssh(asked(tmp_path))
    assert isinstance(said, dict)
    until = datetime.fromisoformat(str(said["until"]))
    assert timedelta(minutes=115) < until - datetime.now(UTC) < timedelta(hours=2)
    signed = load_ssh_public_identity(Path(str(said["certificate"])).read_bytes().strip())
    assert _pem(signed.signature_key()) == _pem(load_pem_x509_certificate(authority().root_pem).public_key())  # type: ignore[union-attr]
    assert signed.valid_principals == [b"CBI-02"]  # type: ignore[union-attr]  # it is a certificate
    assert signed.valid_before == int(until.timestamp())  # type: ignore[union-attr]
    latest = latest_document(Layer.KIOSK, "CBI-02")
    assert latest is not None
    assert set(latest.document) == {"greeting", "ssh_until"}
    base = latest_document(Layer.NATIONAL, "")
    assert base is not None
    settings, unknown = read_settings([base.document, {"office_name": {"th": "ก", "en": "A"}}, latest.document])
    assert (settings.ssh_until, unknown) == (f"{until:%Y-%m-%dT%H:%M:%SZ}", ())
    (line,) = Entry.objects.order_by("number")[before:]
    assert (line.what, line.about) == ("ssh", "CBI-02")


@pytest.mark.parametrize("changes", [{"kiosk_id": "NONE-01"}, {"hours": 0.0}, {"hours": 13.0}])
def test_what_is_refused_opens_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        identities._ssh(asked(tmp_path, **changes))
    assert not list(tmp_path.glob("*-cert.pub"))


def test_what_is_no_key_opens_nothing(tmp_path: Path) -> None:
    asking = asked(tmp_path)
    asking.key.write_text("no key")
    with pytest.raises(CommandError, match="nothing has changed"):
        identities._ssh(asking)
    assert latest_document(Layer.KIOSK, "CBI-02") is None


def test_where_the_certificate_cannot_be_written_the_door_stays_shut(tmp_path: Path) -> None:
    asking, before = asked(tmp_path), Entry.objects.count()
    (tmp_path / "id_ed25519-cert.pub").mkdir()
    with pytest.raises(CommandError, match=r"id_ed25519-cert\.pub: Is a directory"):
        identities._ssh(asking)
    assert latest_document(Layer.KIOSK, "CBI-02") is None
    assert Entry.objects.count() == before
