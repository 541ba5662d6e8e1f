"""Kiosks by a serial number: their machine's, as it stands on the board, or their certificate's."""

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
