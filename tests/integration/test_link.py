"""The link alone, against a real broker: what it owes the broker when it leaves."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fleet.protocol.messages import Reported
from fleet.protocol.topics import Channel, kiosk_topic
from kiosk import config
from kiosk.agent.link import Arrived, Link
from tests.support.agent_site import KIOSK_ID
from tests.support.broker import Fleet, eventually

PAYMENTS = kiosk_topic(KIOSK_ID, Channel.PAYMENT)
HELD_UP_S = 0.3


@pytest.fixture
def links(fleet: Fleet) -> Iterator[list[Link]]:
    """Room for links, which are closed afterwards; the broker forgets what it has kept for them."""
    made: list[Link] = []
    yield made
    for link in made:
        link.close()
    fleet.kiosk(KIOSK_ID)  # a clean start
    fleet.leave()


def connected(fleet: Fleet, links: list[Link], session_no: int) -> Link:
    identity = fleet.enrol(KIOSK_ID)
    settings = config.Link(
        broker_host="127.0.0.1",
        broker_port=int(fleet.ports["broker"]),
        fleet_api="https://127.0.0.1:1",
        ca_file=str(identity / "ca.pem"),
        certificate_file=str(identity / "kiosk.pem"),
        key_file=str(identity / "kiosk.key"),
    )
    link = Link(KIOSK_ID, settings, "boot", "1.0")
    links.append(link)
    link.connect_if_due(lambda: session_no)
    eventually(lambda: (link.turn(0.02), link.births)[1])
    return link


def arrives(link: Link) -> Arrived:
    eventually(lambda: (link.turn(0.02), link.inbox)[1])
    return link.inbox.popleft()


@contextmanager
def held_up(fleet: Fleet, seconds: float) -> Iterator[None]:
    """The broker does nothing until so long after the block began."""
    broker = fleet.pid("mosquitto")
    os.kill(broker, signal.SIGSTOP)
    again = threading.Timer(seconds, os.kill, (broker, signal.SIGCONT))
    again.start()
    try:
        yield
    finally:
        again.join()


def test_what_was_acknowledged_before_leaving_does_not_come_again(fleet: Fleet, links: list[Link]) -> None:
    """A broker that is slow finds that we are gone while it answers what we published before the acknowledgement."""
    sender = fleet.service("fleet-conduct")
    link = connected(fleet, links, 1)
    sender.publish(PAYMENTS, b"first")
    first = arrives(link)
    with held_up(fleet, HELD_UP_S):
        for revision in range(20):
            link.publish(Channel.REPORTED, Reported(settings_revision=revision))
        link.acknowledge(first)
        link.close()
    sender.publish(PAYMENTS, b"second")
    assert arrives(connected(fleet, links, 2)).payload == b"second"
