"""The signature by which a receiver knows that a message is this fleet's, whole and fresh. Pure.

The published Standard Webhooks form (standardwebhooks.com, v1), so that a receiver can use one of its libraries: the
HMAC-SHA256 of ``id.timestamp.body``, in base64, in three headers. What it is not: who gets what (``telling``).

Every signed message that leaves the fleet over HTTP is signed here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

SECRET_PREFIX = "whsec_"  # noqa: S105 - of a secret as it is shown, by the same form
SECRET_BYTES = 32


def headers(secret: bytes, message_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The headers that go with ``body``. ``at_s``: when it is sent, in seconds since 1970; a repeat has its own."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{signature(secret, message_id, at_s, body)}",
    }


def signature(secret: bytes, message_id: str, at_s: int, body: bytes) -> str:
    """In base64, without its version."""
    signed = f"{message_id}.{at_s}.".encode() + body
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def secret_of(key: str, subscription: str) -> bytes:
    """The secret of one subscription, made from the fleet's own key: nothing in the database can sign.

    ``subscription`` names it and the number of its secret; another number is another secret.
    """
    return hmac.new(key.encode(), b"webhook secret " + subscription.encode(), hashlib.sha256).digest()


def shown(secret: bytes) -> str:
    """The secret as a receiver's library takes it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()
