"""Serial numbers: a machine's, as it stands on the board, and a certificate's; and which kiosk either is of."""

from __future__ import annotations

from django.db.models import Q

from fleet.trust.models import Certificate, Enrolment, Stage

TYPED_MIN = 4
"""Letters of a serial number that are looked for; fewer are in every one."""


def kiosks_by_serial(asked: str) -> set[str]:
    """The ids of the kiosks that were let in with such a machine, and of those whose certificate it is.

    A machine's is found by any part of it, for people read out its end; a certificate's from its beginning.
    """
    asked = asked.strip().lower()
    if len(asked) < TYPED_MIN:
        return set()
    machines = Enrolment.objects.filter(stage=Stage.CONFIRMED, serial_number__icontains=asked)
    certificates = Certificate.objects.filter(Q(pk__startswith=asked) | Q(pk__in=machines.values("certificate")))
    return set(certificates.values_list("kiosk_id", flat=True))


def machine_serial(kiosk_id: str) -> str:
    """Of the machine with which this kiosk was let in last; empty when it said none."""
    let_in = Enrolment.objects.filter(stage=Stage.CONFIRMED, certificate__kiosk_id=kiosk_id)
    return let_in.order_by("-created_at").values_list("serial_number", flat=True).first() or ""
