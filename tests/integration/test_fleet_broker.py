"""Who may say and hear what at the broker: our configuration in a real mosquitto."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet.protocol.topics import FLEET_SESSION, FROM_KIOSK, TO_KIOSK, Channel, kiosk_topic
from fleet.trust.authority import Authority
from tests.support.broker import PATIENCE_S, Client, Fleet, eventually

FENCE = b"fence"


@pytest.fixture
def fleet(fleet: Fleet) -> Iterator[Fleet]:
    """The one of all these tests, which every test leaves as it was."""
    yield fleet
    fleet.leave()


def heard_before_the_fence(client: Client, teller: Client, fence_topic: str) -> list[tuple[str, bytes]]:
    """All that reaches ``client`` before a message that surely does; one publisher's messages keep their order."""
    teller.publish(fence_topic, FENCE)
    heard = []
    while (message := client.next()) != (fence_topic, FENCE):
        heard.append(message)
    return heard


def test_a_kiosk_says_what_is_its_to_say_and_nothing_else(fleet: Fleet) -> None:
    ours, listener = fleet.kiosk("CBI-01"), fleet.service("fleet-ingest")
    listener.subscribe("sala/v1/#")
    allowed = [kiosk_topic("CBI-01", channel) for channel in sorted(FROM_KIOSK)]
    forbidden = [kiosk_topic("CBI-01", channel) for channel in sorted(TO_KIOSK)]
    forbidden += [kiosk_topic(other, channel) for other in ("CBI-02", "KKN-01") for channel in Channel]
    forbidden += [FLEET_SESSION, "sala/v1/anything", "$SYS/broker/version", "elsewhere"]
    for topic in forbidden:
        ours.publish(topic, b"forged")
    for topic in allowed:
        ours.publish(topic, b"said")
    heard = heard_before_the_fence(listener, ours, kiosk_topic("CBI-01", Channel.STATUS))
    assert heard == [(topic, b"said") for topic in allowed]


def test_a_kiosk_hears_what_is_for_it_and_nothing_else(fleet: Fleet) -> None:
    ours, teller = fleet.kiosk("CBI-01"), fleet.service("fleet-conduct")
    ours.subscribe("#", "sala/v1/kiosk/+/payment", kiosk_topic("CBI-02", Channel.PAYMENT), FLEET_SESSION)
    for kiosk_id in ("CBI-02", "KKN-01"):
        for channel in Channel:
            teller.publish(kiosk_topic(kiosk_id, channel), b"theirs")
    teller.publish(FLEET_SESSION, b"here")
    heard = heard_before_the_fence(ours, teller, kiosk_topic("CBI-01", Channel.PAYMENT))
    assert {topic for topic, _ in heard} == {FLEET_SESSION}


def test_a_kiosk_cannot_take_the_place_of_ingest(fleet: Fleet) -> None:
    """A client id that is taken throws its holder off, so ids are not the client's to choose."""
    listener = fleet.service("fleet-ingest", client_id="fleet-ingest")
    listener.subscribe("sala/v1/#")
    births = listener.births
    thief = fleet.kiosk("CBI-02", client_id="fleet-ingest")
    assert heard_before_the_fence(listener, thief, kiosk_topic("CBI-02", Channel.STATUS)) is not None
    assert (listener.losses, listener.births) == (0, births)


def test_a_kiosk_that_comes_twice_is_there_once(fleet: Fleet) -> None:
    first = fleet.kiosk("KKN-02", client_id="one")
    fleet.kiosk("KKN-02", client_id="two").close()
    eventually(lambda: first.losses)


def refused(port: int, context: ssl.SSLContext) -> bool:
    """Whether the broker ends a TLS connection without a word of MQTT; in TLS 1.3 it does so after the handshake."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as raw,
            context.wrap_socket(raw, server_hostname="127.0.0.1") as wrapped,
        ):
            wrapped.sendall(CONNECT)
            return wrapped.recv(1) == b""
    except (ssl.SSLError, ConnectionError):
        return True


CONNECT = bytes.fromhex("100d00044d5154540502003c000000")
"""MQTT 5, clean start, keep alive 60 s, no client id."""


def test_nobody_comes_in_without_a_certificate_of_ours(fleet: Fleet, tmp_path: Path) -> None:
    port, ours = int(fleet.ports["broker"]), fleet.enrol("CBI-01")
    Authority(tmp_path / "strangers").issue_client("CBI-01").write(tmp_path, "forged")
    known, nameless, forged = (ssl.create_default_context(cafile=str(ours / "ca.pem")) for _ in range(3))
    known.load_cert_chain(ours / "kiosk.pem", ours / "kiosk.key")
    forged.load_cert_chain(tmp_path / "forged.pem", tmp_path / "forged.key")
    assert not refused(port, known), "the try itself must be able to succeed"
    assert refused(port, nameless)
    assert refused(port, forged)


def test_the_broker_speaks_nothing_in_clear(fleet: Fleet) -> None:
    with socket.create_connection(("127.0.0.1", int(fleet.ports["broker"])), timeout=PATIENCE_S) as raw:
        raw.sendall(CONNECT)
        try:
            answer = raw.recv(100)
        except ConnectionResetError:
            answer = b""
    assert answer[:1] in (b"", b"\x15"), "nothing, or an alert of TLS; a CONNACK begins with 20"
