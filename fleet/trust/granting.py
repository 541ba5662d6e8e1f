"""What a kiosk is given in the end: its certificate, our CA, and where to find us."""

from __future__ import annotations

from django.conf import settings

from fleet.protocol.enrolment import Grant
from fleet.trust.certificates import authority
from fleet.trust.models import Certificate
from fleet.trust.reach import read_reach


def grant_of(certificate: Certificate) -> Grant:
    """The grant that goes with ``certificate``.

    Raises: NoReachError when this fleet has no addresses yet.
    """
    reach = read_reach(settings.DATA_DIR)
    return Grant(
        kiosk_id=certificate.kiosk_id,
        certificate=certificate.pem,
        ca=authority().root_pem.decode("ascii"),
        broker_host=reach.broker_host,
        broker_port=reach.broker_port,
        fleet_api=reach.fleet_api,
    )
