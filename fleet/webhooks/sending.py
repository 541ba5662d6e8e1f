"""One message to one receiver, signed and under its key: whatever leaves the fleet as a webhook leaves by this.

Not here: what is told, to whom, and when it is tried again. What happens (``fleet/conduct/hooks.py``) and what somebody
is called for (``fleet/alerts/sending.py``) have an order each of their own (``decisions/0002``).
"""

from __future__ import annotations

from datetime import datetime

from fleet.webhooks.posting import Outcome, Place, post
from fleet.webhooks.signing import DELIVERY, SIGNATURE, signature


def send(place: Place, secret: str, key: str, body: bytes, at: datetime) -> Outcome:
    """Send JSON. ``key``: the same at every try, so that who receives it does it once."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "sala",
        DELIVERY: key,
        SIGNATURE: signature(secret, body, at),
    }
    return post(place, headers, body)
