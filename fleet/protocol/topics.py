"""Every MQTT topic of the wire, built and taken apart by functions; no topic is spelled out anywhere else.

Rules: ``v1`` is part of the topic and changes only when a message can no longer be read by an older reader.
A kiosk id is upper-case letters, digits and hyphens, so that it can never smuggle in a level or a wildcard, and short
enough to stand in a bill reference of 20 characters together with a transaction number.
"""

from __future__ import annotations

import re
from enum import StrEnum

ROOT = "sala/v1"
FLEET_SESSION = f"{ROOT}/fleet/session"

_KIOSK_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{1,10}")


class Channel(StrEnum):
    """Last level of a kiosk's topics."""

    SESSION = "session"
    STATUS = "status"
    RECORDS = "records"
    ACK = "ack"
    DESIRED = "desired"
    REPORTED = "reported"
    COMMAND = "command"
    REPLY = "reply"
    PAYMENT = "payment"


FROM_KIOSK = frozenset({Channel.SESSION, Channel.STATUS, Channel.RECORDS, Channel.REPORTED, Channel.REPLY})
"""What a kiosk may publish; the rest is the fleet's to write."""

TO_KIOSK = frozenset(Channel) - FROM_KIOSK

RETAINED = frozenset({Channel.SESSION, Channel.STATUS, Channel.REPORTED, Channel.DESIRED})
"""What the broker keeps the last of, for whoever comes later."""


def is_kiosk_id(text: str) -> bool:
    """Whether ``text`` may stand in a topic as a kiosk's id (2 to 11 of A-Z, 0-9 and hyphen)."""
    return _KIOSK_ID.fullmatch(text) is not None


def kiosk_topic(kiosk_id: str, channel: Channel) -> str:
    """The topic of one channel of one kiosk.

    Raises: ValueError when ``kiosk_id`` is no kiosk id; a bug of the caller.
    """
    if not is_kiosk_id(kiosk_id):
        raise ValueError(f"not a kiosk id: {kiosk_id!r}")
    return f"{ROOT}/kiosk/{kiosk_id}/{channel.value}"


def every_kiosk(channel: Channel) -> str:
    """Subscription filter for one channel of all kiosks."""
    return f"{ROOT}/kiosk/+/{channel.value}"


def parse_kiosk_topic(topic: str) -> tuple[str, Channel] | None:
    """Kiosk id and channel of a topic, or None when it is not a kiosk's topic."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[:3] != [*ROOT.split("/"), "kiosk"] or not is_kiosk_id(parts[3]):
        return None
    try:
        return parts[3], Channel(parts[4])
    except ValueError:
        return None
