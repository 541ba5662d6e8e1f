"""The signature on every message that leaves the fleet over HTTP, so that who receives it knows that it is ours and of
now. Pure.

``Sala-Signature: t=<seconds since 1970>,v1=<hex>`` where the hex is HMAC-SHA-256 under the address's secret (its text,
as it was shown) over the ASCII digits of ``t``, a full stop, and the body's bytes as they came. Who receives it reckons
the same, compares in constant time, refuses a ``t`` more than five minutes off, and does once what comes again with the
same ``Sala-Delivery``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

SIGNATURE = "Sala-Signature"
DELIVERY = "Sala-Delivery"

BELIEVED_FOR_S = 300

_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def signature(secret: str, body: bytes, at: datetime) -> str:
    """What stands in the header ``SIGNATURE``."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_hex(secret, stamp, body)}"


def is_signed(secret: str, body: bytes, said: str, now: datetime) -> bool:
    """Whether ``said`` is our signature of this body, and of now: what whoever receives a webhook asks."""
    found = _SIGNATURE.fullmatch(said)
    if found is None or abs(now.timestamp() - int(found[1])) > BELIEVED_FOR_S:
        return False
    return hmac.compare_digest(found[2], _hex(secret, found[1], body))


def _hex(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def secret_of(key: str, subscription: str) -> str:
    """The secret of one subscription, made from the fleet's own key: nothing in the database can sign.

    ``subscription`` names it and the number of its secret; another number is another secret.
    """
    return hmac.new(key.encode(), f"webhook secret {subscription}".encode(), hashlib.sha256).hexdigest()
