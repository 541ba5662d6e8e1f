"""What a kiosk is given in the end: its certificate, our CA, where to find us, and whose word
counts (the root of the trust repository, if there is one)."""

from __future__ import annotations

import contextlib

from django.conf import settings

from fleet.protocol.enrolment import Grant
from fleet.trust.certificates import authority
from fleet.trust.models import Certificate
from fleet.trust.reach import read_reach
from fleet.trust.repository import NoTrustError, Repository


def grant_of(certificate: Certificate, dopa_code: int) -> Grant:
    """The grant that goes with ``certificate``, for a kiosk of the province ``dopa_code``.

    Raises: NoReachError when this fleet has no addresses yet.
    """
    reach = read_reach(settings.DATA_DIR)
    trust_root = ""
    with contextlib.suppress(NoTrustError):
        trust_root = Repository(settings.DATA_DIR / "trust").root_bytes().decode("ascii")
    return Grant(
        kiosk_id=certificate.kiosk_id,
        certificate=certificate.pem,
        ca=authority().root_pem.decode("ascii"),
        broker_host=reach.broker_host,
        broker_port=reach.broker_port,
        fleet_api=reach.fleet_api,
        trust_root=trust_root,
        dopa_code=dopa_code,
    )
