"""How a kiosk's identity stands: what its page and programs are told of its certificates, and who did what to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Max, Min, QuerySet

from fleet.trust.certificates import in_force
from fleet.trust.models import Certificate, Deed
from fleet.trust.serials import machine_serial

CERTIFICATES_SHOWN = 10


class IdentityStage(StrEnum):
    """Where a kiosk is with its identity.

    ``NEVER``: nobody has let it in. ``WAITING``: it was let in and has not used its certificate yet. ``PROVEN``: it
    has. ``ENDING``: it has none in force, and a line of one that was revoked may still be open. ``ENDED``: no more.
    """

    NEVER = "never"
    WAITING = "waiting"
    PROVEN = "proven"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Identity:
    """``valid``: the certificate in force, the newest of two. ``certificates``: the last ones, the newest first.
    ``machine_serial``: what stands on the board it was let in with, by its own word; empty where it had none to say."""

    stage: IdentityStage
    machine_serial: str
    valid: Certificate | None
    certificates: tuple[Certificate, ...]


def identity_of(kiosk_id: str) -> Identity:
    """How it stands now."""
    certificates = tuple(Certificate.objects.filter(kiosk_id=kiosk_id)[:CERTIFICATES_SHOWN])
    valid = in_force(kiosk_id).first()
    return Identity(_stage(valid, certificates), machine_serial(kiosk_id), valid, certificates)


def _stage(valid: Certificate | None, certificates: tuple[Certificate, ...]) -> IdentityStage:
    if valid is not None:
        return IdentityStage.PROVEN if valid.proven_at else IdentityStage.WAITING
    if not certificates:
        return IdentityStage.NEVER
    is_ending = any(each.revoked_at and not each.enforced_at for each in certificates)
    return IdentityStage.ENDING if is_ending else IdentityStage.ENDED


@dataclass(frozen=True, slots=True)
class Time:
    """From a kiosk's first certificate until its last one was revoked; ``ended_at`` None: one is not."""

    began_at: datetime
    ended_at: datetime | None


def time_of(kiosk_id: str) -> Time | None:
    """When it was one of ours; None: never."""
    rows = Certificate.objects.filter(kiosk_id=kiosk_id).order_by()
    it = rows.aggregate(began=Min("issued_at"), ended=Max("revoked_at"), every=Count("pk"), over=Count("revoked_at"))
    return Time(it["began"], it["ended"] if it["every"] == it["over"] else None) if it["every"] else None


def deeds_of(kiosk_id: str) -> QuerySet[Deed]:
    """Who did what to it, the newest first."""
    return Deed.objects.select_related("actor").filter(kiosk_id=kiosk_id)
