"""What a presence slip is worth, asked of the fleet: the same judgement as a kiosk's, from every key there is."""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fleet.office.channels.models import PresenceKey
from fleet.protocol import presence
from fleet.protocol.presence import Presence, PresenceError, Verdict

CHARACTERS_MAX = 1200
"""Longer than the longest slip's text (473) with every letter spaced out."""


def judged(text: str, now: datetime) -> tuple[Verdict, Presence | None]:
    """The verdict on a slip's QR, and what it says; that is None for what was forged or is of an unknown kiosk.

    Raises: PresenceError when ``text`` is no presence slip's.
    """
    if len(text) > CHARACTERS_MAX:
        raise PresenceError(presence.Flaw.NOT_OURS)
    signed = presence.parse("".join(text.split()))
    row = PresenceKey.objects.select_related("office").filter(pk=signed.key_id).first()
    keys = {} if row is None else {signed.key_id: _key(row)}
    verdict = presence.judge(signed, keys, now, _is_signed)
    return verdict, signed.presence if verdict.is_proven else None


def _key(row: PresenceKey) -> presence.PresenceKey:
    return presence.PresenceKey(
        public_key=row.public_key,
        issuer=row.kiosk_id,
        dopa_code=row.office.province_id,
        valid_from=row.made_at,
        valid_until=row.withdrawn_at,
    )


def _is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
