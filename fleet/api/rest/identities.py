"""The identity of a kiosk: its certificates, and who did what to them."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from fleet.api.rest.bearer import Bearer, caller
from fleet.api.rest.kiosks import kiosk_for
from fleet.api.rest.paging import After, Limit, page
from fleet.api.rest.shapes import KioskId, answers, name_of
from fleet.people.tokens.rights import Part
from fleet.trust.identity import IdentityStage, deeds_of, identity_of
from fleet.trust.models import Certificate, Deed, Origin

router = Router(auth=Bearer(Part.KIOSKS), tags=["kiosks"])


class CertificateOut(Schema):
    """A certificate. `serial` and `key_sha256` in hexadecimal. `proven_at`: when it was first used.

    `enforced_at`: since when the broker refuses one that was revoked; `superseded`: a newer one took its place.
    """

    serial: str
    key_sha256: str
    origin: Origin
    issued_at: datetime
    not_before: datetime
    not_after: datetime
    proven_at: datetime | None
    revoked_at: datetime | None
    enforced_at: datetime | None
    superseded: bool


class IdentityOut(Schema):
    """`certificate`: the one in force. `certificates`: the last ten, the newest first, those that are over too.

    `stage`: `never` let in; `waiting` for the kiosk's first use of it; `proven` by that; `ending`: it has none, and its
    open lines are being cut; `ended`: it has none. `machine_serial`: of the board it was let in with, by its own word.
    """

    kiosk_id: str
    stage: IdentityStage
    machine_serial: str
    certificate: CertificateOut | None
    certificates: list[CertificateOut]


class IdentityDeedOut(Schema):
    """`what`: one of `enrolment-confirmed`, `issued`, `proven`, `revoked`, `enforced`, `used-twice`.

    `by` null: a machine, at `address`. `detail` is a person's reason, or a few words of a program's.
    """

    id: int
    at: datetime
    what: str
    by: str | None
    address: str | None
    detail: str


class IdentityDeeds(Schema):
    items: list[IdentityDeedOut]
    next: str | None


def _certificate(each: Certificate) -> dict[str, object]:
    return {name: getattr(each, name) for name in CertificateOut.model_fields}


def _deed(each: Deed) -> dict[str, object]:
    return {
        "id": each.pk,
        "at": each.at,
        "what": each.what,
        "by": name_of(each.actor),
        "address": None if each.actor else each.address or None,
        "detail": each.detail,
    }


@router.get("kiosks/{kiosk_id}/identity", response=answers(IdentityOut))
def identity(request: HttpRequest, kiosk_id: KioskId) -> dict[str, object]:
    """How a kiosk's identity stands, with its certificates. To end it: POST kiosks/{kiosk_id}/revocation."""
    kiosk = kiosk_for(caller(request), kiosk_id)
    found = identity_of(kiosk.pk)
    return {
        "kiosk_id": kiosk.pk,
        "machine_serial": found.machine_serial,
        "stage": found.stage,
        "certificate": _certificate(found.valid) if found.valid else None,
        "certificates": [_certificate(each) for each in found.certificates],
    }


@router.get("kiosks/{kiosk_id}/identity/deeds", response=answers(IdentityDeeds))
def deeds(request: HttpRequest, kiosk_id: KioskId, after: After, limit: Limit) -> dict[str, object]:
    """Who did what to a kiosk's identity, the newest first."""
    kiosk = kiosk_for(caller(request), kiosk_id)
    found, following = page(deeds_of(kiosk.pk), after, limit, newest_first=True)
    return {"items": [_deed(each) for each in found], "next": following}
