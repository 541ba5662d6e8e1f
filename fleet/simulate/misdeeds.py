"""What bad citizens of a crowd do: broken, stolen, hostile or merely mad kiosks, each with a true certificate.

A misdeed is bytes on the misdoer's own line. What the fleet owes for it: nothing is kept of it, nobody else notices,
and the misdoer's true records still arrive.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

from fleet.protocol import topics
from fleet.protocol.messages import Ack, FleetSession, Session, Status, encode
from fleet.protocol.topics import Channel
from fleet.simulate.kiosk import SimulatedKiosk

EVERY_S = (1.0, 20.0)
"""Pause between two misdeeds of one kiosk, drawn from this."""

OVERSIZED_BYTES = 300 * 1024

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def _garbage(kiosk: SimulatedKiosk, chance: random.Random) -> bytes:
    channel = chance.choice(sorted(topics.FROM_KIOSK))
    payload = chance.choice((b"", b"\xff\xfe", b"null", b"[" * 50_000, b'{"session_no":', chance.randbytes(200)))
    return kiosk.publication(topics.kiosk_topic(kiosk.kiosk_id, channel), payload)


def _for_another(kiosk: SimulatedKiosk, chance: random.Random) -> bytes:
    victim = f"P{chance.randint(11, 96)}-00001"
    dead = Session(session_no=2**62, boot_id="forged", alive=False, at=NEVER)
    return kiosk.publication(topics.kiosk_topic(victim, Channel.SESSION), encode(dead), True)


def _as_the_fleet(kiosk: SimulatedKiosk, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return kiosk.publication(topics.FLEET_SESSION, encode(FleetSession(alive=False, at=NEVER)), True)
    forged = encode(Ack(spool_id="forged", committed_through=2**62))
    return kiosk.publication(topics.kiosk_topic(kiosk.kiosk_id, Channel.ACK), forged)


def _out_of_range(kiosk: SimulatedKiosk, _chance: random.Random) -> bytes:
    payload = encode(Status(session_no=2**63, at=NEVER, devices={}))
    return kiosk.publication(topics.kiosk_topic(kiosk.kiosk_id, Channel.STATUS), payload)


def _gap(kiosk: SimulatedKiosk, _chance: random.Random) -> bytes:
    payload = b'{"spool_id":"elsewhere","records":[{"no":7,"record":{"kind":"restarted"}}]}'
    return kiosk.publication(topics.kiosk_topic(kiosk.kiosk_id, Channel.RECORDS), payload)


def _oversized(kiosk: SimulatedKiosk, _chance: random.Random) -> bytes:
    return kiosk.publication(topics.kiosk_topic(kiosk.kiosk_id, Channel.STATUS), b" " * OVERSIZED_BYTES)


MISDEEDS: dict[str, Callable[[SimulatedKiosk, random.Random], bytes]] = {
    "garbage": _garbage,
    "on another's topic": _for_another,
    "as the fleet": _as_the_fleet,
    "numbers out of range": _out_of_range,
    "a gap in a strange spool": _gap,
    "oversized": _oversized,
}
