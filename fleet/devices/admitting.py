"""From a confirmed enrolment to a kiosk of the fleet: which office, which name, and its first certificate.

One transaction: the kiosk, its certificate, the end of the enrolment and the audit line, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from fleet.devices.desired import desired_of, post
from fleet.devices.models import Kiosk, KioskState
from fleet.office.models import Office
from fleet.protocol.topics import Channel, is_kiosk_id
from fleet.trust import enrolments
from fleet.trust.certificates import Doer, IdentityError, issue, note
from fleet.trust.models import Certificate, Enrolment, ExpectedMachine, Origin
from fleet.trust.signing_request import SigningRequest

KIOSKS_AN_OFFICE_MAX = 99
"""Two digits in the id."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kiosk goes. ``kiosk_id`` names one that is expected and has no identity; empty makes a new one."""

    office: Office
    kiosk_id: str = ""
    name_th: str = ""
    name_en: str = ""


def admit(enrolment_id: str, place: Place, doer: Doer, origin: Origin = Origin.QR) -> Certificate:
    """Let in the kiosk whose code a person has typed correctly.

    Raises: RefusedError when the enrolment is over; IdentityError when the place is taken.
    """
    with transaction.atomic():
        enrolment = enrolments.lock_open(enrolment_id)
        certificate = admit_request(enrolments.request_of(enrolment), place, doer, origin)
        enrolments.confirmed(enrolment, certificate)
        note(doer, "enrolment-confirmed", kiosk_id=certificate.kiosk_id, about=enrolment_id)
    return certificate


def admit_expected(enrolment: Enrolment, machine: ExpectedMachine, doer: Doer) -> Certificate:
    """Let in a pre-authorised machine that has shown its voucher; a voucher is good once.

    Raises: RefusedError when the enrolment is over, or the voucher has been used meanwhile; IdentityError as ``admit``.
    """
    with transaction.atomic():
        locked = ExpectedMachine.objects.select_for_update().get(pk=machine.pk)
        if locked.used_at is not None:
            raise enrolments.RefusedError("the voucher has been used")
        place = Place(Office.objects.get(pk=machine.office_id), "", machine.name_th, machine.name_en)
        certificate = admit(enrolment.enrolment_id, place, doer, Origin.VOUCHER)
        locked.used_at = certificate.issued_at
        locked.save(update_fields=["used_at"])
    return certificate


@transaction.atomic
def admit_request(request: SigningRequest, place: Place, doer: Doer, origin: Origin) -> Certificate:
    """Certify a key for a place.

    Raises: IdentityError when the place is taken, the office full, or the key used before.
    """
    kiosk = _kiosk_at(place)
    certificate = issue(kiosk.kiosk_id, request, origin, doer)
    KioskState.objects.filter(pk=kiosk.pk).update(used_twice_at=None, boots=[])  # whoever had the old one is out
    post(kiosk.kiosk_id, Channel.DESIRED, desired_of(kiosk), retain=True)  # waits for it at the broker
    return certificate


def _kiosk_at(place: Place) -> Kiosk:
    if place.kiosk_id:
        kiosk = Kiosk.objects.select_related("office").filter(pk=place.kiosk_id, office=place.office).first()
        if kiosk is None:
            raise IdentityError(f"{place.office.pk} expects no kiosk {place.kiosk_id}")
        return kiosk
    if not place.name_th:
        raise IdentityError("a new kiosk needs a name")
    kiosk_id = _next_id(place.office)
    return Kiosk.objects.create(
        kiosk_id=kiosk_id, office=place.office, name_th=place.name_th, name_en=place.name_en or place.name_th,
        settings_revision=1,
    )  # fmt: skip


def _next_id(office: Office) -> str:
    """The first number of this office that was never given."""
    given = set(Kiosk.objects.filter(kiosk_id__startswith=f"{office.pk}-").values_list("kiosk_id", flat=True))
    for number in range(1, KIOSKS_AN_OFFICE_MAX + 1):
        kiosk_id = f"{office.pk}-{number:02d}"
        if kiosk_id not in given and is_kiosk_id(kiosk_id):
            return kiosk_id
    raise IdentityError(f"{office.pk} has no number left")
