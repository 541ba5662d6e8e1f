"""A revoked kiosk is gone: refused over HTTPS at the next request, off the broker, for ever.

How fast is not asked here: `fleet revoke` says itself whether the broker was there within ten seconds.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from fleet.protocol.topics import Channel, kiosk_topic
from tests.support.broker import PATIENCE_S, Fleet, eventually
from tests.support.identities import prepare_request
from tests.support.require import require


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    require("mosquitto")
    with Fleet(tmp_path) as fleet:
        for part in ("mosquitto", "conduct", "serve"):
            fleet.start(part)
        fleet.await_port(int(fleet.ports["kiosk"]))
        eventually(lambda: fleet.rows("SELECT 1 FROM devices_lease WHERE name = 'conduct'"))
        yield fleet


def session_of(fleet: Fleet, kiosk_id: str) -> requests.Session:
    identity = fleet.enrol(kiosk_id)
    session = requests.Session()
    session.trust_env = False
    session.cert = (str(identity / "kiosk.pem"), str(identity / "kiosk.key"))
    session.verify = str(identity / "ca.pem")
    return session


def ping(fleet: Fleet, session: requests.Session) -> int:
    return session.get(f"https://127.0.0.1:{fleet.ports['kiosk']}/kiosk/v1/ping", timeout=PATIENCE_S).status_code


def is_enforced(fleet: Fleet, kiosk_id: str) -> bool:
    """Whether the broker has taken the list with all that was revoked of it."""
    query = "SELECT count(*), count(enforced_at) FROM trust_certificate WHERE kiosk_id = ? AND revoked_at IS NOT NULL"
    ((revoked, enforced),) = fleet.rows(query, kiosk_id)
    return revoked == enforced > 0


def revoke(fleet: Fleet, kiosk_id: str) -> dict[str, object]:
    said: dict[str, object] = json.loads(fleet.run("revoke", kiosk_id, "--reason", "stolen"))
    return said


def test_it_is_dropped_and_stays_out_and_nobody_else_notices(fleet: Fleet) -> None:
    stolen, other = fleet.kiosk("CBI-01"), fleet.kiosk("CBI-02")
    watching = fleet.service("fleet-ingest")
    http = session_of(fleet, "CBI-01")
    assert ping(fleet, http) == 200
    said = revoke(fleet, "CBI-01")
    assert (said["kiosk_id"], said["certificates"]) == ("CBI-01", 1)
    eventually(lambda: is_enforced(fleet, "CBI-01"))
    eventually(lambda: stolen.losses)
    assert ping(fleet, http) == 403, "on the line that was open before, too"
    identity = fleet.enrol("CBI-01")
    stolen.close()
    with pytest.raises(ssl.SSLError, match=r"(?i)revoked"):
        _handshake(fleet, identity)
    watching.subscribe(kiosk_topic("CBI-02", Channel.STATUS))
    other.publish(kiosk_topic("CBI-02", Channel.STATUS), b"here")
    assert watching.next() == (kiosk_topic("CBI-02", Channel.STATUS), b"here")
    assert (other.losses, watching.losses) == (0, 0)


def _handshake(fleet: Fleet, identity: Path) -> None:
    import socket

    context = ssl.create_default_context(cafile=str(identity / "ca.pem"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # the refusal comes within the handshake
    context.load_cert_chain(identity / "kiosk.pem", identity / "kiosk.key")
    with socket.create_connection(("127.0.0.1", int(fleet.ports["broker"])), PATIENCE_S) as plain:
        context.wrap_socket(plain, server_hostname="127.0.0.1").close()


def test_what_was_queued_for_it_is_dropped(fleet: Fleet, tmp_path: Path) -> None:
    """A kiosk that is not connected when it is revoked cannot fetch later what the broker kept for it."""
    topic = kiosk_topic("CBI-01", Channel.COMMAND)
    watching = fleet.service("fleet-ingest")
    kiosk = fleet.kiosk("CBI-01")
    kiosk.subscribe(topic)
    kiosk.close()
    revoke(fleet, "CBI-01")
    eventually(lambda: is_enforced(fleet, "CBI-01"))
    watching.publish(topic, b"for the old one")
    new = tmp_path / "new"
    fleet.run("enrol", "CBI-01", "--csr", str(prepare_request(new)), "--out", str(new))
    again = fleet.connect(new / "ca.pem", new / "kiosk.pem", new / "kiosk.key")
    again.subscribe(topic)
    watching.publish(topic, b"for the new one")
    assert again.next() == (topic, b"for the new one")


def test_the_broker_learns_of_it_when_it_comes_back(fleet: Fleet) -> None:
    identity = fleet.enrol("KKN-01")
    fleet.kill("conduct")
    fleet.kill("mosquitto")
    fleet.environment["SALA_CERTIFICATE_HOURS"] = "24"
    fleet.start("mosquitto")
    _handshake(fleet, identity)
    fleet.start("conduct")
    assert revoke(fleet, "KKN-01")["certificates"] == 1
    eventually(lambda: is_enforced(fleet, "KKN-01"))
    fleet.kill("mosquitto")
    fleet.start("mosquitto")
    with pytest.raises(ssl.SSLError, match=r"(?i)revoked"):
        _handshake(fleet, identity)


def test_several_in_a_row_are_all_enforced(fleet: Fleet) -> None:
    """Lists are told apart by the second; one that comes right after another is not lost."""
    kiosks = {each: fleet.kiosk(each) for each in ("CBI-01", "CBI-02", "KKN-01")}
    for each in kiosks:
        revoke(fleet, each)
    for each in kiosks:
        eventually(lambda each=each: is_enforced(fleet, each))
    for each, client in kiosks.items():
        eventually(lambda client=client: client.losses)
        with pytest.raises(ssl.SSLError, match=r"(?i)revoked"):
            _handshake(fleet, fleet.enrol(each))
