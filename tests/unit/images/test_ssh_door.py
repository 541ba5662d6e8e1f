"""The door that settings open for ssh: how long it is open, for whom, and that everything doubtful is a shut door."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_identity

from fleet.protocol.messages import Desired, SettingsLayer, encode
from fleet.trust.authority import Authority
from images.on_device import ssh_door

NOW = 1_790_000_000.0
KIOSK = "CBI-02"


def said_at(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def data(tmp_path: Path, authority: Authority) -> Path:
    identity = tmp_path / "identity" / "current"
    identity.mkdir(parents=True)
    (identity / "ca.pem").write_bytes(authority.root_pem)
    (identity / "grant.json").write_text(json.dumps({"kiosk_id": KIOSK}))
    return tmp_path


def settings(data: Path, *documents: dict[str, Any]) -> None:
    """As the agent stores them: the weakest layer first, and never half written, since half a file is a shut door."""
    layers = tuple(SettingsLayer(layer="kiosk", revision=1, document=each) for each in documents)
    written = data / "settings.written"
    written.write_bytes(encode(Desired(settings_revision=1, layers=layers)))
    written.replace(data / "settings.json")


def test_it_is_open_until_then_and_for_keys_the_fleet_has_signed_for_this_kiosk(data: Path) -> None:
    settings(data, {"sample": True}, {"ssh_until": said_at(NOW + 3600)})
    door = ssh_door.wanted(data, NOW)
    assert door is not None
    assert (door.until, door.kiosk_id) == (NOW + 3600, KIOSK)
    assert door.authority.startswith("ecdsa-sha2-nistp256 ")
    assert ssh_door.wanted(data, NOW + 3600) is None


@pytest.mark.parametrize(
    "documents",
    [
        [], [{}], [{"ssh_until": ""}], [{"ssh_until": None}], [{"ssh_until": 5}], [{"ssh_until": "tomorrow"}],
        [{"ssh_until": "2026-09-21T10:00:00"}], [{"ssh_until": said_at(NOW - 1)}],
        [{"ssh_until": said_at(NOW + 13 * 3600)}], [{"ssh_until": said_at(NOW + 60)}, {"ssh_until": ""}],
        [{"ssh_until": said_at(NOW + 60)}, {"ssh_until": None}],
    ],
)  # fmt: skip
def test_whatever_is_doubtful_is_a_shut_door(data: Path, documents: list[dict[str, Any]]) -> None:
    settings(data, *documents)
    assert ssh_door.wanted(data, NOW) is None


def test_what_the_account_of_the_kiosk_wrote_is_not_believed(data: Path) -> None:
    for content in (b"", b"{", b"[]", b'{"layers": 5}', b'{"layers": [5, {"document": []}]}', b"\xff"):
        (data / "settings.json").write_bytes(content)
        assert ssh_door.wanted(data, NOW) is None
    settings(data, {"ssh_until": said_at(NOW + 60)})
    for kiosk_id in ("", "two\nlines", "cbi-02", 5):
        (data / ssh_door.GRANT).write_text(json.dumps({"kiosk_id": kiosk_id}))
        assert ssh_door.wanted(data, NOW) is None
    (data / ssh_door.GRANT).write_text(json.dumps({"kiosk_id": KIOSK}))
    (data / ssh_door.AUTHORITY).write_text("no certificate")
    assert ssh_door.wanted(data, NOW) is None


def test_the_port_is_open_for_exactly_that_time_and_shut_when_the_settings_say_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real loop with stand-ins for nft and systemctl on the PATH; in between it is opened for longer."""
    said, run = data / "said", data / "run"
    for name in ("nft", "systemctl"):
        (data / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {said}\n')
        (data / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{data}:/usr/bin:/bin")
    settings(data, {"ssh_until": said_at(time.time() + 600)})
    staying = threading.Thread(target=ssh_door.stay, args=(data, run))
    staying.start()
    shut = ["systemctl stop sala-ssh.socket sala-ssh@*.service", "nft flush set inet sala doors"]
    opened = _said_when_open(said, 1)
    assert opened[1] == "systemctl start sala-ssh.socket"
    assert 500 < _timeout_s(opened[0]) <= 601
    assert (run / "principals").read_text() == f"{KIOSK}\n"
    settings(data, {"ssh_until": said_at(time.time() + 1200)})
    longer = _said_when_open(said, 2)[2:]
    assert longer[:2] == shut, "the kernel does not lengthen an element that is there"
    assert 1100 < _timeout_s(longer[2]) <= 1201
    assert (run / "principals").read_text() == f"{KIOSK}\n"
    settings(data, {"ssh_until": ""})
    staying.join(60)
    assert not staying.is_alive()
    assert said.read_text().splitlines()[6:] == shut
    assert list(run.iterdir()) == []


def _said_when_open(said: Path, times: int) -> list[str]:
    """What nft and systemctl were told until the door was opened so many times."""
    until_s = time.monotonic() + 60
    while not (said.exists() and said.read_text().count(" start sala-ssh.socket\n") == times):
        assert time.monotonic() < until_s
        time.sleep(0.05)
    return said.read_text().splitlines()


def _timeout_s(opened: str) -> int:
    return int(opened.removeprefix("nft add element inet sala doors { 22 timeout ").removesuffix("s }"))


def test_a_key_is_signed_for_one_kiosk_and_a_terminal(authority: Authority) -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    until = datetime.now(UTC) + timedelta(hours=2)
    signed = load_ssh_public_identity(authority.sign_ssh(public, KIOSK, "somchai", until))
    assert signed.valid_principals == [KIOSK.encode()]  # type: ignore[union-attr]  # it is a certificate
    assert signed.extensions == {b"permit-pty": b""}  # type: ignore[union-attr]
    assert signed.valid_before == int(until.timestamp())  # type: ignore[union-attr]
    signed.verify_cert_signature()  # type: ignore[union-attr]
    key = signed.signature_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)  # type: ignore[union-attr]
    assert key.decode() == ssh_door.authority_key(authority.root_pem)
    with pytest.raises(ValueError, match="key"):
        authority.sign_ssh(b"no key", KIOSK, "somchai", until)


def test_the_firewall_has_the_set_that_the_door_names() -> None:
    rules = (Path(__file__).parents[3] / "images/root/etc/nftables.conf").read_text("utf-8")
    assert f"set {ssh_door.SET[2]} {{" in rules
    assert "policy drop" in rules
